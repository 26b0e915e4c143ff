"""The roster: who changes a judge's post, on which order, and what must hold before it is logged.

Each change stands in the public log at once and counts from the next epoch on. The log shows a
salted hash of the order's file, so the order can be checked by whoever is shown it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, permits
from sud.allocation import log
from sud.allocation import service as allocation
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceReason,
    AlarmKind,
    Availability,
    Category,
    ChangeKind,
    Court,
    DrawRequest,
    Hearing,
    HearingState,
    Judge,
    RosterAlarm,
    RosterChange,
    RosterOrder,
)
from sud.outside import local_day
from sud.registry import service as registry
from sud.roster import posts
from sud.roster.orders import Ordered, Paper, hash_of, take_order
from sud.roster.posts import Fall, Period, Post, Timeline

FULL_POST: Final = 1000
OLDEST: Final = timedelta(days=31)
"""A change may be entered so long after its day: it never reaches back, the day is only told."""
FARTHEST: Final = timedelta(days=2 * 366)
ABSENCES: Final = (
    AbsenceReason.LEAVE,
    AbsenceReason.SICKNESS,
    AbsenceReason.TRIP,
    AbsenceReason.TRAINING,
    AbsenceReason.SUSPENSION,
)
OPEN_ENDED: Final = frozenset({AbsenceReason.SICKNESS, AbsenceReason.SUSPENSION})
"""Absences whose end nobody may know when they begin."""


# ------------------------------------------------------------------ changes of a post


def change_share(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    per_mille: int,
    since: date,
    order: Ordered,
    now: datetime,
) -> RosterChange:
    """Change a judge's share of a full post from a day on, and after every absence to come."""

    def check(line: Timeline) -> None:
        if per_mille <= 0:
            raise CourtError(Refusal.SHARE_OF_NOTHING)
        _require_day(judge, since, now)
        _require_present(line, since)

    def entries(line: Timeline) -> list[_Entry]:
        post = line.on(since)
        classes = post.classes if post else None
        return [
            _Entry(per_mille, classes, AbsenceReason.SHARE, day)
            for day in [since, *_returns(line, since)]
        ]

    return _change(
        session,
        actor,
        judge,
        ChangeKind.SHARE,
        check=check,
        entries=entries,
        order=order,
        now=now,
    )


def specialise(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    classes: Collection[str] | None,
    since: date,
    order: Ordered,
    confirmed: bool,
    now: datetime,
) -> RosterChange:
    """Say which classes of cases a judge tries (None: all) from a day on."""
    known = {one.code for one in draw_classes(session, local_day(now))}
    chosen = None if classes is None else tuple(sorted(set(classes)))

    def check(line: Timeline) -> None:
        _require_day(judge, since, now)
        _require_present(line, since)
        if line.on(since) is None:
            raise CourtError(Refusal.NOT_ON_ROSTER)
        if chosen is not None and (not chosen or not known.issuperset(chosen)):
            raise CourtError(Refusal.UNKNOWN_CLASS)

    def entries(line: Timeline) -> list[_Entry]:
        found = []
        for day in [since, *_later(line, since)]:
            post = line.on(day)
            if post is not None:
                found.append(_Entry(post.per_mille, chosen, AbsenceReason.SHARE, day))
        return found

    lost = sorted(known - set(chosen)) if chosen is not None else []
    fall = _Falling(since, None, lost, confirmed)
    return _change(
        session,
        actor,
        judge,
        ChangeKind.SPECIALISATION,
        check=check,
        entries=entries,
        order=order,
        fall=fall if lost else None,
        now=now,
    )


