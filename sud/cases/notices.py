"""Notices: who is told of what, in which language, and what became of it.

A notice is a row first; a job deferred in the same transaction sends it. So nothing is announced
that was rolled back. Mail informs; it does not yet count as service.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_datetime
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import SYSTEM, Action, Actor
from sud.models import (
    Case,
    Filing,
    Hearing,
    Notice,
    NoticeKind,
    NoticeState,
    Participant,
    Person,
    Role,
    RoleCode,
    SigningSeat,
    SigningSheet,
    User,
)
from sud.outside import BISHKEK, Defer, local_day

JOB: Final = "cases.send_notice"
MOST_ATTEMPTS: Final = 5
# Officials are led to the list, not to one case, which they may not read.
_LISTS: Final = {NoticeKind.COPIES_FILED: "/refilings", NoticeKind.MANUAL_QUOTA: "/exceptions/all"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice as it is mailed."""

    to: str
    subject: str
    text: str
    message: str
    """What happened, in one sentence, and the address where more is read."""


def tell_participants(
    session: Session,
    actor: Actor,
    case: Case,
    kind: NoticeKind,
    *,
    defer: Defer,
    now: datetime,
    hearing: Hearing | None = None,
) -> list[Notice]:
    """Tell everybody who takes part in a case; who has no address is written down as such."""
    today = local_day(now)
    people = session.execute(
        select(Participant, User)
        .outerjoin(User, User.id == Participant.user_id)
        .where(
            Participant.case_id == case.id,
            or_(Participant.until.is_(None), Participant.until >= today),
        )
        .order_by(Participant.id)
    )
    notices = [
        Notice(
            kind=kind,
            case_id=case.id,
            hearing_id=hearing.id if hearing else None,
            participant_id=one.id,
            address=_address(one.person, user),
            language=_language(one.person, user),
            created_at=now,
        )
        for one, user in people
    ]
    return _send_later(session, actor, case, notices, kind=kind, defer=defer, now=now)


def _address(person: Person, user: User | None) -> str:
    return person.email if user is None or not user.email else user.email


def _language(person: Person, user: User | None) -> str:
    return person.language if user is None else user.language


def tell_filer(
    session: Session,
    actor: Actor,
    filing: Filing,
    kind: NoticeKind,
    *,
    defer: Defer,
    now: datetime,
) -> list[Notice]:
    """Tell whoever filed what became of it."""
    user = session.get_one(User, filing.user_id)
    notice = Notice(
        kind=kind,
        filing_id=filing.id,
        case_id=filing.case_id,
        address=user.email,
        language=user.language,
        created_at=now,
    )
    return _send_later(session, actor, filing, [notice], kind=kind, defer=defer, now=now)


def tell_officials(
    session: Session,
    actor: Actor,
    about: Case | Filing,
    kind: NoticeKind,
    *,
    defer: Defer,
    now: datetime,
) -> list[Notice]:
    """Tell every administrator and auditor that something is out of the ordinary."""
    today = local_day(now)
    people = session.scalars(
        select(User)
        .where(
            User.active,
            User.id.in_(
                select(Role.user_id).where(
                    Role.code.in_([RoleCode.ADMINISTRATOR, RoleCode.AUDITOR]),
                    Role.valid_from <= today,
                    or_(Role.valid_to.is_(None), Role.valid_to >= today),
                )
            ),
        )
        .order_by(User.id)
    )
    notices = [
        Notice(
            kind=kind,
            case_id=about.id if isinstance(about, Case) else None,
            filing_id=about.id if isinstance(about, Filing) else None,
            address=user.email,
            language=user.language,
            created_at=now,
        )
        for user in people
    ]
    return _send_later(session, actor, about, notices, kind=kind, defer=defer, now=now)


