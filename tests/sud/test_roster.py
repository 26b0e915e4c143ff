"""The roster: orders and what rests on them, what the log makes of it, duty, alarms, pages."""

import io
import re
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from werkzeug.serving import make_server

from assignment.canon import parse
from assignment.verify import verify
from sud import journal
from sud.access import SYSTEM, Action, Actor, permits
from sud.accounts.service import actor_of
from sud.allocation import log
from sud.allocation import service as allocation
from sud.errors import CourtError, Refusal
from sud.hearings import service as hearings
from sud.models import (
    AbsenceReason,
    AlarmKind,
    Availability,
    ChangeKind,
    DutyWeek,
    HearingPurpose,
    LogEntry,
    Role,
    RoleCode,
    RosterAlarm,
    RosterChange,
    RosterOrder,
)
from sud.outside import defer_job
from sud.registry import epochs
from sud.roster import alarms, duty, jobs, orders, posts, report, rules, service
from sud.uploads.service import Sent
from tests.builders import START
from tests.e2e import conftest as walks
from tests.sud.journalled import journalled

browser = walks.browser
TODAY = date(2026, 11, 23)
"""A Monday, as the tests' clock says."""


def days(count):
    return TODAY + timedelta(days=count)


def pdf(pages=1):
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


class Court:
    """A court with five judges on its roster, an administrator, and the papers he needs."""

    def __init__(self, session, make, contributors, outside, time):
        self.session, self.make, self.contributors = session, make, contributors
        self.outside, self.time = outside, time
        allocation.set_rules(session, SYSTEM, minimum=3, now=time())
        self.judges = [make.judge() for _ in range(5)]
        contributors.roster(*self.judges)
        self.court = self.judges[0].court
        self.user = make.staff(RoleCode.ADMINISTRATOR)
        self.admin = actor_of(session, self.user, time())

    def paper(self, name="order.pdf", data=None, day=TODAY):
        return orders.Paper(
            number="12-К",
            day=day,
            upload=Sent(stream=io.BytesIO(data or pdf()), name=name),
            outside=self.outside,
            limit=1 << 20,
        )

    def leave(self, judge, first, last, *, reason=AbsenceReason.LEAVE, confirmed=True, **rest):
        return service.enter_absence(
            self.session,
            self.admin,
            judge,
            reason=reason,
            first=first,
            last=last,
            order=rest.pop("order", None) or self.paper(),
            confirmed=confirmed,
            now=self.time(),
        )

    def share(self, judge, per_mille, since=TODAY, **rest):
        return service.change_share(
            self.session,
            self.admin,
            judge,
            per_mille=per_mille,
            since=since,
            order=rest.pop("order", None) or self.paper(),
            now=self.time(),
        )

    def specialise(self, judge, classes, since=TODAY, *, confirmed=True):
        return service.specialise(
            self.session,
            self.admin,
            judge,
            classes=classes,
            since=since,
            order=self.paper(),
            confirmed=confirmed,
            now=self.time(),
        )

    def draw(self, **facts):
        """Register one case and draw its judge: the epoch ends with it."""
        case = self.make.case(self.court, **facts)
        row = self.contributors.enter(case)
        self.contributors.draw()
        return row

    def candidates(self, row):
        entry = parse(self.session.get_one(LogEntry, row.case_index).body.encode())
        return dict(entry["request"]["candidates"])

    def roster(self, day):
        state = log.read(self.session)
        found = state.rosters.posts(self.court.code, day.isoformat(), state.intake + 1)
        return {code: post.availability for code, post in found.items()}

    def true(self):
        """Whoever downloads the log finds it true."""
        lines = list(log.lines(self.session, 0))
        found = verify(lines, self.contributors.published.trust())
        assert found.findings == []


@pytest.fixture
def court(session, make, contributors, outside, time):
    return Court(session, make, contributors, outside, time)


@contextmanager
def refused(code):
    with pytest.raises(CourtError) as info:
        yield info
    assert info.value.code is code


# ------------------------------------------------------------------ what the log makes of it


def test_a_leave_begins_after_the_next_draw_and_ends_by_itself(court):
    judge = court.judges[0]
    before = court.draw()
    court.leave(judge, TODAY, days(13))
    meanwhile = court.draw()
    assert judge.code in court.candidates(before)
    assert judge.code in court.candidates(meanwhile)  # logged before the next freeze
    assert judge.code not in court.candidates(court.draw())
    court.time.now += timedelta(days=14)
    assert court.candidates(court.draw())[judge.code] == 1000
    court.true()


def test_a_leave_in_the_middle_of_a_day_leaves_registered_cases_alone(court):
    judge = court.judges[0]
    court.draw()
    registered = court.contributors.enter(court.make.case(court.court))
    court.leave(judge, TODAY, days(20))
    later = court.contributors.enter(court.make.case(court.court))
    court.contributors.draw()
    assert judge.code in court.candidates(registered)
    assert judge.code in court.candidates(later)
    assert judge.code not in court.candidates(court.draw())
    court.true()


