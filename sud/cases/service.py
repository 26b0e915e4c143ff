"""Cases: registered without gaps, found by any spelling of their number, read and worked on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, joinedload

from sud import journal
from sud.access import Action, Actor, visible
from sud.cases.numbers import PartOfNumber, readings
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActState,
    Case,
    CaseForm,
    CaseKind,
    CaseState,
    Counter,
    Court,
    Document,
    DrawRequest,
    DrawSeat,
    Filing,
    Hearing,
    HearingState,
    Initiative,
    JournalLine,
    Judge,
    Participant,
    Person,
    Recording,
    Recusal,
    RecusalState,
    TieAnswer,
    TieQuestion,
    User,
)
from sud.outside import local_day

PAGE: Final = 40
# One line a reader, a case and this long: a clerk turning pages is one look, not thirty.
_ONE_LOOK: Final = timedelta(minutes=30)
_WORDS_SEARCHED: Final = 5
# What is not an event of the case but somebody's look at it.
_SHOWN_LOOKS: Final = (
    Action.CASE_READ.value,
    Action.RECORDING_PLAY.value,
    Action.RECORDING_ISSUE.value,
    Action.RECORDING_TAKE.value,
)
_LOOKS: Final = (*_SHOWN_LOOKS, Action.ACCESS_REFUSED.value, Action.CASE_SEARCH.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParticipant:
    """A person as a case takes him in, with the account through which he reads it."""

    person_id: int
    role_code: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case begins with."""

    court: Court
    kind_code: str
    category_code: str
    language: str
    price: int | None
    filed_at: datetime
    participants: Sequence[NewParticipant]
    form: CaseForm = CaseForm.DIGITAL
    fictional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a case: a line of the journal and who caused it."""

    at: datetime
    action: Action
    who: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody read the case, or was given a recording of it."""

    at: datetime
    who: str
    action: Action
    how: str


def next_number(session: Session, series: str) -> int:
    """Take the next number of a series: under a row lock, so without gaps and doubles."""
    return session.scalars(
        upsert(Counter)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=[Counter.series], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    ).one()


def register(session: Session, actor: Actor, new: NewCase, *, now: datetime) -> Case:
    """Open a case under the next number of its court, kind and year."""
    if new.court.suffix is None:
        # Without its mark the court cannot write a number (registry data, confidence L).
        raise CourtError(Refusal.NOT_NOW)
    year = local_day(now).year
    case = Case(
        court_id=new.court.id,
        kind_code=new.kind_code,
        category_code=new.category_code,
        language=new.language,
        form=new.form,
        price=new.price,
        filed_at=new.filed_at,
        registered_at=now,
        year=year,
        seq=next_number(session, f"case/{new.court.code}/{new.kind_code}/{year}"),
        fictional=new.fictional,
    )
    session.add(case)
    session.flush()
    ordinals: dict[str, int] = {}
    for one in new.participants:
        ordinals[one.role_code] = ordinal = ordinals.get(one.role_code, 0) + 1
        session.add(
            Participant(
                case_id=case.id,
                person_id=one.person_id,
                user_id=one.user_id,
                role_code=one.role_code,
                ordinal=ordinal,
                since=local_day(now),
            )
        )
    journal.record(
        session,
        actor,
        Action.CASE_REGISTER,
        case,
        now=now,
        court=new.court.code,
        kind=new.kind_code,
        seq=case.seq,
        year=year,
        participants=len(new.participants),
    )
    session.refresh(case)
    return case


def accept(session: Session, actor: Actor, case: Case, *, now: datetime) -> None:
    """Take the case into proceedings: the judge who was drawn decides within the law's days."""
    if case.judge_id is None:
        raise CourtError(Refusal.NO_JUDGE_YET)
    if case.state is not CaseState.DISTRIBUTED:
        raise CourtError(Refusal.NOT_NOW)
    if has_open_ties(session, case):
        raise CourtError(Refusal.TIE_UNANSWERED)
    case.state = CaseState.PREPARATION
    case.accepted_at = now
    journal.record(session, actor, Action.CASE_ACCEPT, case, now=now)


def has_open_ties(session: Session, case: Case) -> bool:
    """Say whether a judge who sits has still to say, or said, that he declared somebody of it.

    Who said so recuses himself first; a ruling that he stays closes the matter.
    """
    seats = (
        select(DrawSeat.judge_id)
        .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
        .where(DrawRequest.case_id == case.id, DrawSeat.dropped_at.is_(None))
    )
    stays = select(Recusal.judge_id).where(
        Recusal.case_id == case.id,
        Recusal.initiative == Initiative.JUDGE,
        Recusal.state == RecusalState.REFUSED,
    )
    open_ones = select(TieQuestion.id).where(
        TieQuestion.case_id == case.id,
        or_(TieQuestion.judge_id == case.judge_id, TieQuestion.judge_id.in_(seats)),
        or_(
            TieQuestion.answer.is_(None),
            and_(TieQuestion.answer == TieAnswer.SAME_PERSON, TieQuestion.judge_id.not_in(stays)),
        ),
    )
    return session.scalars(open_ones.limit(1)).first() is not None


