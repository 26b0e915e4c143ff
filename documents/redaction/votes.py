"""Votes: lets each way of spotting unknown people say where a text may name one, and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from documents.morphology import is_common_word, is_surname, is_verb, senses
from documents.redaction.declension import stem_of
from documents.redaction.findings import Layer
from documents.redaction.gazetteer import given_name, surname
from documents.redaction.judgement import judged
from documents.redaction.language import Paragraph
from documents.redaction.reader import Reading, readings
from documents.redaction.vocabulary import (
    BANK_AFTER,
    COMMON_GIVEN,
    FORM_WORD,
    INSTITUTIONS,
    KYRGYZ_WORDS,
    NAMED_AFTER,
    PERSON_WORD,
    PLACE_AFTER,
    ROLE_WORD,
    SENTENCE_END,
    SMALL_WORDS,
    STREET_AFTER,
    STREET_BEFORE,
    is_car,
    is_memorial,
    is_particle,
    is_title,
    is_toponym,
)
from documents.spelling import WORD, is_latin, orthographic, skeleton

_CAP = r"[А-ЯЁҢӨҮ][а-яёңөү]+(?:-[А-ЯЁҢӨҮ][а-яёңөү]+)?"
_ANYCASE = rf"(?:{_CAP}|[А-ЯЁҢӨҮ]{{3,}})"
_DOT = r"[А-ЯЁҢӨҮ]\.[^\S\n]?"
# The dot is of this name, not of «И.Бекова» behind it; a Kyrgyz ending may follow.
_OWN_DOT = r"(?![А-ЯЁҢӨҮ][а-яёңөү])(?:[-’']?[а-яңөү]{2,8}(?!\w))?"
_FATHER = r"[А-ЯЁҢӨҮ][а-яёңөү]*(?:[оеё]вич|[оеё]вн|иничн)[а-яёңөү]{0,8}"
_FATHER_CAPITAL = r"[А-ЯЁҢӨҮ]{2,}(?:[ОЕЁ]ВИЧ|[ОЕЁ]ВН|ИНИЧН)[А-ЯЁҢӨҮ]{0,8}"
_PARTICLE = (
    r"(?:[Уу]улу|[Кк]ызы|оглы|улуу|[Уу]ул|кызынын|уулунун|уулуна|кызына|уулун|кызын)[а-яңөү]{0,6}"
    r"|УУЛУ[А-ЯҢӨҮ]{0,6}|КЫЗЫ[А-ЯҢӨҮ]{0,6}"
)
_PATTERNS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern), confidence)
    for pattern, confidence in (
        (rf"(?<!\w){_CAP}\s+(?:{_CAP}\s+)?{_FATHER}(?!\w)", 0.93),
        (rf"(?<!\w)[А-ЯЁҢӨҮ]{{2,}}\s+(?:[А-ЯЁҢӨҮ]{{2,}}\s+)?{_FATHER_CAPITAL}(?!\w)", 0.93),
        (rf"(?<!\w)(?:{_ANYCASE}\s+)?{_ANYCASE}\s+(?:{_PARTICLE})\s+{_ANYCASE}(?!\w)", 0.93),
        (rf"(?<!\w){_ANYCASE}\s+{_ANYCASE}\s+(?:{_PARTICLE})(?!\w)", 0.9),
        (rf"(?<![\w.])(?:{_DOT}){{1,3}}\s?{_CAP}(?!\w)", 0.85),
        (rf"(?<!\w){_ANYCASE}[^\S\n]+(?:{_DOT}){{0,2}}[А-ЯЁҢӨҮ]\.{_OWN_DOT}", 0.85),
    )
)  # fmt: skip
_BY_ROLE = re.compile(rf"(?<!\w)(?i:{PERSON_WORD})[\s:,–—-]+({_CAP}(?:\s+{_CAP}){{0,2}})(?!\w)")
_BEHIND_NAMED_AFTER = re.compile(rf"(?<!\w)(?:им\.|имени)\s*(?:{_DOT}){{0,2}}({_CAP})(?!\w)")
_BEHIND_A_WORD = re.compile(r"(?<=\w)[ \u00a0-]$")
_OF_CAR = re.compile(
    r"(?:марк[аиеу]\w*|автомобил\w+|автомашин\w+|машин\w+|унаа\w*)$", re.IGNORECASE
)
_CAPITALISED = re.compile(r"[А-ЯЁҢӨҮ]\w*")
_AROUND = 30
# From what likelihood on a word is taken for a name, and from what on it is shown as a doubt.
# Found on NEREL's and factRuEval's development parts: `python -m tests.bench.redaction --part dev`.
_LIKELY, _LIKELY_WORD, _LIKELY_LATIN = 0.0375, 0.06, 0.1
_LIKELY_COUNTRY, _LIKELY_TITLE, _DOUBTFUL = 0.5, 0.97, 0.01
_LEAST_ECHOED, _LEAST_LATIN, _LEAST_TOPONYM = 0.05, 0.001, 0.15
_SURE, _A_PLACE, _AN_ORGANISATION = 0.9, 0.5, 0.3
_ORDINARY = KYRGYZ_WORDS | INSTITUTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """That a person may be named from ``start`` to ``end``, and how likely."""

    start: int
    end: int
    confidence: float
    layer: Layer


def patterns(text: str) -> Iterator[Vote]:
    """Give what is written as names are: with initials, a father's name, уулу, behind a role."""
    for pattern, confidence in _PATTERNS:
        for found in pattern.finditer(text):
            start = _first_of_name(text, *found.span())
            if not is_harmless(text, start, found.end()):
                yield Vote(start=start, end=found.end(), confidence=confidence, layer=Layer.PATTERN)
    for found in _BEHIND_NAMED_AFTER.finditer(text):
        start, end = found.span(1)
        if senses(orthographic(found[1])) == {"person"} and not is_harmless(text, start, end):
            yield Vote(start=start, end=end, confidence=0.5, layer=Layer.PATTERN)
    for found in _BY_ROLE.finditer(text):
        kept: list[re.Match[str]] = []
        for word in WORD.finditer(text, *found.span(1)):
            if is_ordinary(word[0]) or is_toponym(word[0]) or _is_country(word[0]):
                break
            kept.append(word)
        if kept and not is_harmless(text, kept[0].start(), kept[-1].end()):
            yield Vote(
                start=kept[0].start(), end=kept[-1].end(), confidence=0.8, layer=Layer.PATTERN
            )


