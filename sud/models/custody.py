"""Custody of recordings: what entered into force when, what is masked, and what was erased."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.exceptions import ProposalState
from sud.models.media import Recording


class ForceStep(StrEnum):
    """What starts, stops and starts again the time for which a recording is kept."""

    ENTERED = "entered"  # the act that ends the case entered into force
    APPEALED = "appealed"  # it was appealed, or a term was restored
    UPHELD = "upheld"  # the appeal ended and the act stands


class ForceNote(Base):
    """One step on the way of a case's final act into force; the latest one counts."""

    __tablename__ = "force_notes"

    id: Mapped[Identity]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    step: Mapped[ForceStep] = mapped_column(coded(ForceStep))
    on: Mapped[date]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    noted_at: Mapped[datetime]

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)


class Decided:
    """What becomes of a recording when one person proposes it and another one decides."""

    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id), index=True)
    because: Mapped[str]
    state: Mapped[ProposalState] = mapped_column(
        coded(ProposalState), default=ProposalState.PROPOSED, index=True
    )
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")

    @declared_attr
    @classmethod
    def recording(cls) -> Mapped[Recording]:
        return relationship(lazy="joined", innerjoin=True)

    @declared_attr
    @classmethod
    def proposed_by(cls) -> Mapped[User]:
        return relationship(
            lazy="joined", innerjoin=True, foreign_keys=f"{cls.__name__}.proposed_by_id"
        )

    @declared_attr
    @classmethod
    def decided_by(cls) -> Mapped[User | None]:
        return relationship(lazy="joined", foreign_keys=f"{cls.__name__}.decided_by_id")

    @property
    def case(self) -> Case:
        return self.recording.hearing.case

    @property
    def case_id(self) -> int:
        return self.recording.case_id


def _by_two(table: str) -> tuple[CheckConstraint | Index, ...]:
    return (
        CheckConstraint("decided_by_id <> proposed_by_id", name="two_persons"),
        CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)", name="decided"
        ),
        Index(
            f"uq_{table}_open",
            "recording_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )


class Masking(Decided, Base):
    """Stretches of a recording that outsiders neither hear nor see: a copy is made without them."""

    __tablename__ = "maskings"
    __table_args__ = _by_two("maskings")

    id: Mapped[Identity]
    key: Mapped[Key]
    stretches: Mapped[list[Any]]
    """`start_ms`, `end_ms`, `sound`, `picture` of each, in order."""
    prefix: Mapped[str | None]
    """Where the copy lies in the store."""
    sizes: Mapped[dict[str, Any] | None]
    progress: Mapped[int] = mapped_column(default=0)
    failed: Mapped[bool] = mapped_column(default=False)
    ready_at: Mapped[datetime | None]


class StoreCheckKind(StrEnum):
    """How the object store is looked at."""

    FIXITY = "fixity"  # some masters are read from end to end, in turn
    AUDIT = "audit"  # every object is compared with what its manifest says


class StoreCheck(Base):
    """One look at the recordings in the object store, and what was wrong."""

    __tablename__ = "store_checks"

    id: Mapped[Identity]
    kind: Mapped[StoreCheckKind] = mapped_column(coded(StoreCheckKind))
    at: Mapped[datetime] = mapped_column(index=True)
    looked_at: Mapped[int]
    """Masters that were read, or objects that were compared."""
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sound: Mapped[bool]
    findings: Mapped[dict[str, Any]]
    """How many, and the first keys, of each: missing, altered, orphaned, unfinished."""
    after: Mapped[str] = mapped_column(default="")
    """Where the next fixity check goes on."""


class ErasureGround(StrEnum):
    """Why a recording may be erased."""

    RETENTION_OVER = "retention_over"
    WRONG_HEARING = "wrong_hearing"
    COURT_ORDER = "court_order"


class Erasure(Decided, Base):
    """A recording to be erased: one person proposes it, another decides, the journal keeps it."""

    __tablename__ = "erasures"
    __table_args__ = _by_two("erasures")

    id: Mapped[Identity]
    key: Mapped[Key]
    ground: Mapped[ErasureGround] = mapped_column(coded(ErasureGround))
    prefixes: Mapped[list[Any]]
    """What is to go from the store, settled when it was approved."""
    objects: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    erased_at: Mapped[datetime | None]
