"""Cases: found by any spelling, read by the right people, taken into proceedings, remembered."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from sud import journal
from sud.access import SYSTEM, Action, Actor
from sud.accounts.service import actor_of
from sud.cases import deadlines, notices, service
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseState,
    Confidence,
    Document,
    JournalLine,
    NoticeKind,
    Participant,
    RoleCode,
    TimeLimit,
)
from sud.outside import defer_job
from tests.sud.journalled import journalled


@pytest.fixture
def case(make) -> Case:
    case = make.case(judge=make.judge(), seq=319)
    make.party(case, surname="Асанова")
    return case


def limit(session, code="civil_accept", amount=5, unit="working_days") -> None:
    session.add(
        TimeLimit(
            code=code,
            amount=amount,
            unit=unit,
            name_ky="арызды кабыл алуу",
            name_ru="принять заявление",
            name_en="accept the claim",
            start_ky="",
            start_ru="",
            start_en="",
            valid_from=date(2020, 1, 1),
            confidence=Confidence.MEDIUM,
        )
    )
    session.flush()


# ------------------------------------------------------------------ numbers and search


@pytest.mark.parametrize(
    "text",
    ["ГД-319/26-Т5", "гд 319/26т5", "№ ГД-319/2026-T5", "319/26", "319", "GD-319", "ГД.319/26-Т.5"],
)
def test_any_spelling_finds_the_case(session, make, case, time, text) -> None:
    make.case(seq=320)
    clerk = make.staff(RoleCode.CLERK)
    found = service.cases_found(session, actor_of(session, clerk, time()), text, now=time())
    assert found == [case]


def test_latin_b_finds_bishkek(session, make, time) -> None:
    court = make.court(suffix="Б2", code="BSH-OKT")
    case = make.case(court=court, seq=4405)
    actor = actor_of(session, make.staff(RoleCode.CLERK, court), time())
    assert service.cases_found(session, actor, "GD 4405/26 B2", now=time()) == [case]


def test_names_are_for_the_courts_people(session, make, case, time) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), time())
    assert service.cases_found(session, clerk, "асанова бакыт", now=time()) == [case]
    assert service.cases_found(session, clerk, "асанова %", now=time()) == [case]
    assert service.cases_found(session, clerk, "осмонов%", now=time()) == []
    party = actor_of(session, make.party(case), time())
    assert service.cases_found(session, party, "асанова", now=time()) == []


def test_a_search_finds_only_what_one_may_read(session, make, case, time) -> None:
    elsewhere = make.staff(RoleCode.CLERK, make.court(suffix="Н1", code="NRN-AKT"))
    for user in (elsewhere, make.user(), make.judge_user(make.judge())):
        actor = actor_of(session, user, time())
        assert service.cases_found(session, actor, "ГД-319/26-Т5", now=time()) == []


def test_a_search_is_journalled_without_its_words(session, make, case, time) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), time())
    service.cases_found(session, clerk, "Асанова", now=time())
    (line,) = journalled(session)
    assert (line.action, line.facts) == ("case:search", {"by": "name", "found": 1})


# ------------------------------------------------------------------ proceedings


def test_accepting(session, make, time) -> None:
    case = make.case(judge=make.judge(), state=CaseState.DISTRIBUTED, accepted_at=None)
    service.accept(session, SYSTEM, case, now=time())
    assert (case.state, case.accepted_at) == (CaseState.PREPARATION, time())
    with pytest.raises(CourtError) as refused:
        service.accept(session, SYSTEM, case, now=time())
    assert refused.value.code is Refusal.NOT_NOW
    with pytest.raises(CourtError) as refused:
        service.accept(session, SYSTEM, make.case(), now=time())
    assert refused.value.code is Refusal.NO_JUDGE_YET


def test_the_judge_accepts_in_the_browser(session, make, sign_in) -> None:
    limit(session)
    judge = make.judge()
    case = make.case(judge=judge, state=CaseState.DISTRIBUTED, accepted_at=None)
    client = sign_in(make.judge_user(judge))
    assert case.number in client.get("/home").text
    assert f"/cases/{case.key}/accept" in client.get(f"/cases/{case.key}").text
    page = client.get(f"/cases/{case.key}/accept?lang=en").text
    # Filed on Monday: five working days later, in words.
    assert "30 November 2026" in page
    assert client.post(f"/cases/{case.key}/accept", data={"seen": "0"}).status_code == 422
    answer = client.post(f"/cases/{case.key}/accept", data={"seen": str(case.version)})
    assert answer.location == f"/cases/{case.key}"
    session.refresh(case)
    assert case.state is CaseState.PREPARATION
    assert client.post(f"/cases/{case.key}/accept", data={"seen": "2"}).status_code == 422


def test_the_deadline_follows_the_state(session, make, time) -> None:
    limit(session)
    limit(session, "civil_consider", 2, "months")
    known = deadlines.rules(session)
    drawn = make.case(judge=make.judge(), state=CaseState.DISTRIBUTED)
    running, done = (
        make.case(judge=make.judge()),
        make.case(judge=make.judge(), state=CaseState.IN_FORCE),
    )
    assert deadlines.deadline_of(drawn, known).due == date(2026, 11, 30)
    # 23 January 2027 is a Saturday: the limit ends on Monday.
    assert deadlines.deadline_of(running, known).due == date(2027, 1, 25)
    assert deadlines.deadline_of(done, known) is None


# ------------------------------------------------------------------ reading


def test_looks_of_the_court_are_shown_to_the_parties(session, make, case, sign_in, time) -> None:
    clerk = make.staff(RoleCode.CLERK)
    party = sign_in(make.party(case))
    counter = sign_in(clerk)
    for page in ("", "/people", "/papers", "/money"):
        assert counter.get(f"/cases/{case.key}{page}").status_code == 200
        assert party.get(f"/cases/{case.key}{page}").status_code == 200
    looks = service.looks_at(session, case)
    assert [look.who for look in looks] == [clerk.display_name]
    time.now += timedelta(hours=1)
    counter.get(f"/cases/{case.key}")
    assert len(service.looks_at(session, case)) == 2
    assert clerk.display_name in party.get(f"/cases/{case.key}/looked").text


def test_the_timeline_is_what_happened(session, make, case, sign_in, time) -> None:
    journal.record(session, SYSTEM, Action.CASE_REGISTER, case, now=time())
    journal.record(session, SYSTEM, Action.CASE_ACCEPT, case, now=time() + timedelta(days=1))
    service.look(session, Actor(user_id=make.staff(RoleCode.CLERK).id), case, now=time())
    events = service.timeline_of(session, case)
    assert [event.action for event in events] == [Action.CASE_ACCEPT, Action.CASE_REGISTER]
    page = sign_in(make.party(case)).get(f"/cases/{case.key}?lang=en").text
    assert page.index("Case taken into proceedings") < page.index("Case registered")


def test_who_may_not(make, case, sign_in, client) -> None:
    missing = "/cases/00000000-0000-4000-8000-000000000000"
    strangers = [
        make.user(),
        make.party(make.case()),
        make.judge_user(make.judge()),
        make.staff(RoleCode.CLERK, make.court(suffix="Н1", code="NRN-AKT")),
    ]
    pages = ["", "/people", "/papers", "/money", "/looked", "/accept", "/hearings"]
    for user in strangers:
        stranger = sign_in(user)
        for page in pages:
            seen, unseen = stranger.get(f"/cases/{case.key}{page}"), stranger.get(missing + page)
            assert seen.status_code == unseen.status_code == 404
            assert seen.data == unseen.data
    for user in (make.party(case), make.staff(RoleCode.CLERK)):
        assert sign_in(user).get(f"/cases/{case.key}/accept").status_code == 403
        assert sign_in(user).post(f"/cases/{case.key}/accept").status_code == 403
    assert client.get(f"/cases/{case.key}").location.startswith("/sign-in")
    assert client.get("/home").location.startswith("/sign-in")


def test_papers_go_through_the_gate(session, make, case, sign_in, outside, time) -> None:
    key = f"tests/{case.key}"
    outside.store.put(key, io.BytesIO(b"<script>alert(1)</script>"))
    facts = {
        "case_id": case.id,
        "title": "Келишим",
        "file_name": 'кели"шим\u202e.docx',
        "size": 25,
        "sha256": "0" * 64,
        "uploaded_by_id": make.user().id,
        "uploaded_at": time(),
        "media_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "object_key": key,
    }
    paper = Document(**facts)
    session.add(paper)
    session.flush()
    party = sign_in(make.party(case))
    assert "Келишим" in party.get(f"/cases/{case.key}/papers").text
    answer = party.get(f"/papers/{paper.key}/original")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert '"' not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert sign_in(make.party(make.case())).get(f"/papers/{paper.key}").status_code == 404


# ------------------------------------------------------------------ first pages and words


def test_first_pages(make, case, sign_in, time) -> None:
    make.hearing(case, starts=time() + timedelta(hours=2))
    for user in (
        make.judge_user(case.judge),
        make.staff(RoleCode.CLERK),
        make.staff(RoleCode.CHAIR),
        make.party(case),
        make.user(),
        make.staff(RoleCode.ARCHIVIST),
        make.staff(RoleCode.AUDITOR),
        make.staff(RoleCode.ADMINISTRATOR),
    ):
        for lang in ("ky", "ru", "en"):
            assert sign_in(user).get(f"/home?lang={lang}").status_code == 200
    assert case.number in sign_in(make.judge_user(case.judge)).get("/home").text


@pytest.mark.parametrize("who", ["judge", "clerk", "party"])
def test_lists_ask_the_archive_a_fixed_number_of_times(session, make, sign_in, time, who) -> None:
    """A list of twelve cases costs as many queries as one of two."""
    judge = make.judge()
    mine = make.user()
    clients = {
        "judge": lambda: sign_in(make.judge_user(judge)),
        "clerk": lambda: sign_in(make.staff(RoleCode.CLERK)),
        "party": lambda: sign_in(mine),
    }
    client = clients[who]()
    asked: list[str] = []
    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for more in (2, 10):
        for _ in range(more):
            case = make.case(judge=judge)
            make.party(case)
            case_party(session, make, case, mine)
            make.hearing(case, starts=time() + timedelta(hours=len(asked) % 7 + more * 10))
            time.now += timedelta(days=7)
            journal.record(session, SYSTEM, Action.CASE_ACCEPT, case, now=time())
        asked.clear()
        assert client.get("/home").status_code == 200
        assert client.get("/cases").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def case_party(session, make, case, user) -> None:
    """The same account takes part in many cases."""
    session.add(
        Participant(
            case_id=case.id,
            person_id=make.person().id,
            user_id=user.id,
            role_code="plaintiff",
            ordinal=9,
            since=date(2020, 1, 1),
        )
    )
    session.flush()


def test_every_notice_has_words_in_every_language(session, make, case, time) -> None:
    hearing = make.hearing(case)
    lists = {
        NoticeKind.COPIES_FILED: "refilings",
        NoticeKind.MANUAL_QUOTA: "exceptions/all",
    }
    for kind in NoticeKind:
        page = lists.get(kind, f"cases/{case.key}")
        for lang in ("ky", "ru", "en"):
            for row in notices.tell_participants(
                session, SYSTEM, case, kind, hearing=hearing, defer=defer_job, now=time()
            ):
                row.language = lang
                letter = notices.letter_of(session, row, base_url="https://sud.example/")
                assert case.number in letter.subject
                assert f"https://sud.example/{page}\n" in letter.text
                assert "{" not in letter.text
                assert "Асанова" not in letter.text


def test_a_party_is_not_journalled_as_a_reader(session, make, case, sign_in) -> None:
    sign_in(make.party(case)).get(f"/cases/{case.key}")
    count = select(func.count()).select_from(JournalLine).where(JournalLine.action == "case:read")
    assert session.scalar(count) == 0
