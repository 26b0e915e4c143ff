"""The public log in the archive: read from its first entry, appended to by one writer at a time."""

import itertools
import secrets
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from assignment import ed25519, note, tree
from assignment.canon import canon, parse
from assignment.replay import State
from sud.allocation import snapshot
from sud.errors import CourtError, Refusal
from sud.models import LogEntry, LogNode

_LOCK: Final = 0x4B474452
"""Advisory lock: entries follow one another, whoever writes them."""
_ZONE: Final = ZoneInfo("Asia/Bishkek")
_CHUNK: Final = 1000


class DamagedLogError(Exception):
    """What stands in the archive is not a log that this house wrote: a person has to look."""


def hold(session: Session) -> None:
    """Take the log for this transaction, before the journal: always in this order, or two wait."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


class Book:
    """The log, open for writing until the transaction ends."""

    def __init__(self, session: Session, now: datetime) -> None:
        session.flush()
        hold(session)
        self.session = session
        self.now = now
        self.state = read(session)
        if self.state.findings:
            first = self.state.findings[0]
            raise DamagedLogError(f"entry {first.index}: {first.what}")

    @property
    def at(self) -> str:
        """The moment that the next entry bears: never before that of the last one."""
        return max(stamp(self.now), self.state.at)

    def add(self, entry: dict[str, Any]) -> LogEntry:
        """Append one entry."""
        line = canon(entry)
        index = self.state.size
        self.state.apply(line)
        if self.state.findings:
            raise DamagedLogError(f"refused to write: {self.state.findings[0].what}")
        row = LogEntry(
            index=index, body=line.decode(), leaf=tree.leaf_hash(line), logged_at=self.now
        )
        nodes = node_reader(self.session)
        grown = tree.grown(index, row.leaf, nodes)
        self.session.add(row)
        self.session.add_all(
            LogNode(level=level, place=place, hash=value) for level, place, value in grown[1:]
        )
        self.session.flush()
        self.session.info.setdefault("log_written", index)
        return row


def begun(session: Session, now: datetime) -> Book:
    """Open the log for writing, or refuse where nobody has begun it."""
    book = Book(session, now)
    if not book.state.size:
        raise CourtError(Refusal.LOG_NOT_BEGUN)
    return book


class _Kept:
    """What this process has read of the log so far: only entries that are committed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.state = State()

    def copy_for(self, session: Session) -> State:
        """Return everything that follows from the log, with what this session has just written."""
        own = session.info.get("log_written")
        with self.lock:
            if not self.state.size or not self._is_beginning(session):
                self.state = snapshot.latest(session) or State()
                if not self._is_beginning(session):
                    self.state = State()
            for line in lines(session, self.state.size, own):
                self.state.apply(line)
            whole = self.state.copied()
        for line in lines(session, whole.size):
            whole.apply(line)
        return whole

    def _is_beginning(self, session: Session) -> bool:
        """Whether the log of this session begins with what was read; another archive's does not."""
        size = self.state.size
        names = [(level, place) for level, place in tree.peaks(0, size) if level]
        found = {(0, size - 1): leaf_of(session, size - 1)} if size % 2 else {}
        rows = select(LogNode).where(tuple_(LogNode.level, LogNode.place).in_(names))
        found |= {(row.level, row.place): row.hash for row in session.scalars(rows)}
        wanted = dict(zip(tree.peaks(0, size), self.state.frontier.hashes, strict=True))
        return found == wanted


_kept: Final = _Kept()


def read(session: Session) -> State:
    """Return everything that follows from the log, as a state of the caller's own."""
    return _kept.copy_for(session)


def lines(session: Session, start: int, end: int | None = None) -> Iterator[bytes]:
    """Yield the entries from start on, before end, as the bytes that were hashed."""
    for first in itertools.count(start, _CHUNK):
        last = first + _CHUNK if end is None else min(end, first + _CHUNK)
        query = (
            select(LogEntry.body)
            .where(LogEntry.index >= first, LogEntry.index < last)
            .order_by(LogEntry.index)
        )
        found = session.scalars(query).all()
        yield from (body.encode() for body in found)
        if len(found) < _CHUNK:
            return


def genesis(session: Session) -> dict[str, Any] | None:
    """Return the first entry, which names the rule, the keys and the contributors."""
    line = next(lines(session, 0, 1), None)
    entry: dict[str, Any] | None = None if line is None else parse(line)
    return entry


def size_of(session: Session) -> int:
    """Return how many entries the log has."""
    last = session.scalar(select(func.max(LogEntry.index)))
    return 0 if last is None else last + 1


def node_reader(session: Session) -> tree.Nodes:
    """Return the way to the stored nodes of the tree."""

    def node(level: int, place: int) -> bytes:
        if level == 0:
            value = leaf_of(session, place)
        else:
            value = session.scalar(
                select(LogNode.hash).where(LogNode.level == level, LogNode.place == place)
            )
        if value is None:
            raise DamagedLogError(f"node {place} of level {level} is missing")
        return value

    return node


def checkpoint(session: Session, origin: str, size: int) -> note.Checkpoint:
    """Return the checkpoint of the first entries."""
    return note.Checkpoint(origin=origin, size=size, root=tree.root(size, node_reader(session)))


def signed(point: note.Checkpoint, seed: bytes) -> str:
    """Return a checkpoint as a note under the log's signature."""
    text = point.text()
    key = ed25519.public_key(seed)
    return text + "\n" + note.signature_line(point.origin, key, ed25519.sign(seed, text.encode()))


def log_seed(path: Path) -> bytes:
    """Read the log's private key; only `made_seed` ever makes one."""
    return bytes.fromhex(path.read_text(encoding="ascii"))


def made_seed(path: Path) -> bytes:
    """Read the log's private key, made now if there is none: the log is about to begin."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_bytes(32).hex(), encoding="ascii")
    return log_seed(path)


def stamp(moment: datetime) -> str:
    """Write a moment as the log does: in the time of Bishkek, to the second."""
    return moment.astimezone(_ZONE).isoformat(timespec="seconds")


def leaf_of(session: Session, index: int) -> bytes | None:
    """Return the leaf hash of an entry."""
    return session.scalar(select(LogEntry.leaf).where(LogEntry.index == index))
