"""Uploads: begun, gone on with after a break, finished, used once or forgotten."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from documents.intake import tidy_name
from recordings.store import ObjectStore, Readable
from sud import journal
from sud.access import Action, Actor
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import Upload, UploadPart, UploadPurpose
from sud.outside import Defer, reaching_the_store
from sud.uploads import parts, protocol
from sud.uploads.parts import BrokenLineError, Part
from sud.uploads.protocol import ProtocolError, Slice

DISCARD: Final = "uploads.discard"
WAITS: Final = timedelta(days=2)
"""How long a file that is half here, or whole and not used, waits for its sender."""
MOST: Final = 200
"""So many files of one person may wait for one purpose: a disc's folder has about a hundred."""
_NOT_ITS_FAULT: Final = frozenset({Refusal.FILE_NOT_SCANNED, Refusal.FILE_TOO_LARGE})
"""Nobody looked at it; or it is too large beside the others (by itself it was never begun)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one person may have waiting for one purpose, in bytes."""

    each: int
    together: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a browser says of a file before it sends it."""

    purpose: UploadPurpose
    name: str
    size: int
    page: str = ""
    fingerprint: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file that arrived whole: it can be read like one that a form brought."""

    key: uuid.UUID
    name: str
    size: int
    stream: BinaryIO = field(repr=False)
    """Seekable; reads the store on demand."""
    parts: Sequence[Part] = field(repr=False)
    store: ObjectStore = field(repr=False)

    def sha256(self) -> str:
        """Read the whole file once and return its SHA-256."""
        return parts.digest(self.store, self.key, self.parts)

    def open(self) -> BinaryIO:
        """Open it once more, from its first byte."""
        return parts.reader(self.store, self.key, self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as somebody handed it in; its name is a path where a whole folder was sent."""

    name: str
    stream: BinaryIO
    upload: Uploaded | None = None
    """What it is, where it came piece by piece: it is in the store already."""


# ------------------------------------------------------------------ on the way in


def begin(
    session: Session,
    actor: Actor,
    announced: Announced,
    *,
    first: Slice | None = None,
    line: Readable | None = None,
    limits: Limits,
    store: ObjectStore,
    now: datetime,
) -> Upload:
    """Begin an upload, with the bytes that came along; the same file, half here, is gone on with.

    The same file is one of the same person, purpose, page, size and fingerprint.
    """
    if announced.size > limits.each:
        raise CourtError(Refusal.FILE_TOO_LARGE, name=announced.name, limit=limits.each)
    half = _half(session, actor, announced, now)
    if half is not None:
        return half
    _require_room(session, actor, announced, limits)
    upload = Upload(
        user_id=actor.user_id,
        purpose=announced.purpose,
        page=announced.page,
        name=announced.name,
        said=announced.said,
        fingerprint=announced.fingerprint,
        size=announced.size,
        received=0,
        begun_at=now,
        until=now + WAITS,
        finished_at=None if announced.size else now,
    )
    session.add(upload)
    session.flush()
    if first is not None and line is not None:
        take(session, actor, upload, first, line, store=store, now=now)
    journal.record(
        session,
        actor,
        Action.UPLOAD_SEND,
        upload,
        now=now,
        change="begun",
        purpose=upload.purpose.value,
        bytes=upload.size,
    )
    return upload


def take(
    session: Session,
    actor: Actor,
    upload: Upload,
    slice_: Slice,
    line: Readable,
    *,
    store: ObjectStore,
    now: datetime,
) -> bool:
    """Take the bytes of one request; tell whether its line held to the end.

    Bytes that came before the line broke are kept, unless a checksum was promised of all of them.
    Whoever calls holds the upload (`held`). Raises ProtocolError.
    """
    if slice_.offset != upload.received:
        raise ProtocolError(protocol.CONFLICT, f"go on from byte {upload.received}")
    room = upload.size - upload.received
    if (slice_.length or 0) > room:
        raise ProtocolError(protocol.TOO_LARGE, f"only {room} bytes are missing")
    state = slice_.checksum.state() if slice_.checksum else None
    brought: list[Part] = []
    before = _last_part(session, upload)
    came, whole = 0, True
    try:
        for data in parts.pieces(line):
            came += len(data)
            if came > room:
                raise ProtocolError(protocol.TOO_LARGE, f"only {room} bytes were missing")
            if state is not None:
                state.update(data)
            start = upload.received + came - len(data)
            with reaching_the_store():
                before = parts.keep(store, upload.key, start, data, before)
            brought.append(before)
    except BrokenLineError:
        whole = False
    if slice_.checksum and not (whole and slice_.checksum.agrees(state)):
        raise ProtocolError(protocol.ALTERED, "these bytes are not those that were promised")
    _note(session, upload, brought, came, now)
    if came and upload.finished_at is not None:
        journal.record(session, actor, Action.UPLOAD_SEND, upload, now=now, change="finished")
    return whole


def _note(
    session: Session, upload: Upload, brought: Iterable[Part], came: int, now: datetime
) -> None:
    for part in brought:
        session.merge(
            UploadPart(upload_id=upload.id, start=part.start, size=part.size, sha256=part.sha256)
        )
    upload.received += came
    upload.until = now + WAITS
    if upload.received == upload.size:
        upload.finished_at = upload.finished_at or now
    session.flush()


def _last_part(session: Session, upload: Upload) -> Part | None:
    last = session.scalars(
        select(UploadPart)
        .where(UploadPart.upload_id == upload.id)
        .order_by(UploadPart.start.desc())
        .limit(1)
    ).one_or_none()
    return None if last is None else Part(start=last.start, size=last.size, sha256=last.sha256)


def _half(session: Session, actor: Actor, announced: Announced, now: datetime) -> Upload | None:
    """Return what an earlier try at the same file has left."""
    if not announced.fingerprint:
        return None
    return session.scalars(
        _own(actor, announced.purpose)
        .where(
            Upload.page == announced.page,
            Upload.size == announced.size,
            Upload.fingerprint == announced.fingerprint,
            Upload.until > now,
        )
        .order_by(Upload.received.desc(), Upload.id)
        .limit(1)
    ).one_or_none()


def _own(actor: Actor, purpose: UploadPurpose) -> Select[Upload]:
    return select(Upload).where(
        Upload.user_id == actor.user_id, Upload.purpose == purpose, Upload.held_for.is_(None)
    )


def _require_room(session: Session, actor: Actor, announced: Announced, limits: Limits) -> None:
    """Refuse one more file to whoever has too much waiting; what is announced counts as sent."""
    waits = _own(actor, announced.purpose).subquery()
    count, size = session.execute(
        select(func.count(), func.coalesce(func.sum(waits.c.size), 0))
    ).one()
    if count >= MOST:
        raise CourtError(Refusal.UPLOADS_TOO_MANY, most=MOST)
    if size + announced.size > limits.together:
        raise CourtError(Refusal.UPLOADS_TOO_LARGE, limit=limits.together)


def upload_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Upload | None:
    """Return one's own upload that nothing holds yet; anybody else's does not exist."""
    return session.scalars(
        select(Upload).where(
            Upload.key == key, Upload.user_id == actor.user_id, Upload.held_for.is_(None)
        )
    ).one_or_none()


def held(session: Session, upload: Upload) -> Upload | None:
    """Hold an upload until the end of the transaction; None while another request holds it."""
    return session.scalars(
        select(Upload)
        .where(Upload.id == upload.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


# ------------------------------------------------------------------ what becomes of it


def waiting(
    session: Session, actor: Actor, purpose: UploadPurpose, page: str, now: datetime
) -> list[Upload]:
    """Return what waits on a page: whole files not used yet, and half ones to go on with."""
    return list(
        session.scalars(
            _own(actor, purpose).where(Upload.page == page, Upload.until > now).order_by(Upload.id)
        )
    )


def finished(
    session: Session,
    actor: Actor,
    key: uuid.UUID,
    purpose: UploadPurpose,
    *,
    store: ObjectStore,
) -> Uploaded:
    """Return a file of one's own that arrived whole; it is held until the transaction ends.

    What it is, nobody has looked at: whoever uses it examines it. Then call `used`, or `hold`.
    """
    upload = session.scalars(
        _own(actor, purpose)
        .where(Upload.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if upload is None:
        raise CourtError(Refusal.UPLOAD_GONE)
    if upload.finished_at is None:
        raise CourtError(Refusal.UPLOAD_NOT_WHOLE, name=upload.name)
    return _uploaded(session, upload, store)


def all_finished(
    session: Session,
    actor: Actor,
    keys: Iterable[uuid.UUID],
    purpose: UploadPurpose,
    *,
    store: ObjectStore,
) -> list[Uploaded]:
    """Return several files as `finished` does, in their order."""
    return [finished(session, actor, key, purpose, store=store) for key in keys]


def used(
    session: Session, actor: Actor, files: Iterable[Uploaded], *, defer: Defer, now: datetime
) -> None:
    """Forget files whose bytes are kept elsewhere now: the rows at once, the objects later."""
    keys = [one.key for one in files]
    for upload in session.scalars(select(Upload).where(Upload.key.in_(keys))).all():
        forget(session, actor, upload, "used", defer=defer, now=now)


def let_go(
    session: Session, actor: Actor, files: Iterable[Uploaded], *, defer: Defer, now: datetime
) -> None:
    """Forget what a room has taken, but for what it holds for a job."""
    keys = [one.key for one in files]
    taken = select(Upload).where(Upload.key.in_(keys), Upload.held_for.is_(None))
    for upload in session.scalars(taken).all():
        forget(session, actor, upload, "used", defer=defer, now=now)


def hold(session: Session, uploaded: Uploaded, thing: uuid.UUID) -> None:
    """Keep an upload for the thing that a job will make of it; see `held_for`."""
    upload = session.scalars(select(Upload).where(Upload.key == uploaded.key)).one()
    upload.held_for = thing
    session.flush()


def held_for(session: Session, thing: uuid.UUID, *, store: ObjectStore) -> list[Uploaded]:
    """Return the files that are held for a thing, in the order in which they were begun."""
    found = session.scalars(select(Upload).where(Upload.held_for == thing).order_by(Upload.id))
    return [_uploaded(session, upload, store) for upload in found]


def forget(
    session: Session, actor: Actor, upload: Upload, why: str, *, defer: Defer, now: datetime
) -> None:
    """Forget an upload, half or whole; `why` is the journal's word for it."""
    journal.record(session, actor, Action.UPLOAD_SEND, upload, now=now, change=why)
    defer(session, DISCARD, key=str(upload.key))
    session.delete(upload)
    session.flush()


def turn_away(
    sessions: Sessions,
    actor: Actor,
    arrived: Sequence[Uploaded],
    refusal: CourtError,
    *,
    defer: Defer,
    now: datetime,
) -> None:
    """Forget the upload that was refused for what it is; the others wait for the next press.

    A transaction of its own: all else of the request is undone.
    """
    if refusal.code in _NOT_ITS_FAULT:
        return
    name = refusal.facts.get("name")
    refused = [one.key for one in arrived if name in {one.name, tidy_name(one.name)}]
    with unit(sessions) as session:
        mine = select(Upload).where(Upload.user_id == actor.user_id, Upload.key.in_(refused))
        for upload in session.scalars(mine.with_for_update()).all():
            forget(session, actor, upload, "refused", defer=defer, now=now)


def expired(session: Session, *, now: datetime) -> list[Upload]:
    """Return what nobody went on with or used in time, and no request holds at this moment."""
    return list(
        session.scalars(
            select(Upload)
            .where(Upload.until <= now, Upload.held_for.is_(None))
            .order_by(Upload.id)
            .with_for_update(skip_locked=True)
        )
    )


def _uploaded(session: Session, upload: Upload, store: ObjectStore) -> Uploaded:
    found = session.scalars(
        select(UploadPart).where(UploadPart.upload_id == upload.id).order_by(UploadPart.start)
    )
    of_it = [Part(start=one.start, size=one.size, sha256=one.sha256) for one in found]
    return Uploaded(
        key=upload.key,
        name=upload.name,
        size=upload.size,
        stream=parts.reader(store, upload.key, of_it),
        parts=of_it,
        store=store,
    )
