"""What draws, links and dropouts moved in the ledgers, seat by seat, many of them at once."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assignment.ledger import Candidates, credits_of, moves_of_dropout
from sud.models import DrawKind, DrawRequest, DrawSeat, LogEntry

UNLINKED: Final = "unlinked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat that was given to a judge: what was charged, what was credited, and among whom."""

    number: int
    judge: str
    weight: int
    credited: int
    candidates: Candidates
    tickets: Sequence[int] = ()

    def move_of(self, judge: str) -> tuple[int, int]:
        """Return credit and charge of a judge."""
        credit = dict(credits_of(self.credited, self.candidates)).get(judge, 0)
        return credit, self.weight if judge == self.judge else 0

    def chance_of(self, judge: str) -> float | None:
        """Return the chance of a judge; none where nothing was drawn, or who was not eligible."""
        for (code, _), tickets in zip(self.candidates, self.tickets, strict=bool(self.tickets)):
            if code == judge:
                return tickets / sum(self.tickets)
        return None

    def undone_for(self, judge: str, ground: str) -> int:
        """Return by how much a judge's deviation moved when this seat was given up."""
        if ground == UNLINKED:
            credit, charge = self.move_of(judge)
            return credit - charge
        moves, _ = moves_of_dropout(self.weight, self.credited, self.candidates, self.judge)
        return sum(change for code, change in moves if code == judge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A draw, a link or an assignment by hand, with the seats that it gave."""

    row: DrawRequest
    at: datetime
    index: int
    seats: Sequence[Seat]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A seat whose judge left."""

    row: DrawRequest
    at: datetime
    index: int
    ground: str
    seat: Seat


def given(session: Session, rows: Sequence[DrawRequest]) -> list[Given]:
    """Return what these draws gave to whom, in the order of the rows; pending ones are left out."""
    chains = _with_earlier(session, rows)
    lines = _lines(session, chains)
    held: dict[int, list[DrawSeat]] = {}
    query = select(DrawSeat).where(DrawSeat.draw_id.in_([row.id for row in chains]))
    for seat in session.scalars(query.order_by(DrawSeat.seat)):
        held.setdefault(seat.draw_id, []).append(seat)
    credited: dict[tuple[str, int], int] = {}
    found: dict[int, Given] = {}
    for row in sorted(chains, key=lambda one: one.attempt):
        if row.result_index is None:
            continue
        seats = _seats(row, lines, [seat.seat for seat in held.get(row.id, [])], credited)
        for one in seats:
            kept = dict(credits_of(one.credited, one.candidates)).get(one.judge, 0)
            credited[row.request_id, one.number] = one.credited - kept
        found[row.id] = Given(
            row=row, at=lines[row.result_index].logged_at, index=row.result_index, seats=seats
        )
    return [found[row.id] for row in rows if row.id in found]


def chances(entry: str, result: str, judge: str) -> Iterator[tuple[float, bool]]:
    """Yield a judge's chance for each seat of a draw, and whether it fell to him."""
    candidates = [code for code, _ in json.loads(entry)["request"]["candidates"]]
    for seat in json.loads(result)["seats"]:
        if judge not in candidates:
            return
        tickets = [int(number) for number in seat["tickets"]]
        yield tickets[candidates.index(judge)] / sum(tickets), seat["judge"] == judge
        candidates.remove(seat["judge"])


def given_up(session: Session, among: Iterable[Given]) -> list[GivenUp]:
    """Return which of these seats were given up again."""
    draws = {one.row.id: one for one in among}
    query = select(DrawSeat).where(
        DrawSeat.draw_id.in_(draws),
        or_(DrawSeat.dropped_index.is_not(None), DrawSeat.ground == UNLINKED),
    )
    found = []
    for left in session.scalars(query):
        one = draws[left.draw_id]
        seat = next(seat for seat in one.seats if seat.number == left.seat)
        if left.dropped_at is not None and left.ground is not None:
            found.append(
                GivenUp(
                    row=one.row,
                    at=left.dropped_at,
                    index=left.dropped_index or one.index,
                    ground=left.ground,
                    seat=seat,
                )
            )
    return found


def _with_earlier(session: Session, rows: Sequence[DrawRequest]) -> list[DrawRequest]:
    """Add the earlier attempts of those that were drawn again: a leaver kept part of the weight."""
    again = {row.request_id for row in rows if row.attempt}
    if not again:
        return list(rows)
    query = select(DrawRequest).where(DrawRequest.request_id.in_(again))
    known = {row.id: row for row in (*rows, *session.scalars(query))}
    return list(known.values())


def _lines(session: Session, rows: Iterable[DrawRequest]) -> dict[int, LogEntry]:
    indexes = {row.case_index for row in rows}
    indexes |= {row.result_index for row in rows if row.result_index is not None}
    query = select(LogEntry).where(LogEntry.index.in_(indexes))
    return {line.index: line for line in session.scalars(query)}


def _seats(
    row: DrawRequest,
    lines: Mapping[int, LogEntry],
    numbers: Sequence[int],
    credited: Mapping[tuple[str, int], int],
) -> list[Seat]:
    entry = json.loads(lines[row.case_index].body)
    request = entry["request"]
    eligible = tuple((code, share) for code, share in request["candidates"])
    if row.kind is not DrawKind.DRAWN:
        return [
            Seat(number=number, judge=judge, weight=weight, credited=weight, candidates=eligible)
            for number, (weight, judge) in enumerate(
                zip(request["seats"], entry["judges"], strict=True)
            )
        ]
    result: dict[str, Any] = json.loads(lines[row.result_index or 0].body)
    found = []
    for number, weight, drawn in zip(numbers, request["seats"], result["seats"], strict=True):
        found.append(
            Seat(
                number=number,
                judge=drawn["judge"],
                weight=weight,
                credited=credited.get((row.request_id, number), weight),
                candidates=eligible,
                tickets=[int(tickets) for tickets in drawn["tickets"]],
            )
        )
        eligible = tuple(pair for pair in eligible if pair[0] != drawn["judge"])
    return found
