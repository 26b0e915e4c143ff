"""Takes discs in, through the page of a hearing or from the drop folder, and keeps each once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from recordings.shelf import Master
from recordings.store import TooLargeError
from recordings.volume import File, file_of
from sud import journal
from sud.access import SYSTEM, Action, Actor
from sud.discs import originals
from sud.discs.grouping import Bundle, discs_of
from sud.errors import CourtError, Refusal
from sud.media.making import URGENT
from sud.models import (
    Court,
    Disc,
    DiscOrigin,
    DiscProblem,
    DiscState,
    Hearing,
    HearingState,
)
from sud.outside import Outside, reaching_the_store
from sud.uploads import service as uploads
from sud.uploads.service import Sent, Uploaded

TAKE_IN: Final = "discs.take_in"
READ: Final = "discs.read"
PAPERS: Final = (
    b"%PDF",
    b"PK\x03\x04",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"<!",
    b"<h",
    b"<?",
)
"""How files begin that people choose by mistake. Anything else may be a damaged disc."""


def hand_in(
    session: Session,
    actor: Actor,
    hearing: Hearing | None,
    sent: Iterable[Sent],
    *,
    court: Court | None = None,
    outside: Outside,
    limit: int,
) -> list[Disc]:
    """Keep what was sent as the originals of one or several discs, and have them read.

    The original is in the store before its row is in the archive: a crash between them leaves an
    object without a row, never the reverse. What came piece by piece is there already, and the
    worker makes an original of it. `limit` is of all files together, in bytes.
    """
    if hearing is not None and hearing.state is HearingState.CANCELLED:
        raise CourtError(Refusal.NOT_NOW)
    bundles = discs_of(sent)
    for bundle in bundles:
        _refuse_mistakes(bundle)
    made: list[Disc] = []
    left = limit
    for bundle in bundles:
        disc = Disc(
            key=uuid4(),
            origin=DiscOrigin.SENT,
            name=bundle.name,
            court_id=hearing.case.court_id if hearing else court.id if court else None,
            hearing=hearing,
            handed_in_by_id=actor.user_id,
            handed_in_at=outside.now(),
        )
        arrived = [one.upload for one in bundle.files if one.upload is not None]
        if len(arrived) == len(bundle.files):
            _note_uploaded(session, actor, disc, arrived, left=left, limit=limit)
        else:
            files = [file_of(one.name, one.stream) for one in bundle.files]
            master = _kept(outside, bundle, files, left=left, limit=limit)
            _set_kept(session, disc, master)
            session.add(disc)
            _journal(session, actor, disc, master, outside.now())
        left -= disc.size
        send_to_worker(session, disc, outside)
        made.append(disc)
    return made


def _note_uploaded(
    session: Session,
    actor: Actor,
    disc: Disc,
    arrived: Sequence[Uploaded],
    *,
    left: int,
    limit: int,
) -> None:
    """Note a disc whose files came piece by piece, and hold these for the worker."""
    disc.state, disc.place = DiscState.ARRIVED, f"uploads/{disc.key}"
    disc.size = sum(one.size for one in arrived)
    if disc.size > left:
        raise CourtError(Refusal.FILE_TOO_LARGE, name=disc.name, limit=limit)
    session.add(disc)
    for one in arrived:
        uploads.hold(session, one, disc.key)
    journal.record(session, actor, Action.DISC_ADD, disc, now=disc.handed_in_at, bytes=disc.size)


def _kept(
    outside: Outside, bundle: Bundle, files: Sequence[File], *, left: int, limit: int
) -> Master:
    try:
        with reaching_the_store():
            return originals.keep(outside, files, limit=left)
    except TooLargeError as error:
        raise CourtError(Refusal.FILE_TOO_LARGE, name=bundle.name, limit=limit) from error
    except CourtError as error:
        if isinstance(error.__cause__, TooLargeError):
            raise CourtError(Refusal.FILE_TOO_LARGE, name=bundle.name, limit=limit) from error
        raise


def _refuse_mistakes(bundle: Bundle) -> None:
    """Refuse at once what nobody meant to hand in; whatever may be a disc is kept and read."""
    heads = []
    for one in bundle.files:
        one.stream.seek(0)
        heads.append(one.stream.read(8))
        one.stream.seek(0)
    if not any(heads):
        raise CourtError(Refusal.FILE_EMPTY, name=bundle.name)
    if all(head.startswith(PAPERS) for head in heads):
        raise CourtError(Refusal.RECORDING_NOT_A_DISC, name=bundle.name)


def note_found(
    session: Session,
    *,
    place: str,
    name: str,
    size: int,
    court: Court | None,
    facts: dict[str, Any] | None,
    outside: Outside,
) -> Disc:
    """Note a complete disc in the drop folder, and have the worker keep it."""
    now = outside.now()
    disc = Disc(
        origin=DiscOrigin.FOLDER,
        state=DiscState.ARRIVED,
        name=name,
        place=place,
        court_id=court.id if court else None,
        size=size,
        shelf_facts=facts,
        handed_in_at=now,
    )
    session.add(disc)
    journal.record(session, SYSTEM, Action.DISC_ADD, disc, now=now, bytes=size)
    send_to_worker(session, disc, outside)
    return disc


def note_kept(session: Session, disc: Disc, master: Master, outside: Outside) -> None:
    """Note that the original of a disc that had arrived is in the store now."""
    disc.progress, disc.seconds_left, disc.attempts = 0, None, 0
    _set_kept(session, disc, master)
    _journal(session, SYSTEM, disc, master, outside.now())
    send_to_worker(session, disc, outside)


def _set_kept(session: Session, disc: Disc, master: Master) -> None:
    disc.state, disc.sha256, disc.size = DiscState.KEPT, master.sha256, master.size
    disc.prefix = originals.place_of(master.sha256)
    disc.copy_of_id = _first_of(session, disc)


def _first_of(session: Session, disc: Disc) -> int | None:
    """Return the disc that is the same to the last byte and was there first; one at a time."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"disc {disc.sha256}"))))
    return session.scalar(
        select(Disc.id)
        .where(Disc.sha256 == disc.sha256, Disc.id != (disc.id or 0))
        .order_by(Disc.id)
        .limit(1)
    )


