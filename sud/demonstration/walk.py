"""Walks the stories through the house: each step is the verb of a room, by whoever may do it."""

import dataclasses
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import Actor
from sud.acts import service as acts
from sud.cases import service as cases
from sud.config import Config
from sud.demonstration import halls, papers, publishing, staff
from sud.demonstration.people import Invented
from sud.demonstration.plan import DAYS, Does, Plan, Step, Story, moment, written_day
from sud.errors import CourtError, Refusal
from sud.filings import service as filings
from sud.hearings import service as hearings
from sud.models import (
    Act,
    ActKind,
    ActOutcome,
    ActPart,
    Case,
    Category,
    Court,
    Filing,
    Hearing,
    HearingPurpose,
    HearingState,
    Judge,
    PersonKind,
    Publication,
    Recusal,
    RecusalGround,
    ReturnReason,
    SeparateReason,
    User,
)
from sud.outside import BISHKEK, Outside
from sud.publication import service as publication
from sud.recusals import service as recusals
from sud.refiling import marking
from sud.refiling import service as refiling
from sud.registry import service as registry
from sud.uploads.service import Sent

NAMESPACE: Final = uuid.UUID("6d1f7a52-5f0e-4a53-9a0e-0f3b8a7a9f10")
SLOTS: Final = tuple(time(hour, minute) for hour in range(9, 16) for minute in (0, 40))
SITTING_MINUTES: Final = 40
PRINTED: Final = 6
_BUSY: Final = {Refusal.JUDGE_BUSY, Refusal.ROOM_BUSY}
_OUTCOMES: Final = {
    "satisfied": ActOutcome.SATISFIED,
    "partly": ActOutcome.PARTLY_SATISFIED,
    "refused": ActOutcome.REFUSED,
}
_NOTES: Final[dict[str, dict[str, str]]] = {
    "ky": {
        ReturnReason.PAPER_MISSING: "Келишимдин көчүрмөсү тиркелген эмес.",
        ReturnReason.PARTY_UNCLEAR: "Жоопкердин дареги толук көрсөтүлгөн эмес.",
        ReturnReason.DUTY_UNPAID: "Мамлекеттик алымдын төлөнгөнү тастыкталган эмес.",
        "cancelled": "Жоопкер өз убагында кабарланган эмес.",
        "moved": "Тараптын өтүнүчү боюнча.",
        "recused": "Доогер менен мурдатан таанышмын, ошондуктан өзүмдү өзүм четтетем.",
        "challenged": "Судья жоопкер менен бир айылдан, алар жакшы тааныш.",
        "order": "Четтетүү жөнүндө аныктама",
        "paper": "Доо арыз",
        "fictional": "ОЙДОН ЧЫГАРЫЛГАН. Бул кагаздагы адамдар жана окуялар жашоодо жок.",
        "watermark": "ОЙДОН ЧЫККАН",
    },
    "ru": {
        ReturnReason.PAPER_MISSING: "Не приложена копия договора.",
        ReturnReason.PARTY_UNCLEAR: "Адрес ответчика указан неполно.",
        ReturnReason.DUTY_UNPAID: "Уплата государственной пошлины не подтверждена.",
        "cancelled": "Ответчик не был своевременно извещён.",
        "moved": "По ходатайству стороны.",
        "recused": "Я давно знаком с истцом и потому заявляю самоотвод.",
        "challenged": "Судья родом из одного села с ответчиком, они хорошо знакомы.",
        "order": "Определение об отводе",
        "paper": "Исковое заявление",
        "fictional": "ВЫМЫСЕЛ. Людей и событий, названных в этой бумаге, не существует.",
        "watermark": "ВЫМЫСЕЛ",
    },
}
_REASONS: Final = (
    ReturnReason.PAPER_MISSING,
    ReturnReason.PARTY_UNCLEAR,
    ReturnReason.DUTY_UNPAID,
)


