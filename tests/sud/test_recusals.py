"""Recusals: asked for, ruled on, carried out with the next draw; who is barred is never drawn."""

import io
import re
import threading
import uuid
from datetime import date, timedelta

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from assignment.canon import parse
from assignment.verify import verify
from sud.access import SYSTEM, Action
from sud.accounts.service import actor_of
from sud.allocation import log
from sud.allocation import service as allocation
from sud.cases import service as cases
from sud.db import unit
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceReason,
    Act,
    Case,
    CaseState,
    Confidence,
    CourtLevel,
    DeclaredTie,
    DrawSeat,
    Filing,
    FilingParty,
    FilingState,
    Hearing,
    HearingState,
    Initiative,
    JournalLine,
    Notice,
    NoticeKind,
    PersonKind,
    PortfolioGround,
    Recusal,
    RecusalGround,
    RecusalRule,
    RecusalState,
    Redistribution,
    RelationKind,
    RoleCode,
    RuledBy,
    TieAnswer,
    TieKind,
    TieQuestion,
    TimeLimit,
    User,
)
from sud.recusals import earlier, jobs, portfolio, reading, service, ties
from sud.registry.reference import read_reference
from sud.uploads.service import Sent
from tests.builders import START, Make
from tests.contributors import Contributors
from tests.sud.journalled import journalled

REFERENCE = read_reference()
LIMIT = 1_000_000
SECRET = b"only for tests"


def pdf() -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "gray").save(out, "PNG")
    return out.getvalue()


def order(name="order.pdf", content=None) -> Sent:
    return Sent(stream=io.BytesIO(pdf() if content is None else content), name=name)


def load_law(session) -> None:
    """The grounds, the rulers and the limit as the reference files have them."""
    for place, row in enumerate(REFERENCE.recusal_grounds):
        session.add(
            RecusalGround(
                code=row.code,
                drop=row.drop,
                by_party=row.by_party,
                by_judge=row.by_judge,
                ordinal=place,
                name_ky=row.ky,
                name_ru=row.ru,
                name_en=row.en,
                valid_from=START,
            )
        )
    for row in REFERENCE.recusal_rules:
        session.add(
            RecusalRule(
                kind_code=row.kind,
                initiative=Initiative(row.initiative),
                panel=row.panel,
                ruled_by=RuledBy(row.ruled_by),
                valid_from=START,
            )
        )
    limit = next(row for row in REFERENCE.limits if row.code == "recusal_ruling")
    session.add(
        TimeLimit(
            code=limit.code,
            amount=limit.amount,
            unit=limit.unit,
            name_ky=limit.ky,
            name_ru=limit.ru,
            name_en=limit.en,
            valid_from=START,
            confidence=Confidence.LOW,
        )
    )
    session.flush()


@pytest.fixture
def law(session) -> None:
    load_law(session)


@pytest.fixture
def case(make: Make, law) -> Case:
    """A case in preparation before a judge."""
    return make.case(judge=make.judge())


def who(session, user, now):
    return actor_of(session, user, now)


def ask(session, user, case, outside, *, ground="doubt", judge=None, **facts) -> Recusal:
    now = outside.now()
    return service.request(
        session,
        who(session, user, now),
        case,
        judge=judge or case.judge,
        ground=session.get_one(RecusalGround, ground),
        reasons=facts.pop("reasons", "Судья – жоопкердин тууганы."),
        outside=outside,
        limit=LIMIT,
        now=now,
        **facts,
    )


def decide(session, user, recusal, outside, *, granted=True, **facts) -> None:
    now = outside.now()
    service.rule(
        session,
        who(session, user, now),
        recusal,
        granted=granted,
        reasons="Негиздүү.",
        order=facts.pop("order", order()),
        outside=outside,
        limit=LIMIT,
        now=now,
    )


def entries(session, kind=None):
    found = [parse(line) for line in log.lines(session, 0)]
    return [one for one in found if kind in (None, one["type"])]


def true_log(session, contributors) -> None:
    lines = list(log.lines(session, 0))
    assert verify(lines, contributors.published.trust()).findings == []


@pytest.fixture
def bench(make, contributors, law):
    """Five judges of the court who can be drawn."""
    judges = [make.judge() for _ in range(5)]
    contributors.roster(*judges)
    return judges


@pytest.fixture
def drawn(session, make, contributors, bench) -> Case:
    """A case with its judge by the draw, taken into proceedings."""
    case = make.case()
    make.party(case)
    make.party(case, "respondent")
    contributors.enter(case)
    contributors.draw()
    session.refresh(case)
    cases.accept(session, SYSTEM, case, now=make.now())
    return case


def plaintiff_of(session, case) -> User:
    one = next(one for one in cases.people_of(session, case) if one.role_code == "plaintiff")
    return session.get_one(User, one.user_id)


# ------------------------------------------------------------------ asked for


def test_a_party_asks_and_the_law_says_who_rules(session, make, case, outside):
    recusal = ask(session, make.party(case), case, outside, paper=order("photo of a feast.pdf"))
    assert (recusal.initiative, recusal.ruled_by) == (Initiative.PARTY, RuledBy.JUDGE)
    assert recusal.due == date(2026, 11, 26)  # three working days after a Monday
    assert recusal.paper.case_id == case.id
    assert [one.media_type for one in cases.papers_of(session, case)] == ["application/pdf"]
    (line,) = journalled(session, Action.RECUSAL_REQUEST)
    assert line.case_id == case.id
    assert line.facts["change"] == "party"
    assert "тууган" not in str(line.facts)


