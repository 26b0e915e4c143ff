"""Whether the store still holds what it should: originals are read in turn, all is compared."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recordings.audit import Audit, Fixity
from sud import journal
from sud.access import SYSTEM, Action
from sud.models import Disc, StoreCheck, StoreCheckKind

SHOWN: Final = 50
NAMED: Final = 100
"""Of each kind of finding so many keys are kept; their number is kept whole."""
FORGOTTEN_AFTER: Final = timedelta(days=7)
"""An upload that was begun before then and not finished is abandoned."""


def note_fixity(session: Session, found: Fixity, *, now: datetime) -> StoreCheck:
    """Write down what reading some originals told."""
    kinds = {
        "missing": [one.key for one in found.wrong if one.missing],
        "altered": [one.key for one in found.wrong if not one.missing],
    }
    return _note(
        session,
        StoreCheck(
            kind=StoreCheckKind.FIXITY,
            at=now,
            looked_at=len(found.checked),
            sound=not found.wrong,
            findings=_findings(kinds),
            after=found.after,
        ),
        now=now,
    )


def note_audit(session: Session, found: Audit, *, now: datetime) -> StoreCheck:
    """Write down what comparing everything told."""
    kinds = {
        "missing": found.missing,
        "altered": found.altered,
        "orphaned": found.orphaned,
        "unfinished": found.unfinished,
    }
    return _note(
        session,
        StoreCheck(
            kind=StoreCheckKind.AUDIT,
            at=now,
            looked_at=found.objects,
            size=found.bytes,
            sound=found.sound,
            findings=_findings(kinds),
        ),
        now=now,
    )


def _note(session: Session, check: StoreCheck, *, now: datetime) -> StoreCheck:
    session.add(check)
    journal.record(
        session,
        SYSTEM,
        Action.STORE_CHECK,
        check,
        now=now,
        kind=check.kind.value,
        sound=check.sound,
        looked_at=check.looked_at,
    )
    return check


def _findings(kinds: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    listed = {kind: sorted(keys) for kind, keys in kinds.items()}
    return {kind: {"count": len(keys), "keys": keys[:NAMED]} for kind, keys in listed.items()}


# ------------------------------------------------------------------ reading


def next_after(session: Session) -> str:
    """Tell where the next fixity check goes on."""
    last = session.scalars(
        select(StoreCheck)
        .where(StoreCheck.kind == StoreCheckKind.FIXITY)
        .order_by(StoreCheck.id.desc())
        .limit(1)
    ).one_or_none()
    return last.after if last is not None else ""


def originals(session: Session) -> int:
    """Count the originals that the store should hold."""
    return (
        session.scalar(select(func.count(Disc.sha256.distinct())).where(Disc.prefix.is_not(None)))
        or 0
    )


def checks(session: Session) -> Sequence[StoreCheck]:
    """Return the latest checks, the newest first."""
    return session.scalars(select(StoreCheck).order_by(StoreCheck.id.desc()).limit(SHOWN)).all()