def test_a_new_judge_begins_at_nothing_and_waits_for_the_next_epoch(court):
    for _ in range(3):
        court.draw()
    newcomer = court.make.judge(court.court, since=TODAY)
    court.share(newcomer, 1000)
    assert newcomer.code not in court.candidates(court.draw())
    drawn = court.draw()
    assert court.candidates(drawn)[newcomer.code] == 1000
    assert drawn.standing[newcomer.code] == 0
    assert any(drawn.standing[judge.code] for judge in court.judges)
    court.true()


def test_half_a_post_and_the_chair_s_share_are_drawn_by_their_weight(court):
    half, chair = court.judges[:2]
    court.draw()
    court.share(half, 500)
    court.share(chair, 700)
    court.draw()
    row = court.draw()
    assert court.candidates(row)[half.code] == 500
    assert court.candidates(row)[chair.code] == 700
    result = parse(court.session.get_one(LogEntry, row.result_index).body.encode())
    codes = sorted(court.candidates(row))
    tickets = dict(zip(codes, map(int, result["seats"][0]["tickets"]), strict=True))
    full = tickets[court.judges[2].code]
    assert 0.4 < tickets[half.code] / full < 0.6
    assert 0.6 < tickets[chair.code] / full < 0.8
    court.true()


def test_a_specialised_judge_is_drawn_for_his_classes_only(court, make):
    judge = court.judges[0]
    make.category("order", 100_000).draw_class = "order"
    court.session.flush()
    court.draw()
    court.specialise(judge, ["order"])
    court.draw()
    assert judge.code not in court.candidates(court.draw())
    mine = court.draw(category=make.category("order"))
    assert court.candidates(mine)[judge.code] == 1000
    court.specialise(judge, None)
    court.draw()
    assert judge.code in court.candidates(court.draw())
    court.true()


def test_a_new_share_holds_after_a_leave_that_was_planned_before(court):
    judge = court.judges[0]
    court.leave(judge, days(10), days(19))
    court.share(judge, 500, since=days(3))
    line = posts.timeline_of(court.session, judge)
    shares = [(one.first, one.post.per_mille) for one in line.periods(TODAY, days(60))]
    assert shares == [(TODAY, 1000), (days(3), 500), (days(10), 0), (days(20), 500)]
    court.true()


def test_a_planned_change_of_the_share_outlives_an_earlier_one(court):
    judge = court.judges[0]
    court.share(judge, 700, since=days(30))
    court.leave(judge, days(10), days(19))
    court.share(judge, 500, since=days(3))
    line = posts.timeline_of(court.session, judge)
    shares = [(one.first, one.post.per_mille) for one in line.periods(TODAY, days(60))]
    assert shares == [
        (TODAY, 1000),
        (days(3), 500),
        (days(10), 0),
        (days(20), 500),
        (days(30), 700),
    ]


def test_a_judge_may_come_back_before_the_end(court):
    judge = court.judges[0]
    court.share(judge, 500)
    court.leave(judge, days(2), None, reason=AbsenceReason.SUSPENSION)
    assert service.absent_on(court.session, judge, days(300)).last is None
    made = service.end_absence(
        court.session, court.admin, judge, day=days(9), order=court.paper(), now=court.time()
    )
    assert made.kind is ChangeKind.RETURN
    line = posts.timeline_of(court.session, judge)
    shares = [(one.first, one.last, one.post.per_mille) for one in line.periods(TODAY, days(60))]
    assert shares == [
        (TODAY, days(1), 500),
        (days(2), days(8), 0),
        (days(9), None, 500),
    ]
    assert service.absent_on(court.session, judge, days(8)).last == days(8)
    assert service.absent_on(court.session, judge, days(9)) is None


def test_a_leave_that_is_called_off_and_one_that_touches_another(court):
    judge = court.judges[0]
    court.share(judge, 700)

    def back(day):
        service.end_absence(
            court.session, court.admin, judge, day=day, order=court.paper(), now=court.time()
        )

    court.leave(judge, days(5), days(9))
    back(days(5))
    court.leave(judge, days(10), days(19))
    court.leave(judge, days(20), days(29), reason=AbsenceReason.SICKNESS)
    back(days(24))
    line = posts.timeline_of(court.session, judge)
    shares = [(one.first, one.last, one.post.per_mille) for one in line.periods(TODAY, days(60))]
    assert shares == [
        (TODAY, days(9), 700),
        (days(10), days(19), 0),
        (days(20), days(23), 0),
        (days(24), None, 700),
    ]
    court.true()


def test_nothing_revives_a_judge_whose_term_is_over(court):
    judge = court.judges[0]
    court.leave(judge, days(10), days(19))
    court.share(judge, 500, since=days(40))
    service.end_term(
        court.session,
        court.admin,
        judge,
        last=days(4),
        order=court.paper(),
        confirmed=True,
        now=court.time(),
    )
    assert judge.until == days(4)
    for ahead in (5, 10, 20, 25, 40, 400):
        assert court.roster(days(ahead))[judge.code] == 0
    assert court.roster(days(4))[judge.code] == 1000
    with refused(Refusal.TERM_IS_OVER):
        court.share(judge, 1000, since=days(5))
    court.true()


