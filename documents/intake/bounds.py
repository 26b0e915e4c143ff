"""Bounds: runs one task on hostile bytes in a process of its own that has no more than it needs.

Every parser, decoder and reader of what people hand in runs here and nowhere else:

    bounded("documents.intake.inspection", {"kind": "pdf", "path": str(path)}, Bounds(),
            reads=(path,))

The module names its task `within(arguments) -> dict`; both ways only what JSON can say passes.
What the process takes from itself before it imports anything of ours stands in `cell.py`.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

_CELL: Final = Path(__file__).with_name("cell.py")
_MEBIBYTE: Final = 1024 * 1024
_CHUNK: Final = 64 * 1024
_FINISHED: Final = b"\n"
_KIBIBYTE: Final = 1024
_LONGEST_ERROR: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one task may take of the machine; bytes and seconds."""

    memory: int = 640 * _MEBIBYTE
    seconds: int = 15
    """Of one processor; the task is ended after `patience` times as long by the clock."""
    patience: int = 4
    written: int = 0
    """The longest file that it may write, and only in its `workroom`."""
    answer: int = 1 * _MEBIBYTE
    programs: bool = False
    """Whether it may start programs of this machine; they stay inside the same bounds."""


class Guard(StrEnum):
    """What keeps a task in; which of them hold is the kernel's answer, `guards()` asks it."""

    LIMITS = "limits"
    """Memory, processor time, files: rlimits, everywhere."""
    CALLS = "calls"
    """seccomp: no sockets, no new processes, no looking into others."""
    NETWORK = "network"
    """A network namespace in which there is nobody."""
    FILES = "files"
    """Landlock: nothing of the disk but the interpreter and what the task was given."""


class End(StrEnum):
    """How a task ended that gave no answer."""

    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"
    ANSWER = "answer"
    """It said too much, or something that is no answer."""
    FAILED = "failed"
    """An error of its own that it did not expect."""


class Broken(Exception):  # noqa: N818 - what became of the task
    """A task gave no answer; `end` tells how it ended, `error` what kind of error it raised."""

    def __init__(self, end: End, usage: "Usage", *, error: str = "") -> None:
        super().__init__(end.value, error)
        self.end = end
        self.usage = usage
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a task took of the machine, itself and the programs that it started."""

    seconds: float
    """Of the processor."""
    memory: int
    """Bytes, at most."""


USUAL: Final = Bounds()


def bounded(
    module: str,
    arguments: Mapping[str, Any],
    bounds: Bounds = USUAL,
    *,
    reads: Sequence[Path] = (),
    workroom: Path | None = None,
) -> dict[str, Any]:
    """Run `module.within(arguments)` in bounds and return its answer, or raise `Broken`.

    `reads` are the files, `workroom` the one directory to write in; beside them the task reads
    nothing but programs. The answer comes from hostile hands: check what it says.
    """
    return measured(module, arguments, bounds, reads=reads, workroom=workroom)[0]


def measured(
    module: str,
    arguments: Mapping[str, Any],
    bounds: Bounds = USUAL,
    *,
    reads: Sequence[Path] = (),
    workroom: Path | None = None,
) -> tuple[dict[str, Any], Usage]:
    """Do as `bounded`, and tell what it took."""
    request = {
        "module": module,
        "arguments": dict(arguments),
        "bounds": asdict(bounds),
        "reads": [str(path) for path in reads],
        "workroom": str(workroom) if workroom else None,
    }
    told, status, usage, late = _run(json.dumps(request).encode(), bounds)
    if not told.endswith(_FINISHED):
        raise Broken(_end(status, late=late, told=told, bounds=bounds), usage)
    try:
        answer = json.loads(told)
    except (ValueError, RecursionError):
        raise Broken(End.ANSWER, usage) from None
    if not isinstance(answer, dict):
        raise Broken(End.ANSWER, usage)
    if "ended" in answer:
        end = End.MEMORY if answer["ended"] == End.MEMORY else End.FAILED
        raise Broken(end, usage, error=str(answer.get("error", ""))[:_LONGEST_ERROR])
    result = answer.get("answer")
    if not isinstance(result, dict):
        raise Broken(End.ANSWER, usage)
    return result, usage


@cache
def guards() -> frozenset[Guard]:
    """Try once which guards hold on this machine; health tells it."""
    answer = bounded(f"{__package__}.guarding", {})
    return frozenset(guard for guard in Guard if guard.value in answer["guards"])


def _run(request: bytes, bounds: Bounds) -> tuple[bytes, int, Usage, bool]:
    """Start the cell, hand it the request, and read no more than it may say, no longer than it may.

    -I: neither the environment nor the working directory can lend code to the parser.
    """
    deadline = time.monotonic() + bounds.seconds * bounds.patience
    with subprocess.Popen(
        [sys.executable, "-I", str(_CELL)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            told, late = _conversation(process, request, bounds.answer, deadline)
        finally:
            # Its whole session: what it started ends with it.
            os.killpg(process.pid, signal.SIGKILL)
            _, status, spent = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    usage = Usage(seconds=spent.ru_utime + spent.ru_stime, memory=spent.ru_maxrss * _KIBIBYTE)
    return told, process.returncode, usage, late


def _conversation(
    process: "subprocess.Popen[bytes]", request: bytes, most: int, deadline: float
) -> tuple[bytes, bool]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a process was started without its pipes")
    told = bytearray()
    try:
        process.stdin.write(request)
        process.stdin.close()
    except BrokenPipeError:
        return b"", False
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            piece = os.read(process.stdout.fileno(), _CHUNK)
            told += piece
            if not piece or len(told) > most:
                return bytes(told[: most + 1]), False
    return bytes(told), True


def _end(status: int, *, late: bool, told: bytes, bounds: Bounds) -> End:
    if late or status == -signal.SIGXCPU:
        return End.TIME
    if len(told) > bounds.answer:
        return End.ANSWER
    return End.CRASH
