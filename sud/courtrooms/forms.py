"""What is filled in about equipment, checks, incidents, missing recordings and the log."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _

from sud import forms
from sud.courtrooms.service import Found, Trouble
from sud.labels import label
from sud.models import (
    AbsenceGround,
    Device,
    DeviceKind,
    DeviceState,
    Hearing,
    IncidentEffect,
    StepKind,
)
from sud.words import language, moment

GIGABYTE = 10**9


class Press(forms.Form):
    """A button."""


class DeviceForm(forms.Form):
    """A device that stands in a courtroom."""

    kind = forms.SelectField(
        _("Kind of device"), coerce=DeviceKind, required=_("Choose what it is."), blank=_("Choose")
    )
    name = forms.TextField(
        _("Name"),
        required=_("Enter what it is called."),
        hint=_("Maker and model, for example"),
        longest=100,
    )
    inventory_number = forms.TextField(_("Inventory number"), longest=40, width=20)

    def offer(self) -> None:
        """Offer the kinds in the reader's language."""
        self.kind.choices = [(kind, str(label(kind))) for kind in DeviceKind]


class StateForm(forms.Form):
    """The state a device is in now."""

    state = forms.RadioField(
        _("State"), coerce=DeviceState, required=_("Choose the state it is in.")
    )
    note = forms.TextField(_("Note"), hint=_("No names of persons."), longest=300)

    def offer(self, device: Device) -> None:
        """Offer the states that it is not in."""
        self.state.choices = [
            (state, str(label(state))) for state in DeviceState if state is not device.state
        ]


class _AboutHearing(forms.Form):
    """Which hearing it is about, if any."""

    hearing = forms.SelectField(_("Hearing"), blank=_("None"), coerce=UUID)

    def offer_hearings(self, hearings: Iterable[Hearing]) -> None:
        """Offer the hearings of the courtroom."""
        self.hearing.choices = [
            (one.key, f"{moment(one.starts_at)} · {one.case.number}") for one in hearings
        ]

    def hearing_among(self, hearings: Iterable[Hearing]) -> Hearing | None:
        """Return the hearing that was chosen."""
        return next((one for one in hearings if one.key == self.hearing.data), None)


class CheckForm(_AboutHearing):
    """What a check before a hearing found."""

    picture = forms.RadioField(
        _("Does the camera show the courtroom?"), required=_("Say whether there is a picture.")
    )
    sound = forms.RadioField(
        _("Does the meter move when somebody speaks?"),
        required=_("Say whether there is a sound."),
    )
    level = forms.NumberField(
        _("Loudest level, dB"),
        least=-120,
        most=0,
        hint=_("As the meter shows it, for example -18"),
        width=5,
    )
    free = forms.NumberField(_("Free disk space, GB"), least=0, most=1_000_000, width=6)
    what = forms.TextAreaField(
        _("What is wrong"),
        hint=_("Needed when something is: an incident is opened with it. No names of persons."),
        longest=1_000,
        rows=3,
    )

    def offer(self, hearings: Iterable[Hearing]) -> None:
        """Offer the answers and the hearings of the day."""
        answers = [("yes", str(_("Yes"))), ("no", str(_("No")))]
        self.picture.choices = self.sound.choices = answers
        self.offer_hearings(hearings)

    @property
    def found(self) -> Found:
        """What was found."""
        return Found(
            picture=self.picture.data == "yes",
            sound=self.sound.data == "yes",
            free_bytes=None if self.free.data is None else self.free.data * GIGABYTE,
            level_db=None if self.level.data is None else float(self.level.data),
        )


class _AboutDevice(forms.Form):
    """Which device it is about, if any."""

    device = forms.SelectField(_("Which device"), blank=_("None of them"), coerce=UUID)

    def offer_devices(self, devices: Iterable[Device]) -> None:
        """Offer the devices of the courtroom."""
        self.device.choices = [(one.key, f"{label(one.kind)}: {one.name}") for one in devices]

    def device_among(self, devices: Iterable[Device]) -> Device | None:
        """Return the device that was chosen."""
        return next((one for one in devices if one.key == self.device.data), None)


class IncidentForm(_AboutDevice, _AboutHearing):
    """What went wrong in a courtroom."""

    what = forms.TextAreaField(
        _("What happened"),
        required=_("Describe what happened."),
        hint=_("No names of persons."),
        longest=2_000,
        rows=4,
    )
    effect = forms.RadioField(
        _("What it did to the hearing"),
        coerce=IncidentEffect,
        required=_("Choose what it did to the hearing."),
    )

    def offer(self, devices: Iterable[Device], hearings: Iterable[Hearing]) -> None:
        """Offer devices, hearings and effects."""
        self.offer_devices(devices)
        self.offer_hearings(hearings)
        self.effect.choices = [(effect, str(label(effect))) for effect in IncidentEffect]

    def trouble(self, devices: Sequence[Device], hearings: Sequence[Hearing]) -> Trouble:
        """Return what was told."""
        return Trouble(
            what=self.what.data or "",
            effect=self.effect.data,
            device=self.device_among(devices),
            hearing=self.hearing_among(hearings),
        )


class CloseForm(forms.Form):
    """What was done about an incident."""

    done = forms.TextAreaField(
        _("What was done"),
        required=_("Describe what was done."),
        hint=_("No names of persons."),
        longest=2_000,
        rows=4,
    )
    works = forms.CheckboxField(_("The device works again"))


class ExplainForm(_AboutDevice):
    """Why a hearing has no recording."""

    ground = forms.RadioField(_("Reason"), required=_("Choose the reason."))
    words = forms.TextAreaField(
        _("What happened"),
        required=_("Describe what happened."),
        hint=_("The parties read it, and the court above if the act is challenged."),
        longest=2_000,
        rows=5,
    )

    def offer(self, grounds: Iterable[AbsenceGround], devices: Iterable[Device]) -> None:
        """Offer the reasons as they were in force on the day of the hearing."""
        lang = language()
        self.ground.choices = [
            (one.code, one.name(lang).capitalize())
            if not one.equipment
            else (
                one.code,
                one.name(lang).capitalize(),
                {"hint": str(_("An incident of the courtroom is opened with it."))},
            )
            for one in grounds
        ]
        self.offer_devices(devices)


class StepForm(forms.Form):
    """The next step of a recording."""

    kind = forms.RadioField(
        _("What happened"), coerce=StepKind, required=_("Choose what happened.")
    )
    reason = forms.TextField(
        _("Why"),
        hint=_("Needed for a pause, and for stopping before the end of the hearing."),
        longest=300,
    )

    def offer(self, kinds: Iterable[StepKind]) -> None:
        """Offer what can follow what was noted last."""
        self.kind.choices = [(kind, str(label(kind))) for kind in kinds]
