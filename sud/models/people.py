"""Persons who come before the court: natural and legal, with their spellings."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from sud.db import Base, Identity, Key, coded


class PersonKind(StrEnum):
    NATURAL = "natural"
    LEGAL = "legal"


class Person(Base):
    """One person as one case file knows him: a copy a filing, so that files do not change later."""

    __tablename__ = "persons"
    __table_args__ = (
        CheckConstraint(
            "kind = 'legal' AND organisation <> '' OR kind = 'natural' AND surname <> ''",
            name="named",
        ),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    kind: Mapped[PersonKind] = mapped_column(coded(PersonKind))
    surname: Mapped[str] = mapped_column(default="")
    given_name: Mapped[str] = mapped_column(default="")
    patronymic: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")
    pin: Mapped[str | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    other_spellings: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    language: Mapped[str] = mapped_column(default="ky")
    fictional: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    @property
    def full_name(self) -> str:
        """The name in the official order: surname, given name, patronymic; or the organisation."""
        if self.kind is PersonKind.LEGAL:
            return self.organisation
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)

    @property
    def short_name(self) -> str:
        """Surname and initials; names in уулу and кызы are never cut."""
        if self.kind is PersonKind.LEGAL or not self.given_name or " " in self.surname:
            return self.full_name
        initials = [f"{part[0]}." for part in (self.given_name, self.patronymic) if part]
        return f"{self.surname} {' '.join(initials)}"


class FactKind(StrEnum):
    """What else a case file may know of a person, beside his card."""

    FORMER_NAME = "former_name"
    RELATIVE = "relative"
    ADDRESS = "address"
    PHONE = "phone"
    DOCUMENT = "document"
    ACCOUNT = "account"
    PLATE = "plate"
    PROPERTY = "property"
    OTHER = "other"


class PersonFact(Base):
    """A further fact by which a person could be recognised: it leaves every public text."""

    __tablename__ = "person_facts"

    id: Mapped[Identity]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    kind: Mapped[FactKind] = mapped_column(coded(FactKind))
    value: Mapped[str]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
