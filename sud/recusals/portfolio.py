"""All cases of a judge who is away too long, or has left office, drawn anew at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from assignment.replay import State
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log as draw_log
from sud.cases.taking import examined, kept
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    DrawRequest,
    DrawSeat,
    Judge,
    PortfolioGround,
    Redistribution,
    RoleCode,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.recusals.reading import OPEN
from sud.recusals.service import PDF, let_leave
from sud.uploads.service import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A judge whose open cases wait in vain, and why."""

    judge: Judge
    ground: PortfolioGround
    cases: int


def redistribute(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    order_number: str,
    order: Sent,
    outside: Outside,
    limit: int,
    now: datetime,
) -> Redistribution:
    """Let a judge leave all his open cases on one order; each is a dropout and a draw of its own.

    Not some of them: who chose among the cases would choose among the judges.
    """
    verdict = examined(order, limit, scanner=outside.scanner)
    if verdict.kind != PDF:
        raise CourtError(Refusal.FILE_NOT_PDF, name=verdict.name)
    with reaching_the_store():
        folder = f"redistributions/{judge.key}"
        key = kept(order, verdict, store=outside.store, folder=folder, limit=limit)
    draw_log.hold(session)
    state = draw_log.read(session)
    ground = ground_on(state, judge, local_day(now))
    if ground is None:
        raise CourtError(Refusal.ABSENCE_TOO_SHORT, days=state.rules.absence)
    cases = open_cases_of(session, judge)
    if not cases:
        raise CourtError(Refusal.NO_OPEN_CASES)
    done = Redistribution(
        judge=judge,
        ground=ground,
        cases=len(cases),
        order_number=order_number,
        order_name=verdict.name,
        order_size=verdict.size,
        order_sha256=verdict.sha256,
        order_key=key,
        by_id=actor.user_id,
        at=now,
    )
    session.add(done)
    journal.record(
        session,
        actor,
        Action.PORTFOLIO_REDRAW,
        done,
        now=now,
        judge=judge.code,
        ground=ground.value,
        cases=len(cases),
        sha256=verdict.sha256,
    )
    for case in cases:
        session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
        session.refresh(case)
        let_leave(
            session,
            actor,
            case,
            judge,
            ground=ground.value,
            document=verdict.sha256,
            outside=outside,
            now=now,
        )
        journal.record(
            session,
            actor,
            Action.PORTFOLIO_REDRAW,
            case,
            now=now,
            judge=judge.code,
            ground=ground.value,
        )
    return done


def ground_on(state: State, judge: Judge, day: date) -> PortfolioGround | None:
    """Say whether a judge has left office, or is logged absent from this day for too long."""
    if judge.until is not None and judge.until < day:
        return PortfolioGround.LEFT
    if state.rosters.absent_beyond(judge.code, day.isoformat(), state.rules.absence):
        return PortfolioGround.ABSENCE
    return None


def ground_now(session: Session, judge: Judge, *, now: datetime) -> PortfolioGround | None:
    """Say why a judge's cases should be drawn anew today; None: they should not."""
    return ground_on(draw_log.read(session), judge, local_day(now))


def absence_days(session: Session) -> int:
    """Return after how many days of absence the rules of the draw let cases go."""
    return draw_log.read(session).rules.absence


def waiting_portfolios(session: Session, actor: Actor, *, now: datetime) -> list[Portfolio]:
    """Return the judges of the actor's courts whose open cases should be drawn anew."""
    state, today = draw_log.read(session), local_day(now)
    query = (
        select(Judge.id, func.count(Case.id.distinct()))
        .join(Case, _sits(Judge.id))
        .where(Case.state.in_(OPEN))
        .group_by(Judge.id)
    )
    if not actor.has(RoleCode.ADMINISTRATOR):
        query = query.where(Judge.court_id.in_(actor.courts_as(RoleCode.CHAIR)))
    found = []
    for number, cases in session.execute(query):
        judge = session.get_one(Judge, number)
        ground = ground_on(state, judge, today)
        if ground is not None:
            found.append(Portfolio(judge=judge, ground=ground, cases=cases))
    return sorted(found, key=lambda one: (-one.cases, one.judge.full_name))


def open_cases_of(session: Session, judge: Judge) -> Sequence[Case]:
    """Return the open cases in which a judge sits, in the order in which they came."""
    return session.scalars(
        select(Case).where(_sits(judge.id), Case.state.in_(OPEN)).order_by(Case.id)
    ).all()


def redistributions(session: Session, actor: Actor) -> Sequence[Redistribution]:
    """Return what was redistributed in the actor's courts, the latest first."""
    query = select(Redistribution).join(Judge, Judge.id == Redistribution.judge_id)
    if not actor.has(RoleCode.ADMINISTRATOR):
        query = query.where(Judge.court_id.in_(actor.courts_as(RoleCode.CHAIR)))
    return session.scalars(query.order_by(Redistribution.id.desc()).limit(20)).all()


def redistribution_of_url(session: Session, actor: Actor, key: UUID) -> Redistribution | None:
    """Return a redistribution to whoever oversees its judge."""
    done = session.scalars(select(Redistribution).where(Redistribution.key == key)).one_or_none()
    return done if done and judge_of_url(session, actor, done.judge.key) else None


def judge_of_url(session: Session, actor: Actor, key: UUID) -> Judge | None:
    """Return a judge to whoever may redistribute his cases."""
    judge = session.scalars(select(Judge).where(Judge.key == key)).one_or_none()
    known = judge is not None and (
        actor.has(RoleCode.ADMINISTRATOR) or judge.court_id in actor.courts_as(RoleCode.CHAIR)
    )
    return judge if known else None


def _sits(judge_id: object) -> ColumnElement[bool]:
    seats = (
        select(DrawRequest.case_id)
        .join(DrawSeat, DrawSeat.draw_id == DrawRequest.id)
        .where(DrawSeat.judge_id == judge_id, DrawSeat.dropped_at.is_(None))
    )
    return or_(Case.judge_id == judge_id, Case.id.in_(seats))
