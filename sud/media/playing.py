"""Playing recordings: what is played to whom, for how long, and that it is on record."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from recordings.judgement import Reason
from recordings.titles import Loss, Why
from sud import journal
from sud.access import Action, Actor, permits
from sud.media import rights
from sud.media.listing import recording_of_url
from sud.media.package import media_type_of
from sud.models import (
    Case,
    Hearing,
    Masking,
    Opening,
    ProposalState,
    Recording,
    RecordingState,
)

LONGEST: Final = timedelta(hours=12)
"""How long one opening can be kept good by playing: no session lasts longer."""
FORGET_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Through which session somebody comes, and the key with which its rights are signed."""

    session: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file of a recording that somebody asked for with a good right."""

    recording: Recording
    key: str
    name: str
    opening: Opening

    @property
    def case(self) -> Case:
        return self.recording.hearing.case


# ------------------------------------------------------------------ what is played to whom


def prefix_for(session: Session, actor: Actor, recording: Recording) -> str | None:
    """Say where lies what this person is played; None: nothing, now.

    Outsiders are played the copy without what protects somebody, and nothing at all from the
    moment such a copy is proposed until it is ready.
    """
    if recording.state is not RecordingState.READY:
        return None
    masking = _masking_of(session, actor, recording)
    if masking is not None:
        return masking.prefix if masking.ready_at else None
    return recording.prefix


def hidden_stretches(session: Session, actor: Actor, recording: Recording) -> list[tuple[int, int]]:
    """Return from when to when, in milliseconds, this person may learn nothing."""
    masking = _masking_of(session, actor, recording)
    told = masking.stretches if masking else []
    return [(int(one["start_ms"]), int(one["end_ms"])) for one in told]


def _masking_of(session: Session, actor: Actor, recording: Recording) -> Masking | None:
    """Return the masking that this person's copy follows: the latest that was not refused."""
    if permits(actor, Action.RECORDING_UNMASKED, recording):
        return None
    return session.scalars(
        select(Masking)
        .where(
            Masking.recording_id == recording.id,
            Masking.state.in_([ProposalState.PROPOSED, ProposalState.APPROVED]),
        )
        .order_by(Masking.id.desc())
        .limit(1)
    ).one_or_none()


def parts_of(session: Session, hearing: Hearing) -> Sequence[Recording]:
    """Return what can be played of a hearing, in the order in which it was recorded."""
    return session.scalars(
        select(Recording)
        .where(Recording.hearing_id == hearing.id, Recording.state == RecordingState.READY)
        .order_by(Recording.part, Recording.id)
    ).all()


def losses_of(recording: Recording) -> list[Loss]:
    """Return the stretches that nobody can play, in order."""
    return sorted(
        (
            Loss(start_s=float(one["start_s"]), seconds=float(one["seconds"]), why=Why(one["why"]))
            for one in recording.losses or ()
        ),
        key=lambda loss: loss.start_s,
    )


def reasons_of(recording: Recording) -> list[Reason]:
    """Return why a recording is no better than its verdict says."""
    return [Reason(one) for one in recording.reasons or ()]


# ------------------------------------------------------------------ for how long


def open_player(
    session: Session,
    actor: Actor,
    recording: Recording,
    *,
    door: Door,
    lasts: timedelta,
    now: datetime,
) -> str:
    """Hand out the right to play, as a part of an address.

    Within one session a right that is still good is handed out again: a page that is loaded anew
    is the same opening.
    """
    assert actor.user_id is not None  # noqa: S101 - the gate lets nobody else in
    known = rights.digest_of(door.session)
    opening = session.scalars(
        select(Opening)
        .where(
            Opening.session == known,
            Opening.recording_id == recording.id,
            Opening.user_id == actor.user_id,
            Opening.until > now,
            Opening.opened_at > now - LONGEST / 2,
        )
        .order_by(Opening.id.desc())
        .limit(1)
    ).one_or_none()
    if opening is None:
        session.execute(delete(Opening).where(Opening.until < now - FORGET_AFTER))
        opening = Opening(
            name=rights.new_name(),
            recording_id=recording.id,
            user_id=actor.user_id,
            session=known,
            opened_at=now,
            until=now + lasts,
        )
        session.add(opening)
        journal.record(
            session,
            actor,
            Action.RECORDING_PLAY,
            recording,
            now=now,
            how="opened",
            part=recording.part,
        )
    opening.until = now + lasts
    return rights.write(door.secret, opening.name, _holder(actor, recording, door))


def piece_of(
    session: Session,
    actor: Actor,
    key: uuid.UUID,
    *,
    right: str,
    name: str,
    door: Door,
    now: datetime,
) -> Piece | None:
    """Find a file of a recording by its name; None where the right to it is not good."""
    recording = recording_of_url(session, actor, key)
    if recording is None or not actor.signed_in or media_type_of(name) is None:
        return None
    called = rights.name_of(door.secret, right, _holder(actor, recording, door))
    prefix = prefix_for(session, actor, recording)
    if called is None or prefix is None:
        return None
    opening = session.scalars(
        select(Opening).where(
            Opening.name == called,
            Opening.recording_id == recording.id,
            Opening.session == rights.digest_of(door.session),
            Opening.until > now,
        )
    ).one_or_none()
    if opening is None:
        return None
    return Piece(recording=recording, key=prefix + name, name=name, opening=opening)


def renew(piece: Piece, *, lasts: timedelta, now: datetime) -> None:
    """Keep a right good while it is used; it is written down twice in its time, not each time."""
    opening = piece.opening
    if opening.until - now < lasts / 2:
        opening.until = min(now + lasts, opening.opened_at + LONGEST)


def end_session(session: Session, name: str, *, now: datetime) -> None:
    """End every right of a session: who signs out plays nothing more."""
    session.execute(
        update(Opening)
        .where(Opening.session == rights.digest_of(name), Opening.until > now)
        .values(until=now)
    )


def _holder(actor: Actor, recording: Recording, door: Door) -> rights.Holder:
    return rights.Holder(recording=recording.key, user_id=actor.user_id or 0, session=door.session)


# ------------------------------------------------------------------ what is on record


def note_played(session: Session, actor: Actor, piece: Piece, *, form: str, now: datetime) -> None:
    """Note that somebody plays: one line for each opening of the player."""
    first = session.execute(
        update(Opening)
        .where(Opening.id == piece.opening.id, Opening.played_at.is_(None))
        .values(played_at=now)
        .returning(Opening.id)
    ).first()
    if first is not None:
        _note(session, actor, piece.recording, how="played", form=form, now=now)


def note_download(
    session: Session, actor: Actor, recording: Recording, *, form: str, now: datetime
) -> None:
    """Note that somebody takes a file away: one line for each time."""
    _note(session, actor, recording, how="downloaded", form=form, now=now)


def _note(
    session: Session, actor: Actor, recording: Recording, *, how: str, form: str, now: datetime
) -> None:
    journal.record(
        session,
        actor,
        Action.RECORDING_PLAY,
        recording,
        now=now,
        how=how,
        form=form,
        part=recording.part,
    )