@pytest.mark.parametrize(
    ("kind", "prefix", "expected"),
    [("criminal", "УД", RuledBy.CHAIR), ("offence", "КоП", RuledBy.CHAIR)],
)
def test_other_kinds_have_other_rulers(session, make, law, outside, kind, prefix, expected):
    make.kind(kind, prefix)
    case = make.case(judge=make.judge(), kind=make.kind(kind, prefix))
    assert ask(session, make.party(case), case, outside).ruled_by is expected


def test_the_same_ground_cannot_be_named_twice(session, make, case, outside):
    party = make.party(case)
    recusal = ask(session, party, case, outside)
    with pytest.raises(CourtError) as refused:
        ask(session, party, case, outside)
    assert refused.value.code is Refusal.RECUSAL_ASKED_BEFORE
    decide(session, make.judge_user(case.judge), recusal, outside, granted=False)
    with pytest.raises(CourtError) as refused:
        ask(session, party, case, outside)
    assert refused.value.code is Refusal.RECUSAL_ASKED_BEFORE
    ask(session, party, case, outside, ground="interest")
    ask(session, make.party(case, "respondent"), case, outside)


def test_not_after_the_decision(session, make, case, outside):
    party = make.party(case)
    case.state = CaseState.DECIDED
    with pytest.raises(CourtError) as refused:
        ask(session, party, case, outside)
    assert refused.value.code is Refusal.RECUSAL_TOO_LATE


def test_only_a_judge_who_sits_can_be_challenged(session, make, case, outside):
    with pytest.raises(CourtError) as refused:
        ask(session, make.party(case), case, outside, judge=make.judge())
    assert refused.value.code is Refusal.JUDGE_HAS_LEFT


def test_a_paper_that_is_none_is_refused_whole(session, make, case, outside):
    with pytest.raises(CourtError) as refused:
        ask(session, make.party(case), case, outside, paper=order("a.pdf", b"MZ nothing"))
    assert refused.value.code.value.startswith("file_")
    assert session.scalar(select(func.count()).select_from(Recusal)) == 0


# ------------------------------------------------------------------ ruled on


def test_refused_the_judge_stays(session, make, case, outside):
    judge = case.judge
    recusal = ask(session, make.party(case), case, outside)
    decide(session, make.judge_user(judge), recusal, outside, granted=False)
    assert recusal.state is RecusalState.REFUSED
    assert case.judge is judge
    assert recusal.order.sha256 == cases.papers_of(session, case)[-1].sha256
    with pytest.raises(CourtError) as refused:
        decide(session, make.judge_user(judge), recusal, outside)
    assert refused.value.code is Refusal.RECUSAL_SETTLED


def test_an_order_is_a_pdf(session, make, case, outside):
    recusal = ask(session, make.party(case), case, outside)
    judge = make.judge_user(case.judge)
    bad = {None: Refusal.ORDER_MISSING, order("order.png", photo()): Refusal.FILE_NOT_PDF}
    for paper, code in bad.items():
        with pytest.raises(CourtError) as refused:
            decide(session, judge, recusal, outside, order=paper)
        assert refused.value.code is code
    assert recusal.state is RecusalState.WAITING


def test_a_ruling_is_never_changed(session, make, case, outside):
    recusal = ask(session, make.party(case), case, outside)
    decide(session, make.judge_user(case.judge), recusal, outside, granted=False)
    session.flush()
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE recusals SET state = 'granted'"))


def test_granted_another_judge_is_drawn(session, make, contributors, drawn, outside, time):
    first = drawn.judge
    hearing = make.hearing(drawn)
    drawn.state = CaseState.SCHEDULED
    session.add(
        Act(case=drawn, kind=make.act_kind(), judge=first, language="ky", created_at=time())
    )
    recusal = ask(session, plaintiff_of(session, drawn), drawn, outside)
    decide(session, make.judge_user(first), recusal, outside)
    assert hearing.state is HearingState.CANCELLED
    assert (drawn.judge, drawn.state) == (None, CaseState.REGISTERED)
    kinds = set(session.scalars(select(Notice.kind)))
    assert {NoticeKind.HEARING_CANCELLED, NoticeKind.JUDGE_LEFT} <= kinds
    assert session.scalars(select(Act).where(Act.case_id == drawn.id)).all() == []
    dropout = entries(session, "dropout")
    assert [(one["judge"], one["ground"]) for one in dropout] == [(first.code, "recusal")]
    assert recusal.order.sha256 not in str(entries(session))
    time.now += timedelta(hours=5)
    contributors.draw()
    session.refresh(drawn)
    assert drawn.judge is not None
    assert drawn.judge != first
    assert drawn.state is CaseState.DISTRIBUTED
    history = reading.served(session, drawn)
    assert [one.judge for one in history] == [first, drawn.judge]
    assert history[0].recusal is recusal
    assert history[0].until is not None
    assert history[1].until is None
    true_log(session, contributors)
    assert recusal.reasons not in str(entries(session))


def test_whoever_left_is_never_drawn_again(session, make, contributors, drawn, outside, time):
    left = []
    for ground in ("doubt", "interest"):
        judge = drawn.judge
        left.append(judge)
        recusal = ask(session, make.judge_user(judge), drawn, outside, ground=ground)
        assert recusal.initiative is Initiative.JUDGE
        decide(session, make.judge_user(judge), recusal, outside)
        time.now += timedelta(hours=5)
        contributors.draw()
        session.refresh(drawn)
        assert drawn.judge not in left
    true_log(session, contributors)
    assert [one.judge for one in reading.served(session, drawn)] == [*left, drawn.judge]


