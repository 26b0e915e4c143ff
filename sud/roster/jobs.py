"""The roster's work by the clock: next week's duty judge, and what waits too long."""

from collections.abc import Callable

from sud.access import SYSTEM
from sud.allocation import log
from sud.db import Sessions, unit
from sud.outside import Outside
from sud.roster import alarms, duty


def draw_duty(sessions: Sessions, outside: Outside) -> None:
    """Log the draws of the duty judges that are due, each court in a transaction of its own."""
    now = outside.now()
    with unit(sessions) as session:
        begun = log.genesis(session) is not None
        courts = duty.courts_with_duty(session) if begun else ()
    for court in courts:
        for monday in duty.weeks_to_draw(now):
            with unit(sessions) as session:
                duty.draw_week(session, SYSTEM, court, monday, now=now)


def look(sessions: Sessions, outside: Outside) -> None:
    """Raise and end the alarms."""
    with unit(sessions) as session:
        alarms.look(session, SYSTEM, now=outside.now(), defer=outside.defer)


def tell(sessions: Sessions, outside: Outside, *, cases: int, epochs: int) -> None:
    """Write to the administrators; a letter that cannot be sent is tried again with all others."""
    with unit(sessions) as session:
        letters = alarms.letters(
            session, cases=cases, epochs=epochs, base_url=outside.base_url, now=outside.now()
        )
    for letter in letters:
        outside.mailer.send(to=letter.to, subject=letter.subject, text=letter.text)


JOBS: dict[str, Callable[..., None]] = {
    "roster.duty": draw_duty,
    "roster.alarms": look,
    alarms.TELL: tell,
}
