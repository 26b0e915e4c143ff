"""Blanks: people answer a form's questions, keep their answers, and hand the paper in."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import questions
from documents.papers.application import Application, application, empty_form
from documents.questions import Catalogue, Checked, Circumstances, Form, Words
from documents.questions.conditions import holds
from documents.wording import wording
from sud import journal
from sud.access import Action, Actor, visible
from sud.cases.handing import hand_in as into_case
from sud.errors import CourtError, Refusal
from sud.filings import service as filings
from sud.filings.service import PersonFacts, Where
from sud.models import (
    BlankDraft,
    Case,
    Category,
    Document,
    Filing,
    FormGround,
    Person,
    PersonKind,
    TimeLimit,
)
from sud.outside import Outside, local_day
from sud.registry import service as registry
from sud.treasury import service as treasury
from sud.treasury.duty import Sheet
from sud.uploads.service import Sent

FORMS: Final = Path(__file__).parents[2] / "schemas" / "forms"
MOST_DRAFTS: Final = 50
KEPT_FOR: Final = "blank_draft"
"""The time limit, in the reference data, after which untouched answers are forgotten."""
EXAMPLES: Final = (10_000_00, 100_000_00, 1_000_000_00)
"""Prices in tyiyn for which the catalogue shows what a claim costs."""


@cache
def catalogue() -> Catalogue:
    """Return every form there is; the files are read once for a process."""
    return questions.read_catalogue(FORMS)


# ------------------------------------------------------------------ what a form costs and takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What the archive's law says of a form on a day."""

    limits: Sequence[TimeLimit]
    duties: Sequence[Sheet]
    """For claims: the duty, for each of `EXAMPLES` where it depends on the price."""
    ground: FormGround | None


def guide(session: Session, form: Form, *, on: date) -> Guide:
    """Return limits, duty and ground of a form; what the archive does not know is left out."""
    return Guide(
        limits=_limits(session, form, on),
        duties=_duties(session, form, on),
        ground=ground_on(session, form, on),
    )


def ground_on(session: Session, form: Form, on: date) -> FormGround | None:
    """Return what the law of a day says of a form."""
    return session.scalars(
        select(FormGround)
        .where(FormGround.form == form.name, FormGround.valid_from <= on)
        .where(FormGround.valid_to.is_(None) | (FormGround.valid_to >= on))
        .order_by(FormGround.valid_from.desc())
    ).first()


def set_ground(
    session: Session,
    actor: Actor,
    form: Form,
    *,
    names: Mapping[str, str],
    sources: Mapping[str, str],
    valid_from: date,
    now: datetime,
) -> FormGround:
    """Enter what the law says of a form from a day on, or correct what was entered for it."""
    row = session.scalars(
        select(FormGround).where(FormGround.form == form.name, FormGround.valid_from == valid_from)
    ).one_or_none() or FormGround(form=form.name, valid_from=valid_from)
    row.name_ky, row.name_ru, row.name_en = names["ky"], names["ru"], names["en"]
    row.say_by_hand(sources)
    session.add(row)
    journal.record(session, actor, Action.REFERENCE_EDIT, row, now=now, form=form.name)
    return row


def _limits(session: Session, form: Form, on: date) -> list[TimeLimit]:
    found: list[TimeLimit] = []
    for code in form.limits:
        try:
            found.append(registry.limit_on(session, code, on))
        except CourtError as error:
            if error.code is not Refusal.NO_TIME_LIMIT:
                raise
    return found


def _duties(session: Session, form: Form, on: date) -> list[Sheet]:
    if form.duty != "category":
        return []
    category = registry.category_by_code(session, form.categories[-1][1])
    if category is None:
        return []
    priced = treasury.needs_price(session, category, on)
    prices: Sequence[int | None] = EXAMPLES if priced else (None,)
    return [sheet for price in prices if (sheet := _duty(session, category, price, on)) is not None]


def _duty(session: Session, category: Category, price: int | None, on: date) -> Sheet | None:
    try:
        return treasury.duty_for(session, category, price, on)
    except CourtError as error:
        if error.code is not Refusal.NO_DUTY_RATE:
            raise
        return None


def duty_of(session: Session, form: Form, values: Mapping[str, Any], *, on: date) -> Sheet | None:
    """Reckon the duty of a claim as it is filled in; None where the form or the law names none."""
    category = category_of(session, form, values)
    return _duty(session, category, price_of(form, values), on) if category else None


def category_of(session: Session, form: Form, values: Mapping[str, Any]) -> Category | None:
    """Return the category of the case that these answers begin."""
    for condition, code in form.categories:
        if holds(condition, values):
            return registry.category_by_code(session, code)
    return None


def price_of(form: Form, values: Mapping[str, Any]) -> int | None:
    """Return the price of the claim in tyiyn, where the form asks for one."""
    return values.get(form.paper.price) if form.paper.price else None


# ------------------------------------------------------------------ answers and the paper


def circumstances(session: Session, *, on: date) -> Circumstances:
    """Return what answers are checked against."""
    courts = {one.code: one.kind.value for one in registry.courts_open_on(session, on)}
    return Circumstances(today=on, courts=courts)


