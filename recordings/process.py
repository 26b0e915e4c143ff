"""Runs one ffmpeg as a child: fed, followed, limited, and never outliving whoever asked for it.

Every child of the workshop is started here. It is kind (nice), dies with its parent
(`recordings.leash`), stands in a process group of its own, and is given up when it stands still.
"""

import os
import re
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

from recordings import leash
from recordings.errors import TranscoderError

LOOK_S = 0.5  # how often `watch` is called
BLOCK = 1 << 16
TAIL = 1 << 16  # bytes of the complaints that are kept
TOLD = 800  # characters of them that an error repeats
GIB = 1 << 30
QUIET = ("-hide_banner", "-nostdin", "-y", "-nostats", "-loglevel", "warning")
SHORT_OF_MEMORY = ("Cannot allocate memory", "malloc of size", "pthread_create() failed")


class Failure(StrEnum):
    """Why a child did not do what it was started for."""

    ABSENT = "absent"  # there is no such program
    FAILED = "failed"  # it ended with a code
    CRASHED = "crashed"  # a signal that it brought upon itself
    KILLED = "killed"  # a signal from outside: short of memory, or an operator
    STOOD_STILL = "stood_still"
    MEMORY = "memory"  # it wanted more than it is allowed
    CPU = "cpu"
    DISK_FULL = "disk_full"


