"""Files on their way in: what arrives piece by piece until it is whole, and waits to be used."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User


class UploadPurpose(StrEnum):
    """What a file is sent for: its limit, and who may send it, follow from that."""

    PAPER = "paper"
    SCAN = "scan"
    DISC = "disc"


class Upload(Base):
    """One file of one person; the bytes themselves are objects of the store, named by parts."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("received BETWEEN 0 AND size", name="received"),
        CheckConstraint("(finished_at IS NOT NULL) = (received = size)", name="finished"),
        CheckConstraint("held_for IS NULL OR finished_at IS NOT NULL", name="held_whole"),
        Index("ix_uploads_user_purpose", "user_id", "purpose"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    purpose: Mapped[UploadPurpose] = mapped_column(coded(UploadPurpose))
    page: Mapped[str]
    """The address it is sent from: a half file is offered again there, and nowhere else."""
    name: Mapped[str]
    """As the person calls it; a path where a whole folder is sent."""
    said: Mapped[str]
    """The sender's own line of metadata, given back to him as it came."""
    fingerprint: Mapped[str]
    """By which the same file, chosen again, is known; empty where the browser could not tell."""
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    """So many bytes, from the first on, are in the store."""
    begun_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    """When it is forgotten, unless more of it arrives or somebody uses it."""
    finished_at: Mapped[datetime | None]
    held_for: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The thing that will consist of it and is not made yet: it is not forgotten meanwhile."""


class UploadPart(Base):
    """Some bytes of an upload, an object of their own."""

    __tablename__ = "upload_parts"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    upload_id: Mapped[int] = mapped_column(
        ForeignKey(Upload.id, ondelete="CASCADE"), primary_key=True
    )
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    """The object may be longer, if a server died between storing it and saying so."""
    sha256: Mapped[str]
