"""The policy of publication: dated versions of what the public may read of whom, by two people."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.reference import Confidence


class Ground(StrEnum):
    """Why a case is never published, or only after a second reader (handbook, 8.2)."""

    SEALED = "sealed"
    CLOSED_HEARING = "closed_hearing"
    CLOSED_CATEGORY = "closed_category"
    MINOR = "minor"  # a minor is victim or accused
    CHILD = "child"  # a family case about a child
    SEXUAL_OFFENCE = "sexual_offence"
    STATE_SECRET = "state_secret"  # noqa: S105 - not a password
    SECRET_ON_REQUEST = "secret_on_request"  # noqa: S105 - a bank's or a trader's
    MEDICAL_MEASURES = "medical_measures"
    PRETRIAL = "pretrial"  # investigative actions and judicial control before completion
    FAMILY_ON_REQUEST = "family_on_request"
    PROTECTED_PERSON = "protected_person"
    PROTECTED_DATA = "protected_data"  # data, or people in a role, with which no text goes out
    CARD = "card"  # the card of a case that is never published
    DRAWN = "drawn"  # by lot


class Handling(StrEnum):
    """What becomes of a sort of data, or of a case for which a ground speaks."""

    HIDE = "hide"
    INITIALS = "initials"
    KEEP = "keep"
    SECOND = "second"  # the case is published when two persons have read it
    OPERATIVE = "operative"  # so is its operative part, and nothing else of it
    NEVER = "never"


class PolicyState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    PAST = "past"


class PublicationPolicy(Base):
    """One version. A draft is changed; what was in force once is never changed after.

    `subjects` names the ground that a category of cases brings with it, `signs` the beginnings of
    words by which an act shows a ground, `minors` in which `roles` and `kinds` of case somebody
    younger than `years` makes it a case about a minor; in these kinds acts are searched for signs.
    `second_share` is the share of texts that a second person reads by lot, in hundredths of a
    percent.
    """

    __tablename__ = "publication_policies"
    __table_args__ = (
        CheckConstraint(
            "drafted_by_id IS NULL OR adopted_by_id <> drafted_by_id", name="two_persons"
        ),
        CheckConstraint("second_share BETWEEN 0 AND 10000", name="share"),
        CheckConstraint("(state = 'draft') = (adopted_at IS NULL)", name="adopted"),
        *(
            Index(
                f"uq_publication_policies_{state}",
                "state",
                unique=True,
                postgresql_where=text(f"state = '{state}'"),
            )
            for state in ("draft", "in_force")
        ),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[PolicyState] = mapped_column(coded(PolicyState), default=PolicyState.DRAFT)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source_ky: Mapped[str] = mapped_column(default="")
    source_ru: Mapped[str] = mapped_column(default="")
    source_en: Mapped[str] = mapped_column(default="")
    second_share: Mapped[int] = mapped_column(default=500)
    subjects: Mapped[dict[str, Any]] = mapped_column(default=dict)
    signs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    minors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    drafted_at: Mapped[datetime]
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    adopted_at: Mapped[datetime | None]
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    drafted_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[drafted_by_id])
    adopted_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[adopted_by_id])

    def source_in(self, lang: str) -> str:
        return {"ky": self.source_ky, "ru": self.source_ru}.get(lang, self.source_en)


class PolicyRule(Base):
    """One row: this sort of data or ground, of this role, in this kind of case; `*` is any.

    Without a legal reference of its own it rests on what its version rests on.
    """

    __tablename__ = "publication_rules"
    __table_args__ = (UniqueConstraint("policy_id", "category", "role", "case_kind"),)

    id: Mapped[Identity]
    policy_id: Mapped[int] = mapped_column(ForeignKey(PublicationPolicy.id))
    category: Mapped[str]
    role: Mapped[str]
    case_kind: Mapped[str]
    handling: Mapped[Handling] = mapped_column(coded(Handling))
    source_ky: Mapped[str] = mapped_column(default="")
    source_ru: Mapped[str] = mapped_column(default="")
    source_en: Mapped[str] = mapped_column(default="")
    confidence: Mapped[Confidence] = mapped_column(coded(Confidence), default=Confidence.MEDIUM)


class PolicyArticle(Base):
    """One row: citing these articles of a code, as it then stood, shows a ground.

    `names` are beginnings of what acts call the code; `numbers` are the articles, "154" or "155-1".
    """

    __tablename__ = "publication_articles"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        CheckConstraint("cardinality(names) > 0 AND cardinality(numbers) > 0", name="whole"),
    )

    id: Mapped[Identity]
    policy_id: Mapped[int] = mapped_column(ForeignKey(PublicationPolicy.id), index=True)
    ground: Mapped[Ground] = mapped_column(coded(Ground))
    names: Mapped[list[str]] = mapped_column(ARRAY(Text))
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source_ky: Mapped[str]
    source_ru: Mapped[str]
    source_en: Mapped[str] = mapped_column(default="")
    confidence: Mapped[Confidence] = mapped_column(coded(Confidence), default=Confidence.MEDIUM)
