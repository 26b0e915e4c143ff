"""Why this judge: one draw of a log told in words and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from assignment.draw import FULL, Request, Seat
from assignment.epoch import Epoch
from assignment.replay import State


class UnknownRequestError(LookupError):
    """The log does not have this request."""


def explain(lines: Iterable[bytes], wanted: str) -> list[str]:
    """Tell the story of a request, as far as the log goes."""
    state = State()
    excluded: list[dict[str, Any]] = []
    request: Request | None = None
    words: list[str] = []
    epoch: Epoch | None = None
    for line in lines:
        entry = state.apply(line)
        kind = entry["type"] if entry else ""
        if entry is None:
            continue
        if kind == "exclusion" and entry["request"] == wanted:
            excluded.append(entry)
        elif kind == "case" and entry["request"]["id"] == wanted:
            request = Request.of(entry["request"])
            words += _case(request, state.size - 1, entry["at"], excluded)
        elif kind == "freeze" and request is not None and epoch is None:
            frozen = state.epochs[state.frozen]
            if request in frozen.requests:
                epoch = frozen
                words.append(
                    f"Epoch {epoch.number} ({epoch.id}) was frozen at entry {state.size - 1} "
                    f"with {len(epoch.requests)} requests; root {epoch.root.hex()}."
                )
        elif kind == "result" and entry["request"] == wanted and epoch and epoch.drawn:
            words += _result(state, epoch, wanted)
            return words
    if request is None:
        raise UnknownRequestError(f"the log has no request {wanted}")
    if epoch is None:
        words.append("It waits for the next freeze.")
    else:
        words.append(
            "The draw waits for: " + (", ".join(state.missing(epoch.number)) or "its turn") + "."
        )
    return words


def _case(
    request: Request, index: int, at: str, excluded: Iterable[dict[str, Any]]
) -> Iterator[str]:
    yield (
        f"Request {request.id} of court {request.court}, category {request.cat}, "
        f"was logged at entry {index} on {at}."
    )
    yield "Seats: " + ", ".join(f"{weight / FULL:.3f} cases" for weight in request.seats) + "."
    for entry in excluded:
        yield f"Judge {entry['judge']} was excluded: {entry['class']}."
    names = ", ".join(f"{judge} ({share / 10:g} %)" for judge, share in request.candidates)
    yield f"Candidates (share of a full post): {names}."


def _result(state: State, epoch: Epoch, wanted: str) -> Iterator[str]:
    for name, value in sorted(state.values(epoch.number).items()):
        yield f"Contributor {name} revealed {value.hex()}."
    yield f"Seed {epoch.seed.hex()}; assurance {epoch.assurance}."
    drawn = epoch.drawn or ()
    place, seats = next((n, s) for n, (request, s) in enumerate(drawn, 1) if request.id == wanted)
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
