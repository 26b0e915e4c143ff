"""Whose signature is waited for: the seats at which somebody may sign now."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from sud.access import Actor, visible
from sud.models import SeatState, SheetState, SigningSeat, SigningSheet


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
