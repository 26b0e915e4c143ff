"""Whether draws keep to the odds that they publish: evidence for an auditor, from residuals alone.

Counts of cases prove nothing under a rule that balances: whatever is stolen, later draws repair.
What cannot be repaired is the residual ``1{drawn} - p`` of each draw against the chance ``p``
that was published with it: in a fair log it is a martingale difference, whatever the rule, the
leaves and the earlier draws were. So residuals are watched, and inside groups of cases (those of
one clerk, one category, one hour), because whoever steers draws steers those that matter to him.

- Evidence is an e-process: ``M = mean over judges and bets of prod(1 + bet * (1{drawn} - p))``.
  By Ville's inequality a fair log lets it reach ``1 / alpha`` at any time whatever, however often
  one looks, with probability at most ``alpha`` (Ville 1939; Ramdas, Grünwald, Vovk, Shafer,
  "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023).
- Many watches at once are judged together by e-BH, which holds under any dependence
  (Wang, Ramdas, "False discovery rate control with e-values", JRSS B 84, 2022).
- A year that has ended is tested by the chi-square of its residuals and their own covariance
  (martingale central limit theorem), many such tests by Holm's procedure (Holm 1979).
- Faults of a program, which spare no group, show in where the published number fell: the
  randomised probability integral transform, tested by Kolmogorov and Smirnov (Stephens 1970).

Everything here is plain arithmetic on floats: it judges draws, and decides none.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, TypeVar

ALPHA: Final = 0.01
LEVEL: Final = 1 / ALPHA
"""Evidence at which a watch gives alarm: a fair log gets there once in a hundred watches."""
BETS: Final = (0.3, 1.0, 3.0)
"""Bets that a judge is drawn too often: a small, a middling and a great theft."""
AGAINST: Final = -0.5
"""The bet that he is drawn too seldom."""
RISK: Final = 0.9
"""The largest part of a stake that one draw may cost: else a bet of 3 on a chance of 1/2 owes."""
FIRST: Final = 0.75
"""How much of its stake an ongoing watch lays on its first draw, see `Evidence`."""
SHUNNED: Final = 0.1
"""How much of its stake it lays on judges being drawn too seldom."""
HALVING: Final = 100
"""After so many draws half of what was kept back is laid too."""
LARGEST: Final = 1e300
ENOUGH: Final = 5.0
"""Fewer draws than this are expected: too few for a chi-square (Cochran's rule)."""

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One drawn seat: who could be drawn with which published chance, and who was (his place)."""

    judges: tuple[str, ...]
    chances: tuple[float, ...]
    drawn: int

    @classmethod
    def of(cls, judges: Sequence[str], tickets: Sequence[int], judge: str) -> Trial:
        """Take the chances from the published tickets."""
        total = sum(tickets)
        return cls(
            judges=tuple(judges),
            chances=tuple(number / total for number in tickets),
            drawn=judges.index(judge),
        )

    @cached_property
    def factors(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """What this draw makes of a stake on each judge, bet by bet: on average, nothing."""
        return tuple(
            (
                judge,
                tuple(
                    1 + min(bet, RISK / chance) * ((place == self.drawn) - chance)
                    for bet in (*BETS, AGAINST)
                ),
            )
            for place, (judge, chance) in enumerate(zip(self.judges, self.chances, strict=True))
        )


def trials_of(request: Mapping[str, Any], seats: Sequence[Mapping[str, Any]]) -> list[Trial]:
    """Read the trials of a drawn case from its ``case`` and ``result`` entries in the log.

    For each seat of a panel the judges of the seats before it have left the list.
    """
    left = [judge for judge, _ in request["candidates"]]
    trials = []
    for seat in seats:
        trials.append(Trial.of(left, [int(number) for number in seat["tickets"]], seat["judge"]))
        left.remove(seat["judge"])
    return trials


class Evidence:
    """An e-process over the draws of one group of cases; `value` is M.

    A stake of 1 is laid in equal parts on each judge and bet; each draw multiplies every part by a
    factor that is 1 on average, so that in a fair log nobody expects to gain. ``Evidence()`` is
    exactly the mean in the head of this module. An ongoing watch differs from it in two ways,
    each of which leaves an e-process, and never less than ``first * (1 - shunned)`` of the mean:

    - It keeps a part back (``first=FIRST``) and lays it bit by bit, so that a theft that begins
      late does not hide behind honest years: a mixture over all times of beginning (as in Shin,
      Ramdas, Rinaldo, "E-detectors", New England Journal of Statistics in Data Science, 2024).
    - It lays a part (``shunned=SHUNNED``) on judges being drawn too seldom: one judge whom
      somebody avoids is hardly seen in what the others gain.

    A judge who is met later takes an equal part of what lies on the table; that changes no value,
    so nothing is gained by it. A watch is begun anew, with a stake of 1, by making a new one: the
    promise of `LEVEL` then holds for each of the two.
    """

    def __init__(self, *, first: float = 1.0, shunned: float = 0.0) -> None:
        self.draws = 0
        self.stakes: dict[str, list[float]] = {}
        self.kept = self._back = 1.0 - first
        self._first = first
        self._weights = (*[(1 - shunned) / len(BETS)] * len(BETS), shunned)

    @property
    def value(self) -> float:
        """The evidence as it stands: 1 at the beginning, large when the draws were not fair."""
        laid = sum(map(sum, self.stakes.values())) if self.stakes else self._first
        return min(LARGEST, self.kept + laid)

    @property
    def about(self) -> str:
        """The judge on whom most was won."""
        return max(self.stakes, key=lambda judge: sum(self.stakes[judge]))

    def add(self, trial: Trial) -> None:
        """Count one draw."""
        for judge in trial.judges:
            if judge not in self.stakes:
                self._meet(judge)
        self.draws += 1
        kept = self._back * HALVING / (HALVING + self.draws)
        more = (self.kept - kept) / len(trial.judges)
        self.kept = kept
        # Written out: a national year is two million of these.
        small, middling, great, against = (more * weight for weight in self._weights)
        for judge, factors in trial.factors:
            stake = self.stakes[judge]
            stake[0] = (stake[0] + small) * factors[0]
            stake[1] = (stake[1] + middling) * factors[1]
            stake[2] = (stake[2] + great) * factors[2]
            stake[3] = (stake[3] + against) * factors[3]

    def _meet(self, judge: str) -> None:
        """Lay an equal part of the stake on one more judge; the others give it up."""
        count = len(self.stakes)
        part = self._first
        if count:
            part = min(LARGEST, sum(map(sum, self.stakes.values()))) / (count + 1)
            shrink = count / (count + 1)
            for stake in self.stakes.values():
                stake[:] = [old * shrink for old in stake]
        self.stakes[judge] = [part * weight for weight in self._weights]


def found_by_e_bh(values: Mapping[Name, float], alpha: float = ALPHA) -> set[Name]:
    """Name the watches that stand although so many ran at once (e-BH).

    Among those named, at most the part ``alpha`` is wrong on average.
    """
    ranked = sorted(values, key=lambda name: values[name], reverse=True)
    most = 0
    for rank, name in enumerate(ranked, 1):
        if rank * values[name] * alpha >= len(ranked):
            most = rank
    return set(ranked[:most])


class Residuals:
    """Sums of residuals of one group, with the covariance that a fair log gives them."""

    def __init__(self) -> None:
        self.draws = 0
        self._drawn: dict[str, int] = {}
        self._sums: dict[tuple[str, ...], tuple[list[float], list[list[float]]]] = {}

    def add(self, trial: Trial) -> None:
        """Count one draw."""
        chances = trial.chances
        if trial.judges not in self._sums:
            empty = [0.0] * len(chances)
            self._sums[trial.judges] = (empty, [list(empty) for _ in chances])
        expected, products = self._sums[trial.judges]
        for place, chance in enumerate(chances):
            expected[place] += chance
            row = products[place]
            # The matrix is symmetric: its lower half is enough.
            for other in range(place + 1):
                row[other] += chance * chances[other]
        judge = trial.judges[trial.drawn]
        self._drawn[judge] = self._drawn.get(judge, 0) + 1
        self.draws += 1

    def expected(self) -> dict[str, float]:
        """How many draws each judge could expect."""
        totals: dict[str, float] = {}
        for judges, (expected, _) in self._sums.items():
            for judge, chance in zip(judges, expected, strict=True):
                totals[judge] = totals.get(judge, 0.0) + chance
        return totals

    def drawn(self, judge: str) -> int:
        """How many draws this judge got."""
        return self._drawn.get(judge, 0)

    def chi_square(self) -> tuple[float, int]:
        """Return the statistic of the residuals and its degrees of freedom.

        It leaves out judges for whom too few draws were expected. What is fixed by the others
        (residuals of a draw add up to nothing) is found by the elimination, and not counted.
        """
        expected = self.expected()
        judges = sorted(judge for judge in expected if expected[judge] >= ENOUGH)
        places = {judge: place for place, judge in enumerate(judges)}
        residuals = [self.drawn(judge) - expected[judge] for judge in judges]
        covariance = [[0.0] * len(judges) for _ in judges]
        for names, (sums, products) in self._sums.items():
            known = [(number, places[name]) for number, name in enumerate(names) if name in places]
            for number, place in known:
                covariance[place][place] += sums[number]
                for other, column in known:
                    low, high = sorted((number, other))
                    covariance[place][column] -= products[high][low]
        return _eliminated(residuals, covariance)


def _eliminated(residuals: list[float], covariance: list[list[float]]) -> tuple[float, int]:
    """Work out ``r' V^-1 r`` and the rank of V, pivot by pivot."""
    tiny = 1e-9 * max((row[place] for place, row in enumerate(covariance)), default=0.0)
    statistic, freedom = 0.0, 0
    for place, row in enumerate(covariance):
        pivot = row[place]
        if pivot <= tiny:
            continue
        statistic += residuals[place] ** 2 / pivot
        freedom += 1
        for below in range(place + 1, len(covariance)):
            part = covariance[below][place] / pivot
            residuals[below] -= part * residuals[place]
            for column in range(place, len(covariance)):
                covariance[below][column] -= part * row[column]
    return statistic, freedom


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Probability that a chi-square is at least so large (Abramowitz and Stegun, 26.4.4-5)."""
    half = statistic / 2
    if not freedom or not half:
        return 1.0
    begun, start = (math.erfc(math.sqrt(half)), 0.5) if freedom % 2 else (0.0, 0.0)
    terms = (
        math.exp((start + k) * math.log(half) - half - math.lgamma(start + k + 1))
        for k in range(freedom // 2)
    )
    return min(1.0, begun + math.fsum(terms))


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Adjust p-values for their number: any below alpha is sure at alpha for all together."""
    adjusted: dict[Name, float] = {}
    most = 0.0
    for rank, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[name]))
        adjusted[name] = most
    return adjusted


