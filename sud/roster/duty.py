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

_WEEK: Final = timedelta(days=7)
KINDS: Final = (CourtKind.DISTRICT, CourtKind.CITY)
"""Courts that have investigating judges."""


def duty_judge(session: Session, court: Court, day: date) -> Judge | None:
    """Return who is on duty at a court on a day; None when nobody was drawn for that week."""
    week = _week(session, court, monday_of(day))
    return None if week is None else week.judge


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
    """Log the draw of a week's duty judge, once; None while nobody can be drawn."""
    log.hold(session)
    week = _week(session, court, monday)
    if week is not None:
        return week
    try:
        receipt = allocation.enter_duty(
            session,
            actor,
            court,
            week=week_code(monday),
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
    week = DutyWeek(court=court, monday=monday, draw=draw)
    session.add(week)
    journal.record(
        session, actor, Action.DUTY_DRAW, week, now=now, court=court.code, week=week_code(monday)
    )
    return week


def rota_of(session: Session, court: Court, *, around: date, weeks: int) -> Sequence[DutyWeek]:
    """Return the weeks of a court's rota, the newest first, from next week back."""
    return session.scalars(
        select(DutyWeek)
        .where(DutyWeek.court_id == court.id, DutyWeek.monday <= monday_of(around) + 4 * _WEEK)
        .order_by(DutyWeek.monday.desc())
        .limit(weeks)
    ).all()


def _week(session: Session, court: Court, monday: date) -> DutyWeek | None:
    query = select(DutyWeek).where(DutyWeek.court_id == court.id, DutyWeek.monday == monday)
    return session.scalars(query).one_or_none()
