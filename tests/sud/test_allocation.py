"""Drawing judges in the house: the log, the epochs, the pages, races and crashes."""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time as clock
import urllib.request
import zlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DBAPIError
from werkzeug.serving import make_server

from assignment import __main__ as command
from assignment.canon import canon, parse, sha
from assignment.compose import commitment
from assignment.tree import included, inclusion
from assignment.verify import checkpoint_in, verify
from sud import journal
from sud.access import SYSTEM, Action
from sud.allocation import audit, epochs, jobs, listing, log, service, snapshot, story
from sud.allocation.log import DamagedLogError
from sud.db import make_sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceReason,
    Availability,
    Case,
    CaseState,
    DrawRequest,
    Epoch,
    EpochState,
    JournalLine,
    LogEntry,
    LogState,
    Reveal,
    WaitReason,
)
from sud.outside import defer_job
from sud.web import make_app
from tests.attacks import attack
from tests.builders import Make
from tests.conftest import MONDAY
from tests.contributors import Contributors

ROOT = Path(__file__).parents[2]
NAMES = ("bar", "court", "ombudsman")


def bench(make, contributors, count=4):
    judges = [make.judge() for _ in range(count)]
    contributors.roster(*judges)
    return judges


def all_lines(session):
    return list(log.lines(session, 0))


def kinds(session):
    return [parse(line)["type"] for line in all_lines(session)]


def true(session, contributors):
    report = verify(all_lines(session), contributors.published.trust())
    assert report.findings == []
    return report


# ------------------------------------------------------------------ the verbs


def test_a_case_gets_its_judge_by_the_draw(session, make, contributors):
    judges = bench(make, contributors)
    case = make.case()
    make.party(case)
    row = contributors.enter(case)
    assert case.judge is None
    contributors.draw()
    session.expire_all()
    assert case.judge in judges
    assert case.state is CaseState.DISTRIBUTED
    assert row.judge_id == case.judge_id
    assert set(row.standing) == {judge.code for judge in judges}
    assert session.execute(text("SELECT count(*) FROM notices")).scalar() == 1
    assert true(session, contributors).state.counts["draws"] == 1
    actions = session.scalars(select(JournalLine.action).order_by(JournalLine.seq)).all()
    assert actions[-3:] == [Action.CASE_DISTRIBUTE, Action.NOTICE_SEND, Action.EPOCH_RUN]
    assert list(journal.broken_lines(session)) == []


def test_the_receipt_proves_the_entry_and_the_case(session, make, contributors):
    bench(make, contributors)
    case = make.case()
    receipt = service.enter(session, SYSTEM, case, now=contributors.now())
    contributors.draw()
    size = log.size_of(session)
    proof = inclusion(receipt.log_index, size, log.node_reader(session))
    top = log.checkpoint(session, "x", size).root
    assert included(receipt.leaf, receipt.log_index, size, proof, top)
    entry = parse(all_lines(session)[receipt.log_index])
    assert entry["request"]["commit"] == commitment(receipt.salt, case.number, sha(b""))
    assert case.number not in all_lines(session)[receipt.log_index].decode()


def test_the_weight_comes_from_the_category(session, make, contributors):
    bench(make, contributors)
    case = make.case()
    contributors.enter(case)
    assert kinds(session)[-2:] == ["weights", "case"]
    contributors.enter(make.case())
    assert kinds(session)[-2:] == ["case", "case"]
    case.category.weight = 600_000
    contributors.enter(make.case())
    assert kinds(session)[-2:] == ["weights", "case"]
    assert parse(all_lines(session)[-1])["request"]["seats"] == [600_000]
    contributors.draw()
    true(session, contributors)


def test_excluded_judges_are_not_drawn(session, make, contributors):
    judges = bench(make, contributors, 3)
    excluded = [
        service.Exclusion(judge=judge, ground="statutory", document=sha(b"ruling"))
        for judge in judges[:2]
    ]
    case = make.case()
    service.enter(session, SYSTEM, case, now=contributors.now(), excluded=excluded)
    (row,) = story.draws_of(session, case)
    told = story.story_of(session, row)
    assert [one.code for one in told.candidates] == [judges[2].code]
    assert {name for name, _ in told.excluded} == {judge.full_name for judge in judges[:2]}
    contributors.draw()
    session.expire_all()
    assert case.judge_id == judges[2].id
    assert true(session, contributors).state.counts["no-draw"] == 1


