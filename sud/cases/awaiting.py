"""Whose signature is waited for: the seats at which somebody may sign now, and who is slow."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from sud.access import Actor, visible
from sud.errors import CourtError, Refusal
from sud.models import Case, RoleCode, SeatState, SheetState, SigningSeat, SigningSheet
from sud.outside import local_day
from sud.registry import service as registry

PATIENCE: Final = "signature_wait"
"""The limit, in calendar days, after which whoever prepared a paper and the chair are told."""


def awaited(actor: Actor) -> Select[SigningSeat]:
    """Ask for the actor's seats whose turn has come: nobody of an earlier step is waited for."""
    earlier = aliased(SigningSeat)
    first = (
        select(func.min(earlier.step))
        .where(earlier.sheet_id == SigningSeat.sheet_id, earlier.state == SeatState.WAITS)
        .correlate(SigningSeat)
        .scalar_subquery()
    )
    return (
        select(SigningSeat)
        .join(SigningSheet, SigningSheet.id == SigningSeat.sheet_id)
        .where(
            SigningSeat.user_id == actor.user_id,
            SigningSeat.state == SeatState.WAITS,
            SigningSheet.state == SheetState.OPEN,
            SigningSeat.step == first,
            # Who left the case is not asked any more.
            SigningSheet.id.in_(visible(select(SigningSheet.id), actor)),
        )
    )


def patience_ended(session: Session, *, now: datetime) -> datetime | None:
    """Return the moment before which a turn must have come to be late now; None: no such limit."""
    try:
        limit = registry.limit_on(session, PATIENCE, local_day(now))
    except CourtError as error:
        if error.code is not Refusal.NO_TIME_LIMIT:
            raise
        return None
    return now - timedelta(days=limit.amount)


def waited_since() -> ColumnElement[datetime]:
    """Since when a sheet waits for its next signature: since the last one, or the beginning."""
    last: Any = (
        select(func.max(SigningSeat.settled_at))
        .where(SigningSeat.sheet_id == SigningSheet.id)
        .correlate(SigningSheet)
        .scalar_subquery()
    )
    return func.coalesce(last, SigningSheet.opened_at)


def waits_too_long(actor: Actor, *, before: datetime) -> Select[SigningSheet]:
    """Ask for the sheets that the actor opened, or of his courts as chair, that wait since then.

    A chair learns of them what waits and for whom; the papers are not his to read.
    """
    return (
        select(SigningSheet)
        .join(Case, Case.id == SigningSheet.case_id)
        .where(
            SigningSheet.state == SheetState.OPEN,
            waited_since() < before,
            or_(
                SigningSheet.opened_by_id == actor.user_id,
                Case.court_id.in_(actor.courts_as(RoleCode.CHAIR)),
            ),
        )
    )
