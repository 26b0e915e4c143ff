"""Playing recordings: which files somebody may have, and that he had them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings.transcode import MASTER
from sud import journal
from sud.access import Action, Actor
from sud.media.listing import recording_of_url
from sud.media.rights import Right, right_of
from sud.models import Case, JournalLine, Recording, RecordingState, Rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file of a recording that somebody asked for with a good right."""

    recording: Recording
    key: str
    name: str
    right: Right

    @property
    def case(self) -> Case:
        return self.recording.hearing.case


def renditions_of(session: Session, recording: Recording) -> Sequence[Rendition]:
    """Return the playable forms, the best first."""
    return session.scalars(
        select(Rendition)
        .where(Rendition.recording_id == recording.id)
        .order_by(Rendition.bandwidth.desc())
    ).all()


def piece_of(
    session: Session,
    actor: Actor,
    key: uuid.UUID,
    *,
    right: str,
    name: str,
    secret: str,
    now: datetime,
) -> Piece | None:
    """Find a file of a recording by its name; None where the right to it is not good."""
    recording = recording_of_url(session, actor, key)
    if recording is None or recording.state is not RecordingState.READY:
        return None
    good = right_of(secret, right, recording=recording.key, user_id=actor.user_id, now=now)
    files = _files_of(renditions_of(session, recording))
    if good is None or name not in files:
        return None
    return Piece(recording=recording, key=files[name], name=name, right=good)


def _files_of(renditions: Sequence[Rendition]) -> dict[str, str]:
    """Name every file that playing needs, and where it lies in the store."""
    files: dict[str, str] = {}
    for one in renditions:
        names = [MASTER, one.playlist, one.playlist.replace(".m3u8", ".m4s")]
        names += [one.whole] if one.whole else []
        files |= {name: one.prefix + name for name in names}
    return files


def play(
    session: Session, actor: Actor, recording: Recording, *, right: str, form: str, now: datetime
) -> None:
    """Note that somebody plays a recording: one line for each time the player was opened."""
    known = session.scalar(
        select(JournalLine.seq)
        .where(
            JournalLine.action == Action.RECORDING_PLAY.value,
            JournalLine.subject_kind == Recording.__tablename__,
            JournalLine.subject_id == recording.id,
            JournalLine.user_id == actor.user_id,
            JournalLine.facts["right"].astext == right,
        )
        .limit(1)
    )
    if known is None:
        journal.record(
            session, actor, Action.RECORDING_PLAY, recording, now=now, right=right, form=form
        )
