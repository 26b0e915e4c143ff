"""Recusals: asked for, ruled on, and carried out in one step with the draw of another judge.

Nobody here picks a judge: whoever rules can only let one leave. The leaving, the cancelled
hearings and the new draw's entry in the log are one transaction.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.intake import Verdict
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log as draw_log
from sud.allocation import service as allocation
from sud.cases import notices
from sud.cases import service as cases
from sud.cases.taking import examined, kept, paper_of
from sud.errors import CourtError, Refusal
from sud.hearings import service as hearings
from sud.models import (
    Act,
    ActState,
    Case,
    CaseRelation,
    CaseState,
    HearingState,
    Initiative,
    Judge,
    NoticeKind,
    Recusal,
    RecusalGround,
    RecusalState,
    RelationKind,
    RuledBy,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.recusals import earlier, reading
from sud.recusals.excluding import PANEL, STATUTORY, digest, pairs_in_panel
from sud.recusals.excluding import exclusions_for as exclusions_for  # noqa: PLC0414 - for filings
from sud.recusals.reading import OPEN, recusals_of, ruler_of, sitting
from sud.registry import service as registry
from sud.uploads.service import Sent

RULING_LIMIT: Final = "recusal_ruling"
PDF: Final = "pdf"
# What stands in the case beside a cancelled hearing, in the language of the case.
_WHY_CANCELLED: Final = {
    "ky": "Судья иштен четтеди, жаңы судья бөлүштүрүү аркылуу аныкталат.",
    "ru": "Судья выбыл из дела, нового судью определит распределение.",
}


# ------------------------------------------------------------------ asked for


def request(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    judge: Judge,
    ground: RecusalGround,
    reasons: str,
    paper: Sent | None = None,
    outside: Outside,
    limit: int,
    now: datetime,
) -> Recusal:
    """Ask that a judge leave the case; a judge asks it of himself."""
    stored = _stored(case, paper, outside=outside, limit=limit) if paper else None
    _hold(session, case)
    own = judge.id in actor.judge_ids
    if case.state not in OPEN:
        raise CourtError(Refusal.RECUSAL_TOO_LATE)
    seat = next((one for one in sitting(session, case) if one.judge.id == judge.id), None)
    if seat is None:
        raise CourtError(Refusal.JUDGE_HAS_LEFT)
    if not (ground.by_judge if own else ground.by_party):
        raise CourtError(Refusal.NOT_NOW)
    if _asked_before(session, actor, case, judge, ground):
        raise CourtError(Refusal.RECUSAL_ASKED_BEFORE)
    initiative = Initiative.JUDGE if own else Initiative.PARTY
    recusal = Recusal(
        case=case,
        judge=judge,
        seat=seat.seat,
        initiative=initiative,
        ground=ground,
        reasons=reasons,
        asked_by_id=actor.user_id,
        asked_at=now,
        due=registry.deadline(session, RULING_LIMIT, local_day(now)).due,
        ruled_by=ruler_of(session, case, initiative, on=local_day(now)),
    )
    if stored is not None:
        recusal.paper = paper_of(session, actor, *stored, of=case, defer=outside.defer, now=now)
    session.add(recusal)
    _record(session, actor, Action.RECUSAL_REQUEST, recusal, initiative.value, now=now)
    return recusal


def find_barred(session: Session, actor: Actor, case: Case, *, now: datetime) -> list[Recusal]:
    """Raise a recusal for every sitting judge whom an earlier case bars; the chair confirms it."""
    _hold(session, case)
    seats = {one.judge.id: one.seat for one in sitting(session, case)}
    if case.state not in OPEN or not seats:
        return []
    raised = {
        one.judge_id for one in recusals_of(session, case) if one.initiative is Initiative.SYSTEM
    }
    found = []
    for one in earlier.barred_from(session, case):
        if one.judge.id not in seats or one.judge.id in raised:
            continue
        recusal = Recusal(
            case=case,
            judge=one.judge,
            seat=seats[one.judge.id],
            initiative=Initiative.SYSTEM,
            ground=session.get_one(RecusalGround, one.ground),
            evidence=one.evidence(case),
            asked_at=now,
            due=registry.deadline(session, RULING_LIMIT, local_day(now)).due,
            ruled_by=RuledBy.CHAIR,
        )
        session.add(recusal)
        _record(session, actor, Action.RECUSAL_FIND, recusal, STATUTORY, now=now)
        found.append(recusal)
    return found


def relate(
    session: Session, actor: Actor, case: Case, other: Case, kind: RelationKind, *, now: datetime
) -> CaseRelation:
    """State that a case continues an earlier one, and look at once whom that bars."""
    relation = earlier.state(session, actor, case, other, kind, now=now)
    find_barred(session, actor, case, now=now)
    return relation


# ------------------------------------------------------------------ ruled on


def rule(
    session: Session,
    actor: Actor,
    recusal: Recusal,
    *,
    granted: bool,
    reasons: str,
    order: Sent | None,
    outside: Outside,
    limit: int,
    now: datetime,
) -> None:
    """Grant or refuse a recusal by a signed order; granted, the judge leaves and another is drawn.

    What the system itself found needs no paper: its own document of facts is what is hashed.
    """
    if order is None and recusal.evidence is None:
        raise CourtError(Refusal.ORDER_MISSING)
    stored = None
    if order is not None:
        stored = _stored(recusal.case, order, outside=outside, limit=limit, pdf=True)
    draw_log.hold(session)
    _hold(session, recusal.case)
    session.refresh(recusal, with_for_update={"of": Recusal})
    if recusal.state is not RecusalState.WAITING:
        raise CourtError(Refusal.RECUSAL_SETTLED)
    if recusal.case.state not in OPEN:
        raise CourtError(Refusal.RECUSAL_TOO_LATE)
    paper = None
    if stored is not None:
        paper = paper_of(session, actor, *stored, of=recusal.case, defer=outside.defer, now=now)
    recusal.state = RecusalState.GRANTED if granted else RecusalState.REFUSED
    recusal.ruling, recusal.ruled_at, recusal.ruled_by_id = reasons, now, actor.user_id
    recusal.order = paper
    _record(session, actor, Action.RECUSAL_RULE, recusal, recusal.state.value, now=now)
    if granted:
        document = stored[0].sha256 if stored else digest(recusal.evidence or {})
        let_leave(
            session,
            actor,
            recusal.case,
            recusal.judge,
            ground=recusal.ground.drop,
            document=document,
            outside=outside,
            now=now,
        )


def let_leave(
    session: Session,
    actor: Actor,
    case: Case,
    judge: Judge,
    *,
    ground: str,
    document: str,
    outside: Outside,
    now: datetime,
) -> None:
    """Let a judge leave a case: his hearings fall, and the log has another drawn for his seat."""
    if judge.id not in {one.judge.id for one in sitting(session, case)}:
        raise CourtError(Refusal.JUDGE_HAS_LEFT)
    for hearing in cases.hearings_of(session, case):
        if hearing.state is HearingState.SCHEDULED and hearing.starts_at > now:
            why = _WHY_CANCELLED.get(case.language, _WHY_CANCELLED["ky"])
            hearings.cancel(session, actor, hearing, reason=why, defer=outside.defer, now=now)
    if judge.id == case.judge_id:
        _discard_drafts(session, actor, case, now=now)
    for other in recusals_of(session, case):
        if other.judge_id == judge.id and other.state is RecusalState.WAITING:
            other.state = RecusalState.LAPSED
    session.flush()
    drop = allocation.Drop(
        judge=judge, ground=ground, document=allocation.salted(session, bytes.fromhex(document))
    )
    excluded = exclusions_for(session, case, secret=outside.secret, leaving=judge)
    if reading.was_drawn(session, case):
        allocation.redraw(session, actor, case, drops=[drop], excluded=excluded, now=now)
    else:
        # A case older than the log: nobody was drawn whom the log could let leave.
        case.judge, case.state, case.distributed_at = None, CaseState.REGISTERED, None
        gone = allocation.Exclusion(judge=judge, ground=STATUTORY, document=drop.document)
        journal.record(
            session,
            actor,
            Action.CASE_DISTRIBUTE,
            case,
            now=now,
            change="left",
            judge=judge.code,
            ground=ground,
        )
        allocation.enter(session, actor, case, excluded=[*excluded, gone], now=now)
    notices.tell_participants(
        session, actor, case, NoticeKind.JUDGE_LEFT, defer=outside.defer, now=now
    )


def part_kin(
    session: Session, actor: Actor, case: Case, *, outside: Outside, now: datetime
) -> bool:
    """Let a member leave who was drawn beside a relative; nothing is left to decide about it."""
    draw_log.hold(session)
    _hold(session, case)
    found = pairs_in_panel(session, case) if case.state in OPEN else []
    if not found:
        return False
    judge, evidence = found[0]
    recusal = Recusal(
        case=case,
        judge=judge,
        seat=next(one.seat for one in sitting(session, case) if one.judge.id == judge.id),
        initiative=Initiative.SYSTEM,
        ground=session.get_one(RecusalGround, "panel_kin"),
        evidence=evidence,
        asked_at=now,
        due=local_day(now),
        ruled_by=RuledBy.CHAIR,
        state=RecusalState.GRANTED,
        ruled_at=now,
    )
    session.add(recusal)
    _record(session, actor, Action.RECUSAL_FIND, recusal, PANEL, now=now)
    let_leave(
        session,
        actor,
        case,
        judge,
        ground=PANEL,
        document=digest(evidence),
        outside=outside,
        now=now,
    )
    return True


# ------------------------------------------------------------------ inside


def _stored(
    case: Case, upload: Sent, *, outside: Outside, limit: int, pdf: bool = False
) -> tuple[Verdict, str]:
    verdict = examined(upload, limit, scanner=outside.scanner)
    if pdf and verdict.kind != PDF:
        raise CourtError(Refusal.FILE_NOT_PDF, name=verdict.name)
    with reaching_the_store():
        folder = f"cases/{case.key}"
        return verdict, kept(upload, verdict, store=outside.store, folder=folder, limit=limit)


def _hold(session: Session, case: Case) -> None:
    """Hold the case: two who press at once come one after the other."""
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    session.refresh(case)


def _asked_before(
    session: Session, actor: Actor, case: Case, judge: Judge, ground: RecusalGround
) -> bool:
    query = select(Recusal.id).where(
        Recusal.case_id == case.id,
        Recusal.judge_id == judge.id,
        Recusal.ground_code == ground.code,
        Recusal.asked_by_id == actor.user_id,
        Recusal.state != RecusalState.LAPSED,
    )
    return session.scalars(query).first() is not None


def _discard_drafts(session: Session, actor: Actor, case: Case, *, now: datetime) -> None:
    """What a judge who leaves has begun to write is his own: the next one begins anew."""
    for act in session.scalars(
        select(Act).where(Act.case_id == case.id, Act.state == ActState.DRAFT)
    ):
        journal.record(session, actor, Action.ACT_DRAFT, act, now=now, change="discarded")
        session.delete(act)


def _record(
    session: Session,
    actor: Actor,
    action: Action,
    recusal: Recusal,
    change: str,
    *,
    now: datetime,
) -> None:
    journal.record(
        session,
        actor,
        action,
        recusal,
        now=now,
        change=change,
        judge=recusal.judge.code,
        ground=recusal.ground_code or recusal.ground.code,
        ruled_by=recusal.ruled_by.value,
    )