def test_the_page_s_days_are_those_of_the_log(court):
    """The table of the pages is a picture; whatever is entered, the log says the same."""
    one, two, three = court.judges[:3]
    court.leave(one, days(2), days(5))
    court.share(one, 500, since=days(6))
    court.leave(one, days(9), days(30), reason=AbsenceReason.TRIP)
    court.leave(two, days(1), None, reason=AbsenceReason.SICKNESS)
    service.end_absence(
        court.session, court.admin, two, day=days(12), order=court.paper(), now=court.time()
    )
    court.share(three, 700, since=days(20))
    court.leave(three, days(4), days(8), reason=AbsenceReason.TRAINING)
    lines = posts.timelines(court.session, court.judges)
    for ahead in range(45):
        told = {judge.code: lines[judge.id].on(days(ahead)).per_mille for judge in court.judges}
        assert told == court.roster(days(ahead)), days(ahead)


# ------------------------------------------------------------------ orders


def test_the_log_shows_a_salted_hash_of_the_order_s_file(court):
    made = court.leave(court.judges[0], days(1), days(3))
    order = made.order or court.session.get_one(RosterOrder, made.order_id)
    row = court.session.get_one(Availability, made.availability_id)
    entry = parse(court.session.get_one(LogEntry, row.log_index).body.encode())
    assert entry["order"] == orders.hash_of(order).hex()
    assert order.sha256 not in court.session.get_one(LogEntry, row.log_index).body
    assert court.outside.store.get(order.object_key).startswith(b"%PDF")
    assert (order.number, order.by_id, made.by_id) == ("12-К", court.user.id, court.user.id)
    assert not list(journal.broken_lines(court.session))
    said = [line.facts for line in journalled(court.session)]
    assert all("12-К" not in str(facts) for facts in said)


def test_what_was_ordered_is_never_rewritten(court):
    court.leave(court.judges[0], days(1), days(3))
    court.session.commit()
    for statement in (
        "UPDATE roster_orders SET number = '13'",
        "DELETE FROM roster_changes",
        "UPDATE roster_changes SET at = now()",
    ):
        with pytest.raises(DBAPIError):
            court.session.execute(text(statement))
        court.session.rollback()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("order.pdf", b"", Refusal.FILE_EMPTY),
        ("order.pdf", b"no paper at all", Refusal.FILE_NOT_WHAT_IT_SAYS),
        ("order.exe", b"MZ", Refusal.FILE_NOT_ALLOWED),
    ],
)
def test_a_file_that_is_no_order_changes_nothing(court, name, data, code):
    before = log.size_of(court.session)
    paper = court.paper(name)
    paper.upload.stream.truncate(0)
    paper.upload.stream.seek(0)
    paper.upload.stream.write(data)
    paper.upload.stream.seek(0)
    with refused(code):
        court.leave(court.judges[0], days(1), days(3), order=paper)
    assert log.size_of(court.session) == before


def test_an_order_is_a_pdf_and_not_of_tomorrow(court):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 40), "gray").save(out, "PNG")
    with refused(Refusal.ORDER_NOT_PDF):
        court.leave(court.judges[0], days(1), days(3), order=court.paper("o.png", out.getvalue()))
    with refused(Refusal.ORDER_OF_TOMORROW):
        court.leave(court.judges[0], days(1), days(3), order=court.paper(day=days(1)))


# ------------------------------------------------------------------ what is refused


def test_a_share_of_nothing_and_a_share_during_an_absence(court):
    judge = court.judges[0]
    with refused(Refusal.SHARE_OF_NOTHING):
        court.share(judge, 0)
    court.leave(judge, days(2), days(9))
    with refused(Refusal.ABSENCES_OVERLAP) as info:
        court.share(judge, 500, since=days(9))
    assert info.value.facts == {"first": days(2), "last": days(9)}
    court.share(judge, 500, since=days(10))


@pytest.mark.parametrize(
    ("first", "last", "reason", "code"),
    [
        (5, 4, AbsenceReason.LEAVE, Refusal.DATES_REVERSED),
        (5, None, AbsenceReason.LEAVE, Refusal.ABSENCE_NEEDS_END),
        (-40, 4, AbsenceReason.LEAVE, Refusal.DAY_TOO_OLD),
        (800, 804, AbsenceReason.LEAVE, Refusal.DAY_TOO_FAR),
        (5, 5000, AbsenceReason.SICKNESS, Refusal.DAY_TOO_FAR),
        (15, 25, AbsenceReason.TRIP, Refusal.ABSENCES_OVERLAP),
        (20, 20, AbsenceReason.TRIP, Refusal.ABSENCES_OVERLAP),
        (8, 40, AbsenceReason.TRIP, Refusal.ABSENCES_OVERLAP),
        (30, None, AbsenceReason.SUSPENSION, Refusal.CHANGE_INSIDE),
        (45, 55, AbsenceReason.LEAVE, Refusal.CHANGE_INSIDE),
    ],
)
def test_days_that_cannot_be(court, first, last, reason, code):
    judge = court.judges[0]
    court.leave(judge, days(10), days(20))
    court.share(judge, 500, since=days(50))
    size = log.size_of(court.session)
    with refused(code):
        court.leave(judge, days(first), None if last is None else days(last), reason=reason)
    assert log.size_of(court.session) == size


