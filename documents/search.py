"""Search: turns a text and a question into the same keys, so that a database can match them.

One analyser at write and at query time, for Russian and Kyrgyz alike; the database only stores
and compares keys and needs no dictionary of its own. Give it anonymised text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.morphology import lemmas
from documents.spelling import WORD, fold, orthographic

_TOKEN = re.compile(rf"{WORD.pattern}|\d+")
# What follows a Kyrgyz noun, after fold(): plural, then possessive, then case, each at most once.
# A stands for а е о, I for ы и у.
_SLOTS: tuple[tuple[re.Pattern[str], ...], ...] = tuple(
    tuple(
        re.compile(f"(?:{ending})$".replace("A", "[аео]").replace("I", "[ыиу]"))
        for ending in endings
    )
    for endings in (
        (r"[лдт]Aр",),
        (r"сI", r"I", r"м", r"Iм", r"н", r"Iн", r"бIз", r"IбIз", r"нIз", r"IнIз"),
        (
            r"[ндт]Iн", r"[гк]A", r"(?<=[мн])A", r"(?<=[ыиу])нA", r"[ндт]I", r"(?<=[ыиу])н",
            r"[дт]A", r"(?<=[ыиу])ндA", r"[дт]Aн", r"(?<=[ыиу])нAн", r"[дт]AгI",
            r"(?<=[ыиу])ндAгI", r"[ндт]IкI",
        ),
    )
)  # fmt: skip
_VOWELS = frozenset("аеиоуыэюя")
# Which vowels of a suffix follow the last vowel of a word; after fold() у is also ү, and о is ө.
_IN_HARMONY = {
    **dict.fromkeys("аыя", frozenset("аы")), **dict.fromkeys("еэи", frozenset("еи")),
    **dict.fromkeys("о", frozenset("оу")), **dict.fromkeys("ую", frozenset("аоуы")),
}  # fmt: skip
_SOFTENED = {"б": "п", "г": "к"}
# Voice (passive, causative) and then the ending: өндүр-үл-сүн, канааттан-дыр-ыл-ган.
_VERBAL = re.compile(
    r"(?:[дт][ыиу]р)?(?:[ыиу]?л)?"
    r"(?:[гк][аео]н(?:д[ыиу]к)?|с[ыиу]н|[дт][ыиу]|[ыиу]?п|[аеоий]т|б[ае]й?т?|[уо]+(?:г[ао]|ну|нун)?|"
    r"[ыиу]?ш(?:[ыиу]|[ыиу]н)?)$"
)
_LEAST = 3
_SHORTEST = 2
"""A stem so short is stored (үйгө: үй), and asked for by itself only: алым is not "my ал"."""
_MAX_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a question: as typed, and every key it may be found under."""

    exact: str
    keys: tuple[str, ...]


def keys(text: str) -> list[str]:
    """Return the keys to be stored for a text, each once, in order."""
    seen: set[str] = set()
    for token in _tokens(text):
        seen.update(_keys_of(token))
    return sorted(seen)


def question(text: str) -> tuple[Word, ...]:
    """Return the words of a question; a text must hold one key of each."""
    words = [
        Word(exact=f"w{_plain(token)}", keys=tuple(sorted(_telling(_keys_of(token), token))))
        for token in _tokens(text)
        if _plain(token)
    ]
    return tuple(dict.fromkeys(words))[:_MAX_WORDS]


def tsquery(text: str) -> str:
    """Return the question as PostgreSQL's tsquery: keys of a word or-ed, words and-ed.

    Keys hold letters and digits only, so there is nothing in them to escape.
    """
    return " & ".join("(" + " | ".join(word.keys) + ")" for word in question(text))


def exact_tsquery(text: str) -> str:
    """Return the question for the very forms that were typed: what answers it ranks first."""
    return " & ".join(word.exact for word in question(text))


def excerpt(text: str, asked: str, *, width: int = 220) -> tuple[tuple[str, bool], ...]:
    """Return a piece of the text around the first answer, as (words, is it an answer)."""
    wanted = {key for word in question(asked) for key in word.keys}
    hits = [
        found.span() for found in _TOKEN.finditer(text) if wanted & set(_keys_of(found.group()))
    ]
    if not hits:
        return ()
    start = max(0, hits[0][0] - width // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + width)
    end = text.find(" ", end) if text.find(" ", end) >= 0 else len(text)
    pieces: list[tuple[str, bool]] = []
    at = start
    for low, high in hits:
        if high > end:
            break
        pieces += ((text[at:low], False), (text[low:high], True))
        at = high
    pieces.append((text[at:end], False))
    return tuple((piece, hit) for piece, hit in pieces if piece)


def _tokens(text: str) -> Iterator[str]:
    return (found.group() for found in _TOKEN.finditer(text))


def _telling(keys_of_it: set[str], token: str) -> set[str]:
    """Return the keys of a word that is asked for, without stems that any text may have."""
    form = _plain(token)
    return {key for key in keys_of_it if len(key) > _LEAST or key[1:] == form}


def begun(beginning: str) -> str:
    """Return the tsquery of texts with a word that begins so; empty for signs that are no letters.

    >>> begun("алим")
    'wалим:*'
    """
    form = _plain(beginning)
    return f"w{form}:*" if form else ""


def _plain(token: str) -> str:
    """Return the folded word without what is neither letter nor digit."""
    return "".join(filter(str.isalnum, fold(token)))


def _keys_of(token: str) -> set[str]:
    form = _plain(token)
    if token.isdecimal() or not form:
        return {f"w{form}"} if form else set()
    return {
        f"w{form}",
        *(
            f"r{plain}"
            for lemma in lemmas(orthographic(token))
            if _tells(plain := _plain(lemma), form)
        ),
        *(f"k{stem}" for stem in _kyrgyz_stems(form)),
    }


def _tells(lemma: str, form: str) -> bool:
    """Tell whether a Russian lemma is worth a key: two letters (ал: алый) are one by chance."""
    return lemma == form or (bool(lemma) and len(form) > _SHORTEST)


def _kyrgyz_stems(form: str) -> set[str]:
    """Return the word, what is left of it when suffixes are taken off, and its verbal stem.

    Where a word may be read in several ways (чечим: a decision, or "my чеч") every reading counts:
    its other forms share at least one of them.
    """
    stems = {form}
    for slot in reversed(_SLOTS):
        stems |= {shorter for stem in stems for shorter in _without(stem, slot)}
    found = _VERBAL.search(form, _LEAST)
    if found and found[0]:
        stems.add(_hardened(form[: found.start()]))
    return stems


def _without(stem: str, slot: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """Yield the stem without each suffix of a slot that may follow it."""
    for pattern in slot:
        found = pattern.search(stem, _SHORTEST)
        if found and _harmonious(stem[: found.start()], found[0]):
            rest = stem[: found.start()]
            yield _hardened(rest) if found[0][0] in _VOWELS else rest


def _harmonious(stem: str, suffix: str) -> bool:
    last = next((letter for letter in reversed(stem) if letter in _VOWELS), None)
    return last is not None and set(suffix) & _VOWELS <= _IN_HARMONY[last]


def _hardened(stem: str) -> str:
    """Return the stem as it is written without a vowel after it: китеби -> китеп."""
    return stem[:-1] + _SOFTENED.get(stem[-1], stem[-1])
