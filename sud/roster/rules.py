"""Pools of courts and the rules of the draw: what is in force since which entry, and changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assignment.canon import parse
from assignment.docket import Rules
from sud.access import Actor
from sud.allocation import log
from sud.allocation import service as allocation
from sud.errors import CourtError, Refusal
from sud.models import Court, LogEntry, RosterOrder
from sud.registry import service as registry
from sud.roster.orders import Paper, hash_of, take_order


def set_pool(
    session: Session,
    actor: Actor,
    *,
    code: str,
    courts: Sequence[Court],
    paper: Paper,
    now: datetime,
) -> RosterOrder:
    """Say which courts lend judges to one another, from the next epoch on."""
    if len(courts) == 1:
        raise CourtError(Refusal.POOL_OF_ONE)
    order = take_order(session, actor, None, paper, now=now)
    names = sorted(court.code for court in courts)
    allocation.set_pool(session, actor, code, names, order=hash_of(order), now=now)
    return order


def set_rules(
    session: Session,
    actor: Actor,
    *,
    minimum: int,
    redraws: int,
    absence: int,
    manual: bool,
    paper: Paper,
    now: datetime,
) -> RosterOrder:
    """Change what the draw leaves to be fixed, on an order; the log shows when."""
    order = take_order(session, actor, None, paper, now=now)
    allocation.set_rules(
        session,
        actor,
        minimum=minimum,
        redraws=redraws,
        absence=absence,
        manual=manual,
        order=hash_of(order),
        now=now,
    )
    return order


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What an entry of the log says, its number, and when it was logged."""

    facts: Mapping[str, Any]
    index: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolInForce:
    """A pool of courts that lend judges to one another, with the entry that made it so."""

    code: str
    courts: Sequence[Court]
    entered: Entered


def rules_now(session: Session) -> Rules:
    """Return the rules that the log holds for cases logged now."""
    return log.read(session).rules


def rules_to_come(session: Session) -> Rules | None:
    """Return rules that are logged and hold from the next epoch on."""
    state = log.read(session)
    newest = state.fixed[-1][1]
    return None if newest == state.rules else newest


def rules_entry(session: Session) -> Entered | None:
    """Return the entry that fixed the rules in force; None while they are the protocol's own."""
    return next(iter(_entries(session, "rules", newest=1)), None)


def pools_in_force(session: Session) -> list[PoolInForce]:
    """Return the pools with their courts, by code; a dissolved one is left out."""
    latest: dict[str, Entered] = {}
    for entered in _entries(session, "pool"):
        latest.setdefault(entered.facts["pool"], entered)
    codes = {code for entered in latest.values() for code in entered.facts["courts"]}
    courts = {
        court.code: court for court in session.scalars(select(Court).where(Court.code.in_(codes)))
    }
    return [
        PoolInForce(
            code=code,
            courts=[courts[one] for one in entered.facts["courts"] if one in courts],
            entered=entered,
        )
        for code, entered in sorted(latest.items())
        if entered.facts["courts"]
    ]


def courts_of_codes(session: Session, codes: Sequence[str]) -> list[Court]:
    """Return the courts that a form named."""
    found = (registry.court_by_code(session, code) for code in codes)
    return [court for court in found if court is not None]


def _entries(session: Session, kind: str, *, newest: int | None = None) -> list[Entered]:
    query = (
        select(LogEntry)
        .where(LogEntry.body.contains(f'"type":"{kind}"'))
        .order_by(LogEntry.index.desc())
        .limit(newest)
    )
    return [
        Entered(facts=parse(row.body.encode()), index=row.index, at=row.logged_at)
        for row in session.scalars(query)
    ]
