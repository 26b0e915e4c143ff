"""Policy: says how data of a sort, of a role, in a kind of case is treated before the public."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

ANY = "*"
"""Stands in a rule for every category, role or kind of case."""


class Treatment(StrEnum):
    """What becomes of a piece of data in a text for the public."""

    HIDE = "hide"  # a label of the role, or the word for the sort of data, stands instead
    INITIALS = "initials"  # a name is shortened to its letters; anything else is hidden
    KEEP = "keep"  # it stays
    NEVER = "never"  # a text that may hold it is not published; where met, it is hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table; ``*`` matches anything."""

    category: str
    treatment: Treatment
    role: str = ANY
    case_kind: str = ANY

    def fits(self, category: str, role: str, case_kind: str) -> bool:
        """Tell whether the row speaks of such data."""
        return (
            self.category in {ANY, category}
            and self.role in {ANY, role}
            and self.case_kind in {ANY, case_kind}
        )

    @property
    def narrowness(self) -> tuple[int, int, int]:
        """Return how much the row names: the kind of case outweighs the role, that the category."""
        return self.case_kind != ANY, self.role != ANY, self.category != ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A version of the table. ``version`` is what a published text names."""

    version: str
    rules: tuple[Rule, ...]
    source: str = ""

    def treatment(self, category: str, role: str = "", case_kind: str = "") -> Treatment:
        """Return how data is treated; what no row speaks of is hidden.

        ``category`` is a ``Kind`` or another code that the table knows, ``role`` the code of a
        role in the case, ``case_kind`` the code of a kind of case; an empty one meets only the
        rows that hold for any.
        """
        fitting = [rule for rule in self.rules if rule.fits(str(category), role, case_kind)]
        best = max((rule.narrowness for rule in fitting), default=None)
        last = [rule for rule in fitting if rule.narrowness == best][-1:]
        return last[0].treatment if last else Treatment.HIDE

    def publishable(
        self, role: str = "", case_kind: str = "", *, categories: Iterable[str]
    ) -> bool:
        """Tell whether a case that holds such data may be published at all."""
        return all(
            self.treatment(category, role, case_kind) is not Treatment.NEVER
            for category in categories
        )


def policy_of(table: Mapping[str, Any]) -> Policy:
    """Read a policy from plain data: ``version``, ``source`` and ``rules``.

    A rule has ``treatment`` and any of ``category``/``categories``, ``role``/``roles``,
    ``case_kind``/``case_kinds``. Raises KeyError or ValueError when it says something else.
    """
    return Policy(
        version=str(table["version"]),
        source=str(table.get("source", "")),
        rules=tuple(
            Rule(
                category=category,
                role=role,
                case_kind=case_kind,
                treatment=Treatment(row["treatment"]),
            )
            for row in table["rules"]
            for category in row.get("categories", [row.get("category", ANY)])
            for role in row.get("roles", [row.get("role", ANY)])
            for case_kind in row.get("case_kinds", [row.get("case_kind", ANY)])
        ),
    )


@cache
def default_policy() -> Policy:
    """Return the policy of policy.toml, which holds until the court has one of its own."""
    text = files("documents.redaction").joinpath("policy.toml").read_text("utf-8")
    return policy_of(tomllib.loads(text))
