"""Copies of recordings for parties: issued by the court for some days, taken by one account."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, permits
from sud.errors import CourtError, Refusal
from sud.media.listing import recording_of_url
from sud.models import CopyForm, Participant, Recording, RecordingCopy, RecordingState


def issue_copy(
    session: Session,
    actor: Actor,
    recording: Recording,
    participant: Participant,
    *,
    form: CopyForm,
    days: int,
    now: datetime,
) -> RecordingCopy:
    """Issue a participant a copy: for so many days his account, and no other, may download it."""
    if recording.state is not RecordingState.READY:
        raise CourtError(Refusal.NOT_NOW)
    if participant.case_id != recording.case_id or participant.user_id is None:
        raise CourtError(Refusal.NO_ACCOUNT)
    assert actor.user_id is not None  # noqa: S101 - the gate lets nobody else in
    issued = RecordingCopy(
        recording=recording,
        recording_id=recording.id,
        participant=participant,
        participant_id=participant.id,
        user_id=participant.user_id,
        form=form,
        until=now + timedelta(days=days),
        issued_by_id=actor.user_id,
        issued_at=now,
    )
    session.add(issued)
    journal.record(
        session,
        actor,
        Action.RECORDING_ISSUE,
        issued,
        now=now,
        participant=participant.id,
        form=form.value,
        days=days,
        part=recording.part,
    )
    return issued


def revoke_copy(session: Session, actor: Actor, issued: RecordingCopy, *, now: datetime) -> None:
    """Take the right to download a copy back; what was downloaded cannot be."""
    session.refresh(issued, with_for_update={"of": RecordingCopy})
    if issued.revoked_at is not None:
        return
    issued.revoked_at = now
    journal.record(session, actor, Action.RECORDING_ISSUE, issued, now=now, change="revoked")


def take_copy(session: Session, actor: Actor, issued: RecordingCopy, *, now: datetime) -> None:
    """Note that a copy is downloaded."""
    issued.taken += 1
    journal.record(
        session,
        actor,
        Action.RECORDING_TAKE,
        issued,
        now=now,
        form=issued.form.value,
        part=issued.recording.part,
    )


def copy_of_url(
    session: Session, actor: Actor, key: uuid.UUID, *, now: datetime
) -> RecordingCopy | None:
    """Return the copy of an address to the one who may take it, while he may."""
    issued = session.scalars(
        select(RecordingCopy).where(
            RecordingCopy.key == key,
            RecordingCopy.revoked_at.is_(None),
            RecordingCopy.until > now,
        )
    ).one_or_none()
    # To everybody else it does not exist, whatever else he may.
    return issued if issued and permits(actor, Action.RECORDING_TAKE, issued) else None


def issued_copy_of_url(
    session: Session, actor: Actor, key: uuid.UUID, issued: uuid.UUID
) -> RecordingCopy | None:
    """Return a copy by the recording it is of, to those who issue copies."""
    recording = recording_of_url(session, actor, key)
    if recording is None:
        return None
    return session.scalars(
        select(RecordingCopy).where(
            RecordingCopy.key == issued, RecordingCopy.recording_id == recording.id
        )
    ).one_or_none()


def copies_of(session: Session, recording: Recording) -> Sequence[RecordingCopy]:
    """Return every copy that was issued of a recording, the latest first."""
    return session.scalars(
        select(RecordingCopy)
        .where(RecordingCopy.recording_id == recording.id)
        .order_by(RecordingCopy.id.desc())
    ).all()


def copies_for(
    session: Session, actor: Actor, recording: Recording, *, now: datetime
) -> Sequence[RecordingCopy]:
    """Return the copies of a recording that somebody can download now."""
    return session.scalars(
        select(RecordingCopy)
        .where(
            RecordingCopy.recording_id == recording.id,
            RecordingCopy.user_id == actor.user_id,
            RecordingCopy.revoked_at.is_(None),
            RecordingCopy.until > now,
        )
        .order_by(RecordingCopy.id.desc())
    ).all()


def receivers_of(session: Session, recording: Recording, *, today: date) -> Sequence[Participant]:
    """Return the participants of the case who have an account to download with."""
    return session.scalars(
        select(Participant)
        .where(
            Participant.case_id == recording.case_id,
            Participant.user_id.is_not(None),
            or_(Participant.until.is_(None), Participant.until >= today),
        )
        .order_by(Participant.id)
    ).all()
