"""Says which hearings may be on a disc: weighs what names, labels and lists tell of it.

Nothing is decided here. The clock of a recorder is often wrong, a label may be of another disc:
a person looks and says. Only the list of a shelf, where court, number and day name one hearing
that stands in the archive, is called certain.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, joinedload

from sud.access import Action, Actor, permits, visible
from sud.cases.numbers import PartOfNumber, readings
from sud.cases.service import is_numbered
from sud.discs.courts import court_called
from sud.models import (
    Case,
    CaseKind,
    Court,
    Disc,
    DiscTitle,
    Hearing,
    HearingState,
    Recording,
    RecordingState,
)
from sud.outside import BISHKEK, local_day

LISTED: Final = "list"
"""The source of what the list of a shelf says."""
RECORDER: Final = "recorder"
NEAR: Final = timedelta(days=3)
ABOUT: Final = timedelta(minutes=75)
RECENT: Final = timedelta(days=31)
LOOKED_AT: Final = 400
OFFERED: Final = 8


class Agreement(StrEnum):
    """In what a hearing agrees with what is known of a disc."""

    HANDED_IN_FOR = "handed_in_for"
    CASE_NUMBER = "case_number"
    SAME_DAY = "same_day"
    NEAR_DAY = "near_day"
    SAME_TIME = "same_time"
    COURTROOM = "courtroom"


POINTS: Final = {
    Agreement.HANDED_IN_FOR: 100,
    Agreement.CASE_NUMBER: 60,
    Agreement.SAME_DAY: 30,
    Agreement.NEAR_DAY: 10,
    Agreement.SAME_TIME: 12,
    Agreement.COURTROOM: 8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is said of a disc, or of one title of it, and where it was read."""

    what: str
    value: str
    source: str
    title: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A hearing that may be on a disc, and in what it agrees."""

    hearing: Hearing
    agrees: tuple[Agreement, ...]
    recorded: bool
    """It has a recording already: this would be another part of it."""

    @property
    def points(self) -> int:
        return sum(POINTS[one] for one in self.agrees)


def facts_of(disc: Disc) -> list[Fact]:
    """Return what is said of a disc; the list of the shelf before what was read on the disc."""
    listed = disc.shelf_facts or {}
    names = {"court": "court", "case": "case", "day": "date", "part": "part", "note": "note"}
    facts = [
        Fact(what=what, value=str(listed[name]), source=LISTED)
        for name, what in names.items()
        if listed.get(name)
    ]
    found = sorted(
        (disc.report or {}).get("proposals", ()), key=lambda one: -float(one["confidence"])
    )
    facts += [
        Fact(what=one["what"], value=one["value"], source=one["source"], title=one.get("title"))
        for one in found
    ]
    return list(dict.fromkeys(facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is said of a disc, as far as the archive understands it."""

    hearing_id: int | None
    days: frozenset[date]
    times: frozenset[time]
    numbers: tuple[PartOfNumber, ...]
    rooms: frozenset[str]
    courts: frozenset[int]


def candidates(
    session: Session,
    actor: Actor,
    disc: Disc,
    title: DiscTitle | None = None,
    *,
    question: str = "",
    now: datetime,
) -> list[Candidate]:
    """Return the hearings that may be on a disc, the likeliest first.

    With a question (the number of a case) only the hearings of that case. Only hearings for which
    the actor may hand in a recording.
    """
    known = _known(session, disc, title)
    query = (
        visible(select(Hearing), actor)
        .join(Court, Court.id == Case.court_id)
        .join(CaseKind, CaseKind.code == Case.kind_code)
        .where(Hearing.state != HearingState.CANCELLED)
        .options(joinedload(Hearing.case))
        .order_by(Hearing.during.desc())
        .limit(LOOKED_AT)
    )
    if question:
        numbers = readings(question)
        if not numbers:
            return []
        query = query.where(or_(*(is_numbered(number) for number in numbers)))
    else:
        query = query.where(or_(*_conditions(known, now)))
    found = [
        hearing
        for hearing in session.scalars(query).unique()
        if permits(actor, Action.RECORDING_ADD, hearing)
    ]
    recorded = _recorded(session, found)
    weighed = [
        Candidate(hearing=one, agrees=tuple(_agrees(known, one)), recorded=one.id in recorded)
        for one in found
    ]
    weighed.sort(key=lambda one: (-one.points, _distance(known, one.hearing, now)))
    return weighed[: OFFERED * (2 if question else 1)]


