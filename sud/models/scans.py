"""Paper into the file and out of it: cover sheets, scans, certification, text, certified copies."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.acts import Act
from sud.models.cases import Case, CaseForm, Participant
from sud.models.courts import Court
from sud.models.filings import Document, Filing
from sud.models.issued import IssuedPaper


class CoverSheet(Base):
    """A printed sheet that is laid before a paper; its QR carries the random code, nothing else."""

    __tablename__ = "cover_sheets"
    __table_args__ = (
        CheckConstraint("(case_id IS NULL) <> (filing_id IS NULL)", name="belongs"),
        CheckConstraint("pages_said > 0", name="pages_said"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey(Filing.id), index=True)
    title: Mapped[str]
    pages_said: Mapped[int | None]
    """How many written pages the clerk counted; None: to be counted by hand on the sheet."""
    printed_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    printed_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    case: Mapped[Case | None] = relationship(lazy="joined")
    filing: Mapped[Filing | None] = relationship(lazy="joined")


class ScanState(StrEnum):
    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"


class Scan(Base):
    """What was scanned in one go: its files stay as they came, its parts become papers."""

    __tablename__ = "scans"

    id: Mapped[Identity]
    key: Mapped[Key]
    court_id: Mapped[int] = mapped_column(ForeignKey(Court.id), index=True)
    state: Mapped[ScanState] = mapped_column(coded(ScanState), default=ScanState.WAITING)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    uploaded_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    court: Mapped[Court] = relationship(lazy="joined", innerjoin=True)


class ScanFile(Base):
    """One file of a scan, kept untouched."""

    __tablename__ = "scan_files"
    __table_args__ = (UniqueConstraint("scan_id", "ordinal"),)

    id: Mapped[Identity]
    scan_id: Mapped[int] = mapped_column(ForeignKey(Scan.id))
    ordinal: Mapped[int]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(index=True)
    pages: Mapped[int]
    object_key: Mapped[str] = mapped_column(unique=True)


class PartState(StrEnum):
    WAITING = "waiting"
    PLACED = "placed"
    SET_ASIDE = "set_aside"


class PartReason(StrEnum):
    """Why a part of a scan waits for a person."""

    NO_SHEET = "no_sheet"
    SHEET_UNKNOWN = "sheet_unknown"
    SHEET_USED = "sheet_used"
    SHEET_ELSEWHERE = "sheet_elsewhere"
    COUNT_DIFFERS = "count_differs"
    NO_PAGES = "no_pages"


class ScanPart(Base):
    """The pages between two cover sheets; `blanks` and `turned` count pages of the whole scan."""

    __tablename__ = "scan_parts"
    __table_args__ = (
        UniqueConstraint("scan_id", "ordinal"),
        CheckConstraint("(state = 'placed') = (document_id IS NOT NULL)", name="placed"),
        Index("ix_scan_parts_waiting", "state", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    scan_id: Mapped[int] = mapped_column(ForeignKey(Scan.id))
    ordinal: Mapped[int]
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey(CoverSheet.id), index=True)
    state: Mapped[PartState] = mapped_column(coded(PartState), default=PartState.WAITING)
    reason: Mapped[PartReason | None] = mapped_column(coded(PartReason))
    first_page: Mapped[int]
    pages: Mapped[int]
    """How many pages are left when blank ones are dropped."""
    blanks: Mapped[list[Any]] = mapped_column(default=list)
    turned: Mapped[list[Any]] = mapped_column(default=list)
    object_key: Mapped[str | None] = mapped_column(unique=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id), unique=True)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    settled_at: Mapped[datetime | None]
    settled_note: Mapped[str] = mapped_column(default="")

    scan: Mapped[Scan] = relationship(lazy="joined", innerjoin=True)
    sheet: Mapped[CoverSheet | None] = relationship(lazy="selectin")
    document: Mapped[Document | None] = relationship(lazy="selectin")

    @property
    def court_id(self) -> int:
        return self.scan.court_id


class OriginalForm(StrEnum):
    """What lay before the clerk who certified a scan."""

    ORIGINAL = "original"
    NOTARISED_COPY = "notarised_copy"
    CERTIFIED_COPY = "certified_copy"
    PLAIN_COPY = "plain_copy"


class Certification(Base):
    """A clerk's signature that a scan corresponds to the paper; withdrawn with its issued paper."""

    __tablename__ = "certifications"
    __table_args__ = (CheckConstraint("pages > 0", name="pages"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id), index=True)
    issued_id: Mapped[int] = mapped_column(ForeignKey(IssuedPaper.id), unique=True)
    original: Mapped[OriginalForm] = mapped_column(coded(OriginalForm))
    pages: Mapped[int]
    kept_at: Mapped[str]
    """Where the paper lies: the paper file and its sheets, or to whom it was given back."""
    certified_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    certified_at: Mapped[datetime]

    document: Mapped[Document] = relationship(lazy="selectin")
    issued: Mapped[IssuedPaper] = relationship(lazy="selectin")
    certified_by: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def case(self) -> Case | None:
        return self.document.case

    @property
    def case_id(self) -> int | None:
        return self.document.case_id


