"""What an administrator fills in to correct the reference data: days, reasons."""

import re
from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from sud import forms
from sud.labels import label
from sud.models import AbsenceGround, CaseKind, Court, SignatureNeed
from sud.registry.calendar import DayKind
from sud.registry.service import LANGUAGES


class GroundForm(forms.Form):
    """Why a hearing may have no recording, from when to when, and who said so."""

    code = forms.TextField(
        _("Code"),
        required=_("Enter the code."),
        hint=_("Latin letters; the code of a reason that is listed corrects it"),
        longest=40,
        width=20,
    )
    equipment = forms.CheckboxField(_("An incident belongs to it"))
    name_ky = forms.TextField(_("Name in Kyrgyz"), required=_("Enter the name of the reason."))
    name_ru = forms.TextField(_("Name in Russian"), required=_("Enter the name of the reason."))
    name_en = forms.TextField(_("Name in English"), required=_("Enter the name of the reason."))
    valid_from = forms.DateField(_("Valid from"), required=_("Enter from when it is valid."))
    valid_to = forms.DateField(_("Valid to"))
    source_ky = forms.TextField(_("Source in Kyrgyz"), required=_("Enter where it is written."))
    source_ru = forms.TextField(_("Source in Russian"), required=_("Enter where it is written."))
    source_en = forms.TextField(_("Source in English"), required=_("Enter where it is written."))

    def validate_code(self, field: forms.TextField) -> None:
        """Refuse what could not stand in a file of the reference data."""
        if not re.fullmatch(r"[a-z][a-z_]*", field.data or ""):
            raise ValidationError(str(_("Enter small Latin letters and underscores only.")))

    def validate_valid_to(self, field: forms.DateField) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(str(_("The end lies before the beginning.")))

    def show(self, row: AbsenceGround) -> None:
        """Fill in a reason that is to be corrected."""
        for name in ("code", "equipment", "valid_from", "valid_to"):
            self[name].data = getattr(row, name)
        for lang in ("ky", "ru", "en"):
            self[f"name_{lang}"].data = row.name(lang)
            self[f"source_{lang}"].data = row.source_in(lang)

    @property
    def names(self) -> dict[str, str]:
        return _by_language(self, "name")

    @property
    def sources(self) -> dict[str, str]:
        return _by_language(self, "source")


class NeedForm(forms.Form):
    """Whether claims of a kind must be signed, from which day on, and who said so."""

    kind = forms.SelectField(
        _("Kind of case"), required=_("Choose a kind of case."), blank=_("Choose a kind of case")
    )
    need = forms.RadioField(
        _("What the house does"), coerce=SignatureNeed, required=_("Choose what the house does.")
    )
    since = forms.DateField(_("Valid from"), required=_("Enter from when it is valid."))
    source_ky = forms.TextField(_("Source in Kyrgyz"), required=_("Enter where it is written."))
    source_ru = forms.TextField(_("Source in Russian"), required=_("Enter where it is written."))
    source_en = forms.TextField(_("Source in English"), required=_("Enter where it is written."))

    def offer(self, kinds: Sequence[CaseKind], language: str) -> None:
        """Offer the kinds of cases by their names, and the two things that the house can do."""
        self.kind.choices = [(one.code, one.name(language)) for one in kinds]
        self.need.choices = [(need, str(label(need))) for need in SignatureNeed]

    @property
    def sources(self) -> dict[str, str]:
        return _by_language(self, "source")


class ContactForm(forms.Form):
    """How a court is reached, as its papers print it."""

    address_ky = forms.TextField(_("Address in Kyrgyz"), longest=300, printed=True)
    address_ru = forms.TextField(_("Address in Russian"), longest=300, printed=True)
    address_en = forms.TextField(_("Address in English"), longest=300, printed=True)
    telephone = forms.TextField(
        _("Telephone"),
        longest=100,
        width=20,
        printed=True,
        hint=_("As it is to be printed, with the code of the place"),
    )

    def show(self, court: Court) -> None:
        """Fill in what is known."""
        for name in ("address_ky", "address_ru", "address_en", "telephone"):
            self[name].data = getattr(court, name)

    @property
    def addresses(self) -> dict[str, str]:
        return _by_language(self, "address")


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
        return _by_language(self, "name")

    @property
    def sources(self) -> dict[str, str]:
        return _by_language(self, "source")


def _by_language(form: forms.Form, what: str) -> dict[str, str]:
    """Return what three fields of a form say, by language."""
    return {lang: form[f"{what}_{lang}"].data or "" for lang in LANGUAGES}