def enter_absence(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    reason: AbsenceReason,
    first: date,
    last: date | None,
    order: Ordered,
    confirmed: bool,
    now: datetime,
) -> RosterChange:
    """Enter a leave, sickness, trip, training or suspension; the return is logged with it."""

    def check(line: Timeline) -> None:
        _require_day(judge, first, now)
        if last is not None and last < first:
            raise CourtError(Refusal.DATES_REVERSED)
        if last is None and reason not in OPEN_ENDED:
            raise CourtError(Refusal.ABSENCE_NEEDS_END)
        if last is not None and last > first + FARTHEST:
            raise CourtError(Refusal.DAY_TOO_FAR)
        if line.on(first) is None:
            raise CourtError(Refusal.NOT_ON_ROSTER)
        _require_free(line, first, last)

    def entries(_line: Timeline) -> list[_Entry]:
        return [_Entry(0, None, reason, first, last)]

    fall = _Falling(first, last, (None,), confirmed)
    return _change(
        session,
        actor,
        judge,
        ChangeKind.ABSENCE,
        check=check,
        entries=entries,
        order=order,
        fall=fall,
        now=now,
    )


def end_absence(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    day: date,
    order: Ordered,
    now: datetime,
) -> RosterChange:
    """Let a judge return before the end of an absence, on its first day too: then it is off."""

    def check(line: Timeline) -> None:
        _require_day(judge, day, now)
        absence = line.absence_on(day)
        if absence is None or absence.reason is AbsenceReason.TERM:
            raise CourtError(Refusal.NOT_ABSENT, day=day)

    def entries(line: Timeline) -> list[_Entry]:
        post = _post_before(line, day)
        return [_Entry(post.per_mille, post.classes, AbsenceReason.SHARE, day)]

    made = _change(
        session,
        actor,
        judge,
        ChangeKind.RETURN,
        check=check,
        entries=entries,
        order=order,
        now=now,
    )
    alarms = select(RosterAlarm).where(
        RosterAlarm.kind == AlarmKind.POOL_FALLS,
        RosterAlarm.about.in_(select(Availability.id).where(Availability.judge_id == judge.id)),
        RosterAlarm.ended_at.is_(None),
    )
    for alarm in session.scalars(alarms):
        alarm.ended_at = now
    return made


def end_term(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    last: date,
    order: Ordered,
    confirmed: bool,
    now: datetime,
) -> RosterChange:
    """End a judge's term: after the last day nothing is drawn to him, and nothing revives him."""
    after = last + timedelta(days=1)

    def check(line: Timeline) -> None:
        _require_day(judge, last, now)
        if line.on(after) is None:
            raise CourtError(Refusal.NOT_ON_ROSTER)

    def entries(line: Timeline) -> list[_Entry]:
        return [_Entry(0, None, AbsenceReason.TERM, day) for day in [after, *_later(line, after)]]

    fall = _Falling(after, None, (None,), confirmed)
    made = _change(
        session,
        actor,
        judge,
        ChangeKind.TERM,
        check=check,
        entries=entries,
        order=order,
        fall=fall,
        now=now,
    )
    judge.until = last
    session.flush()
    return made


@dataclass(frozen=True, slots=True)
class _Entry:
    """One change as the log takes it."""

    per_mille: int
    classes: tuple[str, ...] | None
    reason: AbsenceReason
    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class _Falling:
    """What has to be asked before the change is made: does it leave too few judges."""

    first: date
    last: date | None
    classes: Sequence[str | None]
    confirmed: bool


def _change(
    session: Session,
    actor: Actor,
    judge: Judge,
    kind: ChangeKind,
    *,
    check: Callable[[Timeline], None],
    entries: Callable[[Timeline], list[_Entry]],
    order: Ordered,
    now: datetime,
    fall: _Falling | None = None,
) -> RosterChange:
    """Check, take the order in, and check once more behind the log before anything is logged."""

    def checked() -> tuple[Timeline, Fall | None]:
        line = posts.timeline_of(session, judge)
        check(line)
        found = None if fall is None else fall_of(session, judge, fall, now=now)
        if found is not None and fall is not None and not fall.confirmed:
            raise CourtError(
                Refusal.POOL_WOULD_FALL, left=found.left, judges=found.judges, day=found.day
            )
        return line, found

    checked()
    if isinstance(order, Paper):
        order = take_order(session, actor, judge.court, order, now=now)
    log.hold(session)
    line, found = checked()
    rows = [_log(session, actor, judge, entry, order, now=now) for entry in entries(line)]
    made = [
        RosterChange(
            kind=kind, availability_id=row.id, order_id=order.id, by_id=actor.user_id, at=now
        )
        for row in rows
    ]
    session.add_all(made)
    if found is not None:
        session.add(_alarm(judge, rows[0], found, now=now))
    journal.record(
        session,
        actor,
        Action.ROSTER_CHANGE,
        made[0],
        now=now,
        kind=kind.value,
        judge=judge.code,
        order=order.id,
        entries=[row.log_index for row in rows],
        too_few=found is not None,
    )
    return made[0]


