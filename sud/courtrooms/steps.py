"""The log of a hearing's recording: who started, paused, resumed and stopped it, when and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import Hearing, HearingState, RecordingStep, StepKind

_FOLLOWS: Final[dict[StepKind | None, tuple[StepKind, ...]]] = {
    None: (StepKind.STARTED,),
    StepKind.STARTED: (StepKind.PAUSED, StepKind.STOPPED),
    StepKind.PAUSED: (StepKind.RESUMED, StepKind.STOPPED),
    StepKind.RESUMED: (StepKind.PAUSED, StepKind.STOPPED),
    StepKind.STOPPED: (StepKind.STARTED,),
}
REASONED: Final = frozenset({StepKind.PAUSED})
"""What nobody does without saying why; so is stopping before the hearing's time is over."""


def note(
    session: Session,
    actor: Actor,
    hearing: Hearing,
    kind: StepKind,
    *,
    reason: str,
    now: datetime,
) -> RecordingStep:
    """Note a step in its turn: nothing is paused that was not started."""
    session.refresh(hearing, with_for_update={"of": Hearing})
    if hearing.state not in (HearingState.SCHEDULED, HearingState.HELD):
        raise CourtError(Refusal.NOT_NOW)
    if kind not in possible(session, hearing):
        raise CourtError(Refusal.RECORDING_STEP_OUT_OF_TURN)
    step = RecordingStep(
        hearing_id=hearing.id, kind=kind, reason=reason, by_id=actor.user_id, at=now
    )
    session.add(step)
    journal.record(session, actor, Action.RECORDING_STEP, hearing, now=now, step=kind.value)
    return step


def possible(session: Session, hearing: Hearing) -> tuple[StepKind, ...]:
    """Return what can follow what was noted last."""
    past = steps_of(session, hearing)
    return _FOLLOWS[past[-1].kind if past else None]


def needs_reason(hearing: Hearing, kind: StepKind, *, now: datetime) -> bool:
    """Say whether a step must be explained."""
    return kind in REASONED or (kind is StepKind.STOPPED and now < hearing.ends_at)


def steps_of(session: Session, hearing: Hearing) -> Sequence[RecordingStep]:
    """Return the log of a hearing in its order."""
    return session.scalars(
        select(RecordingStep)
        .where(RecordingStep.hearing_id == hearing.id)
        .order_by(RecordingStep.at, RecordingStep.id)
    ).all()
