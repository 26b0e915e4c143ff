"""The picture of an alarm: how the evidence grew, on a scale where each step is ten times more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 300
LEFT: Final = 96
RIGHT: Final = 16
TOP: Final = 16
BOTTOM: Final = 44
ALARM: Final = 2
"""The alarm line: evidence of a hundred, as a decimal logarithm."""
MOST: Final = 6
"""Above a million nothing changes any more for whoever looks: the line runs along the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A moment of the watch: after how many draws, and how strong the evidence was."""

    draws: int
    evidence: float
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Lines and labels, in units of the drawing."""

    line: str
    alarm_y: float
    steps: Sequence[tuple[int, float]]
    draws: int
    crossing: tuple[float, float]
    rows: Sequence[Point]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def picture_of(path: Sequence[tuple[int, float]]) -> Picture | None:
    """Draw the way of the evidence; None when there is none to draw."""
    if not path:
        return None
    levels = [evidence for _, evidence in path]
    low = max(-MOST, math.floor(min(0.0, *levels)))
    high = min(MOST, math.ceil(max(ALARM + 1.0, *levels)))
    last = path[-1][0]

    def x(draws: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * draws / last, 1)

    def y(evidence: float) -> float:
        return round(
            TOP + (HEIGHT - TOP - BOTTOM) * (high - max(low, min(high, evidence))) / (high - low), 1
        )

    crossing = next(point for point in path if point[1] >= ALARM)
    passed = (
        next((point for point in path if point[1] >= step), None) for step in range(1, high + 1)
    )
    shown = {path[0], path[-1], *(point for point in passed if point)}
    return Picture(
        line=" ".join(f"{x(draws)},{y(evidence)}" for draws, evidence in path),
        alarm_y=y(ALARM),
        steps=[(step, y(step)) for step in range(low, high + 1)],
        draws=last,
        crossing=(x(crossing[0]), y(crossing[1])),
        rows=[
            Point(draws=draws, evidence=evidence, alarm=(draws, evidence) == crossing)
            for draws, evidence in sorted(shown)
        ],
    )
