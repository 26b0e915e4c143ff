"""Sheets of signatures: opened by the room whose paper it is, signed seat by seat, closed once.

The paper lies in the store before a row speaks of it, and is only ever added to: a crash in between
leaves bytes that no sheet names, and nobody has signed. What a finished paper means is for the room
that opened the sheet: it hands in an `Ending`.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents.authority import Signatory
from documents.signatures import CannotSignError, Confirmation, Mark, Reason, Verdict
from sud import journal
from sud.access import Action, Actor, visible
from sud.cases import issued, notices
from sud.cases.awaiting import awaited, patience_ended, waits_too_long
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Dissent,
    Document,
    Filing,
    IssuedPaper,
    PaperKind,
    SeatRole,
    SeatState,
    SheetKind,
    SheetState,
    SignerRole,
    SigningRule,
    SigningSeat,
    SigningSheet,
    SigningWay,
)
from sud.outside import Outside, local_day, reaching_the_store

PDF: Final = "application/pdf"
SIGNS_AS: Final = {
    SeatRole.PARTY: SignerRole.PARTY,
    SeatRole.SECRETARY: SignerRole.CLERK,
    SeatRole.CLERK: SignerRole.CLERK,
    SeatRole.JUDGE: SignerRole.JUDGE,
    SeatRole.PRESIDING: SignerRole.JUDGE,
}
_WHY_NOT: Final = {
    Reason.NO_KEY: Refusal.SIGNING_NO_KEY,
    Reason.KEY_REFUSED: Refusal.SIGNING_NO_KEY,
    Reason.CERTIFICATE_REFUSED: Refusal.SIGNING_NO_KEY,
    Reason.REVOKED: Refusal.SIGNING_REVOKED,
    Reason.NOT_KNOWN: Refusal.SIGNING_NOT_KNOWN,
    Reason.UNPROVED: Refusal.SIGNING_UNPROVED,
}
"""What somebody is told whose key does not sign; of the rest he can only try again."""
_JUDGES: Final = frozenset({SeatRole.JUDGE, SeatRole.PRESIDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as it is to be signed: `pdf` has an empty place for each signer, `code` is on it.

    `subject` names what it says, as for `issued.Print`; `folder` is where its bytes are kept.
    """

    kind: SheetKind
    paper_kind: PaperKind
    subject: str
    language: str
    folder: str
    code: str
    pdf: bytes
    of: Case | Filing
    detail: str = ""
    title: str = ""
    source: Document | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Somebody who has to sign: `field` is his place on the paper, `key` names what he signs with.

    Of several with one role the earlier ones stand before the later ones on the sheet.
    """

    role: SeatRole
    user_id: int | None
    key: str
    name: str
    office: str
    field: str
    judge_id: int | None = None
    participant_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A paper that everybody has signed, entered already among the papers of the house."""

    sheet: SigningSheet
    paper: IssuedPaper
    pdf: bytes
    verdict: Verdict | None
    """What the signatures on it prove; None: all signed beside it or by hand."""


def _no_end(_session: Session, _actor: Actor, _finished: Finished, _outside: Outside) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the room of a paper has to say: may it still be signed, and what follows when all did.

    `stands` raises CourtError where the matter has moved on since the paper was prepared.
    """

    stands: Callable[[Session, SigningSheet], None] = lambda _session, _sheet: None
    finish: Callable[[Session, Actor, Finished, Outside], None] = _no_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a signature made: the paper with it, or the same paper and what proves it elsewhere."""

    way: SigningWay
    pdf: bytes
    verdict: Verdict | None = None
    """What the signatures on it prove now, where this one is on it."""
    certificate: str | None = None
    beside_key: str | None = None
    confirmation: str | None = None
    scan: Document | None = None


# ------------------------------------------------------------------ verbs


