"""Recordings handed out: every opening of the player, and the copies issued to parties."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case, Participant
from sud.models.media import Recording


class Opening(Base):
    """Somebody opened the player in one session: while he plays on, its addresses stay good."""

    __tablename__ = "recording_openings"
    __table_args__ = (Index("ix_recording_openings_session", "session", "recording_id"),)

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    """Random; every address that this opening hands out begins with it."""
    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    session: Mapped[bytes]
    """SHA-256 of what only the cookie of that session holds."""
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    played_at: Mapped[datetime | None]

    recording: Mapped[Recording] = relationship(lazy="joined", innerjoin=True)


class CopyForm(StrEnum):
    """What a party is given as one file."""

    PICTURE = "picture"
    SOUND = "sound"


class RecordingCopy(Base):
    """A recording issued to one participant as a file, for some days."""

    __tablename__ = "recording_copies"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    """The one account that may take it."""
    form: Mapped[CopyForm] = mapped_column(coded(CopyForm))
    until: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(default=0)
    """How often it was downloaded."""

    recording: Mapped[Recording] = relationship(lazy="selectin")
    participant: Mapped[Participant] = relationship(lazy="joined", innerjoin=True)
    issued_by: Mapped[User] = relationship(
        lazy="joined", innerjoin=True, foreign_keys=[issued_by_id]
    )

    @property
    def case(self) -> Case:
        return self.recording.hearing.case

    @property
    def case_id(self) -> int:
        return self.recording.case_id
