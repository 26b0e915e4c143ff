"""Discs handed in, where their originals lie, the titles found on them, and lists of shelves."""

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
    CANCELLED = "cancelled"  # a person called it off before it was read


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
    place: Mapped[str | None] = mapped_column(unique=True)
    """Where it lies below the drop folder, or in the store, until its original is kept."""
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
    urgent: Mapped[bool] = mapped_column(default=False)
    """Somebody waits for what is on it."""
    progress: Mapped[int] = mapped_column(default=0)
    seconds_left: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    handed_in_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    court: Mapped[Court | None] = relationship(lazy="joined")
    hearing: Mapped[Hearing | None] = relationship()
    titles: Mapped[list["DiscTitle"]] = relationship(
        viewonly=True, order_by="DiscTitle.number", back_populates="disc"
    )
    recordings: Mapped[list[Any]] = relationship(
        "Recording", viewonly=True, order_by="Recording.title"
    )
    """Of which hearings its titles are; who may not see one of these does not see the disc."""

    @property
    def case_id(self) -> int | None:
        return self.hearing.case_id if self.hearing else None


class TitleUse(StrEnum):
    """What a person, or the kind of the title, decided on it."""

    OPEN = "open"  # it waits for a person
    LINKED = "linked"  # it is a hearing's recording
    SET_ASIDE = "set_aside"  # a menu, a test, a duplicate, or no hearing at all


class AsideReason(StrEnum):
    """Why a title is no hearing's recording."""

    MENU = "menu"
    TEST = "test"
    DUPLICATE = "duplicate"  # the same is on the disc, or in the archive, already
    NO_HEARING = "no_hearing"
    NOTHING_RECORDED = "nothing_recorded"
    ANOTHER_COURT = "another_court"


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
    reason: Mapped[AsideReason | None] = mapped_column(coded(AsideReason))
    name: Mapped[str] = mapped_column(default="")
    """Of the file, where the title is one; like the disc's it may tell names."""
    seconds: Mapped[float] = mapped_column(Float)
    lost_s: Mapped[float] = mapped_column(Float, default=0.0)
    chapters: Mapped[int] = mapped_column(default=0)
    sounds: Mapped[int] = mapped_column(default=0)
    picture: Mapped[bool] = mapped_column(default=True)
    preview: Mapped[bytes | None] = mapped_column(deferred=True)
    """A small picture out of it (JPEG), by which a person knows the courtroom."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[datetime | None]

    disc: Mapped[Disc] = relationship(lazy="joined", innerjoin=True, back_populates="titles")


class ShelfList(Base):
    """A list of the discs of a shelf (CSV) as it was handed in; with a fault, none of it counts."""

    __tablename__ = "shelf_lists"
    __table_args__ = (UniqueConstraint("court_id", "sha256", postgresql_nulls_not_distinct=True),)

    id: Mapped[Identity]
    key: Mapped[Key]
    name: Mapped[str]
    court_id: Mapped[int | None] = mapped_column(ForeignKey(Court.id), index=True)
    """Of the folder that it lay in, or of the one court of whoever handed it in."""
    sha256: Mapped[str]
    lines: Mapped[list[Any]]
    """What each line says of its disc (`sud.discs.shelf_list.Line` as JSON)."""
    faults: Mapped[list[Any]]
    """Wrong lines: `line`, `fault`, `said`."""
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    handed_in_at: Mapped[datetime]

    court: Mapped[Court | None] = relationship(lazy="joined")