def test_too_few_judges_let_a_case_wait(session, make, contributors):
    """It waits aloud, with a date, and enters the log as soon as enough judges are there."""
    make.limit("draw_wait")
    case = make.case()
    assert service.enter(session, SYSTEM, case, now=contributors.now()) is None
    wait = service.waiting(session, case)
    assert (wait.eligible, wait.minimum, wait.reason) == (0, 1, WaitReason.POOL_TOO_SMALL)
    assert wait.deadline > wait.since
    assert service.enter_waiting(session, SYSTEM, now=contributors.now()) == 0
    contributors.roster(make.judge())
    assert service.enter_waiting(session, SYSTEM, now=contributors.now()) == 1
    assert service.waiting(session, case) is None
    contributors.draw()
    assert case.judge is not None
    true(session, contributors)


def test_before_the_log_has_begun(session, make, time):
    with pytest.raises(CourtError) as refused:
        service.enter(session, SYSTEM, make.case(), now=time())
    assert refused.value.code is Refusal.LOG_NOT_BEGUN
    assert service.freeze(session, SYSTEM, now=time()) is None
    assert service.signed_checkpoint(session, bytes(32)) is None
    assert story.assurance_of_log(session) is None


def test_the_log_begins_once(session, contributors):
    before = all_lines(session)
    again = Contributors(session, contributors.config, contributors.now)
    assert all_lines(session) == before
    assert again.memories[0].public().plain() not in parse(before[0])["contributors"]


def test_leave_and_return_are_logged_together(session, make, contributors, time):
    judge = make.judge()
    contributors.roster(judge, per_mille=700)
    row = service.set_availability(
        session,
        SYSTEM,
        judge,
        per_mille=0,
        reason=AbsenceReason.LEAVE,
        valid_from=date(2026, 12, 1),
        valid_to=date(2026, 12, 14),
        order_number="17-к",
        now=time(),
    )
    assert row.log_index == log.size_of(session) - 2
    posts = log.read(session).posts
    days = ("11-30", "12-01", "12-14", "12-15")
    shares = [posts(judge.court.code, f"2026-{day}")[judge.code].availability for day in days]
    assert shares == [700, 0, 0, 700]
    assert "17-к" not in "".join(line.decode() for line in all_lines(session))
    stranger = make.judge()
    facts = {"per_mille": 0, "reason": AbsenceReason.LEAVE, "order_number": "1", "now": time()}
    service.set_availability(
        session, SYSTEM, stranger, valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 2), **facts
    )
    assert kinds(session)[-1] == "roster"
    assert len(session.scalars(select(Availability)).all()) == 3
    true(session, contributors)


@attack("chair", "without effect", "who may be drawn is settled when the case is logged")
def test_a_leave_entered_after_registration_changes_nothing(session, make, contributors, time):
    """enters a leave in the house once a case is registered"""
    judges = bench(make, contributors, 3)
    row = contributors.enter(make.case())
    for judge in judges[:2]:
        contributors.roster(judge, per_mille=0)
    later = contributors.enter(make.case())
    for one in (row, later):  # both were entered before the next epoch began
        assert len(story.story_of(session, one).candidates) == 3
    contributors.draw()
    last = contributors.enter(make.case())
    assert [one.code for one in story.story_of(session, last).candidates] == [judges[2].code]
    true(session, contributors)


def test_no_epoch_without_cases(session, contributors, time):
    size = log.size_of(session)
    assert service.freeze(session, SYSTEM, now=time()) is None
    assert service.draw(session, SYSTEM, now=time(), defer=defer_job) is None
    assert log.size_of(session) == size


def test_a_case_stays_in_its_epoch(session, make, contributors, time):
    bench(make, contributors)
    first = contributors.enter(make.case())
    service.freeze(session, SYSTEM, now=time())
    second = contributors.enter(make.case())
    contributors.answer()
    service.draw(session, SYSTEM, now=time(), defer=defer_job)
    session.expire_all()
    assert first.epoch_number == 1
    assert first.judge_id is not None
    assert (second.epoch_number, second.judge_id) == (None, None)
    contributors.draw()
    session.expire_all()
    assert second.epoch_number == 2
    true(session, contributors)


