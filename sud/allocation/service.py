"""Drawing judges: cases enter the log, epochs freeze, contributors reveal, and the draw follows.

Every verb writes to the log, whose only writer it is until its transaction ends. What stands in
the other tables of this room is a picture of the log, for pages and for uniqueness; the draw
itself never reads it.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assignment import compose, ed25519, entries, note, tree
from assignment.canon import MalformedError, canon
from assignment.entries import Contributor
from assignment.replay import Epoch as EpochOfLog
from assignment.replay import State
from assignment.verify import Trust
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log
from sud.allocation.log import Book
from sud.cases import notices
from sud.cases.service import next_number
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceReason,
    Assurance,
    Availability,
    Case,
    CaseState,
    Category,
    Document,
    DrawRequest,
    Epoch,
    EpochState,
    Judge,
    NoticeKind,
    Reveal,
)
from sud.outside import Defer, local_day

GROUP: Final = "all"
"""The courts whose requests are frozen together; so far, all of them."""
DRAW_JOB: Final = "allocation.draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A judge who must not be drawn for a case: the class of the ground, and its document."""

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


def found(
    session: Session,
    actor: Actor,
    contributors: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    log_key: Path,
    origin: str,
    demonstration: bool = True,
) -> None:
    """Begin the log with the contributors' keys and anchors; a log that has begun is left alone."""
    bodies = [Contributor.of(dict(plain)) for plain in contributors]
    book = Book(session, now)
    if book.state.size:
        return
    key = ed25519.public_key(log.made_seed(log_key))
    book.add(compose.genesis(book.at, origin, key, bodies, demonstration=demonstration))
    journal.record(
        session, actor, Action.EPOCH_RUN, None, now=now, step="genesis", contributors=len(bodies)
    )


def set_availability(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    per_mille: int,
    reason: AbsenceReason,
    valid_from: date,
    valid_to: date | None = None,
    order_number: str,
    now: datetime,
) -> Availability:
    """Log a judge's share from a day on; an absence with an end also logs the return.

    It counts for cases that are logged from the next epoch on, as the law of the log says; only
    a court that has not logged a case yet starts with it at once.
    """
    book = _book(session, now)
    court = judge.court.code
    order = hashlib.sha256(order_number.encode()).digest()
    steps = [(valid_from, per_mille)]
    if valid_to is not None:
        back = valid_to + timedelta(days=1)
        earlier = _share_on(book.state, court, judge.code, back)
        if earlier is not None:
            steps.append((back, earlier))
    written = [
        book.add(
            compose.roster(
                book.state,
                book.at,
                court=court,
                judge=judge.code,
                availability=share,
                day=day.isoformat(),
                order=order,
            )
        )
        for day, share in steps
    ]
    row = Availability(
        judge_id=judge.id,
        per_mille=per_mille,
        reason=reason,
        valid_from=valid_from,
        valid_to=valid_to,
        order_number=order_number,
        log_index=written[0].index,
    )
    session.add(row)
    journal.record(
        session,
        actor,
        Action.ROSTER_CHANGE,
        row,
        now=now,
        judge=judge.code,
        per_mille=per_mille,
        reason=reason.value,
        entry=row.log_index,
    )
    return row


def enter(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    now: datetime,
    excluded: Sequence[Exclusion] = (),
) -> Receipt:
    """Log a registered case: from here on, who may be drawn for it is settled."""
    book = _book(session, now)
    _publish_weights(book, case.category)
    court, year = case.court.code, local_day(now).year
    name = f"{court}-{year}-{next_number(session, f'draw/{court}/{year}'):06d}"
    for one in excluded:
        book.add(compose.exclusion(book.at, name, one.judge.code, one.ground, one.document))
    salt = secrets.token_bytes(32)
    entry = compose.case(
        book.state,
        book.at,
        group=GROUP,
        name=name,
        court=court,
        category=case.category.draw_class,
        commit=compose.commitment(salt, case.number, _file_hash(session, case)),
    )
    if not entry["request"]["candidates"]:
        raise CourtError(Refusal.NO_CANDIDATES, court=court)
    row = book.add(entry)
    session.add(
        DrawRequest(
            request_id=name,
            court_id=case.court_id,
            case_id=case.id,
            ledger=court,
            salt=salt,
            case_index=row.index,
        )
    )
    journal.record(session, actor, Action.DRAW_ENTER, case, now=now, request=name, entry=row.index)
    return Receipt(request_id=name, log_index=row.index, leaf=row.leaf, salt=salt)


