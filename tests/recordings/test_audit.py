"""An audit finds each kind of damage, and a fixity check reads masters round and round."""

import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest

from recordings import keys, manifest
from recordings.audit import Audit, audit, fixity, verify
from recordings.directory import DirectoryStore
from recordings.files import File
from recordings.manifest import Entry, Manifest, entry
from recordings.shelf import shelve
from recordings.store import PART, ObjectStore
from recordings.titles import Loss, Why
from tests.recordings.test_store import Interrupted


def rendition(store: ObjectStore, sha256: str, number: int = 1) -> Manifest:
    """A rendition of text: an audit does not ask what plays."""
    prefix = keys.rendition_prefix(sha256, number, "hls-2")
    objects: list[Entry] = [
        entry(store.put(prefix + name, io.BytesIO(name.encode())))
        for name in ("master.m3u8", "low/0000-12345678.m4s", "plan.json")
    ]
    store.put(prefix + keys.piece_note(0), io.BytesIO(b"{}"))
    told = Manifest(
        source=sha256,
        title=number,
        recipe="hls-2",
        reading="reading-1",
        judging="1",
        treating="",
        seconds=10.0,
        recovered_s=8.0,
        lost=(Loss(start_s=1.0, seconds=2.0, why=Why.ZEROED),),
        verdict="good",
        reasons=(),
        objects=tuple(objects),
    )
    manifest.write(store, told)
    return told


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    made = DirectoryStore(tmp_path)
    made.ensure_bucket()
    return made


def kept(store: ObjectStore, *data: bytes) -> str:
    files = [
        File(name=f"{number}.vob", size=len(one), open=lambda one=one: io.BytesIO(one))
        for number, one in enumerate(data)
    ]
    return shelve(store, files).sha256


@pytest.fixture
def sha256(store: DirectoryStore) -> str:
    found = kept(store, b"one", b"two")
    reading = keys.reading_prefix(found, "reading-1")
    for name in keys.READ:
        store.put(reading + name, io.BytesIO(b"{}"))
    rendition(store, found)
    rendition(store, found, 2)
    return found


def damage(found: Audit) -> dict[str, tuple[object, ...]]:
    """What of an audit is not as it should be."""
    told = {
        name: getattr(found, name)
        for name in ("missing", "altered", "orphaned", "unfinished", "uploads")
    }
    return {name: what for name, what in told.items() if what}


def test_a_store_as_it_should_be(store: DirectoryStore, sha256: str) -> None:
    for deep in (False, True):
        found = audit(store, deep=deep)
        assert damage(found) == {}
        assert (found.masters, found.renditions, found.objects) == (1, 2, 18)
        assert found.bytes == sum(facts.size for facts in store.list())
    assert verify(store, sha256) == ()
    assert audit(DirectoryStore(Path("/nonexistent"))).objects == 0


def test_what_is_missing(store: DirectoryStore, sha256: str) -> None:
    payload = f"{keys.payload_prefix(sha256)}0.vob"
    playlist = f"{keys.rendition_prefix(sha256, 1, 'hls-2')}master.m3u8"
    store.remove(payload)
    store.remove(playlist)
    found = audit(store)
    assert damage(found) == {"missing": (payload, playlist)}
    assert not found.sound
    assert {one.key for one in verify(store, sha256)} == {payload, playlist}


def test_what_is_altered(store: DirectoryStore, sha256: str, tmp_path: Path) -> None:
    """Another size is seen at a glance, another content by reading."""
    payload = f"{keys.payload_prefix(sha256)}0.vob"
    piece = f"{keys.rendition_prefix(sha256, 2, 'hls-2')}low/0000-12345678.m4s"
    for key in (payload, piece):
        path = tmp_path / key
        path.write_bytes(b"X" + path.read_bytes()[1:])
    assert damage(audit(store)) == {}
    assert damage(audit(store, deep=True)) == {"altered": (payload, piece)}
    assert {one.key for one in verify(store, sha256)} == {payload, piece}
    for key in (payload, piece):
        (tmp_path / key).write_bytes(b"shorter, or longer")
    assert damage(audit(store)) == {"altered": (keys.payload_prefix(sha256), piece)}


@pytest.mark.parametrize("text", [b"no json", b"[]", b'{"version": 99}', b'{"version": 1}'])
def test_a_manifest_that_is_none(store: DirectoryStore, sha256: str, text: bytes) -> None:
    key = keys.rendition_prefix(sha256, 1, "hls-2") + keys.MANIFEST
    store.put(key, io.BytesIO(text))
    assert damage(audit(store)) == {"altered": (key,)}
    assert [one.key for one in verify(store, sha256)] == [key]


def test_a_bag_whose_manifest_was_rewritten(store: DirectoryStore, sha256: str) -> None:
    key = keys.master_prefix(sha256) + keys.PAYLOAD_MANIFEST
    store.put(key, io.BytesIO(store.get(key).replace(b"  ", b" *")))
    assert damage(audit(store)) == {"altered": (key,)}


