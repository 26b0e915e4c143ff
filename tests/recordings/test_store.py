"""One contract, two stores: a real S3 server and a directory."""

import hashlib
import io
import itertools
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import urllib3

from recordings.store import (
    PART,
    BucketStore,
    DirectoryStore,
    IncompleteError,
    NoSuchObjectError,
    ObjectStore,
    StoreUnavailableError,
    TooLargeError,
    digest,
    put_file,
    remove_all,
)
from tests.recordings.conftest import bucket

names = itertools.count(1)


@pytest.fixture(params=["bucket", "directory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    made: ObjectStore
    if request.param == "bucket":
        made = bucket(request.getfixturevalue("s3_endpoint"), f"contract-{next(names)}")
    else:
        made = DirectoryStore(tmp_path / "objects")
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
    stored = store.put("masters/ү/диск 1.iso", Trickle(data), content_type="video/mpeg")
    assert stored.size == len(data)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert store.get(stored.key) == data
    assert digest(store, stored.key) == stored.sha256
    facts = store.stat(stored.key)
    assert (facts.key, facts.size, facts.content_type) == (stored.key, len(data), "video/mpeg")


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
    remove_all(store, "hls/")
    assert [facts.key for facts in store.list()] == ["masters/x"]


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