def test_absences_may_follow_one_another(court):
    judge = court.judges[0]
    court.leave(judge, days(10), days(20))
    court.leave(judge, days(21), days(25), reason=AbsenceReason.SICKNESS)
    court.leave(judge, days(5), days(9), reason=AbsenceReason.TRIP)
    told = service.absent_on(court.session, judge, days(21))
    assert (told.first, told.last, told.reason) == (days(21), days(25), AbsenceReason.SICKNESS)
    assert service.absent_on(court.session, judge, days(26)) is None


def test_classes_must_be_known_and_a_judge_on_the_roster(court):
    stranger = court.make.judge(court.court)
    with refused(Refusal.NOT_ON_ROSTER):
        court.leave(stranger, days(1), days(2))
    with refused(Refusal.NOT_ON_ROSTER):
        court.specialise(stranger, None)
    for classes in ([], ["witchcraft"]):
        with refused(Refusal.UNKNOWN_CLASS):
            court.specialise(court.judges[0], classes)
    with refused(Refusal.NOT_ABSENT):
        service.end_absence(
            court.session,
            court.admin,
            court.judges[0],
            day=days(1),
            order=court.paper(),
            now=court.time(),
        )


# ------------------------------------------------------------------ too few judges


def test_who_makes_a_court_too_small_must_say_so_and_the_auditor_sees_it(court):
    one, two, three = court.judges[:3]
    court.leave(one, days(1), days(9), confirmed=False)
    court.leave(two, days(1), days(9), confirmed=False)
    with refused(Refusal.POOL_WOULD_FALL) as info:
        court.leave(three, days(5), days(12), confirmed=False)
    assert info.value.facts == {"left": 2, "judges": 5, "day": days(5)}
    court.leave(three, days(10), days(12), confirmed=False)  # the others are back by then
    court.leave(three, days(5), days(8), confirmed=True)
    (alarm,) = court.session.scalars(select(RosterAlarm))
    assert (alarm.kind, alarm.court_id) == (AlarmKind.POOL_FALLS, court.court.id)
    assert alarm.facts["left"] == 2
    auditor = actor_of(court.session, court.make.staff(RoleCode.AUDITOR), court.time())
    assert list(alarms.alarms_of(court.session, auditor, now=court.time())) == [alarm]
    court.time.now += timedelta(days=30)
    alarms.look(court.session, SYSTEM, now=court.time(), defer=defer_job)
    assert alarm.ended_at == court.time()


def test_half_of_the_court_is_too_few_even_above_the_minimum(court):
    court.contributors.roster(*(court.make.judge(court.court) for _ in range(4)))
    for judge in court.judges[:4]:
        court.leave(judge, days(1), days(9), confirmed=False)
    with refused(Refusal.POOL_WOULD_FALL) as info:
        court.leave(court.judges[4], days(2), days(3), confirmed=False)
    assert (info.value.facts["left"], info.value.facts["judges"]) == (4, 9)


def test_specialisation_may_leave_a_class_without_judges(court, make):
    make.category()
    make.category("order", 100_000).draw_class = "order"
    court.session.flush()
    for judge in court.judges[:2]:
        court.specialise(judge, ["order"], confirmed=False)
    with refused(Refusal.POOL_WOULD_FALL):
        court.specialise(court.judges[2], ["order"], confirmed=False)


def test_a_return_ends_the_alarm(court):
    for judge in court.judges[:3]:
        court.leave(judge, days(1), None, reason=AbsenceReason.SUSPENSION)
    assert [one.ended_at for one in court.session.scalars(select(RosterAlarm))] == [None]
    service.end_absence(
        court.session,
        court.admin,
        court.judges[2],
        day=days(3),
        order=court.paper(),
        now=court.time(),
    )
    assert court.session.scalars(select(RosterAlarm)).one().ended_at == court.time()


# ------------------------------------------------------------------ who changed what, which draw


def test_the_report_names_the_draws_that_saw_other_judges(court):
    judge = court.judges[0]
    first = court.draw()
    court.time.now += timedelta(hours=1)
    court.leave(judge, TODAY, days(20))
    court.time.now += timedelta(hours=1)
    same = court.draw()
    other = court.draw()
    court.time.now += timedelta(hours=24)
    court.draw()  # too late for the report
    told, count = report.changes_of(court.session, court.court, page=1)
    assert count == 6
    (leave, *_) = told
    assert leave.row.reason is AbsenceReason.LEAVE
    assert leave.made.by_id == court.user.id
    assert [(near.row.id, near.differs) for near in leave.draws] == [
        (first.id, False),
        (same.id, False),
        (other.id, True),
    ]
    assert leave.altered == 1