def _first_of_name(text: str, start: int, end: int) -> int:
    """Return where the name begins behind the words before it: Орска Юрий Бондарев, Суд Асан А."""
    words = list(WORD.finditer(text, start, end))
    for word in words[:-1]:
        if is_role(word[0]):
            continue
        known = senses(orthographic(word[0]))
        if len(word[0]) == 1 or not known or "person" in known:
            return word.start()
    return words[-1].start() if len(words[-1][0]) > 1 else start


@dataclass(frozen=True, slots=True)
class Read:
    """What the network thinks of a text: whom it names, and words it cannot make up its mind on."""

    votes: tuple[Vote, ...]
    undecided: tuple[Vote, ...]
    every: dict[int, Reading]


def read(text: str, lines: Sequence[Paragraph]) -> Read:
    """Ask the network about the Russian paragraphs of the text."""
    votes: list[Vote] = []
    undecided: list[Vote] = []
    every = readings(_russian(text, lines))
    weighed = list(judged(text, every))
    names = _role_words_borne(text, [one for one, likely in weighed if likely >= _SURE])
    for one, likely in weighed:
        borne = one.person >= _SURE and stem_of(text[one.start : one.end]) in names
        if likely >= _DOUBTFUL and (borne or not _is_something_else(text, one)):
            vote = Vote(start=one.start, end=one.end, confidence=likely, layer=Layer.MODEL)
            (votes if likely >= _least(text[one.start : one.end], one) else undecided).append(vote)
    return Read(tuple(votes), tuple(undecided), {one.start: one for one in every})


