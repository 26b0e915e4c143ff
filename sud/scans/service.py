"""Scans: what an address of this room names, and how each scan of a file is marked for readers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import Actor, visible
from sud.models import (
    Case,
    Certification,
    CertifiedCopy,
    Court,
    CoverSheet,
    Document,
    Filing,
    IssuedPaper,
    PartState,
    Recognition,
    RecognitionState,
    RoleCode,
    Scan,
    ScanPart,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a reader must know of a scan: who vouches for it, and whether it can be searched."""

    certification: Certification | None
    recognised: RecognitionState


def marks_of(session: Session, papers: Iterable[Document]) -> dict[int, Mark]:
    """Return the marks of those papers that are scans, by the paper's number."""
    numbers = [paper.id for paper in papers]
    scanned = session.execute(
        select(ScanPart.document_id, Recognition.state)
        .outerjoin(Recognition, Recognition.document_id == ScanPart.document_id)
        .where(ScanPart.document_id.in_(numbers))
    )
    standing = {
        one.document_id: one
        for one in session.scalars(
            select(Certification)
            .join(IssuedPaper, IssuedPaper.id == Certification.issued_id)
            .where(Certification.document_id.in_(numbers), IssuedPaper.withdrawn_at.is_(None))
        )
    }
    return {
        number: Mark(
            certification=standing.get(number), recognised=state or RecognitionState.WAITING
        )
        for number, state in scanned
        if number is not None
    }


def certification_of(session: Session, paper: Document) -> Certification | None:
    """Return the certification of a scan that stands."""
    mark = marks_of(session, [paper]).get(paper.id)
    return mark.certification if mark else None


def withdrawn_of(session: Session, paper: Document) -> Sequence[Certification]:
    """Return the certifications of a scan that were taken back, the latest first."""
    return session.scalars(
        select(Certification)
        .join(IssuedPaper, IssuedPaper.id == Certification.issued_id)
        .where(Certification.document_id == paper.id, IssuedPaper.withdrawn_at.is_not(None))
        .order_by(Certification.id.desc())
    ).all()


def part_of_paper(session: Session, paper: Document) -> ScanPart | None:
    """Return the pages of a scan that became this paper."""
    return session.scalars(select(ScanPart).where(ScanPart.document_id == paper.id)).one_or_none()


# ------------------------------------------------------------------ addresses


def filing_of_url(session: Session, actor: Actor, key: UUID) -> Filing | None:
    """Return the filing of an address if the actor may know of it."""
    return session.scalars(visible(select(Filing).where(Filing.key == key), actor)).one_or_none()


def scan_of_url(session: Session, actor: Actor, key: UUID) -> Scan | None:
    """Return the scan of an address if the actor may know of it."""
    return session.scalars(visible(select(Scan).where(Scan.key == key), actor)).one_or_none()


def part_of_url(session: Session, actor: Actor, key: UUID) -> ScanPart | None:
    """Return the part of a scan of an address if the actor may know of it."""
    query = select(ScanPart).where(ScanPart.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


def copy_of_url(session: Session, actor: Actor, key: UUID) -> CertifiedCopy | None:
    """Return the certified copy of an address if the actor may know of it."""
    query = select(CertifiedCopy).where(CertifiedCopy.key == key)
    return session.scalars(visible(query, actor)).one_or_none()


# ------------------------------------------------------------------ lists


def courts_of(session: Session, actor: Actor) -> Sequence[Court]:
    """Return the courts where somebody is a clerk."""
    return session.scalars(
        select(Court).where(Court.id.in_(actor.courts_as(RoleCode.CLERK))).order_by(Court.id)
    ).all()


def waiting_parts(session: Session, actor: Actor) -> Sequence[ScanPart]:
    """Return what waits for a person at the actor's courts, the oldest first."""
    query = select(ScanPart).where(ScanPart.state == PartState.WAITING)
    return session.scalars(visible(query, actor).order_by(ScanPart.id)).all()


def recent_scans(session: Session, actor: Actor, *, most: int = 20) -> Sequence[Scan]:
    """Return the scans that were handed in last at the actor's courts."""
    query = visible(select(Scan), actor).order_by(Scan.id.desc()).limit(most)
    return session.scalars(query).all()


def parts_of(session: Session, scan: Scan) -> Sequence[ScanPart]:
    """Return the papers that a scan was split into."""
    return session.scalars(
        select(ScanPart).where(ScanPart.scan_id == scan.id).order_by(ScanPart.ordinal)
    ).all()


def unused_sheets(session: Session, subject: Case | Filing) -> Sequence[CoverSheet]:
    """Return the cover sheets of a case or filing behind which nothing was scanned yet."""
    belongs = (
        CoverSheet.case_id == subject.id
        if isinstance(subject, Case)
        else CoverSheet.filing_id == subject.id
    )
    return session.scalars(
        select(CoverSheet)
        .where(belongs, CoverSheet.used_at.is_(None))
        .order_by(CoverSheet.printed_at.desc(), CoverSheet.id)
    ).all()
