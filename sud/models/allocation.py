"""The draw: the insert-only log, its epochs, the requests and the contributors' reveals."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.cases import Case
from sud.models.courts import Judge


class LogEntry(Base):
    """One entry of the public Merkle log: canonical JSON and its leaf hash, never changed."""

    __tablename__ = "log_entries"

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[str]
    leaf: Mapped[bytes]
    logged_at: Mapped[datetime]


class LogNode(Base):
    """A complete inner node of the Merkle tree over the log: made once, never changed."""

    __tablename__ = "log_nodes"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class EpochState(StrEnum):
    FROZEN = "frozen"
    DRAWN = "drawn"


class Assurance(StrEnum):
    FULL = "full"
    REDUCED = "reduced"
    DEMONSTRATION = "demonstration"


class Epoch(Base):
    """The requests between two freezes; `number` counts the contributors' chains."""

    __tablename__ = "epochs"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[EpochState] = mapped_column(coded(EpochState))
    frozen_at: Mapped[datetime]
    tree_size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    seed: Mapped[bytes | None]
    assurance: Mapped[Assurance | None] = mapped_column(coded(Assurance))
    drawn_at: Mapped[datetime | None]


class DrawRequest(Base):
    """One draw of one case: exactly one a case and attempt."""

    __tablename__ = "draw_requests"
    __table_args__ = (UniqueConstraint("case_id", "attempt"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    request_id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id))
    attempt: Mapped[int] = mapped_column(default=0)
    salt: Mapped[bytes]
    case_index: Mapped[int] = mapped_column(ForeignKey(LogEntry.index), unique=True)
    epoch_number: Mapped[int | None] = mapped_column(ForeignKey(Epoch.number), index=True)
    result_index: Mapped[int | None] = mapped_column(ForeignKey(LogEntry.index), unique=True)
    judge_id: Mapped[int | None] = mapped_column(ForeignKey(Judge.id))
    standing: Mapped[dict[str, Any] | None]
    """Deviations just before the draw, by judge code: for showing, not for proof."""

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    epoch: Mapped[Epoch | None] = relationship(lazy="joined")
    judge: Mapped[Judge | None] = relationship(lazy="joined")


class Reveal(Base):
    """A contributor's value for an epoch, signed together with the frozen root."""

    __tablename__ = "reveals"
    __table_args__ = (UniqueConstraint("epoch_number", "contributor"),)

    id: Mapped[Identity]
    epoch_number: Mapped[int] = mapped_column(ForeignKey(Epoch.number))
    contributor: Mapped[str]
    value: Mapped[bytes]
    cosignature: Mapped[str]
    signature: Mapped[bytes]
    log_index: Mapped[int] = mapped_column(ForeignKey(LogEntry.index), unique=True)
    received_at: Mapped[datetime]
