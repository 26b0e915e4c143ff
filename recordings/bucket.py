"""Keeps objects in an S3 bucket; the only file that knows minio.

Every object is put in parts that are hashed here and named by their MD5 there, so that a part is
known to have arrived, and an interrupted put finds again what it had brought.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import certifi
import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.datatypes import Object, Part
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.retention import Retention
from urllib3.exceptions import HTTPError

from recordings.seeking import Seekable
from recordings.store import (
    CHUNK,
    OCTETS,
    PART,
    AlteredError,
    Counting,
    Facts,
    IncompleteError,
    NoSuchObjectError,
    Protection,
    Readable,
    RetainedError,
    Stored,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UnfitError,
    Upload,
    checked_key,
    digest,
)

WINDOW = 4 << 20  # read ahead of a seekable object
TRIAL = "trial-of-the-server"  # the object that is put to see what the server does with it
TRIAL_SECONDS = 5  # how long its retention lasts
MISSING = {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}
FULL = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
UNABLE = {"NotImplemented", "ObjectLockConfigurationNotFoundError", "InvalidRequest"}
PARTIAL_CONTENT, FORBIDDEN = 206, 403


class _Client(Minio):
    """The client, with the verbs of S3's multipart upload that it keeps to itself."""

    def begin(self, bucket: str, key: str, headers: dict[str, str]) -> str:
        return self._create_multipart_upload(bucket, key, dict(headers))

    def put_whole(self, bucket: str, key: str, data: bytes, headers: dict[str, str]) -> str:
        return self._put_object(bucket, key, data, dict(headers)).etag or ""

    def put_part(self, bucket: str, key: str, upload: str, number: int, data: bytes) -> str:
        return self._upload_part(bucket, key, data, None, upload, number)

    def finish(self, bucket: str, key: str, upload: str, parts: list[Part]) -> str:
        return self._complete_multipart_upload(bucket, key, upload, parts).etag or ""

    def abort(self, bucket: str, key: str, upload: str) -> None:
        self._abort_multipart_upload(bucket, key, upload)

    def parts(self, bucket: str, key: str, upload: str) -> Iterator[Part]:
        marker: str | None = None
        while True:
            page = self._list_parts(bucket, key, upload, part_number_marker=marker)
            yield from page.parts
            if not page.is_truncated:
                return
            marker = page.next_part_number_marker

    def unfinished(self, bucket: str, prefix: str) -> Iterator[Upload]:
        key_marker: str | None = None
        upload_marker: str | None = None
        while True:
            page = self._list_multipart_uploads(
                bucket,
                prefix=prefix,
                encoding_type="url",
                key_marker=key_marker,
                upload_id_marker=upload_marker,
            )
            for one in page.uploads:
                yield Upload(
                    key=one.object_name,
                    id=one.upload_id or "",
                    begun=one.initiated_time or datetime.max.replace(tzinfo=UTC),
                )
            if not page.is_truncated:
                return
            key_marker, upload_marker = page.next_key_marker, page.next_upload_id_marker


