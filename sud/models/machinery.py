"""What keeps the machinery honest: counters, answered clicks, heartbeats."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sud.db import Base
from sud.models.accounts import User


class Counter(Base):
    """The last number given in a series; taken under a row lock, so without gaps or doubles."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class OnceAnswer(Base):
    """A form that was answered: the second click on it gets the first one's answer."""

    __tablename__ = "once_answers"

    token: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    location: Mapped[str]
    at: Mapped[datetime]


class Heartbeat(Base):
    """When a process of the house was last alive."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
