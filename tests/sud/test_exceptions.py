"""Past the draw: two persons, a ground, an order, a limit, and everything counted in public."""

import io
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from assignment.canon import parse
from assignment.verify import verify
from sud.access import SYSTEM, Actor
from sud.accounts.service import actor_of
from sud.allocation import log
from sud.allocation import service as allocation
from sud.db import unit
from sud.errors import CourtError, Refusal
from sud.exceptions import counting, rules, service
from sud.models import (
    AbsenceReason,
    CaseState,
    DrawKind,
    DrawRequest,
    ExceptionProposal,
    JournalLine,
    LogEntry,
    ManualGround,
    Notice,
    NoticeKind,
    ProposalState,
    QuotaAlarm,
    QuotaPeriod,
    Role,
    RoleCode,
)
from sud.outside import defer_job
from sud.uploads.service import Sent
from tests.attacks import attack
from tests.builders import START, Make
from tests.contributors import Contributors
from tests.sud.test_filings import pdf

BECAUSE = "Сотто эки гана судья калды."


class Office:
    """A court of two judges where three are needed: its cases wait."""

    def __init__(self, session, make, contributors, outside, time, *, manual=True) -> None:
        self.session, self.make, self.time = session, make, time
        self.contributors, self.outside = contributors, outside
        make.limit("draw_wait")
        self.court = make.court()
        self.judges = [make.judge(self.court) for _ in range(2)]
        contributors.roster(*self.judges)
        allocation.set_rules(session, SYSTEM, minimum=3, manual=manual, now=time())
        self.administrator = self.actor(make.staff(RoleCode.ADMINISTRATOR))
        self.second = self.actor(make.staff(RoleCode.ADMINISTRATOR))

    def actor(self, user) -> Actor:
        return actor_of(self.session, user, self.time())

    def waiting(self):
        case = self.make.case(self.court)
        assert allocation.enter(self.session, SYSTEM, case, now=self.time()) is None
        return case

    def propose(self, case, *, judges=None, actor=None, data=None, name="буйрук.pdf"):
        return service.propose_by_hand(
            self.session,
            actor or self.administrator,
            case,
            service.ByHand(
                ground=ManualGround.NO_JUDGE,
                judges=self.judges[:1] if judges is None else judges,
                because=BECAUSE,
                order_number="12",
            ),
            Sent(stream=io.BytesIO(pdf() if data is None else data), name=name),
            outside=self.outside,
            limit=1 << 20,
            now=self.time(),
        )

    def approve(self, proposal, actor=None) -> None:
        service.approve(
            self.session, actor or self.second, proposal, defer=defer_job, now=self.time()
        )

    def named(self):
        """A case whose judge was named by hand."""
        proposal = self.propose(self.waiting())
        self.approve(proposal)
        return proposal


@pytest.fixture
def office(session, make, contributors, outside, time) -> Office:
    return Office(session, make, contributors, outside, time)


def refused(code: Refusal):
    return pytest.raises(CourtError, match=f"^{code.value}$")


def last_entry(session) -> dict:
    bodies = session.scalars(select(LogEntry.body).order_by(LogEntry.index.desc()))
    return parse(bodies.first().encode())


def is_whole(session, contributors) -> bool:
    trust = allocation.trust(session, log.log_seed(contributors.config.log_key_file))
    return verify(log.lines(session, 0), trust).findings == []


# ------------------------------------------------------------------ by hand


@attack("officials", "refused", "seats that a judge has left are drawn, and the barred stay barred")
def test_who_left_a_case_is_not_named_again(session, office) -> None:
    """name by hand a judge whom a ruling has taken off the case"""
    case = office.named().case
    judge = office.judges[0]
    document = allocation.salted(session, b"an order")
    drop = allocation.Drop(judge=judge, ground="recusal", document=document)
    assert allocation.redraw(session, SYSTEM, case, drops=[drop], now=office.time()) is None
    with refused(Refusal.ALREADY_ENTERED):
        office.approve(office.propose(case, judges=[judge]))
    assert is_whole(session, office.contributors)


