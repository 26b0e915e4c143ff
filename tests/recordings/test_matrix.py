"""Of every disc of the matrix all that can be played is played, in its place; the rest is named."""

import contextlib
import hashlib
import math
import statistics
import tempfile
import time
from collections.abc import Container, Iterable, Iterator
from itertools import groupby
from pathlib import Path

import imageio_ffmpeg
import pytest

from recordings.errors import EncryptedError, NotADiscError
from recordings.probe import look
from recordings.source import Source
from recordings.titles import Kind, Loss, Origin, Title
from recordings.volume import File, files_at
from tests.recordings.discs import Studio
from tests.recordings.marks import HEARD_RATE, WINDOW, Mark
from tests.recordings.matrix import ALL, HEAVY
from tests.recordings.matrix.havoc import Havoc
from tests.recordings.matrix.truth import Case, Expected, Gone, Lab
from tests.recordings.playing import Played, Player, files_of, frame_rate
from tests.recordings.soundness import unsound

BESIDE = 0.15  # seconds a frame or a sound may be shown too early or too late
EDGE = 0.6  # seconds between a torn sector and the next picture that stands alone
LITTLE = 0.35  # seconds of loss that need no name
SEEDS = 27  # three of each kind of disc; the bench takes more
PATIENCE = 5.0  # seconds of this process for a disc of three megabytes
STRETCH = 60  # frames
NEARLY = 8  # tenths of a second
NEARLY_RATE = 0.01  # frames in a second
FRAMES = 0.08  # seconds: a loss that cost more than two frames


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for one disc, gone after it: there are many of them."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Player:
    return Player(tmp_path_factory.mktemp("player"))


@pytest.mark.parametrize("name", [name for name in ALL if name not in HEAVY])
def test_a_disc(name: str, studio: Studio, player: Player, place: Path) -> None:
    case = ALL[name](Lab(studio=studio, place=place))
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    if case.nothing:
        with pytest.raises(EncryptedError if case.encrypted else NotADiscError):
            look(files_of(case), program=ffmpeg, scratch=place)
        return
    source = look(files_of(case), program=ffmpeg, scratch=place)
    faults = list(faults_of(case, source, player))
    assert not faults, "\n".join([*faults, *map(repr, source.report.titles)])


@pytest.mark.parametrize(
    "name", ["many_zeroed", "junk_before", "two_angles", "lpcm", "ntsc", "single_ts", "video_cd"]
)
def test_a_stretch_of_a_title(name: str, studio: Studio, player: Player, place: Path) -> None:
    """A window shows what the whole run shows in its place, wherever it begins."""
    case = ALL[name](Lab(studio=studio, place=place))
    source = look(files_of(case), program=imageio_ffmpeg.get_ffmpeg_exe(), scratch=place)
    title = source.report.titles[0]
    rate = frame_rate(title)
    for run in title.runs:
        whole = player.watch(source, title, run.start_s, run.seconds)
        fresh = {mark: at for at, mark in reversed([*enumerate(whole.frames)]) if mark}
        for first in range(0, round(run.seconds * rate), STRETCH):
            count = min(STRETCH, round(run.seconds * rate) - first)
            begin, seconds = run.start_s + first / rate, count / rate
            part = player.watch(source, title, begin, seconds)
            wanted = {mark: at - first for mark, at in fresh.items() if 0 <= at - first < count}
            shown = {mark: at for at, mark in reversed([*enumerate(part.frames)]) if mark}
            if wanted and count > min(wanted.values()) > 0:  # it begins where nothing is new
                del wanted[min(wanted)]
            assert {mark: shown.get(mark) for mark in wanted} == wanted, (run, first)
            tenth = first / rate * HEARD_RATE / WINDOW
            beside = whole.sounds[max(0, math.floor(tenth)) : math.ceil(tenth) + len(part.sounds)]
            assert {*part.sounds[1:-1]} <= {*beside}, (run, first)


