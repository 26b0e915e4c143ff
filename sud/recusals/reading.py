"""What is known of recusals: who sits, who sat, who rules on what, how often it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from sud.access import Action, Actor, permits, visible
from sud.models import (
    Case,
    CaseState,
    DrawRequest,
    DrawSeat,
    Initiative,
    Judge,
    LogEntry,
    Recusal,
    RecusalGround,
    RecusalRule,
    RecusalState,
    RoleCode,
    RuledBy,
)

OPEN: Final = (
    CaseState.REGISTERED,
    CaseState.DISTRIBUTED,
    CaseState.PREPARATION,
    CaseState.SCHEDULED,
    CaseState.ADJOURNED,
)
"""While a case is so, a judge can still leave it."""
PAGE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Sits:
    """A judge on a seat of a case now; seat 0 reports."""

    seat: int
    judge: Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A judge on a seat of a case, from when until when, and why no longer."""

    seat: int
    judge: Judge
    attempt: int
    since: datetime
    until: datetime | None
    ground: str | None
    recusal: Recusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """How often a judge, or one who raises it, meets with recusals."""

    whom: Judge | Initiative
    raised: int
    granted: int
    refused: int


def sitting(session: Session, case: Case) -> list[Sits]:
    """Return who sits in a case now, the one who reports first."""
    rows = session.scalars(
        select(DrawSeat)
        .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
        .where(DrawRequest.case_id == case.id, DrawSeat.dropped_at.is_(None))
        .order_by(DrawSeat.seat, DrawRequest.attempt.desc())
    ).all()
    seats = {row.seat: row.judge for row in reversed(rows)}
    if not seats and case.judge is not None:
        seats = {0: case.judge}
    return [Sits(seat=seat, judge=judge) for seat, judge in sorted(seats.items())]


def was_drawn(session: Session, case: Case) -> bool:
    """Say whether the log of draws knows who sits; of a case older than the log it does not."""
    return (
        session.scalars(
            select(DrawSeat.id)
            .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
            .where(DrawRequest.case_id == case.id)
            .limit(1)
        ).first()
        is not None
    )


def served(session: Session, case: Case) -> list[Served]:
    """Return everybody who ever sat in a case, in the order in which they came."""
    rows = session.scalars(
        select(DrawSeat)
        .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
        .where(DrawRequest.case_id == case.id)
        .order_by(DrawRequest.attempt, DrawSeat.seat)
    ).all()
    granted = {
        one.judge_id: one for one in recusals_of(session, case) if one.state is RecusalState.GRANTED
    }
    entries = [row.draw.result_index or row.draw.case_index for row in rows]
    logged = dict(
        session.execute(
            select(LogEntry.index, LogEntry.logged_at).where(LogEntry.index.in_(entries))
        ).all()
    )
    return [
        Served(
            seat=row.seat,
            judge=row.judge,
            attempt=row.draw.attempt,
            since=logged[entry],
            until=row.dropped_at,
            ground=row.ground,
            recusal=granted.get(row.judge_id) if row.dropped_at else None,
        )
        for row, entry in zip(rows, entries, strict=True)
    ]


def ruler_of(session: Session, case: Case, initiative: Initiative, *, on: date) -> RuledBy:
    """Return who rules by the law of a day; where it names nobody, the chair."""
    rule_of_day = session.scalars(
        select(RecusalRule)
        .where(
            RecusalRule.kind_code == case.kind_code,
            RecusalRule.initiative == initiative,
            RecusalRule.panel == (len(sitting(session, case)) > 1),
            RecusalRule.valid_from <= on,
            or_(RecusalRule.valid_to.is_(None), RecusalRule.valid_to >= on),
        )
        .order_by(RecusalRule.valid_from.desc())
    ).first()
    return rule_of_day.ruled_by if rule_of_day else RuledBy.CHAIR


