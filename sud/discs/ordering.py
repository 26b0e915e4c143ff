"""Keeps the parts of a hearing in their order: a long day fills several discs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.discs.proposing import part_said
from sud.errors import CourtError, Refusal
from sud.models import Hearing, Recording, RecordingState


def parts_of(session: Session, hearing: Hearing) -> list[Recording]:
    """Return the recordings of a hearing in their order."""
    return list(
        session.scalars(
            select(Recording)
            .where(
                Recording.hearing_id == hearing.id,
                Recording.state.not_in([RecordingState.DELETED, RecordingState.UNLINKED]),
            )
            .order_by(Recording.part, Recording.id)
        ).unique()
    )


def said_order(session: Session, hearing: Hearing) -> list[Recording]:
    """Return the parts as the discs themselves are numbered; those that are not stay behind.

    Nothing is changed where a person has given another order: only where the said numbers are
    those of the discs that came in.
    """
    parts = parts_of(session, hearing)
    said = {one.id: part_said(one.disc) for one in parts}
    if not parts or said[parts[-1].id] is None:
        return parts
    last = parts.pop()
    wanted = said[last.id] or 0
    later = [
        place
        for place, one in enumerate(parts)
        if (number := said[one.id]) is not None and number > wanted
    ]
    parts.insert(min(later, default=len(parts)), last)
    return parts


def put_in_order(
    session: Session, actor: Actor, hearing: Hearing, order: Sequence[Recording], *, now: datetime
) -> None:
    """Number the parts of a hearing as they are given: all of them, each once."""
    if {one.id for one in order} != {one.id for one in parts_of(session, hearing)}:
        raise CourtError(Refusal.STALE)
    changed = [(one, place) for place, one in enumerate(order, 1) if one.part != place]
    for one, place in changed:
        one.part = place
    if changed:
        journal.record(
            session,
            actor,
            Action.RECORDING_ADD,
            hearing,
            now=now,
            change="ordered",
            parts=[one.id for one in order],
        )
