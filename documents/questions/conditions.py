"""When a question is asked and a sentence written: the few words of JSON Schema that say so.

Understood are `const`, `enum`, `minimum`, `minItems` on named answers, `required`, and `not`,
`allOf`, `anyOf` around them. As in JSON Schema, an answer that is not there contradicts nothing
but `required`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

UNDERSTOOD: Final = frozenset({"properties", "required", "not", "allOf", "anyOf"})
UNDERSTOOD_OF_AN_ANSWER: Final = frozenset({"const", "enum", "minimum", "minItems"})

Condition = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Under a condition these questions are asked, and some of them must be answered."""

    condition: Condition
    asked: frozenset[str]
    required: frozenset[str] = field(default_factory=frozenset)


def holds(condition: Condition, answers: Mapping[str, Any]) -> bool:
    """Say whether answers fulfil a condition; an empty one always holds."""
    return (
        all(name in answers for name in condition.get("required", ()))
        and all(
            _fits(wanted, answers[name])
            for name, wanted in condition.get("properties", {}).items()
            if name in answers
        )
        and all(holds(part, answers) for part in condition.get("allOf", ()))
        and ("anyOf" not in condition or any(holds(part, answers) for part in condition["anyOf"]))
        and ("not" not in condition or not holds(condition["not"], answers))
    )


def asked(names: Sequence[str], rules: Sequence[Rule], answers: Mapping[str, Any]) -> list[str]:
    """Return which of the questions these answers call for, in their order.

    A question that no rule mentions is always asked; one that some do, where one of them holds.
    """
    conditional = frozenset[str]().union(*(rule.asked for rule in rules))
    called = frozenset[str]().union(
        *(rule.asked for rule in rules if holds(rule.condition, answers))
    )
    return [name for name in names if name not in conditional or name in called]


def named(condition: Condition) -> frozenset[str]:
    """Return the answers that a condition looks at."""
    parts = [*condition.get("allOf", ()), *condition.get("anyOf", ())]
    if "not" in condition:
        parts.append(condition["not"])
    own = {*condition.get("properties", {}), *condition.get("required", ())}
    return frozenset(own).union(*(named(part) for part in parts))


def _fits(wanted: Mapping[str, Any], value: Any) -> bool:
    return (
        ("const" not in wanted or _same(value, wanted["const"]))
        and ("enum" not in wanted or any(_same(value, one) for one in wanted["enum"]))
        and ("minimum" not in wanted or not _is_number(value) or value >= wanted["minimum"])
        and (
            "minItems" not in wanted
            or not isinstance(value, list)
            or len(value) >= wanted["minItems"]
        )
    )


def _same(one: Any, other: Any) -> bool:
    """In JSON true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