def freeze(session: Session, actor: Actor, *, now: datetime) -> Epoch | None:
    """Close the intake: what is pending will be drawn together; without any, nothing happens."""
    book = Book(session, now)
    pending = [request.id for request in book.state.pending.get(GROUP, ())]
    if not pending:
        return None
    entry = compose.freeze(book.state, book.at, GROUP)
    row = book.add(entry)
    frozen = book.state.epochs[book.state.frozen]
    epoch = Epoch(
        number=frozen.number,
        name=frozen.id,
        state=EpochState.FROZEN,
        frozen_at=now,
        tree_size=frozen.size,
        root=frozen.root,
    )
    session.add(epoch)
    session.flush()
    for request in session.scalars(select(DrawRequest).where(DrawRequest.request_id.in_(pending))):
        request.epoch_number = epoch.number
    journal.record(
        session,
        actor,
        Action.EPOCH_RUN,
        None,
        now=now,
        step="frozen",
        epoch=epoch.number,
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
    book = _book(session, now)
    entry = compose.reveal(book.at, answer)
    number, who = entry["epoch"], entry["contributor"]
    link = book.state.links.get(who)
    if link is not None and link.epoch >= number:
        return False
    if book.state.reveal_faults(entry):
        raise CourtError(Refusal.REVEAL_REFUSED)
    row = book.add(entry)
    key = book.state.contributors[who].key
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
    if book.state.drawn(book.state.closed + 1) is not None:
        defer(session, DRAW_JOB)
    return True


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
    indexes = {entry["request"]: book.add(entry).index for entry in compose.results(at, drawn)}
    book.add(closing)
    epoch = session.get_one(Epoch, drawn.number)
    epoch.state, epoch.drawn_at = EpochState.DRAWN, now
    epoch.seed, epoch.assurance = drawn.seed, Assurance(drawn.assurance)
    _distribute(session, actor, drawn, indexes, now=now, defer=defer)
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


def _distribute(
    session: Session,
    actor: Actor,
    drawn: EpochOfLog,
    indexes: Mapping[str, int],
    *,
    now: datetime,
    defer: Defer,
) -> None:
    rows = {
        row.request_id: row
        for row in session.scalars(select(DrawRequest).where(DrawRequest.request_id.in_(indexes)))
    }
    seats = {request.id: drawn_seats[0] for request, drawn_seats in drawn.drawn or ()}
    codes = {seat.judge for seat in seats.values()}
    judges = {
        judge.code: judge for judge in session.scalars(select(Judge).where(Judge.code.in_(codes)))
    }
    for name, index in indexes.items():
        row, seat = rows[name], seats[name]
        judge, case = judges[seat.judge], row.case
        if case is None:
            continue
        row.judge, row.result_index = judge, index
        row.standing = dict(
            zip((code for code, _ in seat.candidates), seat.deviations, strict=True)
        )
        case.judge, case.state, case.distributed_at = judge, CaseState.DISTRIBUTED, now
        journal.record(
            session,
            actor,
            Action.CASE_DISTRIBUTE,
            case,
            now=now,
            request=name,
            judge=judge.code,
            entry=index,
        )
        notices.tell_participants(
            session, actor, case, NoticeKind.JUDGE_DRAWN, defer=defer, now=now
        )


def _book(session: Session, now: datetime) -> Book:
    book = Book(session, now)
    if not book.state.size:
        raise CourtError(Refusal.LOG_NOT_BEGUN)
    return book


def _publish_weights(book: Book, category: Category) -> None:
    """Log the table of weights when it does not yet give this category's class its weight."""
    if book.state.weights.get(category.draw_class) == category.weight:
        return
    rows = book.session.execute(
        select(Category.draw_class, Category.weight).where(
            Category.valid_from <= local_day(book.now),
            or_(Category.valid_to.is_(None), Category.valid_to >= local_day(book.now)),
        )
    )
    table = {row.draw_class: row.weight for row in rows} | {category.draw_class: category.weight}
    version = hashlib.sha256(canon(table)).hexdigest()[:12]
    book.add(compose.weights(book.at, version, table))


def _share_on(state: State, court: str, judge: str, day: date) -> int | None:
    """Return the share that the log gives a judge for a day, in epochs to come."""
    changes = state.changes.get(court, {}).get(judge, [])
    valid = [change for change in changes if change.day <= day.isoformat()]
    return max(valid, key=lambda c: (c.day, c.index)).availability if valid else None


def _file_hash(session: Session, case: Case) -> bytes:
    """Hash the papers with which a case begins: their own hashes, in order."""
    hashes = session.scalars(select(Document.sha256).where(Document.case_id == case.id))
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).digest()


# ------------------------------------------------------------------ what is published


def trust(session: Session, seed: bytes) -> Trust:
    """Return what a verifier needs beside the log: name, keys, anchors, and a signed checkpoint."""
    state = log.read(session)
    return Trust(
        origin=state.origin,
        key=state.key,
        contributors=tuple(state.contributors.values()),
        checkpoint=log.signed(compose.checkpoint(state), seed),
    )


def signed_checkpoint(session: Session, seed: bytes) -> str | None:
    """Return the latest checkpoint under the log's signature; None before the log begins."""
    genesis = log.genesis(session)
    if genesis is None:
        return None
    return log.signed(log.checkpoint(session, genesis["origin"], log.size_of(session)), seed)


def growth_proof(session: Session, first: int, second: int) -> list[bytes] | None:
    """Prove that the log only grew between two sizes; None when it never had them."""
    if not 0 < first <= second <= log.size_of(session):
        return None
    return tree.consistency(first, second, log.node_reader(session))
