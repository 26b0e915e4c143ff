"""What the worker does for discs: keeps their originals, reads them, looks into the drop folder.

Every job may run twice and may die at any point: the store knows what it has, a row is written
when the work is done, and `scan_drop` takes up what no worker holds any more.
"""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from recordings.errors import EncryptedError, NotADiscError, NoTitleError, RecordingError
from recordings.progress import Progress, Step
from recordings.store import StoreError, StoreUnavailableError, remove_all
from recordings.volume import File, files_at, files_stored
from sud import journal
from sud.access import SYSTEM, Action
from sud.db import Sessions, unit
from sud.discs import arriving, capturing, dropping, originals, reading, shelving
from sud.discs.dropping import Found
from sud.models import Disc, DiscOrigin, DiscProblem, DiscState
from sud.outside import Outside
from sud.uploads import service as uploads

ATTEMPTS: Final = 4
"""A disc that took so many workers with it waits for a person."""
TOLD_EVERY: Final = timedelta(seconds=2)
KNOWN: Final = 0.02
"""The share after which the time left is worth telling."""

log = logging.getLogger(__name__)


class NothingThereError(RecordingError):
    """No byte was handed in."""


NOT_KEPT: Final = (DiscState.ARRIVED, DiscState.FAILED, DiscState.CANCELLED)
FAULTS: Final = (RecordingError, StoreError, OSError)


class CalledOffError(Exception):
    """A person called the disc off, or somebody else is done with it."""


@dataclass(slots=True, kw_only=True)
class Telling:
    """Writes down how far the work on a disc is, and hears whether it is still wanted."""

    sessions: Sessions
    outside: Outside
    disc_id: int
    state: DiscState
    steps: tuple[Step, ...]
    """What is done one after another, each taken for an equal share of the whole."""
    begun_at: datetime
    told_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def __call__(self, progress: Progress) -> None:
        now = self.outside.now()
        if now - self.told_at < TOLD_EVERY:
            return
        share = self._share(progress)
        spent = (now - self.begun_at).total_seconds()
        with unit(self.sessions) as session:
            wanted = session.execute(
                update(Disc)
                .where(Disc.id == self.disc_id, Disc.state == self.state)
                .values(
                    progress=min(99, int(share * 100)),
                    seconds_left=int(spent * (1 - share) / share) if share > KNOWN else None,
                )
                .returning(Disc.id)
            ).first()
        if wanted is None:
            raise CalledOffError
        self.told_at = now

    def _share(self, progress: Progress) -> float:
        if progress.step not in self.steps:
            return 0.0
        return (self.steps.index(progress.step) + progress.share) / len(self.steps)


def take_in(sessions: Sessions, outside: Outside, *, disc: str) -> None:
    """Keep the original of a disc that arrived: in the drop folder, or in the store in pieces."""
    claimed = _claim(sessions, outside, disc, DiscState.ARRIVED)
    if claimed is None:
        return
    watch = _telling(sessions, outside, claimed, Step.READ, Step.KEEP)
    try:
        master = originals.look_and_keep(outside, _files(sessions, outside, claimed), watch)
    except CalledOffError:
        return
    except FAULTS as error:
        _answer(sessions, outside, claimed, error, gone=_is_gone(outside, claimed))
        return
    with unit(sessions) as session:
        held = _held(session, claimed, DiscState.ARRIVED)
        if held is None:
            return
        arriving.note_kept(session, held, master, outside)
    _put_away(sessions, outside, claimed)


def read(sessions: Sessions, outside: Outside, *, disc: str) -> None:
    """Tell what is on a disc whose original is kept."""
    claimed = _claim(sessions, outside, disc, DiscState.KEPT)
    if claimed is None or claimed.sha256 is None:
        return
    watch = _telling(sessions, outside, claimed, Step.READ)
    try:
        looked = originals.look(outside, claimed.sha256, watch)
    except CalledOffError:
        return
    except FAULTS as error:
        _answer(sessions, outside, claimed, error)
        return
    with unit(sessions) as session:
        held = _held(session, claimed, DiscState.KEPT)
        if held is not None:
            reading.note_read(session, held, looked, outside)


