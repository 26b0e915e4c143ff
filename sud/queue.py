"""Runs the jobs that were deferred in the archive: a few at a time, one disc at once.

A job is a plain function of a room, `(sessions, outside, *, facts)`, that may run twice without
harm. A worker that dies in the middle leaves its heartbeat to grow old; the next look of any
worker puts its jobs back into the queue.
"""

import asyncio
import contextlib
import functools
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import procrastinate
from sqlalchemy import make_url

from sud.config import Config
from sud.db import Sessions, make_sessions
from sud.outside import LANES, SHORT, Outside, queue_of, real_outside

PROCESS = "worker"
ATTEMPTS = 6
SUFFERED = 4
"""A job that took this many workers with it is not tried again: a person has to look."""

RESCUE = f"""
WITH stalled AS (
    SELECT job.id, job.attempts
      FROM procrastinate_jobs job
      LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
     WHERE job.status = 'doing'
       AND (worker.id IS NULL
            OR worker.last_heartbeat < now() - make_interval(secs => %(stalled_seconds)s))
       FOR UPDATE OF job SKIP LOCKED
)
SELECT id,
       CASE WHEN attempts < {SUFFERED}
            THEN procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)
            ELSE procrastinate_finish_job_v1(id, 'failed', false) END
  FROM stalled
"""  # noqa: S608 - one constant of this module
BEAT = """
INSERT INTO heartbeats (process, at) VALUES (%(process)s, now())
ON CONFLICT (process) DO UPDATE SET at = excluded.at
"""

Job = Callable[..., None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many short jobs at once, of which lanes, how often it tells that it lives, and so on."""

    jobs: int = 4
    lanes: tuple[str, ...] = LANES
    beat_seconds: float = 5
    stalled_seconds: float = 30
    patience_seconds: float = 5


def conninfo(url: str) -> str:
    """Return SQLAlchemy's address of the database as libpq writes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def make_queue(
    url: str, sessions: Sessions, outside: Outside, jobs: Mapping[str, Job]
) -> procrastinate.App:
    """Announce the jobs to the queue that lives in this database."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(url)))
    retry = procrastinate.RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4)
    for name, job in jobs.items():
        app.task(name=name, queue=queue_of(name), retry=retry)(
            functools.partial(_run, name, job, sessions, outside)
        )
    return app


async def work(queue: procrastinate.App, pace: Pace, stop: asyncio.Event) -> None:
    """Take jobs until told to stop; return when none runs any more or patience has ended."""
    async with queue.open_async():
        sides: list[Coroutine[Any, Any, None]] = [
            *(_take(queue, lane, pace.jobs if lane == SHORT else 1, pace) for lane in pace.lanes),
            _beat(queue, pace),
            _rescue(queue, pace),
        ]
        tasks = [asyncio.create_task(side) for side in sides]
        told = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in (told, *tasks):
            task.cancel()
        await asyncio.wait(tasks, timeout=pace.patience_seconds + 1)
        for task in ended - {told}:
            task.result()
            raise RuntimeError("a part of the worker ended by itself")


async def _take(queue: procrastinate.App, lane: str, concurrency: int, pace: Pace) -> None:
    await queue.run_worker_async(
        queues=[lane],
        name=lane,
        concurrency=concurrency,
        install_signal_handlers=False,
        update_heartbeat_interval=pace.beat_seconds,
        stalled_worker_timeout=pace.stalled_seconds,
        shutdown_graceful_timeout=pace.patience_seconds,
        delete_jobs="successful",
    )


async def _beat(queue: procrastinate.App, pace: Pace) -> None:
    while True:
        await queue.connector.execute_query_async(BEAT, process=PROCESS)
        await asyncio.sleep(pace.beat_seconds)


async def _rescue(queue: procrastinate.App, pace: Pace) -> None:
    """Put back the jobs of workers that died; one statement, so that no two workers do it."""
    while True:
        for row in await queue.connector.execute_query_all_async(
            RESCUE, stalled_seconds=pace.stalled_seconds
        ):
            log.warning("job %s had lost its worker", row["id"])
        await asyncio.sleep(pace.beat_seconds)


def _run(name: str, job: Job, sessions: Sessions, outside: Outside, **facts: Any) -> None:
    log.info("%s begins", name)
    job(sessions, outside, **facts)
    log.info("%s is done", name)


def run(config: Config, jobs: Mapping[str, Job], pace: Pace) -> None:
    """Do these jobs, each known by its name, until SIGTERM or SIGINT.

    A job that does not finish in time is left behind: it is given to another worker as soon as
    our heartbeat is old, which is why the process leaves without waiting for its thread.
    """
    # The queue's own lines repeat every fact of a job.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    sessions = make_sessions(config.database_url)
    queue = make_queue(config.database_url, sessions, real_outside(config), jobs)
    log.info("the worker takes jobs: %s", ", ".join(sorted(jobs)))
    asyncio.run(_until_told(queue, pace))


async def _until_told(queue: procrastinate.App, pace: Pace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with contextlib.suppress(asyncio.CancelledError):
        await work(queue, pace, stop)
    if stop.is_set():
        logging.shutdown()
        os._exit(0)
