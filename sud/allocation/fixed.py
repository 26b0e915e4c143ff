"""What is fixed in the log before any case: contributors, rosters, pools and rules."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from assignment import compose, ed25519
from assignment.docket import Rules
from assignment.entries import Contributor
from assignment.replay import State
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log
from sud.allocation.log import Book
from sud.models import (
    AbsenceReason,
    Availability,
    Judge,
)
from sud.outside import local_day


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
    order: bytes | None = None,
    cats: Sequence[str] | None = None,
    now: datetime,
) -> Availability:
    """Log a judge's share, and the classes of cases that are his, from a day on.

    An absence with an end also logs the return. It counts for cases that are logged from the next
    epoch on, as the law of the log says; only a court that has not logged a case yet starts with
    it at once.
    """
    book = log.begun(session, now)
    court = judge.court.code
    digest = order or hashlib.sha256(order_number.encode()).digest()
    steps: list[tuple[date, int, Sequence[str] | None]] = [(valid_from, per_mille, cats)]
    if valid_to is not None:
        back = valid_to + timedelta(days=1)
        earlier = _post_on(book.state, court, judge.code, back)
        if earlier is not None:
            steps.append((back, *earlier))
    written = [
        book.add(
            compose.roster(
                book.state,
                book.at,
                court=court,
                judge=judge.code,
                availability=share,
                cats=classes,
                day=day.isoformat(),
                order=digest,
            )
        )
        for day, share, classes in steps
    ]
    row = Availability(
        judge_id=judge.id,
        per_mille=per_mille,
        classes=None if cats is None else sorted(set(cats)),
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


def set_pool(
    session: Session, actor: Actor, code: str, courts: Sequence[str], *, order: bytes, now: datetime
) -> None:
    """Log whose judges stand in for one another where a court has too few."""
    book = log.begun(session, now)
    row = book.add(compose.pool(book.state, book.at, name=code, courts=courts, order=order))
    journal.record(
        session,
        actor,
        Action.ROSTER_CHANGE,
        None,
        now=now,
        pool=code,
        courts=sorted(courts),
        entry=row.index,
    )


def set_rules(
    session: Session, actor: Actor, *, now: datetime, order: bytes = b"", **changes: Any
) -> None:
    """Log what changes in the rules: fields of ``Rules``; it counts from the next epoch on."""
    book = log.begun(session, now)
    known = book.state.fixed[-1][1]
    version = f"{local_day(now)}-{len(book.state.fixed)}"
    facts = {name: getattr(known, name) for name in Rules.__slots__}
    rules = Rules(**{**facts, **changes, "version": version})
    row = book.add(compose.rules(book.state, book.at, rules, order.hex()))
    journal.record(
        session,
        actor,
        Action.ROSTER_CHANGE,
        None,
        now=now,
        rules=version,
        changed=sorted(changes),
        entry=row.index,
    )


def _post_on(
    state: State, court: str, judge: str, day: date
) -> tuple[int, Sequence[str] | None] | None:
    """Return the share and the classes that the log gives a judge for a day, in epochs to come."""
    changes = state.rosters.changes.get(court, {}).get(judge, [])
    valid = [change for change in changes if change.day <= day.isoformat()]
    if not valid:
        return None
    post = max(valid, key=lambda c: (c.day, c.index)).post
    return post.availability, post.cats