def test_a_judge_is_named_by_two_persons(session, office, make) -> None:
    case = office.waiting()
    make.party(case)
    proposal = office.propose(case)
    assert proposal.state is ProposalState.PROPOSED
    assert case.judge is None
    office.approve(proposal)
    session.refresh(case)
    assert case.judge == office.judges[0]
    assert case.state is CaseState.DISTRIBUTED
    assert proposal.state is ProposalState.APPROVED
    row = session.scalars(select(DrawRequest).where(DrawRequest.case_id == case.id)).one()
    assert (row.kind, row.ground) == (DrawKind.MANUAL, "no-judge")
    told = session.scalars(select(Notice.kind).where(Notice.case_id == case.id)).all()
    assert told == [NoticeKind.JUDGE_NAMED]
    entry = last_entry(session)
    assert entry["type"] == "manual"
    assert entry["judges"] == [office.judges[0].code]
    assert len(entry["approvers"]) == 2
    assert proposal.order_sha256 not in str(entry)
    assert is_whole(session, office.contributors)
    actions = session.scalars(select(JournalLine.action).order_by(JournalLine.seq)).all()
    assert {"manual:propose", "exception:decide"} <= set(actions)
    assert BECAUSE not in str(session.scalars(select(JournalLine.facts)).all())


def test_a_manual_entry_of_one_who_could_be_drawn_is_found(session, office) -> None:
    """The verifier needs no archive to see that an approver stood on the roster."""
    office.named()
    lines = list(log.lines(session, 0))
    entry = parse(lines[-1])
    entry["approvers"] = sorted([office.judges[1].code, entry["approvers"][1]])
    from assignment.canon import canon

    trust = allocation.trust(session, log.log_seed(office.contributors.config.log_key_file))
    found = verify([*lines[:-1], canon(entry)], trust).findings
    assert any("cannot approve" in one.what for one in found)


@attack("administrator", "refused", "two different persons")
def test_nobody_approves_what_he_proposed(session, office) -> None:
    """approves what he has proposed himself"""
    proposal = office.propose(office.waiting())
    for do in (
        lambda: office.approve(proposal, office.administrator),
        lambda: service.refuse(
            session, office.administrator, proposal, answer="…", now=office.time()
        ),
    ):
        with refused(Refusal.PROPOSAL_OWN):
            do()
    with pytest.raises(DBAPIError, match="two_persons"), session.begin_nested():
        session.execute(
            text(
                "UPDATE exception_proposals SET state = 'approved', decided_by_id = proposed_by_id"
            )
        )


@attack("judge", "refused", "the log does not take it, and a verifier would find it")
def test_nobody_of_the_pool_approves_or_proposes(session, office, make) -> None:
    """approves an assignment of a case that could be his"""
    proposal = office.propose(office.waiting())
    judge = make.judge_user(office.judges[1])
    chair = make.staff(RoleCode.CHAIR)
    both = make.judge_user(make.judge(office.court))  # of the court, not on its roster yet
    for user in (judge, both):
        session.add(Role(user_id=user.id, code=RoleCode.ADMINISTRATOR, valid_from=START))
    session.flush()
    for user in (judge, chair, both):
        with refused(Refusal.APPROVER_IN_POOL):
            office.approve(proposal, office.actor(user))
    with refused(Refusal.APPROVER_IN_POOL):
        office.propose(office.waiting(), actor=office.actor(judge))
    elsewhere = make.staff(RoleCode.CHAIR, make.court("Б1", "BSK-LEN"))
    office.approve(proposal, office.actor(elsewhere))
    assert proposal.state is ProposalState.APPROVED


