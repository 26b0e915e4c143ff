"""Reckons the state duty of a claim from dated rates, in whole tyiyn, keeping every step.

Rounding: each amount is computed exactly; a fraction of a tyiyn is rounded half up, once.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

WHOLE = 10_000
"""Basis points in the whole."""

PROPERTY = "property"
WITH_PROPERTY = frozenset({"divorce", "divorce_repeated"})
"""Claims that pay their own rate and, where property is divided, the rate by its price too."""


class Claimant(StrEnum):
    CITIZEN = "citizen"
    ORGANISATION = "organisation"
    STATE_BODY = "state_body"


class Step(StrEnum):
    """One line of the calculation sheet; the words are in `treasury/sheet.html`."""

    PRICE = "price"
    FLAT = "flat"
    SHARE = "share"
    BRACKET = "bracket"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    TOGETHER = "together"
    EXEMPT = "exempt"
    TOTAL = "total"


class NoRateError(LookupError):
    """No rate covers this claim on this day, or a needed price is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a rule stands, cited in each language of the house."""

    ky: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A bracket: for prices above `price_from`, up to and including `price_to`, in tyiyn."""

    claim_kind: str
    price_from: int
    price_to: int | None
    fixed: int
    basis_points: int
    minimum: int
    maximum: int | None
    valid_from: date
    valid_to: date | None
    ground: Ground
    confidence: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def covers(self, price: int) -> bool:
        return self.price_from < price and (self.price_to is None or price <= self.price_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A ground to pay less: `basis_points` of the duty are forgiven."""

    code: str
    basis_points: int
    ground: Ground
    name_ky: str = ""
    name_ru: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A step with its figures: amounts in tyiyn, shares in basis points."""

    step: Step
    amount: int
    facts: dict[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The calculation, kept with the filing: what was reckoned, from what, on which ground."""

    amount: int
    claim_kind: str
    price: int | None
    on: date
    lines: tuple[Line, ...]
    source: Ground
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "amount": self.amount,
            "claim_kind": self.claim_kind,
            "price": self.price,
            "on": self.on.isoformat(),
            "lines": [
                {"step": line.step.value, "amount": line.amount, **line.facts}
                for line in self.lines
            ],
            "source": asdict(self.source),
            "confidence": self.confidence,
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Self:
        return cls(
            amount=kept["amount"],
            claim_kind=kept["claim_kind"],
            price=kept["price"],
            on=date.fromisoformat(kept["on"]),
            lines=tuple(
                Line(
                    step=Step(line["step"]),
                    amount=line["amount"],
                    facts={k: v for k, v in line.items() if k not in {"step", "amount"}},
                )
                for line in kept["lines"]
            ),
            source=Ground(**kept["source"]),
            confidence=kept["confidence"],
        )


def needs_price(rates: Iterable[Rate], claim_kind: str) -> bool:
    """Say whether a claim of this kind pays by its price."""
    return any(rate.basis_points for rate in rates if rate.claim_kind == claim_kind)


def reckon(
    rates: Iterable[Rate],
    *,
    claim_kind: str,
    price: int | None,
    on: date,
    exemption: Exemption | None = None,
) -> Sheet:
    """Return the duty of one claim on one day with every step that led to it."""
    known = [rate for rate in rates if rate.holds_on(on)]
    rate = _rate(known, claim_kind, price)
    amount, lines = _by_rate(rate, price)
    used = [rate]
    if claim_kind in WITH_PROPERTY and price:
        more = _rate(known, PROPERTY, price)
        extra, further = _by_rate(more, price)
        amount, used = amount + extra, [rate, more]
        lines += [*further, Line(step=Step.TOGETHER, amount=amount, facts={})]
    if exemption is not None:
        amount = _rounded(amount * (WHOLE - exemption.basis_points), WHOLE)
        facts: dict[str, int | str] = {
            "exemption": exemption.code,
            "basis_points": exemption.basis_points,
            "name_ky": exemption.name_ky,
            "name_ru": exemption.name_ru,
            "name_en": exemption.name_en,
        }
        lines.append(Line(step=Step.EXEMPT, amount=amount, facts=facts))
    lines.append(Line(step=Step.TOTAL, amount=amount, facts={}))
    grounds = [rate.ground for rate in used] + ([exemption.ground] if exemption else [])
    return Sheet(
        amount=amount,
        claim_kind=claim_kind,
        price=price,
        on=on,
        lines=tuple(lines),
        source=_together(grounds),
        confidence=max((rate.confidence for rate in used), key="HML".index),
    )


def _together(grounds: list[Ground]) -> Ground:
    """Cite several grounds in one breath, each once."""
    cited = list(dict.fromkeys(grounds))
    return Ground(
        ky="; ".join(ground.ky for ground in cited),
        ru="; ".join(ground.ru for ground in cited),
        en="; ".join(ground.en for ground in cited),
    )


def _rate(rates: list[Rate], claim_kind: str, price: int | None) -> Rate:
    candidates = [rate for rate in rates if rate.claim_kind == claim_kind]
    if any(rate.basis_points for rate in candidates):
        if price is None or price <= 0:
            raise NoRateError(f"a claim of kind {claim_kind!r} needs a price above nothing")
        candidates = [rate for rate in candidates if rate.covers(price)]
    if not candidates:
        raise NoRateError(f"no rate for a claim of kind {claim_kind!r}")
    return max(candidates, key=lambda rate: rate.valid_from)


def _by_rate(rate: Rate, price: int | None) -> tuple[int, list[Line]]:
    if not rate.basis_points:
        return rate.fixed, [Line(step=Step.FLAT, amount=rate.fixed, facts={})]
    assert price is not None  # noqa: S101 - _rate refuses a rate by price without a price
    part = price - rate.price_from
    amount = _rounded(rate.fixed * WHOLE + part * rate.basis_points, WHOLE)
    lines = [
        Line(step=Step.PRICE, amount=price, facts={}),
        Line(
            step=Step.BRACKET if rate.price_from else Step.SHARE,
            amount=amount,
            facts={
                "fixed": rate.fixed,
                "basis_points": rate.basis_points,
                "over": rate.price_from,
                "part": part,
            },
        ),
    ]
    if amount < rate.minimum:
        amount = rate.minimum
        lines.append(Line(step=Step.MINIMUM, amount=amount, facts={}))
    if rate.maximum is not None and amount > rate.maximum:
        amount = rate.maximum
        lines.append(Line(step=Step.MAXIMUM, amount=amount, facts={}))
    return amount, lines


def _rounded(numerator: int, denominator: int) -> int:
    """Divide whole numbers, a half upwards."""
    return (2 * numerator + denominator) // (2 * denominator)
