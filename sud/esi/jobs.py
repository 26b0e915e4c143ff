"""Forgets, every night, the ways to the provider that nobody can come back from any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from sud.db import Sessions, unit
from sud.models import EsiVisit
from sud.outside import Outside

KEPT: Final = timedelta(days=1)
"""Longer than a visit waits, so that who comes late is still told that he is late."""


def forget(sessions: Sessions, outside: Outside) -> None:
    """Delete the secrets of old visits; what was confirmed is kept elsewhere."""
    with unit(sessions) as session:
        session.execute(delete(EsiVisit).where(EsiVisit.begun_at < outside.now() - KEPT))


JOBS: dict[str, Callable[..., None]] = {"esi.forget": forget}
