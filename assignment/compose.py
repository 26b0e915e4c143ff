"""The entries that a court writes, each made from the state of the log in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from assignment import note
from assignment.canon import canon, sha
from assignment.docket import Rules
from assignment.draw import VERSION, Request
from assignment.entries import Contributor, epoch_id
from assignment.epoch import Epoch
from assignment.ledger import ledger_hash
from assignment.replay import State


class TooFewError(Exception):
    """Fewer judges are eligible than the rules demand: the case has to wait, or needs an order."""

    def __init__(self, eligible: int, minimum: int) -> None:
        """Tell how many there are, and how many there must be."""
        super().__init__(f"{eligible} judges are eligible, {minimum} are needed")
        self.eligible = eligible
        self.minimum = minimum


def commitment(salt: bytes, number: str, file_hash: bytes) -> str:
    """Hash case number and file under a salt: the log names a case only to who holds the salt."""
    return sha(canon({"salt": salt.hex(), "number": number, "file": file_hash.hex()})).hex()


def checkpoint(state: State) -> note.Checkpoint:
    """Return the checkpoint of everything logged so far, for signing."""
    return note.Checkpoint(origin=state.origin, size=state.size, root=state.frontier.root())


def genesis(
    at: str, origin: str, key: bytes, contributors: Iterable[Contributor], *, demonstration: bool
) -> dict[str, Any]:
    """Begin a log: name its rule, its key, and the contributors with their anchors."""
    bodies = sorted(contributors, key=lambda body: body.id)
    return {
        "type": "genesis",
        "at": at,
        "ver": VERSION,
        "origin": origin,
        "key": key.hex(),
        "demonstration": demonstration,
        "contributors": [body.plain() for body in bodies],
    }


def weights(at: str, version: str, table: dict[str, int]) -> dict[str, Any]:
    """Publish the category table."""
    return {"type": "weights", "at": at, "version": version, "table": table}


def rules(state: State, at: str, wanted: Rules, order: str = "") -> dict[str, Any]:
    """Change the rules, from the first epoch that may be; `order` is the hash of who said so."""
    return {
        "type": "rules",
        "at": at,
        "version": wanted.version,
        "minimum": wanted.minimum,
        "redraws": wanted.redraws,
        "absence": wanted.absence,
        "manual": wanted.manual,
        "beacon": None if wanted.beacon is None else dict(wanted.beacon),
        "epoch": max(state.starts(*state.rosters.begun), 1),
        "order": order,
    }


def pool(
    state: State, at: str, *, name: str, courts: Iterable[str], order: bytes
) -> dict[str, Any]:
    """Name the courts whose judges stand in for one another, from the first epoch that may be."""
    members = sorted(set(courts))
    return {
        "type": "pool",
        "at": at,
        "pool": name,
        "courts": members,
        "epoch": state.starts(name, *members, *state.rosters.courts_of(name, state.intake)),
        "order": order.hex(),
    }


def roster(
    state: State,
    at: str,
    *,
    court: str,
    judge: str,
    availability: int,
    day: str,
    order: bytes,
    cats: Iterable[str] | None = None,
    start: int = 0,
) -> dict[str, Any]:
    """Change a judge's post from a day on, in the first epoch that may be."""
    return {
        "type": "roster",
        "at": at,
        "court": court,
        "judge": judge,
        "availability": availability,
        "cats": None if cats is None else sorted(set(cats)),
        "from": day,
        "epoch": state.starts(court),
        "order": order.hex(),
        "start": start,
    }


def exclusion(at: str, request: str, judge: str, ground: str, document: bytes) -> dict[str, Any]:
    """Exclude a judge from a request that is about to be logged."""
    return {
        "type": "exclusion",
        "at": at,
        "request": request,
        "judge": judge,
        "class": ground,
        "document": document.hex(),
    }


