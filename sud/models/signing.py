"""Who signs a paper, in which order and how: one sheet for each paper, a seat for each signer."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case, Participant
from sud.models.courts import Judge
from sud.models.filings import Document, Filing
from sud.models.issued import IssuedPaper, PaperKind
from sud.models.reference import Sourced


class SheetKind(StrEnum):
    """What is signed; the law says of each by whom and in which order (`SigningRule`)."""

    ACT = "act"
    JOINT_PAPER = "joint_paper"
    MINUTES = "minutes"
    CERTIFIED_COPY = "certified_copy"


class SheetState(StrEnum):
    OPEN = "open"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Somebody refused to sign: nobody signs any more."""


class SeatRole(StrEnum):
    """As what somebody signs."""

    PARTY = "party"
    SECRETARY = "secretary"
    CLERK = "clerk"
    JUDGE = "judge"
    PRESIDING = "presiding"
    """The presiding judge, or the one who sits alone."""


class SeatState(StrEnum):
    WAITS = "waits"
    SIGNED = "signed"
    REFUSED = "refused"


class SigningWay(StrEnum):
    """The kinds of signature that the law knows; each is shown for what it is."""

    DIGITAL = "digital"
    """With the signer's own key: on the paper, or beside it."""
    ESI = "esi"
    """Confirmed by his ESI identifier; the court's key holds the confirmation on the paper."""
    HANDWRITTEN = "handwritten"
    """By hand on a print, whose scan a clerk certified."""


class JointKind(StrEnum):
    """What the parties agree on."""

    SETTLEMENT = "settlement"
    JURISDICTION = "jurisdiction"
    OTHER = "other"


class SigningRule(Sourced, Base):
    """Who signs such a paper at which step, in which ways; equal steps sign in any order."""

    __tablename__ = "signing_rules"
    __table_args__ = (
        UniqueConstraint("kind", "role", "valid_from"),
        CheckConstraint("step > 0", name="step"),
    )

    id: Mapped[Identity]
    kind: Mapped[SheetKind] = mapped_column(coded(SheetKind))
    role: Mapped[SeatRole] = mapped_column(coded(SeatRole))
    step: Mapped[int]
    ways: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Values of `SigningWay`."""


class SigningSheet(Base):
    """A paper on its way through its signers; `sha256` and `size` are of the paper as it stands.

    The paper is only ever added to: every earlier state is the beginning of the present one.
    """

    __tablename__ = "signing_sheets"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("num_nonnulls(case_id, filing_id) = 1", name="belongs"),
        CheckConstraint("size > 0", name="size"),
        # Two presses, or two tabs, begin one sheet.
        Index(
            "uq_signing_sheets_open",
            "subject",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    kind: Mapped[SheetKind] = mapped_column(coded(SheetKind))
    paper_kind: Mapped[PaperKind] = mapped_column(coded(PaperKind))
    detail: Mapped[str] = mapped_column(default="")
    """Of acts: which kind of act; of joint papers: what they agree on."""
    subject: Mapped[str]
    """What is signed, as its room names it: acts/12."""
    title: Mapped[str] = mapped_column(default="")
    """What the parties call their paper."""
    language: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey(Filing.id), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    """The code that is printed on the paper; it can be verified when all have signed."""
    folder: Mapped[str]
    object_key: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    revisions: Mapped[list[Any]] = mapped_column(default=list)
    """SHA-256 of the paper as it was prepared, and after each signature on it."""
    source_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    """The file that was handed in, where the paper was put together from one."""
    state: Mapped[SheetState] = mapped_column(coded(SheetState), default=SheetState.OPEN)
    issued_id: Mapped[int | None] = mapped_column(ForeignKey(IssuedPaper.id), unique=True)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case | None] = relationship(lazy="selectin")
    filing: Mapped[Filing | None] = relationship(lazy="selectin")
    source: Mapped[Document | None] = relationship(lazy="selectin", foreign_keys=[source_id])
    issued: Mapped[IssuedPaper | None] = relationship(lazy="selectin")
    seats: Mapped[list["SigningSeat"]] = relationship(
        lazy="selectin", order_by="SigningSeat.number", back_populates="sheet"
    )
    """In the order of signing; who may read a sheet depends on them."""

    @property
    def due(self) -> list["SigningSeat"]:
        """Whose turn it is: the seats of the first step at which somebody waits."""
        waiting = [one for one in self.seats if one.state is SeatState.WAITS]
        if self.state is not SheetState.OPEN or not waiting:
            return []
        step = min(one.step for one in waiting)
        return [one for one in waiting if one.step == step]


class SigningSeat(Base):
    """Somebody who has to sign; once he did, or refused, the row is never changed."""

    __tablename__ = "signing_seats"
    __table_args__ = (
        UniqueConstraint("sheet_id", "number"),
        CheckConstraint("(state = 'signed') = (way IS NOT NULL)", name="way"),
        CheckConstraint("(state = 'waits') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(state = 'refused') = (reason <> '')", name="reason"),
        CheckConstraint("(way = 'esi') = (confirmation IS NOT NULL)", name="confirmation"),
        CheckConstraint("(way = 'handwritten') = (scan_id IS NOT NULL)", name="scan"),
        Index("ix_signing_seats_user_waits", "user_id", postgresql_where=text("state = 'waits'")),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    sheet_id: Mapped[int] = mapped_column(ForeignKey(SigningSheet.id), index=True)
    number: Mapped[int]
    step: Mapped[int]
    role: Mapped[SeatRole] = mapped_column(coded(SeatRole))
    rule_id: Mapped[int] = mapped_column(ForeignKey(SigningRule.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    judge_id: Mapped[int | None] = mapped_column(ForeignKey(Judge.id))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    signatory: Mapped[str]
    """The name under which his key is found (`documents.authority.Signatory.key`)."""
    name: Mapped[str]
    office: Mapped[str] = mapped_column(default="")
    field: Mapped[str]
    """The place on the paper that is kept free for him."""
    state: Mapped[SeatState] = mapped_column(coded(SeatState), default=SeatState.WAITS)
    way: Mapped[SigningWay | None] = mapped_column(coded(SigningWay))
    settled_at: Mapped[datetime | None]
    seen_sha256: Mapped[str | None]
    """SHA-256 of the paper that he had before him."""
    certificate: Mapped[str | None]
    """SHA-256 of the certificate of the key that signed: the court's own under a confirmation."""
    beside_key: Mapped[str | None] = mapped_column(unique=True)
    """Where the detached signature lies that he handed in."""
    confirmation: Mapped[str | None]
    """`documents.signatures.Confirmation.canonical` of a confirmation by ESI."""
    scan_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """The signer himself, or the clerk who noted what was signed by hand."""
    reason: Mapped[str] = mapped_column(default="")

    sheet: Mapped[SigningSheet] = relationship(lazy="selectin", back_populates="seats")
    rule: Mapped[SigningRule] = relationship(lazy="joined", innerjoin=True)
    scan: Mapped[Document | None] = relationship(lazy="selectin")


class Dissent(Base):
    """A judge's dissenting opinion: kept with the file, never printed in the act nor published."""

    __tablename__ = "dissents"

    id: Mapped[Identity]
    key: Mapped[Key]
    seat_id: Mapped[int] = mapped_column(ForeignKey(SigningSeat.id), unique=True)
    text: Mapped[str]
    handed_in_at: Mapped[datetime]

    seat: Mapped[SigningSeat] = relationship(lazy="selectin")

    @property
    def case_id(self) -> int | None:
        return self.seat.sheet.case_id