def _log(
    session: Session,
    actor: Actor,
    judge: Judge,
    entry: _Entry,
    order: RosterOrder,
    *,
    now: datetime,
) -> Availability:
    return allocation.set_availability(
        session,
        actor,
        judge,
        per_mille=entry.per_mille,
        cats=entry.classes,
        reason=entry.reason,
        valid_from=entry.first,
        valid_to=entry.last,
        order_number=order.number,
        order=hash_of(order),
        now=now,
    )


def _alarm(judge: Judge, row: Availability, fall: Fall, *, now: datetime) -> RosterAlarm:
    facts: dict[str, Any] = {
        "day": fall.day.isoformat(),
        "left": fall.left,
        "judges": fall.judges,
        "minimum": fall.minimum,
        "until": row.valid_to.isoformat() if row.valid_to else None,
        "class": fall.draw_class,
    }
    return RosterAlarm(
        kind=AlarmKind.POOL_FALLS,
        about=row.id,
        court_id=judge.court_id,
        since=now,
        facts=facts,
        raised_at=now,
    )


def fall_of(session: Session, judge: Judge, fall: _Falling, *, now: datetime) -> Fall | None:
    """Return how few judges of the court a change would leave, if they are too few."""
    judges = posts.judges_of(session, [judge.court], local_day(now))
    return posts.fall_of(
        posts.timelines(session, judges),
        judge,
        first=fall.first,
        last=fall.last,
        minimum=posts.minimum_pool(session),
        classes=fall.classes,
    )


def fall_without(session: Session, judge: Judge, *, now: datetime) -> Fall | None:
    """Return how few judges the court would have without this one, from today on."""
    return fall_of(session, judge, _Falling(local_day(now), None, (None,), False), now=now)


# ------------------------------------------------------------------ what must hold


def _require_day(judge: Judge, day: date, now: datetime) -> None:
    today = local_day(now)
    if day < max(today - OLDEST, judge.since):
        raise CourtError(Refusal.DAY_TOO_OLD, day=max(today - OLDEST, judge.since))
    if day > today + FARTHEST:
        raise CourtError(Refusal.DAY_TOO_FAR)
    if judge.until is not None and day > judge.until:
        raise CourtError(Refusal.TERM_IS_OVER, day=judge.until)


def _require_present(line: Timeline, day: date) -> None:
    """A share that begins during an absence would end the absence in the log."""
    absence = line.absence_on(day)
    if absence is not None:
        _refuse_overlap(absence)


def _require_free(line: Timeline, first: date, last: date | None) -> None:
    """An absence holds neither another one nor a planned change of the share."""
    until = last or first + FARTHEST
    for period in [*line.absences(first, until)]:
        _refuse_overlap(period)
    changes = line.days_of_change(first, until)[1:]
    if last is None:
        changes = line.days_of_change(first, date.max)[1:]
    if changes:
        raise CourtError(Refusal.CHANGE_INSIDE, day=changes[0])


def _refuse_overlap(absence: Period) -> None:
    if absence.last is None:
        raise CourtError(Refusal.ABSENT_WITHOUT_END, first=absence.first)
    raise CourtError(Refusal.ABSENCES_OVERLAP, first=absence.first, last=absence.last)


