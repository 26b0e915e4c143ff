"""What the monitors say about one court: evidence and tests over draws that were read before."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from assignment import fairness
from assignment.fairness import Evidence, Residuals, Trial
from sud.models import WatchAttribute, WatchMeasure

FEWEST: Final = 5
"""No smaller group can give alarm: four draws multiply no stake by more than 256, and with two
judges and three bets a single stake is at most a sixth of the whole."""
POINTS: Final = 150
LATEST: Final = 20
ENOUGH_OTHERS: Final = 100
"""With fewer other cases in the court, the rate of the whole country is the measure."""
INITIATORS: Final = (WatchAttribute.CLERK, WatchAttribute.ACCOUNT)
RATES: Final = (
    WatchMeasure.REDRAW,
    WatchMeasure.LINK,
    WatchMeasure.EXCLUSION,
    WatchMeasure.NO_DRAW,
    WatchMeasure.MANUAL,
)

Watched = tuple[WatchMeasure, WatchAttribute, str]
"""What one watch is about, within a court: the measure, the attribute and the group."""
Groups = Mapping[WatchAttribute, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A case that was drawn: its trials from the log, and the groups it belongs to in private."""

    index: int
    at: datetime
    request: str
    trials: Sequence[Trial]
    falls: Sequence[float]
    groups: Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A case that came in, drawn or not, and what happened to it."""

    index: int
    at: datetime
    request: str
    events: frozenset[WatchMeasure]
    groups: Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A watch that went off."""

    watched: Watched
    judge: str | None
    since: int
    crossed: int
    crossed_at: datetime
    seen: int
    draws: int
    observed: int
    expected: float
    value: float
    highest: float
    picture: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One attribute of a court: its strongest evidence and the test of its residuals."""

    attribute: WatchAttribute
    draws: int
    groups: int
    value: float
    chi_square: float
    freedom: int
    numbers_p: float | None


@dataclass(slots=True)
class Report:
    """Everything that the monitors say about the draws of one court."""

    draws: int = 0
    figures: list[Figure] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    values: dict[Watched, float] = field(default_factory=dict)


def report_of(draws: Sequence[Draw], settled: Mapping[Watched, int]) -> Report:
    """Run every monitor over a court's draws, in their order.

    A watch whose alarm was settled begins anew after the draw that the auditor had seen.
    """
    report = Report(draws=len(draws))
    for attribute in WatchAttribute:
        groups = _grouped(draws, attribute)
        statistic, freedom, strongest = 0.0, 0, 1.0
        for ref, members in groups.items():
            more, degrees = _residuals(members)
            statistic, freedom = statistic + more, freedom + degrees
            watched = (WatchMeasure.JUDGE, attribute, ref)
            counted = [one for one in members if one.index > settled.get(watched, -1)]
            if sum(len(one.trials) for one in counted) < FEWEST:
                continue
            value, found = _watch(watched, counted)
            report.values[watched] = value
            strongest = max(strongest, value)
            if found:
                report.found.append(found)
        whole = attribute is WatchAttribute.ALL
        report.figures.append(
            Figure(
                attribute=attribute,
                draws=sum(len(members) for members in groups.values()),
                groups=len(groups),
                value=strongest,
                chi_square=statistic,
                freedom=freedom,
                numbers_p=fairness.kolmogorov(fall for one in draws for fall in one.falls)
                if whole
                else None,
            )
        )
    return report


def _grouped(draws: Iterable[Draw], attribute: WatchAttribute) -> dict[str, list[Draw]]:
    groups: dict[str, list[Draw]] = defaultdict(list)
    for draw in draws:
        for ref in draw.groups.get(attribute, ()):
            groups[ref].append(draw)
    return groups


def _residuals(members: Sequence[Draw]) -> tuple[float, int]:
    if len(members) < fairness.ENOUGH:
        return 0.0, 0
    sums = Residuals()
    for draw in members:
        for trial in draw.trials:
            sums.add(trial)
    return sums.chi_square()


def _watch(watched: Watched, members: Sequence[Draw]) -> tuple[float, Found | None]:
    evidence = Evidence(first=fairness.FIRST, shunned=fairness.SHUNNED)
    path: list[float] = []
    crossed: int | None = None
    for place, draw in enumerate(members):
        for trial in draw.trials:
            evidence.add(trial)
        value = evidence.value
        path.append(value)
        if crossed is None and value >= fairness.LEVEL:
            crossed = place
    if crossed is None:
        return path[-1], None
    return path[-1], _found(watched, members, crossed, path, evidence.about)


def _found(
    watched: Watched, members: Sequence[Draw], crossed: int, path: Sequence[float], judge: str
) -> Found:
    expected: dict[str, float] = defaultdict(float)
    drawn: Counter[str] = Counter()
    for draw in members:
        for trial in draw.trials:
            drawn[trial.judges[trial.drawn]] += 1
            for one, chance in zip(trial.judges, trial.chances, strict=True):
                expected[one] += chance
    return Found(
        watched=watched,
        judge=judge,
        since=members[0].index,
        crossed=members[crossed].index,
        crossed_at=members[crossed].at,
        seen=members[-1].index,
        draws=len(members),
        observed=drawn[judge],
        expected=expected[judge],
        value=path[-1],
        highest=max(path),
        picture={
            "path": _thinned(path, crossed),
            "judges": [[one, drawn[one], round(expected[one], 3)] for one in sorted(expected)],
            "requests": [
                draw.request
                for draw in members
                if any(trial.judges[trial.drawn] == judge for trial in draw.trials)
            ][-LATEST:],
        },
    )


def _thinned(path: Sequence[float], crossed: int) -> list[list[float]]:
    """Keep so many points of the way as a picture needs, with the crossing and the end."""
    step = -(-len(path) // POINTS)
    kept = {0, crossed, len(path) - 1, *range(0, len(path), step)}
    return [[place + 1, round(math.log10(path[place]), 3)] for place in sorted(kept)]


# ------------------------------------------------------------------ rates per initiator


@dataclass(slots=True)
class Tally:
    """How many cases, and to how many of them something happened; which they were."""

    cases: int = 0
    events: int = 0
    since: int = 0
    seen: int = 0
    at: datetime | None = None
    requests: list[str] = field(default_factory=list)

    def count(self, matter: Matter, *, event: bool) -> None:
        """Count one case."""
        self.since = self.since or matter.index
        self.seen, self.at = matter.index, matter.at
        self.cases += 1
        if event:
            self.events += 1
            self.requests.append(matter.request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What happened to an initiator's cases, beside what happened to the others'."""

    watched: Watched
    cases: int
    events: int
    expected: float
    p_value: float
    value: float
    found: Found | None


