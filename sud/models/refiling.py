"""Claims that were filed before: keyed marks of filings, what was decided on them, and alarms."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.courts import Court
from sud.models.filings import Filing


class FilingMark(Base):
    """The fingerprint of one submission of a filing: hashes under a secret, no readable name.

    What a filing said when it was first handed in is kept when it is corrected.
    """

    __tablename__ = "filing_marks"
    __table_args__ = (
        UniqueConstraint("filing_id", "submission"),
        Index("ix_filing_marks_marks", "marks", postgresql_using="gin"),
    )

    id: Mapped[Identity]
    filing_id: Mapped[int] = mapped_column(ForeignKey(Filing.id), index=True)
    submission: Mapped[int]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    category_code: Mapped[str]
    price: Mapped[int | None] = mapped_column(BigInteger)
    parties: Mapped[list[Any]]
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Every mark by which one of the parties is found again."""
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    first_id: Mapped[int] = mapped_column(ForeignKey(Filing.id), index=True)
    """The earliest filing of the same claim; itself, if there is none."""
    at: Mapped[datetime]

    filing: Mapped[Filing] = relationship(lazy="joined", innerjoin=True, foreign_keys=[filing_id])


class RefilingSign(StrEnum):
    """What two filings have in common."""

    SAME_CLAIMANT = "same_claimant"
    LIKE_CLAIMANT = "like_claimant"
    NAMESAKE_CLAIMANT = "namesake_claimant"
    SAME_RESPONDENT = "same_respondent"
    LIKE_RESPONDENT = "like_respondent"
    NAMESAKE_RESPONDENT = "namesake_respondent"
    SIDES_SWAPPED = "sides_swapped"
    SAME_CATEGORY = "same_category"
    SAME_PRICE = "same_price"
    NEAR_PRICE = "near_price"
    SAME_TEXT = "same_text"
    NEAR_TEXT = "near_text"


class RefilingState(StrEnum):
    LINKED = "linked"
    WAITING = "waiting"
    SEPARATE = "separate"
    UNLINKED = "unlinked"
    JUDGE_GONE = "judge_gone"


class LinkGround(StrEnum):
    """Why a case follows another one; the public log uses the same codes."""

    REFILED = "refiled"
    RELATED = "related"


class SeparateReason(StrEnum):
    """Why two filings that look alike are two matters."""

    NAMESAKE = "namesake"
    OTHER_CONTRACT = "other_contract"
    OTHER_PERIOD = "other_period"
    OTHER_CLAIM = "other_claim"


class Refiling(Base):
    """What was decided about a case whose claim resembles an earlier one, by whom, and why."""

    __tablename__ = "refilings"
    __table_args__ = (
        CheckConstraint(
            "(state = 'separate') = (ground IS NULL) AND"
            " (state IN ('separate', 'unlinked')) = (reason IS NOT NULL)",
            name="reasoned",
        ),
        CheckConstraint("(state = 'unlinked') = (undone_at IS NOT NULL)", name="undone"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), unique=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    state: Mapped[RefilingState] = mapped_column(coded(RefilingState), index=True)
    ground: Mapped[LinkGround | None] = mapped_column(coded(LinkGround))
    reason: Mapped[SeparateReason | None] = mapped_column(coded(SeparateReason))
    by_system: Mapped[bool]
    signs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    decided_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    undone_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True, foreign_keys=[case_id])
    earlier: Mapped[Case] = relationship(lazy="joined", innerjoin=True, foreign_keys=[earlier_id])

    @property
    def alike(self) -> list[RefilingSign]:
        """What the two claims were found to have in common."""
        return [RefilingSign(sign) for sign in self.signs]


class RefilingAlarm(Base):
    """One claim filed many times within a day: raised once a day, counted on."""

    __tablename__ = "refiling_alarms"
    __table_args__ = (UniqueConstraint("first_id", "day"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey(Filing.id))
    day: Mapped[date]
    copies: Mapped[int]
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    first: Mapped[Filing] = relationship(lazy="joined", innerjoin=True)
