"""The exceptions room's work by the clock: proposals that nobody decided in time lapse."""

from collections.abc import Callable

from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.exceptions import service
from sud.outside import Outside


def expire(sessions: Sessions, outside: Outside) -> None:
    """Let old proposals lapse; a second run finds none."""
    with unit(sessions) as session:
        service.expire(session, SYSTEM, now=outside.now())


JOBS: dict[str, Callable[..., None]] = {"exceptions.expire": expire}
