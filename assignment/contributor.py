"""The small program of an outside body: witness of the log and keeper of one hash chain.

It cosigns a frozen root only after it has checked that the log merely grew since the last look,
and gives its value of the epoch only together with that cosignature. What it is about to say is
on disk before it is said, so a crash at any line neither reveals twice nor skips an epoch.
"""

from __future__ import annotations

import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from assignment import chain, ed25519, entries, note
from assignment.canon import MalformedError, canon, parse
from assignment.entries import Contributor
from assignment.tree import Frontier, consistent
from assignment.verify import Trust, checkpoint_in

PAGE = 1000
SECONDS = 30


class RefusedError(Exception):
    """What the log shows must not be signed."""


class UnreachableError(Exception):
    """The log did not answer, or not in its language."""


class Published(Protocol):
    """The published log, as a contributor sees it."""

    def checkpoint(self) -> str:
        """Return the latest signed checkpoint."""

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return some entries from start on, at most up to end."""

    def proof(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the log grew from one size to the other."""

    def trust(self) -> Trust:
        """Return the name and keys that the log claims for itself."""

    def answer(self, facts: dict[str, Any]) -> None:
        """Hand in a cosignature and a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that a contributor knows, in its one file: secrets, and what it last saw and said."""

    id: str
    institution: str
    judiciary: bool
    epochs: int
    secret: bytes
    seed: bytes
    origin: str = ""
    log_key: bytes = b""
    size: int = 0
    root: bytes = b""
    hashes: tuple[bytes, ...] = ()
    used: int = 0
    unsaid: tuple[dict[str, Any], ...] = field(default=())

    def public(self) -> Contributor:
        """Return what is published beforehand: the anchor and the key."""
        return Contributor(
            id=self.id,
            institution=self.institution,
            judiciary=self.judiciary,
            anchor=chain.value_at(self.secret, self.id, self.epochs, 0),
            key=ed25519.public_key(self.seed),
            epochs=self.epochs,
        )


def make(name: str, institution: str, *, judiciary: bool, epochs: int) -> Memory:
    """Make a new chain and a new key."""
    return Memory(
        id=name,
        institution=institution,
        judiciary=judiciary,
        epochs=epochs,
        secret=secrets.token_bytes(32),
        seed=secrets.token_bytes(32),
    )


def kept(memory: Memory) -> str:
    """Write a memory as text."""
    plain = {
        "id": memory.id,
        "institution": memory.institution,
        "judiciary": memory.judiciary,
        "epochs": memory.epochs,
        "secret": memory.secret.hex(),
        "seed": memory.seed.hex(),
        "origin": memory.origin,
        "log_key": memory.log_key.hex(),
        "size": memory.size,
        "root": memory.root.hex(),
        "hashes": [value.hex() for value in memory.hashes],
        "used": memory.used,
        "unsaid": list(memory.unsaid),
    }
    return json.dumps(plain, indent=1)


def remembered(text: str) -> Memory:
    """Read a memory from text."""
    plain = json.loads(text)
    return Memory(
        **{
            **plain,
            **{name: bytes.fromhex(plain[name]) for name in ("secret", "seed", "log_key", "root")},
            "hashes": tuple(bytes.fromhex(value) for value in plain["hashes"]),
            "unsaid": tuple(plain["unsaid"]),
        }
    )


def store(path: Path, memory: Memory) -> None:
    """Replace the file as a whole: after a power cut it holds the old memory or the new one."""
    # A name of its own: two processes on one file by mistake must not write into one another.
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(kept(memory))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def load(path: Path) -> Memory:
    """Read the file."""
    return remembered(path.read_text())


def attend(
    memory: Memory, published: Published, save: Callable[[Memory], None], moment: int
) -> tuple[Memory, list[int]]:
    """Look at the log once, and answer each epoch that was frozen since; say which.

    The memory is saved before anything leaves this program. An answer is repeated, in the same
    bytes, until it is seen in the log.
    """
    if not memory.origin:
        memory = introduced(memory, published.trust())
        save(memory)
    try:
        seen = checkpoint_in(published.checkpoint(), memory.origin, memory.log_key)
    except note.NoteError as error:
        raise RefusedError(str(error)) from error
    fresh = _grown(memory, published, seen, moment)
    if fresh != memory:
        save(fresh)
    for facts in fresh.unsaid:
        published.answer(facts)
    return fresh, [facts["epoch"] for facts in fresh.unsaid]


def introduced(memory: Memory, trust: Trust) -> Memory:
    """Keep the name and the key of the log, to which this contributor will hold it for ever."""
    if memory.public() not in trust.contributors:
        raise RefusedError("this log does not know my key and my anchor")
    return replace(memory, origin=trust.origin, log_key=trust.key)


