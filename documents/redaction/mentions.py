"""Mentions: gathers the words of a text that stand together and may name one person of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from documents.redaction.declension import Case, kyrgyz_case
from documents.redaction.parts import Match, Parts, is_word
from documents.redaction.vocabulary import (
    PATRONYMIC,
    PLACE_AFTER,
    ROLE_WORD,
    SENTENCE_END,
    is_particle,
    is_toponym,
)
from documents.spelling import WORD, orthographic, skeleton

_GAP = re.compile(r"[^\S\n]*\n?[^\S\n]*|[-\u2010\u2011]")
_TEAR = re.compile(r"[-\u2010\u2011\u00ad][^\S\n]*\n\s*")
_HEAD_OF_TORN = re.compile(rf"{WORD.pattern}$")
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:[ \u00a0][^\W\d_]){3,}(?!\w)")
_TAIL = re.compile(r"[-\u2010\u2011'’]?([а-яёңөү]{1,14})(?!\w)")
_MAX_INITIALS = 3
_BEFORE = 30
_INITIAL_LETTERS = 2
_LONGEST_HEAD = 60


class Sort(StrEnum):
    """What a word may be beside a name."""

    NAME = "name"  # a form of a word of some known name
    INITIAL = "initial"
    PARTICLE = "particle"  # уулу, кызы
    PATRONYMIC = "patronymic"  # of a father whom the file does not know
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


@dataclass(slots=True)
class Mention:
    """Words that stand together and speak of one person."""

    units: list[Unit] = field(default_factory=list)
    leading: bool = False
    strange: bool = False

    @property
    def names(self) -> list[Unit]:
        """Return the words that are of known names."""
        return [unit for unit in self.units if unit.sort is Sort.NAME]

    @property
    def initials(self) -> list[str]:
        """Return the letters that stand for names."""
        return [skeleton(unit.text)[:1] for unit in self.units if unit.sort is Sort.INITIAL]

    def owners(self) -> set[str]:
        """Return whoever every name of the mention may belong to."""
        return set.intersection(
            *({match.part.owner for match in unit.matches} for unit in self.names)
        )


class Gatherer:
    """Gathers the mentions of the people of one case.

    ``initials`` are the letters that may stand for the names of each owner of the parts.
    """

    def __init__(self, parts: Parts, initials: Mapping[str, AbstractSet[str]]) -> None:
        """Remember whom to look for."""
        self._parts = parts
        self._initials = initials
        self._sorts: dict[str, tuple[Sort, tuple[Match, ...]] | None] = {}

    def mentions(self, text: str) -> Iterator[Mention]:
        """Give the mentions of a text, none over another."""
        units = self._units(text)
        at = free = 0
        while at < len(units):
            if units[at].sort is not Sort.NAME:
                at += 1
                continue
            mention = Mention([units[at]])
            first = at
            if (
                first > free
                and self._is_strange_name(text, units, first - 1, first)
                and not SENTENCE_END.search(text, *_before(units[first - 1]))
            ):
                first -= 1
                mention.units.insert(0, units[first])
                mention.strange = True
            while (
                first > free
                and at - first < _MAX_INITIALS
                and units[first - 1].sort is Sort.INITIAL
                and _GAP.fullmatch(text, units[first - 1].end, units[first].start)
            ):
                first -= 1
                mention.units.insert(0, units[first])
                mention.leading = True
            at += 1
            while at < len(units) and self._continues(text, mention, units, at):
                mention.units.append(units[at])
                at += 1
            if at < len(units) and self._is_strange_name(text, units, at, at - 1):
                mention.units.append(units[at])
                mention.strange = True
                at += 1
            free = at
            yield mention

    # -- seeing ------------------------------------------------------------------------------

    def _units(self, text: str) -> list[Unit]:
        """Return the words that may be of a name; small ones between them only keep them apart."""
        joined = dict(self._joined(text))
        units: list[Unit] = []
        for found in WORD.finditer(text):
            word = found[0]
            if word in self._sorts:
                told = self._sorts[word]
            else:
                told = self._sorts[word] = self._told(word)
            start, end = found.span()
            if (units and start < units[-1].end) or (told is None and start not in joined):
                continue
            if start in joined:
                end, word = joined[start]
                told = Sort.NAME, self._parts.matches(word)
            elif _is_initial(word) and text[end : end + 1] == ".":
                told, end = (Sort.INITIAL, ()), end + 1
            if told is not None:
                sort, matches = told
                tail = "" if start in joined else _tail(text, end, sort)
                units.append(
                    Unit(
                        start=start,
                        end=end + len(tail),
                        text=word,
                        sort=sort,
                        matches=matches,
                        tail=tail.lstrip("-\u2010\u2011'’"),
                    )
                )
        return units

    def _told(self, word: str) -> tuple[Sort, tuple[Match, ...]] | None:
        if is_particle(word):
            return Sort.PARTICLE, ()
        if matches := self._parts.matches(word):
            return Sort.NAME, matches
        if not word[:1].isupper():
            return None
        return Sort.PATRONYMIC if PATRONYMIC.fullmatch(skeleton(word)) else Sort.CAPITAL, ()

    def _joined(self, text: str) -> Iterator[tuple[int, tuple[int, str]]]:
        """Give the names that a line's end or letter-spacing has torn, by where they start."""
        for tear in _TEAR.finditer(text):
            head = _HEAD_OF_TORN.search(text, max(0, tear.start() - _LONGEST_HEAD), tear.start())
            rest = WORD.match(text, tear.end())
            if head and rest:
                whole = head[0] + rest[0]
                if self._parts.matches(whole) and not self._parts.matches(head[0]):
                    yield head.start(), (rest.end(), whole)
        for found in _SPACED.finditer(text):
            letters = [(one.start(), one[0]) for one in WORD.finditer(text, *found.span())]
            first = 0
            while first < len(letters):
                for last in range(len(letters), first + 2, -1):
                    whole = "".join(letter for _, letter in letters[first:last])
                    if self._parts.matches(whole):
                        yield letters[first][0], (letters[last - 1][0] + 1, whole)
                        first = last - 1
                        break
                first += 1

    # -- joining -----------------------------------------------------------------------------

    def _continues(self, text: str, mention: Mention, units: list[Unit], at: int) -> bool:
        unit, last = units[at], mention.units[-1]
        if _GAP.fullmatch(text, last.end, unit.start) is None:
            return False
        if unit.sort is Sort.NAME:
            owners = mention.owners() & {match.part.owner for match in unit.matches}
            return bool(owners) and not _same_role_again(mention, unit, owners)
        if unit.sort is Sort.INITIAL:
            trailing = sum(one.sort is Sort.INITIAL for one in mention.units)
            own = trailing and self._fits({skeleton(unit.text)[:1]}, mention.owners())
            return (
                not mention.leading
                and trailing < _MAX_INITIALS
                and bool(own or not self._opens_next_name(text, mention, units, at))
            )
        if unit.sort in {Sort.PARTICLE, Sort.PATRONYMIC}:
            return last.sort in {Sort.NAME, Sort.PATRONYMIC}
        # «Асанов Бакыт уулу»: a father's name that the file does not know
        return (
            last.sort is Sort.NAME
            and at + 1 < len(units)
            and units[at + 1].sort is Sort.PARTICLE
            and _GAP.fullmatch(text, unit.end, units[at + 1].start) is not None
        )

    def _opens_next_name(self, text: str, mention: Mention, units: list[Unit], at: int) -> bool:
        """Tell whether initials behind a name begin the next one: «Нурбектен А. Б. Асановго»."""
        letters = set()
        while at < len(units) and units[at].sort is Sort.INITIAL:
            letters.add(skeleton(units[at].text)[:1])
            at += 1
            if at < len(units) and not _GAP.fullmatch(text, units[at - 1].end, units[at].start):
                return False
        if at == len(units) or units[at].sort is not Sort.NAME:
            return False
        here = self._fits(letters, mention.owners())
        there = self._fits(letters, {match.part.owner for match in units[at].matches})
        if here != there:
            return there
        return any(match.part.role != "surname" for match in mention.units[-1].matches)

    def _fits(self, letters: set[str], owners: set[str]) -> bool:
        return any(letters <= self._initials[owner] for owner in owners)

    @staticmethod
    def _is_strange_name(text: str, units: list[Unit], at: int, beside: int) -> bool:
        """Tell whether a word beside a lone surname is a first name that the file does not know."""
        unit, known = units[at], units[beside]
        low, high = min(unit.end, known.end), max(unit.start, known.start)
        surname = known.sort is Sort.NAME and all(
            match.part.role == "surname" and match.kyrgyz in {None, Case.NOMINATIVE}
            for match in known.matches
        )
        return (
            surname
            and unit.sort is Sort.CAPITAL
            and unit.text[1:].islower()
            and len(unit.text) > _INITIAL_LETTERS
            and text[low:high] in {" ", "\u00a0"}
            and not is_word(orthographic(unit.text))
            and not is_toponym(unit.text)
            and not ROLE_WORD.fullmatch(unit.text)
            and PLACE_AFTER.match(text, unit.end) is None
        )


def _tail(text: str, end: int, sort: Sort) -> str:
    """Return the Kyrgyz suffix that is written apart behind initials or a name, with its hyphen."""
    found = _TAIL.match(text, end) if sort in {Sort.INITIAL, Sort.NAME} else None
    if found is None or kyrgyz_case(skeleton(found[1])) is None:
        return ""
    return "" if sort is Sort.NAME and found[0] == found[1] else found[0]


def _before(unit: Unit) -> tuple[int, int]:
    return max(0, unit.start - _BEFORE), unit.start


def _is_initial(word: str) -> bool:
    return word[:1].isupper() and (len(word) == 1 or word in {"Дж", "Ю", "Я", "Ж"})


def _same_role_again(mention: Mention, unit: Unit, owners: set[str]) -> bool:
    """Tell whether the word can only repeat a part that the mention already has."""
    return all(
        any(
            match.part.word == other.part.word
            for name in mention.names
            for other in name.matches
            if other.part.owner == match.part.owner
        )
        for match in unit.matches
        if match.part.owner in owners
    )
