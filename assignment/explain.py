"""Why this judge: the story of one request of a log, told in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from assignment import docket
from assignment.draw import FULL, Request, Seat
from assignment.epoch import Epoch
from assignment.replay import State


class UnknownRequestError(LookupError):
    """The log does not have this request."""


def explain(lines: Iterable[bytes], wanted: str) -> Iterator[str]:
    """Tell the story of a request, as far as the log goes."""
    state = State()
    told = False
    for line in lines:
        entry = state.apply(line)
        teller = _TELLERS.get(entry["type"]) if entry else None
        if entry is not None and teller is not None and _names(entry) == wanted:
            told = True
            yield from teller(state, state.size - 1, entry)
        elif entry is not None and entry["type"] == "freeze":
            yield from _freeze(state, wanted)
    if not told:
        raise UnknownRequestError(f"the log has no request {wanted}")
    yield from _end(state, wanted)


def _names(entry: dict[str, Any]) -> str:
    """Return the request that an entry is about."""
    request = entry["request"]
    name: str = request["id"] if isinstance(request, dict) else request
    return name


def _exclusion(_state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    yield f"Entry {index}: judge {entry['judge']} must not be drawn: {entry['class']}."


def _case(state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    request = Request.of(entry["request"])
    yield (
        f"Entry {index}, {entry['at']}: request {request.id} of court {entry['home']}, "
        f"category {request.cat}, was logged" + _attempt(request) + "."
    )
    yield _seats_of(request)
    if entry["pool"] == "inter":
        yield f"Its court has too few judges for it: it is drawn from the pool {request.court}."
    elif entry["pool"] == "small":
        yield f"Too few judges are eligible; an order lets it be drawn: {entry['order']}."
    yield _candidates_of(request)
    yield from _others(state, request, entry["at"][:10])


def _linked(_state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    request = Request.of(entry["request"])
    judges = ", ".join(entry["judges"])
    yield (
        f"Entry {index}, {entry['at']}: request {request.id} went without a draw to the judge "
        f"of {entry['to']} ({judges}): {entry['ground']}."
    )
    yield _seats_of(request) + " The judge is charged, and everybody credited as usual:"
    yield _candidates_of(request)


def _unlinked(_state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    yield f"Entry {index}, {entry['at']}: the link was taken back; the case is drawn as another."


def _manual(_state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    request = Request.of(entry["request"])
    yield (
        f"Entry {index}, {entry['at']}: request {request.id} was assigned by hand to "
        f"{', '.join(entry['judges'])}: {entry['ground']}; approved by "
        f"{' and '.join(entry['approvers'])}, order {entry['document']}."
    )
    yield _seats_of(request)


def _dropout(_state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    yield (
        f"Entry {index}, {entry['at']}: judge {entry['judge']} left seat {entry['seat']}: "
        f"{entry['ground']}, order {entry['document']}."
    )


def _correction(_state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    yield (
        f"Entry {index}, {entry['at']}: the class was put right to {entry['cat']}, approved by "
        f"{' and '.join(entry['approvers'])}; the judge stays."
    )


def _freeze(state: State, wanted: str) -> Iterator[str]:
    epoch = state.epochs[state.frozen]
    if any(request.id == wanted for request in epoch.requests):
        yield (
            f"Entry {state.size - 1}: epoch {epoch.number} ({epoch.id}) was frozen "
            f"with {len(epoch.requests)} requests; root {epoch.root.hex()}."
        )


def _result(state: State, index: int, entry: dict[str, Any]) -> Iterator[str]:
    epoch = state.epochs.get(entry["epoch"])
    if epoch is not None and epoch.drawn is not None:
        yield f"Entry {index}: the result."
        yield from _drawn(state, epoch, entry["request"])


_TELLERS: dict[str, Callable[[State, int, dict[str, Any]], Iterator[str]]] = {
    "exclusion": _exclusion,
    "case": _case,
    "linked": _linked,
    "unlinked": _unlinked,
    "manual": _manual,
    "dropout": _dropout,
    "correction": _correction,
    "result": _result,
}


def _drawn(state: State, epoch: Epoch, wanted: str) -> Iterator[str]:
    for name, value in sorted(state.values(epoch.number).items()):
        yield f"Contributor {name} revealed {value.hex()}."
    yield f"Seed {epoch.seed.hex()}; assurance {epoch.assurance}."
    drawn = epoch.drawn or ()
    for place, (request, seats) in enumerate(drawn, 1):
        if request.id == wanted:
            yield f"This request was number {place} of {len(drawn)} in the order of the draw."
            for seat in seats:
                yield from _seat(seat)


def _seat(seat: Seat) -> Iterator[str]:
    total = sum(seat.tickets)
    yield f"Seat {seat.seat}: a number below {total} was drawn: u = {seat.u}"
    start = 0
    rows = zip(seat.candidates, seat.deviations, seat.tickets, strict=True)
    for (judge, share), deviation, tickets in rows:
        mark = "  <- drawn" if judge == seat.judge else ""
        yield (
            f"  {judge}: share {share / 10:g} %, deviation {deviation / FULL:+.6f} cases, "
            f"chance {100 * tickets / total:.3f} %, numbers {start} to {start + tickets - 1}{mark}"
        )
        start += tickets
    yield f"  The number falls to {seat.judge}."


def _end(state: State, wanted: str) -> Iterator[str]:
    """Say how the request stands where the log ends."""
    record = state.records.get(wanted)
    if record is None or record.kind == docket.UNLINKED:
        yield "It is not in the log itself."
    elif record.kind == docket.PENDING:
        epoch = next(
            (e for e in state.epochs.values() if any(r.id == wanted for r in e.requests)), None
        )
        if epoch is None:
            yield "It waits for the next freeze."
        else:
            missing = ", ".join(state.missing(epoch.number))
            yield "The draw waits for: " + (missing or "its turn") + "."
    elif record.open:
        yield f"Seats to be drawn again: {', '.join(map(str, record.open))}."
    else:
        yield f"It is with {', '.join(record.judges)}."


def _attempt(request: Request) -> str:
    return f" to be drawn again (re-draw {request.attempt})" if request.attempt else ""


def _seats_of(request: Request) -> str:
    return "Seats: " + ", ".join(f"{weight / FULL:.3f} cases" for weight in request.seats) + "."


def _candidates_of(request: Request) -> str:
    names = ", ".join(f"{judge} ({share / 10:g} %)" for judge, share in request.candidates)
    return f"Candidates (share of a full post): {names}."


def _others(state: State, request: Request, day: str) -> Iterator[str]:
    """Say who is on the roster and could not be drawn, and why."""
    candidates = dict(request.candidates)
    posts = state.rosters.posts(request.court, day, state.records[request.id].epoch)
    for judge, post in posts.items():
        if judge not in candidates:
            if not post.availability:
                yield f"Judge {judge} could not be drawn: absence."
            elif not post.tries(request.cat):
                yield f"Judge {judge} could not be drawn: not-in-pool."
            else:
                yield f"Judge {judge} could not be drawn: excluded, has left, or sits already."
