"""Who owes work to whom: the deviation of each judge from a fair share, in micro-points.

A deviation is charges minus credits. Their sum never changes, and no function here sets one.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from functools import lru_cache

from assignment.canon import canon, sha

Candidates = Sequence[tuple[str, int]]
"""Judges and their availability, sorted by id."""
Ledger = MutableMapping[str, int]
Move = tuple[str, int]
"""By how much the deviation of a judge changes."""


def shares_of(candidates: Candidates) -> tuple[tuple[int, ...], int]:
    """Return the availability of each candidate, and their sum."""
    return _shares(tuple(candidates))


def parts_of(weight: int, candidates: Candidates) -> tuple[int, ...]:
    """Share a weight out among the candidates (sorted by id), to the last micro-point."""
    return _parts(weight, tuple(candidates))


def credits_of(weight: int, candidates: Candidates) -> list[tuple[str, int]]:
    """Say who is credited with which part of a weight."""
    parts = parts_of(weight, candidates)
    return [(judge, part) for (judge, _), part in zip(candidates, parts, strict=True)]


def charge(
    ledger: Ledger, weight: int, candidates: Candidates, drawn: str, credited: int | None = None
) -> None:
    """Credit everybody who was eligible with a fair part, and charge the drawn judge in full.

    In a re-draw ``credited`` is less than the weight: whoever left has kept the rest.
    """
    parts = parts_of(weight if credited is None else credited, candidates)
    for (judge, _), part in zip(candidates, parts, strict=True):
        ledger[judge] = ledger.get(judge, 0) - part
    ledger[drawn] = ledger.get(drawn, 0) + weight


def moves_of_charge(weight: int, candidates: Candidates, judge: str) -> list[Move]:
    """Charge a judge without a draw, and credit everybody as usual."""
    parts = credits_of(weight, candidates)
    return [*((other, -part) for other, part in parts), (judge, weight)]


def moves_of_dropout(
    weight: int, credited: int, candidates: Candidates, leaver: str
) -> tuple[list[Move], int]:
    """Take the charge off a judge who leaves, and the credits back from all others.

    The leaver keeps the own credit, so that shedding cases does not lighten a load. Returns the
    moves, and how much is left to be credited in the re-draw.
    """
    parts = dict(credits_of(credited, candidates))
    kept = parts.pop(leaver, 0)
    return [*parts.items(), (leaver, -weight)], credited - kept


def moves_of_correction(change: int, candidates: Candidates, judge: str) -> list[Move]:
    """Charge a judge for a weight that was corrected by so much, and credit accordingly."""
    sign = 1 if change >= 0 else -1
    parts = credits_of(abs(change), candidates)
    return [*((other, -sign * part) for other, part in parts), (judge, change)]


def apply_moves(ledger: Ledger, moves: Sequence[Move]) -> None:
    """Move deviations."""
    for judge, change in moves:
        ledger[judge] = ledger.get(judge, 0) + change


def ledger_hash(ledgers: Mapping[str, Mapping[str, int]]) -> bytes:
    """Hash all ledgers, by court, as they are named in ``freeze`` and ``close`` entries."""
    return sha(canon(ledgers))


# A court draws from the same judges many times a day.


@lru_cache(maxsize=1024)
def _shares(candidates: tuple[tuple[str, int], ...]) -> tuple[tuple[int, ...], int]:
    shares = tuple([availability for _, availability in candidates])
    return shares, sum(shares)


@lru_cache(maxsize=4096)
def _parts(weight: int, candidates: tuple[tuple[str, int], ...]) -> tuple[int, ...]:
    shares, total = _shares(candidates)
    parts = [weight * share // total for share in shares]
    leftover = weight - sum(parts)
    return tuple([part + 1 for part in parts[:leftover]] + parts[leftover:])
