"""What holds for every draw, whatever the shares, ledgers, weights and seeds."""

import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment import chain
from assignment.canon import canon, mac, sha
from assignment.draw import (
    REACH,
    Request,
    draw_epoch,
    draw_request,
    in_order,
    seed_of,
    tickets,
    uniform,
)
from assignment.ledger import charge, credits_of, ledger_hash

NAMES = [f"J-{number:03}" for number in range(1, 41)]
hashes = st.binary(min_size=32, max_size=32)
deviations = st.one_of(
    st.integers(-3 * REACH, 3 * REACH), st.sampled_from([-REACH, REACH, 0, 1, -1])
)


@st.composite
def benches(draw, least=1):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=least, max_size=40, unique=True))
    return tuple((name, draw(st.integers(1, 1000))) for name in sorted(names))


@st.composite
def requests(draw):
    seats = draw(st.sampled_from([1, 3]))
    bench = draw(benches(least=seats))
    weight = draw(st.integers(1, 20_000_000))
    return Request(
        id=f"R-{draw(st.integers(0, 10**6))}",
        court="C",
        cat="C2",
        seats=(weight, *[300_000] * (seats - 1)),
        candidates=bench,
        commit=draw(hashes).hex(),
    )


@given(benches(), st.data())
def test_tickets(bench, data):
    standing = [data.draw(deviations) for _ in bench]
    total = sum(share for _, share in bench)
    odds = tickets(bench, standing)
    assert sum(odds) == 4 * REACH * total**2
    for (_, share), number in zip(bench, odds, strict=True):
        fair = 4 * REACH * total * share
        assert fair <= 2 * number <= 3 * fair


@given(benches(least=2), st.data())
def test_who_is_ahead_has_the_smaller_chance(bench, data):
    bench = tuple((name, 1000) for name, _ in bench)
    standing = [data.draw(deviations) for _ in bench]
    odds = tickets(bench, standing)
    by_load = sorted(zip(standing, odds, strict=True))
    assert [number for _, number in by_load] == sorted(odds, reverse=True)


@given(benches(), st.integers(1, 20_000_000))
def test_credits_share_out_the_whole_weight(bench, weight):
    parts = dict(credits_of(weight, bench))
    assert sum(parts.values()) == weight
    total = sum(share for _, share in bench)
    for judge, share in bench:
        assert 0 <= parts[judge] - weight * share // total <= 1


def test_one_in_a_thousand_of_a_post_is_drawn_too():
    """However far ahead: half of the fair chance is left, and one ticket is more than none."""
    bench = (("J-001", 1000), ("J-002", 1))
    odds = tickets(bench, [-REACH, REACH])
    assert sum(odds) == 4 * REACH * 1001**2
    assert 2 * odds[1] >= 4 * REACH * 1001 > odds[1] > 0


@given(requests(), hashes, st.dictionaries(st.sampled_from(NAMES), deviations))
def test_draw(request, seed, ledger):
    before = dict(ledger)
    seats = draw_request(seed, request, ledger)
    assert sum(ledger.values()) == sum(before.values())
    drawn = [seat.judge for seat in seats]
    assert len(set(drawn)) == len(request.seats)
    assert set(drawn) <= set(dict(request.candidates))
    untouched = set(before) - set(dict(request.candidates))
    assert all(ledger[judge] == before[judge] for judge in untouched)
    left = list(request.candidates)
    for number, seat in enumerate(seats):
        assert seat.seat == number
        assert list(seat.candidates) == left
        total = sum(share for _, share in left)
        assert sum(seat.tickets) == 4 * REACH * total**2
        assert 0 <= seat.u < sum(seat.tickets)
        place = [judge for judge, _ in left].index(seat.judge)
        below = sum(seat.tickets[:place])
        assert below <= seat.u < below + seat.tickets[place]
        left.pop(place)


@given(requests(), hashes, st.dictionaries(st.sampled_from(NAMES), deviations), st.data())
def test_a_redraw_credits_what_is_left(request, seed, ledger, data):
    """Odds and number are those of any draw; only so much less is credited as was kept."""
    credited = [data.draw(st.integers(0, weight)) for weight in request.seats]
    before, whole = sum(ledger.values()), dict(ledger)
    seats = draw_request(seed, request, ledger, credited)
    assert sum(ledger.values()) == before + sum(request.seats) - sum(credited)
    assert seats[0] == draw_request(seed, request, whole)[0]


