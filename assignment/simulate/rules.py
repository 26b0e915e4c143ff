"""The rules that share out cases, in all courts at once, and the ledgers they are held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from assignment.draw import FULL, FULL_POST
from assignment.simulate.setting import Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEVER = 2**62
OURS = "tilt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The next case of each court: what it weighs (0: there is none) and who may take it.

    Arrays end in one place for each judge of the widest court; a stretch of moments has its steps
    in front.
    """

    rows: Ints
    cats: Ints
    weights: Ints
    posts: Ints
    able: Flags
    total: Ints
    share: Floats
    credit: Ints

    @classmethod
    def of(cls, rows: Ints, cats: Ints, weights: Ints, posts: Ints) -> Moment:
        total = np.maximum(posts.sum(-1, keepdims=True), 1)
        return cls(
            rows=rows,
            cats=cats,
            weights=weights,
            posts=posts,
            able=posts > 0,
            total=total,
            share=posts / total,
            credit=credits_of(weights, posts),
        )

    def at(self, step: int) -> Moment:
        """Return one step of a stretch."""
        return Moment(
            rows=self.rows,
            cats=self.cats[step],
            weights=self.weights[step],
            posts=self.posts[step],
            able=self.able[step],
            total=self.total[step],
            share=self.share[step],
            credit=self.credit[step],
        )

    def only(self, which: Ints) -> Moment:
        """Return the same moment in some of its courts."""
        return Moment.of(self.rows[which], self.cats[which], self.weights[which], self.posts[which])


def credits_of(weights: Ints, posts: Ints) -> Ints:
    """Share each weight out among the eligible, to the last micro-point, as the ledger does."""
    parts: Ints = weights[..., None] * posts // np.maximum(posts.sum(-1, keepdims=True), 1)
    leftover = weights - parts.sum(-1)
    eligible = posts > 0
    parts += eligible & (eligible.cumsum(-1) <= leftover[..., None])
    return parts


def bent(posts: Ints, standing: Ints, gamma: Fraction, reach: int) -> Ints:
    """Give tickets as the engine does, for any slope and reach."""
    cut = np.minimum(np.maximum(standing, -reach), reach)
    total = np.add.reduce(posts, -1, keepdims=True)
    pull = np.add.reduce(posts * cut, -1, keepdims=True)
    even = gamma.denominator * reach * total + gamma.numerator * pull
    tickets: Ints = posts * (even - gamma.numerator * total * cut)
    return tickets


def pick(odds: Floats, numbers: Floats) -> Ints:
    """Walk the chances in order of the judges until the number is reached."""
    walked = odds.cumsum(-1)
    reached: Ints = np.add.reduce(walked <= numbers[..., None] * walked[..., -1:], -1)
    places: Ints = np.minimum(reached, odds.shape[-1] - 1)
    return places


class Rule:
    """Gives every eligible judge a chance, and may remember who took what."""

    title: ClassVar[str]

    def __init__(self, posts: Ints, cats: int) -> None:
        self.posts = np.maximum(posts, 1)  # where nobody sits, nothing is divided by nothing
        self.cats = cats

    def odds(self, moment: Moment, standing: Ints) -> Floats:
        """Give the chances, from the moment, the fair ledgers and what the rule remembers."""
        raise NotImplementedError

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:
        """Remember who took the case: drawn, or linked to a judge without a draw."""

    def new_year(self, rows: Ints) -> None:
        """Remember that a year is over in these courts."""


class Tilt(Rule):
    """Ours: the fair share, bent towards balance by at most twice gamma."""

    title = "linear tilt"

    def __init__(self, posts: Ints, cats: int, gamma: Fraction, reach: int) -> None:
        super().__init__(posts, cats)
        self.gamma, self.reach = gamma, reach

    def odds(self, moment: Moment, standing: Ints) -> Floats:
        full = self.gamma.denominator * self.reach * moment.total * moment.total
        return bent(moment.posts, standing, self.gamma, self.reach) / full


class Uniform(Rule):
    title = "uniform random"

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        return _alike(moment.able)


class Weighted(Rule):
    title = "availability-weighted"

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        return moment.share


