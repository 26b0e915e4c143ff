"""The law on recordings: a hearing has one or a reason why not, or the act that rests on it warns.

Which hearings lack both is asked of `sud.cases.recorded`; here is said why, and alerts are raised
and ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.cases import deadlines, recorded
from sud.courtrooms import service as equipment
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceGround,
    Act,
    ActKind,
    ActState,
    Case,
    Device,
    Hearing,
    HearingState,
    IncidentEffect,
    RecordingAbsence,
    RecordingAlert,
    RoleCode,
)
from sud.outside import BISHKEK, local_day
from sud.registry.calendar import Unit

SHOWN: Final = 200


class Standing(StrEnum):
    """How a hearing stands before the law; the words are in the templates that show it."""

    AHEAD = "ahead"
    RECORDED = "recorded"
    EXPLAINED = "explained"
    LACKING = "lacking"
    FREE = "free"  # cancelled, moved, or of a time when no law wanted a recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordedness:
    """Whether a hearing is recorded, why not, and until when one of the two is due."""

    standing: Standing
    absence: RecordingAbsence | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A hearing without recording and reason, and the last day to hand one of them in."""

    hearing: Hearing
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why there is no recording; a ground about the equipment names what happened to it."""

    ground: AbsenceGround
    words: str
    trouble: equipment.Trouble | None = None


# ------------------------------------------------------------------ verbs


def explain(
    session: Session, actor: Actor, hearing: Hearing, because: Because, *, now: datetime
) -> RecordingAbsence:
    """State why a hearing that took place has no recording; alerts about it end.

    A later statement corrects an earlier one, which stays written down.
    """
    session.refresh(hearing, with_for_update={"of": Hearing})
    if hearing.state not in (HearingState.HELD, HearingState.SCHEDULED) or now < hearing.starts_at:
        raise CourtError(Refusal.HEARING_NOT_OVER)
    if recorded.has_recording(session, [hearing]):
        raise CourtError(Refusal.HEARING_IS_RECORDED)
    incident = None
    if because.ground.equipment:
        if because.trouble is None:
            raise CourtError(Refusal.INCIDENT_MISSING)
        incident = equipment.open_incident(
            session, actor, hearing.courtroom, because.trouble, now=now
        )
    absence = RecordingAbsence(
        hearing_id=hearing.id,
        ground=because.ground,
        because=because.words,
        incident_id=incident.id if incident else None,
        by_id=actor.user_id,
        at=now,
    )
    session.add(absence)
    journal.record(
        session,
        actor,
        Action.RECORDING_EXPLAIN,
        hearing,
        now=now,
        ground=because.ground.code,
        incident=incident.id if incident else None,
    )
    _end(session, actor, now=now, only=hearing)
    return absence


def watch(session: Session, actor: Actor, *, now: datetime) -> tuple[int, int]:
    """Raise the alerts that are missing and end those that are answered; return how many each."""
    raised = _raise(session, actor, now=now)
    return raised, _end(session, actor, now=now)


def _raise(session: Session, actor: Actor, *, now: datetime) -> int:
    """Raise an alert for every act and every hearing that it rests on and that lacks both.

    One that had ended stands again when its hearing lost what had answered it.
    """
    standing = exists(
        select(RecordingAlert.id).where(
            RecordingAlert.act_id == Act.id,
            RecordingAlert.hearing_id == Hearing.id,
            RecordingAlert.ended_at.is_(None),
        )
    )
    pairs = session.execute(
        recorded.lacking(now)
        .join(Act, Act.case_id == Hearing.case_id)
        .join(ActKind, ActKind.code == Act.kind_code)
        .where(Act.state == ActState.ISSUED, _rests_on_hearing(), ~standing)
        .with_only_columns(Act.id, Hearing.id, maintain_column_froms=True)
        .order_by(Act.id, Hearing.id)
    ).all()
    for act_id, hearing_id in pairs:
        new = upsert(RecordingAlert).values(act_id=act_id, hearing_id=hearing_id, raised_at=now)
        alert = session.scalars(
            new.on_conflict_do_update(
                index_elements=["act_id", "hearing_id"], set_={"raised_at": now, "ended_at": None}
            ).returning(RecordingAlert)
        ).one()
        journal.record(
            session, actor, Action.RECORDING_WATCH, alert, now=now, act=act_id, hearing=hearing_id
        )
    return len(pairs)


def _rests_on_hearing() -> ColumnElement[bool]:
    """Say that an act rests on a hearing.

    What ends a case rests on every hearing of it; any other act, on the one it was announced in.
    """
    day_of_act = func.date(func.timezone(BISHKEK.key, Act.issued_at))
    day_of_hearing = func.date(func.timezone(BISHKEK.key, func.lower(Hearing.during)))
    return and_(
        func.lower(Hearing.during) <= Act.issued_at,
        or_(ActKind.final, day_of_act == day_of_hearing),
    )


def _end(session: Session, actor: Actor, *, now: datetime, only: Hearing | None = None) -> int:
    """End the alerts whose hearing has a recording or a reason by now."""
    session.flush()
    query = (
        select(RecordingAlert)
        .join(Hearing, Hearing.id == RecordingAlert.hearing_id)
        .where(RecordingAlert.ended_at.is_(None), or_(recorded.recorded(), recorded.explained()))
    )
    if only is not None:
        query = query.where(RecordingAlert.hearing_id == only.id)
    over = session.scalars(query.order_by(RecordingAlert.id)).all()
    for alert in over:
        alert.ended_at = now
        journal.record(
            session, actor, Action.RECORDING_WATCH, alert, now=now, act=alert.act_id, over=True
        )
    return len(over)


# ------------------------------------------------------------------ queries


def recordedness_of(
    session: Session, hearings: Sequence[Hearing], *, now: datetime
) -> dict[int, Recordedness]:
    """Return how each of the hearings stands, by its number."""
    lacks = recorded.lacks(session, hearings, now=now)
    has = recorded.has_recording(session, hearings)
    why = absences_of(session, hearings)
    known = deadlines.rules(session) if lacks else None

    def of(hearing: Hearing) -> Recordedness:
        if hearing.id in has:
            return Recordedness(standing=Standing.RECORDED)
        if hearing.id in why:
            return Recordedness(standing=Standing.EXPLAINED, absence=why[hearing.id])
        if known is not None and hearing.id in lacks:
            return Recordedness(standing=Standing.LACKING, due=_due(known, hearing))
        ahead = hearing.state is HearingState.SCHEDULED and hearing.ends_at > now
        return Recordedness(standing=Standing.AHEAD if ahead else Standing.FREE)

    return {one.id: of(one) for one in hearings}


def absences_of(session: Session, hearings: Iterable[Hearing]) -> dict[int, RecordingAbsence]:
    """Return the reason that counts of each hearing that has one."""
    newest = session.scalars(
        select(RecordingAbsence)
        .where(RecordingAbsence.hearing_id.in_([one.id for one in hearings]))
        .ext(distinct_on(RecordingAbsence.hearing_id))
        .order_by(RecordingAbsence.hearing_id, RecordingAbsence.id.desc())
    )
    return {one.hearing_id: one for one in newest}


def statements_on(session: Session, hearing: Hearing) -> Sequence[RecordingAbsence]:
    """Return everything stated on a hearing, the newest, which counts, first."""
    return session.scalars(
        select(RecordingAbsence)
        .where(RecordingAbsence.hearing_id == hearing.id)
        .order_by(RecordingAbsence.id.desc())
    ).all()


def lacking_of(session: Session, actor: Actor, *, now: datetime) -> list[Lacking]:
    """Return the hearings of the actor that lack both, the oldest first."""
    query = recorded.lacking(now).where(_mine(actor)).order_by(Hearing.during).limit(SHOWN)
    known = deadlines.rules(session)
    return [Lacking(hearing=one, due=_due(known, one)) for one in session.scalars(query)]


def alerts_of(session: Session, actor: Actor) -> Sequence[RecordingAlert]:
    """Return the standing alerts of the actor's cases and courts, the oldest first."""
    return session.scalars(
        select(RecordingAlert)
        .join(Hearing, Hearing.id == RecordingAlert.hearing_id)
        .join(Case, Case.id == Hearing.case_id)
        .where(RecordingAlert.ended_at.is_(None), _mine(actor))
        .order_by(RecordingAlert.raised_at, RecordingAlert.id)
        .limit(SHOWN)
    ).all()


