"""What workers do with one recording: judge it, make its pieces, put what plays together.

No transaction is held while anything is made: claim, commit, work, write the result, commit. What
is made lies in the store under names that follow from the disc, so each step may run twice, and
on any machine; what was finished before a crash is not made again.
"""

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import imageio_ffmpeg
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from recordings import keys, pipeline
from recordings.errors import (
    EncryptedError,
    NotADiscError,
    NoTitleError,
    PiecesMissingError,
    RecordingError,
    ScratchFullError,
    TooShortError,
)
from recordings.manifest import Manifest
from recordings.pipeline import Bench
from recordings.process import ChildError, Failure
from recordings.progress import Progress, Step
from recordings.store import StoreError, UnfitError
from sud import journal
from sud.access import SYSTEM, Action
from sud.db import Sessions, unit
from sud.media.making import defer_step
from sud.models import (
    PieceState,
    Recording,
    RecordingPiece,
    RecordingProblem,
    RecordingState,
    Verdict,
)
from sud.outside import Outside

ATTEMPTS: Final = 4
"""What took so many workers with it waits for a person."""
TOLD_EVERY: Final = timedelta(seconds=2)


class CalledOffError(Exception):
    """Somebody called the conversion off, or it went on elsewhere: what we make is not wanted."""


# ------------------------------------------------------------------ the three steps


def judge(sessions: Sessions, outside: Outside, *, recording: str) -> None:
    """Judge sound and picture, and say into which pieces the work is cut."""
    found = _claim(
        sessions,
        outside,
        uuid.UUID(recording),
        {RecordingState.RECEIVED, RecordingState.JUDGING},
    )
    if found is None:
        return
    with _answering(sessions, outside, found):
        bench = bench_of(outside, _telling(sessions, outside, found, RecordingState.JUDGING))
        sha256, title = source_of(found)
        judged = pipeline.judge(bench, sha256, title)
        plan = pipeline.plan(bench, sha256, title)
        with unit(sessions) as session:
            held = _held(session, found, RecordingState.JUDGING)
            held.verdict = Verdict(judged.verdict.value)
            held.reasons = [str(reason) for reason in judged.reasons]
            held.state = RecordingState.TRANSCODING
            held.recipe = plan.recipe
            held.progress = 0
            held.seconds_left = None
            session.execute(delete(RecordingPiece).where(RecordingPiece.recording_id == held.id))
            for piece in plan.pieces:
                session.add(
                    RecordingPiece(
                        recording_id=held.id,
                        number=piece.number,
                        seconds=float(piece.frames / plan.fps),
                    )
                )
            session.flush()
            defer_rest(session, held, outside)


def make_piece(sessions: Sessions, outside: Outside, *, recording: str, piece: int) -> None:
    """Make some minutes of a recording; whoever makes the last ones sends for the end."""
    claimed = _claim_piece(sessions, outside, uuid.UUID(recording), piece)
    if claimed is None:
        return
    found, row = claimed
    with _answering(sessions, outside, found, row):
        watch = _telling_piece(sessions, outside, found, row)
        watch(Progress(step=Step.MAKE, share=0.0))
        bench = bench_of(outside, watch)
        pipeline.make_piece(bench, *source_of(found), piece)
        with unit(sessions) as session:
            held = _held(session, found, RecordingState.TRANSCODING)
            session.execute(
                update(RecordingPiece)
                .where(RecordingPiece.id == row.id)
                .values(state=PieceState.DONE, share=1.0, done_at=outside.now(), worker=None)
            )
            _told(session, held, outside.now())
            if not _unmade(session, held):
                defer_step(session, held, "media.finish", outside)


def finish(sessions: Sessions, outside: Outside, *, recording: str) -> None:
    """Put together what plays, and show it: before this nothing of it is seen."""
    found = _claim(sessions, outside, uuid.UUID(recording), {RecordingState.TRANSCODING})
    if found is None:
        return
    with _answering(sessions, outside, found):
        bench = bench_of(outside, _telling(sessions, outside, found, RecordingState.TRANSCODING))
        try:
            made = pipeline.finish(bench, *source_of(found))
        except PiecesMissingError:
            # Somebody emptied the store behind us: make them again.
            with unit(sessions) as session:
                held = _held(session, found, RecordingState.TRANSCODING)
                session.execute(
                    update(RecordingPiece)
                    .where(RecordingPiece.recording_id == held.id)
                    .values(state=PieceState.WAITING, share=0.0)
                )
                defer_rest(session, held, outside)
            return
        with unit(sessions) as session:
            held = _held(session, found, RecordingState.TRANSCODING)
            _show(session, held, made, outside)


def defer_rest(session: Session, recording: Recording, outside: Outside) -> None:
    """Defer what is still to be done of a recording that was judged."""
    numbers = _unmade(session, recording)
    for number in numbers:
        defer_step(session, recording, "media.make_piece", outside, piece=number)
    if not numbers:
        defer_step(session, recording, "media.finish", outside)


