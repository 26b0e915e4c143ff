"""Entering cases into the log, for a draw or a re-draw, and the wait while judges are too few.

From its entry on, who may be drawn for a case is settled. What stands in the other tables of this
room is a picture of the log, for pages and for uniqueness; the draw itself never reads it.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assignment import compose, docket
from assignment.canon import canon
from assignment.compose import TooFewError
from assignment.docket import Record
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log
from sud.allocation.log import Book
from sud.cases.service import next_number
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseState,
    Category,
    Court,
    Document,
    DrawKind,
    DrawPool,
    DrawRequest,
    DrawSeat,
    DrawWait,
    Judge,
    LogEntry,
    LogSalt,
    User,
    WaitReason,
)
from sud.outside import BISHKEK, local_day
from sud.registry import service as registry
from sud.registry.epochs import group_of

DUTY: Final = "duty"
"""The class of the weekly draw of a duty judge, and the name of its ledger beside the court's."""
WAIT_LIMIT: Final = "draw_wait"
UNLINKED: Final = "unlinked"
SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A judge who must not be drawn for a case: the class of the ground, and its salted hash."""

    judge: Judge
    ground: str
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A judge who leaves a case: the ground as the log names it, and the order's salted hash."""

    judge: Judge
    ground: str
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a filer keeps to find his case in the public log, and to prove that it is his."""

    request_id: str
    log_index: int
    leaf: bytes
    salt: bytes


def salted(session: Session, document: bytes) -> bytes:
    """Hash a document (its SHA-256) for the log under a fresh salt, which is kept to open it."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.sha256(salt + document).digest()
    session.add(LogSalt(digest=digest, salt=salt, document=document))
    return digest


def official(user: User) -> str:
    """Return the code by which an official stands in the log."""
    return f"U-{user.key.hex[:12]}"


def enter(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    now: datetime,
    excluded: Sequence[Exclusion] = (),
) -> Receipt | None:
    """Log a registered case: from here on, who may be drawn for it is settled.

    While fewer judges are eligible than the rules demand, it waits, and None is returned.
    """
    book = log.begun(session, now)
    return _enter(book, actor, case, [_plain(one) for one in excluded])


def redraw(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    drops: Sequence[Drop],
    excluded: Sequence[Exclusion] = (),
    now: datetime,
) -> Receipt | None:
    """Log that judges leave a case, and enter their seats to be drawn again.

    Each order of a judge to leave is a ``dropout`` entry of its own. None: the case waits.
    """
    book = log.begun(session, now)
    seats = {seat.judge_id: seat for seat in sitting(session, case)}
    for drop in drops:
        seat = seats.get(drop.judge.id)
        if seat is None or book.state.records[seat.draw.request_id].kind == docket.PENDING:
            raise CourtError(Refusal.NOT_SITTING)
        entry = compose.dropout(
            book.state,
            book.at,
            name=seat.draw.request_id,
            seat=seat.seat,
            ground=drop.ground,
            document=drop.document,
        )
        row = book.add(entry)
        stand_up(seat, drop.ground, row.index, now=now)
        journal.record(
            session,
            actor,
            Action.CASE_DISTRIBUTE,
            case,
            now=now,
            change="left",
            request=seat.draw.request_id,
            judge=drop.judge.code,
            ground=drop.ground,
            entry=row.index,
        )
        if seat.seat == 0:
            case.judge, case.state, case.distributed_at = None, CaseState.REGISTERED, None
    return _enter(book, actor, case, [_plain(one) for one in excluded])


def enter_waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """Try again to enter the cases that wait for judges; return how many are in the log now."""
    waits = select(DrawWait).where(DrawWait.ended_at.is_(None)).order_by(DrawWait.id)
    if session.scalar(waits.limit(1)) is None:
        return 0
    book = log.begun(session, now)
    entered = [
        _enter(
            book,
            actor,
            wait.case,
            [(code, ground, bytes.fromhex(document)) for code, ground, document in wait.excluded],
        )
        for wait in session.scalars(waits).all()
    ]
    return sum(receipt is not None for receipt in entered)


