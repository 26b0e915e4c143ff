"""The worker: killed in a job, two at once, one disc at a time, stopped, failing."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from sud.config import Config
from sud.db import Sessions, unit
from sud.models import Heartbeat
from sud.outside import defer_job
from sud.worker import all_jobs
from tests.sud.processes import environment_of, until

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(config: Config, own_sessions: Sessions, tmp_path: Path) -> Iterator[Start]:
    """Start a busy worker on a database of its own; every one is killed at the end."""
    del own_sessions
    with ExitStack() as stack:

        def started() -> "subprocess.Popen[bytes]":
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.sud.busy_worker", tmp_path],
                env=environment_of(config),
            )
            stack.callback(child.wait)
            stack.callback(child.kill)
            return child

        yield started


@pytest.fixture
def done(tmp_path: Path) -> Callable[[], list[str]]:
    def lines() -> list[str]:
        path = tmp_path / "done"
        return path.read_text().splitlines() if path.exists() else []

    return lines


def jobs(sessions: Sessions) -> list[tuple[str, int]]:
    with sessions() as session:
        rows = session.execute(text("SELECT status, attempts FROM procrastinate_jobs ORDER BY id"))
        return [(row.status, row.attempts) for row in rows]


def defer(session: Session, job: str, number: int) -> None:
    """Queue one of the busy worker's jobs; the disc goes into the lane of discs."""
    defer_job(session, job, number=number)
    if job == "test.disc":
        session.execute(
            text("UPDATE procrastinate_jobs SET queue_name = 'long' WHERE task_name = :job"),
            {"job": job},
        )


def test_a_job_of_a_killed_worker_is_done_by_the_next_one(
    own_sessions: Sessions, start: Start, done: Callable[[], list[str]], tmp_path: Path
) -> None:
    with unit(own_sessions) as session:
        defer(session, "test.slow", 7)
    first = start()
    until(lambda: done() == ["begin 7"], "the job to begin")
    first.kill()
    first.wait()
    start()
    until(lambda: done() == ["begin 7", "begin 7"], "the job to begin again")
    assert jobs(own_sessions) == [("doing", 1)]
    (tmp_path / "go").touch()
    until(lambda: jobs(own_sessions) == [], "the job to be finished and forgotten")
    assert done() == ["begin 7", "begin 7", "end 7"]


def test_a_job_that_takes_every_worker_with_it_is_given_up(
    own_sessions: Sessions, start: Start
) -> None:
    with unit(own_sessions) as session:
        defer(session, "test.slow", 1)
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', attempts = 4"))
    start()
    until(lambda: jobs(own_sessions)[0][0] == "failed", "the job to be given up")


def test_two_workers_never_take_the_same_job(
    own_sessions: Sessions, start: Start, done: Callable[[], list[str]]
) -> None:
    numbers = range(40)
    with unit(own_sessions) as session:
        for number in numbers:
            defer(session, "test.mark", number)
    start()
    start()
    until(lambda: jobs(own_sessions) == [], "all jobs to be finished")
    assert sorted(done()) == sorted(f"mark {number}" for number in numbers)


def test_one_disc_at_a_time_while_other_jobs_go_on(
    own_sessions: Sessions, start: Start, done: Callable[[], list[str]]
) -> None:
    with unit(own_sessions) as session:
        for number in range(3):
            defer(session, "test.disc", number)
        defer(session, "test.mark", 9)
    start()
    until(lambda: jobs(own_sessions) == [], "all jobs to be finished")
    discs = [line for line in done() if not line.startswith("mark")]
    assert discs == [f"{what} {number}" for number in range(3) for what in ("begin", "end")]
    assert done().index("mark 9") < done().index("end 2")


def test_a_failed_job_is_tried_again(
    own_sessions: Sessions, start: Start, done: Callable[[], list[str]]
) -> None:
    with unit(own_sessions) as session:
        defer(session, "test.stumble", 3)
    start()
    until(lambda: jobs(own_sessions) == [], "the second try")
    assert done() == ["try 3", "try 3"]


def test_a_rolled_back_job_is_never_run(own_sessions: Sessions) -> None:
    with own_sessions() as session:
        defer(session, "test.mark", 1)
        session.rollback()
    assert jobs(own_sessions) == []


def test_it_tells_that_it_lives_and_stops_when_asked(
    own_sessions: Sessions, start: Start, done: Callable[[], list[str]]
) -> None:
    with unit(own_sessions) as session:
        defer(session, "test.slow", 5)
    child = start()
    until(done, "the job to begin")
    with own_sessions() as session:
        assert session.get(Heartbeat, "worker") is not None
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0
    # The job outlasted our patience; it is the next worker's now.
    start()
    until(lambda: len(done()) == 2, "the job to begin again")


def test_every_job_has_a_room_and_a_function() -> None:
    for name, job in all_jobs().items():
        room, _, verb = name.partition(".")
        assert room
        assert verb
        assert callable(job)
