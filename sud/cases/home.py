"""The first page of whoever is signed in: what waits for him, today's hearings, deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from sud.access import Actor, visible
from sud.cases import handing, issued, recorded
from sud.cases.awaiting import awaited, patience_ended, waited_since, waits_too_long
from sud.cases.discs import waits
from sud.cases.signatures import doubted
from sud.models import (
    Act,
    ActState,
    Case,
    CaseState,
    CertifiedCopy,
    CopyState,
    Courtroom,
    Disc,
    Document,
    FairnessAlarm,
    Filing,
    FilingState,
    Hearing,
    HearingState,
    Incident,
    IssuedPaper,
    PartState,
    Publication,
    PublicationState,
    RecordingAlert,
    Recusal,
    RecusalState,
    Remark,
    RemarkState,
    RoleCode,
    RuledBy,
    Scan,
    ScanPart,
    SignatureWatch,
    SigningSeat,
    SigningSheet,
)
from sud.outside import BISHKEK, local_day

SHOWN: Final = 20


class QueueCode(StrEnum):
    """A heap of work; the words are in the template that shows it."""

    FILINGS_NEW = "filings_new"
    FILINGS_AGAIN = "filings_again"
    DISCS = "discs"
    SCANS = "scans"
    COPIES = "copies"
    PUBLICATIONS = "publications"
    CASES_TO_ACCEPT = "cases_to_accept"
    ACTS_TO_ISSUE = "acts_to_issue"
    CASES_WITHOUT_HEARING = "cases_without_hearing"
    RECUSALS = "recusals"
    WATCH_ALARMS = "watch_alarms"
    PAPER_FAULTS = "paper_faults"
    RECORDINGS_LACKING = "recordings_lacking"
    RECORDING_ALERTS = "recording_alerts"
    INCIDENTS = "incidents"
    REMARKS = "remarks"
    PAPERS = "papers"
    SIGNATURES = "signatures"
    SIGNATURES_LATE = "signatures_late"
    SIGNATURES_DOUBTED = "signatures_doubted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How much waits, and since when the oldest of it."""

    code: QueueCode
    count: int
    oldest: datetime | None


def queues_of(session: Session, actor: Actor, *, now: datetime) -> list[Queue]:
    """Count what waits for the actor in each of his roles."""
    found = [_queue(session, QueueCode.SIGNATURES, awaited(actor), SigningSheet.opened_at)]
    found += slow_signatures(session, actor, now=now)
    if actor.judge_ids:
        found += _judge(session, actor)
    if actor.judge_ids or actor.has(RoleCode.CLERK):
        papers = handing.unread(actor)
        found.append(_queue(session, QueueCode.PAPERS, papers, Document.uploaded_at))
    if actor.judge_ids or actor.has(RoleCode.CHAIR):
        found.append(_recusals(session, actor))
    if courts := actor.courts_as(RoleCode.CLERK):
        found += _clerk(session, courts)
    if actor.judge_ids or actor.has(RoleCode.CLERK, RoleCode.CHAIR):
        found += _recorded(session, actor, now=now)
    if courts := actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR, RoleCode.ARCHIVIST):
        broken = (
            select(Incident)
            .join(Courtroom, Courtroom.id == Incident.courtroom_id)
            .where(Courtroom.court_id.in_(courts), Incident.closed_at.is_(None))
        )
        found.append(_queue(session, QueueCode.INCIDENTS, broken, Incident.opened_at))
    found += _doubted_signatures(session, actor)
    if actor.has(RoleCode.CLERK, RoleCode.ARCHIVIST):
        waiting = visible(select(Disc), actor).where(waits())
        found.append(_queue(session, QueueCode.DISCS, waiting, Disc.handed_in_at))
    if actor.has(RoleCode.AUDITOR, RoleCode.CHAIR):
        found.append(_paper_faults(session, actor))
    if actor.has(RoleCode.AUDITOR):
        alarms = select(FairnessAlarm).where(FairnessAlarm.settled_at.is_(None))
        found.append(_queue(session, QueueCode.WATCH_ALARMS, alarms, FairnessAlarm.crossed_at))
    return found