def _grown(memory: Memory, published: Published, seen: note.Checkpoint, moment: int) -> Memory:
    if seen.size < memory.size:
        raise RefusedError(f"rollback: the log had {memory.size} entries and now has {seen.size}")
    if seen.size == memory.size:
        if seen.root != memory.root and memory.size:
            raise RefusedError(f"fork: the log has two histories of {seen.size} entries")
        return memory
    if memory.size:
        proof = published.proof(memory.size, seen.size)
        if not consistent(memory.size, seen.size, proof, memory.root, seen.root):
            raise RefusedError(f"fork: what I saw at {memory.size} entries is not in this log")
    frontier = Frontier(memory.size, memory.hashes)
    while frontier.size < seen.size:
        lines = published.entries(frontier.size, min(seen.size, frontier.size + PAGE))
        if not lines or frontier.size + len(lines) > seen.size:
            raise UnreachableError("the log does not give the entries that were asked for")
        for line in lines:
            frontier.add(line)
            memory = _noticed(memory, frontier, line, moment)
    if frontier.root() != seen.root:
        raise RefusedError("the entries do not make up the signed checkpoint")
    return replace(memory, size=seen.size, root=seen.root, hashes=tuple(frontier.hashes))


def _noticed(memory: Memory, frontier: Frontier, line: bytes, moment: int) -> Memory:
    try:
        entry = parse(line)
        kind = entry["type"]
        if kind in {"genesis", "freeze", "reveal"}:
            entry = entries.read(line)
    except (MalformedError, KeyError, TypeError) as error:
        raise RefusedError(f"entry {frontier.size - 1} is malformed: {error}") from error
    if kind == "genesis":
        if memory.public().plain() not in entry["contributors"]:
            raise RefusedError("the genesis entry does not have my key and my anchor")
    elif kind == "reveal" and entry["contributor"] == memory.id:
        unsaid = tuple(facts for facts in memory.unsaid if facts["epoch"] > entry["epoch"])
        return replace(memory, unsaid=unsaid)
    elif kind == "freeze":
        return _answered(memory, entry["epoch"], frontier.size, frontier.root(), moment)
    return memory


def _answered(memory: Memory, epoch: int, size: int, root: bytes, moment: int) -> Memory:
    if epoch <= memory.used:
        raise RefusedError(f"epoch {epoch} was used already")
    if epoch != memory.used + 1:
        raise RefusedError(f"epoch {epoch} would skip some after {memory.used}")
    if epoch > memory.epochs:
        raise RefusedError("my chain is used up: a new one has to be published")
    value = chain.value_at(memory.secret, memory.id, memory.epochs, epoch)
    text = note.Checkpoint(origin=memory.origin, size=size, root=root).text()
    message = entries.reveal_message(memory.origin, epoch, size, root, value)
    facts = {
        "epoch": epoch,
        "contributor": memory.id,
        "value": value.hex(),
        "size": size,
        "root": root.hex(),
        "signature": ed25519.sign(memory.seed, message).hex(),
        "time": moment,
        "cosignature": ed25519.sign(memory.seed, note.cosigned_message(moment, text)).hex(),
    }
    return replace(memory, used=epoch, unsaid=(*memory.unsaid, facts))


class OverHttp:
    """The published log at an address."""

    def __init__(self, address: str) -> None:
        """Name the address under which the house publishes, without ``/log``."""
        if urllib.parse.urlsplit(address).scheme not in {"http", "https"}:
            raise UnreachableError(f"{address} is not an address of the web")
        self.base = address.rstrip("/")
        # No proxy of the environment: a contributor should know whom it asks.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def checkpoint(self) -> str:
        """Return the latest signed checkpoint."""
        return self._text("/log/checkpoint")

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return some entries from start on."""
        return self._asked(f"/log/entries?start={start}&end={end}").splitlines()

    def proof(self, first: int, second: int) -> list[bytes]:
        """Return a consistency proof."""
        facts = self._json(f"/log/proof?from={first}&to={second}")
        try:
            return [bytes.fromhex(step) for step in facts["proof"]]
        except (KeyError, TypeError, ValueError) as error:
            raise UnreachableError("the log answers no proof") from error

    def trust(self) -> Trust:
        """Return the name and keys that the log claims for itself."""
        try:
            return Trust.of(self._json("/log/trust.json"))
        except MalformedError as error:
            raise UnreachableError(str(error)) from error

    def answer(self, facts: dict[str, Any]) -> None:
        """Hand in a cosignature and a value."""
        self._asked("/log/reveals", canon(facts))

    def _json(self, path: str) -> Any:
        try:
            return json.loads(self._text(path))
        except json.JSONDecodeError as error:
            raise UnreachableError(f"{path} answers something that is not JSON") from error

    def _text(self, path: str) -> str:
        try:
            return self._asked(path).decode()
        except UnicodeDecodeError as error:
            raise UnreachableError(f"{path} answers something that is not text") from error

    def _asked(self, path: str, data: bytes | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 -- the scheme is checked above
            self.base + path, data=data, headers={"Content-Type": "application/json"}
        )
        try:
            with self.opener.open(request, timeout=SECONDS) as response:
                answer: bytes = response.read()
        except (OSError, urllib.error.HTTPError) as error:
            raise UnreachableError(f"{path}: {error}") from error
        return answer
