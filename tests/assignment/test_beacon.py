"""Rounds of drand's own networks, as they were published, and what is refused of them."""

import json
import math
import sys
from datetime import UTC, datetime, timedelta, timezone
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment import beacon
from assignment.canon import MalformedError, canon

needs_library = pytest.mark.skipif(
    find_spec("drand_verify") is None, reason="drand-verify has no wheel for this Python"
)
MAINNET = {
    "scheme": "pedersen-bls-chained",
    "key": "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c729"
    "3784a9402801af31",
    "genesis": 1_595_431_050,
    "period": 30,
    "delay": 60,
}
QUICKNET = {
    "scheme": "bls-unchained-g1-rfc9380",
    "key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3a"
    "c6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5"
    "a6e9c76a4bc09e76eae8991ef5ece45a",
    "genesis": 1_692_803_367,
    "period": 3,
    "delay": 300,
}
MAINNET_1 = {
    "round": 1,
    "randomness": "101297f1ca7dc44ef6088d94ad5fb7ba03455dc33d53ddb412bbc4564ed986ec",
    "signature": "8d61d9100567de44682506aea1a7a6fa6e5491cd27a0a0ed349ef6910ac5ac20ff7bc3e09d7c0465"
    "66c9f7f3c6f3b10104990e7cb424998203d8f7de586fb7fa5f60045417a432684f85093b06ca91c7"
    "69f0e7ca19268375e659c2a2352b4655",
    "previous_signature": "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
}
QUICKNET_1000 = {
    "round": 1000,
    "randomness": "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    "signature": "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacb"
    "e47e4b6b63ed5e39",
}
BISHKEK = timezone(timedelta(hours=6))


def stamp(second):
    return datetime.fromtimestamp(second, BISHKEK).isoformat(timespec="seconds")


def entry(published, epoch=1):
    facts = beacon.carried(json.dumps(published))
    return beacon.compose_beacon("2026-11-21T09:00:00+06:00", epoch, facts)


# A freeze whose round is the published one: `delay` seconds before that round is made.
FREEZES = [
    (MAINNET, MAINNET_1, stamp(MAINNET["genesis"] - 60)),
    (QUICKNET, QUICKNET_1000, stamp(beacon.made_at(QUICKNET, 1000) - 300)),
]


@needs_library
@pytest.mark.parametrize(("rule", "published", "freeze"), FREEZES)
def test_published_rounds(rule, published, freeze):
    """Mainnet 1 and quicknet 1000, as drand's servers give them."""
    assert beacon.is_rule(rule)
    facts = beacon.carried(json.dumps(published))
    assert beacon.is_beacon_fields({"epoch": 7, **facts})
    value = beacon.checked(rule, facts["round"], facts["signature"], facts.get("previous"))
    assert value.hex() == published["randomness"]
    assert beacon.faults(rule, freeze, entry(published)) == []
    canon(entry(published))


@pytest.mark.parametrize(("rule", "published", "freeze"), FREEZES)
def test_a_round_of_another_moment(rule, published, freeze):
    late = (datetime.fromisoformat(freeze) + timedelta(seconds=1)).isoformat()
    assert beacon.faults(rule, late, entry(published)) == [
        f"the round that the rule fixes for this epoch is {published['round'] + 1}"
    ]


@needs_library
@pytest.mark.parametrize(("rule", "published", "freeze"), FREEZES)
def test_a_forged_round(rule, published, freeze):
    other = {**entry(published), "randomness": "00" * 32}
    assert beacon.faults(rule, freeze, other) == [
        "the randomness is not the one that follows from the signature"
    ]
    swapped = published["signature"][:-2] + ("00" if published["signature"][-2:] != "00" else "01")
    other = {**entry(published), "signature": swapped}
    assert beacon.faults(rule, freeze, other) == ["the network did not sign this round"]


@needs_library
def test_a_signature_of_another_round():
    with pytest.raises(MalformedError, match="did not sign"):
        beacon.checked(QUICKNET, 1001, QUICKNET_1000["signature"])
    with pytest.raises(MalformedError, match="did not sign"):
        beacon.checked(QUICKNET, 2**64, QUICKNET_1000["signature"])


