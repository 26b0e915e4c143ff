"""Gives every printed paper its code and remembers its bytes, so that anybody can verify it.

Any room prints through `hand_out`: the same facts give the same stored bytes again, other facts a
new paper that replaces the earlier one. What is signed elsewhere is entered with `remember`.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, asdict, dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from documents import codes
from documents.papers.facts import Printed, Verification
from documents.papers.letters import legible
from recordings.store import ObjectStore
from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import Case, Filing, IssuedPaper, PaperKind, RoleCode, SignerRole
from sud.outside import Outside, reaching_the_store

_LOCK: Final = 0x49535355
Draw = Callable[[Verification], bytes]


class PaperFacts(Protocol):
    """What every paper of a workshop knows: the dataclass of a receipt, of a writ..."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def language(self) -> str: ...

    @property
    def verification(self) -> Verification | None: ...


Facts = TypeVar("Facts", bound=PaperFacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What is to be printed: `facts` is all that will stand on it but for the code.

    `subject` names what it says, the same for every printing: `receipts/5`,
    `hearings/12/participants/7`. `facts` is a dataclass or a mapping of plain values.
    """

    kind: PaperKind
    subject: str
    language: str
    facts: Any
    case: Case | None = None
    filing: Filing | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A paper as it is handed out: its row and its bytes."""

    paper: IssuedPaper
    pdf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who signed: `certificate` is the SHA-256 of his certificate."""

    name: str
    role: SignerRole
    certificate: str


def verification(code: str, base_url: str) -> Verification:
    """Return what a paper prints so that it can be verified."""
    return Verification(code=codes.shown(code), url=f"{base_url.rstrip('/')}/verify/{code}")


# ------------------------------------------------------------------ verbs


def print_facts(
    session: Session,
    actor: Actor,
    facts: Facts,
    draw: Callable[[Facts], Printed],
    *,
    kind: PaperKind,
    subject: str,
    case: Case | None = None,
    filing: Filing | None = None,
    outside: Outside,
) -> Handed:
    """Hand out what a workshop draws of the facts of a paper (see `hand_out`, and `Print`).

    A sign of an older row that no court paper can print stands as a question mark.
    """
    wanted = Print(
        kind=kind,
        subject=subject,
        language=facts.language,
        facts=facts,
        case=case,
        filing=filing,
    )
    return hand_out(
        session,
        actor,
        wanted,
        lambda mark: draw(replace(legible(facts), verification=mark)).pdf,
        outside=outside,
    )


def hand_out(
    session: Session, actor: Actor, wanted: Print, draw: Draw, *, outside: Outside
) -> Handed:
    """Return the paper about this subject: the stored one while its facts are the same.

    `draw` makes the PDF with the code that it is given; it is asked only for a new paper.
    """
    _hold(session, wanted.subject, wanted.language)
    facts = _digest_of(wanted.facts)
    standing = standing_paper(session, wanted.subject, wanted.language)
    if standing is not None and standing.facts_sha256 == facts:
        return Handed(paper=standing, pdf=bytes_of(standing, store=outside.store))
    code = codes.new_code()
    pdf = draw(verification(code, outside.base_url))
    key = stored(pdf, code, store=outside.store)
    paper = remember(
        session, actor, wanted, code=code, pdf=pdf, object_key=key, now=outside.now(), facts=facts
    )
    return Handed(paper=paper, pdf=pdf)


def stored(pdf: bytes, code: str, *, store: ObjectStore) -> str:
    """Put a printed paper into the store and return its key; no row speaks of it yet."""
    key = f"issued/{code}.pdf"
    with reaching_the_store():
        store.put(key, io.BytesIO(pdf), content_type="application/pdf", size=len(pdf))
    return key


def remember(
    session: Session,
    actor: Actor,
    wanted: Print,
    *,
    code: str,
    pdf: bytes,
    object_key: str,
    now: datetime,
    signers: Sequence[Signed] = (),
    facts: str = "",
) -> IssuedPaper:
    """Enter a paper whose bytes are in the store; what stood for its subject is replaced by it."""
    replaced = standing_paper(session, wanted.subject, wanted.language)
    if replaced is not None:
        replaced.replaced_at = now
        session.flush()
    court = wanted.case.court if wanted.case else wanted.filing.court if wanted.filing else None
    if court is None:
        message = f"{wanted.subject}: a paper is of a court"
        raise ValueError(message)
    paper = IssuedPaper(
        code=code,
        kind=wanted.kind,
        detail=wanted.detail,
        subject=wanted.subject,
        language=wanted.language,
        court=court,
        case=wanted.case,
        filing=wanted.filing,
        number=_number_of(wanted),
        object_key=object_key,
        sha256=hashlib.sha256(pdf).hexdigest(),
        size=len(pdf),
        facts_sha256=facts,
        signers=[asdict(one) for one in signers],
        issued_at=now,
        issued_by_id=actor.user_id,
        replaces_id=replaced.id if replaced else None,
    )
    session.add(paper)
    journal.record(
        session,
        actor,
        Action.PAPER_ISSUE,
        paper,
        now=now,
        kind=paper.kind.value,
        sha256=paper.sha256,
        replaces=paper.replaces_id,
    )
    return paper


def withdraw(
    session: Session, actor: Actor, paper: IssuedPaper, *, because: str, now: datetime
) -> None:
    """Say of a paper that nobody may rely on it any more, and why."""
    session.refresh(paper, with_for_update={"of": IssuedPaper})
    if paper.withdrawn_at is not None:
        raise CourtError(Refusal.PAPER_WITHDRAWN)
    paper.withdrawn_at, paper.withdrawn_because = now, because
    paper.withdrawn_by_id = actor.user_id
    journal.record(session, actor, Action.PAPER_WITHDRAW, paper, now=now, kind=paper.kind.value)


# ------------------------------------------------------------------ queries


def stands() -> ColumnElement[bool]:
    """Say in a query that a paper is neither withdrawn nor replaced."""
    return and_(IssuedPaper.replaced_at.is_(None), IssuedPaper.withdrawn_at.is_(None))


def signed_and_stands() -> ColumnElement[bool]:
    """Say in a query that a paper is signed, and stands."""
    return and_(func.jsonb_array_length(IssuedPaper.signers) > 0, stands())


def faulty() -> ColumnElement[bool]:
    """Say in a query that a paper was found not to hold when it was looked at last."""
    return func.jsonb_array_length(IssuedPaper.findings) > 0


def watched_by(actor: Actor) -> ColumnElement[bool]:
    """Say in a query that it is the actor's business whether a paper holds."""
    if actor.has(RoleCode.AUDITOR):
        return true()
    return IssuedPaper.court_id.in_(actor.courts_as(RoleCode.CHAIR))


def standing_paper(session: Session, subject: str, language: str) -> IssuedPaper | None:
    """Return the paper about a subject that is neither withdrawn nor replaced."""
    return session.scalars(
        select(IssuedPaper).where(
            IssuedPaper.subject == subject,
            IssuedPaper.language == language,
            stands(),
        )
    ).one_or_none()


def sound_paper(session: Session, subject: str, language: str) -> IssuedPaper | None:
    """Return the standing paper about a subject; refused where its signature does not hold."""
    paper = standing_paper(session, subject, language)
    if paper is not None and paper.findings:
        raise CourtError(Refusal.PAPER_FAULTY)
    return paper


def paper_by_code(session: Session, code: str) -> IssuedPaper | None:
    """Return the paper that carries a code in its stored form, whatever became of it."""
    return session.scalars(select(IssuedPaper).where(IssuedPaper.code == code)).one_or_none()


def replacement_of(session: Session, paper: IssuedPaper) -> IssuedPaper | None:
    """Return the paper that took the place of this one."""
    return session.scalars(
        select(IssuedPaper).where(IssuedPaper.replaces_id == paper.id)
    ).one_or_none()


def papers_with_digest(session: Session, sha256: str) -> Sequence[IssuedPaper]:
    """Return the papers whose bytes have this digest, the newest first."""
    return session.scalars(
        select(IssuedPaper).where(IssuedPaper.sha256 == sha256).order_by(IssuedPaper.id.desc())
    ).all()


def bytes_of(paper: IssuedPaper, *, store: ObjectStore) -> bytes:
    """Return a paper as it was stored."""
    with reaching_the_store():
        return store.get(paper.object_key)


def _hold(session: Session, subject: str, language: str) -> None:
    """Two readers who ask at once are given one paper."""
    name = int.from_bytes(hashlib.sha256(f"{subject}|{language}".encode()).digest()[:4], "big")
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, name - (1 << 31))))


def _digest_of(facts: Any) -> str:
    plain = dict(facts) if isinstance(facts, Mapping) else asdict(facts)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _number_of(wanted: Print) -> str:
    if wanted.case is not None:
        return wanted.case.number
    return (wanted.filing.receipt_number if wanted.filing else None) or ""
