"""Makes one piece of a title: every rung and every sound, in one decoding, checked and resumable.

A piece is finished when its JSON lies beside its files; who comes again finds it. What a killed
process left is used as far as whole segments of everything are there.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Protocol

import ffmpeg

from recordings import fragments
from recordings.command import (
    STATS,
    THUMBNAIL,
    Source,
    Stretch,
    command,
    due,
    evening,
    file_of,
    sources_of,
    stream_name,
    ticks,
)
from recordings.errors import TranscoderError
from recordings.feed import Feed
from recordings.fragments import FragmentError, Segment, Spool
from recordings.plain import NotPlainError, as_plain, from_plain
from recordings.plan import PACKET, Piece, Plan
from recordings.process import ChildError, Limits, Progress, run
from recordings.recipe import recipe
from recordings.titles import Run, Title

VERSION = 1
MAKING = ".making"  # what is not finished, below the title's folder
STILL_S = 0.4  # a picture that stands longer than this was not recorded so
AFTER_S = 0.5  # of the run beyond a piece: for filters, and for the packets that are left out
ABSENT = "absent.json"
SHEETS, PIECES = "sheets", "pieces"
LEAST_CPU_S = 120
NOT_FOUND = re.compile(r"Stream specifier '([^']+)'[^\n]* matches no streams")


class Feeding(Protocol):
    """Gives a stretch of the title to a decoder: `recordings.feed.feed`, all but its window."""

    def __call__(
        self, start_s: float, seconds: float, *, before_s: float, after_s: float
    ) -> Feed: ...


class PieceError(TranscoderError):
    """What came out is not what was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One finished file; its name is its place below the title's folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """A rung or a sound of one piece."""

    name: str
    init: File
    file: File
    codec: str
    timescale: int
    width: int | None
    height: int | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One finished piece; times are seconds of the title."""

    version: int = VERSION
    recipe: str
    title: int
    number: int
    first: int
    frames: int
    strands: tuple[Strand, ...]
    sheet: File | None
    thumbnails: int
    absent: tuple[str, ...]  # streams of which nothing could be decoded: black, or silence
    still: tuple[tuple[float, float], ...]  # (start_s, seconds) where the picture stands
    kept_segments: int  # that an earlier, killed process had made
    cpu_s: float
    peak: int  # bytes resident

    @property
    def files(self) -> tuple[File, ...]:
        """Everything that a store is to keep of it."""
        parts = [one for strand in self.strands for one in (strand.init, strand.file)]
        return (*parts, self.sheet) if self.sheet else tuple(parts)

    def as_json(self) -> str:
        return json.dumps(as_plain(self), separators=(",", ":"))


def made_from_json(text: str) -> Made:
    """Read what `as_json` wrote; NotPlainError for another version or no piece at all."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise NotPlainError(str(error)) from error
    if not isinstance(plain, dict) or plain.get("version") != VERSION:
        raise NotPlainError("not a piece of this version")
    return from_plain(Made, plain)


def piece_name(number: int) -> str:
    """Name the JSON of a piece, below the title's folder."""
    return f"{PIECES}/{number:04d}.json"


