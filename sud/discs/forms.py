"""What is filled in on the pages of discs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from sud import forms
from sud.discs.linking import SAYABLE
from sud.discs.proposing import Candidate
from sud.discs.words import AGREEMENTS
from sud.labels import label
from sud.models import AsideReason, DiscTitle, Hearing, Recording
from sud.words import duration, moment

LATER = "later"
MONTHS = 12
"""How far back the report looks unless it is told otherwise."""
_HEARING, _ASIDE = "hearing:", "aside:"
_FEW = 1
"""So many titles are asked about with every answer in sight; more of them with lists."""


class HandInForm(forms.Form):
    """The discs of a hearing."""

    disc = forms.ResumableField(
        _("Discs of the hearing"),
        hint=_(
            "An ISO file or a film for each disc, or all files of a disc's VIDEO_TS folder at once."
            " The originals are kept unchanged."
        ),
        required=_("Choose the file of the disc."),
        most=200,
    )


class ListForm(forms.Form):
    """The list of a shelf."""

    table = forms.FileField(
        _("List of the discs (CSV)"),
        hint=_(
            "First line: the headings. Name of the disc, court, case, date, part, note;"
            " only the name must be there."
        ),
        required=_("Choose the file with the list."),
        accept=".csv,.txt",
    )


class Press(forms.Form):
    """A button."""


class QueueFilters(forms.Filters):
    """What is looked for among the discs."""

    q = forms.TextField(_("Name of the disc"), longest=100)
    court = forms.SelectField(_("Court"), blank=_("All courts"))
    heap = forms.HiddenField()


class FindHearingForm(forms.Filters):
    """The case whose hearing is on a disc."""

    q = forms.TextField(
        _("Case number"),
        hint=_("In any spelling: ГД-319/26-Т5, гд 319/26, 319"),
        longest=100,
    )


class ReportFilters(forms.Filters):
    """Of which court, and how far back."""

    court = forms.SelectField(_("Court"), blank=_("All courts"))
    months = forms.SelectField(
        _("Months"), choices=[(3, "3"), (12, "12"), (36, "36")], coerce=int, default=MONTHS
    )


# ------------------------------------------------------------------ which hearing it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person says of a title: a hearing, or why it is none."""

    title: DiscTitle
    hearing: Hearing | None = None
    reason: AsideReason | None = None


def name_of(title: DiscTitle) -> str:
    """Return the name of the field that asks about a title."""
    return f"title_{title.number}"


def answers_form(titles: Sequence[DiscTitle], offered: dict[int, list[Candidate]]) -> forms.Form:
    """Build the form that asks for every open title of which hearing it is."""
    kind = forms.RadioField if len(titles) <= _FEW else forms.SelectField
    fields = {
        name_of(title): kind(
            _title_words(title),
            required=_("Choose the hearing, or say that it is none."),
            choices=_choices(offered[title.number], grouped=kind is forms.SelectField),
            default=LATER,
        )
        for title in titles
    }
    made = type(
        "AnswersForm", (forms.Form,), {"__doc__": "Of which hearings the titles are.", **fields}
    )
    return cast(forms.Form, made())


def answers(
    form: forms.Form, titles: Iterable[DiscTitle], offered: dict[int, list[Candidate]]
) -> list[Answer]:
    """Return what was said; titles that are left for later are left out."""
    said: list[Answer] = []
    for title in titles:
        value = str(form[name_of(title)].data or LATER)
        if value.startswith(_HEARING):
            key = UUID(value.removeprefix(_HEARING))
            (one,) = [one.hearing for one in offered[title.number] if one.hearing.key == key]
            said.append(Answer(title=title, hearing=one))
        elif value.startswith(_ASIDE):
            said.append(Answer(title=title, reason=AsideReason(value.removeprefix(_ASIDE))))
    return said


def _title_words(title: DiscTitle) -> str:
    return str(gettext("Which hearing is title %(number)s?", number=title.number))


def _choices(offered: Sequence[Candidate], *, grouped: bool) -> object:
    hearings = [
        (f"{_HEARING}{one.hearing.key}", hearing_words(one.hearing), {"hint": _hint(one)})
        for one in offered
    ]
    none = [(f"{_ASIDE}{reason.value}", str(label(reason))) for reason in SAYABLE]
    later = (LATER, gettext("Leave it for later"))
    if not grouped:
        return [*hearings, *none, later]
    told = [
        (value, f"{words} ({more['hint']})" if more["hint"] else words)
        for value, words, more in hearings
    ]
    return {
        gettext("Not decided"): [later],
        gettext("Hearings"): told,
        gettext("No hearing"): none,
    }


def hearing_words(hearing: Hearing) -> str:
    """Return a hearing in one line: case, when, where, what for."""
    return " · ".join(
        (
            hearing.case.number,
            moment(hearing.starts_at),
            hearing.courtroom.name,
            str(label(hearing.purpose)),
        )
    )


def _hint(one: Candidate) -> str:
    agrees = ", ".join(str(AGREEMENTS[each]) for each in one.agrees)
    words = [gettext("Agrees: %(what)s", what=agrees)] if agrees else []
    words += (
        [gettext("has a recording already: this would be another part")] if one.recorded else []
    )
    return "; ".join(words)


# ------------------------------------------------------------------ the order of parts


def parts_form(parts: Sequence[Recording]) -> forms.Form:
    """Build the form that asks for the place of each part of a hearing."""
    fields = {
        f"part_{one.id}": forms.SelectField(
            part_words(one),
            required=_("Choose the place."),
            choices=[(place, str(place)) for place in range(1, len(parts) + 1)],
            coerce=int,
            default=place,
        )
        for place, one in enumerate(parts, 1)
    }
    made = type("PartsForm", (forms.Form,), {"__doc__": "The order of the parts.", **fields})
    return cast(forms.Form, made())


def part_words(one: Recording) -> str:
    """Return what a person knows a part by."""
    return f"{one.disc.name}, {duration((one.duration_ms or one.expected_ms or 0) / 1000)}"


def order_of(form: forms.Form, parts: Sequence[Recording]) -> list[Recording]:
    """Return the parts as they were put; of two with the same place the one that came first."""
    places = {one.id: form[f"part_{one.id}"].data for one in parts}
    return sorted(parts, key=lambda one: (places[one.id], places[one.id] >= one.part, one.part))