@dataclass(slots=True)
class Walk:
    """One transaction's walk."""

    session: Session
    outside: Outside
    config: Config
    plan: Plan
    actors: dict[str, Actor]
    """Whoever has acted before, in this walk or an earlier one."""

    def do(self, step: Step) -> None:
        """Do one step as if it were then."""
        story = self.plan.stories[step.story]
        now = moment(self.plan.days[step.day], step.at, story.number, BISHKEK)
        _STEPS[step.does](self, story, step, now)

    def at(self, now: datetime) -> Outside:
        """The world outside with its clock set back."""
        return dataclasses.replace(self.outside, now=lambda: now)

    def actor(self, login: str, now: datetime) -> Actor:
        if login not in self.actors:
            self.actors[login] = staff.actor_named(self.session, login, now=now)
        return self.actors[login]

    def filer(self, story: Story, now: datetime) -> Actor:
        login = staff.filer_login(story.filer, len(self.plan.organisations))
        return self.actor(login, now)

    def clerk(self, story: Story, now: datetime) -> Actor:
        number = story.number % staff.CLERKS + 1
        return self.actor(f"clerk{number}.{staff.BENCHES[story.court].short}", now)

    def colleague(self, story: Story, now: datetime) -> Actor:
        """Return the other clerk of the court: he reads what one should not decide alone."""
        number = (story.number + 1) % staff.CLERKS + 1
        return self.actor(f"clerk{number}.{staff.BENCHES[story.court].short}", now)

    def judge(self, judge: Judge, now: datetime) -> Actor:
        login = self.session.scalars(select(User.login).where(User.id == judge.user_id)).one()
        return self.actor(login, now)

    def filing(self, story: Story) -> Filing:
        query = select(Filing).where(Filing.key == key_of(story))
        return self.session.scalars(query).one()

    def case(self, story: Story) -> tuple[Case, Judge]:
        case = self.filing(story).case
        if case is None or case.judge is None:
            raise LookupError(f"story {story.number} has no judge yet")
        return case, case.judge

    def standing_hearing(self, case: Case) -> Hearing:
        return self.session.scalars(
            select(Hearing).where(
                Hearing.case_id == case.id, Hearing.state == HearingState.SCHEDULED
            )
        ).one()

    def act(self, story: Story) -> Act:
        case, _judge = self.case(story)
        return self.session.scalars(select(Act).where(Act.case_id == case.id)).one()


def key_of(story: Story) -> uuid.UUID:
    """How a story finds its filing again after a restart."""
    return uuid.uuid5(NAMESPACE, str(story.number))


# ------------------------------------------------------------------ filing and deciding on it


