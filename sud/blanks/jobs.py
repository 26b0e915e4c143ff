"""The blanks room's nightly work: answers that nobody went on with are forgotten."""

from collections.abc import Callable

from sud.access import SYSTEM
from sud.blanks import service
from sud.db import Sessions, unit
from sud.outside import Outside


def forget(sessions: Sessions, outside: Outside) -> None:
    """Delete expired drafts; a second run finds none."""
    with unit(sessions) as session:
        service.forget_expired(session, SYSTEM, now=outside.now())


JOBS: dict[str, Callable[..., None]] = {"blanks.forget": forget}
