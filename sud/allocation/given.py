"""Cases that come to a judge without a draw, and weights that are put right: all of it logged."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assignment import compose, docket
from assignment.compose import TooFewError
from sud import journal
from sud.access import Action, Actor
from sud.allocation import epochs, log
from sud.allocation.entering import (
    SALT_BYTES,
    UNLINKED,
    Receipt,
    file_hash,
    latest_draw,
    latest_pending,
    logged,
    next_name,
    publish_weights,
    receipt_of,
    sitting,
    stand_up,
    waiting,
)
from sud.allocation.log import Book
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseState,
    Category,
    DrawKind,
    DrawRequest,
    DrawSeat,
    Judge,
)
from sud.outside import Defer


def link(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    to: Case | DrawRequest,
    ground: str,
    document: bytes,
    now: datetime,
    defer: Defer,
) -> Receipt:
    """Give a case to the judges of an earlier one, without a draw: they are charged for it."""
    book = log.begun(session, now)
    publish_weights(book, case.category)
    earlier = to if isinstance(to, DrawRequest) else latest_draw(session, to)
    record = None if earlier is None else book.state.records.get(earlier.request_id)
    if earlier is None or record is None or not record.holders(case.category.seats):
        raise CourtError(Refusal.NOTHING_TO_LINK)
    entry_of = _composer(book, case)
    entry = entry_of(
        compose.linked,
        to=earlier.request_id,
        seats=case.category.seats,
        ground=ground,
        document=document,
    )
    return _give(
        book, actor, case, entry, kind=DrawKind.LINKED, ground=ground, now=now, defer=defer
    )


def unlink(session: Session, actor: Actor, case: Case, *, document: bytes, now: datetime) -> None:
    """Take a link back before any freeze has followed it; the case can then be entered."""
    book = log.begun(session, now)
    row = latest_draw(session, case)
    record = None if row is None else book.state.records.get(row.request_id)
    if row is None or record is None or not record.retractable(book.state.intake):
        raise CourtError(Refusal.LINK_FROZEN)
    entry = book.add(compose.unlinked(book.at, row.request_id, document))
    seats = sitting(session, case)
    for seat in seats:
        stand_up(seat, UNLINKED, None, now=now)
    case.judge, case.state, case.distributed_at = None, CaseState.REGISTERED, None
    journal.record(
        session,
        actor,
        Action.CASE_DISTRIBUTE,
        case,
        now=now,
        request=row.request_id,
        ground=UNLINKED,
        entry=entry.index,
    )


def assign_by_hand(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    judges: Sequence[Judge],
    ground: str,
    document: bytes,
    approvers: tuple[str, str],
    now: datetime,
    defer: Defer,
) -> Receipt:
    """Give a case to judges whom two officials have named; refused unless the rules allow it."""
    book = log.begun(session, now)
    if not book.state.rules.manual:
        raise CourtError(Refusal.MANUAL_OFF)
    publish_weights(book, case.category)
    pool = book.state.posts(case.court.code, book.at[:10])
    codes = [judge.code for judge in judges]
    if len(set(approvers)) < len(approvers) or {*pool, *codes} & set(approvers):
        raise CourtError(Refusal.APPROVER_IN_POOL)
    entry_of = _composer(book, case)
    entry = entry_of(
        compose.manual, judges=codes, ground=ground, document=document, approvers=approvers
    )
    return _give(
        book, actor, case, entry, kind=DrawKind.MANUAL, ground=ground, now=now, defer=defer
    )


def correct_category(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    category: Category,
    document: bytes,
    approvers: tuple[str, str],
    now: datetime,
) -> None:
    """Put right the category of a case that has its judge: the weight changes, the judge stays."""
    book = log.begun(session, now)
    row = latest_draw(session, case)
    record = None if row is None else book.state.records.get(row.request_id)
    if row is None or record is None or record.kind == docket.PENDING or not record.holders(1):
        raise CourtError(Refusal.NOT_SITTING)
    if len(set(approvers)) < len(approvers) or set(record.judges) & set(approvers):
        raise CourtError(Refusal.APPROVER_IN_POOL)
    publish_weights(book, category)
    entry = book.add(
        compose.correction(
            book.at,
            name=row.request_id,
            category=category.draw_class,
            document=document,
            approvers=approvers,
        )
    )
    case.category = category
    journal.record(
        session,
        actor,
        Action.CASE_DISTRIBUTE,
        case,
        now=now,
        request=row.request_id,
        category=category.code,
        entry=entry.index,
    )


def _composer(book: Book, case: Case) -> Any:
    """Return how an entry is composed that gives this case to judges without a draw."""
    row = latest_draw(book.session, case)
    record = None if row is None else book.state.records.get(row.request_id)
    # Seats that a judge has left are drawn again: a new request would forget who is barred.
    open_seats = record is not None and record.kind != docket.UNLINKED and bool(record.open)
    if latest_pending(book, case) is not None or case.judge_id is not None or open_seats:
        raise CourtError(Refusal.ALREADY_ENTERED)
    salt = secrets.token_bytes(SALT_BYTES)

    def composed(form: Any, **facts: Any) -> tuple[dict[str, Any], bytes]:
        try:
            entry = form(
                book.state,
                book.at,
                name=next_name(book, case.court),
                ledger=case.court.code,
                category=case.category.draw_class,
                commit=compose.commitment(salt, case.number, file_hash(book.session, case)),
                **facts,
            )
        except TooFewError as error:
            raise CourtError(Refusal.NO_CANDIDATES, court=case.court.code) from error
        return entry, salt

    return composed


def _give(
    book: Book,
    actor: Actor,
    case: Case,
    composed: tuple[dict[str, Any], bytes],
    *,
    kind: DrawKind,
    ground: str,
    now: datetime,
    defer: Defer,
) -> Receipt:
    session, (entry, salt) = book.session, composed
    row = book.add(entry)
    codes = entry["judges"]
    found = {j.code: j for j in session.scalars(select(Judge).where(Judge.code.in_(codes)))}
    request = logged(book, case.court, case, entry, row, salt=salt, kind=kind, ground=ground)
    request.judge, request.result_index = found[codes[0]], row.index
    session.flush()
    session.add_all(
        DrawSeat(draw_id=request.id, seat=number, judge_id=found[code].id)
        for number, code in enumerate(codes)
    )
    wait = waiting(session, case)
    if wait is not None:
        wait.ended_at = now
    journal.record(
        session,
        actor,
        Action.DRAW_ENTER,
        case,
        now=now,
        request=request.request_id,
        kind=kind.value,
        ground=ground,
        entry=row.index,
    )
    epochs.take_case(session, actor, request, found[codes[0]], now=now, defer=defer)
    return receipt_of(request, row)
