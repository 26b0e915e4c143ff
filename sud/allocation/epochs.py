"""The life of an epoch: freeze, the contributors' values, the draw, and who gets which case.

Freezing, revealing and drawing each are one transaction that holds the log; whatever is killed
in between leaves an epoch that the next job goes on with.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assignment import beacon, compose, entries, note
from assignment.canon import MalformedError, canon
from assignment.epoch import Epoch as EpochOfLog
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log
from sud.allocation.log import Book
from sud.cases import notices
from sud.errors import CourtError, Refusal
from sud.models import (
    Assurance,
    CaseState,
    DrawKind,
    DrawRequest,
    DrawSeat,
    Epoch,
    EpochState,
    Judge,
    NoticeKind,
    Reveal,
)
from sud.outside import Defer

DRAW_JOB: Final = "allocation.draw"
EVERYTHING_ELSE: Final = "all"
"""The group of the timetable to which cases belong that no other group takes."""
_TOLD: Final = {
    DrawKind.DRAWN: NoticeKind.JUDGE_DRAWN,
    DrawKind.LINKED: NoticeKind.JUDGE_FOLLOWS,
    DrawKind.MANUAL: NoticeKind.JUDGE_NAMED,
}


def freeze(
    session: Session, actor: Actor, *, now: datetime, group: str = EVERYTHING_ELSE
) -> Epoch | None:
    """Close the intake of a group: what is pending is drawn together; without any, nothing is."""
    book = Book(session, now)
    pending = [(request.id, request.attempt) for request in book.state.pending.get(group, ())]
    if not pending:
        return None
    row = book.add(compose.freeze(book.state, book.at, group))
    frozen = book.state.epochs[book.state.frozen]
    epoch = Epoch(
        number=frozen.number,
        name=frozen.id,
        group=group,
        state=EpochState.FROZEN,
        frozen_at=now,
        tree_size=frozen.size,
        root=frozen.root,
    )
    session.add(epoch)
    session.flush()
    for request in _waiting_rows(session, [name for name, _ in pending]).values():
        request.epoch_number = epoch.number
    journal.record(
        session,
        actor,
        Action.EPOCH_RUN,
        None,
        now=now,
        step="frozen",
        epoch=epoch.number,
        group=group,
        requests=len(pending),
        entry=row.index,
    )
    return epoch


def take_reveal(
    session: Session, actor: Actor, answer: Any, *, now: datetime, defer: Defer
) -> bool:
    """Log what a contributor cosigned and revealed; the same answer again changes nothing.

    When no value is missing any more, the draw is deferred. Returns whether it was news.
    """
    if not isinstance(answer, dict) or {"type", "at"} & set(answer):
        raise CourtError(Refusal.REVEAL_REFUSED)
    try:
        # Before anything is locked: whoever knows the address may send anything.
        entries.read(canon(compose.reveal(log.stamp(now), answer)))
    except MalformedError as error:
        raise CourtError(Refusal.REVEAL_REFUSED) from error
    book = log.begun(session, now)
    entry = compose.reveal(book.at, answer)
    number, who = entry["epoch"], entry["contributor"]
    if book.state.knows(who, number):
        return False
    if book.state.reveal_faults(entry):
        raise CourtError(Refusal.REVEAL_REFUSED)
    row = book.add(entry)
    key = book.state.bodies_of(number)[who].contributor.key
    session.add(
        Reveal(
            epoch_number=number,
            contributor=who,
            value=bytes.fromhex(entry["value"]),
            cosignature=note.cosignature_line(
                who, key, entry["time"], bytes.fromhex(entry["cosignature"])
            ),
            signature=bytes.fromhex(entry["signature"]),
            log_index=row.index,
            received_at=now,
        )
    )
    journal.record(session, actor, Action.LOG_REVEAL, None, now=now, epoch=number, contributor=who)
    _draw_soon(book, defer)
    return True


def take_beacon(
    session: Session, actor: Actor, facts: Mapping[str, Any], *, now: datetime, defer: Defer
) -> Sequence[int]:
    """Log a round of the beacon for every epoch that awaits it; return these epochs.

    Carried in by hand where there is no network: it is checked here and by every verifier.
    """
    book = log.begun(session, now)
    served = []
    for number in sorted(book.state.epochs):
        entry = beacon.compose_beacon(book.at, number, facts)
        if not beacon.is_beacon_fields({"epoch": number, **facts}):
            raise CourtError(Refusal.BEACON_REFUSED)
        if not book.state.beacon_faults(entry):
            book.add(entry)
            served.append(number)
    if not served:
        raise CourtError(Refusal.BEACON_REFUSED)
    journal.record(
        session, actor, Action.EPOCH_RUN, None, now=now, step="beacon", epochs=list(served)
    )
    _draw_soon(book, defer)
    return served


def draw(session: Session, actor: Actor, *, now: datetime, defer: Defer) -> Epoch | None:
    """Draw the next epoch, if its turn has come and all its values are known.

    Results, judges and close are one transaction: after a crash, all of them stand or none. Two
    workers wait for one another at the log, and the second finds the epoch closed.
    """
    book = Book(session, now)
    drawn = book.state.drawn(book.state.closed + 1)
    if drawn is None:
        return None
    at = book.at
    closing = compose.close(book.state, at, drawn)
    seats = {request.id: list(book.state.records[request.id].open) for request in drawn.requests}
    indexes = {entry["request"]: book.add(entry).index for entry in compose.results(at, drawn)}
    book.add(closing)
    epoch = session.get_one(Epoch, drawn.number)
    epoch.state, epoch.drawn_at = EpochState.DRAWN, now
    epoch.seed, epoch.assurance = drawn.seed, Assurance(drawn.assurance)
    _distribute(session, actor, drawn, seats, indexes, now=now, defer=defer)
    journal.record(
        session,
        actor,
        Action.EPOCH_RUN,
        None,
        now=now,
        step="drawn",
        epoch=epoch.number,
        draws=len(indexes),
    )
    return epoch


def take_case(
    session: Session, actor: Actor, row: DrawRequest, judge: Judge, *, now: datetime, defer: Defer
) -> None:
    """Give a case to the judge who reports in it, and tell its participants."""
    case = row.case
    if case is None:
        return
    case.judge, case.state, case.distributed_at = judge, CaseState.DISTRIBUTED, now
    journal.record(
        session,
        actor,
        Action.CASE_DISTRIBUTE,
        case,
        now=now,
        request=row.request_id,
        kind=row.kind.value,
        judge=judge.code,
        entry=row.result_index,
    )
    notices.tell_participants(session, actor, case, _TOLD[row.kind], defer=defer, now=now)


def _distribute(
    session: Session,
    actor: Actor,
    drawn: EpochOfLog,
    numbers: Mapping[str, Sequence[int]],
    indexes: Mapping[str, int],
    *,
    now: datetime,
    defer: Defer,
) -> None:
    rows = _waiting_rows(session, list(indexes))
    results = {request.id: seats for request, seats in drawn.drawn or ()}
    codes = {seat.judge for seats in results.values() for seat in seats}
    judges = {
        judge.code: judge for judge in session.scalars(select(Judge).where(Judge.code.in_(codes)))
    }
    for name, index in indexes.items():
        row, seats = rows[name], results[name]
        row.judge, row.result_index = judges[seats[0].judge], index
        row.standing = dict(
            zip((code for code, _ in seats[0].candidates), seats[0].deviations, strict=True)
        )
        session.add_all(
            DrawSeat(draw_id=row.id, seat=number, judge_id=judges[seat.judge].id)
            for number, seat in zip(numbers[name], seats, strict=True)
        )
        if numbers[name][0] == 0:
            take_case(session, actor, row, row.judge, now=now, defer=defer)


def _waiting_rows(session: Session, names: Sequence[str]) -> dict[str, DrawRequest]:
    """Return the draws of these requests that have no result yet, by the name in the log."""
    query = select(DrawRequest).where(
        DrawRequest.request_id.in_(names), DrawRequest.result_index.is_(None)
    )
    return {row.request_id: row for row in session.scalars(query)}


def _draw_soon(book: Book, defer: Defer) -> None:
    if book.state.drawn(book.state.closed + 1) is not None:
        defer(book.session, DRAW_JOB)
