"""Units: reads a text as the words, initials and particles that may be of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from documents.morphology import is_common_word
from documents.redaction.bearers import Bearer, fit
from documents.redaction.declension import kyrgyz_case
from documents.redaction.parts import Match, Parts, is_word
from documents.redaction.vocabulary import PATRONYMIC, is_particle
from documents.spelling import WORD, orthographic, skeleton

_TEAR = re.compile(r"[-\u2010\u2011\u00ad]?[^\S\n]*\n\s*")
_HEAD_OF_TORN = re.compile(rf"{WORD.pattern}$")
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:[ \u00a0.\u00b7*_\u2010\u2011-]{1,3}[^\W\d_]){3,}(?!\w)")
_GLUED = re.compile(r"(?<=[а-яёңөүa-z])(?=[А-ЯЁҢӨҮA-Z])")
_BARE_INITIALS = re.compile(r"(?<![\w.])([А-ЯЁҢӨҮA-Z]) ([А-ЯЁҢӨҮA-Z]) (?=[А-ЯЁҢӨҮA-Z][^\W\d_])")
_SMALL_INITIALS = re.compile(r"[ \u00a0](?:[а-яёңөү]\.[ \u00a0]?){1,2}(?<=\.)")
_SHORT_PARTICLE = re.compile(r"[ук]\.(?=[ \u00a0][А-ЯЁҢӨҮ])")  # «Сыдык у. Нурбек»
_FOOTNOTE = re.compile(r"\d{1,2}(?!\w)")
_TAIL = re.compile(r"[-\u2010\u2011'’]?([а-яёңөү]{1,14})(?!\w)")
_LONGEST_HEAD, _LONGEST_SPACED = 60, 40
HYPHENS = frozenset("-\u2010\u2011")
INITIAL_LETTERS = 2
"""Letters that an initial has at most."""


class Sort(StrEnum):
    """What a word may be beside a name."""

    NAME = "name"  # a form of a word of some known name
    INITIAL = "initial"
    PARTICLE = "particle"  # уулу, кызы
    PATRONYMIC = "patronymic"  # of a father whom the file does not know
    HALF = "half"  # of a double name, joined by a hyphen to the half that the file knows
    CAPITAL = "capital"  # any other word with a capital letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A word, an initial or a particle at its place in the text."""

    start: int
    end: int
    text: str
    sort: Sort
    matches: tuple[Match, ...] = ()
    tail: str = ""  # a suffix that stands apart: А.Б.нын, Асанова-нын


