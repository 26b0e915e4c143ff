"""Minutes signed electronically: by the secretary, then by the presiding judge."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from documents import codes
from documents.signatures import Place, with_sheet
from documents.wording import wording
from sud import journal
from sud.access import Action, Actor, permits
from sud.cases.taking import examined
from sud.errors import CourtError, Refusal
from sud.minutes.service import minutes_of, title_of
from sud.models import (
    Hearing,
    HearingState,
    Minutes,
    PaperKind,
    SeatRole,
    SheetKind,
    SigningSheet,
    User,
)
from sud.outside import Outside, local_day
from sud.registry import service as registry
from sud.signing import service as signing
from sud.signing.filing import into_file, plain_pages
from sud.uploads.service import Sent


def lay_out(
    session: Session, actor: Actor, hearing: Hearing, sent: Sent, *, outside: Outside, limit: int
) -> SigningSheet:
    """Lay the finished minutes of a hearing before the secretary, who is the actor, and the judge.

    Minutes that are being signed already keep their sheet.
    """
    now = outside.now()
    session.refresh(hearing, with_for_update={"of": Hearing})
    begun = signing.open_sheet_of(session, _subject(hearing))
    if begun is not None:
        return begun
    _require_open(session, hearing)
    verdict = examined(sent, limit, scanner=outside.scanner)
    plain = plain_pages(sent, verdict, outside)
    signers = _signers(session, actor, hearing, now=now)
    printed = with_sheet(
        plain,
        [Place(field=one.field, whose=f"{one.name}, {one.office}") for one in signers],
        language=hearing.case.language,
    )
    return signing.open_sheet(
        session,
        actor,
        signing.Paper(
            kind=SheetKind.MINUTES,
            paper_kind=PaperKind.MINUTES,
            subject=_subject(hearing),
            title=title_of(hearing),
            language=hearing.case.language,
            folder=f"minutes/{hearing.key}",
            code=codes.new_code(),
            pdf=printed.pdf,
            of=hearing.case,
        ),
        signers,
        outside=outside,
    )


def _signers(
    session: Session, actor: Actor, hearing: Hearing, *, now: datetime
) -> list[signing.Signs]:
    secretary, judge = session.get_one(User, actor.user_id), hearing.judge
    language = hearing.case.language
    court = registry.court_name_on(session, hearing.case.court, language, local_day(now))
    office = court.name if court else wording(language).word("act", "secretary")
    return [
        signing.Signs(
            role=SeatRole.SECRETARY,
            user_id=secretary.id,
            key=str(secretary.key),
            name=secretary.display_name,
            office=office,
            field="Signature1",
        ),
        signing.Signs(
            role=SeatRole.PRESIDING,
            user_id=judge.user_id,
            key=str(judge.key),
            name=judge.full_name,
            office=office,
            field="Signature2",
            judge_id=judge.id,
        ),
    ]


def _require_open(session: Session, hearing: Hearing) -> None:
    if hearing.state is not HearingState.HELD:
        raise CourtError(Refusal.HEARING_NOT_OVER)
    if minutes_of(session, hearing) is not None:
        raise CourtError(Refusal.MINUTES_ENTERED)


# ------------------------------------------------------------------ what the last signature does


def _stands(session: Session, sheet: SigningSheet) -> None:
    """Refuse to go on where minutes were entered on paper meanwhile."""
    hearing = _hearing_of(session, sheet)
    session.refresh(hearing, with_for_update={"of": Hearing})
    _require_open(session, hearing)


def _signed(session: Session, actor: Actor, done: signing.Finished, outside: Outside) -> None:
    """Enter the minutes: the parties' days for remarks run from here."""
    now, hearing = outside.now(), _hearing_of(session, done.sheet)
    document = into_file(session, actor, done, title=done.sheet.title, outside=outside)
    session.add(
        Minutes(
            hearing=hearing,
            document=document,
            signed_on=local_day(now),
            entered_by_id=done.sheet.opened_by_id,
            entered_at=now,
        )
    )
    journal.record(session, actor, Action.MINUTES_ADD, hearing, now=now, sha256=done.paper.sha256)


ENDING: Final = signing.Ending(stands=_stands, finish=_signed)
"""What the last signature on minutes does."""


def sheet_of(session: Session, actor: Actor, hearing: Hearing) -> SigningSheet | None:
    """Return the sheet on which minutes are being signed, if the actor may know of it."""
    found = signing.open_sheet_of(session, _subject(hearing))
    return found if found and permits(actor, Action.SIGNING_READ, found) else None


def _hearing_of(session: Session, sheet: SigningSheet) -> Hearing:
    return session.get_one(
        Hearing, int(sheet.subject.removeprefix("hearings/").removesuffix("/minutes"))
    )


def _subject(hearing: Hearing) -> str:
    return f"hearings/{hearing.id}/minutes"
