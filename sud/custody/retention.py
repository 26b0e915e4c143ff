"""Until when the recordings of a case are kept: from entry into force, stopped by an appeal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, visible
from sud.custody.rules import Term, shortest_years, term_of
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseState,
    Disc,
    ForceNote,
    ForceStep,
    Hearing,
    Recording,
    RecordingState,
)
from sud.outside import Defer, local_day

_FOLLOWS: dict[ForceStep | None, frozenset[ForceStep]] = {
    None: frozenset({ForceStep.ENTERED, ForceStep.APPEALED}),
    ForceStep.ENTERED: frozenset({ForceStep.APPEALED}),
    ForceStep.APPEALED: frozenset({ForceStep.ENTERED, ForceStep.UPHELD}),
    ForceStep.UPHELD: frozenset({ForceStep.APPEALED}),
}
KEPT = (RecordingState.READY, RecordingState.FAILED, RecordingState.CANCELLED)


class Clock(StrEnum):
    """How the time of keeping stands."""

    NOT_BEGUN = "not_begun"
    STOPPED = "stopped"
    RUNS = "runs"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long the recordings of a case are kept; without a last day where the clock stands."""

    clock: Clock
    since: date | None = None
    until: date | None = None
    term: Term | None = None


def note_step(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    step: ForceStep,
    on: date,
    now: datetime,
    defer: Defer,
) -> ForceNote:
    """Note that the final act entered into force, was appealed, or was upheld on a day."""
    session.refresh(case, with_for_update={"of": Case})
    before = latest_step(session, case)
    if case.state not in {CaseState.DECIDED, CaseState.IN_FORCE, CaseState.ARCHIVED}:
        raise CourtError(Refusal.NOT_NOW)
    if step not in _FOLLOWS[before.step if before else None]:
        raise CourtError(Refusal.NOT_NOW)
    if on > local_day(now) or (before is not None and on < before.on):
        raise CourtError(Refusal.DAY_OUT_OF_ORDER)
    note = ForceNote(case=case, case_id=case.id, step=step, on=on, noted_at=now)
    assert actor.user_id is not None  # noqa: S101 - the gate lets nobody else in
    note.noted_by_id = actor.user_id
    session.add(note)
    if case.state is not CaseState.ARCHIVED:
        case.state = CaseState.DECIDED if step is ForceStep.APPEALED else CaseState.IN_FORCE
    journal.record(
        session, actor, Action.FORCE_NOTE, note, now=now, step=step.value, on=on.isoformat()
    )
    defer(session, "custody.retain", case=str(case.key))
    return note


def latest_step(session: Session, case: Case) -> ForceNote | None:
    """Return what was noted last; the order of noting counts, days may be equal."""
    return session.scalars(
        select(ForceNote).where(ForceNote.case_id == case.id).order_by(ForceNote.id.desc()).limit(1)
    ).one_or_none()


def originals_of(session: Session, case: Case) -> Sequence[str]:
    """Return the hashes of the originals that the recordings of a case are made of."""
    found = session.scalars(
        select(Disc.sha256)
        .join(Recording, Recording.disc_id == Disc.id)
        .join(Hearing, Hearing.id == Recording.hearing_id)
        .where(Hearing.case_id == case.id, Recording.state != RecordingState.DELETED)
        .distinct()
    )
    return [sha256 for sha256 in found if sha256]


def steps_of(session: Session, case: Case) -> Sequence[ForceNote]:
    """Return the way of a case's act into force, the oldest first."""
    return session.scalars(
        select(ForceNote).where(ForceNote.case_id == case.id).order_by(ForceNote.id)
    ).all()


def steps_possible(session: Session, case: Case) -> list[ForceStep]:
    """Return what may be noted next."""
    before = latest_step(session, case)
    return [step for step in ForceStep if step in _FOLLOWS[before.step if before else None]]


def keeping_of(session: Session, case: Case, *, today: date) -> Keeping:
    """Tell until when the recordings of a case are kept."""
    return _keeping(latest_step(session, case), case, today=today)


def _keeping(last: ForceNote | None, case: Case, *, today: date) -> Keeping:
    if last is None:
        return Keeping(clock=Clock.NOT_BEGUN)
    if last.step is ForceStep.APPEALED:
        return Keeping(clock=Clock.STOPPED, since=last.on)
    term = term_of(kind=case.kind_code, category=case.category_code, day=last.on)
    until = term.ends(last.on)
    return Keeping(
        clock=Clock.OVER if until < today else Clock.RUNS, since=last.on, until=until, term=term
    )


def recordings_over(
    session: Session, actor: Actor, *, today: date, most: int = 200
) -> list[tuple[Recording, Keeping]]:
    """Return recordings whose time is over, those in force for longest first."""
    latest = _latest().subquery()
    begun = (
        select(Hearing.id)
        .join(latest, latest.c.case_id == Hearing.case_id)
        .where(latest.c.step != ForceStep.APPEALED, latest.c.on < _shortest(today))
    )
    found = session.scalars(
        visible(select(Recording), actor)
        .where(Recording.state.in_(KEPT), Recording.hearing_id.in_(begun))
        .order_by(Recording.handed_in_at, Recording.id)
    ).all()
    cases = {recording.case_id: recording.hearing.case for recording in found}
    notes = session.scalars(_latest().where(ForceNote.case_id.in_(cases))).all()
    keeping = {note.case_id: _keeping(note, cases[note.case_id], today=today) for note in notes}
    over = [
        (recording, keeping[recording.case_id])
        for recording in found
        if keeping[recording.case_id].clock is Clock.OVER
    ]
    return sorted(over, key=lambda one: one[1].until or today)[:most]


def _latest() -> Select[ForceNote]:
    """The latest note of every case."""
    return (
        select(ForceNote)
        .ext(distinct_on(ForceNote.case_id))
        .order_by(ForceNote.case_id, ForceNote.id.desc())
    )


def _shortest(today: date) -> date:
    """The day before which an act must have entered into force for any term to be over."""
    return today - timedelta(days=365 * shortest_years())
