"""Takes a file that somebody hands in: examined first, then stored, before any row speaks of it."""

from datetime import datetime
from pathlib import PurePath
from typing import Final
from uuid import uuid4

from sqlalchemy.orm import Session

from documents import intake
from recordings.store import ObjectStore
from sud.access import Actor
from sud.errors import CourtError, Refusal
from sud.models import Case, Document, Filing
from sud.outside import Defer
from sud.uploads.service import Sent

VIEW: Final = "cases.draw_view"

_REFUSALS: Final = {
    intake.Objection.EMPTY: Refusal.FILE_EMPTY,
    intake.Objection.TOO_LARGE: Refusal.FILE_TOO_LARGE,
    intake.Objection.UNSUPPORTED: Refusal.FILE_NOT_ALLOWED,
    intake.Objection.MISMATCH: Refusal.FILE_NOT_WHAT_IT_SAYS,
    intake.Objection.ENCRYPTED: Refusal.FILE_ENCRYPTED,
    intake.Objection.TOO_MANY_PAGES: Refusal.FILE_TOO_MANY_PAGES,
    intake.Objection.BOMB: Refusal.FILE_DANGEROUS,
    intake.Objection.MACROS: Refusal.FILE_DANGEROUS,
    intake.Objection.TWO_IN_ONE: Refusal.FILE_DANGEROUS,
    intake.Objection.DAMAGED: Refusal.FILE_DAMAGED,
    intake.Objection.INFECTED: Refusal.FILE_INFECTED,
    intake.Objection.UNSCANNED: Refusal.FILE_NOT_SCANNED,
}


def examined(sent: Sent, limit: int, *, scanner: intake.Scanner | None) -> intake.Verdict:
    """Say what a file is, or refuse it with the reason; `scanner` is the house's, if it has one."""
    limits = intake.Limits(size=limit)
    try:
        return intake.examine(sent.stream, name=sent.name, limits=limits, scanner=scanner)
    except intake.Refused as refused:
        facts = {"name": intake.tidy_name(sent.name)}
        if refused.code is intake.Objection.TOO_LARGE:
            facts["limit"] = refused.facts["limit"]
        if refused.code is intake.Objection.TOO_MANY_PAGES:
            facts["most"] = refused.facts["limit"]
        error = CourtError(_REFUSALS[refused.code], **facts)
        if refused.code is intake.Objection.INFECTED:
            # Who sent it is told that it is infected; with what is for the journal.
            error.kept = refused.facts
        raise error from None


def kept(
    sent: Sent, verdict: intake.Verdict, *, store: ObjectStore, folder: str, limit: int
) -> str:
    """Put an examined file into the store and return its key; its bytes are hashed once more.

    A crash after this leaves an object that nobody asks for, never a row without its file.
    """
    key = f"{folder}/{uuid4()}.{verdict.kind}"
    stored = store.put(
        key, sent.stream, content_type=verdict.media_type, size=verdict.size, limit=limit
    )
    if stored.sha256 != verdict.sha256:
        raise CourtError(Refusal.FILE_DAMAGED, name=verdict.name)
    return key


def paper_of(
    session: Session,
    actor: Actor,
    verdict: intake.Verdict,
    key: str,
    *,
    of: Case | Filing,
    defer: Defer,
    now: datetime,
    title: str = "",
) -> Document:
    """Write down a paper that lies in the store under `key`; its view copy is made after commit.

    Without a `title` of the court's own it is called as its sender called it.
    """
    suffix = PurePath(verdict.name).suffix
    paper = Document(
        filing_id=of.id if isinstance(of, Filing) else None,
        case_id=of.id if isinstance(of, Case) else None,
        title=title or PurePath(verdict.name).stem,
        file_name=f"{title}{suffix}" if title else verdict.name,
        media_type=verdict.media_type,
        size=verdict.size,
        sha256=verdict.sha256,
        pages=verdict.pages,
        object_key=key,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
        found=[found.value for found in verdict.found],
    )
    session.add(paper)
    session.flush()
    # Behind what people wait for: after many papers at once the letters still go out first.
    defer(session, VIEW, priority=-1, paper=paper.id)
    return paper
