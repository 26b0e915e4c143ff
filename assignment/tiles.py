"""The log as static files: C2SP tlog-tiles, both made from a tree and read by a client.

A tile is a subtree of height 8, cut to its 256 lowest hashes; with the entries in bundles of 256,
everything of the log is in files that never change, and any web server or mirror can give them.
The client asks only for the tiles that a proof needs, and believes none of them: what it computes
from them has to be the root that was signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assignment import tree
from assignment.note import Checkpoint

HEIGHT = 8
WIDTH = 1 << HEIGHT
HIGHEST = 63
LONGEST = 0xFFFF  # bytes of an entry, which two bytes have to tell
_HASH = 32
_KEPT = 512  # tiles that a client holds at once

_PATH = re.compile(r"((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")

Fetch = Callable[[str], bytes]


class TileError(ValueError):
    """A tile that cannot be, or that does not hold what it should."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file: hashes of a level (counted in tiles), or entries; ``width`` of them."""

    level: int | None  # None: a bundle of entries
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies below the prefix of the log."""
        level = "entries" if self.level is None else self.level
        digits = f"{self.index:03}"
        digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
        groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
        steps = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{steps}{part}"

    @property
    def start(self) -> int:
        """The place of its first hash (or entry) among all of its level."""
        return self.index * WIDTH

    def is_in(self, size: int) -> bool:
        """Whether a tree of this size has all that is in it."""
        return self.start + self.width <= size >> (HEIGHT * (self.level or 0))


def tile_of(level: str, path: str) -> Tile:
    """Read the name of a tile, as it stands in an address after ``tile/``."""
    match = _PATH.fullmatch(path)
    known = level == "entries" or (level.isascii() and level.isdigit() and str(int(level)) == level)
    if match is None or not known or (level != "entries" and int(level) > HIGHEST):
        raise TileError("this is not the name of a tile")
    digits = match[1].replace("x", "").replace("/", "") + match[2]
    found = Tile(None if level == "entries" else int(level), int(digits), int(match[3] or WIDTH))
    # Not more zeros than it needs, and a part only of what is not full.
    if found.width > WIDTH or found.path != f"tile/{level}/{path}":
        raise TileError("this is not the name of a tile")
    return found


def tiles_of(size: int) -> Iterator[Tile]:
    """Name every tile of a tree, and its bundles of entries."""
    level: int | None = None
    while count := size >> (HEIGHT * (level or 0)):
        for index in range(-(-count // WIDTH)):
            yield Tile(level, index, min(WIDTH, count - index * WIDTH))
        level = 0 if level is None else level + 1


def filled(tile: Tile, nodes: tree.Nodes) -> bytes:
    """Make a tile of hashes from the nodes of a tree."""
    if tile.level is None:
        raise TileError("a bundle is made of entries, not of hashes")
    level = HEIGHT * tile.level
    return b"".join(nodes(level, place) for place in range(tile.start, tile.start + tile.width))


def bundled(entries: Sequence[bytes]) -> bytes:
    """Make a bundle of entries."""
    if any(len(entry) > LONGEST for entry in entries):
        raise TileError(f"an entry in a bundle has at most {LONGEST} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundled(data: bytes) -> list[bytes]:
    """Take a bundle apart."""
    found, place = [], 0
    while place < len(data):
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        found.append(data[start:place])
    if place != len(data):
        raise TileError("this bundle ends within an entry")
    return found


class Tiled:
    """A log read from its tiles alone, under one signed checkpoint."""

    def __init__(self, fetch: Fetch, checkpoint: Checkpoint) -> None:
        """``fetch`` gives the content of a path below the prefix of the log."""
        self.fetch = fetch
        self.size = checkpoint.size
        self.top = checkpoint.root
        self._kept: dict[Tile, bytes] = {}

    def root(self) -> bytes:
        """Return the root that follows from the tiles."""
        return tree.root(self.size, self.node)

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return entries, proven to be those of the checkpoint."""
        if not 0 <= start <= end <= self.size:
            raise TileError(f"the log has {self.size} entries")
        found = []
        for index in range(start, end):
            bundle = self._bundle(index // WIDTH)
            entry = bundle[index % WIDTH]
            if tree.leaf_hash(entry) != self.node(0, index):
                raise TileError(f"entry {index} is not the one whose hash is in the tile")
            proof = tree.inclusion(index, self.size, self.node)
            if not tree.included(tree.leaf_hash(entry), index, self.size, proof, self.top):
                raise TileError(f"entry {index} is not in the signed log")
            found.append(entry)
        return found

    def grew_from(self, earlier: Checkpoint) -> bool:
        """Whether this log is the continuation of what was signed before."""
        if not 0 < earlier.size <= self.size:
            return False
        proof = tree.consistency(earlier.size, self.size, self.node)
        return tree.consistent(earlier.size, self.size, proof, earlier.root, self.top)

    def node(self, level: int, place: int) -> bytes:
        """Return a complete node, computed from the lowest hashes of its tile."""
        height, rest = divmod(level, HEIGHT)
        first = place << rest
        hashes = self._hashes(height, first // WIDTH)
        inside = first % WIDTH
        row = [
            hashes[_HASH * number : _HASH * (number + 1)]
            for number in range(inside, inside + (1 << rest))
        ]
        while len(row) > 1:
            row = [tree.node_hash(*row[pair : pair + 2]) for pair in range(0, len(row), 2)]
        return row[0]

    def _hashes(self, level: int, index: int) -> bytes:
        tile = self._named(level, index)
        data = self._fetched(tile)
        if len(data) != _HASH * tile.width:
            raise TileError(f"{tile.path} does not have {tile.width} hashes")
        return data

    def _bundle(self, index: int) -> list[bytes]:
        tile = self._named(None, index)
        entries = unbundled(self._fetched(tile))
        if len(entries) != tile.width:
            raise TileError(f"{tile.path} does not have {tile.width} entries")
        return entries

    def _named(self, level: int | None, index: int) -> Tile:
        count = self.size >> (HEIGHT * (level or 0))
        return Tile(level, index, min(WIDTH, count - index * WIDTH))

    def _fetched(self, tile: Tile) -> bytes:
        if tile not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[tile] = self.fetch(tile.path)
        return self._kept[tile]