def test_other_requests_lapse_with_the_judge(session, make, drawn, outside):
    party = plaintiff_of(session, drawn)
    first = ask(session, party, drawn, outside)
    second = ask(session, party, drawn, outside, ground="interest")
    judge = make.judge_user(drawn.judge)
    decide(session, judge, first, outside)
    assert second.state is RecusalState.LAPSED
    with pytest.raises(CourtError) as refused:
        decide(session, judge, second, outside)
    assert refused.value.code is Refusal.RECUSAL_SETTLED


# ------------------------------------------------------------------ earlier cases


def higher(make, level=CourtLevel.APPEAL, code="BSK-APP", suffix="А9"):
    court = make.court(suffix, code)
    court.level = level
    return court


def later(make, time, **facts):
    time.now += timedelta(days=1)
    return make.case(**facts)


def barred(session, case):
    return {one.judge.code: one.ground for one in earlier.barred_from(session, case)}


def test_who_sat_below_is_barred_above(session, make, law, time):
    first = make.case(judge=make.judge())
    court = higher(make)
    appeal = later(make, time, court=court, judge=make.judge(court))
    service.relate(session, SYSTEM, appeal, first, RelationKind.APPEAL_OF, now=time())
    assert barred(session, appeal) == {first.judge.code: "other_instance"}
    supreme = higher(make, CourtLevel.CASSATION, "SUP", "В9")
    cassation = later(make, time, court=supreme)
    service.relate(session, SYSTEM, cassation, appeal, RelationKind.CASSATION_OF, now=time())
    assert barred(session, cassation) == {
        first.judge.code: "other_instance",
        appeal.judge.code: "other_instance",
    }
    again = later(make, time)
    service.relate(session, SYSTEM, again, first, RelationKind.REMANDED_FROM, now=time())
    # The court of appeal, which sent it back, is another instance of the same matter.
    assert barred(session, again) == {
        first.judge.code: "remand",
        appeal.judge.code: "other_instance",
    }


def test_a_second_appeal_may_go_to_the_same_judges(session, make, law, time):
    """Only other instances, and what a case itself continues, bar."""
    first = make.case(judge=make.judge())
    court = higher(make)
    appeal = later(make, time, court=court, judge=make.judge(court))
    again = later(make, time, judge=make.judge())
    second = later(make, time, court=court)
    for one, other, kind in (
        (appeal, first, RelationKind.APPEAL_OF),
        (again, first, RelationKind.REMANDED_FROM),
        (second, again, RelationKind.APPEAL_OF),
    ):
        service.relate(session, SYSTEM, one, other, kind, now=time())
    assert set(barred(session, second)) == {first.judge.code, again.judge.code}


def test_the_judge_of_the_control_never_tries_the_case(session, make, law, time):
    control = make.case(judge=make.judge())
    trial = later(make, time)
    service.relate(session, SYSTEM, trial, control, RelationKind.CONTROL_OF, now=time())
    assert barred(session, trial) == {control.judge.code: "pretrial"}
    akin = later(make, time)
    service.relate(session, SYSTEM, akin, control, RelationKind.RELATED, now=time())
    assert barred(session, akin) == {}


def test_a_case_continues_only_an_earlier_one_and_once(session, make, law, time):
    first = make.case(judge=make.judge())
    second = later(make, time)
    with pytest.raises(CourtError) as refused:
        service.relate(session, SYSTEM, first, second, RelationKind.APPEAL_OF, now=time())
    assert refused.value.code is Refusal.RELATION_BACKWARDS
    with pytest.raises(CourtError) as refused:
        service.relate(session, SYSTEM, first, first, RelationKind.APPEAL_OF, now=time())
    assert refused.value.code is Refusal.RELATION_BACKWARDS
    service.relate(session, SYSTEM, second, first, RelationKind.REMANDED_FROM, now=time())
    with pytest.raises(CourtError) as refused:
        service.relate(session, SYSTEM, second, first, RelationKind.RELATED, now=time())
    assert refused.value.code is Refusal.RELATION_STATED


def test_a_case_is_found_by_its_whole_number_only(session, make, law):
    case = make.case(judge=make.judge())
    assert earlier.case_numbered(session, f"  {case.number.lower()} ") is case
    for wrong in (str(case.seq), f"ГД-{case.seq}/26", "ГД-99999/26-Т5", "абракадабра"):
        with pytest.raises(CourtError) as refused:
            earlier.case_numbered(session, wrong)
        assert refused.value.code is Refusal.CASE_UNKNOWN


def test_the_barred_are_not_in_the_draw(session, make, contributors, bench, outside, time):
    first = make.case(judge=bench[0])
    again = later(make, time)
    service.relate(session, SYSTEM, again, first, RelationKind.REMANDED_FROM, now=time())
    excluded = service.exclusions_for(session, again, secret=SECRET)
    assert [(one.judge, one.ground) for one in excluded] == [(bench[0], "statutory")]
    allocation.enter(session, SYSTEM, again, now=time(), excluded=excluded)
    request = entries(session, "case")[-1]["request"]
    assert {judge for judge, _share in request["candidates"]} == {one.code for one in bench[1:]}
    logged = entries(session, "exclusion")
    assert [(one["judge"], one["class"]) for one in logged] == [(bench[0].code, "statutory")]
    time.now += timedelta(hours=5)
    contributors.draw()
    true_log(session, contributors)


