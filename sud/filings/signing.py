"""Signatures under a filing: what is signed, in which ways, and whether each still stands."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.signatures import Finding, Verdict
from sud.access import Actor
from sud.cases import signatures
from sud.cases.taking import paper_of
from sud.errors import CourtError, Refusal
from sud.esi import service as esi
from sud.filings import service
from sud.models import (
    Document,
    Filing,
    FilingSignature,
    SignatureWatch,
    SigningWay,
    User,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.uploads.service import Sent

_FORM: Final = "ais-sud/filing/v1"
_PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature as it stands today: `changed` says that the filing is no longer what it was."""

    number: int
    """Its place among the filing's signatures, from 1 on."""
    signature: FilingSignature
    changed: bool
    paper: Document | None
    """What was signed; None for the filing as a whole, and for a paper that was taken out."""
    findings: tuple[Finding, ...]
    """What was found when it was handed in and does not block."""
    doubt: signatures.Doubt | None
    """What the last night found, where the signature does not hold any more."""
    of_filer: bool
    """Whether the name in the certificate is the filer's; what that means is the clerk's to say."""


# ------------------------------------------------------------------ what is signed


def digest_of(session: Session, filing: Filing) -> str:
    """Return the digest of a filing as a whole: what is confirmed by ESI.

    SHA-256, in small hexadecimal digits, of JSON in UTF-8 with sorted keys and without blanks: the
    form `ais-sud/filing/v1`; `facts`, all that was filled in (the key of the filing, court, kind,
    category, language, price in tyiyn, text; of each party its role and number, kind, names, PIN,
    address, telephone and e-mail); and `papers`, the SHA-256 of each paper in the order of arrival.
    """
    papers = [paper.sha256 for paper in service.papers_of(session, filing)]
    return _hashed({"form": _FORM, "facts": _facts(session, filing), "papers": papers})


def facts_digest(session: Session, filing: Filing) -> str:
    """Return the digest of what was filled in, without the papers; the form is as above."""
    return _hashed({"form": _FORM, "facts": _facts(session, filing)})


def _facts(session: Session, filing: Filing) -> dict[str, Any]:
    return {
        "filing": str(filing.key),
        "court": filing.court.code if filing.court else None,
        "kind": filing.kind_code,
        "category": filing.category_code,
        "language": filing.language,
        "price": filing.price,
        "text": filing.text,
        "parties": [
            {
                "role": party.role_code,
                "number": party.ordinal,
                "kind": party.person.kind.value,
                "surname": party.person.surname,
                "given_name": party.person.given_name,
                "patronymic": party.person.patronymic,
                "organisation": party.person.organisation,
                "pin": party.person.pin,
                "address": party.person.address,
                "phone": party.person.phone,
                "email": party.person.email,
            }
            for party in service.parties_of(session, filing)
        ],
    }


def _hashed(told: dict[str, Any]) -> str:
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


# ------------------------------------------------------------------ with a key of one's own