def look(session: Session, actor: Actor, case: Case, *, now: datetime) -> None:
    """Note that someone of the court reads the case; parties see who did."""
    if not actor.staff:
        return
    lately = session.scalar(
        select(func.count())
        .select_from(JournalLine)
        .where(
            JournalLine.case_id == case.id,
            JournalLine.user_id == actor.user_id,
            JournalLine.action == Action.CASE_READ.value,
            JournalLine.at > now - _ONE_LOOK,
        )
    )
    if not lately:
        journal.record(session, actor, Action.CASE_READ, case, now=now)


def case_of_url(session: Session, actor: Actor, key: UUID) -> Case | None:
    """Return the case of an address if the actor may know of it."""
    return session.scalars(visible(select(Case).where(Case.key == key), actor)).one_or_none()


def paper_of_url(session: Session, actor: Actor, key: UUID) -> Document | None:
    """Return the paper of an address if the actor may know of it."""
    query = select(Document).where(Document.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


def cases_of(session: Session, actor: Actor, *, page: int = 1) -> tuple[Sequence[Case], int]:
    """Return a page of the cases that the actor may read, newest first, and how many there are."""
    every = visible(select(Case), actor)
    count = session.scalar(every.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    newest = every.order_by(Case.registered_at.desc(), Case.id.desc())
    return session.scalars(newest.limit(PAGE).offset(PAGE * (page - 1))).all(), count


def cases_found(session: Session, actor: Actor, text: str, *, now: datetime) -> Sequence[Case]:
    """Find cases by a number in any spelling or a part of it; the court's people also by name."""
    every = visible(select(Case), actor)
    parts = readings(text)
    if parts:
        query = every.join(Court, Court.id == Case.court_id).join(
            CaseKind, CaseKind.code == Case.kind_code
        )
        query = query.where(or_(*(is_numbered(part) for part in parts)))
    elif actor.staff and len(text.strip()) > 1:
        query = _named(every, text)
    else:
        return []
    found = session.scalars(query.order_by(Case.year.desc(), Case.seq).limit(PAGE)).all()
    if actor.staff:
        # Who looks up many people is a question for the auditor; what he typed is not written down.
        journal.record(
            session,
            actor,
            Action.CASE_SEARCH,
            None,
            now=now,
            by="number" if parts else "name",
            found=len(found),
        )
    return found


def is_numbered(part: PartOfNumber) -> ColumnElement[bool]:
    """Whether a case has this number, or what is given of one."""
    wanted = [Case.seq == part.seq]
    if part.kind is not None:
        wanted.append(CaseKind.prefix == part.kind)
    if part.year is not None:
        wanted.append(Case.year == part.year)
    if part.court is not None:
        wanted.append(Court.suffix == part.court)
    return and_(*wanted)


def _named(every: Select[Any], text: str) -> Select[Any]:
    """Keep the cases in which one person's name has every word."""
    whole = func.concat_ws(
        " ", Person.surname, Person.given_name, Person.patronymic, Person.organisation
    )
    words = [word for word in text.split() if len(word) > 1][:_WORDS_SEARCHED]
    here = (
        select(Participant.case_id)
        .join(Person, Person.id == Participant.person_id)
        .where(*(whole.icontains(word, autoescape=True) for word in words))
    )
    return every.where(Case.id.in_(here))


def people_of(session: Session, case: Case) -> Sequence[Participant]:
    """Return those who take part, sides first, as the law orders them."""
    people = session.scalars(
        select(Participant)
        .where(Participant.case_id == case.id)
        .order_by(Participant.role_code, Participant.ordinal)
    ).all()
    return sorted(people, key=lambda one: (one.role.ordinal, one.role_code, one.ordinal))


def parties_in_short(session: Session, cases: Sequence[Case]) -> dict[int, tuple[str, str]]:
    """Return for each case the first of both sides ("Асанов А. and others"), in one query."""
    rows = session.scalars(
        select(Participant)
        .where(Participant.case_id.in_([case.id for case in cases]))
        .order_by(Participant.case_id, Participant.ordinal, Participant.id)
    )
    sides: dict[int, dict[int, list[str]]] = {}
    for one in rows:
        sides.setdefault(one.case_id, {}).setdefault(one.role.side, []).append(
            one.person.short_name
        )
    return {
        case_id: (in_short(of_case.get(1, [])), in_short(of_case.get(2, [])))
        for case_id, of_case in sides.items()
    }


def in_short(names: Sequence[str]) -> str:
    """Return the first of several names and how many more there are."""
    return names[0] + (f" +{len(names) - 1}" if len(names) > 1 else "") if names else ""


def papers_of(session: Session, case: Case) -> Sequence[Document]:
    """Return the papers of a case in the order of their arrival."""
    return session.scalars(
        select(Document)
        .where(Document.case_id == case.id)
        .order_by(Document.uploaded_at, Document.id)
    ).all()


def filing_of(session: Session, case: Case) -> Filing | None:
    """Return the filing that the case began with."""
    return session.scalars(select(Filing).where(Filing.case_id == case.id)).one_or_none()


def hearings_of(session: Session, case: Case) -> Sequence[Hearing]:
    """Return every hearing of a case, the latest first."""
    return session.scalars(
        select(Hearing).where(Hearing.case_id == case.id).order_by(Hearing.during.desc())
    ).all()


def next_hearings(session: Session, cases: Sequence[Case], *, now: datetime) -> dict[int, Hearing]:
    """Return for each case its next standing hearing, in one query."""
    rows = session.scalars(
        select(Hearing)
        .where(
            Hearing.case_id.in_([case.id for case in cases]),
            Hearing.state == HearingState.SCHEDULED,
            func.upper(Hearing.during) > now,
        )
        .order_by(Hearing.during.desc())
    )
    return {hearing.case_id: hearing for hearing in rows}


def acts_of(session: Session, actor: Actor, case: Case) -> Sequence[Act]:
    """Return the acts of a case that the actor may read."""
    query = select(Act).where(Act.case_id == case.id).order_by(Act.created_at.desc())
    return session.scalars(visible(query, actor)).all()


def has_issued_act(session: Session, case: Case) -> bool:
    """Say whether an act of the case was issued."""
    query = select(Act.id).where(Act.case_id == case.id, Act.state == ActState.ISSUED)
    return session.scalars(query.limit(1)).first() is not None


def recordings_of(session: Session, case: Case) -> Sequence[Recording]:
    """Return the recordings of the hearings of a case."""
    return session.scalars(
        select(Recording)
        .join(Hearing, Hearing.id == Recording.hearing_id)
        .where(Hearing.case_id == case.id)
        .options(joinedload(Recording.hearing))
        .order_by(Hearing.during.desc())
    ).all()


def timeline_of(session: Session, case: Case) -> list[Event]:
    """Return what happened in the case, newest first, from the filing on."""
    filed = select(Filing.id).where(Filing.case_id == case.id).scalar_subquery()
    lines = session.execute(
        select(JournalLine, _NAME_SHOWN)
        .outerjoin(User, User.id == JournalLine.user_id)
        .where(
            or_(
                JournalLine.case_id == case.id,
                and_(JournalLine.subject_kind == "filings", JournalLine.subject_id == filed),
            ),
            JournalLine.action.not_in(_LOOKS),
        )
        .order_by(JournalLine.seq.desc())
    )
    return [
        Event(at=line.at, action=Action(line.action), who=who, facts=line.facts)
        for line, who in lines
        if line.action in _ACTIONS
    ]


def last_events(
    session: Session, cases: Sequence[Case], actions: Collection[Action]
) -> dict[int, Event]:
    """Return for each case the last of certain events, in one query."""
    lines = session.execute(
        select(JournalLine, _NAME_SHOWN)
        .outerjoin(User, User.id == JournalLine.user_id)
        .where(
            JournalLine.case_id.in_([case.id for case in cases]),
            JournalLine.action.in_([action.value for action in actions]),
        )
        .ext(distinct_on(JournalLine.case_id))
        .order_by(JournalLine.case_id, JournalLine.seq.desc())
    )
    return {
        line.case_id: Event(at=line.at, action=Action(line.action), who=who, facts=line.facts)
        for line, who in lines
        if line.case_id is not None
    }


def looks_at(session: Session, case: Case) -> list[Look]:
    """Return who of the court read the case, and who was given its recordings, newest first."""
    lines = session.execute(
        select(JournalLine, _NAME_SHOWN)
        .join(User, User.id == JournalLine.user_id)
        .where(JournalLine.case_id == case.id, JournalLine.action.in_(_SHOWN_LOOKS))
        .order_by(JournalLine.seq.desc())
    )
    return [
        Look(
            at=line.at,
            who=who,
            action=Action(line.action),
            how=line.facts.get("how") or line.facts.get("change") or "",
        )
        for line, who in lines
    ]


def judges_of(session: Session, court_ids: Sequence[int]) -> Sequence[Judge]:
    """Return the judges of some courts."""
    return session.scalars(
        select(Judge).where(Judge.court_id.in_(court_ids)).order_by(Judge.full_name)
    ).all()


_NAME_SHOWN: Final = User.display_name
_ACTIONS: Final = {action.value for action in Action}
