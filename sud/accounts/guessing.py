"""Counts who tries to sign in, and keeps whoever guesses, or knocks, too often waiting."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sud.models import SignInAttempt

_WINDOW: Final = timedelta(minutes=15)
_FORGET_AFTER: Final = timedelta(days=1)
# Guesses in the window: at one account from one place, at one account from anywhere (more, so that
# a stranger cannot lock an account's owner out cheaply), from one place at any account.
_MOST: Final = {"pair": 5, "account": 30, "place": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A name and a password as somebody typed them, and the network he typed them from."""

    login: str
    password: str
    place: str


def tidy_login(login: str) -> str:
    """Names to sign in with do not care about case and blanks."""
    return login.strip().casefold()


def count(session: Session, guess: Guess, *, secret: str, now: datetime) -> int:
    """Count one more guess; return the minutes to wait, 0 when it may be tried."""
    return _counted(session, _buckets(guess, secret), now)


def count_knock(session: Session, place: str, *, secret: str, now: datetime) -> int:
    """Count somebody about whom another house is asked; return the minutes to wait, or 0."""
    return _counted(session, {"place": _keyed(secret, "place", place)}, now)


def forgive(session: Session, guess: Guess, *, secret: str) -> None:
    """Who knew the password has not guessed at it; what came from his network is still counted."""
    buckets = _buckets(guess, secret)
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.who.in_([buckets["pair"], buckets["account"]]))
    )


def _buckets(guess: Guess, secret: str) -> dict[str, bytes]:
    """Keyed hashes: the table of guesses must not be a list of who tried to sign in from where."""
    login = tidy_login(guess.login)
    return {
        "pair": _keyed(secret, "pair", login, guess.place),
        "account": _keyed(secret, "account", login),
        "place": _keyed(secret, "place", guess.place),
    }


def _keyed(secret: str, *parts: str) -> bytes:
    return hmac.digest(secret.encode(), "\0".join(("sign-in", *parts)).encode(), hashlib.sha256)


def _counted(session: Session, buckets: dict[str, bytes], now: datetime) -> int:
    for who in sorted(buckets.values()):
        session.execute(
            select(func.pg_advisory_xact_lock(int.from_bytes(who[:8], "big", signed=True)))
        )
    counts = session.execute(
        select(SignInAttempt.who, func.count(), func.min(SignInAttempt.at))
        .where(SignInAttempt.who.in_(buckets.values()), SignInAttempt.at > now - _WINDOW)
        .group_by(SignInAttempt.who)
    )
    seen = {who: (count, first) for who, count, first in counts}
    for name, who in buckets.items():
        count, first = seen.get(who, (0, now))
        if count >= _MOST[name]:
            return int((first + _WINDOW - now).total_seconds() // 60) + 1
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - _FORGET_AFTER))
    session.add_all(SignInAttempt(who=who, at=now) for who in buckets.values())
    return 0
