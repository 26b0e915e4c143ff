"""Gives the sound of a title as numbers on the title's own line of time, gaps as silence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recordings.feed import Feed, specifier
from recordings.process import Outlet
from recordings.samples import RATE
from recordings.titles import Stream, Title

SETTLE_S = 1.0  # what a decoder of sound needs before it is right
MONO, STEREO = 1, 2


class Feeding(Protocol):
    """Gives a stretch of the title to a decoder: `recordings.feed.feed`, all but its window."""

    def __call__(
        self, start_s: float, seconds: float, *, before_s: float, after_s: float
    ) -> Feed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What one run holds of a window, in samples of the title."""

    first: int
    count: int

    @property
    def start_s(self) -> float:
        return self.first / RATE

    @property
    def seconds(self) -> float:
        return self.count / RATE


def stretches(title: Title, first: int, count: int) -> Iterator[Stretch]:
    """The parts of a window in which something plays, in order."""
    for one in title.runs:
        begin = max(first, round(one.start_s * RATE))
        end = min(first + count, round(one.end_s * RATE))
        if begin < end:
            yield Stretch(first=begin, count=end - begin)


class Placed:
    """Puts what runs give in its place: blocks of one size from `first` on, silence between."""

    def __init__(
        self, first: int, size: int, channels: int, take: Callable[[NDArray[np.float32]], object]
    ) -> None:
        self._at = first  # the sample that comes next
        self._size, self._channels, self._take = size, channels, take
        self._end = first
        self._rest = bytearray()  # less than a block of what came
        self._filled = 0  # samples of a block that is not full
        self._block = np.zeros((size, channels), np.float32)

    def begin(self, stretch: Stretch) -> None:
        """Say that the next bytes are those of this stretch."""
        self.silence(stretch.first)
        self._end = stretch.first + stretch.count

    def __call__(self, piece: bytes) -> None:
        self._rest += piece
        width = 4 * self._channels
        whole = len(self._rest) // width * width
        samples = np.frombuffer(bytes(self._rest[:whole]), np.float32).reshape(-1, self._channels)
        del self._rest[:whole]
        # A broken packet may decode to what is no number at all.
        self._add(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)[: self._end - self._at])

    def silence(self, until: int) -> None:
        """Fill up to a sample of the title: the end of a run, of a gap, of the window."""
        self._rest.clear()
        while self._at < until:
            self._add(np.zeros((min(self._size, until - self._at), self._channels), np.float32))

    def finish(self, until: int) -> None:
        """Give also the last block, filled up with silence."""
        self.silence(until)
        if self._filled:
            self._block[self._filled :] = 0.0
            self._give()

    def _add(self, samples: NDArray[np.float32]) -> None:
        self._at += len(samples)
        while len(samples):
            count = min(len(samples), self._size - self._filled)
            self._block[self._filled : self._filled + count] = samples[:count]
            self._filled += count
            samples = samples[count:]
            if self._filled == self._size:
                self._give()

    def _give(self) -> None:
        self._filled = 0
        self._take(self._block.copy())


def sound_output(
    stream: Stream, clock_s: float, samples: int, take: Callable[[bytes], object], *filters: str
) -> list[str | Outlet]:
    """Write the options of an output: a sound from `clock_s` on, at 48 kHz, then the filters."""
    chain = (
        f"asetpts=round(PTS-{clock_s:.9f}/TB)",
        # Without it a hole in the disc shifts all later sound against the picture.
        f"aresample={RATE}:async=1:first_pts=0",
        f"atrim=end_sample={samples}",
        *filters,
    )
    return ["-map", specifier(stream), "-vn", "-af", ",".join(chain), "-f", "f32le", Outlet(take)]


def stereo(stream: Stream) -> str:
    """Bring a track to two channels; one that has one is in both, at its own level."""
    if stream.channels == MONO:
        return "pan=stereo|c0=c0|c1=c0"
    return "aformat=channel_layouts=stereo"
