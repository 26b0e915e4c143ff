"""Recordings of hearings, from the disc as handed in to the renditions that play."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.discs import Disc
from sud.models.hearings import Hearing


class RecordingState(StrEnum):
    RECEIVED = "received"
    JUDGING = "judging"
    TRANSCODING = "transcoding"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    UNLINKED = "unlinked"  # it was linked with this hearing by mistake, and never played


class Verdict(StrEnum):
    """How well a recording can be heard and seen."""

    GOOD = "good"
    USABLE = "usable"
    POOR = "poor"
    UNUSABLE = "unusable"


class RecordingProblem(StrEnum):
    NOT_A_DISC = "not_a_disc"
    ENCRYPTED = "encrypted"
    NO_TITLE = "no_title"
    TOO_SHORT = "too_short"
    STORE_FAILED = "store_failed"
    NO_SPACE = "no_space"
    TRANSCODER_FAILED = "transcoder_failed"


class Recording(Base):
    """One recording of one hearing; a worker holds it by a lease that it renews."""

    __tablename__ = "recordings"

    id: Mapped[Identity]
    key: Mapped[Key]
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), index=True)
    disc_id: Mapped[int] = mapped_column(ForeignKey(Disc.id), index=True)
    part: Mapped[int] = mapped_column(default=1)
    """Its place among the recordings of one hearing: a long day fills several discs."""
    state: Mapped[RecordingState] = mapped_column(
        coded(RecordingState), default=RecordingState.RECEIVED
    )
    problem: Mapped[RecordingProblem | None] = mapped_column(coded(RecordingProblem))
    title: Mapped[int | None]
    expected_ms: Mapped[int | None] = mapped_column(BigInteger)
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    lost_ms: Mapped[int | None] = mapped_column(BigInteger)
    verdict: Mapped[Verdict | None] = mapped_column(coded(Verdict))
    reasons: Mapped[list[Any] | None]
    """Why the verdict is what it is: codes of the workshop."""
    losses: Mapped[list[Any] | None]
    """What cannot be played: `start_s`, `seconds`, `why` of each stretch."""
    prefix: Mapped[str | None]
    """Where what plays lies in the store; nothing below it is seen before it is ready."""
    sizes: Mapped[dict[str, Any] | None]
    """Bytes of what a person may choose: the streams and the plain files, by name."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """Somebody waits for this hearing: it is made before the others."""
    progress: Mapped[int] = mapped_column(default=0)
    seconds_left: Mapped[int | None]
    recipe: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    handed_in_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]

    hearing: Mapped[Hearing] = relationship(lazy="joined", innerjoin=True)
    disc: Mapped[Disc] = relationship(lazy="joined", innerjoin=True)

    @property
    def case_id(self) -> int:
        return self.hearing.case_id

    @property
    def contents_lost(self) -> bool:
        """Whether the disc's own table was of no use: what lies together was taken as one."""
        titles = (self.disc.report or {}).get("titles", ())
        return any(one["number"] == self.title and one["origin"] == "scan" for one in titles)


class PieceState(StrEnum):
    WAITING = "waiting"
    DOING = "doing"
    DONE = "done"


class RecordingPiece(Base):
    """Some minutes of a recording that one worker makes; the pieces of one may be made at once."""

    __tablename__ = "recording_pieces"
    __table_args__ = (UniqueConstraint("recording_id", "number"),)

    id: Mapped[Identity]
    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id), index=True)
    number: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float)
    state: Mapped[PieceState] = mapped_column(coded(PieceState), default=PieceState.WAITING)
    share: Mapped[float] = mapped_column(Float, default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    beaten_at: Mapped[datetime | None]
    """When its worker last told that it goes on."""
    begun_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
