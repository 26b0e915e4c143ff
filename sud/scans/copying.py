"""Certified copies of acts and papers: asked for, issued by a clerk, handed out and counted."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from documents.scanning import desk
from documents.scanning.splitting import Leaf
from sud import journal
from sud.access import Action, Actor, visible
from sud.acts import service as acts
from sud.cases import issued
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActState,
    Case,
    CertifiedCopy,
    CopyState,
    Document,
    PaperKind,
    Participant,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.scans.certifying import require_same, vouched

COPIED = frozenset({"application/pdf", "image/jpeg", "image/png"})


def ask(
    session: Session, actor: Actor, case: Case, original: Act | Document, *, now: datetime
) -> CertifiedCopy:
    """Ask for a copy as the participant that the actor is; one request at a time for one thing."""
    asker = session.scalars(
        _present(case, now).where(Participant.user_id == actor.user_id).limit(1)
    ).one()
    return _ask(session, actor, case, original, asker, now=now)


def issue(
    session: Session,
    actor: Actor,
    copy: CertifiedCopy,
    *,
    outside: Outside,
    seen: str | None = None,
) -> None:
    """Make the copy that was asked for: the mark on each page, the clerk's signature, a code.

    `seen` is the SHA-256 of the original that the clerk was shown.
    """
    now = outside.now()
    session.refresh(copy.case, with_for_update={"of": Case})
    session.refresh(copy)
    if copy.state is not CopyState.ASKED:
        raise CourtError(Refusal.COPY_SETTLED)
    require_same(seen, digest_of(session, copy))
    numbered = select(func.max(CertifiedCopy.number)).where(CertifiedCopy.case_id == copy.case_id)
    made = vouched(
        session,
        actor,
        _bytes_of(session, copy, outside),
        issued.Print(
            kind=PaperKind.CERTIFIED_COPY,
            detail=copy.act.kind_code if copy.act else "",
            subject=f"copies/{copy.id}",
            language=copy.case.language,
            facts={},
            case=copy.case,
        ),
        outside=outside,
    )
    copy.number = (session.scalar(numbered) or 0) + 1
    copy.state, copy.issued, copy.pages = CopyState.ISSUED, made.paper, made.pages
    copy.settled_by_id, copy.settled_at = actor.user_id, now
    journal.record(
        session,
        actor,
        Action.COPY_ISSUE,
        copy,
        now=now,
        change="issued",
        number=copy.number,
        sha256=made.paper.sha256,
    )


def ask_for(
    session: Session,
    actor: Actor,
    case: Case,
    original: Act | Document,
    receiver: Participant,
    *,
    now: datetime,
) -> CertifiedCopy:
    """Note that somebody asked for a copy at the desk or by letter."""
    return _ask(session, actor, case, original, receiver, now=now)


def refuse(
    session: Session, actor: Actor, copy: CertifiedCopy, *, because: str, now: datetime
) -> None:
    """Refuse a copy with the reason."""
    session.refresh(copy, with_for_update={"of": CertifiedCopy})
    if copy.state is not CopyState.ASKED:
        raise CourtError(Refusal.COPY_SETTLED)
    copy.state, copy.refused_because = CopyState.REFUSED, because
    copy.settled_by_id, copy.settled_at = actor.user_id, now
    journal.record(session, actor, Action.COPY_ISSUE, copy, now=now, change="refused")


def take_back(
    session: Session, actor: Actor, copy: CertifiedCopy, *, because: str, now: datetime
) -> None:
    """Withdraw an issued copy: whoever checks its code is told."""
    if copy.issued is None:
        raise CourtError(Refusal.NOT_NOW)
    issued.withdraw(session, actor, copy.issued, because=because, now=now)
    journal.record(session, actor, Action.COPY_ISSUE, copy, now=now, change="withdrawn")


def hand_over(session: Session, actor: Actor, copy: CertifiedCopy, *, outside: Outside) -> bytes:
    """Return the copy's bytes and count that they were taken."""
    if copy.issued is None or copy.issued.withdrawn_at is not None:
        raise CourtError(Refusal.NOT_NOW)
    pdf = issued.bytes_of(copy.issued, store=outside.store)
    copy.taken += 1
    journal.record(session, actor, Action.COPY_TAKE, copy, now=outside.now(), taken=copy.taken)
    return pdf


# ------------------------------------------------------------------ queries


