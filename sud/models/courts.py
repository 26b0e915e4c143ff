"""Courts with their dated names, courtrooms, judges and the judges' dated shares."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.reference import Sourced


class CourtLevel(StrEnum):
    FIRST = "first"
    APPEAL = "appeal"
    CASSATION = "cassation"


class CourtKind(StrEnum):
    DISTRICT = "district"
    CITY = "city"
    ADMINISTRATIVE = "administrative"
    OBLAST = "oblast"
    SUPREME = "supreme"


class Court(Sourced, Base):
    """A court; `suffix` ends the numbers of its cases (Т5), `code` names it in the draw log."""

    __tablename__ = "courts"

    id: Mapped[Identity]
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[CourtLevel] = mapped_column(coded(CourtLevel))
    kind: Mapped[CourtKind] = mapped_column(coded(CourtKind))
    region: Mapped[str]
    suffix: Mapped[str | None] = mapped_column(unique=True)
    appeal_court_id: Mapped[int | None] = mapped_column(ForeignKey("courts.id"))
    name_ky: Mapped[str]
    name_ru: Mapped[str]
    name_en: Mapped[str]
    address_ky: Mapped[str] = mapped_column(default="")
    address_ru: Mapped[str] = mapped_column(default="")
    address_en: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(default="")
    """How a court is reached stands in no file: an administrator writes it, for the papers."""

    def name(self, lang: str) -> str:
        """The court's name of today; past names are in `CourtName`."""
        return {"ky": self.name_ky, "ru": self.name_ru}.get(lang, self.name_en)

    def address(self, lang: str) -> str:
        return {"ky": self.address_ky, "ru": self.address_ru}.get(lang, self.address_en)


class CourtName(Base):
    """A court's name in one language between two dates, with the forms that papers need."""

    __tablename__ = "court_names"
    __table_args__ = (UniqueConstraint("court_id", "lang", "valid_from"),)

    id: Mapped[Identity]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    lang: Mapped[str]
    name: Mapped[str]
    genitive: Mapped[str]
    locative: Mapped[str]
    city: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Courtroom(Base):
    __tablename__ = "courtrooms"
    __table_args__ = (UniqueConstraint("court_id", "name"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id))
    name: Mapped[str]
    closed_at: Mapped[datetime | None]


class Judge(Base):
    """A judge at a court; `code` is the judge's public name in the draw log."""

    __tablename__ = "judges"

    id: Mapped[Identity]
    key: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), unique=True)
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    full_name: Mapped[str]
    chair: Mapped[bool] = mapped_column(default=False)
    since: Mapped[date]
    until: Mapped[date | None]
    fictional: Mapped[bool] = mapped_column(default=False)

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)


class AbsenceReason(StrEnum):
    SHARE = "share"
    LEAVE = "leave"
    SICKNESS = "sickness"
    TRIP = "trip"
    TRAINING = "training"
    SUSPENSION = "suspension"
    TERM = "term"


class Availability(Base):
    """A judge's share in per-mille of a full post from a day on; 0 is an absence."""

    __tablename__ = "availabilities"
    __table_args__ = (
        UniqueConstraint("judge_id", "valid_from", "log_index"),
        CheckConstraint("per_mille BETWEEN 0 AND 1000", name="per_mille"),
    )

    id: Mapped[Identity]
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    per_mille: Mapped[int]
    classes: Mapped[list[Any] | None]
    """Classes of cases that the judge tries, as the log names them; none named: all."""
    reason: Mapped[AbsenceReason] = mapped_column(coded(AbsenceReason))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    order_number: Mapped[str]
    log_index: Mapped[int | None] = mapped_column(BigInteger)
