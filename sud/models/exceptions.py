"""What bypasses the draw: proposals of one official that another one decides, and alarms."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.courts import Court
from sud.models.reference import Category


class ExceptionKind(StrEnum):
    MANUAL = "manual"
    CORRECTION = "correction"


class ManualGround(StrEnum):
    """Why a judge is named by hand; the public log uses the same codes."""

    STATUTE = "statute"
    NO_JUDGE = "no-judge"
    OUTAGE = "outage"


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


class ExceptionProposal(Base):
    """A judge named by hand, or another category after the draw: one proposes, another decides."""

    __tablename__ = "exception_proposals"
    __table_args__ = (
        Index(
            "uq_exception_proposals_open",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        CheckConstraint(
            "kind = 'manual' AND ground IS NOT NULL AND judges <> '{}' AND order_key IS NOT NULL"
            " AND category_code IS NULL"
            " OR kind = 'correction' AND ground IS NULL AND judges = '{}'"
            " AND category_code IS NOT NULL AND former_code IS NOT NULL",
            name="whole",
        ),
        CheckConstraint("decided_by_id <> proposed_by_id", name="two_persons"),
        CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)", name="decided"
        ),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    kind: Mapped[ExceptionKind] = mapped_column(coded(ExceptionKind))
    state: Mapped[ProposalState] = mapped_column(
        coded(ProposalState), default=ProposalState.PROPOSED, index=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    ground: Mapped[ManualGround | None] = mapped_column(coded(ManualGround))
    judges: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """The judges named, by their codes in the log; the first one reports."""
    former_code: Mapped[str | None] = mapped_column(ForeignKey(Category.code))
    category_code: Mapped[str | None] = mapped_column(ForeignKey(Category.code))
    because: Mapped[str]
    order_number: Mapped[str] = mapped_column(default="")
    order_name: Mapped[str] = mapped_column(default="")
    order_size: Mapped[int | None] = mapped_column(BigInteger)
    order_sha256: Mapped[str | None]
    order_key: Mapped[str | None] = mapped_column(unique=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    redrawn: Mapped[bool] = mapped_column(default=False)
    """Whether the new category left the judge's specialisation, so that another was drawn."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    former: Mapped[Category | None] = relationship(lazy="joined", foreign_keys=[former_code])
    category: Mapped[Category | None] = relationship(lazy="joined", foreign_keys=[category_code])
    proposed_by: Mapped[User] = relationship(
        lazy="joined", innerjoin=True, foreign_keys=[proposed_by_id]
    )
    decided_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[decided_by_id])


class QuotaPeriod(StrEnum):
    MONTH = "month"
    YEAR = "year"


class QuotaAlarm(Base):
    """A court has named as many judges by hand as the rule allows: raised once a period."""

    __tablename__ = "quota_alarms"
    __table_args__ = (UniqueConstraint("court_id", "period", "named"),)

    id: Mapped[Identity]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    period: Mapped[QuotaPeriod] = mapped_column(coded(QuotaPeriod))
    named: Mapped[str]
    """Which one: 2026-03, 2026."""
    count: Mapped[int]
    raised_at: Mapped[datetime]

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
