"""Keeps objects as the files of a directory: the store at an archivist's desk."""

import errno
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from recordings.store import (
    CHUNK,
    OCTETS,
    AlteredError,
    Counting,
    Facts,
    NoSuchObjectError,
    Protection,
    Readable,
    Stored,
    StoreFullError,
    StoreUnavailableError,
    UnfitError,
    Upload,
    checked_key,
)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # EFBIG: a limit set for this process
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class DirectoryStore:
    """The contract in a directory. Its links are file addresses, which do not expire."""

    _ABOUT = ".about"  # what a file system cannot say of a file; no key begins with it
    _GROWING = ".about/growing"

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def _path(self, key: str) -> Path:
        if key.startswith(self._ABOUT):
            raise ValueError(key)
        return self._root / checked_key(key)

    def _about(self, key: str) -> Path:
        return self._root / self._ABOUT / f"{key}.json"

    def _found(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NoSuchObjectError(key)
        return path

    def ensure_bucket(self, *, lock: bool = False) -> None:
        """Make the directory; nothing in it can be locked."""
        del lock
        with _refusals(str(self._root)):
            (self._root / self._GROWING).mkdir(parents=True, exist_ok=True)

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
        """Store the stream beside its place and rename it in, so that it appears whole."""
        del retain_until  # whoever may write in a directory may also remove from it
        path = self._path(key)
        counting = Counting(stream, size=size, limit=limit, sha256=sha256)
        with _refusals(key):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._growing(key, resume=resume) as (growing, out):
                _fill(out, counting)
                stored = counting.stored(key)
                _make_sure(out, stored)
                said = {
                    "content_type": content_type,
                    "cache_control": cache_control,
                    "sha256": sha256,
                }
                self._say(key, said, growing.with_suffix(".said"))
                growing.replace(path)
            _sync(path.parent)
        return stored

    def _say(self, key: str, said: dict[str, str], growing: Path) -> None:
        """Keep beside an object what a file system cannot say of it: whole, or as it was."""
        about = self._about(key)
        about.parent.mkdir(parents=True, exist_ok=True)
        try:
            growing.write_text(json.dumps(said), encoding="utf-8")
            growing.replace(about)
        finally:
            growing.unlink(missing_ok=True)

    @contextmanager
    def _growing(self, key: str, *, resume: bool) -> Iterator[tuple[Path, IO[bytes]]]:
        """Open a file that grows out of sight; one that is resumed outlives an interruption."""
        path, out = self._taken(key, resume=resume)
        path.with_suffix(".key").write_text(key, encoding="utf-8")
        kept = resume
        try:
            with out:
                yield path, out
            kept = False
        except UnfitError:
            kept = False
            raise
        finally:
            if not kept:
                path.unlink(missing_ok=True)
                path.with_suffix(".key").unlink(missing_ok=True)

    def _taken(self, key: str, *, resume: bool) -> tuple[Path, IO[bytes]]:
        """Take the file in which this key grows, or one of our own where another process is at it.

        A file that was renamed into its place between our opening and our lock is not ours.
        """
        growing = self._root / self._GROWING
        growing.mkdir(parents=True, exist_ok=True)
        while True:
            name = hashlib.sha256(key.encode()).hexdigest() if resume else secrets.token_hex(32)
            path = growing / f"{name}.part"
            out = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
            try:
                fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                resume = False
            else:
                if path.exists() and path.stat().st_ino == os.fstat(out.fileno()).st_ino:
                    return path, out
            out.close()

    def get(self, key: str) -> bytes:
        """Give a small object whole."""
        with _refusals(key):
            return self._found(key).read_bytes()

    def stream(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Give the object, or a range of it, in pieces."""
        with _refusals(key):
            return self._pieces(self._found(key).open("rb"), start, length)

    @staticmethod
    def _pieces(source: IO[bytes], start: int, length: int | None) -> Iterator[bytes]:
        with source:
            source.seek(start)
            left = length
            while left is None or left > 0:
                piece = source.read(CHUNK if left is None else min(CHUNK, left))
                if not piece:
                    return
                if left is not None:
                    left -= len(piece)
                yield piece

    def open(self, key: str) -> BinaryIO:
        """Give the object as a seekable file."""
        with _refusals(key):
            return self._found(key).open("rb")

    def path(self, key: str) -> Path | None:
        """Say where the object lies."""
        return self._found(key)

    def stat(self, key: str) -> Facts:
        """Tell the size, and what was said when it was put."""
        size = self._found(key).stat().st_size
        about = self._about(key)
        said = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
        return Facts(key=key, size=size, **said)

    def remove(self, key: str) -> None:
        """Forget the object; one that is not there is no error."""
        with _refusals(key):
            self._path(key).unlink(missing_ok=True)
            self._about(key).unlink(missing_ok=True)

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[Facts]:
        """Name the objects whose key begins with the prefix, in order; only those after a key."""
        # The folder that the prefix is in, so that a big store is not walked for a small part.
        top = self._root / prefix.rpartition("/")[0]
        keys = sorted(
            path.relative_to(self._root).as_posix()
            for path in (top.rglob("*") if top.is_dir() else ())
            if path.is_file()
        )
        for key in keys:
            if key.startswith(prefix) and key > after and not key.startswith(self._ABOUT):
                yield Facts(key=key, size=(self._root / key).stat().st_size)

    def presign_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Give the file's own address."""
        del seconds, filename
        return self._found(key).as_uri()

    def retain(self, key: str, until: datetime) -> bool:
        """Tell that nothing here enforces it."""
        del until
        self._found(key)
        return False

    def uploads(self, prefix: str = "") -> Iterator[Upload]:
        """Name the files that grew and were left."""
        for path in sorted((self._root / self._GROWING).glob("*.key")):
            part = path.with_suffix(".part")
            key = path.read_text(encoding="utf-8")
            if part.exists() and key.startswith(prefix):
                begun = datetime.fromtimestamp(part.stat().st_mtime, UTC)
                yield Upload(key=key, id=path.stem, begun=begun)

    def abandon(self, upload: Upload) -> None:
        """Remove what has grown of it."""
        for suffix in (".part", ".key"):
            (self._root / self._GROWING / f"{upload.id}{suffix}").unlink(missing_ok=True)

    def protection(self) -> Protection:
        """Tell what a directory is: ranges, and nothing that protects."""
        return Protection(lock=False, versions=False, ranges=True, refuses_strangers=False)


def _fill(out: IO[bytes], counting: Counting) -> None:
    """Write the stream from where it differs on from what is there already."""
    same = True
    while piece := counting.read(CHUNK):
        if same:
            here = out.read(len(piece))
            same = here == piece
            if same:
                continue
            out.seek(-len(here), os.SEEK_CUR)
        out.write(piece)
    out.truncate()


def _make_sure(out: IO[bytes], stored: Stored) -> None:
    """Bring it to the disk, and read it from there: a stick or a share may have lost some."""
    out.flush()
    os.fsync(out.fileno())
    os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    out.seek(0)
    state = hashlib.sha256()
    while piece := out.read(CHUNK):
        state.update(piece)
    if state.hexdigest() != stored.sha256:
        raise AlteredError(stored.key)


def _sync(folder: Path) -> None:
    """Make a renaming outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _refusals(key: str) -> Iterator[None]:
    """Say what the file system refuses in the words of the contract."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StoreFullError(key) from error
        if error.errno in REFUSED:
            raise StoreUnavailableError(f"no permission: {error.filename or key}") from error
        raise
