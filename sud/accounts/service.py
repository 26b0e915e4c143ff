"""Accounts: who someone is, which roles he holds today, and which cases are his."""

import functools
import secrets
from datetime import date, datetime
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import ANONYMOUS, Action, Actor, HeldRole
from sud.accounts import guessing
from sud.accounts.guessing import Guess, tidy_login
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import (
    Court,
    CourtKind,
    DrawRequest,
    DrawSeat,
    Judge,
    Participant,
    Person,
    Role,
    RoleCode,
    User,
)
from sud.outside import local_day

_PASSWORDS: Final = PasswordHasher()


def create_user(
    session: Session,
    actor: Actor,
    *,
    login: str,
    password: str,
    display_name: str,
    now: datetime,
    email: str = "",
    language: str = "ky",
    person: Person | None = None,
    fictional: bool = False,
) -> User:
    """Open an account; a party's account points to the person it stands for."""
    user = User(
        login=tidy_login(login),
        password_hash=_PASSWORDS.hash(password),
        display_name=display_name,
        email=email,
        language=language,
        person_id=person.id if person else None,
        fictional=fictional,
        created_at=now,
    )
    session.add(user)
    journal.record(session, actor, Action.ACCOUNT_CREATE, user, now=now)
    return user


def give_role(
    session: Session,
    actor: Actor,
    user: User,
    *,
    code: RoleCode,
    court_id: int | None,
    since: date,
    now: datetime,
) -> Role:
    """Let an account act in a role at a court (None: everywhere) from a day on.

    What the public may read of whom is the Supreme Court's: its keeper belongs to no other court.
    """
    if code is RoleCode.POLICY_KEEPER:
        court = session.get(Court, court_id) if court_id is not None else None
        if court is None or court.kind is not CourtKind.SUPREME:
            raise CourtError(Refusal.ROLE_OF_SUPREME_COURT)
    role = Role(user_id=user.id, code=code, court_id=court_id, valid_from=since)
    session.add(role)
    journal.record(
        session, actor, Action.ACCOUNT_CREATE, user, now=now, role=code.value, court=court_id
    )
    return role


def sign_in(sessions: Sessions, guess: Guess, *, secret: str, now: datetime) -> str:
    """Return the session id for a right guess; refuse a wrong one with one and the same answer.

    A guess is counted before it is judged and in a transaction of its own: it must be remembered
    although it is refused, and a hundred guesses at once count as a hundred.
    """
    with unit(sessions) as session:
        waiting = guessing.count(session, guess, secret=secret, now=now)
        user = session.scalar(select(User).where(User.login == tidy_login(guess.login)))
    if waiting:
        raise CourtError(Refusal.TOO_MANY_ATTEMPTS, minutes=waiting)
    # A stranger costs the same hash as an acquaintance: the time tells nothing.
    stranger = _nobody()
    right = _verify(user.password_hash if user else stranger, guess.password)
    with unit(sessions) as session:
        if user is None or not right or not user.active:
            journal.record(session, ANONYMOUS, Action.SESSION_OPEN, user, now=now, right=False)
        else:
            user = session.get_one(User, user.id)
            if _PASSWORDS.check_needs_rehash(user.password_hash):
                user.password_hash = _PASSWORDS.hash(guess.password)
            guessing.forgive(session, guess, secret=secret)
            journal.record(
                session, Actor(user_id=user.id), Action.SESSION_OPEN, user, now=now, right=True
            )
            return session_id_of(user)
    raise CourtError(Refusal.WRONG_SIGN_IN)


def confirm(
    sessions: Sessions, actor: Actor, password: str, *, place: str, secret: str, now: datetime
) -> None:
    """Ask whoever is signed in for his password once more, before what he cannot take back.

    Guesses are counted as at signing in: a screen that was left open is no way around it.
    """
    with unit(sessions) as session:
        user = session.get_one(User, actor.user_id)
        guess = Guess(login=user.login, password=password, place=place)
        waiting = guessing.count(session, guess, secret=secret, now=now)
    if waiting:
        raise CourtError(Refusal.TOO_MANY_ATTEMPTS, minutes=waiting)
    if not _verify(user.password_hash, password):
        with unit(sessions) as session:
            journal.record(session, actor, Action.SESSION_OPEN, user, now=now, right=False)
        raise CourtError(Refusal.NOT_YOURSELF)
    with unit(sessions) as session:
        guessing.forgive(session, guess, secret=secret)


def sign_out(session: Session, actor: Actor, *, now: datetime) -> None:
    """Note the end of a session."""
    user = session.get_one(User, actor.user_id)
    journal.record(session, actor, Action.SESSION_CLOSE, user, now=now)


def sign_out_everywhere(session: Session, actor: Actor, *, now: datetime) -> None:
    """End every session of the account, wherever it was opened."""
    user = session.get_one(User, actor.user_id)
    user.session_stamp += 1
    journal.record(session, actor, Action.SESSION_CLOSE, user, now=now, everywhere=True)


def session_id_of(user: User) -> str:
    """What a session cookie holds: the account at its present stamp."""
    return f"{user.id}.{user.session_stamp}"


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _PASSWORDS.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobody() -> str:
    """A hash that no password has."""
    return _PASSWORDS.hash(secrets.token_hex())


def user_by_session_id(session: Session, session_id: str) -> User | None:
    """Return the active account whose sign-in this is; None once it was signed out everywhere."""
    number, _, stamp = session_id.partition(".")
    if not (number.isdigit() and stamp.isdigit()):
        return None
    user = session.get(User, int(number))
    return user if user and user.active and user.session_stamp == int(stamp) else None


def actor_of(session: Session, user: User, now: datetime) -> Actor:
    """Gather what the rule book asks about an account, as of today in Bishkek."""
    today = local_day(now)
    roles = session.execute(
        select(Role.code, Role.court_id).where(
            Role.user_id == user.id,
            Role.valid_from <= today,
            or_(Role.valid_to.is_(None), Role.valid_to >= today),
        )
    )
    judges = frozenset(
        session.scalars(
            select(Judge.id).where(
                Judge.user_id == user.id, or_(Judge.until.is_(None), Judge.until >= today)
            )
        )
    )
    cases = session.scalars(
        select(Participant.case_id).where(
            Participant.user_id == user.id,
            or_(Participant.until.is_(None), Participant.until >= today),
        )
    )
    return Actor(
        user_id=user.id,
        name=user.display_name,
        language=user.language,
        roles=frozenset(HeldRole(code=code, court_id=court_id) for code, court_id in roles),
        judge_ids=judges,
        sits_in=_panels_of(session, judges),
        party_to=frozenset(cases),
    )


def _panels_of(session: Session, judges: frozenset[int]) -> frozenset[int]:
    """Return the cases in whose panels these judges are members now."""
    if not judges:
        return frozenset()
    cases = session.scalars(
        select(DrawRequest.case_id)
        .join(DrawSeat, DrawSeat.draw_id == DrawRequest.id)
        .where(DrawSeat.judge_id.in_(judges), DrawSeat.seat > 0, DrawSeat.dropped_at.is_(None))
    )
    return frozenset(case for case in cases if case is not None)