def test_a_judge_of_the_inter_court_pool_does_not_approve(session, office, make) -> None:
    neighbour = make.court("Б1", "BSK-LEN")
    near = make.judge(neighbour)
    case = office.waiting()
    proposal = office.propose(case)
    office.contributors.roster(near)
    allocation.set_pool(
        session, SYSTEM, "POOL-X", [office.court.code, neighbour.code], order=bytes(32),
        now=office.time(),
    )  # fmt: skip
    user = make.judge_user(near)
    session.add(Role(user_id=user.id, code=RoleCode.ADMINISTRATOR, valid_from=START))
    session.flush()
    with refused(Refusal.APPROVER_IN_POOL):
        office.approve(proposal, office.actor(user))


@attack("administrator", "refused", "the log itself says that it is off")
def test_by_hand_is_off_unless_the_rules_say_so(session, make, contributors, outside, time) -> None:
    """assigns a case by hand in the house"""
    office = Office(session, make, contributors, outside, time, manual=False)
    assert not service.may_be_named(session)
    with refused(Refusal.MANUAL_OFF):
        office.propose(office.waiting())


def test_switched_off_meanwhile(session, office) -> None:
    proposal = office.propose(office.waiting())
    allocation.set_rules(session, SYSTEM, minimum=3, manual=False, now=office.time())
    office.contributors.draw()
    with refused(Refusal.MANUAL_OFF):
        office.approve(proposal)


def test_a_case_in_the_draw_has_its_judge_drawn(session, office, make) -> None:
    office.contributors.roster(make.judge(office.court))
    pending = make.case(office.court)
    assert allocation.enter(session, SYSTEM, pending, now=office.time())
    with refused(Refusal.MANUAL_ALREADY_IN_DRAW):
        office.propose(pending)
    office.contributors.draw()
    with refused(Refusal.MANUAL_ALREADY_IN_DRAW):
        office.propose(pending)


def test_a_case_that_found_judges_meanwhile_is_drawn(session, office, make) -> None:
    case = office.waiting()
    proposal = office.propose(case)
    office.contributors.roster(make.judge(office.court))
    office.contributors.draw()
    allocation.enter_waiting(session, SYSTEM, now=office.time())
    with refused(Refusal.MANUAL_ALREADY_IN_DRAW):
        office.approve(proposal)


def test_the_judges_must_fit_the_case(session, office, make) -> None:
    case = office.waiting()
    for judges in ([], office.judges):
        with refused(Refusal.MANUAL_SEATS):
            office.propose(case, judges=judges)
    with refused(Refusal.MANUAL_NOT_ON_ROSTER):
        office.propose(case, judges=[make.judge(office.court)])


def test_an_order_is_a_pdf(session, office) -> None:
    case = office.waiting()
    from tests.sud.test_filings import photo

    with refused(Refusal.FILE_NOT_PDF):
        office.propose(case, data=photo(), name="сүрөт.jpg")
    with refused(Refusal.FILE_EMPTY):
        office.propose(case, data=b"")
    with refused(Refusal.FILE_NOT_WHAT_IT_SAYS):
        office.propose(case, data=b"MZ", name="a.pdf")


def test_one_proposal_at_a_time_and_none_for_ever(session, office) -> None:
    case = office.waiting()
    first = office.propose(case)
    with refused(Refusal.PROPOSAL_WAITS):
        office.propose(case)
    office.time.now += timedelta(days=rules.days_on(office.time().date()), minutes=1)
    with refused(Refusal.PROPOSAL_EXPIRED):
        office.approve(first)
    second = office.propose(case)
    session.refresh(first)
    assert first.state is ProposalState.EXPIRED
    office.approve(second)
    assert second.state is ProposalState.APPROVED


def test_the_clock_lets_old_proposals_lapse(session, office) -> None:
    proposal = office.propose(office.waiting())
    assert service.expire(session, SYSTEM, now=office.time()) == 0
    office.time.now += timedelta(days=10)
    assert service.expire(session, SYSTEM, now=office.time()) == 1
    assert service.expire(session, SYSTEM, now=office.time()) == 0
    session.refresh(proposal)
    with refused(Refusal.PROPOSAL_EXPIRED):
        office.approve(proposal)


