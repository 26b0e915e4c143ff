"""Reader: cuts a Russian text into words and says how likely each of them is of a name.

It asks the network for probabilities and not for its one best reading: a name that it half
believes in is what a clerk must see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.redaction.network import NoReaderError, likely, row_of
from documents.spelling import plain_letters

__all__ = ["NoReaderError", "Reading", "readings"]

_TOKEN = re.compile(
    r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*"  # Ак-Жол is one word to the network
    r"|\d+(?:[./,-]\d+)*|[^\w\s]|_+"
)
_SENTENCE_END = frozenset(".!?…;")
_LONGEST = 100
"""Words in one piece: the network looks three words around, longer pieces tell it no more."""
_LONGEST_WORD = 40
_SHORTEST_TITLE = 3

_Piece = list[tuple[int, str]]
"""The words of a piece, and where each of them begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A word at its place, and the probabilities that it belongs to the name of something."""

    start: int
    end: int
    person: float
    place: float
    organisation: float


def readings(text: str) -> list[Reading]:
    """Return what the network thinks of every word that begins with a capital letter.

    Raises NoReaderError when the network is not installed.
    """
    pieces = sorted(_pieces(plain_letters(text)), key=len)
    read = likely([_rows(piece) for piece in pieces])
    return sorted(
        (
            Reading(
                start=start,
                end=start + len(word),
                person=person,
                place=place,
                organisation=organisation,
            )
            for piece, told in zip(pieces, read, strict=True)
            for (start, word), (person, place, organisation) in zip(
                piece, told.tolist(), strict=True
            )
            if not word.islower() and word[0].isalpha()
        ),
        key=lambda one: one.start,
    )


def _rows(piece: _Piece) -> list[tuple[int, int]]:
    """Return what the network knows the words by; a heading in capitals is read as if in small."""
    words = [word[:_LONGEST_WORD] for _start, word in piece]
    if any(word.islower() for word in words):
        return [row_of(word.lower(), word) for word in words]
    return [
        row_of(word.lower(), word.title() if len(word) >= _SHORTEST_TITLE else word)
        for word in words
    ]


def _pieces(text: str) -> Iterator[_Piece]:
    """Give the words of the text by paragraphs, a long one cut behind a sentence if it can be."""
    at = 0
    for line in text.splitlines(keepends=True):
        words = [(found.start(), found[0]) for found in _TOKEN.finditer(text, at, at + len(line))]
        at += len(line)
        while len(words) > _LONGEST:
            cut = next(
                (
                    place
                    for place in range(_LONGEST, _LONGEST // 2, -1)
                    if words[place - 1][1] in _SENTENCE_END
                ),
                _LONGEST,
            )
            yield words[:cut]
            words = words[cut:]
        if words:
            yield words
