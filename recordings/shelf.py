"""Keeps sources on their shelf as they came, bit by bit: each is a bag (BagIt, RFC 8493).

A source goes by its SHA-256: of a single file its own, of several that of the bag's manifest,
which names every file with its hash. So the same disc, whoever brings it, has the same place. What
is written last is the manifest of the tags: a bag without one is not complete.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from recordings import keys
from recordings.chart import SECTOR, tolerant
from recordings.files import File
from recordings.store import (
    CHUNK,
    NoSuchObjectError,
    ObjectStore,
    Stored,
    TooLargeError,
    digest,
)
from recordings.titles import Hashed

LONGEST, DEEPEST = 200, 4  # bytes of a name, names of a path: a key holds 1024 bytes
DISC = "VIDEO_TS"  # the folder that stays in a path, because players look for it
BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

Watch = Callable[[float], None]  # told the share that is done; may raise to stop the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A source on the shelf."""

    sha256: str
    size: int  # of its files, without what the bag adds
    files: tuple[Stored, ...]
    tags: tuple[Stored, ...]  # what makes it a bag
    known: bool = False  # it was there, whole, before it came again
    retained: bool = False  # until the date that was asked for, enforced by the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A file of a bag that is not what its manifest says."""

    key: str
    missing: bool


def shelve(
    store: ObjectStore,
    files: Sequence[File],
    hashes: Iterable[Hashed] = (),
    *,
    limit: int | None = None,
    retain_until: datetime | None = None,
    watch: Watch = lambda _: None,
) -> Master:
    """Put a source on the shelf; what is there already is seen and not sent again.

    `hashes` are of a reading that was just made; without them the files are read once more, first.
    TooLargeError where the files are more than `limit` bytes together. An interrupted try is taken
    up by the next one, in the middle of a file too.
    """
    size = sum(file.size for file in files)
    if limit is not None and size > limit:
        raise TooLargeError(size)
    known = _digests(files, hashes, watch)
    places = _places([file.name for file in files])
    named = dict(zip(places, files, strict=True))
    hash_of = dict(zip(places, known, strict=True))
    sha256 = known[0] if len(files) == 1 else _sha256(_listing(hash_of))
    complete = _bag(store, sha256)
    if complete and sorted(complete.values()) == sorted(hash_of.values()):
        # The same source, perhaps under other names: it stays under its first ones.
        file_of = dict(zip(known, files, strict=True))
        named = {path: file_of[one] for path, one in complete.items()}
        hash_of = complete
    sent = _fill(store, sha256, named, hash_of, watch)
    if sent or hash_of != complete:
        _seal(store, sha256, hash_of, size=size)
    prefix = keys.master_prefix(sha256)
    return Master(
        sha256=sha256,
        size=size,
        files=_stored(prefix, {path: (named[path].size, one) for path, one in hash_of.items()}),
        tags=_stored(prefix, _measured(_tags(sha256, hash_of, size))),
        known=hash_of == complete and not sent,
        retained=retain_until is not None and retain(store, sha256, retain_until),
    )


def _digests(files: Sequence[File], hashes: Iterable[Hashed], watch: Watch) -> list[str]:
    """Take the hashes that are known, by name, where every name is one file's; else read."""
    known = {one.name: one.sha256 for one in hashes}
    names = [file.name for file in files]
    if len(set(names)) == len(names) and all(name in known for name in names):
        return [known[name] for name in names]
    return list(hashed(files, lambda share: watch(share / 3)))


def _fill(
    store: ObjectStore,
    sha256: str,
    named: dict[str, File],
    hash_of: dict[str, str],
    watch: Watch,
) -> bool:
    """Send what is not there; tell whether anything was not."""
    total = sum(file.size for file in named.values()) or 1
    before = 0
    sent = False
    for path, file in sorted(named.items()):
        key = keys.master_prefix(sha256) + path
        if not _there(store, key, file.size, hash_of[path]):
            told = partial(_told, watch, before, total)
            with file.open() as stream:
                store.put(
                    key,
                    _Whole(stream, file.size, told),
                    content_type=keys.content_type(key),
                    cache_control=keys.cache_control(key),
                    size=file.size,
                    sha256=hash_of[path],
                    resume=True,
                )
            sent = True
        before += file.size
        watch(before / total)
    return sent


def _told(watch: Watch, before: int, total: int, count: int) -> None:
    watch((before + count) / total)


