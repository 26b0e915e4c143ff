"""Claims filed before: each is marked when it is handed in, and goes to the judge it went to then.

A repeated claim is linked by the system, without a choice: only its judge or the draw would be
left to choose. A claim that merely resembles an earlier one is put before the clerk with the
reasons, and what he says is written down and counted.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import SYSTEM, Action, Actor, visible
from sud.allocation import log as draw_log
from sud.allocation import service as allocation
from sud.allocation.service import Exclusion
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Filing,
    FilingMark,
    LinkGround,
    Refiling,
    RefilingAlarm,
    RefilingState,
    RoleCode,
    SeparateReason,
    User,
)
from sud.outside import Defer, local_day
from sud.recusals.excluding import exclusions_for
from sud.refiling.marking import BOUND, Candidate, binding, candidates, note

FOLLOW: Final = "refiling.follow"
SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a clerk said of a claim that resembles an earlier case: it follows it, or not."""

    earlier: UUID
    ground: LinkGround | None = None
    reason: SeparateReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will happen to a filing when it is accepted."""

    candidate: Candidate
    ground: LinkGround | None
    reason: SeparateReason | None
    by_system: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often a clerk, or the system, decided each way."""

    who: str | None
    linked: int
    by_system: int
    separate: int
    undone: int


# ------------------------------------------------------------------ deciding


def plan(
    session: Session,
    filing: Filing,
    choice: Choice | None,
    *,
    secret: bytes,
    defer: Defer,
    now: datetime,
) -> Plan | None:
    """Decide how a filing comes to its judge; None if nothing came before it.

    Call it with the log of draws held: of two copies accepted at once, the second sees the first.
    """
    note(session, SYSTEM, filing, secret=secret, defer=defer, now=now)
    found = [one for one in candidates(session, filing, secret=secret, now=now) if one.case]
    bound = binding(found)
    if bound is not None:
        return Plan(candidate=bound, ground=LinkGround.REFILED, reason=None, by_system=True)
    if not found:
        return None
    chosen = next(
        (one for one in found if choice and one.case and one.case.key == choice.earlier), None
    )
    if chosen is None or choice is None or (choice.ground is None) is (choice.reason is None):
        raise CourtError(Refusal.REFILING_UNDECIDED)
    return Plan(candidate=chosen, ground=choice.ground, reason=choice.reason, by_system=False)


def place(
    session: Session,
    actor: Actor,
    case: Case,
    planned: Plan | None,
    *,
    secret: bytes,
    defer: Defer,
    now: datetime,
) -> Refiling | None:
    """Lead a case just registered to its judge: to that of the earlier case, or to the draw."""
    excluded = exclusions_for(session, case, secret=secret)
    if planned is None:
        allocation.enter(session, actor, case, now=now, excluded=excluded)
        return None
    earlier = planned.candidate.case
    assert earlier is not None  # noqa: S101 - a plan is made on an earlier case
    state = RefilingState.SEPARATE
    if planned.ground is not None:
        state = _way_to(session, case, earlier, excluded, now)
    row = Refiling(
        case=case,
        earlier=earlier,
        state=state,
        ground=planned.ground,
        reason=planned.reason,
        by_system=planned.by_system,
        signs=[sign.value for sign in planned.candidate.signs],
        decided_by_id=actor.user_id,
        decided_at=now,
    )
    session.add(row)
    _record(session, actor, row, now=now)
    if state is RefilingState.LINKED:
        _link(session, actor, row, defer=defer, now=now)
    elif state is not RefilingState.WAITING:
        allocation.enter(session, actor, case, now=now, excluded=excluded)
    return row