def test_what_is_found_too_late_is_confirmed_by_the_chair(
    session, make, contributors, drawn, outside, time
):
    """The relation is stated after the draw: the system finds who is barred, the chair confirms."""
    chair = make.staff(RoleCode.CHAIR)
    judge = drawn.judge
    time.now -= timedelta(days=30)
    before = make.case(judge=judge)
    time.now += timedelta(days=30)
    service.relate(session, SYSTEM, drawn, before, RelationKind.REMANDED_FROM, now=time())
    recusal = session.scalars(select(Recusal)).one()
    assert (recusal.initiative, recusal.ruled_by) == (Initiative.SYSTEM, RuledBy.CHAIR)
    assert recusal.evidence["earlier"] == before.number
    assert service.find_barred(session, SYSTEM, drawn, now=time()) == []
    decide(session, chair, recusal, outside, order=None)
    assert [one["ground"] for one in entries(session, "dropout")] == ["statutory"]
    time.now += timedelta(hours=5)
    contributors.draw()
    session.refresh(drawn)
    assert drawn.judge not in (None, judge)
    true_log(session, contributors)


# ------------------------------------------------------------------ ties


@pytest.mark.parametrize(
    ("declared", "filed"),
    [
        ("Осмонов Бакыт Эркинович", "Осмонов Бакыт Эркинович"),
        ("бакыт осмонов", "Осмонов Бакыт"),
        ("Osmonov Bakyt", "Осмонов Бакыт Эркинович"),
        ("ОСМОНОВ БАКЫТ", "Осмонов Бакыт"),
        ("Нурбек уулу Азамат", "Нурбек Азамат"),
        ("Жумабекова Айгүл", "Джумабекова Айгул"),
    ],
)
def test_one_name_in_many_spellings(declared, filed):
    assert ties.name_key(declared) == ties.name_key(filed)
    assert ties.could_be_one(declared, filed)


def test_other_names_stay_apart():
    assert ties.name_key("Осмонов Бакыт") != ties.name_key("Осмонов Талант")
    assert not ties.could_be_one("Осмонов Бакыт Эркинович", "Осмонов Бакыт Талантович")


def declare(session, make, judge, time, **facts) -> DeclaredTie:
    given = {"name": "Осмонов Бакыт", "pin": None, "kind": TieKind.SIBLING}
    return ties.declare(
        session,
        who(session, make.judge_user(judge), time()),
        judge,
        **given | facts,
        secret=SECRET,
        now=time(),
    )


def test_a_personal_number_excludes_by_itself(session, make, contributors, bench, outside, time):
    pin = "20101189990777"
    tie = declare(session, make, bench[2], time, name="Совсем Другой", pin=pin)
    assert pin.encode() not in tie.pin_mac
    case = make.case()
    make.party(case, pin=pin)
    excluded = service.exclusions_for(session, case, secret=SECRET)
    assert [(one.judge, one.ground) for one in excluded] == [(bench[2], "statutory")]
    assert service.exclusions_for(session, case, secret=b"another") == []
    allocation.enter(session, SYSTEM, case, now=time(), excluded=excluded)
    public = str(entries(session))
    journal = str(session.scalars(select(JournalLine.facts)).all())
    for secret in (pin, "Совсем", tie.pin_mac.hex(), str(tie.key), "sibling", "kin"):
        assert secret not in public + journal
    true_log(session, contributors)


def test_of_a_judge_elsewhere_the_log_learns_nothing(
    session, make, contributors, bench, outside, time
):
    there = make.court("Б1", "BSK-LEN")
    far, near = make.judge(there), bench[0]
    contributors.roster(far)
    for judge in (far, near):
        declare(session, make, judge, time, name="Башка Адам", pin="20101189990777")
    case = make.case()
    make.party(case, pin="20101189990777")
    assert [one.judge for one in service.exclusions_for(session, case, secret=SECRET)] == [near]
    allocation.set_pool(
        session,
        SYSTEM,
        "POOL-TLS",
        [case.court.code, there.code],
        order=bytes(32),
        now=time(),
    )
    contributors.enter(make.case())
    contributors.draw()
    found = service.exclusions_for(session, case, secret=SECRET)
    assert {one.judge for one in found} == {near, far}


def test_an_organisation_and_a_representative_are_matched_too(session, make, law, time):
    judge = make.judge()
    declare(session, make, judge, time, name="ЖЧК «Ала-Тоо»", pin="00710201999990")
    case = make.case()
    make.party(case)
    make.participant_role("respondent")
    make.party(
        case,
        "respondent",
        kind=PersonKind.LEGAL,
        surname="",
        organisation="ЖЧК Ала-Тоо Финанс",
        pin="00710201999990",
    )
    found = service.exclusions_for(session, case, secret=SECRET)
    assert [one.judge for one in found] == [judge]


def test_a_tie_that_is_taken_back_counts_no_more(session, make, law, time):
    judge = make.judge()
    tie = declare(session, make, judge, time, pin="20101189990777")
    case = make.case()
    make.party(case, pin="20101189990777")
    ties.end(session, who(session, make.judge_user(judge), time()), tie, now=time())
    assert service.exclusions_for(session, case, secret=SECRET) == []


