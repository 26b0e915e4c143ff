"""Which hearings, recordings and discs somebody sees."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from sud.access import Action, Actor, permits, visible
from sud.cases.numbers import readings
from sud.cases.service import is_numbered
from sud.models import (
    Case,
    CaseKind,
    Court,
    Disc,
    DiscState,
    DropItem,
    DropState,
    Hearing,
    HearingState,
    Recording,
    RecordingState,
)

OFFERED: Final = 20
RECENT: Final = timedelta(days=31)


def hearing_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Hearing | None:
    """Return the hearing of an address if the actor may know of it."""
    return session.scalars(visible(select(Hearing).where(Hearing.key == key), actor)).one_or_none()


def recording_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Recording | None:
    """Return the recording of an address if the actor may know of it."""
    query = select(Recording).where(Recording.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


def drop_item_of_url(session: Session, _actor: Actor, key: uuid.UUID) -> DropItem | None:
    """Return a disc of the drop folder; the rule book says who sees those."""
    return session.scalars(select(DropItem).where(DropItem.key == key)).one_or_none()


def recordings_of_hearing(session: Session, hearing: Hearing) -> Sequence[Recording]:
    """Return the recordings of a hearing in the order of its parts."""
    return session.scalars(
        select(Recording)
        .where(Recording.hearing_id == hearing.id, Recording.state != RecordingState.DELETED)
        .order_by(Recording.part, Recording.handed_in_at, Recording.id)
    ).all()


def discs_of_hearing(session: Session, actor: Actor, hearing: Hearing) -> Sequence[Disc]:
    """Return the discs handed in for a hearing that nobody has made a recording of it yet."""
    made = select(Recording.disc_id).where(
        Recording.disc_id.is_not(None), Recording.state != RecordingState.DELETED
    )
    query = select(Disc).where(
        Disc.hearing_id == hearing.id, Disc.state != DiscState.GONE, Disc.id.not_in(made)
    )
    return session.scalars(visible(query, actor).order_by(Disc.id)).unique().all()


def waiting_discs(session: Session) -> Sequence[DropItem]:
    """Return what lies in the drop folder and has no hearing, the oldest first."""
    return session.scalars(
        select(DropItem)
        .where(DropItem.state.in_([DropState.WAITING, DropState.REFUSED]))
        .order_by(DropItem.state.desc(), DropItem.seen_at, DropItem.id)
    ).all()


def unfinished_recordings(session: Session, actor: Actor) -> Sequence[Recording]:
    """Return the actor's recordings that are being converted or need a person."""
    query = select(Recording).where(Recording.state != RecordingState.READY)
    return session.scalars(
        visible(query, actor).order_by(Recording.handed_in_at.desc()).limit(50)
    ).all()


def hearings_for_disc(
    session: Session, actor: Actor, question: str, *, now: datetime
) -> Sequence[Hearing]:
    """Return hearings a disc may be of: of the case that was asked for, else the latest ones."""
    query = (
        visible(select(Hearing), actor)
        .join(Court, Court.id == Case.court_id)
        .join(CaseKind, CaseKind.code == Case.kind_code)
        .where(Hearing.state != HearingState.CANCELLED)
        .options(joinedload(Hearing.case))
        .order_by(Hearing.during.desc())
        .limit(OFFERED)
    )
    if question:
        parts = readings(question)
        if not parts:
            return []
        query = query.where(or_(*(is_numbered(part) for part in parts)))
    else:
        query = query.where(
            func.lower(Hearing.during) > now - RECENT, func.lower(Hearing.during) < now + RECENT
        )
    return [
        hearing
        for hearing in session.scalars(query)
        if permits(actor, Action.RECORDING_ADD, hearing)
    ]
