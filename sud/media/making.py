"""Making recordings: handed in for a hearing, linked with one, given to the worker."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from recordings.errors import EncryptedError, RecordingError
from recordings.reel import disc_of, main_title, survey
from recordings.shelf import keep_master
from recordings.store import TooLargeError
from recordings.volume import File, Volume, file_of, volume_of
from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    Disc,
    DiscTitle,
    DropItem,
    DropState,
    Hearing,
    HearingState,
    Recording,
    RecordingPiece,
    RecordingState,
    TitleUse,
)
from sud.outside import Outside

URGENT: Final = 10
"""The priority of what somebody waits for; everything else has 0."""
WORKING: Final = (RecordingState.RECEIVED, RecordingState.JUDGING, RecordingState.TRANSCODING)


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
    outside.defer(
        session,
        "media.transcode",
        lock=lock_of(recording),
        recording=str(recording.key),
    )
    return recording


def master_prefix(key: uuid.UUID) -> str:
    """Say where an original lies in the store."""
    return f"masters/{key}/"


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
    outside.defer(
        session,
        "media.transcode",
        lock=lock_of(recording),
        recording=str(recording.key),
    )
    return recording


def begin(
    session: Session,
    actor: Actor,
    disc: Disc,
    title: DiscTitle,
    hearing: Hearing,
    *,
    now: datetime,
    outside: Outside,
    urgent: bool = False,
) -> Recording:
    """Make a title of a disc a hearing's recording, and have it converted.

    A long day fills several discs: each further recording of a hearing is its next part.
    """
    session.refresh(hearing, with_for_update={"of": Hearing})
    session.refresh(title, with_for_update={"of": DiscTitle})
    if hearing.state is HearingState.CANCELLED or title.use is TitleUse.LINKED:
        raise CourtError(Refusal.NOT_NOW)
    last = session.scalar(
        select(func.max(Recording.part)).where(
            Recording.hearing_id == hearing.id,
            Recording.state.not_in([RecordingState.DELETED, RecordingState.UNLINKED]),
        )
    )
    recording = Recording(
        hearing=hearing,
        hearing_id=hearing.id,
        disc=disc,
        disc_id=disc.id,
        title=title.number,
        part=(last or 0) + 1,
        urgent=urgent or disc.urgent,
        expected_ms=round(title.seconds * 1000),
        handed_in_by_id=disc.handed_in_by_id,
        handed_in_at=disc.handed_in_at,
        source_name="",
        source_prefix="",
        source_sha256="",
        source_bytes=disc.size,
    )
    session.add(recording)
    title.use = TitleUse.LINKED
    title.decided_by_id = actor.user_id
    title.decided_at = now
    session.flush()
    journal.record(
        session,
        actor,
        Action.RECORDING_ADD,
        recording,
        now=now,
        sha256=disc.sha256,
        title=title.number,
        part=recording.part,
    )
    send_to_worker(session, recording, outside)
    return recording


def retry(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Have a recording converted again that failed or was called off; what was made is kept."""
    _hold(session, recording)
    if recording.state not in {RecordingState.FAILED, RecordingState.CANCELLED}:
        raise CourtError(Refusal.NOT_NOW)
    recording.state = RecordingState.RECEIVED
    recording.problem = recording.seconds_left = None
    recording.attempts = recording.progress = 0
    session.execute(
        update(RecordingPiece).where(RecordingPiece.recording_id == recording.id).values(attempts=0)
    )
    _changed(session, actor, recording, "repeated", outside)
    send_to_worker(session, recording, outside)


def cancel(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Call a conversion off: the worker stops within seconds, the original stays."""
    _hold(session, recording)
    if recording.state not in WORKING:
        raise CourtError(Refusal.NOT_NOW)
    recording.state = RecordingState.CANCELLED
    recording.seconds_left = None
    _changed(session, actor, recording, "cancelled", outside)


def hurry(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Put a recording before the others: somebody waits for this hearing."""
    _hold(session, recording)
    if recording.state not in WORKING or recording.urgent:
        raise CourtError(Refusal.NOT_NOW)
    recording.urgent = True
    session.execute(
        text(
            "UPDATE procrastinate_jobs SET priority = :priority"
            " WHERE status = 'todo' AND (lock = :lock OR lock LIKE :lock || ':%')"
        ),
        {"priority": URGENT, "lock": lock_of(recording)},
    )
    _changed(session, actor, recording, "hurried", outside)


def send_to_worker(session: Session, recording: Recording, outside: Outside) -> None:
    """Have it judged and converted once this is committed."""
    defer_step(session, recording, "media.judge", outside)


def defer_step(
    session: Session, recording: Recording, job: str, outside: Outside, *, piece: int | None = None
) -> None:
    """Defer one step of a recording; no two workers do the same step at a time."""
    facts = {} if piece is None else {"piece": piece}
    outside.defer(
        session,
        job,
        lock=lock_of(recording) + ("" if piece is None else f":{piece}"),
        priority=URGENT if recording.urgent else 0,
        recording=str(recording.key),
        **facts,
    )


def lock_of(recording: Recording) -> str:
    return f"recording:{recording.key}"


def _hold(session: Session, recording: Recording) -> None:
    session.refresh(recording, with_for_update={"of": Recording})


def _changed(
    session: Session, actor: Actor, recording: Recording, change: str, outside: Outside
) -> None:
    journal.record(
        session, actor, Action.RECORDING_ADD, recording, now=outside.now(), change=change
    )