def _journal(session: Session, actor: Actor, disc: Disc, master: Master, now: datetime) -> None:
    journal.record(
        session,
        actor,
        Action.DISC_ADD,
        disc,
        now=now,
        sha256=master.sha256,
        bytes=master.size,
        files=len(master.files),
        known=master.known,
    )


def send_to_worker(session: Session, disc: Disc, outside: Outside) -> None:
    """Have the worker do what is next, once this is committed; one disc is in one hand."""
    session.flush()
    job = TAKE_IN if disc.state is DiscState.ARRIVED else READ
    outside.defer(
        session,
        job,
        lock=lock_of(disc),
        priority=URGENT if disc.urgent else 0,
        disc=str(disc.key),
    )


def lock_of(disc: Disc) -> str:
    return f"disc:{disc.key}"


# ------------------------------------------------------------------ by hand


def retry(session: Session, actor: Actor, disc: Disc, *, outside: Outside) -> None:
    """Have a disc that failed, or was called off, taken up again where it stood."""
    locked = _locked(session, disc)
    if locked.state not in {DiscState.FAILED, DiscState.CANCELLED}:
        raise CourtError(Refusal.NOT_NOW)
    if locked.sha256 is None and locked.place is None:
        raise CourtError(Refusal.NOT_NOW)
    locked.state = DiscState.KEPT if locked.sha256 else DiscState.ARRIVED
    locked.problem, locked.attempts, locked.progress, locked.seconds_left = None, 0, 0, None
    journal.record(session, actor, Action.DISC_ADD, locked, now=outside.now(), change="repeated")
    send_to_worker(session, locked, outside)


def cancel(session: Session, actor: Actor, disc: Disc, *, now: datetime) -> None:
    """Call a disc off that is not read yet; its original, if it is kept, stays."""
    locked = _locked(session, disc)
    if locked.state not in {DiscState.ARRIVED, DiscState.KEPT}:
        raise CourtError(Refusal.NOT_NOW)
    locked.state, locked.seconds_left = DiscState.CANCELLED, None
    journal.record(session, actor, Action.DISC_ADD, locked, now=now, change="cancelled")


def hurry(session: Session, actor: Actor, disc: Disc, *, outside: Outside) -> None:
    """Say that somebody waits for a disc: it is read, and what is on it made, before others."""
    locked = _locked(session, disc)
    if locked.urgent or locked.state not in {DiscState.ARRIVED, DiscState.KEPT, DiscState.READ}:
        raise CourtError(Refusal.NOT_NOW)
    locked.urgent = True
    session.execute(
        text(
            "UPDATE procrastinate_jobs SET priority = :priority"
            " WHERE status = 'todo' AND lock = :lock"
        ),
        {"priority": URGENT, "lock": lock_of(locked)},
    )
    journal.record(session, actor, Action.DISC_ADD, locked, now=outside.now(), change="hurried")


def fail(session: Session, disc: Disc, problem: DiscProblem, *, now: datetime) -> None:
    """Write down that a disc needs a person, and why."""
    disc.state, disc.problem, disc.seconds_left = DiscState.FAILED, problem, None
    journal.record(
        session,
        SYSTEM,
        Action.DISC_RUN,
        disc,
        now=now,
        problem=problem.value,
        attempt=disc.attempts,
    )


def _locked(session: Session, disc: Disc) -> Disc:
    return session.scalars(
        select(Disc)
        .where(Disc.id == disc.id)
        .with_for_update(of=Disc)
        .execution_options(populate_existing=True)
    ).one()
