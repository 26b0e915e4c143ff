"""Loads the demonstration day by day, each in transactions of its own, and goes on after a kill."""

import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import SYSTEM, Actor
from sud.allocation import service as allocation
from sud.config import Config
from sud.courtrooms.jobs import WATCH_JOB
from sud.db import Sessions, unit
from sud.demonstration import contributors, halls, publishing, signing, staff
from sud.demonstration.plan import DAYS, DRAW_AT, Plan, make_plan
from sud.demonstration.walk import Walk
from sud.discs import service as discs
from sud.models import Counter, Court, Epoch, EpochState, Hearing, HearingState
from sud.outside import BISHKEK, Outside, local_day
from sud.registry import service as registry
from sud.statistics import service as statistics

ANCHOR: Final = "demonstration/day"
"""The day on which loading began, as a number: the plan hangs on it."""
PROGRESS: Final = "demonstration/phase"
"""How many phases are done: one that opens the courts, three a day, four that end."""
AHEAD: Final = 45
OPENING: Final = time(8, 0)
CLOSING: Final = time(17, 0)
TOLD_EVERY: Final = 38
DISC: Final = Path(__file__).parent / "disc" / "VIDEO_TS"
UNKNOWN: Final = "VTS_01_1.VOB"
"""What of it is handed in once more, as a disc of which nobody knows the hearing."""

Say = Callable[[str], None]
Phase = Callable[[int], None]


def load(
    sessions: Sessions,
    outside: Outside,
    config: Config,
    *,
    scale: float = 1.0,
    say: Say | None = None,
) -> None:
    """Load what is not loaded yet; a demonstration that is complete is left alone."""
    Loading(sessions, outside, config, scale=scale, say=say or _aloud).run()


def accounts_file(config: Config) -> Path:
    """Where it is written who can sign in."""
    return config.log_key_file.parent / "demonstration-accounts.txt"


def people_file(config: Config) -> Path:
    """Where it is written whom the TEST identity provider knows (`sud.local.esi`)."""
    return config.log_key_file.parent / "demonstration-people.json"


