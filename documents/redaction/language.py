"""Language: tells whether a text, or one paragraph of it, is Kyrgyz or Russian."""

from __future__ import annotations

import re

from documents.redaction.vocabulary import words_of
from documents.spelling import WORD, skeleton

_KYRGYZ_LETTERS = re.compile(r"[ңөүӊʏɵѳ]", re.IGNORECASE)
_KYRGYZ_WORDS = words_of("kyrgyz")
_RUSSIAN_WORDS = words_of("russian")
_ENOUGH = 4_000
"""Letters from the beginning that tell enough."""


def language_of(text: str, otherwise: str = "ru") -> str:
    """Return "ky" or "ru"; ``otherwise`` when nothing tells."""
    words = WORD.findall(text[:_ENOUGH])
    kyrgyz = 2 * sum(skeleton(word) in _KYRGYZ_WORDS for word in words)
    kyrgyz += sum(_KYRGYZ_LETTERS.search(word) is not None for word in words)
    russian = 2 * sum(skeleton(word) in _RUSSIAN_WORDS for word in words)
    if kyrgyz == russian:
        return otherwise
    return "ky" if kyrgyz > russian else "ru"
