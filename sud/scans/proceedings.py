"""The form in which a case is tried, changed by rulings only, and the inventory of its paper file.

Law of 14 November 2025, in force since 1 January 2026: the judge changes the form by a separate
ruling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.papers.letters import legible
from documents.scanning import inventory as sheet
from documents.scanning.inventory import Entry
from documents.wording import wording
from sud import journal
from sud.access import Action, Actor
from sud.cases import issued
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import Act, ActState, Case, CaseForm, Document, FormChange, PaperKind
from sud.outside import Outside, local_day
from sud.registry import service as registry
from sud.scans import service

RULING: Final = "ruling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A form and the day since which the case is tried in it; the first one needs no ruling."""

    form: CaseForm
    since: date
    ruling: Act | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paper of the file: `certified` is None for what never was paper."""

    paper: Document
    certified: bool | None
    kept_at: str


def change_form(
    session: Session, actor: Actor, case: Case, form: CaseForm, ruling: Act, *, now: datetime
) -> FormChange:
    """Note that a ruling of this case put it into another form, from the ruling's day on."""
    session.refresh(case, with_for_update={"of": Case})
    if ruling.id not in {one.id for one in rulings_for(session, case)}:
        raise CourtError(Refusal.FORM_NOT_BY_RULING)
    if form is case.form:
        raise CourtError(Refusal.FORM_SAME)
    assert ruling.issued_at is not None  # noqa: S101 - only issued rulings are offered
    noted = FormChange(
        case_id=case.id,
        former=case.form,
        form=form,
        since=local_day(ruling.issued_at),
        ruling=ruling,
        noted_by_id=actor.user_id,
        noted_at=now,
    )
    session.add(noted)
    case.form = form
    journal.record(
        session,
        actor,
        Action.FORM_CHANGE,
        case,
        now=now,
        change=form.value,
        former=noted.former.value,
        ruling=ruling.id,
    )
    return noted


def rulings_for(session: Session, case: Case) -> Sequence[Act]:
    """Return the issued rulings of a case that can be the ground: none changed the form before.

    A ruling older than the last change cannot come after it.
    """
    last = session.scalars(
        select(FormChange).where(FormChange.case_id == case.id).order_by(FormChange.id.desc())
    ).first()
    query = select(Act).where(
        Act.case_id == case.id,
        Act.kind_code == RULING,
        Act.state == ActState.ISSUED,
        Act.id.not_in(select(FormChange.ruling_id)),
    )
    if last is not None:
        query = query.where(Act.issued_at >= last.ruling.issued_at)
    return session.scalars(query.order_by(Act.issued_at.desc())).all()


def ruling_of(session: Session, case: Case, key: UUID) -> Act:
    """Return the ruling with this key; refuse one that cannot be the ground of a change."""
    found = next((one for one in rulings_for(session, case) if one.key == key), None)
    if found is None:
        raise CourtError(Refusal.FORM_NOT_BY_RULING)
    return found


def stages_of(session: Session, case: Case) -> list[Stage]:
    """Return the forms of a case, the present one first."""
    changes = session.scalars(
        select(FormChange).where(FormChange.case_id == case.id).order_by(FormChange.id)
    ).all()
    first = Stage(
        form=changes[0].former if changes else case.form,
        since=local_day(case.registered_at),
        ruling=None,
    )
    later = [Stage(form=one.form, since=one.since, ruling=one.ruling) for one in changes]
    return [first, *later][::-1]


# ------------------------------------------------------------------ the paper file


def file_of(session: Session, case: Case) -> list[Line]:
    """Return the papers of a case in order, with who vouches for scans and where the paper lies."""
    papers = cases.papers_of(session, case)
    marks = service.marks_of(session, papers)
    return [
        Line(
            paper=paper,
            certified=None if mark is None else mark.certification is not None,
            kept_at=mark.certification.kept_at if mark and mark.certification else "",
        )
        for paper in papers
        for mark in [marks.get(paper.id)]
    ]


def inventory(session: Session, actor: Actor, case: Case, *, outside: Outside) -> issued.Handed:
    """Print the inventory of a case; while nothing changed it is the same paper."""
    words = wording(case.language)

    def word(key: str) -> str:
        return words.word("inventory", key)

    now = outside.now()
    court = registry.court_name_on(session, case.court, case.language, local_day(now))
    entries = [
        Entry(
            title=line.paper.title,
            day=local_day(line.paper.uploaded_at),
            pages=line.paper.pages,
            lies=word("lies_digital")
            if line.certified is None
            else line.kept_at or word("lies_uncertified"),
        )
        for line in file_of(session, case)
    ]
    name = court.name if court else case.court.name(case.language)
    form = word(f"form_{case.form.value}")
    return issued.hand_out(
        session,
        actor,
        issued.Print(
            kind=PaperKind.INVENTORY,
            subject=f"cases/{case.id}/inventory",
            language=case.language,
            facts={"court": name, "form": form, "entries": entries},
            case=case,
        ),
        lambda verification: (
            sheet.inventory(
                legible(
                    sheet.Inventory(
                        language=case.language,
                        court=name,
                        number=case.number,
                        form=form,
                        entries=entries,
                        made=now,
                        verification=verification,
                    )
                )
            ).pdf
        ),
        outside=outside,
    )
