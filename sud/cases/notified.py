"""Notices on paper: the summons to a hearing, or the notice of an event, for one participant."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.papers import correspondence
from documents.papers.facts import Signing
from documents.papers.summons import Summons, summons
from documents.wording import READING_LANGUAGES, wording
from sud.access import Actor, visible
from sud.cases import issued, notices
from sud.models import (
    Case,
    Hearing,
    Notice,
    NoticeKind,
    PaperKind,
    Participant,
    PersonKind,
    User,
)
from sud.outside import Outside, local_day
from sud.registry import service as registry


def notice_of_url(session: Session, actor: Actor, key: UUID) -> Notice | None:
    """Return the notice of an address if the actor may print it."""
    return session.scalars(visible(select(Notice).where(Notice.key == key), actor)).one_or_none()


def notices_to(session: Session, actor: Actor, case: Case) -> Sequence[Notice]:
    """Return what was written to a party in a case, the latest first."""
    mine = select(Notice).where(Notice.case_id == case.id).order_by(Notice.id.desc())
    return session.scalars(visible(mine, actor)).all()


def summons_for(
    session: Session, actor: Actor, hearings: Iterable[Hearing]
) -> dict[int, list[Notice]]:
    """Return the summons to each hearing that the actor may print: one's own, or everybody's."""
    query = (
        select(Notice)
        .where(
            Notice.kind == NoticeKind.HEARING_SET,
            Notice.hearing_id.in_([one.id for one in hearings]),
        )
        .order_by(Notice.id)
    )
    found: dict[int, list[Notice]] = {}
    for notice in session.scalars(visible(query, actor)):
        if notice.hearing_id is not None:
            found.setdefault(notice.hearing_id, []).append(notice)
    return found


def on_paper(session: Session, actor: Actor, notice: Notice, *, outside: Outside) -> issued.Handed:
    """Print a notice with its code; printed again, it is the same paper."""
    case, who = notice.case, notice.participant
    assert case is not None  # noqa: S101 - the gate lets no other notice through
    assert who is not None  # noqa: S101
    subject = f"notices/{notice.id}"
    if notice.kind is NoticeKind.HEARING_SET and notice.hearing is not None:
        return issued.print_facts(
            session,
            actor,
            _summons(session, notice, notice.hearing, case, who),
            summons,
            kind=PaperKind.SUMMONS,
            subject=subject,
            case=case,
            outside=outside,
        )
    message = notices.letter_of(session, notice, base_url=outside.base_url).message
    return issued.print_facts(
        session,
        actor,
        _notice(session, notice, case, who, message),
        correspondence.notice,
        kind=PaperKind.NOTICE,
        subject=subject,
        case=case,
        outside=outside,
    )


def _summons(
    session: Session, notice: Notice, hearing: Hearing, case: Case, who: Participant
) -> Summons:
    language = _language(notice, case)
    words = wording(language)
    return Summons(
        language=language,
        court=_court(session, case, language, notice),
        number=case.number,
        to=who.person.full_name,
        to_address=who.person.address,
        person=who.person.kind is PersonKind.NATURAL,
        role=who.role.name(language),
        starts=hearing.starts_at,
        room=hearing.courtroom.name,
        purpose=words.word("summons", f"purpose_{hearing.purpose.value}"),
        subject=case.category.name(language),
        judge=hearing.judge.full_name,
        issued=local_day(notice.created_at),
        signing=Signing(
            office=words.word("summons", "secretary"), name=_secretary(session, hearing)
        ),
        address=case.court.address(language),
        telephone=case.court.telephone,
    )


def _notice(
    session: Session, notice: Notice, case: Case, who: Participant, message: str
) -> correspondence.Notice:
    language = _language(notice, case)
    return correspondence.Notice(
        language=language,
        court=_court(session, case, language, notice),
        number=case.number,
        to=who.person.full_name,
        to_address=who.person.address,
        person=who.person.kind is PersonKind.NATURAL,
        paragraphs=(message,),
        issued=local_day(notice.created_at),
        address=case.court.address(language),
        telephone=case.court.telephone,
    )


def _secretary(session: Session, hearing: Hearing) -> str:
    """The clerk who set the hearing; where its judge did, the name is left to be written."""
    if hearing.set_by_id is None or hearing.set_by_id == hearing.judge.user_id:
        return ""
    return session.get_one(User, hearing.set_by_id).display_name


def _language(notice: Notice, case: Case) -> str:
    return notice.language if notice.language in READING_LANGUAGES else case.language


def _court(session: Session, case: Case, language: str, notice: Notice) -> str:
    """The court's name on the day of the notice."""
    day = local_day(notice.created_at)
    name = registry.court_name_on(session, case.court, language, day)
    return name.name if name else case.court.name(language)