def hand_in(
    session: Session,
    actor: Actor,
    filing: Filing,
    paper: Document,
    sent: Sent | None,
    *,
    outside: Outside,
    limit: int,
    now: datetime,
) -> None:
    """Take a digital signature over a paper of the filing: on it, or beside it (.p7s).

    A signed PDF takes the place of the paper that it contains. Without a file the paper itself
    bears the signature. It is validated at once; what blocks is refused, and nothing is kept.
    """
    service.require_open(filing)
    with reaching_the_store():
        before = outside.store.get(paper.object_key)
    if sent is None:
        verdict = signatures.inside(before, outside=outside)
        service.hold_open(session, filing)
        _keep(session, actor, filing, paper, verdict, now=now)
    elif signatures.is_pdf(sent):
        if paper.media_type != _PDF:
            # Signing adds to a paper, and a PDF is not what is added to a picture.
            raise CourtError(Refusal.SIGNATURE_OTHER_PAPER)
        after, known, verdict = signatures.on_paper(before, sent, outside=outside, limit=limit)
        key = f"filings/{filing.key}/{uuid4()}.{known.kind}"
        if after != before:
            with reaching_the_store():
                outside.store.put(key, io.BytesIO(after), content_type=_PDF, size=len(after))
        service.hold_open(session, filing)
        signed = paper
        if after != before:
            title, name = paper.title, paper.file_name
            signed = paper_of(session, actor, known, key, of=filing, defer=outside.defer, now=now)
            signed.title, signed.file_name = title, name
            service.detach(session, actor, filing, paper.key, defer=outside.defer, now=now)
        _keep(session, actor, filing, signed, verdict, now=now)
    else:
        signature, verdict = signatures.beside(before, sent, outside=outside)
        # Named by what it is and signs: handed in again, it is the same object.
        named = f"{facts_digest(session, filing)}/{hashlib.sha256(signature).hexdigest()}"
        key = f"filings/{filing.key}/signatures/{named}.p7s"
        with reaching_the_store():
            outside.store.put(
                key, io.BytesIO(signature), content_type=signatures.BESIDE_TYPE, size=len(signature)
            )
        service.hold_open(session, filing)
        _keep(session, actor, filing, paper, verdict, beside_key=key, now=now)


def _keep(
    session: Session,
    actor: Actor,
    filing: Filing,
    paper: Document,
    verdict: Verdict,
    *,
    beside_key: str | None = None,
    now: datetime,
) -> None:
    facts = facts_digest(session, filing)
    known = {
        (one.sha256, one.certificate) for one in _rows(session, filing) if one.facts_sha256 == facts
    }
    for one in verdict.signatures:
        if (paper.sha256, one.certificate) not in known:
            session.add(
                FilingSignature(
                    filing_id=filing.id,
                    user_id=actor.user_id,
                    way=SigningWay.DIGITAL,
                    sha256=paper.sha256,
                    facts_sha256=facts,
                    name=one.name,
                    signed_at=one.signed_at or now,
                    stamped=one.stamped,
                    certificate=one.certificate,
                    issuer=one.issuer,
                    findings=[found.value for found in verdict.findings],
                    beside_key=beside_key,
                    received_at=now,
                )
            )
    _note(session, actor, filing, SigningWay.DIGITAL, paper.sha256, now=now)


# ------------------------------------------------------------------ by ESI


def ask_esi(
    session: Session,
    actor: Actor,
    filing: Filing,
    *,
    title: str,
    back: str,
    outside: Outside,
    now: datetime,
) -> str:
    """Return the address at which the filer confirms his filing; `title` names nobody."""
    service.require_open(filing)
    lacking = service.missing_in(session, filing, on=local_day(now))
    if lacking:
        raise CourtError(Refusal.FILING_INCOMPLETE, what=lacking)
    sha256 = digest_of(session, filing)
    return esi.begin(
        session, actor, sha256=sha256, title=title, back=back, outside=outside, now=now
    )


def take_confirmation(session: Session, actor: Actor, filing: Filing, *, now: datetime) -> bool:
    """Put the filer's confirmation under the filing, if he gave one and it is not there yet."""
    if filing.state not in service.EDITABLE:
        return False
    sha256 = digest_of(session, filing)
    try:
        kept = esi.taken(session, actor, sha256=sha256)
    except CourtError as error:
        if error.code is Refusal.ESI_NOT_CONFIRMED:
            return False
        raise
    service.hold_open(session, filing)
    if any(one.confirmation_id == kept.id for one in _rows(session, filing)):
        return False
    session.add(
        FilingSignature(
            filing_id=filing.id,
            user_id=actor.user_id,
            way=SigningWay.ESI,
            sha256=sha256,
            facts_sha256=facts_digest(session, filing),
            name=_owner(session, actor).display_name,
            signed_at=kept.moment,
            stamped=True,
            confirmation=kept,
            received_at=now,
        )
    )
    _note(session, actor, filing, SigningWay.ESI, sha256, now=now)
    return True


