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
from sys import intern
from typing import Any

from assignment import beacon, chain, docket, ed25519, entries, note, rotation
from assignment.canon import MalformedError
from assignment.docket import Held, Record, Rules
from assignment.draw import MEMBER, Request, draw_epoch, seed_of
from assignment.entries import Contributor
from assignment.epoch import Body, Epoch
from assignment.ledger import Candidates, Move, apply_moves, ledger_hash, moves_of_charge
from assignment.roster import Change, Choice, Post, Rosters, base_of, is_rota
from assignment.tree import Frontier


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in the log: at which entry (counted from 0), and what is wrong."""

    index: int
    what: str


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that follows from the entries read so far."""

    frontier: Frontier = field(default_factory=Frontier)
    at: str = ""
    origin: str = ""
    key: bytes = b""
    demonstration: bool = False
    bodies: dict[str, list[Body]] = field(default_factory=dict)
    fixed: list[tuple[int, Rules]] = field(default_factory=lambda: [(0, Rules())])
    rosters: Rosters = field(default_factory=Rosters)
    weights: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, frozenset[str]] = field(default_factory=dict)  # requests not logged yet
    records: dict[str, Record] = field(default_factory=dict)
    pending: dict[str, list[Request]] = field(default_factory=dict)  # by group, not yet frozen
    epochs: dict[int, Epoch] = field(default_factory=dict)  # frozen, not yet closed
    frozen: int = 0  # number of the last frozen epoch
    closed: int = 0  # number of the last closed epoch
    ledgers: dict[str, dict[str, int]] = field(default_factory=dict)
    queued: dict[int, list[tuple[str, list[Move]]]] = field(default_factory=dict)
    """What moves ledgers without a draw: it counts from the epoch in whose intake it was logged."""
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

    @property
    def rules(self) -> Rules:
        """The rules for a case that is logged now."""
        return next(rules for epoch, rules in reversed(self.fixed) if epoch <= self.intake)

    @property
    def contributors(self) -> dict[str, Contributor]:
        """The contributors of the epoch whose intake is open, by id."""
        return {name: body.contributor for name, body in self.bodies_of(self.intake).items()}

    @property
    def founders(self) -> tuple[Contributor, ...]:
        """The contributors as the genesis entry names them; rotations follow from the log."""
        return tuple(bodies[0].contributor for bodies in self.bodies.values())

    def copied(self) -> State:
        """Return a state that goes its own way from here; what never changes is shared."""
        return State(
            frontier=Frontier(self.frontier.size, self.frontier.hashes),
            at=self.at,
            origin=self.origin,
            key=self.key,
            demonstration=self.demonstration,
            bodies={name: [copy.copy(b) for b in bodies] for name, bodies in self.bodies.items()},
            fixed=list(self.fixed),
            rosters=self.rosters.copied(),
            weights=self.weights,
            excluded=dict(self.excluded),
            records=dict(self.records),  # a record is replaced, never changed
            pending={group: list(requests) for group, requests in self.pending.items()},
            epochs={number: epoch.copied() for number, epoch in self.epochs.items()},
            frozen=self.frozen,
            closed=self.closed,
            ledgers={name: dict(ledger) for name, ledger in self.ledgers.items()},
            queued={number: list(moved) for number, moved in self.queued.items()},
            findings=list(self.findings),
            counts=self.counts.copy(),
        )

    def apply(self, line: bytes) -> dict[str, Any] | None:
        """Read one entry, add to the findings whatever is wrong with it, and return it."""
        index = self.size
        try:
            entry = entries.read(line)
        except MalformedError as error:
            self.frontier.add(line)
            self._find(index, str(error))
            return None
        self.frontier.add(line)
        kind = entry["type"]
        if (kind == "genesis") != (index == 0):
            self._find(index, "a log begins with its genesis entry, and has only one")
            return entry
        if entry["at"] < self.at:
            self._find(index, "this entry is dated before the one in front of it")
        self.at = max(self.at, entry["at"])
        self.counts[kind] += 1
        for what in _READERS[kind](self, index, entry) or ():
            self._find(index, what)
        return entry

    def bodies_of(self, epoch: int) -> dict[str, Body]:
        """Return each contributor with the chain that it uses in an epoch."""
        return {
            name: [body for body in bodies if body.first <= epoch][-1]
            for name, bodies in self.bodies.items()
        }

    def posts(self, ledger: str, day: str) -> dict[str, Post]:
        """Return the posts of the judges of a court or pool, for a case that is logged now."""
        return self.rosters.posts(ledger, day, self.intake)

    def barred(self, request: str) -> frozenset[str]:
        """Return who cannot be drawn for a request: excluded, has left, or sits in its panel."""
        record = self.records.get(request)
        known = self.excluded.get(request, frozenset())
        return known if record is None else known | record.barred

    def candidates(self, ledger: str, request: str, day: str, cat: str) -> Candidates:
        """Who may be drawn for a request that is logged now: the roster, minus its exclusions."""
        return self.rosters.candidates(ledger, day, self.intake, cat, self.barred(request))

    def choice(
        self,
        home: str,
        request: str,
        day: str,
        cat: str,
        *,
        seats: int,
        attempt: int = 0,
        without: frozenset[str] = frozenset(),
    ) -> Choice:
        """Say from whom a request must be drawn: the court's own judges, while they suffice.

        ``without`` are judges about to be excluded.
        """
        rules, barred = self.rules, self.barred(request) | without
        least = rules.least(home, seats)
        own = self.rosters.candidates(home, day, self.intake, cat, barred)
        if attempt <= rules.redraws and len(own) >= least:
            return Choice(home, "own", own)
        pool = self.rosters.pool_of(home, self.intake)
        if pool is not None:
            wide = self.rosters.candidates(pool, day, self.intake, cat, barred)
            if len(wide) >= least:
                return Choice(pool, "inter", wide)
        return Choice(home, "small", own)

    def seats(self, category: str, number: int) -> tuple[int, ...]:
        """Weights of the seats: the rapporteur's from the category table, and two members'."""
        weight = self.weights.get(category, 0)
        return (weight, MEMBER, MEMBER) if number > 1 else (weight,)

    def starts(self, *courts: str) -> int:
        """Return the first epoch in which a change for these courts that is logged now counts."""
        return max((self.rosters.starts(court, self.intake) for court in courts), default=0)

    def standing(self, ledger: str) -> dict[str, int]:
        """Return the deviations of a ledger with everything logged so far, by judge."""
        found = dict(self.ledgers.get(ledger, {}))
        for number in sorted(self.queued):
            for name, moves in self.queued[number]:
                if name == ledger:
                    apply_moves(found, moves)
        return found

    def values(self, epoch: int) -> dict[str, bytes]:
        """Values of an epoch, from those contributors who revealed it or a later one."""
        found = {
            name: chain.earlier(name, body.value, body.epoch, epoch)
            for name, body in self.bodies_of(epoch).items()
            if body.epoch >= epoch
        }
        waiting = self.epochs.get(epoch)
        if waiting is not None and waiting.randomness is not None:
            found[beacon.NAME] = waiting.randomness
        return found

    def missing(self, epoch: int) -> list[str]:
        """Contributors for whom an epoch waits, and the beacon of the strong mode."""
        names = [name for name, body in self.bodies_of(epoch).items() if body.epoch < epoch]
        waiting = self.epochs.get(epoch)
        if waiting is not None and waiting.rule is not None and waiting.randomness is None:
            names.append(beacon.NAME)
        return names

    def knows(self, contributor: str, epoch: int) -> bool:
        """Whether a contributor's value of an epoch is known already."""
        body = self.bodies_of(epoch).get(contributor)
        return body is not None and body.epoch >= epoch

    def reveal_faults(self, entry: Mapping[str, Any]) -> list[str]:
        """Tell what speaks against a reveal; nothing, when it is good."""
        epoch = self.epochs.get(entry["epoch"])
        body = self.bodies_of(entry["epoch"]).get(entry["contributor"])
        if body is None:
            return ["this contributor is not in the genesis entry"]
        if epoch is None:
            return ["this epoch is not open: it was never frozen, or is closed"]
        if body.epoch >= epoch.number:
            return ["this contributor's value of this epoch is known already"]
        if (entry["size"], entry["root"]) != (epoch.size, epoch.root.hex()):
            return ["the signed root is not the frozen root of this epoch"]
        contributor, value = body.contributor, bytes.fromhex(entry["value"])
        faults = []
        if epoch.number > contributor.epochs:
            faults.append("the chain of this contributor is used up")
        if chain.earlier(contributor.id, value, epoch.number, body.epoch) != body.value:
            faults.append("the value is not on the chain that leads to the published anchor")
        message = entries.reveal_message(self.origin, epoch.number, epoch.size, epoch.root, value)
        if not ed25519.genuine(contributor.key, message, bytes.fromhex(entry["signature"])):
            faults.append("the signature of the value and the root is not the contributor's")
        text = note.Checkpoint(origin=self.origin, size=epoch.size, root=epoch.root).text()
        cosigned = note.cosigned_message(entry["time"], text)
        if not ed25519.genuine(contributor.key, cosigned, bytes.fromhex(entry["cosignature"])):
            faults.append("the cosignature of the frozen checkpoint is not the contributor's")
        return faults

    def beacon_faults(self, entry: Mapping[str, Any]) -> list[str]:
        """Tell what speaks against the round of a beacon; nothing, when it is good."""
        epoch = self.epochs.get(entry["epoch"])
        if epoch is None:
            return ["this epoch is not open: it was never frozen, or is closed"]
        if epoch.randomness is not None:
            return ["the round of this epoch is known already"]
        return beacon.faults(epoch.rule, epoch.at, entry)

    def drawn(self, number: int) -> Epoch | None:
        """Draw an epoch whose turn has come and whose values are all known; else nothing.

        The draw is kept with the epoch; the ledgers change when its ``close`` entry is read.
        """
        epoch = self.epochs.get(number)
        if epoch is None or number != self.closed + 1 or self.missing(number):
            return None
        if epoch.drawn is None:
            moved = self.queued.get(number, ())
            names = {request.court for request in epoch.requests} | {name for name, _ in moved}
            epoch.after = {name: dict(self.ledgers.get(name, {})) for name in sorted(names)}
            for name, moves in moved:
                apply_moves(epoch.after[name], moves)
            credited = {
                request.id: [left for _, left in self.records[request.id].open.values()]
                for request in epoch.requests
                if request.attempt
            }
            epoch.seed = seed_of(epoch.root, epoch.id, self.values(number))
            epoch.assurance = self.assurance(number)
            epoch.drawn = draw_epoch(epoch.seed, epoch.requests, epoch.after, credited)
        return epoch

    def assurance(self, epoch: int) -> str:
        """How much the outside world takes part in the draws of an epoch."""
        if self.demonstration:
            return "demonstration"
        bodies = [body.contributor for body in self.bodies_of(epoch).values()]
        enough = len({body.institution for body in bodies}) > 1
        return "full" if enough and not all(body.judiciary for body in bodies) else "reduced"

    def _find(self, index: int, what: str) -> None:
        self.findings.append(Finding(index, what))

    def _moved(self, ledger: str, moves: list[Move]) -> None:
        self.queued.setdefault(self.intake, []).append((ledger, moves))

    def _genesis(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        self.origin, self.key = entry["origin"], bytes.fromhex(entry["key"])
        self.demonstration = entry["demonstration"]
        for plain in entry["contributors"]:
            body = Contributor.of(plain)
            if body.id == beacon.NAME:
                yield "this name is kept for the beacon"
            self.bodies[body.id] = [Body(body, 0, 0, body.anchor)]

    def _rules(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        if entry["epoch"] < self.starts(*self.rosters.begun):
            yield "a change of the rules counts from the next epoch at the earliest"
        self.fixed.append((entry["epoch"], Rules.of(entry)))

    def _pool(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        before = self.rosters.courts_of(entry["pool"], self.intake)
        if entry["epoch"] < self.starts(entry["pool"], *entry["courts"], *before):
            yield "a change of a pool counts from the next epoch at the earliest"
        if entry["pool"] in self.rosters.changes:
            yield "this is the name of a court"
        self.rosters.pool(entry["pool"], entry["epoch"], tuple(entry["courts"]))

    def _roster(self, index: int, entry: dict[str, Any]) -> Iterable[str]:
        court, judge, start = entry["court"], entry["judge"], entry["start"]
        if entry["epoch"] < self.starts(court):
            yield "a change of the roster counts from the next epoch at the earliest"
        if court in self.rosters.pools or is_rota(court):
            yield "this is not the name of a court"
        if start:
            if court in self.rosters.begun or judge in self.rosters.changes.get(court, {}):
                yield "a backlog is brought along only before the first case of a court"
            self.ledgers.setdefault(court, {})[judge] = start
        cats = None if entry["cats"] is None else tuple(entry["cats"])
        post = Post(entry["availability"], cats)
        self.rosters.change(court, judge, Change(entry["from"], index, entry["epoch"], post))

    def _weights(self, _index: int, entry: dict[str, Any]) -> None:
        self.weights = entry["table"]

    def _exclusion(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        name, judge = entry["request"], entry["judge"]
        record = self.records.get(name)
        if record is not None and not (record.open and record.kind != docket.PENDING):
            yield "this exclusion comes after its case was logged"
        if entry["class"] not in {"statutory", "panel"}:
            yield "who is absent, or not of this pool, is told by the roster alone"
        self.excluded[name] = self.excluded.get(name, frozenset()) | {judge}

    def _case(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        request = Request.read(entry["request"])
        record = self.records.get(request.id)
        if record is not None and (not record.open or record.kind == docket.PENDING):
            yield "this request was logged before"
            return
        yield from self._case_faults(entry, request, record)
        if record is not None and len(request.seats) != len(record.open):
            return  # nobody could say which of the seats are meant
        known = self.excluded.pop(request.id, frozenset())
        if record is None:
            seats: list[Held | None] = [None] * len(request.seats)
            record = Record(intern(entry["home"]), request.cat, docket.PENDING, seats)
        else:
            record = record.copied()
        record.excluded |= known
        record.pending(request, self.intake)
        self.records[request.id] = record
        self.rosters.begin(entry["home"], request.court, self.intake)
        self.pending.setdefault(entry["group"], []).append(request)

    def _case_faults(
        self, entry: dict[str, Any], request: Request, record: Record | None
    ) -> Iterable[str]:
        weights = self.seats(request.cat, len(request.seats))
        home, attempt = entry["home"], 0
        if record is not None:
            weights = tuple(weight for weight, _ in record.open.values())
            attempt = record.attempt + 1
            if (home, request.cat) != (record.home, record.cat):
                yield "a re-draw is of the same case: its court and class stay"
        if home in self.rosters.pools:
            yield "a case is of a court, not of a pool"
        if request.attempt != attempt:
            yield f"this is attempt {attempt} to draw this request" + (
                "" if record else ": no entry says why it is drawn again"
            )
        if request.seats != weights:
            yield "the weights of the seats are not those of the category table"
        day = entry["at"][:10]
        due = self.choice(
            home, request.id, day, request.cat, seats=len(request.seats), attempt=attempt
        )
        if entry["pool"] != due.pool:
            yield f"this request has to be drawn from the pool {due.pool}"
        if request.court != due.ledger:
            yield f"this request belongs to the ledger {due.ledger}"
        if request.candidates != due.candidates:
            yield "the candidates are not the judges on the roster minus the exclusions"
        if (entry["order"] != "") != (due.pool == "small"):
            yield "an order is named where too few judges are eligible, and only there"
        self.counts["small"] += due.pool == "small"
        self.counts["inter"] += due.pool == "inter"

    def _linked(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        request = Request.read(entry["request"])
        earlier = self.records.get(entry["to"])
        if request.id in self.records:
            yield "this request was logged before"
            return
        if earlier is None or earlier.holders(len(request.seats)) != entry["judges"]:
            yield "these are not the judges of the case that it is linked to"
        yield from self._given(request, entry["at"][:10], entry["judges"], docket.LINKED)

    def _unlinked(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        record = self.records.get(entry["request"])
        if record is None or not record.retractable(self.intake):
            yield "only a link that no freeze has followed yet can be taken back"
            return
        fresh = record.copied()
        for ledger, moves in fresh.retract():
            self._moved(ledger, moves)
        self.records[entry["request"]] = fresh

    def _manual(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        request = Request.read(entry["request"])
        if request.id in self.records:
            yield "this request was logged before"
            return
        if not self.rules.manual:
            yield "the rules do not allow to assign a case by hand"
        day, names = entry["at"][:10], set(entry["judges"])
        if (names | set(self.posts(base_of(request.court), day))) & set(entry["approvers"]):
            yield "who could be drawn cannot approve an assignment by hand"
        yield from self._given(request, day, entry["judges"], docket.MANUAL)

    def _given(self, request: Request, day: str, judges: list[str], kind: str) -> Iterable[str]:
        """Give a request to judges without a draw: each is charged, and everybody credited."""
        if request.attempt:
            yield "this request is new: it was never drawn"
        if not self.barred(request.id).isdisjoint(judges):
            yield "a judge who is excluded cannot be given a case"
        if request.seats != self.seats(request.cat, len(request.seats)):
            yield "the weights of the seats are not those of the category table"
        if request.candidates != self.candidates(request.court, request.id, day, request.cat):
            yield "the candidates are not the judges on the roster minus the exclusions"
        if len(judges) != len(request.seats) or len(set(judges)) != len(judges):
            yield "each seat has one judge of its own"
        seats: list[Held | None] = []
        for weight, judge in zip(request.seats, judges, strict=False):
            among = request.candidates
            seats.append(Held(judge, weight, weight, among, request.court))
            self._moved(request.court, moves_of_charge(weight, among, judge))
        self.records[request.id] = Record(
            home=request.court,
            cat=request.cat,
            kind=kind,
            seats=seats,
            epoch=self.intake,
            excluded=self.excluded.pop(request.id, frozenset()),
        )
        self.rosters.begin(request.court, request.court, self.intake)

    def _dropout(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        record = self.records.get(entry["request"])
        seat, judge = entry["seat"], entry["judge"]
        if record is None or record.kind == docket.PENDING:
            yield "no draw has given this request to a judge yet"
            return
        held = record.seats[seat] if seat < len(record.seats) else None
        if held is None or held.judge != judge:
            yield f"judge {judge} does not hold this seat"
            return
        absence = self.rules.absence
        if entry["ground"] == "absence" and not self.rosters.absent_beyond(
            judge, entry["at"][:10], absence
        ):
            yield f"the roster does not say that this judge is absent for over {absence} days"
        fresh = record.copied()
        self._moved(*fresh.drop(seat))
        self.records[entry["request"]] = fresh

    def _correction(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        record = self.records.get(entry["request"])
        if record is None or record.kind == docket.PENDING or record.seats[0] is None:
            yield "no judge has this request"
            return
        weight = self.weights.get(entry["cat"])
        if weight is None:
            yield "the category table does not have this class"
            return
        if set(record.judges) & set(entry["approvers"]):
            yield "who has the case cannot approve what it weighs"
        fresh = record.copied()
        self._moved(*fresh.correct(entry["cat"], weight))
        self.records[entry["request"]] = fresh

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
        rule = self.rules.beacon
        self.frozen += 1
        self.epochs[self.frozen] = Epoch(
            number=self.frozen,
            id=entry["id"],
            group=group,
            at=entry["at"],
            size=self.size,
            root=self.frontier.root(),
            requests=requests,
            rule=rule,
        )

    def _reveal(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        faults = self.reveal_faults(entry)
        yield from faults
        if not faults:
            body = self.bodies_of(entry["epoch"])[entry["contributor"]]
            body.epoch, body.value = entry["epoch"], bytes.fromhex(entry["value"])

    def _beacon(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        faults = self.beacon_faults(entry)
        yield from faults
        if not faults:
            self.epochs[entry["epoch"]].randomness = bytes.fromhex(entry["randomness"])

    def _result(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        epoch = self.drawn(entry["epoch"])
        if epoch is None or epoch.drawn is None or epoch.results >= len(epoch.drawn):
            yield "no draw is due here: its epoch is not frozen, still waits, or is all drawn"
            return
        request, seats = epoch.drawn[epoch.results]
        epoch.results += 1
        if entry["request"] != request.id:
            yield f"the next request in the order of the draw is {request.id}"
        if entry["seats"] != [seat.plain() for seat in seats]:
            yield "the result is not the one that follows from seed, ledger and candidates"
        if entry["assurance"] != epoch.assurance:
            yield f"the assurance of this draw is {epoch.assurance}"
        record = self.records[request.id].copied()
        record.seat(request, seats)
        self.records[request.id] = record
        self.counts["draws"] += 1
        self.counts["assurance " + epoch.assurance] += 1
        self.counts["re-draws"] += request.attempt > 0
        self.counts["no-draw"] += len(request.candidates) == 1

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
        self.queued.pop(epoch.number, None)
        del self.epochs[epoch.number]

    def _incident(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        if entry["epoch"] > self.frozen:
            yield "this incident names an epoch that was never frozen"

    def _rotation(self, _index: int, entry: dict[str, Any]) -> Iterable[str]:
        bodies = {name: known[-1].contributor for name, known in self.bodies.items()}
        faults = rotation.faults(self.origin, self.intake, bodies, entry)
        yield from faults
        if not faults:
            fresh = Contributor.of(entry["contributor"])
            self.bodies[fresh.id].append(Body(fresh, entry["first"], 0, fresh.anchor))


_READERS: dict[str, Callable[[State, int, dict[str, Any]], Iterable[str] | None]] = {
    kind: getattr(State, "_" + kind) for kind in entries.ENTRIES
}


def replay(lines: Iterable[bytes]) -> State:
    """Read a whole log."""
    state = State()
    for line in lines:
        state.apply(line)
    return state