# ------------------------------------------------------------------ duty


def test_the_duty_judge_of_next_week_is_drawn_from_thursday_on(court, sessions, outside, run_jobs):
    court.session.commit()
    jobs.draw_duty(sessions, outside)
    weeks = court.session.scalars(select(DutyWeek).order_by(DutyWeek.monday)).all()
    assert [week.monday for week in weeks] == [TODAY]
    court.time.now += timedelta(days=3)
    jobs.draw_duty(sessions, outside)
    jobs.draw_duty(sessions, outside)
    court.session.expire_all()
    weeks = court.session.scalars(select(DutyWeek).order_by(DutyWeek.monday)).all()
    assert [week.monday for week in weeks] == [TODAY, days(7)]
    assert duty.duty_judge(court.session, court.court, days(7)) is None
    court.contributors.draw()
    court.session.expire_all()
    drawn = duty.duty_judge(court.session, court.court, days(13))
    assert drawn in court.judges
    assert duty.duty_judge(court.session, court.court, days(14)) is None
    assert weeks[1].draw.request_id == f"{court.court.code}-duty-2026-W49"
    court.true()


def test_another_is_drawn_for_the_days_on_which_the_duty_judge_is_away(court):
    def drawn():
        week = duty.draw_week(court.session, SYSTEM, court.court, TODAY, now=court.time())
        court.contributors.draw()
        court.session.refresh(week.draw)
        return week

    first = drawn()
    assert drawn().id == first.id
    court.leave(first.judge, days(2), days(20))
    court.draw()  # from the next draw on the leave counts
    court.time.now += timedelta(days=2)
    second = drawn()
    assert second.attempt == 1
    assert second.draw.request_id == f"{court.court.code}-duty-2026-W48-2"
    assert duty.duty_judge(court.session, court.court, days(1)) == first.judge
    assert duty.duty_judge(court.session, court.court, days(2)) == second.judge
    assert second.judge != first.judge
    court.true()


def test_a_week_s_draw_needs_somebody_who_is_there(court):
    for judge in court.judges:
        court.leave(judge, TODAY, days(20))
    log_before = court.session.scalar(select(DutyWeek.id))
    assert log_before is None
    assert duty.draw_week(court.session, SYSTEM, court.court, TODAY, now=court.time()) is None


def test_weeks_are_written_as_the_calendar_does():
    assert duty.week_code(date(2026, 12, 28)) == "2026-W53"
    assert duty.weeks_to_draw(datetime(2026, 11, 26, 3, tzinfo=UTC)) == [TODAY, days(7)]
    assert duty.weeks_to_draw(datetime(2026, 11, 25, 3, tzinfo=UTC)) == [TODAY]


# ------------------------------------------------------------------ what waits too long


def test_a_case_that_waits_too_long_is_told_once_and_without_the_case(
    court, sessions, outside, mailbox, run_jobs
):
    court.user.email, court.user.language = "admin@example.test", "ru"
    court.make.limit("draw_wait")
    court.leave(court.judges[0], TODAY, days(90))
    court.leave(court.judges[1], TODAY, days(90))
    court.leave(court.judges[2], TODAY, days(90))
    case = court.make.case(court.court)
    assert allocation.enter(court.session, SYSTEM, case, now=court.time()) is None
    court.session.commit()
    jobs.look(sessions, outside)
    assert alarms.overdue(court.session).cases == 0
    court.time.now += timedelta(days=9)
    jobs.look(sessions, outside)
    jobs.look(sessions, outside)
    assert run_jobs() == [alarms.TELL]
    (letter,) = mailbox.letters
    assert letter["to"] == "admin@example.test"
    assert "1" in letter["text"]
    assert case.number not in letter["subject"] + letter["text"]
    assert alarms.overdue(court.session).cases == 1
    clerk = actor_of(court.session, court.make.staff(RoleCode.CLERK, court.court), court.time())
    assert [wait.case_id for wait in alarms.waiting_of(court.session, clerk)] == [case.id]
    elsewhere = court.make.staff(RoleCode.CLERK, court.make.court("Б1", "BSK-LEN"))
    stranger = actor_of(court.session, elsewhere, court.time())
    assert list(alarms.waiting_of(court.session, stranger)) == []


def test_a_draw_that_waits_for_a_contributor_is_told(court, sessions, outside):
    court.contributors.enter(court.make.case(court.court))
    allocation.freeze(court.session, SYSTEM, now=court.time())
    court.session.commit()
    jobs.look(sessions, outside)
    assert alarms.overdue(court.session).draws == 0
    court.time.now += timedelta(minutes=epochs.timetable().groups[-1].patience_minutes + 1)
    jobs.look(sessions, outside)
    assert alarms.overdue(court.session).draws == 1
    court.contributors.draw()
    court.session.commit()
    jobs.look(sessions, outside)
    assert alarms.overdue(court.session).draws == 0


