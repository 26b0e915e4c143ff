"""Guessing of codes: counted by network, under a keyed hash, and slowed down."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sud.db import Sessions, unit
from sud.models import CodeMiss

MOST_MISSES: Final = 40
"""Codes that no paper has, asked for from one network in the window."""
_WINDOW: Final = timedelta(minutes=15)
_FORGOTTEN_AFTER: Final = timedelta(days=1)


def minutes_to_wait(session: Session, place: str, *, secret: bytes, now: datetime) -> int:
    """Return how long this network must wait before it may ask for codes again, else 0."""
    count, first = session.execute(
        select(func.count(), func.min(CodeMiss.at)).where(
            CodeMiss.place == _keyed(secret, place), CodeMiss.at > now - _WINDOW
        )
    ).one()
    if count < MOST_MISSES:
        return 0
    return int((first + _WINDOW - now).total_seconds() // 60) + 1


def count_miss(sessions: Sessions, place: str, *, secret: bytes, now: datetime) -> None:
    """Remember, although the answer is a refusal, that a code was asked for that no paper has."""
    with unit(sessions) as session:
        session.execute(delete(CodeMiss).where(CodeMiss.at < now - _FORGOTTEN_AFTER))
        session.add(CodeMiss(place=_keyed(secret, place), at=now))


def _keyed(secret: bytes, place: str) -> bytes:
    return hmac.digest(secret or b"-", f"verify\0{place}".encode(), hashlib.sha256)