def checked(session: Session, form: Form, answers: Mapping[str, Any], *, now: datetime) -> Checked:
    """Check all answers to a form."""
    return questions.checked(form, answers, circumstances(session, on=local_day(now)))


def paper_of(
    session: Session, form: Form, values: Mapping[str, Any], *, language: str, now: datetime
) -> Application:
    """Write the paper of checked answers."""
    on = local_day(now)
    return questions.written(
        form, values, language=language, courts=_named_courts(session, on), made=now, day=on
    )


def printed(paper: Application) -> bytes:
    """Return a paper as PDF."""
    return application(paper).pdf


@lru_cache(maxsize=64)
def empty_paper(name: str, language: str, made: datetime) -> bytes:
    """Return a form to be filled in by hand, as PDF; LookupError for an unknown one."""
    form = catalogue().form(name)
    if form is None:
        raise LookupError(name)
    return empty_form(questions.empty(form, language=language, made=made)).pdf


def _named_courts(session: Session, on: date) -> Mapping[str, Words]:
    return {
        one.code: {lang: one.name(lang) for lang in questions.LANGUAGES}
        for one in registry.courts_open_on(session, on)
    }


def known_of(session: Session, actor: Actor, form: Form) -> dict[str, Any]:
    """Return what the account knows as answers: nobody types his own name twice."""
    person = filings.person_of(session, actor) if actor.signed_in else None
    if person is None:
        return {}
    known = {
        "kind": person.kind.value,
        **{
            name: value
            for name in ("surname", "given_name", "patronymic", "organisation", "address")
            if (value := getattr(person, name))
        },
        **{name: value for name in ("pin", "phone", "email") if (value := getattr(person, name))},
    }
    return {
        question.name: dict(known)
        for question in form.questions
        if question.prefilled and _may_be(question, person)
    }


def _may_be(question: questions.Question, person: Person) -> bool:
    """Whether the question is also for organisations, where the account is one's."""
    named = "organisation" if person.kind is PersonKind.LEGAL else "surname"
    return any(part.name == named for part in question.questions)


# ------------------------------------------------------------------ drafts


