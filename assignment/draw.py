"""The rule: odds from the ledger, a uniform number from the seed, and the judge it points at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import mul
from sys import intern
from typing import Any, NamedTuple

from assignment.canon import LARGEST, encoded, mac, sha
from assignment.ledger import Candidates, Ledger, charge, shares_of

VERSION = "kg-draw/1"
FULL = 1_000_000  # micro-points of one standard case
REACH = 8 * FULL  # S: beyond this deviation the odds bend no further
MEMBER = 300_000  # what the seat of a member weighs beside that of the rapporteur
FULL_POST = 1000
MOST_SEATS = 9

_NUMBERS = 2**256

_IDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,79}")
_HEX32 = re.compile(r"[0-9a-f]{64}")
_FIELDS = {"id", "ver", "court", "cat", "seats", "candidates", "commit", "attempt"}


class ImpossibleError(ValueError):
    """A request, or a ledger, with which no draw can be made."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is drawn: the seats of one case, and the judges who may take them, sorted by id."""

    id: str
    court: str
    cat: str
    seats: tuple[int, ...]
    candidates: tuple[tuple[str, int], ...]
    commit: str
    attempt: int = 0
    ver: str = VERSION

    @classmethod
    def of(cls, plain: object) -> Request:
        """Read a request from JSON data; candidates in any order are put in order of their ids."""
        if not isinstance(plain, dict) or set(plain) != _FIELDS:
            raise ImpossibleError("a request has just the fields " + ", ".join(sorted(_FIELDS)))
        _demand(plain["ver"] == VERSION, f"the version is not {VERSION}")
        for field in ("id", "court", "cat"):
            _demand(is_ident(plain[field]), f"the field {field} is not a short ASCII name")
        commit, attempt = plain["commit"], plain["attempt"]
        _demand(is_hash(commit), "the field commit is not 64 hexadecimal digits")
        _demand(is_count(attempt), "the field attempt is not a count")
        seats, candidates = plain["seats"], plain["candidates"]
        _demand(isinstance(seats, list) and 1 <= len(seats) <= MOST_SEATS, "one to nine seats")
        _demand(all(is_count(w) and w > 0 for w in seats), "a seat weighs a positive number")
        _demand(isinstance(candidates, list), "candidates are a list")
        for pair in candidates:
            _demand(isinstance(pair, (list, tuple)) and len(pair) == 2, "a candidate is a pair")  # noqa: PLR2004
            _demand(all(isinstance(item, (str, int)) for item in pair), "it has an id and a number")
        ordered = _candidates(*[item for pair in candidates for item in pair])
        _demand(len(ordered) >= len(seats), "there are fewer candidates than seats")
        return cls(
            id=plain["id"],
            court=plain["court"],
            cat=plain["cat"],
            seats=tuple(seats),
            candidates=ordered,
            commit=commit,
            attempt=attempt,
        )

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Request:
        """Take a request from JSON data that was checked before."""
        return cls(
            id=plain["id"],
            court=intern(plain["court"]),
            cat=intern(plain["cat"]),
            seats=_seats(*plain["seats"]),
            candidates=_candidates(*[item for pair in plain["candidates"] for item in pair]),
            commit=plain["commit"],
            attempt=plain["attempt"],
        )

    def plain(self) -> dict[str, Any]:
        """Return the request as JSON data, in the form that is hashed."""
        return {
            "id": self.id,
            "ver": self.ver,
            "court": self.court,
            "cat": self.cat,
            "seats": list(self.seats),
            "candidates": [list(pair) for pair in self.candidates],
            "commit": self.commit,
            "attempt": self.attempt,
        }

    @cached_property
    def digest(self) -> bytes:
        """Hash of the canonical request, on which its order and its number depend."""
        return sha(encoded(self.plain()))


class Seat(NamedTuple):
    """One seat as it was drawn, with everything that is needed to draw it again."""

    seat: int
    judge: str
    candidates: tuple[tuple[str, int], ...]
    deviations: tuple[int, ...]
    tickets: tuple[int, ...]
    u: int
    rejected: int

    def plain(self) -> dict[str, Any]:
        """Return the seat as JSON data; numbers that may pass 2^53 are decimal strings."""
        return {
            "seat": self.seat,
            "judge": self.judge,
            "tickets": [str(number) for number in self.tickets],
            "u": str(self.u),
            "rejected": self.rejected,
        }


@lru_cache(maxsize=1024)
def _seats(*weights: int) -> tuple[int, ...]:
    """The same weights are the same object: a log has a few kinds of them, a million times."""
    return weights


@lru_cache(maxsize=4096, typed=True)
def _candidates(*flat: Any) -> tuple[tuple[str, int], ...]:
    """Check candidates, and put them in order of their ids; the same ones are the same object."""
    for judge, availability in zip(flat[::2], flat[1::2], strict=True):
        _demand(is_ident(judge), "a candidate's id is not a short ASCII name")
        _demand(
            is_count(availability) and 0 < availability <= FULL_POST,
            "a candidate's availability is 1 to 1000 per mille",
        )
    ordered = tuple(sorted(zip(flat[::2], flat[1::2], strict=True)))
    _demand(len(dict(ordered)) == len(ordered), "a candidate is named twice")
    return ordered


def is_ident(value: object) -> bool:
    """Whether this is a short ASCII name, with no room for free text in another script."""
    return isinstance(value, str) and _IDENT.fullmatch(value) is not None


