"""Aliases: bends the words that stand for a person as his name was bent."""

from __future__ import annotations

import re

from documents.morphology import given_name as is_given_name
from documents.morphology import name_cases, noun, senses
from documents.redaction.declension import Case, decline, kyrgyz_case
from documents.redaction.gazetteer import given_name, surname
from documents.redaction.vocabulary import PARTICLE, PATRONYMIC
from documents.spelling import WORD, orthographic, skeleton

_LAST_WORD = re.compile(r"(?<!\w)([а-яё]+):?\s+$", re.IGNORECASE)
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

_ANY = frozenset(Case) - {Case.FROM}


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


def bent(label: str, original: str, before: str, language: str, *, listed: str = "") -> str:
    """Return a label in the case in which an unknown name stands.

    ``listed`` is what stands before the first name of a list that the name goes on: what governs
    the first one governs them all.
    """
    words = [word for word in WORD.findall(original) if len(word) > 1]
    if not words:
        return label
    if language == "ky":
        return decline(label, frozenset({_kyrgyz(words[-1])}), language)
    told = [
        _russian(word, listed=bool(listed))
        for word in words
        if not PARTICLE.fullmatch(skeleton(word))
    ]
    told = [cases for cases in told if cases]
    cases = _agreed(told) if told else _ANY
    cases = asked(cases, before)
    if listed and (of_list := asked(cases, listed)) <= cases:
        cases = of_list
    return decline(label, cases, language)


def _agreed(told: list[frozenset[Case]]) -> frozenset[Case]:
    """Return the cases in which the words of one name may stand together.

    The dictionary only guesses at a rare name: where words disagree, the bent ones tell if they
    leave one case (Токтосунову Айлин Бакытовну), and else the plainest.
    """
    if common := frozenset.intersection(*told):
        return common
    bent_ones = [cases for cases in told if Case.NOMINATIVE not in cases]
    left = frozenset.intersection(*bent_ones) if bent_ones else frozenset()
    return left if len(left) == 1 else min(told, key=len)


def _russian(word: str, *, listed: bool) -> frozenset[Case]:
    """Return the cases of a word of a name; none if its form tells nothing: Айлин, Салтанат.

    In a list a given name that looks unbent may be a woman's that is never bent.
    """
    cases = frozenset(Case(case) for case in name_cases(orthographic(word)))
    guessed = cases <= {Case.NOMINATIVE} and (listed or not senses(orthographic(word)))
    return frozenset() if guessed and given_name(word) is not None else cases


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
