"""Counts what bypassed the draw: by court for everybody, by official for the auditor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from sud.models import (
    Case,
    Court,
    DrawKind,
    DrawPool,
    DrawRequest,
    DrawSeat,
    DrawWait,
    ExceptionKind,
    ExceptionProposal,
    LogEntry,
    ProposalState,
    User,
)
from sud.outside import BISHKEK

UNLINKED: Final = "unlinked"
"""How the archive marks the seat of a judge from whom a link was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtCounts:
    """How the cases of a court came to their judges in a year; a link taken back is a draw."""

    court: Court
    every: int
    linked: int
    manual: int
    redrawn: int
    small: int
    waiting: int
    corrected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialCounts:
    """How often an official proposed, approved and refused exceptions."""

    who: str
    proposed: int
    approved: int
    refused: int


def of_courts(session: Session, year: int) -> list[CourtCounts]:
    """Count for each court that logged a case in a year; a duty rota has no cases to count."""
    begins = datetime(year, 1, 1, tzinfo=BISHKEK)
    ends = datetime(year + 1, 1, 1, tzinfo=BISHKEK)
    left = and_(DrawSeat.dropped_at.is_not(None), DrawSeat.ground != UNLINKED)
    undone = DrawSeat.ground == UNLINKED
    each = func.count(func.distinct(DrawRequest.id))
    counted = {
        row.court_id: row
        for row in session.execute(
            select(
                DrawRequest.court_id,
                each.filter(DrawRequest.attempt == 0).label("every"),
                each.filter(DrawRequest.kind == DrawKind.LINKED).label("linked"),
                each.filter(DrawRequest.kind == DrawKind.MANUAL).label("manual"),
                each.filter(DrawRequest.pool == DrawPool.SMALL).label("small"),
                each.filter(left).label("redrawn"),
                each.filter(undone).label("undone"),
            )
            .join(LogEntry, LogEntry.index == DrawRequest.case_index)
            .outerjoin(DrawSeat, DrawSeat.draw_id == DrawRequest.id)
            .where(
                DrawRequest.case_id.is_not(None),
                LogEntry.logged_at >= begins,
                LogEntry.logged_at < ends,
            )
            .group_by(DrawRequest.court_id)
        )
    }
    waiting = _waiting(session)
    corrected = _corrected(session, begins, ends)
    courts = session.scalars(
        select(Court)
        .where(Court.id.in_({*counted, *waiting, *corrected}))
        .order_by(Court.region, Court.code)
    )
    return [
        CourtCounts(
            court=court,
            every=row.every if (row := counted.get(court.id)) else 0,
            linked=row.linked - row.undone if row else 0,
            manual=row.manual if row else 0,
            redrawn=row.redrawn if row else 0,
            small=row.small if row else 0,
            waiting=waiting.get(court.id, 0),
            corrected=corrected.get(court.id, 0),
        )
        for court in courts
    ]


def of_officials(session: Session, since: datetime) -> Sequence[OfficialCounts]:
    """Count what each official proposed and decided since a moment."""
    rows = session.scalars(
        select(ExceptionProposal).where(ExceptionProposal.proposed_at >= since)
    ).all()
    people = {one.id: one for row in rows for one in (row.proposed_by, row.decided_by) if one}

    def decided(user: User, state: ProposalState) -> int:
        return sum(row.decided_by_id == user.id and row.state is state for row in rows)

    return [
        OfficialCounts(
            who=user.display_name,
            proposed=sum(row.proposed_by_id == user.id for row in rows),
            approved=decided(user, ProposalState.APPROVED),
            refused=decided(user, ProposalState.REFUSED),
        )
        for user in sorted(people.values(), key=lambda one: (one.display_name, one.id))
    ]


def _waiting(session: Session) -> dict[int, int]:
    rows = session.execute(
        select(Case.court_id, func.count().label("number"))
        .join(DrawWait, DrawWait.case_id == Case.id)
        .where(DrawWait.ended_at.is_(None))
        .group_by(Case.court_id)
    )
    return {row.court_id: row.number for row in rows}


def _corrected(session: Session, begins: datetime, ends: datetime) -> dict[int, int]:
    rows = session.execute(
        select(ExceptionProposal.court_id, func.count().label("number"))
        .where(
            ExceptionProposal.kind == ExceptionKind.CORRECTION,
            ExceptionProposal.state == ProposalState.APPROVED,
            ExceptionProposal.decided_at >= begins,
            ExceptionProposal.decided_at < ends,
        )
        .group_by(ExceptionProposal.court_id)
    )
    return {row.court_id: row.number for row in rows}
