"""Sources on their shelf: as they came, once, whole, and where their hash says."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recordings import keys
from recordings.directory import DirectoryStore
from recordings.files import File, files_at
from recordings.shelf import (
    Wrong,
    _plain,
    contents,
    hashed,
    master,
    masters,
    shelve,
    verify,
)
from recordings.store import (
    CHUNK,
    AlteredError,
    NoSuchObjectError,
    ObjectStore,
    Stored,
    TooLargeError,
)
from recordings.titles import Hashed
from tests.recordings.conftest import bucket
from tests.recordings.discs import GOOD, copy_of


class Noting(DirectoryStore):
    """Notes what is put, and may be interrupted."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.puts: list[str] = []
        self.before: Callable[[str], None] = lambda _: None

    def put(self, key, stream, **rest) -> Stored:
        self.before(key)
        self.puts.append(key)
        return super().put(key, stream, **rest)


@pytest.fixture
def store(tmp_path: Path) -> Noting:
    made = Noting(tmp_path / "store")
    made.ensure_bucket()
    return made


def file_of(data: bytes, name: str = "disc.iso") -> File:
    return File(name=name, size=len(data), open=lambda: io.BytesIO(data))


def test_a_source_is_kept_as_it_came(store: Noting, tmp_path: Path) -> None:
    """Bit by bit, as a bag that any tool for bags can check."""
    kept = shelve(store, files_at(GOOD))
    assert not kept.known
    place = tmp_path / "store" / keys.master_prefix(kept.sha256)
    for file in files_at(GOOD):
        inside = Path(file.name).relative_to("disc")
        assert (place / "data" / inside).read_bytes() == (GOOD / inside).read_bytes()
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["/usr/bin/sha256sum", "--check", "--strict", name], cwd=place, check=True)
    listing = (place / "manifest-sha256.txt").read_bytes()
    assert kept.sha256 == hashlib.sha256(listing).hexdigest()
    assert f"Payload-Oxum: {kept.size}.8\n" in (place / "bag-info.txt").read_text()
    assert store.puts[-1].endswith("tagmanifest-sha256.txt")
    assert verify(store, kept.sha256) == ()
    assert replace(kept, known=True) == master(store, kept.sha256)


def test_a_single_file_goes_by_its_own_hash(store: Noting) -> None:
    data = b"x" * (CHUNK + 3)
    kept = shelve(store, [file_of(data)])
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert [one.key for one in kept.files] == [f"{keys.payload_prefix(kept.sha256)}disc.iso"]


def test_the_same_source_again_is_seen_and_not_kept_twice(store: Noting, tmp_path: Path) -> None:
    first = shelve(store, files_at(GOOD))
    before = list(store.list())
    store.puts.clear()
    again = copy_of(tmp_path / "other place" / "диск 7")
    for source in (again, again / "VIDEO_TS", again.parent):
        kept = shelve(store, files_at(source))
        assert (kept.known, kept.sha256, kept.size) == (True, first.sha256, first.size)
    assert store.puts == []
    assert list(store.list()) == before


def test_a_file_under_another_name_is_the_same_source(store: Noting) -> None:
    first = shelve(store, [file_of(b"bits")])
    again = shelve(store, [file_of(b"bits", "copy of disc.iso")])
    assert again == replace(first, known=True)


