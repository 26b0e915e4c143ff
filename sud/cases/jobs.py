"""The cases room's work after commit: sending notices by mail."""

from collections.abc import Callable

from sud.cases import notices, showing
from sud.cases.taking import VIEW
from sud.db import Sessions, unit
from sud.outside import Outside


def send_notice(sessions: Sessions, outside: Outside, *, notice: int) -> None:
    """Send one notice; a second run finds it sent, a failed one is tried again by the worker."""
    failure: OSError | None = None
    with unit(sessions) as session:
        row = notices.waiting_notice(session, notice)
        if row is None:
            return
        letter = notices.letter_of(session, row, base_url=outside.base_url)
        try:
            outside.mailer.send(to=letter.to, subject=letter.subject, text=letter.text)
        except OSError as error:
            failure = error
        notices.note_result(session, row, sent=failure is None, now=outside.now())
    if failure is not None:
        raise failure


JOBS: dict[str, Callable[..., None]] = {
    notices.JOB: send_notice,
    VIEW: showing.draw_view,
    "cases.draw_views": showing.draw_overdue,
}