class Loading:
    """One run of the loader: a plan, and a phase after another until all are done."""

    def __init__(
        self, sessions: Sessions, outside: Outside, config: Config, *, scale: float, say: Say
    ) -> None:
        self.sessions = sessions
        self.outside = outside
        self.config = config
        self.say = say
        self.actors: dict[str, Actor] = {}
        with unit(sessions) as session:
            today = _anchor(session, local_day(outside.now()))
            self.plan: Plan = make_plan(_working_days(session, today), scale=scale)

    def run(self) -> None:
        phases = list(self._phases())
        with unit(self.sessions) as session:
            done = _kept(session, PROGRESS)
        for number, phase in enumerate(phases[done:], done + 1):
            phase(number)
            if number % TOLD_EVERY == 0 or number == len(phases):
                self.say(f"{number * 100 // len(phases):3} %  {self._told(number)}")
        accounts_file(self.config).write_text(
            "\n".join(staff.accounts_in_words(self.plan)) + "\n", encoding="utf-8"
        )
        known = [{"pin": one.pin, "name": one.full_name} for one in self.plan.persons]
        people_file(self.config).write_text(json.dumps(known), encoding="utf-8")

    def _told(self, number: int) -> str:
        return str(self.plan.days[min(number // 3, DAYS - 1)])

    def _phases(self) -> Iterator[Phase]:
        yield self._open
        for day in range(DAYS):
            yield self._kept_together(functools.partial(self._morning, day))
            yield functools.partial(self._draw, day)
            yield self._kept_together(functools.partial(self._evening, day))
        yield self._kept_together(self._record)
        yield self._kept_together(self._show_publication)
        yield self._kept_together(self._watch)
        yield self._kept_together(self._show_signing)

    def _morning(self, day: int, walk: Walk) -> None:
        staff.keep_roster(
            walk.session, self.plan, day, outside=self.outside, now=self._opening(day)
        )
        if day == halls.EQUIPPED_ON:
            now = self._opening(day)
            for code, bench in staff.BENCHES.items():
                keeper = walk.actor(f"clerk1.{bench.short}", now)
                halls.equip(walk.session, keeper, code, now=now)
        for step in self.plan.steps_of(day):
            if step.at < DRAW_AT:
                walk.do(step)

    def _evening(self, day: int, walk: Walk) -> None:
        for step in self.plan.steps_of(day):
            if step.at > DRAW_AT:
                walk.do(step)

    def _kept_together(self, work: Callable[[Walk], None]) -> Phase:
        """Make a phase whose work and whose note that it is done are one transaction."""

        def phase(number: int) -> None:
            with unit(self.sessions) as session:
                work(Walk(session, self.outside, self.config, self.plan, self.actors))
                _keep(session, PROGRESS, number)

        return phase

    def _opening(self, day: int) -> datetime:
        return datetime.combine(self.plan.days[day], OPENING, BISHKEK)

    def _open(self, number: int) -> None:
        """Begin the log, then open the courts; a log that has begun is left alone."""
        now = self._opening(0)
        anchors = contributors.anchors(self.config)
        with unit(self.sessions) as session:
            allocation.found(
                session,
                SYSTEM,
                anchors,
                now=now,
                log_key=self.config.log_key_file,
                origin=self.config.log_origin,
            )
        self._kept_together(lambda walk: staff.open_courts(walk.session, self.plan, now=now))(
            number
        )

    def _draw(self, day: int, number: int) -> None:
        """Freeze, cosign, reveal and draw: each may find that it was done before a kill."""
        now = datetime.combine(self.plan.days[day], DRAW_AT, BISHKEK)
        with unit(self.sessions) as session:
            allocation.freeze(session, SYSTEM, now=now)
        with unit(self.sessions) as session:
            waits = session.scalar(select(Epoch.number).where(Epoch.state == EpochState.FROZEN))
        if waits is not None:
            contributors.attend(self.sessions, self.config, now=now + timedelta(minutes=1))
        drawn = waits is not None
        while drawn:
            with unit(self.sessions) as session:
                later = now + timedelta(minutes=2)
                defer = self.outside.defer
                drawn = allocation.draw(session, SYSTEM, now=later, defer=defer) is not None
        with unit(self.sessions) as session:
            _keep(session, PROGRESS, number)

    def _record(self, walk: Walk) -> None:
        """Hand in a disc for the hearing held last, and one that does not say whose it is.

        The worker reads both as any others; then the second one waits for a person.
        """
        held = walk.session.scalars(
            select(Hearing)
            .where(Hearing.state == HearingState.HELD)
            .order_by(Hearing.during.desc())
            .limit(2)
        ).all()
        if not DISC.is_dir() or not held:
            return
        files = {f"VIDEO_TS/{path.name}": path for path in sorted(DISC.iterdir())}
        self._hand_in(walk, held[0], files, now=held[0].ends_at + timedelta(hours=1))
        other = held[-1]
        began = other.starts_at.astimezone(BISHKEK)
        files = {f"{began:%Y-%m-%d %H-%M} {other.courtroom.name}.vob": DISC / UNKNOWN}
        now = held[0].ends_at + timedelta(hours=2)
        self._hand_in(walk, None, files, court=other.case.court, now=now)

    def _hand_in(
        self,
        walk: Walk,
        hearing: Hearing | None,
        files: Mapping[str, Path],
        *,
        court: Court | None = None,
        now: datetime,
    ) -> None:
        with ExitStack() as stack:
            sent = [
                discs.Sent(name=name, stream=stack.enter_context(path.open("rb")))
                for name, path in files.items()
            ]
            discs.hand_in(
                walk.session,
                walk.actor("archivist", now),
                hearing,
                sent,
                court=court,
                outside=walk.at(now),
                limit=self.config.recording_limit_bytes,
            )

    def _show_publication(self, walk: Walk) -> None:
        """Leave a text held, one reported and one half read, for whoever looks at the queue."""
        now = datetime.combine(self.plan.days[DAYS - 1], CLOSING, BISHKEK)
        readers: dict[int, tuple[Actor, Actor]] = {}
        for code, bench in staff.BENCHES.items():
            court = registry.court_by_code(walk.session, code)
            if court is not None:
                clerks = (walk.actor(f"clerk{n}.{bench.short}", now) for n in (1, 2))
                readers[court.id] = (next(clerks), next(clerks))
        publishing.show_every_state(walk.session, readers, outside=walk.at(now))

    def _show_signing(self, walk: Walk) -> None:
        """Leave minutes that wait for a judge's signature."""
        now = datetime.combine(self.plan.days[DAYS - 1], CLOSING, BISHKEK)

        def clerk_of(court: Court) -> Actor:
            return walk.actor(f"clerk1.{staff.BENCHES[court.code].short}", now)

        signing.show_waiting(walk.session, clerk_of, outside=walk.at(now))

    def _watch(self, walk: Walk) -> None:
        """Have draws and recordings watched at once: nobody need wait for the night."""
        self.outside.defer(walk.session, statistics.WATCH_JOB)
        self.outside.defer(walk.session, WATCH_JOB)


def _anchor(session: Session, today: date) -> date:
    kept = _kept(session, ANCHOR)
    if kept:
        return date.fromordinal(kept)
    _keep(session, ANCHOR, today.toordinal())
    return today


def _working_days(session: Session, today: date) -> Sequence[date]:
    """Return the working days before today that the plan wants, then those that follow."""
    calendar = registry.calendar_between(
        session, today - timedelta(days=2 * DAYS), today + timedelta(days=3 * AHEAD)
    )
    before = (today - timedelta(days=n) for n in range(1, 2 * DAYS))
    after = (today + timedelta(days=n) for n in range(1, 3 * AHEAD))
    past = [day for day in before if calendar.is_working(day)][:DAYS]
    return [*reversed(past), *[day for day in after if calendar.is_working(day)][:AHEAD]]


def _kept(session: Session, series: str) -> int:
    return session.scalar(select(Counter.last).where(Counter.series == series)) or 0


def _keep(session: Session, series: str, number: int) -> None:
    row = session.get(Counter, series)
    if row is None:
        session.add(Counter(series=series, last=number))
    else:
        row.last = number


def _aloud(line: str) -> None:
    sys.stderr.write(f"demonstration {line}\n")
    sys.stderr.flush()
