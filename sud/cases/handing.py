"""A party's paper into a case that is under way: examined, stored, then written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.cases.taking import Upload, examined, kept, paper_of
from sud.models import Case, Document
from sud.outside import Outside


def hand_in(
    session: Session,
    actor: Actor,
    case: Case,
    upload: Upload,
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
