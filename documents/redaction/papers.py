"""Papers: reads back everything that a published file tells, seen or hidden, piece by piece."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePath
from urllib.parse import unquote_plus

import pikepdf
from pypdf import PdfReader
from pypdf.errors import PyPdfError

_MARKUP = re.compile(r"<[^>]*>|\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){2,}")
_DEEPEST = 3
_LARGEST_PART = 64 << 20
_MOST_REVISIONS = 20
_NO_WORDS = frozenset({"/ID", "/ByteRange", "/Cert", "/CheckSum"})
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "li", "main", "nav"),
        *("ol", "option", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"),
    }
)


class UnreadablePaperError(ValueError):
    """A file cannot be read, so nothing can be promised about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words of a file, and where in it they stand."""

    where: str
    text: str


def text_of_pdf(content: bytes) -> str:
    """Return the text layer, the properties, the bookmarks and the XMP of a PDF as one text."""
    reader = PdfReader(io.BytesIO(content))
    told = [page.extract_text() for page in reader.pages]
    told += [str(value) for name, value in (reader.metadata or {}).items() if "Date" not in name]
    told += [str(entry.title) for entry in reader.outline if not isinstance(entry, list)]
    if reader.xmp_metadata is not None:
        written = reader.xmp_metadata.stream.get_data().decode("utf-8", "replace")
        told.append(_MARKUP.sub(" ", written))
    return "\n\n".join(told)


def pieces_of(content: bytes, name: str = "") -> Iterator[Piece]:
    """Give every piece of a PDF, a web page, JSON, an office paper or plain text, and its name.

    Raises UnreadablePaperError when the content is none of these, or broken.
    """
    if name:
        yield Piece(where="file name", text=_spaced(PurePath(name).stem))
    yield from _inside(content, "", depth=0)


def pieces_of_address(address: str) -> Iterator[Piece]:
    """Give the words of a web address."""
    yield Piece(where="address", text=_spaced(unquote_plus(address)))


def _inside(content: bytes, where: str, *, depth: int) -> Iterator[Piece]:
    if content.lstrip()[:5] == b"%PDF-":
        yield from _pdf(content, where, depth=depth)
    elif content[:4] == b"PK\3\4":
        yield from _package(content, where, depth=depth)
    else:
        yield from _text(_decoded(content, where), where)


def _spaced(name: str) -> str:
    """Return a name of a file or an address as words, since it is written without spaces."""
    words = re.sub(r"[_+/?&=.,:;-]+|(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", unquote_plus(name))
    return f"{name} {words} {words.title()}"


def _decoded(content: bytes, where: str) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadablePaperError(
            f"{where or 'the file'} is neither a PDF, an office paper nor text in UTF-8"
        ) from None
    if text.count("\0") > len(text) // 10:
        raise UnreadablePaperError(f"{where or 'the file'} is no text")
    return text


def _text(text: str, where: str) -> Iterator[Piece]:
    begun = text.lstrip()[:1]
    if begun in {"{", "["}:
        try:
            yield Piece(where=where or "JSON", text="\n".join(_strings(json.loads(text))))
        except (json.JSONDecodeError, RecursionError):
            pass
        else:
            return
    if begun == "<":
        page = _Page()
        page.feed(text)
        page.close()
        yield Piece(where=where or "text", text="".join(page.told))
        yield Piece(where=f"{where} markup".strip(), text="\n".join(page.hidden))
        return
    yield Piece(where=where or "text", text=text)
    unescaped = _PERCENT.sub(lambda found: unquote_plus(found[0]), text)
    unescaped = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unescaped)
    if unescaped != text:
        yield Piece(where=f"{where or 'text'}, unescaped", text=unescaped)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield unquote_plus(value) if _PERCENT.search(value) else value
    elif value is not None:
        yield str(value)


class _Page(HTMLParser):
    """Gathers what a web page shows, and what its markup holds beside."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.told.append("\n")
        self.hidden += [unquote_plus(value) for _name, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.told.append("\n")

    def handle_data(self, data: str) -> None:
        self.told.append(data)

    def handle_comment(self, data: str) -> None:
        self.hidden.append(data)

    def handle_decl(self, decl: str) -> None:
        self.hidden.append(decl)

    def handle_pi(self, data: str) -> None:
        self.hidden.append(data)

    def unknown_decl(self, data: str) -> None:
        self.hidden.append(data)


def _package(content: bytes, where: str, *, depth: int) -> Iterator[Piece]:
    """Give the parts of an office paper; each is bounded, since a zip may unfold without end."""
    if depth >= _DEEPEST:
        raise UnreadablePaperError(f"{where}: packages inside packages inside packages")
    left = _LARGEST_PART
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for part in package.infolist():
                yield Piece(where=f"{where} name of a part".strip(), text=_spaced(part.filename))
                with package.open(part) as file:
                    inner = file.read(left + 1)
                left -= len(inner)
                if left < 0:
                    raise UnreadablePaperError(f"{part.filename} unfolds to more than it should")
                if inner and (part.filename.endswith((".xml", ".rels", ".txt", ".json", ".pdf"))):
                    yield from _inside(inner, part.filename, depth=depth + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadablePaperError(f"{where or 'the file'}: a broken package: {error}") from error


def _pdf(content: bytes, where: str, *, depth: int) -> Iterator[Piece]:
    """Give the text of the pages, every string of every object, XMP and what is attached.

    An earlier state of the file that lies in it still is read as well.
    """
    inside = f"{where}: " if where else ""
    try:
        reader = PdfReader(io.BytesIO(content))
        for number, page in enumerate(reader.pages, start=1):
            yield Piece(where=f"{inside}page {number}", text=page.extract_text())
        with pikepdf.open(io.BytesIO(content)) as paper:
            yield Piece(where=f"{inside}properties", text="\n".join(_strings_of(paper)))
            yield from _streams(paper, inside, depth=depth)
    except (PyPdfError, pikepdf.PdfError, ValueError, KeyError, RecursionError) as error:
        if isinstance(error, UnreadablePaperError):
            raise
        raise UnreadablePaperError(f"{where or 'the file'}: a broken PDF: {error}") from error
    ends = [found.end() for found in re.finditer(rb"%%EOF", content)][:-1][:_MOST_REVISIONS]
    for number, end in enumerate(ends, start=1):
        try:
            reader = PdfReader(io.BytesIO(content[:end]))
            text = "\n".join(page.extract_text() for page in reader.pages)
        except (PyPdfError, ValueError, KeyError, RecursionError):
            continue
        yield Piece(where=f"{inside}earlier state {number}", text=text)


def _strings_of(paper: pikepdf.Pdf) -> Iterator[str]:
    """Give every string that any object of the file holds: titles, names, values, reasons."""
    for held in (*paper.objects, paper.trailer):
        yield from _strings_in(held, deep=0)


def _strings_in(held: object, *, deep: int) -> Iterator[str]:
    if isinstance(held, pikepdf.String):
        yield str(held)
    elif deep > _DEEPEST * 4:
        return
    elif isinstance(held, pikepdf.Array):
        for inner in held:
            if not getattr(inner, "is_indirect", False):
                yield from _strings_in(inner, deep=deep + 1)
    elif isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
        signed = "/ByteRange" in held  # its contents are a signature and no words
        for key, inner in held.items():
            if "Date" in key or key in _NO_WORDS or (signed and key == "/Contents"):
                continue
            if not getattr(inner, "is_indirect", False):
                yield from _strings_in(inner, deep=deep + 1)


def _streams(paper: pikepdf.Pdf, inside: str, *, depth: int) -> Iterator[Piece]:
    for held in paper.objects:
        if not isinstance(held, pikepdf.Stream):
            continue
        if held.get("/Type") == "/Metadata" or held.get("/Subtype") == "/XML":
            yield Piece(
                where=f"{inside}XMP",
                text=_MARKUP.sub(" ", held.read_bytes().decode("utf-8", "replace")),
            )
        elif held.get("/Type") == "/EmbeddedFile":
            attached = held.read_bytes()
            try:
                yield from _inside(attached, f"{inside}attachment", depth=depth + 1)
            except UnreadablePaperError:
                if depth >= _DEEPEST:
                    raise
                yield Piece(where=f"{inside}attachment", text=attached.decode("utf-8", "replace"))