def encode_piece(
    feeding: Feeding,
    title: Title,
    plan: Plan,
    number: int,
    folder: Path,
    *,
    program: str,
    restored: Path | None = None,
    watch: Callable[[float], None] = lambda _: None,
) -> Made:
    """Make one piece in the title's folder, or find it made.

    `restored` is the restored sound of `plan.sound_window(number)` as a WAV file, where the plan
    needs it. ChildError: ffmpeg failed; PieceError: it made something else than was planned.
    """
    found = _finished(folder, plan, number)
    if found is not None:
        return found
    if restored is None and plan.needs_sound(number):
        raise PieceError(f"piece {number} is planned with restored sound, and none was given")
    if restored is not None and not plan.needs_sound(number):
        restored = None
    place = folder / MAKING / f"{number:04d}-{_fingerprint(plan)}"
    place.mkdir(parents=True, exist_ok=True)
    parts = list(_kept(plan, number, place, restored))
    done = sum(part.frames for part in parts)
    piece = plan.pieces[number]
    if done < piece.frames:
        stretch = _rest(plan, number, done, restored)
        part = _encoded(
            feeding, title, stretch, place / f"{len(parts)}", program=program, watch=watch
        )
        parts.append(part)
    try:
        made = _joined(plan, piece, parts, folder, program=program, kept=done // plan.segment)
    except FragmentError as error:
        raise PieceError(str(error)) from error
    target = folder / piece_name(number)
    target.parent.mkdir(exist_ok=True)
    _placed(target, made.as_json().encode())
    shutil.rmtree(place)
    return made


def _finished(folder: Path, plan: Plan, number: int) -> Made | None:
    """Find a piece that was made by the same plan and is all there."""
    try:
        made = made_from_json((folder / piece_name(number)).read_text(encoding="utf-8"))
        piece = plan.pieces[number]
        same = (made.recipe, made.first, made.frames) == (plan.recipe, piece.first, piece.frames)
        whole = all((folder / one.name).stat().st_size == one.size for one in made.files)
    except (OSError, NotPlainError):
        return None
    return made if same and whole else None


def _fingerprint(plan: Plan) -> str:
    return hashlib.sha256(plan.as_json().encode()).hexdigest()[:12]


# --- parts: what one process made ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one process made of a piece, as far as it is used."""

    place: Path
    stretch: Stretch
    frames: int
    spools: dict[str, Spool]
    absent: tuple[str, ...] = ()
    cpu_s: float = 0.0
    peak: int = 0


def _kept(plan: Plan, number: int, place: Path, restored: Path | None) -> Iterator[_Part]:
    """Find what killed processes left; of each the whole segments that everything has."""
    skip = 0
    for index in range(sum(1 for _ in place.iterdir())):
        stretch = _rest(plan, number, skip, restored)
        part = _left(stretch, place / f"{index}")
        if part is None:
            for later in place.iterdir():
                if int(later.name) >= index:
                    shutil.rmtree(later)
            return
        yield part
        skip += part.frames


def _rest(plan: Plan, number: int, skip: int, restored: Path | None) -> Stretch:
    """Name what of a piece is still to be made."""
    return Stretch(
        plan=plan,
        number=number,
        skip=skip,
        frames=plan.pieces[number].frames - skip,
        source=None,
        restored=restored,
    )


def _left(stretch: Stretch, place: Path) -> _Part | None:
    """Read what one killed process left; None where it is less than a segment."""
    plan = stretch.plan
    try:
        spools = _spools(plan, place)
        absent = tuple(json.loads((place / ABSENT).read_text(encoding="utf-8")))
    except (OSError, FragmentError, ValueError):
        return None
    segments = len(plan.segments(stretch.number))
    for rung in plan.rungs:
        whole = len(spools[rung.name].samples) // (plan.segment // rung.step)
        segments = min(segments, whole)
    for sound in plan.sounds:
        have = len(spools[sound.name].samples) - 1 - recipe(plan.recipe).lead_packets
        while segments and have < _packets(stretch, segments * plan.segment):
            segments -= 1
    while segments and not _seen(stretch, segments * plan.segment, place):
        segments -= 1
    frames = min(segments * plan.segment, stretch.frames)
    if not frames:
        return None
    return _Part(place=place, stretch=stretch, frames=frames, spools=spools, absent=absent)


def _seen(stretch: Stretch, frames: int, place: Path) -> bool:
    """Say whether the small pictures of the first frames of a stretch are there."""
    shown = due(replace(stretch, frames=frames)) if stretch.plan.rungs else ()
    return all((place / (THUMBNAIL % number)).exists() for number in shown)


def _packets(stretch: Stretch, frames: int) -> int:
    """Say how many packets of sound belong to the first frames of a stretch."""
    return stretch.plan.packet(stretch.first + frames) - stretch.plan.packet(stretch.first)


def _spools(plan: Plan, place: Path) -> dict[str, Spool]:
    delay = recipe(plan.recipe).reordered
    spools = {one.name: fragments.read(place / file_of(one.name)) for one in plan.sounds}
    for one in plan.rungs:
        spool = fragments.read(place / file_of(one.name))
        spools[one.name] = spool.delayed(delay * ticks(plan.fps / one.step)[1])
    return spools


def _encoded(
    feeding: Feeding,
    title: Title,
    stretch: Stretch,
    place: Path,
    *,
    program: str,
    watch: Callable[[float], None],
) -> _Part:
    """Let ffmpeg make the rest of a piece; what cannot be decoded is left out and told."""
    plan = stretch.plan
    wanted = sources_of(title, plan)
    index = plan.pieces[stretch.number].run
    part = None if index is None else title.runs[index]
    even = False
    while True:
        source = _source(feeding, title, part, stretch, wanted) if part else None
        absent = _absent(title, plan, source) if part else ()
        if source is not None and not (source.picture or source.sounds):
            source = None  # nothing of it is wanted, or can be had
        if source is not None and even:
            again = _source(feeding, title, part, stretch, wanted) if part else source
            source = replace(source, before=again.feed)
        try:
            attempt = replace(stretch, source=source)
            return _tried(attempt, place, absent, program=program, watch=watch)
        except (ChildError, FragmentError, PieceError) as error:
            of_the_house = isinstance(error, ChildError) and not error.of_the_source
            if of_the_house or source is None:
                raise
            if source.sounds and not even and isinstance(error, PieceError):
                even = True
            else:
                wanted, even = _fewer(source, str(error)), False


def _tried(
    stretch: Stretch,
    place: Path,
    absent: tuple[str, ...],
    *,
    program: str,
    watch: Callable[[float], None],
) -> _Part:
    """Run ffmpeg once, in a folder of its own, and count what came out."""
    plan = stretch.plan
    how = recipe(plan.recipe)
    seconds = float(plan.second(stretch.frames))
    done = stretch.skip / plan.pieces[stretch.number].frames

    def told(progress: Progress) -> None:
        watch(done + (1 - done) * min(1.0, progress.out_s / seconds))

    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / ABSENT).write_text(json.dumps(absent), encoding="utf-8")
    limits = Limits(
        memory=how.memory_mb << 20, cpu_s=max(LEAST_CPU_S, round(seconds * how.cpu_per_s))
    )
    source = stretch.source
    if source is not None and source.before is not None:
        run(program, evening(stretch), packs=source.before.packs, folder=place, limits=limits)
    ended = run(
        program,
        command(stretch),
        packs=source.feed.packs if source else (),
        folder=place,
        limits=limits,
        watch=told,
    )
    spools = _spools(plan, place)
    short = _short(stretch, spools)
    if short:
        raise PieceError(short)
    return _Part(
        place=place,
        stretch=stretch,
        frames=stretch.frames,
        spools=spools,
        absent=absent,
        cpu_s=ended.cpu_s,
        peak=ended.peak,
    )


