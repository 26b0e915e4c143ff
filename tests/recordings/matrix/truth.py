"""Says what of a disc can still be played, worked out from what was pressed and what was broken."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from recordings.titles import Kind, Why
from tests.recordings.discs import Pressed, Studio, Take, Written
from tests.recordings.marks import Mark

GROUP = 0.56  # seconds: a torn group of pictures is lost whole, with what leans on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Seconds of a title that cannot be played."""

    start_s: float
    seconds: float
    why: frozenset[Why]  # whichever of these names it well

    @property
    def end_s(self) -> float:
        return self.start_s + self.seconds

    def spoils(self, start_s: float, end_s: float, around: float) -> bool:
        return self.start_s - around < end_s and start_s < self.end_s + around


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A title: the takes it plays and when each begins on its line of time."""

    seconds: float
    starts: tuple[tuple[Take, float], ...]
    kind: Kind = Kind.HEARING
    gone: tuple[Gone, ...] = ()
    seen: bool = True  # it has a picture
    heard: bool = True
    chapters: tuple[float, ...] | None = None  # None: nobody asks
    pressed: bool = False  # on a DVD, so that its streams are what the first take says

    def frames(self, around: float = GROUP) -> dict[Mark, float]:
        """The frames that must be seen, and when each is shown."""
        return {
            Mark(take.number, number): start + number / take.frame_rate
            for take, start in self.starts
            for number in range(take.frames if self.seen else 0)
            if not self._spoilt(start + number / take.frame_rate, 1 / take.frame_rate, around)
        }

    def sounds(self, around: float = GROUP) -> dict[Mark, float]:
        """The seconds that must be heard, and when."""
        return {
            Mark(take.number, second): start + second
            for take, start in self.starts
            if take.sounds
            for second in range(take.seconds if self.heard else 0)
            if not self._spoilt(start + second, 1, around)
        }

    def _spoilt(self, start_s: float, seconds: float, around: float) -> bool:
        return any(gone.spoils(start_s, start_s + seconds, around) for gone in self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A disc and the truth about it."""

    path: Path  # what is handed in: a folder or a file
    titles: tuple[Expected, ...]
    grouped: bool = True  # what is left says which takes make a title; else each may be its own
    tables: bool = True  # and how long it was
    also: tuple[Kind, ...] = ()  # titles that play nothing of their own
    angles: int = 1  # of the first title
    refused: tuple[str, Collection[int]] | None = (
        None  # a file, and its sectors that the drive refuses
    )
    encrypted: bool = False
    nothing: bool = False  # no recording at all: to be refused in words

    @property
    def present_s(self) -> float:
        """Seconds of which something is left, each counted once."""
        seen = {mark for title in self.titles for mark in title.frames(0)}
        heard = {mark for title in self.titles for mark in title.sounds(0)}
        return self.seconds_of(seen, heard)

    def seconds_of(self, seen: Iterable[Mark], heard: Iterable[Mark]) -> float:
        """How long all that plays; sound counts where there is no picture to it."""
        lasts = {take.number: 1 / take.frame_rate for one in self.titles for take, _ in one.starts}
        blind = {take.number for one in self.titles if not one.seen for take, _ in one.starts}
        return sum(lasts[mark.take] for mark in {*seen} if mark.take in lasts) + len(
            {mark for mark in heard if mark.take in blind}
        )


@dataclass(frozen=True, kw_only=True)
class Lab:
    """Where a disc is made: a studio, the takes everybody uses, and an empty folder."""

    studio: Studio
    place: Path

    a: Take = field(default=Take(number=1, seconds=8))
    b: Take = field(default=Take(number=2, seconds=6))
    c: Take = field(default=Take(number=3, seconds=4))
    d: Take = field(default=Take(number=4, seconds=12))
    e: Take = field(default=Take(number=5, seconds=11))

    @cached_property
    def session(self) -> Pressed:
        """A copy of the usual disc, to be broken.

        Two titles in one titleset, the first of three takes (somebody pressed pause), and a second
        titleset. The clock begins anew with each take.
        """
        return self.studio.pressed("session", self._session).copy(self.place / "disc")

    def _session(self, place: Path) -> Pressed:
        first, second = [self.a, self.b, self.c], [self.d]
        return self.studio.press(place, [first, second], [[self.e]], chapters=(4, 8, 14))


Maker = Callable[[Lab], Case]


def whole(pressed: Pressed) -> tuple[Expected, ...]:
    """What plays where nothing is lost."""
    return tuple(Expected(seconds=title.seconds, starts=title.starts) for title in pressed.titles)


def without(
    pressed: Pressed, losses: Iterable[tuple[int, range, set[Why]]]
) -> tuple[Expected, ...]:
    """What plays where sectors are lost: (titleset, its sectors, why)."""
    titles = list(whole(pressed))
    for titleset, sectors, why in losses:
        for index, written in enumerate(pressed.titles):
            gone = _gone(written, sectors, why) if written.titleset == titleset else None
            if gone:
                titles[index] = replace(titles[index], gone=(*titles[index].gone, gone))
    return tuple(titles)


def _gone(written: Written, sectors: range, why: set[Why]) -> Gone | None:
    first, end = max(sectors.start, written.first), min(sectors.stop, written.sectors)
    if first >= end:
        return None
    start = written.second_at(first)
    return Gone(start_s=start, seconds=written.second_at(end) - start, why=frozenset(why))
