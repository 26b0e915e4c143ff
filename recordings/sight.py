"""Measures the picture of a title: key pictures all along, every field in a few short windows.

Key pictures come as luma of at most `WIDTH` columns taken without blending, so that noise stays
noise; a tenth of what decoding everything would cost tells all but motion.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from recordings.judgement import Crop

WIDTH: Final = 360
NO_FRAME = -1.0

Luma = NDArray[np.uint8]
Column = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a picture is, and how small it is looked at."""

    width: int
    height: int

    @property
    def step(self) -> int:
        """Every so many columns, and lines, one is looked at."""
        return max(1, -(-self.width // WIDTH))

    @property
    def columns(self) -> int:
        return self.width // self.step

    @property
    def lines(self) -> int:
        return self.height // self.step

    @property
    def filters(self) -> str:
        return f"scale={self.columns}:{self.lines}:flags=neighbor,format=gray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One value for each key picture."""

    at_s: Column
    luma: Column  # mean
    low: Column  # of the darkest tenth
    high: Column  # of the brightest tenth
    step: Column  # mean change since the one before; `NO_FRAME` for the first


@dataclass(slots=True)
class Viewer:
    """Takes key pictures in order, and the times at which they are shown."""

    shape: Shape
    values: list[tuple[float, float, float, float]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)
    _lines: bytearray = field(default_factory=bytearray)
    _before: Luma | None = None
    _heights: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    _rows: NDArray[np.float64] | None = None  # the brightest that each line ever was
    _columns: NDArray[np.float64] | None = None
    _offset: float = 0.0

    def begin(self, offset: float) -> None:
        """A run begins: its times count from here, and no picture stands before its first."""
        self._offset = offset
        self._before = None
        self._bytes.clear()

    def take(self, piece: bytes) -> None:
        self._bytes += piece
        size = self.shape.columns * self.shape.lines
        while len(self._bytes) >= size:
            picture = np.frombuffer(bytes(self._bytes[:size]), np.uint8)
            del self._bytes[:size]
            self._look(picture.reshape(self.shape.lines, self.shape.columns))

    def take_times(self, piece: bytes) -> None:
        """Take lines of `-stats_enc_pre` with one time each."""
        self._lines += piece
        *lines, rest = bytes(self._lines).split(b"\n")
        self._lines = bytearray(rest)
        self.times += [self._offset + float(line) for line in lines if line.strip()]

    def facts(self) -> Facts:
        count = min(len(self.values), len(self.times))
        table = np.array(self.values[:count], np.float32).reshape(-1, 4)
        return Facts(
            at_s=np.array(self.times[:count], np.float32),
            luma=table[:, 0],
            low=table[:, 1],
            high=table[:, 2],
            step=table[:, 3],
        )

    def points(self) -> tuple[float, float]:
        """The luma of the darkest and of the brightest hundredth of everything."""
        return _quantile(self._heights, 0.01), _quantile(self._heights, 0.99)

    def crop(self, blanking_luma: float, share: float) -> Crop | None:
        """What ever was brighter than blanking; None where nearly all was, or nothing."""
        if self._rows is None or self._columns is None:
            return None
        lines = np.flatnonzero(self._rows > blanking_luma)
        columns = np.flatnonzero(self._columns > blanking_luma)
        if len(lines) < self.shape.lines // 2 or len(columns) < self.shape.columns // 2:
            return None
        step = self.shape.step
        # Inward to whole chroma samples of interlaced pictures: multiples of 4 lines.
        left, right = _inward(columns, step, self.shape.width, 2)
        top, bottom = _inward(lines, step, self.shape.height, 4)
        width, height = right - left, bottom - top
        lost = max(1 - width / self.shape.width, 1 - height / self.shape.height)
        return Crop(width=width, height=height, x=left, y=top) if lost > share else None

    def _look(self, picture: Luma) -> None:
        heights = np.bincount(picture.reshape(-1), minlength=256)
        self._heights += heights
        wide = picture.astype(np.int16)
        step = NO_FRAME
        if self._before is not None:
            step = float(np.abs(wide - self._before).mean())
        self._before = wide.astype(np.uint8)
        mean = float(heights @ np.arange(256) / picture.size)
        self.values.append((mean, _quantile(heights, 0.1), _quantile(heights, 0.9), step))
        # A line counts as picture by its ninth brightest tenth: one hot pixel is no picture.
        rows, columns = np.percentile(picture, 90, axis=1), np.percentile(picture, 90, axis=0)
        self._rows = rows if self._rows is None else np.maximum(self._rows, rows)
        self._columns = columns if self._columns is None else np.maximum(self._columns, columns)


def _quantile(heights: NDArray[np.int64], share: float) -> float:
    return float(np.searchsorted(np.cumsum(heights), share * heights.sum()))


def _inward(places: NDArray[np.intp], step: int, size: int, multiple: int) -> tuple[int, int]:
    first, last = int(places[0]) * step, (int(places[-1]) + 1) * step
    first = -(-first // multiple) * multiple if places[0] else 0
    last = last // multiple * multiple if last + step < size else size
    return first, last


@dataclass(slots=True)
class Packets:
    """Takes lines of `framecrc`: which packets of which stream are shown when."""

    first: dict[int, float] = field(default_factory=dict)  # by a stream's id
    last: dict[int, float] = field(default_factory=dict)
    shown: dict[int, int] = field(default_factory=dict)  # pictures of each second of the title
    _scale: dict[int, float] = field(default_factory=dict)  # seconds of a unit of time
    _streams: Sequence[int] = ()
    _picture: int | None = None
    _offset: float = 0.0
    _lines: bytearray = field(default_factory=bytearray)

    def begin(self, offset: float, streams: Sequence[int], picture: int | None) -> None:
        """A run begins: its clock's zero is at `offset` of the title; `streams` in their order."""
        self._offset, self._streams, self._picture = offset, streams, picture
        self._scale.clear()
        self._lines.clear()

    def take(self, piece: bytes) -> None:
        self._lines += piece
        *lines, rest = bytes(self._lines).split(b"\n")
        self._lines = bytearray(rest)
        for line in lines:
            self._read(line)

    def _read(self, line: bytes) -> None:
        if line.startswith(b"#tb"):
            number, _, ratio = line[3:].partition(b":")
            over, _, under = ratio.partition(b"/")
            self._scale[int(number)] = int(over) / int(under)
        if not line or line.startswith(b"#"):
            return
        number, _, shown, lasts, *_ = (part.strip() for part in line.split(b","))
        scale = self._scale.get(int(number))
        if scale is None or shown == b"NOPTS":
            return
        stream = self._streams[int(number)]
        at = self._offset + int(shown) * scale
        end = at + int(lasts) * scale
        self.first[stream] = min(at, self.first.get(stream, at))
        self.last[stream] = max(end, self.last.get(stream, end))
        if stream == self._picture:
            self.shown[int(at)] = self.shown.get(int(at), 0) + 1


# --- windows in which every field is looked at ---

MOTION_WIDTH, MOTION_LINES = 180, 144
TILE = 128
_TALLY = re.compile(
    r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+) Undetermined:\s*(\d+)"
)


@dataclass(slots=True)
class Motion:
    """Takes the fields of some windows, small, and the word of ffmpeg's `idet`."""

    top: int = 0
    bottom: int = 0
    progressive: int = 0
    steps: list[float] = field(default_factory=list)
    grains: list[float] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)
    _before: NDArray[np.int16] | None = None

    _grainy: bytearray = field(default_factory=bytearray)
    _tiles: NDArray[np.int16] | None = None

    FIELDS: ClassVar = (
        f"idet,separatefields,scale={MOTION_WIDTH}:{MOTION_LINES}:flags=area,format=gray"
    )
    GRAIN: ClassVar = f"crop={TILE}:{TILE}:exact=1,format=gray"

    def begin(self) -> None:
        self._before = self._tiles = None
        self._bytes.clear()
        self._grainy.clear()

    def take_fields(self, piece: bytes) -> None:
        self._bytes += piece
        size = MOTION_WIDTH * MOTION_LINES
        while len(self._bytes) >= 2 * size:
            # Fields of one parity are compared: the other one sees other lines of the room.
            field_ = np.frombuffer(bytes(self._bytes[:size]), np.uint8).astype(np.int16)
            del self._bytes[: 2 * size]
            if self._before is not None:
                self.steps.append(float(np.abs(field_ - self._before).mean()))
            self._before = field_

    def take_grain(self, piece: bytes) -> None:
        """Take the middle of whole pictures: where nothing moves, what changes is noise."""
        self._grainy += piece
        while len(self._grainy) >= TILE * TILE:
            middle = np.frombuffer(bytes(self._grainy[: TILE * TILE]), np.uint8).astype(np.int16)
            del self._grainy[: TILE * TILE]
            tiles = middle.reshape(8, TILE // 8, 8, TILE // 8)
            if self._tiles is not None:
                change = np.abs(tiles - self._tiles).mean(axis=(1, 3))
                self.grains.append(float(np.percentile(change, 25)))
            self._tiles = tiles

    @property
    def grain(self) -> float:
        return float(np.median(self.grains)) if self.grains else 0.0

    def told(self, said: str) -> None:
        """Read what `idet` counted, from the end of ffmpeg's words."""
        for top, bottom, progressive, _ in _TALLY.findall(said):
            self.top += int(top)
            self.bottom += int(bottom)
            self.progressive += int(progressive)

    @property
    def interlaced(self) -> bool | None:
        """What moved says; None where nothing did."""
        fields, frames = self.top + self.bottom, self.progressive
        enough = 5
        return None if fields + frames < enough else fields > frames

    @property
    def step(self) -> float:
        """How much moves where most moves: the window in four that moves most."""
        return float(np.percentile(self.steps, 75)) if self.steps else 0.0
