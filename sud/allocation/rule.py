"""The rule of the draw as people read it: the numbered paragraphs of the workshop's own README.

Read from the folder that everybody may copy, so what the page says and what comes with the program
are one text. Only the little Markdown that the README uses is understood.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

FILES: Final = {"en": "README.md", "ky": "README.ky.md", "ru": "README.ru.md"}

_HEADING: Final = re.compile(r"(#+) +(.+)")
_CHAPTER: Final = re.compile(r"\d+\. ")
_NUMBERED: Final = re.compile(r"\*\*(\d+\.\d+)\.\*\* +")
_SPAN: Final = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^]]+)\]\([^)]+\)")
# "1 000 000" and "40 %" must not part at the end of a line.
_BOUND: Final = re.compile(r"(?<=\d) (?=\d{3}\b|%)")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line: `kind` is text, code, strong or term."""

    kind: str
    text: str


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a paragraph, a formula or a table; `number` is how a paragraph is cited."""

    kind: str
    number: str = ""
    line: Line = ()
    head: tuple[Line, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()
    figures: frozenset[int] = frozenset()

    @property
    def anchor(self) -> str:
        """The name by which an address points at it."""
        return f"p{self.number}" if self.number else ""


@cache
def rule(language: str) -> tuple[str, tuple[Block, ...]]:
    """Return title and numbered paragraphs of the rule in a language."""
    text = resources.files("assignment").joinpath(FILES[language]).read_text(encoding="utf-8")
    title, *rest = blocks_of(text)
    found: list[Block] = []
    for block in rest:
        if block.kind == "heading" and not _CHAPTER.match(plain(block.line)):
            break
        if found or block.kind == "heading":
            found.append(block)
    return plain(title.line), tuple(found)


def blocks_of(text: str) -> list[Block]:
    """Read Markdown: blocks with an empty line between."""
    return [_block(part) for part in re.split(r"\n{2,}", text.strip("\n"))]


def plain(line: Line) -> str:
    """Return a line without its marks."""
    return "".join(span.text for span in line)


def _block(part: str) -> Block:
    if heading := _HEADING.fullmatch(part):
        line = _line(heading[2])
        chapter = plain(line).partition(".")[0] if _CHAPTER.match(plain(line)) else ""
        return Block(kind="heading", number=chapter, line=line)
    if part.startswith("    "):
        formula = "\n".join(row.strip() for row in part.split("\n"))
        return Block(kind="formula", line=(Span("text", formula),))
    if part.startswith("|"):
        head, rule_of_columns, *rows = (_cells(row) for row in part.split("\n"))
        figures = {place for place, cell in enumerate(rule_of_columns) if plain(cell)[-1:] == ":"}
        return Block(kind="table", head=head, rows=tuple(rows), figures=frozenset(figures))
    number = _NUMBERED.match(part)
    words = part[number.end() :] if number else part
    return Block(
        kind="paragraph",
        number=number[1] if number else "",
        line=_line(words.replace("\n", " ")),
    )


def _cells(row: str) -> tuple[Line, ...]:
    return tuple(_line(cell.strip()) for cell in row.strip("|").split("|"))


def _line(text: str) -> Line:
    text = _BOUND.sub("\N{NO-BREAK SPACE}", text)
    spans, end = [], 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            spans.append(Span("text", text[end : found.start()]))
        code, strong, term, link = found.groups()
        kind = "code" if code else "strong" if strong else "term" if term else "text"
        spans.append(Span(kind, code or strong or term or link))
        end = found.end()
    if end < len(text):
        spans.append(Span("text", text[end:]))
    return tuple(spans)