def test_a_name_alone_is_a_question_before_acceptance(session, make, law, time):
    judge = make.judge()
    declare(session, make, judge, time, name="Осмонов Бакыт", pin="20101189990777")
    case = make.case(judge=judge, state=CaseState.DISTRIBUTED, accepted_at=None)
    make.party(case, pin=None)  # Осмонов Бакыт Эркинович
    make.party(case, "respondent", surname="Асанов")
    assert service.exclusions_for(session, case, secret=SECRET) == []
    assert len(ties.ask(session, case, secret=SECRET, now=time())) == 1
    assert ties.ask(session, case, secret=SECRET, now=time()) == []
    actor = who(session, make.judge_user(judge), time())
    with pytest.raises(CourtError) as refused:
        cases.accept(session, actor, case, now=time())
    assert refused.value.code is Refusal.TIE_UNANSWERED
    question = ties.questions_to(session, actor, case)[0]
    ties.answer(session, actor, case, {question.id: TieAnswer.OTHER_PERSON}, now=time())
    assert ties.questions_to(session, actor, case) == []
    cases.accept(session, actor, case, now=time())
    assert case.state is CaseState.PREPARATION


def test_who_says_it_is_he_cannot_go_on(session, make, law, outside, time):
    judge = make.judge()
    case = make.case(judge=judge, state=CaseState.DISTRIBUTED, accepted_at=None)
    make.party(case, pin=None)
    declare(session, make, judge, time)  # declared later: asked about at once
    user = make.judge_user(judge)
    actor = who(session, user, time())
    question = ties.questions_to(session, actor, case)[0]
    ties.answer(session, actor, case, {question.id: TieAnswer.SAME_PERSON}, now=time())
    with pytest.raises(CourtError) as refused:
        cases.accept(session, actor, case, now=time())
    assert refused.value.code is Refusal.TIE_UNANSWERED
    recusal = ask(session, user, case, outside, ground="kinship")
    decide(session, user, recusal, outside, granted=False)
    cases.accept(session, actor, case, now=time())


def test_other_numbers_mean_other_people(session, make, law, time):
    judge = make.judge()
    declare(session, make, judge, time, name="Осмонов Бакыт Эркинович", pin="20101189990777")
    case = make.case(judge=judge)
    make.party(case, pin="20101189990778")
    assert ties.ask(session, case, secret=SECRET, now=time()) == []


def test_a_tie_is_read_by_its_judge_alone(session, make, law, time, sign_in):
    judge, other = make.judge(), make.judge()
    tie = declare(session, make, judge, time, name="Жашыруун Адам")
    session.commit()
    own = sign_in(make.judge_user(judge)).get("/conflicts")
    assert "Жашыруун Адам" in own.text
    strangers = [
        make.judge_user(other),
        *(make.staff(role) for role in RoleCode if role is not RoleCode.JUDGE),
    ]
    for user in strangers:
        client = sign_in(user)
        assert "Жашыруун" not in client.get("/conflicts").text
        assert client.post(f"/conflicts/{tie.key}/end").status_code == 404
        assert "Жашыруун" not in client.get("/recusals").text
    assert sign_in(make.judge_user(judge)).post(f"/conflicts/{tie.key}/end").status_code == 303
    session.refresh(tie)
    assert tie.ended_at is not None


# ------------------------------------------------------------------ panels


@pytest.fixture
def panel(session, make, contributors, bench) -> Case:
    """A case drawn for three judges."""
    category = make.category()
    category.seats = 3
    case = make.case()
    make.party(case)
    contributors.enter(case)
    contributors.draw()
    session.refresh(case)
    return case


def test_relatives_do_not_sit_in_one_panel(
    session, sessions, make, contributors, panel, outside, time
):
    seats = [one.judge for one in reading.sitting(session, panel)]
    assert len(seats) == 3
    declare(session, make, seats[0], time, name="Эже", colleague=seats[2])
    session.commit()
    jobs.watch(sessions, outside)
    jobs.watch(sessions, outside)
    session.expire_all()
    dropout = entries(session, "dropout")
    assert [(one["judge"], one["ground"]) for one in dropout] == [(seats[2].code, "panel")]
    recusal = session.scalars(select(Recusal)).one()
    assert (recusal.ground_code, recusal.state) == ("panel_kin", RecusalState.GRANTED)
    time.now += timedelta(hours=5)
    contributors.draw()
    now_sitting = [one.judge for one in reading.sitting(session, panel)]
    assert now_sitting[:2] == seats[:2]
    assert now_sitting[2] not in seats
    true_log(session, contributors)


def test_one_member_is_replaced_alone(session, make, contributors, panel, outside, time):
    seats = [one.judge for one in reading.sitting(session, panel)]
    recusal = ask(session, plaintiff_of(session, panel), panel, outside, judge=seats[1])
    assert (recusal.seat, recusal.ruled_by) == (1, RuledBy.PANEL)
    decide(session, make.judge_user(seats[0]), recusal, outside)
    assert panel.judge == seats[0]
    time.now += timedelta(hours=5)
    contributors.draw()
    session.refresh(panel)
    now_sitting = [one.judge for one in reading.sitting(session, panel)]
    assert (now_sitting[0], now_sitting[2]) == (seats[0], seats[2])
    assert now_sitting[1] not in seats
    true_log(session, contributors)


# ------------------------------------------------------------------ long absences


def away(session, judge, time, days) -> None:
    allocation.set_availability(
        session,
        SYSTEM,
        judge,
        per_mille=0,
        reason=AbsenceReason.SICKNESS,
        valid_from=time().date(),
        valid_to=time().date() + timedelta(days=days),
        order_number="7",
        now=time(),
    )


