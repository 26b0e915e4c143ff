"""The figures by which claims are found to repeat one another, each with the day it begins."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sud.refiling.fingerprint import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds from a day on."""

    valid_from: date
    months: int
    same_words: float
    near_words: float
    near_price: float
    copies: int
    note: str

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(
            same_words=self.same_words, near_words=self.near_words, near_price=self.near_price
        )


def rule_on(day: date) -> Rule:
    """Return the rule of a day."""
    return max(
        (rule for rule in _rules() if rule.valid_from <= day), key=lambda rule: rule.valid_from
    )


@cache
def _rules() -> tuple[Rule, ...]:
    text = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
    return tuple(Rule(**row) for row in tomllib.loads(text)["rule"])