def grounds_for(session: Session, *, by_judge: bool, on: date) -> Sequence[RecusalGround]:
    """Return the grounds that a judge, or a party, can name on a day."""
    raised = RecusalGround.by_judge if by_judge else RecusalGround.by_party
    return session.scalars(
        select(RecusalGround)
        .where(
            raised,
            RecusalGround.valid_from <= on,
            or_(RecusalGround.valid_to.is_(None), RecusalGround.valid_to >= on),
        )
        .order_by(RecusalGround.ordinal)
    ).all()


def recusal_of_url(session: Session, actor: Actor, key: UUID) -> Recusal | None:
    """Return the recusal of an address if the actor may know of it."""
    query = select(Recusal).where(Recusal.key == key).options(*_WHOLE)
    return session.scalars(visible(query, actor)).one_or_none()


def recusals_of(session: Session, case: Case) -> Sequence[Recusal]:
    """Return the recusals of a case, the latest first."""
    return session.scalars(
        select(Recusal)
        .where(Recusal.case_id == case.id)
        .options(*_WHOLE)
        .order_by(Recusal.id.desc())
    ).all()


def waiting_for(session: Session, actor: Actor) -> list[Recusal]:
    """Return what the actor has to rule on, the most urgent first."""
    rows = session.scalars(
        visible(select(Recusal).where(Recusal.state == RecusalState.WAITING), actor)
        .order_by(Recusal.due, Recusal.id)
        .limit(PAGE)
    ).all()
    return [one for one in rows if permits(actor, Action.RECUSAL_RULE, one)]


def listed(session: Session, actor: Actor, *, page: int = 1) -> tuple[Sequence[Recusal], int]:
    """Return a page of the recusals that a chair or an auditor oversees, and how many there are."""
    query = _overseen(select(Recusal), actor)
    count = session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    newest = query.order_by(Recusal.id.desc()).limit(PAGE).offset(PAGE * (page - 1))
    return session.scalars(newest).all(), count


def by_judge(session: Session, actor: Actor) -> list[Frequency]:
    """Count the recusals of each judge, the most challenged first."""
    rows = _counted(session, actor, Recusal.judge_id)
    judges = {
        judge.id: judge
        for judge in session.scalars(select(Judge).where(Judge.id.in_([row[0] for row in rows])))
    }
    return [_frequency(judges[row[0]], row) for row in rows]


def by_initiative(session: Session, actor: Actor) -> list[Frequency]:
    """Count the recusals by who raised them."""
    return [_frequency(row[0], row) for row in _counted(session, actor, Recusal.initiative)]


def _counted(session: Session, actor: Actor, column: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    states = (RecusalState.GRANTED, RecusalState.REFUSED)
    counts = [func.count().filter(Recusal.state == state) for state in states]
    query = _overseen(select(Recusal), actor).with_only_columns(
        column, func.count(), *counts, maintain_column_froms=True
    )
    return session.execute(query.group_by(column).order_by(func.count().desc(), column)).all()


def _frequency(whom: Judge | Initiative, row: Row[*tuple[Any, ...]]) -> Frequency:
    return Frequency(whom=whom, raised=row[1], granted=row[2], refused=row[3])


def _overseen(query: Select[Any], actor: Actor) -> Select[Any]:
    if actor.has(RoleCode.AUDITOR):
        return query
    return query.join(Case, Case.id == Recusal.case_id).where(
        Case.court_id.in_(actor.courts_as(RoleCode.CHAIR))
    )


_WHOLE: Final = (
    joinedload(Recusal.asked_by),
    joinedload(Recusal.ruled_by_user),
    joinedload(Recusal.paper),
    joinedload(Recusal.order),
)


def who_left(session: Session, case: Case) -> Sequence[Judge]:
    """Return who has left the case: the log bars them already."""
    return session.scalars(
        select(Judge)
        .join(DrawSeat, DrawSeat.judge_id == Judge.id)
        .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
        .where(DrawRequest.case_id == case.id, DrawSeat.dropped_at.is_not(None))
    ).all()