# ------------------------------------------------------------------ hearings


def test_no_hearing_is_set_before_a_judge_who_is_away(court):
    judge = court.judges[0]
    case = court.make.case(judge=judge)
    court.leave(judge, days(1), days(3))
    court.leave(judge, days(15), None, reason=AbsenceReason.SICKNESS)
    room = court.make.courtroom(court.court)

    def sit(day):
        sitting = hearings.Sitting(
            day=day,
            begins=datetime(2026, 1, 1, 10).time(),  # noqa: DTZ001 - an hour of the wall clock
            minutes=60,
            courtroom=room,
            purpose=HearingPurpose.MERITS,
        )
        return hearings.set_hearing(
            court.session, court.admin, case, sitting, defer=defer_job, now=court.time()
        )

    with refused(Refusal.JUDGE_ABSENT):
        sit(days(2))
    with refused(Refusal.JUDGE_ABSENT_WITHOUT_END):
        sit(days(16))
    assert sit(days(4)).judge_id == judge.id


# ------------------------------------------------------------------ groups of epochs


def test_every_case_belongs_to_one_group(make):
    court = make.court()
    assert epochs.group_of(court, "judicial_control") == "urgent"
    assert epochs.group_of(court, "ordinary") == "all"
    urgent, rest = epochs.timetable().groups
    now = datetime(2026, 11, 23, 5, 59, tzinfo=UTC)  # 11:59 in Bishkek
    assert rest.next_draw(now).isoformat() == "2026-11-23T12:00:00+06:00"
    assert rest.next_draw(now + timedelta(minutes=1)).isoformat() == "2026-11-23T15:00:00+06:00"
    assert urgent.week == (epochs.Hours(first=0, last=6, at=(), every_minutes=30),)
    assert rest.week[0].at == ("09:30", "12:00", "15:00", "17:30")


def test_a_group_may_serve_some_courts_only(make, tmp_path):
    (tmp_path / "epochs.toml").write_text(
        """
        [[group]]
        code = "talas"
        ky = "Талас"
        ru = "Талас"
        en = "Talas"
        crontabs = ["0 10 * * *"]
        regions = ["talas"]
        patience_minutes = 60
        [[group]]
        code = "all"
        ky = "a"
        ru = "b"
        en = "c"
        crontabs = ["0 11 * * *"]
        patience_minutes = 60
        [duty]
        weekday = "thu"
        weight = 1
        crontab = "0 9 * * *"
        [alarms]
        crontab = "* * * * *"
        """
    )
    table = epochs.read_timetable(tmp_path)
    other = make.court("Б1", "BSK-LEN")
    other.region = "bishkek"
    assert table.group_of(make.court(), "x").code == "talas"
    assert table.group_of(other, "x").code == "all"
    assert [one.code for one in table.groups_of(other)] == ["all"]


# ------------------------------------------------------------------ pages


def order_fields(**facts):
    return {
        "order_number": "7-К",
        "order_day-day": "23",
        "order_day-month": "11",
        "order_day-year": "2026",
        "order_file": (io.BytesIO(pdf()), "order.pdf"),
        **facts,
    }


def day_fields(name, day):
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def address(court, judge, what):
    return f"/roster/courts/{court.court.code}/judges/{judge.code}/{what}"


def seen_in(page):
    return re.search(r'name="seen" value="(\d+)"', page.text)[1]


