"""The pages of draws: for everybody, for the parties, for a judge and a chair."""

import csv
import gzip
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import pytest
from pypdf import PdfReader

from assignment import __main__ as command
from assignment import entries
from assignment.draw import FULL
from assignment.verify import verify
from documents.wording import LANGUAGES
from sud.access import ANONYMOUS, SYSTEM
from sud.accounts.service import actor_of
from sud.allocation import figures, listing, log, moves, naming, service, standings, story
from sud.allocation.listing import Asked
from sud.models import AbsenceReason, DrawKind, RoleCode
from sud.outside import defer_job
from sud.words import LANGUAGES as EVERY_LANGUAGE

PAPER = bytes(32)
LATER_PAGE = 5 * 1024


@dataclass
class Bench:
    """A court whose judges have tried a few cases of every way to come to a judge."""

    judges: list = field(default_factory=list)
    cases: list = field(default_factory=list)
    panel: object = None
    left: object = None
    linked: object = None


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def bench(session, make, contributors, time):
    """Five judges (one half-time, one on leave), eight cases, a panel, a recusal, a link."""
    found = Bench(judges=[make.judge() for _ in range(5)])
    contributors.roster(*found.judges[:3], found.judges[4])
    contributors.roster(found.judges[3], per_mille=500)
    service.set_availability(
        session,
        SYSTEM,
        found.judges[4],
        per_mille=0,
        reason=AbsenceReason.LEAVE,
        valid_from=date(2026, 11, 20),
        valid_to=date(2027, 1, 10),
        order_number="7",
        now=time(),
    )
    for _ in range(4):
        time.now += timedelta(days=1)
        found.cases += [make.case(), make.case()]
        for case in found.cases[-2:]:
            contributors.enter(case)
        contributors.draw()
    time.now += timedelta(days=1)
    found.left = found.cases[0]
    service.redraw(
        session,
        SYSTEM,
        found.left,
        drops=[service.Drop(judge=found.left.judge, ground="recusal", document=PAPER)],
        now=time(),
    )
    category = make.category()
    category.seats = 3
    found.panel = make.case()
    contributors.enter(found.panel)
    contributors.draw()
    category.seats = 1
    found.linked = make.case()
    service.link(
        session,
        SYSTEM,
        found.linked,
        to=found.cases[1],
        ground="refiled",
        document=PAPER,
        now=time(),
        defer=defer_job,
    )
    time.now += timedelta(hours=1)
    session.expire_all()
    return found


def latest(session, case):
    return story.draws_of(session, case)[0]


# ------------------------------------------------------------------ one draw


def test_every_figure_of_a_draw_is_that_of_the_log(session, bench):
    state = log.read(session)
    assert state.findings == []
    for case in [*bench.cases, bench.panel]:
        for told in story.stories_of(session, story.draws_of(session, case)):
            for seat in told.seats:
                assert sum(one.chance for one in seat.candidates) == pytest.approx(1)
                assert sum(one.fair for one in seat.candidates) == pytest.approx(1)
                assert seat.candidates[-1].last == seat.total - 1
                drawn = seat.judge
                assert drawn.first <= seat.u <= drawn.last


def test_a_panel_has_its_seats_and_loads(session, bench):
    (told,) = story.stories_of(session, story.draws_of(session, bench.panel))
    assert [seat.role for seat in told.seats] == ["rapporteur", "member", "member"]
    assert [role for role, _ in told.judges] == ["rapporteur", "member", "member"]
    assert [seat.weight for seat in told.seats] == [1.0, 0.3, 0.3]
    assert [len(seat.candidates) for seat in told.seats] == [4, 3, 2]
    first, second = told.seats[:2]
    before = {one.code: one.deviation for one in first.candidates}
    whole = sum(one.share for one in first.candidates)
    for one in second.candidates:
        assert one.deviation == pytest.approx(before[one.code] - one.share / whole, abs=1e-5)


def test_who_is_absent_or_left_is_told_with_the_class(session, bench):
    again, first = story.stories_of(session, story.draws_of(session, bench.left))
    on_leave = bench.judges[4].full_name
    assert (on_leave, "absence") in first.excluded
    (gone,) = first.left
    assert gone.ground == "recusal"
    assert (gone.name, "left") in again.excluded
    assert gone.name not in [one.name for one in again.candidates]
    assert again.row.attempt == 1


