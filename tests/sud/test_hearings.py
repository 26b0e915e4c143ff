"""Hearings: set in court hours, refused by the database when they clash, announced once."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as at

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from sud.access import SYSTEM
from sud.cases.jobs import send_notice
from sud.cases.service import people_of
from sud.db import unit
from sud.errors import CourtError, Refusal
from sud.hearings import service
from sud.hearings.service import Sitting
from sud.models import (
    Case,
    CaseState,
    Confidence,
    Courtroom,
    Hearing,
    HearingPurpose,
    HearingState,
    Holiday,
    Notice,
    NoticeState,
    RoleCode,
)
from sud.outside import defer_job
from tests.builders import Make
from tests.sud.journalled import journalled

WEDNESDAY = date(2026, 11, 25)


def sitting(room, **facts) -> Sitting:
    given = {
        "day": WEDNESDAY,
        "begins": at(10),
        "minutes": 60,
        "courtroom": room,
        "purpose": HearingPurpose.MERITS,
    }
    return Sitting(**given | facts)


def enter(session, case, what, now):
    return service.set_hearing(session, SYSTEM, case, what, defer=defer_job, now=now)


@pytest.fixture
def case(make: Make) -> Case:
    return make.case(judge=make.judge())


def test_a_hearing_is_set_and_announced(session, make, case, time, run_jobs, mailbox) -> None:
    make.party(case)
    make.party(case, "respondent")
    hearing = enter(session, case, sitting(make.courtroom()), time())
    assert hearing.starts_at == datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    assert case.state is CaseState.SCHEDULED
    session.commit()
    assert run_jobs() == ["cases.send_notice"] * 2
    assert {letter["to"] for letter in mailbox.letters} == set(
        session.scalars(select(Notice.address))
    )
    letter = mailbox.letters[0]
    assert case.number in letter["subject"]
    assert "10:00" in letter["text"]
    assert f"/cases/{case.key}" in letter["text"]
    for person in ("Осмонов", "2010118999", "карыз"):
        assert person not in letter["text"] + letter["subject"]
    session.expire_all()
    assert set(session.scalars(select(Notice.state))) == {NoticeState.SENT}


def test_a_closed_hearing_has_public_texts_of_the_case_looked_at(
    session, make, case, time, run_jobs
) -> None:
    enter(session, case, sitting(make.courtroom(), open=False), time())
    assert "publication.hold_barred" in run_jobs()


def test_a_notice_is_not_sent_twice(session, make, case, time, run_jobs, mailbox) -> None:
    make.party(case)
    enter(session, case, sitting(make.courtroom()), time())
    session.commit()
    run_jobs()
    session.execute(text("UPDATE procrastinate_jobs SET status = 'todo'"))
    session.commit()
    run_jobs()
    assert len(mailbox.letters) == 1


def test_who_has_no_address_is_written_down(session, make, case, time, run_jobs, mailbox) -> None:
    user = make.party(case)
    user.email = ""
    person = people_of(session, case)[0].person
    person.email = ""
    enter(session, case, sitting(make.courtroom()), time())
    session.commit()
    assert run_jobs() == []
    assert session.scalars(select(Notice.state)).all() == [NoticeState.NO_ADDRESS]


class Down:
    def send(self, **_letter):
        raise ConnectionRefusedError


def test_a_mail_server_that_is_down_is_tried_again(
    session, sessions, make, case, time, outside
) -> None:
    make.party(case)
    enter(session, case, sitting(make.courtroom()), time())
    session.commit()
    notice = session.scalars(select(Notice)).one()
    for _ in range(5):
        with pytest.raises(ConnectionRefusedError):
            send_notice(sessions, replace(outside, mailer=Down()), notice=notice.id)
    session.refresh(notice)
    assert (notice.state, notice.attempts) == (NoticeState.FAILED, 5)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"day": date(2026, 11, 23), "begins": at(9)}, Refusal.HEARING_IN_PAST),
        ({"day": date(2026, 11, 28)}, Refusal.HEARING_ON_WEEKEND),
        ({"begins": at(8)}, Refusal.HEARING_OUT_OF_HOURS),
        ({"begins": at(17), "minutes": 60}, Refusal.HEARING_OUT_OF_HOURS),
        ({"begins": at(23), "minutes": 120}, Refusal.HEARING_OUT_OF_HOURS),
    ],
)
def test_times_at_which_no_court_sits(session, make, case, time, facts, code) -> None:
    with pytest.raises(CourtError) as refused:
        enter(session, case, sitting(make.courtroom(), **facts), time())
    assert refused.value.code is code


def holiday(session, day: date, **facts) -> None:
    session.add(
        Holiday(
            day=day,
            name_ky="Сыноо майрамы",
            name_ru="Пробный праздник",
            name_en="Test holiday",
            valid_from=day,
            confidence=Confidence.HIGH,
            **facts,
        )
    )
    session.flush()


def test_a_holiday_is_refused_with_the_next_working_day(session, make, case, time) -> None:
    holiday(session, WEDNESDAY)
    with pytest.raises(CourtError) as refused:
        enter(session, case, sitting(make.courtroom()), time())
    assert refused.value.code is Refusal.HEARING_ON_DAY_OFF
    assert refused.value.facts["next"] == date(2026, 11, 26)


def test_a_shortened_day_ends_earlier(session, make, case, time) -> None:
    holiday(session, WEDNESDAY, working=True, shortened=True)
    room = make.courtroom()
    late = sitting(room, begins=at(16), minutes=60)
    with pytest.raises(CourtError) as refused:
        enter(session, case, late, time())
    assert refused.value.facts["closes"] == "16:30"
    enter(session, case, sitting(room), time())


def test_no_hearing_without_a_judge_or_before_acceptance(session, make, time) -> None:
    with pytest.raises(CourtError) as refused:
        enter(session, make.case(), sitting(make.courtroom()), time())
    assert refused.value.code is Refusal.NO_JUDGE_YET
    drawn = make.case(judge=make.judge(), state=CaseState.DISTRIBUTED, accepted_at=None)
    with pytest.raises(CourtError) as refused:
        enter(session, drawn, sitting(make.courtroom()), time())
    assert refused.value.code is Refusal.NOT_NOW


def test_the_judge_cannot_sit_twice(session, make, case, time) -> None:
    enter(session, case, sitting(make.courtroom()), time())
    other = make.case(judge=case.judge)
    half_past = at(10, 30)
    with pytest.raises(CourtError) as refused:
        enter(session, other, sitting(make.courtroom(), begins=half_past), time())
    assert refused.value.code is Refusal.JUDGE_BUSY
    assert refused.value.facts["number"] == case.number
    assert (refused.value.facts["begins"], refused.value.facts["ends"]) == ("10:00", "11:00")
    # The transaction lives on, and back to back is no clash.
    eleven = at(11)
    enter(session, other, sitting(make.courtroom(), begins=eleven), time())


def test_the_room_cannot_be_used_twice(session, make, case, time) -> None:
    room = make.courtroom()
    enter(session, case, sitting(room), time())
    with pytest.raises(CourtError) as refused:
        enter(session, make.case(judge=make.judge()), sitting(room), time())
    assert refused.value.code is Refusal.ROOM_BUSY
    assert refused.value.facts["room"] == room.name


def test_it_is_the_database_that_refuses(session, make, case) -> None:
    room = make.courtroom()
    make.hearing(case, courtroom=room)
    with pytest.raises(IntegrityError, match="hearings_judge_id_free"):
        make.hearing(make.case(judge=case.judge))


def test_two_at_once_one_stands(own_sessions) -> None:
    """Two connections set hearings of one judge in one room at the same moment."""
    now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    with unit(own_sessions) as session:
        make = Make(session, lambda: now)
        judge, room = make.judge(), make.courtroom()
        numbers = [make.case(judge=judge).id for _ in range(4)]
        room_id = room.id
    barrier, results = threading.Barrier(len(numbers)), []

    def run(number: int) -> None:
        barrier.wait()
        try:
            with unit(own_sessions) as session:
                case = session.get_one(Case, number)
                enter(session, case, sitting(session.get_one(Courtroom, room_id)), now)
        except CourtError as error:
            results.append(error.code)
        else:
            results.append("set")

    threads = [threading.Thread(target=run, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("set") == 1
    assert set(results) <= {"set", Refusal.JUDGE_BUSY, Refusal.ROOM_BUSY}
    with unit(own_sessions) as session:
        assert len(session.scalars(select(Hearing)).all()) == 1
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_moving_keeps_the_old_one_and_frees_its_time(session, make, case, time) -> None:
    room = make.courtroom()
    first = enter(session, case, sitting(room), time())
    later = service.move(
        session,
        SYSTEM,
        first,
        sitting(room, minutes=90),
        reason="Жоопкер ооруп калды",
        defer=defer_job,
        now=time(),
    )
    assert (first.state, later.state) == (HearingState.ADJOURNED, HearingState.SCHEDULED)
    assert case.state is CaseState.SCHEDULED
    changes = [line.facts["change"] for line in journalled(session) if line.action == "hearing:set"]
    assert changes == ["set", "moved"]


def test_cancelling_frees_the_time(session, make, case, time) -> None:
    room = make.courtroom()
    hearing = enter(session, case, sitting(room), time())
    service.cancel(session, SYSTEM, hearing, reason="…", defer=defer_job, now=time())
    assert case.state is CaseState.ADJOURNED
    enter(session, case, sitting(room), time())
    with pytest.raises(CourtError):
        service.cancel(session, SYSTEM, hearing, reason="…", defer=defer_job, now=time())


def test_held_only_after_it_began(session, make, case, time) -> None:
    hearing = enter(session, case, sitting(make.courtroom()), time())
    with pytest.raises(CourtError):
        service.hold(session, SYSTEM, hearing, now=time())
    service.hold(session, SYSTEM, hearing, now=time() + timedelta(days=3))
    assert hearing.state is HearingState.HELD


# ------------------------------------------------------------------ pages


def filled(room, **facts) -> dict[str, str]:
    given = {
        "day-day": "25",
        "day-month": "11",
        "day-year": "2026",
        "begins": "10:00",
        "minutes": "60",
        "courtroom": str(room.key),
        "purpose": "merits",
        "openness": "open",
    }
    return given | facts


def test_the_judge_sets_a_hearing_in_the_browser(session, make, case, sign_in) -> None:
    room = make.courtroom()
    judge = sign_in(make.judge_user(case.judge))
    party = sign_in(make.party(case))
    address = f"/cases/{case.key}/hearings/new"
    assert judge.get(address).status_code == 200
    once = {"once": "0b9d4d8e-56a5-4b39-8d0e-3a0b7e0d1a11", "seen": str(case.version)}
    first = judge.post(address, data=filled(room, **once))
    second = judge.post(address, data=filled(room, **once))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location == f"/cases/{case.key}/hearings"
    assert len(session.scalars(select(Hearing)).all()) == 1
    for page in (f"/cases/{case.key}/hearings", f"/cases/{case.key}", "/home"):
        assert "10:00" in party.get(page).text
    assert case.number in judge.get("/calendar?week=2026-11-25").text
    assert "/move" not in party.get(f"/cases/{case.key}/hearings").text


def test_a_refused_hearing_keeps_the_entry_and_says_why(session, make, case, sign_in) -> None:
    holiday(session, WEDNESDAY)
    judge = sign_in(make.judge_user(case.judge))
    answer = judge.post(
        f"/cases/{case.key}/hearings/new?lang=en",
        data=filled(make.courtroom(), seen=str(case.version)),
    )
    assert answer.status_code == 422
    assert "Test holiday" in answer.text
    assert "26 November 2026" in answer.text
    assert 'value="10:00"' in answer.text
    assert 'href="#day-day"' in answer.text


def test_a_stale_form_is_refused(session, make, case, sign_in) -> None:
    judge = sign_in(make.judge_user(case.judge))
    answer = judge.post(f"/cases/{case.key}/hearings/new", data=filled(make.courtroom(), seen="99"))
    assert answer.status_code == 422
    assert session.scalars(select(Hearing)).all() == []


def test_a_room_of_another_court_is_no_choice(session, make, case, sign_in) -> None:
    other = make.courtroom(make.court(suffix="Н1", code="NRN-AKT"))
    judge = sign_in(make.judge_user(case.judge))
    answer = judge.post(
        f"/cases/{case.key}/hearings/new", data=filled(other, seen=str(case.version))
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("data", [{}, {"day-day": "31", "day-month": "2", "day-year": "2026"}])
def test_broken_entries_are_422(make, case, sign_in, data) -> None:
    judge = sign_in(make.judge_user(case.judge))
    assert judge.post(f"/cases/{case.key}/hearings/new", data=data).status_code == 422


def test_moving_and_cancelling_in_the_browser(session, make, case, sign_in) -> None:
    room = make.courtroom()
    hearing = make.hearing(case, courtroom=room)
    judge = sign_in(make.judge_user(case.judge))
    page = f"/hearings/{hearing.key}"
    assert judge.get(f"{page}/move").status_code == 200
    moved = judge.post(f"{page}/move", data=filled(room, reason="ооруу", seen="1"))
    assert moved.status_code == 303, moved.text
    session.expire_all()
    assert hearing.state is HearingState.ADJOURNED
    later = session.scalars(select(Hearing).where(Hearing.state == "scheduled")).one()
    page = f"/hearings/{later.key}"
    assert judge.get(f"{page}/cancel").status_code == 200
    assert judge.post(f"{page}/cancel", data={"reason": "", "seen": "1"}).status_code == 422
    assert judge.post(f"{page}/cancel", data={"reason": "x", "seen": "1"}).status_code == 303
    session.expire_all()
    assert later.state is HearingState.CANCELLED


def test_who_may_not(make, case, sign_in, client) -> None:
    hearing = make.hearing(case)
    missing = "/cases/00000000-0000-4000-8000-000000000000/hearings/new"
    addresses = [
        f"/cases/{case.key}/hearings/new",
        f"/hearings/{hearing.key}/move",
        f"/hearings/{hearing.key}/cancel",
    ]
    party = sign_in(make.party(case))
    other_court = make.court(suffix="Н1", code="NRN-AKT")
    strangers = [
        sign_in(make.user()),
        sign_in(make.judge_user(make.judge())),
        sign_in(make.staff(RoleCode.CLERK, other_court)),
    ]
    for address in addresses:
        assert party.get(address).status_code == 403
        assert party.post(address, data={}).status_code == 403
        assert client.get(address).location.startswith("/sign-in")
        for stranger in strangers:
            for ask in (stranger.get, stranger.post):
                seen, unseen = ask(address), ask(missing)
                assert seen.status_code == unseen.status_code == 404
                assert seen.data == unseen.data
