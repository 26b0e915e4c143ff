"""Verification: what may be said of a paper to whoever holds its code, or the paper itself."""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from documents.signatures import Confirmation, Finding, SignatureFacts
from sud.access import Action, Actor, permits
from sud.cases import issued
from sud.errors import CourtError
from sud.models import ActKind, IssuedPaper, SignerRole, SigningWay
from sud.outside import Outside, local_day
from sud.registry import service as registry
from sud.signing import service as signing
from sud.verification.lasting import expected_of

_PIECE: Final = 1 << 20
_LONGEST: Final = 50 << 20
"""More than that of a stranger's file is hashed only."""


class Standing(StrEnum):
    """What can be said of a paper; the words stand in the page that shows it."""

    GENUINE = "genuine"
    UNREACHABLE = "unreachable"
    """The store does not answer now."""
    CHANGED = "changed"
    UNTRUSTED = "untrusted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """One signature as the reader may see it: parties are named only inside the case.

    `way` is how he signed, where the house knows it; `issuer` is of his own certificate. Who
    confirmed by ESI has none: `confirmation` is what the provider told, which names nobody.
    """

    role: SignerRole | None
    name: str
    signed_at: datetime | None
    issuer: str
    way: SigningWay | None = None
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What can be said of a paper; `inside` readers may see the case that it belongs to."""

    paper: IssuedPaper
    standing: Standing
    court: str
    act_kind: ActKind | None
    signatories: Sequence[Signatory]
    replaced_by: IssuedPaper | None
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a file that somebody holds is beside the paper that was issued."""

    same: bool
    findings: Sequence[Finding] = ()


def check(session: Session, actor: Actor, paper: IssuedPaper, *, outside: Outside) -> Checked:
    """Read the stored paper anew and say what it is worth today."""
    standing, signatures = _examined(paper, outside)
    if standing is Standing.GENUINE and paper.withdrawn_at is not None:
        standing = Standing.WITHDRAWN
    elif standing is Standing.GENUINE and paper.replaced_at is not None:
        standing = Standing.REPLACED
    inside = sees_inside(actor, paper)
    day = local_day(paper.issued_at)
    court = registry.court_name_on(session, paper.court, paper.language, day)
    return Checked(
        paper=paper,
        standing=standing,
        court=court.name if court else paper.court.name(paper.language),
        act_kind=session.get(ActKind, paper.detail) if paper.detail else None,
        signatories=_signatories(session, paper, signatures, inside=inside),
        replaced_by=issued.replacement_of(session, paper) if paper.replaced_at else None,
        inside=inside,
    )


def sees_inside(actor: Actor, paper: IssuedPaper) -> bool:
    """Say whether the reader may know the case or filing that a paper belongs to."""
    if paper.case is not None:
        return permits(actor, Action.CASE_READ, paper.case)
    return paper.filing is not None and permits(actor, Action.FILING_READ, paper.filing)


def compared(paper: IssuedPaper, held: BinaryIO, *, outside: Outside) -> Compared:
    """Say whether a file that somebody holds is this paper, and what is wrong if it is not.

    The file is read, not kept. Its signatures tell more than that it differs: cut back to an
    earlier signature, a page changed, a stranger's name.
    """
    digest = digest_of(held)
    if digest == paper.sha256:
        return Compared(same=True)
    if digest in paper.earlier:
        return Compared(same=True, findings=(Finding.EARLIER_COPY,))
    if not paper.signers:
        return Compared(same=False)
    held.seek(0)
    pdf = held.read(_LONGEST + 1)
    if len(pdf) > _LONGEST:
        return Compared(same=False)
    verdict = outside.signer.validate(pdf, now=outside.now(), expected=expected_of(paper))
    return Compared(same=False, findings=verdict.blocking)


def digest_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of a file that somebody holds; it is read, not kept."""
    state = hashlib.sha256()
    while piece := stream.read(_PIECE):
        state.update(piece)
    return state.hexdigest()


def paper_with(session: Session, digest: str) -> IssuedPaper | None:
    """Return the paper whose bytes somebody holds; of several the one that stands."""
    found = issued.papers_with_digest(session, digest)
    return next((one for one in found if one.stands), found[0] if found else None)


def _examined(paper: IssuedPaper, outside: Outside) -> tuple[Standing, Sequence[SignatureFacts]]:
    """Compare the stored bytes with what was kept of them, and check the signatures on them."""
    pdf = None
    with contextlib.suppress(CourtError):
        pdf = issued.bytes_of(paper, store=outside.store)
    if pdf is None:
        return Standing.UNREACHABLE, ()
    same = hashlib.sha256(pdf).hexdigest() == paper.sha256 and paper.size in (None, len(pdf))
    if not paper.signers:
        return Standing.GENUINE if same else Standing.CHANGED, ()
    verdict = outside.signer.validate(pdf, now=outside.now(), expected=expected_of(paper))
    if not same or not verdict.intact:
        return Standing.CHANGED, verdict.signatures
    return Standing.GENUINE if verdict.good else Standing.UNTRUSTED, verdict.signatures


def _signatories(
    session: Session, paper: IssuedPaper, signatures: Sequence[SignatureFacts], *, inside: bool
) -> list[Signatory]:
    """Return who signed and how; what lies beside the paper, or on a print, is told too."""
    sheet = signing.finished_sheet_of(session, paper)
    if sheet is None:
        return _shown(paper, signatures, inside=inside)
    found = {one.certificate: one for one in signatures}
    named = (SignerRole.JUDGE, SignerRole.CLERK)
    return [
        Signatory(
            role=role,
            name=seat.name if inside or role in named else "",
            signed_at=by_own_key.signed_at if by_own_key else seat.settled_at,
            issuer=by_own_key.issuer if by_own_key else "",
            way=seat.way,
            confirmation=signing.confirmation_at(seat),
        )
        for seat in sorted(sheet.seats, key=lambda one: (one.step, one.settled_at))
        for role in [signing.SIGNS_AS[seat.role]]
        for on_paper in [found.get(seat.certificate or "")]
        # Under each confirmation by ESI stands the court's one key: whose it was, the seat knows.
        for by_own_key in [on_paper if seat.way is SigningWay.DIGITAL else None]
        if on_paper or seat.beside_key or seat.scan_id
    ]


def _shown(
    paper: IssuedPaper, signatures: Sequence[SignatureFacts], *, inside: bool
) -> list[Signatory]:
    roles = {str(one["certificate"]): SignerRole(one["role"]) for one in paper.signers}
    return [
        Signatory(
            role=role,
            name=one.name if inside or role in (SignerRole.JUDGE, SignerRole.CLERK) else "",
            signed_at=one.signed_at,
            issuer=one.issuer,
        )
        for one in signatures
        for role in [roles.get(one.certificate)]
    ]
