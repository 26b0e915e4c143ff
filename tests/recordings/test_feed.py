"""A decoder is given exact stretches: windows add up, picture and sound stand where they stood."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import pytest

from recordings.chart import SECTOR
from recordings.feed import Feed, feed, specifier
from recordings.probe import look
from recordings.source import Source
from recordings.titles import Title
from recordings.volume import files_at
from tests.recordings.discs import GOOD, copy_of, image_of, zero

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
RATE = 8000
FLASHES = (
    *("-f", "lavfi", "-i"),
    "color=black:s=352x288:r=25,drawbox=c=white:t=fill:enable='lt(mod(t+.001,2),.04)'",
    *("-f", "lavfi", "-i", "aevalsrc='if(lt(mod(t,2),.04),.5*sin(6283*t),0)':s=48000"),
)
DVD = ("-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-b:v", "400k", "-c:a", "ac3", "-f", "dvd")


def run(*argv: str, fed: Iterator[bytes] | None = None) -> bytes:
    done = subprocess.run(
        [FFMPEG, "-hide_banner", "-loglevel", "fatal", "-y", *argv],
        input=b"".join(fed) if fed is not None else None,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout


def pictures(one: Feed, title: Title) -> npt.NDArray[np.uint8]:
    """The mean brightness of each frame of the wanted stretch."""
    window = f"trim=start={one.clock_s:.6f}:end={one.clock_s + one.seconds:.6f}"
    assert title.picture is not None
    plain = run(
        *("-copyts", *one.options, "-i", one.url, "-map", specifier(title.picture)),
        *("-vf", f"{window},scale=1:1:flags=area,format=gray", "-fps_mode", "passthrough"),
        *("-f", "rawvideo", "-"),
        fed=one.packs,
    )
    return np.frombuffer(plain, np.uint8)


def sound(one: Feed, title: Title) -> npt.NDArray[np.int16]:
    """The samples of the wanted stretch, at their place by the clock."""
    window = f"atrim=start={one.clock_s:.6f}:end={one.clock_s + one.seconds:.6f}"
    placed = f"aresample={RATE},aresample=async=1:first_pts={round(one.clock_s * RATE)}"
    plain = run(
        *("-copyts", *one.options, "-i", one.url, "-map", specifier(title.sounds[0])),
        *("-af", f"{window},{placed}", "-ac", "1", "-f", "s16le", "-"),
        fed=one.packs,
    )
    return np.frombuffer(plain, np.int16)


def windows(title: Title, seconds: float) -> Iterator[tuple[float, float]]:
    for part in title.runs:
        at = part.start_s
        while at < part.end_s - 1e-6:
            yield at, min(seconds, part.end_s - at)
            at += seconds


def looked(place: Path) -> tuple[Source, Title]:
    source = look(files_at(place), program=FFMPEG)
    return source, source.report.titles[0]


@pytest.fixture(scope="module")
def flashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A flash and a beep every two seconds; in the VOB the clock begins anew after 6 s."""
    place = tmp_path_factory.mktemp("flashes")
    vob, film = place / "twice.vob", place / "film.mp4"
    run(*FLASHES, "-t", "6", *DVD, str(vob))
    vob.write_bytes(vob.read_bytes() * 2)
    run(*FLASHES, "-t", "6", "-c:v", "libx264", "-g", "25", "-c:a", "aac", str(film))
    return {"vob": vob, "mp4": film}


def test_windows_of_the_good_disc_add_up(tmp_path: Path) -> None:
    """Two recordings whose clocks begin alike; every window ends within a group of pictures."""
    source, title = looked(GOOD)
    for start, seconds in windows(title, 2.6):
        one = feed(source, title, start, seconds, before_s=0.4, scratch=tmp_path)
        assert len(pictures(one, title)) == round(seconds * 25)


@pytest.mark.parametrize("form", ["vob", "mp4"])
def test_pictures_and_sounds_stand_together(
    flashes: dict[str, Path], form: str, tmp_path: Path
) -> None:
    source, title = looked(flashes[form])
    # Without navigation packs the last picture of a clock may not tell its time.
    assert title.seconds == pytest.approx(12.0 if form == "vob" else 6.0, abs=0.1)
    seen, heard = [], []
    for start, seconds in windows(title, 3.0):
        one = feed(source, title, start, seconds, before_s=1.0, scratch=tmp_path)
        bright = np.flatnonzero(pictures(one, title) > 128)
        one = feed(source, title, start, seconds, before_s=1.0, scratch=tmp_path)
        loud = np.abs(sound(one, title).astype(int)) > 4000
        onsets = np.flatnonzero(loud)[np.diff(np.flatnonzero(loud), prepend=-RATE) > RATE // 2]
        seen += [start + frame / 25 for frame in bright.tolist()]
        heard += [start + sample / RATE for sample in onsets.tolist()]
    expected = [part.start_s + at for part in title.runs for at in (0.0, 2.0, 4.0)]
    assert seen == pytest.approx(expected, abs=0.02)
    assert heard == pytest.approx(seen, abs=0.025)


def test_the_clock_goes_on_over_a_hole(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    zero(place / "VIDEO_TS" / "VTS_01_1.VOB", 126, 42)
    source, title = looked(place)
    whole = feed(source, title, 0.0, 6.0, scratch=tmp_path)
    assert 120 <= len(pictures(whole, title)) < 150
    after = feed(source, title, 4.0, 2.0, before_s=1.0, scratch=tmp_path)
    assert len(pictures(after, title)) == 50


def test_only_what_is_needed_is_read(tmp_path: Path) -> None:
    source, title = looked(image_of(GOOD, tmp_path / "hearing.iso"))
    one = feed(source, title, 7.2, 0.4, scratch=tmp_path)
    packs = b"".join(one.packs)
    assert len(packs) < 187 * SECTOR  # of the second recording, not all
    assert one.clock_s == pytest.approx(0.54 + 1.2)
    assert set(one.streams) == {0x1E0, 0x80}


def test_a_window_lies_within_one_run(tmp_path: Path) -> None:
    source, title = looked(GOOD)
    with pytest.raises(ValueError, match="no run"):
        feed(source, title, 5.0, 2.0, scratch=tmp_path)


def test_a_film_inside_an_image_is_read_where_it_lies(
    flashes: dict[str, Path], tmp_path: Path
) -> None:
    from tests.recordings.discs import data_image

    image = data_image({"Зал: 2, а.mp4": flashes["mp4"]}, tmp_path / "data.iso")
    source, title = looked(image)
    one = feed(source, title, 0.0, 6.0, scratch=tmp_path / "nowhere")
    assert len(pictures(one, title)) == pytest.approx(150, abs=1)