@given(st.lists(requests(), min_size=1, max_size=4, unique_by=lambda one: one.id), hashes)
def test_each_draw_stands_on_its_own_ledger(wanted, seed):
    """What happens in one court moves no odds in another."""
    courts = [replace(one, court=f"C{number % 2}") for number, one in enumerate(wanted)]
    together = dict(draw_epoch(seed, courts, {"C0": {}, "C1": {}}, {}))
    for court in ("C0", "C1"):
        alone = draw_epoch(seed, [one for one in courts if one.court == court], {court: {}}, {})
        assert all(together[one] == seats for one, seats in alone)


@given(st.lists(requests(), max_size=6, unique_by=lambda one: one.id), hashes, st.randoms())
def test_order_of_entry_means_nothing(wanted, seed, chance):
    first, second = {"C": {}}, {"C": {}}
    drawn = draw_epoch(seed, wanted, first, {})
    shuffled = list(wanted)
    chance.shuffle(shuffled)
    assert draw_epoch(seed, shuffled, second, {}) == drawn
    assert first == second
    assert in_order(seed, shuffled) == [request for request, _ in drawn]
    assert ledger_hash(first) == ledger_hash(second)


@given(requests())
def test_a_request_survives_its_plain_form(request):
    assert Request.of(request.plain()) == request
    plain = request.plain()
    plain["candidates"] = plain["candidates"][::-1]
    assert Request.of(plain) == request
    assert request.digest == sha(canon(request.plain()))


@given(hashes, st.binary(max_size=4), st.integers(1, 2**256))
def test_uniform_stays_below_its_bound(key, label, bound):
    number, _ = uniform(key, label, bound)
    assert 0 <= number < bound


@given(hashes, hashes, st.text(max_size=10), st.integers(0, 31))
def test_the_seed_hangs_on_every_byte(root, value, epoch, place):
    values = {"bar": value, "court": root}
    seed = seed_of(root, epoch, values)
    flipped = bytes(byte ^ (index == place) for index, byte in enumerate(value))
    assert seed_of(root, epoch, {**values, "bar": flipped}) != seed
    assert seed_of(flipped, epoch, values) != seed
    assert seed_of(root, epoch + "x", values) != seed
    assert seed_of(root, epoch, {"bar": value}) != seed
    assert seed_of(root, epoch, {"bar": root, "court": value}) != seed or root == value
    assert seed_of(root, epoch, dict(reversed(values.items()))) == seed


@given(hashes, st.integers(0, 50), st.integers(0, 50))
def test_a_later_value_gives_every_earlier_one(secret, one, other):
    early, late = sorted((one, other))
    value = chain.value_at(secret, "bar", 50, late)
    assert chain.earlier("bar", value, late, early) == chain.value_at(secret, "bar", 50, early)


@pytest.mark.parametrize("epoch", [-1, 51])
def test_a_chain_has_an_end(epoch):
    with pytest.raises(ValueError, match="has values 0 to 50"):
        chain.value_at(bytes(32), "bar", 50, epoch)


def test_the_bytes_of_a_chain():
    """As section 4 of the protocol has them, with nothing of ours but the order of the bytes."""
    secret, key = bytes(range(32)), b"bar"
    value = hmac.digest(secret, b"kg-draw/1/tail\0" + b"\0\0\0\3bar", "sha256")
    assert chain.tail(secret, "bar") == value
    for epoch in range(50, 0, -1):
        assert chain.value_at(secret, "bar", 50, epoch) == value
        number = b"\0\0\0\10" + epoch.to_bytes(8, "big")
        message = b"kg-draw/1/chain\0" + number + b"\0\0\0\40" + value
        value = hmac.digest(key, message, "sha256")
    assert chain.value_at(secret, "bar", 50, 0) == value


def test_parts_do_not_run_together():
    assert mac(b"k", "t", b"ab", b"c") != mac(b"k", "t", b"a", b"bc")


def test_the_worked_example_of_the_readme():
    bench = (("J-001", 1000), ("J-002", 500), ("J-003", 1000))
    ledger = {"J-001": -2_000_000, "J-002": 500_000, "J-003": 1_375_000}
    odds = tickets(bench, list(ledger.values()))
    assert odds == (84_625_000_000_000, 39_187_500_000_000, 76_187_500_000_000)
    charge(ledger, 1_000_000, bench, "J-002")
    assert ledger == {"J-001": -2_400_000, "J-002": 1_300_000, "J-003": 975_000}