def _judge(session: Session, actor: Actor) -> list[Queue]:
    mine = select(Case).where(Case.judge_id.in_(actor.judge_ids))
    to_accept = mine.where(Case.state == CaseState.DISTRIBUTED)
    drafts = select(Act).where(Act.judge_id.in_(actor.judge_ids), Act.state == ActState.DRAFT)
    idle = mine.where(Case.state.in_([CaseState.PREPARATION, CaseState.ADJOURNED]))
    remarks = (
        select(Remark)
        .join(Hearing, Hearing.id == Remark.hearing_id)
        .join(Case, Case.id == Hearing.case_id)
        .where(Case.judge_id.in_(actor.judge_ids), Remark.state == RemarkState.WAITING)
    )
    return [
        _queue(session, QueueCode.CASES_TO_ACCEPT, to_accept, Case.distributed_at),
        _queue(session, QueueCode.ACTS_TO_ISSUE, drafts, Act.created_at),
        _queue(session, QueueCode.CASES_WITHOUT_HEARING, idle, Case.accepted_at),
        _queue(session, QueueCode.REMARKS, remarks, Remark.at),
    ]


def _clerk(session: Session, courts: frozenset[int]) -> list[Queue]:
    waiting = select(Filing).where(
        Filing.court_id.in_(courts), Filing.state == FilingState.SUBMITTED
    )
    public = (
        select(Publication)
        .join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(Case.court_id.in_(courts), Publication.state == PublicationState.PREPARED)
    )
    scanned = (
        select(ScanPart)
        .join(Scan, Scan.id == ScanPart.scan_id)
        .where(Scan.court_id.in_(courts), ScanPart.state == PartState.WAITING)
    )
    copies = (
        select(CertifiedCopy)
        .join(Case, Case.id == CertifiedCopy.case_id)
        .where(Case.court_id.in_(courts), CertifiedCopy.state == CopyState.ASKED)
    )
    new, again = waiting.where(Filing.submissions <= 1), waiting.where(Filing.submissions > 1)
    return [
        _queue(session, QueueCode.FILINGS_NEW, new, Filing.submitted_at),
        _queue(session, QueueCode.FILINGS_AGAIN, again, Filing.submitted_at),
        _queue(session, QueueCode.SCANS, scanned, Scan.uploaded_at),
        _queue(session, QueueCode.COPIES, copies, CertifiedCopy.asked_at),
        _queue(session, QueueCode.PUBLICATIONS, public, Publication.prepared_at),
    ]


def _recorded(session: Session, actor: Actor, *, now: datetime) -> list[Queue]:
    """Count what the law on recordings wants of the actor, and the acts that lack it."""
    courts = actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)
    mine = or_(Case.judge_id.in_(actor.judge_ids), Case.court_id.in_(courts))
    alerts = (
        select(RecordingAlert)
        .join(Hearing, Hearing.id == RecordingAlert.hearing_id)
        .join(Case, Case.id == Hearing.case_id)
        .where(mine, RecordingAlert.ended_at.is_(None))
    )
    lacking = recorded.lacking(now).where(mine)
    begun = func.lower(Hearing.during)
    return [
        _queue(session, QueueCode.RECORDINGS_LACKING, lacking, begun),
        _queue(session, QueueCode.RECORDING_ALERTS, alerts, RecordingAlert.raised_at),
    ]


def _recusals(session: Session, actor: Actor) -> Queue:
    """Count the requests for recusal that the actor may be the one to rule on."""
    waiting = (
        select(Recusal)
        .join(Case, Case.id == Recusal.case_id)
        .where(
            Recusal.state == RecusalState.WAITING,
            or_(
                and_(Recusal.ruled_by == RuledBy.JUDGE, Recusal.judge_id.in_(actor.judge_ids)),
                and_(
                    Recusal.ruled_by == RuledBy.CHAIR,
                    Case.court_id.in_(actor.courts_as(RoleCode.CHAIR)),
                    Recusal.judge_id.not_in(actor.judge_ids),
                ),
                and_(
                    Recusal.ruled_by == RuledBy.PANEL,
                    or_(Case.judge_id.in_(actor.judge_ids), Case.id.in_(actor.sits_in)),
                    Recusal.judge_id.not_in(actor.judge_ids),
                ),
            ),
        )
    )
    return _queue(session, QueueCode.RECUSALS, waiting, Recusal.asked_at)