def _fewer(source: Source, said: str) -> tuple[str | None, tuple[tuple[int, str], ...]]:
    """Leave out the stream that ffmpeg did not find; else the sound, then the picture."""
    found = NOT_FOUND.search(said)
    if found and found[1] == source.picture:
        return None, source.sounds
    if found and any(name == found[1] for _, name in source.sounds):
        return source.picture, tuple(one for one in source.sounds if one[1] != found[1])
    return (source.picture, ()) if source.picture and source.sounds else (None, ())


def _absent(title: Title, plan: Plan, source: Source | None) -> tuple[str, ...]:
    """Name the streams that a plan wants and a source does not have."""
    picture, tracks = sources_of(title, plan)
    there = {track for track, _ in source.sounds} if source else set()
    missing = [f"sound:{track}" for track, _ in tracks if track not in there]
    return (*(["picture"] if picture and not (source and source.picture) else []), *missing)


def _source(
    feeding: Feeding,
    title: Title,
    part: Run,
    stretch: Stretch,
    wanted: tuple[str | None, tuple[tuple[int, str], ...]],
) -> Source:
    """Ask for the stretch of the run that the frames show; it may begin after the first of them."""
    plan = stretch.plan
    aligned = plan.second(round(Fraction(part.start_s) * plan.fps))
    begin = Fraction(part.start_s) + plan.second(stretch.first) - aligned
    start = max(Fraction(part.start_s), begin)
    end = min(Fraction(part.end_s), begin + plan.second(stretch.frames))
    how = recipe(plan.recipe)
    feed = feeding(
        float(start), max(0.0, float(end - start)), before_s=how.settle_s, after_s=AFTER_S
    )
    held = {stream_name(one) for one in title.streams if one.id in feed.streams}
    return Source(
        feed=feed,
        clock_s=feed.clock_s - float(start - begin),
        picture=wanted[0] if wanted[0] in held else None,
        sounds=tuple(one for one in wanted[1] if one[1] in held),
        slip_s=how.slip_s if part.file is None else how.slip_file_s,
    )