class ChildError(TranscoderError):
    """A child failed; what it said is told without names of files, which may name people."""

    def __init__(self, failure: Failure, said: str = "") -> None:
        super().__init__(f"{failure}: {said}" if said else str(failure))
        self.failure = failure
        self.said = said

    @property
    def of_the_source(self) -> bool:
        """Whether another machine would fail alike: what was fed is at fault, not the house."""
        return self.failure in {Failure.FAILED, Failure.CRASHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use."""

    memory: int = 2 * GIB  # bytes of its own data, as RLIMIT_DATA counts them
    cpu_s: int = 6 * 3600
    standstill_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the outputs have come, by `-progress`."""

    out_s: float = 0.0
    frames: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a child used and said."""

    code: int
    seconds: float
    cpu_s: float
    peak: int  # bytes resident
    said: str  # the end of its complaints, as they were: may name files
    progress: Progress


@dataclass(frozen=True, slots=True, eq=False)
class Outlet:
    """Stands among the options where an output's address goes; its bytes come to `take`."""

    take: Callable[[bytes], object]


Watch = Callable[[Progress], None]  # called twice a second or oftener; may raise to stop the work


def run(
    program: str,
    options: Sequence[str | Outlet],
    *,
    packs: Iterable[bytes] = (),
    folder: Path | None = None,
    limits: Limits = Limits(),
    watch: Watch = lambda _: None,
    check: bool = True,
) -> Ended:
    """Run ffmpeg to its end; ChildError where it fails, or whatever `packs` or `watch` raise.

    `packs` becomes its standard input. Every `Outlet` among `options` becomes a pipe, read here as
    it fills. With `check=False` a code other than 0 is no error (`ffmpeg -i` alone ends with 1).
    """
    with ExitStack() as stack:
        complaints = stack.enter_context(tempfile.TemporaryFile())
        child = _Child(stack, limits)
        begun = time.monotonic()
        process = stack.enter_context(
            _started(program, options, child, folder=folder, complaints=complaints)
        )
        feeder = _Feeder(process.stdin, packs)
        feeder.start()
        child.follow(feeder, watch)
        usage = _waited(process)
        feeder.join(timeout=60)
        said = _tail(complaints)
        code = process.returncode
        if code != 0 and (check or code < 0):
            failure = _failure(code, said)
            if limits.cpu_s and usage.ru_utime + usage.ru_stime >= limits.cpu_s:
                failure = Failure.CPU  # ffmpeg catches the warning and ends as if by itself
            raise ChildError(failure, plainly(said, options, folder))
        return Ended(
            code=code,
            seconds=time.monotonic() - begun,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak=usage.ru_maxrss * 1024,
            said=said,
            progress=child.progress,
        )


def plainly(said: str, options: Sequence[str | Outlet] = (), folder: Path | None = None) -> str:
    """Keep the end of what a child said, without the names of files and folders."""
    named = {one for one in options if isinstance(one, str) and os.sep in one}
    if folder is not None:
        named.add(str(folder))
    for name in sorted(named, key=len, reverse=True):
        said = said.replace(name, "…")
    return re.sub(r"(?<![\w.])/[^\s'\":,\]]+", "…", said)[-TOLD:].strip()


# --- the child ---


@contextmanager
def _started(
    program: str,
    options: Sequence[str | Outlet],
    child: "_Child",
    *,
    folder: Path | None,
    complaints: IO[bytes],
) -> Iterator[subprocess.Popen[bytes]]:
    """Start in a process group of its own; whatever happens, leave nothing of it behind."""
    if not os.access(program, os.X_OK):
        raise ChildError(Failure.ABSENT)
    try:
        said = [
            f"pipe:{child.opened(child.counted(one.take))}" if isinstance(one, Outlet) else one
            for one in options
        ]
        told = f"pipe:{child.opened(child.told)}"
        process = subprocess.Popen(
            [
                *(sys.executable, "-E", "-S", leash.__file__, str(os.getpid()), program, *QUIET),
                *("-progress", told, "-stats_period", "0.5", *said),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            process_group=0,
            pass_fds=child.far_ends,
        )
    finally:
        child.release()
    try:
        child.bind(process.pid)
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()


@dataclass(slots=True)
class _Child:
    """The near ends of a child's pipes, and what came through them."""

    stack: ExitStack
    limits: Limits
    progress: Progress = field(default_factory=Progress)
    moved: int = 0  # grows whenever something does
    _near: dict[int, Callable[[bytes], object]] = field(default_factory=dict)
    _far: list[int] = field(default_factory=list)
    _rest: bytes = b""

    def opened(self, take: Callable[[bytes], object]) -> int:
        """Open a pipe for an output; give the number of the end that the child writes to."""
        near, far = os.pipe()
        self.stack.callback(os.close, near)
        self._near[near] = take
        self._far.append(far)
        return far

    @property
    def far_ends(self) -> tuple[int, ...]:
        return tuple(self._far)

    def release(self) -> None:
        """Let go of the ends that are the child's now, or nobody's: a pipe ends with its last."""
        for far in self._far:
            os.close(far)
        self._far.clear()

    def bind(self, pid: int) -> None:
        """Put the limits on a child that was just started."""
        with suppress(ProcessLookupError):  # it ended already: its code says why
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
            if self.limits.memory:
                resource.prlimit(pid, resource.RLIMIT_DATA, (self.limits.memory,) * 2)
            if self.limits.cpu_s:
                most = self.limits.cpu_s
                resource.prlimit(pid, resource.RLIMIT_CPU, (most, most + 5))

    def follow(self, feeder: "_Feeder", watch: Watch) -> None:
        """Read every pipe to its end; a child that neither takes nor gives is given up."""
        since, seen, told = time.monotonic(), -1, 0.0
        with selectors.DefaultSelector() as selector:
            for near in self._near:
                selector.register(near, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(timeout=LOOK_S):
                    block = os.read(key.fd, BLOCK)
                    if not block:
                        selector.unregister(key.fd)
                        continue
                    self._near[key.fd](block)
                if feeder.failure is not None:
                    raise feeder.failure
                now, step = time.monotonic(), self.moved + feeder.moved
                if step != seen:
                    since, seen = now, step
                elif now - since > self.limits.standstill_s:
                    raise ChildError(Failure.STOOD_STILL)
                if now - told >= LOOK_S:
                    told = now
                    watch(self.progress)

    def counted(self, take: Callable[[bytes], object]) -> Callable[[bytes], None]:
        def taking(block: bytes) -> None:
            self.moved += 1
            take(block)

        return taking

    def told(self, block: bytes) -> None:
        """Read lines of `-progress`, which come whether or not anything moved."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        out_s, frames = self.progress.out_s, self.progress.frames
        for line in lines:
            name, _, value = line.partition(b"=")
            if name == b"frame" and value.strip().isdigit():
                frames = int(value)
            elif name == b"out_time_us" and value.strip().isdigit():
                out_s = int(value) / 1e6
        now = Progress(out_s=max(out_s, self.progress.out_s), frames=frames)
        self.moved += now != self.progress
        self.progress = now


class _Feeder(threading.Thread):
    """Writes the input while the caller's thread reads: neither may block the other."""

    def __init__(self, pipe: IO[bytes] | None, packs: Iterable[bytes]) -> None:
        super().__init__(daemon=True, name="packs")
        self._pipe = pipe
        self._packs = packs
        self.moved = 0
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            for pack in self._packs:
                if self._pipe is not None:
                    self._pipe.write(pack)
                self.moved += 1
        except BrokenPipeError:
            pass  # the child had enough, or ended first: its code says which
        except Exception as error:  # noqa: BLE001  # told to the caller's thread, which raises it
            # The pipe stays open: its end would be taken for the end of the recording.
            self.failure = error
            return
        finally:
            close = getattr(self._packs, "close", None)
            if close is not None:
                close()
        with suppress(OSError, ValueError):
            if self._pipe is not None:
                self._pipe.close()


def _waited(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """Wait, and learn what the child used, which `Popen.wait` throws away."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _tail(complaints: IO[bytes]) -> str:
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - TAIL))
    return complaints.read().decode(errors="replace")


def _failure(code: int, said: str) -> Failure:
    if "No space left on device" in said:
        return Failure.DISK_FULL
    if any(one in said for one in SHORT_OF_MEMORY):
        return Failure.MEMORY
    if code in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}:
        return Failure.KILLED
    return Failure.CRASHED if code < 0 else Failure.FAILED
