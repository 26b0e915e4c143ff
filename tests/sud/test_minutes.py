"""Minutes of hearings and the parties' remarks: in time or refused with the day, and answered."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from sud.accounts.service import actor_of
from sud.errors import CourtError, Refusal
from sud.minutes import service
from sud.minutes.service import Said
from sud.models import (
    HearingState,
    Remark,
    RemarkState,
    RemarkSubject,
    RoleCode,
)
from sud.uploads.service import Sent
from tests.sud.journalled import journalled
from tests.sud.test_filings import pdf

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def hearing(make):
    """A hearing held on Friday; it is Monday."""
    make.limit("civil_minutes_remarks", amount=3, unit="calendar_days")
    make.limit("remarks_ruling", amount=5)
    case = make.case(judge=make.judge())
    starts = make.now() - timedelta(days=3)
    return make.hearing(case, starts=starts, state=HearingState.HELD)


@pytest.fixture
def clerk(session, make, hearing):
    return actor_of(session, make.staff(RoleCode.CLERK, hearing.case.court), make.now())


@pytest.fixture
def party(make, hearing):
    return make.party(hearing.case)


def enter(session, clerk, hearing, outside, *, signed_on=FRIDAY, data=None):
    return service.enter_minutes(
        session,
        clerk,
        hearing,
        Sent(stream=io.BytesIO(data or pdf()), name="протокол.pdf"),
        signed_on=signed_on,
        outside=outside,
        limit=10**7,
    )


def said(about=RemarkSubject.MINUTES, **facts) -> Said:
    return Said(about=about, text="Күбөнүн сөзү туура эмес жазылган.", **facts)


def refusal(verb, *arguments, **facts) -> CourtError:
    with pytest.raises(CourtError) as refused:
        verb(*arguments, **facts)
    return refused.value


def test_minutes_are_a_paper_of_the_case(session, hearing, clerk, outside) -> None:
    minutes = enter(session, clerk, hearing, outside)
    assert minutes.document.case_id == hearing.case_id
    assert minutes.document.title == "Сот отурумунун протоколу, 20.11.2026"
    again = refusal(enter, session, clerk, hearing, outside)
    assert again.code is Refusal.MINUTES_ENTERED


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 11, 19), Refusal.MINUTES_SIGNED_BEFORE),
        (date(2026, 11, 24), Refusal.MINUTES_SIGNED_AFTER),
    ],
)
def test_minutes_are_signed_after_the_hearing(session, hearing, clerk, outside, day, code) -> None:
    assert refusal(enter, session, clerk, hearing, outside, signed_on=day).code is code


def test_minutes_are_a_signed_paper(session, hearing, clerk, outside) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)
    assert refusal(enter, session, clerk, hearing, outside, data=png).code in (
        Refusal.FILE_NOT_PDF,
        Refusal.FILE_DAMAGED,
        Refusal.FILE_NOT_WHAT_IT_SAYS,
    )


def test_remarks_are_filed_in_time_and_late_ones_refused_with_the_day(
    session, make, time, hearing, clerk, party, outside
) -> None:
    who = actor_of(session, party, time())
    early = refusal(service.remark, session, who, hearing, said(), now=time())
    assert early.code is Refusal.MINUTES_NOT_READY
    minutes = enter(session, clerk, hearing, outside)
    # Signed on Friday, readable since Monday: the days run from Monday.
    assert service.remarks_until(session, minutes).due == date(2026, 11, 26)
    time.now += timedelta(days=3)
    remark = service.remark(session, who, hearing, said(at_second=4350), now=time())
    assert (remark.state, remark.due) == (RemarkState.WAITING, date(2026, 12, 3))
    time.now += timedelta(days=1)
    late = refusal(service.remark, session, who, hearing, said(), now=time())
    assert (late.code, late.facts["day"]) == (Refusal.REMARKS_TOO_LATE, date(2026, 11, 26))
    (line,) = journalled(session, "remark:make")
    assert line.case_id == hearing.case_id
    assert "Күбө" not in str(line.facts)


def test_a_recording_can_be_remarked_on_before_the_minutes_are_signed(
    session, time, hearing, party
) -> None:
    who = actor_of(session, party, time())
    about = said(RemarkSubject.RECORDING, at_second=12)
    assert service.remark(session, who, hearing, about, now=time()).at_second == 12


def test_a_remark_is_answered_once(session, make, time, hearing, party) -> None:
    who = actor_of(session, party, time())
    judge = actor_of(session, make.judge_user(hearing.judge), time())
    remark = service.remark(session, who, hearing, said(RemarkSubject.RECORDING), now=time())
    assert service.remarks_to_rule(session, judge) == [remark]
    service.rule(session, judge, remark, accepted=False, answer="Жазуу толук.", now=time())
    assert remark.state is RemarkState.REJECTED
    assert service.remarks_to_rule(session, judge) == []
    twice = refusal(service.rule, session, judge, remark, accepted=True, answer="Ооба", now=time())
    assert twice.code is Refusal.NOT_NOW


def test_from_the_minutes_to_the_answer(session, make, hearing, party, sign_in) -> None:
    case = hearing.case
    clerk = sign_in(make.staff(RoleCode.CLERK, case.court))
    plaintiff, judge = sign_in(party), sign_in(make.judge_user(hearing.judge))
    address = f"/hearings/{hearing.key}/minutes"
    paper = {"signed_on-day": "20", "signed_on-month": "11", "signed_on-year": "2026"}
    assert clerk.post(address, data=paper).status_code == 422
    paper["paper"] = (io.BytesIO(pdf()), "протокол.pdf")
    entered = clerk.post(address, data=paper, content_type="multipart/form-data")
    assert entered.status_code == 303
    read = plaintiff.get(address).text
    paper_url = read.split('href="/papers/')[1].split('"')[0]
    assert plaintiff.get(f"/papers/{paper_url}/original").mimetype == "application/pdf"
    asking = f"/hearings/{hearing.key}/remarks/new"
    assert 'value="1:12:30"' in plaintiff.get(f"{asking}?at=4350").text
    words = {"about": "minutes", "text": "Күбөнүн сөзү жок."}
    assert plaintiff.post(asking, data={**words, "mark": "бүгүн"}).status_code == 422
    assert plaintiff.post(asking, data={**words, "mark": "1:12:30"}).status_code == 303
    remark = session.scalars(select(Remark)).one()
    assert remark.at_second == 4350
    assert judge.get("/remarks").text.count(f"/remarks/{remark.key}") == 1
    assert case.number in judge.get("/remarks").text
    page = judge.get(f"/remarks/{remark.key}").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = {"seen": seen, "verdict": "accept"}
    assert judge.post(f"/remarks/{remark.key}", data=answer).status_code == 422
    answer["answer"] = "Эскертүү негиздүү."
    ruled = judge.post(f"/remarks/{remark.key}", data=answer)
    assert ruled.status_code == 303
    shown = plaintiff.get(address).text
    assert "Эскертүү негиздүү." in shown
    assert "1:12:30" in shown
    for visitor, wanted in ((clerk, 403), (sign_in(make.party(make.case())), 404)):
        assert visitor.get(asking).status_code == wanted
    assert plaintiff.post(f"/remarks/{remark.key}", data=answer).status_code == 403
