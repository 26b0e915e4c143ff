"""The small program of an outside body: witness of the log and keeper of one hash chain.

It cosigns a frozen root only after it has checked that the log merely grew since the last look,
and gives its value of the epoch only together with that cosignature. What it is about to say is
on disk before it is said, so a crash at any line neither reveals twice nor skips an epoch.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from assignment import ed25519, entries, ladder, note, rotation
from assignment.canon import MalformedError, parse
from assignment.entries import Contributor
from assignment.memory import Following, Memory
from assignment.tree import Frontier, consistent
from assignment.verify import Trust, checkpoint_in

PAGE = 1000
STRIDE = 50_000  # entries after which what was read is kept, however long the log is
LEAD = 10  # epochs from a rotation to its first draw: time to carry it to the log by hand

# Only these concern a contributor; that the others are in order is the verifier's business.
_CONCERNED = re.compile(rb'"type":"(?:genesis|freeze|reveal|rotation)"')


class RefusedError(Exception):
    """What the log shows must not be signed."""


class ProvenError(RefusedError):
    """What must not be signed stands under the log's own signature, and can never be made good."""


class UnreachableError(Exception):
    """The log did not answer, or not in its language."""


class DeclinedError(UnreachableError):
    """The log answered that it does not want this."""


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


Save = Callable[[Memory], None]


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


def attend(
    memory: Memory, published: Published, save: Save, moment: int
) -> tuple[Memory, list[int]]:
    """Look at the log once, and answer each epoch that was frozen since; say which.

    The memory is saved before anything leaves this program. An answer is repeated, in the same
    bytes, until it is seen in the log.
    """
    if memory.refused:
        raise ProvenError(memory.refused["what"])
    if not memory.origin:
        memory = introduced(memory, published.trust())
        save(memory)
    signed = published.checkpoint()
    try:
        seen = checkpoint_in(signed, memory.origin, memory.log_key)
    except note.NoteError as error:
        raise RefusedError(str(error)) from error
    try:
        _compare(memory, published, seen)
        while memory.size < seen.size:
            memory = _read(memory, published, seen, moment)
            save(memory)
    except ProvenError as error:
        # Kept with what proves it: a log that has signed this is not signed again.
        save(replace(memory, refused={"what": str(error), "note": signed, "before": memory.note}))
        raise
    if memory.note != signed or memory.floor:
        memory = replace(memory, note=signed, floor="")
        save(memory)
    said = _say(memory.unsaid, published)
    for what in _troubles(memory):
        raise RefusedError(what)
    return memory, said


def introduced(memory: Memory, trust: Trust) -> Memory:
    """Keep the name and the key of the log, to which this contributor will hold it for ever."""
    if memory.id not in {body.id for body in trust.contributors}:
        raise RefusedError(f"this log knows no contributor {memory.id}")
    memory = replace(memory, origin=trust.origin, log_key=trust.key)
    return grounded(memory, memory.floor) if memory.floor else memory


def grounded(memory: Memory, floor: str) -> Memory:
    """Hold the log to a checkpoint that somebody else saw: one's own memory of it is lost."""
    try:
        if memory.origin:
            checkpoint_in(floor, memory.origin, memory.log_key)
        else:
            note.Checkpoint.of(note.opened(floor)[0])
    except note.NoteError as error:
        raise RefusedError(f"the checkpoint to be restored with: {error}") from error
    return replace(memory, floor=floor)


def rotated(memory: Memory, first: int | None, epochs: int | None) -> Memory:
    """Make the chain and the key that come next; once made, they are the next ones."""
    earliest = memory.used + 1 + rotation.NOTICE
    following = memory.following
    if following is not None and (following.logged or following.first >= earliest):
        return memory
    first = memory.used + 1 + LEAD if first is None else first
    epochs = first - 1 + memory.epochs if epochs is None else epochs
    if first < earliest:
        raise ValueError(f"a rotation counts from epoch {earliest} at the earliest")
    if epochs < first:
        raise ValueError(f"a chain of {epochs} values ends before epoch {first}")
    following = Following(
        first=first, epochs=epochs, secret=secrets.token_bytes(32), seed=secrets.token_bytes(32)
    )
    return replace(memory, following=following)


