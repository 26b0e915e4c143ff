"""Shares of a secret: enough give it back, fewer say nothing."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment import escrow


@settings(deadline=None)
@given(st.data())
def test_enough_shares_give_the_secret_back(data):
    need = data.draw(st.integers(1, 5))
    count = data.draw(st.integers(need, 7))
    secret = data.draw(st.binary(max_size=40))
    shares = escrow.divided(secret, need, count)
    assert set(shares) == set(range(1, count + 1))
    some = data.draw(st.permutations(sorted(shares)))[: data.draw(st.integers(need, count))]
    assert escrow.united({place: shares[place] for place in some}) == secret


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_any_two_of_three(secret):
    shares = escrow.divided(secret, 2, 3)
    for pair in itertools.combinations(shares.items(), 2):
        assert escrow.united(dict(pair)) == secret
    assert escrow.united(shares) == secret


@pytest.mark.parametrize("place", [1, 2, 3])
def test_one_share_fits_every_secret(place):
    """Perfect secrecy: over all random polynomials one share takes each value equally often."""
    for secret in (0, 1, 255):
        seen = [
            escrow.divided(bytes([secret]), 2, 3, lambda _, x=slope: bytes([x]))[place]
            for slope in range(256)
        ]
        assert sorted(seen) == [bytes([value]) for value in range(256)]


def test_two_shares_of_three_needed_fit_every_secret():
    for secret in (0, 7):
        seen = set()
        for slope, curve in itertools.product(range(0, 256, 15), range(0, 256, 15)):
            coefficients = iter([bytes([slope]), bytes([curve])])
            shares = escrow.divided(bytes([secret]), 3, 3, lambda _, c=coefficients: next(c))
            seen.add(shares[1] + shares[2])
        assert len(seen) == 18 * 18  # each pair of polynomials looks different: nothing is fixed


def test_the_field_is_a_field():
    assert escrow._times(0x57, 0x83) == 0xC1  # FIPS 197, 4.2
    assert escrow._times(0x57, 0x13) == 0xFE
    for value in range(1, 256):
        assert escrow._times(value, escrow._over(1, value)) == 1
    assert escrow._over(0, 5) == 0


def test_a_known_answer():
    """Secret 0x2a, polynomial 0x2a + 0x01 x: at 1, 2 and 3."""
    assert escrow.divided(b"\x2a", 2, 3, lambda _: b"\x01") == {1: b"\x2b", 2: b"\x28", 3: b"\x29"}


@pytest.mark.parametrize(("need", "count"), [(0, 3), (4, 3), (2, 256)])
def test_shares_that_cannot_be(need, count):
    with pytest.raises(ValueError, match="not possible"):
        escrow.divided(b"secret", need, count)


def test_shares_that_do_not_go_together():
    with pytest.raises(ValueError, match="numbers from 1"):
        escrow.united({})
    with pytest.raises(ValueError, match="numbers from 1"):
        escrow.united({0: b"x"})
    with pytest.raises(ValueError, match="not all of the same"):
        escrow.united({1: b"x", 2: b"xy"})
