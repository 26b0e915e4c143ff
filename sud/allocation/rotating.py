"""A contributor's new chain and key, carried into the log."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assignment import entries, rotation
from assignment.canon import MalformedError, canon
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log
from sud.errors import CourtError, Refusal


def take_rotation(session: Session, actor: Actor, facts: Any, *, now: datetime) -> int:
    """Log what a contributor (or all others for it) signed; return from which epoch it counts."""
    book = log.begun(session, now)
    state = book.state
    try:
        entry = rotation.compose_rotation(book.at, facts)
        entries.read(canon(entry))
    except (MalformedError, LookupError, TypeError) as error:
        raise CourtError(Refusal.ROTATION_REFUSED, why="this is not a rotation") from error
    bodies = {name: known[-1].contributor for name, known in state.bodies.items()}
    faults = rotation.faults(state.origin, state.intake, bodies, entry)
    if faults:
        raise CourtError(Refusal.ROTATION_REFUSED, why=faults[0])
    row = book.add(entry)
    journal.record(
        session,
        actor,
        Action.LOG_REVEAL,
        None,
        now=now,
        contributor=entry["contributor"]["id"],
        first=entry["first"],
        entry=row.index,
    )
    first: int = entry["first"]
    return first
