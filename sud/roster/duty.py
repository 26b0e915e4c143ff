"""The duty rota: which judge takes the 48-hour measures of a court in which week, drawn by lot."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.allocation import log
from sud.allocation import service as allocation
from sud.errors import CourtError, Refusal
from sud.models import (
    Availability,
    Court,
    CourtKind,
    CourtLevel,
    DrawRequest,
    DutyWeek,
    Judge,
)
from sud.outside import local_day
from sud.registry import epochs
from sud.roster import posts

MOST_ATTEMPTS: Final = 5
_WEEK: Final = timedelta(days=7)
KINDS: Final = (CourtKind.DISTRICT, CourtKind.CITY)
"""Courts that have investigating judges."""


def duty_judge(session: Session, court: Court, day: date) -> Judge | None:
    """Return who is on duty at a court on a day; None when nobody who is there was drawn."""
    for week in _attempts(session, court, monday_of(day)):
        if week.judge is not None and not _absent(session, week.judge, day):
            return week.judge
    return None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_code(monday: date) -> str:
    """Return how the log writes a week: 2026-W49."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_to_draw(now: datetime) -> list[date]:
    """Return the Mondays whose duty judge should be drawn by now: this week's, then the next."""
    today = local_day(now)
    monday = monday_of(today)
    drawn_ahead = today.weekday() >= epochs.timetable().duty_weekday
    return [monday, monday + _WEEK] if drawn_ahead else [monday]


def courts_with_duty(session: Session) -> Sequence[Court]:
    """Return the courts of the first instance with investigating judges and a roster."""
    rostered = select(Judge.court_id).join(Availability, Availability.judge_id == Judge.id)
    return session.scalars(
        select(Court)
        .where(Court.level == CourtLevel.FIRST, Court.kind.in_(KINDS), Court.id.in_(rostered))
        .order_by(Court.code)
    ).all()


def draw_week(
    session: Session, actor: Actor, court: Court, monday: date, *, now: datetime
) -> DutyWeek | None:
    """Log the draw of a week's duty judge: once, and again for the days on which he is away.

    Who can be drawn is settled by the roster of the day of the draw, not of the week; so somebody
    may be drawn who will be on leave. None while nobody can be drawn.
    """
    log.hold(session)
    attempts = _attempts(session, court, monday)
    last = attempts[-1] if attempts else None
    if last is not None and not _needs_another(session, last, local_day(now)):
        return last
    attempt = len(attempts)
    code = week_code(monday) + (f"-{attempt + 1}" if attempt else "")
    try:
        receipt = allocation.enter_duty(
            session,
            actor,
            court,
            week=code,
            weight=epochs.timetable().duty_weight,
            now=now,
        )
    except CourtError as error:
        if error.code is not Refusal.NO_CANDIDATES:
            raise
        return None
    if receipt is None:
        return None
    draw = session.scalars(
        select(DrawRequest).where(DrawRequest.case_index == receipt.log_index)
    ).one()
    week = DutyWeek(court=court, monday=monday, attempt=attempt, draw=draw)
    session.add(week)
    journal.record(session, actor, Action.DUTY_DRAW, week, now=now, court=court.code, week=code)
    return week


def _needs_another(session: Session, last: DutyWeek, today: date) -> bool:
    """Whether who was drawn is away today; before the week he could only be drawn once more."""
    if last.judge is None or today < last.monday or last.attempt + 1 >= MOST_ATTEMPTS:
        return False
    return _absent(session, last.judge, today)


def _absent(session: Session, judge: Judge, day: date) -> bool:
    return posts.timeline_of(session, judge).absence_on(day) is not None


def rota_of(session: Session, court: Court, *, around: date, weeks: int) -> Sequence[DutyWeek]:
    """Return the weeks of a court's rota, the newest first, from next week back."""
    return session.scalars(
        select(DutyWeek)
        .where(DutyWeek.court_id == court.id, DutyWeek.monday <= monday_of(around) + 4 * _WEEK)
        .order_by(DutyWeek.monday.desc(), DutyWeek.attempt)
        .limit(weeks)
    ).all()


def _attempts(session: Session, court: Court, monday: date) -> Sequence[DutyWeek]:
    return session.scalars(
        select(DutyWeek)
        .where(DutyWeek.court_id == court.id, DutyWeek.monday == monday)
        .order_by(DutyWeek.attempt)
    ).all()
