"""Acts: drafted by the judge of the case, issued once as a signed paper, never changed after."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import codes
from documents.authority import Signatory
from documents.papers import acts as papers
from documents.papers.facts import Participant
from documents.papers.letters import unprintable
from documents.wording import wording
from recordings.store import ObjectStore
from sud import journal
from sud.access import Action, Actor, visible
from sud.cases import issued, notices
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActKind,
    ActOutcome,
    ActPart,
    ActState,
    Case,
    CaseState,
    NoticeKind,
    PaperKind,
    SignerRole,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.registry import service as registry
from sud.registry.calendar import Unit

RUNNING: Final = (CaseState.PREPARATION, CaseState.SCHEDULED, CaseState.ADJOURNED)
"""The states in which a judge works on a case."""

# Which limit of the law ends the time to contest an act; the kind of case begins some codes.
_CONTESTED_WITHIN: Final = {
    "decision": "{kind}_appeal",
    "sentence": "{kind}_appeal",
    "resolution": "{kind}_appeal",
    "ruling": "{kind}_private_complaint",
    "special_ruling": "{kind}_private_complaint",
    "order": "order_objection",
}
_KIND_IN_LIMITS: Final = {"administrative": "admin", "civil_material": "civil"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What the judge wrote, as it is saved."""

    outcome: ActOutcome | None
    parts: Mapping[ActPart, str]


# ------------------------------------------------------------------ verbs


def begin(session: Session, actor: Actor, case: Case, kind: ActKind, *, now: datetime) -> Act:
    """Begin a draft; one that was begun already is taken up again."""
    _hold_case(session, case)
    if kind.code not in {one.code for one in kinds_for(session, case, now=now)}:
        raise CourtError(Refusal.NOT_NOW)
    if case.judge is None:
        raise CourtError(Refusal.NO_JUDGE_YET)
    begun = session.scalars(
        select(Act).where(
            Act.case_id == case.id, Act.kind_code == kind.code, Act.state == ActState.DRAFT
        )
    ).one_or_none()
    if begun is not None:
        return begun
    act = Act(
        case=case,
        kind=kind,
        judge=case.judge,
        language=case.language,
        introductory=_first_words(session, case, day=local_day(now)),
        created_at=now,
    )
    session.add(act)
    session.flush()
    journal.record(session, actor, Action.ACT_DRAFT, act, now=now, change="begun", kind=kind.code)
    return act


def hold(session: Session, act: Act) -> None:
    """Lock the case and the act: whoever works on them too waits, and then sees what we did."""
    _hold_case(session, act.case)
    session.refresh(act, with_for_update={"of": Act})


def save(session: Session, actor: Actor, act: Act, text: Text, *, now: datetime) -> None:
    """Keep what the judge wrote so far; nothing need be complete yet."""
    if act.state is ActState.ISSUED:
        raise CourtError(Refusal.ACT_ALREADY_ISSUED)
    for part in ActPart:
        signs = unprintable(text.parts[part])
        if signs:
            raise CourtError(Refusal.ACT_UNPRINTABLE, part=part, signs=" ".join(signs))
    act.outcome = text.outcome
    for part in ActPart:
        setattr(act, part.value, text.parts[part])
    session.flush()
    journal.record(session, actor, Action.ACT_DRAFT, act, now=now, change="saved")


def issue(session: Session, actor: Actor, act: Act, *, outside: Outside, now: datetime) -> None:
    """Make the act's paper, sign and store it, and let the case be decided: all of it or nothing.

    The signed paper is stored before the row says so. A crash in between leaves a paper that no
    act knows, and a draft that can be issued again.
    """
    hold(session, act)
    if act.state is ActState.ISSUED:
        raise CourtError(Refusal.ACT_ALREADY_ISSUED)
    missing = missing_parts(act)
    if missing:
        raise CourtError(Refusal.ACT_INCOMPLETE, what=missing)
    if act.case.state not in RUNNING:
        raise CourtError(Refusal.NOT_NOW)
    code = codes.new_code()
    sheet = paper_of(session, act, day=local_day(now), code=code, base_url=outside.base_url)
    signatory = Signatory(key=str(act.judge.key), name=act.judge.full_name, office=sheet.court)
    signed = outside.signer.sign(papers.act(sheet).pdf, signatory, now=now)
    verdict = outside.signer.validate(signed, now=now)
    if not verdict.good:
        message = f"act {act.key}: our own signature does not hold"
        raise RuntimeError(message)
    with reaching_the_store():
        stored = outside.store.put(
            f"acts/{act.key}/{verdict.sha256}.pdf",
            io.BytesIO(signed),
            content_type="application/pdf",
            size=len(signed),
        )
    act.code = code
    act.pdf_key, act.pdf_sha256 = stored.key, verdict.sha256
    act.signer_name = verdict.signatures[0].name
    act.certificate = verdict.signatures[0].certificate
    act.issued_at = now
    act.state = ActState.ISSUED
    if act.kind.final:
        act.case.state = CaseState.DECIDED
        act.case.decided_at = now
    session.flush()
    issued.remember(
        session,
        actor,
        issued.Print(
            kind=PaperKind.ACT,
            detail=act.kind_code,
            subject=f"acts/{act.id}",
            language=act.language,
            facts={},
            case=act.case,
        ),
        code=code,
        pdf=signed,
        object_key=stored.key,
        now=now,
        signers=[
            issued.Signed(name=one.name, role=SignerRole.JUDGE, certificate=one.certificate)
            for one in verdict.signatures
        ],
    )
    journal.record(
        session,
        actor,
        Action.ACT_ISSUE,
        act,
        now=now,
        kind=act.kind_code,
        sha256=verdict.sha256,
        certificate=act.certificate,
    )
    notices.tell_participants(
        session, actor, act.case, NoticeKind.ACT_ISSUED, defer=outside.defer, now=now
    )
    outside.defer(session, "publication.prepare", act_id=act.id)


