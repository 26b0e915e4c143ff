"""Puts originals and renditions on their shelf in a store, in the order that survives a crash."""

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from recordings.store import IncompleteError, ObjectStore, Readable, Stored, remove_all
from recordings.transcode import MEDIA_TYPES
from recordings.volume import File

MANIFEST = "manifest-sha256.txt"
LONGEST, DEEPEST = 100, 4  # of a name and a path: a key holds 1024 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An original: for one file its own hash, for several the hash of their manifest."""

    sha256: str
    size: int
    files: tuple[Stored, ...]


def keep_master(
    store: ObjectStore,
    prefix: str,
    files: Iterable[File],
    *,
    limit: int | None = None,
    watch: Callable[[], None] = lambda: None,
) -> Kept:
    """Store an original untouched, with a manifest in the words of BagIt beside it."""
    stored: list[Stored] = []
    left = limit
    for number, file in enumerate(files):
        with file.open() as stream:
            key = f"{prefix}data/{_plain(file.name)}"
            if any(one.key == key for one in stored):
                key = f"{prefix}data/{number}/{_plain(file.name)}"
            one = store.put(key, _Watched(stream, watch), size=file.size, limit=left)
        stored.append(one)
        left = None if left is None else left - one.size
    return seal_master(store, prefix, stored)


def seal_master(store: ObjectStore, prefix: str, stored: Iterable[Stored]) -> Kept:
    """Write the manifest of what was put under `<prefix>data/`; it is what the hash is of."""
    files = tuple(sorted(stored, key=lambda one: one.key))
    lines = "".join(f"{one.sha256}  {one.key.removeprefix(prefix)}\n" for one in files)
    manifest = store.put(
        f"{prefix}{MANIFEST}", io.BytesIO(lines.encode()), content_type="text/plain"
    )
    return Kept(
        sha256=files[0].sha256 if len(files) == 1 else manifest.sha256,
        size=sum(one.size for one in files),
        files=files,
    )


def verify_master(store: ObjectStore, prefix: str) -> list[str]:
    """Re-read an original; name the files that are not what the manifest says."""
    wrong = []
    for line in store.get(f"{prefix}{MANIFEST}").decode().splitlines():
        sha256, _, name = line.partition("  ")
        state = hashlib.sha256()
        for piece in store.stream(prefix + name):
            state.update(piece)
        if state.hexdigest() != sha256:
            wrong.append(name)
    return wrong


def publish(
    store: ObjectStore, prefix: str, folder: Path, *, watch: Callable[[], None] = lambda: None
) -> int:
    """Put what was made under the prefix: media first, playlists after, the master last.

    Whoever finds the master playlist finds all it names. What an interrupted try left behind
    goes away first. Gives the bytes stored.
    """
    remove_all(store, prefix)
    total = 0
    for path in sorted((path for path in folder.rglob("*") if path.is_file()), key=_turn):
        key = f"{prefix}{path.relative_to(folder).as_posix()}"
        with path.open("rb") as stream:
            stored = store.put(
                key,
                _Watched(stream, watch),
                content_type=MEDIA_TYPES[path.suffix],
                size=path.stat().st_size,
            )
        if store.stat(key).size != stored.size:
            raise IncompleteError(key)
        total += stored.size
    return total


class _Watched:
    """Calls between the pieces of a long stream: a lease wants renewing, a stop wants hearing."""

    def __init__(self, stream: Readable, watch: Callable[[], None]) -> None:
        self._stream = stream
        self._watch = watch

    def read(self, size: int, /) -> bytes:
        self._watch()
        return self._stream.read(size)


def _turn(path: Path) -> tuple[int, str]:
    if path.suffix != ".m3u8":
        return 0, str(path)
    return (2 if path.name == "master.m3u8" else 1), str(path)


def _plain(name: str) -> str:
    """Keep the path inside the source; a name from outside may not climb out of its prefix."""
    visible = "".join(letter if letter.isprintable() else "_" for letter in name)
    parts = PurePosixPath(visible.replace("\\", "/")).parts
    kept = [part[-LONGEST:] for part in parts if part not in {"/", "//", "..", "."}]
    return "/".join(kept[-DEEPEST:]) or "unnamed"
