"""Where the lines and bars of the draw's pictures lie; templates only write them down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Final

WIDTH: Final = 640
"""Of every picture, in its own units: the page scales it."""
_NAMES: Final = 150
_LEFT: Final = 40
_TOP, _BOTTOM = 12, 24
_LINES_HEIGHT: Final = 300
_LABEL_STEP: Final = 16
_LEAST_SPAN: Final = 2.0
_GRID_LINES: Final = 6
_STEPS: Final = (1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
_ROW, _BAR = 46, 16

COLOURS: Final = ("#0f4c5c", "#b3261e", "#0f6b3c", "#4b3a72", "#8a5a00", "#1d70b8", "#505a5f")
"""Of lines that lie close together; each is also named at its end."""
_PARTICLES: Final = frozenset({"уулу", "кызы"})

Points = Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A judge's load over time: `path` for the drawing, `name` at its end."""

    name: str
    path: str
    end: tuple[int, int]
    label: int
    colour: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Loads of several judges over time, with the band inside which the rule leans gently."""

    height: int
    left: int
    right: int
    top: int
    bottom: int
    zero: int
    band: tuple[int, int]
    grid: Sequence[tuple[int, int]]
    days: Sequence[tuple[int, datetime]]
    lines: Sequence[Line]
    width: int = WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A judge's chance as a bar, with a mark at the fair share."""

    name: str
    y: int
    length: float
    fair: float
    value: float
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Chances, one row a judge."""

    height: int
    bars: Sequence[Bar]
    width: int = WIDTH
    thick: int = _BAR


def bars(chances: Sequence[tuple[str, float, float, bool]]) -> Bars:
    """Lay out name, chance, fair share and mark of each judge."""
    most = max((max(chance, fair) for _, chance, fair, _ in chances), default=1)
    unit = (WIDTH - 1) / most
    return Bars(
        height=_ROW * len(chances),
        bars=[
            Bar(
                name=name,
                y=_ROW * place,
                length=round(unit * chance, 1),
                fair=round(unit * fair, 1),
                value=chance,
                marked=marked,
            )
            for place, (name, chance, fair, marked) in enumerate(chances)
        ],
    )


def lines(
    series: Mapping[str, Points], *, band: float, since: datetime, until: datetime, marked: str = ""
) -> Lines:
    """Lay out the load of each judge, in standard cases above or below the fair share."""
    values = [value for points in series.values() for _, value in points]
    step, low, high = _scale([*values, 0.0])
    height, width = _LINES_HEIGHT - _TOP - _BOTTOM, WIDTH - _LEFT - _NAMES
    whole = max((until - since).total_seconds(), 1.0)

    def x(moment: datetime) -> int:
        return _LEFT + round(width * min(1, max(0, (moment - since).total_seconds() / whole)))

    def y(value: float) -> int:
        return _TOP + round(height * (high - min(high, max(low, value))) / (high - low))

    ends = {name: y(points[-1][1]) for name, points in series.items() if points}
    labels = _apart(ends)
    drawn = [
        Line(
            name=name,
            path=_path([(x(moment), y(value)) for moment, value in points]),
            end=(x(points[-1][0]), ends[name]),
            label=labels[name],
            colour=COLOURS[place % len(COLOURS)],
            marked=name == marked,
        )
        for place, (name, points) in enumerate(series.items())
        if points
    ]
    grid = range(low, high + 1, step)
    return Lines(
        height=_LINES_HEIGHT,
        left=_LEFT,
        right=WIDTH - _NAMES,
        top=_TOP,
        bottom=_LINES_HEIGHT - _BOTTOM,
        zero=y(0),
        band=(y(band), y(-band)),
        grid=[(y(value), value) for value in grid],
        days=[
            (_LEFT + round(width * part), since + (until - since) * part) for part in (0, 0.5, 1)
        ],
        lines=drawn,
    )


def short_name(full: str) -> str:
    """Write a name as a label: surname and initials, as court papers do."""
    surname, *rest = full.split()
    if rest and rest[0].casefold() in _PARTICLES:
        surname = f"{surname} {rest.pop(0)}"
    return " ".join([surname, *(f"{word[0]}." for word in rest[:2])])


def _scale(values: Sequence[float]) -> tuple[int, int, int]:
    """Return the step between the lines of the grid, the lowest and the highest of them."""
    low, high = min(values), max(values)
    span = max(high - low, _LEAST_SPAN)
    step = next((step for step in _STEPS if span / step <= _GRID_LINES), _STEPS[-1])
    lowest, highest = step * floor(low / step), step * ceil(high / step)
    if lowest == highest:
        lowest, highest = lowest - step, highest + step
    return step, lowest, highest


def _path(points: Sequence[tuple[int, int]]) -> str:
    """Write a line with steps: a load stays as it is until the next draw."""
    (x, y), *rest = points
    parts = [f"M{x} {y}"]
    for next_x, next_y in rest:
        if next_x != x:
            parts.append(f"H{next_x}")
        if next_y != y:
            parts.append(f"V{next_y}")
        x, y = next_x, next_y
    return "".join(parts)


def _apart(wanted: Mapping[str, int]) -> dict[str, int]:
    """Move names that would lie upon one another apart, up and down."""
    ordered = sorted(wanted, key=lambda name: (wanted[name], name))
    places: list[float] = [wanted[name] for name in ordered]
    for _ in places:
        for upper in range(len(places) - 1):
            gap = places[upper + 1] - places[upper]
            if gap < _LABEL_STEP:
                move = (_LABEL_STEP - gap) / 2
                places[upper] -= move
                places[upper + 1] += move
    top = max(0.0, _TOP - min(places, default=_TOP))
    shifted = [place + top for place in places]
    over = max(0.0, max(shifted, default=0) - (_LINES_HEIGHT - _BOTTOM))
    return {name: round(place - over) for name, place in zip(ordered, shifted, strict=True)}