def test_the_draw_waits_for_a_missing_contributor(session, make, contributors, time, run_jobs):
    bench(make, contributors)
    row = contributors.enter(make.case())
    session.commit()
    service.freeze(session, SYSTEM, now=time())
    contributors.answer("bar", "court")
    session.commit()
    assert service.draw(session, SYSTEM, now=time(), defer=defer_job) is None
    session.expire_all()
    assert story.story_of(session, row).missing == ["ombudsman"]
    (waiting,) = listing.epochs_waiting(session)
    assert (waiting.requests, waiting.missing) == (1, ["ombudsman"])
    # The absent one comes back when the next epoch is frozen too.
    contributors.enter(make.case())
    service.freeze(session, SYSTEM, now=time())
    contributors.answer("bar", "court")
    contributors.answer("ombudsman")
    session.commit()
    assert "allocation.draw" in run_jobs()
    session.expire_all()
    states = session.scalars(select(Epoch.state)).all()
    assert states == [EpochState.DRAWN, EpochState.DRAWN]
    true(session, contributors)


def test_pages_before_and_after_the_draw(session, make, contributors, client, sign_in):
    bench(make, contributors)
    case = make.case()
    party = sign_in(make.party(case))
    assert "no draw for this case" in party.get(f"/cases/{case.key}/draw?lang=en").text
    assert "No case has been entered" in client.get("/draws?lang=en").text
    row = contributors.enter(case)
    for language in ("ky", "ru", "en"):
        assert client.get(f"/draws/{row.request_id}?lang={language}").status_code == 200
    answer = party.get(f"/cases/{case.key}/draw?lang=en")
    assert answer.status_code == 200
    assert "waits for the next epoch" in answer.text
    service.freeze(session, SYSTEM, now=contributors.now())
    contributors.answer("bar")
    session.expire_all()
    assert "Court Department, Ombudsman" in client.get("/draws?lang=en").text
    assert "secret value of" in client.get(f"/draws/{row.request_id}?lang=en").text
    contributors.draw()
    session.expire_all()
    answer = party.get(f"/cases/{case.key}/draw?lang=en")
    assert case.judge.full_name in answer.text
    assert row.salt.hex() in answer.text
    answer = client.get(f"/draws/{row.request_id}?lang=en")
    assert "demonstration draw" in answer.text
    assert case.number not in answer.text
    assert row.salt.hex() not in answer.text
    listed = client.get(f"/draws?lang=en&court={case.court.code}&day=2026-11-23")
    assert row.request_id in listed.text
    other = client.get("/draws?lang=en&day=2026-11-24").text
    assert row.request_id not in other
    assert "No draw is like that" in other
    assert client.get("/draws?lang=en&day=2026-99-24").status_code == 200


def test_who_does_not_see_the_case_does_not_see_its_draw(session, make, contributors, sign_in):
    bench(make, contributors)
    case = make.case()
    contributors.enter(case)
    stranger = sign_in(make.party(make.case()))
    assert stranger.get(f"/cases/{case.key}/draw").status_code == 404
    assert stranger.get("/draws/no-such-draw").status_code == 404


# ------------------------------------------------------------------ the published log


def test_published_log(session, make, contributors, client):
    bench(make, contributors)
    contributors.enter(make.case())
    contributors.draw()
    size = log.size_of(session)
    trust = service.trust(session, log.log_seed(contributors.config.log_key_file))
    note = client.get("/log/checkpoint")
    assert note.mimetype == "text/plain"
    assert checkpoint_in(note.text, trust.origin, trust.key).size == size
    assert client.get("/log/trust.json").json == trust.plain()
    assert client.get("/log.jsonl").data.splitlines() == all_lines(session)
    assert client.get("/log/entries?start=1&end=3").data.splitlines() == all_lines(session)[1:3]
    answer = client.get(f"/log/proof?from=2&to={size}").json
    assert [bytes.fromhex(step) for step in answer["proof"]] == service.growth_proof(
        session, 2, size
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/log/entries", 400),
        ("/log/entries?start=3&end=1", 400),
        ("/log/entries?start=-1&end=1", 400),
        ("/log/entries?start=a&end=1", 400),
        ("/log/proof?from=1", 400),
        ("/log/proof?from=0&to=1", 404),
        ("/log/proof?from=1&to=99", 404),
    ],
)
def test_questions_that_the_log_does_not_answer(contributors, client, path, status):
    assert client.get(path).status_code == status


