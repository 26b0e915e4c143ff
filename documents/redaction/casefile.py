"""Case file: reads what outsiders write down about a case (CASE.json) and checks every word of it.

The agreement is schemas/redaction-case.v1.json.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from documents.redaction.identifiers import born_of
from documents.redaction.known import Known, Name, Official, Person, label_of, names_of
from documents.redaction.policy import Policy, Treatment
from documents.redaction.roles import role_of, role_word
from documents.spelling import WORD

_CASE_KEYS = {"persons", "organisations", "keep", "language", "case_kind"}
_LISTS = ("addresses", "phones", "emails", "documents", "plates", "accounts", "property", "other")
_PERSON_KEYS = {"role", "names", "former_names", "pin", "pins", "born", *_LISTS}
_MOST_WORDS_OF_A_NAME = 5
_INITIALS = re.compile(r"(?:[^\W\d_]\.\s*)+")


class CaseFileError(ValueError):
    """What is written down about the case cannot be understood; says where and why."""


def known_of(case: object, *, language: str, policy: Policy) -> Known:
    """Return a case file as the redaction wants it. Raises CaseFileError.

    Who keeps his name by the policy, in this role and kind of case, becomes an official.
    """
    told = _mapping(case, "the case")
    _only(told, _CASE_KEYS, "the case")
    kind = _text(told, "case_kind", "the case")
    persons: list[Person] = []
    officials: list[Official] = []
    numbers: Counter[str] = Counter()
    for at, one in enumerate(_list(told, "persons", "the case")):
        where = f"persons[{at}]"
        facts = _mapping(one, where)
        _only(facts, _PERSON_KEYS, where)
        role = role_of(_text(facts, "role", where))
        names = _names(facts, where)
        if policy.treatment("person", role, kind) is Treatment.KEEP:
            officials.append(Official(key=where, names=names))
            continue
        word = role_word(role, language)
        numbers[word] += 1
        persons.append(_person(facts, where, role, names, label_of(word, numbers[word], language)))
    organisations = [*_texts(told, "organisations", "the case")]
    for at, phrase in enumerate(_texts(told, "keep", "the case")):
        if _is_a_name(phrase):
            officials.append(Official(key=f"keep[{at}]", names=names_of(phrase)))
        else:
            organisations.append(phrase)
    return Known(
        persons=tuple(persons),
        officials=tuple(officials),
        organisations=tuple(organisations),
        language=language,
        case_kind=kind,
    )


def _person(
    facts: Mapping[str, Any], where: str, role: str, names: tuple[Name, ...], label: str
) -> Person:
    lists = {name: tuple(_texts(facts, name, where)) for name in _LISTS}
    pins = (
        *_texts(facts, "pins", where),
        *([_text(facts, "pin", where)] if "pin" in facts else []),
    )
    born = _text(facts, "born", where)
    try:
        day = date.fromisoformat(born) if born else next(filter(None, map(born_of, pins)), None)
    except ValueError:
        raise CaseFileError(f"{where}.born: {born!r} is no date like 1985-03-12") from None
    return Person(
        key=where,
        label=label,
        names=names,
        role=role,
        pins=tuple(filter(None, pins)),
        born=day,
        **lists,
    )


def _names(facts: Mapping[str, Any], where: str) -> tuple[Name, ...]:
    written = [*_texts(facts, "names", where), *_texts(facts, "former_names", where)]
    for name in written:
        if not WORD.search(name):
            raise CaseFileError(f"{where}.names: {name!r} has no letters")
    return tuple(name for line in written for name in names_of(line))


def _is_a_name(phrase: str) -> bool:
    """Tell whether a phrase that stays names somebody, and is not just words."""
    words = _INITIALS.sub(" ", phrase).replace("(", " ").replace(")", " ").split()
    return 0 < len(words) <= _MOST_WORDS_OF_A_NAME and all(
        WORD.fullmatch(word.replace("-", "")) and (word[0].isupper() or word in {"уулу", "кызы"})
        for word in words
    )


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CaseFileError(f"{where}: an object is wanted, not {_kind(value)}")
    return value


def _only(facts: Mapping[str, Any], keys: set[str], where: str) -> None:
    strange = sorted(facts.keys() - keys)
    if strange:
        raise CaseFileError(
            f"{where}: {strange[0]!r} is not understood; there may be {', '.join(sorted(keys))}"
        )


def _list(facts: Mapping[str, Any], key: str, where: str) -> Sequence[object]:
    value = facts.get(key, [])
    if not isinstance(value, list):
        raise CaseFileError(f"{where}.{key}: a list is wanted, not {_kind(value)}")
    return value


def _texts(facts: Mapping[str, Any], key: str, where: str) -> list[str]:
    for at, value in enumerate(_list(facts, key, where)):
        if not isinstance(value, str):
            raise CaseFileError(f"{where}.{key}[{at}]: words are wanted, not {_kind(value)}")
    return [str(value) for value in _list(facts, key, where) if str(value).strip()]


def _text(facts: Mapping[str, Any], key: str, where: str) -> str:
    value = facts.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CaseFileError(f"{where}.{key}: words in quotes are wanted, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    return {dict: "an object", list: "a list", str: "words", bool: "yes or no"}.get(
        type(value), "nothing" if value is None else "a number"
    )
