"""How long recordings are kept, as dated rows that an order of the Supreme Court sets."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How many years, and where that stands."""

    years: int
    ky: str
    ru: str
    en: str

    def law(self, lang: str) -> str:
        return {"ky": self.ky, "ru": self.ru}.get(lang, self.en)

    def ends(self, begun: date) -> date:
        """Return the last day; the 29th of February becomes the 28th."""
        try:
            return begun.replace(year=begun.year + self.years)
        except ValueError:
            return begun.replace(year=begun.year + self.years, day=28)


def term_of(*, kind: str, category: str, day: date) -> Term:
    """Return the term of cases of a kind and category whose act entered into force on a day."""
    begun = [row for row in _file()["keep"] if row["valid_from"] <= day]
    fitting = [row for row in begun if _fit(row, kind, category) is not None]
    best = max(fitting, key=lambda row: (_fit(row, kind, category), row["valid_from"]))
    return Term(years=best["years"], ky=best["ky"], ru=best["ru"], en=best["en"])


def shortest_years() -> int:
    """Return the shortest term of all: nothing younger can be over."""
    years: int = min(row["years"] for row in _file()["keep"])
    return years


def _fit(row: dict[str, Any], kind: str, category: str) -> int | None:
    """Tell how closely a row fits: 2 by category, 1 by kind, 0 for all, none where it does not."""
    if "category" in row:
        return 2 if row["category"] == category else None
    if "kind" in row:
        return 1 if row["kind"] == kind else None
    return 0


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