def test_no_log_yet(client):
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/log/trust.json").status_code == 404
    assert client.get("/log.jsonl").data == b""
    assert client.get("/draws").status_code == 200


def test_reveals_over_http(session, make, contributors, client):
    bench(make, contributors)
    contributors.enter(make.case())
    service.freeze(session, SYSTEM, now=contributors.now())
    taken = []
    contributors.published.answer = taken.append
    contributors.answer("bar")
    (facts,) = taken
    assert client.post("/log/reveals", json={**facts, "value": "0" * 64}).status_code == 409
    assert client.post("/log/reveals", json={**facts, "extra": 1}).status_code == 409
    assert client.post("/log/reveals", json={**facts, "type": "genesis"}).status_code == 409
    assert client.post("/log/reveals", json={**facts, "epoch": 1.5}).status_code == 409
    assert client.post("/log/reveals", json={**facts, "contributor": "press"}).status_code == 409
    assert client.post("/log/reveals", data=b"nonsense").status_code == 409
    assert client.post("/log/reveals", data=b"x" * 20_000).status_code == 413
    assert client.post("/log/reveals", json=facts).status_code == 201
    assert client.post("/log/reveals", json=facts).status_code == 200
    session.expire_all()
    assert len(session.scalars(select(Reveal)).all()) == 1
    assert kinds(session).count("reveal") == 1


# ------------------------------------------------------------------ guards


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entries SET body = '{}'",
        "DELETE FROM log_entries",
        "UPDATE log_nodes SET hash = ''",
        "DELETE FROM log_nodes",
        "UPDATE reveals SET value = ''",
        "DELETE FROM reveals",
        "UPDATE draw_requests SET judge_id = NULL",
        "DELETE FROM draw_requests",
        "UPDATE epochs SET seed = ''",
        "DELETE FROM epochs",
        "UPDATE draw_seats SET judge_id = judge_id + 1",
        "DELETE FROM draw_seats",
    ],
)
@attack(
    "administrator of the database",
    "refused",
    "the house's account may not, and a trigger says so to its owner",
)
def test_nothing_that_was_drawn_can_be_edited(session, make, contributors, statement):
    """edits or deletes rows of a table of draws"""
    bench(make, contributors)
    contributors.enter(make.case())
    contributors.draw()
    with pytest.raises(DBAPIError, match=r"permission denied|never changed"):
        session.execute(text(statement))


REPAINTED = {
    "draw_seats": "UPDATE draw_seats SET judge_id = (SELECT min(judges.id) FROM judges"
    " WHERE judges.id <> judge_id) WHERE draw_id = (SELECT min(id) FROM draw_requests)",
    "cases": "UPDATE cases SET judge_id = (SELECT min(judges.id) FROM judges"
    " WHERE judges.id <> judge_id) WHERE id = (SELECT max(case_id) FROM draw_requests)",
    "draw_requests": "UPDATE draw_requests SET request_id = 'TLS-TLS-2026-000099'"
    " WHERE id = (SELECT min(id) + 1 FROM draw_requests)",
    "reveals": "UPDATE reveals SET value = decode(repeat('ab', 32), 'hex')",
    "epochs": "UPDATE epochs SET name = 'another'",
}


@attack("owner of the tables", "caught", "every night the tables are compared with the log")
def test_repainted_tables_are_found(real, config):
    """switches the guards off and edits a table of draws"""
    sessions, contributors = real
    committed(sessions, contributors, lambda _: contributors.draw())
    with unit(sessions) as session:
        assert audit.audit(session, SYSTEM, now=contributors.now()) == []
    owner = create_engine(config.owner_database_url)
    with owner.begin() as connection:
        for table, change in REPAINTED.items():
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            connection.execute(text(change))
    owner.dispose()
    with unit(sessions) as session:
        found = audit.audit(session, SYSTEM, now=contributors.now())
        assert {one.what for one in found} == {
            "other judges sit than the log says",
            "the case is with another judge than the log says",
            "its entry is about something else",
            "another value was revealed",
            "it was frozen otherwise",
        }
        assert kinds(session)[-1] == "incident"


