"""Records a courtroom live: what an encoder sends over RTMP or SRT is kept, second by second.

    capture(address, spool=..., store=..., name="hall-2", ...)

Each connection of the encoder is a run. Where the network, the encoder or this machine fails, the
gap is written down by the wall clock, and the next connection goes on with the same capture; one
that has been quiet for long is sealed with its manifest and lies in the store as
`live/<name>/<session>/`, ready to be read like any other source (`recordings/captured.py`).

Nothing is decoded here: the streams are cut at key frames into MPEG transport streams, which play
one by one, can be joined by joining their bytes, and lose only their last moment when torn.
"""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import ffmpeg

from recordings import gate, keys
from recordings.captured import manifest_of
from recordings.process import ChildError, Failure, Limits, run
from recordings.receive import NOBODY, RTMP, Address, Receiving
from recordings.spool import JOURNAL, LIVE_LIST, MANIFEST, Capture, Keeper, Segment
from recordings.store import ObjectStore, StoreError

SEGMENT_S = 5.0
SILENCE_S = 10.0  # an encoder that sends nothing for so long is gone
IDLE_S = 1800.0  # a capture that nobody goes on with for so long is over
BOUND = 40 << 30  # bytes of the spool: more than two days of hearings
FAILED_S = 2.0  # before the next try when the receiver could not start
RECEIVING = ".receiving"  # where a connection writes before it is known to be one of ours


