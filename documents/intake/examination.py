"""Examination: says what a file is, or why it is turned away.

A file is believed only when its first bytes and a full parse agree. The parse of hostile input
happens in `inspection.py`, in bounds.
"""

import hashlib
import tempfile
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from documents.intake.bounds import Bounds, Broken, End, bounded
from documents.intake.malware import Scanner, UnclearError
from documents.intake.terms import Finding, Kind, Limits, Objection, Refused

_CHUNK: Final = 1 << 20
_NAME_LENGTH: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a file is; `found` names active content that a reader should know of."""

    kind: Kind
    media_type: str
    name: str
    size: int
    sha256: str
    pages: int | None
    found: tuple[Finding, ...]


MEDIA_TYPES: Final = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.TIFF: "image/tiff",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SUFFIXES: Final = {
    ".pdf": Kind.PDF,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".png": Kind.PNG,
    ".tif": Kind.TIFF,
    ".tiff": Kind.TIFF,
    ".docx": Kind.DOCX,
}
_MAGIC: Final = {
    b"%PDF-": Kind.PDF,
    b"\xff\xd8\xff": Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"II*\0": Kind.TIFF,
    b"MM\0*": Kind.TIFF,
    b"PK\x03\x04": Kind.DOCX,
}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
"""The name under which Office keeps a document that has a password: [MS-OFFCRYPTO] 2.3.4.4."""
_USUAL: Final = Limits()


def examine(
    stream: BinaryIO, *, name: str, limits: Limits = _USUAL, scanner: Scanner | None = None
) -> Verdict:
    """Say what the rest of `stream` is, or raise `Refused`; the stream is left where it was.

    With a `scanner` its clear answer is waited for: without one nothing is taken.
    """
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
        _check_beginning(copy, declared)
        if scanner is not None:
            copy.seek(0)
            _scan(copy, scanner, digest)
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
        found=tuple(Finding(code) for code in report["found"]),
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


def _check_beginning(copy: Any, declared: Kind) -> None:
    head = copy.read(16)
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found is declared:
        return
    if declared is Kind.DOCX and head.startswith(_OLE) and _ENCRYPTED_PACKAGE in copy.read():
        raise Refused(Objection.ENCRYPTED)
    raise Refused(Objection.MISMATCH, declared=declared, found=found)


def _scan(copy: Any, scanner: Scanner, digest: str) -> None:
    try:
        malware = scanner.scan(copy)
    except UnclearError:
        raise Refused(Objection.UNSCANNED) from None
    if malware is not None:
        raise Refused(Objection.INFECTED, malware=malware, sha256=digest)


def _inspect(path: Path, kind: Kind, limits: Limits) -> dict[str, Any]:
    """Parse the file in bounds; who breaks them or the parser hands in nothing anybody needs."""
    request = {"kind": kind.value, "path": str(path), "limits": asdict(limits)}
    bounds = Bounds(memory=limits.memory, seconds=limits.seconds)
    try:
        return bounded("documents.intake.inspection", request, bounds, reads=(path,))
    except Broken as broken:
        bomb = broken.end in {End.MEMORY, End.TIME}
        raise Refused(Objection.BOMB if bomb else Objection.DAMAGED) from None