def _post_before(line: Timeline, day: date) -> Post:
    """Return the post that a judge held before he was away, whatever absences touch one another."""
    absence = line.absence_on(day)
    while absence is not None:
        day = absence.first - timedelta(days=1)
        absence = line.absence_on(day)
    post = line.on(day)
    return post or Post(per_mille=FULL_POST, classes=None, row=Availability())


def _returns(line: Timeline, since: date) -> list[date]:
    """Return the days on which absences end before the share changes again, as logged already."""
    found = []
    periods = line.periods(since, date.max - posts.AHEAD)
    for before, period in pairwise(periods):
        if not period.absent and not before.absent:
            break
        if not period.absent:
            found.append(period.first)
    return found


def _later(line: Timeline, since: date) -> list[date]:
    """Return the days after a day from which the judge's post is another than absent."""
    return [one.first for one in line.periods(since, date.max - posts.AHEAD)[1:] if not one.absent]


# ------------------------------------------------------------------ what others ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From when until when a judge is away; without a last day nobody knows yet."""

    first: date
    last: date | None
    reason: AbsenceReason


def absent_on(session: Session, judge: Judge, day: date) -> Absence | None:
    """Return the absence of a judge on a day; None when he is there or never was on the roster."""
    period = posts.timeline_of(session, judge).absence_on(day)
    if period is None:
        return None
    return Absence(first=period.first, last=period.last, reason=period.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawClass:
    """A class of cases as the log names it, with its names."""

    code: str
    names: Mapping[str, str]

    def name(self, lang: str) -> str:
        return self.names.get(lang) or self.names.get("en") or self.code


def draw_classes(session: Session, day: date) -> list[DrawClass]:
    """Return the classes of cases that are drawn on a day, in the order of their weight."""
    found = session.execute(
        select(Category.draw_class, Category.weight).where(
            Category.valid_from <= day,
            Category.valid_to.is_(None) | (Category.valid_to >= day),
        )
    )
    weights = {code: weight for code, weight in found}  # noqa: C416 - rows are no pairs to mypy
    names = registry.draw_class_names()
    return [
        DrawClass(code=code, names=names.get(code, {}))
        for code in sorted(weights, key=lambda one: (weights[one], one))
    ]


def court_of_url(session: Session, actor: Actor, code: str) -> Court | None:
    """Return a court whose roster the actor may read with its orders and reasons."""
    court = registry.court_by_code(session, code)
    return court if court is not None and permits(actor, Action.ROSTER_READ, court) else None


def judge_of_url(session: Session, actor: Actor, code: str, judge: str) -> Judge | None:
    """Return a judge of this very court; a judge of another court does not exist here."""
    court = court_of_url(session, actor, code)
    if court is None:
        return None
    query = select(Judge).where(Judge.code == judge, Judge.court_id == court.id)
    return session.scalars(query).one_or_none()


def last_change(session: Session, judge: Judge) -> int:
    """Return what tells whether a page about a judge's post is still true."""
    newest = session.scalar(
        select(Availability.id)
        .where(Availability.judge_id == judge.id)
        .order_by(Availability.id.desc())
        .limit(1)
    )
    return newest or 0


def hearings_while_away(session: Session, judge: Judge, *, now: datetime) -> int:
    """Count the hearings that are set before a judge on days on which he is away."""
    line = posts.timeline_of(session, judge)
    coming = session.scalars(
        select(Hearing).where(
            Hearing.judge_id == judge.id,
            Hearing.state == HearingState.SCHEDULED,
            func.lower(Hearing.during) > now,
        )
    )
    return sum(line.absence_on(local_day(one.starts_at)) is not None for one in coming)


def has_drawn(session: Session, court: Court) -> bool:
    """Whether a case of this court was ever logged: until then changes count at once."""
    query = select(DrawRequest.id).where(DrawRequest.court_id == court.id).limit(1)
    return session.scalar(query) is not None
