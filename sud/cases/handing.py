"""A party's paper into a case under way: taken in, written down, shown to who must read it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.cases.taking import examined, kept, paper_of
from sud.models import Case, Document, JournalLine, Participant, RoleCode
from sud.outside import Outside
from sud.uploads.service import Sent


def hand_in(
    session: Session,
    actor: Actor,
    case: Case,
    upload: Sent,
    *,
    outside: Outside,
    limit: int,
    now: datetime,
) -> Document:
    """Put a paper into a case; it stands in the case's list and timeline at once."""
    verdict = examined(upload, limit, scanner=outside.scanner)
    folder = f"cases/{case.key}"
    key = kept(upload, verdict, store=outside.store, folder=folder, limit=limit)
    paper = paper_of(session, actor, verdict, key, of=case, defer=outside.defer, now=now)
    journal.record(session, actor, Action.PAPER_HAND, case, now=now, sha256=verdict.sha256)
    return paper


def unread(actor: Actor) -> Select[Any]:
    """Return what parties handed into the actor's cases since one of the court read the case."""
    parties = select(Participant.user_id).where(Participant.case_id == Document.case_id)
    read_since = select(JournalLine.seq).where(
        JournalLine.case_id == Document.case_id,
        JournalLine.action == Action.CASE_READ.value,
        JournalLine.at > Document.uploaded_at,
    )
    mine = or_(
        Case.judge_id.in_(actor.judge_ids), Case.court_id.in_(actor.courts_as(RoleCode.CLERK))
    )
    return (
        select(Document)
        .join(Case, Case.id == Document.case_id)
        .where(
            mine,
            Document.filing_id.is_(None),
            Document.uploaded_by_id.in_(parties),
            ~read_since.exists(),
        )
    )


def unread_of(session: Session, actor: Actor) -> Sequence[Document]:
    """Return these papers, the oldest first."""
    query = unread(actor).order_by(Document.uploaded_at, Document.id)
    return session.scalars(query).all()
