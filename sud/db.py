"""The archive's foundation: the declarative base, typed columns, sessions and `unit()`."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Enum, LargeBinary, MetaData, Text, Uuid, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.orm.exc import StaleDataError as StaleDataError  # noqa: PLC0414 - for the rooms

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Sessions = sessionmaker[Session]
Identity = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Key = Annotated[uuid.UUID, mapped_column(Uuid, unique=True, default=uuid.uuid4)]
"""The random name of a thing in addresses; database numbers never leave the house."""
Tyiyn = Annotated[int, mapped_column(BigInteger)]
"""Money: whole tyiyn, 100 to the som."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text,
        datetime: DateTime(timezone=True),
        bytes: LargeBinary,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def coded(codes: type[StrEnum]) -> Enum:
    """Return a text column that holds the values of a StrEnum."""
    return Enum(
        codes,
        native_enum=False,
        length=40,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def make_sessions(url: str) -> Sessions:
    """Return a session factory on a PostgreSQL database."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def unit(sessions: Sessions) -> Iterator[Session]:
    """One piece of work of a job or a command: all of it is committed, or none."""
    with sessions() as session, session.begin():
        yield session
