"""Hearings: set in court hours, never two at once for a judge or a room, and announced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from psycopg.errors import ExclusionViolation
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, visible
from sud.cases import notices
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseState,
    Court,
    Courtroom,
    Hearing,
    HearingPurpose,
    HearingState,
    Judge,
    NoticeKind,
    RoleCode,
)
from sud.outside import BISHKEK, Defer, local_day
from sud.registry import service as registry
from sud.roster.service import absent_on

# Published hours of the courts (handbook, 11.1); a shortened day ends an hour earlier.
OPENS: Final = time(8, 30)
CLOSES: Final = time(17, 30)
CLOSES_EARLY: Final = time(16, 30)

_OPEN_STATES: Final = (CaseState.PREPARATION, CaseState.SCHEDULED, CaseState.ADJOURNED)
_STANDING: Final = (HearingState.SCHEDULED, HearingState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """When, where and for what the court wants to sit; times as on the clock in Bishkek."""

    day: date
    begins: time
    minutes: int
    courtroom: Courtroom
    purpose: HearingPurpose
    open: bool = True

    @property
    def during(self) -> Range[datetime]:
        """The time from the beginning up to, not including, the end."""
        start = datetime.combine(self.day, self.begins, BISHKEK)
        return Range(start, start + timedelta(minutes=self.minutes))


def set_hearing(
    session: Session, actor: Actor, case: Case, sitting: Sitting, *, defer: Defer, now: datetime
) -> Hearing:
    """Set a hearing of a case before its judge, and tell everybody who takes part."""
    if case.judge_id is None:
        raise CourtError(Refusal.NO_JUDGE_YET)
    if case.state not in _OPEN_STATES:
        raise CourtError(Refusal.NOT_NOW)
    hearing = _enter(session, actor, case, sitting, defer=defer, now=now)
    case.state = CaseState.SCHEDULED
    _record(session, actor, hearing, "set", now=now)
    notices.tell_participants(
        session, actor, case, NoticeKind.HEARING_SET, hearing=hearing, defer=defer, now=now
    )
    return hearing


def move(
    session: Session,
    actor: Actor,
    hearing: Hearing,
    sitting: Sitting,
    *,
    reason: str,
    defer: Defer,
    now: datetime,
) -> Hearing:
    """Put a hearing off to another time: the old one stays written down, with the reason."""
    _require_scheduled(hearing)
    hearing.state, hearing.note = HearingState.ADJOURNED, reason
    session.flush()
    later = _enter(session, actor, hearing.case, sitting, defer=defer, now=now)
    hearing.case.state = CaseState.SCHEDULED
    _record(session, actor, later, "moved", now=now)
    notices.tell_participants(
        session, actor, hearing.case, NoticeKind.HEARING_SET, hearing=later, defer=defer, now=now
    )
    return later


def cancel(
    session: Session, actor: Actor, hearing: Hearing, *, reason: str, defer: Defer, now: datetime
) -> None:
    """Cancel a hearing with a reason; time and room become free."""
    _require_scheduled(hearing)
    hearing.state, hearing.note = HearingState.CANCELLED, reason
    session.flush()
    if not _has_scheduled(session, hearing.case):
        hearing.case.state = CaseState.ADJOURNED
    _record(session, actor, hearing, "cancelled", now=now)
    notices.tell_participants(
        session,
        actor,
        hearing.case,
        NoticeKind.HEARING_CANCELLED,
        hearing=hearing,
        defer=defer,
        now=now,
    )


def hold(session: Session, actor: Actor, hearing: Hearing, *, now: datetime) -> None:
    """Note that the hearing took place; not before it began."""
    _require_scheduled(hearing)
    if now < hearing.starts_at:
        raise CourtError(Refusal.NOT_NOW)
    hearing.state = HearingState.HELD
    _record(session, actor, hearing, "held", now=now)


def hearing_of_url(session: Session, actor: Actor, key: UUID) -> Hearing | None:
    """Return the hearing of an address if the actor may know of it."""
    return session.scalars(visible(select(Hearing).where(Hearing.key == key), actor)).one_or_none()


def calendar_of(session: Session, actor: Actor, first: date, days: int) -> Sequence[Hearing]:
    """Return the standing hearings of the judge, or of the clerk's courts, from a day on."""
    start = datetime.combine(first, time(), BISHKEK)
    query = (
        select(Hearing)
        .join(Case, Case.id == Hearing.case_id)
        .where(
            Hearing.during.op("&&")(Range(start, start + timedelta(days=days))),
            Hearing.state.in_(_STANDING),
        )
        .order_by(Hearing.during)
    )
    if actor.judge_ids:
        query = query.where(Hearing.judge_id.in_(actor.judge_ids))
    else:
        query = query.where(Case.court_id.in_(actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)))
    return session.scalars(query).all()