def test_another_source_is_another(store: Noting, tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    vob = place / "VIDEO_TS" / "VTS_02_1.VOB"
    vob.write_bytes(vob.read_bytes()[:-1] + b"\1")
    assert shelve(store, files_at(place)).sha256 != shelve(store, files_at(GOOD)).sha256
    assert len(list(masters(store))) == 2


def test_an_interrupted_source_is_completed(store: Noting) -> None:
    """Nothing that was kept is sent again, and what is not complete is not there."""

    def interrupt(key: str) -> None:
        if key.endswith("VTS_02_0.BUP"):
            raise KeyboardInterrupt

    store.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        shelve(store, files_at(GOOD))
    sent = list(store.puts)
    sha256 = next(masters(store))
    with pytest.raises(NoSuchObjectError):
        master(store, sha256)
    store.before = lambda _: None
    kept = shelve(store, files_at(GOOD))
    assert (kept.sha256, kept.known) == (sha256, False)
    assert len(set(store.puts)) == len(store.puts) == 12
    assert len(sent) == 5
    assert verify(store, sha256) == ()


def test_what_was_lost_of_a_kept_source_is_put_back(store: Noting) -> None:
    kept = shelve(store, files_at(GOOD))
    store.remove(kept.files[4].key)
    again = shelve(store, files_at(GOOD))
    assert not again.known
    assert verify(store, kept.sha256) == ()


def test_hashes_of_a_reading_are_believed_and_checked(store: Noting) -> None:
    """A medium that reads differently each time is told, and nothing of it is kept."""
    read: list[str] = []
    file = file_of(b"bits")

    def opened() -> io.BytesIO:
        read.append(file.name)
        return io.BytesIO(b"bits")

    files = [replace(file, open=opened)]
    right = hashlib.sha256(b"bits").hexdigest()
    shelve(store, files, [Hashed(name=file.name, size=4, sha256=right)])
    assert len(read) == 1
    with pytest.raises(AlteredError):
        shelve(store, files, [Hashed(name=file.name, size=4, sha256="0" * 64)])
    assert [one.key for one in store.list()] == [one.key for one in store.list(keys.MASTERS)]
    assert list(masters(store)) == [right]


def test_what_a_medium_refuses_is_zeros(store: Noting) -> None:
    """As in the hash of its reading; the rest of the medium is kept."""

    class Scratched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            at, wanted = self.tell(), size or 0
            if at <= 5000 < at + wanted:
                raise OSError(5, "Input/output error")
            return super().read(size)

    data = b"a" * 10_000
    file = File(name="d.iso", size=len(data), open=lambda: Scratched(data))
    kept = shelve(store, [file])
    stored = store.get(kept.files[0].key)
    assert len(stored) == 10_000
    assert stored.count(b"a") == 10_000 - 2048
    assert next(hashed([file])) == kept.sha256


def test_too_much_is_refused_before_anything_is_read(store: Noting) -> None:
    with pytest.raises(TooLargeError):
        shelve(store, files_at(GOOD), limit=1_000_000)
    assert list(store.list()) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/VTS_01_1.VOB", "etc/VTS_01_1.VOB"),
        ("C:\\disc\\VTS_01_1.VOB", "C:/disc/VTS_01_1.VOB"),
        ("//зал\n2.iso", "зал_2.iso"),
        ("..", "unnamed"),
        ("я" * 400, "я" * 100),
    ],
)
def test_a_name_from_outside_is_only_a_name(name: str, kept: str) -> None:
    assert _plain(name) == kept


def test_names_that_become_one_stay_two(store: Noting) -> None:
    files = [file_of(b"one", "a/b.mp4"), file_of(b"two", "a/b.mp4"), file_of(b"%\n", "a/50%\n")]
    kept = shelve(store, files)
    assert sorted(store.get(one.key) for one in kept.files) == [b"%\n", b"one", b"two"]
    assert verify(store, kept.sha256) == ()
    assert contents(store, kept.sha256) is not None


def test_every_damage_of_a_bag_is_named(store: Noting, tmp_path: Path) -> None:
    kept = shelve(store, files_at(GOOD))
    damaged, gone = kept.files[4].key, kept.files[6].key
    path = tmp_path / "store" / damaged
    path.write_bytes(b"rot" + path.read_bytes()[3:])
    store.remove(gone)
    assert set(verify(store, kept.sha256)) == {
        Wrong(key=damaged, missing=False),
        Wrong(key=gone, missing=True),
    }
    # Whoever rewrites the manifest too cannot give it the name of the place it lies in.
    prefix = keys.master_prefix(kept.sha256)
    listing = store.get(f"{prefix}manifest-sha256.txt")
    store.put(f"{prefix}manifest-sha256.txt", io.BytesIO(listing.replace(b"a", b"b")))
    assert contents(store, kept.sha256) is None
    assert verify(store, "0" * 64)[0].missing


def test_masters_are_named_in_order_and_from_one_on(store: Noting) -> None:
    made = sorted(shelve(store, [file_of(bytes([n]))]).sha256 for n in range(5))
    assert list(masters(store)) == made
    assert list(masters(store, after=made[2])) == made[3:]


def test_a_master_is_locked_where_the_server_can(s3_endpoint: str, juicefs_endpoint: str) -> None:
    until = datetime.now(UTC) + timedelta(days=30)

    def kept_at(endpoint: str) -> bool:
        place = bucket(endpoint, "masters-locked")
        place.ensure_bucket(lock=True)
        return shelve(place, files_at(GOOD), retain_until=until).retained

    assert kept_at(s3_endpoint)
    assert kept_at(s3_endpoint)  # again: everything is there and held already
    assert not kept_at(juicefs_endpoint)


DYING = """
import os, signal, sys
from pathlib import Path
from recordings.directory import DirectoryStore
from recordings.files import files_at
from recordings.shelf import shelve

def told(share):
    if share > 0.5:
        os.kill(os.getpid(), signal.SIGKILL)

shelve(DirectoryStore(Path(sys.argv[1])), files_at(Path(sys.argv[2])), watch=told)
"""


def test_kill_9_in_the_middle_of_a_file(tmp_path: Path) -> None:
    big = tmp_path / "big.iso"
    big.write_bytes(os.urandom(1000) * 6000)
    store: ObjectStore = DirectoryStore(tmp_path / "store")
    store.ensure_bucket()
    died = subprocess.run(
        [sys.executable, "-c", DYING, tmp_path / "store", big],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert died.returncode == -9
    assert list(store.list()) == []
    assert len(list(store.uploads(keys.MASTERS))) == 1
    kept = shelve(store, files_at(big))
    assert verify(store, kept.sha256) == ()
    assert list(store.uploads()) == []