@attack("clerk", "refused", "one draw a case and ground; the database holds it too")
def test_one_draw_a_case_and_attempt(session, make, contributors):
    """presses again until it fits"""
    bench(make, contributors)
    case = make.case()
    contributors.enter(case)
    with pytest.raises(CourtError) as refused:
        contributors.enter(case)
    assert refused.value.code is Refusal.ALREADY_ENTERED
    twice = DrawRequest(
        request_id="x", court=case.court, case=case, salt=b"", case_index=log.size_of(session) - 1
    )
    session.add(twice)
    with pytest.raises(DBAPIError, match="uq_draw_requests_case_id_attempt"):
        session.flush()


@attack("owner of the tables", "caught", "the house reads its log before it writes, and stops")
def test_a_damaged_log_is_not_written_on(session, make, contributors):
    """slips an entry into the log past all guards

    What the owner of the tables edits past the guards is found before the next entry.
    """
    bench(make, contributors)
    contributors.enter(make.case())
    contributors.draw()
    forged = parse(all_lines(session)[-1])
    line = canon({**forged, "epoch": 9})
    size = log.size_of(session)
    session.add(LogEntry(index=size, body=line.decode(), leaf=sha(b"\0" + line),
                         logged_at=contributors.now()))  # fmt: skip
    session.flush()
    with pytest.raises(DamagedLogError, match="cannot be closed"):
        contributors.enter(make.case())


def test_an_entry_that_would_not_verify_is_not_written(session, contributors):
    book = log.Book(session, contributors.now())
    with pytest.raises(DamagedLogError, match="refused to write"):
        book.add({"type": "incident", "at": book.at, "epoch": 5, "code": "x"})
    assert log.size_of(session) == 2


def test_a_log_whose_nodes_are_missing(session, contributors):
    with pytest.raises(DamagedLogError, match="is missing"):
        log.checkpoint(session, "x", 3)


def test_time_never_runs_back_in_the_log(session, make, contributors, time):
    bench(make, contributors)
    time.now -= timedelta(hours=5)
    contributors.enter(make.case())
    contributors.draw()
    true(session, contributors)


def test_a_reader_of_another_archive_begins_anew(session, make, contributors):
    """The process's memory of one log must not colour what it says of another."""
    bench(make, contributors)
    session.commit()
    known = log.read(session)
    session.execute(text("SELECT 1"))
    assert log.read(session).frontier.root() == known.frontier.root()


# ------------------------------------------------------------------ races and crashes


@pytest.fixture
def real(own_sessions, config, time):
    """A court whose log is really committed: sessions, and contributors beside them."""
    with own_sessions() as session, session.begin():
        make = Make(session, time)
        contributors = Contributors(session, config, time)
        bench(make, contributors)
        for _ in range(6):
            contributors.enter(make.case())
    return own_sessions, contributors


def committed(sessions, contributors, verb):
    """Let the contributors work in a session of their own, and commit."""
    with unit(sessions) as session:
        contributors.session = contributors.published.session = session
        return verb(session)


@attack("machinery", "without effect", "whoever comes second finds the epoch drawn")
def test_two_workers_draw_one_epoch_once(real, outside):
    """draws one epoch with four workers at once"""
    sessions, contributors = real
    committed(sessions, contributors, lambda s: service.freeze(s, SYSTEM, now=contributors.now()))
    committed(sessions, contributors, lambda _: contributors.answer())
    start, problems = threading.Barrier(4), []

    def worker():
        start.wait()
        try:
            jobs.draw(sessions, outside)
        except BaseException as error:  # noqa: BLE001 - told by the test
            problems.append(error)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with sessions() as session:
        assert kinds(session).count("result") == 6
        assert kinds(session).count("close") == 1
        contributors.published.session = session
        true(session, contributors)


