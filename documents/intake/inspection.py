"""Inspection: parses one hostile file and reports it; runs in bounds only (`bounds.py`).

The report is either {"pages", "found"} or {"objection", "facts"}.
"""

import zipfile
import zlib
from collections.abc import Callable
from typing import Any, Final, NoReturn
from xml.parsers import expat

Bounds = dict[str, int]
_CHUNK: Final = 1 << 20
_SMALL: Final = 1 << 20
_WORD_MAIN: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
)
_WORD_NS: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT_WORD_NS: Final = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_TYPES_NS: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
# Filters that make bytes smaller; two of them on one stream multiply (1.5 KB became 512 MB).
_SHRINKING: Final = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_ACTIONS: Final = {
    "/JavaScript": "script",
    "/Launch": "launch",
    "/ImportData": "import",
    "/SubmitForm": "submit",
    "/GoToE": "attachment",
}


class ObjectionRaised(Exception):  # noqa: N818 - a finding, not a failure
    """The file is turned away for a reason that can be named."""

    def __init__(self, code: str, **facts: int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def _object(code: str, **facts: int) -> NoReturn:
    raise ObjectionRaised(code, **facts)


def inspect_pdf(path: str, bounds: Bounds) -> dict[str, Any]:
    """Open a PDF completely, count pages, refuse bombs and double files, name active content."""
    import pikepdf

    # A PDF that is a ZIP at the same time is two files for two readers.
    if zipfile.is_zipfile(path):
        _object("two_in_one")
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        _object("encrypted")
    with pdf:
        if pdf.is_encrypted:
            _object("encrypted")
        pages = len(pdf.pages)
        if pages == 0:
            _object("damaged")
        if pages > bounds["pages"]:
            _object("too_many_pages", pages=pages, limit=bounds["pages"])
        found: set[str] = set()
        left = bounds["unpacked"]
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                left -= _unpacked(thing, left)
                if left <= 0:
                    _object("bomb")
            if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
                found |= _active(thing)
    return {"pages": pages, "found": sorted(found)}


def _unpacked(stream: Any, most: int) -> int:
    """Return how many bytes a drawing's stream unpacks to, never unpacking more than `most`.

    Pictures declare their size by their dimensions; what swells unseen are drawings.
    """
    named = stream.get("/Filter")
    if named is None:
        return 0
    filters = [str(named)] if _is_name(named) else [str(name) for name in named]
    if sum(name in _SHRINKING for name in filters) > 1:
        _object("bomb")
    if filters != ["/FlateDecode"] or str(stream.get("/Subtype")) == "/Image":
        return 0
    unpacker, total = zlib.decompressobj(), 0
    data = stream.read_raw_bytes()
    while data and total <= most:
        total += len(unpacker.decompress(data, _CHUNK))
        data = unpacker.unconsumed_tail
    return total


def _is_name(thing: Any) -> bool:
    import pikepdf

    return isinstance(thing, pikepdf.Name)


def _active(whole: Any) -> set[str]:
    """Name active content of one object, also of what is written inside it."""
    import pikepdf

    found, waiting = set(), [whole]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            inner = list(thing)
        else:
            found |= _active_keys(thing)
            inner = [thing[key] for key in thing.keys()]  # noqa: SIM118 - not a Python dict
        waiting += [
            one
            for one in inner
            if isinstance(one, pikepdf.Array | pikepdf.Dictionary) and not one.is_indirect
        ]
    return found


def _active_keys(thing: Any) -> set[str]:
    found = set()
    action = thing.get("/S")
    if action is not None and _is_name(action) and str(action) in _ACTIONS:
        found.add(_ACTIONS[str(action)])
    if "/EmbeddedFiles" in thing or "/EF" in thing:
        found.add("attachment")
    if "/XFA" in thing:
        found.add("form")
    if "/ByteRange" in thing and "/Contents" in thing:
        found.add("signature")
    return found


def inspect_image(path: str, bounds: Bounds, kind: str) -> dict[str, Any]:
    """Decode a picture completely, as the one format that it claims."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the bound below answers with a reason
    if zipfile.is_zipfile(path):
        _object("two_in_one")
    with Image.open(path, formats=(kind.upper(),)) as image:
        pixels = image.width * image.height
        if pixels > bounds["pixels"]:
            _object("bomb", pixels=pixels, limit=bounds["pixels"])
        # A JPEG is read whole, but drawn small: memory is for the parser.
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()
    return {"pages": 1, "found": []}


def inspect_docx(path: str, bounds: Bounds) -> dict[str, Any]:
    """Unpack every part of a DOCX with counted bytes; it must be a Word document in its parts."""
    with open(path, "rb") as file, zipfile.ZipFile(file) as archive:  # noqa: PTH123
        size = file.seek(0, 2)
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(entries) > bounds["entries"]:
            _object("bomb", entries=len(entries))
        if len(set(names)) != len(names) or any(_escapes(name) for name in names):
            _object("damaged")
        if any(entry.flag_bits & 0x1 for entry in entries):
            _object("encrypted")
        if "[Content_Types].xml" not in names or "word/document.xml" not in names:
            _object("mismatch")
        left = min(bounds["unpacked"], max(size * bounds["ratio"], _SMALL))
        for entry in entries:
            left -= _unzipped(archive, entry, left)
        _check_types(archive)
        root = _root_of(archive, "word/document.xml", lambda *_: None)
        if root not in {f"{_WORD_NS} document", f"{_STRICT_WORD_NS} document"}:
            _object("mismatch")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            _object("macros")
        attached = any(name.startswith("word/embeddings/") for name in names)
    return {"pages": None, "found": ["attachment"] if attached else []}


def _escapes(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or "\0" in name


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Count the real bytes of a part; what the directory declares is only a claim."""
    total = 0
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            total += len(chunk)
            if total > left:
                _object("bomb")
    return total


def _check_types(archive: zipfile.ZipFile) -> None:
    main: list[str] = []

    def on_element(name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TYPES_NS} Override" and attributes.get("PartName") == "/word/document.xml":
            main.append(attributes.get("ContentType", ""))

    _root_of(archive, "[Content_Types].xml", on_element)
    if any("macroEnabled" in kind for kind in main):
        _object("macros")
    if main and main != [_WORD_MAIN]:
        _object("mismatch")


def _root_of(
    archive: zipfile.ZipFile, name: str, on_element: Callable[[str, dict[str, str]], None]
) -> str:
    """Parse a part as XML without any DTD and return the name of its root."""
    parser = expat.ParserCreate(namespace_separator=" ")
    root: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if not root:
            root.append(element)
        on_element(element, attributes)

    def doctype(*_: object) -> None:
        _object("bomb")

    parser.StartElementHandler = start
    # Entities that multiply need a DTD; a Word document has none.
    parser.StartDoctypeDeclHandler = doctype
    with archive.open(name) as part:
        parser.ParseFile(part)
    return root[0]


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Inspect `path` as `kind` inside `limits`; every failure of a parser becomes a finding."""
    kind, path, bounds = arguments["kind"], arguments["path"], arguments["limits"]
    try:
        if kind == "pdf":
            return inspect_pdf(path, bounds)
        if kind == "docx":
            return inspect_docx(path, bounds)
        return inspect_image(path, bounds, kind)
    except ObjectionRaised as objection:
        return {"objection": objection.code, "facts": objection.facts}
    except MemoryError:
        return {"objection": "bomb", "facts": {}}
    except Exception:  # noqa: BLE001 - parsers of hostile input fail in every way there is
        return {"objection": "damaged", "facts": {}}
