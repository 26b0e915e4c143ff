"""Roles: what somebody's part in a case is called, in both languages and for either sex."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from documents.redaction.declension import russian_forms
from documents.spelling import WORD, fold, skeleton

_SHORT = 4
_CYRILLIC = re.compile(r"[\u0400-\u04ff ]+")


@cache
def _roles() -> dict[str, dict[str, str]]:
    text = files("documents.redaction").joinpath("roles.toml").read_text("utf-8")
    return tomllib.loads(text)


def _words(told: dict[str, str]) -> list[str]:
    """Return every word for a role; others than the usual ones stand between semicolons."""
    return [word.strip() for words in told.values() for word in words.split(";")]


def role_of(written: str) -> str:
    """Return the code of a role written as a code or as a word of either language.

    >>> role_of("Истец"), role_of("доогер"), role_of("plaintiff"), role_of("сосед")
    ('plaintiff', 'plaintiff', 'plaintiff', 'сосед')
    >>> role_of("ответчица"), role_of("карыздар")
    ('respondent', 'debtor')
    >>> role_of("Defendant"), role_of("third party")
    ('respondent', 'third_party')
    """
    wanted = fold(re.sub(r"[\s_-]+", " ", written).strip())
    for code, told in _roles().items():
        if wanted == code.replace("_", " ") or wanted in map(fold, _words(told)):
            return code
    return written.strip()


def role_word(code: str, language: str) -> str:
    """Return what a role is called: an unknown one by its own word, if it is of our script.

    >>> role_word("сосед 2", "ru"), role_word("neighbour", "ru")
    ('сосед', 'участник')
    """
    words = _roles().get(code)
    if words:
        return words[language]
    own = re.sub(r"[\W\d_]+", " ", code).strip()
    return own if _CYRILLIC.fullmatch(own) else _roles()["participant"][language]


def ends_in_role(line: str, label: str) -> bool:
    """Tell whether a line ends in the words for the role that a label names, in any case.

    >>> ends_in_role("с ответчицы ", "Ответчик 1"), ends_in_role("с истца ", "Ответчик 1")
    (True, False)
    """
    before = [skeleton(word) for word in WORD.findall(line)]
    return any(
        len(before) >= len(role) and all(map(_is_form, before[-len(role) :], role))
        for role in _called(label)
    )


@lru_cache(maxsize=1_024)
def _called(label: str) -> tuple[tuple[str, ...], ...]:
    """Return each way to name the role of a label, by its words."""
    own = " ".join(WORD.findall(label))
    told = _roles().get(role_of(own))
    return tuple(tuple(WORD.findall(word)) for word in (_words(told) if told else [own]) if word)


def _is_form(word: str, role: str) -> bool:
    base = skeleton(role)
    least = base[:-1] if len(base) <= _SHORT else base[: max(_SHORT, len(base) - 3)]
    return word.startswith(least) or word in russian_forms(fold(role))
