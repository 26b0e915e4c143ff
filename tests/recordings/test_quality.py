"""The picture's measures, and a whole judgement of something that plays."""

import json
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from recordings.feed import feed
from recordings.files import files_at
from recordings.framing import frame_rate, picture, size
from recordings.judgement import Judgement, Picture, Reason, Verdict, from_json
from recordings.plain import NotPlainError
from recordings.probe import look
from recordings.process import ChildError
from recordings.quality import judge, lost_ranges
from recordings.sight import Packets, Shape, Viewer
from recordings.thresholds import thresholds
from recordings.titles import Form, Kind, Loss, Origin, Run, Stream, Title, Why
from recordings.verdicts import Seen, picture_minute
from recordings.waveform import waveform
from tests.recordings.plain_sound import FFMPEG, fed, sample, written

WIDTH, LINES = 352, 288


def shown(*pictures: np.ndarray, times: list[float] | None = None) -> Viewer:
    viewer = Viewer(shape=Shape(width=WIDTH, height=LINES))
    viewer.begin(0.0)
    for one in pictures:
        data = np.clip(one, 0, 255).astype(np.uint8).tobytes()
        viewer.take(data[:1000])
        viewer.take(data[1000:])
    told = times or [number / 2 for number in range(len(pictures))]
    viewer.take_times("".join(f"{one}\n" for one in told).encode())
    return viewer


def room(level: float = 120.0, noise: float = 2.0, *, seed: int = 0) -> np.ndarray:
    """A lit room: bright and dark parts, and a little noise."""
    rng = np.random.default_rng(seed)
    wall = np.tile(np.linspace(level - 60, level + 60, WIDTH), (LINES, 1))
    return wall + rng.normal(0, noise, wall.shape)