def _short(stretch: Stretch, spools: dict[str, Spool]) -> str:
    """Compare with what was planned; ffmpeg ends with 0 whatever it lost."""
    for rung in stretch.plan.rungs:
        have, want = len(spools[rung.name].samples), stretch.frames // rung.step
        if have != want:
            return f"{rung.name}: {have} of {want} frames"
    for sound in stretch.plan.sounds:
        lead = recipe(stretch.plan.recipe).lead_packets
        have, want = len(spools[sound.name].samples) - 1 - lead, stretch.packets
        if have < want:
            return f"{sound.name}: {have} of {want} packets"
        wanted = spools[sound.name].samples[1 + lead : 1 + lead + want]
        if any(one.duration != PACKET for one in wanted):
            return f"{sound.name}: its clock began again"
    return ""


# --- a piece: its parts joined ---


def _joined(
    plan: Plan, piece: Piece, parts: Sequence[_Part], folder: Path, *, program: str, kept: int
) -> Made:
    """Write the files of a piece at their places."""
    strands = [*_rungs(plan, piece, parts, folder), *_sounds(plan, piece, parts, folder)]
    sheet, count = _sheet(plan, piece, parts, folder, program=program)
    return Made(
        recipe=plan.recipe,
        title=plan.title,
        number=piece.number,
        first=piece.first,
        frames=piece.frames,
        strands=tuple(strands),
        sheet=sheet,
        thumbnails=count,
        absent=tuple(sorted({one for part in parts for one in part.absent})),
        still=tuple(_still(plan, piece, parts)),
        kept_segments=kept,
        cpu_s=round(sum(part.cpu_s for part in parts), 3),
        peak=max(part.peak for part in parts),
    )


