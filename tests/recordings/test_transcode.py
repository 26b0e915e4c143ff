"""Discs become streams that play, by the real ffmpeg; broken ones say so."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from recordings import transcode
from recordings.directory import DirectoryStore
from recordings.errors import EncryptedError, NoTitleError, TranscoderError
from recordings.playlists import segments_of
from recordings.reel import Disc, disc_of, main_title, title_numbered
from recordings.shelf import keep_master, publish, verify_master
from recordings.store import TooLargeError, put_file
from recordings.transcode import Converted, convert
from recordings.volume import files_at, volume_of
from tests.recordings.conftest import bucket
from tests.recordings.discs import GOOD, SECTOR, copy_of, image_of, scramble, truncate, zero

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def disc(path: Path) -> Disc:
    return disc_of(volume_of(files_at(path)))


def made(path: Path, folder: Path, number: int = 1) -> Converted:
    folder.mkdir(exist_ok=True)
    found = disc(path)
    return convert(found, title_numbered(found, number), folder, program=FFMPEG)


def played(path: Path, *options: str) -> str:
    """What ffmpeg says when it decodes a file whole."""
    done = subprocess.run(
        [FFMPEG, "-hide_banner", "-i", path, *options, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def loudness(said: str) -> float:
    found = re.search(r"mean_volume: (-?[\d.]+) dB", said)
    assert found
    return float(found[1])


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Converted, Path]:
    folder = tmp_path_factory.mktemp("good")
    return made(GOOD, folder), folder


def test_every_rendition_is_as_long_as_the_disc_says(good: tuple[Converted, Path]) -> None:
    converted, _ = good
    assert converted.expected_ms == 10_000
    assert converted.frames == 250
    assert converted.lost_sectors == converted.lost_ms == 0
    assert [r.name for r in converted.renditions] == ["high", "low", "audio"]
    for rendition in converted.renditions:
        assert abs(rendition.milliseconds - 10_000) < 100
    high, low, audio = converted.renditions
    assert (high.width, high.height) == (768, 576)  # square pixels
    assert (low.width, low.height) == (384, 288)
    assert audio.width is None
    assert high.peak > low.peak > audio.peak


@pytest.mark.parametrize("name", ["high/stream.m3u8", "low/stream.m3u8", "low/whole.mp4"])
def test_picture_and_sound_are_there(good: tuple[Converted, Path], name: str) -> None:
    said = played(good[1] / name, "-af", "volumedetect", "-vf", "idet,blackdetect=d=0.5")
    assert "frame=  250" in said
    assert loudness(said) > -35
    assert "black_start" not in said
    # The fields of the disc are woven into whole pictures: nothing is interlaced any more.
    found = re.findall(r"Single frame detection: TFF:\s*(\d+) BFF:\s*(\d+)", said)[-1]
    assert int(found[0]) + int(found[1]) < 10


def test_the_disc_itself_is_interlaced() -> None:
    """Else the test above would prove nothing."""
    said = played(GOOD / "VIDEO_TS" / "VTS_01_1.VOB", "-vf", "idet")
    assert int(re.findall(r"Single frame detection: TFF:\s*(\d+)", said)[-1]) > 200


@pytest.mark.parametrize("name", ["audio/stream.m3u8", "audio/whole.m4a"])
def test_sound_alone(good: tuple[Converted, Path], name: str) -> None:
    said = played(good[1] / name, "-af", "volumedetect")
    assert loudness(said) > -35
    assert "Video" not in said
    assert "mono" in said


def test_the_high_rung_keeps_both_channels(good: tuple[Converted, Path]) -> None:
    assert "stereo" in played(good[1] / "high/stream.m3u8")


def test_the_whole_file_plays_while_it_loads(good: tuple[Converted, Path]) -> None:
    data = (good[1] / "low/whole.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_master_names_every_rung(good: tuple[Converted, Path]) -> None:
    text = (good[1] / "master.m3u8").read_text()
    assert re.findall(r"^[^#].*", text, re.MULTILINE) == [
        "high/stream.m3u8",
        "low/stream.m3u8",
        "audio/stream.m3u8",
    ]
    assert text.count('CODECS="avc1.4d401f,mp4a.40.2"') == 2
    assert text.count('CODECS="mp4a.40.2"') == 1
    assert "RESOLUTION=768x576" in text
    played(good[1] / "master.m3u8")


def test_segments_are_four_seconds_of_one_file(good: tuple[Converted, Path]) -> None:
    text = (good[1] / "high/stream.m3u8").read_text()
    assert re.findall(r"EXTINF:(\d)", text) == ["4", "4", "2"]
    assert set(re.findall(r"^[^#].*", text, re.MULTILINE)) == {"stream.m4s"}


@pytest.mark.parametrize("text", ["", "#EXTM3U\n#EXTINF:4,\na.ts\n", "#EXTM3U\n#EXT-X-ENDLIST\n"])
def test_an_unfinished_playlist_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="the playlist"):
        segments_of(text)


def test_another_title(tmp_path: Path) -> None:
    converted = made(GOOD, tmp_path, number=2)
    assert (converted.title, converted.frames) == (2, 75)


def test_an_image_and_a_bare_vob(tmp_path: Path) -> None:
    assert made(image_of(GOOD, tmp_path / "d.iso"), tmp_path / "1").frames == 250
    assert made(GOOD / "VIDEO_TS" / "VTS_01_1.VOB", tmp_path / "2").frames == 250


def test_damage_is_told_and_keeps_time(tmp_path: Path) -> None:
    """A hole shortens nothing: picture and sound stay together to the end."""
    place = copy_of(tmp_path)
    zero(place / "VIDEO_TS" / "VTS_01_1.VOB", 60, 50)
    converted = made(place, tmp_path / "out")
    assert converted.lost_sectors == 50
    assert 900 < converted.lost_ms < 1200
    lengths = [rendition.milliseconds for rendition in converted.renditions]
    assert max(lengths) - min(lengths) < 200
    assert max(lengths) > 9_500


def test_a_truncated_disc_gives_what_it_has(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    truncate(place / "VIDEO_TS" / "VTS_01_1.VOB", 200 * SECTOR + 7)
    converted = made(place, tmp_path / "out")
    assert converted.lost_sectors == 263
    assert 3_000 < converted.milliseconds < 5_500


def test_an_encrypted_disc_is_not_made_into_garbage(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    scramble(place / "VIDEO_TS" / "VTS_01_1.VOB")
    with pytest.raises(EncryptedError):
        made(place, tmp_path / "out")


def test_a_disc_without_sound_still_shows(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    vob = place / "VIDEO_TS" / "VTS_01_1.VOB"
    data = bytearray(vob.read_bytes())
    for at in range(0, len(data), SECTOR):
        if data[at + 17] == 0xBD:
            data[at + 17] = 0xBE  # padding, for any player
    vob.write_bytes(data)
    converted = made(place, tmp_path / "out")
    assert not converted.sound
    assert [r.name for r in converted.renditions] == ["high", "low"]
    assert converted.frames == 250


def test_a_disc_without_a_picture_is_refused(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    vob = place / "VIDEO_TS" / "VTS_01_1.VOB"
    data = bytearray(vob.read_bytes())
    for at in range(0, len(data), SECTOR):
        if data[at + 17] == 0xE0:
            data[at + 17] = 0xBE
    vob.write_bytes(data)
    with pytest.raises(NoTitleError):
        made(place, tmp_path / "out")


def test_less_than_was_fed_is_a_failure(tmp_path: Path) -> None:
    """Packs full of noise: every sector is there, ffmpeg ends with 0, and the picture is not."""
    place = copy_of(tmp_path)
    vob = place / "VIDEO_TS" / "VTS_01_1.VOB"
    data = bytearray(vob.read_bytes())
    for at in range(100 * SECTOR, len(data), SECTOR):
        data[at + 14 : at + SECTOR] = bytes([0xFF]) * (SECTOR - 14)
    vob.write_bytes(data)
    with pytest.raises(TranscoderError, match="though every sector was read"):
        made(place, tmp_path / "out")


def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    found = disc(GOOD)
    with pytest.raises(TranscoderError):
        convert(found, main_title(found), tmp_path, program="/bin/false")


def test_a_program_that_stands_still_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = tmp_path / "idle"
    idle.write_text("#!/bin/sh\nexec sleep 600\n")
    idle.chmod(0o755)
    monkeypatch.setattr(transcode, "STANDSTILL_SECONDS", 1)
    monkeypatch.setattr(transcode, "LOOK_SECONDS", 0.2)
    found = disc(GOOD)
    with pytest.raises(TranscoderError, match="stood still"):
        convert(found, main_title(found), tmp_path, program=str(idle))


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    found = disc(GOOD)
    shares: list[float] = []
    convert(found, main_title(found), tmp_path, program=FFMPEG, watch=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] > 0.99


def processes_in(folder: Path) -> list[int]:
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                if (place / "cwd").readlink() == folder:
                    found.append(int(place.name))
            except OSError:
                continue
    return found


def test_whoever_stops_the_work_leaves_no_process(tmp_path: Path) -> None:
    class LeaseLostError(Exception):
        pass

    def watch(_share: float) -> None:
        assert processes_in(tmp_path)
        raise LeaseLostError

    found = disc(GOOD)
    with pytest.raises(LeaseLostError):
        convert(found, main_title(found), tmp_path, program=FFMPEG, watch=watch)
    assert processes_in(tmp_path) == []


def test_ffmpeg_dies_with_its_parent(tmp_path: Path) -> None:
    """kill -9 of the worker: nothing goes on in the dark."""
    out = tmp_path / "out"
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANING, str(GOOD), str(out), FFMPEG],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"working\n"
    assert processes_in(out)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not processes_in(out):
            break
        time.sleep(0.1)
    assert processes_in(out) == []


ORPHANING = """
import sys, time
from pathlib import Path
from recordings.reel import disc_of, main_title
from recordings.transcode import convert
from recordings.volume import files_at, volume_of

