"""The clock: one leader, a stand-by that takes over, and nothing missed or rung twice."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sud.clock import LOCK, Clock, Tick, missed, timetable
from sud.config import Config
from sud.db import Sessions, unit
from sud.models import Heartbeat
from sud.outside import Outside
from sud.worker import all_jobs
from tests.conftest import Time
from tests.sud.processes import until

DAILY = Tick(crontab="0 9 * * *", job="test.daily")
HOURLY = Tick(crontab="0 * * * *", job="test.hourly")
NEVER = Tick(crontab="0 0 1 1 *", job="test.never")


@contextmanager
def going(clock: Clock) -> Iterator[threading.Event]:
    """Let a clock go in a thread until the block ends or the event is set."""
    stop = threading.Event()
    thread = threading.Thread(target=clock.keep_time, args=[stop])
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()
        clock.engine.dispose()


@pytest.fixture
def a_clock(config: Config, own_sessions: Sessions, outside: Outside):
    def made(*ticks: Tick) -> Clock:
        return Clock(
            engine=create_engine(config.database_url, poolclass=NullPool),
            sessions=own_sessions,
            outside=outside,
            ticks=ticks,
            beat_seconds=0.1,
        )

    return made


def leaders(sessions: Sessions) -> list[int]:
    with sessions() as session:
        return list(
            session.scalars(
                text(
                    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    " AND objid = :lock AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())"
                ),
                {"lock": LOCK},
            )
        )


def rung(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY 1")))


def heartbeat(sessions: Sessions, at: datetime) -> None:
    with unit(sessions) as session:
        session.merge(Heartbeat(process="clock", at=at))


def beats(sessions: Sessions) -> bool:
    with sessions() as session:
        return session.get(Heartbeat, "clock") is not None


def test_one_leads_and_the_other_takes_over(own_sessions: Sessions, a_clock) -> None:
    with going(a_clock(NEVER)) as first:
        until(lambda: leaders(own_sessions), "a leader")
        (before,) = leaders(own_sessions)
        with going(a_clock(NEVER)):
            assert leaders(own_sessions) == [before]
            first.set()
            until(lambda: set(leaders(own_sessions)) - {before}, "the next leader")
            assert len(leaders(own_sessions)) == 1
        until(lambda: beats(own_sessions), "a heartbeat")


def test_a_leader_that_loses_its_database_is_no_leader(own_sessions: Sessions, a_clock) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(going(a_clock(NEVER)))
        until(lambda: leaders(own_sessions), "a leader")
        lost = leaders(own_sessions)[0]
        with own_sessions() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": lost})
            session.commit()
        until(lambda: set(leaders(own_sessions)) - {lost}, "a leader over another connection")
        assert len(leaders(own_sessions)) == 1


def test_what_was_missed_is_made_up_once_by_whoever_leads(
    own_sessions: Sessions, time: Time, a_clock
) -> None:
    heartbeat(own_sessions, time.now - timedelta(hours=26))
    with going(a_clock(DAILY, HOURLY, NEVER)), going(a_clock(DAILY, HOURLY, NEVER)):
        until(lambda: len(rung(own_sessions)) == 2, "the missed jobs")
    with going(a_clock(DAILY, HOURLY, NEVER)):
        until(lambda: leaders(own_sessions), "a leader")
    assert rung(own_sessions) == ["test.daily", "test.hourly"]


def test_a_new_house_has_missed_nothing(own_sessions: Sessions, a_clock) -> None:
    with going(a_clock(DAILY)):
        until(lambda: beats(own_sessions), "a heartbeat")
    assert rung(own_sessions) == []


def test_a_job_that_still_waits_is_not_deferred_again(own_sessions: Sessions, a_clock) -> None:
    clock = a_clock(HOURLY)
    clock.ring(HOURLY)
    clock.ring(HOURLY)
    clock.ring(DAILY)
    assert rung(own_sessions) == ["test.daily", "test.hourly"]


def test_a_job_waits_for_its_own_group_only(own_sessions: Sessions, a_clock) -> None:
    clock = a_clock(HOURLY)
    for group in ("urgent", "all", "urgent"):
        clock.ring(Tick(crontab="0 * * * *", job="test.epoch", facts={"group": group}))
    with own_sessions() as session:
        facts = session.scalars(text("SELECT args->>'group' FROM procrastinate_jobs ORDER BY id"))
        assert list(facts) == ["urgent", "all"]


def test_the_house_may_set_the_hours_of_every_group(config: Config) -> None:
    def epochs(lines: str) -> set[tuple[str, str]]:
        ticks = timetable(dataclasses.replace(config, epoch_timetable=lines))
        return {(t.crontab, t.facts["group"]) for t in ticks if t.job == "allocation.epoch"}

    own = epochs("")
    assert {crontab for crontab, group in own if group == "urgent"} == {"*/30 * * * *"}
    assert len([crontab for crontab, group in own if group == "all"]) == 4
    assert epochs("* * * * *;") == {("* * * * *", "urgent"), ("* * * * *", "all")}


def test_court_time_decides_what_was_missed() -> None:
    nine_in_bishkek = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    before, after = nine_in_bishkek - timedelta(minutes=1), nine_in_bishkek + timedelta(minutes=1)
    assert missed([DAILY], before, after) == [DAILY]
    assert missed([DAILY], before, nine_in_bishkek - timedelta(seconds=30)) == []
    assert missed([DAILY], nine_in_bishkek, after) == []
    assert missed([NEVER], datetime(2020, 1, 1, tzinfo=UTC), after) == []


def test_every_job_of_the_timetable_exists(config: Config) -> None:
    ticks = timetable(config)
    assert {tick.job for tick in ticks} <= set(all_jobs())
    for tick in ticks:
        assert tick.trigger()
