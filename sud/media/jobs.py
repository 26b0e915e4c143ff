"""What the worker does for recordings: takes up discs, converts them, looks into the drop folder.

A recording is held by a lease that its worker renews. A worker that dies lets it run out, and the
next one begins again under a new prefix; whoever lost the lease can no longer write a result. So a
recording is never converted into two results, and never forgotten.
"""

import logging
import os
import shutil
import socket
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from recordings.reel import Disc, Origin, Title, disc_of, main_title, title_numbered
from recordings.errors import (
    EncryptedError,
    NotADiscError,
    NoTitleError,
    RecordingError,
    TooShortError,
)
from recordings.shelf import keep_master, publish
from recordings.store import StoreError, TooLargeError, remove_all
from recordings.transcode import Converted, convert
from recordings.volume import files_at, files_stored, volume_of
from sud import journal
from sud.access import SYSTEM, Action
from sud.db import Sessions, unit
from sud.errors import Refusal
from sud.media import service
from sud.models import (
    DropItem,
    DropState,
    Recording,
    RecordingProblem,
    RecordingState,
    Rendition,
)
from sud.outside import Outside

LEASE: Final = timedelta(seconds=25)
"""Shorter than the time after which a dead worker's jobs are given to another one."""
RENEWED_EVERY: Final = timedelta(seconds=2)
ATTEMPTS: Final = 4
"""A disc that took so many workers with it waits for a person."""
QUIET: Final = timedelta(seconds=20)
"""A disc in the drop folder is complete when nothing of it has changed for so long."""
SCRATCH: Final = "sud-recording-"
TAKEN: Final = ".taken"
"""Where a disc goes in the drop folder when its original is in the store."""

log = logging.getLogger(__name__)


class HeldElsewhereError(Exception):
    """Another worker is at it: the queue tries this job again later."""


class LeaseLostError(Exception):
    """Somebody else took the recording up: what we made is not wanted."""


@dataclass(slots=True, kw_only=True)
class Lease:
    """The right to work on one recording, renewed while the work goes on."""

    sessions: Sessions
    outside: Outside
    recording_id: int
    holder: str
    attempt: int
    renewed_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def renew(self, share: float | None = None) -> None:
        """Tell that we live and how far we are; raise where somebody else holds it now."""
        now = self.outside.now()
        if now - self.renewed_at < RENEWED_EVERY and share != 1:
            return
        progress = {} if share is None else {"progress": min(99, int(share * 100))}
        with unit(self.sessions) as session:
            self._write(session, lease_until=now + LEASE, **progress)
        self.renewed_at = now

    def _write(self, session: Session, **values: Any) -> None:
        held = session.execute(
            update(Recording)
            .where(Recording.id == self.recording_id, Recording.lease_holder == self.holder)
            .values(**values)
            .returning(Recording.id)
        ).first()
        if held is None:
            raise LeaseLostError

    def note(self, **values: Any) -> None:
        """Write down something of the recording that is known before the end."""
        with unit(self.sessions) as session:
            self._write(session, **values)

    def held(self, session: Session) -> Recording:
        """Load the recording under a lock, if it is still ours."""
        recording = session.scalars(
            select(Recording)
            .where(Recording.id == self.recording_id, Recording.lease_holder == self.holder)
            .with_for_update(of=Recording)
        ).one_or_none()
        if recording is None:
            raise LeaseLostError
        return recording


def transcode(sessions: Sessions, outside: Outside, *, recording: str) -> None:
    """Convert one recording: claim, work without a transaction, write the result."""
    lease = _claim(sessions, outside, uuid.UUID(recording))
    if lease is None:
        return
    try:
        _work(lease)
    except LeaseLostError:
        log.warning("recording %s was taken up by another worker", recording)
    except RecordingError as error:
        log.warning("recording %s cannot be converted: %s", recording, type(error).__name__)
        _fail(lease, _problem(error))
    except TooLargeError:
        _fail(lease, RecordingProblem.STORE_FAILED)
    except (StoreError, OSError):
        if lease.attempt < ATTEMPTS:
            _release(lease)
            raise
        _fail(lease, RecordingProblem.STORE_FAILED)


def _claim(sessions: Sessions, outside: Outside, key: uuid.UUID) -> Lease | None:
    """Take the recording, unless it is done, gone, or in somebody's hands."""
    now = outside.now()
    with unit(sessions) as session:
        recording = session.scalars(
            select(Recording).where(Recording.key == key).with_for_update(of=Recording)
        ).one_or_none()
        if recording is None or recording.state in {RecordingState.READY, RecordingState.FAILED}:
            return None
        if recording.lease_until is not None and recording.lease_until > now:
            raise HeldElsewhereError(str(key))
        lease = Lease(
            sessions=sessions,
            outside=outside,
            recording_id=recording.id,
            holder=f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}",
            attempt=recording.attempts + 1,
        )
        recording.lease_holder = lease.holder
        recording.lease_until = now + LEASE
        recording.attempts = lease.attempt
        recording.progress = 0
        recording.state = RecordingState.READING
    if lease.attempt > ATTEMPTS:
        _fail(lease, RecordingProblem.TRANSCODER_FAILED)
        return None
    return lease