def open_sheet(
    session: Session, actor: Actor, paper: Paper, signers: Sequence[Signs], *, outside: Outside
) -> SigningSheet:
    """Lay a paper before its signers, in the order that the law says on this day."""
    now = outside.now()
    rules = {
        role: rule_on(session, paper.kind, role, now) for role in {one.role for one in signers}
    }
    ordered = sorted(signers, key=lambda one: rules[one.role].step)
    digest = hashlib.sha256(paper.pdf).hexdigest()
    sheet = SigningSheet(
        kind=paper.kind,
        paper_kind=paper.paper_kind,
        detail=paper.detail,
        subject=paper.subject,
        title=paper.title,
        language=paper.language,
        case=paper.of if isinstance(paper.of, Case) else None,
        filing=paper.of if isinstance(paper.of, Filing) else None,
        code=paper.code,
        folder=paper.folder,
        object_key=_stored(paper.folder, paper.pdf, outside),
        sha256=digest,
        size=len(paper.pdf),
        revisions=[digest],
        source=paper.source,
        opened_by_id=actor.user_id,
        opened_at=now,
        seats=[
            SigningSeat(
                number=number,
                step=rules[one.role].step,
                role=one.role,
                rule=rules[one.role],
                user_id=_account(one),
                judge_id=one.judge_id,
                participant_id=one.participant_id,
                signatory=one.key,
                name=one.name,
                office=one.office,
                field=one.field,
            )
            for number, one in enumerate(ordered, 1)
        ],
    )
    session.add(sheet)
    journal.record(
        session,
        actor,
        Action.SIGNING_OPEN,
        sheet,
        now=now,
        kind=sheet.kind.value,
        sha256=digest,
        seats=len(sheet.seats),
    )
    notices.tell_signers(session, actor, sheet, defer=outside.defer, now=now)
    return sheet


def sign(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    *,
    ending: Ending,
    outside: Outside,
    seen: str | None = None,
    dissent: str = "",
) -> None:
    """Sign with the actor's own key, which the court keeps; the last signature closes the sheet.

    `seen` is the SHA-256 of the paper that he had before him. A judge may hand in a dissenting
    opinion with his signature.
    """
    seat = take_seat(session, actor, sheet, SigningWay.DIGITAL, ending=ending, seen=seen)
    if SIGNS_AS[seat.role] is SignerRole.PARTY:
        raise CourtError(Refusal.SIGNING_WAY)  # the court keeps no key of a party
    before = bytes_of(sheet, outside=outside)
    signatory = Signatory(key=seat.signatory, name=seat.name, office=seat.office)
    mark = mark_of(sheet, seat, outside)
    with reaching_the_keys():
        pdf = outside.signer.sign(before, signatory, now=outside.now(), mark=mark)
    verdict = require_good(sheet, pdf, outside=outside)
    if dissent and seat.role in _JUDGES:
        _hand_in(session, actor, seat, dissent, now=outside.now())
    made = Made(
        way=SigningWay.DIGITAL,
        pdf=pdf,
        verdict=verdict,
        certificate=verdict.signatures[-1].certificate,
    )
    settle(session, actor, seat, made, ending=ending, outside=outside)


