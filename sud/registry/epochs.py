"""Says when cases are drawn: groups of courts and matters, each with its published timetable."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from apscheduler.triggers.cron import CronTrigger

from sud.models import Court
from sud.outside import BISHKEK
from sud.registry.reference import DATA
from sud.registry.rows import DataError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_LISTED: Final = 12
"""So many draws a day are listed by their hours; of more it is said how often they are."""
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """On which days of the week (0 is Monday) draws are held, at which hours or how often."""

    first: int
    last: int
    at: tuple[str, ...]
    every_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cases that are frozen and drawn together; no courts, regions or classes named means all."""

    code: str
    ky: str
    ru: str
    en: str
    crontabs: tuple[str, ...]
    patience_minutes: int
    courts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def name(self, lang: str) -> str:
        return {"ky": self.ky, "ru": self.ru}.get(lang, self.en)

    def serves(self, court: Court) -> bool:
        """Whether cases of this court can belong to the group."""
        fits = not self.courts and not self.regions
        return fits or court.code in self.courts or court.region in self.regions

    def takes(self, court: Court, draw_class: str) -> bool:
        return self.serves(court) and (not self.classes or draw_class in self.classes)

    def next_draw(self, now: datetime) -> datetime:
        """Return when the group is frozen next, strictly after now."""
        after = now + timedelta(seconds=1)
        moments = (_fires(line, after) for line in self.crontabs)
        return min(moment for moment in moments if moment is not None)

    @property
    def week(self) -> tuple[Hours, ...]:
        """The timetable of a week as people read it."""
        return _week_of(self.crontabs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Everything about draws that happens by the clock."""

    groups: tuple[Group, ...]
    duty_weekday: int
    duty_weight: int
    duty_crontab: str
    alarms_crontab: str

    def overridden(self, crontabs: str) -> "Timetable":
        """Return the timetable of a house that sets the hours of every group itself."""
        lines = tuple(line.strip() for line in crontabs.split(";") if line.strip())
        if not lines:
            return self
        return replace(self, groups=tuple(replace(one, crontabs=lines) for one in self.groups))

    def group_of(self, court: Court, draw_class: str) -> Group:
        """Return the group in which a case is drawn."""
        return next(one for one in self.groups if one.takes(court, draw_class))

    def groups_of(self, court: Court) -> Sequence[Group]:
        """Return the groups in which cases of a court are drawn."""
        return [one for one in self.groups if one.serves(court)]


@cache
def timetable() -> Timetable:
    """Return the timetable of the data file."""
    return read_timetable()


def group_of(court: Court, draw_class: str) -> str:
    """Return the code of the group in which a case of this class is drawn at this court."""
    return timetable().group_of(court, draw_class).code


def group_by_code(code: str) -> Group | None:
    return next((one for one in timetable().groups if one.code == code), None)


def read_timetable(folder: Path = DATA) -> Timetable:
    """Read the data file, and say what is wrong with it."""
    plain = tomllib.loads((folder / "epochs.toml").read_text(encoding="utf-8"))
    groups = tuple(_group(row) for row in plain["group"])
    codes = [group.code for group in groups]
    if len(codes) != len(set(codes)):
        raise DataError("two groups of epochs have the same code")
    if groups[-1].courts or groups[-1].regions or groups[-1].classes:
        raise DataError("the last group of epochs must take every case")
    return Timetable(
        groups=groups,
        duty_weekday=WEEKDAYS.index(plain["duty"]["weekday"]),
        duty_weight=plain["duty"]["weight"],
        duty_crontab=plain["duty"]["crontab"],
        alarms_crontab=plain["alarms"]["crontab"],
    )


def _group(row: dict[str, Any]) -> Group:
    lists = ("crontabs", "courts", "regions", "classes")
    facts: dict[str, Any] = row | {name: tuple(row.get(name, ())) for name in lists}
    group = Group(**facts)
    if not group.crontabs:
        raise DataError(f"the group of epochs {group.code} is never drawn")
    for line in group.crontabs:
        try:
            _trigger(line)
        except ValueError as error:
            raise DataError(f"{line!r} of the group {group.code} is no crontab line") from error
    return group


@cache
def _trigger(line: str) -> CronTrigger:
    return CronTrigger.from_crontab(line, timezone=BISHKEK)


def _fires(line: str, after: datetime) -> datetime | None:
    moment: datetime | None = _trigger(line).get_next_fire_time(None, after)
    return moment


_MONDAY: Final = date(2026, 1, 5)
"""Any Monday: crontab lines that name days of a month are shown as this week has them."""


@cache
def _week_of(crontabs: tuple[str, ...]) -> tuple[Hours, ...]:
    days = [(place, _hours_of(crontabs, place)) for place in range(_WEEK)]
    found = []
    for (at, every), same in groupby(days, key=lambda pair: pair[1]):
        places = [place for place, _ in same]
        if at or every:
            found.append(Hours(first=places[0], last=places[-1], at=at, every_minutes=every))
    return tuple(found)


def _hours_of(crontabs: tuple[str, ...], place: int) -> tuple[tuple[str, ...], int]:
    """Return the hours of a weekday, or every how many minutes when they are many."""
    day = _MONDAY + timedelta(days=place)
    moments: set[datetime] = set()
    for line in crontabs:
        moment = datetime.combine(day, datetime.min.time(), BISHKEK)
        while len(moments) <= MOST_LISTED:
            found = _fires(line, moment)
            if found is None or found.date() != day:
                break
            moments.add(found)
            moment = found + timedelta(minutes=1)
    ordered = sorted(moments)
    if len(ordered) > MOST_LISTED:
        return (), int((ordered[1] - ordered[0]).total_seconds() // 60)
    return tuple(f"{moment:%H:%M}" for moment in ordered), 0
