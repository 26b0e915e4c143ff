"""Pieces are made one by one and play as one: every frame, every sample, nothing between."""

import json
import shutil
import struct
import subprocess
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from recordings import fragments
from recordings.encode import Made, PieceError, Strand, encode_piece, made_from_json
from recordings.errors import TranscoderError
from recordings.feed import Feed, feed
from recordings.files import files_at
from recordings.fragments import FragmentError
from recordings.losses import lost
from recordings.package import Package, PackageError, finish
from recordings.plan import Plan, plan
from recordings.playlists import Stretch, media_playlist, rate_of
from recordings.probe import look
from recordings.process import ChildError, Failure
from recordings.recipe import recipe
from recordings.source import Source
from recordings.titles import Chapter, Loss, Run, Title, Why
from tests.recordings.discs import GOOD, SECTOR, Studio, Take
from tests.recordings.marks import Mark, tones
from tests.recordings.watching import watched

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
RATE = 48_000
FIRST, SECOND = Take(number=1, seconds=11), Take(number=2, seconds=5)
SHORT = replace(recipe(), piece_s=4)  # many joints in few seconds
LONG = replace(recipe(), piece_s=400)
LOCAL = ("-extension_picky", "0")  # ffmpeg's own caution about names of segments


@dataclass(frozen=True, slots=True)
class Tape:
    """A disc of two takes, and the restored sound that somebody might have made of it."""

    source: Source
    title: Title
    scratch: Path

    def feeding(self) -> partial[Feed]:
        return partial(feed, self.source, self.title, scratch=self.scratch)

    def restored(self, made: Plan, number: int, target: Path) -> Path:
        start_s, seconds = made.sound_window(number)
        first = round(start_s * RATE)
        at = np.arange(first, first + round(seconds * RATE))
        with wave.open(str(target), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes((hum(at) * 32767).astype("<i2").tobytes())
        return target

    def made(self, made: Plan, folder: Path) -> list[Made]:
        folder.mkdir(exist_ok=True)
        return [self.piece(made, number, folder) for number in range(len(made.pieces))]

    def piece(self, made: Plan, number: int, folder: Path) -> Made:
        sound = folder / "restored.wav"
        return encode_piece(
            self.feeding(),
            self.title,
            made,
            number,
            folder,
            program=FFMPEG,
            restored=self.restored(made, number, sound) if made.needs_sound(number) else None,
        )


def hum(at: np.ndarray) -> np.ndarray:
    """A tone whose phase tells where it stands; before the title there is none."""
    return np.where(at >= 0, 0.3 * np.sin(2 * np.pi * 440.3 * at / RATE), 0.0)


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Tape:
    place = tmp_path_factory.mktemp("tape")
    pressed = Studio(place).press(place / "disc", [[FIRST, SECOND]], chapters=(7.0,))
    source = look(files_at(pressed.folder), program=FFMPEG, scratch=place)
    return Tape(source, source.report.titles[0], place)


@dataclass(frozen=True, slots=True)
class Whole:
    plan: Plan
    folder: Path
    pieces: list[Made]
    package: Package


def whole(tape: Tape, folder: Path, **how) -> Whole:
    made = plan(tape.title, **how)
    pieces = tape.made(made, folder)
    package = finish(made, tape.title, pieces, folder, program=FFMPEG)
    return Whole(made, folder, pieces, package)


@pytest.fixture(scope="module")
def cut(tape: Tape, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return whole(tape, tmp_path_factory.mktemp("cut"), how=SHORT)


@pytest.fixture(scope="module")
def uncut(tape: Tape, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return whole(tape, tmp_path_factory.mktemp("uncut"), how=LONG)


def joined(folder: Path, strand: Strand) -> Path:
    """One piece of a stream as a file of its own."""
    target = folder / "joined.mp4"
    parts = [(folder / one.name).read_bytes() for one in (strand.init, strand.file)]
    target.write_bytes(b"".join(parts))
    return target


def heard(path: Path) -> np.ndarray:
    """The samples of a sound, mixed to one channel."""
    before = LOCAL if path.suffix == ".m3u8" else ()
    line = [FFMPEG, "-v", "error", *before, "-i", str(path), "-map", "0:a:0"]
    done = subprocess.run([*line, "-ac", "1", "-f", "f32le", "-"], capture_output=True, check=True)
    assert not done.stderr
    return np.frombuffer(done.stdout, np.float32)


def levels(samples: np.ndarray) -> np.ndarray:
    """dB of every hundredth of a second."""
    power = (samples[: len(samples) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1)
    return 10 * np.log10(np.maximum(power, 1e-12))


# --- joined ---


def test_every_frame_and_every_second_stands_where_it_was_recorded(cut: Whole) -> None:
    assert [one.frames for one in cut.pieces] == [100, 175, 125]
    shown = watched(str(cut.folder / "master.m3u8"), before=LOCAL, sound=None)
    assert not shown.complaints
    frames = [Mark(1, one) for one in range(275)] + [Mark(2, one) for one in range(125)]
    assert shown.frames == frames
    sound = watched(str(cut.folder / "original.m3u8"), before=LOCAL, picture=None)
    tenths = [(Mark(1, at // 10)) for at in range(110)] + [Mark(2, at // 10) for at in range(50)]
    wrong = [at for at, mark in enumerate(tenths) if sound.sounds[at] != mark]
    assert [at for at in wrong if at % 10 not in {0, 9}] == []  # where a second ends: between two


def test_sound_is_exact_to_the_sample(cut: Whole) -> None:
    """Against what was recorded: ffmpeg plays it from its first sample, and so do we."""
    played = heard(cut.folder / "original.m3u8")
    drawn = np.frombuffer(tones(1, 11), "<i2").astype(np.float32)[: 10 * RATE] / 32768
    stretch = slice(5 * RATE, 7 * RATE)
    apart = [
        float(np.dot(drawn[stretch], played[5 * RATE + lag : 7 * RATE + lag]))
        for lag in range(-300, 301)
    ]
    assert int(np.argmax(apart)) - 300 in {-1, 0, 1}


def test_joints_are_heard_nowhere(cut: Whole, uncut: Whole) -> None:
    """What was made in pieces is what was made in one, also where the pieces join."""
    assert len(uncut.pieces) == 2  # two runs
    for name in ("original.m3u8", "restored.m3u8"):
        pieces, one = heard(cut.folder / name), heard(uncut.folder / name)
        assert len(pieces) == len(one)
        apart = levels(pieces - one)
        for second in (4, 11):
            around = apart[100 * second - 5 : 100 * second + 5]
            assert around.max() < -35, (name, second, around)
    # The restored sound is known to the sample, so its joints are measured against the truth.
    restored = heard(cut.folder / "restored.m3u8")
    error = levels(restored - hum(np.arange(len(restored))))
    assert error[5:1595].max() < -35


def test_pictures_around_a_joint_are_those_of_one_making(cut: Whole, uncut: Whole) -> None:
    def frames(folder: Path) -> np.ndarray:
        line = [FFMPEG, "-v", "error", *LOCAL, "-i", str(folder / "top.m3u8"), "-an"]
        line += ["-vf", "scale=64:48,format=gray", "-f", "rawvideo", "-"]
        done = subprocess.run(line, capture_output=True, check=True)
        return np.frombuffer(done.stdout, np.uint8).reshape(-1, 64 * 48).astype(np.int16)

    apart = np.abs(frames(cut.folder) - frames(uncut.folder)).mean(axis=1)
    assert len(apart) == 400
    assert apart.max() < 2


def test_pieces_share_one_beginning_and_one_clock(cut: Whole) -> None:
    for index, strand in enumerate(cut.pieces[0].strands):
        assert len({one.strands[index].init.sha256 for one in cut.pieces}) == 1
        at = 0
        for one in cut.pieces:
            data = (cut.folder / one.strands[index].file.name).read_bytes()
            for part in one.strands[index].segments:
                place = data.index(b"tfdt", part.offset)
                assert struct.unpack_from(">Q", data, place + 8)[0] == at
                at += part.duration
        assert at / strand.timescale == pytest.approx(16, abs=0.01)


def test_what_was_made_is_told(cut: Whole) -> None:
    for one in cut.pieces:
        assert made_from_json(one.as_json()) == one
        assert (one.absent, one.still, one.kept_segments) == ((), (), 0)
        for file in one.files:
            assert (cut.folder / file.name).stat().st_size == file.size
    assert not list((cut.folder / ".making").iterdir())


def test_a_finished_piece_is_found_not_made(cut: Whole, tape: Tape) -> None:
    again = encode_piece(tape.feeding(), tape.title, cut.plan, 1, cut.folder, program="/nowhere")
    assert again == cut.pieces[1]


# --- the whole ---


def test_the_package_is_as_long_as_the_title(cut: Whole) -> None:
    assert cut.package.frames == 400
    assert cut.package.seconds == pytest.approx(16, abs=0.011)
    assert cut.package.remarks == ()
    names = {one.name for one in cut.package.files}
    assert names == {
        *("top.m3u8", "restored.m3u8", "original.m3u8", "master.m3u8"),
        *("chapters.vtt", "marks.vtt", "thumbnails.vtt", "whole.mp4", "sound.m4a"),
    }


def test_files_for_download_play_while_they_load(cut: Whole) -> None:
    for name in ("whole.mp4", "sound.m4a"):
        data = (cut.folder / name).read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
    shown = watched(str(cut.folder / "whole.mp4"), sound=None)
    assert len(shown.frames) == 400
    assert shown.frames[399] == Mark(2, 124)
    assert np.allclose(
        heard(cut.folder / "sound.m4a")[RATE : 2 * RATE],
        heard(cut.folder / "restored.m3u8")[RATE : 2 * RATE],
        atol=1e-4,
    )


def test_what_a_player_reads(cut: Whole) -> None:
    text = (cut.folder / "master.m3u8").read_text()
    assert 'NAME="Тазаланган үн",DEFAULT=YES' in text
    assert 'NAME="Баштапкы үн",DEFAULT=NO' in text
    assert 'RESOLUTION=384x288,FRAME-RATE=25.000,AUDIO="sound"\ntop.m3u8' in text
    alone = text.splitlines()[-2:]
    assert 'CODECS="mp4a.40.2"' in alone[0]
    assert alone[1] == "restored.m3u8"
    chapters = (cut.folder / "chapters.vtt").read_text()
    assert "00:00:00.000 --> 00:00:07" in chapters
    small = (cut.folder / "thumbnails.vtt").read_text()
    assert "00:00:00.000 --> 00:00:04.000\nsheets/0000.jpg#xywh=0,0,120,90" in small
    marked = (cut.folder / "marks.vtt").read_text()
    assert marked.count('"what": "run"') == 2


def test_less_than_was_promised_is_an_error(cut: Whole, tape: Tape, tmp_path: Path) -> None:
    def finished(plan_: Plan, pieces: list[Made]) -> None:
        finish(plan_, tape.title, pieces, tmp_path, program=FFMPEG)

    with pytest.raises(PackageError, match="2 of 3 pieces"):
        finished(cut.plan, cut.pieces[:2])
    with pytest.raises(PackageError, match="another plan"):
        finished(cut.plan, [cut.pieces[0], cut.pieces[2], cut.pieces[1]])
    with pytest.raises(PackageError, match=r"of 17\.000 s"):
        finished(replace(cut.plan, seconds=17.0), cut.pieces)
    deaf = [replace(one, strands=one.strands[:1]) for one in cut.pieces]
    with pytest.raises(PackageError, match="other streams"):
        finished(cut.plan, deaf)


def test_pieces_of_two_programs_are_told_and_still_play(cut: Whole, tmp_path: Path) -> None:
    strand = cut.pieces[2].strands[0]
    other = replace(strand, init=replace(strand.init, name="top/init-other.mp4", sha256="0" * 64))
    changed = replace(cut.pieces[2], strands=(other, *cut.pieces[2].strands[1:]))
    told = finish(cut.plan, TITLE, [*cut.pieces[:2], changed], tmp_path, program=FFMPEG)
    assert told.remarks == ("different_beginnings:top",)
    text = (tmp_path / "top.m3u8").read_text()
    assert text.count("#EXT-X-MAP") == 2


TITLE = Title(number=1, kind="hearing", origin="ifo", seconds=16.0, streams=(), runs=())  # type: ignore[arg-type]


def test_marks_tell_losses_in_codes(cut: Whole, tape: Tape, tmp_path: Path) -> None:
    lost = Loss(start_s=3.0, seconds=0.0, why=Why.TORN, sectors=7)
    title = replace(
        tape.title,
        losses=(lost,),
        chapters=(Chapter(start_s=0, name="a --> <b>"), Chapter(start_s=5)),
    )
    shutil.copytree(cut.folder, tmp_path / "copy")
    finish(cut.plan, title, cut.pieces, tmp_path / "copy", program=FFMPEG)
    marked = (tmp_path / "copy/marks.vtt").read_text()
    assert '00:00:03.000 --> 00:00:03.040\n{"what": "lost", "why": "torn"' in marked
    chapters = (tmp_path / "copy/chapters.vtt").read_text()
    assert "a → &lt;b>" in chapters
    assert "\n2\n" in chapters


def test_a_peak_is_measured_over_half_a_segment_at_least() -> None:
    short = Stretch("i", "f", 0, 1000, 0.1)
    long = Stretch("i", "f", 1000, 1000, 4.0)
    assert rate_of([long, short]).peak == round(8 * 2000 / 4.1)
    assert "#EXT-X-TARGETDURATION:4\n" in media_playlist([long, short])


# --- whatever happens ---


def far_enough(making: Path) -> bool:
    """A segment of the picture is written, and more of the sounds."""
    found = {path.stem: path.read_bytes().count(b"moof") for path in making.glob("*/0/*.mp4")}
    return found.pop("top", 0) >= 1 and len(found) == 2 and min(found.values()) >= 6


def test_after_a_kill_whole_segments_are_kept(tape: Tape, uncut: Whole, tmp_path: Path) -> None:
    """The process loses its source in the middle, as with a kill; the next one goes on."""
    making = tmp_path / ".making"
    killed = [False]

    def breaking(*window: float, **around: float) -> Feed:
        whole_feed = tape.feeding()(*window, **around)

        def packs() -> Iterator[bytes]:
            *most, last = whole_feed.packs
            yield from most
            if not killed[0]:
                killed[0] = True
                yield last[: -10 * SECTOR]
                for _ in range(600):
                    if far_enough(making):
                        break
                    time.sleep(0.05)
                raise ConnectionResetError
            yield last

        # Else ffmpeg would wait for more of so short a tape before it begins.
        options = ("-f", "mpeg", "-probesize", "200000", "-analyzeduration", "500000")
        return replace(whole_feed, packs=packs(), options=options)

    made = uncut.plan
    sound = tape.restored(made, 0, tmp_path / "restored.wav")
    with pytest.raises(ConnectionResetError):
        encode_piece(breaking, tape.title, made, 0, tmp_path, program=FFMPEG, restored=sound)
    left = next(making.iterdir())
    torn = left / "0" / "top.mp4"
    with torn.open("ab") as file:  # what the kernel had not written yet
        file.write(b"\x00\x00\xff\xffmoof torn")
    done = encode_piece(breaking, tape.title, made, 0, tmp_path, program=FFMPEG, restored=sound)
    assert 1 <= done.kept_segments <= 2
    shown = watched(str(joined(tmp_path, done.strands[0])), sound=None)
    assert shown.frames == [Mark(1, one) for one in range(275)]
    assert not left.exists()


def test_what_is_nowhere_is_black_silent_and_told(tape: Tape, tmp_path: Path) -> None:
    """Every sector is there and nothing of it can be decoded: the title keeps its length."""

    def noise(*window: float, **around: float) -> Feed:
        whole_feed = tape.feeding()(*window, **around)
        return replace(whole_feed, packs=(b"\xff" * len(pack) for pack in whole_feed.packs))

    made = plan(tape.title, how=LONG, treated=False)
    done = encode_piece(noise, tape.title, made, 1, tmp_path, program=FFMPEG)
    assert done.absent == ("picture", "sound:0")
    assert done.still == ((11.0, 5.0),)
    assert done.frames == 125
    (loss,) = lost(tape.title, made, [done])
    assert (loss.start_s, loss.why) == (11.0, Why.TORN)


def test_a_stream_that_a_stretch_lacks_is_left_out(tape: Tape, tmp_path: Path) -> None:
    def deaf(*window: float, **around: float) -> Feed:
        return replace(tape.feeding()(*window, **around), streams=(0x1E0,))

    made = plan(tape.title, how=LONG, treated=False)
    done = encode_piece(deaf, tape.title, made, 1, tmp_path, program=FFMPEG)
    assert (done.absent, done.still) == (("sound:0",), ())
    assert lost(tape.title, made, [done]) == ()  # what was never recorded is not lost


def test_sound_that_changes_its_channels_stays_on_its_clock(tmp_path: Path) -> None:
    """A filter graph is built anew at such a change, and would begin at 0 again."""
    parts = []
    for channels, hertz in ((2, 800), (1, 400), (2, 800)):
        path = tmp_path / f"{len(parts)}.ac3"
        tone = ["-f", "lavfi", "-i", f"sine={hertz}:r={RATE}:d=3", "-ac", str(channels)]
        subprocess.run([FFMPEG, "-v", "error", *tone, str(path)], check=True)
        parts.append(path.read_bytes())
    (tmp_path / "all.ac3").write_bytes(b"".join(parts))
    line = [FFMPEG, "-v", "error", "-f", "lavfi", "-i", "testsrc=s=352x288:r=25:d=9"]
    line += ["-i", str(tmp_path / "all.ac3"), "-c:v", "mpeg2video", "-c:a", "copy", "-f", "dvd"]
    subprocess.run([*line, str(tmp_path / "a.mpg")], check=True)
    source = look(files_at(tmp_path / "a.mpg"), program=FFMPEG, scratch=tmp_path)
    changing = Tape(source, source.report.titles[0], tmp_path)
    made = plan(changing.title, how=LONG, treated=False)
    done = changing.piece(made, 0, tmp_path)
    assert done.absent == ()
    played = heard(joined(tmp_path, done.strands[-1]))
    for second, hertz in enumerate((800, 800, 800, 400, 400, 400, 800, 800)):
        middle = played[second * RATE + 12_000 : second * RATE + 36_000]
        assert int(np.abs(np.fft.rfft(middle)).argmax()) * 2 == hertz, second


def test_a_hole_in_the_picture_stands_still_and_is_told(tape: Tape, tmp_path: Path) -> None:
    def holed(*window: float, **around: float) -> Feed:
        whole_feed = tape.feeding()(*window, **around)
        data = b"".join(whole_feed.packs)
        third = len(data) // 3 // 2048 * 2048
        return replace(whole_feed, packs=iter([data[:third], data[third * 2 :]]))

    made = plan(tape.title, how=LONG, treated=False)
    done = encode_piece(holed, tape.title, made, 0, tmp_path, program=FFMPEG)
    (start_s, seconds), *_ = done.still
    assert 1 < start_s < 5
    assert 1 < seconds < 8
    (top,) = (one for one in done.strands if one.name == "top")
    assert sum(one.duration for one in top.segments) == 275 * 512
    shown = watched(str(joined(tmp_path, top)), sound=None)
    assert [shown.frames[at] for at in (0, 274)] == [Mark(1, 0), Mark(1, 274)]


def test_a_house_on_fire_is_no_fault_of_the_disc(tape: Tape, tmp_path: Path) -> None:
    made = plan(tape.title, how=LONG, treated=False)
    with pytest.raises(ChildError) as caught:
        encode_piece(tape.feeding(), tape.title, made, 0, tmp_path, program="/nowhere")
    assert caught.value.failure is Failure.ABSENT
    with pytest.raises(TranscoderError):  # whatever it is fed, it fails: no black is made of it
        encode_piece(tape.feeding(), tape.title, made, 0, tmp_path, program="/bin/false")
    treated = plan(tape.title, how=LONG)
    with pytest.raises(PieceError, match="none was given"):
        encode_piece(tape.feeding(), tape.title, treated, 0, tmp_path, program=FFMPEG)


def test_what_is_no_stream_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"\x00\x00\x00\x08free" * 4)
    with pytest.raises(FragmentError, match="no stream"):
        fragments.read(tmp_path / "x.mp4")
    assert fragments.seconds_of(tmp_path / "x.mp4") == 0


# --- the demonstration disc: two rungs, interlaced, as a courtroom has it ---


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    place = tmp_path_factory.mktemp("court")
    source = look(files_at(GOOD), program=FFMPEG, scratch=place)
    disc = Tape(source, source.report.titles[0], place)
    return whole(disc, place / "out", how=LONG)


def test_nothing_is_interlaced_black_or_silent(court: Whole) -> None:
    line = [FFMPEG, "-hide_banner", *LOCAL, "-i", str(court.folder / "master.m3u8")]
    line += ["-map", "0:v:0", "-vf", "idet,blackdetect=d=0.5", "-f", "null", "-"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stderr
    assert "black_start" not in said
    found = said.rpartition("Single frame detection: TFF:")[2].split()
    assert int(found[0]) + int(found[2]) < 10
    assert levels(heard(court.folder / "original.m3u8")).max() > -20


def test_a_phone_on_a_slow_line_has_enough(court: Whole) -> None:
    top, low, restored, original = court.package.strands
    assert (top.width, top.height) == (768, 576)
    assert (low.width, low.height) == (384, 288)
    assert restored.rate.peak <= 64_000
    assert original.rate.peak <= 64_000
    assert low.rate.peak + restored.rate.peak <= 290_000
    assert json.loads((court.folder / "pieces/0000.json").read_text())["sheet"]


def test_a_title_between_two_pauses(tape: Tape, tmp_path: Path) -> None:
    """Pieces without a run are cheap, and begin as the others do."""
    title = replace(
        tape.title,
        seconds=8.0,
        runs=(
            Run(
                start_s=3.0,
                seconds=2.0,
                clock_s=tape.title.runs[1].clock_s,
                extents=tape.title.runs[1].extents,
            ),
        ),
    )
    quiet = Tape(tape.source, title, tape.scratch)
    done = whole(quiet, tmp_path, how=LONG, treated=False)
    assert [one.frames for one in done.pieces] == [75, 50, 75]
    assert done.package.remarks == ()
    shown = watched(str(tmp_path / "top.m3u8"), before=LOCAL, sound=None)
    assert shown.frames[75:125] == [Mark(2, one) for one in range(50)]
    assert set(shown.frames[:75] + shown.frames[125:]) == {None}
