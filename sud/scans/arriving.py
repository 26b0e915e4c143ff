"""Scans on their way in: taken as files, split at their cover sheets, placed in their files."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import intake
from documents.scanning import desk
from documents.scanning.splitting import Part, split
from sud import journal
from sud.access import SYSTEM, Action, Actor
from sud.cases.taking import examined, kept, paper_of
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Court,
    CoverSheet,
    Document,
    Filing,
    PartReason,
    PartState,
    Scan,
    ScanFile,
    ScanPart,
    ScanState,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.scans import text
from sud.uploads.service import Sent

READ: Final = "scans.read"
MOST_FILES: Final = 200
_KINDS: Final = (intake.Kind.PDF, intake.Kind.JPEG, intake.Kind.PNG, intake.Kind.TIFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A paper of a scan, bound and stored; without pages nothing is stored."""

    part: Part
    bound: desk.Bound | None
    object_key: str | None


def take_in(
    session: Session,
    actor: Actor,
    court: Court,
    uploads: Sequence[Sent],
    *,
    outside: Outside,
    limit: int,
) -> Scan:
    """Keep the files of one scan as they came; a job then splits them.

    A file that is here already was sent twice: the whole scan is refused.
    """
    now = outside.now()
    if len(uploads) > MOST_FILES:
        raise CourtError(Refusal.TOO_MANY_FILES, most=MOST_FILES)
    scan = Scan(court=court, uploaded_by_id=actor.user_id, uploaded_at=now)
    session.add(scan)
    session.flush()
    for ordinal, upload in enumerate(uploads):
        verdict = examined(upload, limit, scanner=outside.scanner)
        if verdict.kind not in _KINDS:
            raise CourtError(Refusal.FILE_NOT_ALLOWED, name=verdict.name)
        _refuse_known(session, court, verdict.sha256)
        with reaching_the_store():
            key = kept(
                upload, verdict, store=outside.store, folder=f"scans/{scan.key}", limit=limit
            )
        session.add(
            ScanFile(
                scan_id=scan.id,
                ordinal=ordinal,
                file_name=verdict.name,
                media_type=verdict.media_type,
                size=verdict.size,
                sha256=verdict.sha256,
                pages=verdict.pages or 1,
                object_key=key,
            )
        )
        session.flush()
    journal.record(session, actor, Action.SCAN_ADD, scan, now=now, files=len(uploads))
    outside.defer(session, READ, scan=scan.id)
    return scan


def _refuse_known(session: Session, court: Court, sha256: str) -> None:
    known = session.scalars(
        select(Scan)
        .join(ScanFile, ScanFile.scan_id == Scan.id)
        .where(ScanFile.sha256 == sha256, Scan.court_id == court.id, Scan.state != ScanState.FAILED)
        .limit(1)
    ).first()
    if known is not None:
        raise CourtError(Refusal.SCAN_KNOWN, day=local_day(known.uploaded_at))


# ------------------------------------------------------------------ the job


def read_scan(sessions: Sessions, outside: Outside, *, scan: int) -> None:
    """Split a scan at its cover sheets; a second run finds it split.

    Nothing is held in the database while pages are looked at. Parts are stored before their rows:
    a crash in between leaves objects that nobody asks for.
    """
    with unit(sessions) as session:
        found = session.get(Scan, scan)
        if found is None or found.state is not ScanState.WAITING:
            return
        key = found.key
        files = files_of(session, found)
    outside.scratch.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="scan-", dir=outside.scratch) as room:
            parts = _split(files, Path(room), f"scans/{key}/parts", outside)
    except desk.Unreadable:
        parts = None
    with unit(sessions) as session:
        found = session.get_one(Scan, scan, with_for_update={"of": Scan})
        if found.state is not ScanState.WAITING:
            return
        _enter(session, found, parts, outside=outside)


def files_of(session: Session, scan: Scan) -> Sequence[ScanFile]:
    """Return the files of a scan in their order."""
    return session.scalars(
        select(ScanFile).where(ScanFile.scan_id == scan.id).order_by(ScanFile.ordinal)
    ).all()


def _split(files: Sequence[ScanFile], room: Path, folder: str, outside: Outside) -> list[Split]:
    here: list[desk.File] = []
    for file in files:
        path = room / str(file.ordinal)
        with path.open("wb") as target:
            target.writelines(outside.store.stream(file.object_key))
        here.append(desk.File(path=path, media_type=file.media_type, pages=file.pages))
    found: list[Split] = []
    for number, part in enumerate(split(desk.look(here, reader=text.reader_of(outside)))):
        if not part.leaves:
            found.append(Split(part=part, bound=None, object_key=None))
            continue
        bound = desk.bind(here, part.leaves)
        key = f"{folder}/{number}-{bound.sha256[:16]}.pdf"
        outside.store.put(
            key, io.BytesIO(bound.pdf), content_type="application/pdf", size=len(bound.pdf)
        )
        found.append(Split(part=part, bound=bound, object_key=key))
    return found


