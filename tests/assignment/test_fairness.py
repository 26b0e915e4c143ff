"""The fairness watch: silent on honest draws of our own engine, loud on stolen ones.

Seeds are fixed and margins wide (1e-6), so that a red test is a fault and never bad luck.
"""

import math
import random
from functools import cache
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment import fairness
from assignment.canon import sha
from assignment.draw import Request, draw_request
from assignment.fairness import BETS, FIRST, LEVEL, SHUNNED, Evidence, Residuals, Trial

JUDGES = tuple(f"J-{number}" for number in range(1, 8))
WANTED = "J-4"
WEIGHTS = (250_000, 500_000, 1_000_000, 1_000_000, 2_000_000, 8_000_000)
YEAR = 4000
BEYOND = 1e6
"""Evidence that a fair log reaches once in a million watches, whenever one looks."""


def year(name, *, cases=YEAR, flagged=0.05, steered=0.0, late=0, faulty=False):
    """Draw a court's year with the engine; yield whether a case is flagged, and how it was drawn.

    A steered case is drawn again until the wanted judge comes; a faulty program lets the last
    judge of the list lose half his draws.
    """
    chance = random.Random(name)  # noqa: S311 - the seed of a simulation
    ledger = {}
    for number in range(cases):
        request = Request(
            id=f"{name}-{number}",
            court="BSK-LEN",
            cat="ordinary",
            seats=(chance.choice(WEIGHTS),),
            candidates=tuple((judge, 1000) for judge in JUDGES),
            commit="0" * 64,
        )
        flag = chance.random() < flagged
        stolen = flag and number >= late and chance.random() < steered
        lost = faulty and chance.random() < 0.5
        for attempt in range(1000):
            after = dict(ledger)
            (seat,) = draw_request(sha(f"{name}/{number}/{attempt}".encode()), request, after)
            if stolen and seat.judge != WANTED:
                continue
            if lost and not attempt and seat.judge == JUDGES[-1]:
                continue
            break
        ledger = after
        (trial,) = fairness.trials_of(request.plain(), [seat.plain()])
        yield flag, trial, seat


@cache
def years(kind, count, **facts):
    return [list(year(f"{kind}-{number}", **facts)) for number in range(count)]


def noticed(draws, *, first=FIRST, shunned=SHUNNED):
    """After how many of these draws the watch gives alarm."""
    watch = Evidence(first=first, shunned=shunned)
    for number, trial in enumerate(draws, 1):
        watch.add(trial)
        if watch.value >= LEVEL:
            return number
    return math.inf


def highest(draws):
    watch, most = Evidence(first=FIRST, shunned=SHUNNED), 0.0
    for trial in draws:
        watch.add(trial)
        most = max(most, watch.value)
    return most


def residual_p(draws):
    """The p-value of the residuals."""
    sums = Residuals()
    for trial in draws:
        sums.add(trial)
    return fairness.chi_square_tail(*sums.chi_square())


def count_p(draws):
    """The p-value that somebody gets who only counts cases per judge: the wrong test."""
    counts = dict.fromkeys(JUDGES, 0)
    for trial in draws:
        counts[trial.judges[trial.drawn]] += 1
    fair = len(draws) / len(JUDGES)
    statistic = sum((count - fair) ** 2 / fair for count in counts.values())
    return fairness.chi_square_tail(statistic, len(JUDGES) - 1)


# ------------------------------------------------------------------ honest, and stolen


def test_honest_years_give_no_alarm():
    """Each year is cut into twenty groups: sixty watches, sixty chances to be wrong."""
    found = []
    for draws in years("honest", 3):
        trials = [trial for _, trial, _ in draws]
        found += [highest(trials[start::20]) for start in range(20)]
        assert highest(trials) < LEVEL
        assert residual_p(trials) > 1e-6
        assert fairness.kolmogorov(places(draws)) > 1e-6
    assert max(found) < BEYOND
    assert sum(most >= LEVEL for most in found) <= 3


