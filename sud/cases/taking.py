"""Takes a file that somebody hands in: examined first, then stored, before any row speaks of it."""

from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import uuid4

from documents import intake
from recordings.store import ObjectStore
from sud.errors import CourtError, Refusal

_REFUSALS: Final = {
    intake.Objection.EMPTY: Refusal.FILE_EMPTY,
    intake.Objection.TOO_LARGE: Refusal.FILE_TOO_LARGE,
    intake.Objection.UNSUPPORTED: Refusal.FILE_NOT_ALLOWED,
    intake.Objection.MISMATCH: Refusal.FILE_NOT_WHAT_IT_SAYS,
    intake.Objection.ENCRYPTED: Refusal.FILE_ENCRYPTED,
    intake.Objection.TOO_MANY_PAGES: Refusal.FILE_TOO_MANY_PAGES,
    intake.Objection.BOMB: Refusal.FILE_DANGEROUS,
    intake.Objection.MACROS: Refusal.FILE_DANGEROUS,
    intake.Objection.TWO_IN_ONE: Refusal.FILE_DANGEROUS,
    intake.Objection.DAMAGED: Refusal.FILE_DAMAGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as the browser sent it."""

    stream: BinaryIO
    name: str


def examined(upload: Upload, limit: int) -> intake.Verdict:
    """Say what a file is, or refuse it with the reason."""
    try:
        return intake.examine(upload.stream, name=upload.name, limits=intake.Limits(size=limit))
    except intake.Refused as refused:
        facts = {"name": intake.tidy_name(upload.name)}
        if refused.code is intake.Objection.TOO_LARGE:
            facts["limit"] = refused.facts["limit"]
        if refused.code is intake.Objection.TOO_MANY_PAGES:
            facts["most"] = refused.facts["limit"]
        raise CourtError(_REFUSALS[refused.code], **facts) from None


def kept(
    upload: Upload, verdict: intake.Verdict, *, store: ObjectStore, folder: str, limit: int
) -> str:
    """Put an examined file into the store and return its key; its bytes are hashed once more.

    A crash after this leaves an object that nobody asks for, never a row without its file.
    """
    key = f"{folder}/{uuid4()}.{verdict.kind}"
    stored = store.put(
        key, upload.stream, content_type=verdict.media_type, size=verdict.size, limit=limit
    )
    if stored.sha256 != verdict.sha256:
        raise CourtError(Refusal.FILE_DAMAGED, name=verdict.name)
    return key