def watch(share):
    print("working", flush=True)
    time.sleep(600)

folder = Path(sys.argv[2])
folder.mkdir()
disc = disc_of(volume_of(files_at(Path(sys.argv[1]))))
convert(disc, main_title(disc), folder, program=sys.argv[3], watch=watch)
"""


# --- the shelf ---


def test_playlists_come_last_and_leftovers_go(
    good: tuple[Converted, Path], s3_endpoint: str
) -> None:
    store = bucket(s3_endpoint, "shelf")
    store.ensure_bucket()
    order: list[str] = []
    put = store.put

    def noting(key, stream, **rest):
        order.append(key)
        return put(key, stream, **rest)

    store.put = noting  # type: ignore[method-assign]
    put_file(store, "hls/1/high/leftover.m4s", good[1] / "master.m3u8")
    order.clear()
    total = publish(store, "hls/1/", good[1])
    assert order[-1] == "hls/1/master.m3u8"
    assert [key.endswith(".m3u8") for key in order] == sorted(
        key.endswith(".m3u8") for key in order
    )
    assert sorted(order) == [facts.key for facts in store.list("hls/1/")]
    assert total == sum(facts.size for facts in store.list("hls/1/"))
    assert store.stat("hls/1/low/whole.mp4").content_type == "video/mp4"


def test_the_original_is_kept_untouched(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.ensure_bucket()
    kept = keep_master(store, "masters/7/", files_at(GOOD))
    assert len(kept.files) == 8
    for one in kept.files:
        name = one.key.rpartition("/")[2]
        assert store.get(one.key) == (GOOD / "VIDEO_TS" / name).read_bytes()
    assert verify_master(store, "masters/7/") == []
    damaged = tmp_path / "store" / kept.files[4].key
    damaged.write_bytes(b"rot" + damaged.read_bytes()[3:])
    assert verify_master(store, "masters/7/") == [kept.files[4].key.removeprefix("masters/7/")]


def test_an_original_over_the_limit_is_refused(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.ensure_bucket()
    with pytest.raises(TooLargeError):
        keep_master(store, "masters/8/", files_at(GOOD), limit=1_000_000)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/VTS_01_1.VOB", "etc/VTS_01_1.VOB"),
        ("C:\\disc\\VTS_01_1.VOB", "C:/disc/VTS_01_1.VOB"),
        ("//зал\n2.iso", "зал_2.iso"),
        ("..", "unnamed"),
        ("я" * 400, "я" * 100),
        ("a/b/c/d/e/f", "c/d/e/f"),
    ],
)
def test_a_name_from_outside_is_only_a_name(tmp_path: Path, name: str, kept: str) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.ensure_bucket()
    strange = replace(files_at(GOOD)[0], name=name)
    one, other = keep_master(store, "masters/9/", [strange, strange]).files
    assert {one.key, other.key} == {f"masters/9/data/{kept}", f"masters/9/data/1/{kept}"}
    assert verify_master(store, "masters/9/") == []
