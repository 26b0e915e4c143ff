"""C2SP tlog-tiles: the names and sizes of the specification, and a log read from tiles alone."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment import tiles, tree
from assignment.note import Checkpoint
from assignment.tiles import Tile, Tiled, TileError, tile_of, tiles_of


def test_names_of_the_specification():
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(None, 0, 5).path == "tile/entries/000.p/5"
    assert Tile(1, 999).path == "tile/1/999"
    assert Tile(63, 1000).path == "tile/63/x001/000"


def test_the_tree_of_the_specification():
    """70,000 leaves: 273 full tiles and one of 112, one full and one of 17, and one of 1."""
    found = list(tiles_of(70_000))
    hashes = [tile for tile in found if tile.level is not None]
    assert [tile for tile in hashes if tile.width == 256] == [
        *(Tile(0, index) for index in range(273)),
        Tile(1, 0),
    ]
    assert [tile for tile in hashes if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert len(found) == len(hashes) + 274
    assert [tile for tile in tiles_of(256) if tile.level is not None] == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@settings(deadline=None)
@given(st.none() | st.integers(0, 63), st.integers(0, 10**10), st.integers(1, 256))
def test_a_name_is_read_as_it_is_written(level, index, width):
    tile = Tile(level, index, width)
    _, name, path = tile.path.split("/", 2)
    assert tile_of(name, path) == tile


@pytest.mark.parametrize(
    ("level", "path"),
    [
        ("64", "000"),
        ("00", "000"),
        ("-1", "000"),
        ("\u0661", "000"),
        ("data", "000"),
        ("0", "0"),
        ("0", "1234"),
        ("0", "x000/001"),
        ("0", "x1/001"),
        ("0", "x001"),
        ("0", "001/002"),
        ("0", "000.p/0"),
        ("0", "000.p/256"),
        ("0", "000.p/05"),
        ("0", "000.p/999"),
        ("0", "../000"),
    ],
)
def test_not_a_name(level, path):
    with pytest.raises(TileError, match="not the name"):
        tile_of(level, path)


class Files:
    """A log of made-up entries as a folder of files, made once from the nodes of the tree."""

    def __init__(self, size):
        self.entries = [f"entry {number}".encode() * (number % 3) for number in range(size)]
        self.nodes = {}
        for number, entry in enumerate(self.entries):
            made = tree.grown(number, tree.leaf_hash(entry), lambda *name: self.nodes[name])
            self.nodes |= {(level, place): value for level, place, value in made}
        self.files = {}
        for tile in tiles_of(size):
            self.files[tile.path] = (
                tiles.bundled(self.entries[tile.start : tile.start + tile.width])
                if tile.level is None
                else tiles.filled(tile, self.node)
            )
        self.asked = []

    def node(self, level, place):
        return self.nodes[level, place]

    def fetch(self, path):
        self.asked.append(path)
        return self.files[path]

    def checkpoint(self, size=None):
        size = len(self.entries) if size is None else size
        return Checkpoint(origin="log.example", size=size, root=tree.root(size, self.node))


def plain_root(leaves):
    """RFC 6962, 2.1, word for word: nothing of the code that is tested."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = plain_root(leaves[:split]), plain_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600, 1024, 2000])
def test_the_root_follows_from_the_tiles_alone(size):
    files = Files(size)
    checkpoint = files.checkpoint()
    assert plain_root(files.entries) == checkpoint.root
    reader = Tiled(files.fetch, checkpoint)
    assert reader.root() == checkpoint.root
    bundles = [path for path in files.files if path.startswith("tile/entries/")]
    assert plain_root(
        [entry for path in bundles for entry in tiles.unbundled(files.files[path])]
    ) == (checkpoint.root)
    assert reader.entries(0, min(size, 5)) == files.entries[:5]
    assert reader.entries(size - 1, size) == files.entries[-1:]
    for earlier in {1, size // 2 or 1, size - 1 or 1, size}:
        assert reader.grew_from(files.checkpoint(earlier))
    assert not reader.grew_from(Checkpoint(origin="x", size=size, root=bytes(32)))
    assert not reader.grew_from(Checkpoint(origin="x", size=size + 1, root=bytes(32)))
    assert not reader.grew_from(Checkpoint(origin="x", size=0, root=bytes(32)))
    assert len(files.asked) == len(set(files.asked))


def test_a_proof_needs_few_tiles():
    files = Files(2000)
    Tiled(files.fetch, files.checkpoint()).entries(700, 701)
    assert sorted(files.asked) == [
        "tile/0/002",
        "tile/0/007.p/208",
        "tile/1/000.p/7",
        "tile/entries/002",
    ]


def test_a_client_forgets_tiles_rather_than_grow(monkeypatch):
    monkeypatch.setattr(tiles, "_KEPT", 2)
    files = Files(1000)
    reader = Tiled(files.fetch, files.checkpoint())
    assert reader.entries(0, 3) == files.entries[:3]
    assert len(reader._kept) <= 2


def test_tiles_are_not_believed():
    files = Files(600)
    checkpoint = files.checkpoint()

    def forged(path, change):
        changed = {**files.files, path: change(files.files[path])}
        return Tiled(changed.__getitem__, checkpoint)

    def other_first(data):
        return tiles.bundled([b"other", *tiles.unbundled(data)[1:]])

    def one_less(data):
        return tiles.bundled(tiles.unbundled(data)[1:])

    with pytest.raises(TileError, match="entry 0 is not the one"):
        forged("tile/entries/000", other_first).entries(0, 1)
    with pytest.raises(TileError, match="entry 5 is not in the signed log"):
        forged("tile/0/000", lambda data: bytes(32) + data[32:]).entries(5, 6)
    with pytest.raises(TileError, match="does not have 256 hashes"):
        forged("tile/0/000", lambda data: data[:-1]).entries(0, 1)
    with pytest.raises(TileError, match="does not have 88 entries"):
        forged("tile/entries/002.p/88", one_less).entries(599, 600)
    with pytest.raises(TileError, match="ends within"):
        forged("tile/entries/000", lambda data: data[:-1]).entries(0, 1)
    zeros = forged("tile/0/002.p/88", lambda data: bytes(len(data)))
    assert not zeros.grew_from(files.checkpoint(599))
    for start, end in [(-1, 1), (2, 1), (0, 601)]:
        with pytest.raises(TileError, match="has 600 entries"):
            Tiled(files.fetch, checkpoint).entries(start, end)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_comes_apart_again(entries):
    assert tiles.unbundled(tiles.bundled(entries)) == entries


def test_what_has_no_place_in_a_tile():
    with pytest.raises(TileError, match="at most 65535"):
        tiles.bundled([bytes(65_536)])
    assert tiles.unbundled(tiles.bundled([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(TileError, match="not of hashes"):
        tiles.filled(Tile(None, 0), lambda *_: bytes(32))


def test_what_is_in_a_tree():
    assert Tile(0, 1, 5).is_in(261)
    assert not Tile(0, 1, 5).is_in(260)
    assert Tile(None, 0, 1).is_in(1)
    assert not Tile(1, 0, 1).is_in(255)
    assert Tile(1, 0, 1).is_in(256)
    assert not Tile(63, 0, 1).is_in(2**60)


def test_known_root():
    """The seven-leaf tree of the RFC 6962 reference vectors (certificate-transparency)."""
    leaves = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        bytes(range(0x50, 0x58)),
    ]
    assert base64.b16encode(plain_root(leaves)).lower() == (
        b"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    )
