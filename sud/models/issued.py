"""Papers that left the house: each with its code, its bytes' digest, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, coded
from sud.models.accounts import User
from sud.models.cases import Case
from sud.models.courts import Court
from sud.models.filings import Filing


class PaperKind(StrEnum):
    """What kind of paper carries a code."""

    ACT = "act"
    NOTICE = "notice"
    SUMMONS = "summons"
    MINUTES = "minutes"
    RECEIPT = "receipt"
    DUTY_RECEIPT = "duty_receipt"
    DRAW_PROTOCOL = "draw_protocol"
    WRIT = "writ"
    COVER_LETTER = "cover_letter"
    CERTIFIED_COPY = "certified_copy"
    CERTIFIED_SCAN = "certified_scan"
    INVENTORY = "inventory"
    JOINT_PAPER = "joint_paper"


class PaperFault(StrEnum):
    """What can be wrong with a paper beside its signatures (`documents.signatures.Finding`)."""

    GONE = "gone"
    """Its bytes are not in the store."""


class SignerRole(StrEnum):
    """As what somebody signed a paper; parties are named to nobody outside the case."""

    JUDGE = "judge"
    CLERK = "clerk"
    PARTY = "party"


class IssuedPaper(Base):
    """One printed paper; a later printing of the same thing with other words replaces it.

    `signers` holds, in their order, {"name", "role", "certificate"} with the certificate's
    SHA-256. With `sha256` and `size` they are what a paper that comes back is compared with.
    """

    __tablename__ = "issued_papers"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_because = '')", name="withdrawn_because"
        ),
        Index(
            "uq_issued_papers_standing",
            "subject",
            "language",
            unique=True,
            postgresql_where=text("replaced_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[PaperKind] = mapped_column(coded(PaperKind))
    detail: Mapped[str] = mapped_column(default="")
    """For acts: which kind of act."""
    subject: Mapped[str]
    """What it says in print, as a room names it: acts/12, hearings/5/participants/7."""
    language: Mapped[str]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey(Filing.id), index=True)
    number: Mapped[str] = mapped_column(default="")
    """The number that stands on the paper: of the case, or of the filing's receipt."""
    object_key: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    """None for acts that were issued before lengths were kept."""
    earlier: Mapped[list[Any]] = mapped_column(default=list)
    """Digests of the same paper before its time stamp was renewed."""
    facts_sha256: Mapped[str] = mapped_column(default="")
    """Digest of what was printed: the same facts are the same paper."""
    signers: Mapped[list[Any]] = mapped_column(default=list)
    checked_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it was validated last; only signed papers are."""
    findings: Mapped[list[Any]] = mapped_column(default=list)
    """Why it must not be relied on, as far as the last validation found."""
    stamped_at: Mapped[datetime | None]
    """When its time stamp was renewed last."""
    lasts_until: Mapped[datetime | None]
    """When the certificate of its last time stamp ends, where that is known."""
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("issued_papers.id"), unique=True)
    replaced_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    withdrawn_because: Mapped[str] = mapped_column(default="")

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)
    case: Mapped[Case | None] = relationship(lazy="joined")
    filing: Mapped[Filing | None] = relationship(lazy="joined")

    @property
    def stands(self) -> bool:
        """Whether it is neither withdrawn nor replaced."""
        return self.withdrawn_at is None and self.replaced_at is None


class CodeMiss(Base):
    """Somebody asked for a code that no paper has: counted, to slow down guessing.

    `place` is a keyed hash of his network: this is no list of who asked.
    """

    __tablename__ = "code_misses"
    __table_args__ = (Index("ix_code_misses_place_at", "place", "at"),)

    id: Mapped[Identity]
    place: Mapped[bytes]
    at: Mapped[datetime]
