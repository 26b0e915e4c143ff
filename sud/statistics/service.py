"""The watch itself: run by night, its alarms raised and settled, its figures for the readers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assignment import fairness
from sud import journal
from sud.access import Action, Actor, visible
from sud.errors import CourtError, Refusal
from sud.models import (
    AlarmNote,
    Category,
    Court,
    DrawKind,
    DrawRequest,
    FairnessAlarm,
    Judge,
    Person,
    User,
    WatchAttribute,
    WatchFigure,
    WatchMeasure,
    WatchRate,
    WatchRun,
)
from sud.outside import local_day
from sud.statistics import material, monitors
from sud.statistics.material import Span
from sud.statistics.monitors import Found, Report, Tally, Watched

SHOWN: Final = 60
WATCH_JOB: Final = "statistics.watch"
_LOCK: Final = 0x57415443
"""Advisory lock: one watch at a time rewrites the figures of a court."""

CourtWatched = tuple[int, Watched]
Tallies = Mapping[Watched, Tally]


# ------------------------------------------------------------------ the night


def watch_court(
    session: Session, actor: Actor, court_id: int, *, year: int, span: Span, now: datetime
) -> Report:
    """Run all monitors over a court's draws of the year, and raise or renew its alarms."""
    hold(session)
    settled = _settled(session, court_id, span)
    report = monitors.report_of(material.draws_of(session, court_id, span), settled)
    session.execute(
        delete(WatchFigure).where(WatchFigure.year == year, WatchFigure.court_id == court_id)
    )
    session.add_all(
        WatchFigure(
            year=year,
            court_id=court_id,
            attribute=figure.attribute,
            draws=figure.draws,
            groups=figure.groups,
            evidence=math.log10(figure.value),
            chi_square=figure.chi_square,
            freedom=figure.freedom,
            p_value=fairness.chi_square_tail(figure.chi_square, figure.freedom),
            numbers_p=figure.numbers_p,
        )
        for figure in report.figures
    )
    _raise(session, actor, court_id, report.found, span, now=now)
    return report


def count_court(session: Session, court_id: int, span: Span, excluded: set[str]) -> Tallies:
    """Count what happened to the cases of a court, by who brought them in."""
    settled = _settled(session, court_id, span)
    return monitors.tallies_of(material.matters_of(session, court_id, span, excluded), settled)


def close_night(
    session: Session,
    actor: Actor,
    *,
    year: int,
    span: Span,
    reports: Mapping[int, Report],
    tallies: Mapping[int, Tallies],
    now: datetime,
) -> WatchRun:
    """Compare the rates of initiators, judge all watches of the country together, write it down."""
    hold(session)
    country = monitors.country_of(tallies.values())
    values: dict[CourtWatched, float] = {
        (court, watched): value
        for court, report in reports.items()
        for watched, value in report.values.items()
    }
    session.execute(delete(WatchRate).where(WatchRate.year == year))
    for court, counted in tallies.items():
        rates = monitors.rates_of(counted, country)
        session.add_all(
            WatchRate(
                year=year,
                court_id=court,
                measure=rate.watched[0],
                attribute=rate.watched[1],
                group_ref=rate.watched[2],
                cases=rate.cases,
                events=rate.events,
                expected=rate.expected,
                p_value=rate.p_value,
            )
            for rate in rates
        )
        values |= {
            (court, rate.watched): rate.value
            for rate in rates
            if rate.watched[1] is not WatchAttribute.ALL
        }
        found = [rate.found for rate in rates if rate.found]
        _raise(session, actor, court, found, span, now=now)
    _confirm(session, fairness.found_by_e_bh(values), span)
    run = WatchRun(
        ran_at=now,
        year=year,
        draws=sum(report.draws for report in reports.values()),
        courts=len(reports),
        monitors=len(values),
    )
    session.add(run)
    journal.record(
        session,
        actor,
        Action.WATCH_RUN,
        run,
        now=now,
        draws=run.draws,
        monitors=run.monitors,
        alarms=open_count(session),
    )
    return run


