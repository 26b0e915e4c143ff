"""Writs of execution: one for each claimant of a decision in force, issued once."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key
from sud.models.accounts import User
from sud.models.acts import Act
from sud.models.cases import Case, Participant
from sud.models.issued import IssuedPaper


class Writ(Base):
    """A writ of execution; its bytes and its code are those of the issued paper."""

    __tablename__ = "writs"
    __table_args__ = (UniqueConstraint("act_id", "claimant_id"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    act_id: Mapped[int] = mapped_column(ForeignKey(Act.id), index=True)
    claimant_id: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    in_force: Mapped[date]
    """The day on which the act entered into force."""
    issued_id: Mapped[int] = mapped_column(ForeignKey(IssuedPaper.id), unique=True)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    issued_at: Mapped[datetime]

    act: Mapped[Act] = relationship(lazy="joined", innerjoin=True)
    claimant: Mapped[Participant] = relationship(lazy="joined", innerjoin=True)
    issued: Mapped[IssuedPaper] = relationship(lazy="selectin")

    @property
    def case(self) -> Case:
        return self.act.case