def places(draws):
    return [fairness.transform(seat.tickets, trial.drawn, seat.u) for _, trial, seat in draws]


@pytest.mark.parametrize(("steered", "after"), [(0.3, 34), (0.6, 12), (1.0, 7)])
def test_steering_of_one_group_is_noticed_soon(steered, after):
    delays = [
        noticed(trial for flag, trial, _ in year(f"s{number}", steered=steered) if flag)
        for number in range(9)
    ]
    assert math.inf not in delays
    assert median(delays) <= 1.25 * after


def test_a_theft_that_begins_late_hides_behind_no_honest_year():
    """Without a part of the stake kept back it takes three times as long."""
    plain, kept = [], []
    for number in range(5):
        facts = {"cases": 1300, "flagged": 1.0, "steered": 0.3, "late": 800}
        trials = [trial for _, trial, _ in year(f"late-{number}", **facts)]
        plain.append(noticed(trials, first=1.0, shunned=0.0) - 800)
        kept.append(noticed(trials) - 800)
    assert 0 < median(kept) <= 80
    assert median(plain) > 1.5 * median(kept)


def test_stolen_cases_are_seen_in_their_group_and_never_in_the_counts():
    """The lesson: later draws repair the counts, so that counting shows the thief innocent."""
    for draws in years("thief", 2, steered=0.6):
        stolen = [trial for flag, trial, _ in draws if flag]
        assert highest(stolen) > BEYOND
        assert residual_p(stolen) < 1e-6
        assert count_p([trial for _, trial, _ in draws]) > 0.01


def test_a_program_that_halves_the_last_judge_is_noticed():
    for draws in years("fault", 2, faulty=True):
        trials = [trial for _, trial, _ in draws]
        assert residual_p(trials) < 1e-6
        assert highest(trials) > BEYOND
        assert fairness.kolmogorov(places(overwritten(draws))) < 1e-6


def overwritten(draws):
    """The same fault, made after the number was published: the last judge's case goes to others."""
    for place, (flag, trial, seat) in enumerate(draws):
        if place % 2 and trial.drawn == len(JUDGES) - 1:
            yield flag, Trial(judges=trial.judges, chances=trial.chances, drawn=0), seat
        else:
            yield flag, trial, seat


# ------------------------------------------------------------------ what is read from the log


def test_the_seats_of_a_panel_are_trials_of_those_who_are_left():
    request = Request(
        id="P-1",
        court="BSK-LEN",
        cat="panel",
        seats=(1_000_000, 300_000, 300_000),
        candidates=tuple((judge, 1000) for judge in JUDGES),
        commit="0" * 64,
    )
    seats = draw_request(sha(b"panel"), request, {})
    trials = fairness.trials_of(request.plain(), [seat.plain() for seat in seats])
    assert [len(trial.judges) for trial in trials] == [7, 6, 5]
    for trial, seat in zip(trials, seats, strict=True):
        assert trial.judges[trial.drawn] == seat.judge
        assert trial.judges == tuple(judge for judge, _ in seat.candidates)
        assert math.isclose(sum(trial.chances), 1)


@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=40).flatmap(
        lambda tickets: st.tuples(st.just(tickets), st.integers(0, sum(tickets) - 1))
    )
)
def test_of_a_draw_by_the_rule_the_transform_is_the_number_itself(facts):
    tickets, u = facts
    ends = [sum(tickets[: place + 1]) for place in range(len(tickets))]
    place = next(place for place, end in enumerate(ends) if u < end)
    found = fairness.transform(tickets, place, u)
    assert math.isclose(found, (u + 0.5) / sum(tickets), rel_tol=1e-9)
    for other in range(len(tickets)):
        start = (ends[other] - tickets[other]) / sum(tickets)
        end = ends[other] / sum(tickets)
        assert start <= fairness.transform(tickets, other, u) <= end


