"""Strangers: finds, by shape alone, people whom the case file does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from documents.morphology import is_common_word, is_surname
from documents.redaction.findings import Doubt, Kind, Layer, Span
from documents.redaction.known import Known, label_of
from documents.redaction.vocabulary import (
    KYRGYZ_WORDS,
    LEGAL_FORM,
    OFFICE_WORD,
    PERSON_WORD,
    PLACE_AFTER,
    STREET_AFTER,
    STREET_BEFORE,
    is_toponym,
)
from documents.spelling import WORD, orthographic, skeleton

_CAP = r"[А-ЯЁҢӨҮ][а-яёңөү]+(?:-[А-ЯЁҢӨҮ][а-яёңөү]+)?"
_ANYCASE = rf"(?:{_CAP}|[А-ЯЁҢӨҮ]{{3,}})"
_DOT = r"[А-ЯЁҢӨҮ]\.[^\S\n]?"
_AFTER_DOT = r"(?:[-’']?[а-яңөү]{2,8})?"
_FATHER = r"[А-ЯЁҢӨҮ][а-яёңөү]*(?:[оеё]вич|[оеё]вн|иничн)[а-яёңөү]{0,8}"
_PARTICLE = r"(?:уулу|кызы|оглы|улуу|уул|кызынын|уулунун|уулуна|кызына|уулун|кызын)[а-яңөү]{0,6}"
_PATTERNS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern), confidence)
    for pattern, confidence in (
        (rf"(?<!\w){_CAP}\s+(?:{_CAP}\s+)?{_FATHER}(?!\w)", 0.93),
        (rf"(?<!\w)(?:{_ANYCASE}\s+)?{_ANYCASE}\s+(?:{_PARTICLE}|УУЛУ|КЫЗЫ)\s+{_ANYCASE}(?!\w)",
         0.93),
        (rf"(?<!\w){_ANYCASE}\s+{_ANYCASE}\s+(?:{_PARTICLE}|УУЛУ|КЫЗЫ)(?!\w)", 0.9),
        (rf"(?<![\w.])(?:{_DOT}){{1,3}}\s?{_CAP}(?!\w)", 0.85),
        (rf"(?<!\w){_CAP}[^\S\n]+(?:{_DOT}){{0,2}}[А-ЯЁҢӨҮ]\.(?:[-’']?[а-яңөү]{{2,8}}(?!\w))?",
         0.85),
    )
)  # fmt: skip
_BY_ROLE = re.compile(rf"(?<!\w)(?i:{PERSON_WORD})[\s:,–—-]+({_CAP}(?:\s+{_CAP}){{0,2}})(?!\w)")
_BARE_INITIALS = re.compile(
    rf"(?<![\w.])(?:{_DOT}){{1,2}}[А-ЯЁҢӨҮ]\.(?![^\W\d_]{{9}}){_AFTER_DOT}(?![\w.])"
)
_STEM = re.compile(
    r"(.+?(?:[оеё]в|и[нч]|ск|ц?к|ова|ева|ина)?)(?:ого|ому|ими?|ои|ая|ую|ом|ем|а|у|е|и|я|ю|и[хм])?$"
)
_KY_TAIL = re.compile(r"(?<=.{3})(?:[ндт][иу]н|[дтн][аео]н|[ндт][иу]|[гк][аео]|[дт][аео]|н[аео])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    start: int
    end: int
    confidence: float
    layer: Layer = Layer.PATTERN


# The dictionary guesses that any unknown word is a surname; only these endings are believed.
_SURNAME_LIKE = re.compile(
    r".{2,}(?:[ое]в|ск|цк|енк|[аи]ч|[бвгжзклмнпрсфхцчш]ин)"
    r"(?:а|у|им|ом|е|ои|ого|ому|ая|ую|и|их|ими|о)?(?:н[иу]н|[нд][иу]|г[ае]|д[ае]н?|т[аиу]н?)?"
)
# Кыргызстандын looks like Пушкин to the Russian dictionary.
_KY_GENITIVE = re.compile(r".*(?:[аиоу]|с[иу])н[иу]н|.*[дт][иу]н")


def strangers(text: str, known: Known, taken: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """Return people that the file does not know, each with one label through the whole text.

    ``taken`` are the places that a surer layer has already spoken about.
    """
    busy = sorted(taken)
    closed = [*busy, *(found.span() for found in LEGAL_FORM.finditer(text))]
    found = _longest(_seen(text, closed))
    groups: dict[str, str] = {}
    spans = [_named(text, one, known, groups) for one in found]
    busy_now = [*closed, *((span.start, span.end) for span in spans)]
    spans += _echoes(text, groups, busy_now)
    busy_now += [(span.start, span.end) for span in spans]
    spans += _initials_alone(text, known, busy_now)
    busy_now += [(span.start, span.end) for span in spans]
    spans += _perhaps(text, known, busy_now)
    return tuple(spans)


def _seen(text: str, closed: list[tuple[int, int]]) -> Iterator[_Found]:
    for pattern, confidence in _PATTERNS:
        for found in pattern.finditer(text):
            if not _is_harmless(text, *found.span()) and _free(found.span(), closed):
                yield _Found(start=found.start(), end=found.end(), confidence=confidence)
    for found in _BY_ROLE.finditer(text):
        words = list(WORD.finditer(text, *found.span(1)))
        kept = []
        for word in words:
            if _ordinary(word[0]) or is_toponym(word[0]):
                break
            kept.append(word)
        if kept and _free((kept[0].start(), kept[-1].end()), closed):
            place = kept[0].start(), kept[-1].end()
            if not _is_harmless(text, *place):
                yield _Found(start=place[0], end=place[1], confidence=0.8)


def _is_harmless(text: str, start: int, end: int) -> bool:
    """Tell whether the capitals are a street, a place, an institution or a sentence's start."""
    if STREET_BEFORE.search(text, max(0, start - 30), start) or STREET_AFTER.match(text, end):
        return True
    words = [word for word in WORD.findall(text[start:end]) if len(word) > 1]
    names = [word for word in words if not _ordinary(word) and not is_toponym(word)]
    if PLACE_AFTER.match(text, end) and len(names) <= 1:
        return True
    return not names


