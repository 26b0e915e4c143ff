"""Who changed what within a day of which draw, and whether the draw saw other judges for it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assignment.canon import parse
from sud.models import (
    Availability,
    Court,
    DrawRequest,
    Epoch,
    Judge,
    LogEntry,
    RosterChange,
)
from sud.roster.posts import Post, Timeline

NEAR: Final = timedelta(hours=24)
PAGE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawNear:
    """A draw within a day of a change; `differs` if the change altered who could be drawn."""

    row: DrawRequest
    at: datetime
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change of the roster as the report tells it."""

    judge: Judge
    row: Availability
    at: datetime
    before: Post | None
    made: RosterChange | None
    draws: Sequence[DrawNear]

    @property
    def specialised(self) -> bool:
        """Whether other cases are tried, rather than more or fewer."""
        old = self.before.classes if self.before else None
        new = None if self.row.classes is None else tuple(self.row.classes)
        return self.row.per_mille > 0 and old != new

    @property
    def altered(self) -> int:
        """How many of the draws saw other judges because of the change."""
        return sum(one.differs for one in self.draws)


def changes_of(session: Session, court: Court, *, page: int) -> tuple[list[Told], int]:
    """Return the changes of a court's roster, the newest first, and how many there are."""
    changed = (
        select(Availability, Judge, LogEntry)
        .join(Judge, Judge.id == Availability.judge_id)
        .join(LogEntry, LogEntry.index == Availability.log_index)
        .where(Judge.court_id == court.id)
    )
    count = session.scalar(select(func.count()).select_from(changed.subquery())) or 0
    found = session.execute(
        changed.order_by(Availability.log_index.desc()).offset((page - 1) * PAGE).limit(PAGE)
    ).all()
    made = _made(session, [row.id for row, *_ in found])
    rows = _rows_of(session, {judge.id for _, judge, _ in found})
    frozen = session.scalars(select(Epoch.tree_size).order_by(Epoch.tree_size)).all()
    told = []
    for row, judge, entry in found:
        earlier = [one for one in rows[judge.id] if (one.log_index or 0) < (row.log_index or 0)]
        before = Timeline(earlier).on(row.valid_from)
        told.append(
            Told(
                judge=judge,
                row=row,
                at=entry.logged_at,
                before=before,
                made=made.get(row.id),
                draws=_draws_near(session, court, judge, entry, before, frozen=frozen),
            )
        )
    return told, count


def _made(session: Session, numbers: Sequence[int]) -> dict[int, RosterChange]:
    query = select(RosterChange).where(RosterChange.availability_id.in_(numbers))
    return {one.availability_id: one for one in session.scalars(query)}


def _rows_of(session: Session, judges: set[int]) -> dict[int, list[Availability]]:
    rows: dict[int, list[Availability]] = {number: [] for number in judges}
    for row in session.scalars(select(Availability).where(Availability.judge_id.in_(judges))):
        rows[row.judge_id].append(row)
    return rows


def _draws_near(
    session: Session,
    court: Court,
    judge: Judge,
    entry: LogEntry,
    before: Post | None,
    *,
    frozen: Sequence[int],
) -> list[DrawNear]:
    """Return the draws whose case was logged within a day of the change, in their order."""
    change = parse(entry.body.encode())
    query = (
        select(DrawRequest, LogEntry)
        .join(LogEntry, LogEntry.index == DrawRequest.case_index)
        .where(
            DrawRequest.court_id == court.id,
            LogEntry.logged_at.between(entry.logged_at - NEAR, entry.logged_at + NEAR),
        )
        .order_by(DrawRequest.case_index)
    )
    found = []
    for row, logged in session.execute(query).unique():
        # The epoch for which the case was taken in: one more than were frozen by then.
        intake = bisect_right(frozen, logged.index) + 1
        case = parse(logged.body.encode())
        in_force = (
            logged.index > entry.index
            and intake >= change["epoch"]
            and case["at"][:10] >= change["from"]
        )
        found.append(
            DrawNear(
                row=row,
                at=logged.logged_at,
                differs=in_force and _differs(case, judge, before),
            )
        )
    return found


def _differs(case: dict[str, Any], judge: Judge, before: Post | None) -> bool:
    """Whether the judge's place among the candidates is another than the old post would give."""
    request = case.get("request") or {}
    candidates = dict(request.get("candidates") or ())
    old = before.per_mille if before is not None and before.tries(request.get("cat")) else 0
    return bool(candidates) and candidates.get(judge.code, 0) != old
