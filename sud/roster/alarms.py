"""What waits too long: cases without a pool and draws without a contributor, told once each."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.models import (
    AlarmKind,
    Case,
    DrawRequest,
    DrawWait,
    Epoch,
    EpochState,
    Role,
    RoleCode,
    RosterAlarm,
    User,
)
from sud.outside import Defer, local_day
from sud.registry import epochs

TELL: Final = "roster.tell"
KEPT: Final = timedelta(days=30)
"""So long an alarm that is over stays on the list."""
_EVERYWHERE: Final = (RoleCode.ADMINISTRATOR, RoleCode.AUDITOR)


def look(session: Session, actor: Actor, *, now: datetime, defer: Defer) -> list[RosterAlarm]:
    """Raise what has begun to wait too long, end what is over, and have the administrator told."""
    raised = [*_cases_waiting(session, now), *_epochs_waiting(session, now)]
    for alarm in raised:
        session.add(alarm)
        journal.record(session, actor, Action.ROSTER_ALARM, alarm, now=now, kind=alarm.kind.value)
    if raised:
        defer(
            session,
            TELL,
            cases=_count(raised, AlarmKind.CASE_WAITS),
            epochs=_count(raised, AlarmKind.EPOCH_WAITS),
        )
    for alarm in _over(session, now):
        alarm.ended_at = now
        journal.record(
            session, actor, Action.ROSTER_ALARM, alarm, now=now, kind=alarm.kind.value, over=True
        )
    return raised


def _count(alarms: Sequence[RosterAlarm], kind: AlarmKind) -> int:
    return sum(one.kind is kind for one in alarms)


def _cases_waiting(session: Session, now: datetime) -> list[RosterAlarm]:
    late = _unalarmed(
        select(DrawWait).where(DrawWait.ended_at.is_(None), DrawWait.deadline < now),
        AlarmKind.CASE_WAITS,
        DrawWait.id,
    )
    return [
        _alarm(
            AlarmKind.CASE_WAITS,
            wait.id,
            now,
            court_id=wait.case.court_id,
            since=wait.since,
            facts={"eligible": wait.eligible, "minimum": wait.minimum},
        )
        for wait in session.scalars(late)
    ]


def _epochs_waiting(session: Session, now: datetime) -> list[RosterAlarm]:
    frozen = _unalarmed(
        select(Epoch).where(Epoch.state == EpochState.FROZEN), AlarmKind.EPOCH_WAITS, Epoch.number
    )
    return [
        _alarm(
            AlarmKind.EPOCH_WAITS,
            epoch.number,
            now,
            court_id=None,
            since=epoch.frozen_at,
            facts={"epoch": epoch.name, "draws": _draws_of(session, epoch)},
        )
        for epoch in session.scalars(frozen)
        if epoch.frozen_at + _patience(epoch) < now
    ]


def _patience(epoch: Epoch) -> timedelta:
    group = epochs.group_by_code(epoch.group) or epochs.timetable().groups[-1]
    return timedelta(minutes=group.patience_minutes)


def _draws_of(session: Session, epoch: Epoch) -> int:
    query = select(func.count(DrawRequest.id)).where(DrawRequest.epoch_number == epoch.number)
    return session.scalar(query) or 0


def _unalarmed(query: Select[Any], kind: AlarmKind, number: Any) -> Select[Any]:
    known = select(RosterAlarm.about).where(RosterAlarm.kind == kind)
    return query.where(number.not_in(known)).order_by(number)


def _alarm(
    kind: AlarmKind,
    about: int,
    now: datetime,
    *,
    court_id: int | None,
    since: datetime,
    facts: dict[str, Any],
) -> RosterAlarm:
    return RosterAlarm(
        kind=kind, about=about, court_id=court_id, since=since, facts=facts, raised_at=now
    )


def _over(session: Session, now: datetime) -> list[RosterAlarm]:
    """Return the alarms whose matter is settled: drawn, no longer waiting, back from the leave."""
    standing = session.scalars(select(RosterAlarm).where(RosterAlarm.ended_at.is_(None))).all()
    waits = set(session.scalars(select(DrawWait.id).where(DrawWait.ended_at.is_(None))))
    frozen = set(session.scalars(select(Epoch.number).where(Epoch.state == EpochState.FROZEN)))
    today = local_day(now).isoformat()
    over = []
    for alarm in standing:
        match alarm.kind:
            case AlarmKind.CASE_WAITS:
                done = alarm.about not in waits
            case AlarmKind.EPOCH_WAITS:
                done = alarm.about not in frozen
            case AlarmKind.POOL_FALLS:
                done = alarm.facts["until"] is not None and alarm.facts["until"] < today
        if done:
            over.append(alarm)
    return over


# ------------------------------------------------------------------ lists


def alarms_of(session: Session, actor: Actor, *, now: datetime) -> Sequence[RosterAlarm]:
    """Return the alarms of the actor's courts: the standing ones first, then what is over."""
    query = select(RosterAlarm).where(
        or_(RosterAlarm.ended_at.is_(None), RosterAlarm.ended_at > now - KEPT)
    )
    if not actor.has(*_EVERYWHERE):
        courts = actor.courts_as(RoleCode.CHAIR, RoleCode.CLERK)
        query = query.where(or_(RosterAlarm.court_id.in_(courts), RosterAlarm.court_id.is_(None)))
    order = (RosterAlarm.ended_at.is_not(None), RosterAlarm.raised_at.desc(), RosterAlarm.id)
    return session.scalars(query.order_by(*order)).all()