def _role_words_borne(text: str, likely: list[Reading]) -> set[str]:
    """Return the stems of words for a role that are somebody's surname here: Дик Адвокат."""
    return {
        stem_of(text[two.start : two.end])
        for one, two in pairwise(likely)
        if text[one.end : two.start] == " "
        and is_role(text[two.start : two.end])
        and "person" in senses(orthographic(text[one.start : one.end]))
    }


def _russian(text: str, lines: Sequence[Paragraph]) -> str:
    """Return the text with every Kyrgyz paragraph blanked, as long as it was."""
    return "".join(
        text[line.start : line.end]
        if line.language == "ru"
        else " " * (line.end - line.start - 1) + text[line.end - 1]
        for line in lines
    )


def _least(word: str, one: Reading) -> float:
    """Return from what likelihood on a word is taken for a name."""
    if is_title(word.partition("-")[0]):
        return _LIKELY_TITLE
    if _is_country(word):
        return _LIKELY_COUNTRY
    if len(word) == 1:
        return _LIKELY
    if is_latin(word):
        return _LIKELY_LATIN if one.organisation < _AN_ORGANISATION else _LIKELY
    known = senses(orthographic(word))
    return _LIKELY_WORD if known and known <= {"common", "mark"} else _LIKELY


def echoed(text: str, word: re.Match[str], every: dict[int, Reading]) -> bool:
    """Tell whether a word that repeats a name may be that name, whatever stands around it here."""
    if is_role(word[0]):
        return False
    reading = every.get(word.start())
    if reading is None and given_name(word[0]) is not None:  # Эмир, though an emir is one too
        return not _is_namesake(text, *word.span()) and not PLACE_AFTER.match(text, word.end())
    if is_ordinary(word[0]) or is_harmless(text, *word.span()):
        return False
    if reading is not None and is_latin(word[0]) and reading.person < _LEAST_LATIN:
        return False  # of a band or a firm that is called like somebody
    return reading is None or reading.person >= _LEAST_ECHOED or reading.place < _A_PLACE


def listed(text: str, lines: Sequence[Paragraph]) -> Iterator[Vote]:
    """Give the Kyrgyz names of the Kyrgyz paragraphs: given names by list, surnames by shape."""
    for line in lines:
        if line.language == "ky":
            yield from _listed(text, line.start, line.end)


def _listed(text: str, start: int, end: int) -> Iterator[Vote]:
    previous, surname_before = -1, False
    for found in _CAPITALISED.finditer(text, start, end):
        word = found[0]
        beside = text[previous : found.start()] == " " if previous >= 0 else False
        previous, behind_surname = -1, beside and surname_before
        by_name, by_shape = given_name(word) is not None, surname(word) is not None
        surname_before = by_shape
        # No list has every name: whatever stands right behind a surname is one.
        if not (by_name or by_shape or behind_surname) or is_toponym(word) or is_role(word):
            continue
        opens = SENTENCE_END.search(text[start : found.start()]) is not None
        if skeleton(word) in COMMON_GIVEN and not opens:  # Бакыт is luck only in small letters
            harmless = _is_namesake(text, *found.span()) or bool(
                PLACE_AFTER.match(text, found.end())
            )
        else:
            harmless = is_harmless(text, *found.span())
        if harmless:
            continue
        alone = 0.5 if opens and not by_shape else 0.75
        beside_name = 0.9 if by_name or by_shape else 0.6
        previous = found.end()
        yield Vote(
            start=found.start(),
            end=found.end(),
            confidence=beside_name if beside else alone,
            layer=Layer.GAZETTEER,
        )


def perhaps(text: str) -> Iterator[re.Match[str]]:
    """Give lone words that the Russian dictionary takes for surnames."""
    for found in _CAPITALISED.finditer(text):
        word = found[0]
        if (
            len(word) > 4  # noqa: PLR2004
            and word[1:].islower()
            and _SURNAME_LIKE.fullmatch(skeleton(word))
            and not (_KY_GENITIVE.fullmatch(skeleton(word)) and "ов" not in word)
            and is_surname(orthographic(word))
            and not is_ordinary(word)
            and not is_toponym(word)
            and not is_harmless(text, *found.span())
        ):
            yield found