def _there(store: ObjectStore, key: str, size: int, sha256: str) -> bool:
    """See whether an earlier try put it, as its promise says; `verify` is what reads it."""
    try:
        facts = store.stat(key)
    except NoSuchObjectError:
        return False
    return (facts.size, facts.sha256) == (size, sha256)


def hashed(files: Sequence[File], watch: Watch = lambda _: None) -> Iterator[str]:
    """Read files once; give the SHA-256 of what the medium gives of each."""
    size = sum(file.size for file in files) or 1
    done = 0
    for file in files:
        state = hashlib.sha256()
        with file.open() as stream:
            whole = _Whole(stream, file.size)
            while piece := whole.read(CHUNK):
                state.update(piece)
                done += len(piece)
                watch(done / size)
        yield state.hexdigest()


def master(store: ObjectStore, sha256: str) -> Master:
    """Tell of a source that is on the shelf; NoSuchObjectError where it is not, or not whole."""
    prefix = keys.master_prefix(sha256)
    sizes = {facts.key: facts.size for facts in store.list(prefix)}
    hash_of = _bag(store, sha256)
    wanted = [prefix + path for path in (*hash_of, *keys.TAGS)]
    for key in wanted:
        if key not in sizes:
            raise NoSuchObjectError(key)
    size = sum(sizes[prefix + path] for path in hash_of)
    return Master(
        sha256=sha256,
        size=size,
        files=_stored(prefix, {path: (sizes[prefix + path], one) for path, one in hash_of.items()}),
        tags=_stored(prefix, _measured(_tags(sha256, hash_of, size))),
        known=True,
    )


def _stored(prefix: str, found: dict[str, tuple[int, str]]) -> tuple[Stored, ...]:
    return tuple(
        Stored(key=prefix + path, size=size, sha256=sha256)
        for path, (size, sha256) in sorted(found.items())
    )


def _measured(tags: dict[str, bytes]) -> dict[str, tuple[int, str]]:
    return {name: (len(data), _sha256(data)) for name, data in tags.items()}


def masters(store: ObjectStore, *, after: str = "") -> Iterator[str]:
    """Name the sources on the shelf, whole or begun, in the order of their SHA-256."""
    last = None
    start = f"{keys.master_prefix(after)}~" if after else ""
    for facts in store.list(keys.MASTERS, after=start):
        sha256 = keys.source_of(facts.key)
        if sha256 is not None and sha256 != last:
            last = sha256
            yield sha256


