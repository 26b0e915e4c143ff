"""A look at a whole source: every form of it, its report, and its way to another worker."""

import io
import json
import shutil
from hashlib import sha256
from pathlib import Path

import imageio_ffmpeg
import pytest

from recordings.errors import EncryptedError, NotADiscError
from recordings.files import File
from recordings.plain import as_plain, from_plain
from recordings.probe import as_json, look
from recordings.source import OtherSourceError, Source, reopened
from recordings.titles import Kind, Origin, Report, Why
from recordings.volume import files_at, files_stored
from tests.recordings.conftest import bucket
from tests.recordings.discs import GOOD, SECTOR, copy_of, encrypt, image_of, scramble, zero
from tests.recordings.playing import Refusing

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def looked(*places: Path) -> Source:
    return look([file for place in places for file in files_at(place)], program=FFMPEG)


def test_the_report_of_a_disc(tmp_path: Path) -> None:
    seen: list[float] = []
    source = look(files_at(GOOD), program=FFMPEG, watch=seen.append)
    told = as_json(source.report)
    assert json.loads(json.dumps(told)) == told
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    vob = GOOD / "VIDEO_TS" / "VTS_01_1.VOB"
    assert {
        "name": "disc/VIDEO_TS/VTS_01_1.VOB",
        "bytes": vob.stat().st_size,
        "sha256": sha256(vob.read_bytes()).hexdigest(),
        "unreadable_bytes": 0,
    } in told["files"]
    first = told["titles"][0]
    assert (first["number"], first["kind"], first["duration_s"]) == (1, "hearing", 10.0)
    assert first["chapters"][1] == {"start_s": 2.8, "name": ""}
    assert [stream["codec"] for stream in first["streams"]] == ["mpeg2video", "ac3"]
    assert (first["recovered_s"], first["lost"], first["origin"]) == (10.0, [], "ifo")
    assert (first["field_order"], first["aspect"], first["angles"]) == ("tff", "4:3", 1)


def test_a_source_goes_to_another_worker(tmp_path: Path) -> None:
    source = looked(GOOD)
    again = reopened(files_at(GOOD), source.packed())
    assert again.report == source.report
    assert from_plain(Report, json.loads(json.dumps(as_plain(source.report)))) == source.report
    title = again.report.titles[0]
    assert again.tape(title).sectors == 463
    with pytest.raises(OtherSourceError):
        reopened(files_at(GOOD)[:3], source.packed())
    with pytest.raises(OtherSourceError):
        reopened(files_at(GOOD), b"nothing")


def test_a_disc_in_the_store(s3_endpoint: str, tmp_path: Path) -> None:
    store = bucket(s3_endpoint, "look-in-store")
    store.ensure_bucket()
    with image_of(GOOD, tmp_path / "hearing.iso").open("rb") as stream:
        store.put("masters/2/hearing.iso", stream)
    source = look(files_stored(store, "masters/2/"), program=FFMPEG)
    assert [title.seconds for title in source.report.titles] == [10.0, 3.0]


def test_an_image_without_its_beginning(tmp_path: Path) -> None:
    path = image_of(GOOD, tmp_path / "headless.iso")
    zero(path, 0, 290)
    report = looked(path).report
    assert report.volume == "carved"
    assert [title.seconds for title in report.titles] == [10.0, 3.0]
    # Of the second titleset the table is still there.
    assert [title.origin for title in report.titles] == [Origin.SCAN, Origin.IFO]


def test_sectors_that_the_medium_refuses(tmp_path: Path) -> None:
    vob = GOOD / "VIDEO_TS" / "VTS_01_1.VOB"
    size = vob.stat().st_size
    refusing = File(
        name="a.vob", size=size, open=lambda: io.BufferedReader(Refusing(vob, range(150, 160)))
    )
    source = look([refusing], program=FFMPEG)
    assert source.report.files[0].unreadable == 10 * SECTOR
    [loss] = source.report.titles[0].losses
    assert (loss.why, loss.sectors) == (Why.UNREADABLE, 10)


def test_the_same_disc_twice(tmp_path: Path) -> None:
    titles = looked(GOOD, image_of(GOOD, tmp_path / "copy.iso")).report.titles
    assert [(one.number, one.kind, one.duplicate_of) for one in titles] == [
        (1, Kind.HEARING, None),
        (2, Kind.TEST, None),
        (3, Kind.DUPLICATE, 1),
        (4, Kind.TEST, None),
    ]


def test_scrambled_discs(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    encrypt(place / "VIDEO_TS" / "VTS_01_1.VOB")
    report = looked(place).report
    assert report.titles[0].runs == ()
    assert {loss.why for loss in report.titles[0].losses} == {Why.SCRAMBLED}
    assert report.titles[1].recovered_s == 3.0
    assert "encrypted" in report.remarks
    encrypt(place / "VIDEO_TS" / "VTS_02_1.VOB")
    with pytest.raises(EncryptedError):
        looked(place)


def test_flags_that_a_rip_left_on(tmp_path: Path) -> None:
    """What says that it is scrambled and is clear can be read."""
    place = copy_of(tmp_path)
    scramble(place / "VIDEO_TS" / "VTS_01_1.VOB")
    assert looked(place).report.titles[0].recovered_s == 10.0


def test_bytes_that_shift_the_packs(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    vob = place / "VIDEO_TS" / "VTS_01_1.VOB"
    data = vob.read_bytes()
    vob.write_bytes(b"junk" * 100 + data[: 200 * SECTOR] + data[200 * SECTOR + 700 :])
    title = looked(place).report.titles[0]
    assert title.seconds == 10.0
    assert title.recovered_s == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7" * 999, bytes(50_000)])
def test_what_is_no_recording(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hearing.iso").write_bytes(content)
    with pytest.raises(NotADiscError):
        looked(tmp_path)


def test_names_propose(tmp_path: Path) -> None:
    place = tmp_path / "ГД-319_26-Т5 12.03.2024" / "Зал 2"
    shutil.copytree(GOOD / "VIDEO_TS", place / "VIDEO_TS")
    report = looked(tmp_path / "ГД-319_26-Т5 12.03.2024").report
    assert {(one.what, one.value) for one in report.proposals} == {
        ("case", "ГД-319_26-Т5"),
        ("date", "2024-03-12"),
        ("courtroom", "2"),
    }
