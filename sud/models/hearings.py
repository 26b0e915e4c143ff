"""Hearings, which neither a judge nor a courtroom can hold two of at a time, and notices."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Text, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import TextClause

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case, Participant
from sud.models.courts import Courtroom, Judge


class HearingState(StrEnum):
    SCHEDULED = "scheduled"
    HELD = "held"
    ADJOURNED = "adjourned"
    CANCELLED = "cancelled"


class HearingPurpose(StrEnum):
    PREPARATION = "preparation"
    PRELIMINARY = "preliminary"
    MERITS = "merits"
    JUDGMENT = "judgment"


def _one_at_a_time(column: str) -> ExcludeConstraint:
    """No two standing hearings of one judge or room overlap (core gist: no extension needed)."""
    same: TextClause = text(f"int8range({column}, {column}, '[]')")
    return ExcludeConstraint(
        (same, "&&"),
        ("during", "&&"),
        using="gist",
        where=text("state IN ('scheduled', 'held')"),
        name=f"hearings_{column}_free",
    )


class Hearing(Base):
    __tablename__ = "hearings"
    __table_args__ = (_one_at_a_time("judge_id"), _one_at_a_time("courtroom_id"))

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    courtroom_id: Mapped[int] = mapped_column(ForeignKey(Courtroom.id), index=True)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    purpose: Mapped[HearingPurpose] = mapped_column(coded(HearingPurpose))
    open: Mapped[bool] = mapped_column(default=True)
    state: Mapped[HearingState] = mapped_column(coded(HearingState), default=HearingState.SCHEDULED)
    note: Mapped[str] = mapped_column(Text, default="")
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who set it, or moved it to its time; unknown of the oldest."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    judge: Mapped[Judge] = relationship(lazy="joined", innerjoin=True)
    courtroom: Mapped[Courtroom] = relationship(lazy="joined", innerjoin=True)

    @property
    def starts_at(self) -> datetime:
        assert self.during.lower is not None  # noqa: S101 - every hearing has both ends
        return self.during.lower

    @property
    def ends_at(self) -> datetime:
        assert self.during.upper is not None  # noqa: S101 - every hearing has both ends
        return self.during.upper


class NoticeState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    NO_ADDRESS = "no_address"


class NoticeKind(StrEnum):
    FILING_RECEIVED = "filing_received"
    FILING_RETURNED = "filing_returned"
    CASE_REGISTERED = "case_registered"
    JUDGE_DRAWN = "judge_drawn"
    JUDGE_FOLLOWS = "judge_follows"
    JUDGE_NAMED = "judge_named"
    JUDGE_LEFT = "judge_left"
    HEARING_SET = "hearing_set"
    HEARING_CANCELLED = "hearing_cancelled"
    ACT_ISSUED = "act_issued"
    COPIES_FILED = "copies_filed"
    MANUAL_QUOTA = "manual_quota"
    SIGNING_DUE = "signing_due"


class Notice(Base):
    """A message to one person about one event; e-mail informs, it is not yet official service."""

    __tablename__ = "notices"

    id: Mapped[Identity]
    key: Mapped[Key]
    kind: Mapped[NoticeKind] = mapped_column(coded(NoticeKind))
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filings.id"), index=True)
    hearing_id: Mapped[int | None] = mapped_column(ForeignKey(Hearing.id), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("signing_seats.id"), unique=True)
    """Whose turn it is to sign: told once, and listed with no case."""
    address: Mapped[str]
    language: Mapped[str]
    state: Mapped[NoticeState] = mapped_column(coded(NoticeState), default=NoticeState.WAITING)
    counts_as_service: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)

    case: Mapped[Case | None] = relationship(lazy="joined")
    hearing: Mapped[Hearing | None] = relationship(lazy="selectin")
    participant: Mapped[Participant | None] = relationship(lazy="joined")
