"""One contract, three stores: two real S3 servers and a directory."""

import contextlib
import hashlib
import io
import itertools
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3
from minio.commonconfig import COMPLIANCE
from minio.error import S3Error
from minio.retention import Retention

import recordings.bucket
from recordings.bucket import BucketStore
from recordings.directory import DirectoryStore
from recordings.store import (
    AlteredError,
    IncompleteError,
    NoSuchObjectError,
    ObjectStore,
    Protection,
    RetainedError,
    StoreUnavailableError,
    TooLargeError,
    digest,
    put_file,
    remove_all,
    sweep,
)
from tests.recordings.conftest import bucket, free_port, seaweed

names = itertools.count(1)
PART = 5 << 20  # the least that S3 allows


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings.bucket, "PART", PART)


@pytest.fixture(params=["s3_endpoint", "juicefs_endpoint", "directory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    made: ObjectStore
    if request.param == "directory":
        made = DirectoryStore(tmp_path / "objects")
    else:
        endpoint = request.getfixturevalue(request.param)
        made = bucket(endpoint, f"contract-{next(names)}", prefix="court/")
    made.ensure_bucket()
    made.ensure_bucket()  # a second start finds the first one's
    return made


class Trickle:
    """A stream like a socket's: short reads, no size, no seeking."""

    def __init__(self, data: bytes, step: int = 70_001) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, self._step))