def test_the_administrator_enters_a_leave_and_everybody_sees_it(court, sign_in, client):
    judge = court.judges[0]
    court.draw()
    court.session.commit()
    admin = sign_in(court.user)
    url = address(court, judge, "absence")
    page = admin.get(f"{url}?lang=en")
    assert "counts for cases registered after the next draw" in page.text
    assert "12:00" in page.text
    facts = {
        "reason": "sickness",
        "seen": seen_in(page),
        "once": "8e0c1a8e-7f43-4a05-9b10-3c6a6a8b0001",
        **day_fields("first", days(1)),
        **day_fields("last", days(12)),
    }
    answer = admin.post(url, data=order_fields(**facts), content_type="multipart/form-data")
    assert answer.status_code == 303
    size = log.size_of(court.session)
    again = admin.post(url, data=order_fields(**facts), content_type="multipart/form-data")
    assert again.status_code == 303  # the second press gets the answer of the first
    assert log.size_of(court.session) == size
    public = client.get(f"/courts/{court.court.code}/judges?lang=en")
    assert public.status_code == 200
    assert "absent from 24 November 2026 to 5 December 2026" in public.text
    assert "ickness" not in public.text
    assert "7-К" not in public.text
    staff = admin.get(f"/roster/courts/{court.court.code}?lang=en")
    assert "Sickness" in staff.text
    told = admin.get(f"/roster/courts/{court.court.code}/changes?lang=en")
    assert court.user.display_name in told.text
    open_to_all = client.get(f"/courts/{court.court.code}/judges/changes?lang=en")
    assert court.user.display_name not in open_to_all.text
    assert "ickness" not in open_to_all.text
    order = re.search(r"/roster/orders/[0-9a-f-]+", told.text)[0]
    file = admin.get(order)
    assert file.data.startswith(b"%PDF")
    assert client.get(order).status_code == 303


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"order_file": (io.BytesIO(), "")}, "Choose the file of the order."),
        ({"order_number": ""}, "Enter the number of the order."),
        ({"last-day": "1"}, "The last day lies before the first."),
        ({"reason": "holiday"}, "Choose one of the answers offered."),
        ({"first-month": "13"}, "month"),
    ],
)
def test_what_is_filled_in_wrongly_is_told_and_kept(court, sign_in, facts, words):
    court.session.commit()
    admin = sign_in(court.user)
    url = address(court, court.judges[0], "absence")
    right = {
        "reason": "leave",
        "seen": seen_in(admin.get(url)),
        **day_fields("first", days(2)),
        **day_fields("last", days(5)),
    }
    answer = admin.post(
        f"{url}?lang=en", data=order_fields(**right | facts), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert words in answer.text


def test_too_few_judges_are_shown_before_anything_is_logged(court, sign_in):
    for judge in court.judges[:2]:
        court.leave(judge, days(1), days(30))
    court.session.commit()
    admin = sign_in(court.user)
    url = address(court, court.judges[2], "absence")
    page = admin.get(f"{url}?lang=en")
    assert "only 2 of 5 judges could be drawn" in page.text
    facts = {
        "reason": "leave",
        "seen": seen_in(page),
        **day_fields("first", days(2)),
        **day_fields("last", days(5)),
    }
    size = log.size_of(court.session)
    answer = admin.post(
        f"{url}?lang=en", data=order_fields(**facts), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert 'name="confirmed"' in answer.text
    assert log.size_of(court.session) == size
    answer = admin.post(
        url, data=order_fields(**facts, confirmed="y"), content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    assert "needs a person" in admin.get("/roster/waiting?lang=en").text


def test_a_page_that_is_older_than_the_roster_is_not_taken(court, sign_in):
    court.session.commit()
    admin = sign_in(court.user)
    url = address(court, court.judges[0], "share")
    seen = seen_in(admin.get(url))
    court.leave(court.judges[0], days(20), days(30))
    court.session.commit()
    facts = {"percent": "50", "seen": seen, **day_fields("since", TODAY)}
    answer = admin.post(
        f"{url}?lang=en", data=order_fields(**facts), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "Someone changed this in the meantime" in answer.text


def test_hearings_on_days_of_absence_are_counted_for_who_enters_it(court, sign_in):
    judge = court.judges[0]
    case = court.make.case(judge=judge)
    for ahead in (3, 8):
        court.make.hearing(case, starts=court.time() + timedelta(days=ahead))
    court.session.commit()
    admin = sign_in(court.user)
    url = address(court, judge, "absence")
    facts = {
        "reason": "leave",
        "seen": seen_in(admin.get(url)),
        **day_fields("first", days(2)),
        **day_fields("last", days(5)),
    }
    answer = admin.post(
        f"{url}?lang=en", data=order_fields(**facts), content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    assert "1 hearing is set on a day" in admin.get(f"{answer.location}?lang=en").text


def test_every_form_changes_the_roster(court, sign_in, make):
    make.category("order", 100_000).draw_class = "order"
    judge = court.judges[0]
    court.leave(judge, days(1), days(9))
    court.session.commit()
    admin = sign_in(court.user)
    for what, facts in (
        ("return", day_fields("day", days(5))),
        ("share", {"percent": "70", **day_fields("since", days(6))}),
        ("specialisation", {"which": "some", "classes": "order", **day_fields("since", days(7))}),
        ("term", {"confirmed": "y", **day_fields("last", days(20))}),
    ):
        url = address(court, judge, what)
        page = admin.get(url)
        assert page.status_code == 200, what
        answer = admin.post(
            url,
            data=order_fields(seen=seen_in(page), **facts),
            content_type="multipart/form-data",
        )
        assert answer.status_code == 303, (what, answer.text)
    court.session.expire_all()
    kinds = court.session.scalars(select(RosterChange.kind).order_by(RosterChange.id)).all()
    assert {*kinds} == {*ChangeKind}
    post = posts.timeline_of(court.session, judge).on(days(8))
    assert (post.per_mille, post.classes) == (700, ("order",))


def test_who_may_read_and_who_may_change(court, sign_in, client):
    other = court.make.court("Б1", "BSK-LEN")
    theirs = court.make.judge(other)
    here, there = court.court, other
    people = {
        "administrator": court.user,
        "chair": court.make.staff(RoleCode.CHAIR, here),
        "chair elsewhere": court.make.staff(RoleCode.CHAIR, there),
        "auditor": court.make.staff(RoleCode.AUDITOR),
        "clerk": court.make.staff(RoleCode.CLERK, here),
        "judge": court.make.judge_user(court.judges[0]),
    }
    local = court.make.user()
    court.session.add(
        Role(user_id=local.id, code=RoleCode.ADMINISTRATOR, court_id=there.id, valid_from=START)
    )
    people["administrator elsewhere"] = local
    court.leave(court.judges[0], days(1), days(3))
    court.session.commit()
    order = court.session.scalars(select(RosterOrder)).first()
    visitors = {who: sign_in(user) for who, user in people.items()}
    form = address(court, court.judges[0], "absence")
    pages = {
        f"/roster/courts/{here.code}": {"administrator", "chair", "auditor"},
        f"/roster/courts/{here.code}/changes": {"administrator", "chair", "auditor"},
        f"/roster/orders/{order.key}": {"administrator", "chair", "auditor"},
        form: {"administrator"},
        "/roster/rules": {"administrator", "administrator elsewhere"},
        "/roster/pools": {"administrator", "administrator elsewhere"},
        "/roster/waiting": {*people} - {"judge"},
        "/roster": {*people} - {"judge"},
    }
    for page, allowed in pages.items():
        answers = {who: one.get(page).status_code for who, one in visitors.items()}
        assert {who for who, code in answers.items() if code == 200} == allowed, page
        assert set(answers.values()) <= {200, 403, 404}
    assert visitors["chair"].get(form).status_code == 403
    assert visitors["chair elsewhere"].get(form).status_code == 404
    foreign = f"/roster/courts/{here.code}/judges/{theirs.code}/absence"
    assert visitors["administrator"].get(foreign).status_code == 404
    assert client.get("/courts/nowhere/judges").status_code == 404
    assert client.get(f"/courts/{here.code}/duty").status_code == 200
    assert not permits(Actor(), Action.ROSTER_READ, here)


def test_the_timetable_is_told_in_words(court, client):
    page = client.get(f"/timetable?court={court.court.code}&lang=en")
    assert "Monday to Friday at 09:30, 12:00, 15:00, 17:30" in page.text
    assert "every day, every 30 min" in page.text
    assert "Nothing waits longer than it should." in page.text
    assert client.get("/timetable").status_code == 200


def test_rules_and_pools_are_changed_with_an_order(court, sign_in):
    other = court.make.court("Б1", "BSK-LEN")
    court.draw()
    court.session.commit()
    admin = sign_in(court.user)
    facts = {"minimum": "4", "redraws": "1", "absence": "30", "manual": "no"}
    answer = admin.post(
        "/roster/rules", data=order_fields(**facts), content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    coming = rules.rules_to_come(court.session)
    assert (coming.minimum, coming.redraws, coming.absence) == (4, 1, 30)
    assert "From the next draw on" in admin.get("/roster/rules?lang=en").text
    pool = {"code": "POOL-TALAS", "courts": [court.court.code, other.code]}
    answer = admin.post(
        "/roster/pools", data=order_fields(**pool), content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    (found,) = rules.pools_in_force(court.session)
    assert {one.code for one in found.courts} == {court.court.code, other.code}
    one_court = order_fields(code="POOL-ONE", courts=[other.code])
    answer = admin.post("/roster/pools", data=one_court, content_type="multipart/form-data")
    assert answer.status_code == 422
    court.draw()
    assert rules.rules_to_come(court.session) is None
    court.true()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_stand_in_a_real_browser(court, app, sign_in, browser, tmp_path, width):
    """The strip is drawn, nothing is wider than the screen, and amber marks who is away."""
    court.leave(court.judges[0], days(3), days(16))
    court.share(court.judges[1], 500, since=days(9))
    court.draw()
    court.session.commit()
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base, code = f"http://127.0.0.1:{server.port}", court.court.code
    try:
        context = browser.new_context(viewport={"width": width, "height": 900})
        cookie = sign_in(court.user).get_cookie("sud")
        context.add_cookies([{"name": "sud", "value": cookie.value, "url": base}])
        page = context.new_page()
        for path in (
            f"/courts/{code}/judges",
            f"/courts/{code}/judges/changes",
            f"/roster/courts/{code}",
            address(court, court.judges[0], "absence"),
            "/roster/rules",
            "/timetable",
        ):
            answer = page.goto(f"{base}{path}?lang=ru")
            assert answer is not None
            assert answer.status == 200, path
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path
            page.screenshot(path=tmp_path / "page.png", full_page=True)
        page.goto(f"{base}/courts/{code}/judges?lang=ru")
        strips = page.locator("figure.sud-chart svg")
        assert strips.count() == len(court.judges)
        absent = page.locator("rect.sud-chart__needs")
        assert absent.count() == 1
        box = absent.bounding_box()
        assert box is not None
        whole = strips.first.bounding_box()
        assert whole is not None
        assert box["width"] / whole["width"] == pytest.approx(14 / 56, abs=0.01)
        assert page.locator("tbody", has_text="отсутствует").count() == 1
        context.close()
    finally:
        server.shutdown()
