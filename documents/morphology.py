"""Morphology: the one door to the Russian dictionary, opened once for a process."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import pymorphy3

_NAME_TAGS = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})


@cache
def _dictionary() -> Any:
    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=65_536)
def lemmas(word: str) -> tuple[str, ...]:
    """Return every dictionary form that a Russian word may come from, likeliest first."""
    return tuple(dict.fromkeys(parse.normal_form for parse in _dictionary().parse(word)))


@lru_cache(maxsize=65_536)
def is_common_word(word: str) -> bool:
    """Tell whether the dictionary knows the word as something else than a name."""
    return any(
        parse.is_known and not _NAME_TAGS & set(parse.tag.grammemes)
        for parse in _dictionary().parse(word)
    )


@lru_cache(maxsize=65_536)
def is_surname(word: str) -> bool:
    """Tell whether the likeliest reading of a word is a surname or a patronymic."""
    best = _dictionary().parse(word)[0]
    return bool({"Surn", "Patr"} & set(best.tag.grammemes))


@lru_cache(maxsize=1_024)
def inflected(word: str, case: str) -> str:
    """Return a Russian noun or adjective in a case (gent, datv, accs, ablt, loct)."""
    parse = _dictionary().parse(word)[0]
    changed = parse.inflect({case})
    return str(changed.word) if changed else word
