"""The work of custody after the commit: objects are erased, masked copies are made."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Final

from sqlalchemy import select

from recordings import audit as audits
from recordings import keys, pipeline, shelf
from recordings.errors import RecordingError
from recordings.manifest import Manifest
from recordings.masks import Mask
from recordings.progress import silent
from recordings.store import RetainedError, sweep
from sud import journal
from sud.access import SYSTEM, Action
from sud.custody import checking
from sud.custody.retention import keeping_of, originals_of
from sud.db import Sessions, unit
from sud.media import work
from sud.models import Case, Erasure, Masking, ProposalState
from sud.outside import BISHKEK, Outside, local_day

READ_NIGHTLY: Final = 20
"""Originals that one check reads at least; where there are many, a 365th of all."""

log = logging.getLogger(__name__)


def erase(sessions: Sessions, outside: Outside, *, erasure: str) -> None:
    """Take from the store what nobody plays any more; what is gone already is no error."""
    with unit(sessions) as session:
        found = session.scalars(
            select(Erasure).where(Erasure.key == uuid.UUID(erasure))
        ).one_or_none()
    if found is None or found.state is not ProposalState.APPROVED or found.erased_at:
        return
    count = size = 0
    locked = False
    for prefix in found.prefixes:
        for facts in list(outside.store.list(prefix)):
            try:
                outside.store.remove(facts.key)
            except RetainedError:
                locked = True
                continue
            count += 1
            size += facts.size
    with unit(sessions) as session:
        found = session.get_one(Erasure, found.id, with_for_update={"of": Erasure})
        if found.erased_at is not None:
            return
        found.objects += count
        found.size += size
        if locked:
            # The store keeps it from everybody for some days yet: `erase_due` comes back.
            log.info("erasure %s waits for the lock of the store", erasure)
            return
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


def erase_due(sessions: Sessions, outside: Outside) -> None:
    """Try again to erase what the store still kept from everybody."""
    with unit(sessions) as session:
        waiting = session.scalars(
            select(Erasure).where(
                Erasure.state == ProposalState.APPROVED, Erasure.erased_at.is_(None)
            )
        ).all()
    for one in waiting:
        erase(sessions, outside, erasure=str(one.key))


def retain(sessions: Sessions, outside: Outside, *, case: str) -> None:
    """Have the store keep the originals of a case from everybody as long as the law keeps them."""
    with unit(sessions) as session:
        found = session.scalars(select(Case).where(Case.key == uuid.UUID(case))).one_or_none()
        if found is None:
            return
        keeping = keeping_of(session, found, today=local_day(outside.now()))
        originals = originals_of(session, found)
    if keeping.until is None or not outside.original_lock:
        return
    until = datetime.combine(keeping.until, time(), tzinfo=BISHKEK)
    for sha256 in originals:
        if not shelf.retain(outside.store, sha256, until):
            log.warning("the store locks nothing: the originals of a case are not kept by it")
            return


def mask(sessions: Sessions, outside: Outside, *, masking: str) -> None:
    """Make the copy without the masked stretches, from the original; the recording stays."""
    with unit(sessions) as session:
        found = session.scalars(
            select(Masking).where(Masking.key == uuid.UUID(masking))
        ).one_or_none()
    if found is None or found.state is not ProposalState.APPROVED or found.ready_at:
        return
    try:
        made, prefix = _masked(sessions, outside, found)
    except RecordingError as error:
        log.warning("masking %s could not be made: %s", masking, type(error).__name__)
        with unit(sessions) as session:
            session.get_one(Masking, found.id).failed = True
        return
    with unit(sessions) as session:
        found = session.get_one(Masking, found.id, with_for_update={"of": Masking})
        found.prefix = prefix
        found.sizes = work.sizes_of(made, prefix)
        found.progress = 100
        found.failed = False
        found.ready_at = outside.now()
        journal.record(
            session, SYSTEM, Action.MASKING_RUN, found, now=outside.now(), recipe=made.recipe
        )


def _masked(sessions: Sessions, outside: Outside, found: Masking) -> tuple[Manifest, str]:
    masks = tuple(
        Mask(
            start_s=one["start_ms"] / 1000,
            end_s=one["end_ms"] / 1000,
            sound=one["sound"],
            picture=one["picture"],
        )
        for one in found.stretches
    )
    bench = replace(work.bench_of(outside, silent), masks=masks)
    sha256, title = work.source_of(found.recording)
    plan = pipeline.plan(bench, sha256, title)
    for piece in plan.pieces:
        pipeline.make_piece(bench, sha256, title, piece.number)
        with unit(sessions) as session:
            told = round(99 * (piece.number + 1) / len(plan.pieces))
            session.get_one(Masking, found.id).progress = told
    made = pipeline.finish(bench, sha256, title)
    return made, keys.rendition_prefix(sha256, title, made.recipe)


def fixity(sessions: Sessions, outside: Outside) -> None:
    """Read the next originals from end to end; in time all of them come round."""
    with unit(sessions) as session:
        after = checking.next_after(session)
        count = max(READ_NIGHTLY, checking.originals(session) // 365)
    found = audits.fixity(outside.store, count=count, after=after)
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
    "custody.mask": mask,
    "custody.erase_due": erase_due,
    "custody.retain": retain,
    "custody.fixity": fixity,
    "custody.audit": audit,
}
