"""Divides a title into the pieces that are made one by one, on grids that all of them share.

A piece is a stretch of one run, or of the nothing between two. Its borders are frames of the
output's rate, and packets of the sound's encoder (1024 samples), counted from the title's
beginning: so pieces made by different workers join without a seam, and a player's clock never
starts again.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from recordings.masks import Mask
from recordings.plain import NotPlainError, as_plain, from_plain
from recordings.recipe import Recipe, recipe
from recordings.titles import Run, Stream, Title

VERSION = 1
PACKET = 1024  # samples of one packet of AAC
NOMINAL = Fraction(25)  # the grid of a title without a picture
RATES = tuple(map(Fraction, ("25", "50", "30000/1001", "60000/1001", "24000/1001", "24", "30")))
SLOWEST, FASTEST = 5, 61  # pictures a second that are kept as they are
FAST = 31  # more pictures a second than a small rung shows
PAL_HEIGHT, NTSC_HEIGHT = 576, 480
DISC_WIDTHS, DISC_HEIGHTS = {720, 704, 352}, {576, 480, 288, 240}
SHAPES = {"4:3": Fraction(4, 3), "16:9": Fraction(16, 9)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Frames `first` to `first + frames` of the plan's rate; without a run nothing plays there."""

    number: int
    run: int | None
    first: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One size of the picture, in square pixels; it shows every `step`-th frame of the plan."""

    name: str
    width: int
    height: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One form of one sound track (`track`: the stream's index among the title's sounds)."""

    name: str
    track: int
    treated: bool
    channels: int
    bitrate: int  # kbit/s
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is the same for all pieces of a title."""

    version: int = VERSION
    recipe: str
    title: int
    seconds: float
    rate: str  # frames a second, as a fraction: "25", "30000/1001"
    frames: int
    filters: tuple[str, ...]  # from the decoder to square pixels
    colours: str  # what the picture's numbers mean, as ffmpeg calls it
    rungs: tuple[Rung, ...]
    sounds: tuple[Sound, ...]
    pieces: tuple[Piece, ...]
    masks: tuple[Mask, ...] = ()

    @property
    def fps(self) -> Fraction:
        return Fraction(self.rate)

    @property
    def segment(self) -> int:
        """Frames between two key frames."""
        return round(recipe(self.recipe).segment_s * self.fps)

    @property
    def packets(self) -> int:
        return self.packet(self.frames)

    def segments(self, number: int) -> list[int]:
        """Give the frames of a piece's segments; only the last may be shorter than the others."""
        whole, rest = divmod(self.pieces[number].frames, self.segment)
        return [self.segment] * whole + ([rest] if rest else [])

    def second(self, frame: int) -> Fraction:
        return frame / self.fps

    def packet(self, frame: int) -> int:
        """Say with which packet of sound a frame begins, counted from the title's beginning."""
        return round(self.second(frame) * recipe(self.recipe).sound_rate / PACKET)

    def sound_window(self, number: int) -> tuple[float, float]:
        """Say which stretch of restored sound a piece wants: its start and length in seconds.

        It reaches some packets beyond the piece on both sides, and is a whole number of samples.
        """
        how = recipe(self.recipe)
        piece = self.pieces[number]
        first = self.packet(piece.first) - how.lead_packets
        after = self.packet(piece.first + piece.frames) + how.tail_packets
        return first * PACKET / how.sound_rate, (after - first) * PACKET / how.sound_rate

    def needs_sound(self, number: int) -> bool:
        """Say whether a piece wants restored sound; in a pause between runs there is none."""
        treated = any(one.treated for one in self.sounds)
        return treated and self.pieces[number].run is not None

    def whole_strands(self) -> tuple[str, ...]:
        """Name the rung and the sound that the files for download are made of."""
        wanted = recipe(self.recipe).whole_rung
        rungs = [one.name for one in self.rungs]
        rung = [wanted] if wanted in rungs else rungs[-1:]
        return (*rung, *(one.name for one in self.sounds[:1]))

    def as_json(self) -> str:
        return json.dumps(as_plain(self), separators=(",", ":"))


def plan_from_json(text: str) -> Plan:
    """Read what `as_json` wrote; NotPlainError for another version or no plan at all."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise NotPlainError(str(error)) from error
    if not isinstance(plain, dict) or plain.get("version") != VERSION:
        raise NotPlainError("not a plan of this version")
    return from_plain(Plan, plain)


def plan(
    title: Title,
    *,
    how: Recipe | None = None,
    filters: Sequence[str] = (),
    rate: Fraction | None = None,
    size: tuple[int, int] | None = None,
    best: int | None = None,
    treated: bool = True,
    masks: Sequence[Mask] = (),
) -> Plan:
    """Plan a title. Without a judgement of it the picture is treated as is right for most.

    `filters` lead from the decoder to square pixels of `size` at `rate` frames a second; `best` is
    the index of the sound track that is restored and played first; `treated=False` leaves the
    restored sound out; what `masks` name is black and silent in everything that is made.
    """
    how = how or recipe()
    picture = title.picture
    fps = (rate or _rate(picture)) if picture else NOMINAL
    rungs = tuple(_rungs(size or _size(picture), fps, how)) if picture else ()
    grid = _Grid(fps=fps, unit=max((one.step for one in rungs), default=1))
    frames = max(grid.unit, grid.frame(title.seconds))
    return Plan(
        recipe=how.version,
        title=title.number,
        seconds=title.seconds,
        rate=str(fps),
        frames=frames,
        filters=tuple(filters or _filters(picture)) if picture else (),
        colours=_colours(picture) if picture else "",
        rungs=rungs,
        sounds=tuple(_sounds(title, best, how, treated=treated)),
        pieces=tuple(
            Piece(number=number, run=run, first=first, frames=count)
            for number, (run, first, count) in enumerate(_pieces(title.runs, grid, frames, how))
        ),
        masks=tuple(masks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Frames on which a piece may begin: those that every rung shows."""

    fps: Fraction
    unit: int

    def frame(self, second: float) -> int:
        return self.unit * round(Fraction(second) * self.fps / self.unit)


