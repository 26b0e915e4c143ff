"""`python -m tests.bench.scaling`: one long recording on one, two and four machines.

Each machine is a network namespace with half a core of its own, on which the house's own worker
runs; they share nothing but the archive (PostgreSQL) and the object store (SeaweedFS), which run
on what is left of this machine. What is measured is the wall clock from the moment on which all
pieces wait until the recording plays.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import imageio_ffmpeg
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from recordings import pipeline
from recordings.bucket import BucketStore
from recordings.pipeline import Bench
from recordings.store import remove_all
from recordings.volume import files_at
from sud import migrations
from sud.config import Config
from sud.db import make_sessions, unit
from sud.local.database import postgres
from sud.local.objects import store
from sud.media import work
from sud.models import (
    Disc,
    DiscOrigin,
    DiscState,
    DiscTitle,
    PieceState,
    Recording,
    RecordingPiece,
    RecordingState,
)
from sud.outside import Outside, real_outside
from tests.bench.hosts import GATE, hosts, relay, why_not
from tests.builders import Make
from tests.sud.processes import environment_of

DATABASE_PORT, STORE_PORT = 15432, 18333
SHARE = 0.5
MACHINES = (1, 2, 4)
PATIENCE_S = 3600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=16, help="of the recording")
    asked = parser.parse_args()
    lacking = why_not()
    if lacking is not None:
        sys.stderr.write(f"This benchmark cannot run here: {lacking}.\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="ais-scaling-") as scratch, ExitStack() as stack:
        place = Path(scratch)
        place.chmod(0o755)
        databases = stack.enter_context(postgres(place / "postgres", durable=False))
        objects = stack.enter_context(store(place / "objects"))
        migrations.upgrade(databases.owner_url)
        config = Config(
            database_url=databases.web_url,
            owner_database_url=databases.owner_url,
            s3_endpoint=objects.endpoint,
            s3_access_key=objects.access_key,
            s3_secret_key=objects.secret_key,
            secret_key="bench",
            scratch_folder=place / "scratch",
            authority_dir=place / "authority",
        )
        outside = real_outside(config)
        outside.store.ensure_bucket()
        recording = prepared(config, outside, film(place / "film.mkv", 60 * asked.minutes))
        far = replace(
            config,
            database_url=over_network(config.database_url),
            s3_endpoint=f"{GATE}:{STORE_PORT}",
        )
        told: dict[int, float] = {}
        for count in MACHINES:
            with hosts(count, SHARE) as machines, ExitStack() as servers:
                servers.enter_context(relay(DATABASE_PORT, socket_of(config.database_url)))
                servers.enter_context(relay(STORE_PORT, objects.endpoint))
                workers = [
                    machine.start(
                        [sys.executable, "-m", "sud.cli", "worker"],
                        environment_of(
                            replace(far, scratch_folder=place / f"scratch-{machine.name}")
                        )
                        | {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
                        place / f"{machine.name}.log",
                    )
                    for machine in machines
                ]
                try:
                    told[count] = seconds(config, outside, recording)
                finally:
                    for worker in workers:
                        os.killpg(worker.pid, signal.SIGTERM)
                    for worker in workers:
                        worker.wait()
            sys.stderr.write(f"{count}: {told[count]:.0f} s\n")
    sys.stdout.write(f"{asked.minutes} minutes, {SHARE} of a core for each machine\n\n")
    sys.stdout.write("| machines | wall | faster than one |\n|---|---|---|\n")
    for count, wall in told.items():
        sys.stdout.write(f"| {count} | {wall:.0f} s | {told[1] / wall:.2f} x |\n")
    return 0


def film(target: Path, seconds: int) -> Path:
    """Draw a small moving picture with noise, without sound, as long as a hearing."""
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"),
            *("-f", "lavfi", "-i", "testsrc2=s=192x144:r=25"),
            *("-t", str(seconds), "-c:v", "mpeg2video", "-b:v", "400k"),
            str(target),
        ],
        check=True,
    )
    return target


def prepared(config: Config, outside: Outside, source: Path) -> int:
    """Keep, read and judge the source, as workers did before; what is left is the making."""
    bench = Bench(
        store=outside.store,
        ffmpeg=imageio_ffmpeg.get_ffmpeg_exe(),
        scratch=config.scratch_folder,
    )
    master = pipeline.take_in(bench, files_at(source))
    report = pipeline.look(bench, master.sha256)
    title = report.titles[0].number
    pipeline.judge(bench, master.sha256, title)
    plan = pipeline.plan(bench, master.sha256, title)
    engine = create_engine(config.owner_database_url)
    with Session(engine, expire_on_commit=False) as session:
        make = Make(session, lambda: datetime.now(UTC))
        disc = Disc(
            origin=DiscOrigin.SENT,
            state=DiscState.READ,
            name="film",
            size=master.size,
            sha256=master.sha256,
            handed_in_at=make.now(),
        )
        recording = Recording(
            hearing=make.hearing(make.case(judge=make.judge())),
            disc=disc,
            title=title,
            state=RecordingState.READY,
            handed_in_at=make.now(),
        )
        session.add(recording)
        session.flush()
        session.add(
            DiscTitle(
                disc_id=disc.id,
                number=title,
                kind="hearing",
                seconds=report.titles[0].seconds,
            )
        )
        for piece in plan.pieces:
            session.add(
                RecordingPiece(
                    recording_id=recording.id,
                    number=piece.number,
                    seconds=float(piece.frames / plan.fps),
                )
            )
        session.commit()
        return recording.id


def seconds(config: Config, outside: Outside, number: int) -> float:
    """Let the pieces wait, and tell how long it takes until the recording plays."""
    assert isinstance(outside.store, BucketStore)
    sessions = make_sessions(config.database_url)
    with unit(sessions) as session:
        recording = session.get_one(Recording, number)
        sha256, title = work.source_of(recording)
        prefix = pipeline.keys.rendition_prefix(sha256, title, pipeline.recipe_of().version)
    for folder in ("top", "low", "restored", "original", "sheets", "pieces", "manifest.json"):
        remove_all(outside.store, prefix + folder)
    with unit(sessions) as session:
        recording = session.get_one(Recording, number)
        recording.state = RecordingState.TRANSCODING
        recording.attempts = 0
        for piece in session.scalars(
            select(RecordingPiece).where(RecordingPiece.recording_id == number)
        ):
            piece.state, piece.share, piece.attempts = PieceState.WAITING, 0.0, 0
            piece.begun_at = piece.done_at = None
        session.flush()
        work.defer_rest(session, recording, outside)
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_S:
        time.sleep(0.5)
        with unit(sessions) as session:
            state = session.get_one(Recording, number).state
        if state is RecordingState.READY:
            return time.monotonic() - begun
        if state is RecordingState.FAILED:
            raise RuntimeError("the recording could not be made")
    raise RuntimeError("the machines did not finish")


def socket_of(url: str) -> str:
    """Name the socket in which PostgreSQL listens on this machine."""
    parts = urlsplit(url)
    folder = next(
        unquote(value)
        for name, _, value in (one.partition("=") for one in parts.query.split("&"))
        if name == "host"
    )
    return f"{folder}/.s.PGSQL.5432"


def over_network(url: str) -> str:
    """Name the same database as the hosts reach it."""
    parts = urlsplit(url)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return f"{parts.scheme}://{user}:{quote(unquote(password))}@{GATE}:{DATABASE_PORT}{parts.path}"


if __name__ == "__main__":
    sys.exit(main())
