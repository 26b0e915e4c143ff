"""Law as data: kinds, categories, roles, rates, limits and days off, each dated and sourced."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from sud.db import Base, Identity, coded


class Confidence(StrEnum):
    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


class Named:
    """Names in the three languages of the house."""

    name_ky: Mapped[str]
    name_ru: Mapped[str]
    name_en: Mapped[str]

    def name(self, lang: str) -> str:
        return {"ky": self.name_ky, "ru": self.name_ru}.get(lang, self.name_en)


class Sourced:
    """When a rule holds, where it stands, how sure we are; a hand-made correction is kept.

    A source is cited as parties read it; how a figure was found is a note for administrators.
    """

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source_ky: Mapped[str] = mapped_column(default="")
    source_ru: Mapped[str] = mapped_column(default="")
    source_en: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    confidence: Mapped[Confidence] = mapped_column(coded(Confidence), default=Confidence.MEDIUM)
    edited_by_hand: Mapped[bool] = mapped_column(default=False)

    def source_in(self, lang: str) -> str:
        return {"ky": self.source_ky, "ru": self.source_ru}.get(lang, self.source_en)

    def say_by_hand(self, sources: Mapping[str, str]) -> None:
        """Note that an administrator entered the row, and where he says that it stands."""
        self.source_ky, self.source_ru, self.source_en = sources["ky"], sources["ru"], sources["en"]
        self.note, self.confidence, self.edited_by_hand = "", Confidence.HIGH, True


class CaseKind(Named, Sourced, Base):
    """A kind of case and the prefix of its numbers (ГД, СГ, УД...)."""

    __tablename__ = "case_kinds"

    code: Mapped[str] = mapped_column(primary_key=True)
    prefix: Mapped[str]


class Category(Named, Sourced, Base):
    """A subject category with its weight for the draw (1 000 000 = one standard case).

    `claim_kind` names its duty rates, `exemption_code` why such claims pay less; acts in a `closed`
    category are never published.
    """

    __tablename__ = "categories"
    __table_args__ = (CheckConstraint("seats IN (1, 3)", name="seats"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    kind_code: Mapped[str]
    branch: Mapped[str] = mapped_column(default="")
    weight: Mapped[int]
    draw_class: Mapped[str]
    ordinal: Mapped[int] = mapped_column(default=0)
    claim_kind: Mapped[str] = mapped_column(default="property", server_default="property")
    exemption_code: Mapped[str | None]
    closed: Mapped[bool] = mapped_column(default=False, server_default=false())
    seats: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many judges try it: one, or a panel of three."""


class ParticipantRole(Named, Sourced, Base):
    """A procedural name: plaintiff, respondent, third party..."""

    __tablename__ = "participant_roles"

    code: Mapped[str] = mapped_column(primary_key=True)
    side: Mapped[int] = mapped_column(default=0)
    ordinal: Mapped[int] = mapped_column(default=0)


class ActKind(Named, Sourced, Base):
    """A kind of judicial act: decision, ruling, court order..."""

    __tablename__ = "act_kinds"

    code: Mapped[str] = mapped_column(primary_key=True)
    heading_ky: Mapped[str]
    heading_ru: Mapped[str]
    final: Mapped[bool] = mapped_column(default=False)
    case_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """In which kinds of case such an act is given; empty: in all."""


class DutyRate(Sourced, Base):
    """One bracket of the state duty table; money in tyiyn, percent in hundredths (5 % = 500)."""

    __tablename__ = "duty_rates"
    __table_args__ = (
        UniqueConstraint("claim_kind", "price_from", "valid_from"),
        CheckConstraint("price_to IS NULL OR price_to > price_from", name="bracket"),
    )

    id: Mapped[Identity]
    claim_kind: Mapped[str]
    price_from: Mapped[int] = mapped_column(BigInteger)
    price_to: Mapped[int | None] = mapped_column(BigInteger)
    fixed: Mapped[int] = mapped_column(BigInteger)
    basis_points: Mapped[int]
    minimum: Mapped[int] = mapped_column(BigInteger)
    maximum: Mapped[int | None] = mapped_column(BigInteger)


class DutyExemption(Named, Sourced, Base):
    """A ground to pay less duty: so many hundredths of a percent are forgiven."""

    __tablename__ = "duty_exemptions"

    code: Mapped[str] = mapped_column(primary_key=True)
    basis_points: Mapped[int]


class Holiday(Named, Sourced, Base):
    """A day that is off, or works shortened hours, although the week says otherwise."""

    __tablename__ = "holidays"

    id: Mapped[Identity]
    day: Mapped[date] = mapped_column(unique=True)
    working: Mapped[bool] = mapped_column(default=False)
    shortened: Mapped[bool] = mapped_column(default=False)


class TimeLimit(Named, Sourced, Base):
    """A procedural limit: so many units after an event, which `start_*` names."""

    __tablename__ = "time_limits"
    __table_args__ = (UniqueConstraint("code", "valid_from"),)

    id: Mapped[Identity]
    code: Mapped[str]
    kind_code: Mapped[str | None]
    amount: Mapped[int]
    unit: Mapped[str]
    start_ky: Mapped[str] = mapped_column(default="", server_default="")
    start_ru: Mapped[str] = mapped_column(default="", server_default="")
    start_en: Mapped[str] = mapped_column(default="", server_default="")

    def start(self, lang: str) -> str:
        return {"ky": self.start_ky, "ru": self.start_ru}.get(lang, self.start_en)
