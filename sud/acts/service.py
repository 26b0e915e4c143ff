"""Acts: drafted by the judge of the case, signed by all who sit, issued once, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import codes
from documents.papers import acts as papers
from documents.papers.facts import Participant
from documents.papers.letters import printable, unprintable
from documents.signatures import reserve
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
    IssuedPaper,
    Judge,
    NoticeKind,
    PaperKind,
    SeatRole,
    SheetKind,
    SigningSheet,
)
from sud.outside import Outside, local_day
from sud.recusals.reading import sitting
from sud.registry import service as registry
from sud.registry.calendar import Unit
from sud.signing import service as signing

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
    if _being_signed(session, actor, act, now=now) is not None:
        raise CourtError(Refusal.SIGNING_WAITS)
    for part in ActPart:
        signs = unprintable(text.parts[part])
        if signs:
            raise CourtError(Refusal.ACT_UNPRINTABLE, part=part, signs=" ".join(signs))
    act.outcome = text.outcome
    for part in ActPart:
        setattr(act, part.value, text.parts[part])
    session.flush()
    journal.record(session, actor, Action.ACT_DRAFT, act, now=now, change="saved")


def prepare(session: Session, actor: Actor, act: Act, *, outside: Outside) -> SigningSheet:
    """Print the act and lay it before the judges of the case: the members, then who presides.

    An act that is being signed already keeps its sheet.
    """
    hold(session, act)
    now = outside.now()
    if act.state is ActState.ISSUED:
        raise CourtError(Refusal.ACT_ALREADY_ISSUED)
    begun = _being_signed(session, actor, act, now=now)
    if begun is not None:
        return begun
    missing = missing_parts(act)
    if missing:
        raise CourtError(Refusal.ACT_INCOMPLETE, what=missing)
    if act.case.state not in RUNNING or act.case.judge is None:
        raise CourtError(Refusal.NOT_NOW)
    act.judge = act.case.judge
    panel = panel_of(session, act)
    code = codes.new_code()
    sheet = paper_of(session, act, day=local_day(now), code=code, base_url=outside.base_url)
    printed = papers.act(sheet)
    return signing.open_sheet(
        session,
        actor,
        signing.Paper(
            kind=SheetKind.ACT,
            paper_kind=PaperKind.ACT,
            detail=act.kind_code,
            subject=_subject(act),
            title=wording(act.language).acts[act.kind_code].heading,
            language=act.language,
            folder=f"acts/{act.key}",
            code=code,
            pdf=reserve(printed.pdf, printed.boxes),
            of=act.case,
        ),
        [
            signing.Signs(
                role=SeatRole.PRESIDING if judge is act.judge else SeatRole.JUDGE,
                user_id=judge.user_id,
                key=str(judge.key),
                name=judge.full_name,
                office=sheet.court,
                field=box.field,
                judge_id=judge.id,
            )
            for judge, box in zip(panel, printed.boxes, strict=True)
        ],
        outside=outside,
    )


def issue(session: Session, actor: Actor, act: Act, *, outside: Outside, now: datetime) -> None:
    """Prepare the act and sign it in one go, as a judge who sits alone does: all of it or nothing.

    In a panel others sign before the presiding judge: SIGNING_OUT_OF_TURN.
    """
    sheet = prepare(session, actor, act, outside=replace(outside, now=lambda: now))
    signing.sign(session, actor, sheet, ending=ENDING, outside=replace(outside, now=lambda: now))


def _being_signed(
    session: Session, actor: Actor, act: Act, *, now: datetime
) -> SigningSheet | None:
    """Return the act's sheet; one whose judges sit no longer is stopped first."""
    begun = signing.open_sheet_of(session, _subject(act))
    if begun is None:
        return None
    try:
        _still_stands(session, begun)
    except CourtError:
        signing.take_back(session, actor, begun, now=now)
        return None
    return begun


def _still_stands(session: Session, sheet: SigningSheet) -> None:
    """Refuse to go on where other judges sit now than those who were to sign."""
    act = act_of_sheet(session, sheet)
    _hold_case(session, act.case)
    sits = {judge.id for judge in panel_of(session, act)}
    if (
        act.case.state not in RUNNING
        or act.case.judge_id != act.judge_id
        or sits != {seat.judge_id for seat in sheet.seats}
    ):
        raise CourtError(Refusal.SIGNING_MOVED_ON)


def _issued(session: Session, actor: Actor, done: signing.Finished, outside: Outside) -> None:
    """Let the act stand and the case be decided, and tell the parties."""
    now, act = outside.now(), act_of_sheet(session, done.sheet)
    assert done.verdict is not None  # noqa: S101 - judges sign on the paper
    presiding = done.verdict.signatures[-1]
    act.code = done.paper.code
    act.pdf_key, act.pdf_sha256 = done.paper.object_key, done.paper.sha256
    act.signer_name, act.certificate = presiding.name, presiding.certificate
    act.issued_at = now
    act.state = ActState.ISSUED
    if act.kind.final:
        act.case.state = CaseState.DECIDED
        act.case.decided_at = now
    journal.record(
        session,
        actor,
        Action.ACT_ISSUE,
        act,
        now=now,
        kind=act.kind_code,
        sha256=act.pdf_sha256,
        certificate=act.certificate,
    )
    notices.tell_participants(
        session, actor, act.case, NoticeKind.ACT_ISSUED, defer=outside.defer, now=now
    )
    outside.defer(session, "publication.prepare", act_id=act.id)


ENDING: Final = signing.Ending(stands=_still_stands, finish=_issued)
"""What the last signature on an act does."""


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


def act_of_sheet(session: Session, sheet: SigningSheet) -> Act:
    """Return the act that is signed on a sheet."""
    return session.get_one(Act, int(sheet.subject.removeprefix("acts/")))


def sheet_of(session: Session, act: Act) -> SigningSheet | None:
    """Return the sheet on which the act is being signed, or was signed."""
    return signing.open_sheet_of(session, _subject(act)) or _sheet_of_issued(session, act)


def panel_of(session: Session, act: Act) -> list[Judge]:
    """Return who decides, or decided: the presiding judge first, to whom the case was drawn."""
    sheet = _sheet_of_issued(session, act)
    if sheet is not None:
        return [session.get_one(Judge, seat.judge_id) for seat in reversed(sheet.seats)]
    if act.state is ActState.ISSUED:
        return [act.judge]
    others = [one.judge for one in sitting(session, act.case) if one.judge.id != act.judge_id]
    return [act.judge, *others]


def day_of(session: Session, act: Act, *, today: date) -> date:
    """Return the day that stands on the act's paper: the last signature may be of a later one."""
    sheet = _sheet_of_issued(session, act)
    written = sheet.opened_at if sheet else act.issued_at
    return local_day(written) if written else today


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
        judges=[judge.full_name for judge in panel_of(session, act)],
        participants=[
            Participant(role=one.role.name(act.language), name=printable(one.person.full_name))
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
    return issued.bytes_of(sound_paper_of(session, act), store=store)


def sound_paper_of(session: Session, act: Act) -> IssuedPaper:
    """Return the issued paper of an act; refused when its signature is broken."""
    paper = issued.sound_paper(session, _subject(act), act.language)
    if paper is None:
        message = f"act {act.key} was not issued"
        raise LookupError(message)
    return paper


def _sheet_of_issued(session: Session, act: Act) -> SigningSheet | None:
    paper = issued.standing_paper(session, _subject(act), act.language)
    return signing.finished_sheet_of(session, paper) if paper else None


def _subject(act: Act) -> str:
    return f"acts/{act.id}"


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
