"""Filings on their way into the court, and the papers handed in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.courts import Court
from sud.models.people import Person
from sud.models.reference import CaseKind, Category, ParticipantRole


class FilingState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    DUTY_UNPAID = "duty_unpaid"
    NOT_SIGNED = "not_signed"
    PAPER_MISSING = "paper_missing"
    PARTY_UNCLEAR = "party_unclear"
    WRONG_COURT = "wrong_court"
    OTHER = "other"


class FilingPart(StrEnum):
    """What a filing consists of, in the order in which it is filled in."""

    ME = "me"
    RESPONDENT = "respondent"
    PRICE = "price"
    TEXT = "text"
    PAPERS = "papers"


class ViewState(StrEnum):
    """Whether a paper has a copy that is safe to look at."""

    WAITING = "waiting"
    MADE = "made"
    IMPOSSIBLE = "impossible"


class Filing(Base):
    """A claim from its first draft to its acceptance; the first filing time is never lost."""

    __tablename__ = "filings"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR first_filed_at IS NOT NULL", name="filed_time"),
        CheckConstraint("(state = 'accepted') = (case_id IS NOT NULL)", name="accepted_case"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    receipt_number: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[FilingState] = mapped_column(coded(FilingState), default=FilingState.DRAFT)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    court_id: Mapped[int | None] = mapped_column(ForeignKey(Court.id), index=True)
    kind_code: Mapped[str] = mapped_column(ForeignKey(CaseKind.code), default="civil")
    category_code: Mapped[str | None] = mapped_column(ForeignKey(Category.code))
    language: Mapped[str] = mapped_column(default="ky")
    price: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(default="")
    duty: Mapped[int | None] = mapped_column(BigInteger)
    duty_sheet: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    first_filed_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submissions: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    return_reason: Mapped[ReturnReason | None] = mapped_column(coded(ReturnReason))
    return_note: Mapped[str] = mapped_column(default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), unique=True)
    fictional: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    court: Mapped[Court | None] = relationship(lazy="joined")
    category: Mapped[Category | None] = relationship(lazy="joined")
    kind: Mapped[CaseKind] = relationship(lazy="joined", innerjoin=True)
    case: Mapped[Case | None] = relationship(lazy="selectin")


class FilingParty(Base):
    """A person named in a filing, under the procedural name it will have in the case."""

    __tablename__ = "filing_parties"
    __table_args__ = (UniqueConstraint("filing_id", "role_code", "ordinal"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    filing_id: Mapped[int] = mapped_column(ForeignKey(Filing.id), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    role_code: Mapped[str] = mapped_column(ForeignKey(ParticipantRole.code))
    ordinal: Mapped[int]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    role: Mapped[ParticipantRole] = relationship(lazy="joined", innerjoin=True)


class Document(Base):
    """A paper as it was handed in: the object is stored before this row exists.

    The original is never changed. What people look at is its view copy, made from it without
    anything that acts; `found` says what the original holds (`documents.intake.Finding`).
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("filing_id IS NOT NULL OR case_id IS NOT NULL", name="belongs"),
        CheckConstraint("(view_state = 'made') = (view_key IS NOT NULL)", name="view_made"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    filing_id: Mapped[int | None] = mapped_column(ForeignKey(Filing.id), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    title: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    pages: Mapped[int | None]
    object_key: Mapped[str] = mapped_column(unique=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    uploaded_at: Mapped[datetime]
    found: Mapped[list[Any]] = mapped_column(default=list)
    view_state: Mapped[ViewState] = mapped_column(coded(ViewState), default=ViewState.WAITING)
    view_key: Mapped[str | None] = mapped_column(unique=True)
    view_media_type: Mapped[str | None]
    view_size: Mapped[int | None] = mapped_column(BigInteger)
    view_sha256: Mapped[str | None]

    filing: Mapped[Filing | None] = relationship(lazy="joined")
    case: Mapped[Case | None] = relationship(lazy="joined")