def test_what_is_decided_is_decided(session, office) -> None:
    proposal = office.propose(office.waiting())
    service.refuse(session, office.second, proposal, answer="Негизи жок.", now=office.time())
    with refused(Refusal.PROPOSAL_SETTLED):
        office.approve(proposal)
    assert proposal.case.judge is None
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE exception_proposals SET because = 'x'"))


@attack("officials", "caught", "a quota, and one alarm")
def test_the_quota_of_a_month(session, office, run_jobs, mailbox, make) -> None:
    """assign by hand more than exceptionally"""
    auditor = make.staff(RoleCode.AUDITOR)
    office.named()
    office.named()
    assert session.scalars(select(QuotaAlarm)).all() == []
    office.named()
    alarm = session.scalars(select(QuotaAlarm)).one()
    assert (alarm.period, alarm.named, alarm.count) == (QuotaPeriod.MONTH, "2026-11", 3)
    with refused(Refusal.MANUAL_QUOTA):
        office.propose(office.waiting())
    session.commit()
    run_jobs()
    letters = [one for one in mailbox.letters if one["to"] == auditor.email]
    assert len(letters) == 1
    assert "/exceptions/all" in letters[0]["text"]


def test_the_quota_holds_for_what_was_proposed_before(session, office) -> None:
    last = office.propose(office.waiting())
    for _ in range(3):
        office.named()
    with refused(Refusal.MANUAL_QUOTA):
        office.approve(last)


def test_the_quota_of_a_year() -> None:
    quota = rules.quota_on(START)
    assert (quota.of_year(0), quota.of_year(299), quota.of_year(1000)) == (3, 3, 10)
    used = service.Used(month=2, month_limit=3, year=10, year_limit=10)
    assert (used.full, used.count(QuotaPeriod.YEAR)) == (QuotaPeriod.YEAR, 10)
    assert service.Used(month=0, month_limit=3, year=9, year_limit=10).full is None


def test_every_ground_has_its_law() -> None:
    grounds = rules.grounds_on(START)
    assert {one.code for one in grounds} == set(ManualGround)
    assert all(one.law(lang) for one in grounds for lang in ("ky", "ru", "en"))


