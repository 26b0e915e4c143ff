"""Keeps the original of a disc and has it read: all that this room asks of the workshop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recordings import pipeline
from recordings.errors import RecordingError
from recordings.feed import feed
from recordings.keys import master_prefix
from recordings.pipeline import Bench
from recordings.process import Limits, Outlet, run
from recordings.progress import Progress, silent
from recordings.shelf import Master
from recordings.source import Source
from recordings.titles import Kind, Report, Title
from recordings.volume import File
from sud.media.work import bench_of
from sud.outside import Outside

PICTURES: Final = 12
"""So many titles of a disc are shown by a picture; a disc with more is no recorder's."""
WIDTH: Final = 240
INTO: Final = 0.1
"""Where the picture is taken: the first minutes show an empty room, or a hand at the lens."""
PATIENCE: Final = Limits(cpu_s=60, standstill_s=30.0)

Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is on a disc, and a small picture (JPEG) out of each title that may be a hearing."""

    report: Report
    pictures: dict[int, bytes]


def keep(outside: Outside, files: Sequence[File], *, limit: int) -> Master:
    """Keep what somebody sent; an identical disc is seen, and not kept a second time."""
    return pipeline.take_in(
        bench_of(outside, silent), files, limit=limit, retain_until=_locked_until(outside)
    )


def look_and_keep(outside: Outside, files: Sequence[File], watch: Watch) -> Master:
    """Read files that lie at hand, then keep them; what is no disc is not kept."""
    bench = bench_of(outside, watch)
    source = pipeline.look_into(bench, files)
    master = pipeline.take_in(
        bench, files, source.report.files, retain_until=_locked_until(outside)
    )
    pipeline.keep_look(bench, master.sha256, source)
    return master


def _locked_until(outside: Outside) -> datetime | None:
    """Say until when the store lets nobody remove it; the term of the law follows later."""
    return outside.now() + outside.original_lock if outside.original_lock else None


def look(outside: Outside, sha256: str, watch: Watch) -> Looked:
    """Tell what is on a disc whose original is kept; what was read once is not read again."""
    bench = bench_of(outside, watch)
    report = pipeline.look(bench, sha256)
    source = bench.at_hand[sha256]
    hearings = [one for one in report.titles if one.kind is Kind.HEARING and one.picture]
    pictures = {one.number: _picture(bench, source, one) for one in hearings[:PICTURES]}
    return Looked(report=report, pictures={number: one for number, one in pictures.items() if one})


def place_of(sha256: str) -> str:
    """Say where an original lies in the store."""
    return master_prefix(sha256)


def _picture(bench: Bench, source: Source, title: Title) -> bytes:
    """Take one picture out of a title; none where nothing decodes there."""
    playing = max(title.runs, key=lambda one: one.seconds, default=None)
    if playing is None:
        return b""
    start = playing.start_s + playing.seconds * INTO
    stretch = min(2.0, playing.end_s - start)
    taken: list[bytes] = []
    try:
        given = feed(source, title, start, stretch, before_s=1.0, scratch=bench.scratch)
        run(
            bench.ffmpeg,
            [
                *("-skip_frame", "nokey", *given.options, "-i", given.url, "-map", "0:v:0"),
                *("-vf", f"yadif,scale={WIDTH}:-2", "-frames:v", "1", "-q:v", "6"),
                *("-f", "mjpeg", Outlet(taken.append)),
            ],
            packs=given.packs,
            limits=PATIENCE,
        )
    except (RecordingError, ValueError):
        return b""
    return b"".join(taken)