def waiting_of(session: Session, actor: Actor) -> Sequence[DrawWait]:
    """Return the cases of the actor's courts that wait for a pool, the longest first."""
    query = (
        select(DrawWait)
        .join(Case, Case.id == DrawWait.case_id)
        .where(DrawWait.ended_at.is_(None))
        .order_by(DrawWait.since, DrawWait.id)
    )
    if not actor.has(*_EVERYWHERE):
        query = query.where(Case.court_id.in_(actor.courts_as(RoleCode.CHAIR, RoleCode.CLERK)))
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """How many cases and draws wait longer than they should: what everybody may know."""

    cases: int
    draws: int


def overdue(session: Session) -> Overdue:
    """Count what stands on the list of alarms now."""
    counts = dict(
        session.execute(
            select(RosterAlarm.kind, func.count())
            .where(RosterAlarm.ended_at.is_(None))
            .group_by(RosterAlarm.kind)
        ).all()
    )
    return Overdue(
        cases=counts.get(AlarmKind.CASE_WAITS, 0), draws=counts.get(AlarmKind.EPOCH_WAITS, 0)
    )


# ------------------------------------------------------------------ letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to an administrator: counts and a link, never a case."""

    to: str
    subject: str
    text: str


def letters(
    session: Session, *, cases: int, epochs: int, base_url: str, now: datetime
) -> list[Letter]:
    """Write to every administrator who has an address."""
    today = local_day(now)
    users = session.scalars(
        select(User)
        .join(Role, Role.user_id == User.id)
        .where(
            Role.code == RoleCode.ADMINISTRATOR,
            Role.valid_from <= today,
            or_(Role.valid_to.is_(None), Role.valid_to >= today),
            User.active,
            User.email != "",
        )
        .order_by(User.id)
    ).unique()
    found = []
    for user in users:
        words = _words().get(user.language, _words()["ky"])
        parts = [
            words["greeting"],
            words["text"].format(cases=cases, epochs=epochs),
            f"{base_url.rstrip('/')}/roster/waiting",
            words["closing"],
        ]
        found.append(
            Letter(to=user.email, subject=words["subject"], text="\n\n".join(parts) + "\n")
        )
    return found


@cache
def _words() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("letters.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
