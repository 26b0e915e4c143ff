"""Language: tells whether a text, or one paragraph of it, is Kyrgyz or Russian."""

from __future__ import annotations

import re

from documents.redaction.vocabulary import list_of
from documents.spelling import WORD, fold

_KYRGYZ_LETTER = re.compile(r"[ңөүӊʏɵѳ]")
_KYRGYZ_WORDS = frozenset(map(fold, list_of("kyrgyz")))
_RUSSIAN_WORDS = frozenset(map(fold, list_of("russian")))
_ENOUGH = 4_000
"""Letters from the beginning that tell enough."""
_ONE_WORD = 2


def language_of(text: str, otherwise: str = "ru") -> str:
    """Return "ky" or "ru"; ``otherwise`` when nothing tells.

    Against Russian one word is not enough: «же» and «бар» are Russian words too, and whom a
    paragraph names that passes for Kyrgyz the reader of Russian names is never asked about.
    """
    written = WORD.findall(text[:_ENOUGH])
    words = list(map(fold, written))
    kyrgyz = _ONE_WORD * sum(word in _KYRGYZ_WORDS for word in words)
    # A name keeps its letters in either language: «Гражданка Үсөнова Гүлзат» is Russian.
    kyrgyz += sum(word.islower() and _KYRGYZ_LETTER.search(word) is not None for word in written)
    russian = _ONE_WORD * sum(word in _RUSSIAN_WORDS for word in words)
    if kyrgyz > russian + (_ONE_WORD if otherwise == "ru" else 0):
        return "ky"
    return "ru" if russian > kyrgyz else otherwise
