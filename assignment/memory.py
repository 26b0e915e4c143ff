"""All that a contributor knows, in its one file: its secrets, and what it last saw and said."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment import ed25519, ladder
from assignment.entries import Contributor


class BusyError(OSError):
    """Another process works with this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The chain and the key that come after a rotation, and whether the log has it."""

    first: int
    epochs: int
    secret: bytes
    seed: bytes
    logged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A contributor: who it is, its chain and key, the log it holds to, and what it answered."""

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
    note: str = ""  # the last signed checkpoint that was in order
    floor: str = ""  # a signed checkpoint of somebody else's, that the log must contain
    since: int = 0  # the first epoch of this chain; 0: the log does not know it yet
    until: int = 0  # the first epoch of a key that others put in its place; 0: of none
    used: int = 0
    unsaid: tuple[dict[str, Any], ...] = ()
    following: Following | None = None
    refused: dict[str, str] | None = None  # what the log signed that can never be signed again

    def public(self) -> Contributor:
        """Return what is published beforehand: the anchor and the key that count now."""
        return self.publication(self)

    def publication(self, own: Memory | Following) -> Contributor:
        """Return what is published of this chain and key, or of those that follow."""
        return Contributor(
            id=self.id,
            institution=self.institution,
            judiciary=self.judiciary,
            anchor=ladder.value_at(own.secret, self.id, own.epochs, 0),
            key=ed25519.public_key(own.seed),
            epochs=own.epochs,
        )


_BYTES = ("secret", "seed", "log_key", "root")


def kept(memory: Memory) -> str:
    """Write a memory as text."""
    following = memory.following
    return json.dumps(
        {
            **{name: getattr(memory, name) for name in Memory.__slots__},
            **{name: getattr(memory, name).hex() for name in _BYTES},
            "hashes": [value.hex() for value in memory.hashes],
            "following": following
            and {
                "first": following.first,
                "epochs": following.epochs,
                "secret": following.secret.hex(),
                "seed": following.seed.hex(),
                "logged": following.logged,
            },
        },
        indent=1,
    )


def remembered(text: str) -> Memory:
    """Read a memory from text."""
    try:
        plain = json.loads(text)
        following = plain.get("following")
        return Memory(
            **{
                # A file from before rotations: what has seen the log was known to it.
                "since": 1 if plain["size"] else 0,
                **plain,
                **_unhexed(plain, _BYTES),
                "hashes": tuple(bytes.fromhex(value) for value in plain["hashes"]),
                "unsaid": tuple(plain["unsaid"]),
                "following": following
                and Following(**{**following, **_unhexed(following, ("secret", "seed"))}),
            }
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError("this is not the file of a contributor, or it is damaged") from error


def store(path: Path, memory: Memory) -> None:
    """Replace the file as a whole: after a power cut it holds the old memory or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(kept(memory))
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def load(path: Path) -> Memory:
    """Read the file."""
    return remembered(path.read_text())


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep the file for this process alone: two of them could answer one epoch differently."""
    # A file of its own, since each `store` puts another file in the place of the first.
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another process works with {path}; only one may") from error
        yield
    finally:
        os.close(descriptor)


def _unhexed(plain: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, bytes]:
    return {name: bytes.fromhex(plain[name]) for name in names}