# ------------------------------------------------------------------ by hand


def note_handwriting(
    session: Session, actor: Actor, filing: Filing, paper: Document, *, now: datetime
) -> None:
    """Note that a paper of the filing is the scan of one that the filer signed by hand."""
    service.hold_open(session, filing)
    if not can_be_scan(paper):
        raise CourtError(Refusal.SIGNING_WAY)
    facts = facts_digest(session, filing)
    if any(
        (one.way, one.sha256, one.facts_sha256) == (SigningWay.HANDWRITTEN, paper.sha256, facts)
        for one in _rows(session, filing)
    ):
        return
    session.add(
        FilingSignature(
            filing_id=filing.id,
            user_id=actor.user_id,
            way=SigningWay.HANDWRITTEN,
            sha256=paper.sha256,
            facts_sha256=facts,
            name=_owner(session, actor).display_name,
            signed_at=now,
            received_at=now,
        )
    )
    _note(session, actor, filing, SigningWay.HANDWRITTEN, paper.sha256, now=now)


def can_be_scan(paper: Document) -> bool:
    """Say whether a paper may be the scan or the photograph of another."""
    return paper.media_type == _PDF or paper.media_type.startswith("image/")


# ------------------------------------------------------------------ queries


def signatures_of(session: Session, filing: Filing) -> Sequence[Signed]:
    """Return the signatures under a filing, the latest first, and whether each still stands."""
    rows = _rows(session, filing)
    if not rows:
        return []
    papers = {paper.sha256: paper for paper in service.papers_of(session, filing)}
    standing = {*papers, digest_of(session, filing)}
    facts = facts_digest(session, filing)
    filer = service.plaintiff_of(session, filing)
    owner = session.get_one(User, filing.user_id)
    names = [owner.display_name, *([filer.person.full_name] if filer else [])]
    watches = {
        one.filing_signature_id: one
        for one in session.scalars(
            select(SignatureWatch).where(
                SignatureWatch.filing_signature_id.in_([one.id for one in rows])
            )
        )
    }
    return [
        Signed(
            number=number,
            signature=one,
            changed=one.sha256 not in standing or one.facts_sha256 != facts,
            paper=papers.get(one.sha256),
            findings=tuple(Finding(found) for found in one.findings),
            doubt=signatures.doubt_in(watches.get(one.id)),
            of_filer=signatures.is_one_of(one.name, names),
        )
        for number, one in zip(range(len(rows), 0, -1), rows, strict=True)
    ]


def stands(session: Session, filing: Filing) -> bool:
    """Say whether anybody signed the filing as it is now."""
    return any(not one.changed for one in signatures_of(session, filing))


def filing_with_signature(session: Session, actor: Actor, key: UUID, number: int) -> Filing | None:
    """Return the filing of an address if it has a detached signature of this number."""
    filing = service.filing_of_url(session, actor, key)
    return filing if filing and number in _beside(session, filing) else None


def beside_of(session: Session, filing: Filing, number: int, *, outside: Outside) -> bytes:
    """Return a detached signature of a filing by its number."""
    with reaching_the_store():
        return outside.store.get(_beside(session, filing)[number])


def _beside(session: Session, filing: Filing) -> dict[int, str]:
    """The keys of the detached signatures under their numbers: their places among all, from 1."""
    rows = reversed(_rows(session, filing))
    return {n: one.beside_key for n, one in enumerate(rows, 1) if one.beside_key}


def _rows(session: Session, filing: Filing) -> Sequence[FilingSignature]:
    return session.scalars(
        select(FilingSignature)
        .where(FilingSignature.filing_id == filing.id)
        .order_by(FilingSignature.id.desc())
    ).all()


def _owner(session: Session, actor: Actor) -> User:
    return session.get_one(User, actor.user_id)


def _note(
    session: Session, actor: Actor, filing: Filing, way: SigningWay, sha256: str, *, now: datetime
) -> None:
    service.note(session, actor, filing, "signed", now=now, way=way.value, sha256=sha256)