def binomial_tail(count: int, cases: int, rate: float) -> float:
    """Probability of at least so many events in so many cases at this rate, exactly."""
    if count <= 0:
        return 1.0
    if rate <= 0 or rate >= 1:
        return float(rate >= 1)
    terms = (
        math.exp(
            math.lgamma(cases + 1)
            - math.lgamma(k + 1)
            - math.lgamma(cases - k + 1)
            + k * math.log(rate)
            + (cases - k) * math.log1p(-rate)
        )
        for k in range(count, cases + 1)
    )
    return min(1.0, math.fsum(terms))


def evidence_of_rate(count: int, cases: int, rate: float) -> float:
    """Return the e-process that something happens more often than at this rate; its value now.

    It is the mean of products of `Evidence` over one event instead of judges. The rate stays the
    same all the time, so the order of the cases means nothing.
    """
    bets = [min(bet, RISK / rate) for bet in BETS]
    grown = (
        count * math.log1p(bet * (1 - rate)) + (cases - count) * math.log1p(-bet * rate)
        for bet in bets
    )
    return math.fsum(math.exp(min(part, math.log(LARGEST))) for part in grown) / len(bets)


def transform(tickets: Sequence[int], place: int, u: int) -> float:
    """Return the randomised probability integral transform of one published seat.

    Where in its interval the public number fell is the randomisation: so a draw that follows the
    rule gives the number itself, between 0 and 1, and one that does not gives where it would be.
    """
    ends = list(accumulate(tickets))
    fell = bisect_right(ends, u)
    within = (u - ends[fell] + tickets[fell] + 0.5) / tickets[fell]
    return (ends[place] - tickets[place] + within * tickets[place]) / ends[-1]


def kolmogorov(values: Iterable[float]) -> float:
    """Probability that uniform numbers lie at least so unevenly (Stephens' approximation)."""
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        return 1.0
    gap = max(
        max((place + 1) / count - value, value - place / count)
        for place, value in enumerate(ordered)
    )
    root = math.sqrt(count)
    scaled = gap * (root + 0.12 + 0.11 / root)
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))