def hold(session: Session) -> None:
    """Let no other watch work at the same time."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _settled(session: Session, court_id: int, span: Span) -> dict[Watched, int]:
    """Up to which draw the auditor had seen, for each watch whose alarm was settled."""
    rows = session.execute(
        select(
            FairnessAlarm.measure,
            FairnessAlarm.attribute,
            FairnessAlarm.group_ref,
            func.max(FairnessAlarm.seen_index),
        )
        .where(
            FairnessAlarm.court_id == court_id,
            FairnessAlarm.settled_at.is_not(None),
            FairnessAlarm.since_index >= span[0],
        )
        .group_by(FairnessAlarm.measure, FairnessAlarm.attribute, FairnessAlarm.group_ref)
    )
    return {(measure, attribute, ref): seen for measure, attribute, ref, seen in rows}


def _open_in(session: Session, court_id: int, span: Span) -> dict[Watched, FairnessAlarm]:
    alarms = session.scalars(
        select(FairnessAlarm).where(
            FairnessAlarm.court_id == court_id,
            FairnessAlarm.settled_at.is_(None),
            FairnessAlarm.since_index >= span[0],
        )
    )
    return {(alarm.measure, alarm.attribute, alarm.group_ref): alarm for alarm in alarms}


def _raise(
    session: Session,
    actor: Actor,
    court_id: int,
    found: Sequence[Found],
    span: Span,
    *,
    now: datetime,
) -> None:
    """Raise an alarm for each watch that went off; one that stands is brought up to date."""
    standing = _open_in(session, court_id, span)
    codes = select(Judge.code, Judge.id).where(Judge.code.in_({one.judge for one in found}))
    judges: dict[str | None, int] = {row.code: row.id for row in session.execute(codes)}
    for one in found:
        measure, attribute, ref = one.watched
        alarm = standing.get(one.watched)
        news = alarm is None
        if alarm is None:
            alarm = FairnessAlarm(
                court_id=court_id,
                measure=measure,
                attribute=attribute,
                group_ref=ref,
                since_index=one.since,
                crossed_index=one.crossed,
                crossed_at=one.crossed_at,
                raised_at=now,
                confirmed=False,
            )
            session.add(alarm)
        alarm.judge_id, alarm.seen_index = judges.get(one.judge), one.seen
        alarm.draws, alarm.observed, alarm.expected = one.draws, one.observed, one.expected
        alarm.evidence, alarm.highest = math.log10(one.value), math.log10(one.highest)
        alarm.picture = one.picture
        if news:
            journal.record(
                session,
                actor,
                Action.WATCH_RUN,
                alarm,
                now=now,
                measure=measure.value,
                attribute=attribute.value,
                court=court_id,
            )


def _confirm(session: Session, standing: set[CourtWatched], span: Span) -> None:
    session.flush()
    alarms = session.scalars(
        select(FairnessAlarm).where(
            FairnessAlarm.settled_at.is_(None), FairnessAlarm.since_index >= span[0]
        )
    )
    for alarm in alarms:
        watched = (alarm.measure, alarm.attribute, alarm.group_ref)
        alarm.confirmed = (alarm.court_id, watched) in standing


# ------------------------------------------------------------------ the auditor


def settle(
    session: Session, actor: Actor, alarm: FairnessAlarm, *, note: AlarmNote, now: datetime
) -> None:
    """Write down what became of an alarm; its watch begins anew after the last draw seen."""
    session.refresh(alarm, with_for_update={"of": FairnessAlarm})
    if alarm.settled_at is not None:
        raise CourtError(Refusal.NOT_NOW)
    alarm.settled_at, alarm.settled_by_id, alarm.note = now, actor.user_id, note
    journal.record(session, actor, Action.WATCH_SETTLE, alarm, now=now, note=note.value)


def alarm_of_url(session: Session, actor: Actor, key: UUID) -> FairnessAlarm | None:
    """Return the alarm of an address if the actor may know of it."""
    query = select(FairnessAlarm).where(FairnessAlarm.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


def open_alarms(session: Session, actor: Actor) -> Sequence[FairnessAlarm]:
    """Return the alarms that nobody has settled, those that stand nationwide first."""
    query = visible(select(FairnessAlarm), actor).where(FairnessAlarm.settled_at.is_(None))
    order = (FairnessAlarm.confirmed.desc(), FairnessAlarm.highest.desc(), FairnessAlarm.id)
    return session.scalars(query.order_by(*order)).all()


def settled_alarms(session: Session, actor: Actor) -> Sequence[FairnessAlarm]:
    """Return the alarms that were settled last."""
    query = visible(select(FairnessAlarm), actor).where(FairnessAlarm.settled_at.is_not(None))
    return session.scalars(query.order_by(FairnessAlarm.settled_at.desc()).limit(SHOWN)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLine:
    """One test of the yearly report, with its p-value adjusted for their number."""

    figure: WatchFigure
    adjusted: float


def year_report(session: Session, year: int) -> list[YearLine]:
    """Return the tests of a year, court by court; those with too few draws are none."""
    figures = session.scalars(
        select(WatchFigure)
        .where(WatchFigure.year == year)
        .join(Court, Court.id == WatchFigure.court_id)
        .order_by(Court.code, WatchFigure.id)
    ).all()
    tested = {figure.id: figure.p_value for figure in figures if figure.freedom}
    adjusted = fairness.holm(tested)
    return [YearLine(figure=one, adjusted=adjusted.get(one.id, 1.0)) for one in figures]


def years(session: Session) -> Sequence[int]:
    """Return the years that were watched, the latest first."""
    query = select(WatchFigure.year).distinct().order_by(WatchFigure.year.desc())
    return session.scalars(query).all()


def court_rates(session: Session, year: int) -> dict[Court, dict[WatchMeasure, WatchRate]]:
    """Return what happened to the cases of each court as a whole."""
    rates: dict[Court, dict[WatchMeasure, WatchRate]] = {}
    for rate in session.scalars(
        select(WatchRate)
        .where(WatchRate.year == year, WatchRate.attribute == WatchAttribute.ALL)
        .join(Court, Court.id == WatchRate.court_id)
        .order_by(Court.code)
    ):
        rates.setdefault(rate.court, {})[rate.measure] = rate
    return rates


def initiator_rates(session: Session, year: int) -> Sequence[WatchRate]:
    """Return the initiators to whose cases something happened most unusually often."""
    return session.scalars(
        select(WatchRate)
        .where(
            WatchRate.year == year,
            WatchRate.attribute != WatchAttribute.ALL,
            WatchRate.events > WatchRate.expected,
        )
        .order_by(WatchRate.p_value, WatchRate.id)
        .limit(SHOWN)
    ).all()


def by_hand(session: Session, span: Span) -> Sequence[DrawRequest]:
    """Return the cases of the year that a person gave to a judge."""
    return session.scalars(
        select(DrawRequest)
        .where(
            DrawRequest.kind == DrawKind.MANUAL,
            DrawRequest.case_index.between(span[0], span[1] - 1),
        )
        .order_by(DrawRequest.case_index.desc())
        .limit(SHOWN)
    ).all()


def named(
    session: Session, things: Iterable[FairnessAlarm | WatchRate], lang: str
) -> dict[tuple[WatchAttribute, str], str]:
    """Return the names of groups, for those who may see them; bands and hours have none."""
    wanted = {(thing.attribute, thing.group_ref) for thing in things}
    users = {
        int(ref)
        for attribute, ref in wanted
        if attribute in {WatchAttribute.CLERK, WatchAttribute.ACCOUNT}
    }
    speaking = {int(ref) for kind, ref in wanted if kind is WatchAttribute.REPRESENTATIVE}
    codes = {ref for attribute, ref in wanted if attribute is WatchAttribute.CATEGORY}
    names: dict[tuple[WatchAttribute, str], str] = {}
    for user in session.scalars(select(User).where(User.id.in_(users))):
        for attribute in (WatchAttribute.CLERK, WatchAttribute.ACCOUNT):
            names[attribute, str(user.id)] = user.display_name
    for person in session.scalars(select(Person).where(Person.id.in_(speaking))):
        names[WatchAttribute.REPRESENTATIVE, str(person.id)] = person.full_name
    for category in session.scalars(select(Category).where(Category.code.in_(codes))):
        names[WatchAttribute.CATEGORY, category.code] = category.name(lang)
    return names


def judges_by_code(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of judges by their codes in the log."""
    rows = session.execute(select(Judge.code, Judge.full_name).where(Judge.code.in_(codes)))
    return {row.code: row.full_name for row in rows}


