"""How each judge's load stands against the fair share: now, over time, and move by move.

Nothing here is kept: the present follows from the log, the past from the deviations that stand
beside each draw. Each page reads a bounded number of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Final

from sqlalchemy import case as sql_case
from sqlalchemy import cast, exists, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session, aliased, raiseload

from assignment.draw import FULL, FULL_POST, tickets
from assignment.replay import State
from sud.access import Actor
from sud.allocation import log, moves
from sud.models import (
    Court,
    DrawKind,
    DrawPool,
    DrawRequest,
    Epoch,
    Judge,
    LogEntry,
    RoleCode,
)
from sud.outside import local_day

YEAR: Final = timedelta(days=365)
PAGE: Final = 40
EPOCHS_SHOWN: Final = 10
_POINTS: Final = 40
"""How often a line of the picture is looked at: more would not be seen."""
_EACH: Final = 3
"""Draws read at each point: who was on leave in one of them stands in another."""
_MOST_READ: Final = 5000
_NINETEEN_OF_TWENTY: Final = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A change of a judge's share that is logged and does not count yet."""

    day: date
    share: float
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A judge in a ledger, now: share, load, and the chance in the next standard case."""

    code: str
    name: str
    share: float
    deviation: float
    fair: float
    chance: float
    drawn: int
    classes: Sequence[str] | None
    coming: Sequence[Coming]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How the cases of a court came to their judges, in a year."""

    drawn: int
    again: int
    linked: int
    manual: int
    wide: int
    small: int
    alone: int

    @property
    def every(self) -> int:
        """All cases that came to a judge."""
        return self.drawn + self.linked + self.manual


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochOfCourt:
    """An epoch in which a court had cases."""

    epoch: Epoch
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A line of a judge's ledger, in standard cases: `what` is drawn, linked, manual or left."""

    row: DrawRequest
    at: datetime
    index: int
    what: str
    ground: str
    chance: float | None
    credit: float
    charge: float
    before: float | None
    mine: bool

    @property
    def change(self) -> float:
        """By how much the deviation moved."""
        return self.charge - self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How often a judge was to be expected to be drawn, and was; `spread` is what chance does."""

    draws: int
    expected: float
    drawn: int
    spread: float


def court_of_url(session: Session, _actor: Actor, code: str) -> Court | None:
    """Return a court that has a roster in the log."""
    court = session.scalars(select(Court).where(Court.code == code)).one_or_none()
    return court if court and court.code in log.read(session).rosters.changes else None


def judge_of_actor(session: Session, actor: Actor) -> Judge | None:
    """Return the judge that whoever looks is himself."""
    query = select(Judge).where(Judge.id.in_(actor.judge_ids)).order_by(Judge.id)
    return session.scalars(query.limit(1)).one_or_none()


def court_of_chair(session: Session, actor: Actor) -> Court | None:
    """Return the court over which whoever looks presides."""
    ids = actor.courts_as(RoleCode.CHAIR)
    return session.scalars(select(Court).where(Court.id.in_(ids)).limit(1)).one_or_none()


def ledgers_of(state: State, court: Court) -> list[str]:
    """Name the ledgers in which judges of a court stand: its own, its rotas', its pool's."""
    own = court.code
    rotas = {name for name in state.ledgers if name.startswith(f"{own}/")}
    pool = state.rosters.pool_of(own, state.intake)
    return [own, *sorted(rotas), *([pool] if pool else [])]


def standings(session: Session, state: State, ledger: str, *, now: datetime) -> list[Standing]:
    """Return every judge of a ledger as things stand, with the chance in a standard case."""
    day = local_day(now)
    posts = state.posts(ledger, day.isoformat())
    deviations = state.standing(ledger)
    eligible = tuple((code, post.availability) for code, post in posts.items() if post.availability)
    whole = sum(share for _, share in eligible)
    odds = tickets(eligible, [deviations.get(code, 0) for code, _ in eligible]) if eligible else ()
    chances = dict(zip((code for code, _ in eligible), odds, strict=True))
    names = _names(session, [*posts, *deviations])
    counts = _drawn(session, ledger, now - YEAR)
    found = []
    for code in sorted({*posts, *deviations} & set(names), key=lambda one: names[one]):
        post = posts.get(code)
        share = post.availability if post else 0
        found.append(
            Standing(
                code=code,
                name=names[code],
                share=share / FULL_POST,
                deviation=deviations.get(code, 0) / FULL,
                fair=share / whole if share else 0.0,
                chance=chances.get(code, 0) / sum(odds) if odds else 0.0,
                drawn=counts.get(code, 0),
                classes=post.cats if post else None,
                coming=_coming(state, code, day),
            )
        )
    return found


def history(
    session: Session, state: State, ledger: str, *, since: datetime, now: datetime
) -> dict[str, list[tuple[datetime, float]]]:
    """Return the deviation of each judge of a ledger over time, in standard cases, by code."""
    query = (
        select(
            DrawRequest.standing,
            LogEntry.logged_at,
            DrawRequest.result_index,
            func.ntile(_POINTS).over(order_by=DrawRequest.result_index).label("point"),
        )
        .join(LogEntry, LogEntry.index == DrawRequest.result_index)
        .where(
            DrawRequest.ledger == ledger,
            DrawRequest.kind == DrawKind.DRAWN,
            LogEntry.logged_at >= since,
        )
        .subquery()
    )
    nth = func.row_number().over(partition_by=query.c.point, order_by=query.c.result_index.desc())
    ranked = select(query, nth.label("nth")).subquery()
    rows = session.execute(
        select(ranked.c.point, ranked.c.logged_at, ranked.c.standing)
        .where(ranked.c.nth <= _EACH)
        .order_by(ranked.c.result_index)
    )
    found: dict[str, dict[int, tuple[datetime, float]]] = {}
    for point, moment, standing in rows:
        for code, value in standing.items():
            found.setdefault(code, {})[point] = (moment, int(value) / FULL)
    lines = {code: list(points.values()) for code, points in found.items()}
    for code, value in state.standing(ledger).items():
        lines.setdefault(code, []).append((now, value / FULL))
    return lines


def rates(session: Session, court: Court, *, since: datetime) -> Rates:
    """Count how the cases of a court came to their judges."""
    each = func.jsonb_path_query_array(DrawRequest.standing, cast("$.keyvalue()", JSONPATH))
    earlier = aliased(DrawRequest)
    again = exists().where(
        earlier.request_id == DrawRequest.request_id, earlier.attempt < DrawRequest.attempt
    )
    kinds = {
        "drawn": DrawRequest.kind == DrawKind.DRAWN,
        "again": again,
        "linked": DrawRequest.kind == DrawKind.LINKED,
        "manual": DrawRequest.kind == DrawKind.MANUAL,
        "wide": DrawRequest.pool == DrawPool.INTER,
        "small": DrawRequest.pool == DrawPool.SMALL,
        "alone": func.jsonb_array_length(each) == 1,
    }
    counts = [func.count(sql_case((what, 1))).label(name) for name, what in kinds.items()]
    query = (
        select(*counts)
        .join(LogEntry, LogEntry.index == DrawRequest.result_index)
        .where(
            DrawRequest.court_id == court.id,
            DrawRequest.case_id.is_not(None),
            LogEntry.logged_at >= since,
        )
    )
    return Rates(**session.execute(query).mappings().one())


def epochs_of(session: Session, court: Court) -> list[EpochOfCourt]:
    """Return the latest epochs in which a court had cases."""
    query = (
        select(Epoch, func.count())
        .join(DrawRequest, DrawRequest.epoch_number == Epoch.number)
        .where(DrawRequest.court_id == court.id)
        .group_by(Epoch.number)
        .order_by(Epoch.number.desc())
        .limit(EPOCHS_SHOWN)
    )
    return [EpochOfCourt(epoch=epoch, requests=count) for epoch, count in session.execute(query)]


def moves_of_judge(session: Session, judge: Judge, *, page: int) -> tuple[list[Move], bool]:
    """Return a page of what moved a judge's deviation, the newest first, and whether more is."""
    state = log.read(session)
    ledgers = ledgers_of(state, judge.court)
    query = (
        select(DrawRequest)
        .where(DrawRequest.ledger.in_(ledgers), DrawRequest.result_index.is_not(None))
        .order_by(DrawRequest.result_index.desc())
    )
    query = query.options(raiseload(DrawRequest.case)).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = session.scalars(query).all()
    given = moves.given(session, rows[:PAGE])
    found = [move for one in given if (move := _given_to(one, judge.code))]
    found += [
        move for left in moves.given_up(session, given) if (move := _taken_back(left, judge.code))
    ]
    found.sort(key=lambda move: (move.index, move.at), reverse=True)
    return found, len(rows) > PAGE