def tallies_of(matters: Iterable[Matter], settled: Mapping[Watched, int]) -> dict[Watched, Tally]:
    """Count what happened to the cases of a court: to all of them, and by who brought them in."""
    tallies: dict[Watched, Tally] = defaultdict(Tally)
    for matter in matters:
        for attribute in (WatchAttribute.ALL, *INITIATORS):
            for ref in matter.groups.get(attribute, ()):
                for measure in RATES:
                    watched = (measure, attribute, ref)
                    if matter.index > settled.get(watched, -1):
                        tallies[watched].count(matter, event=measure in matter.events)
    return tallies


def country_of(courts: Iterable[Mapping[Watched, Tally]]) -> dict[WatchMeasure, tuple[int, int]]:
    """Add up how often each thing happened in the whole country."""
    totals = dict.fromkeys(RATES, (0, 0))
    for tallies in courts:
        for (measure, attribute, _), tally in tallies.items():
            if attribute is WatchAttribute.ALL:
                events, cases = totals[measure]
                totals[measure] = (events + tally.events, cases + tally.cases)
    return totals


def rates_of(
    tallies: Mapping[Watched, Tally], country: Mapping[WatchMeasure, tuple[int, int]]
) -> list[Rate]:
    """Compare each initiator with the other cases of the court, or of the country if it is small.

    The watch gives the benefit of the doubt: it takes for the rate of the others what they may
    well have had, two standard deviations above what they did have.
    """
    rates = []
    for watched, tally in tallies.items():
        measure, attribute, _ = watched
        whole = tallies[measure, WatchAttribute.ALL, ""]
        if attribute is WatchAttribute.ALL:
            events, others = country[measure]
        elif not tally.events:
            continue
        elif whole.cases - tally.cases >= ENOUGH_OTHERS:
            events, others = whole.events - tally.events, whole.cases - tally.cases
        else:
            events, others = country[measure]
            events, others = max(0, events - tally.events), max(0, others - tally.cases)
        likely = (events + 1) / (others + 2)
        doubted = min(0.999, (events + 2 * math.sqrt(events + 1) + 1) / (others + 2))
        value = fairness.evidence_of_rate(tally.events, tally.cases, doubted)
        rate = Rate(
            watched=watched,
            cases=tally.cases,
            events=tally.events,
            expected=likely * tally.cases,
            p_value=fairness.binomial_tail(tally.events, tally.cases, likely),
            value=value,
            found=_found_rate(watched, tally, likely * tally.cases, value),
        )
        rates.append(rate)
    return rates


def _found_rate(watched: Watched, tally: Tally, expected: float, value: float) -> Found | None:
    if watched[1] is WatchAttribute.ALL or value < fairness.LEVEL or tally.at is None:
        return None
    return Found(
        watched=watched,
        judge=None,
        since=tally.since,
        crossed=tally.seen,
        crossed_at=tally.at,
        seen=tally.seen,
        draws=tally.cases,
        observed=tally.events,
        expected=expected,
        value=value,
        highest=value,
        picture={"path": [], "judges": [], "requests": tally.requests[-LATEST:]},
    )
