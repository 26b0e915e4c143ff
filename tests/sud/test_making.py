"""Recordings are made in steps by workers that may die, are called off, or find the store away."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from recordings import pipeline
from recordings.audit import audit
from recordings.bucket import BucketStore
from recordings.progress import silent
from recordings.store import StoreUnavailableError, remove_all
from recordings.volume import files_at
from sud.access import SYSTEM
from sud.config import Config
from sud.db import Sessions, unit
from sud.errors import CourtError
from sud.media import jobs, making, work
from sud.models import (
    Disc,
    DiscOrigin,
    DiscState,
    DiscTitle,
    JournalLine,
    PieceState,
    Recording,
    RecordingPiece,
    RecordingProblem,
    RecordingState,
    TitleUse,
)
from sud.outside import Outside
from tests.builders import Make
from tests.recordings.conftest import free_port
from tests.recordings.discs import GOOD
from tests.sud.processes import environment_of, until


@pytest.fixture
def disc(session: Session, make: Make, outside: Outside) -> Disc:
    return disc_of(session, make, outside)


def disc_of(session: Session, make: Make, outside: Outside) -> Disc:
    """The good disc, taken in and read as the archive's room does it."""
    bench = work.bench_of(outside, silent)
    master = pipeline.take_in(bench, files_at(GOOD))
    report = pipeline.look(bench, master.sha256)
    disc = Disc(
        origin=DiscOrigin.SENT,
        state=DiscState.READ,
        name="VIDEO_TS",
        size=master.size,
        sha256=master.sha256,
        prefix=pipeline.keys.master_prefix(master.sha256),
        handed_in_at=make.now(),
    )
    session.add(disc)
    session.flush()
    for title in report.titles:
        session.add(
            DiscTitle(
                disc=disc,
                disc_id=disc.id,
                number=title.number,
                kind=title.kind.value,
                seconds=title.seconds,
            )
        )
    session.flush()
    return disc


def title_of(session: Session, disc: Disc, number: int = 1) -> DiscTitle:
    return session.scalars(
        select(DiscTitle).where(DiscTitle.disc_id == disc.id, DiscTitle.number == number)
    ).one()


@pytest.fixture
def recording(session: Session, make: Make, disc: Disc, outside: Outside) -> Recording:
    hearing = make.hearing(make.case(judge=make.judge()))
    return making.begin(
        session,
        SYSTEM,
        disc,
        title_of(session, disc),
        hearing,
        now=make.now(),
        outside=outside,
    )


def pieces(session: Session) -> list[RecordingPiece]:
    session.expire_all()
    return list(session.scalars(select(RecordingPiece).order_by(RecordingPiece.number)))


def told(session: Session) -> list[str]:
    return list(
        session.scalars(
            select(JournalLine.action)
            .where(JournalLine.action.startswith("recording:"))
            .order_by(JournalLine.seq)
        )
    )


