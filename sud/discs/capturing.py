"""Takes what courtrooms sent live as discs: whose it is and of which hearing, by room and clock."""

import json
import logging
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from recordings.captured import Captured, captured_of
from recordings.keys import LIVE
from recordings.spool import MANIFEST
from recordings.store import ObjectStore
from sud import journal
from sud.access import SYSTEM, Action
from sud.courtrooms.service import courtroom_of_digest
from sud.discs.arriving import send_to_worker
from sud.models import Disc, DiscOrigin, DiscState, Hearing, HearingState
from sud.outside import BISHKEK, Outside

STANDING: Final = (HearingState.SCHEDULED, HearingState.HELD)

log = logging.getLogger(__name__)


def finished(store: ObjectStore) -> Iterator[str]:
    """Name where in the store a courtroom's session lies that has ended."""
    for facts in store.list(LIVE):
        folder, _, name = facts.key.rpartition("/")
        if name == MANIFEST:
            yield f"{folder}/"


def note_captured(session: Session, place: str, outside: Outside) -> Disc | None:
    """Note a session that has ended, and have its original kept; None where it is noted already.

    The hearing is the one that stood in the calendar of that courtroom then; where there were
    several, a person says which part is of which.
    """
    if session.scalar(select(Disc.id).where(Disc.place == place)) is not None:
        return None
    capture = captured_of(json.loads(outside.store.get(place + MANIFEST)))
    room = courtroom_of_digest(session, capture.key_sha256)
    if room is None:
        log.warning("a courtroom that nobody knows has sent a recording")
    hearings = _held_in(session, room.id, capture) if room else []
    began = capture.began_at.astimezone(BISHKEK)
    now = outside.now()
    disc = Disc(
        origin=DiscOrigin.CAPTURE,
        state=DiscState.ARRIVED,
        name=f"{room.name if room else capture.name} {began:%Y-%m-%d %H:%M}",
        place=place,
        court_id=room.court_id if room else None,
        hearing_id=hearings[0].id if len(hearings) == 1 else None,
        size=sum(one.size for run in capture.runs for one in run.segments),
        handed_in_at=now,
    )
    session.add(disc)
    journal.record(session, SYSTEM, Action.DISC_ADD, disc, now=now, bytes=disc.size)
    send_to_worker(session, disc, outside)
    return disc


def _held_in(session: Session, courtroom_id: int, capture: Captured) -> list[Hearing]:
    during = Range(capture.began_at, capture.ended_at)
    return list(
        session.scalars(
            select(Hearing).where(
                Hearing.courtroom_id == courtroom_id,
                Hearing.state.in_(STANDING),
                Hearing.during.op("&&", is_comparison=True)(during),
            )
        )
    )