def _rate(picture: Stream) -> Fraction:
    """Give the rate that is meant: containers tell 29.97003 or 1000 where they mean neither."""
    told = picture.frame_rate or 0.0
    near = min(RATES, key=lambda one: abs(float(one) - told))
    if abs(float(near) - told) < 0.02:  # noqa: PLR2004  # 29.97 and 30 differ by more
        return near
    if SLOWEST <= told <= FASTEST:
        return Fraction(told).limit_denominator(1001)
    return NOMINAL


def _size(picture: Stream) -> tuple[int, int]:
    """Give the size in square pixels."""
    height = picture.height or PAL_HEIGHT
    width = picture.width or 720
    on_a_disc = height in DISC_HEIGHTS and width in DISC_WIDTHS
    usual = SHAPES["4:3"] if on_a_disc else Fraction(width, height)
    shape = SHAPES.get(picture.aspect or "", usual)
    return _even(height * shape), _even(Fraction(height))


def _colours(picture: Stream) -> str:
    """Say which of the three ways of coding colours is meant: files seldom tell."""
    height = picture.height or PAL_HEIGHT
    if height > PAL_HEIGHT:
        return "bt709"
    return "smpte170m" if height in {NTSC_HEIGHT, NTSC_HEIGHT // 2} else "bt470bg"


def _even(number: Fraction) -> int:
    return max(2, 2 * round(number / 2))


def _filters(picture: Stream) -> tuple[str, ...]:
    width, height = _size(picture)
    woven = "all" if picture.field_order in {"tff", "bff"} else "interlaced"
    return (
        f"bwdif=mode=send_frame:deint={woven}",
        "hqdn3d=3:2:6:4",
        f"scale={width}:{height}",
        "setsar=1",
    )


def _rungs(size: tuple[int, int], fps: Fraction, how: Recipe) -> Iterator[Rung]:
    """Make every rung no larger than the source, and none twice."""
    made: set[tuple[int, int]] = set()
    for one in how.rungs:
        height = min(one.height, size[1])
        width = _even(Fraction(height * size[0], size[1]))
        if (width, height) not in made:
            made.add((width, height))
            step = one.step if fps > FAST else 1
            yield Rung(name=one.name, width=width, height=_even(Fraction(height)), step=step)


def _sounds(title: Title, best: int | None, how: Recipe, *, treated: bool) -> Iterator[Sound]:
    """Give every form of the best track, and every other track as it is."""
    tracks = sorted(title.sounds, key=lambda one: one.index != best)
    for place, track in enumerate(tracks):
        for form in how.sounds:
            if not form.treated or (place == 0 and treated):
                yield Sound(
                    name=form.name if place == 0 else f"{form.name}-{place + 1}",
                    track=track.index,
                    treated=form.treated,
                    channels=min(form.channels, track.channels or form.channels),
                    bitrate=form.bitrate,
                    language=track.language,
                )


def _pieces(
    runs: Sequence[Run], grid: _Grid, frames: int, how: Recipe
) -> Iterator[tuple[int | None, int, int]]:
    """Cut runs and the pauses between them; a rest shorter than a segment joins what is before."""
    segment = round(how.segment_s * grid.fps)
    most = segment * (how.piece_s // how.segment_s)
    for run, first, after in _stretches(runs, grid, frames, how):
        at = first
        while at < after:
            count = min(most, after - at)
            if after - at - count < segment:
                count = after - at
            yield run, at, count
            at += count


def _stretches(
    runs: Sequence[Run], grid: _Grid, frames: int, how: Recipe
) -> list[tuple[int | None, int, int]]:
    """Tile the title with its runs and its pauses: (run, first frame, frame after)."""
    absorbed = grid.frame(how.absorb_s)
    told: list[tuple[int | None, int, int]] = []
    done = 0
    for index in sorted(range(len(runs)), key=lambda one: runs[one].start_s):
        first = max(done, grid.frame(runs[index].start_s))
        after = min(frames, grid.frame(runs[index].end_s))
        if after <= first:
            continue
        if first - done > absorbed:
            told.append((None, done, first))
        elif told:
            told[-1] = (*told[-1][:2], first)
        else:
            first = 0
        told.append((index, first, after))
        done = after
    if frames - done > absorbed or not told:
        told.append((None, done, frames))
    else:
        told[-1] = (*told[-1][:2], frames)
    return told