def _ordinary(word: str) -> bool:
    base = orthographic(word)
    return skeleton(word) in KYRGYZ_WORDS or (is_common_word(base) and not is_surname(base))


def _free(place: tuple[int, int], busy: Iterable[tuple[int, int]]) -> bool:
    return all(place[1] <= low or high <= place[0] for low, high in busy)


def _longest(found: Iterator[_Found]) -> list[_Found]:
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if _free((one.start, one.end), [(other.start, other.end) for other in kept]):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _named(text: str, one: _Found, known: Known, groups: dict[str, str]) -> Span:
    original = text[one.start : one.end]
    in_office = OFFICE_WORD.search(text, max(0, one.start - 60), one.start) is not None
    return Span(
        start=one.start,
        end=one.end,
        original=original,
        replacement=_label(original, known, groups),
        kind=Kind.PERSON,
        layer=one.layer,
        confidence=one.confidence,
        doubt=Doubt.PROFESSIONAL if in_office else Doubt.STRANGER,
        applied=not in_office,
    )


def _label(original: str, known: Known, groups: dict[str, str]) -> str:
    stems = [_stem(word) for word in WORD.findall(original) if len(word) > 1]
    group = next((groups[stem] for stem in stems if stem in groups), None)
    if group is None:
        group = label_of("", len(set(groups.values())) + 1, known.language)
    groups.update(dict.fromkeys(stems[:2], group))
    return group


def _stem(word: str) -> str:
    base = _KY_TAIL.sub("", skeleton(word))
    found = _STEM.match(base)
    return found[1] if found and len(found[1]) > 2 else base  # noqa: PLR2004


def _echoes(text: str, groups: dict[str, str], busy: list[tuple[int, int]]) -> list[Span]:
    """Return the lone words that repeat a stranger found elsewhere in the text."""
    return [
        Span(
            start=found.start(),
            end=found.end(),
            original=found[0],
            replacement=groups[stem],
            kind=Kind.PERSON,
            layer=Layer.ECHO,
            confidence=0.7,
            doubt=Doubt.STRANGER,
        )
        for found in WORD.finditer(text)
        if found[0][:1].isupper()
        and len(found[0]) > 2  # noqa: PLR2004
        and (stem := _stem(found[0])) in groups
        and not _ordinary(found[0])
        and not _is_harmless(text, *found.span())
        and _free(found.span(), busy)
    ]


def _doubtful(found: re.Match[str], known: Known, doubt: Doubt, *, confidence: float) -> Span:
    """Return a place that stays as it is until the clerk decides."""
    return Span(
        start=found.start(),
        end=found.end(),
        original=found[0],
        replacement=label_of("", 1, known.language),
        kind=Kind.PERSON,
        layer=Layer.PATTERN,
        confidence=confidence,
        doubt=doubt,
        applied=False,
    )


def _initials_alone(text: str, known: Known, busy: list[tuple[int, int]]) -> list[Span]:
    """Return initials without a surname, with the tail that shortening tools leave behind."""
    return [
        _doubtful(found, known, Doubt.INITIALS, confidence=0.4)
        for found in _BARE_INITIALS.finditer(text)
        if _free(found.span(), busy)
    ]


def _perhaps(text: str, known: Known, busy: list[tuple[int, int]]) -> list[Span]:
    """Return lone words that the dictionary takes for surnames; the clerk decides."""
    return [
        _doubtful(found, known, Doubt.UNSURE, confidence=0.3)
        for found in WORD.finditer(text)
        if found[0][:1].isupper()
        and found[0][1:].islower()
        and len(found[0]) > 4  # noqa: PLR2004
        and is_surname(orthographic(found[0]))
        and not _ordinary(found[0])
        and not is_toponym(found[0])
        and _SURNAME_LIKE.fullmatch(skeleton(found[0]))
        and not (_KY_GENITIVE.fullmatch(skeleton(found[0])) and "ов" not in found[0])
        and not _is_harmless(text, *found.span())
        and OFFICE_WORD.search(text, max(0, found.start() - 60), found.start()) is None
        and _free(found.span(), busy)
    ]