def closing_time(session: Session, day: date) -> time:
    """Return when the court closes on a day."""
    holiday = registry.holiday_on(session, day)
    return CLOSES_EARLY if holiday is not None and holiday.shortened else CLOSES


def courtroom_of_key(session: Session, court: Court, key: UUID) -> Courtroom | None:
    """Return a courtroom of this court that is in use."""
    return next((room for room in registry.courtrooms_of(session, court) if room.key == key), None)


def _enter(
    session: Session, actor: Actor, case: Case, sitting: Sitting, *, defer: Defer, now: datetime
) -> Hearing:
    """Check the time by the calendar and enter the hearing; the database refuses a clash."""
    _require_court_time(session, sitting, now=now)
    _require_judge_there(session, case, sitting.day)
    if not sitting.open:
        # A text of the case on its way to the public is out before this, and then it is held.
        session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
        defer(session, "publication.hold_barred", case_id=case.id)
    # Two entries of one judge or room wait for each other here, in one order, instead of
    # deadlocking in the index; what decides is still the constraint.
    for table, number in ((Judge, case.judge_id), (Courtroom, sitting.courtroom.id)):
        session.execute(select(table.id).where(table.id == number).with_for_update(key_share=True))
    hearing = Hearing(
        case=case,
        judge=case.judge,
        courtroom=sitting.courtroom,
        during=sitting.during,
        purpose=sitting.purpose,
        open=sitting.open,
        set_at=now,
        set_by_id=actor.user_id,
    )
    try:
        with session.begin_nested():
            session.add(hearing)
            session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        by_judge = "judge" in (error.orig.diag.constraint_name or "")
        raise CourtError(
            Refusal.JUDGE_BUSY if by_judge else Refusal.ROOM_BUSY,
            **_clash(session, case, sitting, by_judge=by_judge),
        ) from None
    return hearing


def _clash(session: Session, case: Case, sitting: Sitting, *, by_judge: bool) -> dict[str, str]:
    """Return what stands in the way: times and a number, which the cause list shows to all."""
    same = (
        Hearing.judge_id == case.judge_id
        if by_judge
        else Hearing.courtroom_id == sitting.courtroom.id
    )
    other = session.scalars(
        select(Hearing)
        .where(same, Hearing.during.op("&&")(sitting.during), Hearing.state.in_(_STANDING))
        .order_by(Hearing.during)
        .limit(1)
    ).one()
    return {
        "number": other.case.number,
        "begins": f"{other.starts_at.astimezone(BISHKEK):%H:%M}",
        "ends": f"{other.ends_at.astimezone(BISHKEK):%H:%M}",
        "room": other.courtroom.name,
    }


def _require_court_time(session: Session, sitting: Sitting, *, now: datetime) -> None:
    start, end = sitting.during.lower, sitting.during.upper
    assert start is not None  # noqa: S101 - a sitting has both ends
    assert end is not None  # noqa: S101
    if start <= now:
        raise CourtError(Refusal.HEARING_IN_PAST)
    if not registry.is_working_day(session, sitting.day):
        holiday = registry.holiday_on(session, sitting.day)
        following = registry.next_working_day(session, sitting.day)
        if holiday is None:
            raise CourtError(Refusal.HEARING_ON_WEEKEND, day=sitting.day, next=following)
        raise CourtError(Refusal.HEARING_ON_DAY_OFF, day=sitting.day, why=holiday, next=following)
    closes = closing_time(session, sitting.day)
    same_day = local_day(end) == sitting.day
    if sitting.begins < OPENS or not same_day or end.timetz().replace(tzinfo=None) > closes:
        raise CourtError(
            Refusal.HEARING_OUT_OF_HOURS, opens=f"{OPENS:%H:%M}", closes=f"{closes:%H:%M}"
        )


def _require_judge_there(session: Session, case: Case, day: date) -> None:
    absence = None if case.judge is None else absent_on(session, case.judge, day)
    if absence is None:
        return
    if absence.last is None:
        raise CourtError(Refusal.JUDGE_ABSENT_WITHOUT_END, first=absence.first)
    raise CourtError(Refusal.JUDGE_ABSENT, first=absence.first, last=absence.last)


def _require_scheduled(hearing: Hearing) -> None:
    if hearing.state is not HearingState.SCHEDULED or hearing.case.state not in _OPEN_STATES:
        raise CourtError(Refusal.NOT_NOW)


def _has_scheduled(session: Session, case: Case) -> bool:
    count = session.scalar(
        select(func.count())
        .select_from(Hearing)
        .where(Hearing.case_id == case.id, Hearing.state == HearingState.SCHEDULED)
    )
    return bool(count)


def _record(
    session: Session, actor: Actor, hearing: Hearing, change: str, *, now: datetime
) -> None:
    journal.record(
        session,
        actor,
        Action.HEARING_SET,
        hearing,
        now=now,
        change=change,
        begins=hearing.starts_at.isoformat(),
        courtroom=hearing.courtroom_id,
        judge=hearing.judge_id,
    )