def test_the_credits_of_a_re_draw_leave_out_what_the_leaver_kept(session, bench):
    first, again = moves.given(session, list(reversed(story.draws_of(session, bench.left))))
    leaver = first.seats[0].judge
    kept, _ = first.seats[0].move_of(leaver)
    assert again.seats[0].credited == again.seats[0].weight - kept
    (left,) = moves.given_up(session, [first])
    assert left.seat.undone_for(leaver, left.ground) == -FULL
    others = [code for code, _ in first.seats[0].candidates if code != leaver]
    assert sum(left.seat.undone_for(code, left.ground) for code in others) == FULL - kept


def test_the_public_page_shows_every_attempt_and_no_case(client, session, bench):
    row = latest(session, bench.left)
    for language in EVERY_LANGUAGE:
        page = client.get(f"/draws/{row.request_id}?lang={language}")
        assert page.status_code == 200
        assert bench.left.number not in page.text
        assert row.salt.hex() not in page.text
    words = words_of(client.get(f"/draws/{row.request_id}?lang=en").text)
    assert "Attempt 2 of 2" in words
    assert "Attempt 1 of 2" in words
    assert "left the case on" in words
    assert "recused" in words
    assert "left this case before" in words
    assert f"{bench.judges[4].full_name}: absent" in words
    panel = words_of(client.get(f"/draws/{latest(session, bench.panel).request_id}?lang=en").text)
    assert panel.count("Member of the panel:") >= 2
    linked = client.get(f"/draws/{latest(session, bench.linked).request_id}?lang=en").text
    assert "withdrawn and filed again" in words_of(linked)
    assert latest(session, bench.cases[1]).request_id in linked


def test_one_possible_judge_was_no_draw(client, session, make, contributors):
    judge, other = make.judge(), make.judge()
    contributors.roster(judge, other)
    case = make.case()
    barred = service.Exclusion(judge=other, ground="statutory", document=PAPER)
    service.enter(session, SYSTEM, case, now=contributors.now(), excluded=[barred])
    contributors.draw()
    session.expire_all()
    told = story.story_of(session, latest(session, case))
    assert "no_draw" in told.remarks
    page = client.get(f"/draws/{told.row.request_id}?lang=en")
    assert "counts as no draw" in page.text
    assert standings.rates(session, case.court, since=contributors.now()).alone == 1


def test_the_duty_judge_of_a_week_has_a_page_and_a_ledger(client, session, bench, contributors):
    court = bench.judges[0].court
    service.enter_duty(session, SYSTEM, court, week="2026-W50", weight=FULL, now=contributors.now())
    contributors.draw()
    session.expire_all()
    name = f"{court.code}-duty-2026-W50"
    page = words_of(client.get(f"/draws/{name}?lang=en").text)
    assert "Duty judge of the week" in page
    assert name in client.get("/draws").text
    assert name in client.get("/draws.csv").text
    assert "The ledger of the duty rota" in client.get(f"/draws/courts/{court.code}?lang=en").text
    assert standings.rates(session, court, since=bench.cases[0].registered_at).drawn == 10


def test_manual_assignment_is_flagged_in_public(client, session, make, contributors, time):
    judge = make.judge()
    contributors.roster(judge)
    service.set_rules(session, SYSTEM, manual=True, now=time())
    contributors.enter(make.case())
    contributors.draw()
    case = make.case()
    service.assign_by_hand(
        session,
        SYSTEM,
        case,
        judges=[judge],
        ground="statute",
        document=PAPER,
        approvers=("U-1", "U-2"),
        now=time(),
        defer=defer_job,
    )
    session.expire_all()
    row = latest(session, case)
    page = words_of(client.get(f"/draws/{row.request_id}?lang=en").text)
    assert "This case was given by hand" in page
    assert "the law names the judge" in page
    assert "Given by hand" in client.get("/draws?lang=en").text


# ------------------------------------------------------------------ for the parties