@pytest.fixture(scope="module")
def havoc(tmp_path_factory: pytest.TempPathFactory) -> Havoc:
    return Havoc(tmp_path_factory.mktemp("havoc"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_disc_broken_at_random(seed: int, havoc: Havoc, place: Path) -> None:
    """It is read or refused, soon, and what is said of it can be."""
    files = files_at(havoc.broken(seed, place))
    begun = time.process_time()
    with contextlib.suppress(NotADiscError, EncryptedError):
        source = look(files, program=imageio_ffmpeg.get_ffmpeg_exe(), scratch=place)
        assert list(unsound(source, files, place)) == []
    assert time.process_time() - begun < PATIENCE


def faults_of(case: Case, source: Source, player: Player) -> Iterator[str]:
    """What the reader does not know, does not play, plays in the wrong place or names wrongly."""
    titles = [title for title in source.report.titles if title.kind is not Kind.MENU]
    shown = {title.number: player.play(source, title) for title in titles}
    for expected in case.titles:
        if case.grouped:
            yield from _of_title(case, expected, titles, shown)
        else:
            yield from _of_takes(expected, shown)
    for title in titles:
        yield from _badly_counted(title, shown[title.number])
    if case.grouped and case.tables:
        told = sorted(title.kind for title in source.report.titles)
        wanted = sorted([*(expected.kind for expected in case.titles), *case.also])
        if told != wanted:
            yield f"the titles are {told}, not {wanted}"
    if case.refused is None:
        yield from _badly_hashed(files_of(case), source)


def _badly_hashed(files: Iterable[File], source: Source) -> Iterator[str]:
    told = {file.name: file.sha256 for file in source.report.files}
    for file in files:
        with file.open() as stream:
            if hashlib.sha256(stream.read()).hexdigest() != told.get(file.name):
                yield f"{file.name} has another SHA-256"


def _of_title(
    case: Case, expected: Expected, titles: list[Title], shown: dict[int, Played]
) -> Iterator[str]:
    """One title is the expected one: every mark at its time, every loss named."""
    frames, sounds = expected.frames(), expected.sounds()

    def much(title: Title) -> tuple[int, bool]:
        one = shown[title.number]
        count = len(frames.keys() & one.seen.keys()) + len(sounds.keys() & one.heard.keys())
        return count, title.kind is not Kind.DUPLICATE

    title = max(titles, key=much, default=None)
    if title is None or not much(title)[0]:
        if frames or sounds:
            yield f"no title plays takes {[take.number for take, _ in expected.starts]}"
        return
    one = shown[title.number]
    yield from _absent("seen", frames, one.seen)
    yield from _absent("heard", sounds, one.audible)
    yield from _astray("seen", frames, one.seen)
    yield from _astray("heard", sounds, {mark: tenths[0] for mark, tenths in one.heard.items()})
    yield from _badly_told(case, expected, title)
    if expected.pressed:
        yield from _badly_described(case, expected, title)


def _of_takes(expected: Expected, shown: dict[int, Played]) -> Iterator[str]:
    """Whichever titles play a take: all of it is played, and each part of it in one piece."""
    everywhere = {mark: at for one in shown.values() for mark, at in one.seen.items()}
    audible = {mark: at for one in shown.values() for mark, at in one.audible.items()}
    yield from _absent("seen", expected.frames(), everywhere)
    yield from _absent("heard", expected.sounds(), audible)
    for take, _ in expected.starts:
        for one in shown.values():
            begun = [
                at - mark.number / take.frame_rate
                for mark, at in one.seen.items()
                if mark.take == take.number
            ]
            if not begun:
                continue
            # Where the tables are gone a take begins where it begins, but it does not tear.
            start = statistics.median(begun)
            placed = {
                Mark(take.number, number): start + number / take.frame_rate
                for number in range(take.frames)
            }
            heard = {Mark(take.number, second): start + second for second in range(take.seconds)}
            firsts = {mark: min(tenths) for mark, tenths in one.heard.items()}
            yield from _astray("seen", placed, one.seen)
            fully = {
                mark: at for mark, at in heard.items() if len(one.heard.get(mark, [])) > NEARLY
            }
            yield from _astray("heard", fully, firsts)


def _absent(sense: str, wanted: Iterable[Mark], got: Container[Mark]) -> Iterator[str]:
    for take, marks in _by_take(mark for mark in wanted if mark not in got):
        yield f"take {take}: {_ranges(marks)} not {sense}"


def _astray(sense: str, wanted: dict[Mark, float], got: dict[Mark, float]) -> Iterator[str]:
    wrong = {
        mark: got[mark] - at
        for mark, at in wanted.items()
        if mark in got and abs(got[mark] - at) > BESIDE
    }
    for take, marks in _by_take(wrong):
        worst = max((wrong[Mark(take, number)] for number in marks), key=abs)
        yield f"take {take}: {_ranges(marks)} {sense} up to {worst:+.2f} s astray"


def _by_take(marks: Iterable[Mark]) -> Iterator[tuple[int, list[int]]]:
    for take, group in groupby(sorted(marks), lambda mark: mark.take):
        yield take, [mark.number for mark in group]


def _badly_told(case: Case, expected: Expected, title: Title) -> Iterator[str]:
    told = f"title {title.number}"
    if case.tables and title.kind is not expected.kind:
        yield f"{told} is called {title.kind}, not {expected.kind}"
    if case.tables and abs(title.seconds - expected.seconds) > EDGE:
        yield f"{told} is said to last {title.seconds:.2f} s, not {expected.seconds:.2f}"
    for gone in expected.gone:
        if case.tables or gone.end_s < expected.seconds - EDGE:
            yield from _badly_named(told, gone, title.losses)
    for loss in title.losses:
        within = any(
            gone.start_s - EDGE <= loss.start_s and loss.start_s + loss.seconds <= gone.end_s + EDGE
            for gone in expected.gone
        )
        if loss.seconds > LITTLE and not within:
            yield f"{told} is said to lose {loss}"


def _badly_described(case: Case, expected: Expected, title: Title) -> Iterator[str]:
    """Chapters and streams are the take's, whatever the tables say of it."""
    take, _ = expected.starts[0]
    chapters = [chapter.start_s for chapter in title.chapters]
    if expected.chapters and title.origin is not Origin.SCAN:
        wanted = expected.chapters
        if len(wanted) != len(chapters) or any(
            abs(at - told) > LITTLE for at, told in zip(wanted, chapters, strict=True)
        ):
            yield f"title {title.number} has chapters at {chapters}, not {wanted}"
    if case.angles != title.angles:
        yield f"title {title.number} is said to have {title.angles} angles"
    picture = title.picture
    if picture is None:
        yield f"title {title.number} has no picture"
        return
    told = (picture.width, picture.height, picture.aspect, picture.field_order)
    if told != (*take.size, take.aspect, take.field_order):
        yield f"title {title.number} is said to be {told}"
    if abs((picture.frame_rate or 0) - take.frame_rate) > NEARLY_RATE:
        yield f"title {title.number} is said to have {picture.frame_rate} frames in a second"
    heard = {(sound.codec.split("_")[0], sound.channels) for sound in title.sounds}
    sounds = [sound for one, _ in expected.starts for sound in one.sounds]
    if heard != {(sound.codec.split("_")[0], sound.channels) for sound in sounds}:
        yield f"title {title.number} is said to sound {heard}"
    spoken = {sound.language for sound in sounds}
    if title.origin is not Origin.SCAN and {one.language for one in title.sounds} != spoken:
        yield f"title {title.number}: languages are {[one.language for one in title.sounds]}"


def _badly_named(told: str, gone: Gone, losses: Iterable[Loss]) -> Iterator[str]:
    mine = [
        loss
        for loss in losses
        if loss.start_s <= gone.end_s + EDGE and gone.start_s - EDGE <= loss.start_s + loss.seconds
    ]
    if not mine:
        if gone.seconds > LITTLE:
            yield f"{told}: the loss of {gone} is not told"
        return
    start = min(loss.start_s for loss in mine)
    end = max(loss.start_s + loss.seconds for loss in mine)
    if abs(start - gone.start_s) > EDGE or abs(end - gone.end_s) > EDGE:
        yield f"{told}: {gone} is told as {mine}"
    if not any(loss.why in gone.why for loss in mine):
        yield f"{told}: {gone} is called {mine}"


def _badly_counted(title: Title, one: Played) -> Iterator[str]:
    """The seconds said to be recovered are the seconds that play."""
    if title.picture:
        plays = len(one.seen) / frame_rate(title)
    else:
        plays = sum(map(len, one.heard.values())) * WINDOW / HEARD_RATE
    edges = sum(loss.seconds > FRAMES for loss in title.losses)
    if not -EDGE * edges - LITTLE <= title.recovered_s - plays <= EDGE * edges + LITTLE:
        yield f"title {title.number}: {title.recovered_s:.2f} s said, {plays:.2f} s play"


def _ranges(numbers: list[int]) -> str:
    """1, 2, 3, 7 as 1-3, 7."""
    groups = groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    runs = [[number for _, number in group] for _, group in groups]
    return ", ".join(f"{run[0]}-{run[-1]}" if run[1:] else str(run[0]) for run in runs)