def test_two_approve_at_once(own_sessions, config, outside, time) -> None:
    with own_sessions() as session:
        make = Make(session, time)
        office = Office(session, make, Contributors(session, config, time), outside, time)
        number = office.propose(office.waiting()).id
        approvers = [office.second, office.actor(make.staff(RoleCode.ADMINISTRATOR))]
        session.commit()
    barrier, results = threading.Barrier(2), []

    def decide(actor: Actor) -> None:
        barrier.wait()
        try:
            with unit(own_sessions) as session:
                proposal = session.get_one(ExceptionProposal, number)
                service.approve(session, actor, proposal, defer=defer_job, now=time())
        except CourtError as error:
            results.append(error.code)
        else:
            results.append("approved")

    threads = [threading.Thread(target=decide, args=(one,)) for one in approvers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["approved", Refusal.PROPOSAL_SETTLED]


# ------------------------------------------------------------------ corrections


@pytest.fixture
def drawn(session, make, contributors, time):
    """A case that was drawn among three judges, of whom one tries loans only."""
    judges = [make.judge() for _ in range(3)]
    contributors.roster(*judges)
    case = make.case()
    allocation.enter(session, SYSTEM, case, now=time())
    contributors.draw()
    session.refresh(case)
    return case


def category(make, code="labour", draw_class="labour", weight=2_000_000, kind="civil"):
    made = make.category(code, weight)
    made.draw_class, made.kind_code = draw_class, kind
    make.session.flush()
    return made


def clerks(session, make, time) -> list[Actor]:
    return [actor_of(session, make.staff(RoleCode.CLERK), time()) for _ in range(2)]


def correct(session, clerk, case, right, time):
    return service.propose_correction(
        session, clerk, case, category=right, because="Катачылык.", now=time()
    )


def test_a_correction_moves_the_ledger_and_not_the_judge(
    session, make, drawn, time, contributors
) -> None:
    one, other = clerks(session, make, time)
    judge, right = drawn.judge, category(make)
    proposal = correct(session, one, drawn, right, time)
    assert drawn.category_code == "loan"
    with refused(Refusal.PROPOSAL_OWN):
        service.approve(session, one, proposal, defer=defer_job, now=time())
    before = log.read(session).standing(drawn.court.code)[judge.code]
    service.approve(session, other, proposal, defer=defer_job, now=time())
    session.refresh(drawn)
    assert drawn.category_code == "labour"
    assert drawn.judge == judge
    assert not proposal.redrawn
    assert last_entry(session)["type"] == "correction"
    assert log.read(session).standing(drawn.court.code)[judge.code] > before
    assert is_whole(session, contributors)


def test_a_correction_out_of_the_judge_s_specialisation(
    session, make, drawn, time, contributors
) -> None:
    one, other = clerks(session, make, time)
    leaving, right = drawn.judge, category(make)
    allocation.set_availability(
        session, SYSTEM, leaving, per_mille=1000, reason=AbsenceReason.SHARE,
        valid_from=time().date(), order_number="7", cats=["civil"], now=time(),
    )  # fmt: skip
    make.session.flush()
    contributors.enter(make.case())
    contributors.draw()
    proposal = correct(session, one, drawn, right, time)
    service.approve(session, other, proposal, defer=defer_job, now=time())
    session.refresh(drawn)
    assert proposal.redrawn
    assert drawn.judge is None
    contributors.draw()
    session.refresh(drawn)
    assert drawn.judge is not None
    assert drawn.judge != leaving
    assert is_whole(session, contributors)


def test_what_cannot_be_corrected(session, make, drawn, time) -> None:
    one, _other = clerks(session, make, time)
    with refused(Refusal.CATEGORY_SAME):
        correct(session, one, drawn, drawn.category, time)
    criminal = category(make, "theft", "theft", kind="criminal")
    with refused(Refusal.CATEGORY_OTHER_KIND):
        correct(session, one, drawn, criminal, time)
    right = category(make)
    with refused(Refusal.NO_JUDGE_YET):
        correct(session, one, make.case(), right, time)
    correct(session, one, drawn, right, time)
    with refused(Refusal.PROPOSAL_WAITS):
        correct(session, one, drawn, right, time)
    drawn.state = CaseState.DECIDED
    session.flush()
    with refused(Refusal.NOT_NOW):
        correct(session, one, drawn, right, time)


# ------------------------------------------------------------------ counts and pages


def test_counts_are_those_of_the_log(session, office, make) -> None:
    first = office.named().case
    office.waiting()
    for undone in (True, False):
        linked = make.case(office.court)
        allocation.link(
            session, SYSTEM, linked, to=first, ground="refiled", document=bytes(32),
            now=office.time(), defer=defer_job,
        )  # fmt: skip
        if undone:
            allocation.unlink(session, SYSTEM, linked, document=bytes(32), now=office.time())
            assert allocation.enter(session, SYSTEM, linked, now=office.time()) is None
    allocation.redraw(
        session, SYSTEM, linked, now=office.time(),
        drops=[allocation.Drop(judge=linked.judge, ground="recusal", document=bytes(32))],
    )  # fmt: skip
    (row,) = counting.of_courts(session, 2026)
    assert (row.every, row.manual, row.linked, row.redrawn, row.waiting, row.small) == (
        3, 1, 1, 1, 3, 0,
    )  # fmt: skip
    assert [one.waiting for one in counting.of_courts(session, 2025)] == [3]
    who = counting.of_officials(session, office.time() - timedelta(days=1))
    assert sorted((one.proposed, one.approved) for one in who) == [(0, 1), (1, 0)]


def press(client, address: str, data: dict, form: str = "", **rest):
    page = client.get(form or address)
    assert page.status_code == 200, page.text
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]*)"', page.text))
    return client.post(address, data={**hidden, **data}, **rest)