class Orders:
    """What an operator wants, from any thread: pause with a reason, go on, stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._paused: str | None = None

    def pause(self, reason: str) -> None:
        """Keep nothing from now on, for a reason that is written down."""
        with self._lock:
            self._paused = reason

    def resume(self) -> None:
        with self._lock:
            self._paused = None

    def stop(self) -> None:
        """End the capture: what is there is put and sealed."""
        self._stop.set()

    @property
    def paused(self) -> str | None:
        with self._lock:
            return self._paused

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    @property
    def going(self) -> bool:
        """Whether sound and picture are to be kept now."""
        return not self.stopped and self.paused is None

    def wait(self, seconds: float) -> None:
        self._stop.wait(seconds)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """A recorder of one courtroom, and the capture it is at."""

    address: Address
    spool: Path
    store: ObjectStore
    name: str
    program: str
    now: Callable[[], datetime]
    orders: Orders
    told: Callable[[str], None] = lambda _: None
    segment_s: float = SEGMENT_S
    silence_s: float = SILENCE_S
    idle_s: float = IDLE_S
    bound: int = BOUND
    tap: bool = False
    once: bool = False  # end after one capture
    patience: timedelta | None = None  # how long the store is awaited at the end
    sealed: list[str] = field(default_factory=list)
    _capture: Capture | None = None
    _keeper: Keeper | None = None
    _heard_at: float = 0.0

    # --- the whole ---

    def work(self) -> list[str]:
        """Record until told to stop; give the prefixes of the captures that were sealed."""
        self.spool.mkdir(parents=True, exist_ok=True)
        self._take_up()
        with ExitStack() as stack:
            door = (
                stack.enter_context(gate.open_gate(self.address.host, self.address.port))
                if self.address.scheme == RTMP
                else None
            )
            self.told(f"listens on {self.address.host}:{self.address.port}")
            self._heard_at = time.monotonic()
            while not self.orders.stopped:
                if self.orders.paused is not None:
                    self._pause()
                elif door is not None:
                    self._await_encoder(door)
                else:
                    self._receive(None)
                if self._quiet_for() > self.idle_s and self._capture is not None:
                    self._seal("nobody sent for long")
                    if self.once:
                        break
        if self._capture is not None:
            self._seal("stopped")
        return self.sealed

    def _quiet_for(self) -> float:
        return time.monotonic() - self._heard_at

    def _take_up(self) -> None:
        """Go on with what a machine that died had left: seal what is old, join what is young."""
        for folder in sorted(path for path in self.spool.iterdir() if path.is_dir()):
            capture = Capture(folder, now=self.now)
            if capture.sealed or not capture.journal.lines:
                continue
            self._begin(capture)
            self._end_broken_run(capture)
            touched = capture.touched_at or self.now()
            over = bool(capture.journal.told("ended"))
            if over or (self.now() - touched).total_seconds() > self.idle_s:
                self._seal("the machine was away for long")
            else:
                capture.journal.write("taken_up", self.now())
                self.told(f"goes on with {capture.session}")
        self._tidy()

    def _end_broken_run(self, capture: Capture) -> None:
        begun, ended = capture.journal.told("run"), capture.journal.told("run_ended")
        if len(begun) == len(ended):
            return
        number = begun[-1]["number"]
        written = [path.stat().st_mtime for path in capture.run_folder(number).iterdir()]
        last = datetime.fromisoformat(capture.journal.lines[-1]["at"])
        at = max(last, datetime.fromtimestamp(max(written), last.tzinfo)) if written else last
        for segment in capture.rescued(number, self._seconds_of):
            self._keep(segment)
        capture.journal.write(
            "run_ended", self.now(), number=number, ended_at=at.isoformat(), why="the recorder died"
        )

    def _tidy(self) -> None:
        """Make room: remove sealed captures, which are in the store, the oldest first."""
        sealed = [
            path
            for path in sorted(self.spool.iterdir())
            if path.is_dir() and Capture(path, now=self.now).sealed
        ]
        total = sum(path.stat().st_size for path in self.spool.rglob("*") if path.is_file())
        for folder in sealed:
            if total <= self.bound:
                return
            total -= sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            shutil.rmtree(folder)

    # --- one capture ---

    def _begin(self, capture: Capture) -> Capture:
        self._capture = capture
        prefix = keys.live_prefix(self.name, capture.session)
        self._keeper = Keeper(
            store=self.store,
            prefix=prefix,
            capture=capture,
            bound=self.bound,
            tap=self.tap,
            told=self.told,
        )
        self._keeper.start()
        return capture

    def _current(self) -> Capture:
        """Give the capture we are at; the first sound and picture begin one."""
        if self._capture is None:
            began = self.now()
            folder = self.spool / f"{began:%Y%m%dt%H%M%Sz}"
            capture = self._begin(Capture(folder, now=self.now))
            capture.journal.write(
                "began",
                began,
                name=self.name,
                key_sha256=self.address.key_sha256,
                over=self.address.scheme,
            )
            self.told(f"{capture.session} begins")
        assert self._capture is not None  # noqa: S101  # just made
        return self._capture

    def _pause(self) -> None:
        """Keep nothing until told to go on."""
        reason = self.orders.paused or ""
        if self._capture is not None:
            self._capture.journal.write("paused", self.now(), reason=reason)
        self.told("paused")
        while self.orders.paused is not None and not self.orders.stopped:
            self.orders.wait(0.2)
        if self._capture is not None:
            self._capture.journal.write("resumed", self.now())
        self._heard_at = time.monotonic()

    def _keep(self, segment: Segment | None) -> None:
        assert self._keeper is not None  # noqa: S101  # a segment belongs to a capture
        if segment is not None:
            self._keeper.take(segment)

    def _seal(self, why: str) -> None:
        """Put what is left, then the manifest, last: without it the capture is not complete."""
        capture, keeper = self._capture, self._keeper
        assert capture is not None  # noqa: S101  # the callers looked
        assert keeper is not None  # noqa: S101  # likewise
        if not capture.journal.told("ended"):
            capture.journal.write("ended", self.now(), why=why)
        capture.show_newest(ended=True)
        self._capture = self._keeper = None
        if not keeper.finish(self.patience):
            self.told(f"{capture.session} waits for the store: the next start goes on")
            return
        manifest = manifest_of(capture, name=self.name)
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (capture.folder / MANIFEST).write_text(text, encoding="utf-8")
        try:
            for paper in (JOURNAL, *([LIVE_LIST] if self.tap else []), MANIFEST):
                keeper.put_paper(paper)
        except StoreError:
            self.told(f"{capture.session} waits for the store: the next start goes on")
            return
        capture.journal.write("sealed", self.now())
        self.sealed.append(keeper.prefix)
        self.told(f"{capture.session} is sealed: {keeper.prefix}")
        self._tidy()

    # --- one run ---

    def _await_encoder(self, door: socket.socket) -> None:
        """Let the next encoder in, if it shows the key; hang up on one that does not."""
        try:
            encoder, _ = door.accept()
        except BlockingIOError:
            self.orders.wait(0.1)
            return
        with encoder:
            self._receive(encoder)

    def _receive(self, encoder: socket.socket | None) -> None:
        """Receive one connection to its end and keep what it brings."""
        number = 0

        def begins() -> Path:
            nonlocal number
            capture = self._current()
            number = capture.runs + 1
            capture.journal.write("run", self.now(), number=number)
            self.told(f"receives, run {number}")
            return capture.run_folder(number)

        def finished(name: str, start_s: float, seconds: float) -> None:
            capture = self._current()
            self._keep(capture.finished(number, name, start_s=start_s, seconds=seconds))
            capture.show_newest()
            self._heard_at = time.monotonic()

        receiving = Receiving(
            address=self.address,
            program=self.program,
            segment_s=self.segment_s,
            silence_s=self.silence_s,
            going=lambda: self.orders.going,
            begins=begins,
            finished=finished,
        )
        try:
            why = receiving.work(self.spool / RECEIVING, encoder)
        except ChildError as error:
            if error.failure is Failure.ABSENT:
                raise
            why = str(error.failure)
            self.orders.wait(FAILED_S)
        if number:
            self._run_ended(number, why)
        elif why != NOBODY:
            self.told(f"nothing was received: {why}")

    def _run_ended(self, number: int, why: str) -> None:
        """Take up what was not finished, and write down how the run ended."""
        capture, at = self._current(), self.now()
        for segment in capture.rescued(number, self._seconds_of):
            self._keep(segment)
        if self.orders.stopped:
            why = "stopped"
        elif self.orders.paused is not None:
            why = "paused"
        capture.journal.write("run_ended", at, number=number, ended_at=at.isoformat(), why=why)
        self.told(f"run {number} ended: {why}")
        self._heard_at = time.monotonic()

    def _seconds_of(self, path: Path) -> float:
        """Measure how long a torn segment plays."""
        with suppress(ChildError):
            ended = run(
                self.program,
                ffmpeg.input(str(path)).output("-", format="null", map=0, c="copy").get_args(),
                limits=Limits(cpu_s=60, standstill_s=60),
                check=False,
            )
            return ended.progress.out_s
        return 0.0
