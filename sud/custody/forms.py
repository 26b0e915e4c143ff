"""What is filled in to mask or erase a recording, and to note how an act entered into force."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from sud import forms
from sud.custody.service import Stretch
from sud.labels import label
from sud.models import ErasureGround, ForceStep

_LINE = re.compile(r"(?P<start>[\d:]+)\s*[-–—]\s*(?P<end>[\d:]+)\s*(?P<what>[^\W\d_]*)", re.UNICODE)
_SOUND = {"sound", "звук", "үн"}
_PICTURE = {"picture", "изображение", "сүрөт"}


class MaskForm(forms.Form):
    """Which stretches are taken out, and why."""

    stretches = forms.TextAreaField(
        _("What outsiders may not hear or see"),
        hint=_(
            "A line each: from – to, then “sound” or “picture”; without a word both are taken"
            " out. For example: 0:12:30 – 0:14:05 sound"
        ),
        required=_("Name at least one stretch."),
        longest=10_000,
        rows=5,
    )
    because = forms.TextAreaField(
        _("Whom it protects, and on which ground"),
        hint=_("Read by whoever decides and by the auditor; not shown to the parties."),
        required=_("Write on which ground."),
        longest=2_000,
        rows=3,
    )

    def validate_stretches(self, field: Any) -> None:
        """Tell the first line that cannot be read, by its number."""
        for number, line in enumerate(_lines(field.data), 1):
            if _stretch(line) is None:
                raise ValidationError(
                    gettext(
                        "Line %(number)s is not a stretch. Write it as 0:12:30 – 0:14:05 sound.",
                        number=number,
                    )
                )

    def given(self) -> list[Stretch]:
        """Return the stretches as they were written."""
        found = (_stretch(line) for line in _lines(self.stretches.data))
        return [one for one in found if one is not None]

    def offer(self, stretches: Iterable[dict[str, Any]]) -> None:
        """Begin with what is masked already: it stays unless it is taken back."""
        if not self.stretches.data:
            self.stretches.data = "\n".join(written(one) for one in stretches)


class EraseForm(forms.Form):
    """Why a recording is to be erased."""

    ground = forms.RadioField(
        _("Ground"),
        coerce=ErasureGround,
        required=_("Choose the ground."),
        choices=[(one.value, label(one)) for one in ErasureGround],
    )
    because = forms.TextAreaField(
        _("Reason, and the number of the order where there is one"),
        required=_("Write the reason."),
        longest=2_000,
        rows=3,
    )


class ForceForm(forms.Form):
    """What became of the act that ended the case, and when."""

    step = forms.RadioField(
        _("What happened"), coerce=ForceStep, required=_("Choose what happened.")
    )
    on = forms.DateField(_("On which day"), required=_("Enter the day."))

    def offer(self, steps: Iterable[ForceStep]) -> None:
        self.step.choices = [(one.value, label(one)) for one in steps]

    @property
    def day(self) -> date:
        day: date = self.on.data
        return day


class ApproveForm(forms.Form):
    """The second person agrees."""

    sure = forms.CheckboxField(
        _("I have looked at the recording and the ground, and I agree."),
        required=_("Confirm that you have looked at it."),
    )


class RefuseForm(forms.Form):
    """The second person does not agree."""

    answer = forms.TextAreaField(_("Why not"), required=_("Write why not."), longest=2_000, rows=3)


class PressForm(forms.Form):
    """A button."""


def written(stretch: dict[str, Any]) -> str:
    """Write a stretch as it is typed."""
    both = stretch["sound"] and stretch["picture"]
    what = "" if both else f" {gettext('sound') if stretch['sound'] else gettext('picture')}"
    return f"{_clock(stretch['start_ms'])} – {_clock(stretch['end_ms'])}{what}"


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _stretch(line: str) -> Stretch | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    start, end = _milliseconds(found["start"]), _milliseconds(found["end"])
    what = found["what"].lower()
    sound = not what or what in _SOUND | {gettext("sound").lower()}
    picture = not what or what in _PICTURE | {gettext("picture").lower()}
    if start is None or end is None or end <= start or not (sound or picture):
        return None
    return Stretch(start_ms=start, end_ms=end, sound=sound, picture=picture)


def _milliseconds(text: str) -> int | None:
    """Read h:mm:ss or m:ss."""
    parts = text.split(":")
    if len(parts) not in {2, 3} or not all(part.isdigit() for part in parts):
        return None
    if any(int(part) > 59 for part in parts[1:]):  # noqa: PLR2004  # minutes and seconds
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds * 1000


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