class RoundRobin(Rule):
    """In order of the list, a list for each category."""

    title = "round robin"

    def __init__(self, posts: Ints, cats: int) -> None:
        super().__init__(posts, cats)
        self.last: Ints = np.full((len(posts), cats), -1)
        self.places = np.arange(posts.shape[1])

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        ahead = (self.places - self.last[moment.rows, moment.cats, None] - 1) % len(self.places)
        return _least(np.where(moment.able, ahead, NEVER))

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:
        last = self.last[moment.rows, moment.cats]
        self.last[moment.rows, moment.cats] = np.where(drawn, judges, last)


class LeastLoaded(Rule):
    title = "least loaded"

    def odds(self, moment: Moment, standing: Ints) -> Floats:
        return _least(np.where(moment.able, standing, NEVER))


class TwoChoices(Rule):
    """Two names out of the hat; the one who owes more work takes the case."""

    title = "two-choices"

    def odds(self, moment: Moment, standing: Ints) -> Floats:
        rows = np.arange(len(standing))[:, None]
        order = np.where(moment.able, standing, NEVER).argsort(-1)
        share = moment.share[rows, order]
        # who stands at a place wins against all behind: s² + 2·s·(what is behind)
        chance = np.empty_like(share)
        chance[rows, order] = share * (2 - 2 * share.cumsum(-1) + share)
        return chance


class Slps(Rule):
    """Poland, as modelled: per category, anyone within three conversion cases of the least."""

    title = "SLPS-like"
    within = 3

    def __init__(self, posts: Ints, cats: int) -> None:
        super().__init__(posts, cats)
        self.counter = np.zeros((len(posts), cats, posts.shape[1]))

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        converted = self.counter[moment.rows, moment.cats] * FULL_POST / self.posts[moment.rows]
        return _least(np.where(moment.able, converted, np.inf), self.within)

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:  # noqa: ARG002
        self.counter[moment.rows, moment.cats] -= moment.share
        self.counter[moment.rows, moment.cats, judges] += moment.weights > 0


class Georgia(Rule):
    """Georgia, as modelled: anyone within a fifth of the fewest; January starts from nothing."""

    title = "Georgia-like"
    within = 1.2

    def __init__(self, posts: Ints, cats: int) -> None:
        super().__init__(posts, cats)
        self.count = np.zeros(posts.shape)

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        count = np.where(moment.able, self.count[moment.rows] / self.posts[moment.rows], np.inf)
        few = np.minimum.reduce(count, -1, keepdims=True)
        return _alike(moment.able & (count <= self.within * few))

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:  # noqa: ARG002
        self.count[moment.rows, judges] += moment.weights > 0

    def new_year(self, rows: Ints) -> None:
        self.count[rows] = 0


class Deck(Rule):
    """United States, as modelled: ten cards of a full post per category, drawn to the last."""

    title = "card deck"
    cards = 10

    def __init__(self, posts: Ints, cats: int) -> None:
        super().__init__(posts, cats)
        self.full = np.rint(posts * self.cards / FULL_POST)
        self.hand = np.repeat(self.full[:, None], cats, 1)

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        return _alike(self._held(moment) * moment.able)

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:  # noqa: ARG002
        held = self._held(moment)
        held[np.arange(len(judges)), judges] -= moment.weights > 0
        self.hand[moment.rows, moment.cats] = np.maximum(held, 0)

    def _held(self, moment: Moment) -> Floats:
        held = self.hand[moment.rows, moment.cats]
        over = ~np.logical_or.reduce((held > 0) & moment.able, -1)
        held[over] = self.full[moment.rows[over]]
        return held


class RawLeastLoaded(Rule):
    """Least loaded by what was done, as if leave were idleness."""

    title = "least loaded, raw load"

    def __init__(self, posts: Ints, cats: int) -> None:
        super().__init__(posts, cats)
        self.load: Ints = np.zeros(posts.shape, np.int64)
        self.rule: Rule = LeastLoaded(posts, cats)

    def odds(self, moment: Moment, standing: Ints) -> Floats:  # noqa: ARG002
        return self.rule.odds(moment, self.load[moment.rows])

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:  # noqa: ARG002
        self.load[moment.rows, judges] += moment.weights


class RawTwoChoices(RawLeastLoaded):
    title = "two-choices, raw load"

    def __init__(self, posts: Ints, cats: int) -> None:
        super().__init__(posts, cats)
        self.rule = TwoChoices(posts, cats)


