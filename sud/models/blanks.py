"""Papers that people are still writing: the answers given so far to a form of the public."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key
from sud.models.accounts import User
from sud.models.filings import Filing
from sud.models.reference import Named, Sourced


class BlankDraft(Base):
    """One account's answers to a form, in the version of the form that asked for them."""

    __tablename__ = "blank_drafts"

    id: Mapped[Identity]
    key: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    form: Mapped[str]
    form_version: Mapped[int]
    language: Mapped[str]
    """In which language the paper is written."""
    answers: Mapped[dict[str, Any]]
    again: Mapped[list[Any]] = mapped_column(default=list)
    """Which answers a newer version of the form could not keep, by the names of the questions."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)
    handed_at: Mapped[datetime | None]
    """When the paper went to the court last: into a case, or into the claim begun with it."""
    filing_id: Mapped[int | None] = mapped_column(ForeignKey(Filing.id))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    filing: Mapped[Filing | None] = relationship(lazy="selectin")

    @property
    def changed_since(self) -> bool:
        """Whether it says something else now than what the court was given."""
        return self.handed_at is not None and self.changed_at > self.handed_at


class FormGround(Named, Sourced, Base):
    """What the law says of a paper: one sentence in `name_*`, where it stands in `source_*`."""

    __tablename__ = "form_grounds"
    __table_args__ = (UniqueConstraint("form", "valid_from"),)

    id: Mapped[Identity]
    form: Mapped[str]