def enter_duty(
    session: Session, actor: Actor, court: Court, *, week: str, weight: int, now: datetime
) -> Receipt | None:
    """Log the draw of a court's duty judge for a week; one that is logged already is left alone."""
    book = log.begun(session, now)
    name = f"{court.code}-{DUTY}-{week}"
    if name in book.state.records:
        return None
    if book.state.weights.get(DUTY) != weight:
        _publish(book, book.state.weights | {DUTY: weight})
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        entry = compose.case(
            book.state,
            book.at,
            group=group_of(court, DUTY),
            name=name,
            home=f"{court.code}/{DUTY}",
            category=DUTY,
            commit=compose.commitment(salt, name, b""),
        )
    except TooFewError as error:
        raise CourtError(Refusal.NO_CANDIDATES, court=court.code) from error
    row = book.add(entry)
    request = logged(book, court, None, entry, row, salt=salt)
    journal.record(session, actor, Action.DRAW_ENTER, court, now=now, request=name, entry=row.index)
    return receipt_of(request, row)


def _enter(
    book: Book, actor: Actor, case: Case, excluded: Sequence[tuple[str, str, bytes]]
) -> Receipt | None:
    session = book.session
    publish_weights(book, case.category)
    wait = waiting(session, case)
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        with session.begin_nested():  # a case that waits uses up no number
            entry = _composed(book, case, wait, salt, frozenset(code for code, _, _ in excluded))
    except TooFewError as error:
        _wait(book, actor, case, wait, error, excluded=excluded)
        return None
    name = entry["request"]["id"]
    for code, ground, document in excluded:
        if code not in book.state.barred(name):
            book.add(compose.exclusion(book.at, name, code, ground, document))
    row = book.add(entry)
    request = logged(book, case.court, case, entry, row, salt=salt)
    if wait is not None:
        wait.ended_at = book.now
    journal.record(
        session,
        actor,
        Action.DRAW_ENTER,
        case,
        now=book.now,
        request=name,
        attempt=request.attempt,
        entry=row.index,
    )
    return receipt_of(request, row)


def _composed(
    book: Book, case: Case, wait: DrawWait | None, salt: bytes, without: frozenset[str]
) -> dict[str, Any]:
    """Compose the entry of a case, or of its seats that judges have left; raises TooFewError."""
    commit = compose.commitment(salt, case.number, file_hash(book.session, case))
    group = group_of(case.court, case.category.draw_class)
    order = "" if wait is None or wait.order_number is None else _order_hash(wait)
    left = _open_request(book, case)
    if left is not None:
        return compose.redraw(
            book.state,
            book.at,
            group=group,
            name=left,
            commit=commit,
            order=order,
            without=without,
        )
    return compose.case(
        book.state,
        book.at,
        group=group,
        name=next_name(book, case.court),
        home=case.court.code,
        category=case.category.draw_class,
        commit=commit,
        seats=case.category.seats,
        order=order,
        without=without,
    )


def _wait(
    book: Book,
    actor: Actor,
    case: Case,
    wait: DrawWait | None,
    error: TooFewError,
    *,
    excluded: Sequence[tuple[str, str, bytes]],
) -> None:
    if wait is not None:
        wait.eligible, wait.minimum = error.eligible, error.minimum
        return
    session, now = book.session, book.now
    end = registry.deadline(session, WAIT_LIMIT, local_day(now))
    session.add(
        DrawWait(
            case=case,
            since=now,
            deadline=datetime.combine(end.due, time.max, BISHKEK),
            reason=WaitReason.POOL_TOO_SMALL,
            eligible=error.eligible,
            minimum=error.minimum,
            excluded=[[code, ground, document.hex()] for code, ground, document in excluded],
        )
    )
    journal.record(
        session,
        actor,
        Action.DRAW_ENTER,
        case,
        now=now,
        waits=WaitReason.POOL_TOO_SMALL.value,
        eligible=error.eligible,
        minimum=error.minimum,
    )


def sitting(session: Session, case: Case) -> Sequence[DrawSeat]:
    """Return the seats of a case that are held now, the reporting judge's first."""
    query = (
        select(DrawSeat)
        .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
        .where(DrawRequest.case_id == case.id, DrawSeat.dropped_at.is_(None))
        .order_by(DrawSeat.seat)
    )
    return session.scalars(query).all()


def latest_draw(session: Session, case: Case) -> DrawRequest | None:
    """Return the last way in which a case came, or is coming, to its judges."""
    query = select(DrawRequest).where(DrawRequest.case_id == case.id)
    return session.scalars(query.order_by(DrawRequest.attempt.desc()).limit(1)).first()


