"""Reads a capture as a source: its runs as files, its gaps by the wall clock.

A finished capture is a folder with a manifest, `capture.json`, and the segments that it names.
Joined in their order the segments of a run are one MPEG transport stream, so nothing is copied: a
run is a file that consists of pieces of others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from pathlib import PurePosixPath
from typing import Any

from recordings.files import File, Piece, assembled
from recordings.spool import MANIFEST, Capture, Segment
from recordings.titles import Loss, Run, Title, Why

VERSION = 1
LARGEST = 64 << 20  # bytes of a manifest: a week of segments
NEARLY = 1e-6
INTENDED = frozenset({"paused", "stopped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedRun:
    """One connection: when it was by the wall clock, and the segments it brought."""

    number: int
    began_at: datetime
    ended_at: datetime
    why: str
    segments: tuple[Segment, ...]

    @property
    def name(self) -> str:
        """How the run is called as a file."""
        return f"run-{self.number:04}.ts"

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What the manifest of a capture tells."""

    name: str
    session: str
    key_sha256: str
    began_at: datetime
    ended_at: datetime
    runs: tuple[CapturedRun, ...]


# ------------------------------------------------------------------ the manifest


def manifest_of(capture: Capture, *, name: str) -> dict[str, Any]:
    """Write a finished capture down as it is kept in the store."""
    journal = capture.journal
    began = journal.told("began")[0]
    ended = {line["number"]: line for line in journal.told("run_ended")}
    runs = [
        _run_plain(
            line,
            ended[line["number"]],
            [one for one in capture.segments if one.run == line["number"]],
        )
        for line in journal.told("run")
    ]
    return {
        "version": VERSION,
        "name": name,
        "session": capture.session,
        "key_sha256": began["key_sha256"],
        "over": began["over"],
        "began_at": began["at"],
        "ended_at": journal.told("ended")[-1]["at"],
        "bytes": sum(one.size for one in capture.segments),
        "runs": runs,
        "gaps": _gaps(runs),
        "pauses": [
            {"what": line["what"], "at": line["at"], "reason": line.get("reason", "")}
            for line in journal.told("paused", "resumed")
        ],
        "journal_sha256": journal.head,
    }


def _run_plain(
    begun: Mapping[str, Any], ended: Mapping[str, Any], segments: Sequence[Segment]
) -> dict[str, Any]:
    """Put a run on the wall clock.

    It is noted some seconds late, when its first segment shows up, and an encoder that fell silent
    is noted late too; what was received in between tells both ends.
    """
    length = timedelta(seconds=sum(one.seconds for one in segments))
    noted, over = (datetime.fromisoformat(one) for one in (begun["at"], ended["ended_at"]))
    began_at = min(noted, over - length)
    return {
        "number": begun["number"],
        "began_at": began_at.isoformat(),
        "ended_at": min(over, began_at + length).isoformat(),
        "why": ended["why"],
        "segments": [asdict(one) for one in segments],
    }


def _gaps(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Name the times between runs in which nothing came, and why the run before had ended."""
    found = []
    for before, after in pairwise(runs):
        start, end = before["ended_at"], after["began_at"]
        seconds = datetime.fromisoformat(end) - datetime.fromisoformat(start)
        found.append(
            {
                "from": start,
                "to": end,
                "seconds": round(seconds.total_seconds(), 3),
                "why": before["why"],
            }
        )
    return found


def captured_of(plain: Mapping[str, Any]) -> Captured:
    """Read a manifest; KeyError, TypeError or ValueError where it is none."""
    runs = tuple(
        CapturedRun(
            number=int(run["number"]),
            began_at=datetime.fromisoformat(run["began_at"]),
            ended_at=datetime.fromisoformat(run["ended_at"]),
            why=str(run["why"]),
            segments=tuple(Segment(**one) for one in run["segments"]),
        )
        for run in plain["runs"]
    )
    return Captured(
        name=str(plain["name"]),
        session=str(plain["session"]),
        key_sha256=str(plain["key_sha256"]),
        began_at=datetime.fromisoformat(plain["began_at"]),
        ended_at=datetime.fromisoformat(plain["ended_at"]),
        runs=tuple(run for run in runs if run.segments),
    )


# ------------------------------------------------------------------ as a source


def capture_in(files: Sequence[File]) -> tuple[Captured, list[File]] | None:
    """Find a capture among files: what it tells, and its runs as files; None where there is none.

    A segment that is not there, or shorter than it was, is left out of its run.
    """
    for file in files:
        if PurePosixPath(file.name).name != MANIFEST or file.size > LARGEST:
            continue
        with file.open() as stream:
            try:
                found = captured_of(json.load(stream))
            except (KeyError, TypeError, ValueError):
                continue
        folder = file.name[: -len(MANIFEST)]
        return found, list(_runs(found, folder, {one.name: one for one in files}))
    return None


def _runs(found: Captured, folder: str, whole: Mapping[str, File]) -> list[File]:
    made = []
    for run in found.runs:
        pieces = [
            Piece(file=folder + one.name, start=0, size=one.size)
            for one in run.segments
            if folder + one.name in whole and whole[folder + one.name].size == one.size
        ]
        if pieces:
            made.append(assembled(folder + run.name, pieces, whole))
    return made


def one_title(found: Captured, titles: Mapping[str, Title]) -> Title | None:
    """Make one title of the titles of its runs (by the names of `CapturedRun.name`).

    The line of time is the wall clock since the capture began: a gap keeps its place. What came to
    an end by itself is lost; a pause that somebody asked for is none.
    """
    known = [(run, titles[run.name]) for run in found.runs if run.name in titles]
    if not known:
        return None
    origin = known[0][0].began_at
    runs: list[Run] = []
    losses: list[Loss] = []
    end, why = 0.0, ""
    for run, title in known:
        # Two clocks are compared, and files are seen a moment late: runs never overlap.
        start = max(end, _on_grid((run.began_at - origin).total_seconds(), title))
        if runs and why not in INTENDED and start > end:
            losses.append(Loss(start_s=end, seconds=start - end, why=Why.UNSENT))
        runs += [replace(one, start_s=one.start_s + start) for one in title.runs]
        losses += [replace(one, start_s=one.start_s + start) for one in title.losses]
        end, why = start + title.seconds, run.why
    first = known[0][1]  # whose streams the others have too: it is one encoder
    return replace(first, seconds=end, runs=tuple(runs), losses=tuple(losses), name=found.session)


def _on_grid(seconds: float, title: Title) -> float:
    """Move a time to the next picture, where a run of pictures can begin."""
    rate = title.picture.frame_rate if title.picture is not None else None
    return ceil(seconds * rate - NEARLY) / rate if rate else seconds