def _rungs(plan: Plan, piece: Piece, parts: Sequence[_Part], folder: Path) -> Iterator[Strand]:
    lengths = plan.segments(piece.number)
    for rung in plan.rungs:
        taken = [(part.spools[rung.name], slice(0, part.frames // rung.step)) for part in parts]
        _, duration = ticks(plan.fps / rung.step)
        yield _strand(
            plan,
            piece,
            folder,
            rung.name,
            taken,
            lengths=[length // rung.step for length in lengths],
            first=piece.first // rung.step * duration,
        )


def _sounds(plan: Plan, piece: Piece, parts: Sequence[_Part], folder: Path) -> Iterator[Strand]:
    borders = [piece.first]
    for length in plan.segments(piece.number):
        borders.append(borders[-1] + length)
    packets = [plan.packet(border) for border in borders]
    before = 1 + recipe(plan.recipe).lead_packets  # the encoder's own first packet holds nothing
    for sound in plan.sounds:
        taken = []
        for part in parts:
            after = before + _packets(part.stretch, part.frames)
            taken.append((part.spools[sound.name], slice(before, after)))
        yield _strand(
            plan,
            piece,
            folder,
            sound.name,
            taken,
            lengths=[after - at for at, after in pairwise(packets)],
            first=packets[0] * PACKET,
        )


def _strand(
    plan: Plan,
    piece: Piece,
    folder: Path,
    name: str,
    taken: Sequence[tuple[Spool, slice]],
    *,
    lengths: Sequence[int],
    first: int,
) -> Strand:
    """Write one stream of a piece as segments, and the beginning that it shares with others."""
    spool = taken[0][0]
    if any(one.init != spool.init for one, _ in taken):
        raise PieceError(f"{name}: two processes began differently")
    (folder / name).mkdir(exist_ok=True)
    init = hashlib.sha256(spool.init).hexdigest()
    beginning = File(name=f"{name}/init-{init[:8]}.mp4", size=len(spool.init), sha256=init)
    _placed(folder / beginning.name, spool.init)
    target = folder / f"{name}/{piece.number:04d}.m4s"
    making = target.with_suffix(".making")
    with making.open("w+b") as file:
        segments = fragments.write(
            file,
            [(one.path, one.samples[part]) for one, part in taken],
            lengths=[length for length in lengths if length],
            first=first,
            number=1 + sum(len(plan.segments(one)) for one in range(piece.number)),
        )
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, 2)
    making.replace(target)
    width, height = spool.size or (None, None)
    return Strand(
        name=name,
        init=beginning,
        file=File(name=f"{name}/{target.name}", size=size, sha256=digest),
        codec=spool.codec,
        timescale=spool.timescale,
        width=width,
        height=height,
        segments=tuple(segments),
    )


def _sheet(
    plan: Plan, piece: Piece, parts: Sequence[_Part], folder: Path, *, program: str
) -> tuple[File | None, int]:
    """Put the small pictures of a piece on one sheet, in rows."""
    if not plan.rungs:
        return None, 0
    place = parts[0].place.parent / "sheet"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    count = 0
    for part in parts:
        for number in due(replace(part.stretch, frames=part.frames)):
            (part.place / (THUMBNAIL % number)).replace(place / (THUMBNAIL % number))
            count = number + 1
    columns = recipe(plan.recipe).sheet_columns
    sheet, making = folder / SHEETS / f"{piece.number:04d}.jpg", place / "sheet.jpg"
    sheet.parent.mkdir(exist_ok=True)
    run(
        program,
        ffmpeg.input(THUMBNAIL, format="image2")
        .filter("tile", f"{columns}x{-(-count // columns)}")
        .output(making.name, update=1, **{"q:v": 5, "frames:v": 1})
        .get_args(),
        folder=place,
    )
    data = making.read_bytes()
    making.replace(sheet)
    return _file(folder, sheet, data), count


def _still(plan: Plan, piece: Piece, parts: Sequence[_Part]) -> Iterator[tuple[float, float]]:
    """Say where one decoded frame is shown for long: there nothing could be decoded."""
    shown: list[int] = []
    for index, part in enumerate(parts):
        try:
            lines = (part.place / STATS).read_text(encoding="ascii").split()
        except OSError:
            lines = []
        told = [int(line) for line in lines[: part.frames]]
        # What a killed process did not write down is taken to have moved.
        told += range(-len(told) - 2, -part.frames - 2, -1)
        shown += [one * len(parts) + index for one in told]
    at = piece.first
    for _, same in groupby(shown):
        count = sum(1 for _ in same)
        if count / plan.fps > STILL_S:
            yield float(plan.second(at)), float(plan.second(count))
        at += count


def _file(folder: Path, path: Path, data: bytes) -> File:
    return File(
        name=path.relative_to(folder).as_posix(),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _placed(target: Path, data: bytes) -> None:
    """Write a file so that whoever sees it sees it whole."""
    making = target.with_name(target.name + ".making")
    making.write_bytes(data)
    making.replace(target)
