"""The text of scans: recognised by a program, kept a page at a time, searched by whoever may read.

It is never shown as what the paper says, and never written into a log.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import ARRAY, Text, cast, delete, func, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from documents import search
from documents.scanning import desk
from sud import journal
from sud.access import SYSTEM, Action, Actor, visible
from sud.db import Sessions, unit
from sud.models import Case, Document, RecognisedPage, Recognition, RecognitionState
from sud.outside import Defer, Outside

RECOGNISE: Final = "scans.recognise"
SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A page of a paper that answers a question, with words around: (words, is it an answer)."""

    paper: Document
    page: int
    excerpt: Sequence[tuple[str, bool]]


def reader_of(outside: Outside) -> desk.Reader | None:
    """Return the program of this machine that recognises text, if it has one."""
    return desk.reader(outside.tesseract, outside.tesseract_languages)


def recognise_later(
    session: Session, paper: Document, *, defer: Defer, now: datetime
) -> Recognition:
    """Note that a scan's text is still to be recognised, and have it done."""
    noted = Recognition(document_id=paper.id, at=now)
    session.add(noted)
    session.flush()
    defer(session, RECOGNISE, paper=paper.id)
    return noted


def recognise(sessions: Sessions, outside: Outside, *, paper: int) -> None:
    """Recognise the text of a scan; a second run finds it done."""
    with unit(sessions) as session:
        noted = _noted(session, paper)
        if noted is None or noted.state is RecognitionState.DONE:
            return
        document = session.get_one(Document, paper)
    texts: tuple[str, ...] = ()
    state, reader = RecognitionState.NO_PROGRAM, reader_of(outside)
    if reader is not None:
        try:
            texts = _read(document, reader, outside)
            state = RecognitionState.DONE
        except desk.Unreadable:
            state = RecognitionState.FAILED
    with unit(sessions) as session:
        noted = _noted(session, paper)
        if noted is None:
            return
        noted.state, noted.at = state, outside.now()
        noted.program = f"{reader.version} {reader.languages}" if reader else ""
        session.execute(delete(RecognisedPage).where(RecognisedPage.document_id == paper))
        session.add_all(
            RecognisedPage(
                document_id=paper,
                page=number,
                text=text,
                search=func.array_to_tsvector(cast(search.keys(text), ARRAY(Text))),
            )
            for number, text in enumerate(texts, 1)
        )
        journal.record(
            session, SYSTEM, Action.SCAN_RUN, document, now=outside.now(), state=state.value
        )


def _noted(session: Session, paper: int) -> Recognition | None:
    query = select(Recognition).where(Recognition.document_id == paper)
    return session.scalars(query.with_for_update()).one_or_none()


def _read(paper: Document, reader: desk.Reader, outside: Outside) -> tuple[str, ...]:
    outside.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="text-", dir=outside.scratch) as room:
        path = Path(room) / "paper"
        with path.open("wb") as target:
            target.writelines(outside.store.stream(paper.object_key))
        file = desk.File(path=path, media_type=paper.media_type, pages=paper.pages or 1)
        return desk.read(file, reader)


# ------------------------------------------------------------------ search


def found(session: Session, actor: Actor, words: str, *, case: Case | None = None) -> list[Hit]:
    """Return the pages that hold every word in some form, of papers that the actor may read."""
    asked = search.tsquery(words)
    if not asked:
        return []
    readable = visible(select(Document), actor)
    if case is not None:
        readable = readable.where(Document.case_id == case.id)
    numbers = readable.with_only_columns(Document.id, maintain_column_froms=True)
    exact = RecognisedPage.search.op("@@")(cast(search.exact_tsquery(words), TSQUERY))
    rows = session.execute(
        select(RecognisedPage, Document)
        .join(Document, Document.id == RecognisedPage.document_id)
        .where(
            RecognisedPage.document_id.in_(numbers),
            RecognisedPage.search.op("@@")(cast(asked, TSQUERY)),
        )
        .order_by(exact.desc(), Document.uploaded_at.desc(), RecognisedPage.page)
        .limit(SHOWN)
    )
    return [
        Hit(paper=paper, page=page.page, excerpt=search.excerpt(page.text, words))
        for page, paper in rows
    ]
