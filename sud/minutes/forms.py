"""What is filled in about minutes: the signed paper, a remark on it, the judge's answer."""

import re

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from sud import forms
from sud.labels import label
from sud.minutes.service import Said
from sud.models import RemarkSubject
from sud.words import duration

_MARK = re.compile(r"(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)")


class MinutesForm(forms.Form):
    """The signed minutes."""

    paper = forms.FileField(
        _("The signed minutes"), accept=".pdf", required=_("Choose the file of the minutes.")
    )
    signed_on = forms.DateField(
        _("Signed on"),
        required=_("Enter the day on which the minutes were signed."),
        hint=_("The parties' days for remarks run from it. For example, 27 3 2026"),
    )


class UnsignedForm(forms.Form):
    """The minutes as they are to be signed electronically."""

    unsigned = forms.FileField(
        _("The minutes, finished and unsigned (PDF)"),
        accept=".pdf",
        hint=_("You sign first, then the presiding judge. A sheet for the signatures is added."),
        required=_("Choose the file of the minutes."),
    )


class RemarkForm(forms.Form):
    """What a party says is wrong."""

    about = forms.RadioField(
        _("What the remark is about"),
        coerce=RemarkSubject,
        required=_("Choose what the remark is about."),
    )
    text = forms.TextAreaField(
        _("What is wrong or missing"),
        required=_("Write what is wrong or missing."),
        longest=10_000,
        rows=8,
    )
    mark = forms.TextField(
        _("Place in the recording"),
        hint=_("Hours, minutes and seconds as the player shows them, for example 1:12:30"),
        longest=8,
        width=10,
    )

    def offer(self) -> None:
        """Offer what can be remarked on, in the reader's language."""
        self.about.choices = [(subject, str(label(subject))) for subject in RemarkSubject]

    def show_mark(self, second: int) -> None:
        """Fill in the place that the player named."""
        self.mark.data = duration(second)

    def validate_mark(self, field: forms.TextField) -> None:
        """Refuse what is no place in a recording."""
        if field.data and not _MARK.fullmatch(field.data):
            raise ValidationError(str(_("Enter the place like 1:12:30 or 12:30.")))

    @property
    def said(self) -> Said:
        """The remark as it was filled in."""
        return Said(about=self.about.data, text=self.text.data or "", at_second=self._second)

    @property
    def _second(self) -> int | None:
        found = _MARK.fullmatch(self.mark.data or "")
        if found is None:
            return None
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds


class RulingForm(forms.Form):
    """What the judge decides on a remark."""

    verdict = forms.RadioField(_("Decision"), required=_("Choose what you decide."))
    answer = forms.TextAreaField(
        _("Reasons"),
        required=_("Write the reasons."),
        hint=_("The parties read them."),
        longest=5_000,
        rows=6,
    )

    def offer(self) -> None:
        """Offer the two answers."""
        self.verdict.choices = [
            ("accept", str(_("Accept the remarks")), {"hint": str(_("They join the minutes."))}),
            ("reject", str(_("Reject the remarks"))),
        ]
