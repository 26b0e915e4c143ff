"""Public versions of acts: anonymised, reviewed, published, perhaps withdrawn."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.acts import Act


class PublicationState(StrEnum):
    PREPARED = "prepared"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Publication(Base):
    """The public text of one act; `parts` is what the public reads, `spans` how it was made."""

    __tablename__ = "publications"
    __table_args__ = (
        CheckConstraint("state = 'prepared' OR published_at IS NOT NULL", name="published_time"),
        Index("ix_publications_search", "search", postgresql_using="gin"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    act_id: Mapped[int] = mapped_column(ForeignKey(Act.id), unique=True)
    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.PREPARED, index=True
    )
    parts: Mapped[dict[str, Any]]
    spans: Mapped[list[Any]]
    search: Mapped[Any | None] = mapped_column(TSVECTOR)
    pdf_key: Mapped[str | None] = mapped_column(unique=True)
    pdf_sha256: Mapped[str | None]
    prepared_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    act: Mapped[Act] = relationship(lazy="joined", innerjoin=True)

    @property
    def case_id(self) -> int:
        """The case it belongs to, for the journal."""
        return self.act.case_id
