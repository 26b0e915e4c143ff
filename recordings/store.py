"""Says what a store of objects must do: the contract that a bucket and a directory both keep.

`recordings/bucket.py` keeps it on an S3 server, which is what a court runs on;
`recordings/directory.py` keeps it in a directory, for an archivist's desk. One test runs against
both, and against two S3 servers.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

CHUNK = 1 << 20
PART = 16 << 20  # 10 000 parts of it make 160 GB, far above any disc
OCTETS = "application/octet-stream"


class StoreError(Exception):
    """The store did not do what was asked."""


class NoSuchObjectError(StoreError):
    """There is nothing under this key."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached, refuses our key, or failed after every retry: try later."""


class StoreFullError(StoreUnavailableError):
    """There is no room left."""


class UnfitError(StoreError):
    """The stream is not what was said of it; nothing of it was kept."""


class TooLargeError(UnfitError):
    """The stream is longer than its limit."""


class IncompleteError(UnfitError):
    """The stream ended before its stated size."""


class AlteredError(UnfitError):
    """What came out of the stream, or arrived in the store, is not what was promised."""


class RetainedError(StoreError):
    """The server keeps this object until a date, whoever asks to remove it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was put: counted and hashed while it was read."""

    key: str
    size: int
    sha256: str
    retained: bool = False  # until the date that was asked for, enforced by the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the store says about an object. A listing knows no more than key and size."""

    key: str
    size: int
    content_type: str = OCTETS
    cache_control: str = ""
    sha256: str = ""  # as whoever put it promised; only reading proves it


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An object that was begun and never finished: it takes room and nobody sees it."""

    key: str
    id: str
    begun: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What a store was seen to do when it was tried, whatever its manual says."""

    lock: bool  # an object under retention was not removed
    versions: bool  # what is overwritten or removed is still there
    ranges: bool  # a part of an object is answered as a part (206)
    refuses_strangers: bool  # neither a wrong secret nor no name at all opens anything


class Readable(Protocol):
    """All that `put` needs of a stream."""

    def read(self, size: int, /) -> bytes: ...


class ObjectStore(Protocol):
    """The contract. Keys are slash-separated; an object appears whole or not at all."""

    def ensure_bucket(self, *, lock: bool = False) -> None:
        """Make the place where objects go, if it is not there yet; also tells whether we may.

        With `lock` it is made so that objects can be retained, where the server knows how.
        """

    def put(
        self,
        key: str,
        stream: Readable,
        *,
        content_type: str = OCTETS,
        cache_control: str = "",
        size: int | None = None,
        limit: int | None = None,
        sha256: str = "",
        resume: bool = False,
        retain_until: datetime | None = None,
    ) -> Stored:
        """Store the stream to its end, and make sure that what arrived is what was sent.

        A stream longer than `limit`, not `size` long or not of this `sha256` is refused and leaves
        nothing. With `resume` what an interrupted put of the same key had brought is compared
        with the stream and not sent again; if this one is interrupted, the next goes on from here.
        `retain_until` is as in `retain`; `Stored.retained` tells whether the server enforces it.
        """

    def get(self, key: str) -> bytes:
        """Give a small object whole."""

    def stream(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Give the object, or a range of it, in pieces; missing objects are told at once."""

    def open(self, key: str) -> BinaryIO:
        """Give the object as a seekable file that is read on demand."""

    def path(self, key: str) -> Path | None:
        """Say where the object lies on this machine; None where it is elsewhere."""

    def stat(self, key: str) -> Facts:
        """Tell size, content type and what else was said when it was put."""

    def remove(self, key: str) -> None:
        """Forget the object in all its versions; one that is not there is no error."""

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[Facts]:
        """Name the objects whose key begins with the prefix, in order; only those after a key."""

    def presign_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Give an address at which anyone may read this object for so many seconds."""

    def retain(self, key: str, until: datetime) -> bool:
        """Keep the object from removal at least until then; False where nobody enforces that."""

    def uploads(self, prefix: str = "") -> Iterator[Upload]:
        """Name what was begun under the prefix and not finished."""

    def abandon(self, upload: Upload) -> None:
        """Give back the room that an unfinished upload takes."""

    def protection(self) -> Protection:
        """Try what the store really does; leaves nothing behind but for some seconds."""


def digest(store: ObjectStore, key: str) -> str:
    """Read an object back and tell its SHA-256: what fixity checks compare."""
    state = hashlib.sha256()
    for piece in store.stream(key):
        state.update(piece)
    return state.hexdigest()


def put_file(
    store: ObjectStore,
    key: str,
    path: Path,
    *,
    content_type: str = OCTETS,
    cache_control: str = "",
    resume: bool = False,
) -> Stored:
    """Store a file of this machine."""
    with path.open("rb") as stream:
        return store.put(
            key,
            stream,
            content_type=content_type,
            cache_control=cache_control,
            size=path.stat().st_size,
            resume=resume,
        )


def remove_all(store: ObjectStore, prefix: str) -> None:
    """Forget everything under a prefix."""
    for facts in list(store.list(prefix)):
        store.remove(facts.key)


def sweep(store: ObjectStore, *, before: datetime, prefix: str = "") -> tuple[Upload, ...]:
    """Abandon what was begun before then and never finished; nobody will come back for it."""
    stale = tuple(one for one in store.uploads(prefix) if one.begun < before)
    for upload in stale:
        store.abandon(upload)
    return stale


def checked_key(key: str) -> str:
    """Give the key back, or ValueError where it is none: it may not climb or begin anywhere."""
    parts = PurePosixPath(key).parts
    if not parts or key.startswith("/") or ".." in parts or "/".join(parts) != key:
        msg = f"not a key: {key!r}"
        raise ValueError(msg)
    return key


class Counting(io.RawIOBase):
    """Counts and hashes what passes, so that a stream is read once and judged before its end."""

    def __init__(
        self, stream: Readable, *, size: int | None, limit: int | None, sha256: str
    ) -> None:
        self._stream = stream
        self._expected = size
        self._promised = sha256
        self._most = min((n for n in (size, limit) if n is not None), default=None)
        self._state = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size if 0 <= size < CHUNK else CHUNK)
        self.count += len(piece)
        self._state.update(piece)
        if self._most is not None and self.count > self._most:
            raise TooLargeError(self.count)
        if not piece:
            self._judge()
        return piece

    def part(self, size: int) -> bytes:
        """Read as much, short only at the end."""
        pieces = []
        while size > 0 and (piece := self.read(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _judge(self) -> None:
        if self._expected is not None and self.count < self._expected:
            raise IncompleteError(self.count, self._expected)
        if self._promised and self._state.hexdigest() != self._promised:
            raise AlteredError(self._state.hexdigest())

    def stored(self, key: str, *, retained: bool = False) -> Stored:
        return Stored(key=key, size=self.count, sha256=self._state.hexdigest(), retained=retained)