# ------------------------------------------------------------------ evidence

draws = st.lists(
    st.lists(st.integers(1, 1000), min_size=1, max_size=5).flatmap(
        lambda tickets: st.tuples(st.just(tickets), st.integers(0, len(tickets) - 1))
    ),
    max_size=12,
)
parts = st.floats(0, 1)


def trial_of(tickets, place):
    return Trial.of([f"J-{number}" for number in range(len(tickets))], tickets, f"J-{place}")


@given(draws, st.lists(st.integers(1, 1000), min_size=1, max_size=6), parts, parts)
def test_nobody_expects_to_gain_by_a_fair_draw(past, tickets, first, shunned):
    """The martingale itself: weighed by the chances, the value after a draw is that before it."""
    watch = Evidence(first=first, shunned=shunned)
    for facts in past:
        watch.add(trial_of(*facts))
    expected = 0.0
    for place, number in enumerate(tickets):
        after = Evidence(first=first, shunned=shunned)
        for facts in past:
            after.add(trial_of(*facts))
        after.add(trial_of(tickets, place))
        assert after.value > 0
        expected += number / sum(tickets) * after.value
    assert math.isclose(expected, watch.value, rel_tol=1e-9)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_with_the_whole_stake_laid_the_value_is_the_mean_of_the_products(drawn):
    watch, mixed = Evidence(), Evidence(first=FIRST, shunned=SHUNNED)
    products = {(judge, bet): 1.0 for judge in range(7) for bet in BETS}
    for place in drawn:
        watch.add(trial_of([1] * 7, place))
        mixed.add(trial_of([1] * 7, place))
        for judge, bet in products:
            products[judge, bet] *= 1 + bet * ((judge == place) - 1 / 7)
    assert math.isclose(watch.value, sum(products.values()) / len(products), rel_tol=1e-9)
    assert mixed.value >= FIRST * (1 - SHUNNED) * watch.value * (1 - 1e-9)


def test_a_judge_who_comes_later_changes_nothing_and_is_watched_too():
    watch = Evidence()
    for _ in range(30):
        watch.add(trial_of([1, 1, 1], 0))
    before = watch.value
    newcomer = Trial(judges=("J-9",), chances=(1.0,), drawn=0)
    watch.add(newcomer)
    assert math.isclose(watch.value, before)
    assert watch.about == "J-0"
    assert watch.draws == 31
    for _ in range(60):
        watch.add(Trial(judges=("J-0", "J-9"), chances=(0.5, 0.5), drawn=1))
    assert watch.about == "J-9"


def test_a_judge_who_is_avoided():
    """Nobody else gains enough from it to be seen."""
    drawn = [trial_of([1] * 7, number % 6) for number in range(250)]
    assert noticed(drawn) < 180
    assert noticed(drawn, shunned=0.0) == math.inf


def test_evidence_does_not_overflow():
    watch = Evidence(first=FIRST, shunned=SHUNNED)
    for _ in range(3000):
        watch.add(trial_of([1] * 7, 3))
    watch.add(Trial(judges=("J-9",), chances=(1.0,), drawn=0))
    assert watch.value == fairness.LARGEST
    assert watch.about == "J-3"


def test_what_happens_more_often_than_elsewhere():
    assert fairness.evidence_of_rate(0, 0, 0.05) == 1
    assert fairness.evidence_of_rate(40, 200, 0.05) > BEYOND
    assert fairness.evidence_of_rate(10, 200, 0.05) < 1
    assert fairness.evidence_of_rate(0, 200, 0.05) < 1
    assert math.isfinite(fairness.evidence_of_rate(10_000, 10_000, 0.5))


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0.001, 0.999))
def test_nobody_expects_to_gain_by_an_event_at_its_rate(count, others, rate):
    now = fairness.evidence_of_rate(count, count + others, rate)
    yes = fairness.evidence_of_rate(count + 1, count + others + 1, rate)
    no = fairness.evidence_of_rate(count, count + others + 1, rate)
    assert math.isclose(rate * yes + (1 - rate) * no, now, rel_tol=1e-9)


