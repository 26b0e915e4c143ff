"""Papers of a case that rooms print: summons, notices, receipts, writs; each for whom it is."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.pdfa import faults
from sud.access import SYSTEM, Actor
from sud.accounts.service import actor_of
from sud.acts import service as acts
from sud.acts import writs
from sud.cases import notices
from sud.cases.service import people_of
from sud.custody.retention import note_step
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActPart,
    Case,
    CaseState,
    ForceStep,
    HearingState,
    IssuedPaper,
    JournalLine,
    Notice,
    NoticeKind,
    PaperKind,
    RoleCode,
    User,
    Writ,
)
from sud.outside import Outside, defer_job, local_day
from tests.builders import Make

SignIn = Callable[[User], FlaskClient]


def words_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.fixture
def case(make: Make) -> Case:
    return make.case(judge=make.judge())


@pytest.fixture
def plaintiff(make: Make, case: Case) -> User:
    return make.party(case, surname="Жолдошбеков", given_name="Нурлан", patronymic="Өмүрович")


@pytest.fixture
def respondent(make: Make, case: Case) -> User:
    found = make.party(
        case, "respondent", surname="Асанова", given_name="Айгүл", patronymic="Эркиновна"
    )
    found.language = "ru"
    return found


@pytest.fixture
def clerk(make: Make, case: Case) -> User:
    return make.staff(RoleCode.CLERK, case.court)


# ------------------------------------------------------------------ summons and notices


@pytest.fixture
def summonses(
    session: Session,
    make: Make,
    case: Case,
    plaintiff: User,
    respondent: User,
    time: Callable[[], datetime],
) -> dict[int, Notice]:
    """The summons to a hearing, by whose they are."""
    hearing = make.hearing(case, starts=time() + timedelta(days=3))
    notices.tell_participants(
        session, SYSTEM, case, NoticeKind.HEARING_SET, hearing=hearing, defer=defer_job, now=time()
    )
    session.flush()
    found = session.scalars(select(Notice).where(Notice.hearing_id == hearing.id))
    return {
        one.participant.user_id: one for one in found if one.participant and one.participant.user_id
    }


def test_a_party_finds_its_own_summons(
    session: Session,
    sign_in: SignIn,
    case: Case,
    plaintiff: User,
    respondent: User,
    clerk: User,
    summonses: dict[int, Notice],
) -> None:
    own = f"/notices/{summonses[respondent.id].key}.pdf"
    visitor = sign_in(respondent)
    page = visitor.get(f"/cases/{case.key}/hearings").text
    assert own in page
    assert str(summonses[plaintiff.id].key) not in page
    answer = visitor.get(own)
    assert answer.mimetype == "application/pdf"
    said = words_of(answer.data)
    for expected in ("СУДЕБНАЯ ПОВЕСТКА", case.number, "Асановой Айгүл", "ответчика", "Корешок"):
        assert expected in said
    assert faults(answer.data) == ()
    issued = session.scalars(select(IssuedPaper)).one()
    assert (issued.kind, issued.case_id) == (PaperKind.SUMMONS, case.id)
    assert f"/verify/{issued.code}" in said
    assert visitor.get(own).data == answer.data
    assert sign_in(clerk).get(own).data == answer.data
    assert sign_in(clerk).get(f"/cases/{case.key}/hearings").text.count("/notices/") == 2


def test_a_summons_says_how_the_court_is_reached_and_who_wrote_it(
    session: Session,
    make: Make,
    sign_in: SignIn,
    case: Case,
    respondent: User,
    clerk: User,
    summonses: dict[int, Notice],
) -> None:
    notice = summonses[respondent.id]
    bare = words_of(sign_in(respondent).get(f"/notices/{notice.key}.pdf").data)
    contact = f"/reference/courts/{case.court.code}"
    assert sign_in(clerk).get(contact).status_code == 403
    said = {"address_ky": "Талас шаары, Ленин көчөсү, 5", "telephone": "(03422) 5-00-00"}
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR, case.court))
    assert administrator.post(contact, data={**said, "address_ru": "улица 张"}).status_code == 422
    written = administrator.post(
        contact, data={**said, "address_ru": "город Талас, улица Ленина, 5"}
    )
    assert written.status_code == 303
    assert notice.hearing is not None
    notice.hearing.set_by_id = clerk.id
    session.flush()
    whole = words_of(sign_in(respondent).get(f"/notices/{notice.key}.pdf").data)
    for line in ("город Талас, улица Ленина, 5", "(03422) 5-00-00", clerk.display_name):
        assert line in whole
        assert line not in bare
    assert said["address_ky"] in sign_in(respondent).get("/courts?lang=ky").text


def test_a_name_that_came_before_forms_refused_it_is_printed_with_a_mark(
    session: Session,
    sign_in: SignIn,
    respondent: User,
    clerk: User,
    summonses: dict[int, Notice],
) -> None:
    notice = summonses[respondent.id]
    assert notice.participant is not None
    assert notice.hearing is not None
    notice.participant.person.surname = "Ас\N{GRINNING FACE}анова"
    session.flush()
    answer = sign_in(respondent).get(f"/notices/{notice.key}.pdf")
    assert answer.status_code == 200
    assert "Ас?анов" in words_of(answer.data)
    assert faults(answer.data) == ()
    minutes = sign_in(clerk).get(f"/hearings/{notice.hearing.key}/minutes.pdf")
    assert "Ас?анов" in words_of(minutes.data)


def test_nobody_elses_summons_can_be_had(
    make: Make,
    client: FlaskClient,
    sign_in: SignIn,
    plaintiff: User,
    respondent: User,
    summonses: dict[int, Notice],
) -> None:
    own = f"/notices/{summonses[respondent.id].key}.pdf"
    strangers = (plaintiff, make.user(), make.staff(RoleCode.CLERK, make.court("Т6", "TLS-KRB")))
    assert [sign_in(one).get(own).status_code for one in strangers] == [404] * 3
    assert client.get(own).status_code == 303


def test_another_event_is_told_by_a_notice(
    session: Session,
    case: Case,
    sign_in: SignIn,
    plaintiff: User,
    time: Callable[[], datetime],
) -> None:
    (told,) = notices.tell_participants(
        session, SYSTEM, case, NoticeKind.CASE_REGISTERED, defer=defer_job, now=time()
    )
    session.flush()
    visitor = sign_in(plaintiff)
    assert f"/notices/{told.key}.pdf" in visitor.get(f"/cases/{case.key}/people").text
    said = words_of(visitor.get(f"/notices/{told.key}.pdf").data)
    assert "Билдирүү" in said
    assert "Жолдошбеков Нурлан Өмүровичке" in said
    assert case.number in said


def test_the_clerk_prints_what_the_minutes_begin_with(
    make: Make,
    session: Session,
    sign_in: SignIn,
    case: Case,
    plaintiff: User,
    clerk: User,
    time: Callable[[], datetime],
) -> None:
    hearing = make.hearing(case, starts=time() - timedelta(hours=3), state=HearingState.HELD)
    session.flush()
    office = sign_in(clerk)
    address = f"/hearings/{hearing.key}/minutes"
    assert f"{address}.pdf" in office.get(address).text
    said = words_of(office.get(f"{address}.pdf").data)
    for expected in ("СОТ ОТУРУМУНУН ПРОТОКОЛУ", case.number, "Жолдошбеков Нурлан", "Долбоор"):
        assert expected in said
    assert clerk.display_name in said
    assert sign_in(plaintiff).get(f"{address}.pdf").status_code == 403


# ------------------------------------------------------------------ writs


@pytest.fixture
def act(session: Session, make: Make, case: Case, outside: Outside) -> Act:
    """An issued decision of the case."""
    assert case.judge is not None
    judge = actor_of(session, make.judge_user(case.judge), outside.now())
    draft = acts.begin(session, judge, case, make.act_kind(), now=outside.now())
    words = dict.fromkeys(ActPart, "Карыз өндүрүлсүн.")
    acts.save(session, judge, draft, acts.Text(outcome=None, parts=words), now=outside.now())
    acts.issue(session, judge, draft, outside=outside, now=outside.now())
    return draft


def test_a_writ_is_issued_once_for_an_act_in_force(
    session: Session,
    sign_in: SignIn,
    make: Make,
    case: Case,
    plaintiff: User,
    respondent: User,
    clerk: User,
    act: Act,
    outside: Outside,
) -> None:
    office = sign_in(clerk)
    address = f"/acts/{act.key}"
    assert "/writs" not in office.get(address).text
    now = outside.now()
    by = actor_of(session, clerk, now)
    step = ForceStep.ENTERED
    note_step(session, by, case, step=step, on=local_day(now), now=now, defer=defer_job)
    page = office.get(address).text
    claimant = next(one for one in people_of(session, case) if one.user_id == plaintiff.id)
    assert page.count('name="claimant"') == 1
    assert str(claimant.person.key) in page
    press = {"claimant": str(claimant.person.key)}
    assert office.post(f"{address}/writs", data=press).status_code == 303
    assert office.post(f"{address}/writs", data=press).status_code == 303
    writ = session.scalars(select(Writ)).one()
    assert 'name="claimant"' not in office.get(address).text
    pdf = sign_in(plaintiff).get(f"/writs/{writ.key}.pdf").data
    said = words_of(pdf)
    for expected in (
        "АТКАРУУ БАРАКЧАСЫ",
        f"{case.number}/АБ-1",
        "Карыз өндүрүлсүн.",
        "Жолдошбеков Нурлан Өмүрович",
        "Асанова Айгүл",
        f"/verify/{writ.issued.code}",
    ):
        assert expected in said
    assert writ.issued.kind is PaperKind.WRIT
    assert sign_in(respondent).get(f"/writs/{writ.key}.pdf").status_code == 404
    assert str(writ.key) not in sign_in(respondent).get(address).text
    deeds = session.scalars(select(JournalLine.action).where(JournalLine.action == "writ:issue"))
    assert len(deeds.all()) == 1
    assert office.post(f"{address}/writs", data={"claimant": "nobody"}).status_code == 422


def test_no_writ_before_the_act_is_in_force(
    session: Session,
    case: Case,
    plaintiff: User,
    clerk: User,
    act: Act,
    outside: Outside,
) -> None:
    actor: Actor = actor_of(session, clerk, outside.now())
    (claimant,) = writs.claimants_of(session, act)
    assert claimant.user_id == plaintiff.id
    with pytest.raises(CourtError) as refused:
        writs.issue_writ(session, actor, act, claimant, outside=outside, now=outside.now())
    assert refused.value.code is Refusal.NOT_NOW
    assert case.state is CaseState.DECIDED
