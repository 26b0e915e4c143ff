"""The filings room's work after commit: forgetting objects whose rows are gone."""

from collections.abc import Callable

from sud.db import Sessions, unit
from sud.filings import service
from sud.outside import Outside


def discard_object(sessions: Sessions, outside: Outside, *, object_key: str) -> None:
    """Remove an object that no row names; a second run finds nothing to remove."""
    with unit(sessions) as session:
        wanted = service.is_object_wanted(session, object_key)
    if not wanted:
        outside.store.remove(object_key)


JOBS: dict[str, Callable[..., None]] = {service.DISCARD: discard_object}