def _telling(sessions: Sessions, outside: Outside, disc: Disc, *steps: Step) -> Telling:
    return Telling(
        sessions=sessions,
        outside=outside,
        disc_id=disc.id,
        state=disc.state,
        steps=steps,
        begun_at=outside.now(),
    )


def _is_gone(outside: Outside, disc: Disc) -> bool:
    in_folder = disc.origin is DiscOrigin.FOLDER
    return in_folder and not (outside.drop_folder / (disc.place or "")).exists()


def _files(sessions: Sessions, outside: Outside, disc: Disc) -> list[File]:
    place = disc.place or ""
    if disc.origin is DiscOrigin.SENT:
        with unit(sessions) as session:
            held = uploads.held_for(session, disc.key, store=outside.store)
        files = [File(name=one.name, size=one.size, open=one.open) for one in held]
    elif disc.origin is DiscOrigin.CAPTURE:
        files = files_stored(outside.store, place)
    else:
        files = files_at(outside.drop_folder / place)
    if not any(file.size for file in files):
        raise NothingThereError
    return files


def _answer(
    sessions: Sessions, outside: Outside, disc: Disc, error: Exception, *, gone: bool = False
) -> None:
    """Say what becomes of a disc after an error: another try, or a person, or it is gone."""
    if gone:
        _give_up(sessions, outside, disc, None)
        return
    if isinstance(error, StoreUnavailableError | OSError) and disc.attempts < ATTEMPTS:
        raise error
    log.warning("disc %s needs a person: %s", disc.key, type(error).__name__)
    _give_up(sessions, outside, disc, _problem(error))


def _claim(sessions: Sessions, outside: Outside, key: str, state: DiscState) -> Disc | None:
    """Take a disc up, unless it is done or unwanted, or took too many workers with it."""
    with unit(sessions) as session:
        disc = session.scalars(
            select(Disc).where(Disc.key == uuid.UUID(key)).with_for_update(of=Disc)
        ).one_or_none()
        if disc is None or disc.state is not state:
            return None
        if disc.attempts >= ATTEMPTS:
            arriving.fail(session, disc, DiscProblem.READER_FAILED, now=outside.now())
            return None
        disc.attempts += 1
        disc.progress, disc.seconds_left = 0, None
    return disc


def _held(session: Session, disc: Disc, state: DiscState) -> Disc | None:
    """Load the disc under a lock, where it still waits for what we did."""
    return session.scalars(
        select(Disc).where(Disc.id == disc.id, Disc.state == state).with_for_update(of=Disc)
    ).one_or_none()


def _give_up(sessions: Sessions, outside: Outside, disc: Disc, problem: DiscProblem | None) -> None:
    """Leave a disc to a person; without a problem it has gone from the drop folder."""
    with unit(sessions) as session:
        held = _held(session, disc, disc.state)
        if held is None:
            return
        if problem is None:
            _note_gone(session, held, outside)
        else:
            arriving.fail(session, held, problem, now=outside.now())


def _note_gone(session: Session, disc: Disc, outside: Outside) -> None:
    disc.state, disc.place, disc.seconds_left = DiscState.GONE, None, None
    journal.record(session, SYSTEM, Action.DISC_RUN, disc, now=outside.now(), gone=True)


def _problem(error: Exception) -> DiscProblem:
    match error:
        case NothingThereError():
            return DiscProblem.EMPTY
        case NotADiscError():
            return DiscProblem.NOT_A_DISC
        case EncryptedError():
            return DiscProblem.ENCRYPTED
        case NoTitleError():
            return DiscProblem.NO_TITLE
        case StoreError() | OSError():
            return DiscProblem.STORE_FAILED
        case _:
            return DiscProblem.READER_FAILED


