"""Papers of both parties: an agreement is handed in by one, signed by all, then by the judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from documents import codes
from documents.signatures import Place, with_sheet
from documents.wording import wording
from sud import journal
from sud.access import Action, Actor
from sud.cases.taking import examined, kept, paper_of
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseState,
    JointKind,
    PaperKind,
    Participant,
    SeatRole,
    SheetKind,
    SigningSheet,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.registry import service as registry
from sud.signing.filing import into_file, plain_pages
from sud.signing.service import Ending, Finished, Paper, Signs, open_sheet
from sud.uploads.service import Sent

RUNNING: Final = (CaseState.PREPARATION, CaseState.SCHEDULED, CaseState.ADJOURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the parties agree on, and who signs beside the one who hands it in."""

    kind: JointKind
    others: Sequence[Participant]


def offer(
    session: Session,
    actor: Actor,
    case: Case,
    agreement: Agreement,
    sent: Sent,
    *,
    outside: Outside,
    limit: int,
) -> SigningSheet:
    """Take the text of an agreement in, and lay it before both sides and the judge.

    What is signed is put together anew from the file in a closed process, without anything that
    acts, with a sheet of places behind it that names the digest of what was put together.
    """
    now = outside.now()
    if case.judge is None:
        raise CourtError(Refusal.NO_JUDGE_YET)
    if case.state not in RUNNING:
        raise CourtError(Refusal.NOT_NOW)
    own = [one for one in _present(session, case, now) if one.user_id == actor.user_id]
    if not own or not agreement.others:
        raise CourtError(Refusal.NO_OTHER_SIDE)
    verdict = examined(sent, limit, scanner=outside.scanner)
    folder = f"signing/{case.key}"
    plain = plain_pages(sent, verdict, outside)
    with reaching_the_store():
        key = kept(sent, verdict, store=outside.store, folder=folder, limit=limit)
    language = case.language
    title = wording(language).word("joint", agreement.kind.value)
    source = paper_of(
        session, actor, verdict, key, of=case, title=title, defer=outside.defer, now=now
    )
    signers = _signers(session, case, [own[0], *agreement.others], now=now)
    printed = with_sheet(
        plain,
        [Place(field=one.field, whose=f"{one.name}, {one.office}") for one in signers],
        language=language,
    )
    sheet = open_sheet(
        session,
        actor,
        Paper(
            kind=SheetKind.JOINT_PAPER,
            paper_kind=PaperKind.JOINT_PAPER,
            detail=agreement.kind.value,
            subject=f"documents/{source.id}/joint",
            title=title,
            language=language,
            folder=folder,
            code=codes.new_code(),
            pdf=printed.pdf,
            of=case,
            source=source,
        ),
        signers,
        outside=outside,
    )
    journal.record(
        session,
        actor,
        Action.JOINT_PAPER_OFFER,
        sheet,
        now=now,
        change="offered",
        kind=agreement.kind.value,
    )
    return sheet


def _signers(
    session: Session, case: Case, parties: Sequence[Participant], *, now: datetime
) -> list[Signs]:
    assert case.judge is not None  # noqa: S101 - `offer` asked
    words, day = wording(case.language), local_day(now)
    court = registry.court_name_on(session, case.court, case.language, day)
    signers = [
        Signs(
            role=SeatRole.PARTY,
            user_id=one.user_id,
            key=str(one.person.key),
            name=one.person.full_name,
            office=one.role.name(case.language),
            field=f"Signature{number}",
            participant_id=one.id,
        )
        for number, one in enumerate(parties, 1)
    ]
    return [
        *signers,
        Signs(
            role=SeatRole.PRESIDING,
            user_id=case.judge.user_id,
            key=str(case.judge.key),
            name=case.judge.full_name,
            office=court.name if court else words.word("act", "judge"),
            field=f"Signature{len(signers) + 1}",
            judge_id=case.judge_id,
        ),
    ]


# ------------------------------------------------------------------ what the last signature does


def _stands(session: Session, sheet: SigningSheet) -> None:
    """Refuse to go on where another judge has the case, or a party has left it."""
    case = sheet.case
    assert case is not None  # noqa: S101 - such a paper is of a case
    session.refresh(case, with_for_update={"of": Case})
    judges = {seat.judge_id for seat in sheet.seats if seat.judge_id is not None}
    parties = {seat.participant_id for seat in sheet.seats if seat.participant_id is not None}
    gone = {one.id for one in session.scalars(_left(case))}
    if case.state not in RUNNING or judges != {case.judge_id} or parties & gone:
        raise CourtError(Refusal.SIGNING_MOVED_ON)


def _signed(session: Session, actor: Actor, done: Finished, outside: Outside) -> None:
    into_file(session, actor, done, title=done.sheet.title, outside=outside)
    journal.record(
        session,
        actor,
        Action.JOINT_PAPER_OFFER,
        done.sheet,
        now=outside.now(),
        change="signed",
        sha256=done.paper.sha256,
    )


ENDING: Final = Ending(stands=_stands, finish=_signed)
"""What the last signature on a paper of both parties does."""


# ------------------------------------------------------------------ queries


def others_of(session: Session, actor: Actor, case: Case, *, now: datetime) -> list[Participant]:
    """Return those who can sign beside the actor: of another side than his, with an account."""
    present = _present(session, case, now)
    sides = {one.role.side for one in present if one.user_id == actor.user_id}
    return [
        one
        for one in present
        if one.user_id not in {None, actor.user_id} and one.role.side not in sides
    ]


def _left(case: Case) -> Select[Participant]:
    return select(Participant).where(Participant.case_id == case.id, Participant.until.is_not(None))


def _present(session: Session, case: Case, now: datetime) -> Sequence[Participant]:
    today = local_day(now)
    return session.scalars(
        select(Participant)
        .where(
            Participant.case_id == case.id,
            or_(Participant.until.is_(None), Participant.until >= today),
        )
        .order_by(Participant.id)
    ).all()