def snow(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(16, 235, (LINES, WIDTH))


PICTURES = {
    Reason.BLACK: [np.full((LINES, WIDTH), 17)] * 20,
    Reason.NO_SIGNAL: [np.full((LINES, WIDTH), 41)] * 20,
    Reason.FROZEN: [room()] * 20,
    Reason.SNOW: [snow(number) for number in range(20)],
    Reason.DARK: [room(35, seed=number) * 0.9 for number in range(20)],
    Reason.FLAT: [np.full((LINES, WIDTH), 100) + room(0, 20, seed=n) * 0.06 for n in range(20)],
}


@pytest.mark.parametrize("reason", PICTURES)
def test_each_fault_of_a_picture_is_named(reason: Reason) -> None:
    from recordings.quality import _share, _states

    facts = shown(*PICTURES[reason]).facts()
    here = np.ones(20, bool)
    shares = {name: _share(state, here) for name, state in _states(facts, thresholds()).items()}
    seen = Seen(judged_s=10, pictures=20, expected=250, **shares)
    minute = picture_minute(seen, start_s=0, lost_s=0, limits=thresholds())
    assert reason in minute.reasons
    assert minute.verdict is not Verdict.GOOD


def test_a_lit_room_in_which_little_moves_is_good() -> None:
    from recordings.quality import _states

    facts = shown(*(room(seed=number) for number in range(20))).facts()
    assert not any(state.any() for state in _states(facts, thresholds()).values())


def test_dropped_pictures_and_no_pictures_are_named() -> None:
    limits = thresholds()
    jerky = Seen(judged_s=60, pictures=120, dropped=200, expected=1500)
    minute = picture_minute(jerky, start_s=0, lost_s=0, limits=limits)
    assert minute.reasons == (Reason.FRAMES_DROPPED,)
    nothing = picture_minute(Seen(judged_s=60, pictures=0), start_s=0, lost_s=0, limits=limits)
    assert (nothing.verdict, nothing.reasons) == (Verdict.UNUSABLE, (Reason.NO_PICTURE,))


def test_blanking_is_cropped_only_when_it_is_certain() -> None:
    limits = thresholds().picture
    framed = room()
    framed[:, :12] = 16
    framed[280:] = 16
    crop = shown(framed, framed).crop(limits.blanking_luma, limits.blanking_share)
    assert crop is not None
    assert (crop.x, crop.y, crop.width, crop.height) == (12, 0, WIDTH - 12, 280)
    once_lit = shown(framed, room()).crop(limits.blanking_luma, limits.blanking_share)
    assert once_lit is None
    dark = shown(np.full((LINES, WIDTH), 17)).crop(limits.blanking_luma, limits.blanking_share)
    assert dark is None


def test_packets_tell_when_streams_begin_and_end() -> None:
    packets = Packets()
    packets.begin(10.0, [0x1E0, 0x80], 0x1E0)
    packets.take(b"#tb 0: 1/90000\n#tb 1: 1/90000\n0, 0, 90000, 3600, 99, 0x1\n1, 0, 1350")
    packets.take(b"00, 2880, 99, 0x1\n0, 0, 93600, 3600, 99, 0x1\n")
    assert packets.first == {0x1E0: 11.0, 0x80: 11.5}
    assert packets.last[0x1E0] == pytest.approx(11.08)
    assert packets.shown == {11: 2}


def test_lost_ranges_join_with_the_gaps_between_runs() -> None:
    title = played(
        20.0,
        runs=(
            Run(start_s=0, seconds=8, clock_s=0, file="a"),
            Run(start_s=10, seconds=9, clock_s=0, file="a"),
        ),
        losses=(
            Loss(start_s=7, seconds=2, why=Why.ZEROED),
            Loss(start_s=3, seconds=0, why=Why.TORN),
        ),
    )
    assert lost_ranges(title) == ((7.0, 10.0), (19.0, 20.0))


def played(seconds: float, **facts: object) -> Title:
    streams = (
        Stream(
            form=Form.PICTURE,
            id=0x1E0,
            index=0,
            codec="mpeg2video",
            width=WIDTH,
            height=LINES,
            frame_rate=25.0,
            field_order="tff",
            aspect="4:3",
        ),
        Stream(form=Form.SOUND, id=0x1C0, index=0, codec="mp2", channels=2, sample_rate=48_000),
        Stream(form=Form.SOUND, id=0x1C1, index=1, codec="mp2", channels=2, sample_rate=48_000),
    )
    whole = Title(
        number=1,
        kind=Kind.HEARING,
        origin=Origin.FILE,
        seconds=seconds,
        streams=streams,
        runs=(Run(start_s=0.0, seconds=seconds, clock_s=0.0, file="a"),),
    )
    return replace(whole, **facts)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """Eight seconds of fields that move, speech half a second late, and a silent second track."""
    place = tmp_path_factory.mktemp("played")
    speech = written(np.resize(sample("ky"), 15 * 24_000), place / "speech.wav")
    # Every source ends by itself: cut by `-t`, one run in ten of ffmpeg never came to its end.
    picture = f"testsrc2=s={WIDTH}x{LINES}:r=50:d=8,tinterlace=interleave_top,setfield=tff"
    subprocess.run(
        [
            *(FFMPEG, "-v", "error", "-f", "lavfi", "-i", picture),
            *("-itsoffset", "0.5", "-i", speech, "-f", "lavfi", "-i", "anullsrc=r=48000:d=8"),
            *("-map", "0:v", "-map", "1:a", "-map", "2:a", "-ac", "2", "-c:a", "mp2"),
            *("-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-q:v", "6", "-g", "12"),
            *("-muxpreload", "0", "-muxdelay", "0", "-f", "vob", place / "played.mpg"),
        ],
        check=True,
    )
    title = played(8.0, losses=(Loss(start_s=6.0, seconds=1.0, why=Why.ZEROED, sectors=9),))
    watched: list[float] = []
    made = judge(
        fed(place / "played.mpg", 0x1E0, 0x1C0, 0x1C1), title, program=FFMPEG, watch=watched.append
    )
    assert watched == sorted(watched)
    assert watched[-1] == 1.0
    return made


def test_every_track_is_judged_and_the_best_is_chosen(judged: Judgement) -> None:
    assert judged.best == 0
    speech, silent = judged.tracks
    assert speech.speech > 0.6
    assert 0.4 < speech.spoken[0][0] < 1.4
    assert silent.verdict is Verdict.UNUSABLE
    assert silent.reasons == (Reason.NO_SOUND,)
    assert judged.track() == speech
    assert judged.track(1) == silent


def test_sound_and_picture_apart_are_measured(judged: Judgement) -> None:
    assert judged.apart_s == pytest.approx(0.5, abs=0.05)
    assert Reason.OUT_OF_STEP in judged.reasons


def test_the_picture_is_known_as_it_was_filmed(judged: Judgement) -> None:
    seen = judged.picture
    assert seen is not None
    assert (seen.interlaced, seen.top_first) == (True, True)
    assert (seen.verdict, seen.reasons) == (Verdict.USABLE, (Reason.SECONDS_LOST,))
    assert seen.minutes[0].dropped == 0


def test_what_is_lost_is_marked_and_not_judged(judged: Judgement) -> None:
    assert judged.lost == ((6.0, 7.0),)
    assert judged.lost_s == 1.0
    assert judged.tracks[0].minutes[0].judged_s == pytest.approx(7.0, abs=0.1)
    assert judged.tracks[0].minutes[0].lost_s == 1.0
    assert Reason.SECONDS_LOST in judged.reasons


def test_a_media_file_is_judged_like_a_disc(tmp_path: Path) -> None:
    """Its streams are counted, and have no ids."""
    speech = written(np.resize(sample("ky"), 3 * 48_000), tmp_path / "speech.wav")
    subprocess.run(
        [
            *(FFMPEG, "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{LINES}:r=25:d=3"),
            *("-i", speech, "-preset", "ultrafast", tmp_path / "hearing.mp4"),
        ],
        check=True,
    )
    source = look(files_at(tmp_path / "hearing.mp4"), program=FFMPEG)
    (title,) = source.report.titles
    told = judge(partial(feed, source, title, scratch=tmp_path), title, program=FFMPEG)
    assert told.picture is not None
    assert (told.picture.verdict, told.picture.minutes[0].dropped) == (Verdict.GOOD, 0)
    assert told.picture.luma > 100
    assert told.tracks[0].speech > 0.5


def test_a_judgement_lasts_as_json(judged: Judgement) -> None:
    assert from_json(judged.as_json()) == judged
    for wrong in ("{}", "[]", "no", json.dumps({"version": 99})):
        with pytest.raises(NotPlainError):
            from_json(wrong)


def test_what_nobody_can_decode_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "noise.mpg").write_bytes(np.random.default_rng(1).bytes(50_000))
    with pytest.raises(ChildError):
        judge(fed(tmp_path / "noise.mpg", 0x1E0, 0x1C0), played(8.0), program=FFMPEG)