def is_hash(value: object) -> bool:
    """Whether this is a SHA-256 value in hexadecimal digits."""
    return isinstance(value, str) and _HEX32.fullmatch(value) is not None


def is_count(value: object) -> bool:
    """Whether this is a whole number, not negative, that JSON can carry."""
    return type(value) is int and 0 <= value <= LARGEST


def tickets(candidates: Candidates, deviations: Sequence[int]) -> tuple[int, ...]:
    """Give each candidate tickets: the fair share, bent by at most half towards balance."""
    shares, total = shares_of(candidates)
    bent = deviations
    if max(deviations) > REACH or min(deviations) < -REACH:
        bent = [max(-REACH, min(REACH, deviation)) for deviation in deviations]
    even = 4 * REACH * total + sum(map(mul, shares, bent))
    return tuple([a * (even - total * c) for a, c in zip(shares, bent, strict=True)])


def seed_of(root: bytes, epoch: str, values: Mapping[str, bytes]) -> bytes:
    """Mix the frozen root and the contributors' values, in id order, into an epoch's seed."""
    parts = [part for name in sorted(values) for part in (name.encode(), values[name])]
    return mac(root, "kg-draw/1/seed", epoch.encode(), *parts)


def in_order(seed: bytes, requests: Iterable[Request]) -> list[Request]:
    """Put the requests of an epoch in the order of their draw; that of entry means nothing."""
    return sorted(requests, key=lambda one: mac(seed, "kg-draw/1/order", one.digest))


def uniform(key: bytes, label: bytes, bound: int) -> tuple[int, int]:
    """Draw an exactly uniform number below the bound; also tell how many were rejected."""
    counter = 0
    while True:
        number = int.from_bytes(mac(key, "kg-draw/1/u", label, counter.to_bytes(4, "big")), "big")
        u = number % bound
        if number - u <= _NUMBERS - bound:  # the last run of numbers, if cut short, favours some
            return u, counter
        counter += 1


def draw_request(
    seed: bytes, request: Request, ledger: Ledger, credited: Sequence[int] | None = None
) -> tuple[Seat, ...]:
    """Draw every seat of a request, and credit and charge the ledger after each.

    In a re-draw ``credited`` says for each seat how much of its weight is still to be credited.
    """
    key = mac(seed, "kg-draw/1/case", request.digest)
    left = request.candidates
    seats = []
    for number, weight in enumerate(request.seats):
        deviations = tuple([ledger.get(judge, 0) for judge, _ in left])
        odds = tickets(left, deviations)
        u, rejected = uniform(key, bytes([number]), sum(odds))
        place = _place(odds, u)
        judge = left[place][0]
        charge(ledger, weight, left, judge, credited[number] if credited else None)
        seats.append(Seat(number, judge, left, deviations, odds, u, rejected))
        if len(seats) < len(request.seats):
            left = left[:place] + left[place + 1 :]
    return tuple(seats)


def draw_epoch(
    seed: bytes,
    requests: Iterable[Request],
    ledgers: Mapping[str, Ledger],
    credited: Mapping[str, Sequence[int]],
) -> list[tuple[Request, tuple[Seat, ...]]]:
    """Draw an epoch, each request against the ledger of its court, in drawn order."""
    return [
        (request, draw_request(seed, request, ledgers[request.court], credited.get(request.id)))
        for request in in_order(seed, requests)
    ]


def drawn_from_file(facts: Any) -> dict[str, Any]:
    """Draw an epoch from the JSON of the command ``draw``, with one ledger for all requests."""
    _demand(
        isinstance(facts, dict)
        and set(facts) == {"epoch", "freeze_root", "contributions", "requests", "ledger"},
        "the fields are epoch, freeze_root, contributions, requests, ledger",
    )
    _demand(isinstance(facts["epoch"], str), "the epoch is a text")
    _demand(is_hash(facts["freeze_root"]), "freeze_root is not 64 hexadecimal digits")
    contributions, requests, ledger = facts["contributions"], facts["requests"], facts["ledger"]
    _demand(isinstance(contributions, list), "contributions are a list of [id, hex]")
    for pair in contributions:
        _demand(
            isinstance(pair, list) and len(pair) == 2 and is_ident(pair[0]) and is_hash(pair[1]),  # noqa: PLR2004
            "a contribution is [id, 64 hexadecimal digits]",
        )
    values = {name: bytes.fromhex(value) for name, value in contributions}
    _demand(len(values) == len(contributions), "a contributor is named twice")
    _demand(isinstance(requests, list), "requests are a list")
    _demand(
        isinstance(ledger, dict) and all(type(number) is int for number in ledger.values()),
        "the ledger gives a whole number of micro-points for each judge",
    )
    wanted = [Request.of(plain) for plain in requests]
    _demand(len({one.id for one in wanted}) == len(wanted), "a request is named twice")
    seed = seed_of(bytes.fromhex(facts["freeze_root"]), facts["epoch"], values)
    after: dict[str, int] = dict(ledger)
    results = [
        [request.id, [seat.plain() for seat in draw_request(seed, request, after)]]
        for request in in_order(seed, wanted)
    ]
    return {"seed": seed.hex(), "results": results, "ledger": after}


def _place(odds: Sequence[int], u: int) -> int:
    """Find in whose interval the number falls, walking the tickets in id order."""
    for place, number in enumerate(odds):
        if u < number:
            return place
        u -= number
    raise AssertionError("the number is not below the sum of the tickets")  # pragma: no cover


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise ImpossibleError(message)
