"""Packages: unpacks a DOCX with counted bytes and reads who it fetches or starts what.

Runs in bounds only. What the directory of a ZIP declares is only a claim.
"""

import re
import stat
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from documents.intake.doubles import is_pdf_too
from documents.intake.terms import Finding, Kind, Limits, Objection, Refused

_CHUNK: Final = 1 << 20
_SMALL: Final = 1 << 20
_LOCAL_HEADER: Final = 30
_WORD_MAIN: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
)
WORD_NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_TYPES_NAMESPACE: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_NAMESPACE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_BODY: Final = "word/document.xml"
_RUNNING: Final = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
_FETCHING: Final = re.compile(r"\bINCLUDE(TEXT|PICTURE)\b", re.IGNORECASE)
_LOCAL_TARGET: Final = re.compile(r"file:///[a-z]:", re.IGNORECASE)
"""Word notes where the template lay on its author's disk; nobody fetches it from there."""
_CHUNK_RELATION: Final = "aFChunk"
_PROGRAMS: Final = ("vbaproject.bin", "vbadata.xml")
_CONTROLS: Final = "word/activex/"

OnElement = Callable[[str, dict[str, str]], None]


def inspect(path: str, _kind: Kind, limits: Limits) -> tuple[None, set[Finding]]:
    """Return findings; a DOCX knows its pages only when somebody lays it out."""
    if is_pdf_too(path):
        raise Refused(Objection.TWO_IN_ONE)
    with Path(path).open("rb") as file, zipfile.ZipFile(file) as archive:
        size = file.seek(0, 2)
        entries = archive.infolist()
        _check_directory(entries, archive.start_dir, limits)
        left = min(limits.unpacked, max(size * limits.ratio, _SMALL))
        for entry in entries:
            left -= _unzipped(archive, entry, left)
        _check_types(archive)
        names = {name.lower() for name in archive.namelist()}
        if any(name.endswith(_PROGRAMS) or name.startswith(_CONTROLS) for name in names):
            raise Refused(Objection.MACROS)
        found = _relations(archive) | _fields(archive)
        if any(name.startswith("word/embeddings/") for name in names):
            found.add(Finding.ATTACHMENT)
    return None, found


def parsed(archive: zipfile.ZipFile, name: str, on_element: OnElement, **more: Any) -> str:
    """Parse a part as XML without any DTD and return the name of its root.

    `more` are further handlers of expat, by their names.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    root: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if not root:
            root.append(element)
        on_element(element, attributes)

    def doctype(*_: object) -> None:
        raise Refused(Objection.BOMB)

    parser.StartElementHandler = start
    # Entities that multiply need a DTD; a Word document has none.
    parser.StartDoctypeDeclHandler = doctype
    for handler, function in more.items():
        setattr(parser, handler, function)
    with archive.open(name) as part:
        parser.ParseFile(part)
    return root[0]


def _check_directory(entries: list[zipfile.ZipInfo], end: int, limits: Limits) -> None:
    """Judge the directory before anything is unpacked."""
    names = [entry.filename for entry in entries]
    if len(entries) > limits.entries:
        raise Refused(Objection.BOMB, entries=len(entries))
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(Objection.ENCRYPTED)
    folded = {name.lower() for name in names}
    if len(folded) != len(names) or any(_escapes(entry) for entry in entries):
        raise Refused(Objection.DAMAGED)
    if "[Content_Types].xml" not in names or _BODY not in names:
        raise Refused(Objection.MISMATCH)
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    if ordered[0].header_offset != 0:
        raise Refused(Objection.TWO_IN_ONE)
    # One pile of packed bytes that many entries share unfolds as often as it is named.
    starts = [entry.header_offset for entry in ordered] + [end]
    for entry, (start, following) in zip(ordered, pairwise(starts), strict=True):
        if start + _LOCAL_HEADER + entry.compress_size > following:
            raise Refused(Objection.BOMB)


def _escapes(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return link or name.startswith("/") or "\\" in name or ".." in name.split("/") or "\0" in name


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Count the real bytes of a part."""
    total = 0
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            total += len(chunk)
            if total > left:
                raise Refused(Objection.BOMB)
    return total


def _check_types(archive: zipfile.ZipFile) -> None:
    kinds: list[str] = []
    main: list[str] = []

    def on_element(name: str, attributes: dict[str, str]) -> None:
        kinds.append(attributes.get("ContentType", ""))
        if name == f"{_TYPES_NAMESPACE} Override" and attributes.get("PartName") == f"/{_BODY}":
            main.append(kinds[-1])

    parsed(archive, "[Content_Types].xml", on_element)
    if any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds):
        raise Refused(Objection.MACROS)
    if main and main != [_WORD_MAIN]:
        raise Refused(Objection.MISMATCH)


def _relations(archive: zipfile.ZipFile) -> set[Finding]:
    """Read what the parts point at: a template, a picture or a text that lies elsewhere."""
    found: set[Finding] = set()

    def on_element(name: str, attributes: dict[str, str]) -> None:
        if name != f"{_RELATIONS_NAMESPACE} Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        elsewhere = attributes.get("TargetMode") == "External"
        if kind == _CHUNK_RELATION:
            found.add(Finding.ATTACHMENT)
        elif (
            elsewhere
            and kind != "hyperlink"
            and not _LOCAL_TARGET.match(attributes.get("Target", ""))
        ):
            found.add(Finding.EXTERNAL)

    for name in archive.namelist():
        if name.endswith(".rels"):
            parsed(archive, name, on_element)
    return found


class _Fields:
    """Gathers the instructions of fields, whatever they are cut into."""

    def __init__(self) -> None:
        self.instructions: list[str] = []
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if space in WORD_NAMESPACES:
            self._inside = local == "instrText"
            if local == "fldSimple":
                self.instructions += (" ", attributes.get(f"{space} instr", ""), " ")
            elif local == "fldChar":
                self.instructions.append(" ")

    def end(self, _name: str) -> None:
        self._inside = False

    def text(self, words: str) -> None:
        if self._inside:
            self.instructions.append(words)


def _fields(archive: zipfile.ZipFile) -> set[Finding]:
    """Read what fields do: DDE starts programs, INCLUDE fetches."""
    fields = _Fields()
    for name in archive.namelist():
        if name.startswith("word/") and name.endswith(".xml") and name.count("/") == 1:
            root = parsed(
                archive,
                name,
                fields.start,
                EndElementHandler=fields.end,
                CharacterDataHandler=fields.text,
            )
            if name == _BODY and root not in {f"{space} document" for space in WORD_NAMESPACES}:
                raise Refused(Objection.MISMATCH)
    told = "".join(fields.instructions)
    if _RUNNING.search(told):
        raise Refused(Objection.MACROS)
    return {Finding.EXTERNAL} if _FETCHING.search(told) else set()