def _paper_faults(session: Session, actor: Actor) -> Queue:
    """Count the signed papers that must not be relied on."""
    faulty = select(IssuedPaper).where(
        issued.signed_and_stands(), issued.faulty(), issued.watched_by(actor)
    )
    return _queue(session, QueueCode.PAPER_FAULTS, faulty, IssuedPaper.checked_at)


def _doubted_signatures(session: Session, actor: Actor) -> list[Queue]:
    """Count the signatures of parties that held when they were handed in, and do not any more."""
    courts = actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)
    query = doubted().where(or_(Case.court_id.in_(courts), Filing.court_id.in_(courts)))
    found = _queue(session, QueueCode.SIGNATURES_DOUBTED, query, SignatureWatch.changed_at)
    return [found] if found.count else []


def _queue(session: Session, code: QueueCode, query: Select[Any], since: Any) -> Queue:
    counted = query.with_only_columns(func.count(), func.min(since), maintain_column_froms=True)
    count, oldest = session.execute(counted.order_by(None)).one()
    return Queue(code=code, count=count, oldest=oldest)


def hearings_today(session: Session, actor: Actor, *, now: datetime) -> Sequence[Hearing]:
    """Return today's standing hearings of the judge, or of the clerk's courts, in their order."""
    start = datetime.combine(local_day(now), time(), BISHKEK)
    query = (
        select(Hearing)
        .join(Case, Case.id == Hearing.case_id)
        .where(
            Hearing.during.op("&&")(Range(start, start + timedelta(days=1))),
            Hearing.state.in_([HearingState.SCHEDULED, HearingState.HELD]),
        )
        .order_by(Hearing.during)
    )
    if actor.judge_ids:
        query = query.where(Hearing.judge_id.in_(actor.judge_ids))
    else:
        query = query.where(Case.court_id.in_(actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)))
    return session.scalars(query).all()


def cases_to_accept(session: Session, actor: Actor) -> Sequence[Case]:
    """Return the drawn cases that wait for the judge's decision, the oldest first."""
    return session.scalars(
        select(Case)
        .where(Case.judge_id.in_(actor.judge_ids), Case.state == CaseState.DISTRIBUTED)
        .order_by(Case.filed_at)
        .limit(SHOWN)
    ).all()


def open_cases(session: Session, actor: Actor) -> Sequence[Case]:
    """Return the judge's undecided cases, the oldest first: deadlines are counted for them."""
    return session.scalars(
        select(Case)
        .where(
            Case.judge_id.in_(actor.judge_ids),
            Case.state.in_(
                [
                    CaseState.DISTRIBUTED,
                    CaseState.PREPARATION,
                    CaseState.SCHEDULED,
                    CaseState.ADJOURNED,
                ]
            ),
        )
        .order_by(Case.filed_at)
        .limit(100)
    ).all()


def acts_to_issue(session: Session, actor: Actor) -> Sequence[Act]:
    """Return the judge's drafts."""
    return session.scalars(
        select(Act)
        .where(Act.judge_id.in_(actor.judge_ids), Act.state == ActState.DRAFT)
        .order_by(Act.created_at)
        .limit(SHOWN)
    ).all()


def filings_of(session: Session, actor: Actor) -> Sequence[Filing]:
    """Return what the party filed or began and what is not a case yet, newest first."""
    return session.scalars(
        select(Filing)
        .where(
            Filing.user_id == actor.user_id,
            Filing.state.in_([FilingState.DRAFT, FilingState.SUBMITTED, FilingState.RETURNED]),
        )
        .order_by(Filing.created_at.desc())
        .limit(SHOWN)
    ).all()


def signatures_awaited(session: Session, actor: Actor) -> Sequence[SigningSeat]:
    """Return where the actor may sign now, the oldest paper first."""
    query = awaited(actor).order_by(SigningSheet.opened_at, SigningSheet.id).limit(SHOWN)
    return session.scalars(query).unique().all()


def slow_signatures(session: Session, actor: Actor, *, now: datetime) -> list[Queue]:
    """Count the papers that the actor prepared, or of his court, which others are slow to sign."""
    before = patience_ended(session, now=now)
    if before is None:
        return []
    late = waits_too_long(actor, before=before)
    slow = _queue(session, QueueCode.SIGNATURES_LATE, late, waited_since())
    return [slow] if slow.count else []