# The dictionary guesses that any unknown word is a surname; only these endings are believed.
_SURNAME_LIKE = re.compile(
    r".{2,}(?:[ое]в|ск|цк|енк|[аи]ч|[бвгжзклмнпрсфхцчш]ин)"
    r"(?:а|у|им|ом|е|ои|ого|ому|ая|ую|и|их|ими|о)?(?:н[иу]н|[нд][иу]|г[ае]|д[ае]н?|т[аиу]н?)?"
)
# Кыргызстандын looks like Пушкин to the Russian dictionary.
_KY_GENITIVE = re.compile(r".*(?:[аиоу]|с[иу])н[иу]н|.*[дт][иу]н")


def is_harmless(text: str, start: int, end: int) -> bool:
    """Tell whether the capitals are a street, a place, an institution or a sentence's start."""
    if _is_namesake(text, start, end):
        return True
    words = [
        word for word in WORD.findall(text[start:end]) if len(word) > 1 and not is_particle(word)
    ]
    names = [word for word in words if not is_ordinary(word) and not is_toponym(word)]
    return not names or (len(names) <= 1 and PLACE_AFTER.match(text, end) is not None)


def is_role(word: str) -> bool:
    """Tell whether a word says what somebody is in a case: доогер, жоопкер, истец."""
    return ROLE_WORD.fullmatch(word) is not None


def is_ordinary(word: str) -> bool:
    """Tell whether a word is known as something else than a name."""
    base = orthographic(word)
    return skeleton(word) in _ORDINARY or (is_common_word(base) and not is_surname(base))


def _is_country(word: str) -> bool:
    """Tell whether a word is on a map and no name: «гражданин Украины»."""
    known = senses(orthographic(word))
    return "place" in known and "person" not in known


def _is_namesake(text: str, start: int, end: int) -> bool:
    """Tell whether a street, a bank or a well-known institution bears the name."""
    around = max(0, start - _AROUND)
    if STREET_BEFORE.search(text, around, start) or STREET_AFTER.match(text, end):
        return True
    if BANK_AFTER.match(text, end):
        return True
    return NAMED_AFTER.search(text, around, start) is not None and all(
        is_memorial(word) for word in WORD.findall(text[start:end]) if len(word) > 1
    )


def _is_of_car(text: str, one: Reading) -> bool:
    """Tell whether a word is of a car: «Хонда Фит», but neither Лада nor Иван Логан."""
    word = text[one.start : one.end]
    if not is_car(word):
        return False
    before = WORD.findall(text[max(0, one.start - _AROUND) : one.start])
    after = WORD.match(text, one.end + 1)
    beside = [*before[-1:], *([after[0]] if after else ())]
    return one.person < _SURE or any(map(is_car, beside)) or bool(_OF_CAR.search(" ".join(before)))


def _is_something_else(text: str, one: Reading) -> bool:
    """Tell whether a word is a role, or an institution, a place or a street and no sure name."""
    word = text[one.start : one.end]
    if is_role(word) or (not word[1:].islower() and FORM_WORD.fullmatch(word)):
        return True
    if BANK_AFTER.match(text, one.end) or _is_of_car(text, one):
        return True
    if skeleton(word) in SMALL_WORDS and not (
        text.startswith(".", one.end)
        or _BEHIND_A_WORD.search(text, max(0, one.start - 2), one.start)
    ):
        return True  # «У Асанова» begins a sentence; in «Ким И» it is a name
    if is_verb(orthographic(word)) and SENTENCE_END.search(text, max(0, one.start - 4), one.start):
        return True  # «Явился Асанов»
    if one.person >= _SURE:
        return False
    return (
        skeleton(word) in INSTITUTIONS
        or _is_namesake(text, one.start, one.end)
        or (one.person < _LEAST_TOPONYM and is_toponym(word))
    )
