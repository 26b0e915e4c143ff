"""Keeps the bytes of an upload as objects of the store, one after another, and reads them as one.

An object is in the store before anybody is told that its bytes arrived, and goes by the place of
its first byte: a server that died in between leaves an object that the next try writes over.
"""

import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from recordings.seeking import Seekable
from recordings.store import IncompleteError, ObjectStore, Readable

PIECE: Final = 8 << 20
"""The largest object, in bytes: as much of one request is in memory at a time."""
SMALL: Final = 1 << 20
"""An object shorter than this is made anew with what follows it, so that a file that comes in
crumbs does not become a million objects."""
_SIP: Final = 64 << 10
"""Read at once from the line: what is lost of a request when the line drops is less."""
_WINDOW: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some bytes of an upload."""

    start: int
    size: int
    sha256: str


class BrokenLineError(Exception):
    """The sender was cut off; what had come until then was given."""


def prefix_of(key: UUID) -> str:
    """Say where the objects of an upload lie."""
    return f"uploads/{key}/"


def pieces(line: Readable) -> Iterator[bytes]:
    """Read a request in pieces of at most PIECE bytes; BrokenLineError after the last of them."""
    gathered = bytearray()
    broken = False
    while not broken:
        try:
            sip = line.read(min(_SIP, PIECE - len(gathered)))
        except OSError:
            broken = True
            sip = b""
        if not sip and not broken:
            break
        gathered += sip
        if len(gathered) == PIECE:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
    if broken:
        raise BrokenLineError


def keep(
    store: ObjectStore, key: UUID, start: int, data: bytes, before: Part | None = None
) -> Part:
    """Store bytes that begin at `start`; with the part just before them, where that is small."""
    if before is not None and before.size < SMALL and before.size + len(data) <= PIECE:
        data = b"".join(store.stream(_name(key, before.start), length=before.size)) + data
        start = before.start
    stored = store.put(_name(key, start), io.BytesIO(data), size=len(data))
    return Part(start=start, size=stored.size, sha256=stored.sha256)


def reader(store: ObjectStore, key: UUID, parts: Sequence[Part]) -> io.BufferedReader:
    """Open the parts as one seekable file that is read on demand."""
    return io.BufferedReader(_Joined(store, key, parts), _WINDOW)


def digest(store: ObjectStore, key: UUID, parts: Sequence[Part]) -> str:
    """Read the whole file once and return its SHA-256."""
    with reader(store, key, parts) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _name(key: UUID, start: int) -> str:
    return f"{prefix_of(key)}{start:015}"


class _Joined(Seekable):
    """Objects one after another as one file: each read is one request for a range."""

    def __init__(self, store: ObjectStore, key: UUID, parts: Sequence[Part]) -> None:
        super().__init__(sum(part.size for part in parts))
        self._store = store
        self._key = key
        self._parts = parts
        self._starts = [part.start for part in parts]

    def readinto(self, buffer: Any, /) -> int:
        if self._at >= self._size:
            return 0
        part = self._parts[bisect_right(self._starts, self._at) - 1]
        inside = self._at - part.start
        length = min(len(buffer), part.size - inside)
        name = _name(self._key, part.start)
        got = b"".join(self._store.stream(name, start=inside, length=length))
        if len(got) != length:
            raise IncompleteError(self._at, self._size)
        buffer[:length] = got
        self._at += length
        return length
