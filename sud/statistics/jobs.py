"""The nightly watch: one court after another, each in a transaction of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.outside import Outside
from sud.statistics import material, service

AFTERWARDS: Final = timedelta(days=10)
"""So long after New Year a night still watches the year that ended: its last draws may be late."""


def watch(sessions: Sessions, outside: Outside) -> None:
    """Watch the draws of the year, and in its first days once more those of the year before."""
    now = outside.now()
    for year in sorted({service.year_of(now - AFTERWARDS), service.year_of(now)}):
        watch_year(sessions, outside, year)


def watch_year(sessions: Sessions, outside: Outside, year: int) -> None:
    """Run every monitor over the draws of a year, from the first on: the same log, the same end."""
    now = outside.now()
    reports, tallies = {}, {}
    with unit(sessions) as session:
        span = material.span_of(session, year)
        courts = material.courts_in(session, span)
        excluded = material.excluded_in(session, span)
    for court in courts:
        with unit(sessions) as session:
            reports[court] = service.watch_court(
                session, SYSTEM, court, year=year, span=span, now=now
            )
            tallies[court] = service.count_court(session, court, span, excluded)
    with unit(sessions) as session:
        service.close_night(
            session, SYSTEM, year=year, span=span, reports=reports, tallies=tallies, now=now
        )


JOBS: dict[str, Callable[..., None]] = {service.WATCH_JOB: watch}
