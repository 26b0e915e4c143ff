"""Which draws there are: found by court, days, name and judge; and what waits, and for whom."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, raiseload

from sud.access import Actor, visible
from sud.allocation import log
from sud.models import (
    Assurance,
    Case,
    CaseState,
    Court,
    DrawRequest,
    DrawSeat,
    DrawWait,
    Epoch,
    EpochState,
    Judge,
    LogEntry,
)
from sud.outside import BISHKEK

PAGE: Final = 25
CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which draws are meant; what is left out does not narrow them."""

    court: str = ""
    first: date | None = None
    last: date | None = None
    name: str = ""
    judge: str = ""

    @property
    def anything(self) -> bool:
        """Whether the draws are narrowed at all."""
        return self != Asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An epoch that is frozen and not drawn yet."""

    epoch: Epoch
    requests: int
    missing: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Cases of a court that cannot enter the log, because too few of its judges are eligible."""

    court: Court
    cases: int
    eligible: int
    minimum: int
    deadline: datetime


def draws_found(session: Session, asked: Asked, *, page: int) -> tuple[Sequence[DrawRequest], int]:
    """Return a page of the draws that are meant, the newest first, and how many there are."""
    query = _meant(asked)
    numbers = query.with_only_columns(DrawRequest.id).subquery()
    count = session.scalar(select(func.count()).select_from(numbers)) or 0
    found = query.order_by(DrawRequest.case_index.desc()).offset((page - 1) * PAGE).limit(PAGE)
    return session.scalars(found.options(raiseload(DrawRequest.case))).all(), count


def courts_with_draws(session: Session) -> Sequence[Court]:
    """Return the courts that ever logged a case."""
    logged = exists().where(DrawRequest.court_id == Court.id)
    return session.scalars(select(Court).where(logged).order_by(Court.code)).all()


def logged_at(session: Session, rows: Sequence[DrawRequest]) -> dict[int, datetime]:
    """Return when each draw's case was logged, by the number of its entry."""
    indexes = [row.case_index for row in rows]
    query = select(LogEntry.index, LogEntry.logged_at).where(LogEntry.index.in_(indexes))
    return {number: moment for number, moment in session.execute(query)}  # noqa: C416


def epochs_waiting(session: Session) -> list[Waiting]:
    """Return the frozen epochs that wait for contributors or for their turn."""
    frozen = select(Epoch).where(Epoch.state == EpochState.FROZEN).order_by(Epoch.number)
    epochs = session.scalars(frozen).all()
    if not epochs:
        return []
    state = log.read(session)
    counts = select(DrawRequest.epoch_number, func.count()).group_by(DrawRequest.epoch_number)
    numbers = [epoch.number for epoch in epochs]
    mine = counts.where(DrawRequest.epoch_number.in_(numbers))
    requests = {number: count for number, count in session.execute(mine)}  # noqa: C416
    return [
        Waiting(
            epoch=epoch,
            requests=requests.get(epoch.number, 0),
            missing=state.missing(epoch.number),
        )
        for epoch in epochs
    ]


def shortages(session: Session) -> list[Shortage]:
    """Return the courts whose cases wait for judges."""
    found: dict[str, list[DrawWait]] = {}
    waits = select(DrawWait).where(DrawWait.ended_at.is_(None)).order_by(DrawWait.deadline)
    for wait in session.scalars(waits):
        found.setdefault(wait.case.court.code, []).append(wait)
    return [
        Shortage(
            court=waits[0].case.court,
            cases=len(waits),
            eligible=min(wait.eligible for wait in waits),
            minimum=waits[0].minimum,
            deadline=waits[0].deadline,
        )
        for _, waits in sorted(found.items())
    ]


def reduced(session: Session, since: datetime) -> int:
    """Count the epochs whose draws had too few independent institutions behind them."""
    query = select(func.count()).where(
        Epoch.assurance == Assurance.REDUCED, Epoch.drawn_at >= since
    )
    return session.scalar(query) or 0


