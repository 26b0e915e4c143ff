"""The refiling room's work after commit: marking filings, and leading waiting cases on."""

from collections.abc import Callable

from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.models import Filing
from sud.outside import Outside
from sud.refiling import marking, service


def note(sessions: Sessions, outside: Outside, *, filing: int) -> None:
    """Mark what was handed in; a second run finds it marked."""
    with unit(sessions) as session:
        marking.note(
            session,
            SYSTEM,
            session.get_one(Filing, filing),
            secret=outside.secret,
            defer=outside.defer,
            now=outside.now(),
        )


def follow(sessions: Sessions, outside: Outside) -> None:
    """Lead the cases that repeat an earlier one to its judge; a second run finds none waiting."""
    with unit(sessions) as session:
        service.follow(
            session, SYSTEM, secret=outside.secret, defer=outside.defer, now=outside.now()
        )


JOBS: dict[str, Callable[..., None]] = {marking.NOTE: note, service.FOLLOW: follow}
