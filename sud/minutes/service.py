"""Minutes of hearings and remarks on them: entered signed, answered by the judge with reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import intake
from sud import journal
from sud.access import Action, Actor, visible
from sud.cases.taking import examined, kept, paper_of
from sud.errors import CourtError, Refusal
from sud.models import (
    Hearing,
    HearingState,
    Minutes,
    Remark,
    RemarkState,
    RemarkSubject,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.registry import service as registry
from sud.registry.service import LimitEnd
from sud.uploads.service import Sent

RULING_LIMIT: Final = "remarks_ruling"
# Which limit ends the time for remarks, by the kind of case.
_FILED_WITHIN: Final = {
    "civil": "civil_minutes_remarks",
    "civil_material": "civil_minutes_remarks",
    "administrative": "admin_minutes_remarks",
    "criminal": "criminal_minutes_remarks",
    "offence": "criminal_minutes_remarks",
    "judicial_control": "criminal_minutes_remarks",
}
_TITLES: Final = {
    "ky": "Сот отурумунун протоколу, {day:%d.%m.%Y}",
    "ru": "Протокол судебного заседания, {day:%d.%m.%Y}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A remark as the party wrote it; `at_second` is the place in the recording."""

    about: RemarkSubject
    text: str
    at_second: int | None = None


# ------------------------------------------------------------------ minutes


def enter_minutes(
    session: Session,
    actor: Actor,
    hearing: Hearing,
    paper: Sent,
    *,
    signed_on: date,
    outside: Outside,
    limit: int,
) -> Minutes:
    """Enter the signed minutes of a hearing that was held, as a paper of the case; only once."""
    now = outside.now()
    verdict = examined(paper, limit, scanner=outside.scanner)
    if verdict.kind is not intake.Kind.PDF:
        raise CourtError(Refusal.FILE_NOT_PDF, name=verdict.name)
    with reaching_the_store():
        key = kept(
            paper, verdict, store=outside.store, folder=f"minutes/{hearing.key}", limit=limit
        )
    session.refresh(hearing, with_for_update={"of": Hearing})
    held_on = local_day(hearing.starts_at)
    if hearing.state is not HearingState.HELD:
        raise CourtError(Refusal.HEARING_NOT_OVER)
    if minutes_of(session, hearing) is not None:
        raise CourtError(Refusal.MINUTES_ENTERED)
    if signed_on < held_on:
        raise CourtError(Refusal.MINUTES_SIGNED_BEFORE, day=held_on)
    if signed_on > local_day(now):
        raise CourtError(Refusal.MINUTES_SIGNED_AFTER)
    assert actor.user_id is not None  # noqa: S101 - whoever hands in a paper is signed in
    title = title_of(hearing)
    document = paper_of(
        session, actor, verdict, key, of=hearing.case, title=title, defer=outside.defer, now=now
    )
    minutes = Minutes(
        hearing=hearing,
        document=document,
        signed_on=signed_on,
        entered_by_id=actor.user_id,
        entered_at=now,
    )
    session.add(minutes)
    journal.record(session, actor, Action.MINUTES_ADD, hearing, now=now, sha256=verdict.sha256)
    return minutes


def title_of(hearing: Hearing) -> str:
    """Name the minutes as they are called in the file."""
    day = local_day(hearing.starts_at)
    return _TITLES.get(hearing.case.language, _TITLES["ky"]).format(day=day)


def minutes_of(session: Session, hearing: Hearing) -> Minutes | None:
    return session.scalars(select(Minutes).where(Minutes.hearing_id == hearing.id)).one_or_none()


def minutes_among(session: Session, hearings: Iterable[Hearing]) -> dict[int, Minutes]:
    """Return the minutes of those of the hearings that have them, by the hearing's number."""
    found = session.scalars(
        select(Minutes).where(Minutes.hearing_id.in_([one.id for one in hearings]))
    )
    return {one.hearing_id: one for one in found}


def remarks_until(session: Session, minutes: Minutes) -> LimitEnd | None:
    """Return when the time for remarks ends; None where the law of the case's kind says nothing.

    It runs from the signing, but not before the minutes could be read here: nobody loses days
    because a paper lay on a desk.
    """
    code = _FILED_WITHIN.get(minutes.hearing.case.kind_code)
    if code is None:
        return None
    readable = max(minutes.signed_on, local_day(minutes.entered_at))
    return registry.deadline(session, code, readable)


# ------------------------------------------------------------------ remarks


def remark(
    session: Session, actor: Actor, hearing: Hearing, said: Said, *, now: datetime
) -> Remark:
    """File a party's remark on the minutes or the recording, within the days of the law."""
    _require_in_time(session, hearing, said.about, now=now)
    assert actor.user_id is not None  # noqa: S101 - a party is signed in
    made = Remark(
        hearing=hearing,
        about=said.about,
        text=said.text,
        at_second=said.at_second,
        by_id=actor.user_id,
        at=now,
        due=registry.deadline(session, RULING_LIMIT, local_day(now)).due,
    )
    session.add(made)
    journal.record(session, actor, Action.REMARK_MAKE, made, now=now, about=said.about.value)
    session.refresh(made)
    return made


def _require_in_time(
    session: Session, hearing: Hearing, about: RemarkSubject, *, now: datetime
) -> None:
    """Minutes that nobody has signed cannot be remarked on; a recording can, from the hearing."""
    if hearing.state is not HearingState.HELD:
        raise CourtError(Refusal.HEARING_NOT_OVER)
    minutes = minutes_of(session, hearing)
    if minutes is None:
        if about is RemarkSubject.MINUTES:
            raise CourtError(Refusal.MINUTES_NOT_READY)
        return
    end = remarks_until(session, minutes)
    if end is not None and local_day(now) > end.due:
        raise CourtError(Refusal.REMARKS_TOO_LATE, day=end.due)


def rule(
    session: Session,
    actor: Actor,
    remark: Remark,
    *,
    accepted: bool,
    answer: str,
    now: datetime,
) -> None:
    """Accept a remark, which then belongs to the minutes, or reject it with the reason."""
    session.refresh(remark, with_for_update={"of": Remark})
    if remark.state is not RemarkState.WAITING:
        raise CourtError(Refusal.NOT_NOW)
    remark.state = RemarkState.ACCEPTED if accepted else RemarkState.REJECTED
    remark.answer, remark.ruled_at, remark.ruled_by_id = answer, now, actor.user_id
    journal.record(session, actor, Action.REMARK_RULE, remark, now=now, change=remark.state.value)


def remark_of_url(session: Session, actor: Actor, key: UUID) -> Remark | None:
    """Return the remark of an address if the actor may read its case."""
    return session.scalars(visible(select(Remark).where(Remark.key == key), actor)).one_or_none()


def remarks_on(session: Session, hearing: Hearing) -> Sequence[Remark]:
    """Return the remarks on a hearing in the order in which they came."""
    return session.scalars(
        select(Remark).where(Remark.hearing_id == hearing.id).order_by(Remark.at, Remark.id)
    ).all()


def remarks_to_rule(session: Session, actor: Actor) -> Sequence[Remark]:
    """Return the remarks that wait for this judge, the most urgent first."""
    query = (
        visible(select(Remark), actor)
        .where(Remark.state == RemarkState.WAITING, Hearing.judge_id.in_(actor.judge_ids))
        .order_by(Remark.due, Remark.at)
    )
    return session.scalars(query).all()
