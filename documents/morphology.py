"""Morphology: the one door to the Russian dictionary, opened once for a process."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import pymorphy3

# The package stumbles over letters that Unicode has not named; it has nothing to say of them.
_RUSSIAN = re.compile(r"[а-яёңөү]+(?:-[а-яёңөү]+)*")
_NAME_TAGS = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})


@cache
def _dictionary() -> Any:
    return pymorphy3.MorphAnalyzer()


def _parses(word: str) -> Any:
    return _dictionary().parse(word) if _RUSSIAN.fullmatch(word) else ()


@lru_cache(maxsize=65_536)
def lemmas(word: str) -> tuple[str, ...]:
    """Return every dictionary form that a Russian word may come from, likeliest first."""
    return tuple(dict.fromkeys(parse.normal_form for parse in _parses(word)))


@lru_cache(maxsize=65_536)
def is_common_word(word: str) -> bool:
    """Tell whether the dictionary knows the word as something else than a name."""
    return any(
        parse.is_known and not _NAME_TAGS & set(parse.tag.grammemes) for parse in _parses(word)
    )


@lru_cache(maxsize=65_536)
def is_surname(word: str) -> bool:
    """Tell whether the likeliest reading of a word is a surname or a patronymic."""
    return any({"Surn", "Patr"} & set(best.tag.grammemes) for best in _parses(word)[:1])


@lru_cache(maxsize=1_024)
def inflected(word: str, case: str) -> str:
    """Return a Russian noun or adjective in a case (gent, datv, accs, ablt, loct)."""
    parse = _dictionary().parse(word)[0]
    changed = parse.inflect({case})
    return str(changed.word) if changed else word
