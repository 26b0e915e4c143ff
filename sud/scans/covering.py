"""Cover sheets: printed for the papers of a case or filing, each with a random code of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import codes
from documents.papers.letters import legible
from documents.scanning import sheets
from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import Case, CoverSheet, Filing
from sud.outside import local_day
from sud.registry import service as registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A paper that will be scanned: what it is, and its written pages if somebody counted them."""

    title: str
    pages: int | None = None


def print_sheets(
    session: Session,
    actor: Actor,
    subject: Case | Filing,
    papers: Sequence[Wanted],
    *,
    now: datetime,
) -> list[CoverSheet]:
    """Give each paper a sheet of its own."""
    if not papers:
        raise CourtError(Refusal.SHEET_FOR_NOTHING)
    of_case = isinstance(subject, Case)
    made = [
        CoverSheet(
            code=codes.new_code(),
            court_id=subject.court_id,
            case_id=subject.id if of_case else None,
            filing_id=None if of_case else subject.id,
            title=paper.title,
            pages_said=paper.pages,
            printed_by_id=actor.user_id,
            printed_at=now,
        )
        for paper in papers
    ]
    session.add_all(made)
    journal.record(session, actor, Action.SHEET_PRINT, subject, now=now, sheets=len(made))
    return made


def sheets_pdf(
    session: Session, subject: Case | Filing, made: Sequence[CoverSheet], *, now: datetime
) -> bytes:
    """Return the sheets as they are printed, a page each."""
    court = subject.court
    if court is None or not made:
        raise CourtError(Refusal.SHEET_FOR_NOTHING)
    name = registry.court_name_on(session, court, subject.language, local_day(now))
    number = subject.number if isinstance(subject, Case) else subject.receipt_number or ""
    facts = sheets.Covers(
        language=subject.language,
        court=name.name if name else court.name(subject.language),
        covers=[
            sheets.Cover(code=sheet.code, number=number, title=sheet.title, pages=sheet.pages_said)
            for sheet in made
        ],
        made=min(sheet.printed_at for sheet in made),
    )
    return sheets.covers(legible(facts)).pdf