def _put_away(sessions: Sessions, outside: Outside, disc: Disc) -> None:
    """Clear away what is kept now; a drop folder that may only be read stays as it is."""
    if not disc.place:
        return
    if disc.origin is DiscOrigin.SENT:
        _forget_uploads(sessions, outside, disc)
    elif disc.origin is DiscOrigin.CAPTURE:
        remove_all(outside.store, disc.place)
    elif not dropping.put_away(outside.drop_folder, disc.place, str(disc.key)):
        return
    with unit(sessions) as session:
        session.execute(update(Disc).where(Disc.id == disc.id).values(place=None))


def _forget_uploads(sessions: Sessions, outside: Outside, disc: Disc) -> None:
    with unit(sessions) as session:
        held = uploads.held_for(session, disc.key, store=outside.store)
        uploads.used(session, SYSTEM, held, defer=outside.defer, now=outside.now())


# ------------------------------------------------------------------ the drop folder


def scan_drop(sessions: Sessions, outside: Outside) -> None:
    """Note what came into the drop folder or from courtrooms; take up what no worker holds."""
    with unit(sessions) as session:
        found = dropping.found_in(session, outside.drop_folder, outside.now())
    for one in found:
        if one.is_list:
            _take_list(sessions, outside, one)
    with unit(sessions) as session:
        known = session.scalars(select(Disc).where(Disc.place.is_not(None))).unique().all()
        for disc in known:
            if disc.state in NOT_KEPT and disc.sha256 is None and _is_gone(outside, disc):
                _note_gone(session, disc, outside)
    changed = {one.place: one.changed_at for one in found}
    for disc in known:
        # What was laid over it since then is another disc, and stays.
        if disc.sha256 and changed.get(disc.place or "", disc.handed_in_at) <= disc.handed_in_at:
            _put_away(sessions, outside, disc)
    for one in found:
        if not one.is_list:
            _note(sessions, outside, one)
    _take_up_forgotten(sessions, outside)
    for place in list(capturing.finished(outside.store)):
        with unit(sessions) as session:
            capturing.note_captured(session, place, outside)


def _take_list(sessions: Sessions, outside: Outside, one: Found) -> None:
    content = one.path.read_bytes()
    with unit(sessions) as session:
        if not shelving.is_known(session, content, one.court):
            shelving.take_list(
                session, SYSTEM, one.path.name, content, court=one.court, now=outside.now()
            )


def _note(sessions: Sessions, outside: Outside, one: Found) -> None:
    """Note a disc, unless it is noted; what came after it under the same name is another one."""
    if not one.path.exists():
        return
    with unit(sessions) as session:
        known = session.scalars(select(Disc).where(Disc.place == one.place)).one_or_none()
        if known is not None:
            if known.sha256 is None or one.changed_at <= known.handed_in_at:
                return
            known.place = None
            session.flush()
        arriving.note_found(
            session,
            place=one.place,
            name=one.path.name,
            size=one.size,
            court=one.court,
            facts=shelving.said_of(session, one.place, one.court),
            outside=outside,
        )


def _take_up_forgotten(sessions: Sessions, outside: Outside) -> None:
    """Defer again what is unfinished and in nobody's queue."""
    with unit(sessions) as session:
        unfinished = session.scalars(
            select(Disc).where(Disc.state.in_([DiscState.ARRIVED, DiscState.KEPT]))
        ).all()
        for disc in unfinished:
            queued = session.execute(
                text(
                    "SELECT 1 FROM procrastinate_jobs WHERE lock = :lock"
                    " AND status IN ('todo', 'doing') LIMIT 1"
                ),
                {"lock": arriving.lock_of(disc)},
            ).first()
            if queued is None:
                log.warning("disc %s was forgotten and is taken up again", disc.key)
                arriving.send_to_worker(session, disc, outside)


JOBS = {
    arriving.TAKE_IN: take_in,
    arriving.READ: read,
    "discs.scan_drop": scan_drop,
}