def test_the_protocol_of_a_case_is_for_those_who_see_it(
    client, session, make, sign_in, bench, time
):
    party, stranger = make.party(bench.left), make.user()
    inside, outside = sign_in(party), sign_in(stranger)
    for address in ("draw", "draw.pdf", "draw.tlog-proof"):
        url = f"/cases/{bench.left.key}/{address}"
        assert inside.get(url).status_code == 200
        assert outside.get(url).status_code == 404
        assert client.get(url).status_code == 303
    page = words_of(inside.get(f"/cases/{bench.left.key}/draw?lang=en").text)
    assert latest(session, bench.left).salt.hex() in page
    assert "10:00:00" in page


@pytest.mark.parametrize("language", EVERY_LANGUAGE)
def test_the_protocol_on_paper(session, make, sign_in, bench, language):
    party = sign_in(make.party(bench.left))
    answer = party.get(f"/cases/{bench.left.key}/draw.pdf?lang={language}")
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.data))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    rows = story.draws_of(session, bench.left)
    assert bench.left.number in text
    assert rows[0].salt.hex()[:8] in text
    assert f"http://localhost/draws/{rows[0].request_id}" in text
    for told in story.stories_of(session, rows):
        assert told.leaf[:8] in text
        assert told.judge.name in text
        assert told.row.epoch.root.hex()[:8] in text
    title = "Протокол распределения" if language == "ru" else "Ишти бөлүштүрүү протоколу"
    assert title in text
    assert "{" not in text


def test_the_paper_of_a_panel_a_link_and_a_case_that_waits(session, make, sign_in, bench):
    waits = make.case()
    service.enter(session, SYSTEM, waits, now=make.now())
    for case in (bench.panel, bench.linked, waits):
        party = sign_in(make.party(case))
        assert party.get(f"/cases/{case.key}/draw.pdf?lang=ru").data.startswith(b"%PDF")
    unknown = make.case()
    party = sign_in(make.party(unknown))
    assert party.get(f"/cases/{unknown.key}/draw.pdf").status_code == 404
    assert party.get(f"/cases/{unknown.key}/draw.tlog-proof").status_code == 404


def test_the_proof_holds_without_the_house(client, session, make, sign_in, bench, tmp_path, capsys):
    party = sign_in(make.party(bench.panel))
    proof = tmp_path / "mine.tlog-proof"
    proof.write_bytes(party.get(f"/cases/{bench.panel.key}/draw.tlog-proof").data)
    trust = tmp_path / "trust.json"
    trust.write_bytes(client.get("/log/trust.json").data)
    assert command.main(["included", str(proof), "--trust", str(trust)]) == 0
    said = capsys.readouterr().out
    assert bench.panel.number in said
    assert latest(session, bench.panel).request_id in said


# ------------------------------------------------------------------ search and downloads


def test_draws_are_found_by_court_day_judge_and_number(session, make, bench, contributors):
    def names(**asked):
        rows, count = listing.draws_found(session, Asked(**asked), page=1)
        assert len(rows) == count
        return [row.request_id for row in rows]

    every = names()
    assert len(every) == 11
    assert names(court=bench.judges[0].court.code) == every
    assert names(court="BSK-LEN") == []
    first = date(2026, 11, 24)
    assert len(names(first=first, last=first)) == 2
    assert len(names(last=first)) == 2
    assert len(names(first=first + timedelta(days=4))) == 3
    assert names(name=every[0].lower()) == [every[0]]
    assert names(name="%") == []
    judge = bench.linked.judge
    assert every[0] in names(judge=judge.full_name[3:].upper())
    assert len(names(judge=judge.code)) < len(every)
    assert names(judge="_") == []


def test_the_search_page(client, session, make, bench):
    code = bench.judges[0].court.code
    page = words_of(client.get(f"/draws?lang=en&court={code}&day=2026-11-24&until=2026-11-24").text)
    assert "2 draws" in page
    page = client.get("/draws?lang=en&judge=nobody-like-that").text
    assert "No draw is like that" in page
    assert '<details class="govuk-details" open>' in page
    wrong = client.get("/draws?lang=en&day=2026-99-24")
    assert wrong.status_code == 200
    assert "11 draws" in words_of(wrong.text)


