"""Showing: has the copy of a paper drawn that people look at, once the paper is taken in.

The original stays as it came, byte for byte. The copy lies beside it under a name of its own.
"""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import intake
from sud.cases.taking import VIEW
from sud.db import Sessions, unit
from sud.models import Document, ViewState
from sud.outside import Outside

FOLDER: Final = "views"
AT_ONCE: Final = 200
OVERDUE: Final = timedelta(minutes=10)
"""A copy that has waited so long lost its job, or its paper is older than copies are."""
_KINDS: Final = {media_type: kind for kind, media_type in intake.MEDIA_TYPES.items()}


def draw_view(sessions: Sessions, outside: Outside, *, paper: int) -> None:
    """Draw the view copy of one paper; a second run finds it drawn."""
    with unit(sessions) as session:
        document = session.get(Document, paper)
        if document is None or document.view_state is not ViewState.WAITING:
            return
        original, kind = document.object_key, _KINDS.get(document.media_type)
    with tempfile.NamedTemporaryFile(prefix="original-") as local:
        for piece in outside.store.stream(original):
            local.write(piece)
        local.flush()
        if kind is None:
            _settle(sessions, outside, paper, None, "")
            return
        with intake.view_of(Path(local.name), kind) as view:
            key = f"{FOLDER}/{uuid4()}"
            if view is not None:
                outside.store.put(
                    key, view.stream, content_type=view.media_type, size=view.size,
                    sha256=view.sha256,
                )  # fmt: skip
            _settle(sessions, outside, paper, view, key)


def draw_overdue(sessions: Sessions, outside: Outside) -> None:
    """Have drawn what still waits for its copy."""
    with unit(sessions) as session:
        for paper in overdue(session, now=outside.now()):
            outside.defer(session, VIEW, lock=f"{VIEW}/{paper}", paper=paper)


def overdue(session: Session, *, now: datetime) -> list[int]:
    """Return the papers that have waited too long for their copies, the oldest first."""
    query = select(Document.id).where(
        Document.view_state == ViewState.WAITING, Document.uploaded_at < now - OVERDUE
    )
    return list(session.scalars(query.order_by(Document.id).limit(AT_ONCE)))


def _settle(
    sessions: Sessions, outside: Outside, paper: int, view: intake.View | None, key: str
) -> None:
    """Write down what was drawn; a paper taken out meanwhile, or drawn twice, leaves nothing."""
    with unit(sessions) as session:
        document = session.get(Document, paper, with_for_update={"of": Document})
        if document is not None and document.view_state is ViewState.WAITING:
            if view is None:
                document.view_state = ViewState.IMPOSSIBLE
                return
            document.view_state = ViewState.MADE
            document.view_key, document.view_media_type = key, view.media_type
            document.view_size, document.view_sha256 = view.size, view.sha256
            document.found = sorted({*document.found, *(one.value for one in view.found)})
            return
    if view is not None:
        outside.store.remove(key)


def warnings_of(document: Document) -> list[intake.Finding]:
    """Return what the original does that a reader should be warned of."""
    return [found for found in map(intake.Finding, document.found) if found not in intake.HARMLESS]


def is_signed(document: Document) -> bool:
    """Tell whether somebody signed the original; a copy bears no signature."""
    return intake.Finding.SIGNATURE in document.found
