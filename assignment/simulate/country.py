"""The model country: its courts, cases and absences, and one run of all rules through its years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assignment.draw import FULL_POST
from assignment.simulate.rules import Flags, Floats, Ints, Moment, Race, make, pick, titled
from assignment.simulate.setting import SIZES, Counts, Figures, Setting

Progress = Callable[[str], None]

DAYS = 250  # working days of a year
FIRST_HALF, SECOND_HALF = (4, 6), (5,)  # categories for half of the judges, where courts have two
SPECIALISED = 10  # judges of the smallest court that has two pools
CHAIR, HALF_POST, HALF_POSTS = 700, 500, 0.06
SUMMER, SHIFT, SUMMER_LEAVE = 95, 20, 20  # summer leaves of colleagues begin one after the other
LEAVE, TRAINING, ILLNESSES, ILLNESS = 10, 5, 1.5, 5
EXCLUDED, DROPPED, LINKED = 0.01, 0.01, 0.02
BACK = 255  # a linked case follows one of so many cases before it
SMALL, WIDE = 5, 12  # judges of a small court; of a court that would make arrays too wide
STRETCH, TOLD = 256, 50  # cases of a court prepared together; every how often that is told
NIGH = 1e-12


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Some hundred cases of each court, the same for every rule: the first axis is the step."""

    start: int
    moments: Moment
    cases: Flags
    years: Ints
    numbers: Floats
    others: Floats
    linked: Flags
    dropped: Flags
    back: Ints