def test_a_round_of_the_other_kind_of_network():
    with pytest.raises(MalformedError, match="length"):
        beacon.checked(QUICKNET, 1, MAINNET_1["signature"])
    with pytest.raises(MalformedError, match="length"):
        beacon.checked(MAINNET, 1, "zz" * 96, MAINNET_1["previous_signature"])
    with pytest.raises(MalformedError, match="one before it"):
        beacon.checked(MAINNET, 1, MAINNET_1["signature"])
    with pytest.raises(MalformedError, match="one before it"):
        beacon.checked(QUICKNET, 1000, QUICKNET_1000["signature"], "00" * 32)


@needs_library
def test_a_key_that_is_no_point(capfd):
    rule = {**QUICKNET, "key": "00" * 96}
    assert beacon.is_rule(rule)  # its form is right: only the curve says no
    with pytest.raises(MalformedError, match="no network can have"):
        beacon.checked(rule, 1000, QUICKNET_1000["signature"])
    capfd.readouterr()  # the library writes its own last words


@needs_library
def test_what_stops_the_checker_stops_it(monkeypatch):
    import drand_verify

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(drand_verify, "verify_bls_unchained_g1_rfc9380", stopped)
    with pytest.raises(KeyboardInterrupt):
        beacon.checked(QUICKNET, 1000, QUICKNET_1000["signature"])


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "drand_verify", None)
    with pytest.raises(beacon.UncheckableError, match="pip install drand-verify") as refused:
        beacon.checked(QUICKNET, 1000, QUICKNET_1000["signature"])
    assert refused.value.name == "drand-verify"


def test_rules_that_ask_for_none():
    assert beacon.faults(None, FREEZES[0][2], entry(MAINNET_1)) == ["the rules ask for no beacon"]


@settings(deadline=None)
@given(
    freeze=st.integers(1_500_000_000, 2_000_000_000),
    period=st.integers(1, 3600),
    delay=st.integers(1, 3600),
)
def test_the_round_is_the_first_that_is_late_enough(freeze, period, delay):
    rule = {**QUICKNET, "period": period, "delay": delay}
    number = beacon.round_of(rule, stamp(freeze))
    assert beacon.made_at(rule, number) >= freeze + delay
    assert number == 1 or beacon.made_at(rule, number - 1) < freeze + delay
    assert number == max(1, math.ceil((freeze + delay - rule["genesis"]) / period) + 1)


def test_the_first_rounds_come_at_the_known_times():
    """As the networks publish them: quicknet 1000 was made at 15:59:24 on 23 August 2023."""
    made = datetime.fromtimestamp(beacon.made_at(QUICKNET, 1000), UTC)
    assert made == datetime(2023, 8, 23, 15, 59, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        None,
        [],
        {},
        {**QUICKNET, "more": 1},
        {**QUICKNET, "scheme": "mine"},
        {**QUICKNET, "scheme": ["mine"]},
        {**QUICKNET, "scheme": MAINNET["scheme"]},
        {**QUICKNET, "key": QUICKNET["key"].upper()},
        {**QUICKNET, "key": 5},
        {**QUICKNET, "genesis": "1"},
        {**QUICKNET, "period": 0},
        {**QUICKNET, "period": True},
        {**QUICKNET, "delay": 0},
        {**QUICKNET, "delay": 2**53},
    ],
)
def test_not_a_rule(rule):
    assert not beacon.is_rule(rule)


GOOD = {"epoch": 1, **beacon.carried(json.dumps(MAINNET_1))}


@pytest.mark.parametrize(
    "fields",
    [
        None,
        {},
        {**GOOD, "more": 1},
        {**GOOD, "epoch": 0},
        {**GOOD, "round": "1"},
        {**GOOD, "randomness": "00"},
        {**GOOD, "signature": "00"},
        {**GOOD, "previous": "00"},
        {**GOOD, "previous": None},
    ],
)
def test_not_the_fields_of_an_entry(fields):
    assert beacon.is_beacon_fields(GOOD)
    assert not beacon.is_beacon_fields(fields)


def test_a_file_without_the_randomness():
    """Newer servers leave it out: it is the hash of the signature."""
    shorter = {name: QUICKNET_1000[name] for name in ("round", "signature")}
    assert beacon.carried(json.dumps(shorter).encode()) == beacon.carried(json.dumps(QUICKNET_1000))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "{}",
        '{"round": 1}',
        '{"round": 1, "signature": "zz"}',
        '{"round": 1, "signature": 5}',
        '{"round": 1, "signature": "00"}',
        '{"round": 0, "signature": "' + "00" * 48 + '"}',
    ],
)
def test_not_a_round(text):
    with pytest.raises(MalformedError, match="not a round"):
        beacon.carried(text)