def redistribute(session, user, judge, outside) -> Redistribution:
    return portfolio.redistribute(
        session,
        who(session, user, outside.now()),
        judge,
        order_number="№ 12",
        order=order(),
        outside=outside,
        limit=LIMIT,
        now=outside.now(),
    )


def test_a_whole_portfolio_is_drawn_at_once(session, make, contributors, bench, outside, time):
    found = [make.case() for _ in range(12)]
    for case in found:
        contributors.enter(case)
    contributors.draw()
    for case in found:
        session.refresh(case)
    judge = found[0].judge
    mine = [case for case in found if case.judge == judge]
    chair = make.staff(RoleCode.CHAIR)
    with pytest.raises(CourtError) as refused:
        redistribute(session, chair, judge, outside)
    assert refused.value.code is Refusal.ABSENCE_TOO_SHORT
    away(session, judge, time, 40)
    listed = portfolio.waiting_portfolios(session, who(session, chair, time()), now=time())
    assert [(one.judge, one.ground, one.cases) for one in listed] == [
        (judge, PortfolioGround.ABSENCE, len(mine))
    ]
    done = redistribute(session, chair, judge, outside)
    assert done.cases == len(mine)
    dropouts = entries(session, "dropout")
    assert {(one["judge"], one["ground"]) for one in dropouts} == {(judge.code, "absence")}
    assert len(dropouts) == len(mine)
    assert len({one["document"] for one in dropouts}) == len(mine)  # each salted by itself
    with pytest.raises(CourtError) as refused:
        redistribute(session, chair, judge, outside)
    assert refused.value.code is Refusal.NO_OPEN_CASES
    time.now += timedelta(hours=5)
    contributors.draw()
    for case in mine:
        session.refresh(case)
        assert case.judge not in (None, judge)
    true_log(session, contributors)


def test_a_case_older_than_the_log_is_entered_without_its_judge(
    session, make, contributors, bench, outside, time
):
    old = make.case(judge=bench[0])
    bench[0].until = time().date() - timedelta(days=1)
    session.flush()
    assert redistribute(session, make.staff(RoleCode.CHAIR), bench[0], outside).cases == 1
    assert entries(session, "dropout") == []
    time.now += timedelta(hours=5)
    contributors.draw()
    session.refresh(old)
    assert old.judge in bench[1:]
    true_log(session, contributors)


def test_a_short_leave_keeps_the_cases(session, make, contributors, drawn, outside, time):
    away(session, drawn.judge, time, 10)
    with pytest.raises(CourtError) as refused:
        redistribute(session, make.staff(RoleCode.CHAIR), drawn.judge, outside)
    assert refused.value.code is Refusal.ABSENCE_TOO_SHORT


def test_a_judge_who_left_office_leaves_his_cases(session, make, drawn, outside, time):
    judge = drawn.judge
    judge.until = time().date() - timedelta(days=1)
    session.flush()
    done = redistribute(session, make.staff(RoleCode.CHAIR), judge, outside)
    assert done.ground is PortfolioGround.LEFT
    assert [one["ground"] for one in entries(session, "dropout")] == ["left"]
    assert drawn.judge is None


# ------------------------------------------------------------------ pages


def press(client, url, **fields):
    """Fill in a form as a browser does: with what its page carries, and a fresh press."""
    page = client.get(url).text
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    facts = {"once": str(uuid.uuid4()), "seen": seen[1] if seen else ""} | fields
    return client.post(url, data=facts, content_type="multipart/form-data")


def test_from_the_request_to_the_new_judge_on_pages(
    session, make, contributors, drawn, sign_in, time
):
    first = drawn.judge
    session.commit()
    party = sign_in(plaintiff_of(session, drawn))
    overview = party.get(f"/cases/{drawn.key}").text
    assert f"/cases/{drawn.key}/recusals/new" in overview
    blank = press(party, f"/cases/{drawn.key}/recusals/new", judge=str(first.key))
    assert blank.status_code == 422
    answer = press(
        party,
        f"/cases/{drawn.key}/recusals/new",
        judge=str(first.key),
        ground="interest",
        reasons="Ал жоопкердин кошунасы.",
        paper=(io.BytesIO(pdf()), "paper.pdf"),
    )
    assert answer.status_code == 303
    recusal = session.scalars(select(Recusal)).one()
    assert "Ал жоопкердин кошунасы." in party.get(f"/cases/{drawn.key}/recusals").text
    assert party.get(f"/recusals/{recusal.key}/ruling").status_code == 403
    judge = sign_in(make.judge_user(first))
    assert f"/recusals/{recusal.key}/ruling" in judge.get("/recusals").text
    ruling = f"/recusals/{recusal.key}/ruling"
    refused = press(
        judge,
        ruling,
        outcome="granted",
        reasons="Негиздүү.",
        order=(io.BytesIO(photo()), "order.png"),
    )
    assert refused.status_code == 422
    assert entries(session, "dropout") == []
    facts = {
        "once": str(uuid.uuid4()),
        "seen": str(recusal.version),
        "outcome": "granted",
        "reasons": "Негиздүү.",
    }
    for _press in range(2):  # the same button twice
        answer = judge.post(
            ruling,
            data=facts | {"order": (io.BytesIO(pdf()), "order.pdf")},
            content_type="multipart/form-data",
        )
        # He does not see the case any more, and is led home.
        assert (answer.status_code, answer.location) == (303, "/home")
    session.expire_all()
    assert len(entries(session, "dropout")) == 1
    assert judge.get(f"/cases/{drawn.key}").status_code == 404
    time.now += timedelta(hours=5)
    contributors.draw()
    session.commit()
    page = party.get(f"/cases/{drawn.key}/recusals").text
    assert page.index(first.full_name) < page.rindex(drawn.judge.full_name)
    timeline = party.get(f"/cases/{drawn.key}").text
    assert "Ал жоопкердин" not in timeline


