"""Recordings are erased by two persons: the rows go first, the objects after the commit."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, visible
from sud.custody.deciding import settle, take_up
from sud.custody.retention import KEPT, Clock, keeping_of
from sud.errors import CourtError, Refusal
from sud.models import (
    Disc,
    DiscTitle,
    Erasure,
    ErasureGround,
    Masking,
    ProposalState,
    Recording,
    RecordingState,
    TitleUse,
)
from sud.outside import Outside, local_day


def propose(
    session: Session,
    actor: Actor,
    recording: Recording,
    *,
    ground: ErasureGround,
    because: str,
    now: datetime,
) -> Erasure:
    """Propose that a recording be erased; by the clock only once its time is over."""
    session.refresh(recording, with_for_update={"of": Recording})
    _require_erasable(session, recording, ground, now=now)
    if open_erasure(session, recording) is not None:
        raise CourtError(Refusal.PROPOSED_ALREADY)
    assert actor.user_id is not None  # noqa: S101 - the gate lets nobody else in
    erasure = Erasure(
        recording=recording,
        recording_id=recording.id,
        ground=ground,
        because=because,
        prefixes=[],
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    session.add(erasure)
    journal.record(session, actor, Action.ERASURE_PROPOSE, erasure, now=now, ground=ground.value)
    return erasure


def approve(session: Session, actor: Actor, erasure: Erasure, *, outside: Outside) -> None:
    """Erase what another person proposed: at once for everybody, from the store a moment later."""
    now = outside.now()
    take_up(session, actor, erasure)
    recording = erasure.recording
    _require_erasable(session, recording, erasure.ground, now=now)
    erasure.prefixes = _of_nobody_else(session, recording)
    settle(actor, erasure, ProposalState.APPROVED, now=now)
    recording.state = RecordingState.DELETED
    recording.prefix = recording.sizes = None
    journal.record(
        session,
        actor,
        Action.ERASURE_DECIDE,
        erasure,
        now=now,
        state=erasure.state.value,
        ground=erasure.ground.value,
    )
    outside.defer(session, "custody.erase", erasure=str(erasure.key))


def refuse(session: Session, actor: Actor, erasure: Erasure, *, answer: str, now: datetime) -> None:
    """Keep what another person proposed to erase, with the reason."""
    take_up(session, actor, erasure)
    erasure.answer = answer
    settle(actor, erasure, ProposalState.REFUSED, now=now)
    journal.record(
        session, actor, Action.ERASURE_DECIDE, erasure, now=now, state=erasure.state.value
    )


def _require_erasable(
    session: Session, recording: Recording, ground: ErasureGround, *, now: datetime
) -> None:
    if recording.state not in KEPT:
        raise CourtError(Refusal.NOT_NOW)
    if ground is not ErasureGround.RETENTION_OVER:
        return
    keeping = keeping_of(session, recording.hearing.case, today=local_day(now))
    if keeping.clock is Clock.RUNS:
        raise CourtError(Refusal.RETENTION_RUNS, day=keeping.until)
    if keeping.clock is not Clock.OVER:
        raise CourtError(Refusal.RETENTION_STOPPED)


def _of_nobody_else(session: Session, recording: Recording) -> list[str]:
    """Name what may go: identical discs share one original, and what was made of it."""
    prefixes = []
    shared = session.scalar(
        select(Recording.id)
        .where(
            Recording.id != recording.id,
            Recording.prefix == recording.prefix,
            Recording.state != RecordingState.DELETED,
        )
        .limit(1)
    )
    if recording.prefix and shared is None:
        prefixes.append(recording.prefix)
    prefixes += [
        masking.prefix
        for masking in session.scalars(select(Masking).where(Masking.recording_id == recording.id))
        if masking.prefix
    ]
    disc = recording.disc
    if disc.sha256:
        _set_aside(session, recording)
        same = select(Disc.id).where(Disc.sha256 == disc.sha256)
        needed = session.scalar(
            select(Disc.id)
            .outerjoin(DiscTitle, DiscTitle.disc_id == Disc.id)
            .outerjoin(Recording, Recording.disc_id == Disc.id)
            .where(
                Disc.id.in_(same),
                or_(
                    DiscTitle.use == TitleUse.OPEN,
                    (Recording.id != recording.id) & (Recording.state != RecordingState.DELETED),
                ),
            )
            .limit(1)
        )
        if needed is None and disc.prefix:
            prefixes.append(disc.prefix)
            for one in session.scalars(select(Disc).where(Disc.id.in_(same))):
                one.prefix = None
    return prefixes


def _set_aside(session: Session, recording: Recording) -> None:
    title = session.scalars(
        select(DiscTitle).where(
            DiscTitle.disc_id == recording.disc_id, DiscTitle.number == recording.title
        )
    ).one_or_none()
    if title is not None:
        title.use = TitleUse.SET_ASIDE
    session.flush()


# ------------------------------------------------------------------ reading


def erasure_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Erasure | None:
    """Return the erasure of an address if the actor may know of its recording."""
    return session.scalars(visible(select(Erasure).where(Erasure.key == key), actor)).one_or_none()


def open_erasure(session: Session, recording: Recording) -> Erasure | None:
    """Return the proposal to erase a recording that waits for a second person."""
    return session.scalars(
        select(Erasure).where(
            Erasure.recording_id == recording.id, Erasure.state == ProposalState.PROPOSED
        )
    ).one_or_none()


def erasures_of(session: Session, recording: Recording) -> Sequence[Erasure]:
    """Return every proposal to erase a recording, the newest first."""
    return session.scalars(
        select(Erasure).where(Erasure.recording_id == recording.id).order_by(Erasure.id.desc())
    ).all()


def waiting_erasures(session: Session, actor: Actor) -> Sequence[Erasure]:
    """Return what waits for a second person, the oldest first."""
    query = select(Erasure).where(Erasure.state == ProposalState.PROPOSED)
    return session.scalars(visible(query, actor).order_by(Erasure.id).limit(200)).all()
