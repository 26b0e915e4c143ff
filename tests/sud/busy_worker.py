"""A worker whose jobs write down what they did: python -m tests.sud.busy_worker DIRECTORY [ROOM].

It does the jobs of a room too, if one is named (`sud.media.jobs`).

`slow` begins and then waits for a file named `go`; `mark` only leaves its mark; `disc` stands for
a transcode: it begins, lingers and ends; `stumble` fails once.
"""

import importlib
import logging
import sys
import time
from pathlib import Path
from unittest import mock

from sud import outside, queue
from sud.config import Config
from sud.db import Sessions
from sud.outside import Outside

DIRECTORY = Path(sys.argv[1])


def write(line: str) -> None:
    with (DIRECTORY / "done").open("a") as out:
        out.write(f"{line}\n")


def slow(_sessions: Sessions, _outside: Outside, *, number: int) -> None:
    write(f"begin {number}")
    while not (DIRECTORY / "go").exists():
        time.sleep(0.05)
    write(f"end {number}")


def mark(_sessions: Sessions, _outside: Outside, *, number: int) -> None:
    write(f"mark {number}")


def disc(_sessions: Sessions, _outside: Outside, *, number: int) -> None:
    write(f"begin {number}")
    time.sleep(0.3)
    write(f"end {number}")


def stumble(_sessions: Sessions, _outside: Outside, *, number: int) -> None:
    write(f"try {number}")
    if (DIRECTORY / "done").read_text().count(f"try {number}\n") == 1:
        raise RuntimeError("the first time")


MARKING = {"test.slow": slow, "test.mark": mark, "test.disc": disc, "test.stumble": stumble}


def jobs_of(room: str) -> dict[str, queue.Job]:
    return importlib.import_module(room).JOBS


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    with mock.patch.object(outside, "LONG_JOBS", frozenset({"test.disc"})):
        queue.run(
            Config.from_environ(),
            MARKING | {name: job for room in sys.argv[2:] for name, job in jobs_of(room).items()},
            queue.Pace(beat_seconds=0.5, stalled_seconds=3, patience_seconds=1),
        )
