"""The jobs of recordings: the steps of making one, and taking up what was forgotten."""

import logging
from collections.abc import Callable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from sud.cases.discs import MAKING
from sud.db import Sessions, unit
from sud.media import work
from sud.media.making import lock_of, send_to_worker
from sud.models import Recording, RecordingState
from sud.outside import Outside

log = logging.getLogger(__name__)


def watch(sessions: Sessions, outside: Outside) -> None:
    """Defer again what is unfinished and in nobody's queue: its jobs failed too often.

    That is how a recording outlives a store that was away for a day.
    """
    with unit(sessions) as session:
        unfinished = session.scalars(
            select(Recording)
            .where(Recording.state.in_(MAKING))
            .with_for_update(of=Recording, skip_locked=True)
        ).all()
        for recording in unfinished:
            if _is_queued(session, recording):
                continue
            log.warning("recording %s was forgotten and is taken up again", recording.key)
            if recording.state is RecordingState.TRANSCODING:
                work.defer_rest(session, recording, outside)
            else:
                send_to_worker(session, recording, outside)


def _is_queued(session: Session, recording: Recording) -> bool:
    return (
        session.execute(
            text(
                "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
                " AND (lock = :lock OR lock LIKE :lock || ':%') LIMIT 1"
            ),
            {"lock": lock_of(recording)},
        ).first()
        is not None
    )


JOBS: dict[str, Callable[..., None]] = {
    "media.judge": work.judge,
    "media.make_piece": work.make_piece,
    "media.finish": work.finish,
    "media.watch": watch,
}
