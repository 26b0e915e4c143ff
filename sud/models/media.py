"""Recordings of hearings, from the disc as handed in to the renditions that play."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.hearings import Hearing


class RecordingState(StrEnum):
    RECEIVED = "received"
    READING = "reading"
    TRANSCODING = "transcoding"
    READY = "ready"
    FAILED = "failed"


class RecordingProblem(StrEnum):
    NOT_A_DISC = "not_a_disc"
    ENCRYPTED = "encrypted"
    NO_TITLE = "no_title"
    TOO_SHORT = "too_short"
    STORE_FAILED = "store_failed"
    TRANSCODER_FAILED = "transcoder_failed"


class Recording(Base):
    """One recording of one hearing; a worker holds it by a lease that it renews."""

    __tablename__ = "recordings"

    id: Mapped[Identity]
    key: Mapped[Key]
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), index=True)
    state: Mapped[RecordingState] = mapped_column(
        coded(RecordingState), default=RecordingState.RECEIVED
    )
    problem: Mapped[RecordingProblem | None] = mapped_column(coded(RecordingProblem))
    source_name: Mapped[str]
    source_prefix: Mapped[str]
    source_sha256: Mapped[str]
    source_bytes: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[int | None]
    expected_ms: Mapped[int | None] = mapped_column(BigInteger)
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    lost_sectors: Mapped[int | None]
    lost_ms: Mapped[int | None] = mapped_column(BigInteger)
    contents_lost: Mapped[bool] = mapped_column(default=False)
    """The disc's own table could not be read: everything on it was taken as one recording."""
    progress: Mapped[int] = mapped_column(default=0)
    recipe: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    handed_in_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]

    hearing: Mapped[Hearing] = relationship(lazy="joined", innerjoin=True)

    @property
    def case_id(self) -> int:
        return self.hearing.case_id


class Rendition(Base):
    """One playable form of a recording: files under a prefix in the object store."""

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("recording_id", "name"),)

    id: Mapped[Identity]
    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    playlist: Mapped[str]
    whole: Mapped[str | None]
    """The same as an ordinary file, for browsers that know no HLS."""
    media_type: Mapped[str]
    bandwidth: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    total_bytes: Mapped[int] = mapped_column(BigInteger)


class DropState(StrEnum):
    WAITING = "waiting"
    LINKED = "linked"
    REFUSED = "refused"


class DropItem(Base):
    """A disc seen complete in the drop folder, waiting for a person to name its hearing."""

    __tablename__ = "drop_items"

    id: Mapped[Identity]
    key: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[DropState] = mapped_column(coded(DropState), default=DropState.WAITING)
    problem: Mapped[RecordingProblem | None] = mapped_column(coded(RecordingProblem))
    recording_id: Mapped[int | None] = mapped_column(ForeignKey(Recording.id))
    seen_at: Mapped[datetime]