class Country:
    """Some of the courts, with all their cases and with the absences of their judges."""

    def __init__(self, setting: Setting, sizes: Sequence[int], part: int) -> None:
        self._seed = (setting.seed, part)
        rng = np.random.default_rng(self._seed)
        self.years, self._minimum = setting.years, setting.minimum
        self.sizes = np.sort(sizes)[::-1]
        courts, self.places = len(sizes), np.arange(self.sizes[0])
        seated = self.places < self.sizes[:, None]
        half = rng.random(seated.shape) < HALF_POSTS
        self.posts: Ints = np.where(half, HALF_POST, FULL_POST) * seated
        self.posts[:, 0] = CHAIR
        self._present = np.stack([self._presence(rng) for _ in range(courts)])
        self._pools = self._specialised(seated, len(setting.weights))
        self.counts = self.sizes * setting.cases * self.years // sum(SIZES)
        shape = (int(self.counts[0]), courts)
        parts = np.array([part for _, part in setting.weights])
        self._weights = np.array([weight for weight, _ in setting.weights])
        self._cats = rng.choice(len(parts), shape, p=parts / parts.sum()).astype(np.int8)
        self._days = np.full(shape, DAYS * self.years - 1, np.int16)
        for court, count in enumerate(self.counts):
            self._days[:count, court] = np.sort(rng.integers(0, DAYS * self.years, count))
        self._numbers = rng.random((2, *shape))
        self._fate = rng.random(shape)
        self._back = rng.integers(1, BACK + 1, shape)

    def stretches(self) -> Iterator[Stretch]:
        """Yield the cases in the order of each court's own count; courts end one by one."""
        for start in range(0, int(self.counts[0]), STRETCH):
            courts = int((self.counts > start).sum())
            rows, part = np.arange(courts), (slice(start, start + STRETCH), slice(courts))
            days, cats = self._days[part], self._cats[part].astype(np.int64)
            steps = np.arange(start, start + len(days))[:, None]
            cases = steps < self.counts[:courts]
            rng = np.random.default_rng((*self._seed, start))
            excluded = rng.random((*days.shape, len(self.places)), np.float32) < EXCLUDED
            able = self._present[rows, days] & self._pools[rows, cats] & ~excluded
            able &= (cases & (able.sum(-1) >= self._minimum))[..., None]
            weights = self._weights[cats] * able.any(-1)
            fate, back = self._fate[part], self._back[part]
            yield Stretch(
                start=start,
                moments=Moment.of(rows, cats, weights, self.posts[:courts] * able),
                cases=cases,
                years=(days // DAYS).astype(np.int64),
                numbers=self._numbers[0][part],
                others=self._numbers[1][part],
                linked=(fate < LINKED) & (back <= steps),
                dropped=(fate > 1 - DROPPED) & (weights > 0),
                back=back,
            )

    def _presence(self, rng: np.random.Generator) -> Flags:
        """Tell on which days each judge of a court is there."""
        present = np.ones((self.years * DAYS, len(self.places)), np.bool_)
        for place in self.places:
            for year in range(0, self.years * DAYS, DAYS):
                away = [(SUMMER + SHIFT * (place % 3) + rng.integers(5), SUMMER_LEAVE)]
                away += [(rng.integers(DAYS), length) for length in (LEAVE, TRAINING)]
                away += [
                    (rng.integers(DAYS), rng.geometric(1 / ILLNESS))
                    for _ in range(rng.poisson(ILLNESSES))
                ]
                for start, length in away:
                    present[year + start : year + start + length, place] = False
        return present

    def _specialised(self, seated: Flags, cats: int) -> Flags:
        pools = np.repeat(seated[:, None], cats, 1)
        general = (self.sizes < SPECIALISED)[:, None]
        first = self.places < (self.sizes[:, None] + 1) // 2
        for cat in range(cats):
            if cat in FIRST_HALF:
                pools[:, cat] &= first | general
            elif cat in SECOND_HALF:
                pools[:, cat] &= ~first | general
        return pools


class Tally:
    """What is counted over the draws of each rule in each court, and how its ledgers end a year."""

    def __init__(self, rules: int, country: Country) -> None:
        courts, places = country.posts.shape
        self.sizes = country.sizes
        self.cases = int(country.counts.sum())
        self.draws, self.alone, self.nobody, self.fair = np.zeros((4, courts))
        self.guess, self.entropy, self.min_entropy, self.decided = np.zeros((4, rules, courts))
        self.lowest, self.highest = np.full(rules, np.inf), np.zeros(rules)
        self.credit: Ints = np.zeros((courts, places), np.int64)  # of the first year
        self.first: Ints = np.zeros((rules, courts, places), np.int64)
        self.last: Ints = np.zeros((rules, courts, places), np.int64)

    def count(self, stretch: Stretch, odds: Floats) -> None:
        """Count the draws in which several judges were possible; linked cases are none."""
        every = stretch.moments
        courts = slice(len(every.rows))
        eligible = every.able.sum(-1)
        draws = (eligible > 1) & ~stretch.linked
        self.draws[courts] += draws.sum(0)
        self.alone[courts] += ((eligible == 1) & ~stretch.linked).sum(0)
        self.nobody[courts] += ((eligible == 0) & stretch.cases).sum(0)
        self.fair[courts] += (every.share.max(-1) * draws).sum(0)
        self.credit[courts] += (every.credit * (stretch.years == 0)[..., None]).sum(0)
        bits = draws / np.log2(np.maximum(eligible, 2))
        seen = draws[..., None] & every.able
        inverse = seen / np.maximum(every.share, NIGH)
        for rule in range(len(self.guess)):
            chances = odds[:, rule]
            top = chances.max(-1)
            self.guess[rule, courts] += (top * draws).sum(0)
            self.decided[rule, courts] += (draws & (top > 1 - NIGH)).sum(0)
            self.min_entropy[rule, courts] -= (np.log2(np.maximum(top, NIGH)) * bits).sum(0)
            terms = chances * np.log2(np.maximum(chances, NIGH))
            self.entropy[rule, courts] -= (terms.sum(-1) * bits).sum(0)
            ratio = chances * inverse
            self.highest[rule] = max(self.highest[rule], ratio.max())
            self.lowest[rule] = min(self.lowest[rule], ratio.min(where=seen, initial=np.inf))


def parts_of(setting: Setting) -> list[Country]:
    """Make the country in parts: the widest courts by themselves, so that arrays stay narrow."""
    sizes = setting.sizes()
    parts = [[n for n in sizes if n > WIDE], [n for n in sizes if n <= WIDE]]
    return [Country(setting, part, number) for number, part in enumerate(parts) if part]


def run(setting: Setting, country: Country, names: Sequence[str], progress: Progress) -> Tally:
    """Give the cases of some courts to judges by every rule, from the first day to the last."""
    courts, places = country.posts.shape
    race = Race([make(name, setting, country.posts) for name in names], courts, places)
    tally = Tally(len(names), country)
    before: Ints = np.zeros((BACK + 1, len(names), courts), np.int64)
    turned: Ints = np.zeros(courts, np.int64)
    for stretch in country.stretches():
        rows = stretch.moments.rows
        odds = np.empty((len(stretch.years), len(names), len(rows), places))
        linking: Flags = np.logical_or.reduce(stretch.linked, -1)
        dropping: Flags = np.logical_or.reduce(stretch.dropped, -1)
        for step, number in enumerate(stretch.numbers):
            ended = np.flatnonzero(stretch.years[step] > turned[rows])
            if len(ended):
                _turn(race, tally, ended, turned)
                turned[ended] = stretch.years[step, ended]
            moment = stretch.moments.at(step)
            odds[step] = race.odds(moment)
            judges = pick(odds[step], number)
            drawn = np.repeat((moment.weights > 0)[None], len(names), 0)
            place = stretch.start + step
            if linking[step]:
                first = before[(place - stretch.back[step]) % (BACK + 1), :, rows].T
                linked = stretch.linked[step] & moment.able[rows, first]
                judges, drawn = np.where(linked, first, judges), drawn & ~linked
            race.take(moment, judges, drawn)
            if dropping[step]:
                leave = np.flatnonzero(stretch.dropped[step])
                race.drop(moment.only(leave), judges[:, leave], stretch.others[step, leave])
            before[place % (BACK + 1), :, : len(rows)] = judges
        tally.count(stretch, odds)
        if stretch.start // STRETCH % TOLD == 0:
            progress(f"{courts} courts: case {stretch.start} of {country.counts[0]}")
    _turn(race, tally, np.flatnonzero(turned < country.years), turned)
    tally.last = race.standing
    return tally


def whole(
    setting: Setting, names: Sequence[str], floods: Sequence[float], progress: Progress
) -> tuple[Counts, tuple[Figures, ...]]:
    """Run all courts under some rules."""
    tallies = [run(setting, part, names, progress) for part in parts_of(setting)]
    counts = Counts(
        cases=sum(tally.cases for tally in tallies),
        draws=int(_sum(tally.draws for tally in tallies)),
        alone=int(_sum(tally.alone for tally in tallies)),
        nobody=int(_sum(tally.nobody for tally in tallies)),
    )
    return counts, figures(setting, names, tallies, floods)


def figures(
    setting: Setting, names: Sequence[str], tallies: Sequence[Tally], floods: Sequence[float]
) -> tuple[Figures, ...]:
    """Put together what was counted in the parts of the country."""
    mean = sum(weight * part for weight, part in setting.weights)
    mean /= sum(part for _, part in setting.weights)
    draws = _sum(tally.draws for tally in tallies)
    fair = _sum(tally.fair for tally in tallies) / draws
    small = [(tally, tally.sizes <= SMALL) for tally in tallies]
    few = _sum(tally.draws[which] for tally, which in small)
    load = np.concatenate([tally.credit[tally.credit > 0] for tally in tallies])
    result = []
    for rule, name in enumerate(names):
        year = np.concatenate([tally.first[rule][tally.credit > 0] for tally in tallies])
        end = np.concatenate([tally.last[rule][tally.credit > 0] for tally in tallies])
        guess = _sum(tally.guess[rule] for tally in tallies) / draws
        result.append(
            Figures(
                rule=name,
                title=titled(name, setting),
                rms_year=_rms(year) / mean,
                rms_year_share=_rms(year / load),
                max_year=float(np.abs(year).max()) / mean,
                max_year_share=float(np.abs(year / load).max()),
                rms_end=_rms(end) / mean,
                guess=guess,
                above=guess - fair,
                guess_small=_sum(tally.guess[rule][which] for tally, which in small) / max(few, 1),
                entropy=_sum(tally.entropy[rule] for tally in tallies) / draws,
                min_entropy=_sum(tally.min_entropy[rule] for tally in tallies) / draws,
                decided=_sum(tally.decided[rule] for tally in tallies) / draws,
                lowest=float(min(tally.lowest[rule] for tally in tallies)),
                highest=float(max(tally.highest[rule] for tally in tallies)),
                flood=floods[rule],
            )
        )
    return tuple(result)


def _turn(race: Race, tally: Tally, ended: Ints, turned: Ints) -> None:
    """Keep the ledgers of the courts whose first year ended, and tell the rules of any year."""
    first = ended[turned[ended] == 0]
    tally.first[:, first] = race.standing[:, first]
    for rule in race.rules:
        rule.new_year(ended)


def _sum(found: Iterable[Floats]) -> float:
    return float(sum(one.sum() for one in found))


def _rms(numbers: Ints | Floats) -> float:
    return float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64))))
