"""Gazetteer: tells whether a word is a Kyrgyz given name or built like a Kyrgyz surname."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files

from documents.redaction.declension import Case, kyrgyz_case
from documents.redaction.vocabulary import COMMON_GIVEN
from documents.spelling import skeleton

_LONGEST_SUFFIX = 9
_SHORTEST = 3
# What surnames end in, as skeleton() leaves it: Токтогулов, Мамбеталиева, Жээнбеков.
_SURNAME = re.compile(r".{2,}(?:[аеиоу]ев|[бвгджзклмнпрстфхчш]ов|[бгджзклмнрстчш]ев)а?")


@cache
def _given() -> frozenset[str]:
    text = files("documents.redaction").joinpath("given_names.txt").read_text("utf-8")
    listed = (line for line in text.splitlines() if line and not line.startswith("#"))
    return frozenset(map(skeleton, listed)) | COMMON_GIVEN


@lru_cache(maxsize=65_536)
def given_name(word: str) -> Case | None:
    """Return the case in which a word is a listed given name, or nothing.

    >>> given_name("Айгүлдүн")
    <Case.GENITIVE: 'gent'>
    """
    return _cased(skeleton(word), lambda stem: stem in _given())


@lru_cache(maxsize=65_536)
def surname(word: str) -> Case | None:
    """Return the case in which a word is built like a surname, or nothing.

    >>> surname("Токтогуловага"), surname("Кыргызстан")
    (<Case.DATIVE: 'datv'>, None)
    """
    return _cased(skeleton(word), lambda stem: _SURNAME.fullmatch(stem) is not None)


def _cased(base: str, is_name: Callable[[str], bool]) -> Case | None:
    """Return the case of the shortest suffix that leaves a name."""
    for cut in range(len(base), max(_SHORTEST, len(base) - _LONGEST_SUFFIX) - 1, -1):
        if is_name(base[:cut]) and (case := kyrgyz_case(base[cut:])) is not None:
            return case
    return None