def _work(lease: Lease) -> None:
    outside = lease.outside
    with unit(lease.sessions) as session:
        recording = lease.held(session)
    if not recording.source_sha256:
        _take_in(lease, recording)
    stored = files_stored(outside.store, f"{recording.source_prefix}data/")
    disc = disc_of(volume_of(stored))
    title = title_numbered(disc, recording.title) if recording.title else main_title(disc)
    lease.note(
        state=RecordingState.TRANSCODING,
        title=title.number,
        expected_ms=title.milliseconds or None,
        contents_lost=title.origin is Origin.SCAN,
    )
    prefix = f"hls/{recording.key}/{lease.attempt}-{lease.holder.rpartition(':')[2]}/"
    _clear_scratch()
    with tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-") as folder:
        converted = _converted(lease, disc, title, Path(folder))
        publish(outside.store, prefix, Path(folder), watch=lease.renew)
        sizes = {
            rendition.name: (Path(folder) / rendition.name / "stream.m4s").stat().st_size
            for rendition in converted.renditions
        }
    _finish(lease, converted, prefix, sizes)
    for facts in list(outside.store.list(f"hls/{recording.key}/")):
        # What earlier tries had left; after the row, so that a crash leaves only too much.
        if not facts.key.startswith(prefix):
            outside.store.remove(facts.key)


def _clear_scratch() -> None:
    """Remove what workers that were killed left on this machine's disk: whole films."""
    for path in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*-*"):
        pid = path.name.removeprefix(SCRATCH).partition("-")[0]
        idle = time.time() - max(part.stat().st_mtime for part in (path, *path.iterdir()))
        if not Path("/proc", pid).exists() and idle > LEASE.total_seconds():
            shutil.rmtree(path, ignore_errors=True)


def _converted(lease: Lease, disc: Disc, title: Title, folder: Path) -> Converted:
    program = lease.outside.ffmpeg or imageio_ffmpeg.get_ffmpeg_exe()
    return convert(disc, title, folder, program=program, watch=lease.renew)


def _take_in(lease: Lease, recording: Recording) -> None:
    """Bring a disc from the drop folder into the store."""
    place = lease.outside.drop_folder / recording.source_name
    prefix = recording.source_prefix
    remove_all(lease.outside.store, prefix)
    kept = keep_master(lease.outside.store, prefix, files_at(place), watch=lease.renew)
    lease.note(source_sha256=kept.sha256, source_bytes=kept.size)
    taken = lease.outside.drop_folder / TAKEN
    try:
        taken.mkdir(exist_ok=True)
        shutil.move(place, taken / f"{recording.key}-{place.name}")
    except OSError:
        log.info("a disc that is in the store stays in the drop folder: it may only be read")


def _finish(lease: Lease, converted: Converted, prefix: str, sizes: dict[str, int]) -> None:
    """Write the result, all of it or nothing."""
    now = lease.outside.now()
    with unit(lease.sessions) as session:
        recording = lease.held(session)
        session.execute(delete(Rendition).where(Rendition.recording_id == recording.id))
        for made in converted.renditions:
            session.add(
                Rendition(
                    recording_id=recording.id,
                    name=made.name,
                    prefix=prefix,
                    playlist=made.playlist,
                    whole=made.whole,
                    media_type="video/mp4" if made.width else "audio/mp4",
                    bandwidth=made.peak,
                    width=made.width,
                    height=made.height,
                    total_bytes=sizes[made.name],
                )
            )
        recording.state = RecordingState.READY
        recording.problem = None
        recording.progress = 100
        recording.duration_ms = converted.milliseconds
        recording.lost_sectors = converted.lost_sectors
        recording.lost_ms = converted.lost_ms
        recording.recipe = converted.recipe
        recording.ready_at = now
        recording.lease_holder = recording.lease_until = None
        journal.record(
            session,
            SYSTEM,
            Action.RECORDING_RUN,
            recording,
            now=now,
            recipe=converted.recipe,
            milliseconds=converted.milliseconds,
            lost_sectors=converted.lost_sectors,
            attempt=lease.attempt,
        )


