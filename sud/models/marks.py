"""Marks of judge and clerk in the recording of a hearing, by which its minutes are written."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.media import Recording


class MarkKind(StrEnum):
    SPEAKER = "speaker"  # somebody begins to speak
    EVENT = "event"  # the hearing takes a step: opened, adjourned, a ruling
    EVIDENCE = "evidence"  # a paper, a thing or a witness is looked at
    REMARK = "remark"  # what whoever writes the minutes wants to find again


class Mark(Base):
    """One place in a recording; it is never changed, only taken back by whoever made it."""

    __tablename__ = "recording_marks"
    __table_args__ = (
        CheckConstraint("at_ms >= 0", name="at_ms"),
        CheckConstraint("words <> ''", name="words"),
        Index("ix_recording_marks_place", "recording_id", "at_ms"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id))
    at_ms: Mapped[int]
    """Milliseconds from the beginning of the recording."""
    kind: Mapped[MarkKind] = mapped_column(coded(MarkKind))
    words: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    recording: Mapped[Recording] = relationship(lazy="joined", innerjoin=True)
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def case(self) -> Case:
        return self.recording.hearing.case

    @property
    def case_id(self) -> int:
        return self.recording.case_id
