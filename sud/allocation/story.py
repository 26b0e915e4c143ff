"""What a draw looked like, gathered for its readers: every attempt, seat, chance, value, result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assignment import beacon, docket
from assignment.canon import parse
from assignment.draw import FULL, FULL_POST, Request
from assignment.ledger import charge, credits_of
from assignment.replay import State
from sud.access import Actor, visible
from sud.allocation import log
from sud.models import (
    Assurance,
    Case,
    DrawKind,
    DrawPool,
    DrawRequest,
    DrawSeat,
    Epoch,
    Judge,
    LogEntry,
    Reveal,
)

LEFT, SITS = "left", "sits"
"""Why a judge could not be drawn again for a case, beside the classes of the log."""
UNLINKED: Final = "unlinked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judge who could be drawn; the figures of the draw are there once it was made."""

    code: str
    name: str
    share: float
    fair: float
    deviation: float | None = None
    chance: float | None = None
    first: int | None = None
    last: int | None = None
    drawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatStory:
    """One seat: who could take it, and the number that decided; `role` as in the wording."""

    number: int
    role: str
    weight: float
    candidates: Sequence[Candidate]
    total: int = 0
    u: int = 0

    @property
    def judge(self) -> Candidate | None:
        """The one who was drawn."""
        return next((one for one in self.candidates if one.drawn), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A judge who left a seat after the draw."""

    number: int
    name: str
    ground: str
    at: datetime
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What one contributor gave: its value, when it was taken, and where it stands in the log."""

    contributor: str
    value: str
    at: datetime
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One attempt, from its entry in the log to its judges."""

    row: DrawRequest
    logged_at: datetime
    leaf: str
    category: str
    seats: Sequence[SeatStory]
    judges: Sequence[tuple[str, str]]
    excluded: Sequence[tuple[str, str]]
    left: Sequence[Left]
    values: Sequence[Value]
    missing: Sequence[str]
    assurance: Assurance | None
    linked_to: str = ""
    place: int = 0
    of: int = 0

    @property
    def candidates(self) -> Sequence[Candidate]:
        """Who could be drawn for the first seat of the attempt."""
        return self.seats[0].candidates

    @property
    def judge(self) -> Candidate | None:
        """Who was drawn for that seat; nobody, where nothing was drawn or is not yet."""
        return self.seats[0].judge

    @property
    def weight(self) -> float:
        """What that seat weighs, in standard cases."""
        return self.seats[0].weight

    @property
    def undone(self) -> bool:
        """Whether it was taken back before it counted."""
        return any(one.ground == UNLINKED for one in self.left)

    @property
    def remarks(self) -> list[str]:
        """What a reader must be told about this attempt, as codes of the wording."""
        found = []
        if self.row.kind is DrawKind.DRAWN and len(self.candidates) == 1:
            found.append("no_draw")
        if self.row.pool is DrawPool.SMALL:
            found.append("small")
        if self.row.pool is DrawPool.INTER:
            found.append("pool")
        if self.assurance in {Assurance.REDUCED, Assurance.DEMONSTRATION}:
            found.append(self.assurance.value)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    """What stands in the log about an attempt: its entry, its result, its exclusions."""

    line: LogEntry
    entry: dict[str, Any]
    request: Request
    result: dict[str, Any] | None
    classes: dict[str, str]


@dataclass(slots=True)
class _Known:
    """What the attempts before say about those after them."""

    names: Mapping[str, str]
    state: State
    excluded: dict[str, str] = field(default_factory=dict)
    credited: dict[int, int] = field(default_factory=dict)
    """By seat: what of its weight is still to be credited; who left has kept the rest."""


def draw_of_url(session: Session, actor: Actor, request_id: str) -> DrawRequest | None:
    """Return a draw, its latest attempt, by the name that it has in the log."""
    query = select(DrawRequest).where(DrawRequest.request_id == request_id)
    latest = query.order_by(DrawRequest.attempt.desc()).limit(1)
    found: DrawRequest | None = session.scalar(visible(latest, actor))
    return found


def draws_of(session: Session, case: Case) -> Sequence[DrawRequest]:
    """Return the draws of a case, the latest first."""
    query = select(DrawRequest).where(DrawRequest.case_id == case.id)
    return session.scalars(query.order_by(DrawRequest.attempt.desc())).all()


def attempts_of(session: Session, row: DrawRequest) -> Sequence[DrawRequest]:
    """Return every attempt that has the same name in the log, the latest first."""
    query = select(DrawRequest).where(DrawRequest.request_id == row.request_id)
    return session.scalars(query.order_by(DrawRequest.attempt.desc())).all()


def assurance_of_log(session: Session) -> Assurance | None:
    """Return the assurance that the log declares for all its draws, if it is a demonstration."""
    genesis = log.genesis(session)
    return Assurance.DEMONSTRATION if genesis and genesis["demonstration"] else None


def story_of(session: Session, row: DrawRequest) -> Story:
    """Gather everything that is known of one attempt."""
    stories = stories_of(session, attempts_of(session, row))
    return next(one for one in stories if one.row.id == row.id)


def stories_of(session: Session, rows: Sequence[DrawRequest]) -> list[Story]:
    """Gather everything that is known of several attempts; they are told in the order given."""
    state = log.read(session)
    entries = {row.id: _entries_of(session, row) for row in rows}
    codes: set[str] = set()
    for one in entries.values():
        codes |= {code for code, _ in one.request.candidates} | set(one.classes)
        codes |= set(state.posts(one.request.court, state.at[:10]))
    known: dict[str, _Known] = {}
    names = _names(session, sorted(codes))
    told = {}
    for row in sorted(rows, key=lambda one: one.attempt):
        before = known.setdefault(row.request_id, _Known(names, state))
        told[row.id] = _story(session, row, before, entries[row.id])
    return [told[row.id] for row in rows]


def _entries_of(session: Session, row: DrawRequest) -> _Entries:
    line = session.get_one(LogEntry, row.case_index)
    entry = parse(line.body.encode())
    result: dict[str, Any] | None = None
    if row.kind is DrawKind.DRAWN and row.result_index is not None:
        result = parse(session.get_one(LogEntry, row.result_index).body.encode())
    return _Entries(
        line=line,
        entry=entry,
        request=Request.of(entry["request"]),
        result=result,
        classes=_exclusions(session, row),
    )


def _story(session: Session, row: DrawRequest, known: _Known, found: _Entries) -> Story:
    state, request, epoch = known.state, found.request, row.epoch
    known.excluded |= found.classes
    day = found.entry["at"][:10]
    excluded = known.excluded | _by_roster(state, row, request, day, known.excluded)
    held = _held(session, row)
    numbers = [seat.seat for seat in held] or _open_seats(state, row, request)
    seats = _seats(row, request, found.result, numbers, known)
    known.excluded |= {seat.judge.code: SITS if seat.dropped_at is None else LEFT for seat in held}
    place, of = _place(session, row)
    return Story(
        row=row,
        logged_at=found.line.logged_at,
        leaf=found.line.leaf.hex(),
        category=request.cat,
        seats=seats,
        judges=[(_role(state, row, seat.seat), seat.judge.full_name) for seat in held],
        excluded=sorted((known.names.get(code, code), why) for code, why in excluded.items()),
        left=[_left(seat, seat.dropped_at) for seat in held if seat.dropped_at is not None],
        values=[] if epoch is None else _values(session, epoch, row.result_index),
        missing=state.missing(epoch.number) if epoch and found.result is None else [],
        assurance=(epoch and epoch.assurance) or assurance_of_log(session),
        linked_to=found.entry.get("to", ""),
        place=place,
        of=of,
    )


def _left(seat: DrawSeat, at: datetime) -> Left:
    return Left(
        number=seat.seat,
        name=seat.judge.full_name,
        ground=seat.ground or "",
        at=at,
        index=seat.dropped_index,
    )


def _role(state: State, row: DrawRequest, number: int) -> str:
    """Name a seat: a case of one judge has a judge, a panel a rapporteur and members."""
    if number:
        return "member"
    return "judge" if len(state.records[row.request_id].seats) == 1 else "rapporteur"


def _held(session: Session, row: DrawRequest) -> Sequence[DrawSeat]:
    query = select(DrawSeat).where(DrawSeat.draw_id == row.id).order_by(DrawSeat.seat)
    return session.scalars(query).all()


def _open_seats(state: State, row: DrawRequest, request: Request) -> list[int]:
    """Number the seats of an attempt that is not drawn yet."""
    record = state.records.get(row.request_id)
    if record is not None and record.kind == docket.PENDING:
        return list(record.open)
    return list(range(len(request.seats)))


def _seats(
    row: DrawRequest,
    request: Request,
    result: dict[str, Any] | None,
    numbers: Sequence[int],
    known: _Known,
) -> list[SeatStory]:
    ledger = {code: int(value) for code, value in (row.standing or {}).items()}
    left, found = tuple(request.candidates), []
    for place, (number, weight) in enumerate(zip(numbers, request.seats, strict=True)):
        credited = known.credited.get(number, weight)
        drawn = result["seats"][place] if result else None
        found.append(
            SeatStory(
                number=number,
                role=_role(known.state, row, number),
                weight=weight / FULL,
                candidates=_candidates(left, ledger, drawn, known.names),
                total=sum(map(int, drawn["tickets"])) if drawn else 0,
                u=int(drawn["u"]) if drawn else 0,
            )
        )
        if drawn:
            kept = dict(credits_of(credited, left))[drawn["judge"]]
            charge(ledger, weight, left, drawn["judge"], credited)
            known.credited[number] = credited - kept
            left = tuple(pair for pair in left if pair[0] != drawn["judge"])
    return found


def _candidates(
    eligible: Sequence[tuple[str, int]],
    standing: Mapping[str, int],
    drawn: dict[str, Any] | None,
    names: Mapping[str, str],
) -> list[Candidate]:
    whole = sum(share for _, share in eligible)
    tickets = [int(number) for number in drawn["tickets"]] if drawn else []
    total, start, found = sum(tickets), 0, []
    for place, (code, share) in enumerate(eligible):
        one = Candidate(
            code=code, name=names.get(code, code), share=share / FULL_POST, fair=share / whole
        )
        if drawn:
            one = replace(
                one,
                deviation=standing.get(code, 0) / FULL,
                chance=tickets[place] / total,
                first=start,
                last=start + tickets[place] - 1,
                drawn=code == drawn["judge"],
            )
            start += tickets[place]
        found.append(one)
    return found


def _exclusions(session: Session, row: DrawRequest) -> dict[str, str]:
    """Read the exclusions of an attempt: they stand directly in front of its entry."""
    found: dict[str, str] = {}
    for index in range(row.case_index - 1, 0, -1):
        entry = parse(session.get_one(LogEntry, index).body.encode())
        if entry["type"] != "exclusion" or entry["request"] != row.request_id:
            break
        found[entry["judge"]] = entry["class"]
    return found


def _by_roster(
    state: State, row: DrawRequest, request: Request, day: str, known: Mapping[str, str]
) -> dict[str, str]:
    """Tell who was on the roster and could not be drawn, for a reason that the roster gives."""
    record = state.records.get(row.request_id)
    epoch = row.epoch_number or (record.epoch if record else state.intake)
    eligible = dict(request.candidates)
    return {
        code: "not-in-pool" if post.availability else "absence"
        for code, post in state.rosters.posts(request.court, day, epoch).items()
        if code not in eligible and code not in known
    }


def _names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Judge.code, Judge.full_name).where(Judge.code.in_(codes)))
    return {row.code: row.full_name for row in rows}


def _values(session: Session, epoch: Epoch, result_index: int | None) -> list[Value]:
    rows = session.scalars(select(Reveal).where(Reveal.epoch_number == epoch.number))
    found = [
        Value(
            contributor=row.contributor,
            value=row.value.hex(),
            at=row.received_at,
            index=row.log_index,
        )
        for row in rows
    ]
    if result_index is not None:
        found += _round(session, epoch, result_index)
    return sorted(found, key=lambda one: one.contributor)


def _round(session: Session, epoch: Epoch, result_index: int) -> list[Value]:
    """Return the value of the public beacon, which is there in the strong mode alone."""
    between = select(LogEntry).where(
        LogEntry.index >= epoch.tree_size,
        LogEntry.index < result_index,
        LogEntry.body.contains('"type":"beacon"'),
    )
    found = [(row, parse(row.body.encode())) for row in session.scalars(between)]
    return [
        Value(
            contributor=beacon.NAME,
            value=entry["randomness"],
            at=row.logged_at,
            index=row.index,
        )
        for row, entry in found
        if entry["epoch"] == epoch.number
    ]


def _place(session: Session, row: DrawRequest) -> tuple[int, int]:
    """Return which draw of its epoch this was, and of how many."""
    if row.epoch_number is None:
        return 0, 0
    same = select(func.count()).where(DrawRequest.epoch_number == row.epoch_number)
    of = session.scalar(same) or 0
    if row.result_index is None:
        return 0, of
    return session.scalar(same.where(DrawRequest.result_index <= row.result_index)) or 0, of