def _fail(lease: Lease, problem: RecordingProblem) -> None:
    with unit(lease.sessions) as session:
        recording = lease.held(session)
        recording.state = RecordingState.FAILED
        recording.problem = problem
        recording.lease_holder = recording.lease_until = None
        journal.record(
            session,
            SYSTEM,
            Action.RECORDING_RUN,
            recording,
            now=lease.outside.now(),
            problem=problem.value,
            attempt=lease.attempt,
        )


def _release(lease: Lease) -> None:
    """Let go, so that the next try need not wait for the lease to run out."""
    with unit(lease.sessions) as session:
        recording = lease.held(session)
        recording.state = RecordingState.RECEIVED
        recording.lease_holder = recording.lease_until = None


def _problem(error: RecordingError) -> RecordingProblem:
    match error:
        case NotADiscError():
            return RecordingProblem.NOT_A_DISC
        case EncryptedError():
            return RecordingProblem.ENCRYPTED
        case NoTitleError():
            return RecordingProblem.NO_TITLE
        case TooShortError():
            return RecordingProblem.TOO_SHORT
        case _:
            return RecordingProblem.TRANSCODER_FAILED


# ------------------------------------------------------------------ the drop folder


def scan_drop(sessions: Sessions, outside: Outside) -> None:
    """Note the complete discs in the drop folder, and take up again what no worker holds."""
    found = {path.name: path for path in sorted(_complete(outside.drop_folder, outside.now()))}
    with unit(sessions) as session:
        known = {item.name: item for item in session.scalars(select(DropItem))}
        for name, item in known.items():
            if item.state is not DropState.LINKED and not (outside.drop_folder / name).exists():
                journal.record(
                    session, SYSTEM, Action.RECORDING_QUEUE, item, now=outside.now(), gone=True
                )
                session.delete(item)
    for name, path in found.items():
        # A linked disc stays until the worker has it; only what came after it is another one.
        if name not in known or (
            known[name].state is DropState.LINKED and _changed_at(path) > known[name].seen_at
        ):
            _note_disc(sessions, outside, path)
    _take_up_forgotten(sessions, outside)


def _complete(folder: Path, now: datetime) -> list[Path]:
    """Name what lies in the folder and has been left alone for a while."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in folder.iterdir()
        if not path.name.startswith(".")
        and path.suffix.lower() not in {".part", ".tmp", ".crdownload"}
        and now - _changed_at(path) > QUIET
    ]


def _changed_at(path: Path) -> datetime:
    """Tell when anything of it changed last; ctime, because copying may preserve mtime."""
    times = [path.stat().st_ctime]
    if path.is_dir():
        times += [inner.stat().st_ctime for inner in path.rglob("*")]
    return datetime.fromtimestamp(max(times), UTC)


def _note_disc(sessions: Sessions, outside: Outside, path: Path) -> None:
    files = files_at(path)
    refusal = service.refusal_of(files)
    problem = {
        None: None,
        Refusal.RECORDING_ENCRYPTED: RecordingProblem.ENCRYPTED,
    }.get(refusal, RecordingProblem.NOT_A_DISC)
    now = outside.now()
    with unit(sessions) as session:
        values = {
            "key": uuid.uuid4(),
            "name": path.name,
            "size": sum(file.size for file in files),
            "state": DropState.REFUSED if problem else DropState.WAITING,
            "problem": problem,
            "recording_id": None,
            "seen_at": now,
        }
        item = session.scalars(
            upsert(DropItem)
            .values(**values)
            .on_conflict_do_update(
                index_elements=[DropItem.name],
                set_=values,
                # The same name laid down again after its first disc was taken.
                where=DropItem.state == DropState.LINKED,
            )
            .returning(DropItem)
        ).one_or_none()
        if item is not None:
            journal.record(
                session,
                SYSTEM,
                Action.RECORDING_QUEUE,
                item,
                now=now,
                state=item.state.value,
                bytes=item.size,
            )


def _take_up_forgotten(sessions: Sessions, outside: Outside) -> None:
    """Defer again what is unfinished, held by nobody, and in nobody's queue."""
    now = outside.now()
    with unit(sessions) as session:
        unfinished = session.scalars(
            select(Recording).where(
                Recording.state.not_in([RecordingState.READY, RecordingState.FAILED]),
                (Recording.lease_until.is_(None)) | (Recording.lease_until < now),
            )
        ).all()
        for recording in unfinished:
            queued = session.execute(
                text(
                    "SELECT 1 FROM procrastinate_jobs WHERE lock = :lock"
                    " AND status IN ('todo', 'doing') LIMIT 1"
                ),
                {"lock": f"recording:{recording.key}"},
            ).first()
            if queued is None:
                log.warning("recording %s was forgotten and is taken up again", recording.key)
                service.send_to_worker(session, recording, outside)


JOBS = {"media.transcode": transcode, "media.scan_drop": scan_drop}
