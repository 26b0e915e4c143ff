"""Aliases: bends the words that stand for a person as his name was bent."""

from __future__ import annotations

import re

from documents.morphology import given_name as is_given_name
from documents.morphology import name_cases, noun
from documents.redaction.declension import Case, decline, kyrgyz_case
from documents.redaction.gazetteer import given_name, surname
from documents.redaction.vocabulary import PARTICLE, PATRONYMIC
from documents.spelling import WORD, orthographic, skeleton

_LAST_WORD = re.compile(r"(?<!\w)([а-яё]+)\s+$", re.IGNORECASE)
_LOCATIVE = re.compile(r"(?<!\w)(?:обо?|о|при|на|во?|по)\s", re.IGNORECASE)
# The case that a Russian preposition asks for, where a name's form alone does not say it.
_ASKED: dict[str, frozenset[Case]] = {
    word: frozenset(cases)
    for cases, words in (
        ((Case.GENITIVE,), "у от из до без для против около кроме вместо пользу отношении имени"),
        ((Case.DATIVE,), "к ко согласно благодаря вопреки"),
        ((Case.ACCUSATIVE,), "через про"),
        ((Case.INSTRUMENTAL,), "над между перед"),
        ((Case.LOCATIVE,), "о об обо при"),
        ((Case.INSTRUMENTAL, Case.GENITIVE), "с со"),
        ((Case.ACCUSATIVE, Case.LOCATIVE), "на в"),
    )
    for word in words.split()
}  # fmt: skip


def asked(cases: frozenset[Case], before: str) -> frozenset[Case]:
    """Return the cases of a Russian name narrowed by the word that stands before it.

    A preposition asks for its case even where the name was left unbent; a noun for somebody stands
    in the case of the name (ответчику Асановой) or has it in the genitive, as any other has (дочь
    Асановой, иск Асановой).
    """
    if _LOCATIVE.search(before[-30:]) is None:  # it never stands without a preposition
        cases = cases - {Case.LOCATIVE} or cases
    found = _LAST_WORD.search(before[-30:])
    if found is None:
        return cases
    word = found[1].lower()
    if wanted := _ASKED.get(word):
        return cases & wanted or (wanted if len(wanted) == 1 else cases)
    if len(cases) > 1 and (told := noun(word)) is not None:
        somebody, as_noun = told
        wanted = frozenset(map(Case, as_noun)) if somebody else frozenset()
        return cases & wanted or cases & {Case.GENITIVE} or cases
    return cases


def follows(cases: frozenset[Case], before: str) -> bool:
    """Tell whether a Russian name in one of these cases may stand behind the preposition before."""
    found = _LAST_WORD.search(before[-30:])
    wanted = _ASKED.get(found[1].lower()) if found else None
    return not wanted or not cases or not cases.isdisjoint(wanted)


def agrees(cases: frozenset[Case], before: str) -> bool:
    """Tell whether a Russian name in one of these cases may stand in that of the noun before it."""
    found = _LAST_WORD.search(before[-30:])
    told = noun(found[1].lower()) if found else None
    return told is None or not cases or not cases.isdisjoint(map(Case, told[1]))


def bent(label: str, original: str, before: str, language: str) -> str:
    """Return a label in the case in which an unknown name stands."""
    words = [word for word in WORD.findall(original) if len(word) > 1]
    if not words:
        return label
    if language == "ky":
        return decline(label, frozenset({_kyrgyz(words[-1])}), language)
    told = [
        frozenset(Case(case) for case in name_cases(orthographic(word)))
        for word in words
        if not PARTICLE.fullmatch(skeleton(word))
    ]
    told = [cases for cases in told if cases]
    if not told:
        return label
    # The dictionary only guesses at a rare name: where two words disagree, the plainer one tells.
    cases = frozenset.intersection(*told) or min(told, key=len)
    return decline(label, asked(cases, before), language)


def _kyrgyz(word: str) -> Case:
    base = skeleton(word)
    if is_given_name(orthographic(word)):  # Алина, no dative of Али
        return Case.NOMINATIVE
    if PARTICLE.fullmatch(base) or PATRONYMIC.fullmatch(base):
        tail = re.sub(r"^(?:улу|кизи|ули)|.*(?:[ое]вич|[ое]вна)", "", base)
        return kyrgyz_case(tail) or Case.NOMINATIVE
    return given_name(word) or surname(word) or Case.NOMINATIVE


def initials_of(name: str) -> str:
    """Return the letters of a name: Асанов Бакыт Маратович -> А. Б. М.

    >>> initials_of("Асан уулу Бакыт")
    'А. Б.'
    """
    return " ".join(
        f"{word[0].upper()}."
        for word in WORD.findall(name)
        if not PARTICLE.fullmatch(skeleton(word)) and (len(word) > 1 or word.isupper())
    )