def spreadsheet(session: Session, asked: Asked, *, before: int | None) -> list[dict[str, Any]]:
    """Return some draws as plain rows, the newest first, from before an entry of the log on."""
    query = _meant(asked).order_by(DrawRequest.case_index.desc()).limit(CHUNK)
    if before is not None:
        query = query.where(DrawRequest.case_index < before)
    rows = session.scalars(query.options(raiseload(DrawRequest.case))).all()
    indexes = [row.case_index for row in rows]
    indexes += [row.result_index for row in rows if row.result_index is not None]
    found = session.scalars(select(LogEntry).where(LogEntry.index.in_(indexes)))
    lines = {line.index: line for line in found}
    seats: dict[int, list[str]] = {}
    held = select(DrawSeat).where(DrawSeat.draw_id.in_([row.id for row in rows]))
    for seat in session.scalars(held.order_by(DrawSeat.seat)):
        seats.setdefault(seat.draw_id, []).append(seat.judge.code)
    return [_plain(row, lines, seats.get(row.id, [])) for row in rows]


def _plain(row: DrawRequest, lines: dict[int, LogEntry], judges: list[str]) -> dict[str, Any]:
    line = lines[row.case_index]
    # What stands in the archive was checked when it was written: no need to do it for each row.
    request = json.loads(line.body)["request"]
    result = lines.get(row.result_index) if row.result_index is not None else None
    seat = json.loads(result.body).get("seats", [None])[0] if result else None
    chance: float | None = None
    if seat:
        tickets = [int(number) for number in seat["tickets"]]
        place = [code for code, _ in request["candidates"]].index(seat["judge"])
        chance = round(tickets[place] / sum(tickets), 6)
    epoch = row.epoch
    return {
        "draw": row.request_id,
        "attempt": request["attempt"],
        "kind": row.kind.value,
        "ground": row.ground or "",
        "court": row.court.code,
        "ledger": row.ledger,
        "pool": row.pool.value,
        "class": request["cat"],
        "logged": log.stamp(line.logged_at),
        "epoch": epoch.name if epoch else "",
        "drawn": log.stamp(epoch.drawn_at) if epoch and epoch.drawn_at else "",
        "judges": " ".join(judges),
        "candidates": len(request["candidates"]),
        "chance": "" if chance is None else chance,
        "assurance": epoch.assurance.value if epoch and epoch.assurance else "",
        "entry": row.case_index,
        "result": "" if row.result_index is None else row.result_index,
    }


COLUMNS: Final = (
    "draw",
    "attempt",
    "kind",
    "ground",
    "court",
    "ledger",
    "pool",
    "class",
    "logged",
    "epoch",
    "drawn",
    "judges",
    "candidates",
    "chance",
    "assurance",
    "entry",
    "result",
)


def _meant(asked: Asked) -> Select[DrawRequest]:
    query = select(DrawRequest)
    if asked.court:
        query = query.join(Court, Court.id == DrawRequest.court_id).where(Court.code == asked.court)
    if asked.first or asked.last:
        entry = aliased(LogEntry)
        query = query.join(entry, entry.index == DrawRequest.case_index)
        if asked.first:
            query = query.where(entry.logged_at >= _midnight(asked.first))
        if asked.last:
            query = query.where(entry.logged_at < _midnight(asked.last) + timedelta(days=1))
    if asked.name:
        query = query.where(DrawRequest.request_id.istartswith(asked.name, autoescape=True))
    if asked.judge:
        sits = (
            exists()
            .where(DrawSeat.draw_id == DrawRequest.id)
            .where(DrawSeat.judge_id == Judge.id)
            .where(
                or_(
                    Judge.full_name.icontains(asked.judge, autoescape=True),
                    Judge.code == asked.judge,
                )
            )
        )
        query = query.where(sits)
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BISHKEK)


def cases_waiting(session: Session, actor: Actor, court: Court) -> Sequence[Case]:
    """Return the cases of a court without a judge that the reader may see, the oldest first."""
    query = (
        select(Case)
        .where(Case.court_id == court.id, Case.state == CaseState.REGISTERED)
        .order_by(Case.registered_at)
        .limit(PAGE)
    )
    return session.scalars(visible(query, actor)).all()
