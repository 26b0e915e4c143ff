"""Marks of judge and clerk in a recording, and the text of them for the minutes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.media.listing import recording_of_url
from sud.media.playing import hidden_stretches
from sud.models import Mark, MarkKind, Recording, RecordingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A mark, and where it lies as it is written: part and milliseconds of it."""

    part: int
    mark: Mark


def add_mark(
    session: Session,
    actor: Actor,
    recording: Recording,
    *,
    at_ms: int,
    kind: MarkKind,
    words: str,
    now: datetime,
) -> Mark:
    """Mark a place; whoever may play the recording sees it."""
    if recording.state is not RecordingState.READY:
        raise CourtError(Refusal.NOT_NOW)
    if not 0 <= at_ms <= (recording.duration_ms or 0):
        raise CourtError(Refusal.MARK_OUTSIDE)
    assert actor.user_id is not None  # noqa: S101 - the gate lets nobody else in
    mark = Mark(
        recording=recording,
        recording_id=recording.id,
        at_ms=at_ms,
        kind=kind,
        words=words,
        by_id=actor.user_id,
        at=now,
    )
    session.add(mark)
    journal.record(
        session, actor, Action.RECORDING_MARK, mark, now=now, kind=kind.value, at_ms=at_ms
    )
    return mark


def remove_mark(session: Session, actor: Actor, mark: Mark, *, now: datetime) -> None:
    """Take one's own mark back; it is kept, and shown to nobody."""
    session.refresh(mark, with_for_update={"of": Mark})
    if mark.removed_at is not None:
        return
    mark.removed_at = now
    journal.record(session, actor, Action.RECORDING_MARK, mark, now=now, change="removed")


def mark_of_url(session: Session, actor: Actor, key: uuid.UUID, mark: uuid.UUID) -> Mark | None:
    """Return a mark of one's own in a recording that one may know of."""
    recording = recording_of_url(session, actor, key)
    if recording is None:
        return None
    return session.scalars(
        select(Mark).where(
            Mark.key == mark,
            Mark.recording_id == recording.id,
            Mark.by_id == actor.user_id,
            Mark.removed_at.is_(None),
        )
    ).one_or_none()


def marks_of(session: Session, actor: Actor, recording: Recording) -> list[Mark]:
    """Return the marks of a recording in their order, without those where one may hear nothing."""
    hidden = hidden_stretches(session, actor, recording)
    marks = session.scalars(
        select(Mark)
        .where(Mark.recording_id == recording.id, Mark.removed_at.is_(None))
        .order_by(Mark.at_ms, Mark.id)
    )
    return [mark for mark in marks if not any(start <= mark.at_ms <= end for start, end in hidden)]


def marks_of_hearing(session: Session, actor: Actor, parts: Iterable[Recording]) -> list[Marked]:
    """Return the marks of every part of a hearing, in order."""
    return [
        Marked(part=number, mark=mark)
        for number, part in enumerate(parts, 1)
        for mark in marks_of(session, actor, part)
    ]
