"""Morphology: the one door to the Russian dictionary, opened once for a process."""

from __future__ import annotations

import logging
import re
from functools import cache, lru_cache
from typing import Any

import pymorphy3

# The package stumbles over letters that Unicode has not named; it has nothing to say of them.
_RUSSIAN = re.compile(r"[а-яёңөү]+(?:-[а-яёңөү]+)*")
_CASES = {
    "nomn": "nomn", "gent": "gent", "gen1": "gent", "gen2": "gent", "datv": "datv", "accs": "accs",
    "ablt": "ablt", "loct": "loct", "loc1": "loct", "loc2": "loct",
}  # fmt: skip
_SENSES = {
    "Name": "person", "Surn": "person", "Patr": "person", "Geox": "place", "Orgn": "organisation",
    "Trad": "mark", "Abbr": "mark",
}  # fmt: skip


# On opening it tells its revision and date, each time.
logging.getLogger("pymorphy3").setLevel(logging.WARNING)


@cache
def _dictionary() -> Any:
    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=16_384)
def _parses(word: str) -> Any:
    return _dictionary().parse(word) if _RUSSIAN.fullmatch(word) else ()


@lru_cache(maxsize=65_536)
def lemmas(word: str) -> tuple[str, ...]:
    """Return every dictionary form that a Russian word may come from, likeliest first."""
    return tuple(dict.fromkeys(parse.normal_form for parse in _parses(word)))


@lru_cache(maxsize=65_536)
def is_common_word(word: str) -> bool:
    """Tell whether the dictionary knows the word as something else than a name."""
    return not senses(word).isdisjoint({"common", "mark"})


@lru_cache(maxsize=65_536)
def is_surname(word: str) -> bool:
    """Tell whether the likeliest reading of a word is a surname or a patronymic."""
    return any({"Surn", "Patr"} & set(best.tag.grammemes) for best in _parses(word)[:1])


@lru_cache(maxsize=65_536)
def senses(word: str) -> frozenset[str]:
    """Return what the dictionary knows a word as: person, place, organisation, mark, common."""
    if not _dictionary().word_is_known(word):  # guessing would cost a lot
        return frozenset()
    return frozenset(
        next((_SENSES[tag] for tag in _SENSES if tag in parse.tag.grammemes), "common")
        for parse in _parses(word)
        if parse.is_known
    )


@lru_cache(maxsize=65_536)
def name_cases(word: str) -> frozenset[str]:
    """Return the cases (nomn, gent, datv, accs, ablt, loct) in which a word may name one person."""
    return frozenset(
        case
        for parse in _parses(word)
        if {"Name", "Surn", "Patr"} & set(parse.tag.grammemes) and parse.tag.number != "plur"
        if (case := _CASES.get(parse.tag.case)) is not None
    )


@lru_cache(maxsize=4_096)
def name_forms(name: str) -> dict[str, frozenset[str]]:
    """Return form -> cases of a name that the dictionary has (Лев: Льва; Воробей: Воробья)."""
    forms: dict[str, set[str]] = {}
    if _dictionary().word_is_known(name):
        for parse in _parses(name):
            if parse.normal_form != name or parse.tag.POS != "NOUN":
                continue
            for form in parse.lexeme:
                case = _CASES.get(form.tag.case)
                if case is not None and form.tag.gender == parse.tag.gender:
                    forms.setdefault(form.word, set()).add(case)
    return {form: frozenset(cases) for form, cases in forms.items()}


@lru_cache(maxsize=4_096)
def is_verb(word: str) -> bool:
    """Tell whether the dictionary knows a word as a verb and as nothing else."""
    return _dictionary().word_is_known(word) and all(
        parse.tag.POS == "VERB" for parse in _parses(word) if parse.is_known
    )


@lru_cache(maxsize=4_096)
def noun(word: str) -> tuple[bool, frozenset[str]] | None:
    """Return whether a word is a noun for somebody, and its cases; nothing if it is none."""
    if not _dictionary().word_is_known(word):
        return None
    parses = _parses(word)
    best = parses[0]
    if best.tag.POS != "NOUN":
        return None
    cases = (_CASES.get(one.tag.case) for one in parses if one.normal_form == best.normal_form)
    return "anim" in best.tag.grammemes, frozenset(case for case in cases if case is not None)


@lru_cache(maxsize=1_024)
def inflected(word: str, case: str) -> str:
    """Return a Russian noun or adjective in a case (gent, datv, accs, ablt, loct)."""
    parse = _dictionary().parse(word)[0]
    changed = parse.inflect({case})
    return str(changed.word) if changed else word


@lru_cache(maxsize=4_096)
def given_name(word: str) -> str | None:
    """Return the sex (masc, femn) of a given name that the dictionary knows; otherwise nothing."""
    if not _dictionary().word_is_known(word):
        return None
    sexes = {
        str(parse.tag.gender)
        for parse in _parses(word)
        if "Name" in parse.tag.grammemes and parse.tag.case == "nomn" and parse.normal_form == word
    }
    return sexes.pop() if len(sexes) == 1 else None


@lru_cache(maxsize=4_096)
def part_of_speech(word: str) -> str | None:
    """Return the likeliest part of speech of a Russian word (NOUN, ADJF …)."""
    return next((str(parse.tag.POS) for parse in _parses(word)[:1]), None)
