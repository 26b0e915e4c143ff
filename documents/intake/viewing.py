"""Viewing: makes the copy of a paper that people look at, without anything that acts.

The original is never touched. The copy is another object, made in bounds from what the paper
shows: a PDF without scripts, actions, attachments and forms; a picture drawn anew, upright and
without what the camera noted; of a DOCX the words, for nothing here lays it out.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

from documents.intake.bounds import Bounds, Broken, bounded
from documents.intake.terms import Finding, Kind, Limits

_MEBIBYTE: Final = 1024 * 1024
_DRAWN: Final = "view"
_LARGEST: Final = 200 * _MEBIBYTE
_BOUNDS: Final = Bounds(memory=1536 * _MEBIBYTE, seconds=60, written=_LARGEST)
"""A photograph is decoded whole here: 100 million pixels in three colours, twice."""
MEDIA_TYPES: Final = frozenset({"application/pdf", "image/jpeg", "image/png", "text/plain"})
"""What a view copy may be; every browser shows these itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view copy, open for reading until the block ends; `found` is what was left out."""

    stream: BinaryIO
    media_type: str
    size: int
    sha256: str
    found: tuple[Finding, ...]


@contextmanager
def view_of(original: Path, kind: Kind, limits: Limits | None = None) -> Iterator[View | None]:
    """Make the view copy of an examined file; None where its reader breaks its bounds."""
    request = {
        "kind": kind.value,
        "path": str(original),
        "limits": asdict(limits or Limits()),
    }
    with tempfile.TemporaryDirectory(prefix="view-") as room:
        request["out"] = str(Path(room) / _DRAWN)
        try:
            told = bounded(
                "documents.intake.drawing",
                request,
                _BOUNDS,
                reads=(original,),
                workroom=Path(room),
            )
            found = tuple(Finding(code) for code in told["found"])
            media_type = str(told["media_type"])
        except (Broken, KeyError, ValueError, TypeError):
            yield None
            return
        drawn = Path(room) / _DRAWN
        if media_type not in MEDIA_TYPES or drawn.is_symlink() or not drawn.is_file():
            yield None
            return
        with drawn.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            stream.seek(0)
            yield View(stream=stream, media_type=media_type, size=size, sha256=digest, found=found)