def alerts_in(session: Session, case: Case) -> Sequence[RecordingAlert]:
    """Return the standing alerts of a case."""
    return session.scalars(
        select(RecordingAlert)
        .join(Hearing, Hearing.id == RecordingAlert.hearing_id)
        .where(Hearing.case_id == case.id, RecordingAlert.ended_at.is_(None))
        .order_by(RecordingAlert.raised_at, RecordingAlert.id)
    ).all()


def lacking_for(session: Session, act: Act, *, now: datetime) -> Sequence[Hearing]:
    """Return the hearings an act rests on, or would if it were issued now, that lack both."""
    query = recorded.lacking(now).where(Hearing.case_id == act.case_id)
    if not act.kind.final:
        day = local_day(act.issued_at or now)
        of_day = func.date(func.timezone(BISHKEK.key, func.lower(Hearing.during)))
        query = query.where(of_day == day)
    return session.scalars(
        query.where(func.lower(Hearing.during) <= (act.issued_at or now)).order_by(Hearing.during)
    ).all()


def _mine(actor: Actor) -> ColumnElement[bool]:
    courts = actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)
    return or_(Case.judge_id.in_(actor.judge_ids), Case.court_id.in_(courts))


def _due(known: deadlines.Rules, hearing: Hearing) -> date:
    """Return the last day for a recording or a reason, by the law of the hearing's day."""
    day = local_day(hearing.starts_at)
    limit = next(
        one
        for one in reversed(known.limits[recorded.LIMIT])
        if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
    )
    return known.calendar.deadline(day, limit.amount, Unit(limit.unit)).due


def trouble_of(words: str, hearing: Hearing, device: Device | None = None) -> equipment.Trouble:
    """Return the incident that stands behind a missing recording."""
    return equipment.Trouble(
        what=words, effect=IncidentEffect.NOT_RECORDED, device=device, hearing=hearing
    )