def test_what_waits_is_said(client, session, make, sign_in, bench, contributors, time):
    case = make.case()
    contributors.enter(case)
    service.freeze(session, SYSTEM, now=time())
    contributors.answer("bar")
    service.set_rules(session, SYSTEM, minimum=5, now=time())
    contributors.enter(make.case())
    contributors.draw()
    make.limit("draw_wait")
    poor = make.case()
    assert service.enter(session, SYSTEM, poor, now=time()) is None
    session.expire_all()
    page = words_of(client.get("/draws?lang=en").text)
    assert "Only 4 of at least 5 judges can be drawn" in page
    assert "Next draws" in page
    inside = client.get(f"/draws/courts/{poor.court.code}?lang=en").text
    assert "Too few judges" in inside
    assert poor.number not in page + inside
    party = sign_in(make.party(poor))
    mine = words_of(party.get(f"/cases/{poor.key}/draw?lang=en").text)
    assert "The case waits for judges" in mine
    assert "no draw for this case" not in mine


def test_an_epoch_waits_for_named_bodies(client, session, make, bench, contributors, time):
    contributors.enter(make.case())
    service.freeze(session, SYSTEM, now=time())
    contributors.answer("bar", "court")
    (waiting,) = listing.epochs_waiting(session)
    assert (waiting.requests, waiting.missing) == (1, ["ombudsman"])
    assert "Missing is the value of: Ombudsman (Akyikatchy)." in words_of(
        client.get("/draws?lang=en").text
    )


def test_draws_as_a_table_and_for_programs(client, session, bench, monkeypatch):
    monkeypatch.setattr(listing, "CHUNK", 4)
    text = client.get("/draws.csv").text
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}draw,")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert len(rows) == 11
    assert Counter(row["kind"] for row in rows) == {"drawn": 10, "linked": 1}
    assert max(row["attempt"] for row in rows) == "1"
    panel = next(row for row in rows if row["draw"] == latest(session, bench.panel).request_id)
    assert len(panel["judges"].split()) == 3
    told = story.story_of(session, latest(session, bench.panel))
    assert float(panel["chance"]) == pytest.approx(told.judge.chance, abs=1e-6)
    lines = [json.loads(line) for line in client.get("/draws.jsonl").text.splitlines()]
    assert [line["draw"] for line in lines] == [row["draw"] for row in rows]
    assert client.get("/draws.jsonl?name=no-such").text == ""
    assert client.get("/draws.jsonl?court=BSK-LEN").status_code == 400
    assert client.get("/draws.csv?day=2026-99-24").status_code == 400
    for case in bench.cases:
        assert case.number not in text


def test_the_log_can_be_fetched_from_where_one_stopped(client, contributors, bench):
    whole = client.get("/log.jsonl").data.splitlines()
    rest = client.get(f"/log.jsonl?since={len(whole) - 3}").data.splitlines()
    assert rest == whole[-3:]
    assert client.get(f"/log.jsonl?since={len(whole)}").data == b""
    assert client.get("/log.jsonl?since=-5").data.splitlines() == whole
    assert verify(whole, contributors.published.trust()).findings == []


# ------------------------------------------------------------------ the court


def test_a_court_shows_the_load_of_each_judge(client, session, bench):
    code = bench.judges[0].court.code
    state = log.read(session)
    rows = standings.standings(session, state, code, now=bench.panel.registered_at)
    assert {row.code for row in rows} == {judge.code for judge in bench.judges}
    assert sum(row.deviation for row in rows) == pytest.approx(0)
    assert sum(row.chance for row in rows) == pytest.approx(1)
    away = next(row for row in rows if row.code == bench.judges[4].code)
    assert (away.share, away.chance) == (0, 0)
    assert [one.share for one in away.coming] == [1.0]
    page = client.get(f"/draws/courts/{code}?lang=en")
    for judge in bench.judges:
        assert judge.full_name in page.text
    assert page.text.count("<svg") >= 2
    words = words_of(page.text)
    assert "from 11 January 2027: 100%" in words
    assert "Linked to an earlier case, without a draw 1" in words
    assert client.get("/draws/courts/no-such").status_code == 404
    assert client.get("/draws/courts/BSK-LEN").status_code == 404


