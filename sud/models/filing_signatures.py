"""The signatures under a filing: whether it needs one, whose, of which kind, over which bytes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, coded
from sud.models.accounts import User
from sud.models.esi import EsiConfirmation
from sud.models.filings import Filing
from sud.models.reference import CaseKind, Sourced
from sud.models.signing import SigningWay


class SignatureNeed(StrEnum):
    """What a claim without a signature is worth."""

    REQUIRED = "required"
    """It cannot be filed."""
    TOLD = "told"
    """It can be filed; the clerk is told, and may leave it without motion."""


class FilingSignatureRule(Sourced, Base):
    """Whether claims of a kind must be signed when they are filed."""

    __tablename__ = "filing_signature_rules"
    __table_args__ = (UniqueConstraint("kind_code", "valid_from"),)

    id: Mapped[Identity]
    kind_code: Mapped[str] = mapped_column(ForeignKey(CaseKind.code))
    need: Mapped[SignatureNeed] = mapped_column(coded(SignatureNeed))

    kind: Mapped[CaseKind] = relationship()


class FilingSignature(Base):
    """One signature under a filing: insert-only, it stands as long as the filing is what it was.

    `sha256` is of what was signed: of a paper of the filing, or with ESI of the filing as a whole.
    `facts_sha256` is of what was filled in beside the papers when it was signed.
    """

    __tablename__ = "filing_signatures"
    __table_args__ = (
        CheckConstraint("(way = 'esi') = (confirmation_id IS NOT NULL)", name="confirmation"),
        CheckConstraint("(way = 'digital') = (certificate IS NOT NULL)", name="certificate"),
        CheckConstraint("way = 'digital' OR beside_key IS NULL", name="beside"),
    )

    id: Mapped[Identity]
    filing_id: Mapped[int] = mapped_column(ForeignKey(Filing.id), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    way: Mapped[SigningWay] = mapped_column(coded(SigningWay))
    sha256: Mapped[str]
    facts_sha256: Mapped[str]
    name: Mapped[str]
    """Who signed: by the certificate, or the account's owner."""
    signed_at: Mapped[datetime]
    """By the time stamp or the provider's clock; else when it was handed in."""
    stamped: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else than the signer says when it was."""
    certificate: Mapped[str | None]
    """SHA-256 of the certificate of a digital signature."""
    issuer: Mapped[str] = mapped_column(default="")
    findings: Mapped[list[Any]] = mapped_column(default=list)
    """What was found when it was handed in and does not block (`documents.signatures.Finding`)."""
    beside_key: Mapped[str | None] = mapped_column(unique=True)
    """Where a detached signature lies."""
    confirmation_id: Mapped[int | None] = mapped_column(ForeignKey(EsiConfirmation.id))
    received_at: Mapped[datetime]

    confirmation: Mapped[EsiConfirmation | None] = relationship(lazy="joined")
