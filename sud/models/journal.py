"""The journal: one chained line a change, insert-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sud.db import Base
from sud.models.accounts import User


class JournalLine(Base):
    """Who did what to what, when; `digest` covers the line and the digest before it."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_subject", "subject_kind", "subject_id"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    facts: Mapped[dict[str, Any]]
    previous: Mapped[bytes]
    digest: Mapped[bytes]
