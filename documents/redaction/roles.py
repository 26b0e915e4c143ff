"""Roles: what somebody's part in a case is called, in both languages and for either sex."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from documents.morphology import inflected
from documents.redaction.declension import russian_forms
from documents.spelling import WORD, fold, skeleton

_SHORT = 4
_SPACE = frozenset({" ", "\u00a0"})
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


def said_once(before: str, label: str) -> tuple[str, str]:
    """Return what stands before a label, without the role that the label says too, and the label.

    A Russian label takes the case of the word that it stands for.

    >>> said_once("Иск истца ", "Истец 1"), said_once("с истца ", "Ответчика 1")
    (('Иск ', 'Истца 1'), ('с истца ', 'Ответчика 1'))
    >>> said_once("Кечээ доогер ", "1-доогердин"), said_once("Истица ", "Истец 1")
    (('Кечээ ', '1-доогердин'), ('', 'Истец 1'))
    """
    found, own = list(WORD.finditer(before)), list(WORD.finditer(label))
    for role in _repeated(label):
        words = found[-len(role) :]
        if (
            len(words) == len(role)
            and before[words[-1].end() :] in _SPACE
            and all(before[one.end() : two.start()] in _SPACE for one, two in pairwise(words))
            and _is_called(words, role)
        ):
            start = words[0].start()
            if label[:1].isalpha() and _is_called(own, role):
                label = before[start].upper() + before[start + 1 : -1] + label[own[-1].end() :]
            return before[:start], label
    return before, label


@lru_cache(maxsize=1_024)
def _repeated(label: str) -> tuple[tuple[str, ...], ...]:
    """Return each way to name the role that a label in any case begins or ends with."""
    own = [skeleton(word) for word in WORD.findall(label)]
    return tuple(
        way
        for ways in map(_ways, map(_words, _roles().values()))
        if any(len(one) == len(own) and all(map(_is_form, own, one)) for one in ways)
        for way in ways
    )


def _is_called(words: Sequence[re.Match[str]], role: Sequence[str]) -> bool:
    """Tell whether words are those of a role, of one person; Kyrgyz bends the name behind them."""
    return all(skeleton(word[0]) in _singular(part) for word, part in zip(words, role, strict=True))


@lru_cache(maxsize=1_024)
def _singular(word: str) -> frozenset[str]:
    """Return a word and its Russian cases."""
    bent = (inflected(word.lower(), case) for case in ("gent", "datv", "accs", "ablt", "loct"))
    return frozenset(map(skeleton, (word, *bent)))


@lru_cache(maxsize=1_024)
def _called(label: str) -> tuple[tuple[str, ...], ...]:
    """Return each way to name the role of a label, by its words."""
    own = " ".join(WORD.findall(label))
    told = _roles().get(role_of(own))
    return _ways(_words(told) if told else [own])


def _ways(called: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return each way to call somebody by its words."""
    return tuple(tuple(WORD.findall(way)) for way in called if way)


def _is_form(word: str, role: str) -> bool:
    base = skeleton(role)
    least = base[:-1] if len(base) <= _SHORT else base[: max(_SHORT, len(base) - 3)]
    return word.startswith(least) or word in russian_forms(fold(role))
