"""Forgets, every night, what only mattered for a moment."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, text

from sud.db import Sessions, unit
from sud.models import OnceAnswer, SignInAttempt
from sud.outside import Outside

PAGE_LIVES = timedelta(days=7)
"""A page left open longer than this gets no second-click protection any more."""
JOB_KEPT = timedelta(days=30)


def forget(sessions: Sessions, outside: Outside) -> None:
    """Delete answered forms, failed sign-ins and finished jobs that nobody asks for again."""
    now = outside.now()
    with unit(sessions) as session:
        session.execute(delete(OnceAnswer).where(OnceAnswer.at < now - PAGE_LIVES))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - PAGE_LIVES))
        session.execute(
            text(
                "DELETE FROM procrastinate_jobs AS job WHERE status = 'succeeded' AND NOT EXISTS"
                " (SELECT FROM procrastinate_events AS event"
                " WHERE event.job_id = job.id AND event.at >= :limit)"
            ),
            {"limit": now - JOB_KEPT},
        )


JOBS: dict[str, Callable[..., None]] = {"accounts.forget": forget}
