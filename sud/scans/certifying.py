"""Certification: a clerk's signature that a scan corresponds to the paper, and its taking back."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from documents import codes
from documents.papers.certified import certified_copy
from documents.papers.facts import Certification as Words
from documents.signatures import reserve
from documents.wording import wording
from sud import journal
from sud.access import Action, Actor
from sud.cases import issued
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Certification,
    Document,
    Filing,
    IssuedPaper,
    OriginalForm,
    PaperKind,
    SeatRole,
    SheetKind,
    User,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.registry import service as registry
from sud.scans import service
from sud.signing import service as signing


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the clerk had before him: the kind of original, its pages, where it lies now.

    `scan` is the SHA-256 of the scan that he compared with it; None: nobody was shown it.
    """

    original: OriginalForm
    pages: int
    kept_at: str
    scan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """A copy that a clerk signed; `pages` are those of what was copied, without the last sheet."""

    paper: IssuedPaper
    pages: int


def certify(
    session: Session, actor: Actor, paper: Document, seen: Seen, *, outside: Outside
) -> Certification:
    """Sign that a scan corresponds to the paper; the scan itself stays as it was.

    The clerk counts the pages of the paper: a count that is not the scan's is refused.
    """
    now = outside.now()
    session.refresh(paper, with_for_update={"of": Document})
    if service.part_of_paper(session, paper) is None:
        raise CourtError(Refusal.NOT_A_SCAN)
    if service.certification_of(session, paper) is not None:
        raise CourtError(Refusal.CERTIFIED_ALREADY)
    require_same(seen.scan, paper.sha256)
    if paper.pages != seen.pages:
        raise CourtError(Refusal.PAGES_DIFFER, found=paper.pages, said=seen.pages)
    whole = paper.case or paper.filing
    assert whole is not None  # noqa: S101 - a paper is of a case or of a filing
    words = wording(whole.language)
    original = words.word(
        "certified",
        "scan",
        original=words.word("certified", f"original_{seen.original.value}"),
        kept_at=seen.kept_at,
    )
    with reaching_the_store():
        scan = outside.store.get(paper.object_key)
    made = vouched(
        session,
        actor,
        scan,
        issued.Print(
            kind=PaperKind.CERTIFIED_SCAN,
            subject=f"documents/{paper.id}/certification",
            language=whole.language,
            facts={},
            case=paper.case,
            filing=None if paper.case else paper.filing,
        ),
        original=original,
        outside=outside,
    )
    certification = Certification(
        document=paper,
        issued=made.paper,
        original=seen.original,
        pages=seen.pages,
        kept_at=seen.kept_at,
        certified_by=session.get_one(User, actor.user_id),
        certified_at=now,
    )
    session.add(certification)
    journal.record(
        session,
        actor,
        Action.SCAN_CERTIFY,
        paper,
        now=now,
        change="certified",
        scan=paper.sha256,
        sha256=made.paper.sha256,
        original=seen.original.value,
        pages=seen.pages,
    )
    return certification


def require_same(seen: str | None, sha256: str) -> None:
    """Refuse to vouch for other bytes than those that the clerk was shown (SIGNING_STALE)."""
    if seen is not None and seen != sha256:
        raise CourtError(Refusal.SIGNING_STALE)


def take_back(
    session: Session,
    actor: Actor,
    certification: Certification,
    *,
    because: str,
    outside: Outside,
) -> None:
    """Withdraw a certification: the scan is uncertified again, and the code says so."""
    now = outside.now()
    issued.withdraw(session, actor, certification.issued, because=because, now=now)
    journal.record(
        session, actor, Action.SCAN_CERTIFY, certification.document, now=now, change="withdrawn"
    )


def vouched(
    session: Session,
    actor: Actor,
    pdf: bytes,
    wanted: issued.Print,
    *,
    original: str = "",
    outside: Outside,
) -> Vouched:
    """Make a copy with the mark on each page, signed in the clerk's name, stored, remembered."""
    now, code = outside.now(), codes.new_code()
    clerk = session.get_one(User, actor.user_id)
    language = wanted.language
    verification = issued.verification(code, outside.base_url)
    copy = certified_copy(
        pdf,
        Words(
            language=language,
            position=wording(language).word("certified", "clerk"),
            name=clerk.display_name,
            day=local_day(now),
            verification=verification,
            original=original,
        ),
    )
    (box,) = copy.boxes
    whole = wanted.case or wanted.filing
    assert whole is not None  # noqa: S101 - what is copied is of a case or of a filing
    sheet = signing.open_sheet(
        session,
        actor,
        signing.Paper(
            kind=SheetKind.CERTIFIED_COPY,
            paper_kind=wanted.kind,
            detail=wanted.detail,
            subject=wanted.subject,
            language=language,
            folder=f"issued/{code}",
            code=code,
            pdf=reserve(copy.pdf, copy.boxes),
            of=whole,
        ),
        [
            signing.Signs(
                role=SeatRole.CLERK,
                user_id=clerk.id,
                key=str(clerk.key),
                name=clerk.display_name,
                office=_office(session, wanted, outside),
                field=box.field,
            )
        ],
        outside=outside,
    )
    signing.sign(session, actor, sheet, ending=signing.Ending(), outside=outside)
    assert sheet.issued is not None  # noqa: S101 - the only one who signs has signed
    return Vouched(paper=sheet.issued, pages=box.page)


def _office(session: Session, wanted: issued.Print, outside: Outside) -> str:
    whole: Case | Filing | None = wanted.case or wanted.filing
    if whole is None or whole.court is None:
        return ""
    name = registry.court_name_on(session, whole.court, wanted.language, local_day(outside.now()))
    return name.name if name else whole.court.name(wanted.language)
