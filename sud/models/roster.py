"""The roster's own papers: orders with their files, changes, the duty rota, and its alarms."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.allocation import DrawRequest
from sud.models.courts import Availability, Court, Judge


class RosterOrder(Base):
    """An order on which a change of the roster or of the rules of the draw rests, with its file.

    The log shows the hash of the salt and the file's hash: whoever is shown the order can check
    it, and nobody can guess it. An order on pools or rules belongs to no court.
    """

    __tablename__ = "roster_orders"
    __table_args__ = (CheckConstraint("length(salt) = 32", name="salt"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    court_id: Mapped[int | None] = mapped_column(ForeignKey(Court.id), index=True)
    number: Mapped[str]
    day: Mapped[date]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    object_key: Mapped[str] = mapped_column(unique=True)
    salt: Mapped[bytes]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    court: Mapped[Court | None] = relationship(lazy="joined")


class ChangeKind(StrEnum):
    SHARE = "share"
    SPECIALISATION = "specialisation"
    ABSENCE = "absence"
    RETURN = "return"
    TERM = "term"


class RosterChange(Base):
    """Who entered a change of a judge's post, on which order, and how the post was before."""

    __tablename__ = "roster_changes"

    id: Mapped[Identity]
    kind: Mapped[ChangeKind] = mapped_column(coded(ChangeKind))
    availability_id: Mapped[int] = mapped_column(ForeignKey(Availability.id), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(RosterOrder.id), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    order: Mapped[RosterOrder] = relationship(lazy="joined", innerjoin=True)
    by: Mapped[User | None] = relationship(lazy="joined")


class DutyWeek(Base):
    """The draw of a court's investigating judge for the week that begins on a Monday.

    Another one follows, as the next attempt, when who was drawn is absent: he takes those days.
    """

    __tablename__ = "duty_weeks"
    __table_args__ = (
        UniqueConstraint("court_id", "monday", "attempt"),
        CheckConstraint("extract(isodow FROM monday) = 1", name="monday"),
    )

    id: Mapped[Identity]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id))
    monday: Mapped[date]
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    draw_id: Mapped[int] = mapped_column(ForeignKey(DrawRequest.id), unique=True)

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    draw: Mapped[DrawRequest] = relationship(lazy="joined", innerjoin=True)

    @property
    def judge(self) -> Judge | None:
        """Who was drawn; None while the draw waits."""
        return self.draw.judge


class AlarmKind(StrEnum):
    POOL_FALLS = "pool_falls"
    CASE_WAITS = "case_waits"
    EPOCH_WAITS = "epoch_waits"


class RosterAlarm(Base):
    """Something that a person has to look at: raised once, ended when it is over.

    `about` says which change, waiting case or epoch it is, so that none is raised twice.
    """

    __tablename__ = "roster_alarms"
    __table_args__ = (UniqueConstraint("kind", "about"),)

    id: Mapped[Identity]
    kind: Mapped[AlarmKind] = mapped_column(coded(AlarmKind))
    about: Mapped[int] = mapped_column(BigInteger)
    court_id: Mapped[int | None] = mapped_column(ForeignKey(Court.id), index=True)
    since: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    raised_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    court: Mapped[Court | None] = relationship(lazy="joined")