def read(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310  # file addresses are a store's too
        got: bytes = answer.read()
        return got


def test_what_is_put_is_given_back_counted_and_hashed(store: ObjectStore) -> None:
    data = bytes(range(256)) * 900
    stored = store.put(
        "masters/ү/диск 1.iso",
        Trickle(data),
        content_type="video/mpeg",
        cache_control="private, max-age=60",
        sha256=hashlib.sha256(data).hexdigest(),
    )
    assert stored.size == len(data)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert store.get(stored.key) == data
    assert digest(store, stored.key) == stored.sha256
    facts = store.stat(stored.key)
    assert (facts.key, facts.size, facts.content_type) == (stored.key, len(data), "video/mpeg")
    assert (facts.cache_control, facts.sha256) == ("private, max-age=60", stored.sha256)


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.put("empty", io.BytesIO()).size == 0
    assert store.get("empty") == b""
    assert store.stat("empty").size == 0


def test_a_big_object_goes_in_parts(store: ObjectStore, tmp_path: Path) -> None:
    data = bytes(PART) + b"the second part" * 100_000
    path = tmp_path / "big"
    path.write_bytes(data)
    stored = put_file(store, "big", path)
    assert stored.size == store.stat("big").size == len(data)
    assert digest(store, "big") == stored.sha256 == hashlib.sha256(data).hexdigest()


def test_ranges(store: ObjectStore) -> None:
    data = bytes(range(200))
    store.put("short", io.BytesIO(data))
    assert b"".join(store.stream("short", start=10, length=5)) == data[10:15]
    assert b"".join(store.stream("short", start=190)) == data[190:]
    assert b"".join(store.stream("short", start=7, length=0)) == b""


def test_an_object_opens_as_a_seekable_file(store: ObjectStore) -> None:
    data = bytes(range(256)) * 40_000  # more than one window
    store.put("disc", io.BytesIO(data))
    with store.open("disc") as file:
        assert file.read(4) == data[:4]
        file.seek(-3, io.SEEK_END)
        assert file.read() == data[-3:]
        file.seek(5_000_000)
        assert file.tell() == 5_000_000
        assert file.read(10) == data[5_000_000:5_000_010]
        file.seek(0)
        assert file.read() == data


@pytest.mark.parametrize("size", [10, PART + 10])
def test_too_large_a_stream_leaves_nothing(store: ObjectStore, size: int) -> None:
    with pytest.raises(TooLargeError):
        store.put("huge", Trickle(bytes(size), PART), limit=size - 1)
    with pytest.raises(NoSuchObjectError):
        store.stat("huge")
    assert store.put("fits", io.BytesIO(bytes(size)), limit=size).size == size


@pytest.mark.parametrize("size", [10, PART + 10])
def test_a_cut_stream_leaves_what_was_there(store: ObjectStore, size: int) -> None:
    store.put("kept", io.BytesIO(b"old"))
    with pytest.raises(IncompleteError):
        store.put("kept", Trickle(bytes(size), PART), size=size + 1)
    assert store.get("kept") == b"old"


def test_a_stream_that_breaks_leaves_nothing(store: ObjectStore) -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put("broken", Broken())
    assert list(store.list()) == []


@pytest.mark.parametrize("size", [10, PART + 10])
def test_what_is_not_what_was_promised_is_not_kept(store: ObjectStore, size: int) -> None:
    with pytest.raises(AlteredError):
        store.put("bent", Trickle(bytes(size), PART), sha256="0" * 64, resume=True)
    assert list(store.list()) == []
    assert list(store.uploads()) == []


class Interrupted(io.BytesIO):
    """A stream that its reader loses after some bytes, as a process that is killed would."""

    def __init__(self, data: bytes, after: int) -> None:
        super().__init__(data)
        self._after = after

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self._after:
            raise KeyboardInterrupt
        return super().read(size)


def test_an_interrupted_put_goes_on_where_it_was(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"".join(bytes([n]) * PART for n in (1, 2, 3)) + b"end"
    with pytest.raises(KeyboardInterrupt):
        store.put("master.iso", Interrupted(data, 2 * PART), resume=True)
    assert [one.key for one in store.uploads("master")] == ["master.iso"]
    assert list(store.list()) == []
    sent: list[int] = []
    if isinstance(store, BucketStore):
        send = store._client.put_part

        def noted(*args):
            sent.append(args[3])
            return send(*args)

        monkeypatch.setattr(store._client, "put_part", noted)
    stored = store.put("master.iso", io.BytesIO(data), resume=True)
    assert digest(store, "master.iso") == stored.sha256 == hashlib.sha256(data).hexdigest()
    assert list(store.uploads()) == []
    if isinstance(store, BucketStore):
        assert sent == [3, 4]


def test_a_part_that_differs_is_sent_again(store: ObjectStore) -> None:
    """What was begun under this key may have been another object."""
    other = b"".join(bytes([n]) * PART for n in (1, 9, 3))
    data = b"".join(bytes([n]) * PART for n in (1, 2, 3))
    with pytest.raises(KeyboardInterrupt):
        store.put("master.iso", Interrupted(other, 2 * PART + 1), resume=True)
    store.put("master.iso", io.BytesIO(data[:-7]), resume=True)
    assert store.get("master.iso") == data[:-7]


def test_an_interrupted_put_that_nobody_resumes_leaves_nothing(store: ObjectStore) -> None:
    with pytest.raises(KeyboardInterrupt):
        store.put("once.iso", Interrupted(bytes(2 * PART), PART))
    assert list(store.uploads()) == []


def test_what_was_begun_long_ago_is_swept(store: ObjectStore) -> None:
    with pytest.raises(KeyboardInterrupt):
        store.put("a/left.iso", Interrupted(bytes(2 * PART), PART), resume=True)
    day = timedelta(days=1)
    assert sweep(store, before=datetime.now(UTC) - day) == ()
    assert sweep(store, before=datetime.now(UTC) + day, prefix="b/") == ()
    assert [one.key for one in sweep(store, before=datetime.now(UTC) + day)] == ["a/left.iso"]
    assert list(store.uploads()) == []
    assert store.put("a/left.iso", io.BytesIO(b"anew"), resume=True).size == 4


def test_two_may_put_the_same_at_once(store: ObjectStore) -> None:
    data = b"".join(bytes([n]) * PART for n in (1, 2)) + b"end"

    class Meanwhile(io.BytesIO):
        """While this one is read, another process puts the whole."""

        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == PART:
                store.put("same.iso", io.BytesIO(data), resume=True)
            return super().read(size)

    store.put("same.iso", Meanwhile(data), resume=True)
    assert store.get("same.iso") == data
    assert list(store.uploads()) == []


def test_putting_again_replaces(store: ObjectStore) -> None:
    store.put("one", io.BytesIO(b"first"))
    store.put("one", io.BytesIO(b"second"))
    assert store.get("one") == b"second"


def test_listing_by_prefix_in_order(store: ObjectStore) -> None:
    for key in ("hls/b/2.ts", "hls/b/10.ts", "hls/a.m3u8", "masters/x"):
        store.put(key, io.BytesIO(key.encode()))
    assert [facts.key for facts in store.list("hls/")] == [
        "hls/a.m3u8",
        "hls/b/10.ts",
        "hls/b/2.ts",
    ]
    assert [facts.size for facts in store.list("masters/")] == [9]
    assert list(store.list("nothing/")) == []
    assert [one.key for one in store.list("hls/", after="hls/b/10.ts")] == ["hls/b/2.ts"]
    remove_all(store, "hls/")
    assert [facts.key for facts in store.list()] == ["masters/x"]


def test_an_object_may_lie_on_this_machine(store: ObjectStore) -> None:
    store.put("here", io.BytesIO(b"x"))
    path = store.path("here")
    assert (path is not None) == isinstance(store, DirectoryStore)
    assert path is None or path.read_bytes() == b"x"


def test_what_is_missing_is_told(store: ObjectStore) -> None:
    for ask in (store.stat, store.get, store.open, store.stream):
        with pytest.raises(NoSuchObjectError):
            ask("nowhere")
    store.remove("nowhere")
    store.put("here", io.BytesIO(b"x"))
    store.remove("here")
    with pytest.raises(NoSuchObjectError):
        store.get("here")


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../up", "a/../../up", "a//b", "a/"])
def test_a_key_cannot_leave_the_store(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, io.BytesIO(b"x"))


def test_a_link_opens_without_a_key(store: ObjectStore) -> None:
    store.put("seg/1.ts", io.BytesIO(b"picture"), content_type="video/mp2t")
    assert read(store.presign_get("seg/1.ts", 60)) == b"picture"


@pytest.fixture
def s3(s3_endpoint: str) -> BucketStore:
    made = bucket(s3_endpoint, f"links-{next(names)}")
    made.ensure_bucket()
    made.put("seg/1.ts", io.BytesIO(b"picture"))
    return made


def test_a_link_is_for_one_object_and_a_short_time(s3: BucketStore) -> None:
    link = s3.presign_get("seg/1.ts", 1)
    for bent in (link.replace("seg/1", "seg/2"), link[:-1] + ("0" if link[-1] != "0" else "1")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            read(bent)
        assert refused.value.code == 403
        refused.value.close()
    time.sleep(2.1)
    with pytest.raises(urllib.error.HTTPError) as expired:
        read(link)
    assert expired.value.code == 403
    expired.value.close()


def test_a_link_can_name_the_file_and_answers_ranges(s3: BucketStore) -> None:
    link = s3.presign_get("seg/1.ts", 60, filename="Иш ГД-319.mp4")
    answer = urllib3.request("GET", link, headers={"Range": "bytes=2-4"})
    assert answer.status == 206
    assert answer.data == b"ctu"
    assert "filename*=UTF-8''%D0%98%D1%88%20" in answer.headers["Content-Disposition"]


def test_a_link_is_made_for_the_address_that_browsers_use(s3_endpoint: str) -> None:
    outward = BucketStore(
        endpoint=s3_endpoint,
        access_key="a",
        secret_key="b",
        bucket="any",
        public_endpoint="https://media.example.kg",
    )
    assert outward.presign_get("x", 60).startswith("https://media.example.kg/any/x?")


def test_a_wrong_secret_is_refused(s3_endpoint: str) -> None:
    with pytest.raises(StoreUnavailableError):
        bucket(s3_endpoint, "links-wrong", secret="not the secret").ensure_bucket()


def test_no_server_is_unavailable() -> None:
    nowhere = bucket("127.0.0.1:9", "any")
    nowhere._client._http.connection_pool_kw["retries"] = 0
    with pytest.raises(StoreUnavailableError):
        nowhere.ensure_bucket()


def test_a_server_that_dies_in_an_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 of the server, and a start at the same place: the parts that arrived count."""
    port = free_port()
    data = b"".join(bytes([n]) * PART for n in range(3))
    store = bucket(f"127.0.0.1:{port}", "dying")
    patience = store._pool.connection_pool_kw["retries"]
    sent: list[int] = []
    send = store._client.put_part

    def noted(*args):
        sent.append(args[3])
        return send(*args)

    monkeypatch.setattr(store._client, "put_part", noted)
    with contextlib.ExitStack() as first:
        first.enter_context(seaweed(tmp_path, port))
        store.ensure_bucket()

        class Killing(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if self.tell() == 2 * PART:
                    first.close()
                    store._pool.connection_pool_kw["retries"] = urllib3.Retry(0)
                    store._pool.clear()
                return super().read(size)

        with pytest.raises(StoreUnavailableError):
            store.put("master.iso", Killing(data), resume=True)
    store._pool.connection_pool_kw["retries"] = patience
    store._pool.clear()
    with seaweed(tmp_path, port):
        sent.clear()
        store.put("master.iso", io.BytesIO(data), resume=True)
        assert sent == [3]
        assert store.get("master.iso") == data


# --- protection: what a server promises, and what it does ---


@pytest.fixture
def locking(s3_endpoint: str) -> BucketStore:
    made = bucket(s3_endpoint, f"locked-{next(names)}")
    made.ensure_bucket(lock=True)
    return made


def test_what_is_retained_cannot_be_removed(locking: BucketStore) -> None:
    until = datetime.now(UTC) + timedelta(days=30)
    assert locking.put("m.iso", io.BytesIO(b"master"), retain_until=until).retained
    with pytest.raises(RetainedError):
        locking.remove("m.iso")
    assert locking.get("m.iso") == b"master"
    # Overwriting only lays another version over it.
    locking.put("m.iso", io.BytesIO(b"forged"))
    versions = locking._client.list_objects(locking._bucket, "m.iso", include_version=True)
    first = [one.version_id for one in versions][-1]
    assert locking._client.get_object(locking._bucket, "m.iso", version_id=first).data == b"master"


def test_retention_is_lengthened_and_never_shortened(locking: BucketStore) -> None:
    until = datetime.now(UTC) + timedelta(days=30)
    locking.put("m.iso", io.BytesIO(b"master"), retain_until=until)
    assert locking.retain("m.iso", until - timedelta(days=29))  # it is kept that long anyway
    held = locking._held_until("m.iso")
    assert held is not None
    assert abs(held - until) < timedelta(seconds=2)
    assert locking.retain("m.iso", until + timedelta(days=1))
    with pytest.raises(S3Error):
        locking._client.set_object_retention(locking._bucket, "m.iso", Retention(COMPLIANCE, until))


def test_what_is_removed_where_versions_are_kept_is_gone(locking: BucketStore) -> None:
    for data in (b"one", b"two"):
        locking.put("m", io.BytesIO(data))
    locking.put("me", io.BytesIO(b"other"))
    locking.remove("m")
    left = locking._client.list_objects(locking._bucket, "", include_version=True, recursive=True)
    assert [one.object_name for one in left] == ["me"]


def test_a_server_is_tried_and_not_believed(locking: BucketStore, juicefs_endpoint: str) -> None:
    for _ in range(2):  # the object of the first trial is still locked at the second
        assert locking.protection() == Protection(
            lock=True, versions=True, ranges=True, refuses_strangers=True
        )
    plain = bucket(juicefs_endpoint, "plain")
    plain.ensure_bucket(lock=True)
    assert plain.protection() == Protection(
        lock=False, versions=False, ranges=True, refuses_strangers=True
    )
    assert list(plain.list()) == []


def test_retention_that_nobody_enforces_is_told(store: ObjectStore) -> None:
    """Neither JuiceFS, nor a directory, nor a SeaweedFS bucket that was made without a lock."""
    until = datetime.now(UTC) + timedelta(days=1)
    assert not store.put("m.iso", io.BytesIO(b"master"), retain_until=until).retained
    store.remove("m.iso")


def test_a_server_that_says_locked_and_lets_go_is_found_out(
    s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = bucket(s3_endpoint, f"liar-{next(names)}")
    liar.ensure_bucket()
    monkeypatch.setattr(liar, "retain", lambda *_: True)
    assert not liar.protection().lock


def test_a_tag_that_says_nothing_makes_us_read_it_back(
    s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = bucket(s3_endpoint, f"tags-{next(names)}")
    store.ensure_bucket()
    put = store._client.put_whole
    monkeypatch.setattr(store._client, "put_whole", lambda *a: put(*a) and "of its own kind")
    assert store.put("good", io.BytesIO(b"good")).size == 4
    monkeypatch.setattr(
        store._client, "put_whole", lambda b, k, _, h: put(b, k, b"lost", h) and "of its own kind"
    )
    with pytest.raises(AlteredError):
        store.put("bad", io.BytesIO(b"good"))
    assert [facts.key for facts in store.list()] == ["good"]