# ------------------------------------------------------------------ queries


def kinds_for(session: Session, case: Case, *, now: datetime) -> Sequence[ActKind]:
    """Return the kinds of act that the judge of a case can write at this moment."""
    if case.judge_id is None or case.state not in RUNNING:
        return ()
    written = wording(case.language).acts
    return [
        kind
        for kind in registry.act_kinds_on(session, local_day(now))
        if kind.code in written and (not kind.case_kinds or case.kind_code in kind.case_kinds)
    ]


def act_of_url(session: Session, actor: Actor, key: UUID) -> Act | None:
    """Return the act of an address if the actor may know of it."""
    return session.scalars(visible(select(Act).where(Act.key == key), actor)).one_or_none()


def missing_parts(act: Act) -> list[ActPart]:
    """Return the parts that are still empty; an act is issued when none is."""
    return [part for part in ActPart if not getattr(act, part.value).strip()]


def paper_of(
    session: Session, act: Act, *, day: date, code: str | None = None, base_url: str = ""
) -> papers.Act:
    """Return what stands on the act's paper; without a code it is a draft."""
    court = registry.court_name_on(session, act.case.court, act.language, day)
    name = court.name if court else act.case.court.name(act.language)
    return papers.Act(
        language=act.language,
        kind=act.kind_code,
        court=name,
        number=act.case.number,
        place=court.city if court else "",
        day=day,
        judges=(act.judge.full_name,),
        participants=[
            Participant(role=one.role.name(act.language), name=one.person.full_name)
            for one in cases.people_of(session, act.case)
            if one.until is None or one.until >= day
        ],
        subject=act.case.category.name(act.language),
        parts=papers.Parts(
            introductory=act.introductory,
            descriptive=act.descriptive,
            reasoning=act.reasoning,
            operative=act.operative,
        ),
        appeal=_appeal(session, act, court=name, day=day),
        verification=None if code is None else issued.verification(code, base_url),
    )


def draft_pdf(session: Session, act: Act, *, now: datetime) -> bytes:
    """Return the draft as it would be printed today, marked as a draft on every page."""
    return papers.act(paper_of(session, act, day=local_day(now))).pdf


def issued_pdf(session: Session, act: Act, *, store: ObjectStore) -> bytes:
    """Return the signed paper with its newest time stamp; refused when its signature is broken."""
    paper = issued.standing_paper(session, f"acts/{act.id}", act.language)
    if paper is None:
        message = f"act {act.key} was not issued"
        raise LookupError(message)
    if paper.findings:
        raise CourtError(Refusal.PAPER_FAULTY)
    return issued.bytes_of(paper, store=store)


def _hold_case(session: Session, case: Case) -> None:
    session.refresh(case, with_for_update={"of": Case})


def _first_words(session: Session, case: Case, *, day: date) -> str:
    court = registry.court_name_on(session, case.court, case.language, day)
    if court is None or case.judge is None:
        return ""
    return wording(case.language).word(
        "beginning",
        "introductory",
        court=court.genitive,
        judge=case.judge.full_name,
        number=case.number,
    )


def _appeal(session: Session, act: Act, *, court: str, day: date) -> papers.Appeal | None:
    """Return the time to contest the act as the law stands on its day; None where it says none."""
    kind = _KIND_IN_LIMITS.get(act.case.kind_code, act.case.kind_code)
    code = _CONTESTED_WITHIN.get(act.kind_code, "").format(kind=kind)
    try:
        limit = registry.limit_on(session, code, day)
    except CourtError:
        return None
    if Unit(limit.unit) is not Unit.CALENDAR_DAYS:
        return None
    return papers.Appeal(days=limit.amount, court=court)
