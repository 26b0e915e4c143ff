"""The draw: the insert-only log, its epochs, the requests and the contributors' reveals."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.cases import Case
from sud.models.courts import Court, Judge


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


class LogState(Base):
    """What followed from the first `size` entries, as last night's audit found it true."""

    __tablename__ = "log_states"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    engine: Mapped[str]
    made_at: Mapped[datetime]
    body: Mapped[bytes]


class LogSalt(Base):
    """What opens a salted hash of the log: whoever is shown salt and document can check it.

    Without its row, a hash tells nothing about anybody, for ever.
    """

    __tablename__ = "log_salts"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    salt: Mapped[bytes]
    document: Mapped[bytes]
    """SHA-256 of the document itself."""


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
    group: Mapped[str] = mapped_column(default="all", server_default="all")
    state: Mapped[EpochState] = mapped_column(coded(EpochState))
    frozen_at: Mapped[datetime]
    tree_size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    seed: Mapped[bytes | None]
    assurance: Mapped[Assurance | None] = mapped_column(coded(Assurance))
    drawn_at: Mapped[datetime | None]


class DrawKind(StrEnum):
    DRAWN = "drawn"
    LINKED = "linked"
    MANUAL = "manual"


class DrawPool(StrEnum):
    """Whose judges could be drawn: the court's own, its neighbours' too, or too few by an order."""

    OWN = "own"
    INTER = "inter"
    SMALL = "small"


class DrawRequest(Base):
    """One way in which a case came, or comes, to its judges: a draw, a link, or a decision by hand.

    `attempt` counts them within the case; a re-draw keeps its `request_id`, as the log does.
    """

    __tablename__ = "draw_requests"
    __table_args__ = (UniqueConstraint("case_id", "attempt"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    request_id: Mapped[str] = mapped_column(index=True)
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id))
    """The case; the weekly draw of a court's duty judge has none."""
    attempt: Mapped[int] = mapped_column(default=0)
    kind: Mapped[DrawKind] = mapped_column(
        coded(DrawKind), default=DrawKind.DRAWN, server_default=DrawKind.DRAWN.value
    )
    ledger: Mapped[str] = mapped_column(default="", server_default="")
    """Whose ledger credits and charges: a court, its duty rota, or a pool of courts."""
    pool: Mapped[DrawPool] = mapped_column(
        coded(DrawPool), default=DrawPool.OWN, server_default=DrawPool.OWN.value
    )
    ground: Mapped[str | None]
    """Why there was no draw, as a code of the log."""
    salt: Mapped[bytes]
    case_index: Mapped[int] = mapped_column(ForeignKey(LogEntry.index), unique=True)
    epoch_number: Mapped[int | None] = mapped_column(ForeignKey(Epoch.number), index=True)
    result_index: Mapped[int | None] = mapped_column(ForeignKey(LogEntry.index), unique=True)
    judge_id: Mapped[int | None] = mapped_column(ForeignKey(Judge.id))
    standing: Mapped[dict[str, Any] | None]
    """Deviations just before the draw, by judge code: for showing, not for proof."""

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    case: Mapped[Case | None] = relationship(lazy="joined")
    epoch: Mapped[Epoch | None] = relationship(lazy="joined")
    judge: Mapped[Judge | None] = relationship(lazy="joined")


class DrawSeat(Base):
    """A judge on one seat of a draw: seat 0 reports; a judge who left keeps the row, dated."""

    __tablename__ = "draw_seats"
    __table_args__ = (UniqueConstraint("draw_id", "seat"),)

    id: Mapped[Identity]
    draw_id: Mapped[int] = mapped_column(ForeignKey(DrawRequest.id), index=True)
    seat: Mapped[int]
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    dropped_at: Mapped[datetime | None]
    dropped_index: Mapped[int | None] = mapped_column(ForeignKey(LogEntry.index), unique=True)
    ground: Mapped[str | None]

    draw: Mapped[DrawRequest] = relationship(lazy="joined", innerjoin=True)
    judge: Mapped[Judge] = relationship(lazy="joined", innerjoin=True)


class WaitReason(StrEnum):
    POOL_TOO_SMALL = "pool_too_small"


class DrawWait(Base):
    """A registered case that is not in the log yet, because too few judges may be drawn for it."""

    __tablename__ = "draw_waits"

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    since: Mapped[datetime]
    deadline: Mapped[datetime]
    reason: Mapped[WaitReason] = mapped_column(coded(WaitReason))
    eligible: Mapped[int]
    minimum: Mapped[int]
    excluded: Mapped[list[Any]]
    """The exclusions that go into the log with it: [judge code, class, salted hash] each."""
    order_number: Mapped[str | None]
    """The order that lets it be drawn from so few; its hash goes into the log."""
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)


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