def certain(session: Session, actor: Actor, disc: Disc) -> Hearing | None:
    """Return the one hearing that the list of the shelf names; None where it names none or two."""
    listed = disc.shelf_facts or {}
    numbers = readings(listed.get("case", ""))
    if not numbers or not listed.get("day"):
        return None
    court = court_called(session, listed["court"]) if listed.get("court") else disc.court
    if court is None:
        return None
    query = (
        visible(select(Hearing), actor)
        .join(Court, Court.id == Case.court_id)
        .join(CaseKind, CaseKind.code == Case.kind_code)
        .where(
            Hearing.state != HearingState.CANCELLED,
            Case.court_id == court.id,
            or_(*(is_numbered(number) for number in numbers)),
            _on(date.fromisoformat(listed["day"])),
        )
        .limit(2)
    )
    found: Sequence[Hearing] = session.scalars(query).unique().all()
    if len(found) != 1 or not permits(actor, Action.RECORDING_ADD, found[0]):
        return None
    return found[0]


def part_said(disc: Disc) -> int | None:
    """Return which part of a hearing the disc is said to be."""
    said = next((fact.value for fact in facts_of(disc) if fact.what == "part"), "")
    return int(said) if said.isdecimal() else None


def _known(session: Session, disc: Disc, title: DiscTitle | None) -> _Known:
    facts = [
        fact
        for fact in facts_of(disc)
        if fact.title is None or title is None or fact.title == title.number
    ]

    def said(what: str) -> Iterator[str]:
        return (fact.value for fact in facts if fact.what == what)

    courts = {court.id for value in said("court") if (court := court_called(session, value))}
    return _Known(
        hearing_id=disc.hearing_id,
        days=frozenset(day for value in said("date") if (day := _day(value))),
        times=frozenset(at for value in said("time") if (at := _time(value))),
        numbers=tuple(number for value in said("case") for number in readings(value)),
        rooms=frozenset(_room(value) for value in said("courtroom")),
        courts=frozenset(courts | ({disc.court_id} if disc.court_id else set())),
    )


def _conditions(known: _Known, now: datetime) -> list[ColumnElement[bool]]:
    """Return what makes a hearing worth looking at; without any clue, the latest ones."""
    here = [Case.court_id.in_(known.courts)] if known.courts else []
    clues: list[ColumnElement[bool]] = [is_numbered(number) for number in known.numbers]
    if known.hearing_id is not None:
        clues.append(Hearing.id == known.hearing_id)
    clues += [and_(_on(day - NEAR, day + NEAR), *here) for day in known.days]
    if clues:
        return clues
    start = func.lower(Hearing.during)
    return [and_(start > now - RECENT, start < now + timedelta(days=1), *here)]


def _on(first: date, last: date | None = None) -> ColumnElement[bool]:
    begins = datetime.combine(first, time(), BISHKEK)
    ends = datetime.combine((last or first) + timedelta(days=1), time(), BISHKEK)
    return Hearing.during.op("&&", is_comparison=True)(Range(begins, ends))


def _agrees(known: _Known, hearing: Hearing) -> Iterator[Agreement]:
    if hearing.id == known.hearing_id:
        yield Agreement.HANDED_IN_FOR
    if any(_is_numbered(number, hearing.case) for number in known.numbers):
        yield Agreement.CASE_NUMBER
    apart = [abs(day - local_day(hearing.starts_at)) for day in known.days]
    if apart and min(apart) == timedelta():
        yield Agreement.SAME_DAY
    elif apart and min(apart) <= NEAR:
        yield Agreement.NEAR_DAY
    starts = hearing.starts_at.astimezone(BISHKEK)
    if any(abs(datetime.combine(starts, at, BISHKEK) - starts) <= ABOUT for at in known.times):
        yield Agreement.SAME_TIME
    if _room(hearing.courtroom.name) in known.rooms:
        yield Agreement.COURTROOM


def _is_numbered(number: PartOfNumber, case: Case) -> bool:
    """Compare as `is_numbered` does in the database."""
    return (
        number.seq == case.seq
        and number.year in {None, case.year}
        and number.kind in {None, case.kind.prefix}
        and number.court in {None, case.court.suffix}
    )


def _distance(known: _Known, hearing: Hearing, now: datetime) -> timedelta:
    if not known.days:
        return abs(hearing.starts_at - now)
    return min(abs(day - local_day(hearing.starts_at)) for day in known.days)


def _recorded(session: Session, hearings: Sequence[Hearing]) -> set[int]:
    query = select(Recording.hearing_id).where(
        Recording.hearing_id.in_([one.id for one in hearings]),
        Recording.state.not_in([RecordingState.DELETED, RecordingState.UNLINKED]),
    )
    return set(session.scalars(query))


def _room(name: str) -> str:
    """Return what tells one courtroom from another: its number, where it has one."""
    number = re.search(r"\d+[^\W\d_]?(?![^\W\d_])", name)
    return (number.group() if number else name).casefold()


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _time(value: Any) -> time | None:
    try:
        return time.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None
