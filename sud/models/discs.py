"""Discs: what was handed in as one source, where its original lies, and the titles found on it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.courts import Court
from sud.models.hearings import Hearing


class DiscOrigin(StrEnum):
    """How a disc came in."""

    SENT = "sent"  # through the page of a hearing
    FOLDER = "folder"  # laid into the drop folder
    CAPTURE = "capture"  # recorded live in a courtroom


class DiscState(StrEnum):
    ARRIVED = "arrived"  # seen; its original is not in the store yet
    KEPT = "kept"  # its original is in the store; it is being read, or waits for that
    READ = "read"  # its titles are known
    FAILED = "failed"
    GONE = "gone"  # it left the drop folder before it was kept


class DiscProblem(StrEnum):
    """Why a disc needs a person."""

    NOT_A_DISC = "not_a_disc"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    NO_TITLE = "no_title"
    UNREADABLE = "unreadable"
    STORE_FAILED = "store_failed"
    READER_FAILED = "reader_failed"


class Disc(Base):
    """One source. An identical one handed in again shares the original of the first."""

    __tablename__ = "discs"

    id: Mapped[Identity]
    key: Mapped[Key]
    origin: Mapped[DiscOrigin] = mapped_column(coded(DiscOrigin))
    state: Mapped[DiscState] = mapped_column(coded(DiscState), default=DiscState.ARRIVED)
    problem: Mapped[DiscProblem | None] = mapped_column(coded(DiscProblem))
    name: Mapped[str]
    """As it was handed in; it may tell names, so it is shown to those who may link it only."""
    court_id: Mapped[int | None] = mapped_column(ForeignKey(Court.id), index=True)
    """Whose disc it is, where that is known: of the hearing, or of the shelf it stood on."""
    hearing_id: Mapped[int | None] = mapped_column(ForeignKey(Hearing.id), index=True)
    """The hearing it was handed in for; which of its titles is that hearing, a person says."""
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(index=True)
    prefix: Mapped[str | None]
    """Where its original lies in the store."""
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("discs.id"), index=True)
    """The disc handed in before that is the same to the last byte."""
    report: Mapped[dict[str, Any] | None]
    """What reading told (`recordings.titles.Report` as JSON)."""
    shelf_facts: Mapped[dict[str, Any] | None]
    """What the list of a shelf says of it: proposals for whoever links it."""
    progress: Mapped[int] = mapped_column(default=0)
    seconds_left: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    handed_in_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    court: Mapped[Court | None] = relationship(lazy="joined")


class TitleUse(StrEnum):
    """What a person, or the kind of the title, decided on it."""

    OPEN = "open"  # it waits for a person
    LINKED = "linked"  # it is a hearing's recording
    SET_ASIDE = "set_aside"  # a menu, a test, a duplicate, or no hearing at all


class DiscTitle(Base):
    """One title of a disc as it was found by reading."""

    __tablename__ = "disc_titles"
    __table_args__ = (UniqueConstraint("disc_id", "number"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    disc_id: Mapped[int] = mapped_column(ForeignKey(Disc.id), index=True)
    number: Mapped[int]
    kind: Mapped[str]
    """A value of `recordings.titles.Kind`."""
    use: Mapped[TitleUse] = mapped_column(coded(TitleUse), default=TitleUse.OPEN)
    seconds: Mapped[float] = mapped_column(Float)
    lost_s: Mapped[float] = mapped_column(Float, default=0.0)
    chapters: Mapped[int] = mapped_column(default=0)
    sounds: Mapped[int] = mapped_column(default=0)
    picture: Mapped[bool] = mapped_column(default=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[datetime | None]

    disc: Mapped[Disc] = relationship(lazy="joined", innerjoin=True)
