"""What is filled in to set, move and cancel a hearing."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _

from sud import forms
from sud.hearings.service import Sitting
from sud.labels import label
from sud.models import Courtroom, HearingPurpose

MINUTES = (30, 60, 90, 120, 180, 240, 480)


class HearingForm(forms.Form):
    """A day, a time, a room and a purpose."""

    day = forms.DateField(
        _("Day"), required=_("Enter the day of the hearing."), hint=_("For example, 27 3 2026")
    )
    begins = forms.TimeField(
        _("Begins at"), required=_("Enter when the hearing begins."), hint=_("For example, 9:30")
    )
    minutes = forms.SelectField(_("Lasts"), coerce=int, default=60, required=True)
    courtroom = forms.SelectField(
        _("Courtroom"), coerce=UUID, required=_("Choose a courtroom."), blank=_("Choose")
    )
    purpose = forms.RadioField(
        _("Purpose"), coerce=HearingPurpose, required=_("Choose what the hearing is for.")
    )
    openness = forms.RadioField(_("Who may attend"), default="open", required=True)

    def offer(self, rooms: Iterable[Courtroom]) -> None:
        """Offer the courtrooms of the court and the other choices in the reader's language."""
        self.courtroom.choices = [(room.key, room.name) for room in rooms]
        self.purpose.choices = [(purpose, str(label(purpose))) for purpose in HearingPurpose]
        self.openness.choices = [
            ("open", str(_("Open: anybody may attend"))),
            ("closed", str(_("Closed: only the participants"))),
        ]
        self.minutes.choices = [
            (minutes, f"{minutes // 60}:{minutes % 60:02d}") for minutes in MINUTES
        ]

    def sitting(self, rooms: Iterable[Courtroom]) -> Sitting:
        """Return what was filled in."""
        return Sitting(
            day=self.day.data,
            begins=self.begins.data,
            minutes=self.minutes.data,
            courtroom=next(room for room in rooms if room.key == self.courtroom.data),
            purpose=self.purpose.data,
            open=self.openness.data == "open",
        )


class MoveForm(HearingForm):
    """A new time, and why the old one does not hold."""

    reason = forms.TextField(
        _("Why it is moved"),
        required=_("Write why the hearing is moved."),
        hint=_("The participants see it."),
        longest=300,
    )


class CancelForm(forms.Form):
    """Why the hearing does not take place."""

    reason = forms.TextField(
        _("Why it is cancelled"),
        required=_("Write why the hearing is cancelled."),
        hint=_("The participants see it."),
        longest=300,
    )


class HoldForm(forms.Form):
    """A button."""
