"""Making recordings: handed in for a hearing, linked with one, given to the worker."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings.reel import disc_of, main_title, survey
from recordings.errors import EncryptedError, RecordingError
from recordings.shelf import keep_master
from recordings.store import TooLargeError
from recordings.volume import File, Volume, file_of, volume_of
from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    DropItem,
    DropState,
    Hearing,
    HearingState,
    Recording,
    RecordingState,
)
from sud.outside import Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as somebody handed it in: its name is only for people."""

    name: str
    stream: BinaryIO


def hand_in(
    session: Session,
    actor: Actor,
    hearing: Hearing,
    sent: Iterable[Sent],
    *,
    outside: Outside,
    limit: int,
) -> Recording:
    """Keep what was sent as the original, and have it converted.

    What is no DVD is refused before anything is kept. The original is in the store before its row
    is in the archive: a crash between them leaves an object without a row, never the reverse.
    """
    if hearing.state is HearingState.CANCELLED:
        raise CourtError(Refusal.NOT_NOW)
    files = [file_of(one.name, one.stream) for one in sent]
    _look_into(files)
    key = uuid.uuid4()
    try:
        kept = keep_master(outside.store, master_prefix(key), files, limit=limit)
    except TooLargeError as error:
        raise CourtError(Refusal.FILE_TOO_LARGE, name=files[0].name, limit=limit) from error
    now = outside.now()
    recording = Recording(
        key=key,
        hearing=hearing,
        hearing_id=hearing.id,
        source_name=_title_of(files),
        source_prefix=master_prefix(key),
        source_sha256=kept.sha256,
        source_bytes=kept.size,
        handed_in_by_id=actor.user_id,
        handed_in_at=now,
    )
    session.add(recording)
    journal.record(
        session,
        actor,
        Action.RECORDING_ADD,
        recording,
        now=now,
        sha256=kept.sha256,
        bytes=kept.size,
        files=len(kept.files),
    )
    send_to_worker(session, recording, outside)
    return recording


def master_prefix(key: uuid.UUID) -> str:
    """Say where an original lies in the store."""
    return f"masters/{key}/"


def send_to_worker(session: Session, recording: Recording, outside: Outside) -> None:
    """Have it converted once this is committed; no two workers convert one recording at a time."""
    outside.defer(
        session,
        "media.transcode",
        lock=f"recording:{recording.key}",
        recording=str(recording.key),
    )


def _look_into(files: Sequence[File]) -> None:
    """Refuse at once what could never play."""
    for file in files:
        if not file.size and len(files) == 1:
            raise CourtError(Refusal.FILE_EMPTY, name=file.name)
    refusal = refusal_of(files)
    if refusal is not None:
        raise CourtError(refusal)


def refusal_of(files: Sequence[File]) -> Refusal | None:
    """Tell why these files could never play, by their content; None where they could."""
    try:
        volume: Volume = volume_of(files)
        disc = disc_of(volume)
        survey(disc, main_title(disc))
    except EncryptedError:
        return Refusal.RECORDING_ENCRYPTED
    except RecordingError:
        return Refusal.RECORDING_NOT_A_DISC
    return None


def _title_of(files: Sequence[File]) -> str:
    return files[0].name if len(files) == 1 else "VIDEO_TS"


def link(
    session: Session, actor: Actor, item: DropItem, hearing: Hearing, *, outside: Outside
) -> Recording:
    """Say which hearing a disc in the drop folder is of; the worker takes it from there."""
    locked = session.scalars(
        select(DropItem).where(DropItem.id == item.id).with_for_update()
    ).one_or_none()
    if locked is None or locked.state is not DropState.WAITING:
        raise CourtError(Refusal.NOT_NOW)
    if hearing.state is HearingState.CANCELLED:
        raise CourtError(Refusal.NOT_NOW)
    key, now = uuid.uuid4(), outside.now()
    recording = Recording(
        key=key,
        hearing=hearing,
        hearing_id=hearing.id,
        source_name=item.name,
        source_prefix=master_prefix(key),
        source_sha256="",  # known when the worker has read it
        source_bytes=item.size,
        handed_in_by_id=actor.user_id,
        handed_in_at=now,
    )
    session.add(recording)
    session.flush()
    item.state = DropState.LINKED
    item.recording_id = recording.id
    journal.record(
        session, actor, Action.RECORDING_ADD, recording, now=now, bytes=item.size, drop=item.id
    )
    send_to_worker(session, recording, outside)
    return recording


def retry(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Have a failed recording converted again, from its original."""
    locked = session.scalars(
        select(Recording)
        .where(Recording.id == recording.id)
        .with_for_update(of=Recording)
        .execution_options(populate_existing=True)
    ).one()
    if locked.state is not RecordingState.FAILED:
        raise CourtError(Refusal.NOT_NOW)
    locked.state = RecordingState.RECEIVED
    locked.problem = None
    locked.attempts = 0
    locked.progress = 0
    journal.record(
        session, actor, Action.RECORDING_ADD, locked, now=outside.now(), change="repeated"
    )
    send_to_worker(session, locked, outside)
