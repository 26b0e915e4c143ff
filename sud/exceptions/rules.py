"""On which grounds and how often the draw may be bypassed, each with the day it begins."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sud.models import ManualGround


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A ground to name a judge by hand, and the law that allows it."""

    code: ManualGround
    ky: str
    ru: str
    en: str

    def law(self, lang: str) -> str:
        return {"ky": self.ky, "ru": self.ru}.get(lang, self.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many judges a court may name by hand."""

    month: int
    year_share: float
    year_least: int

    def of_year(self, cases: int) -> int:
        """Return the limit of a year in which the court has so many cases."""
        return max(self.year_least, int(cases * self.year_share))


def grounds_on(day: date) -> Sequence[Ground]:
    """Return the grounds of a day in the order of the file."""
    latest = {row["code"]: row for row in _rows("ground", day)}
    return [
        Ground(code=ManualGround(code), ky=row["ky"], ru=row["ru"], en=row["en"])
        for code, row in latest.items()
    ]


def quota_on(day: date) -> Quota:
    """Return the limits of a day."""
    row = _rows("quota", day)[-1]
    return Quota(month=row["month"], year_share=row["year_share"], year_least=row["year_least"])


def days_on(day: date) -> int:
    """Return after how many days a proposal of that day expires."""
    days: int = _rows("term", day)[-1]["days"]
    return days


def _rows(kind: str, day: date) -> list[dict[str, Any]]:
    """Return the rows that have begun, the latest last."""
    begun = [row for row in _file()[kind] if row["valid_from"] <= day]
    return sorted(begun, key=lambda row: row["valid_from"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
