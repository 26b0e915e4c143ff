"""Cases that come to a judge without a draw, and weights that are put right: all of it logged."""

import secrets
from collections.abc import Callable, Sequence
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
    logged,
    next_name,
    publish_weights,
    receipt_of,
    record_of,
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
    record = record_of(book, earlier)
    if earlier is None or record is None or not record.holders(case.category.seats):
        raise CourtError(Refusal.NOTHING_TO_LINK)
    return _give(
        book,
        actor,
        case,
        compose.linked,
        kind=DrawKind.LINKED,
        ground=ground,
        now=now,
        defer=defer,
        to=earlier.request_id,
        seats=case.category.seats,
        document=document,
    )


def unlink(session: Session, actor: Actor, case: Case, *, document: bytes, now: datetime) -> None:
    """Take a link back before any freeze has followed it; the case can then be entered."""
    book = log.begun(session, now)
    row = latest_draw(session, case)
    record = record_of(book, row)
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
    return _give(
        book,
        actor,
        case,
        compose.manual,
        kind=DrawKind.MANUAL,
        ground=ground,
        now=now,
        defer=defer,
        judges=codes,
        document=document,
        approvers=approvers,
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
    record = record_of(book, row)
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


def _give(
    book: Book,
    actor: Actor,
    case: Case,
    form: Callable[..., dict[str, Any]],
    *,
    kind: DrawKind,
    ground: str,
    now: datetime,
    defer: Defer,
    **facts: Any,
) -> Receipt:
    """Log a case in this form of entry, and seat the judges whom it names."""
    session = book.session
    record = record_of(book, latest_draw(session, case))
    # Seats that a judge has left are drawn again: a new request would forget who is barred.
    if case.judge_id is not None or (record is not None and record.open):
        raise CourtError(Refusal.ALREADY_ENTERED)
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        entry = form(
            book.state,
            book.at,
            name=next_name(book, case.court),
            ledger=case.court.code,
            category=case.category.draw_class,
            commit=compose.commitment(salt, case.number, file_hash(session, case)),
            ground=ground,
            **facts,
        )
    except TooFewError as error:
        raise CourtError(Refusal.NO_CANDIDATES, court=case.court.code) from error
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