def expectation(session: Session, judge: Judge, *, since: datetime) -> Expectation:
    """Compare how often a judge was drawn with how often the odds let one expect it."""
    entry, result = aliased(LogEntry), aliased(LogEntry)
    query = (
        select(entry.body, result.body)
        .join(DrawRequest, DrawRequest.case_index == entry.index)
        .join(result, result.index == DrawRequest.result_index)
        .where(
            DrawRequest.kind == DrawKind.DRAWN,
            DrawRequest.standing.has_key(judge.code),
            result.logged_at >= since,
        )
        .order_by(DrawRequest.result_index.desc())
        .limit(_MOST_READ)
    )
    chances: list[float] = []
    drawn = draws = 0
    for case_line, result_line in session.execute(query):
        draws += 1
        for chance, mine in moves.chances(case_line, result_line, judge.code):
            chances.append(chance)
            drawn += mine
    spread = _NINETEEN_OF_TWENTY * sqrt(sum(p * (1 - p) for p in chances))
    return Expectation(draws=draws, expected=sum(chances), drawn=drawn, spread=spread)


def _given_to(one: moves.Given, judge: str) -> Move | None:
    """Return what a draw moved for a judge; nothing, if it did not concern him."""
    pairs = [seat.move_of(judge) for seat in one.seats]
    credit, charge = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    if not (credit or charge):
        return None
    standing = one.row.standing or {}
    return Move(
        row=one.row,
        at=one.at,
        index=one.index,
        what=one.row.kind.value,
        ground=one.row.ground or "",
        chance=one.seats[0].chance_of(judge),
        credit=credit / FULL,
        charge=charge / FULL,
        before=int(standing[judge]) / FULL if judge in standing else None,
        mine=charge > 0,
    )


