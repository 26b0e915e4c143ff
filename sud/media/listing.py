"""Which hearings, recordings and discs somebody sees."""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import Actor, visible
from sud.models import (
    Disc,
    DiscState,
    Hearing,
    Recording,
    RecordingState,
)

NOT_SHOWN: Final = (RecordingState.DELETED, RecordingState.UNLINKED)


def hearing_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Hearing | None:
    """Return the hearing of an address if the actor may know of it."""
    return session.scalars(visible(select(Hearing).where(Hearing.key == key), actor)).one_or_none()


def recording_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Recording | None:
    """Return the recording of an address if the actor may know of it."""
    query = select(Recording).where(Recording.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


def recordings_of_hearing(session: Session, hearing: Hearing) -> Sequence[Recording]:
    """Return the recordings of a hearing in the order of its parts."""
    return session.scalars(
        select(Recording)
        .where(Recording.hearing_id == hearing.id, Recording.state.not_in(NOT_SHOWN))
        .order_by(Recording.part, Recording.handed_in_at, Recording.id)
    ).all()


def discs_of_hearing(session: Session, actor: Actor, hearing: Hearing) -> Sequence[Disc]:
    """Return the discs handed in for a hearing that nobody has made a recording of it yet."""
    made = select(Recording.disc_id).where(
        Recording.disc_id.is_not(None), Recording.state.not_in(NOT_SHOWN)
    )
    query = select(Disc).where(
        Disc.hearing_id == hearing.id, Disc.state != DiscState.GONE, Disc.id.not_in(made)
    )
    return session.scalars(visible(query, actor).order_by(Disc.id)).unique().all()