def refuse(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    *,
    because: str,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Refuse to sign, with the reason: the sheet is stopped, and its room may prepare another."""
    hold(session, sheet)
    require_open(sheet)
    seat = _own_seat(actor, sheet)
    require_seen(sheet, seen)
    seat.state, seat.settled_at, seat.settled_by_id = SeatState.REFUSED, now, actor.user_id
    seat.reason = because
    sheet.state, sheet.closed_at = SheetState.STOPPED, now
    journal.record(session, actor, Action.SIGNING_SIGN, sheet, now=now, change="refused")


def take_back(session: Session, actor: Actor, sheet: SigningSheet, *, now: datetime) -> None:
    """Stop a sheet that waits, as the one who opened it: nobody signs, another may be prepared."""
    hold(session, sheet)
    require_open(sheet)
    sheet.state, sheet.closed_at = SheetState.STOPPED, now
    journal.record(session, actor, Action.SIGNING_OPEN, sheet, now=now, change="taken_back")


# ------------------------------------------------------------------ what every way of signing does


def hold(session: Session, sheet: SigningSheet) -> None:
    """Lock the sheet: whoever signs too waits, and then sees what we did."""
    session.refresh(sheet, with_for_update={"of": SigningSheet})
    for seat in sheet.seats:
        session.refresh(seat)


def take_seat(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    way: SigningWay,
    *,
    ending: Ending,
    seen: str | None = None,
) -> SigningSeat:
    """Lock the sheet and return the actor's seat if he may sign there now, in this way.

    Raises:
        CourtError: SIGNING_CLOSED, SIGNED_ALREADY, SIGNING_OUT_OF_TURN (with the name of who is
            first), SIGNING_WAY, SIGNING_STALE, or what `ending.stands` says.

    """
    hold(session, sheet)
    require_open(sheet)
    seat = _own_seat(actor, sheet)
    require_turn(sheet, seat, way)
    require_seen(sheet, seen)
    ending.stands(session, sheet)
    return seat


def require_open(sheet: SigningSheet) -> None:
    """Refuse where nobody signs any more."""
    if sheet.state is not SheetState.OPEN:
        raise CourtError(Refusal.SIGNING_CLOSED)


def require_seen(sheet: SigningSheet, seen: str | None) -> None:
    """Refuse to sign another paper than the one that was looked at."""
    if seen is not None and seen != sheet.sha256:
        raise CourtError(Refusal.SIGNING_STALE)


def require_turn(sheet: SigningSheet, seat: SigningSeat, way: SigningWay) -> None:
    """Refuse out of turn, and a way in which this signer does not sign."""
    due = sheet.due
    if seat not in due:
        raise CourtError(Refusal.SIGNING_OUT_OF_TURN, name=due[0].name)
    if way.value not in seat.rule.ways:
        raise CourtError(Refusal.SIGNING_WAY)


def settle(
    session: Session,
    actor: Actor,
    seat: SigningSeat,
    made: Made,
    *,
    ending: Ending,
    outside: Outside,
) -> None:
    """Keep one signature; with the last one the paper is entered, and its room told."""
    now, sheet = outside.now(), seat.sheet
    before = sheet.sha256
    digest = hashlib.sha256(made.pdf).hexdigest()
    if digest != before:
        sheet.object_key = _stored(sheet.folder, made.pdf, outside)
        sheet.sha256, sheet.size = digest, len(made.pdf)
        sheet.revisions = [*sheet.revisions, digest]
    seat.state, seat.way = SeatState.SIGNED, made.way
    seat.settled_at, seat.settled_by_id = now, actor.user_id
    seat.seen_sha256, seat.certificate = before, made.certificate
    seat.beside_key, seat.confirmation, seat.scan = made.beside_key, made.confirmation, made.scan
    journal.record(
        session,
        actor,
        Action.SIGNING_SIGN,
        sheet,
        now=now,
        change="signed",
        seat=seat.number,
        way=made.way.value,
        seen=before,
        sha256=digest,
    )
    if all(one.state is SeatState.SIGNED for one in sheet.seats):
        _finish(session, actor, sheet, made, ending=ending, outside=outside)
    else:
        notices.tell_signers(session, actor, sheet, defer=outside.defer, now=now)


def require_good(sheet: SigningSheet, pdf: bytes, *, outside: Outside) -> Verdict:
    """Return what the signatures prove; ours must hold, and those before them still."""
    verdict = outside.signer.validate(pdf, now=outside.now())
    if not verdict.good:
        message = f"sheet {sheet.key}: our own signature does not hold: {verdict.findings}"
        raise RuntimeError(message)
    return verdict


def mark_of(sheet: SigningSheet, seat: SigningSeat, outside: Outside) -> Mark:
    """Return what is to be seen of a signature in its place."""
    return Mark(
        field=seat.field,
        language=sheet.language,
        verification=issued.verification(sheet.code, outside.base_url),
    )


def _finish(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    made: Made,
    *,
    ending: Ending,
    outside: Outside,
) -> None:
    now, pdf, verdict = outside.now(), made.pdf, made.verdict
    on_paper = [one for one in sheet.seats if one.certificate and not one.beside_key]
    if on_paper and verdict is None:
        verdict = require_good(sheet, pdf, outside=outside)
    roles = {one.certificate: SIGNS_AS[one.role] for one in on_paper}
    paper = issued.remember(
        session,
        actor,
        issued.Print(
            kind=sheet.paper_kind,
            detail=sheet.detail,
            subject=sheet.subject,
            language=sheet.language,
            facts={},
            case=sheet.case,
            filing=sheet.filing,
        ),
        code=sheet.code,
        pdf=pdf,
        object_key=sheet.object_key,
        now=now,
        signers=[
            issued.Signed(name=one.name, role=roles[one.certificate], certificate=one.certificate)
            for one in (verdict.signatures if verdict else ())
        ],
    )
    sheet.state, sheet.closed_at, sheet.issued = SheetState.FINISHED, now, paper
    session.flush()
    ending.finish(
        session, actor, Finished(sheet=sheet, paper=paper, pdf=pdf, verdict=verdict), outside
    )


def _own_seat(actor: Actor, sheet: SigningSheet) -> SigningSeat:
    """Return where the actor signs next: one who sits twice signs twice."""
    own = [one for one in sheet.seats if one.user_id == actor.user_id]
    waiting = [one for one in own if one.state is SeatState.WAITS]
    if not waiting:
        raise CourtError(Refusal.SIGNED_ALREADY)
    return waiting[0]


def _hand_in(
    session: Session, actor: Actor, seat: SigningSeat, words: str, *, now: datetime
) -> None:
    session.add(Dissent(seat=seat, text=words, handed_in_at=now))
    digest = hashlib.sha256(words.encode()).hexdigest()
    journal.record(
        session, actor, Action.SIGNING_SIGN, seat.sheet, now=now, change="dissent", sha256=digest
    )


def _account(signer: Signs) -> int:
    if signer.user_id is None:
        raise CourtError(Refusal.NO_ACCOUNT)
    return signer.user_id


def _stored(folder: str, pdf: bytes, outside: Outside) -> str:
    key = f"{folder}/{hashlib.sha256(pdf).hexdigest()}.pdf"
    with reaching_the_store():
        outside.store.put(key, io.BytesIO(pdf), content_type=PDF, size=len(pdf))
    return key


@contextmanager
def reaching_the_keys() -> Iterator[None]:
    """Turn a key or a time stamp that cannot be had into a refusal: nothing was signed."""
    try:
        yield
    except CannotSignError as error:
        raise CourtError(_WHY_NOT.get(error.reason, Refusal.SIGNING_AWAY)) from error


# ------------------------------------------------------------------ queries


def rule_on(session: Session, kind: SheetKind, role: SeatRole, now: datetime) -> SigningRule:
    """Return what the law of a day says of a signer; SIGNING_NO_RULE where it says nothing."""
    day = local_day(now)
    found = session.scalars(
        select(SigningRule)
        .where(
            SigningRule.kind == kind,
            SigningRule.role == role,
            SigningRule.valid_from <= day,
            or_(SigningRule.valid_to.is_(None), SigningRule.valid_to >= day),
        )
        .order_by(SigningRule.valid_from.desc())
        .limit(1)
    ).first()
    if found is None:
        raise CourtError(Refusal.SIGNING_NO_RULE)
    return found


def sheet_of_url(session: Session, actor: Actor, key: UUID, **_rest: object) -> SigningSheet | None:
    """Return the sheet of an address if the actor may know of it."""
    query = visible(select(SigningSheet).where(SigningSheet.key == key), actor)
    return session.scalars(query).unique().one_or_none()


def open_sheet_of(session: Session, subject: str) -> SigningSheet | None:
    """Return the sheet on which something is being signed now."""
    return session.scalars(
        select(SigningSheet).where(
            SigningSheet.subject == subject, SigningSheet.state == SheetState.OPEN
        )
    ).one_or_none()


def finished_sheet_of(session: Session, paper: IssuedPaper) -> SigningSheet | None:
    """Return the sheet on which an issued paper was signed; those of earlier times have none."""
    return session.scalars(
        select(SigningSheet).where(SigningSheet.issued_id == paper.id)
    ).one_or_none()


def sheets_of(session: Session, actor: Actor, case: Case) -> Sequence[SigningSheet]:
    """Return the sheets of a case that the actor may know of, the latest first."""
    query = visible(select(SigningSheet).where(SigningSheet.case_id == case.id), actor)
    return session.scalars(query.order_by(SigningSheet.id.desc())).unique().all()


def awaited_by(session: Session, actor: Actor) -> Sequence[SigningSeat]:
    """Return the seats at which the actor may sign now, the oldest paper first."""
    query = awaited(actor).order_by(SigningSheet.opened_at, SigningSheet.id)
    return session.scalars(query).unique().all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A paper that waits too long for its next signature, and since when."""

    sheet: SigningSheet
    since: datetime


def late_for(session: Session, actor: Actor, *, now: datetime) -> Sequence[Late]:
    """Return the papers that the actor prepared, or of his courts as chair, that wait too long."""
    before = patience_ended(session, now=now)
    if before is None:
        return []
    found = session.scalars(waits_too_long(actor, before=before)).unique().all()
    late = [
        Late(
            sheet=sheet,
            since=max((one.settled_at for one in sheet.seats if one.settled_at), default=None)
            or sheet.opened_at,
        )
        for sheet in found
    ]
    return sorted(late, key=lambda one: one.since)


def confirmation_at(seat: SigningSeat) -> Confirmation | None:
    """Return what the identity provider told, where somebody confirmed the paper by ESI."""
    return Confirmation.read(seat.confirmation.encode()) if seat.confirmation else None


def dissents_of(session: Session, sheet: SigningSheet) -> Sequence[Dissent]:
    """Return the dissenting opinions that were handed in with the signatures."""
    return session.scalars(
        select(Dissent)
        .join(SigningSeat, SigningSeat.id == Dissent.seat_id)
        .where(SigningSeat.sheet_id == sheet.id)
        .order_by(SigningSeat.number)
    ).all()


def bytes_of(sheet: SigningSheet, *, outside: Outside) -> bytes:
    """Return the very bytes that are signed next, or that everybody has signed.

    A finished paper is given with its newest time stamp.
    """
    if sheet.issued is not None:
        return issued.bytes_of(sheet.issued, store=outside.store)
    with reaching_the_store():
        pdf = outside.store.get(sheet.object_key)
    if hashlib.sha256(pdf).hexdigest() != sheet.sha256:
        raise CourtError(Refusal.PAPER_FAULTY)
    return pdf
