"""Cases and the persons who take part in them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.courts import Court, Judge
from sud.models.people import Person
from sud.models.reference import CaseKind, Category, ParticipantRole


class CaseState(StrEnum):
    REGISTERED = "registered"
    DISTRIBUTED = "distributed"
    PREPARATION = "preparation"
    SCHEDULED = "scheduled"
    ADJOURNED = "adjourned"
    DECIDED = "decided"
    IN_FORCE = "in_force"
    ARCHIVED = "archived"


class CaseForm(StrEnum):
    DIGITAL = "digital"
    PAPER = "paper"
    MIXED = "mixed"


class Case(Base):
    """One case; its number is kept in parts (kind, seq, year, court) and rendered when shown."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("court_id", "kind_code", "year", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("judge_id IS NOT NULL OR state = 'registered'", name="judge_before_work"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id))
    kind_code: Mapped[str] = mapped_column(ForeignKey(CaseKind.code))
    year: Mapped[int]
    seq: Mapped[int]
    category_code: Mapped[str] = mapped_column(ForeignKey(Category.code))
    language: Mapped[str] = mapped_column(default="ky")
    form: Mapped[CaseForm] = mapped_column(coded(CaseForm), default=CaseForm.DIGITAL)
    state: Mapped[CaseState] = mapped_column(coded(CaseState), default=CaseState.REGISTERED)
    sealed: Mapped[bool] = mapped_column(default=False)
    price: Mapped[int | None] = mapped_column(BigInteger)
    filed_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    distributed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    judge_id: Mapped[int | None] = mapped_column(ForeignKey(Judge.id), index=True)
    fictional: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    kind: Mapped[CaseKind] = relationship(lazy="joined", innerjoin=True)
    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)
    judge: Mapped[Judge | None] = relationship(lazy="joined")

    @property
    def number(self) -> str:
        """The official number, as in ГД-319/26-Т5."""
        return f"{self.kind.prefix}-{self.seq}/{self.year % 100:02d}-{self.court.suffix}"


class Participant(Base):
    """A person in a case under a procedural name; `ordinal` counts within the role."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("case_id", "role_code", "ordinal"),)

    id: Mapped[Identity]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    role_code: Mapped[str] = mapped_column(ForeignKey(ParticipantRole.code))
    ordinal: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    role: Mapped[ParticipantRole] = relationship(lazy="joined", innerjoin=True)
