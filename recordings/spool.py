"""Keeps what a courtroom sends on this machine's disk until the store has it, and writes it down.

A capture is a folder: segments in a folder for each run (one connection of the encoder), and a
journal of chained lines. What stands in the journal is on the disk; what is on the disk and not in
the journal was being written when the machine died, and is taken up when it comes back.
"""

import hashlib
import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from recordings import keys
from recordings.store import NoSuchObjectError, ObjectStore, StoreError, put_file

JOURNAL, MANIFEST, LIVE_LIST = "journal.jsonl", "capture.json", "live.m3u8"
SEGMENT = ".ts"
CHAIN_BEGINS = "0" * 64
NEWEST = 6  # segments that the live playlist names
PATIENCE_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # between tries while the store is away
SNAPSHOT_EVERY = 12  # segments after which the journal so far goes to the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Some seconds of a run: `name` within the capture, times in seconds of the run's clock."""

    name: str
    run: int
    size: int
    sha256: str
    start_s: float
    seconds: float
    torn: bool = False  # it was being written when the run broke off


class Journal:
    """What happened to a capture, a line each, each with the hash of the one before it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._previous = CHAIN_BEGINS
        self._lock = threading.Lock()
        self.lines = list(self._read())

    def _read(self) -> Iterator[dict[str, Any]]:
        """Read what is there; a last line that was torn in writing is cut off."""
        if not self.path.exists():
            return
        whole = 0
        for raw in self.path.read_bytes().splitlines(keepends=True):
            try:
                line: dict[str, Any] = json.loads(raw)
            except ValueError:
                break
            if not raw.endswith(b"\n"):
                break
            whole += len(raw)
            self._previous = hashlib.sha256(raw).hexdigest()
            yield line
        with self.path.open("r+b") as file:
            file.truncate(whole)

    def write(self, what: str, at: datetime, **facts: Any) -> None:
        """Write a line down; it is on the disk when this returns."""
        with self._lock:
            line = {"what": what, "at": at.isoformat(), **facts, "previous": self._previous}
            raw = (json.dumps(line, ensure_ascii=False) + "\n").encode()
            with self.path.open("ab") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            self._previous = hashlib.sha256(raw).hexdigest()
            self.lines.append(line)

    @property
    def head(self) -> str:
        """The hash of the last line: whoever knows it can tell that no line was changed."""
        return self._previous

    def told(self, *what: str) -> list[dict[str, Any]]:
        """The lines of some kinds, in their order."""
        return [line for line in self.lines if line["what"] in what]


def unbroken(raw: bytes) -> bool:
    """Say whether the lines of a journal hold together."""
    previous = CHAIN_BEGINS
    for line in raw.splitlines(keepends=True):
        if json.loads(line)["previous"] != previous:
            return False
        previous = hashlib.sha256(line).hexdigest()
    return True


class Capture:
    """One capture in its folder: from the first connection to its manifest."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self.now = now
        folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(folder / JOURNAL)

    @property
    def session(self) -> str:
        return self.folder.name

    @property
    def sealed(self) -> bool:
        return bool(self.journal.told("sealed"))

    @property
    def runs(self) -> int:
        return len(self.journal.told("run"))

    @property
    def segments(self) -> list[Segment]:
        """The segments that were finished, in their order."""
        names = Segment.__dataclass_fields__
        return [
            Segment(**{name: line[name] for name in names}) for line in self.journal.told("segment")
        ]

    @property
    def touched_at(self) -> datetime | None:
        """When the last thing was written down."""
        lines = self.journal.lines
        return datetime.fromisoformat(lines[-1]["at"]) if lines else None

    def run_folder(self, run: int) -> Path:
        return self.folder / f"run-{run:04}"

    def finished(
        self, run: int, file: str, *, start_s: float, seconds: float, torn: bool = False
    ) -> Segment | None:
        """Write down that a segment is on the disk; one without a byte is none."""
        name = f"run-{run:04}/{file}"
        path = self.folder / name
        size = path.stat().st_size
        if not size:
            path.unlink()
            return None
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        segment = Segment(
            name=name,
            run=run,
            size=size,
            sha256=sha256,
            start_s=round(start_s, 6),
            seconds=round(seconds, 6),
            torn=torn,
        )
        self.journal.write("segment", self.now(), **asdict(segment))
        return segment

    def rescued(self, run: int, seconds_of: Callable[[Path], float]) -> list[Segment]:
        """Take up what lies in a run's folder and was never written down: its torn end."""
        known = {segment.name: segment for segment in self.segments}
        of_run = [one for one in known.values() if one.run == run]
        at = of_run[-1].start_s + of_run[-1].seconds if of_run else 0.0
        found = []
        for path in sorted(self.run_folder(run).glob(f"*{SEGMENT}")):
            if f"run-{run:04}/{path.name}" in known:
                continue
            segment = self.finished(run, path.name, start_s=at, seconds=seconds_of(path), torn=True)
            if segment is not None:
                at += segment.seconds
                found.append(segment)
        return found

    def show_newest(self, *, ended: bool = False) -> None:
        """Write the playlist of the newest segments: whoever broadcasts reads along from here."""
        newest = self.segments[-NEWEST:]
        longest = max((one.seconds for one in newest), default=1.0)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{max(1, round(longest + 0.5))}",
            f"#EXT-X-MEDIA-SEQUENCE:{max(0, len(self.segments) - NEWEST)}",
        ]
        run = newest[0].run if newest else 0
        for one in newest:
            if one.run != run:
                lines.append("#EXT-X-DISCONTINUITY")
                run = one.run
            lines += [f"#EXTINF:{one.seconds:.3f},", one.name]
        lines += ["#EXT-X-ENDLIST"] if ended else []
        making = self.folder / f"{LIVE_LIST}.making"
        making.write_text("\n".join(lines) + "\n", encoding="ascii")
        making.replace(self.folder / LIVE_LIST)


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Puts segments into the store as they are made, in a thread; a store that is away is awaited.

    A file leaves the disk only when the store has it, whole and with the promised hash, and the
    spool has grown beyond `bound` bytes.
    """

    store: ObjectStore
    prefix: str
    capture: Capture
    bound: int
    tap: bool = False  # the live playlist goes to the store too
    told: Callable[[str], None] = lambda _: None
    _waiting: "queue.Queue[Segment | None]" = field(default_factory=queue.Queue)
    _kept: list[Segment] = field(default_factory=list)
    _thread: threading.Thread | None = None
    _hurry: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin with what an earlier start had left."""
        for segment in self.capture.segments:
            self._waiting.put(segment)
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        self._thread.start()

    def take(self, segment: Segment) -> None:
        """Have a segment put as soon as it is its turn."""
        self._waiting.put(segment)

    @property
    def behind(self) -> int:
        """How many segments are not in the store yet."""
        return self._waiting.unfinished_tasks

    def finish(self, within: timedelta | None = None) -> bool:
        """Wait until everything is in the store; False where that takes too long."""
        self._waiting.put(None)
        assert self._thread is not None  # noqa: S101  # it was started
        self._thread.join(None if within is None else within.total_seconds())
        if self._thread.is_alive():
            self._hurry.set()
            return False
        return True

    def _work(self) -> None:
        while (segment := self._waiting.get()) is not None:
            if not self._put(segment):
                return
            self._kept.append(segment)
            self._give_room()
            if self.tap or segment.torn or len(self._kept) % SNAPSHOT_EVERY == 0:
                self._snapshot()
            self._waiting.task_done()

    def _put(self, segment: Segment) -> bool:
        """Try until it is there; False where we are told to stop before."""
        tries = 0
        while True:
            try:
                self._put_once(segment)
            except (StoreError, OSError) as error:
                pause = PATIENCE_S[min(tries, len(PATIENCE_S) - 1)]
                tries += 1
                self.told(f"the store is away ({type(error).__name__}), {self.behind} wait")
                if self._hurry.wait(pause):
                    return False
            else:
                return True

    def _put_once(self, segment: Segment) -> None:
        key = self.prefix + segment.name
        with suppress(NoSuchObjectError):
            facts = self.store.stat(key)
            if (facts.size, facts.sha256) == (segment.size, segment.sha256):
                return
        path = self.capture.folder / segment.name
        with path.open("rb") as stream:
            self.store.put(
                key,
                stream,
                content_type=keys.content_type(key),
                cache_control=keys.cache_control(key),
                size=segment.size,
                sha256=segment.sha256,
            )

    def _give_room(self) -> None:
        """Remove the oldest files that are in the store, as far as the spool is too large."""
        total = sum(path.stat().st_size for path in self.capture.folder.rglob(f"*{SEGMENT}"))
        for segment in self._kept:
            if total <= self.bound:
                return
            path = self.capture.folder / segment.name
            if path.exists():
                total -= segment.size
                path.unlink()

    def _snapshot(self) -> None:
        """Put the journal so far beside the segments, should this machine never come back."""
        with suppress(StoreError, OSError):
            self.put_paper(JOURNAL)
            if self.tap:
                self.put_paper(LIVE_LIST)

    def put_paper(self, name: str) -> None:
        """Put a file of the capture that is no segment."""
        path = self.capture.folder / name
        if path.exists():
            key = self.prefix + name
            put_file(
                self.store,
                key,
                path,
                content_type=keys.content_type(key),
                cache_control=keys.cache_control(key) if path.suffix == ".m3u8" else keys.NEVER,
            )
