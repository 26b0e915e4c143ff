"""The draw's work by the clock and after a reveal; each job may run twice without harm."""

from collections.abc import Callable

from sud.access import SYSTEM
from sud.allocation import audit as auditing
from sud.allocation import epochs, service
from sud.db import Sessions, unit
from sud.outside import Outside


def freeze(sessions: Sessions, outside: Outside, *, group: str = epochs.EVERYTHING_ELSE) -> None:
    """Close the intake of a group, when the timetable says so and there is anything to draw."""
    with unit(sessions) as session:
        service.enter_waiting(session, SYSTEM, now=outside.now())
    with unit(sessions) as session:
        epochs.freeze(session, SYSTEM, now=outside.now(), group=group)
    # An epoch whose draw was lost with its worker is finished at the latest now.
    draw(sessions, outside)


def draw(sessions: Sessions, outside: Outside) -> None:
    """Draw every epoch whose values are all known, one transaction each, in their order."""
    drawn = True
    while drawn:
        with unit(sessions) as session:
            epoch = epochs.draw(session, SYSTEM, now=outside.now(), defer=outside.defer)
            drawn = epoch is not None


def audit(sessions: Sessions, outside: Outside) -> None:
    """Compare the tables of draws with the log; what differs is told in the log itself."""
    with unit(sessions) as session:
        auditing.audit(session, SYSTEM, now=outside.now())


JOBS: dict[str, Callable[..., None]] = {
    "allocation.epoch": freeze,
    "allocation.audit": audit,
    epochs.DRAW_JOB: draw,
}