def _file(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    session, actor = walk.session, walk.filer(story, now)
    court = registry.court_by_code(session, story.court)
    category = session.get_one(Category, story.category)
    if court is None:
        raise LookupError(story.court)
    where = filings.Where(court=court, category=category, language=story.language)
    filing = filings.start(session, actor, where, now=now)
    filing.key, filing.fictional = key_of(story), True
    session.flush()
    for verb, who in (
        (filings.name_me, story.plaintiff),
        (filings.name_respondent, story.respondent),
    ):
        verb(session, actor, filing, _facts(who), now=now).person.fictional = True
    filings.write_claim(
        session, actor, filing, price=story.price, text=story.words("claim"), now=now
    )
    filings.attach(
        session,
        actor,
        filing,
        [_claim_paper(story, court, now)],
        outside=walk.outside,
        limit=walk.config.upload_limit_bytes,
        now=now,
    )


def _submit(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    filings.submit(
        walk.session,
        walk.filer(story, now),
        walk.filing(story),
        defer=walk.outside.defer,
        now=now,
    )


def _send_back(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    reason = _REASONS[story.number % len(_REASONS)]
    filings.send_back(
        walk.session,
        walk.clerk(story, now),
        walk.filing(story),
        reason=reason,
        note=_NOTES[story.language][reason],
        defer=walk.outside.defer,
        now=now,
    )


def _accept_filing(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    outside, filing = walk.at(now), walk.filing(story)
    found = marking.candidates(walk.session, filing, secret=outside.secret, now=now)
    alike = next((one.case for one in found if one.case), None)
    # The few names of the demonstration meet by chance: other people, other claims.
    choice = refiling.Choice(earlier=alike.key, reason=SeparateReason.NAMESAKE) if alike else None
    filings.accept(
        walk.session, walk.clerk(story, now), filing, outside=outside, now=now, choice=choice
    )


# ------------------------------------------------------------------ before the judge


def _accept_case(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    cases.accept(walk.session, walk.judge(judge, now), case, now=now)


def _recuse(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    recusal = _ask(walk, story, walk.judge(judge, now), "recused", now)
    recusals.rule(
        walk.session,
        walk.judge(judge, now),
        recusal,
        granted=True,
        reasons=_NOTES[story.language]["recused"],
        order=_order_paper(story, case.court, now),
        outside=walk.at(now),
        limit=walk.config.upload_limit_bytes,
        now=now,
    )


def _challenge(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    _ask(walk, story, walk.filer(story, now), "challenged", now)


def _ask(walk: Walk, story: Story, actor: Actor, words: str, now: datetime) -> Recusal:
    case, judge = walk.case(story)
    return recusals.request(
        walk.session,
        actor,
        case,
        judge=judge,
        ground=walk.session.get_one(RecusalGround, "doubt"),
        reasons=_NOTES[story.language][words],
        outside=walk.at(now),
        limit=walk.config.upload_limit_bytes,
        now=now,
    )


def _set_hearing(walk: Walk, story: Story, step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    actor = walk.judge(judge, now)

    def enter(sitting: hearings.Sitting) -> None:
        hearings.set_hearing(walk.session, actor, case, sitting, defer=walk.outside.defer, now=now)

    _first_free(walk, story, case, step, enter)


def _move_hearing(walk: Walk, story: Story, step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    actor, hearing = walk.judge(judge, now), walk.standing_hearing(case)

    def enter(sitting: hearings.Sitting) -> None:
        hearings.move(
            walk.session,
            actor,
            hearing,
            sitting,
            reason=_NOTES[story.language]["moved"],
            defer=walk.outside.defer,
            now=now,
        )

    _first_free(walk, story, case, step, enter)


def _first_free(
    walk: Walk,
    story: Story,
    case: Case,
    step: Step,
    enter: Callable[[hearings.Sitting], None],
) -> None:
    """Try days, and the hours and rooms of each in an order of the story's own, until one is free.

    A judge who is away hears it before his absence; what lies ahead may also come after it.
    """
    rooms = registry.courtrooms_of(walk.session, case.court)
    places = [(slot, room) for slot in SLOTS for room in rooms]
    earlier = range(step.hearing_day - 1, step.day, -1)
    later = range(step.hearing_day + 1, len(walk.plan.days)) if step.hearing_day >= DAYS else ()
    for day in (step.hearing_day, *earlier, *later):
        for number in range(len(places)):
            slot, room = places[(number * 7 + story.number * 3) % len(places)]
            sitting = hearings.Sitting(
                day=walk.plan.days[day],
                begins=slot,
                minutes=SITTING_MINUTES,
                courtroom=room,
                purpose=HearingPurpose.MERITS,
            )
            try:
                with walk.session.begin_nested():
                    enter(sitting)
            except CourtError as error:
                if error.code is Refusal.JUDGE_ABSENT:
                    break
                if error.code not in _BUSY:
                    raise
            else:
                return
    raise LookupError(f"no free hour on day {step.hearing_day} for story {story.number}")


def _cancel_hearing(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    hearings.cancel(
        walk.session,
        walk.judge(judge, now),
        walk.standing_hearing(case),
        reason=_NOTES[story.language]["cancelled"],
        defer=walk.outside.defer,
        now=now,
    )


def _hold_hearing(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    hearing = walk.standing_hearing(case)
    hearings.hold(walk.session, walk.judge(judge, now), hearing, now=now)
    clerk = walk.clerk(story, now)
    halls.account(walk.session, clerk, hearing, language=story.language, now=now)


# ------------------------------------------------------------------ the act and its public text


def _issue(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    case, judge = walk.case(story)
    actor = walk.judge(judge, now)
    kind = walk.session.get_one(ActKind, "decision")
    act = acts.begin(walk.session, actor, case, kind, now=now)
    text = acts.Text(
        outcome=_OUTCOMES[story.outcome],
        parts={
            ActPart.INTRODUCTORY: _introduction(story, act.introductory),
            ActPart.DESCRIPTIVE: story.words("facts"),
            ActPart.REASONING: story.words("reasons"),
            ActPart.OPERATIVE: story.words(story.outcome),
        },
    )
    acts.save(walk.session, actor, act, text, now=now)
    acts.issue(walk.session, actor, act, outside=walk.at(now), now=now)


def _introduction(story: Story, begun: str) -> str:
    """Take up the words with which every act begins, and say whose dispute it is."""
    plaintiff, respondent = story.plaintiff.full_name, story.respondent.full_name
    names = ("доогер", "жоопкер") if story.language == "ky" else ("истец", "ответчик")
    return f"{begun} {names[0]}: {plaintiff}, {names[1]}: {respondent}, {story.subject}"


def _prepare(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    publication.prepare(walk.session, walk.clerk(story, now), walk.act(story), now=now)


def _publish(walk: Walk, story: Story, _step: Step, now: datetime) -> None:
    query = select(Publication).where(Publication.act_id == walk.act(story).id)
    readers = (walk.clerk(story, now), walk.colleague(story, now))
    publishing.read(walk.session, readers, walk.session.scalars(query).one(), outside=walk.at(now))


# ------------------------------------------------------------------ papers


def _facts(who: Invented) -> filings.PersonFacts:
    return filings.PersonFacts(
        kind=PersonKind.LEGAL if who.organisation else PersonKind.NATURAL,
        surname=who.surname,
        given_name=who.given_name,
        patronymic=who.patronymic,
        organisation=who.organisation,
        pin=who.pin,
        address=who.address,
        phone=who.phone,
    )


def _order_paper(story: Story, court: Court, now: datetime) -> Sent:
    """The order of a judge who leaves."""
    words = _NOTES[story.language]
    printed = papers.as_pdf(
        (
            court.name(story.language),
            words["order"],
            words["recused"],
            written_day(now.date(), story.language),
            words["fictional"],
        ),
        title=words["order"],
        author=court.name(story.language),
        language=story.language,
        watermark=words["watermark"],
        made=now,
    )
    return Sent(stream=io.BytesIO(printed), name=f"{words['order']}.pdf")


def _claim_paper(story: Story, court: Court, now: datetime) -> Sent:
    """The claim as the party brings it; one in PRINTED is a PDF, the others are Word files."""
    words = _NOTES[story.language]
    lines = (
        court.name(story.language),
        story.plaintiff.full_name,
        story.plaintiff.address,
        story.respondent.full_name,
        story.respondent.address,
        words["paper"],
        story.words("claim"),
        written_day(now.date(), story.language),
        words["fictional"],
    )
    if story.number % PRINTED:
        return Sent(stream=io.BytesIO(papers.as_word(lines)), name=f"{words['paper']}.docx")
    printed = papers.as_pdf(
        lines,
        title=words["paper"],
        author=story.plaintiff.full_name,
        language=story.language,
        watermark=words["watermark"],
        made=now,
    )
    return Sent(stream=io.BytesIO(printed), name=f"{words['paper']}.pdf")


_STEPS: Final[dict[Does, Callable[[Walk, Story, Step, datetime], Any]]] = {
    Does.FILE: _file,
    Does.SUBMIT: _submit,
    Does.SUBMIT_AGAIN: _submit,
    Does.SEND_BACK: _send_back,
    Does.ACCEPT_FILING: _accept_filing,
    Does.RECUSE: _recuse,
    Does.ACCEPT_CASE: _accept_case,
    Does.CHALLENGE: _challenge,
    Does.SET_HEARING: _set_hearing,
    Does.MOVE_HEARING: _move_hearing,
    Does.CANCEL_HEARING: _cancel_hearing,
    Does.HOLD_HEARING: _hold_hearing,
    Does.ISSUE: _issue,
    Does.PREPARE: _prepare,
    Does.PUBLISH: _publish,
}
