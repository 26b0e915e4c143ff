"""What an administrator fills in to make a day an exception of the calendar."""

from flask_babel import lazy_gettext as _

from sud import forms
from sud.registry.calendar import DayKind


class DayForm(forms.Form):
    """A day, what it is, how it is called, and who said so."""

    day = forms.DateField(_("Day"), required=_("Enter the day."), hint=_("For example, 27 3 2026"))
    kind = forms.RadioField(
        _("What it is"), coerce=DayKind, required=_("Choose what kind of day it is.")
    )
    name_ky = forms.TextField(_("Name in Kyrgyz"), required=_("Enter the name of the day."))
    name_ru = forms.TextField(_("Name in Russian"), required=_("Enter the name of the day."))
    name_en = forms.TextField(_("Name in English"), required=_("Enter the name of the day."))
    source_ky = forms.TextField(
        _("Source in Kyrgyz"),
        required=_("Enter where this was announced."),
        hint=_("For example, the number and day of the decree"),
    )
    source_ru = forms.TextField(
        _("Source in Russian"), required=_("Enter where this was announced.")
    )
    source_en = forms.TextField(
        _("Source in English"), required=_("Enter where this was announced.")
    )

    def offer(self) -> None:
        """Offer the kinds of day in the reader's language."""
        self.kind.choices = [
            (DayKind.OFF, str(_("day off"))),
            (DayKind.SHORT, str(_("shortened day"))),
            (DayKind.WORKING, str(_("working day"))),
        ]

    @property
    def names(self) -> dict[str, str]:
        fields = {"ky": self.name_ky, "ru": self.name_ru, "en": self.name_en}
        return {lang: field.data or "" for lang, field in fields.items()}

    @property
    def sources(self) -> dict[str, str]:
        fields = {"ky": self.source_ky, "ru": self.source_ru, "en": self.source_en}
        return {lang: field.data or "" for lang, field in fields.items()}