def test_the_whole_way_in_pages(session, office, make, sign_in, client) -> None:
    users = [make.staff(RoleCode.ADMINISTRATOR) for _ in range(2)]
    one, other = map(sign_in, users)
    case = office.waiting()
    session.commit()
    assert f"/exceptions/cases/{case.key}" in one.get("/exceptions/all").text
    form = f"/exceptions/cases/{case.key}"
    empty = press(one, form, {})
    assert empty.status_code == 422
    for name in ("ground-0", "judge", "because", "order_number", "order"):
        assert f'href="#{name}"' in empty.text
    facts = {
        "ground": "no-judge", "judge": office.judges[0].code, "because": BECAUSE,
        "order_number": "12",
    }  # fmt: skip
    sent = press(
        one, form, {**facts, "order": (io.BytesIO(pdf()), "буйрук.pdf")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    address = sent.location
    assert "another person must decide" in one.get(f"{address}?lang=en").text
    assert one.get(f"{address}/order.pdf").data.startswith(b"%PDF-")
    own = one.post(f"{address}/approve", data={"seen": "1", "sure": "y"})
    assert own.status_code == 422
    assert press(other, f"{address}/approve", {}, address).status_code == 422
    stale = other.post(f"{address}/approve", data={"seen": "0", "sure": "y"})
    assert stale.status_code == 422
    done = press(other, f"{address}/approve", {"sure": "y"}, address)
    assert done.location == address
    session.expire_all()
    assert case.judge == office.judges[0]
    again = other.post(f"{address}/approve", data={"seen": "2", "sure": "y"})
    assert again.status_code == 422
    assert one.get(form).status_code == 404
    public = client.get("/exceptions?lang=en").text
    assert "By hand" in public
    assert case.number not in public
    for user in users:
        assert user.display_name not in public
    assert client.get("/exceptions?year=1900").status_code == 200
    assert client.get("/exceptions/all").status_code == 303
    listed = sign_in(make.staff(RoleCode.AUDITOR)).get("/exceptions/all").text
    assert all(user.display_name in listed for user in users)
    assert sign_in(make.user()).get("/exceptions/all").status_code == 403


def test_refusing_in_pages(session, office, make, sign_in) -> None:
    proposal = office.propose(office.waiting())
    session.commit()
    other = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    address = f"/exceptions/{proposal.key}"
    assert press(other, f"{address}/refuse", {}, address).status_code == 422
    done = press(other, f"{address}/refuse", {"answer": "Негизи жок."}, address)
    assert done.location == address
    assert "Негизи жок." in other.get(address).text
    judge = sign_in(make.judge_user(office.judges[0]))
    assert judge.get(address).status_code == 404
    clerk = sign_in(make.staff(RoleCode.CLERK))
    assert clerk.get(address).status_code == 404


def test_correcting_in_pages(session, make, drawn, sign_in, time) -> None:
    right = category(make)
    one, other = (sign_in(make.staff(RoleCode.CLERK)) for _ in range(2))
    session.commit()
    form = f"/cases/{drawn.key}/category"
    assert press(one, form, {}).status_code == 422
    assert f'value="{drawn.category_code}"' not in one.get(form).text
    sent = press(one, form, {"category": right.code, "because": "Катачылык."})
    assert sent.status_code == 303, sent.text
    assert press(one, form, {"category": right.code, "because": "…"}).status_code == 422
    assert one.get(f"{sent.location}/order.pdf").status_code == 303
    done = press(other, f"{sent.location}/approve", {"sure": "y"}, sent.location)
    assert done.status_code == 303, done.text
    session.expire_all()
    assert drawn.category_code == right.code
    assert "Category corrected" in one.get(f"/cases/{drawn.key}?lang=en").text
