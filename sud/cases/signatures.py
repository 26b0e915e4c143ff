"""Signatures that somebody made with a program of his own: taken, read apart, and what is doubted.

Whatever blocks is refused with what was found, in words; nothing is written down before.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from documents import intake
from documents.signatures import Finding, Verdict
from sud.access import Actor
from sud.cases.taking import examined
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Filing,
    FilingSignature,
    PaperFault,
    RoleCode,
    SignatureWatch,
    SigningSeat,
    SigningSheet,
)
from sud.outside import Outside
from sud.uploads.service import Sent

BESIDE_TYPE: Final = "application/pkcs7-signature"
_PDF_BEGINS: Final = b"%PDF-"
SHOWN: Final = 200
_LONGEST_BESIDE: Final = 1024 * 1024


def is_pdf(sent: Sent) -> bool:
    """Say whether a file begins as a PDF does; what else it is, is examined later."""
    begins = sent.stream.read(len(_PDF_BEGINS)) == _PDF_BEGINS
    sent.stream.seek(0)
    return begins


def on_paper(
    paper: bytes, sent: Sent, *, outside: Outside, limit: int
) -> tuple[bytes, intake.Verdict, Verdict]:
    """Return a paper that came back with signatures on it: its bytes, what it is, what they prove.

    The paper that was given to sign must be its beginning: programs that sign only add to a PDF.

    Raises:
        CourtError: what intake refuses; SIGNATURE_OTHER_PAPER; SIGNATURE_FAULTY with `what`.

    """
    known = examined(sent, limit, scanner=outside.scanner)
    sent.stream.seek(0)
    signed = sent.stream.read(limit + 1)
    if not signed.startswith(paper):
        raise CourtError(Refusal.SIGNATURE_OTHER_PAPER)
    with laid_down(signed, outside) as path:
        verdict = outside.signer.validate_file(path, now=outside.now())
    return signed, known, _sound(verdict)


def inside(paper: bytes, *, outside: Outside) -> Verdict:
    """Return what the signatures prove that a paper bore when it was handed in.

    Raises:
        CourtError: SIGNATURE_FAULTY with `what`, also where there are none.

    """
    with laid_down(paper, outside) as path:
        return _sound(outside.signer.validate_file(path, now=outside.now()))


def beside(paper: bytes, sent: Sent, *, outside: Outside) -> tuple[bytes, Verdict]:
    """Return a detached signature over a paper (CMS, DER or PEM), and what it proves.

    Raises:
        CourtError: SIGNATURE_FAULTY with `what`.

    """
    signature = sent.stream.read(_LONGEST_BESIDE + 1)
    with laid_down(paper, outside) as path:
        verdict = outside.signer.validate_beside_file(path, signature, now=outside.now())
    return signature, _sound(verdict)


def is_one_of(name: str, names: Sequence[str]) -> bool:
    """Say whether a certificate names one of these persons: order and capitals are its own."""
    return _words(name) in {_words(one) for one in names}


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(name.casefold().split()))


def _sound(verdict: Verdict) -> Verdict:
    if not verdict.good:
        raise CourtError(Refusal.SIGNATURE_FAULTY, what=list(verdict.blocking))
    return verdict


# ------------------------------------------------------------------ what became of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A signature of a party that held when it was handed in, and does not hold any more."""

    name: str
    since: datetime
    findings: tuple[Finding | PaperFault, ...]
    case: Case | None = None
    filing: Filing | None = None


def doubts_of(session: Session, case: Case) -> list[Doubt]:
    """Return the signatures of a case that the last night found wanting, the latest first."""
    return _doubts(session, Case.id == case.id)


def doubts_for(session: Session, actor: Actor) -> list[Doubt]:
    """Return those of all cases and filings of the courts where the actor is clerk or chair."""
    courts = actor.courts_as(RoleCode.CLERK, RoleCode.CHAIR)
    return _doubts(session, or_(Case.court_id.in_(courts), Filing.court_id.in_(courts)))


def doubted() -> Select[SignatureWatch]:
    """Ask for the signatures of parties that do not hold any more, with their cases and filings."""
    return (
        select(SignatureWatch)
        .outerjoin(SigningSeat, SigningSeat.id == SignatureWatch.seat_id)
        .outerjoin(SigningSheet, SigningSheet.id == SigningSeat.sheet_id)
        .outerjoin(FilingSignature, FilingSignature.id == SignatureWatch.filing_signature_id)
        .outerjoin(Filing, Filing.id == FilingSignature.filing_id)
        .outerjoin(Case, Case.id == func.coalesce(SigningSheet.case_id, Filing.case_id))
        .where(func.jsonb_array_length(SignatureWatch.findings) > 0)
    )


def _doubts(session: Session, mine: ColumnElement[bool]) -> list[Doubt]:
    # Numbers alone: what a case and a filing bring with them would leave out who has one of them.
    rows = session.execute(
        doubted()
        .add_columns(Case.id, Filing.id)
        .where(mine)
        .order_by(SignatureWatch.changed_at.desc())
        .limit(SHOWN)
    ).all()
    return [
        replace(
            doubt,
            case=session.get(Case, case) if case else None,
            filing=session.get(Filing, filing) if filing else None,
        )
        for watch, case, filing in rows
        if (doubt := doubt_in(watch)) is not None
    ]


def doubt_in(watch: SignatureWatch | None) -> Doubt | None:
    """Return what is wrong with a signature as it was looked at last; None: nothing."""
    signed = (watch.seat or watch.filing_signature) if watch else None
    if watch is None or signed is None or not watch.findings:
        return None
    own = set(PaperFault)
    return Doubt(
        name=signed.name,
        since=watch.changed_at or watch.checked_at,
        findings=tuple(PaperFault(one) if one in own else Finding(one) for one in watch.findings),
    )


@contextmanager
def laid_down(data: bytes, outside: Outside) -> Iterator[Path]:
    """Lay bytes down as a file for the closed process, for as long as it reads them."""
    outside.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="signed-", dir=outside.scratch) as room:
        path = Path(room) / "paper"
        path.write_bytes(data)
        yield path
