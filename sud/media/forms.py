"""What is filled in on the pages of recordings."""

import re
from collections.abc import Iterable
from typing import Any, Final

import wtforms
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from sud import forms
from sud.forms.fields import Asked
from sud.labels import label
from sud.models import CopyForm as Copied
from sud.models import MarkKind, Participant
from sud.words import duration, language

COPY_DAYS: Final = (3, 7, 14, 30)


class PlaceField(Asked, wtforms.Field):
    """A place in a recording, typed as 1:12:30, 12:30 or 45; its data are milliseconds."""

    inputmode_by_default = "numeric"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read hours, minutes and seconds from the right."""
        self.data = None
        text = forms.clean(valuelist[0]) if valuelist else ""
        if not text:
            return
        self.data = milliseconds_of(text)
        if self.data is None:
            raise ValueError(gettext("Write the time as 1:12:30 or 12:30."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return duration(self.data / 1000) if self.data is not None else ""


class MarkForm(forms.Form):
    """A place in the recording, and what is there."""

    place = PlaceField(
        _("Time in the recording"),
        hint=_("For example 1:12:30"),
        required=_("Enter the time in the recording."),
        width=10,
    )
    kind = forms.SelectField(
        _("What is there"),
        coerce=MarkKind,
        required=_("Choose what is there."),
        choices=[(one.value, label(one)) for one in MarkKind],
    )
    words = forms.TextField(
        _("Who or what"),
        hint=_("Everyone who may play the recording reads it."),
        required=_("Write who or what is there."),
        longest=300,
    )


class CopyForm(forms.Form):
    """Who receives a copy, of what kind and for how long."""

    to = forms.SelectField(
        _("Participant"),
        required=_("Choose who receives the copy."),
        blank=_("Choose a participant"),
        choices=[],
    )
    what = forms.RadioField(
        _("What"),
        coerce=Copied,
        required=_("Choose what is copied."),
        choices=[(one.value, label(one)) for one in Copied],
    )
    days = forms.SelectField(
        _("Can be downloaded for"),
        coerce=int,
        required=_("Choose for how long."),
        choices=[],
    )

    def offer(self, receivers: Iterable[Participant]) -> None:
        self.to.choices = [
            (place_of(one), f"{one.person.full_name} ({one.role.name(language())})")
            for one in receivers
        ]
        self.days.choices = [
            (str(days), ngettext("%(num)s day", "%(num)s days", days)) for days in COPY_DAYS
        ]


class PressForm(forms.Form):
    """A button."""


def place_of(participant: Participant) -> str:
    """Name a participant within his case, as a form sends it back."""
    return f"{participant.role_code}-{participant.ordinal}"


def milliseconds_of(text: str) -> int | None:
    """Read 1:12:30, 12:30 or 45; None for what is no time."""
    found = re.fullmatch(r"(?:(?:(\d{1,2}):)?([0-5]?\d):)?(\d{1,2})(?:[.,](\d{1,3}))?", text)
    if found is None or (found[2] and int(found[3]) > 59):  # noqa: PLR2004 - seconds of a minute
        return None
    hours, minutes, seconds = (int(found[part] or 0) for part in (1, 2, 3))
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + int((found[4] or "0").ljust(3, "0"))
