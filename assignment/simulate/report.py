"""The figures of the simulation as tables, and whether the targets of the protocol are reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from statistics import median

from assignment.simulate.setting import Attack, Figures, Result

# Figures to reach: what, where it stands, the bound, how it is written.
UPPER = (
    ("weighted-load deviation after a year, RMS", "rms_year_share", 0.02, "{:.1%}"),
    ("weighted-load deviation after a year, worst judge", "max_year_share", 0.09, "{:.1%}"),
    ("insider's guess above the best possible with exact shares", "above", 0.025, "{:.2%}"),
    ("highest chance, in fair shares", "highest", 1.5, "{:.2f}"),
    ("draws already decided", "decided", 0.0, "{:.1%}"),
    ("cases after a leave, in fair parts", "flood", 1.05, "{:.2f}"),
)
LOWEST = 0.5
NOTICED = 40  # "about 34" cases, give or take the chance of a run

HEADS = (
    "rule",
    "RMS 1 y, cases (share)",
    "worst 1 y, cases (share)",
    "RMS at the end, cases",
    "guess",
    "above fair",
    "guess, courts ≤ 5",
    "H",
    "Hmin",
    "decided",
    "odds / share",
    "after leave",
)
ATTACK_HEADS = ("rule", "guess", "T20", "T100", "L1", "L2", "S10", "T100+L1")


def table(result: Result) -> Iterator[str]:
    """Lay out the whole run."""
    yield from _rows(HEADS, [_row(one) for one in result.rules])
    yield ""
    counts = result.counts
    draws = max(counts.draws, 1)
    yield (
        f"{counts.cases} cases, {counts.draws} draws among several judges; {counts.alone} cases "
        f"({counts.alone / draws:.2%} of the draws) had one possible judge and "
        f"{counts.nobody} found no bench at all: the same for every rule."
    )
    raw = ", ".join(f"{name} ×{flood:.1f}" for name, flood in result.raw_floods.items())
    yield f"Cases after a leave, when a rule takes leave for idleness: {raw}."
    yield (
        "30 % of one group steered to one judge is noticed after "
        f"{_noticed(result.steering):.0f} cases of the group (median; in nine courts of ten after "
        f"{_late(result.steering):.0f}); by the nightly monitor, which also looks for late thefts "
        f"and shunned judges, after {_noticed(result.nightly):.0f} ({_late(result.nightly):.0f})."
    )
    for one in result.rules:
        if one.rule == "tilt":
            yield ""
            yield from verdicts(one, result)


def verdicts(ours: Figures, result: Result) -> Iterator[str]:
    """Say of each target whether it is reached, and by how much not."""
    for what, field, bound, form in UPPER:
        found = getattr(ours, field)
        yield _verdict(what, found, bound, form, met=found <= bound, sign="≤")
    yield _verdict(
        "lowest chance, in fair shares",
        ours.lowest,
        LOWEST,
        "{:.2f}",
        met=ours.lowest >= LOWEST,
        sign="≥",
    )
    noticed = _noticed(result.steering)
    yield _verdict(
        "cases until 30 % steering is noticed", noticed, NOTICED, "{:.0f}", met=noticed <= NOTICED
    )


def attack_table(rows: Sequence[Attack], known: float, unknown: float) -> Iterator[str]:
    """Lay out what an insider gains."""
    cells = [
        (
            row.title,
            *(
                f"{chance:.3f}"
                for chance in (
                    row.guess,
                    row.best_of_20,
                    row.best_of_100,
                    row.one_away,
                    row.two_away,
                    row.ten_parked,
                    row.best_and_away,
                )
            ),
        )
        for row in rows
    ]
    yield from _rows(ATTACK_HEADS, cells)
    yield ""
    yield (
        "Papers tried 20 times until the wanted judge would be drawn, fair .143: "
        f"with the values of all contributors known {known:.3f}, with one unknown {unknown:.3f}."
    )


def _row(one: Figures) -> tuple[str, ...]:
    return (
        one.title,
        f"{one.rms_year:.1f} ({one.rms_year_share:.1%})",
        f"{one.max_year:.0f} ({one.max_year_share:.0%})",
        f"{one.rms_end:.1f}",
        f"{one.guess:.3f}",
        f"{one.above * 100:+.1f}",
        f"{one.guess_small:.3f}",
        f"{one.entropy:.3f}",
        f"{one.min_entropy:.3f}",
        f"{one.decided:.1%}",
        f"{one.lowest:.2f}–{one.highest:.2f}",
        f"×{one.flood:.1f}",
    )


def _rows(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in (heads, *cells)) for place in range(len(heads))]
    for row in (heads, ["-" * width for width in widths], *cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(padded)} |"


def _verdict(
    what: str, found: float, bound: float, form: str, *, met: bool, sign: str = "≤"
) -> str:
    end = "reached" if met else f"missed by {form.format(abs(found - bound))}"
    return f"{what}: {form.format(found)}, target {sign} {form.format(bound)}: {end}"


def _noticed(counts: Sequence[int]) -> float:
    return median(count or inf for count in counts)


def _late(counts: Sequence[int]) -> float:
    return sorted(count or inf for count in counts)[len(counts) * 9 // 10]