def waiting(session: Session, case: Case) -> DrawWait | None:
    """Return the wait of a case for judges, while it lasts."""
    query = select(DrawWait).where(DrawWait.case_id == case.id, DrawWait.ended_at.is_(None))
    return session.scalars(query).one_or_none()


def let_be_drawn(
    session: Session, actor: Actor, wait: DrawWait, *, order_number: str, now: datetime
) -> Receipt | None:
    """Let a waiting case be drawn from the few judges there are: an order says so, publicly."""
    book = log.begun(session, now)
    if wait.ended_at is not None:
        raise CourtError(Refusal.ALREADY_ENTERED)
    wait.order_number = order_number
    excluded = [(code, ground, bytes.fromhex(digest)) for code, ground, digest in wait.excluded]
    journal.record(
        session, actor, Action.DRAW_ENTER, wait.case, now=now, order=order_number, small=True
    )
    return _enter(book, actor, wait.case, excluded)


# ------------------------------------------------------------------ inside


def _plain(one: Exclusion) -> tuple[str, str, bytes]:
    return one.judge.code, one.ground, one.document


def _order_hash(wait: DrawWait) -> str:
    return hashlib.sha256((wait.order_number or "").encode()).hexdigest()


def record_of(book: Book, row: DrawRequest | None) -> Record | None:
    return None if row is None else book.state.records.get(row.request_id)


def _open_request(book: Book, case: Case) -> str | None:
    """Return the request of a case whose judges have left some seats; None: it enters anew."""
    row = latest_draw(book.session, case)
    record = record_of(book, row)
    if row is None or record is None or record.kind == docket.UNLINKED:
        return None
    if record.kind == docket.PENDING or not record.open:
        raise CourtError(Refusal.ALREADY_ENTERED)
    return row.request_id


def next_name(book: Book, court: Court) -> str:
    year = local_day(book.now).year
    number = next_number(book.session, f"draw/{court.code}/{year}")
    return f"{court.code}-{year}-{number:06d}"


def logged(
    book: Book,
    court: Court,
    case: Case | None,
    entry: Mapping[str, Any],
    row: LogEntry,
    *,
    salt: bytes,
    kind: DrawKind = DrawKind.DRAWN,
    ground: str | None = None,
) -> DrawRequest:
    """Keep the picture of an entry that a case, or a duty week, has in the log."""
    earlier = None if case is None else latest_draw(book.session, case)
    request = DrawRequest(
        request_id=entry["request"]["id"],
        court=court,
        case=case,
        attempt=0 if earlier is None else earlier.attempt + 1,
        kind=kind,
        ledger=entry["request"]["court"],
        pool=DrawPool(entry.get("pool", DrawPool.OWN.value)),
        ground=ground,
        salt=salt,
        case_index=row.index,
    )
    book.session.add(request)
    return request


def receipt_of(request: DrawRequest, row: LogEntry) -> Receipt:
    return Receipt(
        request_id=request.request_id, log_index=row.index, leaf=row.leaf, salt=request.salt
    )


def stand_up(seat: DrawSeat, ground: str, index: int | None, *, now: datetime) -> None:
    seat.dropped_at, seat.dropped_index, seat.ground = now, index, ground


def publish_weights(book: Book, category: Category) -> None:
    """Log the table of weights when it does not yet give this category's class its weight."""
    if book.state.weights.get(category.draw_class) == category.weight:
        return
    day = local_day(book.now)
    rows = book.session.execute(
        select(Category.draw_class, Category.weight).where(
            Category.valid_from <= day, or_(Category.valid_to.is_(None), Category.valid_to >= day)
        )
    )
    table = {row.draw_class: row.weight for row in rows} | {category.draw_class: category.weight}
    duty = book.state.weights.get(DUTY)
    _publish(book, table if duty is None else table | {DUTY: duty})


def _publish(book: Book, table: dict[str, int]) -> None:
    version = hashlib.sha256(canon(table)).hexdigest()[:12]
    book.add(compose.weights(book.at, version, table))


def file_hash(session: Session, case: Case) -> bytes:
    """Hash the papers with which a case begins: their own hashes, in order."""
    hashes = session.scalars(select(Document.sha256).where(Document.case_id == case.id))
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).digest()
