"""Recordings: handed in for a hearing, followed while they are converted, played and counted."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from recordings.disc import disc_of, main_title, survey
from recordings.errors import EncryptedError, RecordingError
from recordings.shelf import keep_master
from recordings.store import TooLargeError
from recordings.transcode import MASTER
from recordings.volume import File, Volume, file_of, volume_of
from sud import journal
from sud.access import Action, Actor, permits, visible
from sud.cases.numbers import readings
from sud.cases.service import is_numbered
from sud.errors import CourtError, Refusal
from sud.media.rights import Right, right_of
from sud.models import (
    Case,
    CaseKind,
    Court,
    DropItem,
    DropState,
    Hearing,
    HearingState,
    JournalLine,
    Recording,
    RecordingState,
    Rendition,
)
from sud.outside import Outside

OFFERED: Final = 20
RECENT: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as somebody handed it in: its name is only for people."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file of a recording that somebody asked for with a good right."""

    recording: Recording
    key: str
    name: str
    right: Right

    @property
    def case(self) -> Case:
        return self.recording.hearing.case


# ------------------------------------------------------------------ handing in


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


# ------------------------------------------------------------------ reading


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
    """Return what was handed in for a hearing, in order."""
    return session.scalars(
        select(Recording)
        .where(Recording.hearing_id == hearing.id)
        .order_by(Recording.handed_in_at, Recording.id)
    ).all()


def renditions_of(session: Session, recording: Recording) -> Sequence[Rendition]:
    """Return the playable forms, the best first."""
    return session.scalars(
        select(Rendition)
        .where(Rendition.recording_id == recording.id)
        .order_by(Rendition.bandwidth.desc())
    ).all()


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


# ------------------------------------------------------------------ playing


def piece_of(
    session: Session,
    actor: Actor,
    key: uuid.UUID,
    *,
    right: str,
    name: str,
    secret: str,
    now: datetime,
) -> Piece | None:
    """Find a file of a recording by its name; None where the right to it is not good."""
    recording = recording_of_url(session, actor, key)
    if recording is None or recording.state is not RecordingState.READY:
        return None
    good = right_of(secret, right, recording=recording.key, user_id=actor.user_id, now=now)
    files = _files_of(renditions_of(session, recording))
    if good is None or name not in files:
        return None
    return Piece(recording=recording, key=files[name], name=name, right=good)


def _files_of(renditions: Sequence[Rendition]) -> dict[str, str]:
    """Name every file that playing needs, and where it lies in the store."""
    files: dict[str, str] = {}
    for one in renditions:
        names = [MASTER, one.playlist, one.playlist.replace(".m3u8", ".m4s")]
        names += [one.whole] if one.whole else []
        files |= {name: one.prefix + name for name in names}
    return files


def play(
    session: Session, actor: Actor, recording: Recording, *, right: str, form: str, now: datetime
) -> None:
    """Note that somebody plays a recording: one line for each time the player was opened."""
    known = session.scalar(
        select(JournalLine.seq)
        .where(
            JournalLine.action == Action.RECORDING_PLAY.value,
            JournalLine.subject_kind == Recording.__tablename__,
            JournalLine.subject_id == recording.id,
            JournalLine.user_id == actor.user_id,
            JournalLine.facts["right"].astext == right,
        )
        .limit(1)
    )
    if known is None:
        journal.record(
            session, actor, Action.RECORDING_PLAY, recording, now=now, right=right, form=form
        )
