"""The fairness watch: its nights, what each monitor says, and the alarms that somebody settles."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.courts import Court, Judge


class WatchAttribute(StrEnum):
    """By what the cases of a court are put into groups; all but `all` stay inside the house."""

    ALL = "all"
    CATEGORY = "category"
    PRICE = "price"
    CLERK = "clerk"
    REPRESENTATIVE = "representative"
    ACCOUNT = "account"
    HOUR = "hour"


class WatchMeasure(StrEnum):
    """What is watched in a group: to whom its cases go, or what happens to them unusually often."""

    JUDGE = "judge"
    REDRAW = "redraw"
    LINK = "link"
    EXCLUSION = "exclusion"
    NO_DRAW = "no_draw"
    MANUAL = "manual"


class AlarmNote(StrEnum):
    """What the auditor found when he looked."""

    CHANCE = "chance"
    EXPLAINED = "explained"
    FAULT = "fault"
    REPORTED = "reported"


class WatchRun(Base):
    """One night of the watch: how much was watched; the public sees these figures."""

    __tablename__ = "watch_runs"

    id: Mapped[Identity]
    ran_at: Mapped[datetime]
    year: Mapped[int]
    draws: Mapped[int]
    courts: Mapped[int]
    monitors: Mapped[int]


class WatchFigure(Base):
    """One monitor of a court and a year: its strongest evidence, and the yearly test."""

    __tablename__ = "watch_figures"
    __table_args__ = (UniqueConstraint("year", "court_id", "attribute"),)

    id: Mapped[Identity]
    year: Mapped[int]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id))
    attribute: Mapped[WatchAttribute] = mapped_column(coded(WatchAttribute))
    draws: Mapped[int]
    groups: Mapped[int]
    evidence: Mapped[float]
    """Decimal logarithm of the largest e-value among the groups, as of the last night."""
    chi_square: Mapped[float]
    freedom: Mapped[int]
    p_value: Mapped[float]
    numbers_p: Mapped[float | None]
    """How evenly the published numbers fell, of all draws of the court together."""

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)


class WatchRate(Base):
    """How often something happened to the cases of a court, or of one who brings them in."""

    __tablename__ = "watch_rates"
    __table_args__ = (UniqueConstraint("year", "court_id", "measure", "attribute", "group_ref"),)

    id: Mapped[Identity]
    year: Mapped[int]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id))
    measure: Mapped[WatchMeasure] = mapped_column(coded(WatchMeasure))
    attribute: Mapped[WatchAttribute] = mapped_column(coded(WatchAttribute))
    group_ref: Mapped[str]
    cases: Mapped[int]
    events: Mapped[int]
    expected: Mapped[float]
    p_value: Mapped[float]

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)


class FairnessAlarm(Base):
    """A watch that went off: in which group, how strongly, since which draw, and what came of it.

    `group_ref` refers to the group by a number or code of the archive, never by a name. The alarm
    stands until an auditor settles it; then its watch begins anew after `seen_index`.
    """

    __tablename__ = "fairness_alarms"
    __table_args__ = (
        UniqueConstraint(
            "court_id",
            "measure",
            "attribute",
            "group_ref",
            "since_index",
            name="uq_fairness_alarms_watch",
        ),
        CheckConstraint("(settled_at IS NULL) = (note IS NULL)", name="settled_with_note"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by"),
        Index("ix_fairness_alarms_open", "settled_at"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id))
    measure: Mapped[WatchMeasure] = mapped_column(coded(WatchMeasure))
    attribute: Mapped[WatchAttribute] = mapped_column(coded(WatchAttribute))
    group_ref: Mapped[str]
    judge_id: Mapped[int | None] = mapped_column(ForeignKey(Judge.id))
    since_index: Mapped[int] = mapped_column(BigInteger)
    crossed_index: Mapped[int] = mapped_column(BigInteger)
    crossed_at: Mapped[datetime]
    seen_index: Mapped[int] = mapped_column(BigInteger)
    raised_at: Mapped[datetime]
    draws: Mapped[int]
    observed: Mapped[int]
    expected: Mapped[float]
    evidence: Mapped[float]
    """Decimal logarithm of the e-value, as of the last night."""
    highest: Mapped[float]
    confirmed: Mapped[bool]
    """Whether it stands although so many watches ran at once (e-BH)."""
    picture: Mapped[dict[str, Any]]
    """For the page: the evidence draw by draw, each judge's draws, the latest draws by name."""
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    note: Mapped[AlarmNote | None] = mapped_column(coded(AlarmNote))

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    judge: Mapped[Judge | None] = relationship(lazy="joined")
    settled_by: Mapped[User | None] = relationship(lazy="joined")
