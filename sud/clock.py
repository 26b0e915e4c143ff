"""Says when: every trigger of the house's timetable defers one job, and nothing else.

Any number of clocks may run; the one that holds an advisory lock in the database is the clock,
the others stand by. What fell due while there was no clock is made up once.
"""

import json
import logging
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from sud.config import Config
from sud.db import Sessions, make_sessions, unit
from sud.models import Heartbeat
from sud.outside import Outside, real_outside
from sud.registry import epochs

PROCESS = "clock"
LOCK = 7_318_001  # any number that nothing else in this database locks
ZONE = ZoneInfo("Asia/Bishkek")
BEAT_SECONDS = 5.0
FORGIVEN = timedelta(days=2)
"""How far back something missed is still made up."""

WAITS = (
    "SELECT EXISTS (SELECT FROM procrastinate_jobs"
    " WHERE task_name = :job AND args = CAST(:facts AS jsonb) AND status = 'todo')"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One line of the timetable: when, in court time, which job, with which facts."""

    crontab: str
    job: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def trigger(self) -> CronTrigger:
        return CronTrigger.from_crontab(self.crontab, timezone=ZONE)


def timetable(config: Config) -> tuple[Tick, ...]:
    """Return everything that the house does by the clock."""
    draws = epochs.timetable().overridden(config.epoch_timetable)
    return (
        *(
            Tick(crontab=line, job="allocation.epoch", facts={"group": group.code})
            for group in draws.groups
            for line in group.crontabs
        ),
        Tick(crontab=draws.duty_crontab, job="roster.duty"),
        Tick(crontab=draws.alarms_crontab, job="roster.alarms"),
        Tick(crontab="* * * * *", job="discs.scan_drop"),
        Tick(crontab="* * * * *", job="media.watch"),
        Tick(crontab="*/10 * * * *", job="recusals.watch"),
        Tick(crontab="*/5 * * * *", job="refiling.follow"),
        Tick(crontab="7 * * * *", job="exceptions.expire"),
        Tick(crontab="23 * * * *", job="courtrooms.watch"),
        Tick(crontab="10 2 * * *", job="allocation.audit"),
        Tick(crontab="40 2 * * *", job="statistics.watch"),
        Tick(crontab="5 1 * * *", job="custody.erase_due"),
        Tick(crontab="30 1 * * *", job="custody.fixity"),
        Tick(crontab="15 4 * * 0", job="custody.audit"),
        Tick(crontab="17 3 * * *", job="accounts.forget"),
        Tick(crontab="19 3 * * *", job="esi.forget"),
        Tick(crontab="40 0 * * *", job="verification.check"),
        Tick(crontab="20 1 * * *", job="verification.check_handed_in"),
        Tick(crontab="50 3 * * *", job="verification.renew"),
        Tick(crontab="*/15 * * * *", job="cases.draw_views"),
        Tick(crontab="27 3 * * *", job="blanks.forget"),
        Tick(crontab="*/20 * * * *", job="uploads.expire"),
        Tick(crontab="35 3 * * *", job="publication.hold_barred"),
    )


def missed(ticks: Sequence[Tick], since: datetime, now: datetime) -> list[Tick]:
    """Return what fell due after `since` and before `now`, each once."""
    since = max(since, now - FORGIVEN)

    def due(tick: Tick) -> bool:
        first = tick.trigger().get_next_fire_time(None, since + timedelta(seconds=1))
        return first is not None and first <= now

    return [tick for tick in ticks if due(tick)]


def run(config: Config) -> None:
    """Be a clock process until SIGTERM or SIGINT."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Clock(
        engine=create_engine(config.database_url, poolclass=NullPool),
        sessions=make_sessions(config.database_url),
        outside=real_outside(config),
        ticks=timetable(config),
    ).keep_time(stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One of the clocks: leads or stands by."""

    engine: Engine
    sessions: Sessions
    outside: Outside
    ticks: Sequence[Tick]
    beat_seconds: float = BEAT_SECONDS

    def keep_time(self, stop: threading.Event) -> None:
        """Stand by until the lock is ours, then be the clock for as long as it is."""
        while not stop.is_set():
            try:
                with self.engine.connect() as connection:
                    if self._leads(connection):
                        log.info("this is the clock now")
                        self._lead(connection, stop)
            except DBAPIError as error:
                # The server went away, and our lock with it: somebody else may be the clock now.
                log.warning("the clock lost its database: %s", type(error.orig).__name__)
            stop.wait(self.beat_seconds)

    def ring(self, tick: Tick) -> None:
        """Do what the hour asks for: defer the job, unless the last one still waits."""
        with unit(self.sessions) as session:
            facts = json.dumps(dict(tick.facts))
            if not session.scalar(text(WAITS), {"job": tick.job, "facts": facts}):
                self.outside.defer(session, tick.job, **tick.facts)

    @staticmethod
    def _leads(connection: Connection) -> bool:
        won = connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK})
        connection.rollback()  # the lock is the session's, not the transaction's
        return bool(won)

    def _lead(self, connection: Connection, stop: threading.Event) -> None:
        last = connection.scalar(select(Heartbeat.at).where(Heartbeat.process == PROCESS))
        connection.rollback()
        for tick in missed(self.ticks, last, self.outside.now()) if last else ():
            log.warning("%s was missed and is made up", tick.job)
            self.ring(tick)
        scheduler = BackgroundScheduler(timezone=ZONE)
        for tick in self.ticks:
            scheduler.add_job(
                self.ring, tick.trigger(), args=[tick], coalesce=True, misfire_grace_time=3600
            )
        scheduler.start()
        try:
            self._beat(connection)
            while not stop.wait(self.beat_seconds):
                self._beat(connection)
        finally:
            scheduler.shutdown(wait=True)

    def _beat(self, connection: Connection) -> None:
        """Say that the clock lives, over the connection that holds the lock: no lock, no clock."""
        now = self.outside.now()
        beat = upsert(Heartbeat).values(process=PROCESS, at=now)
        with connection.begin():
            connection.execute(
                beat.on_conflict_do_update(index_elements=["process"], set_={"at": now})
            )