def copies_of(session: Session, actor: Actor, case: Case) -> Sequence[CertifiedCopy]:
    """Return the copies of a case that the actor may know of, the latest first."""
    query = visible(select(CertifiedCopy).where(CertifiedCopy.case_id == case.id), actor)
    return session.scalars(query.order_by(CertifiedCopy.id.desc())).all()


def asked_for(session: Session, actor: Actor) -> Sequence[CertifiedCopy]:
    """Return the requests that wait at the actor's courts, the oldest first."""
    query = select(CertifiedCopy).where(CertifiedCopy.state == CopyState.ASKED)
    return session.scalars(visible(query, actor).order_by(CertifiedCopy.id)).all()


def digest_of(session: Session, copy: CertifiedCopy) -> str:
    """Return the SHA-256 of what is copied, as it lies in the store."""
    if copy.act is not None:
        return acts.sound_paper_of(session, copy.act).sha256
    assert copy.document is not None  # noqa: S101 - a copy is of one or the other
    return copy.document.sha256


def originals_of(session: Session, actor: Actor, case: Case) -> Sequence[Act | Document]:
    """Return what a copy can be made of: issued acts, then papers that can be printed."""
    issued_acts = visible(
        select(Act).where(Act.case_id == case.id, Act.state == ActState.ISSUED), actor
    ).order_by(Act.issued_at)
    papers = (
        select(Document)
        .where(Document.case_id == case.id, Document.media_type.in_(COPIED))
        .order_by(Document.uploaded_at, Document.id)
    )
    return [*session.scalars(issued_acts), *session.scalars(papers)]


def original_of(session: Session, actor: Actor, case: Case, key: UUID) -> Act | Document | None:
    """Return the act or paper with this key if a copy can be made of it."""
    return next((one for one in originals_of(session, actor, case) if one.key == key), None)


def receivers_of(session: Session, case: Case, *, now: datetime) -> Sequence[Participant]:
    """Return those who take part in the case now: whom a copy can be given to."""
    return session.scalars(_present(case, now)).all()


def _present(case: Case, now: datetime) -> Select[Participant]:
    today = local_day(now)
    return (
        select(Participant)
        .where(
            Participant.case_id == case.id,
            or_(Participant.until.is_(None), Participant.until >= today),
        )
        .order_by(Participant.id)
    )


def _ask(
    session: Session,
    actor: Actor,
    case: Case,
    original: Act | Document,
    asker: Participant,
    *,
    now: datetime,
) -> CertifiedCopy:
    if isinstance(original, Document) and original.media_type not in COPIED:
        raise CourtError(Refusal.COPY_NOT_PDF, name=original.file_name)
    session.refresh(case, with_for_update={"of": Case})
    of_act = isinstance(original, Act)
    same = (
        CertifiedCopy.act_id == original.id if of_act else CertifiedCopy.document_id == original.id
    )
    waiting = select(CertifiedCopy).where(
        CertifiedCopy.participant_id == asker.id, CertifiedCopy.state == CopyState.ASKED, same
    )
    if session.scalars(waiting.limit(1)).first() is not None:
        raise CourtError(Refusal.COPY_ASKED)
    copy = CertifiedCopy(
        case=case,
        act=original if isinstance(original, Act) else None,
        document=original if isinstance(original, Document) else None,
        participant=asker,
        asked_by_id=actor.user_id,
        asked_at=now,
    )
    session.add(copy)
    journal.record(session, actor, Action.COPY_ASK, copy, now=now)
    return copy


def _bytes_of(session: Session, copy: CertifiedCopy, outside: Outside) -> bytes:
    """Return what is copied as a plain PDF: a party's file is put together anew, in bounds."""
    if copy.act is not None:
        return acts.issued_pdf(session, copy.act, store=outside.store)
    assert copy.document is not None  # noqa: S101 - a copy is of one or the other
    paper = copy.document
    with reaching_the_store():
        content = outside.store.get(paper.object_key)
    outside.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="copy-", dir=outside.scratch) as room:
        path = Path(room) / "original"
        path.write_bytes(content)
        pages = paper.pages or 1
        try:
            return desk.bind(
                [desk.File(path=path, media_type=paper.media_type, pages=pages)],
                [Leaf(file=0, page=number) for number in range(pages)],
            ).pdf
        except desk.Unreadable:
            raise CourtError(Refusal.FILE_DAMAGED, name=paper.file_name) from None
