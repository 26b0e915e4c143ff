"""Making recordings of the titles of discs: begun, called off, hurried, given to the worker."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.cases.discs import MAKING
from sud.errors import CourtError, Refusal
from sud.models import (
    Disc,
    DiscTitle,
    Hearing,
    HearingState,
    Recording,
    RecordingPiece,
    RecordingState,
    TitleUse,
)
from sud.outside import Outside

URGENT: Final = 10
"""The priority of what somebody waits for; everything else has 0."""


def begin(
    session: Session,
    actor: Actor,
    disc: Disc,
    title: DiscTitle,
    hearing: Hearing,
    *,
    now: datetime,
    outside: Outside,
    urgent: bool = False,
) -> Recording:
    """Make a title of a disc a hearing's recording, and have it converted.

    A long day fills several discs: each further recording of a hearing is its next part.
    """
    session.refresh(hearing, with_for_update={"of": Hearing})
    session.refresh(title, with_for_update={"of": DiscTitle})
    if hearing.state is HearingState.CANCELLED or title.use is TitleUse.LINKED:
        raise CourtError(Refusal.NOT_NOW)
    last = session.scalar(
        select(func.max(Recording.part)).where(
            Recording.hearing_id == hearing.id,
            Recording.state.not_in([RecordingState.DELETED, RecordingState.UNLINKED]),
        )
    )
    recording = Recording(
        hearing=hearing,
        hearing_id=hearing.id,
        disc=disc,
        disc_id=disc.id,
        title=title.number,
        part=(last or 0) + 1,
        urgent=urgent or disc.urgent,
        expected_ms=round(title.seconds * 1000),
        handed_in_by_id=disc.handed_in_by_id,
        handed_in_at=disc.handed_in_at,
    )
    session.add(recording)
    title.use = TitleUse.LINKED
    title.decided_by_id = actor.user_id
    title.decided_at = now
    session.flush()
    journal.record(
        session,
        actor,
        Action.RECORDING_ADD,
        recording,
        now=now,
        sha256=disc.sha256,
        title=title.number,
        part=recording.part,
    )
    send_to_worker(session, recording, outside)
    return recording


def retry(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Have a recording converted again that failed or was called off; what was made is kept."""
    _hold(session, recording)
    if recording.state not in {RecordingState.FAILED, RecordingState.CANCELLED}:
        raise CourtError(Refusal.NOT_NOW)
    recording.state = RecordingState.RECEIVED
    recording.problem = recording.seconds_left = None
    recording.attempts = recording.progress = 0
    session.execute(
        update(RecordingPiece).where(RecordingPiece.recording_id == recording.id).values(attempts=0)
    )
    _changed(session, actor, recording, "repeated", outside)
    send_to_worker(session, recording, outside)


def cancel(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Call a conversion off: the worker stops within seconds, the original stays."""
    _hold(session, recording)
    if recording.state not in MAKING:
        raise CourtError(Refusal.NOT_NOW)
    recording.state = RecordingState.CANCELLED
    recording.seconds_left = None
    _changed(session, actor, recording, "cancelled", outside)


def hurry(session: Session, actor: Actor, recording: Recording, *, outside: Outside) -> None:
    """Put a recording before the others: somebody waits for this hearing."""
    _hold(session, recording)
    if recording.state not in MAKING or recording.urgent:
        raise CourtError(Refusal.NOT_NOW)
    recording.urgent = True
    session.execute(
        text(
            "UPDATE procrastinate_jobs SET priority = :priority"
            " WHERE status = 'todo' AND (lock = :lock OR lock LIKE :lock || ':%')"
        ),
        {"priority": URGENT, "lock": lock_of(recording)},
    )
    _changed(session, actor, recording, "hurried", outside)


def send_to_worker(session: Session, recording: Recording, outside: Outside) -> None:
    """Have it judged and converted once this is committed."""
    defer_step(session, recording, "media.judge", outside)


def defer_step(
    session: Session, recording: Recording, job: str, outside: Outside, *, piece: int | None = None
) -> None:
    """Defer one step of a recording; no two workers do the same step at a time."""
    facts = {} if piece is None else {"piece": piece}
    outside.defer(
        session,
        job,
        lock=lock_of(recording) + ("" if piece is None else f":{piece}"),
        priority=URGENT if recording.urgent else 0,
        recording=str(recording.key),
        **facts,
    )


def lock_of(recording: Recording) -> str:
    return f"recording:{recording.key}"


def _hold(session: Session, recording: Recording) -> None:
    session.refresh(recording, with_for_update={"of": Recording})


def _changed(
    session: Session, actor: Actor, recording: Recording, change: str, outside: Outside
) -> None:
    journal.record(
        session, actor, Action.RECORDING_ADD, recording, now=outside.now(), change=change
    )
