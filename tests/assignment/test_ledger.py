"""No move of any kind makes work or loses it: the sum of all deviations stays."""

from hypothesis import given
from hypothesis import strategies as st

from assignment.docket import LINKED, UNLINKED, Held, Record
from assignment.draw import Request, draw_request
from assignment.ledger import (
    apply_moves,
    charge,
    credits_of,
    moves_of_charge,
    moves_of_correction,
    moves_of_dropout,
)

NAMES = [f"J-{number}" for number in range(1, 8)]
weights = st.integers(1, 20_000_000)
hashes = st.binary(min_size=32, max_size=32)


@st.composite
def benches(draw, least=1):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=least, unique=True))
    return tuple((name, draw(st.integers(1, 1000))) for name in sorted(names))


def total(moves):
    return sum(change for _, change in moves)


@given(benches(), st.integers(-20_000_000, 20_000_000))
def test_parts_make_up_the_whole(bench, weight):
    """A correction downwards may leave less than nothing to be credited in a re-draw."""
    assert sum(part for _, part in credits_of(weight, bench)) == weight


@given(benches(), weights, st.data())
def test_a_charge_without_a_draw(bench, weight, data):
    judge = data.draw(st.sampled_from(NAMES))
    moves = moves_of_charge(weight, bench, judge)
    assert total(moves) == 0
    drawn, linked = {}, {}
    charge(drawn, weight, bench, judge)
    apply_moves(linked, moves)
    assert drawn == linked  # like a draw, only that nothing was left to chance


@given(benches(least=2), weights, st.data())
def test_who_leaves_keeps_the_own_credit(bench, weight, data):
    leaver, successor = data.draw(st.permutations([judge for judge, _ in bench]))[:2]
    ledger = {}
    charge(ledger, weight, bench, leaver)
    own = dict(credits_of(weight, bench))[leaver]
    moves, left = moves_of_dropout(weight, weight, bench, leaver)
    apply_moves(ledger, moves)
    assert left == weight - own
    assert all(number == (-own if judge == leaver else 0) for judge, number in ledger.items())
    rest = tuple(pair for pair in bench if pair[0] != leaver)
    charge(ledger, weight, rest, successor, left)
    assert sum(ledger.values()) == 0
    assert ledger[leaver] == -own


@given(benches(), weights, st.data())
def test_who_was_never_eligible_keeps_nothing(bench, weight, data):
    moves, left = moves_of_dropout(weight, weight, bench, "J-9")
    assert (total(moves), left, moves[-1]) == (0, weight, ("J-9", -weight))


@given(benches(), weights, weights, st.data())
def test_a_correction_there_and_back(bench, weight, other, data):
    judge = data.draw(st.sampled_from(bench))[0]
    ledger = {}
    charge(ledger, weight, bench, judge)
    before = dict(ledger)
    there = moves_of_correction(other - weight, bench, judge)
    assert total(there) == 0
    apply_moves(ledger, there)
    assert sum(ledger.values()) == 0
    wanted = {}
    charge(wanted, other, bench, judge)
    assert all(abs(ledger[name] - wanted[name]) <= 2 for name in wanted)  # a rest of rounding
    apply_moves(ledger, moves_of_correction(weight - other, bench, judge))
    assert ledger == before


@given(
    benches(least=4),
    st.sampled_from([(7_000_000,), (1_000_000, 300_000, 300_000)]),
    hashes,
    st.lists(st.tuples(st.sampled_from(["drop", "correct"]), st.integers(0, 2), weights)),
)
def test_the_life_of_a_case(bench, seats, seed, events):
    """Whatever happens to it, what is owed is what the judges who left have kept."""
    record, ledger = Record("C", "C2", "pending", [None] * len(seats)), {}
    request = Request(id="R", court="C", cat="C2", seats=seats, candidates=bench, commit="00" * 32)
    draw_again(record, request, seed, ledger)
    for attempt, (event, place, weight) in enumerate(events, 1):
        record = record.copied()
        if event == "correct":
            apply_moves(ledger, record.correct("C3", weight)[1])
            assert (record.cat, record.seats[0].weight) == ("C3", weight)
            assert sum(ledger.values()) == 0
            continue
        number = place % len(seats)
        left = tuple(pair for pair in bench if pair[0] not in record.barred)
        if not left:
            continue
        judge = record.seats[number].judge
        court, moves = record.drop(number)
        apply_moves(ledger, moves)
        assert court == "C"
        assert judge in record.excluded
        assert sum(ledger.values()) == record.open[number][1] - record.open[number][0]
        again = Request(
            id="R", court="C", cat=record.cat, seats=(record.open[number][0],),
            candidates=left, commit="00" * 32, attempt=attempt,
        )  # fmt: skip
        draw_again(record, again, seed, ledger)
        assert not set(record.judges) & record.excluded
        assert sum(ledger.values()) == 0
    assert len(set(record.judges)) == len(seats)


def draw_again(record, request, seed, ledger):
    record.pending(request, 1)
    credited = [left for _, left in record.open.values()]
    record.seat(request, draw_request(seed, request, ledger, credited))


@given(benches(), weights, st.data())
def test_a_link_that_is_taken_back_was_never_made(bench, weight, data):
    judge = data.draw(st.sampled_from(NAMES))
    ledger = {}
    apply_moves(ledger, moves_of_charge(weight, bench, judge))
    record = Record("C", "C2", LINKED, [Held(judge, weight, weight, bench, "C")], epoch=3)
    assert record.retractable(3)
    assert not record.retractable(4)
    ((court, moves),) = record.retract()
    apply_moves(ledger, moves)
    assert court == "C"
    assert not any(ledger.values())
    assert (record.kind, record.judges, record.holders(1)) == (UNLINKED, [], [])
    assert not record.retractable(3)