def case(
    state: State,
    at: str,
    *,
    group: str,
    name: str,
    home: str,
    category: str,
    commit: str,
    seats: int = 1,
    order: str = "",
    without: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Log a case, with whoever may be drawn for it as the log stands.

    Raises TooFewError where fewer judges are eligible than the rules demand, unless an order (its
    hash) lets it be drawn from those there are. ``without`` are judges whose exclusions are written
    in front of the entry once it is known to be possible.
    """
    request = Request(
        id=name,
        court=home,
        cat=category,
        seats=state.seats(category, seats),
        candidates=(),
        commit=commit,
    )
    return _case(state, at, request, group=group, home=home, order=order, without=without)


def redraw(
    state: State,
    at: str,
    *,
    group: str,
    name: str,
    commit: str,
    order: str = "",
    without: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Log the seats of a case whose judges have left, to be drawn again; raises TooFewError."""
    record = state.records[name]
    request = Request(
        id=name,
        court=record.home,
        cat=record.cat,
        seats=tuple(weight for weight, _ in record.open.values()),
        candidates=(),
        commit=commit,
        attempt=record.attempt + 1,
    )
    return _case(state, at, request, group=group, home=record.home, order=order, without=without)


def linked(
    state: State,
    at: str,
    *,
    name: str,
    ledger: str,
    category: str,
    commit: str,
    to: str,
    seats: int,
    ground: str,
    document: bytes,
) -> dict[str, Any]:
    """Log a case that goes, without a draw, to the judges of an earlier one."""
    judges = state.records[to].holders(seats)
    return {
        "type": "linked",
        "at": at,
        "request": _given(
            state,
            at,
            name=name,
            ledger=ledger,
            category=category,
            commit=commit,
            seats=len(judges),
        ),
        "to": to,
        "judges": judges,
        "ground": ground,
        "document": document.hex(),
    }


def unlinked(at: str, name: str, document: bytes) -> dict[str, Any]:
    """Take a link back, before any freeze has followed it."""
    return {"type": "unlinked", "at": at, "request": name, "document": document.hex()}


def manual(
    state: State,
    at: str,
    *,
    name: str,
    ledger: str,
    category: str,
    commit: str,
    judges: Iterable[str],
    ground: str,
    document: bytes,
    approvers: Iterable[str],
) -> dict[str, Any]:
    """Log a case that two officials have given to a judge by hand."""
    chosen = list(judges)
    return {
        "type": "manual",
        "at": at,
        "request": _given(
            state,
            at,
            name=name,
            ledger=ledger,
            category=category,
            commit=commit,
            seats=len(chosen),
        ),
        "judges": chosen,
        "ground": ground,
        "document": document.hex(),
        "approvers": sorted(approvers),
    }


def dropout(
    state: State, at: str, *, name: str, seat: int, ground: str, document: bytes
) -> dict[str, Any]:
    """Let the judge of a seat leave a case."""
    held = state.records[name].seats[seat]
    return {
        "type": "dropout",
        "at": at,
        "request": name,
        "seat": seat,
        "judge": "" if held is None else held.judge,
        "ground": ground,
        "document": document.hex(),
    }


def correction(
    at: str, *, name: str, category: str, document: bytes, approvers: Iterable[str]
) -> dict[str, Any]:
    """Put right the class of a case, and so its weight; the judge stays."""
    return {
        "type": "correction",
        "at": at,
        "request": name,
        "cat": category,
        "document": document.hex(),
        "approvers": sorted(approvers),
    }


def incident(at: str, epoch: int, code: str) -> dict[str, Any]:
    """Tell that something went wrong."""
    return {"type": "incident", "at": at, "epoch": epoch, "code": code}


def _case(
    state: State,
    at: str,
    wanted: Request,
    *,
    group: str,
    home: str,
    order: str,
    without: frozenset[str],
) -> dict[str, Any]:
    seats = len(wanted.seats)
    chosen = state.choice(
        home,
        wanted.id,
        at[:10],
        wanted.cat,
        seats=seats,
        attempt=wanted.attempt,
        without=without,
    )
    small = chosen.pool == "small"
    if len(chosen.candidates) < seats or (small and not order):
        raise TooFewError(len(chosen.candidates), state.rules.least(home, seats))
    request = replace(wanted, court=chosen.ledger, candidates=tuple(chosen.candidates))
    return {
        "type": "case",
        "at": at,
        "group": group,
        "home": home,
        "pool": chosen.pool,
        "order": order if small else "",
        "request": request.plain(),
    }


def _given(
    state: State, at: str, *, name: str, ledger: str, category: str, commit: str, seats: int
) -> dict[str, Any]:
    candidates = state.candidates(ledger, name, at[:10], category)
    if len(candidates) < seats:
        raise TooFewError(len(candidates), seats)
    request = Request(
        id=name,
        court=ledger,
        cat=category,
        seats=state.seats(category, seats),
        candidates=tuple(candidates),
        commit=commit,
    )
    return request.plain()


def freeze(state: State, at: str, group: str) -> dict[str, Any]:
    """Close the intake of a group: whatever it has pending is drawn in this epoch."""
    return {
        "type": "freeze",
        "at": at,
        "epoch": state.intake,
        "id": epoch_id(state.intake, at, group),
        "group": group,
        "requests": len(state.pending.get(group, ())),
        "ledger": ledger_hash(state.ledgers).hex(),
    }


def reveal(at: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Put a contributor's answer into the log."""
    return {"type": "reveal", "at": at, **answer}


def results(at: str, epoch: Epoch) -> list[dict[str, Any]]:
    """Publish the results of a drawn epoch, in drawn order."""
    return [
        {
            "type": "result",
            "at": at,
            "epoch": epoch.number,
            "request": request.id,
            "seats": [seat.plain() for seat in seats],
            "assurance": epoch.assurance,
        }
        for request, seats in epoch.drawn or ()
    ]


def close(state: State, at: str, epoch: Epoch) -> dict[str, Any]:
    """Close a drawn epoch with the ledgers that follow from it."""
    return {
        "type": "close",
        "at": at,
        "epoch": epoch.number,
        "results": len(epoch.requests),
        "ledger": ledger_hash(state.ledgers | epoch.after).hex(),
        "assurance": epoch.assurance,
    }
