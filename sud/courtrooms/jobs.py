"""The courtrooms' work by the clock: acts that rest on hearings without a recording or reason."""

from collections.abc import Callable
from typing import Final

from sud.access import SYSTEM
from sud.courtrooms import duty
from sud.db import Sessions, unit
from sud.outside import Outside

WATCH_JOB: Final = "courtrooms.watch"


def watch(sessions: Sessions, outside: Outside) -> None:
    """Raise and end the alerts; a second run finds nothing to do."""
    with unit(sessions) as session:
        duty.watch(session, SYSTEM, now=outside.now())


JOBS: dict[str, Callable[..., None]] = {WATCH_JOB: watch}
