"""Accounts, the roles they hold, and guesses at their passwords."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.people import Person


class RoleCode(StrEnum):
    CLERK = "clerk"
    JUDGE = "judge"
    CHAIR = "chair"
    ARCHIVIST = "archivist"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    POLICY_KEEPER = "policy_keeper"  # at the Supreme Court: what the public may read of whom


class User(Base):
    """One who can sign in; a party's account points to its person."""

    __tablename__ = "users"

    id: Mapped[Identity]
    key: Mapped[Key]
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    display_name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    language: Mapped[str] = mapped_column(default="ky")
    active: Mapped[bool] = mapped_column(default=True)
    session_stamp: Mapped[int] = mapped_column(default=1)
    fictional: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(lazy="raise")


class Role(Base):
    """A role held at a court (None: everywhere) between two dates, both included."""

    __tablename__ = "roles"

    id: Mapped[Identity]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    code: Mapped[RoleCode] = mapped_column(coded(RoleCode))
    court_id: Mapped[int | None] = mapped_column(ForeignKey("courts.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class SignInAttempt(Base):
    """A failed sign-in, kept as a keyed hash of what was typed, to slow down guessing."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_who_at", "who", "at"),)

    id: Mapped[Identity]
    who: Mapped[bytes]
    at: Mapped[datetime]
