"""Says what in a report cannot be, whatever the disc was: wrong sums, orders and limits."""

import json
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from recordings.feed import feed
from recordings.probe import as_json
from recordings.source import Source, reopened
from recordings.titles import Title
from recordings.volume import File

NEARLY = 0.05  # seconds
LONGEST = 100 * 3600.0  # seconds that a disc can play
MOST = 3  # times the bytes handed in that may be fed, all titles together


def unsound(source: Source, files: Sequence[File], scratch: Path) -> Iterator[str]:
    """What is impossible in a source that was looked at."""
    report = source.report
    json.dumps(as_json(report), allow_nan=False)
    if reopened(files, source.packed()).report != report:
        yield "what was stored is taken up as something else"
    numbers = [title.number for title in report.titles]
    if len({*numbers}) < len(numbers):
        yield f"titles have the same number: {numbers}"
    if sum(file.size for file in files) != sum(file.size for file in report.files):
        yield "not every byte was read"
    for title in report.titles:
        yield from (f"title {title.number}: {what}" for what in _impossible(title))
    fed = sum(
        sum(map(len, feed(source, title, run.start_s, run.seconds, scratch=scratch).packs))
        for title in report.titles
        for run in title.runs
    )
    if fed > MOST * sum(file.size for file in files) * max(1, len(report.titles)):
        yield f"{fed} bytes are fed"


def _impossible(title: Title) -> Iterator[str]:
    if not 0 <= title.seconds <= LONGEST:
        yield f"lasts {title.seconds} s"
    for run in title.runs:
        if not math.isfinite(run.clock_s) or run.seconds <= 0:
            yield f"{run} is none"
    runs = [(run.start_s, run.end_s) for run in title.runs]
    losses = [(loss.start_s, loss.start_s + loss.seconds) for loss in title.losses]
    yield from (f"runs {what}" for what in _disordered(runs, title.seconds))
    yield from (f"losses {what}" for what in _disordered(losses, title.seconds))
    if title.lost_s > title.seconds + NEARLY:
        yield f"loses {title.lost_s} of {title.seconds} s"
    chapters = [chapter.start_s for chapter in title.chapters]
    if chapters != sorted(chapters) or any(not 0 <= at <= title.seconds for at in chapters):
        yield f"chapters at {chapters} of {title.seconds} s"


def _disordered(spans: Sequence[tuple[float, float]], seconds: float) -> Iterator[str]:
    for begin, end in spans:
        if not -NEARLY <= begin <= end <= seconds + NEARLY:
            yield f"from {begin} to {end} of {seconds} s"
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end - NEARLY:
            yield f"overlap from {begin} to {end} s"
