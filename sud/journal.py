"""The journal: `record()` adds one chained line, in the transaction of the change itself."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sud.access import Action, Actor
from sud.models import Case, JournalLine

_LOCK = 0x5355444A
"""Advisory lock: lines are chained one after another, whoever writes them."""

GENESIS = bytes(32)


def record(
    session: Session,
    actor: Actor,
    action: Action,
    subject: object | None,
    *,
    now: datetime,
    **facts: Any,
) -> JournalLine:
    """Add a line: codes, numbers and hashes only, never a name, a PIN or free text."""
    session.flush()
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = session.execute(
        select(JournalLine.seq, JournalLine.digest).order_by(JournalLine.seq.desc()).limit(1)
    ).first()
    line = JournalLine(
        seq=last.seq + 1 if last else 1,
        at=now,
        user_id=actor.user_id,
        action=action.value,
        subject_kind=type(subject).__tablename__ if subject is not None else "",  # type: ignore[attr-defined]
        subject_id=_number_of(subject),
        case_id=_case_of(subject),
        facts=facts,
        previous=last.digest if last else GENESIS,
        digest=b"",
    )
    line.digest = digest_of(line)
    session.add(line)
    session.flush()
    return line


def digest_of(line: JournalLine) -> bytes:
    """SHA-256 over the previous digest and the line's canonical JSON."""
    body = json.dumps(
        [
            line.seq,
            line.at.astimezone(UTC).isoformat(),
            line.user_id,
            line.action,
            line.subject_kind,
            line.subject_id,
            line.case_id,
            line.facts,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(line.previous + body.encode()).digest()


def broken_lines(session: Session) -> Iterator[int]:
    """Yield the numbers of lines whose chain does not hold; none when the journal is whole."""
    previous, expected = GENESIS, 1
    for line in session.scalars(select(JournalLine).order_by(JournalLine.seq)).yield_per(1000):
        if (line.seq, line.previous, line.digest) != (expected, previous, digest_of(line)):
            yield line.seq
        previous, expected = line.digest, line.seq + 1


def _number_of(subject: object | None) -> int | None:
    return getattr(subject, "id", None)


def _case_of(subject: object | None) -> int | None:
    return subject.id if isinstance(subject, Case) else getattr(subject, "case_id", None)