def test_a_stranger_finds_nothing(session, make, case, outside, sign_in):
    recusal = ask(session, make.party(case), case, outside)
    stranger = make.party(make.case(judge=make.judge()))
    session.commit()
    client = sign_in(stranger)
    for url in (
        f"/cases/{case.key}/recusals",
        f"/cases/{case.key}/recusals/new",
        f"/recusals/{recusal.key}",
        f"/recusals/{recusal.key}/ruling",
        f"/cases/{case.key}/earlier",
        f"/cases/{case.key}/ties",
    ):
        assert client.get(url).status_code == 404, url
    other_judge = sign_in(make.judge_user(make.judge()))
    session.commit()
    assert other_judge.get(f"/recusals/{recusal.key}/ruling").status_code == 404


def test_a_stale_ruling_is_refused(session, make, case, outside, sign_in):
    recusal = ask(session, make.party(case), case, outside)
    session.commit()
    answer = sign_in(make.judge_user(case.judge)).post(
        f"/recusals/{recusal.key}/ruling",
        data={
            "seen": "0",
            "outcome": "refused",
            "reasons": "Негизсиз.",
            "order": (io.BytesIO(pdf()), "order.pdf"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    session.expire_all()
    assert recusal.state is RecusalState.WAITING


def test_after_the_decision_it_is_refused_in_words(session, make, case, sign_in):
    user = make.party(case)
    case.state = CaseState.DECIDED
    session.commit()
    client = sign_in(user)
    assert client.get(f"/cases/{case.key}/recusals/new").status_code == 200
    answer = client.post(
        f"/cases/{case.key}/recusals/new",
        data={
            "seen": str(case.version),
            "judge": str(case.judge.key),
            "ground": "doubt",
            "reasons": "Кеч.",
        },
    )
    assert answer.status_code == 422


def test_a_clerk_states_an_earlier_case_of_another_court(session, make, law, sign_in, time):
    there = make.court("Б1", "BSK-LEN")
    first = make.case(there, make.judge(there))
    case = later(make, time, judge=make.judge())
    clerk = make.staff(RoleCode.CLERK)
    session.commit()
    client = sign_in(clerk)
    url = f"/cases/{case.key}/earlier"
    wrong = press(client, url, kind="remanded_from", number="ГД-1/20-Т5")
    assert wrong.status_code == 422
    answer = press(client, url, kind="remanded_from", number=first.number)
    assert answer.status_code == 303
    assert first.number in client.get(f"/cases/{case.key}/recusals").text
    # He learns the number he typed, and nothing else.
    assert client.get(f"/cases/{first.key}").status_code == 404


def test_a_judge_is_asked_on_the_page_of_the_case(session, make, law, sign_in, time):
    judge = make.judge()
    case = make.case(judge=judge, state=CaseState.DISTRIBUTED, accepted_at=None)
    make.party(case, pin=None)
    clerk = make.staff(RoleCode.CLERK)
    session.commit()
    client = sign_in(make.judge_user(judge))
    answer = press(client, "/conflicts", name="Осмонов Бакыт", kind="sibling")
    assert answer.status_code == 303
    assert f"/cases/{case.key}/ties" in client.get(f"/cases/{case.key}").text
    assert f"/cases/{case.key}/ties" not in sign_in(clerk).get(f"/cases/{case.key}").text
    page = client.get(f"/cases/{case.key}/ties").text
    assert "Осмонов Бакыт Эркинович" in page
    assert press(client, f"/cases/{case.key}/accept").status_code == 422
    answer = press(client, f"/cases/{case.key}/ties", said="same_person")
    assert answer.location.endswith("/recusals/new")


def test_a_chair_sees_how_often_and_an_auditor_no_reasons(session, make, case, outside, sign_in):
    ask(session, make.party(case), case, outside, reasons="Жашыруун жүйө.")
    chair, auditor = make.staff(RoleCode.CHAIR), make.staff(RoleCode.AUDITOR)
    elsewhere = make.staff(RoleCode.CHAIR, make.court("Б1", "BSK-LEN"))
    session.commit()
    for user in (chair, auditor):
        page = sign_in(user).get("/recusals").text
        assert case.number in page
        assert "Жашыруун" not in page
    assert case.number not in sign_in(elsewhere).get("/recusals").text


def test_the_chair_redistributes_on_pages(session, make, drawn, sign_in, time):
    judge = drawn.judge
    away(session, judge, time, 40)
    chair = make.staff(RoleCode.CHAIR)
    elsewhere = make.staff(RoleCode.CHAIR, make.court("Б1", "BSK-LEN"))
    session.commit()
    client = sign_in(chair)
    assert judge.full_name in client.get("/absences").text
    url = f"/absences/{judge.key}"
    assert drawn.number in client.get(url).text
    assert sign_in(elsewhere).get(url).status_code == 404
    no_pdf = press(client, url, order_number="7", order=(io.BytesIO(photo()), "order.png"))
    assert no_pdf.status_code == 422
    done = press(client, url, order_number="7", order=(io.BytesIO(pdf()), "order.pdf"))
    assert done.status_code == 303
    row = session.scalars(select(Redistribution)).one()
    assert client.get(f"/absences/orders/{row.key}").data.startswith(b"%PDF")
    assert sign_in(elsewhere).get(f"/absences/orders/{row.key}").status_code == 404


# ------------------------------------------------------------------ at registration


def claim(session, make, *pins) -> Filing:
    """A claim that waits for the clerk, its parties under these personal numbers."""
    case = make.case(make.court())  # for the court, the kind and the category
    filing = Filing(
        user_id=make.user().id,
        receipt_number=f"2026-{case.id:06d}",
        state=FilingState.SUBMITTED,
        court_id=case.court_id,
        category_code=case.category_code,
        text="Карызды өндүрүүнү суранам.",
        created_at=make.now(),
        first_filed_at=make.now(),
        submitted_at=make.now(),
        submissions=1,
    )
    session.add(filing)
    session.flush()
    for place, pin in enumerate(pins):
        session.add(
            FilingParty(
                filing_id=filing.id,
                person_id=make.person(pin=pin).id,
                role_code=make.participant_role(("plaintiff", "respondent")[place]).code,
                ordinal=1,
            )
        )
    session.commit()
    return filing


def test_registration_keeps_out_whom_an_earlier_case_or_a_tie_bars(
    session, make, contributors, bench, sign_in, time
):
    declare(session, make, bench[1], time, name="Совсем Другой", pin="20101189990777")
    declare(session, make, bench[2], time, name="Осмонов Бакыт")
    first = make.case(judge=bench[0])
    filing = claim(session, make, "20101189990777", "20101189990778")
    client = sign_in(make.staff(RoleCode.CLERK))
    time.now += timedelta(days=1)
    url = f"/filings/{filing.key}/accept"
    seen = {"seen": str(filing.version), "relation": "remanded_from"}
    assert client.post(url, data=seen | {"number": "ГД-77777/26-Т5"}).status_code == 422
    assert client.post(url, data=seen | {"number": first.number}).status_code == 303
    session.expire_all()
    logged = {one["judge"]: one["class"] for one in entries(session, "exclusion")}
    assert logged == {bench[0].code: "statutory", bench[1].code: "statutory"}
    request = entries(session, "case")[-1]["request"]
    assert {judge for judge, _share in request["candidates"]} == {one.code for one in bench[2:]}
    assert filing.case is not None
    assert earlier.relations_of(session, filing.case)[0].earlier == first
    # The name alone is a question, which waits for this judge should he be drawn.
    asked = session.scalars(select(TieQuestion)).all()
    assert {(one.judge_id, one.certain) for one in asked} == {
        (bench[1].id, True),
        (bench[2].id, False),
    }
    time.now += timedelta(hours=5)
    contributors.draw()
    true_log(session, contributors)


# ------------------------------------------------------------------ races and crashes


def settled_court(own_sessions, config, time):
    """A case with its judge and a waiting request, really committed."""
    with unit(own_sessions) as session:
        make = Make(session, time)
        load_law(session)
        contributors = Contributors(session, config, time)
        judges = [make.judge() for _ in range(5)]
        contributors.roster(*judges)
        case = make.case()
        make.party(case)
        contributors.enter(case)
        contributors.draw()
        session.refresh(case)
        cases.accept(session, SYSTEM, case, now=time())
        make.hearing(case)
        recusal = Recusal(
            case=case,
            judge=case.judge,
            initiative=Initiative.PARTY,
            ground=session.get_one(RecusalGround, "doubt"),
            asked_at=time(),
            due=time().date(),
            ruled_by=RuledBy.JUDGE,
        )
        session.add(recusal)
        session.flush()
        return recusal.id, case.judge.user_id


def test_two_who_press_at_once_make_one_dropout(own_sessions, config, outside, time):
    number, user_id = settled_court(own_sessions, config, time)
    barrier, results = threading.Barrier(2), []

    def rule() -> None:
        try:
            with unit(own_sessions) as session:
                recusal = session.get_one(Recusal, number)
                user = session.get_one(User, user_id)
                barrier.wait()
                decide(session, user, recusal, outside)
        except CourtError as error:
            results.append(error.code)
        else:
            results.append("ruled")

    threads = [threading.Thread(target=rule) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["recusal_settled", "ruled"]
    with unit(own_sessions) as session:
        assert len(entries(session, "dropout")) == 1
        assert len(entries(session, "case")) == 2


def test_a_crash_before_the_commit_leaves_everything_as_it_was(own_sessions, config, outside, time):
    """The server ends our session after the ruling and the draw's entry are written."""
    number, user_id = settled_court(own_sessions, config, time)
    with own_sessions() as session:
        before = len(entries(session))
        recusal = session.get_one(Recusal, number)
        decide(session, session.get_one(User, user_id), recusal, outside)
        assert len(entries(session)) > before
        process = session.scalar(text("SELECT pg_backend_pid()"))
        with own_sessions() as other:
            other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
        with pytest.raises(DBAPIError):
            session.commit()
    with unit(own_sessions) as session:
        recusal = session.get_one(Recusal, number)
        assert recusal.state is RecusalState.WAITING
        assert recusal.case.judge is not None
        assert recusal.case.judge.id == recusal.judge_id
        assert set(session.scalars(select(Hearing.state))) == {HearingState.SCHEDULED}
        assert session.scalars(select(DrawSeat.dropped_at)).all() == [None]
        assert len(entries(session)) == before
        decide(session, session.get_one(User, user_id), recusal, outside)
    with unit(own_sessions) as session:
        assert len(entries(session, "dropout")) == 1
