"""Keeps objects under keys, in an S3 bucket or in a directory; the only file that knows minio.

Both forms answer to the same contract, `ObjectStore`, and one test runs against both. The bucket
is what a court runs on; the directory serves the command line at an archivist's desk.
"""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Protocol
from urllib.parse import quote

import certifi
import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError

CHUNK = 1 << 20
PART = 16 << 20  # 10 000 parts of it make 160 GB, far above any disc
WINDOW = 4 << 20  # read ahead of a seekable object
OCTETS = "application/octet-stream"


class StoreError(Exception):
    """The store did not do what was asked."""


class NoSuchObjectError(StoreError):
    """There is nothing under this key."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached, refuses our key, or failed after every retry: try later."""


class TooLargeError(StoreError):
    """The stream is longer than its limit; nothing was kept."""


class IncompleteError(StoreError):
    """The stream ended before its stated size; nothing was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was put: counted and hashed while it was read."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the store says about an object. A listing does not know the content type."""

    key: str
    size: int
    content_type: str = OCTETS


class Readable(Protocol):
    """All that `put` needs of a stream."""

    def read(self, size: int, /) -> bytes: ...


class ObjectStore(Protocol):
    """The contract. Keys are slash-separated; an object appears whole or not at all."""

    def ensure_bucket(self) -> None:
        """Make the place where objects go, if it is not there yet; also tells whether we may."""

    def put(
        self,
        key: str,
        stream: Readable,
        *,
        content_type: str = OCTETS,
        size: int | None = None,
        limit: int | None = None,
    ) -> Stored:
        """Store the stream to its end; refuse one longer than `limit` or not `size` long."""

    def get(self, key: str) -> bytes:
        """Give a small object whole."""

    def stream(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Give the object, or a range of it, in pieces; missing objects are told at once."""

    def open(self, key: str) -> BinaryIO:
        """Give the object as a seekable file that is read on demand."""

    def stat(self, key: str) -> Facts:
        """Tell size and content type."""

    def remove(self, key: str) -> None:
        """Forget the object; one that is not there is no error."""

    def list(self, prefix: str = "") -> Iterator[Facts]:
        """Name the objects whose key begins with the prefix, in order."""

    def presign_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Give an address at which anyone may read this object for so many seconds."""


def digest(store: ObjectStore, key: str) -> str:
    """Read an object back and tell its SHA-256: what fixity checks compare."""
    state = hashlib.sha256()
    for piece in store.stream(key):
        state.update(piece)
    return state.hexdigest()


def put_file(store: ObjectStore, key: str, path: Path, *, content_type: str = OCTETS) -> Stored:
    """Store a file of this machine."""
    with path.open("rb") as stream:
        return store.put(key, stream, content_type=content_type, size=path.stat().st_size)


def remove_all(store: ObjectStore, prefix: str) -> None:
    """Forget everything under a prefix."""
    for facts in list(store.list(prefix)):
        store.remove(facts.key)


class _Counting(io.RawIOBase):
    """Counts and hashes what passes, so that a stream is read once and judged before its end."""

    def __init__(self, stream: Readable, size: int | None, limit: int | None) -> None:
        self._stream = stream
        self._expected = size
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
        if not piece and self._expected is not None and self.count < self._expected:
            raise IncompleteError(self.count, self._expected)
        return piece

    def stored(self, key: str) -> Stored:
        return Stored(key=key, size=self.count, sha256=self._state.hexdigest())


def _checked(key: str) -> str:
    parts = PurePosixPath(key).parts
    if not parts or key.startswith("/") or ".." in parts or "/".join(parts) != key:
        msg = f"not a key: {key!r}"
        raise ValueError(msg)
    return key


def _disposition(filename: str) -> str:
    """RFC 6266: a name of any alphabet, for browsers that save what they get."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


@contextmanager
def _refusals(key: str) -> Iterator[None]:
    """Say what went wrong in the store's own few words."""
    try:
        yield
    except S3Error as error:
        if error.code in {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}:
            raise NoSuchObjectError(key) from error
        raise StoreUnavailableError(error.code) from error
    except (ServerError, InvalidResponseError, MinioException, HTTPError) as error:
        raise StoreUnavailableError(type(error).__name__) from error


class _RangedObject(io.RawIOBase):
    """A stored object as a seekable raw file: each read is one range request."""

    def __init__(self, store: "BucketStore", key: str, size: int) -> None:
        self._store = store
        self._key = key
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        got = b"".join(self._store.stream(self._key, start=self._at, length=length))
        if not got:
            raise IncompleteError(self._at, self._size)
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)

    def readall(self) -> bytes:
        """Read the rest in one request; the inherited way asks for 8 KB at a time."""
        rest = b"".join(self._store.stream(self._key, start=self._at, length=self._size - self._at))
        self._at += len(rest)
        return rest