def follow(session: Session, actor: Actor, *, secret: bytes, defer: Defer, now: datetime) -> int:
    """Lead the cases that wait for an earlier one to its judge, once it has one."""
    draw_log.hold(session)
    waiting = session.scalars(
        select(Refiling)
        .join(Case, Case.id == Refiling.earlier_id)
        .where(Refiling.state == RefilingState.WAITING, Case.judge_id.is_not(None))
        .order_by(Refiling.id)
        .with_for_update(of=Refiling, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    led = 0
    for row in waiting:
        excluded = exclusions_for(session, row.case, secret=secret)
        state = _way_to(session, row.case, row.earlier, excluded, now)
        if state is RefilingState.WAITING:
            continue
        row.state, led = state, led + 1
        _record(session, actor, row, now=now)
        if row.state is RefilingState.LINKED:
            _link(session, actor, row, defer=defer, now=now)
        else:
            allocation.enter(session, actor, row.case, now=now, excluded=excluded)
    return led


def undo(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    reason: SeparateReason,
    secret: bytes,
    now: datetime,
) -> None:
    """Take a link back, and let the judge be drawn: until the next freeze, and with a reason."""
    draw_log.hold(session)
    row = refiling_of(session, case)
    if row is None:
        raise CourtError(Refusal.LINK_SETTLED)
    session.refresh(row, with_for_update={"of": Refiling})
    if row.state not in BOUND:
        raise CourtError(Refusal.LINK_SETTLED)
    linked = row.state is RefilingState.LINKED
    row.state, row.reason = RefilingState.UNLINKED, reason
    row.undone_by_id, row.undone_at = actor.user_id, now
    journal.record(
        session, actor, Action.REFILING_UNDO, case, now=now, reason=reason.value, linked=linked
    )
    if linked:
        allocation.unlink(session, actor, case, document=_document(session, row), now=now)
    excluded = exclusions_for(session, case, secret=secret)
    allocation.enter(session, actor, case, now=now, excluded=excluded)


def _way_to(
    session: Session, case: Case, earlier: Case, excluded: Sequence[Exclusion], now: datetime
) -> RefilingState:
    """Say whether the earlier judges take the case now, later, or not any more."""
    if earlier.category.seats < case.category.seats:
        return RefilingState.JUDGE_GONE
    sitting = allocation.sitting(session, earlier)[: case.category.seats]
    if len(sitting) < case.category.seats:
        return RefilingState.WAITING
    barred = {one.judge.id for one in excluded}
    today = local_day(now)
    for judge in (seat.judge for seat in sitting):
        if judge.id in barred or (judge.until is not None and judge.until < today):
            return RefilingState.JUDGE_GONE
    return RefilingState.LINKED


def _link(session: Session, actor: Actor, row: Refiling, *, defer: Defer, now: datetime) -> None:
    assert row.ground is not None  # noqa: S101 - what is linked has a ground
    allocation.link(
        session,
        actor,
        row.case,
        to=row.earlier,
        ground=row.ground.value,
        document=_document(session, row),
        now=now,
        defer=defer,
    )


def _document(session: Session, row: Refiling) -> bytes:
    """The decision as the log knows it: a salted hash, which tells nobody what stands in it."""
    decision = {
        "case": row.case.number,
        "earlier": row.earlier.number,
        "ground": row.ground.value if row.ground else None,
        "reason": row.reason.value if row.reason else None,
        "signs": row.signs,
        "state": row.state.value,
    }
    text = json.dumps(decision, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return allocation.salted(session, hashlib.sha256(text.encode()).digest())


def _record(session: Session, actor: Actor, row: Refiling, *, now: datetime) -> None:
    journal.record(
        session,
        actor,
        Action.REFILING_DECIDE,
        row.case,
        now=now,
        change=row.state.value,
        earlier=row.earlier.number,
        ground=row.ground.value if row.ground else None,
        reason=row.reason.value if row.reason else None,
        by_system=row.by_system,
        signs=row.signs,
    )


# ------------------------------------------------------------------ queries


def refiling_of(session: Session, case: Case) -> Refiling | None:
    """Return what was decided about a case that resembles an earlier one."""
    return session.scalars(select(Refiling).where(Refiling.case_id == case.id)).one_or_none()


def bound_of(session: Session, case: Case) -> Refiling | None:
    """Return the link of a case that follows an earlier one, or waits to."""
    row = refiling_of(session, case)
    return row if row is not None and row.state in BOUND else None


def copies_of(session: Session, actor: Actor, case: Case) -> Sequence[Refiling]:
    """Return the later cases that follow this one, as far as the actor may know of them."""
    known = visible(select(Case), actor).with_only_columns(Case.id)
    return session.scalars(
        select(Refiling)
        .where(
            Refiling.earlier_id == case.id,
            Refiling.state.in_(BOUND),
            Refiling.case_id.in_(known),
        )
        .order_by(Refiling.id)
    ).all()


def lately(session: Session, actor: Actor) -> Sequence[Refiling]:
    """Return the last decisions at the actor's courts, those that wait first."""
    query = select(Refiling).join(Case, Case.id == Refiling.case_id)
    return session.scalars(
        _of_courts(query, actor, Case.court_id)
        .order_by(Refiling.state != RefilingState.WAITING, Refiling.decided_at.desc())
        .limit(SHOWN)
    ).all()


def alarms(session: Session, actor: Actor) -> Sequence[RefilingAlarm]:
    """Return the alarms of the actor's courts, the latest first."""
    query = _of_courts(select(RefilingAlarm), actor, RefilingAlarm.court_id)
    return session.scalars(
        query.order_by(RefilingAlarm.day.desc(), RefilingAlarm.id.desc()).limit(SHOWN)
    ).all()


def counts_by_clerk(session: Session, actor: Actor, since: datetime) -> list[Count]:
    """Count how everybody who accepts claims decided: for the watch, not for the public."""
    state, system = Refiling.state, Refiling.by_system
    query = (
        select(
            User.display_name,
            func.count().filter(state.in_(BOUND), ~system),
            func.count().filter(system),
            func.count().filter(state == RefilingState.SEPARATE),
            func.count().filter(state == RefilingState.UNLINKED),
        )
        .select_from(Refiling)
        .join(Case, Case.id == Refiling.case_id)
        .outerjoin(User, User.id == Refiling.decided_by_id)
        .where(Refiling.decided_at >= since)
        .group_by(User.id)
        .order_by(User.display_name)
    )
    return [
        Count(who=who, linked=linked, by_system=by_system, separate=separate, undone=undone)
        for who, linked, by_system, separate, undone in session.execute(
            _of_courts(query, actor, Case.court_id)
        )
    ]


def counts_by_party(session: Session, since: datetime) -> dict[str, int]:
    """Count how many cases of each claimant followed an earlier one, by keyed mark only."""
    rows = session.execute(
        select(FilingMark.parties)
        .join(Filing, Filing.id == FilingMark.filing_id)
        .join(Refiling, Refiling.case_id == Filing.case_id)
        .where(Refiling.decided_at >= since, FilingMark.submission == Filing.submissions)
    ).scalars()
    counts: dict[str, int] = {}
    for parties in rows:
        for one in parties:
            if one["claimant"]:
                who = one["pin"] or "/".join(one["full"])
                counts[who] = counts.get(who, 0) + 1
    return counts


def _of_courts(query: Any, actor: Actor, court_id: Any) -> Any:
    """Auditors and administrators see every court, others their own."""
    if actor.has(RoleCode.AUDITOR, RoleCode.ADMINISTRATOR):
        return query
    return query.where(court_id.in_(actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)))
