"""Fingerprints: what two filings have in common, told without keeping a readable name.

Everything that could name somebody is hashed under a secret of the court; price and category are
kept as they are, so that a person can be told why two filings were found alike.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Self

from sud.refiling import folding

_LENGTH: Final = 16
_SHORTEST_WORD: Final = 4
_STEM: Final = 6
"""Endings differ, beginnings do not: Kyrgyz and Russian are compared by the first letters."""
_MOST_WORDS: Final = 400


class Agreement(IntEnum):
    """How far two descriptions of a party agree."""

    OTHER = 0
    NAMESAKE = 1  # The same name under another number.
    LIKELY = 2  # The same name as far as it is given.
    SAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A party as the filer describes it."""

    claimant: bool
    organisation: bool
    name: str
    pin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The keyed marks of one party; `full` and `short` hold every reading of its name."""

    claimant: bool
    pin: str | None
    full: frozenset[str]
    short: frozenset[str]
    initials: frozenset[str]
    father: bool
    abbreviated: bool

    def plain(self) -> dict[str, Any]:
        """Return the marks as the archive keeps them."""
        return {
            "claimant": self.claimant,
            "pin": self.pin,
            "full": sorted(self.full),
            "short": sorted(self.short),
            "initials": sorted(self.initials),
            "father": self.father,
            "abbreviated": self.abbreviated,
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """Read the marks as the archive keeps them."""
        sets = {name: frozenset(plain[name]) for name in ("full", "short", "initials")}
        return cls(**plain | sets)

    @property
    def marks(self) -> frozenset[str]:
        """All by which the party may be found again."""
        return self.full | self.short | self.initials | {self.pin or ""} - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What a filing is about, and between whom."""

    parties: tuple[Party, ...]
    category: str
    price: int | None
    words: frozenset[str]

    @property
    def marks(self) -> frozenset[str]:
        return self.marks_of(claimant=True) | self.marks_of(claimant=False)

    def marks_of(self, *, claimant: bool) -> frozenset[str]:
        """All by which the parties of one side may be found again."""
        marks: set[str] = set()
        for party in self.parties:
            if party.claimant is claimant:
                marks |= party.marks
        return frozenset(marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on figures and texts count as the same; the room keeps them as data."""

    same_words: float
    near_words: float
    near_price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two filings have in common."""

    claimant: Agreement
    respondent: Agreement
    swapped: bool
    category: bool
    same_price: bool
    near_price: bool
    priced: bool
    words: float

    def repeats(self, at: Thresholds) -> bool:
        """Whether it is the same claim of the same party against the same party."""
        if self.swapped:
            return False
        sides = (self.claimant, self.respondent)
        same_words = self.words >= at.same_words
        if Agreement.NAMESAKE in sides:
            # Who gives a wrong number is still known by all the rest.
            return Agreement.OTHER not in sides and same_words and self.same_price
        if min(sides) < Agreement.LIKELY or max(sides) < Agreement.SAME:
            return False
        near_words = self.words >= at.near_words
        return (
            same_words
            or (self.category and self.same_price)
            or (self.category and self.near_price and near_words)
        )

    def resembles(self, at: Thresholds) -> bool:
        """Whether a person should look: the same two parties, or another one with the same claim.

        Against one respondent, in the same words and for the same amount: who wants another draw
        may let a friend file.
        """
        if min(self.claimant, self.respondent) > Agreement.OTHER:
            return True
        known = self.respondent >= Agreement.LIKELY and not self.swapped
        return known and self.same_price and self.words >= at.same_words


def fingerprint(
    parties: Iterable[Described], *, category: str, price: int | None, text: str, secret: bytes
) -> Fingerprint:
    """Mark a filing under the court's secret."""
    return Fingerprint(
        parties=tuple(_party(one, secret) for one in parties),
        category=category,
        price=price,
        words=frozenset(_mark(secret, "word", word) for word in words_of(text)),
    )


def words_of(text: str) -> frozenset[str]:
    """Return the beginnings of the words of a claim, each once, whatever their order."""
    found: set[str] = set()
    for word in folding.readings(text)[-1] if text.strip() else ():
        if len(word) >= _SHORTEST_WORD:
            found.add(word[:_STEM])
    return frozenset(sorted(found)[:_MOST_WORDS])


def compare(one: Fingerprint, other: Fingerprint, at: Thresholds) -> Likeness:
    """Say what two filings have in common; sides may have changed places."""
    straight = _sides(one, other, swapped=False)
    crossed = _sides(one, other, swapped=True)
    swapped = min(crossed) > min(straight)
    claimant, respondent = crossed if swapped else straight
    both = one.price is not None and other.price is not None
    larger = max(one.price or 0, other.price or 0)
    return Likeness(
        claimant=claimant,
        respondent=respondent,
        swapped=swapped,
        category=one.category == other.category,
        same_price=both and one.price == other.price,
        near_price=one.price == other.price
        or (both and abs((one.price or 0) - (other.price or 0)) <= larger * at.near_price),
        priced=both,
        words=_alike(one.words, other.words),
    )


def agreement(one: Party, other: Party) -> Agreement:
    """Say how far two descriptions agree; a number that is known on both sides decides."""
    if one.pin and other.pin:
        if one.pin == other.pin:
            return Agreement.SAME
        return Agreement.NAMESAKE if one.full & other.full else Agreement.OTHER
    if one.full & other.full:
        return Agreement.SAME
    return Agreement.LIKELY if _may_be_one(one, other) else Agreement.OTHER


def _may_be_one(one: Party, other: Party) -> bool:
    """Whether the names agree as far as they are given."""
    if one.father and other.father:
        return False
    if one.short & other.short:
        return True
    return (one.abbreviated or other.abbreviated) and bool(one.initials & other.initials)


def _sides(one: Fingerprint, other: Fingerprint, *, swapped: bool) -> tuple[Agreement, Agreement]:
    """How far the best pair of each side agrees: one more party beside the first hides nothing."""
    found = [
        max(
            (
                agreement(mine, theirs)
                for mine in one.parties
                if mine.claimant is side
                for theirs in other.parties
                if theirs.claimant is (side is not swapped)
            ),
            default=Agreement.OTHER,
        )
        for side in (True, False)
    ]
    return found[0], found[1]


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's measure: the words of both, out of the words of each."""
    count = len(one) + len(other)
    return 2 * len(one & other) / count if count else 0.0


def _party(described: Described, secret: bytes) -> Party:
    read = folding.trader_names if described.organisation else folding.person_names
    names = [name for name in read(described.name) if name.words]
    if described.organisation and not names:
        full = short = set(folding.organisation_names(described.name))
    else:
        full, short = {name.full for name in names}, {name.short for name in names}
    return Party(
        claimant=described.claimant,
        pin=_mark(secret, "pin", described.pin) if described.pin else None,
        full=_marks(secret, "full", full),
        short=_marks(secret, "short", short),
        initials=_marks(secret, "initials", {way for name in names for way in name.initials}),
        father=any(name.father for name in names),
        abbreviated=any(len(word) == 1 for name in names for word in name.words),
    )


def _marks(secret: bytes, label: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(_mark(secret, label, name) for name in names)


def _mark(secret: bytes, label: str, text: str) -> str:
    keyed = hmac.new(secret, f"{label}\0{text}".encode(), hashlib.sha256)
    return keyed.hexdigest()[:_LENGTH]
