"""Judicial acts: drafted, issued once, never changed after."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.cases import Case
from sud.models.courts import Judge
from sud.models.reference import ActKind


class ActState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"


class ActOutcome(StrEnum):
    SATISFIED = "satisfied"
    PARTLY_SATISFIED = "partly_satisfied"
    REFUSED = "refused"
    TERMINATED = "terminated"


class ActPart(StrEnum):
    """The parts that the law wants, in their order; each is a column of `Act`."""

    INTRODUCTORY = "introductory"
    DESCRIPTIVE = "descriptive"
    REASONING = "reasoning"
    OPERATIVE = "operative"


class Act(Base):
    """An act in its four parts (law: introductory, descriptive, reasoning, operative)."""

    __tablename__ = "acts"
    __table_args__ = (
        CheckConstraint(
            "state = 'draft' OR (code IS NOT NULL AND pdf_key IS NOT NULL"
            " AND pdf_sha256 IS NOT NULL AND issued_at IS NOT NULL)",
            name="issued_whole",
        ),
        # Two presses, or two tabs, begin one draft.
        Index(
            "uq_acts_draft",
            "case_id",
            "kind_code",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    kind_code: Mapped[str] = mapped_column(ForeignKey(ActKind.code))
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id))
    language: Mapped[str]
    outcome: Mapped[ActOutcome | None] = mapped_column(coded(ActOutcome))
    introductory: Mapped[str] = mapped_column(default="")
    descriptive: Mapped[str] = mapped_column(default="")
    reasoning: Mapped[str] = mapped_column(default="")
    operative: Mapped[str] = mapped_column(default="")
    state: Mapped[ActState] = mapped_column(coded(ActState), default=ActState.DRAFT)
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    code: Mapped[str | None] = mapped_column(unique=True)
    pdf_key: Mapped[str | None] = mapped_column(unique=True)
    pdf_sha256: Mapped[str | None]
    signer_name: Mapped[str | None]
    certificate: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    kind: Mapped[ActKind] = relationship(lazy="joined", innerjoin=True)
    judge: Mapped[Judge] = relationship(lazy="joined", innerjoin=True)
