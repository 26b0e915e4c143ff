"""Ways to the state's identity provider and back, and the documents that were confirmed there."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sud.db import Base, Identity, coded
from sud.models.accounts import User


class EsiPurpose(StrEnum):
    """Why somebody is sent to the provider."""

    SIGN_IN = "sign_in"
    CONFIRM = "confirm"


class EsiVisit(Base):
    """One way to the provider: what has to come back with whom, once and before long.

    `state` and `browser` are SHA-256 of what the address and the cookie hold. Who was signed in
    already and came back as the same has given a proof, for one signature.
    """

    __tablename__ = "esi_visits"
    __table_args__ = (
        CheckConstraint("(purpose = 'confirm') = (sha256 IS NOT NULL)", name="document"),
        CheckConstraint("purpose <> 'confirm' OR user_id IS NOT NULL", name="whose"),
        CheckConstraint("spent_at IS NULL OR proved_at IS NOT NULL", name="proof"),
    )

    id: Mapped[Identity]
    purpose: Mapped[EsiPurpose] = mapped_column(coded(EsiPurpose))
    state: Mapped[bytes] = mapped_column(unique=True)
    nonce: Mapped[str]
    verifier: Mapped[str]
    browser: Mapped[bytes | None]
    """The session that was sent; confirmations are bound to the account instead."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who was signed in when he was sent; nobody else may come back."""
    sha256: Mapped[str | None]
    """The document that he is to confirm."""
    back: Mapped[str]
    """The page of ours to which he returns."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    returned_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    """He had been signed in, and is the same."""
    spent_at: Mapped[datetime | None]
    """He has signed with that proof."""


class EsiConfirmation(Base):
    """Somebody confirmed a document by his ESI identifier: insert-only, with the proof as it came.

    `subject` is a keyed hash of the provider's own name for him. `statement` is what the provider
    signed (JWS) and `signing_key` its public key (JWK) of that day: with both anybody can check the
    confirmation when the provider has long had other keys.
    """

    __tablename__ = "esi_confirmations"
    __table_args__ = (Index("ix_esi_confirmations_user_id_sha256", "user_id", "sha256"),)

    id: Mapped[Identity]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    subject: Mapped[bytes]
    session: Mapped[str]
    moment: Mapped[datetime]
    """When he confirmed, by the provider's clock."""
    sha256: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    """The provider's receipt: one confirmation is taken once."""
    statement: Mapped[str]
    signing_key: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