def retain(store: ObjectStore, sha256: str, until: datetime) -> bool:
    """Keep every object of a bag from removal; False where the server does not enforce it."""
    held = [store.retain(facts.key, until) for facts in store.list(keys.master_prefix(sha256))]
    return bool(held) and all(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a bag says of itself."""

    hashes: dict[str, str]  # by path, which begins with `data/`
    size: int  # of all files together


def contents(store: ObjectStore, sha256: str) -> Contents | None:
    """Read what a bag says of itself, without its files; None where it is not the bag it was.

    A bag of several files goes by the hash of its manifest, one of a single file by that file's.
    """
    prefix = keys.master_prefix(sha256)
    try:
        listing = store.get(prefix + keys.PAYLOAD_MANIFEST)
        tags = dict(_listed(store.get(prefix + keys.TAG_MANIFEST)))
        info = store.get(prefix + keys.BAG_INFO)
    except NoSuchObjectError:
        return None
    hashes = dict(_listed(listing))
    itself = sha256 == _sha256(listing) or list(hashes.values()) == [sha256]
    oxum = re.search(rb"^Payload-Oxum: (\d+)\.", info, re.MULTILINE)
    if not itself or oxum is None or tags.get(keys.BAG_INFO) != _sha256(info):
        return None
    return Contents(hashes=hashes, size=int(oxum[1]))


def verify(store: ObjectStore, sha256: str, watch: Watch = lambda _: None) -> tuple[Wrong, ...]:
    """Read a whole bag; name what is missing or altered. A bag that is not there is missing."""
    prefix = keys.master_prefix(sha256)
    wrong: list[Wrong] = []
    try:
        tags = _listed(store.get(prefix + keys.TAG_MANIFEST))
        payload = _listed(store.get(prefix + keys.PAYLOAD_MANIFEST))
    except NoSuchObjectError as error:
        return (Wrong(key=str(error), missing=True),)
    sizes = {facts.key: facts.size for facts in store.list(prefix)}
    total = sum(sizes.values()) or 1
    done = 0
    for path, expected in (*tags, *payload):
        key = prefix + path
        if key not in sizes:
            wrong.append(Wrong(key=key, missing=True))
            continue
        if digest(store, key) != expected:
            wrong.append(Wrong(key=key, missing=False))
        done += sizes[key]
        watch(min(1.0, done / total))
    return tuple(wrong)


def _tags(sha256: str, hash_of: dict[str, str], size: int) -> dict[str, bytes]:
    """Write what makes it a bag, the same whoever brings it; the manifest of the tags last."""
    info = (
        f"Payload-Oxum: {size}.{len(hash_of)}\n"
        f"External-Identifier: sha256:{sha256}\n"
        "External-Description: a source of court recordings, exactly as it was handed in\n"
    )
    tags = {
        keys.PAYLOAD_MANIFEST: _listing(hash_of),
        keys.BAG: BAGIT.encode(),
        keys.BAG_INFO: info.encode(),
    }
    return tags | {
        keys.TAG_MANIFEST: _listing({name: _sha256(data) for name, data in tags.items()})
    }


def _seal(store: ObjectStore, sha256: str, hash_of: dict[str, str], *, size: int) -> None:
    for name, data in _tags(sha256, hash_of, size).items():
        key = keys.master_prefix(sha256) + name
        store.put(
            key,
            io.BytesIO(data),
            content_type=keys.content_type(key),
            cache_control=keys.cache_control(key),
            sha256=_sha256(data),
        )


def _bag(store: ObjectStore, sha256: str) -> dict[str, str]:
    """Give path and hash of each file of a bag that is complete, nothing where none is."""
    prefix = keys.master_prefix(sha256)
    try:
        store.stat(prefix + keys.TAG_MANIFEST)
        return dict(_listed(store.get(prefix + keys.PAYLOAD_MANIFEST)))
    except NoSuchObjectError:
        return {}


def _listing(hashes: dict[str, str]) -> bytes:
    """Write a manifest; RFC 8493 wants these three escaped."""
    lines = []
    for path, sha256 in sorted(hashes.items()):
        escaped = path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
        lines.append(f"{sha256}  {escaped}\n")
    return "".join(lines).encode()


def _listed(listing: bytes) -> list[tuple[str, str]]:
    found = []
    for line in listing.decode().splitlines():
        sha256, _, escaped = line.partition("  ")
        path = escaped.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        found.append((path, sha256))
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _places(names: Sequence[str]) -> list[str]:
    """Say where in the bag each file goes: the same, whatever folder the disc was copied to."""
    plain = [_plain(name) for name in names]
    folders = [PurePosixPath(name).parts[:-1] for name in plain]
    shared = 0
    while all(len(one) > shared for one in folders):
        heads = {one[shared] for one in folders}
        if len(heads) > 1 or heads.pop().upper() == DISC:
            break
        shared += 1
    places: list[str] = []
    for number, name in enumerate(plain):
        path = PurePosixPath(*PurePosixPath(name).parts[shared:][-DEEPEST:]).as_posix()
        if keys.PAYLOAD + path in places:
            path = f"{number}/{path}"
        places.append(keys.PAYLOAD + path)
    return places


def _plain(name: str) -> str:
    """Keep the path inside the source; a name from outside may not climb out of its prefix."""
    visible = "".join(letter if letter.isprintable() else "_" for letter in name)
    parts = PurePosixPath(visible.replace("\\", "/")).parts
    kept = [_cut(part) for part in parts if part not in {"/", "//", "..", "."}]
    return "/".join(kept) or "unnamed"


def _cut(part: str) -> str:
    """Keep the end of a name, which says what it is."""
    return part.encode(errors="replace")[-LONGEST:].decode(errors="ignore")


class _Whole:
    """Reads a file of a medium to its end; what the medium refuses is zeros, as in its hash."""

    def __init__(
        self, stream: BinaryIO, size: int, told: Callable[[int], None] = lambda _: None
    ) -> None:
        self._stream = stream
        self._size = size
        self._told = told
        self._at = 0
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        if not self._rest:
            wanted = min(-(-size // SECTOR) * SECTOR, self._size - self._at)
            if wanted <= 0:
                return b""
            self._rest, _ = tolerant(self._stream, self._at, wanted)
            self._at += len(self._rest)
            self._told(self._at)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
