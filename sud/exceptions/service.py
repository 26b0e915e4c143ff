"""Exceptions: a judge named by hand, a category corrected after the draw; always by two persons.

One official proposes, another decides who could not get the case himself. The public log holds
both of them to it, and every exception is counted in public.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from documents import intake
from recordings.store import ObjectStore
from sud import journal
from sud.access import Action, Actor, permits, visible
from sud.allocation import log as draw_log
from sud.allocation import service as allocation
from sud.cases import notices
from sud.cases.taking import examined, kept
from sud.errors import CourtError, Refusal
from sud.exceptions.rules import days_on, quota_on
from sud.models import (
    Case,
    CaseState,
    Category,
    Court,
    DrawWait,
    ExceptionKind,
    ExceptionProposal,
    Judge,
    ManualGround,
    NoticeKind,
    ProposalState,
    QuotaAlarm,
    QuotaPeriod,
    RoleCode,
    User,
)
from sud.outside import BISHKEK, Defer, Outside, local_day, reaching_the_store
from sud.uploads.service import Sent

SHOWN: Final = 200
_CLOSED: Final = (CaseState.DECIDED, CaseState.IN_FORCE, CaseState.ARCHIVED)
_SPECIALISATION: Final = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Which judges are to try a case, on which ground and order; the first one reports."""

    ground: ManualGround
    judges: Sequence[Judge]
    because: str
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many judges a court has named by hand, and how many it may."""

    month: int
    month_limit: int
    year: int
    year_limit: int

    @property
    def full(self) -> QuotaPeriod | None:
        """The period in which no more may be named."""
        if self.month >= self.month_limit:
            return QuotaPeriod.MONTH
        return QuotaPeriod.YEAR if self.year >= self.year_limit else None

    def count(self, period: QuotaPeriod) -> int:
        return self.month if period is QuotaPeriod.MONTH else self.year


# ------------------------------------------------------------------ proposing


def propose_by_hand(
    session: Session,
    actor: Actor,
    case: Case,
    facts: ByHand,
    order: Sent,
    *,
    outside: Outside,
    limit: int,
    now: datetime,
) -> ExceptionProposal:
    """Propose to name the judges of a case that could not be drawn; the order is its ground."""
    _require_nameable(session, case, facts.judges, now=now)
    _require_outside_pool(session, actor, case, now=now)
    verdict = examined(order, limit, scanner=outside.scanner)
    if verdict.kind is not intake.Kind.PDF:
        raise CourtError(Refusal.FILE_NOT_PDF, name=verdict.name)
    with reaching_the_store():
        folder = f"exceptions/{case.key}"
        key = kept(order, verdict, store=outside.store, folder=folder, limit=limit)
    _hold(session, case)
    proposal = ExceptionProposal(
        kind=ExceptionKind.MANUAL,
        case_id=case.id,
        court_id=case.court_id,
        ground=facts.ground,
        judges=[judge.code for judge in facts.judges],
        because=facts.because,
        order_number=facts.order_number,
        order_name=verdict.name,
        order_size=verdict.size,
        order_sha256=verdict.sha256,
        order_key=key,
    )
    return _propose(
        session, actor, proposal, now=now, ground=facts.ground.value, sha256=verdict.sha256
    )


def propose_correction(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    category: Category,
    because: str,
    now: datetime,
) -> ExceptionProposal:
    """Propose the right category of a case whose judge was drawn on a wrong one."""
    _hold(session, case)
    _require_correctable(case, category)
    proposal = ExceptionProposal(
        kind=ExceptionKind.CORRECTION,
        case_id=case.id,
        court_id=case.court_id,
        judges=[],
        former_code=case.category_code,
        category_code=category.code,
        because=because,
    )
    return _propose(
        session, actor, proposal, now=now, former=case.category_code, category=category.code
    )


def _propose(
    session: Session,
    actor: Actor,
    proposal: ExceptionProposal,
    *,
    now: datetime,
    **facts: Any,
) -> ExceptionProposal:
    open_one = session.scalars(
        select(ExceptionProposal).where(
            ExceptionProposal.case_id == proposal.case_id,
            ExceptionProposal.kind == proposal.kind,
            ExceptionProposal.state == ProposalState.PROPOSED,
        )
    ).one_or_none()
    if open_one is not None:
        if open_one.expires_at > now:
            raise CourtError(Refusal.PROPOSAL_WAITS)
        open_one.state = ProposalState.EXPIRED
        session.flush()
    assert actor.user_id is not None  # noqa: S101 - whoever proposes is signed in
    proposal.proposed_by_id, proposal.proposed_at = actor.user_id, now
    proposal.expires_at = now + timedelta(days=days_on(local_day(now)))
    session.add(proposal)
    session.flush()
    action = (
        Action.MANUAL_PROPOSE
        if proposal.kind is ExceptionKind.MANUAL
        else Action.CORRECTION_PROPOSE
    )
    journal.record(session, actor, action, proposal, now=now, judges=list(proposal.judges), **facts)
    session.refresh(proposal)
    return proposal


# ------------------------------------------------------------------ deciding


def approve(
    session: Session, actor: Actor, proposal: ExceptionProposal, *, defer: Defer, now: datetime
) -> None:
    """Approve what another person proposed: it is done at once, and logged in public."""
    draw_log.hold(session)
    _take_up(session, actor, proposal, now=now)
    proposer = session.get_one(User, proposal.proposed_by_id)
    approver = session.get_one(User, actor.user_id)
    approvers = (allocation.official(proposer), allocation.official(approver))
    if proposal.kind is ExceptionKind.MANUAL:
        _name_judges(session, actor, proposal, approvers, defer=defer, now=now)
    else:
        _correct(session, actor, proposal, approvers, now=now)
    _decided(session, actor, proposal, ProposalState.APPROVED, now=now)
    if proposal.kind is ExceptionKind.MANUAL:
        _watch_quota(session, actor, proposal.case, defer=defer, now=now)


def refuse(
    session: Session, actor: Actor, proposal: ExceptionProposal, *, answer: str, now: datetime
) -> None:
    """Refuse what another person proposed, with the reason."""
    draw_log.hold(session)
    _take_up(session, actor, proposal, now=now)
    proposal.answer = answer
    _decided(session, actor, proposal, ProposalState.REFUSED, now=now)


def expire(session: Session, actor: Actor, *, now: datetime) -> int:
    """Let proposals that nobody decided in time lapse; return how many."""
    lapsed = session.scalars(
        update(ExceptionProposal)
        .where(
            ExceptionProposal.state == ProposalState.PROPOSED, ExceptionProposal.expires_at <= now
        )
        .values(state=ProposalState.EXPIRED)
        .returning(ExceptionProposal.id)
    ).all()
    if lapsed:
        journal.record(
            session,
            actor,
            Action.EXCEPTION_DECIDE,
            None,
            now=now,
            change="expired",
            proposals=sorted(lapsed),
        )
    return len(lapsed)


def _take_up(session: Session, actor: Actor, proposal: ExceptionProposal, *, now: datetime) -> None:
    """Hold the proposal and its case: of two who decide at once, the second finds it decided."""
    _hold(session, proposal.case)
    session.refresh(proposal, with_for_update={"of": ExceptionProposal})
    if proposal.state is ProposalState.EXPIRED or (
        proposal.state is ProposalState.PROPOSED and proposal.expires_at <= now
    ):
        raise CourtError(Refusal.PROPOSAL_EXPIRED, day=local_day(proposal.expires_at))
    if proposal.state is not ProposalState.PROPOSED:
        raise CourtError(Refusal.PROPOSAL_SETTLED)
    if proposal.proposed_by_id == actor.user_id:
        raise CourtError(Refusal.PROPOSAL_OWN)
    if proposal.kind is ExceptionKind.MANUAL:
        _require_outside_pool(session, actor, proposal.case, now=now)


def _name_judges(
    session: Session,
    actor: Actor,
    proposal: ExceptionProposal,
    approvers: tuple[str, str],
    *,
    defer: Defer,
    now: datetime,
) -> None:
    judges = judges_named(session, proposal)
    _require_nameable(session, proposal.case, judges, now=now)
    assert proposal.ground is not None  # noqa: S101 - the archive holds it to that
    assert proposal.order_sha256 is not None  # noqa: S101 - likewise
    allocation.assign_by_hand(
        session,
        actor,
        proposal.case,
        judges=judges,
        ground=proposal.ground.value,
        document=allocation.salted(session, bytes.fromhex(proposal.order_sha256)),
        approvers=approvers,
        now=now,
        defer=defer,
    )


def _correct(
    session: Session,
    actor: Actor,
    proposal: ExceptionProposal,
    approvers: tuple[str, str],
    *,
    now: datetime,
) -> None:
    """Correct the ledger; a judge who does not try such cases leaves, and another is drawn."""
    case, category = proposal.case, proposal.category
    assert category is not None  # noqa: S101 - the archive holds it to that
    _require_correctable(case, category)
    document = allocation.salted(session, _decision_hash(proposal))
    allocation.correct_category(
        session,
        actor,
        case,
        category=category,
        document=document,
        approvers=approvers,
        now=now,
    )
    posts = draw_log.read(session).posts(case.court.code, local_day(now).isoformat())
    leaving = [
        seat.judge
        for seat in allocation.sitting(session, case)
        if (post := posts.get(seat.judge.code)) is not None
        and post.cats is not None
        and category.draw_class not in post.cats
    ]
    if leaving:
        proposal.redrawn = True
        allocation.redraw(
            session,
            actor,
            case,
            drops=[
                allocation.Drop(judge=judge, ground=_SPECIALISATION, document=document)
                for judge in leaving
            ],
            now=now,
        )


def _decided(
    session: Session,
    actor: Actor,
    proposal: ExceptionProposal,
    state: ProposalState,
    *,
    now: datetime,
) -> None:
    proposal.decided_by_id, proposal.decided_at = actor.user_id, now
    proposal.state = state
    session.flush()
    change = proposal.kind.value if state is ProposalState.APPROVED else state.value
    journal.record(
        session,
        actor,
        Action.EXCEPTION_DECIDE,
        proposal,
        now=now,
        change=change,
        kind=proposal.kind.value,
        proposed_by=proposal.proposed_by_id,
        redrawn=proposal.redrawn,
    )


def _decision_hash(proposal: ExceptionProposal) -> bytes:
    decision = {
        "case": proposal.case.number,
        "former": proposal.former_code,
        "category": proposal.category_code,
        "because": proposal.because,
    }
    text = json.dumps(decision, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


# ------------------------------------------------------------------ what must hold


def _hold(session: Session, case: Case) -> None:
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    session.refresh(case)


def _require_nameable(
    session: Session, case: Case, judges: Sequence[Judge], *, now: datetime
) -> None:
    """A judge is named by hand if the rules allow it, within the quota, for a case that waits."""
    state = draw_log.read(session)
    if not state.rules.manual:
        raise CourtError(Refusal.MANUAL_OFF)
    if allocation.waiting(session, case) is None or case.judge_id is not None:
        raise CourtError(Refusal.MANUAL_ALREADY_IN_DRAW)
    used = used_by(session, case.court, now=now)
    if used.full is not None:
        raise CourtError(Refusal.MANUAL_QUOTA, count=used.count(used.full), period=used.full)
    if len({judge.id for judge in judges}) != len(judges) or len(judges) != case.category.seats:
        raise CourtError(Refusal.MANUAL_SEATS, seats=case.category.seats)
    posts = state.posts(case.court.code, local_day(now).isoformat())
    for judge in judges:
        if judge.code not in posts or not posts[judge.code].availability:
            raise CourtError(Refusal.MANUAL_NOT_ON_ROSTER, name=judge.full_name)


def _require_outside_pool(session: Session, actor: Actor, case: Case, *, now: datetime) -> None:
    """Nobody who could get the case, or chairs those who could, proposes or approves its judge."""
    state = draw_log.read(session)
    pool = state.rosters.pool_of(case.court.code, state.intake)
    day = local_day(now).isoformat()
    on_roster = set(state.posts(case.court.code, day))
    if pool is not None:
        on_roster |= set(state.posts(pool, day))
    mine = session.scalars(
        select(Judge).where(
            or_(Judge.id.in_(actor.judge_ids), Judge.user_id == actor.user_id),
        )
    )
    sits = any(judge.code in on_roster or judge.court_id == case.court_id for judge in mine)
    if sits or case.court_id in actor.courts_as(RoleCode.CHAIR, RoleCode.JUDGE):
        raise CourtError(Refusal.APPROVER_IN_POOL)


def _require_correctable(case: Case, category: Category) -> None:
    if case.judge_id is None:
        raise CourtError(Refusal.NO_JUDGE_YET)
    if case.state in _CLOSED:
        raise CourtError(Refusal.NOT_NOW)
    if category.code == case.category_code:
        raise CourtError(Refusal.CATEGORY_SAME)
    if category.kind_code != case.kind_code or category.seats != case.category.seats:
        raise CourtError(Refusal.CATEGORY_OTHER_KIND)


# ------------------------------------------------------------------ the quota


def used_by(session: Session, court: Court, *, now: datetime) -> Used:
    """Count the judges that a court has named by hand this month and this year."""
    local = now.astimezone(BISHKEK)
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year = month.replace(month=1)
    decided = ExceptionProposal.decided_at
    counted = session.execute(
        select(func.count().filter(decided >= month), func.count()).where(
            ExceptionProposal.court_id == court.id,
            ExceptionProposal.kind == ExceptionKind.MANUAL,
            ExceptionProposal.state == ProposalState.APPROVED,
            decided >= year,
        )
    ).one()
    cases = session.scalars(
        select(func.count())
        .select_from(Case)
        .where(Case.court_id == court.id, Case.year == local.year)
    ).one()
    quota = quota_on(local_day(now))
    return Used(
        month=counted[0],
        month_limit=quota.month,
        year=counted[1],
        year_limit=quota.of_year(cases),
    )


def _watch_quota(
    session: Session, actor: Actor, case: Case, *, defer: Defer, now: datetime
) -> None:
    """Raise the alarm when this was the last judge that the court could name by hand."""
    used = used_by(session, case.court, now=now)
    if used.full is None:
        return
    local = now.astimezone(BISHKEK)
    named = f"{local:%Y-%m}" if used.full is QuotaPeriod.MONTH else f"{local:%Y}"
    new = session.scalars(
        upsert(QuotaAlarm)
        .values(
            court_id=case.court_id,
            period=used.full,
            named=named,
            count=used.count(used.full),
            raised_at=now,
        )
        .on_conflict_do_nothing()
        .returning(QuotaAlarm.id)
    ).first()
    if new is None:
        return
    journal.record(
        session, actor, Action.EXCEPTION_DECIDE, case, now=now, change="alarm", period=named
    )
    notices.tell_officials(session, actor, case, NoticeKind.MANUAL_QUOTA, defer=defer, now=now)


# ------------------------------------------------------------------ queries


def proposal_of_url(session: Session, actor: Actor, key: UUID) -> ExceptionProposal | None:
    """Return the proposal of an address if the actor may know of it."""
    query = select(ExceptionProposal).where(ExceptionProposal.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


def waiting_case_of_url(session: Session, actor: Actor, key: UUID) -> Case | None:
    """Return the case of an address if it waits for judges, and its judge may be proposed."""
    if not permits(actor, Action.MANUAL_PROPOSE):
        return None
    waits = select(DrawWait.case_id).where(DrawWait.ended_at.is_(None))
    return session.scalars(select(Case).where(Case.key == key, Case.id.in_(waits))).one_or_none()


def cases_waiting(session: Session) -> Sequence[DrawWait]:
    """Return the cases that wait because too few judges can be drawn, the longest wait first."""
    query = select(DrawWait).where(DrawWait.ended_at.is_(None)).order_by(DrawWait.since)
    return session.scalars(query.limit(SHOWN)).all()


def proposals_of(session: Session, actor: Actor) -> Sequence[ExceptionProposal]:
    """Return what was proposed, as far as the actor may know: what is open first, then newest."""
    query = visible(select(ExceptionProposal), actor)
    return session.scalars(
        query.order_by(
            ExceptionProposal.state != ProposalState.PROPOSED,
            ExceptionProposal.proposed_at.desc(),
            ExceptionProposal.id.desc(),
        ).limit(SHOWN)
    ).all()


def alarms(session: Session) -> Sequence[QuotaAlarm]:
    """Return the alarms, the latest first."""
    query = select(QuotaAlarm).order_by(QuotaAlarm.raised_at.desc(), QuotaAlarm.id.desc())
    return session.scalars(query.limit(SHOWN)).all()


def judges_named(session: Session, proposal: ExceptionProposal) -> Sequence[Judge]:
    """Return the judges of a proposal in its order."""
    found = {
        judge.code: judge
        for judge in session.scalars(select(Judge).where(Judge.code.in_(proposal.judges)))
    }
    return [found[code] for code in proposal.judges]


def judges_on_roster(session: Session, court: Court, *, now: datetime) -> Sequence[Judge]:
    """Return the judges who can try cases of a court today, by name."""
    posts = draw_log.read(session).posts(court.code, local_day(now).isoformat())
    codes = [code for code, post in posts.items() if post.availability]
    return session.scalars(
        select(Judge).where(Judge.code.in_(codes)).order_by(Judge.full_name)
    ).all()


def may_be_named(session: Session) -> bool:
    """Say whether the rules in the log allow to name a judge by hand at all."""
    return bool(draw_log.read(session).rules.manual)


def order_of(proposal: ExceptionProposal, store: ObjectStore) -> Iterator[bytes]:
    """Return the file of an order, piece by piece."""
    if proposal.order_key is None:
        message = f"proposal {proposal.key} has no order"
        raise LookupError(message)
    return store.stream(proposal.order_key)