class RecognitionState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    NO_PROGRAM = "no_program"
    FAILED = "failed"


class Recognition(Base):
    """Whether the text of a scan was recognised, and by what."""

    __tablename__ = "recognitions"

    id: Mapped[Identity]
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id), unique=True)
    state: Mapped[RecognitionState] = mapped_column(
        coded(RecognitionState), default=RecognitionState.WAITING
    )
    program: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class RecognisedPage(Base):
    """The text of one page as a program read it: for searching, never shown as the paper's."""

    __tablename__ = "recognised_pages"
    __table_args__ = (
        UniqueConstraint("document_id", "page"),
        Index("ix_recognised_pages_search", "search", postgresql_using="gin"),
    )

    id: Mapped[Identity]
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id))
    page: Mapped[int]
    text: Mapped[str]
    search: Mapped[Any | None] = mapped_column(TSVECTOR)


class CopyState(StrEnum):
    ASKED = "asked"
    ISSUED = "issued"
    REFUSED = "refused"


class CertifiedCopy(Base):
    """A certified copy of an act or a paper for one participant: asked for, issued, handed out."""

    __tablename__ = "certified_copies"
    __table_args__ = (
        CheckConstraint("(act_id IS NULL) <> (document_id IS NULL)", name="of_one"),
        CheckConstraint("(state = 'issued') = (issued_id IS NOT NULL)", name="issued"),
        CheckConstraint("taken >= 0", name="taken"),
        UniqueConstraint("case_id", "number"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    act_id: Mapped[int | None] = mapped_column(ForeignKey(Act.id), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    state: Mapped[CopyState] = mapped_column(coded(CopyState), default=CopyState.ASKED)
    number: Mapped[int | None]
    """Counted within the case, from 1."""
    pages: Mapped[int | None]
    issued_id: Mapped[int | None] = mapped_column(ForeignKey(IssuedPaper.id), unique=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    asked_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    settled_at: Mapped[datetime | None]
    refused_because: Mapped[str] = mapped_column(default="")
    taken: Mapped[int] = mapped_column(default=0)
    """How often it was downloaded."""

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    act: Mapped[Act | None] = relationship(lazy="selectin")
    document: Mapped[Document | None] = relationship(lazy="selectin")
    participant: Mapped[Participant] = relationship(lazy="selectin")
    issued: Mapped[IssuedPaper | None] = relationship(lazy="selectin")


class FormChange(Base):
    """From which day a case is tried in another form, and by which ruling (law of 14.11.2025)."""

    __tablename__ = "form_changes"

    id: Mapped[Identity]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    former: Mapped[CaseForm] = mapped_column(coded(CaseForm))
    form: Mapped[CaseForm] = mapped_column(coded(CaseForm))
    since: Mapped[date]
    ruling_id: Mapped[int] = mapped_column(ForeignKey(Act.id), unique=True)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    noted_at: Mapped[datetime]

    ruling: Mapped[Act] = relationship(lazy="joined", innerjoin=True)