def _taken_back(left: moves.GivenUp, judge: str) -> Move | None:
    """Return what it moved for a judge that a seat was given up: charge or credit, taken back."""
    change = left.seat.undone_for(judge, left.ground) / FULL
    if not change:
        return None
    mine = left.seat.judge == judge
    return Move(
        row=left.row,
        at=left.at,
        index=left.index,
        what="left",
        ground=left.ground,
        chance=None,
        credit=0.0 if mine else -change,
        charge=change if mine else 0.0,
        before=None,
        mine=mine,
    )


def _coming(state: State, code: str, day: date) -> list[Coming]:
    """Return the changes of a judge's share that lie ahead, in their order."""
    found = [
        Coming(
            day=date.fromisoformat(change.day),
            share=change.post.availability / FULL_POST,
            epoch=change.epoch,
        )
        for judges in state.rosters.changes.values()
        for change in judges.get(code, ())
        if change.day > day.isoformat() or change.epoch > state.intake
    ]
    return sorted(found, key=lambda one: (one.day, one.epoch))


def _drawn(session: Session, ledger: str, since: datetime) -> dict[str, int]:
    query = (
        select(Judge.code, func.count())
        .join(DrawRequest, DrawRequest.judge_id == Judge.id)
        .join(LogEntry, LogEntry.index == DrawRequest.result_index)
        .where(
            DrawRequest.ledger == ledger,
            DrawRequest.kind == DrawKind.DRAWN,
            LogEntry.logged_at >= since,
        )
        .group_by(Judge.code)
    )
    return {code: count for code, count in session.execute(query)}  # noqa: C416


def _names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    query = select(Judge.code, Judge.full_name).where(Judge.code.in_(codes))
    return {code: name for code, name in session.execute(query)}  # noqa: C416
