"""Says of which hearings there is a recording, or a reason why not; nothing else answers that.

The duty is as old as the law: it holds for hearings of the days on which the limit for handing a
recording in is in force.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from sud.models import (
    Case,
    Hearing,
    HearingState,
    Recording,
    RecordingAbsence,
    RecordingState,
    TimeLimit,
    Verdict,
)
from sud.outside import BISHKEK

LIMIT: Final = "hearing_recording"
"""The time limit within which a recording is handed in, or its absence explained."""

_NO_RECORDING: Final = (
    RecordingState.FAILED,
    RecordingState.CANCELLED,
    RecordingState.UNLINKED,
)


def recorded() -> ColumnElement[bool]:
    """Say that something was recorded of a hearing: handed in, and not found to be useless."""
    return exists(
        select(Recording.id).where(
            Recording.hearing_id == Hearing.id,
            Recording.state.not_in(_NO_RECORDING),
            or_(Recording.verdict.is_(None), Recording.verdict != Verdict.UNUSABLE),
        )
    )


def explained() -> ColumnElement[bool]:
    """Say that somebody stated why a hearing has no recording."""
    return exists(select(RecordingAbsence.id).where(RecordingAbsence.hearing_id == Hearing.id))


def owed(now: datetime) -> ColumnElement[bool]:
    """Say that a hearing took place under the law, or should have: its time is over.

    One that nobody noted as held counts too, or forgetting a button would be a way around the law.
    """
    over = or_(
        Hearing.state == HearingState.HELD,
        and_(Hearing.state == HearingState.SCHEDULED, func.upper(Hearing.during) <= now),
    )
    in_force = exists(
        select(TimeLimit.id).where(
            TimeLimit.code == LIMIT,
            TimeLimit.valid_from <= _day(),
            or_(TimeLimit.valid_to.is_(None), TimeLimit.valid_to >= _day()),
        )
    )
    return and_(over, in_force)


def lacking(now: datetime) -> Select[Hearing]:
    """Select the hearings, joined with their cases, that have neither a recording nor a reason."""
    return (
        select(Hearing)
        .join(Case, Case.id == Hearing.case_id)
        .where(owed(now), ~recorded(), ~explained())
    )


def lacks(session: Session, hearings: Sequence[Hearing], *, now: datetime) -> set[int]:
    """Return the numbers of those of the hearings that have neither."""
    found = lacking(now).where(Hearing.id.in_([one.id for one in hearings]))
    return set(session.scalars(found.with_only_columns(Hearing.id, maintain_column_froms=True)))


def has_recording(session: Session, hearings: Sequence[Hearing]) -> set[int]:
    """Return the numbers of those of the hearings that are recorded."""
    query = select(Hearing.id).where(Hearing.id.in_([one.id for one in hearings]), recorded())
    return set(session.scalars(query))


def _day() -> ColumnElement[object]:
    """The day of a hearing as the court's calendar has it."""
    return cast(func.timezone(BISHKEK.key, func.lower(Hearing.during)), Date)