def bench_of(outside: Outside, watch: Callable[[Progress], None]) -> Bench:
    """Say where and with what the workshop works on this machine."""
    return Bench(
        store=outside.store,
        ffmpeg=outside.ffmpeg or imageio_ffmpeg.get_ffmpeg_exe(),
        scratch=outside.scratch,
        watch=watch,
    )


def source_of(recording: Recording) -> tuple[str, int]:
    """Name the original and the title that a recording is made of."""
    if not recording.disc.sha256 or recording.title is None:
        raise NoTitleError("the recording has no original")
    return recording.disc.sha256, recording.title


# ------------------------------------------------------------------ claiming


def _claim(
    sessions: Sessions, outside: Outside, key: uuid.UUID, states: set[RecordingState]
) -> Recording | None:
    """Take the recording up, unless it is done, called off, or has taken too many workers."""
    with unit(sessions) as session:
        recording = _locked(session, key)
        if recording is None or recording.state not in states:
            return None
        recording.attempts += 1
        if recording.attempts > ATTEMPTS:
            _failed(session, recording, RecordingProblem.TRANSCODER_FAILED, outside.now())
            return None
        if recording.state is RecordingState.RECEIVED:
            recording.state = RecordingState.JUDGING
        return recording


def _claim_piece(
    sessions: Sessions, outside: Outside, key: uuid.UUID, number: int
) -> tuple[Recording, RecordingPiece] | None:
    with unit(sessions) as session:
        recording = _locked(session, key)
        if recording is None or recording.state is not RecordingState.TRANSCODING:
            return None
        piece = session.scalars(
            select(RecordingPiece).where(
                RecordingPiece.recording_id == recording.id, RecordingPiece.number == number
            )
        ).one_or_none()
        if piece is None or piece.state is PieceState.DONE:
            return None
        now = outside.now()
        piece.attempts += 1
        if piece.attempts > ATTEMPTS:
            _failed(session, recording, RecordingProblem.TRANSCODER_FAILED, now)
            return None
        piece.state = PieceState.DOING
        piece.worker = f"{socket.gethostname()}:{os.getpid()}"
        piece.begun_at = piece.begun_at or now
        piece.beaten_at = now
        return recording, piece


def _locked(session: Session, key: uuid.UUID) -> Recording | None:
    return session.scalars(
        select(Recording).where(Recording.key == key).with_for_update(of=Recording)
    ).one_or_none()


def _held(session: Session, found: Recording, state: RecordingState) -> Recording:
    """Load the recording under a lock, if it still is what we work on."""
    recording = _locked(session, found.key)
    if recording is None or recording.state is not state:
        raise CalledOffError
    return recording


def _unmade(session: Session, recording: Recording) -> list[int]:
    return list(
        session.scalars(
            select(RecordingPiece.number)
            .where(
                RecordingPiece.recording_id == recording.id,
                RecordingPiece.state != PieceState.DONE,
            )
            .order_by(RecordingPiece.number)
        )
    )


# ------------------------------------------------------------------ telling


def _telling(
    sessions: Sessions, outside: Outside, found: Recording, state: RecordingState
) -> Callable[[Progress], None]:
    """Write down now and then how far a step is; stop it where it is not wanted any more."""

    def write(session: Session, progress: Progress) -> None:
        held = _held(session, found, state)
        held.progress = min(99, int(progress.share * 100))
        held.seconds_left = _whole(progress.seconds_left)

    return _now_and_then(sessions, outside, write)


def _telling_piece(
    sessions: Sessions, outside: Outside, found: Recording, row: RecordingPiece
) -> Callable[[Progress], None]:
    def write(session: Session, progress: Progress) -> None:
        held = _held(session, found, RecordingState.TRANSCODING)
        session.execute(
            update(RecordingPiece)
            .where(RecordingPiece.id == row.id)
            .values(share=min(0.99, progress.share), beaten_at=outside.now())
        )
        _told(session, held, outside.now())

    return _now_and_then(sessions, outside, write)


def _now_and_then(
    sessions: Sessions, outside: Outside, write: Callable[[Session, Progress], None]
) -> Callable[[Progress], None]:
    last: list[datetime] = []

    def watch(progress: Progress) -> None:
        now = outside.now()
        if last and now - last[-1] < TOLD_EVERY:
            return
        last[:] = [now]
        with unit(sessions) as session:
            write(session, progress)

    return watch


def _told(session: Session, recording: Recording, now: datetime) -> None:
    """Add up the pieces, which several workers may be making at once."""
    total, done, begun = session.execute(
        select(
            func.sum(RecordingPiece.seconds),
            func.sum(RecordingPiece.seconds * RecordingPiece.share),
            func.min(RecordingPiece.begun_at),
        ).where(RecordingPiece.recording_id == recording.id)
    ).one()
    share = done / total if total else 0.0
    recording.progress = min(99, int(share * 100))
    if begun is not None and share > 0:
        recording.seconds_left = _whole((now - begun).total_seconds() * (1 - share) / share)


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else max(0, round(seconds))


