"""What is filled in on the pages of recordings."""

from uuid import UUID

from flask_babel import lazy_gettext as _

from sud import forms


class HandInForm(forms.Form):
    """The disc of a hearing."""

    disc = forms.MultipleFileField(
        _("Disc of the hearing"),
        hint=_(
            "One ISO file, one VOB file, or all files of the disc's VIDEO_TS folder at once."
            " The original is kept unchanged."
        ),
        required=_("Choose the file of the disc."),
        accept=".iso,.img,.vob,.ifo,.bup",
        most=100,
    )


class RetryForm(forms.Form):
    """A button."""


class FindHearingForm(forms.Filters):
    """The case whose hearing is on a disc."""

    q = forms.TextField(
        _("Case number"),
        hint=_("In any spelling: ГД-319/26-Т5, гд 319/26, 319"),
        longest=100,
    )


class LinkForm(forms.Form):
    """The hearing that is on a disc."""

    hearing = forms.RadioField(
        _("Which hearing is on the disc?"),
        required=_("Choose the hearing."),
        coerce=UUID,
        choices=[],
    )
