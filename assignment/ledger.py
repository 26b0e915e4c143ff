"""Who owes work to whom: the deviation of each judge from a fair share, in micro-points.

A deviation is charges minus credits. Their sum never changes, and no function here sets one.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence

from assignment.canon import canon, sha

Candidates = Sequence[tuple[str, int]]
Ledger = MutableMapping[str, int]


def credits_of(weight: int, candidates: Candidates) -> list[tuple[str, int]]:
    """Share a weight out among the candidates (sorted by id), to the last micro-point."""
    total = sum([availability for _, availability in candidates])
    parts = [(judge, weight * availability // total) for judge, availability in candidates]
    leftover = weight - sum([part for _, part in parts])
    return [(judge, part + 1) for judge, part in parts[:leftover]] + parts[leftover:]


def charge(ledger: Ledger, weight: int, candidates: Candidates, drawn: str) -> None:
    """Credit everybody who was eligible with a fair part, and charge the drawn judge in full."""
    for judge, part in credits_of(weight, candidates):
        ledger[judge] = ledger.get(judge, 0) - part
    ledger[drawn] += weight


def ledger_hash(ledgers: Mapping[str, dict[str, int]]) -> bytes:
    """Hash all ledgers, by court, as they are named in ``freeze`` and ``close`` entries."""
    return sha(canon(ledgers))
