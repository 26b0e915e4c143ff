"""How a party signs: with a program of his own, by his ESI identifier, or by hand on a print."""

import hashlib
import io
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.authority import Signatory
from documents.signatures import Confirmation, Mark, SignatureFacts
from sud.access import Actor
from sud.cases import signatures
from sud.errors import CourtError, Refusal
from sud.esi import service as esi
from sud.labels import label
from sud.models import (
    Case,
    Certification,
    Document,
    IssuedPaper,
    SigningSeat,
    SigningSheet,
    SigningWay,
    User,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.registry import service as registry
from sud.signing.service import (
    Ending,
    Made,
    bytes_of,
    hold,
    mark_of,
    reaching_the_keys,
    require_good,
    require_open,
    require_turn,
    settle,
    take_seat,
)
from sud.uploads.service import Sent

# ------------------------------------------------------------------ with a program of his own


def take_signed(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    sent: Sent,
    *,
    ending: Ending,
    outside: Outside,
    limit: int,
    seen: str | None = None,
) -> None:
    """Take the paper back with the party's own signature: on the PDF, or beside it (.p7s).

    The signature is checked at once; what is wrong with it is told, and nothing is kept.
    """
    seat = take_seat(session, actor, sheet, SigningWay.DIGITAL, ending=ending, seen=seen)
    before = bytes_of(sheet, outside=outside)
    if signatures.is_pdf(sent):
        made = _on_paper(session, seat, before, sent, outside=outside, limit=limit)
    else:
        made = _beside(session, seat, before, sent, outside=outside)
    settle(session, actor, seat, made, ending=ending, outside=outside)


def _on_paper(
    session: Session, seat: SigningSeat, before: bytes, sent: Sent, *, outside: Outside, limit: int
) -> Made:
    after, _known, verdict = signatures.on_paper(before, sent, outside=outside, limit=limit)
    earlier = sum(1 for one in seat.sheet.seats if one.certificate and not one.beside_key)
    if len(verdict.signatures) != earlier + 1:
        raise CourtError(Refusal.SIGNATURE_NOT_ONE)
    last = verdict.signatures[-1]
    _require_own(session, seat, last)
    return Made(way=SigningWay.DIGITAL, pdf=after, verdict=verdict, certificate=last.certificate)


def _beside(
    session: Session, seat: SigningSeat, before: bytes, sent: Sent, *, outside: Outside
) -> Made:
    signature, verdict = signatures.beside(before, sent, outside=outside)
    if len(verdict.signatures) != 1:
        raise CourtError(Refusal.SIGNATURE_NOT_ONE)
    (own,) = verdict.signatures
    _require_own(session, seat, own)
    key = f"{seat.sheet.folder}/{seat.key}/{hashlib.sha256(signature).hexdigest()}.p7s"
    with reaching_the_store():
        outside.store.put(
            key, io.BytesIO(signature), content_type=signatures.BESIDE_TYPE, size=len(signature)
        )
    return Made(way=SigningWay.DIGITAL, pdf=before, certificate=own.certificate, beside_key=key)


def beside_of(seat: SigningSeat, *, outside: Outside) -> bytes:
    """Return the detached signature that was handed in for a seat (DER)."""
    assert seat.beside_key is not None  # noqa: S101 - only such a seat is asked
    with reaching_the_store():
        return outside.store.get(seat.beside_key)


def _require_own(session: Session, seat: SigningSeat, signature: SignatureFacts) -> None:
    """Refuse somebody else's key: of an organisation the person with its account may sign."""
    user = session.get_one(User, seat.user_id)
    if not signatures.is_one_of(signature.name, (seat.name, user.display_name)):
        raise CourtError(Refusal.SIGNATURE_OF_ANOTHER, name=signature.name)


# ------------------------------------------------------------------ by the ESI identifier


def ask_esi(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    *,
    back: str,
    ending: Ending,
    outside: Outside,
    seen: str | None = None,
) -> str:
    """Return the address at which the party confirms the paper as it stands."""
    take_seat(session, actor, sheet, SigningWay.ESI, ending=ending, seen=seen)
    return esi.begin(
        session,
        actor,
        sha256=sheet.sha256,
        title=str(label(sheet.kind)),
        back=back,
        outside=outside,
        now=outside.now(),
    )


def confirmed(session: Session, actor: Actor, sheet: SigningSheet) -> Confirmation | None:
    """Return the actor's confirmation of the paper, as it stands or as it stood earlier.

    What others signed meanwhile stands behind the bytes that he confirmed.
    """
    for digest in reversed(sheet.revisions):
        try:
            return esi.record_of(esi.taken(session, actor, sha256=digest))
        except CourtError as error:
            if error.code is not Refusal.ESI_NOT_CONFIRMED:
                raise
    return None


def take_confirmation(
    session: Session, actor: Actor, sheet: SigningSheet, *, ending: Ending, outside: Outside
) -> None:
    """Put the party's confirmation on the paper; the court's key holds it there, and says so."""
    seat = take_seat(session, actor, sheet, SigningWay.ESI, ending=ending)
    confirmation = confirmed(session, actor, sheet)
    if confirmation is None:
        raise CourtError(Refusal.ESI_NOT_CONFIRMED)
    before = bytes_of(sheet, outside=outside)
    mark = mark_of(sheet, seat, outside)
    with reaching_the_keys():
        pdf = outside.signer.sign(
            before,
            _court(session, sheet, outside),
            now=outside.now(),
            mark=Mark(
                field=mark.field,
                language=mark.language,
                verification=mark.verification,
                person=seat.name,
                office=seat.office,
                confirmation=confirmation,
            ),
        )
    verdict = require_good(sheet, pdf, outside=outside)
    made = Made(
        way=SigningWay.ESI,
        pdf=pdf,
        verdict=verdict,
        certificate=verdict.signatures[-1].certificate,
        confirmation=confirmation.canonical.decode(),
    )
    settle(session, actor, seat, made, ending=ending, outside=outside)


def _court(session: Session, sheet: SigningSheet, outside: Outside) -> Signatory:
    """Return the court itself, in whose name a confirmation is received."""
    whole = sheet.case or sheet.filing
    court = whole.court if whole else None
    if court is None:
        raise CourtError(Refusal.SIGNING_WAY)
    dated = registry.court_name_on(session, court, sheet.language, local_day(outside.now()))
    name = dated.name if dated else court.name(sheet.language)
    return Signatory(key=f"court-{court.code}", name=name, office=name)


# ------------------------------------------------------------------ by hand


def note_handwriting(
    session: Session,
    actor: Actor,
    seat: SigningSeat,
    scan: Document,
    *,
    ending: Ending,
    outside: Outside,
) -> None:
    """Note that a party signed a print by hand: a clerk certified its scan, which lies in the file.

    The actor is the clerk. Nothing is added to the paper.
    """
    sheet = seat.sheet
    hold(session, sheet)
    require_open(sheet)
    require_turn(sheet, seat, SigningWay.HANDWRITTEN)
    if sheet.case is None or scan not in certified_scans(session, sheet.case):
        raise CourtError(Refusal.SCAN_NOT_CERTIFIED)
    ending.stands(session, sheet)
    made = Made(way=SigningWay.HANDWRITTEN, pdf=bytes_of(sheet, outside=outside), scan=scan)
    settle(session, actor, seat, made, ending=ending, outside=outside)


def certified_scans(session: Session, case: Case) -> Sequence[Document]:
    """Return the scans of a case whose certification stands, the latest first."""
    return session.scalars(
        select(Document)
        .join(Certification, Certification.document_id == Document.id)
        .join(IssuedPaper, IssuedPaper.id == Certification.issued_id)
        .where(Document.case_id == case.id, IssuedPaper.withdrawn_at.is_(None))
        .order_by(Certification.id.desc())
    ).all()