class BucketStore:
    """One S3 bucket. Make one per process: the client must not be shared over a fork."""

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        prefix: str = "",
        secure: bool = False,
        public_endpoint: str | None = None,
        region: str = "us-east-1",
        retries: int = 7,
    ) -> None:
        """`endpoint` is host:port; `public_endpoint` the same, as a browser reaches it.

        `prefix` is put before every key, and is no part of any key that goes in or comes out. With
        7 `retries` a server may be away for 25 s.
        """
        self._bucket = bucket
        self._prefix = prefix
        self._versioned: bool | None = None
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=120),
            maxsize=8,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
            # SeaweedFS answers InternalError for some seconds after a restart, until its volumes
            # are registered: 0.2 + 0.4 + ... + 12.8 s bridges that.
            retries=urllib3.Retry(
                total=retries,
                backoff_factor=0.2,
                status_forcelist=[500, 502, 503, 504],
                allowed_methods=None,
                raise_on_status=False,
            ),
        )
        # With the region given the client never asks the server for it, so links can be made
        # for an endpoint that this process cannot reach.
        self._client = _Client(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=self._pool,
        )
        self._stranger = _Client(
            endpoint,
            access_key=access_key,
            secret_key=secret_key[::-1] + "x",
            secure=secure,
            region=region,
            http_client=self._pool,
        )
        self._public: Minio = self._client
        if public_endpoint:
            scheme, _, host = public_endpoint.rpartition("://")
            self._public = Minio(
                host,
                access_key=access_key,
                secret_key=secret_key,
                secure=scheme == "https" if scheme else secure,
                region=region,
            )

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)

    def ensure_bucket(self, *, lock: bool = False) -> None:
        """Make the bucket if it is not there yet; also tells whether our key is good."""
        with _refusals(self._bucket):
            if self._client.bucket_exists(self._bucket):
                return
            try:
                self._client.make_bucket(self._bucket, object_lock=lock)
            except S3Error as error:
                if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                    raise

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
        """Store the stream, whole or in parts, and see that what arrived is what was sent."""
        counting = Counting(stream, size=size, limit=limit, sha256=sha256)
        headers = {"Content-Type": content_type}
        if cache_control:
            headers["Cache-Control"] = cache_control
        if sha256:
            headers["x-amz-meta-sha256"] = sha256
        with _refusals(key):
            name = self._name(key)
            first = counting.part(PART)
            if len(first) < PART:
                said = self._client.put_whole(self._bucket, name, first, headers)
                expected = hashlib.md5(first, usedforsecurity=False).hexdigest()
            else:
                said, expected = self._put_parts(name, first, counting, headers, resume=resume)
            if said != expected:
                self._compare(counting.stored(key))
        retained = retain_until is not None and self.retain(key, retain_until)
        return counting.stored(key, retained=retained)

    def _put_parts(
        self, name: str, data: bytes, rest: Counting, headers: dict[str, str], *, resume: bool
    ) -> tuple[str, str]:
        """Send part after part; give the tag that the server made, and the one it should be."""
        sending = _Sending(self._client, self._bucket, name)
        sending.begin(headers, resume=resume)
        tags: list[str] = []
        try:
            while data:
                tags.append(hashlib.md5(data, usedforsecurity=False).hexdigest())
                sending.send(data, tags[-1])
                data = rest.part(PART)
            said = sending.finish()
        except BaseException as error:
            if not resume or isinstance(error, UnfitError):
                with _quiet():
                    self._client.abort(self._bucket, name, sending.upload)
            raise
        joined = b"".join(map(bytes.fromhex, tags))
        return said, f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(tags)}"

    def _compare(self, stored: Stored) -> None:
        """Read the object back, where the server's tag of it is not one that we can compute."""
        if self.stat(stored.key).size != stored.size or digest(self, stored.key) != stored.sha256:
            with _quiet():
                self.remove(stored.key)
            raise AlteredError(stored.key)

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
                self._bucket, self._name(key), offset=start, length=length or 0
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

    def path(self, key: str) -> Path | None:
        """Say that it lies with the server."""
        checked_key(key)
        return None

    def stat(self, key: str) -> Facts:
        """Tell size, content type and what else was said when it was put."""
        with _refusals(key):
            found = self._client.stat_object(self._bucket, self._name(key))
        said = found.metadata or {}
        return replace(
            self._facts(found),
            cache_control=said.get("Cache-Control", ""),
            sha256=said.get("x-amz-meta-sha256", ""),
        )

    def remove(self, key: str) -> None:
        """Forget the object and its versions; one that is not there is no error."""
        name = self._name(key)
        with _refusals(key):
            if not self._keeps_versions():
                for refused in self._client.remove_objects(self._bucket, [DeleteObject(name)]):
                    raise StoreUnavailableError(refused.code)
                return
            for found in list(
                self._client.list_objects(self._bucket, name, recursive=True, include_version=True)
            ):
                if found.object_name == name:
                    self._remove_version(key, found)

    def _remove_version(self, key: str, found: Object) -> None:
        try:
            self._client.remove_object(
                self._bucket, found.object_name or "", version_id=found.version_id
            )
        except S3Error as error:
            if error.code in {"AccessDenied", "ObjectLocked", "InvalidRequest"}:
                raise RetainedError(key) from error
            raise

    def _keeps_versions(self) -> bool:
        if self._versioned is None:
            try:
                found = self._client.get_bucket_versioning(self._bucket)
                self._versioned = found.status in {"Enabled", "Suspended"}
            except S3Error as error:
                if error.code not in UNABLE:
                    raise
                self._versioned = False
        return self._versioned

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[Facts]:
        """Name the objects whose key begins with the prefix, in order; only those after a key."""
        with _refusals(prefix):
            for found in self._client.list_objects(
                self._bucket,
                self._prefix + prefix,
                recursive=True,
                start_after=self._prefix + after if after else None,
            ):
                if not found.is_dir:
                    yield self._facts(found)

    def _facts(self, found: Object) -> Facts:
        return Facts(
            key=(found.object_name or "").removeprefix(self._prefix),
            size=found.size or 0,
            content_type=found.content_type or OCTETS,
        )

    def presign_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Give a signed address; `filename` makes the browser save it under that name."""
        headers = {"response-content-disposition": _disposition(filename)} if filename else None
        return self._public.presigned_get_object(
            self._bucket,
            self._name(key),
            timedelta(seconds=seconds),
            response_headers=headers,  # type: ignore[arg-type]  # invariant dict of str
        )

    def retain(self, key: str, until: datetime) -> bool:
        """Ask for retention in compliance mode, which nobody can shorten, and see that it holds."""
        name = self._name(key)
        with _refusals(key):
            try:
                held = self._held_until(name)
                if held is None or held < until:
                    wanted = Retention(COMPLIANCE, until)
                    self._client.set_object_retention(self._bucket, name, wanted)
                    held = self._held_until(name)
            except S3Error as error:
                if error.code in UNABLE:
                    return False
                raise
        # A second is as exact as servers write it.
        return held is not None and held >= until - timedelta(seconds=1)

    def _held_until(self, name: str) -> datetime | None:
        try:
            held = self._client.get_object_retention(self._bucket, name)
        except S3Error as error:
            if error.code in UNABLE:  # not held, or the server does not know what that is
                return None
            raise
        return held.retain_until_date if held else None

    def uploads(self, prefix: str = "") -> Iterator[Upload]:
        """Name what was begun under the prefix and not finished."""
        with _refusals(prefix):
            for one in self._client.unfinished(self._bucket, self._prefix + prefix):
                yield replace(one, key=one.key.removeprefix(self._prefix))

    def abandon(self, upload: Upload) -> None:
        """Give back the room that an unfinished upload takes."""
        with _refusals(upload.key):
            try:
                self._client.abort(self._bucket, self._name(upload.key), upload.id)
            except S3Error as error:
                if error.code != "NoSuchUpload":
                    raise

    def protection(self) -> Protection:
        """Try it: put an object, lock it, remove it, read a part of it, come as a stranger."""
        with _refusals(TRIAL), _quiet(RetainedError):
            self.remove(TRIAL)  # of an earlier trial; its retention is over, or nearly
        self.put(TRIAL, io.BytesIO(b"trial"))
        with _refusals(TRIAL):
            # The server's own clock tells when a few seconds are over.
            made = self._client.stat_object(self._bucket, self._name(TRIAL)).last_modified
        found = Protection(
            lock=made is not None and self._locks(made),
            versions=self._keeps_versions(),
            ranges=self._answers_ranges(),
            refuses_strangers=self._refuses_strangers(),
        )
        with _quiet(RetainedError):
            self.remove(TRIAL)
        return found

    def _locks(self, now: datetime) -> bool:
        if not self.retain(TRIAL, now + timedelta(seconds=TRIAL_SECONDS)):
            return False
        try:
            self.remove(TRIAL)
        except RetainedError:
            return True
        self.put(TRIAL, io.BytesIO(b"trial"))  # it said that it is locked, and let it go
        return False

    def _answers_ranges(self) -> bool:
        link = self._client.presigned_get_object(self._bucket, self._name(TRIAL))
        with _refusals(TRIAL):
            answer = self._pool.request("GET", link, headers={"Range": "bytes=1-2"})
        return answer.status == PARTIAL_CONTENT and answer.data == b"ri"

    def _refuses_strangers(self) -> bool:
        link = self._client.presigned_get_object(self._bucket, self._name(TRIAL))
        with _refusals(TRIAL):
            nameless = self._pool.request("GET", link.partition("?")[0])
        try:
            self._stranger.stat_object(self._bucket, self._name(TRIAL))
        except S3Error:
            return nameless.status == FORBIDDEN
        return False


class _Sending:
    """One object on its way in parts; what is there already is not sent again."""

    def __init__(self, client: _Client, bucket: str, name: str) -> None:
        self._client = client
        self._place = (bucket, name)
        self._there: dict[int, Part] = {}
        self._done: list[Part] = []
        self._overtaken = False  # somebody else has finished this very upload
        self.upload = ""

    def begin(self, headers: dict[str, str], *, resume: bool) -> None:
        """Go on with an upload of this name, or begin one.

        The oldest is taken, so that two who look find the same.
        """
        bucket, name = self._place
        found: list[Upload] = []
        if resume:
            found = [one for one in self._client.unfinished(bucket, name) if one.key == name]
        if found:
            self.upload = min(found, key=lambda one: (one.begun, one.id)).id
            parts = self._client.parts(bucket, name, self.upload)
            self._there = {part.part_number: part for part in parts}
        else:
            self.upload = self._client.begin(bucket, name, headers)

    def send(self, data: bytes, tag: str) -> None:
        number = len(self._done) + 1
        known = self._there.get(number)
        if known is not None and (known.etag, known.size) == (tag, len(data)):
            self._done.append(known)
        elif not self._overtaken:
            with self._overtaking():
                sent = self._client.put_part(*self._place, self.upload, number, data)
                self._done.append(Part(number, sent))

    def finish(self) -> str:
        """Join the parts; give the server's tag of the whole, whoever joined them."""
        if not self._overtaken:
            with self._overtaking():
                return self._client.finish(*self._place, self.upload, self._done)
        return self._client.stat_object(*self._place).etag or ""

    @contextmanager
    def _overtaking(self) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            if error.code != "NoSuchUpload":
                raise
            self._overtaken = True


class _RangedObject(Seekable):
    """A stored object as a seekable raw file: each read is one range request."""

    def __init__(self, store: BucketStore, key: str, size: int) -> None:
        super().__init__(size)
        self._store = store
        self._key = key

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


def _disposition(filename: str) -> str:
    """RFC 6266: a name of any alphabet, for browsers that save what they get."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


@contextmanager
def _refusals(key: str) -> Iterator[None]:
    """Say what went wrong in the contract's own few words."""
    try:
        yield
    except S3Error as error:
        if error.code in MISSING:
            raise NoSuchObjectError(key) from error
        if error.code in FULL:
            raise StoreFullError(key) from error
        raise StoreUnavailableError(error.code) from error
    except (ServerError, InvalidResponseError, MinioException, HTTPError) as error:
        raise StoreUnavailableError(type(error).__name__) from error


@contextmanager
def _quiet(*expected: type[Exception]) -> Iterator[None]:
    """Let something fail that only tidies up."""
    try:
        yield
    except (StoreError, MinioException, HTTPError) as error:
        if expected and not isinstance(error, expected):
            raise
