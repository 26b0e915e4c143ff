"""Works out the picture of a judge's coming weeks, so that a template only draws it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sud.roster.posts import Period, Timeline

WEEKS: Final = 8
WIDTH, TOP, HEIGHT = 672, 20, 36
DAY: Final = WIDTH / (WEEKS * 7)
LABELLED: Final = 60
"""A bar narrower than this bears no words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Days of one post: where it stands in the picture, and whether words fit into it."""

    period: Period
    x: float
    width: float
    y: float
    height: float
    labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Eight weeks of a judge: bars as high as the share, a line a week, and today."""

    bars: tuple[Bar, ...]
    weeks: tuple[tuple[date, float], ...]
    today: float
    width: int = WIDTH
    top: int = TOP
    height: int = HEIGHT


def strip_of(line: Timeline, monday: date, today: date) -> Strip:
    """Draw a judge's posts from a Monday on."""
    last = monday + timedelta(weeks=WEEKS) - timedelta(days=1)
    bars = []
    for period in line.periods(monday, last):
        end = min(period.last or last, last)
        days = (end - period.first).days + 1
        tall = HEIGHT if period.absent else HEIGHT * period.post.per_mille / 1000
        bars.append(
            Bar(
                period=period,
                x=round((period.first - monday).days * DAY, 1),
                width=round(days * DAY, 1),
                y=round(TOP + HEIGHT - tall, 1),
                height=round(tall, 1),
                labelled=days * DAY >= LABELLED,
            )
        )
    weeks = tuple(
        (monday + timedelta(weeks=place), round(place * 7 * DAY, 1)) for place in range(WEEKS)
    )
    return Strip(bars=tuple(bars), weeks=weeks, today=round((today - monday).days * DAY, 1))
