"""A contributor killed with -9 at each of its lines in turn, and started again: what it then said.

A program of its own, so that the processes it makes and kills have nothing of the tests in them.
Prints one line of JSON a run: where it was killed, and what is wrong afterwards.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from assignment import contributor, memory
from assignment.canon import canon, parse
from tests.assignment.court import PublishedLog, begun, freeze, member, members, register

TRACED = {contributor.__file__, memory.__file__}
NOW = 1_795_000_000
EPOCHS = 3


def log_of(epochs):
    log = begun(members())
    for number in range(1, epochs + 1):
        register(log, number)
        freeze(log)
    return log


class Recorded(PublishedLog):
    """A log whose answers go to a file at once: what was said stays said when the speaker dies."""

    place: Path

    def answer(self, facts):
        with self.place.open("ab", buffering=0) as file:
            file.write(canon(facts) + b"\n")


def looked(folder, log, moment, fatal=0):
    """Let a process look at the log once; it is killed before its ``fatal``-th line, if ever."""
    child = os.fork()
    if child == 0:
        log.place = folder / "said"
        state = folder / "bar.json"
        lines = 0

        def on_line(_frame, event, _argument):
            nonlocal lines
            if event == "line":
                lines += 1
                if lines == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)
            return on_line

        def on_call(frame, _event, _argument):
            return on_line if frame.f_code.co_filename in TRACED else None

        status = 1
        try:
            sys.settrace(on_call)
            with memory.held(state):
                known = memory.load(state)
                contributor.attend(known, log, lambda fresh: memory.store(state, fresh), moment)
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended)


def faults(folder, log):
    """What is wrong with what was said, and with what is remembered."""
    said = [parse(line) for line in (folder / "said").read_bytes().splitlines()]
    for number in range(1, EPOCHS + 1):
        different = {canon(facts) for facts in said if facts["epoch"] == number}
        if len(different) != 1:
            yield f"{len(different)} answers for epoch {number}"
    firsts = list(dict.fromkeys(facts["epoch"] for facts in said))
    if firsts != sorted(firsts):
        yield f"answered in the order {firsts}"
    told = PublishedLog(
        lines=list(log.lines), nodes=dict(log.nodes), state=log.state.copied(), minute=log.minute
    )
    for facts in said:
        told.answer(facts)
    if len(told.lines) != len(log.lines) + EPOCHS:
        yield "the log does not take these answers"
    last, spoken = contributor.attend(
        memory.load(folder / "bar.json"), told, lambda _: None, NOW + 999
    )
    if (last.used, last.unsaid, spoken) != (EPOCHS, (), []):
        yield f"in the end: used {last.used}, still to say {len(last.unsaid)}, said {spoken}"
    fresh = {file.name for file in folder.iterdir()} - {"bar.json", ".bar.json.lock", "said"}
    if not fresh <= {".bar.json.new"}:
        yield f"left behind: {sorted(fresh)}"


def main():
    log = Recorded(**vars(log_of(EPOCHS)))
    # One start at the very first look, one from what was seen of the log before.
    known, _ = contributor.attend(member("bar"), log_of(0), lambda _: None, NOW)
    known.public()  # the chain is climbed once, before all forks
    shared = Path("/dev/shm")  # noqa: S108 -- no disk to wait for; what dies here is no machine
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as place:
        for start in (member("bar"), known):
            fatal, died = 0, True
            while died:
                fatal += 1
                folder = Path(place) / str(fatal)
                folder.mkdir()
                memory.store(folder / "bar.json", start)
                died = looked(folder, log, NOW + fatal, fatal) == -signal.SIGKILL
                again = looked(folder, log, NOW + fatal + 1, 1 + fatal * 7 % 400)
                ended = looked(folder, log, NOW + fatal + 2)
                wrong = list(faults(folder, log))
                if ended != 0:
                    wrong.append("it does not start again")
                run = {"fatal": fatal, "died": died, "again": again, "wrong": wrong}
                sys.stdout.write(json.dumps(run) + "\n")
                shutil.rmtree(folder)


if __name__ == "__main__":
    main()
