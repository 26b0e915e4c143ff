"""The paper on which minutes are written: all that the house knows of a hearing, filled in."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.papers import minutes as papers
from documents.papers.blocks import grouped
from documents.papers.letters import legible
from documents.wording import wording
from sud.access import Actor
from sud.cases import service as cases
from sud.models import Hearing, HearingState, Mark, MarkKind, Recording, RoleCode, User
from sud.outside import local_day
from sud.registry import service as registry

_SECOND: Final = 1000


def paper_of(session: Session, actor: Actor, hearing: Hearing) -> papers.Minutes:
    """Return the minutes as far as the house can write them: people, times, marks of the recording.

    Who came is noted by hand: the house does not know it. It becomes the minutes when it is
    completed, signed and entered.
    """
    case, day = hearing.case, local_day(hearing.starts_at)
    court = registry.court_name_on(session, case.court, case.language, day)
    recordings = _recordings(session, hearing)
    word = wording(case.language).word
    facts = papers.Minutes(
        language=case.language,
        court=court.name if court else case.court.name(case.language),
        number=case.number,
        place=court.city if court else "",
        begun=hearing.starts_at,
        ended=hearing.ends_at if hearing.state is HearingState.HELD else None,
        judges=(hearing.judge.full_name,),
        secretary=_secretary(session, actor),
        room=hearing.courtroom.name,
        subject=case.category.name(case.language),
        open=hearing.open,
        present=[
            papers.Attendance(role=one.role.name(case.language), name=one.person.full_name)
            for one in cases.people_of(session, case)
            if one.until is None or one.until >= day
        ],
        recording=", ".join(
            word("minutes", "disc", part=one.part, digest=grouped(one.disc.sha256))
            for one in recordings
            if one.disc.sha256
        ),
        steps=[_step(one) for one in _marks(session, recordings)],
    )
    return legible(facts)


def _secretary(session: Session, actor: Actor) -> str:
    """The clerk who prints it; a judge leaves the name to be written by hand."""
    if actor.user_id is None or not actor.has(RoleCode.CLERK):
        return ""
    return session.get_one(User, actor.user_id).display_name


def _recordings(session: Session, hearing: Hearing) -> Sequence[Recording]:
    return session.scalars(
        select(Recording).where(Recording.hearing_id == hearing.id).order_by(Recording.part)
    ).all()


def _marks(session: Session, recordings: Sequence[Recording]) -> Sequence[Mark]:
    return session.scalars(
        select(Mark)
        .join(Recording, Recording.id == Mark.recording_id)
        .where(Mark.recording_id.in_([one.id for one in recordings]), Mark.removed_at.is_(None))
        .order_by(Recording.part, Mark.at_ms, Mark.id)
    ).all()


def _step(mark: Mark) -> papers.Step:
    minutes, seconds = divmod(mark.at_ms // _SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    at = f"{hours}:{minutes:02d}:{seconds:02d}"
    if mark.kind is MarkKind.SPEAKER:
        return papers.Step(at=at, speaker=mark.words, words="")
    return papers.Step(at=at, words=mark.words)
