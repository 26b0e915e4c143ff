"""The minutes of hearings as they were signed, and the parties' remarks on them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.filings import Document
from sud.models.hearings import Hearing


class Minutes(Base):
    """The signed minutes of a hearing: a paper of the case, entered once."""

    __tablename__ = "minutes"

    id: Mapped[Identity]
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id), unique=True)
    signed_on: Mapped[date]
    """The day from which the parties' time for remarks runs."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    entered_at: Mapped[datetime]

    hearing: Mapped[Hearing] = relationship(lazy="joined", innerjoin=True)
    document: Mapped[Document] = relationship(lazy="selectin")

    @property
    def case_id(self) -> int:
        return self.hearing.case_id


class RemarkSubject(StrEnum):
    MINUTES = "minutes"
    RECORDING = "recording"


class RemarkState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Remark(Base):
    """What a party says is wrong in the minutes or the recording, and the judge's answer."""

    __tablename__ = "remarks"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (ruled_at IS NULL)", name="ruled"),
        CheckConstraint("state <> 'rejected' OR answer <> ''", name="reasoned"),
        CheckConstraint("at_second IS NULL OR at_second >= 0", name="at_second"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), index=True)
    about: Mapped[RemarkSubject] = mapped_column(coded(RemarkSubject))
    text: Mapped[str]
    at_second: Mapped[int | None]
    """The place in the recording that is meant, in seconds from its beginning."""
    state: Mapped[RemarkState] = mapped_column(coded(RemarkState), default=RemarkState.WAITING)
    by_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    at: Mapped[datetime]
    due: Mapped[date | None]
    """Until when the judge answers, where the law says so."""
    answer: Mapped[str] = mapped_column(default="")
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    ruled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    hearing: Mapped[Hearing] = relationship(lazy="joined", innerjoin=True)
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])
    ruled_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[ruled_by_id])

    @property
    def case(self) -> Case:
        return self.hearing.case

    @property
    def case_id(self) -> int:
        return self.hearing.case_id
