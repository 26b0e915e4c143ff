"""The work of custody after the commit: objects are erased, masked copies are made."""

import uuid
from collections.abc import Callable
from typing import Final

from sqlalchemy import select

from recordings import audit as audits
from recordings.store import sweep
from sud import journal
from sud.access import SYSTEM, Action
from sud.custody import checking
from sud.db import Sessions, unit
from sud.models import Erasure, ProposalState
from sud.outside import Outside

READ_NIGHTLY: Final = 20
"""Originals that one check reads: some 100 GB, an hour of a disk."""


def erase(sessions: Sessions, outside: Outside, *, erasure: str) -> None:
    """Take from the store what nobody plays any more; what is gone already is no error."""
    with unit(sessions) as session:
        found = session.scalars(
            select(Erasure).where(Erasure.key == uuid.UUID(erasure))
        ).one_or_none()
    if found is None or found.state is not ProposalState.APPROVED or found.erased_at:
        return
    count = size = 0
    for prefix in found.prefixes:
        for facts in list(outside.store.list(prefix)):
            outside.store.remove(facts.key)
            count += 1
            size += facts.size
    with unit(sessions) as session:
        found = session.get_one(Erasure, found.id, with_for_update={"of": Erasure})
        if found.erased_at is not None:
            return
        found.objects += count
        found.size += size
        found.erased_at = outside.now()
        journal.record(
            session,
            SYSTEM,
            Action.ERASURE_RUN,
            found,
            now=outside.now(),
            objects=count,
            bytes=size,
        )


def fixity(sessions: Sessions, outside: Outside) -> None:
    """Read the next originals from end to end; in time all of them come round."""
    with unit(sessions) as session:
        after = checking.next_after(session)
    found = audits.fixity(outside.store, count=READ_NIGHTLY, after=after)
    with unit(sessions) as session:
        checking.note_fixity(session, found, now=outside.now())


def audit(sessions: Sessions, outside: Outside) -> None:
    """Compare every object with its manifest, and abandon uploads that nobody finished."""
    sweep(outside.store, before=outside.now() - checking.FORGOTTEN_AFTER)
    found = audits.audit(outside.store)
    with unit(sessions) as session:
        checking.note_audit(session, found, now=outside.now())


JOBS: dict[str, Callable[..., None]] = {
    "custody.erase": erase,
    "custody.fixity": fixity,
    "custody.audit": audit,
}