def test_the_past_of_a_ledger_is_what_stood_beside_each_draw(session, bench, time):
    code = bench.judges[0].court.code
    state = log.read(session)
    lines = standings.history(session, state, code, since=time() - timedelta(days=30), now=time())
    now = {name: value / FULL for name, value in state.standing(code).items()}
    for judge, points in lines.items():
        assert points[-1] == (time(), now[judge])
        assert [at for at, _ in points] == sorted(at for at, _ in points)
    row = latest(session, bench.panel)
    moment = time() - timedelta(hours=1)
    for judge, value in row.standing.items():
        assert (moment, value / FULL) in lines[judge]
    later = standings.history(session, state, code, since=time(), now=time())
    assert all(len(points) == 1 for points in later.values())


def test_the_picture_alone(client, session, bench, make):
    code = bench.judges[0].court.code
    picture = client.get(f"/draws/courts/{code}/load.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.text.startswith("<svg")
    assert "style=" not in picture.text


def test_a_court_where_nothing_was_drawn(client, session, make, contributors):
    judge = make.judge()
    contributors.roster(judge)
    page = client.get(f"/draws/courts/{judge.court.code}?lang=en")
    assert "Nothing has been drawn at this court yet" in page.text
    assert client.get(f"/draws/courts/{judge.court.code}/load.svg").status_code == 404


def test_public_pages_of_draws_are_light(client, session, bench):
    code = bench.judges[0].court.code
    for address in ("/draws", f"/draws/courts/{code}", "/draws/how"):
        for language in EVERY_LANGUAGE:
            page = client.get(f"{address}?lang={language}")
            assert len(gzip.compress(page.data, 6)) <= LATER_PAGE, address


# ------------------------------------------------------------------ judge and chair


def test_a_judge_sees_every_credit_and_charge(session, make, sign_in, bench):
    state = log.read(session)
    for judge in bench.judges[:4]:
        found, more = standings.moves_of_judge(session, judge, page=1)
        assert not more
        total = sum(move.change for move in found)
        now = state.standing(judge.court.code).get(judge.code, 0) / FULL
        assert total == pytest.approx(now), judge.code
    seen = {move.what for move in standings.moves_of_judge(session, bench.linked.judge, page=1)[0]}
    assert {"drawn", "linked"} <= seen
    gone = bench.judges[4]
    assert standings.moves_of_judge(session, gone, page=1) == ([], False)


def test_a_link_that_was_taken_back_moves_nothing(session, make, bench, time):
    before = log.read(session).standing(bench.linked.court.code)
    service.unlink(session, SYSTEM, bench.linked, document=PAPER, now=time())
    session.expire_all()
    after = log.read(session).standing(bench.linked.court.code)
    assert before != after
    for judge in bench.judges[:4]:
        found, _ = standings.moves_of_judge(session, judge, page=1)
        assert sum(move.change for move in found) == pytest.approx(after[judge.code] / FULL)
    told = story.story_of(session, latest(session, bench.linked))
    assert told.undone


def test_what_was_to_be_expected(session, bench, time):
    since = time() - timedelta(days=30)
    every = [standings.expectation(session, judge, since=since) for judge in bench.judges]
    assert sum(one.drawn for one in every) == 9 + 3
    assert sum(one.expected for one in every) == pytest.approx(9 + 3)
    assert every[4] == standings.Expectation(draws=0, expected=0, drawn=0, spread=0)
    assert all(one.spread > 0 for one in every[:4])


def test_only_judges_see_their_draws(client, session, make, sign_in, bench):
    judge = bench.judges[0]
    mine = sign_in(make.judge_user(judge))
    for language in EVERY_LANGUAGE:
        page = mine.get(f"/my-draws?lang={language}")
        assert page.status_code == 200
        assert judge.full_name.split()[0] in page.text
    assert "/my-draws" in mine.get("/home").text
    words = words_of(mine.get("/my-draws?lang=en").text)
    assert "My draws and their odds" in words
    assert "By chance alone it is between" in words
    assert "all kinds of cases" in words
    assert sign_in(make.staff(RoleCode.CLERK)).get("/my-draws").status_code == 404
    assert sign_in(make.user()).get("/my-draws").status_code == 404
    assert client.get("/my-draws").status_code == 303


def test_my_ledger_has_pages(session, make, sign_in, bench, monkeypatch):
    monkeypatch.setattr(standings, "PAGE", 4)
    mine = sign_in(make.judge_user(bench.judges[0]))
    first = mine.get("/my-draws?lang=en").text
    assert "Older" in first
    assert "Newer" not in first
    last = mine.get("/my-draws?lang=en&page=3").text
    assert "Older" not in last
    assert "Newer" in last


def test_a_judge_of_no_roster(session, make, sign_in, contributors):
    judge = make.judge()
    contributors.roster(make.judge())
    page = sign_in(make.judge_user(judge)).get("/my-draws?lang=en")
    assert "You are not on the roster" in page.text
    assert "Nothing has been credited" in page.text


def test_the_chair_sees_reasons_and_no_lever(client, session, make, sign_in, bench):
    chair = sign_in(make.staff(RoleCode.CHAIR))
    waits = make.case()
    assert "/court-draws/load.svg" in chair.get("/home").text
    assert chair.get("/court-draws/load.svg").text.startswith("<svg")
    for language in EVERY_LANGUAGE:
        page = chair.get(f"/court-draws?lang={language}")
        assert page.status_code == 200
        assert "<form" not in page.text
    words = words_of(chair.get("/court-draws?lang=en").text)
    assert f"{bench.judges[4].full_name} ; from 11 January 2027: 100%" in words.replace(
        f"{bench.judges[4].full_name};", f"{bench.judges[4].full_name} ;"
    )
    assert waits.number in words
    elsewhere = sign_in(make.staff(RoleCode.CHAIR, make.court("Б1", "BSK-LEN")))
    other = elsewhere.get("/court-draws?lang=en").text
    assert bench.judges[0].full_name not in other
    assert waits.number not in other
    assert elsewhere.get("/court-draws/load.svg").text.startswith("<svg")
    for role in (RoleCode.CLERK, RoleCode.AUDITOR):
        assert sign_in(make.staff(role)).get("/court-draws").status_code == 404
    assert client.get("/court-draws").status_code == 303


def test_sealed_cases_are_not_named_to_the_chair(session, make, sign_in, bench):
    sealed = make.case(sealed=True)
    page = sign_in(make.staff(RoleCode.CHAIR)).get("/court-draws?lang=en")
    assert sealed.number not in page.text


def test_who_is_who(session, make):
    judge = make.judge()
    actor = actor_of(session, make.judge_user(judge), make.now())
    assert standings.judge_of_actor(session, actor) == judge
    assert standings.judge_of_actor(session, ANONYMOUS) is None
    assert standings.court_of_chair(session, actor) is None


# ------------------------------------------------------------------ pictures and words


def test_names_in_pictures_are_surname_and_initials():
    assert figures.short_name("Сыдыкова Айгүл Бакытовна") == "Сыдыкова А. Б."
    assert figures.short_name("Асан уулу Бакыт") == "Асан уулу Б."
    assert figures.short_name("Асанова") == "Асанова"


def test_names_at_the_ends_of_lines_do_not_meet(time):
    since, until = time() - timedelta(days=9), time()
    series = {
        name: [(since, 0.0), (until, value)]
        for name, value in (("a", 0.0), ("b", 0.1), ("c", 0.1), ("d", -3.0), ("e", 4.0))
    }
    picture = figures.lines(series, band=8, since=since, until=until, marked="b")
    labels = sorted(line.label for line in picture.lines)
    assert all(second - first >= 14 for first, second in pairwise(labels))
    assert all(picture.top - 1 <= label <= picture.bottom + 1 for label in labels)
    assert [line.name for line in picture.lines if line.marked] == ["b"]
    assert picture.band == (picture.top, picture.bottom)
    assert [value for _, value in picture.grid] == [-4, -2, 0, 2, 4]


def test_a_line_without_a_span_still_has_a_picture(time):
    picture = figures.lines({"a": [(time(), 0.0)]}, band=8, since=time(), until=time(), marked="")
    assert picture.lines[0].path.startswith("M")


def test_every_code_of_the_log_has_a_name():
    assert set(naming.EXCLUDED) >= entries.EXCLUSION_CLASSES
    assert set(naming.LINKED) == entries.LINK_GROUNDS
    assert set(naming.MANUAL) == entries.MANUAL_GROUNDS
    assert set(naming.LEFT) >= entries.DROPOUT_GROUNDS
    assert {kind.value for kind in DrawKind} == {"drawn", "linked", "manual"}
    assert set(LANGUAGES) < set(EVERY_LANGUAGE)
