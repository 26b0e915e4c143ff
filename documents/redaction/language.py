"""Language: tells whether a text, or one paragraph of it, is Kyrgyz or Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.redaction.vocabulary import list_of
from documents.spelling import WORD, fold

_KYRGYZ_LETTER = re.compile(r"[ңөүӊʏɵѳ]")
_KYRGYZ_WORDS = frozenset(map(fold, list_of("kyrgyz")))
_RUSSIAN_WORDS = frozenset(map(fold, list_of("russian")))
_ENOUGH = 4_000
"""Letters from the beginning that tell enough."""
_ONE_WORD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A line of a text, its end included, and the language it is written in: "ky" or "ru"."""

    start: int
    end: int
    language: str


def paragraphs(text: str, otherwise: str) -> Iterator[Paragraph]:
    """Give every line of the text; ``otherwise`` is the language of those that tell none."""
    at = 0
    for line in text.splitlines(keepends=True):
        yield Paragraph(start=at, end=at + len(line), language=language_of(line, otherwise))
        at += len(line)


def language_of(text: str, otherwise: str = "ru") -> str:
    """Return "ky" or "ru"; ``otherwise`` when nothing tells.

    Against Russian one word is not enough: «же» and «бар» are Russian words too, and whom a
    paragraph names that passes for Kyrgyz the reader of Russian names is never asked about.
    """
    beginning = text[:_ENOUGH]
    written = WORD.findall(beginning)
    words = list(map(fold, written))
    kyrgyz = _ONE_WORD * sum(word in _KYRGYZ_WORDS for word in words)
    if _KYRGYZ_LETTER.search(beginning):
        # A name keeps its letters in either language: «Гражданка Үсөнова Гүлзат» is Russian.
        kyrgyz += sum(bool(word.islower() and _KYRGYZ_LETTER.search(word)) for word in written)
    russian = _ONE_WORD * sum(word in _RUSSIAN_WORDS for word in words)
    if kyrgyz > russian + (_ONE_WORD if otherwise == "ru" else 0):
        return "ky"
    return "ru" if russian > kyrgyz else otherwise
