"""Takes a paper in to be signed, and puts it into the case's file when everybody has signed."""

import io
import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

from documents import intake
from documents.scanning import desk
from documents.scanning.splitting import Leaf
from sud.access import Actor
from sud.cases.taking import examined, kept, paper_of
from sud.errors import CourtError, Refusal
from sud.models import Document
from sud.outside import Outside, reaching_the_store
from sud.signing.service import Finished
from sud.uploads.service import Sent


def plain_pages(sent: Sent, verdict: intake.Verdict, outside: Outside) -> bytes:
    """Return the pages of a PDF without anything that acts, put together in a closed process."""
    if verdict.kind is not intake.Kind.PDF:
        raise CourtError(Refusal.FILE_NOT_PDF, name=verdict.name)
    outside.scratch.mkdir(parents=True, exist_ok=True)
    sent.stream.seek(0)
    with tempfile.TemporaryDirectory(prefix="signing-", dir=outside.scratch) as room:
        path = Path(room) / "paper.pdf"
        path.write_bytes(sent.stream.read())
        pages = verdict.pages or 1
        file = desk.File(path=path, media_type=verdict.media_type, pages=pages)
        try:
            bound = desk.bind([file], [Leaf(file=0, page=number) for number in range(pages)])
        except desk.Unreadable:
            raise CourtError(Refusal.FILE_DAMAGED, name=verdict.name) from None
    sent.stream.seek(0)
    return bound.pdf


def into_file(
    session: Session, actor: Actor, done: Finished, *, title: str, outside: Outside
) -> Document:
    """Return the paper of the case that the signed one has become.

    It has bytes of its own: those of the issued paper are replaced when its stamp is renewed.
    """
    case, size = done.sheet.case, len(done.pdf)
    assert case is not None  # noqa: S101 - such a paper is of a case
    sent = Sent(name=f"{title}.pdf", stream=io.BytesIO(done.pdf))
    verdict = examined(sent, size, scanner=None)
    with reaching_the_store():
        key = kept(
            sent, verdict, store=outside.store, folder=f"{done.sheet.folder}/file", limit=size
        )
    return paper_of(
        session,
        actor,
        verdict,
        key,
        of=case,
        title=title,
        defer=outside.defer,
        now=outside.now(),
    )
