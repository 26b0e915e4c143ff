"""What may be changed in the model country, and what is found there: plain data, no arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from assignment.draw import FULL, REACH

# Assumptions, not measurements: to be fitted again on real registers.
COURTS = ((3, 24), (4, 5), (5, 6), (6, 5), (7, 5), (8, 3), (9, 3), (10, 3))
LARGE = (11, 12, 13, 14, 15, 16, 18, 20, 23, 40)
SIZES = (*(judges for judges, courts in COURTS for _ in range(courts)), *LARGE)
WEIGHTS = (
    (250_000, 0.245),
    (500_000, 0.26),
    (FULL, 0.28),
    (1_500_000, 0.11),
    (2_500_000, 0.065),
    (4_000_000, 0.029),
    (8_000_000, 0.011),
)
RULES = ("tilt", "uniform", "weighted", "robin", "least", "slps", "georgia", "deck", "two")
# Of rules that take leave for idleness: the rule, and the title of its fairer form.
RAW = {"raw-least": "least loaded", "raw-slps": "SLPS-like", "raw-two": "two-choices"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What may be changed with open eyes.

    Cases are those of the whole country in a year; weights are in micro-points, each with its part
    of the cases. A case for which fewer judges than the minimum are there goes to an inter-court
    pool, which is not part of the model.
    """

    courts: int = len(SIZES)
    years: int = 10
    cases: int = 250_000
    seed: int = 1
    gamma: Fraction = Fraction(1, 4)
    reach: int = REACH
    minimum: int = 1
    weights: tuple[tuple[int, float], ...] = WEIGHTS

    def sizes(self) -> list[int]:
        """Count the judges of each court; fewer courts than there are make a fair sample."""
        return [SIZES[place * len(SIZES) // self.courts] for place in range(self.courts)]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one rule did with the cases of the country.

    Deviations of the ledgers are in mean cases and, as a share, in parts of the fair load of the
    year. The guess is the chance that who sees all ledgers names the judge.
    """

    rule: str
    title: str
    rms_year: float
    rms_year_share: float
    max_year: float
    max_year_share: float
    rms_end: float
    guess: float
    above: float
    guess_small: float
    entropy: float
    min_entropy: float
    decided: float
    lowest: float
    highest: float
    flood: float


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What is the same for every rule: draws, and cases with one or no possible judge."""

    cases: int
    draws: int
    alone: int
    nobody: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """The whole table.

    Steering, nightly: after how many cases of the group the plain monitor of each court rang, and
    the nightly one; 0 for not at all.
    """

    counts: Counts
    rules: tuple[Figures, ...]
    raw_floods: dict[str, float]
    steering: tuple[int, ...]
    nightly: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Attack:
    """The chance of the wanted judge under each trick; one in seven is fair."""

    rule: str
    title: str
    guess: float
    best_of_20: float
    best_of_100: float
    one_away: float
    two_away: float
    ten_parked: float
    best_and_away: float
