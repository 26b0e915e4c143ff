"""The entries that a court writes, each made from the state of the log in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assignment import note
from assignment.canon import canon, sha
from assignment.draw import VERSION, Request
from assignment.entries import Contributor, epoch_id
from assignment.ledger import ledger_hash
from assignment.replay import Epoch, State


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


def roster(
    state: State,
    at: str,
    *,
    court: str,
    judge: str,
    availability: int,
    day: str,
    order: bytes,
) -> dict[str, Any]:
    """Change a judge's availability from a day on, in the first epoch that may be."""
    return {
        "type": "roster",
        "at": at,
        "court": court,
        "judge": judge,
        "availability": availability,
        "from": day,
        "epoch": state.starts(court),
        "order": order.hex(),
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
    court: str,
    category: str,
    commit: str,
) -> dict[str, Any]:
    """Log a case for one judge, with whoever may be drawn for it as the log stands."""
    request = Request(
        id=name,
        court=court,
        cat=category,
        seats=state.seats(category, 1),
        candidates=state.candidates(court, name, at[:10]),
        commit=commit,
    )
    return {"type": "case", "at": at, "group": group, "request": request.plain()}


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
