"""Says of which hearing a title is: by a person, or by itself where only one answer is possible."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings.titles import Kind
from sud import journal
from sud.access import Action, Actor
from sud.discs.ordering import put_in_order, said_order
from sud.errors import CourtError, Refusal
from sud.media import making
from sud.models import (
    AsideReason,
    Disc,
    DiscState,
    DiscTitle,
    Hearing,
    HearingState,
    JournalLine,
    Recording,
    RecordingState,
    TitleUse,
)
from sud.outside import Outside

SAYABLE: Final = (
    AsideReason.NO_HEARING,
    AsideReason.NOTHING_RECORDED,
    AsideReason.TEST,
    AsideReason.DUPLICATE,
    AsideReason.ANOTHER_COURT,
)
"""Why a person may say that a title is no hearing's recording."""


def link(
    session: Session,
    actor: Actor,
    title: DiscTitle,
    hearing: Hearing,
    *,
    now: datetime,
    outside: Outside,
) -> Recording:
    """Say that a title is the recording of a hearing, or the next part of it, and have it made."""
    title = _locked(session, title, TitleUse.OPEN)
    disc = title.disc
    if hearing.state is HearingState.CANCELLED or disc.state is not DiscState.READ:
        raise CourtError(Refusal.NOT_NOW)
    recording = making.begin(
        session,
        actor,
        disc,
        title,
        hearing,
        now=now,
        outside=outside,
        urgent=disc.urgent,
    )
    title.use, title.reason = TitleUse.LINKED, None
    title.decided_by_id, title.decided_at = actor.user_id, now
    if disc.court_id is None:
        disc.court_id = hearing.case.court_id
    journal.record(
        session,
        actor,
        Action.DISC_LINK,
        disc,
        now=now,
        change="linked",
        title=title.number,
        hearing=hearing.id,
        recording=recording.id,
    )
    put_in_order(session, actor, hearing, said_order(session, hearing), now=now)
    session.expire(disc, ["recordings"])
    return recording


def link_alone(
    session: Session, actor: Actor, disc: Disc, *, now: datetime, outside: Outside
) -> Recording | None:
    """Link the one hearing of a disc with the one hearing it was handed in for; else nothing."""
    alone = only_hearing(session, disc)
    if alone is None or disc.hearing is None or disc.hearing.state is HearingState.CANCELLED:
        return None
    return link(session, actor, alone, disc.hearing, now=now, outside=outside)


def only_hearing(session: Session, disc: Disc) -> DiscTitle | None:
    """Return the title that waits, where it is the only hearing on its disc."""
    hearings = session.scalars(
        select(DiscTitle).where(DiscTitle.disc_id == disc.id, DiscTitle.kind == Kind.HEARING.value)
    ).all()
    return hearings[0] if len(hearings) == 1 and hearings[0].use is TitleUse.OPEN else None


def set_aside(
    session: Session, actor: Actor, title: DiscTitle, reason: AsideReason, *, now: datetime
) -> None:
    """Say that a title is no hearing's recording; it can be taken back."""
    title = _locked(session, title, TitleUse.OPEN)
    title.use, title.reason = TitleUse.SET_ASIDE, reason
    title.decided_by_id, title.decided_at = actor.user_id, now
    journal.record(
        session,
        actor,
        Action.DISC_LINK,
        title.disc,
        now=now,
        change="set_aside",
        title=title.number,
        reason=reason.value,
    )


def take_back(session: Session, actor: Actor, title: DiscTitle, *, now: datetime) -> None:
    """Have a title that was set aside wait for a person again."""
    title = _locked(session, title, TitleUse.SET_ASIDE)
    title.use, title.reason = TitleUse.OPEN, None
    title.decided_by_id, title.decided_at = actor.user_id, now
    journal.record(
        session,
        actor,
        Action.DISC_LINK,
        title.disc,
        now=now,
        change="taken_back",
        title=title.number,
    )


def undo(session: Session, actor: Actor, title: DiscTitle, *, now: datetime) -> None:
    """Undo a wrong link. What somebody has played stays: that is for two people to delete.

    What was made of the title lies under the title's own name in the store, so that the right link
    finds it there and nothing is made twice.
    """
    title = _locked(session, title, TitleUse.LINKED)
    recording = session.scalars(
        select(Recording)
        .where(
            Recording.disc_id == title.disc_id,
            Recording.title == title.number,
            Recording.state != RecordingState.UNLINKED,
        )
        .with_for_update(of=Recording)
    ).one_or_none()
    if recording is None:
        raise CourtError(Refusal.NOT_NOW)
    if was_played(session, recording):
        raise CourtError(Refusal.RECORDING_PLAYED)
    recording.state = RecordingState.UNLINKED
    title.use, title.decided_by_id, title.decided_at = TitleUse.OPEN, actor.user_id, now
    disc, hearing = title.disc, recording.hearing
    if disc.hearing_id == hearing.id:
        disc.hearing_id = None  # a person knows better now
    facts = {"change": "undone", "title": title.number, "recording": recording.id}
    journal.record(session, actor, Action.RECORDING_ADD, recording, now=now, **facts)
    journal.record(session, actor, Action.DISC_LINK, disc, now=now, **facts)
    put_in_order(session, actor, hearing, said_order(session, hearing), now=now)
    session.expire(disc, ["recordings"])


def was_played(session: Session, recording: Recording) -> bool:
    """Tell whether somebody has played a recording."""
    query = select(JournalLine.seq).where(
        JournalLine.action == Action.RECORDING_PLAY.value,
        JournalLine.subject_kind == Recording.__tablename__,
        JournalLine.subject_id == recording.id,
    )
    return session.scalar(query.limit(1)) is not None


def _locked(session: Session, title: DiscTitle, expected: TitleUse) -> DiscTitle:
    """Load a title under a lock, where nobody else has decided on it meanwhile."""
    locked = session.scalars(
        select(DiscTitle)
        .where(DiscTitle.id == title.id)
        .with_for_update(of=DiscTitle)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if locked is None or locked.use is not expected:
        raise CourtError(Refusal.NOT_NOW)
    return locked
