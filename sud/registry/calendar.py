"""Counts the courts' days: which are worked, and where a procedural time limit ends and why."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

FRIDAY = 4
NEVER_LONGER_OFF = 31
"""No run of days off is longer; more means that the table of holidays is broken."""


class DayKind(StrEnum):
    WORKING = "working"
    SHORT = "short"
    OFF = "off"


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day of a limit with how it was found: all that an explanation needs."""

    start: date
    amount: int
    unit: Unit
    counted_to: date
    due: date
    days_off: tuple[date, ...]

    @property
    def moved(self) -> bool:
        """The counted end was a day off, so the limit ends on the next working day."""
        return self.due != self.counted_to


@dataclass(frozen=True, slots=True)
class CourtCalendar:
    """A five-day week with the exceptions of the table of holidays."""

    exceptions: Mapping[date, DayKind]

    def kind_of(self, day: date) -> DayKind:
        if day in self.exceptions:
            return self.exceptions[day]
        return DayKind.WORKING if day.weekday() <= FRIDAY else DayKind.OFF

    def is_working(self, day: date) -> bool:
        """Say whether the courts work; a shortened Saturday or Sunday is a Saturday or Sunday."""
        kind = self.kind_of(day)
        return kind is DayKind.WORKING or (kind is DayKind.SHORT and day.weekday() <= FRIDAY)

    def next_working(self, day: date) -> date:
        """Return the first working day after this one."""
        return self.on_or_after(day + timedelta(days=1))

    def on_or_after(self, day: date) -> date:
        for later in range(NEVER_LONGER_OFF + 1):
            candidate = day + timedelta(days=later)
            if self.is_working(candidate):
                return candidate
        raise ValueError(f"more than {NEVER_LONGER_OFF} days off after {day}")

    def deadline(self, start: date, amount: int, unit: Unit) -> Deadline:
        """Count a limit of days, months or years; the day of the event itself is not counted."""
        match unit:
            case Unit.CALENDAR_DAYS:
                end = start + timedelta(days=amount)
            case Unit.WORKING_DAYS:
                end = start
                for _ in range(amount):
                    end = self.next_working(end)
            case Unit.MONTHS:
                end = months_after(start, amount)
            case Unit.YEARS:
                end = months_after(start, 12 * amount)
            case Unit.HOURS | Unit.MINUTES:
                raise ValueError("they run from a moment, not from a day: see hours_after")
        due = self.on_or_after(end)
        passed = (start + timedelta(days=n) for n in range(1, (due - start).days + 1))
        return Deadline(
            start=start,
            amount=amount,
            unit=unit,
            counted_to=end,
            due=due,
            days_off=tuple(day for day in passed if not self.is_working(day)),
        )


def months_after(start: date, months: int) -> date:
    """Return the same day some calendar months on, or that month's last day if it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def hours_after(start: datetime, hours: int) -> datetime:
    """Hours run through nights and days off: no one waits for a Monday in custody."""
    return start + timedelta(hours=hours)
