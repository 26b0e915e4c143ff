"""RFC 9162, against the definitions of the standard in their recursive form."""

import pytest

from assignment import tree
from assignment.canon import sha

SIZES = range(71)
LEAVES = [f"leaf {number}".encode() for number in SIZES]


def defined_root(leaves):
    if len(leaves) < 2:
        return sha(b"\x00" + leaves[0]) if leaves else sha(b"")
    k = split(len(leaves))
    return sha(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:]))


def split(count):
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def defined_path(index, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*defined_path(index, leaves[:k]), defined_root(leaves[k:])]
    return [*defined_path(index - k, leaves[k:]), defined_root(leaves[:k])]


def defined_proof(first, leaves, *, whole=True):
    if first == len(leaves):
        return [] if whole else [defined_root(leaves)]
    k = split(len(leaves))
    if first <= k:
        return [*defined_proof(first, leaves[:k], whole=whole), defined_root(leaves[k:])]
    return [*defined_proof(first - k, leaves[k:], whole=False), defined_root(leaves[:k])]


@pytest.fixture(scope="module")
def nodes():
    stored = {}
    for size, data in enumerate(LEAVES):
        grown = tree.grown(size, tree.leaf_hash(data), lambda *name: stored[name])
        assert len(grown) <= 1 + size.bit_length()
        for level, place, value in grown:
            assert (level, place) not in stored
            stored[level, place] = value
    return lambda *name: stored[name]


def roots():
    return [defined_root(LEAVES[:size]) for size in SIZES]


def test_roots(nodes):
    frontier = tree.Frontier()
    for size in SIZES:
        assert tree.root(size, nodes) == frontier.root() == defined_root(LEAVES[:size])
        resumed = tree.Frontier(frontier.size, frontier.hashes)
        frontier.add(LEAVES[size])
        resumed.add(LEAVES[size])
        assert resumed.root() == frontier.root()


def test_inclusion(nodes):
    for size, top in enumerate(roots()):
        for index in range(size):
            proof = tree.inclusion(index, size, nodes)
            leaf = tree.leaf_hash(LEAVES[index])
            assert proof == defined_path(index, LEAVES[:size])
            assert tree.included(leaf, index, size, proof, top)
            assert not tree.included(leaf, index + 1, size, proof, top)
            assert not tree.included(tree.leaf_hash(b"x"), index, size, proof, top)
            assert not tree.included(leaf, index, size, [*proof, top], top)
            if proof:
                assert not tree.included(leaf, index, size, proof[:-1], top)
                assert not tree.included(leaf, index, size, [top, *proof[1:]], top)


def test_consistency(nodes):
    tops = roots()
    for second in SIZES:
        for first in range(1, second + 1):
            proof = tree.consistency(first, second, nodes)
            old, new = tops[first], tops[second]
            assert proof == defined_proof(first, LEAVES[:second])
            assert tree.consistent(first, second, proof, old, new)
            assert not tree.consistent(first, second, proof, sha(b"x"), new)
            assert not tree.consistent(first, second, proof, old, sha(b"x"))
            assert not tree.consistent(first, second, [*proof, old], old, new)
            if proof:
                assert not tree.consistent(first, second, proof[:-1], old, new)
                assert not tree.consistent(first, second, [sha(b"x"), *proof[1:]], old, new)


def test_known_root():
    """The empty tree, and the first leaves of the test data that Certificate Transparency uses."""
    leaves = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43",
              b"\x50\x51\x52\x53\x54\x55\x56\x57",
              b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"]  # fmt: skip
    frontier = tree.Frontier()
    for data in leaves:
        frontier.add(data)
    assert (
        frontier.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_no_such_leaf(nodes, index, size):
    with pytest.raises(ValueError, match="has no leaf"):
        tree.inclusion(index, size, nodes)
    assert not tree.included(sha(b""), index, size, [], tree.EMPTY)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_no_such_growth(nodes, first, second):
    with pytest.raises(ValueError, match="does not grow"):
        tree.consistency(first, second, nodes)
    assert not tree.consistent(first, second, [sha(b"")], tree.EMPTY, tree.EMPTY)


def test_an_empty_proof_proves_nothing():
    assert not tree.consistent(2, 3, [], sha(b"old"), sha(b"new"))


def test_a_frontier_needs_its_peaks():
    with pytest.raises(ValueError, match="2 peaks"):
        tree.Frontier(3, [sha(b"")])
