"""Examination: says what a file is, or why it is turned away.

A file is believed only when its first bytes and a full parse agree. The parse of hostile input
happens in `inspection.py`, in bounds.
"""

import hashlib
import tempfile
import unicodedata
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final

from documents.intake.bounds import Bounds, Broken, End, bounded

_CHUNK: Final = 1 << 20
_NAME_LENGTH: Final = 120


class Kind(StrEnum):
    """The papers a court takes."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"


class Objection(StrEnum):
    """Why a file is turned away."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    MISMATCH = "mismatch"
    ENCRYPTED = "encrypted"
    TOO_MANY_PAGES = "too_many_pages"
    BOMB = "bomb"
    MACROS = "macros"
    TWO_IN_ONE = "two_in_one"
    DAMAGED = "damaged"


class Refused(Exception):  # noqa: N818 - the court's word for it
    """A file was turned away; the facts are numbers and kinds, never the file's content."""

    def __init__(self, code: Objection, **facts: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a paper may cost to read."""

    size: int = 50 * 1024 * 1024
    pages: int = 2_000
    pixels: int = 100_000_000
    unpacked: int = 200 * 1024 * 1024
    ratio: int = 100
    entries: int = 5_000
    memory: int = 640 * 1024 * 1024
    seconds: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a file is; `found` names active content that a reader should know of."""

    kind: Kind
    media_type: str
    name: str
    size: int
    sha256: str
    pages: int | None
    found: tuple[str, ...]


MEDIA_TYPES: Final = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SUFFIXES: Final = {
    ".pdf": Kind.PDF,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".png": Kind.PNG,
    ".docx": Kind.DOCX,
}
_MAGIC: Final = {
    b"%PDF-": Kind.PDF,
    b"\xff\xd8\xff": Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"PK\x03\x04": Kind.DOCX,
}
_USUAL: Final = Limits()


def examine(stream: BinaryIO, *, name: str, limits: Limits = _USUAL) -> Verdict:
    """Say what the rest of `stream` is, or raise `Refused`; the stream is left where it was."""
    start = stream.tell()
    tidy = tidy_name(name)
    declared = SUFFIXES.get(Path(tidy).suffix.lower())
    if declared is None:
        raise Refused(Objection.UNSUPPORTED, suffix=Path(tidy).suffix.lower())
    with tempfile.NamedTemporaryFile(prefix="intake-") as copy:
        size, digest = _copy(stream, copy, limits.size)
        stream.seek(start)
        copy.flush()
        copy.seek(0)
        found = _by_magic(copy.read(16))
        if found is not declared:
            raise Refused(Objection.MISMATCH, declared=declared, found=found)
        report = _inspect(Path(copy.name), declared, limits)
    if "objection" in report:
        raise Refused(Objection(report["objection"]), **report["facts"])
    return Verdict(
        kind=declared,
        media_type=MEDIA_TYPES[declared],
        name=tidy,
        size=size,
        sha256=digest,
        pages=report["pages"],
        found=tuple(report["found"]),
    )


def tidy_name(name: str) -> str:
    """Return the name without folders, control and direction-changing characters, cut in length.

    A right-to-left override makes `exe.pdf` of `fdp.exe`; a line feed makes headers.
    """
    base = unicodedata.normalize("NFC", name.replace("\\", "/")).rpartition("/")[2]
    plain = "".join(c if c.isprintable() else " " for c in base)
    plain = " ".join(plain.split()).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        return plain[:_NAME_LENGTH]
    return f"{stem[: _NAME_LENGTH - len(suffix) - 1].strip()}.{suffix}"[-_NAME_LENGTH:]


def _copy(stream: BinaryIO, copy: Any, limit: int) -> tuple[int, str]:
    """Copy with a hash and a bound: a declared length is only a claim."""
    size, digest = 0, hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise Refused(Objection.TOO_LARGE, limit=limit)
        digest.update(chunk)
        copy.write(chunk)
    if not size:
        raise Refused(Objection.EMPTY)
    return size, digest.hexdigest()


def _by_magic(head: bytes) -> Kind | None:
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def _inspect(path: Path, kind: Kind, limits: Limits) -> dict[str, Any]:
    """Parse the file in bounds; who breaks them or the parser hands in nothing anybody needs."""
    request = {"kind": kind.value, "path": str(path), "limits": asdict(limits)}
    bounds = Bounds(memory=limits.memory, seconds=limits.seconds)
    try:
        return bounded("documents.intake.inspection", request, bounds, reads=(path,))
    except Broken as broken:
        bomb = broken.end is End.MEMORY
        raise Refused(Objection.BOMB if bomb else Objection.DAMAGED) from None