def test_a_title_becomes_a_recording_that_plays(
    session: Session,
    recording: Recording,
    disc: Disc,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    assert title_of(session, disc).use is TitleUse.LINKED
    assert run_jobs() == ["media.judge", "media.make_piece", "media.make_piece", "media.finish"]
    session.expire_all()
    assert recording.state is RecordingState.READY
    assert recording.duration_ms == 10_000
    assert recording.verdict is not None
    assert (recording.losses, recording.lost_ms) == ([], 0)
    assert recording.prefix is not None
    master = outside.store.get(f"{recording.prefix}master.m3u8").decode()
    assert "TYPE=AUDIO" in master
    assert recording.sizes is not None
    assert {"top", "low", "original", "whole.mp4", "sound.m4a"} <= recording.sizes.keys()
    assert recording.sizes["whole.mp4"] == outside.store.stat(f"{recording.prefix}whole.mp4").size
    assert [one.state for one in pieces(session)] == [PieceState.DONE] * 2
    assert told(session) == ["recording:add", "recording:run"]


def test_what_was_made_before_is_not_made_again(
    session: Session,
    sessions: Sessions,
    recording: Recording,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    """The archive forgot, the store did not: everything is found, and no program is needed."""
    run_jobs()
    session.expire_all()
    before = {facts.key for facts in outside.store.list(recording.prefix or "")}
    recording.state = RecordingState.CANCELLED
    session.flush()
    making.retry(session, SYSTEM, recording, outside=outside)
    nowhere = replace(outside, ffmpeg="/nonexistent/ffmpeg")
    key = str(recording.key)
    work.judge(sessions, nowhere, recording=key)
    for number in range(2):
        work.make_piece(sessions, nowhere, recording=key, piece=number)
    work.finish(sessions, nowhere, recording=key)
    session.expire_all()
    assert recording.state is RecordingState.READY
    assert {facts.key for facts in outside.store.list(recording.prefix or "")} == before


def test_two_titles_of_a_disc_are_two_recordings_and_parts_follow(
    session: Session, make: Make, recording: Recording, disc: Disc, outside: Outside
) -> None:
    facts = {"now": make.now(), "outside": outside}
    second = making.begin(
        session, SYSTEM, disc, title_of(session, disc, 2), recording.hearing, **facts
    )
    assert (recording.part, second.part) == (1, 2)
    with pytest.raises(CourtError):
        making.begin(session, SYSTEM, disc, title_of(session, disc), recording.hearing, **facts)


# ------------------------------------------------------------------ called off, hurried


class Meddling:
    """The real time, in strides; at the call that was asked for something happens."""

    def __init__(self, now: Callable[[], datetime], at: int, then: Callable[[], None]) -> None:
        self._now = now
        self._at = at
        self._then = then
        self._calls = 0

    def __call__(self) -> datetime:
        self._calls += 1
        if self._calls == self._at:
            self._then()
        return self._now() + 3 * self._calls * work.TOLD_EVERY


def test_what_is_called_off_stops_in_the_middle_and_goes_on_later(
    session: Session,
    sessions: Sessions,
    recording: Recording,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    key = str(recording.key)
    work.judge(sessions, outside, recording=key)

    def call_off() -> None:
        with unit(sessions) as other:
            making.cancel(other, SYSTEM, other.get_one(Recording, recording.id), outside=outside)

    meddled = replace(outside, now=Meddling(outside.now, 2, call_off))
    work.make_piece(sessions, meddled, recording=key, piece=0)
    assert pieces(session)[0].state is PieceState.WAITING
    assert recording.state is RecordingState.CANCELLED
    run_jobs()  # what was queued finds that it is not wanted
    assert [one.state for one in pieces(session)] == [PieceState.WAITING] * 2
    making.retry(session, SYSTEM, recording, outside=outside)
    run_jobs()
    session.expire_all()
    assert recording.state is RecordingState.READY


def test_what_somebody_waits_for_goes_first(
    session: Session, recording: Recording, outside: Outside
) -> None:
    making.hurry(session, SYSTEM, recording, outside=outside)
    found = session.execute(text("SELECT priority FROM procrastinate_jobs")).scalars().all()
    assert found == [making.URGENT]
    with pytest.raises(CourtError):
        making.hurry(session, SYSTEM, recording, outside=outside)


def test_progress_and_the_time_left_add_up_over_pieces(
    session: Session, sessions: Sessions, recording: Recording, outside: Outside
) -> None:
    work.judge(sessions, outside, recording=str(recording.key))
    seen: list[tuple[int, int | None]] = []

    def look() -> None:
        with unit(sessions) as other:
            row = other.get_one(Recording, recording.id)
            seen.append((row.progress, row.seconds_left))

    meddled = replace(outside, now=Meddling(outside.now, 9, look))
    work.make_piece(sessions, meddled, recording=str(recording.key), piece=0)
    session.expire_all()
    # The first of two pieces is 6 of 10 seconds long.
    assert recording.progress == 60
    assert recording.seconds_left is not None
    assert recording.seconds_left > 0
    assert all(0 <= progress <= 60 for progress, _ in seen)


# ------------------------------------------------------------------ what goes wrong


def test_a_store_that_is_away_costs_no_attempt_and_is_outlived(
    session: Session,
    sessions: Sessions,
    recording: Recording,
    outside: Outside,
    config: Config,
    run_jobs: Callable[[], list[str]],
) -> None:
    nowhere = BucketStore(
        endpoint=f"127.0.0.1:{free_port()}",
        access_key=config.s3_access_key,
        secret_key=config.s3_secret_key,
        bucket=config.s3_bucket,
        retries=0,
    )
    away = replace(outside, store=nowhere)
    for _ in range(work.ATTEMPTS + 1):
        with pytest.raises(StoreUnavailableError):
            work.judge(sessions, away, recording=str(recording.key))
    session.expire_all()
    assert (recording.state, recording.attempts) == (RecordingState.JUDGING, 0)
    session.execute(text("DELETE FROM procrastinate_jobs"))  # the queue gave up
    jobs.watch(sessions, outside)
    jobs.watch(sessions, outside)
    assert run_jobs()[0] == "media.judge"
    session.expire_all()
    assert recording.state is RecordingState.READY


def test_pieces_that_nobody_makes_are_taken_up(
    session: Session,
    sessions: Sessions,
    recording: Recording,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    work.judge(sessions, outside, recording=str(recording.key))
    session.execute(text("DELETE FROM procrastinate_jobs"))
    jobs.watch(sessions, outside)
    assert run_jobs() == ["media.make_piece", "media.make_piece", "media.finish"]


def test_what_takes_its_workers_with_it_waits_for_a_person(
    session: Session, sessions: Sessions, recording: Recording, outside: Outside
) -> None:
    work.judge(sessions, outside, recording=str(recording.key))
    session.execute(update(RecordingPiece).values(attempts=work.ATTEMPTS))
    work.make_piece(sessions, outside, recording=str(recording.key), piece=0)
    session.expire_all()
    assert recording.state is RecordingState.FAILED
    assert recording.problem is RecordingProblem.TRANSCODER_FAILED
    making.retry(session, SYSTEM, recording, outside=outside)
    assert (recording.state, recording.problem) == (RecordingState.RECEIVED, None)
    assert {one.attempts for one in pieces(session)} == {0}


def test_an_original_that_is_gone_is_told(
    session: Session, sessions: Sessions, recording: Recording, disc: Disc, outside: Outside
) -> None:
    disc.sha256 = None
    session.flush()
    work.judge(sessions, outside, recording=str(recording.key))
    session.expire_all()
    assert recording.problem is RecordingProblem.NO_TITLE


def test_pieces_that_left_the_store_are_made_again(
    session: Session,
    sessions: Sessions,
    recording: Recording,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    key = str(recording.key)
    work.judge(sessions, outside, recording=key)
    for number in range(2):
        work.make_piece(sessions, outside, recording=key, piece=number)
    session.expire_all()
    sha256, title = work.source_of(recording)
    made = pipeline.keys.rendition_prefix(sha256, title, recording.recipe or "")
    remove_all(outside.store, f"{made}top/")
    assert "media.make_piece" in run_jobs()
    session.expire_all()
    assert recording.state is RecordingState.READY


# ------------------------------------------------------------------ kill -9


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    own_sessions: Sessions, outside: Outside, config: Config, tmp_path: Path
) -> None:
    remove_all(outside.store, "renditions/")  # what other tests made of the same disc
    with unit(own_sessions) as session:
        make = Make(session, outside.now)
        disc = disc_of(session, make, outside)
        making.begin(
            session,
            SYSTEM,
            disc,
            title_of(session, disc),
            make.hearing(make.case(judge=make.judge())),
            now=make.now(),
            outside=outside,
        )

    def state() -> RecordingState:
        with own_sessions() as fresh:
            return fresh.scalars(select(Recording.state)).one()

    def states() -> list[PieceState]:
        with own_sessions() as fresh:
            return list(fresh.scalars(select(RecordingPiece.state)))

    def worker() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sud.busy_worker", tmp_path, "sud.media.jobs"],
            env=environment_of(config),
        )

    first = worker()
    try:
        until(lambda: state() is RecordingState.TRANSCODING, "the pieces")
        until(lambda: PieceState.DOING in states(), "a piece to be under way")
    finally:
        first.kill()
        first.wait()
    assert state() is RecordingState.TRANSCODING
    second = worker()
    try:
        until(lambda: state() is RecordingState.READY, "the next worker to finish it")
    finally:
        second.kill()
        second.wait()
    with own_sessions() as session:
        assert told(session) == ["recording:add", "recording:run"]
        recording = session.scalars(select(Recording)).one()
        found = audit(outside.store)
        assert recording.prefix is not None
        assert not [key for key in (*found.missing, *found.altered) if recording.prefix in key]
        assert not [key for key in found.orphaned if key.startswith(recording.prefix)]
