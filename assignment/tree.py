"""The Merkle tree of RFC 9162: roots, growth by one leaf, inclusion and consistency proofs.

Nodes are named by level and place: level 0 are the leaves, and the node ``(level, place)`` covers
the ``2**level`` leaves from ``place * 2**level`` on. Only complete nodes are kept; once made, they
never change, so whoever stores them (a table, static files) only ever adds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Nodes = Callable[[int, int], bytes]

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry of the log."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(size: int, leaf: bytes, nodes: Nodes) -> list[tuple[int, int, bytes]]:
    """Name the nodes that become complete when a leaf is added to a tree of this size."""
    made = [(0, size, leaf)]
    level, place, value = 0, size, leaf
    while place % 2 == 1:
        value = node_hash(nodes(level, place - 1), value)
        level, place = level + 1, place // 2
        made.append((level, place, value))
    return made


def peaks(start: int, end: int) -> list[tuple[int, int]]:
    """Split the leaves from start to end into complete nodes, left to right.

    ``start`` is where the subtree of a tree with ``end`` leaves begins, as in RFC 9162.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def root(size: int, nodes: Nodes) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return _subtree(0, size, nodes) if size else EMPTY


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Prove that a leaf is in the tree of this size (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        message = f"a tree of {size} leaves has no leaf {index}"
        raise ValueError(message)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Prove that the tree only grew from one size to the other (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        message = f"a tree does not grow from {first} to {second} leaves"
        raise ValueError(message)
    path: list[bytes] = []
    start, end = 0, second
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    if start:
        path.append(_subtree(start, end, nodes))
    return path[::-1]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, value = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            value = node_hash(step, value)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            value = node_hash(value, step)
        place, last = place // 2, last // 2
    return last == 0 and value == top


def consistent(
    first: int, second: int, proof: Sequence[bytes], old_top: bytes, new_top: bytes
) -> bool:
    """Check a consistency proof (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not proof and old_top == new_top
    if not 0 < first < second or not proof:
        return False
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, old_top)
    place, last = first - 1, second - 1
    while place % 2 == 1:
        place, last = place // 2, last // 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            new = node_hash(new, step)
        place, last = place // 2, last // 2
    return last == 0 and old == old_top and new == new_top


class Frontier:
    """A growing tree of which only the peaks are kept: enough to go on and to know the root."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Go on from a tree of this size, given the hashes of its peaks from left to right."""
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            message = f"a tree of {size} leaves has {size.bit_count()} peaks"
            raise ValueError(message)

    def add(self, data: bytes) -> None:
        """Add one entry."""
        value = leaf_hash(data)
        size = self.size
        while size % 2 == 1:
            value = node_hash(self.hashes.pop(), value)
            size //= 2
        self.hashes.append(value)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        return _folded(self.hashes) if self.hashes else EMPTY


def _split(count: int) -> int:
    """Return the largest power of two below the count."""
    return 1 << ((count - 1).bit_length() - 1)


def _subtree(start: int, end: int, nodes: Nodes) -> bytes:
    return _folded([nodes(level, place) for level, place in peaks(start, end)])


def _folded(hashes: Sequence[bytes]) -> bytes:
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value