# ------------------------------------------------------------------ the public


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSummary:
    """What everybody may know: when the watch ran, over how much, and where alarms are open."""

    ran_at: datetime
    year: int
    draws: int
    courts: int
    monitors: int
    alarms: int
    settled: int
    places: Sequence[tuple[Court, int]]


def last_watch(session: Session) -> WatchSummary | None:
    """Return the last night's figures; None before the first night."""
    run = session.scalar(select(WatchRun).order_by(WatchRun.id.desc()).limit(1))
    if run is None:
        return None
    counted = (
        select(FairnessAlarm.court_id, func.count().label("count"))
        .where(FairnessAlarm.settled_at.is_(None))
        .group_by(FairnessAlarm.court_id)
        .subquery()
    )
    places = session.execute(
        select(Court, counted.c.count)
        .join(counted, counted.c.court_id == Court.id)
        .order_by(Court.code)
    ).all()
    return WatchSummary(
        ran_at=run.ran_at,
        year=run.year,
        draws=run.draws,
        courts=run.courts,
        monitors=run.monitors,
        alarms=open_count(session),
        settled=session.scalar(select(func.count()).where(FairnessAlarm.settled_at.is_not(None)))
        or 0,
        places=[(court, count) for court, count in places],
    )


def open_count(session: Session) -> int:
    """Return how many alarms nobody has settled yet."""
    open_ = select(func.count()).where(FairnessAlarm.settled_at.is_(None))
    return session.scalar(open_) or 0


def year_of(now: datetime) -> int:
    """Return the year that a watch on this day is about."""
    return local_day(now).year
