"""What became of each request: who holds its seats, who left them, and what each seat moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assignment.draw import Request, Seat
from assignment.ledger import (
    Candidates,
    Move,
    moves_of_charge,
    moves_of_correction,
    moves_of_dropout,
)
from assignment.roster import is_rota

_NONE: Mapping[int, tuple[int, int]] = {}  # one for all: there are a million of them a decade
PENDING, DRAWN, LINKED, UNLINKED, MANUAL = "pending", "drawn", "linked", "unlinked", "manual"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the drawing of lots leaves to be fixed: published, and never changed backwards."""

    minimum: int = 3  # judges in the smallest pool
    redraws: int = 2  # of a case among the judges of its own court
    absence: int = 14  # days, beyond which a judge's cases are drawn again
    manual: bool = False  # whether a case may be assigned by hand at all
    beacon: Mapping[str, Any] | None = None  # the public beacon of the strong mode
    version: str = ""

    def least(self, home: str, seats: int) -> int:
        """How many judges there must be to draw from; for a rota, one for each seat is enough."""
        return seats if is_rota(home) else max(self.minimum, seats)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Rules:
        """Read the rules from their entry."""
        names = ("minimum", "redraws", "absence", "manual", "beacon", "version")
        return cls(**{name: entry[name] for name in names})


@dataclass(frozen=True, slots=True)
class Held:
    """A seat with its judge: what was charged to him, and what was credited among whom."""

    judge: str
    weight: int
    credited: int
    candidates: Candidates
    ledger: str


@dataclass(slots=True)
class Record:
    """One request from its first entry on; ``seats`` has None where nobody sits (yet)."""

    home: str  # the court, or the duty rota of a court, in which the case is
    cat: str
    kind: str
    seats: list[Held | None]
    attempt: int = 0
    epoch: int = 0  # in whose intake it was logged last
    excluded: frozenset[str] = frozenset()  # who must not be drawn, or has left: it only grows
    open: Mapping[int, tuple[int, int]] = field(default_factory=lambda: _NONE)
    """Seats to be drawn: what each weighs, and what of that is still to be credited."""

    def copied(self) -> Record:
        """Return a record that goes its own way: one that somebody has seen never changes."""
        return Record(
            self.home,
            self.cat,
            self.kind,
            list(self.seats),
            self.attempt,
            self.epoch,
            self.excluded,
            self.open,
        )

    @property
    def judges(self) -> list[str]:
        """Who sits now."""
        return [held.judge for held in self.seats if held is not None]

    def holders(self, number: int) -> list[str]:
        """Return who sits on the first seats, in their order; nobody, while one of them is free."""
        held = [held.judge for held in self.seats[:number] if held is not None]
        return held if len(held) == number else []

    def retractable(self, intake: int) -> bool:
        """Whether this is a link that no freeze has followed, and that nobody has left."""
        return self.kind == LINKED and self.epoch == intake and not self.open

    @property
    def barred(self) -> frozenset[str]:
        """Who cannot be drawn: excluded, has left, or sits already."""
        return self.excluded.union(self.judges)

    def pending(self, request: Request, epoch: int) -> None:
        """Take a request, of the whole case or of the seats that were left."""
        if not self.open:
            self.open = {number: (w, w) for number, w in enumerate(request.seats)}
        self.kind, self.epoch, self.attempt = PENDING, epoch, request.attempt

    def seat(self, request: Request, drawn: Iterable[Seat]) -> None:
        """Give the open seats to the judges who were drawn for them."""
        for (number, (weight, credited)), seat in zip(self.open.items(), drawn, strict=True):
            self.seats[number] = Held(seat.judge, weight, credited, seat.candidates, request.court)
        self.open = _NONE
        self.kind = DRAWN

    def drop(self, number: int) -> tuple[str, list[Move]]:
        """Let the judge of a seat leave; return whose ledger moves, and how."""
        held = self.seats[number]
        assert held is not None  # noqa: S101 -- the reader has checked it
        moves, left = moves_of_dropout(held.weight, held.credited, held.candidates, held.judge)
        self.seats[number] = None
        self.open = dict(sorted({**self.open, number: (held.weight, left)}.items()))
        self.excluded |= {held.judge}
        return held.ledger, moves

    def retract(self) -> list[tuple[str, list[Move]]]:
        """Take a link back; return whose ledgers move, and how."""
        moved = []
        for held in filter(None, self.seats):
            moves = moves_of_charge(held.weight, held.candidates, held.judge)
            moved.append((held.ledger, [(judge, -change) for judge, change in moves]))
        self.kind, self.seats = UNLINKED, [None] * len(self.seats)
        return moved

    def correct(self, cat: str, weight: int) -> tuple[str, list[Move]]:
        """Put right what the first seat weighs; return whose ledger moves, and how."""
        held = self.seats[0]
        assert held is not None  # noqa: S101 -- the reader has checked it
        change = weight - held.weight
        self.cat = cat
        self.seats[0] = Held(
            held.judge, weight, held.credited + change, held.candidates, held.ledger
        )
        return held.ledger, moves_of_correction(change, held.candidates, held.judge)
