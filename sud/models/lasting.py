"""How signatures last that are not on a paper of ours: when each was looked at, what was found."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity
from sud.models.filing_signatures import FilingSignature
from sud.models.signing import SigningSeat


class SignatureWatch(Base):
    """What is known today of a signature beside a paper, or of one under a filing.

    `findings` are values of `documents.signatures.Finding`, or of `PaperFault`. The evidence is a
    chain of time stamps (RFC 4998) that proves the signature when its certificates have ended.
    """

    __tablename__ = "signature_watches"
    __table_args__ = (
        CheckConstraint("num_nonnulls(seat_id, filing_signature_id) = 1", name="of_one"),
        CheckConstraint(
            "num_nulls(evidence_key, stamped_at, lasts_until) IN (0, 3)", name="evidence"
        ),
    )

    id: Mapped[Identity]
    seat_id: Mapped[int | None] = mapped_column(ForeignKey(SigningSeat.id), unique=True)
    filing_signature_id: Mapped[int | None] = mapped_column(
        ForeignKey(FilingSignature.id), unique=True
    )
    findings: Mapped[list[Any]] = mapped_column(default=list)
    checked_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    """When something else was found than the time before."""
    evidence_key: Mapped[str | None] = mapped_column(unique=True)
    """Where the evidence lies."""
    stamped_at: Mapped[datetime | None]
    lasts_until: Mapped[datetime | None]
    """When the certificate of its last stamp ends."""

    seat: Mapped[SigningSeat | None] = relationship(lazy="joined")
    filing_signature: Mapped[FilingSignature | None] = relationship(lazy="joined")