class RawSlps(Slps):
    title = "SLPS-like, raw counts"

    def took(self, moment: Moment, judges: Ints, drawn: Flags) -> None:  # noqa: ARG002
        self.counter[moment.rows, moment.cats, judges] += moment.weights > 0


RULES: dict[str, type[Rule]] = {
    "uniform": Uniform,
    "weighted": Weighted,
    "robin": RoundRobin,
    "least": LeastLoaded,
    "slps": Slps,
    "georgia": Georgia,
    "deck": Deck,
    "two": TwoChoices,
    "raw-least": RawLeastLoaded,
    "raw-slps": RawSlps,
    "raw-two": RawTwoChoices,
}


def make(name: str, setting: Setting, posts: Ints) -> Rule:
    """Build a rule by its name; ``tilt:1/3:6`` is ours with another slope and reach."""
    cats = len(setting.weights)
    kind, *numbers = name.split(":")
    if kind == OURS:
        gamma = Fraction(numbers[0]) if numbers else setting.gamma
        reach = int(Fraction(numbers[1]) * FULL) if numbers[1:] else setting.reach
        if not (0 < gamma < Fraction(1, 2) and gamma.denominator <= 100 and 0 < reach <= 10**9):  # noqa: PLR2004
            raise ValueError(f"{name}: gamma is a plain fraction below 1/2, the reach at most 1000")
        return Tilt(posts, cats, gamma, reach)
    if name not in RULES:
        raise ValueError(f"there is no rule {name!r}, but {OURS}, {', '.join(RULES)}")
    return RULES[name](posts, cats)


def titled(name: str, setting: Setting) -> str:
    """Say what the rule is called in a table."""
    rule = make(name, setting, np.zeros((1, 1), np.int64))
    if isinstance(rule, Tilt):
        return f"{rule.title} {rule.gamma}, {Fraction(rule.reach, FULL)}"
    return rule.title


class Race:
    """The same cases, given to judges by several rules side by side, each with its own ledgers.

    The ledgers are those of the protocol for every rule, whether it looks at them or not.
    """

    def __init__(self, rules: Sequence[Rule], courts: int, places: int) -> None:
        self.rules = rules
        self.standing: Ints = np.zeros((len(rules), courts, places), np.int64)
        self._by_rule = np.arange(len(rules))[:, None]

    def odds(self, moment: Moment) -> Floats:
        """Give the chances under each rule."""
        courts = len(moment.rows)
        result = np.empty((len(self.rules), *moment.posts.shape))
        for place, rule in enumerate(self.rules):
            result[place] = rule.odds(moment, self.standing[place, :courts])
        return result

    def take(self, moment: Moment, judges: Ints, drawn: Flags) -> None:
        """Credit everybody eligible, charge who takes the case, and let the rules remember."""
        self.standing[:, : len(moment.rows)] -= moment.credit
        self.standing[self._by_rule, moment.rows, judges] += moment.weights
        for place, rule in enumerate(self.rules):
            rule.took(moment, judges[place], drawn[place])

    def drop(self, moment: Moment, judges: Ints, numbers: Floats) -> None:
        """Take the case from its judge in each court of the moment, and draw it among the rest.

        The leaver loses the charge and keeps the credit; where nobody else is left it stays.
        """
        places = np.arange(len(moment.rows))
        for place, rule in enumerate(self.rules):
            leaver = judges[place]
            posts = moment.posts.copy()
            posts[places, leaver] = 0
            goes: Flags = np.logical_or.reduce(posts, -1)
            kept = moment.credit[places, leaver]
            back = moment.credit.copy()
            back[places, leaver] = -moment.weights
            ledgers = self.standing[place, moment.rows] + back * goes[:, None]
            again = Moment.of(moment.rows, moment.cats, (moment.weights - kept) * goes, posts)
            chosen = pick(rule.odds(again, ledgers), numbers)
            ledgers -= again.credit
            ledgers[places, chosen] += moment.weights * goes
            self.standing[place, moment.rows] = ledgers
            rule.took(again, chosen, goes)


def _alike(numbers: Floats | Flags) -> Floats:
    """Give chances in proportion to the numbers; where all are 0 there is no case."""
    chances: Floats = numbers / np.maximum(np.add.reduce(numbers, -1, keepdims=True), 1)
    return chances


def _least(measure: Ints | Floats, within: int = 0) -> Floats:
    return _alike(measure <= np.minimum.reduce(measure, -1, keepdims=True) + within)