# ------------------------------------------------------------------ many watches, whole years


def test_many_watches_at_once():
    assert fairness.found_by_e_bh({}) == set()
    values = {"a": 1e6, "b": 150.0, "c": 90.0, "d": 1.0}
    assert fairness.found_by_e_bh(values) == {"a"}
    assert fairness.found_by_e_bh({"b": 150.0}) == {"b"}
    assert fairness.found_by_e_bh({"a": 1e6, "b": 250.0, "c": 1.0, "d": 1.0}) == {"a", "b"}


def test_holm():
    assert fairness.holm({}) == {}
    found = fairness.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.9})
    assert found == pytest.approx({"a": 0.04, "c": 0.09, "b": 0.09, "d": 0.9})
    assert fairness.holm({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        # Tables of the chi-square distribution.
        (3.841459, 1, 0.05),
        (5.991465, 2, 0.05),
        (12.591587, 6, 0.05),
        (16.811894, 6, 0.01),
        (24.321886, 7, 0.001),
        (124.342113, 100, 0.05),
        (0.0, 3, 1.0),
        (7.0, 0, 1.0),
    ],
)
def test_the_tail_of_the_chi_square(statistic, freedom, tail):
    assert fairness.chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=1e-4)


def test_residuals_of_equal_chances_give_pearson_s_chi_square():
    drawn = [0] * 30 + [1] * 20 + [2] * 10
    sums = Residuals()
    for place in drawn:
        sums.add(trial_of([1, 1, 1], place))
    statistic, freedom = sums.chi_square()
    assert (statistic, freedom) == (pytest.approx(100 / 20 + 0 + 100 / 20), 2)
    assert (sums.draws, sums.drawn("J-0"), sums.drawn("J-7")) == (60, 30, 0)
    assert sums.expected() == pytest.approx({"J-0": 20, "J-1": 20, "J-2": 20})


def test_residuals_of_changing_lists_of_judges():
    """Two pools that share nobody: two times nothing is left over, and both are counted."""
    sums = Residuals()
    for number in range(60):
        pool = ("J-1", "J-2", "J-3") if number % 2 else ("J-6", "J-7")
        sums.add(Trial.of(pool, [1] * len(pool), pool[number // 2 % len(pool)]))
        sums.add(Trial.of(("J-1", "J-2"), (3, 1), "J-1" if number % 4 else "J-2"))
    _, freedom = sums.chi_square()
    assert freedom == 3


def test_too_few_draws_are_no_test():
    sums = Residuals()
    for _ in range(9):
        sums.add(trial_of([1, 1], 0))
    assert sums.chi_square() == (0.0, 0)


@pytest.mark.parametrize(
    ("count", "cases", "rate", "tail"),
    [
        (0, 10, 0.5, 1.0),
        (10, 10, 0.5, 2**-10),
        (6, 10, 0.5, 386 / 1024),
        (1, 3, 0.0, 0.0),
        (1, 3, 1.0, 1.0),
        (1, 3, 0.1, 1 - 0.9**3),
    ],
)
def test_the_tail_of_the_binomial(count, cases, rate, tail):
    assert fairness.binomial_tail(count, cases, rate) == pytest.approx(tail)


def test_kolmogorov():
    assert fairness.kolmogorov([]) == 1.0
    assert fairness.kolmogorov((number + 0.5) / 500 for number in range(500)) > 0.99
    # The 5 % point of the limit distribution is 1.358.
    shift = 1.358 / math.sqrt(10_000)
    moved = [min(1.0, number / 10_000 + shift) for number in range(10_000)]
    assert fairness.kolmogorov(moved) == pytest.approx(0.05, rel=0.03)
    assert fairness.kolmogorov([0.01] * 30) < 1e-9
