"""Whether the tables of this room still say what the log says; whoever edits them is found here.

The log proves itself to anybody. The tables are pictures of it that pages and rights are drawn
from: an owner of the database could repaint them, so every night they are compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assignment import compose, docket
from assignment.replay import State, replay
from sud import journal
from sud.access import Action, Actor
from sud.allocation import log, snapshot
from sud.models import Case, DrawRequest, DrawSeat, Epoch, Judge, LogEntry, Reveal

INCIDENT: Final = "tables-differ"
MOST_NAMED: Final = 100
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a table says something else than the log: the request or epoch, and what differs."""

    of: str
    what: str


def audit(session: Session, actor: Actor, *, now: datetime) -> list[Difference]:
    """Verify the log from its first entry, and compare every draw with it.

    A difference becomes a public incident. A log that is true is kept as a state from which the
    processes of the house go on; one that is not is nobody's to write on: DamagedLogError.
    """
    state = replay(log.lines(session, 0))
    if state.findings:
        first = state.findings[0]
        raise log.DamagedLogError(f"entry {first.index}: {first.what}")
    snapshot.keep(session, state, now=now)
    if not differences(session, state):
        return []
    # Somebody may have registered a case meanwhile: what is said aloud is looked at in peace.
    book = log.Book(session, now)
    found = differences(session, book.state)
    if found:
        row = book.add(compose.incident(book.at, book.state.frozen, INCIDENT))
        journal.record(
            session,
            actor,
            Action.EPOCH_RUN,
            None,
            now=now,
            step=INCIDENT,
            entry=row.index,
            of=[one.of for one in found[:MOST_NAMED]],
        )
    return found


def differences(session: Session, state: State) -> list[Difference]:
    """Say where the tables of draws differ from what follows from the log."""
    return [*_draws(session, state), *_epochs(session)]


def _draws(session: Session, state: State) -> Iterator[Difference]:
    seats = _seats(session)
    rows = session.execute(
        select(DrawRequest.request_id, DrawRequest.case_id, Judge.code, LogEntry.body)
        .join(LogEntry, LogEntry.index == DrawRequest.case_index)
        .outerjoin(Case, Case.id == DrawRequest.case_id)
        .outerjoin(Judge, Judge.id == Case.judge_id)
        .order_by(DrawRequest.id)
        .execution_options(yield_per=_CHUNK)
    )
    for name, case_id, judge, body in rows:
        record = state.records.get(name)
        if record is None or f'"id":"{name}"' not in body:
            yield Difference(of=name, what="its entry is about something else")
            continue
        if record.judges != seats.get(name, []):
            yield Difference(of=name, what="other judges sit than the log says")
        first = record.seats[0]
        reporter = None if first is None else first.judge
        if case_id is not None and record.kind != docket.UNLINKED and judge != reporter:
            yield Difference(of=name, what="the case is with another judge than the log says")


def _seats(session: Session) -> dict[str, list[str]]:
    """Return who sits, in order of the seats, by request."""
    rows = session.execute(
        select(DrawRequest.request_id, Judge.code)
        .join(DrawSeat, DrawSeat.draw_id == DrawRequest.id)
        .join(Judge, Judge.id == DrawSeat.judge_id)
        .where(DrawSeat.dropped_at.is_(None))
        .order_by(DrawSeat.seat)
        .execution_options(yield_per=_CHUNK)
    )
    found: dict[str, list[str]] = {}
    for name, judge in rows:
        found.setdefault(name, []).append(judge)
    return found


def _epochs(session: Session) -> Iterator[Difference]:
    reveals = select(Reveal.epoch_number, Reveal.value, LogEntry.body).join(
        LogEntry, LogEntry.index == Reveal.log_index
    )
    for number, value, body in session.execute(reveals):
        if f'"value":"{value.hex()}"' not in body or f'"epoch":{number},' not in body:
            yield Difference(of=f"epoch {number}", what="another value was revealed")
    epochs = select(Epoch.number, Epoch.name, LogEntry.body).join(
        LogEntry, LogEntry.index == Epoch.tree_size - 1
    )
    for number, name, body in session.execute(epochs):
        if f'"id":"{name}"' not in body:
            yield Difference(of=f"epoch {number}", what="it was frozen otherwise")