def rotation_facts(memory: Memory) -> dict[str, Any]:
    """Return what a ``rotation`` entry says, signed by the key that still counts."""
    if memory.following is None:
        raise ValueError("this contributor has no next chain")
    if not memory.origin:
        raise ValueError("this contributor has not yet seen its log")
    plain = memory.publication(memory.following).plain()
    first = memory.following.first
    message = rotation.rotation_message(memory.origin, first, plain)
    signature = ed25519.sign(memory.seed, message).hex()
    return {"first": first, "contributor": plain, "signatures": {memory.id: signature}}


def replacement_facts(memory: Memory, first: int) -> dict[str, Any]:
    """Return what a ``rotation`` entry says when the old key is lost: the others have to sign."""
    if memory.since or memory.used:
        raise ValueError("this contributor is known to its log, and signs its rotation itself")
    if memory.epochs < first:
        raise ValueError(f"a chain of {memory.epochs} values ends before epoch {first}")
    return {"first": first, "contributor": memory.public().plain(), "signatures": {}}


def endorsed(memory: Memory, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Sign the new chain and key of another contributor, whose own key is lost."""
    body = Contributor.of(facts["contributor"])
    if body.id == memory.id:
        raise ValueError("nobody endorses himself: `rotate` signs with the old key")
    if not memory.origin:
        raise ValueError("this contributor has not yet seen its log")
    if facts["first"] < memory.used + 1 + rotation.NOTICE:
        raise ValueError(f"epoch {facts['first']} is too near, or past: ask for a later one")
    message = rotation.rotation_message(memory.origin, facts["first"], body.plain())
    signature = ed25519.sign(memory.seed, message).hex()
    return {**facts, "signatures": {**facts["signatures"], memory.id: signature}}


def left(memory: Memory) -> int:
    """Return how many values of the chain are still to come."""
    return max(0, memory.epochs - memory.used)


def _say(unsaid: tuple[dict[str, Any], ...], published: Published) -> list[int]:
    said, declined = [], []
    for facts in unsaid:
        try:
            published.answer(facts)
        except DeclinedError as error:
            # The later ones are wanted all the same: from them this value follows.
            declined.append(f"epoch {facts['epoch']}: {error}")
        else:
            said.append(facts["epoch"])
    if declined:
        raise DeclinedError("; ".join(declined))
    return said


def _troubles(memory: Memory) -> list[str]:
    """Tell what a person has to see to, although the log itself is in order."""
    if not memory.since:
        return ["this log does not know my key and my anchor"]
    if memory.until and memory.used >= memory.until:
        return [f"from epoch {memory.until} on my place is another key's, which I did not sign"]
    if memory.used > memory.epochs:
        return ["my chain is used up: a new one has to be published (`contributor rotate`)"]
    return []


def _compare(memory: Memory, published: Published, seen: note.Checkpoint) -> None:
    if seen.size < memory.size:
        # Perhaps a stale copy on the way here, so it ends nothing: but nothing is signed either.
        raise RefusedError(f"rollback: the log had {memory.size} entries and now has {seen.size}")
    if memory.floor:
        _compare_floor(memory, published, seen)
    if memory.size == 0:
        return
    if seen.size == memory.size:
        if seen.root != memory.root:
            raise ProvenError(f"fork: the log has two histories of {seen.size} entries")
        return
    proof = published.proof(memory.size, seen.size)
    if not consistent(memory.size, seen.size, proof, memory.root, seen.root):
        raise RefusedError(f"fork: what I saw at {memory.size} entries is not in this log")


def _compare_floor(memory: Memory, published: Published, seen: note.Checkpoint) -> None:
    """Refuse a log that is not the continuation of the one that somebody else saw."""
    floor = note.Checkpoint.of(note.opened(memory.floor)[0])
    if seen.size < floor.size:
        raise RefusedError(f"rollback: somebody saw {floor.size} entries of this log before")
    if seen.size == floor.size and seen.root != floor.root:
        raise ProvenError(f"fork: somebody saw other {floor.size} entries of this log before")
    if not _is_part(published, floor.size, floor.root, seen):
        raise RefusedError(f"fork: what somebody saw at {floor.size} entries is not in this log")


def _read(memory: Memory, published: Published, seen: note.Checkpoint, moment: int) -> Memory:
    """Read one stride of entries: in bounded memory, and believed only under the signed root."""
    end = min(seen.size, memory.size + STRIDE)
    frontier = Frontier(memory.size, memory.hashes)
    fault = ""
    while frontier.size < end:
        lines = published.entries(frontier.size, min(end, frontier.size + PAGE))
        if not lines or frontier.size + len(lines) > end:
            raise UnreachableError("the log does not give the entries that were asked for")
        for line in lines:
            frontier.add(line)
            if fault or not _CONCERNED.search(line):
                continue
            try:
                memory = _noticed(memory, frontier, line, moment)
            except ProvenError as error:
                # Whoever stands in between may give any line: first the root has to be right.
                fault = str(error)
    root = frontier.root()
    if not _is_part(published, frontier.size, root, seen):
        raise RefusedError("the entries do not make up the signed checkpoint")
    if fault:
        raise ProvenError(fault)
    return replace(memory, size=frontier.size, root=root, hashes=tuple(frontier.hashes))


def _is_part(published: Published, size: int, root: bytes, seen: note.Checkpoint) -> bool:
    if size == seen.size:
        return root == seen.root
    return consistent(size, seen.size, published.proof(size, seen.size), root, seen.root)


def _noticed(memory: Memory, frontier: Frontier, line: bytes, moment: int) -> Memory:
    try:
        entry = parse(line)
        if entry.get("type") not in {"genesis", "freeze", "reveal", "rotation"}:
            return memory
        entry = entries.read(line)
    except (MalformedError, AttributeError, TypeError) as error:
        raise ProvenError(f"entry {frontier.size - 1} is malformed: {error}") from error
    match entry["type"]:
        case "genesis":
            return _begun(memory, entry)
        case "rotation":
            return _changed(memory, entry)
        case "freeze":
            return _frozen(memory, entry["epoch"], frontier, moment)
    if entry["contributor"] != memory.id:
        return memory
    unsaid = tuple(facts for facts in memory.unsaid if facts["epoch"] > entry["epoch"])
    return replace(memory, unsaid=unsaid)


def _begun(memory: Memory, entry: Mapping[str, Any]) -> Memory:
    if (entry["origin"], entry["key"]) != (memory.origin, memory.log_key.hex()):
        raise ProvenError("the genesis entry has another name or key than this log")
    known = memory.public().plain() in entry["contributors"]
    return replace(memory, since=1) if known and not memory.since else memory


def _changed(memory: Memory, entry: Mapping[str, Any]) -> Memory:
    plain, first = entry["contributor"], entry["first"]
    if plain["id"] != memory.id:
        return memory
    following = memory.following
    if following and (plain, first) == (memory.publication(following).plain(), following.first):
        return replace(memory, following=replace(following, logged=True))
    if plain == memory.public().plain():
        return memory if memory.since else replace(memory, since=first)
    # Its owner may have been away for long; until then the draws still wait for the old chain.
    return replace(memory, until=first) if memory.since else memory


def _frozen(memory: Memory, epoch: int, frontier: Frontier, moment: int) -> Memory:
    if epoch <= memory.used:
        raise ProvenError(f"epoch {epoch} was used already")
    if epoch != memory.used + 1:
        raise ProvenError(f"epoch {epoch} would skip some after {memory.used}")
    memory = _turned(replace(memory, used=epoch))
    mine = memory.since and memory.since <= epoch <= memory.epochs
    if not mine or (memory.until and epoch >= memory.until):
        return memory
    return _answered(memory, epoch, frontier.size, frontier.root(), moment)


def _answered(memory: Memory, epoch: int, size: int, root: bytes, moment: int) -> Memory:
    value = ladder.value_at(memory.secret, memory.id, memory.epochs, epoch)
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
    return replace(memory, unsaid=(*memory.unsaid, facts))


def _turned(memory: Memory) -> Memory:
    """Turn to the next chain, if its first epoch has come and the log has said so in time."""
    following = memory.following
    if following is None or not following.logged or memory.used < following.first:
        return memory
    return replace(
        memory,
        epochs=following.epochs,
        secret=following.secret,
        seed=following.seed,
        since=following.first,
        following=None,
    )
