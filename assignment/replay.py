"""The log read from its first entry: rosters, ledgers, epochs and every fault found on the way.

The house, the contributors' public and the verifier read the log through this one reader. It takes
nothing on trust but the entries: signatures, chains, candidates, odds, draws and ledgers are
all worked out again and compared.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assignment import chain, ed25519, entries, note
from assignment.canon import MalformedError, canon
from assignment.draw import MEMBER, Request, Seat, draw_epoch, seed_of
from assignment.entries import Contributor
from assignment.ledger import ledger_hash
from assignment.tree import Frontier


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in the log: at which entry (counted from 0), and what is wrong."""

    index: int
    what: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a judge's availability: from which day, in which epochs, and how much."""

    day: str
    index: int
    epoch: int
    availability: int


@dataclass(slots=True, kw_only=True)
class Epoch:
    """An epoch from its freeze to its close."""

    number: int
    id: str
    group: str
    size: int
    root: bytes
    requests: list[Request]
    drawn: list[tuple[Request, tuple[Seat, ...]]] | None = None
    after: dict[str, dict[str, int]] = field(default_factory=dict)  # ledgers of its courts
    seed: bytes = b""
    assurance: str = ""
    results: int = 0


@dataclass(slots=True)
class Link:
    """The latest value that a contributor has revealed, from which all earlier ones follow."""

    epoch: int
    value: bytes


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that follows from the entries read so far."""

    frontier: Frontier = field(default_factory=Frontier)
    at: str = ""
    origin: str = ""
    key: bytes = b""
    demonstration: bool = False
    contributors: dict[str, Contributor] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    changes: dict[str, dict[str, list[Change]]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)  # courts that have logged a case
    weights: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, set[str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # every request ever logged
    pending: dict[str, list[Request]] = field(default_factory=dict)  # by group, not yet frozen
    epochs: dict[int, Epoch] = field(default_factory=dict)  # frozen, not yet closed
    frozen: int = 0  # number of the last frozen epoch
    closed: int = 0  # number of the last closed epoch
    ledgers: dict[str, dict[str, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """How many entries were read."""
        return self.frontier.size

    @property
    def intake(self) -> int:
        """Number of the epoch to which a case that is logged now will belong."""
        return self.frozen + 1

    def copied(self) -> State:
        """Return a state that goes its own way from here."""
        # What only ever grows, and may be long, is copied flat: its items never change.
        flat: dict[int, Any] = {
            id(self.known): set(self.known),
            id(self.findings): list(self.findings),
        }
        return copy.deepcopy(self, flat)

    def apply(self, line: bytes) -> dict[str, Any] | None:
        """Read the next entry; a fault is noted and the reading goes on."""
        index = self.size
        self.frontier.add(line)
        try:
            entry = entries.read(line)
        except MalformedError as error:
            self._find(index, str(error))
            return None
        kind = entry["type"]
        if (kind == "genesis") != (index == 0):
            self._find(index, "the log begins with its only genesis entry")
            return None
        if entry["at"] < self.at:
            self._find(index, "this entry is dated before the one in front of it")
        self.at = max(self.at, entry["at"])
        self.counts[kind] += 1
        for what in _READERS[kind](self, index, entry) or ():
            self._find(index, what)
        return entry

    def roster(self, court: str, day: str) -> dict[str, int]:
        """Availability of each judge of a court, for a case that is logged now, by judge id."""
        found = {}
        for judge, changes in sorted(self.changes.get(court, {}).items()):
            valid = [c for c in changes if c.epoch <= self.intake and c.day <= day]
            if valid:
                found[judge] = max(valid, key=lambda c: (c.day, c.index)).availability
        return found

    def candidates(self, court: str, request: str, day: str) -> tuple[tuple[str, int], ...]:
        """Who may be drawn for a request that is logged now: the roster, minus its exclusions."""
        excluded = self.excluded.get(request, set())
        return tuple(
            (judge, availability)
            for judge, availability in self.roster(court, day).items()
            if availability and judge not in excluded
        )

    def seats(self, category: str, number: int) -> tuple[int, ...]:
        """Weights of the seats: the rapporteur's from the category table, then the members'."""
        return (self.weights.get(category, 0), *[MEMBER] * (number - 1))

    def starts(self, court: str) -> int:
        """Return the first epoch in which a roster change that is logged now may count."""
        return self.intake + 1 if court in self.begun else self.intake

    def values(self, epoch: int) -> dict[str, bytes]:
        """Values of an epoch, from those contributors who revealed it or a later one."""
        return {
            name: chain.earlier(name, link.value, link.epoch, epoch)
            for name, link in self.links.items()
            if link.epoch >= epoch
        }

    def missing(self, epoch: int) -> list[str]:
        """Contributors for whom an epoch waits."""
        return [name for name in self.contributors if self.links[name].epoch < epoch]

    def reveal_faults(self, entry: Mapping[str, Any]) -> list[str]:
        """Tell what speaks against a reveal; nothing, when it is good."""
        contributor = self.contributors.get(entry["contributor"])
        epoch = self.epochs.get(entry["epoch"])
        if contributor is None:
            return ["this contributor is not in the genesis entry"]
        if epoch is None:
            return ["this epoch is not open: it was never frozen, or is closed"]
        link = self.links[contributor.id]
        if link.epoch >= epoch.number:
            return ["this contributor's value of this epoch is known already"]
        if (entry["size"], entry["root"]) != (epoch.size, epoch.root.hex()):
            return ["the signed root is not the frozen root of this epoch"]
        value = bytes.fromhex(entry["value"])
        faults = []
        if epoch.number > contributor.epochs:
            faults.append("the chain of this contributor is used up")
        if chain.earlier(contributor.id, value, epoch.number, link.epoch) != link.value:
            faults.append("the value is not on the chain that leads to the published anchor")
        message = entries.reveal_message(self.origin, epoch.number, epoch.size, epoch.root, value)
        if not ed25519.genuine(contributor.key, message, bytes.fromhex(entry["signature"])):
            faults.append("the signature of the value and the root is not the contributor's")
        text = note.Checkpoint(origin=self.origin, size=epoch.size, root=epoch.root).text()
        cosigned = note.cosigned_message(entry["time"], text)
        if not ed25519.genuine(contributor.key, cosigned, bytes.fromhex(entry["cosignature"])):
            faults.append("the cosignature of the frozen checkpoint is not the contributor's")
        return faults

    def drawn(self, number: int) -> Epoch | None:
        """Draw an epoch whose turn has come and whose values are all known; else nothing.

        The draw is kept with the epoch; the ledgers change when its ``close`` entry is read.
        """
        epoch = self.epochs.get(number)
        if epoch is None or number != self.closed + 1 or self.missing(number):
            return None
        if epoch.drawn is None:
            epoch.seed = seed_of(epoch.root, epoch.id, self.values(number))
            epoch.assurance = self.assurance()
            courts = {request.court for request in epoch.requests}
            epoch.after = {court: dict(self.ledgers.get(court, {})) for court in courts}
            epoch.drawn = draw_epoch(epoch.seed, epoch.requests, epoch.after)
        return epoch

    def assurance(self) -> str:
        """How much the outside world took part in the draws of this log."""
        if self.demonstration:
            return "demonstration"
        bodies = self.contributors.values()
        enough = len({body.institution for body in bodies}) > 1
        return "full" if enough and not all(body.judiciary for body in bodies) else "reduced"

    def _find(self, index: int, what: str) -> None:
        self.findings.append(Finding(index, what))

    def _genesis(self, _index: int, entry: dict[str, Any]) -> None:
        self.origin, self.key = entry["origin"], bytes.fromhex(entry["key"])
        self.demonstration = entry["demonstration"]
        for plain in entry["contributors"]:
            body = Contributor.of(plain)
            self.contributors[body.id] = body
            self.links[body.id] = Link(0, body.anchor)

    def _roster(self, index: int, entry: dict[str, Any]) -> Iterable[str]:
        court = entry["court"]
        if entry["epoch"] < self.starts(court):
            yield "a change of the roster counts from the next epoch at the earliest"
        change = Change(entry["from"], index, entry["epoch"], entry["availability"])
        self.changes.setdefault(court, {}).setdefault(entry["judge"], []).append(change)

    def _weights(self, _index: int, entry: dict[str, Any]) -> None:
        self.weights = entry["table"]

    def _exclusion(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        if entry["request"] in self.known:
            yield "this exclusion comes after its case was logged"
        self.excluded.setdefault(entry["request"], set()).add(entry["judge"])

    def _case(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        request = Request.of(entry["request"])
        if request.id in self.known:
            yield "this request was logged before"
            return
        expected = self.candidates(request.court, request.id, entry["at"][:10])
        if request.candidates != expected:
            yield "the candidates are not the judges on the roster minus the exclusions"
        if request.seats != self.seats(request.cat, len(request.seats)):
            yield "the weights of the seats are not those of the category table"
        if request.attempt:
            yield "this request is drawn again, but no entry says why"
        self.excluded.pop(request.id, None)
        self.begun.add(request.court)
        self.known.add(request.id)
        self.pending.setdefault(entry["group"], []).append(request)

    def _freeze(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        number, group = entry["epoch"], entry["group"]
        requests = self.pending.pop(group, [])
        if number != self.intake:
            yield f"the epoch frozen after {self.frozen} is {self.intake}, not {number}"
        if entry["id"] != entries.epoch_id(number, entry["at"], group):
            yield "the name of the epoch is not made of its number, time and group"
        if entry["requests"] != len(requests):
            yield f"{len(requests)} requests were waiting, not {entry['requests']}"
        if entry["ledger"] != ledger_hash(self.ledgers).hex():
            yield "the ledgers are not those that follow from the log"
        self.frozen += 1
        self.epochs[self.frozen] = Epoch(
            number=self.frozen,
            id=entry["id"],
            group=group,
            size=self.size,
            root=self.frontier.root(),
            requests=requests,
        )

    def _reveal(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        faults = self.reveal_faults(entry)
        yield from faults
        if not faults:
            value = bytes.fromhex(entry["value"])
            self.links[entry["contributor"]] = Link(entry["epoch"], value)

    def _result(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        epoch = self.drawn(entry["epoch"])
        if epoch is None or epoch.drawn is None or epoch.results >= len(epoch.drawn):
            yield "no draw is due here: its epoch is not frozen, still waits, or is all drawn"
            return
        request, seats = epoch.drawn[epoch.results]
        epoch.results += 1
        if entry["request"] != request.id:
            yield f"the next request in the order of the draw is {request.id}"
        if canon(entry["seats"]) != canon([seat.plain() for seat in seats]):
            yield "the result is not the one that follows from seed, ledger and candidates"
        if entry["assurance"] != epoch.assurance:
            yield f"the assurance of this draw is {epoch.assurance}"
        self.counts["draws"] += 1
        self.counts["assurance " + epoch.assurance] += 1
        self.counts["no-draw"] += len(request.candidates) == len(request.seats) == 1

    def _close(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        epoch = self.drawn(entry["epoch"])
        if epoch is None:
            yield "this epoch cannot be closed: it is not frozen, or still waits"
            return
        after = self.ledgers | epoch.after
        if not entry["results"] == epoch.results == len(epoch.requests):
            yield f"{len(epoch.requests)} requests belong to this epoch; not all have a result"
        if entry["ledger"] != ledger_hash(after).hex():
            yield "the ledgers are not those that follow from the draws"
        if entry["assurance"] != epoch.assurance:
            yield f"the assurance of this epoch is {epoch.assurance}"
        self.ledgers = after
        self.closed = epoch.number
        del self.epochs[epoch.number]

    def _incident(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        if entry["epoch"] > self.frozen:
            yield "this incident names an epoch that was never frozen"


_READERS: dict[str, Callable[[State, int, dict[str, Any]], Iterable[str] | None]] = {
    "genesis": State._genesis,  # noqa: SLF001 -- the table belongs to the class
    "roster": State._roster,  # noqa: SLF001
    "weights": State._weights,  # noqa: SLF001
    "exclusion": State._exclusion,  # noqa: SLF001
    "case": State._case,  # noqa: SLF001
    "freeze": State._freeze,  # noqa: SLF001
    "reveal": State._reveal,  # noqa: SLF001
    "result": State._result,  # noqa: SLF001
    "close": State._close,  # noqa: SLF001
    "incident": State._incident,  # noqa: SLF001
}


def replay(lines: Iterable[bytes]) -> State:
    """Read a whole log."""
    state = State()
    for line in lines:
        state.apply(line)
    return state
