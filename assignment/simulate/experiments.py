"""What an insider gains by tricks in a court of seven, and how soon a theft of cases is noticed."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence

import numpy as np

from assignment.canon import mac, sha
from assignment.draw import FULL_POST, seed_of, tickets, uniform
from assignment.fairness import FIRST, LEVEL, SHUNNED, Evidence, Trial
from assignment.simulate.rules import OURS, Floats, Ints, Moment, Race, make, pick, titled
from assignment.simulate.setting import Attack, Setting

JUDGES = 7
NAMES = tuple(f"J-{place}" for place in range(JUDGES))
STANDARD = 2  # the category of a standard case
LEAVE, AFTER = 326, 50  # cases of the court in 21 working days of leave, cases after the return
GROUP, BETWEEN = 200, 19  # cases of a watched group, and other cases before the next of it
SETTLED = 400  # cases after which the ledgers no longer show that they began at nothing
HALF_A_YEAR = 2000
SOON, LATE, PARKED = 20, 100, 10


class Seven:
    """Many courts of seven equal judges at once, for what needs many repetitions."""

    def __init__(self, setting: Setting, names: Sequence[str], courts: int) -> None:
        self.posts: Ints = np.full((courts, JUDGES), FULL_POST)
        self.rng = np.random.default_rng((setting.seed, JUDGES))
        self.race = Race([make(name, setting, self.posts) for name in names], courts, JUDGES)
        self._rows = np.arange(courts)
        self._weights = np.array([weight for weight, _ in setting.weights])
        self._parts = np.array([part for _, part in setting.weights])
        self._parts /= self._parts.sum()

    def moment(self, posts: Ints | None = None) -> Moment:
        """Let a case come to each court."""
        cats = self.rng.choice(len(self._parts), len(self._rows), p=self._parts)
        bench = self.posts if posts is None else posts
        return Moment.of(self._rows, cats, self._weights[cats], bench)

    def standard(self, posts: Ints) -> Moment:
        """Let a standard case come to each court."""
        cats = np.full(len(self._rows), min(STANDARD, len(self._parts) - 1))
        return Moment.of(self._rows, cats, self._weights[cats], posts)

    def advance(self, cases: int, posts: Ints | None = None) -> Floats:
        """Draw some cases; return the mean chance of the first judge under each rule."""
        chance = np.zeros(len(self.race.rules))
        for _ in range(cases):
            moment = self.moment(posts)
            odds = self.race.odds(moment)
            chance += odds[..., 0].mean(-1)
            judges = pick(odds, self.rng.random(len(self._rows)))
            self.race.take(moment, judges, np.ones(judges.shape, np.bool_))
        return chance / cases


def flood(setting: Setting, names: Sequence[str], courts: int = 200) -> list[float]:
    """Tell how many times a fair part of the next cases goes to a judge who was on leave."""
    seven = Seven(setting, names, courts)
    seven.advance(SETTLED)
    seven.advance(LEAVE, _without(seven.posts, [0]))
    return [float(chance) * JUDGES for chance in seven.advance(AFTER)]


def steering(setting: Setting, part: float = 0.3, courts: int = 200) -> tuple[list[int], list[int]]:
    """Give a part of one group of cases to one judge; count its cases until the monitor rings.

    The group is a twentieth of all cases. The monitors are those of `assignment.fairness`: the
    plain one of the protocol, and the nightly one, which also looks for late thefts and for shunned
    judges. A court in which one has not rung in the end counts as 0.
    """
    seven = Seven(setting, [OURS], courts)
    seven.advance(SETTLED)
    watches = [
        [Evidence() for _ in range(courts)],
        [Evidence(first=FIRST, shunned=SHUNNED) for _ in range(courts)],
    ]
    rang = [[0] * courts, [0] * courts]
    for count in range(1, GROUP + 1):
        moment = seven.moment()
        odds = seven.race.odds(moment)
        stolen = seven.rng.random(courts) < part
        judges = np.where(stolen, 0, pick(odds, seven.rng.random(courts)))
        seven.race.take(moment, judges, np.ones(judges.shape, np.bool_))
        for court, (chances, judge) in enumerate(zip(odds[0], judges[0], strict=True)):
            trial = Trial(judges=NAMES, chances=tuple(chances.tolist()), drawn=int(judge))
            for watch, counts in zip(watches, rang, strict=True):
                if not counts[court]:
                    watch[court].add(trial)
                    counts[court] = count if watch[court].value >= LEVEL else 0
        seven.advance(BETWEEN)
    return rang[0], rang[1]


def attacks(setting: Setting, names: Sequence[str], courts: int = 1000) -> list[Attack]:
    """Let who sees all ledgers choose the moment, who is on leave, or what is parked on others."""
    seven = Seven(setting, names, courts)
    seven.advance(HALF_A_YEAR)
    posts, race = seven.posts, seven.race
    others = range(1, JUDGES)
    whole, one_away = [posts], [_without(posts, [other]) for other in others]
    two_away = [_without(posts, two) for two in itertools.combinations(others, 2)]

    def wanted(benches: Sequence[Ints], ledgers: Race = race) -> Floats:
        chances = [ledgers.odds(seven.standard(bench))[..., 0] for bench in benches]
        most: Floats = np.maximum.reduce(chances)
        return most

    parked = copy.deepcopy(race)
    for _ in range(PARKED):
        moment = seven.standard(posts)
        judges = parked.odds(moment)[..., 1:].argmax(-1) + 1
        parked.take(moment, judges, np.zeros(judges.shape, np.bool_))
    columns = {
        "one_away": wanted(one_away),
        "two_away": wanted(two_away),
        "ten_parked": wanted(whole, parked),
    }
    best, best_away, tops = wanted(whole), columns["one_away"], []
    for step in range(LATE):
        best = np.maximum(best, wanted(whole))
        best_away = np.maximum(best_away, wanted(one_away))
        tops.append(race.odds(seven.standard(posts)).max(-1))
        if step < SOON:
            columns["best_of_20"] = best
        seven.advance(1)
    columns |= {"guess": np.mean(tops, 0), "best_of_100": best, "best_and_away": best_away}
    means = {column: found.mean(-1) for column, found in columns.items()}
    return [
        Attack(
            rule=name,
            title=titled(name, setting),
            **{column: float(mean[rule]) for column, mean in means.items()},
        )
        for rule, name in enumerate(names)
    ]


def grinding(setting: Setting, trials: int = 1500, tries: int = 20) -> tuple[float, float]:
    """Let the court try papers until its judge is drawn: with all values known, with one unknown.

    Seed, number and tickets are the engine's own. One in seven is fair.
    """
    rng = np.random.default_rng((setting.seed, tries))
    odds = tickets(tuple((name, FULL_POST) for name in NAMES), [0] * JUDGES)
    hits = [0, 0]
    for _ in range(trials):
        values = {name: rng.bytes(32) for name in ("bar", "court", "ombudsman")}
        for unknown in (0, 1):
            supposed = values | ({"ombudsman": rng.bytes(32)} if unknown else {})
            papers = [rng.bytes(32) for _ in range(tries)]
            chosen = next((one for one in papers if _wins(one, supposed, odds)), papers[-1])
            hits[unknown] += _wins(chosen, values, odds)
    return hits[0] / trials, hits[1] / trials


def _wins(paper: bytes, values: dict[str, bytes], odds: Sequence[int]) -> bool:
    frozen = sha(paper)
    key = mac(seed_of(frozen, "2026-11-23T09:30", values), "kg-draw/1/case", frozen)
    return uniform(key, b"\0", sum(odds))[0] < odds[0]


def _without(posts: Ints, away: Sequence[int]) -> Ints:
    left = posts.copy()
    left[:, list(away)] = 0
    return left
