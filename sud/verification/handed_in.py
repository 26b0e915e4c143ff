"""Sees to it that signatures of parties last: looked at every night, with evidence beside them.

A signature beside a paper, and a PDF that somebody signed for a filing, are not ours to add to. A
record of time stamps lies beside them (RFC 4998), made in the first night and renewed yearly. Of a
confirmation by ESI the provider's statement is checked with the key of its day.
"""

import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from documents.signatures import CannotSignError, Expected, Finding, Verdict
from recordings.store import NoSuchObjectError
from sud import journal
from sud.access import SYSTEM, Action
from sud.cases.signatures import laid_down
from sud.db import Sessions, unit
from sud.identity import IdentityError, reread
from sud.models import (
    Document,
    EsiConfirmation,
    Filing,
    FilingSignature,
    PaperFault,
    SignatureWatch,
    SigningSeat,
    SigningWay,
)
from sud.outside import Outside, reaching_the_store
from sud.signing.service import confirmation_at
from sud.verification.lasting import BATCH, ENDS_SOON, NIGHT, RENEWED_AFTER

CHECK: Final = "verification.check_handed_in"
FORGET: Final = "verification.forget_evidence"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A digital signature in the store: what is signed, and the signature beside it if any."""

    paper_key: str
    paper_sha256: str
    beside_key: str | None
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What a party gave: a digital signature, or a confirmation by ESI.

    `watch` is what was known of it the night before, None in its first night.
    """

    seat_id: int | None = None
    filing_signature_id: int | None = None
    by: Keyed | EsiConfirmation
    watch: SignatureWatch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What looking at one signature told; `evidence` is a record that was made or renewed."""

    findings: tuple[str, ...]
    evidence: bytes | None = None
    lasts_until: datetime | None = None


def check(sessions: Sessions, outside: Outside, *, night: str = "") -> None:
    """Validate what parties signed and was not looked at since the night began.

    What is noted of one signature is one transaction; a store that is away fails the job, which is
    tried again, and blames no signature.
    """
    began = datetime.fromisoformat(night) if night else outside.now()
    with unit(sessions) as session:
        batch = _unchecked(session, before=began)
    for one in batch:
        _looked_at(sessions, one, outside)
    if len(batch) >= BATCH and outside.now() < began + NIGHT:
        with unit(sessions) as session:
            outside.defer(session, CHECK, lock=CHECK, night=began.isoformat())


def _looked_at(sessions: Sessions, one: Handed, outside: Outside) -> None:
    """Examine one signature and note it; new evidence lies in the store before a row names it."""
    by = one.by
    found = (
        Found(findings=_of_confirmation(by))
        if isinstance(by, EsiConfirmation)
        else _examined(by, one.watch, outside)
    )
    key = None
    if found.evidence is not None and isinstance(by, Keyed):
        folder = (by.beside_key or by.paper_key).rpartition("/")[0]
        digest = hashlib.sha256(found.evidence).hexdigest()
        # Two who signed one PDF have a record each.
        key = f"{folder}/{by.certificate[:16]}-{digest}.ers"
        with reaching_the_store():
            outside.store.put(key, io.BytesIO(found.evidence), size=len(found.evidence))
    with unit(sessions) as session:
        _note(session, one, found, evidence_key=key, outside=outside)


def _of_confirmation(kept: EsiConfirmation) -> tuple[str, ...]:
    """Say whether what the provider signed then still says what we kept of it."""
    try:
        told = reread(kept.statement, kept.signing_key)
    except IdentityError:
        return (Finding.FORGED,)
    was = (kept.session, kept.moment, kept.sha256, kept.code)
    same = (told.session, told.moment, told.sha256, told.code) == was
    return () if same else (Finding.ALTERED,)


def _examined(one: Keyed, watch: SignatureWatch | None, outside: Outside) -> Found:
    """Read the stored bytes again and say what they prove today."""
    now = outside.now()
    paper = _bytes(one.paper_key, outside)
    signature = _bytes(one.beside_key, outside) if one.beside_key else None
    known = _bytes(watch.evidence_key, outside) if watch and watch.evidence_key else None
    if paper is None or (one.beside_key and signature is None):
        return Found(findings=(PaperFault.GONE,))
    verdict = _judged(one, paper, signature, known, outside)
    if verdict.blocking or not _lapsing(watch, now):
        return Found(findings=verdict.blocking)
    try:
        with laid_down(paper, outside) as path:
            record = outside.signer.attest_file(path, signature, now=now, before=known)
    except CannotSignError as error:
        log.warning("a signature of a party got no evidence: %s", error.reason)
        return Found(findings=())
    proved = _judged(one, paper, signature, record, outside)
    if proved.blocking:
        log.warning("evidence of a signature does not prove it: %s", proved.blocking)
        return Found(findings=())
    return Found(findings=(), evidence=record, lasts_until=proved.lasts_until)


def _lapsing(watch: SignatureWatch | None, now: datetime) -> bool:
    """Say whether evidence has to be made, or renewed before its last stamp can be doubted."""
    if watch is None or watch.stamped_at is None or watch.lasts_until is None:
        return True
    return watch.stamped_at <= now - RENEWED_AFTER or watch.lasts_until <= now + ENDS_SOON


def _judged(
    one: Keyed, paper: bytes, signature: bytes | None, evidence: bytes | None, outside: Outside
) -> Verdict:
    now = outside.now()
    with laid_down(paper, outside) as path:
        if signature is not None:
            return outside.signer.validate_beside_file(
                path, signature, now=now, signers=(one.certificate,), evidence=evidence
            )
        # Others may have signed the same PDF: each of them is looked at for himself.
        kept = Expected(sha256=one.paper_sha256, length=None)
        return outside.signer.validate_file(path, now=now, expected=kept, evidence=evidence)


def _bytes(key: str, outside: Outside) -> bytes | None:
    with reaching_the_store():
        try:
            return outside.store.get(key)
        except NoSuchObjectError:
            return None


def _note(
    session: Session, one: Handed, found: Found, *, evidence_key: str | None, outside: Outside
) -> None:
    now = outside.now()
    watch = _watch_of(session, one)
    findings = [str(each) for each in found.findings]
    news = findings != (watch.findings or [])
    watch.findings, watch.checked_at = findings, now
    if evidence_key is not None and found.lasts_until is not None:
        if watch.evidence_key is not None and watch.evidence_key != evidence_key:
            outside.defer(session, FORGET, object_key=watch.evidence_key)
        watch.evidence_key, watch.stamped_at = evidence_key, now
        watch.lasts_until = found.lasts_until
    if not news:
        return
    watch.changed_at = now
    session.flush()
    subject = _subject(session, watch)
    journal.record(
        session,
        SYSTEM,
        Action.PAPER_CHECK,
        subject,
        now=now,
        change="signature_found" if findings else "signature_sound_again",
        findings=findings,
        signature=one.by.certificate if isinstance(one.by, Keyed) else one.by.code,
    )


def _watch_of(session: Session, one: Handed) -> SignatureWatch:
    """Return the row of a signature, held; made if this is its first night."""
    which = (
        SignatureWatch.seat_id == one.seat_id
        if one.seat_id is not None
        else SignatureWatch.filing_signature_id == one.filing_signature_id
    )
    held = session.scalars(
        select(SignatureWatch).where(which).with_for_update(of=SignatureWatch)
    ).one_or_none()
    if held is not None:
        return held
    made = SignatureWatch(seat_id=one.seat_id, filing_signature_id=one.filing_signature_id)
    session.add(made)
    return made


def _subject(session: Session, watch: SignatureWatch) -> object:
    if watch.seat_id is not None:
        return session.get_one(SigningSeat, watch.seat_id).sheet
    signed = session.get_one(FilingSignature, watch.filing_signature_id)
    return session.get_one(Filing, signed.filing_id)


# ------------------------------------------------------------------ what there is


def _unchecked(session: Session, *, before: datetime) -> list[Handed]:
    """Return what was not looked at since a moment, the longest ago first, a batch of each."""
    due = or_(SignatureWatch.checked_at.is_(None), SignatureWatch.checked_at < before)
    seats = session.execute(
        select(SigningSeat, SignatureWatch)
        .outerjoin(SignatureWatch, SignatureWatch.seat_id == SigningSeat.id)
        .where(SigningSeat.beside_key.is_not(None), due)
        .order_by(SignatureWatch.checked_at.nulls_first(), SigningSeat.id)
        .limit(BATCH)
    ).all()
    papers = session.execute(
        select(FilingSignature, Document, SignatureWatch)
        .join(Filing, Filing.id == FilingSignature.filing_id)
        .join(
            Document,
            (Document.sha256 == FilingSignature.sha256)
            & or_(Document.filing_id == Filing.id, Document.case_id == Filing.case_id),
        )
        .outerjoin(SignatureWatch, SignatureWatch.filing_signature_id == FilingSignature.id)
        .where(FilingSignature.way == SigningWay.DIGITAL, due)
        .order_by(SignatureWatch.checked_at.nulls_first(), FilingSignature.id, Document.id.desc())
        .limit(BATCH)
    ).all()
    found = [_of_seat(seat, watch) for seat, watch in seats]
    of_filings = {signed.id: _of_filing(signed, paper, watch) for signed, paper, watch in papers}
    confirmed = session.execute(
        select(FilingSignature, SignatureWatch)
        .outerjoin(SignatureWatch, SignatureWatch.filing_signature_id == FilingSignature.id)
        .where(FilingSignature.way == SigningWay.ESI, due)
        .order_by(SignatureWatch.checked_at.nulls_first(), FilingSignature.id)
        .limit(BATCH)
    ).all()
    return [
        *found,
        *of_filings.values(),
        *(
            Handed(filing_signature_id=one.id, by=one.confirmation, watch=watch)
            for one, watch in confirmed
            if one.confirmation is not None
        ),
        *_on_sheets(session, due),
    ]


def _on_sheets(session: Session, due: ColumnElement[bool]) -> Iterator[Handed]:
    """Yield the confirmations that stand on papers of several signers."""
    rows = session.execute(
        select(SigningSeat, SignatureWatch)
        .outerjoin(SignatureWatch, SignatureWatch.seat_id == SigningSeat.id)
        .where(SigningSeat.way == SigningWay.ESI, due)
        .order_by(SignatureWatch.checked_at.nulls_first(), SigningSeat.id)
        .limit(BATCH)
    ).all()
    for seat, watch in rows:
        told = confirmation_at(seat)
        kept = (
            told
            and session.scalars(
                select(EsiConfirmation).where(EsiConfirmation.code == told.code)
            ).one_or_none()
        )
        if kept:
            yield Handed(seat_id=seat.id, by=kept, watch=watch)


def _of_seat(seat: SigningSeat, watch: SignatureWatch | None) -> Handed:
    by = Keyed(
        paper_key=f"{seat.sheet.folder}/{seat.seen_sha256}.pdf",
        paper_sha256=seat.seen_sha256 or "",
        beside_key=seat.beside_key,
        certificate=seat.certificate or "",
    )
    return Handed(seat_id=seat.id, by=by, watch=watch)


def _of_filing(signed: FilingSignature, paper: Document, watch: SignatureWatch | None) -> Handed:
    by = Keyed(
        paper_key=paper.object_key,
        paper_sha256=signed.sha256,
        beside_key=signed.beside_key,
        certificate=signed.certificate or "",
    )
    return Handed(filing_signature_id=signed.id, by=by, watch=watch)


def forget(sessions: Sessions, outside: Outside, *, object_key: str) -> None:
    """Remove a record that a newer one has replaced; twice is no error."""
    with unit(sessions) as session:
        named = session.scalar(select(exists().where(SignatureWatch.evidence_key == object_key)))
    if not named:
        outside.store.remove(object_key)
