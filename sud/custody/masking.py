"""Protected persons: stretches of a recording are taken out in a copy, the original stays."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, visible
from sud.custody.deciding import settle, take_up
from sud.errors import CourtError, Refusal
from sud.models import Masking, ProposalState, Recording, RecordingState
from sud.outside import Outside

MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From when to when, in milliseconds of the recording, and what is taken out."""

    start_ms: int
    end_ms: int
    sound: bool
    picture: bool


def propose(
    session: Session,
    actor: Actor,
    recording: Recording,
    *,
    stretches: Sequence[Stretch],
    because: str,
    now: datetime,
) -> Masking:
    """Propose what outsiders may neither hear nor see: from now on they are played nothing.

    The stretches replace those of an earlier masking, which they may widen or take back.
    """
    session.refresh(recording, with_for_update={"of": Recording})
    if recording.state is not RecordingState.READY:
        raise CourtError(Refusal.NOT_NOW)
    if any(one.state is ProposalState.PROPOSED for one in maskings_of(session, recording)):
        raise CourtError(Refusal.PROPOSED_ALREADY)
    ordered = sorted(stretches, key=lambda one: (one.start_ms, one.end_ms))
    length = recording.duration_ms or 0
    for one in ordered:
        if not 0 <= one.start_ms < one.end_ms <= length + 999 or not (one.sound or one.picture):
            raise CourtError(Refusal.STRETCH_OUTSIDE)
    if not ordered or len(ordered) > MOST:
        raise CourtError(Refusal.STRETCH_OUTSIDE)
    assert actor.user_id is not None  # noqa: S101 - the gate lets nobody else in
    masking = Masking(
        recording=recording,
        recording_id=recording.id,
        stretches=[asdict(one) for one in ordered],
        because=because,
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    session.add(masking)
    journal.record(session, actor, Action.MASKING_PROPOSE, masking, now=now, stretches=len(ordered))
    return masking


def approve(session: Session, actor: Actor, masking: Masking, *, outside: Outside) -> None:
    """Have the copy made that another person proposed."""
    take_up(session, actor, masking)
    settle(actor, masking, ProposalState.APPROVED, now=outside.now())
    journal.record(
        session,
        actor,
        Action.MASKING_DECIDE,
        masking,
        now=outside.now(),
        state=masking.state.value,
    )
    send_to_worker(session, masking, outside)


def refuse(session: Session, actor: Actor, masking: Masking, *, answer: str, now: datetime) -> None:
    """Leave the recording as it is, with the reason."""
    take_up(session, actor, masking)
    masking.answer = answer
    settle(actor, masking, ProposalState.REFUSED, now=now)
    journal.record(
        session, actor, Action.MASKING_DECIDE, masking, now=now, state=masking.state.value
    )


def retry(session: Session, actor: Actor, masking: Masking, *, outside: Outside) -> None:
    """Have a copy made again whose making failed."""
    session.refresh(masking, with_for_update={"of": Masking})
    if masking.state is not ProposalState.APPROVED or not masking.failed:
        raise CourtError(Refusal.NOT_NOW)
    masking.failed = False
    journal.record(
        session, actor, Action.MASKING_DECIDE, masking, now=outside.now(), change="repeated"
    )
    send_to_worker(session, masking, outside)


def send_to_worker(session: Session, masking: Masking, outside: Outside) -> None:
    """Have the copy made once this is committed."""
    outside.defer(session, "custody.mask", lock=f"masking:{masking.key}", masking=str(masking.key))


# ------------------------------------------------------------------ reading


def masking_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Masking | None:
    """Return the masking of an address if the actor may know of its recording."""
    return session.scalars(visible(select(Masking).where(Masking.key == key), actor)).one_or_none()


def maskings_of(session: Session, recording: Recording) -> Sequence[Masking]:
    """Return every masking of a recording, the newest first."""
    return session.scalars(
        select(Masking).where(Masking.recording_id == recording.id).order_by(Masking.id.desc())
    ).all()


def waiting_maskings(session: Session, actor: Actor) -> Sequence[Masking]:
    """Return what waits for a second person, the oldest first."""
    query = select(Masking).where(Masking.state == ProposalState.PROPOSED)
    return session.scalars(visible(query, actor).order_by(Masking.id).limit(200)).all()