class Units:
    """Reads texts for the people of one case."""

    def __init__(self, parts: Parts, bearers: Mapping[str, Bearer]) -> None:
        """Remember whose names are known."""
        self._parts = parts
        self._bearers = bearers
        self._sorts: dict[str, tuple[Sort, tuple[Match, ...]] | None] = {}

    def of(self, text: str) -> list[Unit]:
        """Return the words that may be of a name; small ones between them only keep them apart."""
        joined = dict(self._joined(text))
        bare = {at for found in _BARE_INITIALS.finditer(text) for at in map(found.start, (1, 2))}
        units: list[Unit] = []
        for start, word in self._words(text):
            behind = units[-1].end if units else -1
            if start < behind:
                continue
            if start in joined:
                end, whole = joined[start]
                matches = self._parts.matches(whole)
                end = self._end_of_name(text, end, whole, matches)
                units.append(
                    Unit(start=start, end=end, text=whole, sort=Sort.NAME, matches=matches)
                )
            elif behind == start - 1 and _SHORT_PARTICLE.match(text, start):
                units.append(Unit(start=start, end=start + 2, text=word, sort=Sort.PARTICLE))
            elif unit := self._unit(text, start, word, bare=start in bare):
                units.append(unit)
        return _with_halves(text, units)

    def _unit(self, text: str, start: int, word: str, *, bare: bool) -> Unit | None:
        """Return a word as a unit, if it may be of a name; ``bare`` is an initial without a dot."""
        if word not in self._sorts:
            self._sorts[word] = self._told(word)
        told, end = self._sorts[word], start + len(word)
        if told is None:
            return None
        sort, matches = told
        if bare:
            sort, matches = Sort.INITIAL, ()
        elif _is_initial(word) and text[end : end + 1] == ".":
            sort, matches, end = Sort.INITIAL, (), end + 1
        tail = _tail(text, end, sort)
        if sort is Sort.NAME and not tail:
            end = self._end_of_name(text, end, word, matches)
        return Unit(
            start=start,
            end=end + len(tail),
            text=word,
            sort=sort,
            matches=matches,
            tail=tail.lstrip("-\u2010\u2011'’"),
        )

    def _words(self, text: str) -> Iterator[tuple[int, str]]:
        """Give the words and where they start; a capital inside one parts known names in it."""
        for found in WORD.finditer(text):
            word, at = found[0], found.start()
            if _GLUED.search(word) is None or self._parts.matches(word):
                yield at, word
                continue
            pieces = _GLUED.split(word)
            known = any(len(piece) > INITIAL_LETTERS and self._parts.matches(piece)
                        for piece in pieces)  # fmt: skip
            for piece in pieces if known else [word]:
                yield at, piece
                at += len(piece)

    def _end_of_name(self, text: str, end: int, word: str, matches: tuple[Match, ...]) -> int:
        """Return where a name ends with the mark of a footnote or with its small initials."""
        if note := _FOOTNOTE.match(text, end):
            return note.end()
        small = _SMALL_INITIALS.match(text, end) if word.islower() else None
        if small and fit(
            self._bearers,
            {skeleton(letter) for letter in WORD.findall(small[0])},
            {match.part.owner for match in matches},
        ):
            return small.end()
        return end

    def _told(self, word: str) -> tuple[Sort, tuple[Match, ...]] | None:
        if is_particle(word):
            return Sort.PARTICLE, ()
        if matches := self._parts.matches(word):
            return Sort.NAME, matches
        if not word[:1].isupper():
            return None
        is_patronymic = PATRONYMIC.fullmatch(skeleton(word)) is not None
        # «Верховный» ends as Петровны does.
        fathers = is_patronymic and not is_common_word(orthographic(word))
        return Sort.PATRONYMIC if fathers else Sort.CAPITAL, ()

    def _joined(self, text: str) -> Iterator[tuple[int, tuple[int, str]]]:
        """Give the names that a line's end or letter-spacing has torn, by where they start."""
        for tear in _TEAR.finditer(text):
            head = _HEAD_OF_TORN.search(text, max(0, tear.start() - _LONGEST_HEAD), tear.start())
            rest = WORD.match(text, tear.end())
            if head and rest:
                whole = head[0] + rest[0]
                if self._is_torn(head[0], rest[0], hyphen=not tear[0][0].isspace()):
                    yield head.start(), (rest.end(), whole)
        for found in _SPACED.finditer(text):
            letters = [(one.start(), one[0]) for one in WORD.finditer(text, *found.span())]
            first = 0
            while first < len(letters):
                last = self._last_of_spaced(
                    "".join(letter for _, letter in letters[first : first + _LONGEST_SPACED])
                )
                if last:
                    whole = "".join(letter for _, letter in letters[first : first + last])
                    yield letters[first][0], (letters[first + last - 1][0] + 1, whole)
                first += last or 1

    def _is_torn(self, head: str, rest: str, *, hyphen: bool) -> bool:
        """Tell whether a line's end has torn a name; without a hyphen both halves are no words."""
        told = self._parts.matches(head + rest)
        if not told or self._parts.matches(head):
            return False
        return hyphen or (
            rest.islower()
            and not is_word(orthographic(rest))
            and any(match.doubt is None for match in told)
        )

    def _last_of_spaced(self, letters: str) -> int:
        """Return how many of the letters that stand apart are a name, surely if any surely are."""
        lengths = range(len(letters), 2, -1)
        told = [(length, found) for length in lengths
                if (found := self._parts.matches(letters[:length]))]  # fmt: skip
        sure = [length for length, found in told if any(match.doubt is None for match in found)]
        return next(iter([*sure, *(length for length, _ in told)]), 0)


def _with_halves(text: str, units: list[Unit]) -> list[Unit]:
    """Return the units with the unknown halves of double names told from other words."""
    told = list(units)
    for at, (one, two) in enumerate(pairwise(units)):
        half = at + (one.sort is Sort.NAME)
        if (
            {one.sort, two.sort} == {Sort.NAME, Sort.CAPITAL}
            and text[one.end : two.start] in HYPHENS
            and units[half].text[1:].islower()
        ):
            told[half] = replace(units[half], sort=Sort.HALF)
    return told


def _tail(text: str, end: int, sort: Sort) -> str:
    """Return the Kyrgyz suffix that is written apart behind initials or a name, with its hyphen."""
    found = _TAIL.match(text, end) if sort in {Sort.INITIAL, Sort.NAME} else None
    if found is None or kyrgyz_case(skeleton(found[1])) is None:
        return ""
    return "" if sort is Sort.NAME and found[0] == found[1] else found[0]


def _is_initial(word: str) -> bool:
    return word[:1].isupper() and (len(word) == 1 or word in {"Дж", "Ю", "Я", "Ж"})