@attack("clerks", "without effect", "entries follow one another, whoever writes them")
def test_cases_entered_at_once_stand_one_after_another(real, time):
    """register cases in the same second"""
    sessions, contributors = real
    with unit(sessions) as session:
        make = Make(session, time)
        make._numbers = iter(range(100, 200))
        make._courts = {"TLS-TLS": session.scalars(select(Case)).first().court}
        cases = [make.case().id for _ in range(8)]
    start, problems = threading.Barrier(4), []

    def clerk(numbers):
        start.wait()
        try:
            for number in numbers:
                with unit(sessions) as session:
                    service.enter(session, SYSTEM, session.get_one(Case, number), now=time())
        except BaseException as error:  # noqa: BLE001 - told by the test
            problems.append(error)

    threads = [threading.Thread(target=clerk, args=(cases[place::4],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with sessions() as session:
        contributors.published.session = session
        assert true(session, contributors).state.counts["case"] == 14


def test_a_process_goes_on_from_the_state_of_last_night(real, monkeypatch):
    sessions, contributors = real
    committed(sessions, contributors, lambda _: contributors.draw())
    with unit(sessions) as session:
        audit.audit(session, SYSTEM, now=contributors.now())
    with unit(sessions) as session:
        whole = log.read(session)
        monkeypatch.setattr(log, "_kept", log._Kept())
        read = []
        monkeypatch.setattr(log, "lines", lambda *_: read.append(1) or iter(()))
        again = log.read(session)
        assert (again.records, again.ledgers) == (whole.records, whole.ledgers)
        assert again.frontier.root() == whole.frontier.root()
        assert log._kept.state.size == whole.size


def test_a_state_of_another_engine_or_archive_is_not_used(real, monkeypatch):
    sessions, contributors = real
    committed(sessions, contributors, lambda _: contributors.draw())
    with unit(sessions) as session:
        audit.audit(session, SYSTEM, now=contributors.now())
        assert snapshot.latest(session).size == log.size_of(session)
        session.execute(update(LogState).values(engine="another"))
        assert snapshot.latest(session) is None


def test_a_state_brings_nothing_else_to_life(session):
    stranger = zlib.compress(pickle.dumps(os.getcwd))
    session.add(LogState(size=1, engine=snapshot.engine(), made_at=MONDAY, body=stranger))
    with pytest.raises(pickle.UnpicklingError, match="holds no posix"):
        snapshot.latest(session)


def _die_in_the_middle(url, step):
    """In a process of its own: draw, and be killed at a certain line."""
    sessions = make_sessions(url)

    def die(*_args, **_rest):
        os.kill(os.getpid(), signal.SIGKILL)

    with unit(sessions) as session:
        if step == "drawing":
            epochs.compose.close = die
        if step == "distributing":
            epochs.notices.tell_participants = die
        if step == "closing":
            epochs.journal.record = die
        service.draw(session, SYSTEM, now=datetime(2026, 11, 23, 5, tzinfo=UTC), defer=defer_job)
        if step == "committing":
            die()


@pytest.mark.parametrize("step", ["drawing", "distributing", "closing", "committing"])
@attack(
    "whoever pulls the plug",
    "without effect",
    "results, judges and close are one transaction, and the draw is the same again",
)
def test_a_worker_killed_in_the_draw_leaves_it_to_the_next(real, config, outside, step):
    """kills the worker in the middle of the draw"""
    sessions, contributors = real
    committed(sessions, contributors, lambda s: service.freeze(s, SYSTEM, now=contributors.now()))
    committed(sessions, contributors, lambda _: contributors.answer())
    before = committed(sessions, contributors, log.size_of)
    child = multiprocessing.get_context("spawn").Process(
        target=_die_in_the_middle, args=(config.database_url, step)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert committed(sessions, contributors, log.size_of) == before
    jobs.draw(sessions, outside)
    jobs.draw(sessions, outside)
    with sessions() as session:
        contributors.published.session = session
        assert true(session, contributors).state.counts["draws"] == 6
        assert all(case.judge_id for case in session.scalars(select(Case)))


def test_the_timetable_freezes_and_finishes_what_was_left(real, outside):
    sessions, contributors = real
    jobs.freeze(sessions, outside)
    committed(sessions, contributors, lambda _: contributors.answer())
    # The deferred draw is lost with its queue; the next hour of the timetable makes it up.
    jobs.freeze(sessions, outside)
    with sessions() as session:
        contributors.published.session = session
        assert true(session, contributors).state.closed == 1


# ------------------------------------------------------------------ over HTTP, with real processes


@contextmanager
def serving(config, outside, sessions):
    app = make_app(config, outside=outside, sessions=sessions)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(*arguments, **rest):
    argv = [sys.executable, "-m", "assignment", *map(str, arguments)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, **rest)


def init(tmp_path):
    made = []
    for name in NAMES:
        state = tmp_path / f"{name}.json"
        ended = run("contributor", "init", "--state", state, "--id", name, "--epochs", 50)
        made.append(json.loads(ended.stdout))
    return made


def attending(tmp_path, name, address):
    argv = [sys.executable, "-m", "assignment", "contributor", "--log", address]
    argv += ["--state", str(tmp_path / f"{name}.json"), "--every", "0.1"]
    return subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_until(holds, seconds=60):
    deadline = clock.monotonic() + seconds
    while not holds():
        assert clock.monotonic() < deadline, "it did not happen in time"
        clock.sleep(0.1)


@pytest.fixture
def cases_to_draw(tmp_path, own_sessions, time):
    """A log whose contributors are processes, a bench, and cases not yet entered."""
    with unit(own_sessions) as session:
        make = Make(session, time)
        service.found(
            session,
            SYSTEM,
            init(tmp_path),
            now=time(),
            log_key=tmp_path / "log.key",
            origin="sud.test/draws",
        )
        for judge in [make.judge() for _ in range(5)]:
            service.set_availability(
                session,
                SYSTEM,
                judge,
                per_mille=1000,
                reason=AbsenceReason.SHARE,
                valid_from=judge.since,
                order_number="1",
                now=time(),
            )
        return [make.case().id for _ in range(8)]


def test_three_processes_over_http_and_an_offline_check(
    tmp_path, own_sessions, cases_to_draw, config, outside, time
):
    sessions = own_sessions
    config = replace(config, log_key_file=tmp_path / "log.key")

    def enter(numbers):
        with unit(sessions) as session:
            for number in numbers:
                service.enter(session, SYSTEM, session.get_one(Case, number), now=time())

    def revealed(epoch):
        with sessions() as session:
            query = select(Reveal.contributor).where(Reveal.epoch_number == epoch)
            return set(session.scalars(query))

    processes = []
    with serving(config, outside, sessions) as address:
        try:
            processes = [attending(tmp_path, name, address) for name in NAMES]
            enter(cases_to_draw[:4])
            jobs.freeze(sessions, outside)
            wait_until(lambda: revealed(1) == set(NAMES))
            jobs.draw(sessions, outside)
            # One is killed; the epoch waits for it, and goes on when it is back.
            processes[2].kill()
            processes[2].wait()
            enter(cases_to_draw[4:])
            jobs.freeze(sessions, outside)
            wait_until(lambda: revealed(2) == {"bar", "court"})
            jobs.draw(sessions, outside)
            with sessions() as session:
                assert session.get_one(Epoch, 2).state is EpochState.FROZEN
            processes[2].stderr.close()
            processes[2] = attending(tmp_path, NAMES[2], address)
            wait_until(lambda: revealed(2) == set(NAMES))
            jobs.draw(sessions, outside)
            for name, path in [("trust.json", "/log/trust.json"), ("log.jsonl", "/log.jsonl")]:
                with urllib.request.urlopen(address + path) as answer:  # noqa: S310
                    (tmp_path / name).write_bytes(answer.read())
        finally:
            for process in processes:
                process.terminate()
                process.wait()
                process.stderr.close()
    with sessions() as session:
        assert all(case.judge_id for case in session.scalars(select(Case)))
        name = session.scalars(select(DrawRequest.request_id)).first()
    ended = run("verify", tmp_path / "log.jsonl", "--trust", tmp_path / "trust.json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "assurance demonstration: 8" in ended.stdout
    assert "epochs: 2 drawn and closed, 0 waiting" in ended.stdout
    told = run("explain", tmp_path / "log.jsonl", name)
    assert told.returncode == 0
    assert "<- drawn" in told.stdout
    assert command.main(["explain", str(tmp_path / "log.jsonl"), "none"]) == command.UNUSABLE


def test_the_log_key_is_made_once_and_kept_private(tmp_path):
    path = tmp_path / "log.key"
    with pytest.raises(FileNotFoundError):  # a lost key is not replaced in silence
        log.log_seed(path)
    first = log.made_seed(path)
    assert log.made_seed(path) == log.log_seed(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