class BucketStore:
    """One S3 bucket. Make one per process: the client must not be shared over a fork."""

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        secure: bool = False,
        public_endpoint: str | None = None,
        region: str = "us-east-1",
    ) -> None:
        """`endpoint` is host:port; `public_endpoint` the same, as a browser reaches it."""
        self._bucket = bucket
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=120),
            maxsize=8,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
            # SeaweedFS answers InternalError for some seconds after a restart, until its volumes
            # are registered: 0.2 + 0.4 + ... + 12.8 s bridges that.
            retries=urllib3.Retry(
                total=7,
                backoff_factor=0.2,
                status_forcelist=[500, 502, 503, 504],
                allowed_methods=None,
                raise_on_status=False,
            ),
        )
        # With the region given the client never asks the server for it, so links can be made
        # for an endpoint that this process cannot reach.
        self._client = Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=pool,
        )
        self._public = self._client
        if public_endpoint:
            scheme, _, host = public_endpoint.rpartition("://")
            self._public = Minio(
                host,
                access_key=access_key,
                secret_key=secret_key,
                secure=scheme == "https" if scheme else secure,
                region=region,
            )

    def ensure_bucket(self) -> None:
        """Make the bucket if it is not there yet; also tells whether our key is good."""
        with _refusals(self._bucket):
            if not self._client.bucket_exists(self._bucket):
                try:
                    self._client.make_bucket(self._bucket)
                except S3Error as error:
                    if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                        raise

    def put(
        self,
        key: str,
        stream: Readable,
        *,
        content_type: str = OCTETS,
        size: int | None = None,
        limit: int | None = None,
    ) -> Stored:
        """Store the stream in parts; what is refused half-way is aborted by the client."""
        counting = _Counting(stream, size, limit)
        with _refusals(_checked(key)):
            # The length stays unknown to the client even where it is stated, so that one path
            # serves all and a short stream is told by us, before the object exists.
            self._client.put_object(
                self._bucket,
                key,
                counting,  # type: ignore[arg-type]  # a raw stream is enough: it only reads
                -1,
                content_type=content_type,
                part_size=PART,
                num_parallel_uploads=1,
            )
        return counting.stored(key)

    def get(self, key: str) -> bytes:
        """Give a small object whole."""
        return b"".join(self.stream(key))

    def stream(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Give the object, or a range of it, in pieces; the request is made at once."""
        if length == 0:
            self.stat(key)
            return iter(())
        with _refusals(key):
            answer = self._client.get_object(
                self._bucket, _checked(key), offset=start, length=length or 0
            )
        return self._pieces(key, answer)

    @staticmethod
    def _pieces(key: str, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            with _refusals(key):
                yield from answer.stream(CHUNK)
        finally:
            answer.close()
            answer.release_conn()

    def open(self, key: str) -> BinaryIO:
        """Give the object as a seekable file; each window of it is one range request."""
        raw = _RangedObject(self, key, self.stat(key).size)
        return io.BufferedReader(raw, WINDOW)

    def stat(self, key: str) -> Facts:
        """Tell size and content type."""
        with _refusals(key):
            found = self._client.stat_object(self._bucket, _checked(key))
        return _facts(found)

    def remove(self, key: str) -> None:
        """Forget the object; one that is not there is no error."""
        with _refusals(key):
            for refused in self._client.remove_objects(self._bucket, [DeleteObject(_checked(key))]):
                raise StoreUnavailableError(refused.code)

    def list(self, prefix: str = "") -> Iterator[Facts]:
        """Name the objects whose key begins with the prefix, in order."""
        with _refusals(prefix):
            for found in self._client.list_objects(self._bucket, prefix, recursive=True):
                if not found.is_dir:
                    yield _facts(found)

    def presign_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Give a signed address; `filename` makes the browser save it under that name."""
        headers = {"response-content-disposition": _disposition(filename)} if filename else None
        return self._public.presigned_get_object(
            self._bucket,
            _checked(key),
            timedelta(seconds=seconds),
            response_headers=headers,  # type: ignore[arg-type]  # invariant dict of str
        )


def _facts(found: Object) -> Facts:
    return Facts(
        key=found.object_name or "",
        size=found.size or 0,
        content_type=found.content_type or OCTETS,
    )


class DirectoryStore:
    """The same contract in a directory. Its links are file addresses and do not expire."""

    _ABOUT = ".about"

    def __init__(self, root: Path) -> None:
        """Content types are kept beside the objects, under a name no key can have."""
        self._root = root.resolve()

    def _path(self, key: str) -> Path:
        if key.startswith(self._ABOUT):
            raise ValueError(key)
        return self._root / _checked(key)

    def _about(self, key: str) -> Path:
        return self._root / self._ABOUT / f"{key}.json"

    def _found(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NoSuchObjectError(key)
        return path

    def ensure_bucket(self) -> None:
        """Make the directory."""
        (self._root / self._ABOUT).mkdir(parents=True, exist_ok=True)

    def put(
        self,
        key: str,
        stream: Readable,
        *,
        content_type: str = OCTETS,
        size: int | None = None,
        limit: int | None = None,
    ) -> Stored:
        """Store the stream beside its place and rename it in, so that it appears whole."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        counting = _Counting(stream, size, limit)
        growing = self._root / self._ABOUT / f"{secrets.token_hex(8)}.part"
        growing.parent.mkdir(parents=True, exist_ok=True)
        try:
            with growing.open("wb") as out:
                while piece := counting.read(CHUNK):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            about = self._about(key)
            about.parent.mkdir(parents=True, exist_ok=True)
            about.write_text(json.dumps({"content_type": content_type}), encoding="utf-8")
            growing.replace(path)
        finally:
            growing.unlink(missing_ok=True)
        return counting.stored(key)

    def get(self, key: str) -> bytes:
        """Give a small object whole."""
        return self._found(key).read_bytes()

    def stream(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Give the object, or a range of it, in pieces."""
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
        return self._found(key).open("rb")

    def stat(self, key: str) -> Facts:
        """Tell size and content type."""
        size = self._found(key).stat().st_size
        about = self._about(key)
        told = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
        return Facts(key=key, size=size, content_type=told.get("content_type", OCTETS))

    def remove(self, key: str) -> None:
        """Forget the object; one that is not there is no error."""
        self._path(key).unlink(missing_ok=True)
        self._about(key).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[Facts]:
        """Name the objects whose key begins with the prefix, in order."""
        keys = (
            path.relative_to(self._root).as_posix()
            for path in self._root.rglob("*")
            if path.is_file()
        )
        for key in sorted(keys):
            if key.startswith(prefix) and not key.startswith(self._ABOUT):
                yield Facts(key=key, size=(self._root / key).stat().st_size)

    def presign_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Give the file's own address."""
        del seconds, filename
        return self._found(key).as_uri()
