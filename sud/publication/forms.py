"""What is filled in on the pages of publication, by clerks and by the public."""

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from sud import forms


class ActForm(forms.Form):
    """A button."""


class PublishForm(forms.Form):
    """The button that puts a text before the public, and the word that doubts were looked at."""

    looked = forms.CheckboxField(
        _("I have looked at the doubtful places that stay as they are: they tell of nobody.")
    )


class ReplaceForm(forms.Form):
    """Words that the machine did not find, and what stands for them."""

    words = forms.TextField(
        _("Words of the act"),
        required=_("Copy the words from the act."),
        hint=_("Exactly as they stand there; every place where they stand is replaced."),
        longest=200,
    )
    label = forms.SelectField(
        _("What the public reads instead"), required=_("Choose what stands for the words.")
    )

    def validate_words(self, field: forms.TextField) -> None:
        """Refuse what would be found in half of the text."""
        if len(field.data or "") < 2:  # noqa: PLR2004
            raise ValidationError(str(_("Copy at least two letters.")))


class WithdrawForm(forms.Form):
    """Why a published text is taken back."""

    note = forms.TextAreaField(
        _("Why is the text taken back?"),
        required=_("Write why the text is taken back."),
        hint=_("The public sees only that the text was withdrawn, and when."),
        longest=2_000,
        rows=3,
    )


class DecisionFilters(forms.Filters):
    """What decisions somebody looks for."""

    q = forms.TextField(_("Words of the decision"), longest=200, quiet=True)
    court = forms.SelectField(_("Court"), blank=_("All courts"), quiet=True)
    kind = forms.SelectField(_("Kind of case"), blank=_("All kinds"), quiet=True)
    category = forms.SelectField(_("Subject"), blank=_("All subjects"), quiet=True)
    since = forms.DateField(_("Decided from"), quiet=True)
    until = forms.DateField(_("Decided until"), quiet=True)


class CauseFilters(forms.Filters):
    """Whose hearings of which day somebody looks for."""

    court = forms.SelectField(_("Court"), blank=_("All courts"), quiet=True)
    day = forms.DateField(_("Day"), quiet=True)


class SearchFilters(forms.Filters):
    """The one search box."""

    q = forms.TextField(_("Case number, court or a word of a decision"), longest=200, quiet=True)
