"""An epoch from its freeze to its close, and the bodies whose values it needs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assignment.draw import Request, Seat
from assignment.entries import Contributor


@dataclass(slots=True, kw_only=True)
class Epoch:
    """An epoch from its freeze to its close."""

    number: int
    id: str
    group: str
    at: str
    size: int
    root: bytes
    requests: list[Request]
    rule: Mapping[str, Any] | None = None  # of the beacon that it awaits
    randomness: bytes | None = None
    drawn: list[tuple[Request, tuple[Seat, ...]]] | None = None
    after: dict[str, dict[str, int]] = field(default_factory=dict)  # ledgers that it moves
    seed: bytes = b""
    assurance: str = ""
    results: int = 0

    def copied(self) -> Epoch:
        """Return an epoch that goes its own way from here."""
        fresh = copy.copy(self)
        fresh.after = {name: dict(ledger) for name, ledger in self.after.items()}
        return fresh


@dataclass(slots=True)
class Body:
    """A contributor with one chain: from which epoch on, and the latest value it has revealed."""

    contributor: Contributor
    first: int
    epoch: int
    value: bytes