def _enter(
    session: Session, scan: Scan, parts: Sequence[Split] | None, *, outside: Outside
) -> None:
    now = outside.now()
    scan.state = ScanState.FAILED if parts is None else ScanState.READ
    scan.read_at = now
    journal.record(
        session, SYSTEM, Action.SCAN_RUN, scan, now=now, state=scan.state, parts=len(parts or ())
    )
    for ordinal, one in enumerate(parts or ()):
        sheet = _sheet_of(session, one.part.code)
        part = ScanPart(
            scan=scan,
            ordinal=ordinal,
            sheet=sheet,
            first_page=one.part.first,
            pages=len(one.part.leaves),
            blanks=list(one.part.blanks),
            turned=list(one.part.turned),
            object_key=one.object_key,
            size=len(one.bound.pdf) if one.bound else None,
            sha256=one.bound.sha256 if one.bound else None,
        )
        part.reason = _doubt(scan, one.part, sheet)
        session.add(part)
        session.flush()
        if sheet is not None and part.reason is not PartReason.SHEET_ELSEWHERE:
            used_before = part.reason is PartReason.SHEET_USED
            sheet.used_at = sheet.used_at if used_before else now
        if part.reason is None and sheet is not None:
            place(session, SYSTEM, part, _whole(sheet), title=sheet.title, outside=outside)


def _sheet_of(session: Session, code: str | None) -> CoverSheet | None:
    if code is None:
        return None
    query = select(CoverSheet).where(CoverSheet.code == code)
    return session.scalars(query.with_for_update(of=CoverSheet)).one_or_none()


def _doubt(scan: Scan, part: Part, sheet: CoverSheet | None) -> PartReason | None:
    """Return why a person must look at a part; None: it goes where its sheet says."""
    if part.code is None or sheet is None:
        return PartReason.SHEET_UNKNOWN if part.code else PartReason.NO_SHEET
    differs = sheet.pages_said not in (None, len(part.leaves))
    doubts = {
        PartReason.SHEET_ELSEWHERE: sheet.court_id != scan.court_id,
        PartReason.SHEET_USED: sheet.used_at is not None,
        PartReason.NO_PAGES: not part.leaves,
        PartReason.COUNT_DIFFERS: differs,
    }
    return next((reason for reason, holds in doubts.items() if holds), None)


def _whole(sheet: CoverSheet) -> Case | Filing:
    """Return what a sheet was printed for; a filing that was accepted meanwhile is a case."""
    if sheet.case is not None:
        return sheet.case
    assert sheet.filing is not None  # noqa: S101 - a sheet is of one or the other
    return sheet.filing


# ------------------------------------------------------------------ into the file


def place(
    session: Session,
    actor: Actor,
    part: ScanPart,
    whole: Case | Filing,
    *,
    title: str,
    outside: Outside,
) -> Document:
    """Make a part of a scan a paper of a case or filing, and have its text recognised."""
    now = outside.now()
    if part.state is not PartState.WAITING:
        raise CourtError(Refusal.SCAN_SETTLED)
    if part.object_key is None or part.sha256 is None or part.size is None:
        raise CourtError(Refusal.NOT_NOW)
    paper = paper_of(
        session,
        Actor(user_id=part.scan.uploaded_by_id),
        intake.Verdict(
            kind=intake.Kind.PDF,
            media_type=intake.MEDIA_TYPES[intake.Kind.PDF],
            name=intake.tidy_name(f"{title}.pdf"),
            size=part.size,
            sha256=part.sha256,
            pages=part.pages,
            found=(),
        ),
        part.object_key,
        of=whole,
        defer=outside.defer,
        now=now,
        title=title,
    )
    if isinstance(whole, Filing):
        paper.case_id = whole.case_id
    part.document_id = paper.id
    part.document = paper
    part.state = PartState.PLACED
    part.settled_by_id, part.settled_at = actor.user_id, now
    journal.record(
        session,
        actor,
        Action.SCAN_SETTLE,
        paper,
        now=now,
        change="placed",
        sha256=paper.sha256,
        pages=paper.pages,
        blanks=len(part.blanks),
    )
    text.recognise_later(session, paper, defer=outside.defer, now=now)
    return paper


def set_aside(
    session: Session, actor: Actor, part: ScanPart, *, because: str, now: datetime
) -> None:
    """Say that a part of a scan is no paper of any file; what was scanned stays kept."""
    session.refresh(part, with_for_update={"of": ScanPart})
    if part.state is not PartState.WAITING:
        raise CourtError(Refusal.SCAN_SETTLED)
    part.state, part.settled_note = PartState.SET_ASIDE, because
    part.settled_by_id, part.settled_at = actor.user_id, now
    journal.record(session, actor, Action.SCAN_SETTLE, part, now=now, change="set_aside")


def settle(
    session: Session,
    actor: Actor,
    part: ScanPart,
    case: Case,
    *,
    title: str,
    outside: Outside,
) -> Document:
    """Put a part that waited into the file of a case: a person looked at it."""
    session.refresh(part, with_for_update={"of": ScanPart})
    return place(session, actor, part, case, title=title, outside=outside)