# ------------------------------------------------------------------ the end


def _show(session: Session, recording: Recording, made: Manifest, outside: Outside) -> None:
    sha256, title = source_of(recording)
    recording.state = RecordingState.READY
    recording.problem = recording.seconds_left = None
    recording.progress = 100
    recording.duration_ms = round(made.seconds * 1000)
    recording.losses = [asdict(loss) for loss in made.lost]
    recording.lost_ms = round((made.seconds - made.recovered_s) * 1000)
    recording.recipe = made.recipe
    recording.prefix = keys.rendition_prefix(sha256, title, made.recipe)
    recording.sizes = sizes_of(made, recording.prefix)
    recording.ready_at = outside.now()
    journal.record(
        session,
        SYSTEM,
        Action.RECORDING_RUN,
        recording,
        now=outside.now(),
        recipe=made.recipe,
        milliseconds=recording.duration_ms,
        lost_ms=recording.lost_ms,
        verdict=recording.verdict.value if recording.verdict else None,
    )


def sizes_of(made: Manifest, prefix: str) -> dict[str, Any]:
    """Tell what each way of playing weighs: a stream by its folder, a plain file by its name."""
    sizes: dict[str, int] = {}
    for one in made.objects:
        name = one.key.removeprefix(prefix)
        sizes[name.partition("/")[0]] = sizes.get(name.partition("/")[0], 0) + one.bytes
    return sizes


@contextmanager
def _answering(
    sessions: Sessions,
    outside: Outside,
    found: Recording,
    row: RecordingPiece | None = None,
) -> Iterator[None]:
    """Turn what goes wrong into a state that people read, or into another try later."""
    try:
        yield
    except CalledOffError:
        _let_go(sessions, row)
    except (RecordingError, UnfitError) as error:
        problem = problem_of(error)
        elsewhere = isinstance(error, ChildError) and not error.of_the_source
        if elsewhere and problem is not RecordingProblem.NO_SPACE:
            raise  # this machine's fault: another try, perhaps on another one
        _fail(sessions, outside, found, problem)
    except (StoreError, OSError):
        _forgive(sessions, found, row)
        raise


def _let_go(sessions: Sessions, row: RecordingPiece | None) -> None:
    if row is not None:
        with unit(sessions) as session:
            session.execute(
                update(RecordingPiece)
                .where(RecordingPiece.id == row.id, RecordingPiece.state == PieceState.DOING)
                .values(state=PieceState.WAITING, worker=None)
            )


def _forgive(sessions: Sessions, found: Recording, row: RecordingPiece | None) -> None:
    """The store is away: that is no attempt, however long it lasts."""
    with unit(sessions) as session:
        if row is not None:
            session.execute(
                update(RecordingPiece)
                .where(RecordingPiece.id == row.id)
                .values(attempts=RecordingPiece.attempts - 1, state=PieceState.WAITING)
            )
        else:
            session.execute(
                update(Recording)
                .where(Recording.id == found.id, Recording.attempts > 0)
                .values(attempts=Recording.attempts - 1)
            )


def _fail(
    sessions: Sessions, outside: Outside, found: Recording, problem: RecordingProblem
) -> None:
    with unit(sessions) as session:
        recording = _locked(session, found.key)
        if recording is not None and recording.state in {
            RecordingState.JUDGING,
            RecordingState.TRANSCODING,
        }:
            _failed(session, recording, problem, outside.now())


def _failed(
    session: Session, recording: Recording, problem: RecordingProblem, now: datetime
) -> None:
    recording.state = RecordingState.FAILED
    recording.problem = problem
    recording.seconds_left = None
    journal.record(session, SYSTEM, Action.RECORDING_RUN, recording, now=now, problem=problem.value)


_PROBLEMS: Final = (
    (NotADiscError, RecordingProblem.NOT_A_DISC),
    (EncryptedError, RecordingProblem.ENCRYPTED),
    (NoTitleError, RecordingProblem.NO_TITLE),
    (TooShortError, RecordingProblem.TOO_SHORT),
    (UnfitError, RecordingProblem.STORE_FAILED),
    (ScratchFullError, RecordingProblem.NO_SPACE),
)


def problem_of(error: Exception) -> RecordingProblem:
    """Name what went wrong in the words that people read."""
    if isinstance(error, ChildError) and error.failure is Failure.DISK_FULL:
        return RecordingProblem.NO_SPACE
    fitting = (problem for kind, problem in _PROBLEMS if isinstance(error, kind))
    return next(fitting, RecordingProblem.TRANSCODER_FAILED)
