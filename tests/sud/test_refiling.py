"""Claims filed again: one draw, the first judge, one alarm, a clerk who answers for his word."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from assignment.verify import verify
from sud.access import SYSTEM, Actor
from sud.accounts.service import actor_of
from sud.allocation import log
from sud.allocation import service as allocation
from sud.db import unit
from sud.errors import CourtError, Refusal
from sud.filings import service as filings
from sud.filings.service import PersonFacts, Where
from sud.models import (
    Act,
    ActOutcome,
    ActState,
    Case,
    CaseState,
    Document,
    DrawRequest,
    Filing,
    FilingMark,
    FilingState,
    LinkGround,
    LogEntry,
    Notice,
    NoticeKind,
    PersonKind,
    Refiling,
    RefilingAlarm,
    RefilingSign,
    RefilingState,
    ReturnReason,
    RoleCode,
    SeparateReason,
)
from sud.outside import defer_job
from sud.refiling import marking, service
from sud.refiling.service import Choice
from tests.attacks import attack
from tests.builders import Make
from tests.contributors import Contributors
from tests.sud.journalled import journalled
from tests.sud.test_filings import law
from tests.sud.test_fingerprint import CHANGED, OTHER_TEXT, TEXT

ME = PersonFacts(
    kind=PersonKind.NATURAL,
    surname="Осмонов",
    given_name="Бакыт",
    patronymic="Эркинович",
    pin="20101189900001",
    address="Талас",
)
FIRM = PersonFacts(
    kind=PersonKind.LEGAL, organisation="ОсОО «Ала-Тоо Финанс»", address="Бишкек ш., Чүй пр., 1"
)
PRICE = 500_000_00


class Desk:
    """A party who files claims, and the clerk who accepts them."""

    def __init__(self, session, outside, time, where, user, clerk) -> None:
        self.session, self.outside, self.time, self.where = session, outside, time, where
        self.party, self.clerk = Actor(user_id=user.id, language="ky"), Actor(user_id=clerk.id)
        self.papers = 0

    def file(self, *, me=ME, against=FIRM, price=PRICE, text=TEXT, category=None) -> Filing:
        self.time.now += timedelta(minutes=1)
        where = (
            self.where
            if category is None
            else Where(court=self.where.court, category=category, language="ky")
        )
        now, session = self.time(), self.session
        filing = filings.start(session, self.party, where, now=now)
        filings.name_me(session, self.party, filing, me, now=now)
        filings.name_respondent(session, self.party, filing, against, now=now)
        filings.write_claim(session, self.party, filing, price=price, text=text, now=now)
        self.papers += 1
        session.add(
            Document(
                filing=filing,
                title="доо",
                file_name="доо.pdf",
                media_type="application/pdf",
                size=1,
                sha256=f"{self.papers:064d}",
                object_key=f"refiling/{filing.key}",
                uploaded_by_id=self.party.user_id,
                uploaded_at=now,
            )
        )
        self.submit(filing)
        return filing

    def submit(self, filing: Filing) -> None:
        filings.submit(self.session, self.party, filing, defer=defer_job, now=self.time())
        self.session.commit()

    def accept(self, filing: Filing, choice: Choice | None = None) -> Case:
        self.time.now += timedelta(minutes=1)
        case = filings.accept(
            self.session, self.clerk, filing, outside=self.outside, now=self.time(), choice=choice
        )
        self.session.commit()
        return case

    def seen(self, filing: Filing) -> list[marking.Candidate]:
        return marking.candidates(self.session, filing, secret=self.outside.secret, now=self.time())


@pytest.fixture
def desk(session, make, outside, time) -> Desk:
    return Desk(session, outside, time, law(make), make.user(), make.staff(RoleCode.CLERK))


@pytest.fixture
def drawing(contributors, make, desk) -> Contributors:
    contributors.roster(*(make.judge(desk.where.court) for _ in range(4)))
    return contributors


def kinds(session) -> list[str]:
    """The ways in which cases came to the log, in its order."""
    bodies = session.scalars(select(LogEntry.body).order_by(LogEntry.index))
    found = (re.search(r'"type":"(case|linked|unlinked)"', body) for body in bodies)
    return [one[1] for one in found if one]


def is_whole(session, contributors) -> bool:
    """Whether an outsider finds the log in order."""
    trust = allocation.trust(session, log.log_seed(contributors.config.log_key_file))
    return verify(log.lines(session, 0), trust).findings == []


def end(session, make, case, outcome, now) -> None:
    """Let a final act end the case."""
    session.add(
        Act(
            case=case,
            kind=make.act_kind(),
            judge=case.judge,
            language="ky",
            outcome=outcome,
            state=ActState.ISSUED,
            created_at=now,
            issued_at=now,
            code=f"c{case.id}",
            pdf_key=f"acts/{case.id}",
            pdf_sha256="0" * 64,
        )
    )
    case.state, case.decided_at = CaseState.DECIDED, now
    session.flush()


# ------------------------------------------------------------------ one draw


def test_a_repeated_claim_goes_to_the_judge_of_the_first(session, desk, drawing, mailbox) -> None:
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    assert first.judge is not None
    again = desk.file(
        me=PersonFacts(
            kind=PersonKind.NATURAL, surname="Osmonov", given_name="Bakyt Erkin uulu",
            pin="20101189900001", address="Талас",
        ),
        text=CHANGED,
    )  # fmt: skip
    found = desk.seen(again)
    assert [one.case for one in found] == [first]
    assert found[0].binds
    assert set(found[0].signs) >= {
        RefilingSign.SAME_CLAIMANT, RefilingSign.SAME_RESPONDENT, RefilingSign.SAME_PRICE,
        RefilingSign.SAME_TEXT,
    }  # fmt: skip
    case = desk.accept(again)
    assert case.judge == first.judge
    assert case.state is CaseState.DISTRIBUTED
    assert kinds(session) == ["case", "linked"]
    row = service.refiling_of(session, case)
    assert (row.state, row.ground, row.by_system) == (
        RefilingState.LINKED, LinkGround.REFILED, True,
    )  # fmt: skip
    assert row.earlier_id == first.id
    told = session.scalars(select(Notice.kind).where(Notice.case_id == case.id)).all()
    assert set(told) == {NoticeKind.CASE_REGISTERED, NoticeKind.JUDGE_FOLLOWS}
    assert is_whole(session, drawing)
    body = session.scalars(select(LogEntry.body).order_by(LogEntry.index.desc())).first()
    for private in (case.number, "смонов", "20101189900001"):
        assert private not in body


@attack("clerk", "without effect", "a repeated claim goes to its first judge, without a choice")
def test_a_choice_of_the_clerk_does_not_matter_for_a_repeated_claim(session, desk, drawing) -> None:
    """declares a repeated claim to be another matter"""
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    lie = Choice(earlier=first.key, reason=SeparateReason.NAMESAKE)
    case = desk.accept(desk.file(), lie)
    assert case.judge == first.judge
    assert kinds(session) == ["case", "linked"]


@attack("party", "caught", "copies follow the first: one draw, and one alarm")
def test_twenty_two_copies_one_draw_one_alarm(
    session, desk, drawing, make, run_jobs, mailbox
) -> None:
    """files twenty-two copies of a claim, to keep the one that falls well"""
    officials = [make.staff(RoleCode.ADMINISTRATOR), make.staff(RoleCode.AUDITOR)]
    copies = [desk.file() for _ in range(22)]
    run_jobs()
    alarm = session.scalars(select(RefilingAlarm)).one()
    assert (alarm.copies, alarm.first_id) == (22, copies[0].id)
    letters = [one for one in mailbox.letters if one["to"] in {user.email for user in officials}]
    assert sorted(letter["to"] for letter in letters) == sorted(user.email for user in officials)
    for letter in letters:
        assert copies[0].receipt_number in letter["text"]
        assert "/refilings" in letter["text"]
        assert not re.search("смонов|Ала-Тоо|20101189900001", letter["subject"] + letter["text"])
    cases = [desk.accept(copy) for copy in copies]
    assert kinds(session) == ["case"]
    states = session.scalars(select(Refiling.state)).all()
    assert states == [RefilingState.WAITING] * 21
    drawing.draw()
    session.commit()
    assert service.follow(
        session, SYSTEM, secret=desk.outside.secret, defer=defer_job, now=desk.time()
    ) == 21  # fmt: skip
    session.commit()
    session.expire_all()
    assert kinds(session) == ["case"] + ["linked"] * 21
    assert {case.judge_id for case in cases} == {cases[0].judge_id}
    assert cases[0].judge_id is not None
    assert session.scalars(select(func.count()).select_from(RefilingAlarm)).one() == 1
    assert is_whole(session, drawing)
    assert service.counts_by_party(session, desk.time() - timedelta(days=1)).popitem()[1] == 21


def test_the_next_day_has_an_alarm_of_its_own(session, desk, run_jobs) -> None:
    for _ in range(3):
        desk.file()
    desk.time.now += timedelta(days=1)
    for _ in range(2):
        desk.file()
    run_jobs()
    # Marks are dated by their job: all five are of the second day here.
    assert session.scalars(select(RefilingAlarm.copies)).all() == [5]


def test_two_copies_are_no_alarm(session, desk, run_jobs) -> None:
    desk.file()
    desk.file()
    desk.file(price=7_000_00, text=OTHER_TEXT)
    run_jobs()
    assert session.scalars(select(RefilingAlarm)).all() == []


def test_marking_twice_changes_nothing(session, desk, run_jobs) -> None:
    filing = desk.file()
    for _ in range(2):
        marking.note(session, SYSTEM, filing, secret=b"x", defer=defer_job, now=desk.time())
    run_jobs()
    assert session.scalars(select(func.count()).select_from(FilingMark)).one() == 1


def test_the_job_leads_the_waiting_on(session, desk, drawing, run_jobs) -> None:
    first, second = desk.accept(desk.file()), desk.accept(desk.file())
    drawing.draw()
    defer_job(session, service.FOLLOW)
    session.commit()
    assert service.FOLLOW in run_jobs()
    session.expire_all()
    assert second.judge == first.judge


# ------------------------------------------------------------------ what sticks, and how long


def test_a_returned_and_corrected_filing_stays_who_it_was(session, desk, drawing) -> None:
    """Trick: plant a defect, be returned, and come back as somebody else."""
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    again = desk.file(text="Кыска.", price=1_000_00)
    marking.note(
        session, SYSTEM, again, secret=desk.outside.secret, defer=defer_job, now=desk.time()
    )
    planted = desk.file()
    marking.note(
        session, SYSTEM, planted, secret=desk.outside.secret, defer=defer_job, now=desk.time()
    )
    filings.send_back(
        session, desk.clerk, planted, reason=ReturnReason.NOT_SIGNED, note="Кол жок.",
        defer=defer_job, now=desk.time(),
    )  # fmt: skip
    filings.write_claim(
        session, desk.party, planted, price=9_000_00, text=OTHER_TEXT, now=desk.time()
    )
    desk.submit(planted)
    found = marking.binding(desk.seen(planted))
    assert found is not None
    assert found.case == first
    assert desk.accept(planted).judge == first.judge


def test_what_waits_or_was_returned_is_shown_but_binds_nothing(session, desk, drawing) -> None:
    waiting, returned, withdrawn = desk.file(), desk.file(), desk.file()
    filings.send_back(
        session, desk.clerk, returned, reason=ReturnReason.OTHER, note="…", defer=defer_job,
        now=desk.time(),
    )  # fmt: skip
    filings.withdraw(session, desk.party, withdrawn, now=desk.time())
    for one in (waiting, returned, withdrawn):
        marking.note(
            session, SYSTEM, one, secret=desk.outside.secret, defer=defer_job, now=desk.time()
        )
    fresh = desk.file()
    fates = {one.filing.id: one.fate for one in desk.seen(fresh)}
    assert fates == {
        waiting.id: marking.Fate.QUEUED,
        returned.id: marking.Fate.RETURNED,
        withdrawn.id: marking.Fate.WITHDRAWN,
    }
    assert desk.accept(fresh).state is CaseState.REGISTERED
    assert kinds(session) == ["case"]


@pytest.mark.parametrize(
    ("outcome", "after", "binds"),
    [
        (ActOutcome.TERMINATED, 0, True),
        (ActOutcome.TERMINATED, 360, True),
        (ActOutcome.TERMINATED, 370, False),
        (None, 10, True),
        (ActOutcome.REFUSED, 10, False),
        (ActOutcome.PARTLY_SATISFIED, 10, False),
    ],
)
def test_how_long_a_judge_is_bound(session, desk, drawing, make, outcome, after, binds) -> None:
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    end(session, make, first, outcome, desk.time())
    desk.time.now += timedelta(days=after)
    found = desk.seen(desk.file())
    assert [one.binds for one in found] == [binds]
    assert found[0].fate is (
        marking.Fate.ENDED if outcome in (None, ActOutcome.TERMINATED) else marking.Fate.DECIDED
    )


def test_a_judge_who_is_gone_binds_nobody(session, desk, drawing) -> None:
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    first.judge.until = desk.time().date() - timedelta(days=1)
    session.flush()
    case = desk.accept(desk.file())
    assert case.judge is None
    assert service.refiling_of(session, case).state is RefilingState.JUDGE_GONE
    assert kinds(session) == ["case", "case"]


def test_another_court_s_cases_are_not_told(session, desk, drawing, make) -> None:
    desk.accept(desk.file())
    other = make.court("Б1", "BSK-LEN")
    drawing.roster(make.judge(other))
    desk.where = Where(court=other, category=desk.where.category, language="ky")
    assert desk.seen(desk.file()) == []


# ------------------------------------------------------------------ the clerk's word


def test_a_claim_that_only_resembles_needs_an_answer(session, desk, drawing) -> None:
    first = desk.accept(desk.file())
    filing = desk.file(price=7_000_00, text=OTHER_TEXT)
    for said in (None, Choice(earlier=first.key), Choice(earlier=filing.key, reason="namesake")):
        with pytest.raises(CourtError) as refused:
            desk.accept(filing, said)
        assert refused.value.code is Refusal.REFILING_UNDECIDED
        session.rollback()
    case = desk.accept(filing, Choice(earlier=first.key, reason=SeparateReason.OTHER_CONTRACT))
    row = service.refiling_of(session, case)
    assert (row.state, row.reason, row.by_system, row.decided_by_id) == (
        RefilingState.SEPARATE, SeparateReason.OTHER_CONTRACT, False, desk.clerk.user_id,
    )  # fmt: skip
    assert kinds(session) == ["case", "case"]


def test_a_related_claim_is_linked_by_choice(session, desk, drawing) -> None:
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    filing = desk.file(price=7_000_00, text=OTHER_TEXT)
    case = desk.accept(filing, Choice(earlier=first.key, ground=LinkGround.RELATED))
    assert case.judge == first.judge
    row = session.scalars(select(DrawRequest).where(DrawRequest.case_id == case.id)).one()
    assert row.ground == "related"
    assert is_whole(session, drawing)


@attack("clerk", "refused", "a link is taken back before a freeze, or never")
def test_a_link_is_undone_before_the_freeze_and_not_after(session, desk, drawing) -> None:
    """takes a link back once the values are known"""
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    case, other = desk.accept(desk.file()), desk.accept(desk.file())
    desk.time.now += timedelta(minutes=1)
    service.undo(
        session, desk.clerk, case, reason=SeparateReason.OTHER_PERIOD,
        secret=desk.outside.secret, now=desk.time(),
    )  # fmt: skip
    session.commit()
    assert case.judge is None
    assert case.state is CaseState.REGISTERED
    assert kinds(session) == ["case", "linked", "linked", "unlinked", "case"]
    row = service.refiling_of(session, case)
    assert (row.state, row.undone_by_id) == (RefilingState.UNLINKED, desk.clerk.user_id)
    (line,) = journalled(session, "refiling:undo")
    assert line.facts == {"reason": "other_period", "linked": True}
    with pytest.raises(CourtError) as refused:
        service.undo(
            session, desk.clerk, case, reason=SeparateReason.NAMESAKE,
            secret=desk.outside.secret, now=desk.time(),
        )  # fmt: skip
    assert refused.value.code is Refusal.LINK_SETTLED
    session.rollback()
    drawing.draw()
    session.commit()
    with pytest.raises(CourtError) as refused:
        service.undo(
            session, desk.clerk, other, reason=SeparateReason.NAMESAKE,
            secret=desk.outside.secret, now=desk.time(),
        )  # fmt: skip
    assert refused.value.code is Refusal.LINK_FROZEN
    session.rollback()
    session.refresh(case)
    assert case.judge is not None
    assert is_whole(session, drawing)


def test_a_waiting_link_is_undone(session, desk, drawing) -> None:
    desk.accept(desk.file())
    case = desk.accept(desk.file())
    service.undo(
        session, desk.clerk, case, reason=SeparateReason.OTHER_CLAIM,
        secret=desk.outside.secret, now=desk.time(),
    )  # fmt: skip
    assert kinds(session) == ["case", "case"]


def test_counts_by_clerk(session, desk, drawing, make) -> None:
    first = desk.accept(desk.file())
    drawing.draw()
    session.refresh(first)
    desk.accept(desk.file())
    other = desk.file(price=7_000_00, text=OTHER_TEXT)
    desk.accept(other, Choice(earlier=first.key, reason=SeparateReason.OTHER_CONTRACT))
    auditor = actor_of(session, make.staff(RoleCode.AUDITOR), desk.time())
    (count,) = service.counts_by_clerk(session, auditor, desk.time() - timedelta(days=1))
    assert (count.by_system, count.linked, count.separate, count.undone) == (1, 0, 1, 0)
    stranger = make.staff(RoleCode.CHAIR, make.court("Б1", "BSK-LEN"))
    elsewhere = actor_of(session, stranger, desk.time())
    assert service.counts_by_clerk(session, elsewhere, desk.time() - timedelta(days=1)) == []
    assert service.lately(session, elsewhere) == []


# ------------------------------------------------------------------ two at once


@attack("two clerks", "without effect", "the second finds the first")
def test_two_copies_accepted_at_once_one_draw_and_one_link(own_sessions, config, outside, time):
    """accept two copies in the same moment"""
    with unit(own_sessions) as session:
        make = Make(session, time)
        desk = Desk(session, outside, time, law(make), make.user(), make.staff(RoleCode.CLERK))
        clerks = [desk.clerk.user_id, make.staff(RoleCode.CLERK).id]
        Contributors(session, config, time).roster(make.judge(), make.judge())
    with own_sessions() as session:
        desk.session = session
        numbers = [desk.file().id for _ in clerks]
    barrier, failures = threading.Barrier(2), []

    def decide(number: int, clerk: int) -> None:
        barrier.wait()
        try:
            with unit(own_sessions) as session:
                filings.accept(
                    session, Actor(user_id=clerk), session.get_one(Filing, number),
                    outside=outside, now=time(),
                )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must tell it
            failures.append(error)

    threads = [
        threading.Thread(target=decide, args=pair) for pair in zip(numbers, clerks, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with unit(own_sessions) as session:
        assert kinds(session) == ["case"]
        assert session.scalars(select(Refiling.state)).all() == [RefilingState.WAITING]
        assert len(session.scalars(select(Case)).all()) == 2


# ------------------------------------------------------------------ pages


def press(client, address: str, data: dict, form: str = ""):
    page = client.get(form or address)
    assert page.status_code == 200, page.text
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]*)"', page.text))
    return client.post(address, data={**hidden, **data})


def clerk_of(session, desk):
    from sud.models import User

    return session.get_one(User, desk.clerk.user_id)


def test_the_clerk_s_screen(session, desk, drawing, sign_in) -> None:
    counter = sign_in(clerk_of(session, desk))
    first = desk.accept(desk.file())
    drawing.draw()
    session.commit()
    session.refresh(first)
    other = desk.file(price=7_000_00, text=OTHER_TEXT)
    base = f"/filings/{other.key}"
    page = counter.get(f"{base}/check?lang=en").text
    assert first.number in page
    assert first.judge.full_name in page
    assert "the same claimant, the same respondent, the same subject" in page
    unsaid = press(counter, f"{base}/accept", {}, f"{base}/check")
    assert unsaid.status_code == 422
    assert 'href="#matter-0"' in unsaid.text
    no_reason = press(counter, f"{base}/accept", {"matter": f"other:{first.key}"}, f"{base}/check")
    assert no_reason.status_code == 422
    assert 'href="#why-0"' in no_reason.text
    foreign = press(counter, f"{base}/accept", {"matter": f"related:{other.key}"}, f"{base}/check")
    assert foreign.status_code == 422
    done = press(
        counter,
        f"{base}/accept",
        {"matter": f"other:{first.key}", "why": "other_contract"},
        f"{base}/check",
    )
    assert done.status_code == 303, done.text
    session.expire_all()
    copy = desk.file()
    page = counter.get(f"/filings/{copy.key}/check?lang=en").text
    assert f"This claim repeats case {first.number}" in page
    assert 'name="matter"' not in page
    done = press(counter, f"/filings/{copy.key}/accept", {}, f"/filings/{copy.key}/check")
    assert done.status_code == 303
    session.expire_all()
    case = session.get_one(Filing, copy.id).case
    assert case.judge == first.judge
    shown = counter.get(f"/cases/{case.key}/refiling?lang=en").text
    assert first.number in shown
    assert f"/cases/{case.key}/unlink" in shown
    assert case.number in counter.get(f"/cases/{first.key}/refiling").text
    assert case.number in counter.get("/refilings").text
    assert "Linked with an earlier case" in counter.get(f"/cases/{case.key}?lang=en").text
    assert press(counter, f"/cases/{case.key}/unlink", {}).status_code == 422
    undone = press(counter, f"/cases/{case.key}/unlink", {"reason": "other_period"})
    assert undone.status_code == 303
    assert counter.get(f"/cases/{case.key}/unlink").status_code == 409
    assert counter.post(f"/cases/{case.key}/unlink").status_code == 409
    assert counter.get(f"/cases/{first.key}/unlink").status_code == 409


def test_a_stale_page_undoes_nothing(session, desk, drawing, sign_in) -> None:
    desk.accept(desk.file())
    case = desk.accept(desk.file())
    counter = sign_in(clerk_of(session, desk))
    answer = counter.post(f"/cases/{case.key}/unlink", data={"seen": "0", "reason": "namesake"})
    assert answer.status_code == 422
    assert service.bound_of(session, case) is not None


def test_who_sees_the_list(session, desk, drawing, make, sign_in, run_jobs) -> None:
    for _ in range(3):
        desk.accept(desk.file())
    run_jobs()
    number = session.scalars(select(Refiling)).first().case.number
    seeing = {
        "chair": make.staff(RoleCode.CHAIR),
        "auditor": make.staff(RoleCode.AUDITOR, make.court("Б1", "BSK-LEN")),
        "administrator": make.staff(RoleCode.ADMINISTRATOR),
    }
    for who, user in seeing.items():
        page = sign_in(user).get("/refilings?lang=en").text
        assert number in page
        assert ("For auditors only" in page) is (who == "auditor")
    elsewhere = sign_in(make.staff(RoleCode.CHAIR, make.court("Б1", "BSK-LEN")))
    assert number not in elsewhere.get("/refilings").text
    assert sign_in(make.judge_user(make.judge())).get("/refilings").status_code == 403
    party = sign_in(make.user())
    assert party.get("/refilings").status_code == 403
    assert session.scalars(select(Filing.state).distinct()).all() == [FilingState.ACCEPTED]