def tell_signers(
    session: Session,
    actor: Actor,
    sheet: SigningSheet,
    *,
    defer: Defer,
    now: datetime,
) -> list[Notice]:
    """Tell those whose turn it is to sign, each once; not the actor, who is there."""
    due = [one for one in sheet.due if one.user_id != actor.user_id]
    told = session.scalars(
        select(Notice.seat_id).where(Notice.seat_id.in_([one.id for one in due]))
    ).all()
    seats = [one for one in due if one.id not in told]
    people = [session.get_one(User, one.user_id) for one in seats]
    notices = [
        Notice(
            kind=NoticeKind.SIGNING_DUE,
            seat_id=seat.id,
            address=user.email,
            language=user.language,
            created_at=now,
        )
        for seat, user in zip(seats, people, strict=True)
    ]
    if not notices:
        return []
    return _send_later(
        session, actor, sheet, notices, kind=NoticeKind.SIGNING_DUE, defer=defer, now=now
    )


def _send_later(
    session: Session,
    actor: Actor,
    subject: Case | Filing | SigningSheet,
    notices: list[Notice],
    *,
    kind: NoticeKind,
    defer: Defer,
    now: datetime,
) -> list[Notice]:
    for notice in notices:
        notice.state = NoticeState.WAITING if notice.address else NoticeState.NO_ADDRESS
    session.add_all(notices)
    journal.record(
        session, actor, Action.NOTICE_SEND, subject, now=now, kind=kind.value, people=len(notices)
    )
    for notice in notices:
        if notice.state is NoticeState.WAITING:
            defer(session, JOB, notice=notice.id)
    return notices


def waiting_notice(session: Session, number: int) -> Notice | None:
    """Take a notice that is still to be sent, and hold it: two workers do not send it twice."""
    return session.scalars(
        select(Notice)
        .where(Notice.id == number, Notice.state == NoticeState.WAITING)
        .with_for_update(skip_locked=True, of=Notice)
    ).one_or_none()


def note_result(session: Session, notice: Notice, *, sent: bool, now: datetime) -> None:
    """Write down whether the mail server took it."""
    notice.attempts += 1
    if sent:
        notice.state, notice.sent_at = NoticeState.SENT, now
    elif notice.attempts >= MOST_ATTEMPTS:
        notice.state = NoticeState.FAILED
    journal.record(session, SYSTEM, Action.NOTICE_SEND, notice, now=now, state=notice.state.value)


def letter_of(session: Session, notice: Notice, *, base_url: str) -> Letter:
    """Write the letter: a number and a link, no names and no dispute."""
    language = notice.language if notice.language in _words() else "ky"
    words = _words()[language]
    seat = session.get(SigningSeat, notice.seat_id) if notice.seat_id else None
    case = session.get(Case, notice.case_id) if notice.case_id else None
    filing = session.get(Filing, notice.filing_id) if notice.filing_id else None
    if seat is not None:
        case, filing = seat.sheet.case, seat.sheet.filing
    hearing = session.get(Hearing, notice.hearing_id) if notice.hearing_id else None
    court = case.court if case else filing.court if filing else None
    facts = {
        "number": case.number if case else (filing.receipt_number if filing else ""),
        "court": court.name(language) if court else "",
        "when": _when(hearing, words["when"], language),
        "room": hearing.courtroom.name if hearing else "",
    }
    path = _LISTS.get(notice.kind) or (
        f"/signing/{seat.sheet.key}" if seat is not None else _path(case, filing)
    )
    own = words[notice.kind.value]
    sentence, url = own["text"].format(**facts), f"{base_url.rstrip('/')}{path}"
    paragraphs = (words["greeting"], sentence, url, words["closing"])
    return Letter(
        to=notice.address,
        subject=own["subject"].format(**facts),
        text="\n\n".join(paragraphs) + "\n",
        message=f"{sentence} {url}",
    )


def _path(case: Case | None, filing: Filing | None) -> str:
    if case is not None:
        return f"/cases/{case.key}"
    return f"/filings/{filing.key}" if filing is not None else "/"


def notices_of(session: Session, case: Case) -> Sequence[Notice]:
    """Return every notice of a case, the latest first."""
    return session.scalars(
        select(Notice).where(Notice.case_id == case.id).order_by(Notice.id.desc())
    ).all()


def _when(hearing: Hearing | None, pattern: str, language: str) -> str:
    if hearing is None:
        return ""
    local = hearing.starts_at.astimezone(BISHKEK)
    return format_datetime(local, pattern, tzinfo=BISHKEK, locale=language)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("notices.toml").read_text(encoding="utf-8"))
