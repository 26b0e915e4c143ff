"""What the public finds and reads: published decisions, hearings of a day, cases by their number.

Nothing here opens what was not published, and nothing here knows a party's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from documents import search
from sud.access import Actor
from sud.cases.numbers import readings
from sud.models import (
    Act,
    ActPart,
    Case,
    CaseKind,
    Category,
    Court,
    Ground,
    Handling,
    Hearing,
    HearingState,
    PolicyState,
    Publication,
    PublicationForm,
    PublicationPolicy,
    PublicationState,
    PublicationStep,
)
from sud.outside import BISHKEK, local_day
from sud.registry import service as registry

PAGE: Final = 20
MOST_CHANGES: Final = 100
_BEGINNING: Final = 4
_MOST_SUGGESTIONS: Final = 6
_ENOUGH_TEXTS: Final = 500
_MOST_CASES: Final = 20
_MOST_COURTS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a reader of decisions asked for."""

    words: str = ""
    court: str = ""
    kind: str = ""
    category: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a filter and how many decisions it leaves."""

    code: str
    thing: Court | CaseKind | Category
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """One page of the list, and what else could be asked."""

    items: Sequence[Publication]
    total: int
    page: int
    pages: int
    courts: Sequence[Choice] = ()
    kinds: Sequence[Choice] = ()
    categories: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtDay:
    """A court and how many hearings it has on the day."""

    court: Court
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """What anybody may know of a case: no names."""

    case: Case
    decisions: Sequence[Publication]
    hearing: Hearing | None

    @property
    def day(self) -> str:
        """The day of the next hearing, as the cause list's address has it."""
        return local_day(self.hearing.starts_at).isoformat() if self.hearing else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the one search box found, by what it is."""

    cases: Sequence[CaseCard] = ()
    courts: Sequence[Court] = ()
    decisions: Decisions = field(
        default_factory=lambda: Decisions(items=(), total=0, page=1, pages=0)
    )

    def __bool__(self) -> bool:
        return bool(self.cases or self.courts or self.decisions.total)


# ------------------------------------------------------------------ decisions


def decisions(session: Session, wanted: Wanted) -> Decisions:
    """Return one page of the published decisions, the best or the newest first."""
    total = session.scalar(_asked(select(func.count(Publication.id)), wanted)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, wanted.page), pages)
    query = _asked(select(Publication), wanted)
    if exact := search.exact_tsquery(wanted.words):
        query = query.order_by(Publication.search.op("@@")(cast(exact, TSQUERY)).desc())
    query = query.order_by(Publication.published_at.desc(), Publication.id.desc())
    return Decisions(
        items=session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all(),
        total=total,
        page=page,
        pages=pages,
        courts=_choices(session, wanted, "court", Court, code=Court.code, order=Court.name_ky),
        kinds=_choices(session, wanted, "kind", CaseKind, code=CaseKind.code, order=CaseKind.code),
        categories=_choices(
            session, wanted, "category", Category, code=Category.code, order=Category.ordinal
        ),
    )


def decision_of_url(session: Session, _actor: Actor, key: UUID) -> Publication | None:
    """Return a published decision, or one that was public once: its page says what became of it.

    Drafts are nobody's to read here, not even those who may check them.
    """
    query = _open(select(Publication)).where(
        Publication.key == key, Publication.published_at.is_not(None)
    )
    return session.scalars(query).one_or_none()


def published_of_url(session: Session, actor: Actor, key: UUID) -> Publication | None:
    """Return a decision that is public at this moment."""
    found = decision_of_url(session, actor, key)
    return found if found and found.state is PublicationState.PUBLISHED else None


def changes(session: Session) -> Sequence[PublicationStep]:
    """Return the public log, the latest first: of cases closed since, nothing is told any more."""
    query = (
        select(PublicationStep)
        .join(Publication, Publication.id == PublicationStep.publication_id)
        .order_by(PublicationStep.at.desc(), PublicationStep.id.desc())
    )
    return session.scalars(_open(query).limit(MOST_CHANGES)).all()


def suggestions(session: Session, asked: str) -> Sequence[str]:
    """Return words of published decisions that begin as the last word of a question does.

    They were chosen from anonymised texts and went through the gate with them. The latest texts
    that hold such a word are enough: looking through all would take longer with every decision.
    """
    typed = asked.lower().split()
    beginning = typed[-1][:_BEGINNING] if typed else ""
    if len(beginning) < _BEGINNING or not search.begun(beginning):
        return ()
    latest = (
        _open(select(Publication.suggestions.label("words")))
        .where(
            Publication.state == PublicationState.PUBLISHED,
            Publication.search.op("@@")(cast(search.begun(beginning), TSQUERY)),
        )
        .order_by(Publication.published_at.desc())
        .limit(_ENOUGH_TEXTS)
        .subquery()
    )
    published = select(func.unnest(latest.c.words).label("word")).subquery()
    word = published.c.word
    return session.scalars(
        select(word)
        .where(word.startswith(beginning, autoescape=True))
        .group_by(word)
        .order_by(func.count().desc(), word)
        .limit(_MOST_SUGGESTIONS)
    ).all()


def excerpt_of(publication: Publication, words: str) -> tuple[tuple[str, bool], ...]:
    """Return a piece of the decision around the words that were asked for; a card has none."""
    if publication.form is PublicationForm.CARD:
        return ()
    for part in (ActPart.OPERATIVE, ActPart.REASONING, ActPart.DESCRIPTIVE, ActPart.INTRODUCTORY):
        if words and (found := search.excerpt(publication.parts[part], words)):
            return found
    text = publication.parts[ActPart.OPERATIVE].strip()
    return ((text if len(text) <= 220 else f"{text[:220].rsplit(' ', 1)[0]} …", False),)  # noqa: PLR2004


def _open(query: Select[Any]) -> Select[Any]:
    """Join the case, and leave out texts whose case was closed since; a card tells nothing more.

    The policy in force may let texts of a closed category out.
    """
    standing = select(PublicationPolicy.id).where(PublicationPolicy.state == PolicyState.IN_FORCE)
    closed = Ground.CLOSED_CATEGORY.value
    said = func.publication_handling(standing.scalar_subquery(), closed, Case.kind_code)
    return (
        query.join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .join(Court, Court.id == Case.court_id)
        .join(CaseKind, CaseKind.code == Case.kind_code)
        .join(Category, Category.code == Case.category_code)
        .where(
            or_(
                Publication.form == PublicationForm.CARD,
                and_(~Case.sealed, or_(~Category.closed, said != Handling.NEVER.value)),
            )
        )
    )


def _asked(query: Select[Any], wanted: Wanted, *, but: str = "") -> Select[Any]:
    """Keep the published decisions that fit every filter, except the one named by `but`."""
    query = _open(query).where(Publication.state == PublicationState.PUBLISHED)
    if words := search.tsquery(wanted.words):
        query = query.where(Publication.search.op("@@")(cast(words, TSQUERY)))
    elif wanted.words:
        query = query.where(Publication.id.is_(None))
    if but == "category" or wanted.category:
        # What a closed case is about is not told, nor can it be asked.
        query = query.where(Publication.form != PublicationForm.CARD)
    for name, column, value in (
        ("court", Court.code, wanted.court),
        ("kind", CaseKind.code, wanted.kind),
        ("category", Category.code, wanted.category),
    ):
        if value and name != but:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(Act.issued_at >= _midnight(wanted.since))
    if wanted.until is not None:
        query = query.where(Act.issued_at < _midnight(wanted.until + timedelta(days=1)))
    return query


def _choices(
    session: Session, wanted: Wanted, name: str, thing: Any, *, code: Any, order: Any
) -> list[Choice]:
    counts: dict[str, int] = dict(
        session.execute(
            _asked(select(code, func.count(Publication.id)), wanted, but=name).group_by(code)
        ).all()
    )
    rows = session.scalars(select(thing).where(code.in_(counts)).order_by(order))
    return [Choice(code=row.code, thing=row, count=counts[row.code]) for row in rows]


# ------------------------------------------------------------------ hearings


def hearings_on(session: Session, court: Court, day: date) -> Sequence[Hearing]:
    """Return the cause list of a court: every hearing of the day in its order."""
    query = (
        select(Hearing)
        .join(Case, Case.id == Hearing.case_id)
        .where(Case.court_id == court.id, _during(day))
        .order_by(func.lower(Hearing.during), Hearing.id)
    )
    return session.scalars(query).all()


def courts_on(session: Session, day: date) -> Sequence[CourtDay]:
    """Return every court of the day with the number of its hearings."""
    counts: dict[int, int] = dict(
        session.execute(
            select(Case.court_id, func.count(Hearing.id))
            .join(Case, Case.id == Hearing.case_id)
            .where(_during(day), Hearing.state != HearingState.CANCELLED)
            .group_by(Case.court_id)
        ).all()
    )
    return [
        CourtDay(court=court, count=counts.get(court.id, 0))
        for court in registry.courts_open_on(session, day)
    ]


def is_closed(hearing: Hearing) -> bool:
    """Say whether the list tells no more than that a closed hearing takes place."""
    return not hearing.open or hearing.case.sealed or hearing.case.category.closed


def _during(day: date) -> Any:
    return and_(
        func.lower(Hearing.during) >= _midnight(day),
        func.lower(Hearing.during) < _midnight(day + timedelta(days=1)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=BISHKEK)


# ------------------------------------------------------------------ the one search box


def found(session: Session, asked: str, *, now: datetime) -> Found:
    """Tell a case number, a court and the words of a decision apart, and look for each."""
    if not asked:
        return Found()
    if cases := _cases(session, asked, now=now):
        return Found(cases=cases)  # their decisions stand beside them
    return Found(
        courts=_courts(session, asked, local_day(now)),
        decisions=decisions(session, Wanted(words=asked)),
    )


def _cases(session: Session, asked: str, *, now: datetime) -> list[CaseCard]:
    wanted = [
        and_(
            Case.seq == part.seq,
            *([CaseKind.prefix == part.kind] if part.kind else []),
            *([Case.year == part.year] if part.year else []),
            *([Court.suffix == part.court] if part.court else []),
        )
        for part in readings(asked)
    ]
    if not wanted:
        return []
    cases = session.scalars(
        select(Case)
        .join(Court, Court.id == Case.court_id)
        .join(CaseKind, CaseKind.code == Case.kind_code)
        .join(Category, Category.code == Case.category_code)
        .where(or_(*wanted), ~Case.sealed, ~Category.closed)
        .order_by(Case.year.desc(), Court.suffix)
        .limit(_MOST_CASES)
    ).all()
    ids = [case.id for case in cases]
    published = session.scalars(
        _open(select(Publication)).where(
            Publication.state == PublicationState.PUBLISHED, Case.id.in_(ids)
        )
    ).all()
    hearings = session.scalars(
        select(Hearing)
        .where(
            Hearing.case_id.in_(ids),
            Hearing.state == HearingState.SCHEDULED,
            Hearing.open,
            func.upper(Hearing.during) > now,
        )
        .order_by(func.lower(Hearing.during).desc())
    )
    coming = {hearing.case_id: hearing for hearing in hearings}
    return [
        CaseCard(
            case=case,
            decisions=[one for one in published if one.case_id == case.id],
            hearing=coming.get(case.id),
        )
        for case in cases
    ]


def _courts(session: Session, asked: str, day: date) -> list[Court]:
    words = search.question(asked)
    if not words:
        return []
    return [
        court
        for court in registry.courts_open_on(session, day)
        if _answers(court, words) or asked.strip().casefold() == (court.suffix or "").casefold()
    ][:_MOST_COURTS]


def _answers(court: Court, words: Sequence[search.Word]) -> bool:
    stored = set(search.keys(f"{court.name_ky} {court.name_ru} {court.name_en}"))
    return all(stored.intersection(word.keys) for word in words)
