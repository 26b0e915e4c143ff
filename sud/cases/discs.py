"""Says what of the discs waits for a person, and what the machine is still at; nobody else does.

The room of discs and the first pages of people must not disagree on it.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select

from sud.models import Disc, DiscState, DiscTitle, Recording, RecordingState, TitleUse

MAKING: Final = (
    RecordingState.RECEIVED,
    RecordingState.JUDGING,
    RecordingState.TRANSCODING,
)


def waits() -> ColumnElement[bool]:
    """Say that a person has to do something about a disc, or about what was made of it."""
    undecided = exists(
        select(DiscTitle.id).where(DiscTitle.disc_id == Disc.id, DiscTitle.use == TitleUse.OPEN)
    )
    failed = exists(
        select(Recording.id).where(
            Recording.disc_id == Disc.id, Recording.state == RecordingState.FAILED
        )
    )
    return or_(
        Disc.state == DiscState.FAILED,
        and_(Disc.state == DiscState.READ, or_(undecided, failed)),
    )


def in_work() -> ColumnElement[bool]:
    """Say that a disc is being kept or read, or that something is being made of it."""
    making = exists(
        select(Recording.id).where(Recording.disc_id == Disc.id, Recording.state.in_(MAKING))
    )
    return or_(Disc.state.in_([DiscState.ARRIVED, DiscState.KEPT]), making)