def start(
    session: Session, actor: Actor, form: Form, *, language: str, now: datetime
) -> BlankDraft:
    """Begin to keep answers to a form; what the account knows is answered already."""
    if len(drafts_of(session, actor)) >= MOST_DRAFTS:
        raise CourtError(Refusal.TOO_MANY_DRAFTS, most=MOST_DRAFTS)
    draft = BlankDraft(
        user_id=actor.user_id,
        form=form.name,
        form_version=form.version,
        language=language,
        answers=known_of(session, actor, form),
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    journal.record(session, actor, Action.BLANK_KEEP, draft, now=now, form=form.name)
    session.refresh(draft)
    return draft


def keep(session: Session, draft: BlankDraft, answers: Mapping[str, Any], *, now: datetime) -> None:
    """Keep the answers of one step; what has been answered again needs no telling any more."""
    draft.answers = merged(draft.answers, answers)
    draft.again = [name for name in draft.again if name not in answers]
    draft.changed_at = now
    session.flush()


def merged(before: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return earlier answers with those of a step; what was left empty there is gone."""
    every = {**before, **answers}
    return {name: answer for name, answer in every.items() if answer not in (None, "", [], {})}


def write_in(session: Session, draft: BlankDraft, language: str, *, now: datetime) -> None:
    """Choose the language of the paper."""
    draft.language, draft.changed_at = language, now
    session.flush()


def bring_up_to_date(session: Session, draft: BlankDraft) -> Form:
    """Return the draft's form in its newest version, its answers carried over to that."""
    newest = catalogue().form(draft.form)
    old = catalogue().form(draft.form, draft.form_version)
    if newest is None or old is None:
        raise CourtError(Refusal.NOT_NOW)
    if newest.version != old.version:
        moved = questions.carried(draft.answers, old, newest)
        draft.answers, draft.form_version = moved.answers, newest.version
        draft.again = [*draft.again, *(question.name for question in moved.again)]
        session.flush()
    return newest


def remove(session: Session, actor: Actor, draft: BlankDraft, *, now: datetime) -> None:
    """Forget the answers at once."""
    session.delete(draft)
    journal.record(session, actor, Action.BLANK_EDIT, draft, now=now, change="removed")


def draft_of_url(session: Session, actor: Actor, key: UUID, **_rest: object) -> BlankDraft | None:
    """Return the draft of an address if it is the actor's own."""
    query = visible(select(BlankDraft).where(BlankDraft.key == key), actor)
    return session.scalars(query).one_or_none()


def drafts_of(session: Session, actor: Actor) -> Sequence[BlankDraft]:
    """Return the actor's own drafts, the one he worked on last first."""
    own = visible(select(BlankDraft), actor)
    return session.scalars(own.order_by(BlankDraft.changed_at.desc(), BlankDraft.id)).all()


def forgotten_on(session: Session, draft: BlankDraft) -> date | None:
    """Return until when an untouched draft is kept; None where the archive sets no limit."""
    try:
        return registry.deadline(session, KEPT_FOR, local_day(draft.changed_at)).due
    except CourtError as error:
        if error.code is not Refusal.NO_TIME_LIMIT:
            raise
        return None


def forget_expired(session: Session, actor: Actor, *, now: datetime) -> int:
    """Delete the drafts that nobody went on with; return how many there were."""
    today = local_day(now)
    oldest = session.scalars(select(BlankDraft).order_by(BlankDraft.changed_at)).yield_per(100)
    expired = list(takewhile(lambda draft: _is_over(session, draft, today), oldest))
    for draft in expired:
        session.delete(draft)
    if expired:
        journal.record(session, actor, Action.BLANK_FORGET, None, now=now, forgotten=len(expired))
    return len(expired)


def _is_over(session: Session, draft: BlankDraft, today: date) -> bool:
    until = forgotten_on(session, draft)
    return until is not None and until < today


# ------------------------------------------------------------------ into the court


def begin_filing(
    session: Session,
    actor: Actor,
    draft: BlankDraft,
    *,
    outside: Outside,
    limit: int,
    now: datetime,
) -> Filing:
    """Begin a claim from a finished paper: court, parties, price and the paper itself.

    A second press leads to the claim that the first one began.
    """
    session.refresh(draft, with_for_update={"of": BlankDraft})
    if draft.filing is not None:
        return draft.filing
    form, values, paper = _finished(session, draft, now=now)
    court = registry.court_by_code(session, values.get(form.paper.court, ""))
    category = category_of(session, form, values)
    if form.goes != "claim" or court is None or category is None:
        raise CourtError(Refusal.NOT_NOW)
    where = Where(court=court, category=category, language=draft.language)
    filing = filings.start(session, actor, where, now=now)
    filings.name_me(session, actor, filing, person_facts(values[form.paper.signer]), now=now)
    for side in form.paper.sides:
        if side.of != form.paper.signer and side.of in values:
            found = values[side.of]
            for one in found if isinstance(found, list) else [found]:
                filings.name_respondent(session, actor, filing, person_facts(one), now=now)
    price = price_of(form, values)
    filings.write_claim(session, actor, filing, price=price, text=_text_of(paper), now=now)
    upload = Sent(stream=io.BytesIO(printed(paper)), name=file_name(form, draft.language))
    filings.attach(session, actor, filing, [upload], outside=outside, limit=limit, now=now)
    draft.filing, draft.handed_at = filing, now
    return filing


def hand_in(
    session: Session,
    actor: Actor,
    draft: BlankDraft,
    case: Case,
    *,
    outside: Outside,
    limit: int,
    now: datetime,
) -> Document:
    """Put a finished paper into a case in which the actor takes part."""
    form, _values, paper = _finished(session, draft, now=now)
    if form.goes != "case" or case.id not in actor.party_to:
        raise CourtError(Refusal.NOT_NOW)
    upload = Sent(stream=io.BytesIO(printed(paper)), name=file_name(form, draft.language))
    document = into_case(session, actor, case, upload, outside=outside, limit=limit, now=now)
    draft.handed_at = now
    return document


def own_cases(session: Session, actor: Actor) -> Sequence[Case]:
    """Return the cases in which the actor takes part, the newest first."""
    mine = visible(select(Case), actor).where(Case.id.in_(actor.party_to))
    return session.scalars(mine.order_by(Case.registered_at.desc(), Case.id.desc())).all()


def person_facts(answers: Mapping[str, Any]) -> PersonFacts:
    """Return a group of answers as a filing describes a person."""
    legal = bool(answers.get("organisation"))
    return PersonFacts(
        kind=PersonKind.LEGAL if legal else PersonKind.NATURAL,
        surname=answers.get("surname", ""),
        given_name=answers.get("given_name", ""),
        patronymic=answers.get("patronymic", ""),
        organisation=answers.get("organisation", ""),
        pin=answers.get("pin"),
        address=answers.get("address", ""),
        phone=answers.get("phone", ""),
        email=answers.get("email", ""),
    )


def _text_of(paper: Application) -> str:
    """Return what the paper says between its head and its enclosures, as plain text."""
    demands = wording(paper.language).word("application", "requests").capitalize()
    numbered = (f"{place}. {request}" for place, request in enumerate(paper.requests, 1))
    return "\n\n".join((*paper.paragraphs, f"{demands}:", *numbered))


def file_name(form: Form, language: str) -> str:
    """Return the name of the paper's file: what it is, never whose."""
    return f"{form.title[language]}.pdf"


def _finished(
    session: Session, draft: BlankDraft, *, now: datetime
) -> tuple[Form, dict[str, Any], Application]:
    """Return the form, the right answers and the paper; refuse what is not answered whole."""
    form = bring_up_to_date(session, draft)
    found = checked(session, form, draft.answers, now=now)
    if found.faults or draft.again:
        raise CourtError(Refusal.BLANK_INCOMPLETE)
    paper = paper_of(session, form, found.values, language=draft.language, now=now)
    return form, found.values, paper
