"""Writes what a player shows along the line of time: small pictures, chapters, what is lost."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from recordings.titles import Chapter, Loss

LEAST_S = 0.04  # a mark that a player can show


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that holds from one second to another."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Small pictures in rows on one file; the first shows the second `start_s`."""

    file: str
    start_s: float
    end_s: float
    count: int


def webvtt(cues: Iterable[Cue]) -> str:
    """Write cues in order of time."""
    blocks = [
        f"{_clock(cue.start_s)} --> {_clock(max(cue.end_s, cue.start_s + LEAST_S))}\n{cue.text}"
        for cue in sorted(cues, key=lambda one: (one.start_s, one.end_s))
    ]
    return "\n\n".join(["WEBVTT", *blocks, ""])


def thumbnails(
    sheets: Sequence[Sheet], *, every_s: float, size: tuple[int, int], columns: int
) -> Iterable[Cue]:
    """Say which part of which sheet shows which seconds."""
    width, height = size
    for sheet in sheets:
        for index in range(sheet.count):
            start = sheet.start_s + index * every_s
            end = sheet.end_s if index == sheet.count - 1 else start + every_s
            row, column = divmod(index, columns)
            box = f"{column * width},{row * height},{width},{height}"
            yield Cue(start, end, f"{sheet.file}#xywh={box}")


def chapters(given: Sequence[Chapter], seconds: float) -> Iterable[Cue]:
    """Name every chapter; one without a name is called by its number."""
    starts = [*sorted(one.start_s for one in given if one.start_s < seconds), seconds]
    names = {one.start_s: one.name for one in given}
    for number, (start, end) in enumerate(pairwise(starts), 1):
        # Nothing of a name may end its cue or look like the time of another.
        name = " ".join(names[start].split()).replace("-->", "→").replace("&", "&amp;")
        yield Cue(start, end, name.replace("<", "&lt;") or str(number))


def losses(lost: Sequence[Loss]) -> Iterable[Cue]:
    """Tell what is lost, in codes: words are the player's."""
    for one in lost:
        facts = {"what": "lost", "why": one.why, "seconds": one.seconds, "sectors": one.sectors}
        yield Cue(one.start_s, one.start_s + one.seconds, json.dumps(facts))


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
