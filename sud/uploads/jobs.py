"""The uploads room's work by the clock and after commit: forgetting what nobody came back for."""

import uuid
from collections.abc import Callable
from typing import Final

from recordings.store import remove_all
from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.outside import Outside
from sud.uploads import parts, service

EXPIRE: Final = "uploads.expire"


def expire(sessions: Sessions, outside: Outside) -> None:
    """Forget uploads that were neither finished nor used in time."""
    now = outside.now()
    with unit(sessions) as session:
        for upload in service.expired(session, now=now):
            service.forget(session, SYSTEM, upload, "expired", defer=outside.defer, now=now)


def discard(_sessions: Sessions, outside: Outside, *, key: str) -> None:
    """Remove the objects of an upload whose row is gone."""
    remove_all(outside.store, parts.prefix_of(uuid.UUID(key)))


JOBS: dict[str, Callable[..., None]] = {EXPIRE: expire, service.DISCARD: discard}