def test_filters_follow_the_picture(judged: Judgement) -> None:
    seen = judged.picture
    assert seen is not None

    def filters(**facts: object) -> str:
        return ",".join(picture(replace(judged, picture=replace(seen, **facts))))

    assert "bwdif=mode=send_frame:parity=tff" in filters(smooth=False)
    assert "send_field" in filters(smooth=True)
    assert "parity=bff" in filters(top_first=False)
    assert "lutyuv" in filters(luma=35.0)
    assert "lutyuv" not in filters(luma=110.0)
    assert size(judged) == (384, 288)
    assert picture(replace(judged, picture=None)) == ()


@pytest.mark.parametrize(
    ("rate", "smooth", "wanted"),
    [
        (25.0, False, 25),
        (25.0, True, 50),
        (29.97, False, 30000 / 1001),
        (29.97, True, 60000 / 1001),
    ],
)
def test_the_rate_is_that_of_what_moves(
    rate: float, smooth: bool, wanted: float, judged: Judgement
) -> None:
    assert judged.picture is not None
    seen: Picture = replace(judged.picture, frame_rate=rate, smooth=smooth, interlaced=True)
    assert float(frame_rate(replace(judged, picture=seen))) == pytest.approx(wanted)


def test_the_drawing_says_what_it_shows(judged: Judgement) -> None:
    drawn = waveform(judged)
    assert drawn.startswith("<svg ")
    assert "<title>" in drawn
    assert "speech" in drawn
    assert "0:06–0:07 lost" in drawn
    for forbidden in ("<script", "style=", "<style", "on"):
        assert f" {forbidden}" not in drawn.replace(" on ", "") or forbidden == "on"
    assert "no sound" in waveform(replace(judged, tracks=(), best=None))