def test_what_belongs_to_nothing(store: DirectoryStore, sha256: str) -> None:
    prefix = keys.rendition_prefix(sha256, 1, "hls-2")
    strays = (
        f"{keys.payload_prefix(sha256)}extra.vob",
        "masters/elsewhere",
        f"{prefix}low/9999-12345678.m4s",
        f"{keys.source_prefix(sha256)}stray",
        f"{keys.reading_prefix(sha256, 'reading-1')}stray",
    )
    for key in strays:
        store.put(key, io.BytesIO(b"?"))
    found = audit(store)
    assert damage(found) == {"orphaned": tuple(sorted(strays))}
    assert found.sound
    store.put("filings/of the house", io.BytesIO(b"not ours"))
    assert damage(audit(store)) == {"orphaned": tuple(sorted(strays))}


def test_a_rendition_whose_master_is_gone(store: DirectoryStore, sha256: str) -> None:
    for facts in list(store.list(keys.MASTERS)):
        store.remove(facts.key)
    assert damage(audit(store)) == {"missing": (keys.master_prefix(sha256),)}


def test_what_a_courtroom_sent(store: DirectoryStore, tmp_path: Path) -> None:
    prefix = keys.live_prefix("osh-2", "s1")
    segment = {
        "name": "run-0001/000000.ts",
        "run": 1,
        "size": 3,
        "sha256": hashlib.sha256(b"seg").hexdigest(),
        "start_s": 0.0,
        "seconds": 4.0,
    }
    noon = "2026-11-23T06:00:00+00:00"
    run = {"number": 1, "began_at": noon, "ended_at": noon, "why": "stopped"}
    told = {
        "name": "osh-2",
        "session": "s1",
        "key_sha256": "",
        "began_at": noon,
        "ended_at": noon,
        "runs": [{**run, "segments": [segment]}],
    }
    store.put(f"{prefix}run-0001/000000.ts", io.BytesIO(b"seg"))
    store.put(f"{prefix}journal.jsonl", io.BytesIO(b""))
    assert damage(audit(store)) == {"unfinished": (prefix,)}
    store.put(f"{prefix}capture.json", io.BytesIO(json.dumps(told).encode()))
    assert damage(audit(store, deep=True)) == {}
    assert audit(store).captures == 1
    (tmp_path / prefix / "run-0001/000000.ts").write_bytes(b"rot")
    store.put(f"{prefix}stray", io.BytesIO(b""))
    assert damage(audit(store, deep=True)) == {
        "altered": (f"{prefix}run-0001/000000.ts",),
        "orphaned": (f"{prefix}stray",),
    }
    store.put(f"{prefix}capture.json", io.BytesIO(b"{}"))
    assert damage(audit(store)) == {"altered": (f"{prefix}capture.json",)}


def test_what_is_not_finished(store: DirectoryStore, sha256: str) -> None:
    """A half-made rendition is none, and what was begun is told."""
    store.remove(keys.rendition_prefix(sha256, 2, "hls-2") + keys.MANIFEST)
    begun = keys.master_prefix("0" * 64)
    store.put(f"{begun}data/1.vob", io.BytesIO(b"begun"))
    upload = f"{begun}data/2.vob"
    with pytest.raises(KeyboardInterrupt):
        store.put(upload, Interrupted(bytes(PART), 1), resume=True)
    found = audit(store)
    assert found.unfinished == (begun, keys.rendition_prefix(sha256, 2, "hls-2"))
    assert [one.key for one in found.uploads] == [upload]
    assert found.sound


def test_fixity_goes_round(store: DirectoryStore, tmp_path: Path) -> None:
    shelved = sorted(kept(store, bytes([number])) for number in range(5))
    rotten = f"{keys.payload_prefix(shelved[3])}0.vob"
    (tmp_path / rotten).write_bytes(b"\xff")
    first = fixity(store, count=2)
    assert (list(first.checked), first.wrong) == (shelved[:2], ())
    second = fixity(store, count=2, after=first.after)
    assert list(second.checked) == shelved[2:4]
    assert [one.key for one in second.wrong] == [rotten]
    third = fixity(store, count=2, after=second.after)
    assert (list(third.checked), third.after) == (shelved[4:], "")
    shutil.rmtree(tmp_path / "masters")
    assert fixity(store, count=2) == fixity(store, count=2, after=shelved[0])


def test_a_manifest_says_again_what_was_said(store: DirectoryStore, sha256: str) -> None:
    told = manifest.manifest(store, sha256, 1, "hls-2")
    assert told is not None
    assert told.lost[0].why is Why.ZEROED
    assert told.size == sum(one.bytes for one in told.objects)
    assert json.loads(store.get(told.prefix + keys.MANIFEST))["source"] == sha256
    assert manifest.manifest(store, sha256, 3, "hls-2") is None
