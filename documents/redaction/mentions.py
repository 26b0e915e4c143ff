"""Mentions: gathers the words of a text that stand together and may name one person of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from documents.morphology import is_common_word, is_surname, senses
from documents.redaction.declension import Case, kyrgyz_case
from documents.redaction.findings import Doubt
from documents.redaction.gazetteer import given_name, surname
from documents.redaction.parts import Match, Parts, is_word
from documents.redaction.vocabulary import (
    INSTITUTIONS,
    KYRGYZ_WORDS,
    PATRONYMIC,
    PLACE_AFTER,
    ROLE_WORD,
    SENTENCE_END,
    is_particle,
    is_patronymic_of,
    is_toponym,
)
from documents.spelling import WORD, orthographic, skeleton, within_one_slip

_GAP = re.compile(r"[^\S\n]*\n?[^\S\n]*|[-\u2010-\u2013]")
_TEAR = re.compile(r"[-\u2010\u2011\u00ad]?[^\S\n]*\n\s*")
_HEAD_OF_TORN = re.compile(rf"{WORD.pattern}$")
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:[ \u00a0.\u00b7*_\u2010\u2011-]{1,3}[^\W\d_]){3,}(?!\w)")
_GLUED = re.compile(r"(?<=[а-яёңөүa-z])(?=[А-ЯЁҢӨҮA-Z])")
_BARE_INITIALS = re.compile(r"(?<![\w.])([А-ЯЁҢӨҮA-Z]) ([А-ЯЁҢӨҮA-Z]) (?=[А-ЯЁҢӨҮA-Z][^\W\d_])")
_SMALL_INITIALS = re.compile(r"[ \u00a0](?:[а-яёңөү]\.[ \u00a0]?){1,2}(?<=\.)")
_SHORT_PARTICLE = re.compile(r"[ук]\.(?=[ \u00a0][А-ЯЁҢӨҮ])")  # «Сыдык у. Нурбек»
_FOOTNOTE = re.compile(r"\d{1,2}(?!\w)")
_TAIL = re.compile(r"[-\u2010\u2011'’]?([а-яёңөү]{1,14})(?!\w)")
_MAX_INITIALS = 3
_BEFORE = 30
_INITIAL_LETTERS = 2
_SPACES = frozenset({" ", "\u00a0"})
_LONGEST_HEAD, _LONGEST_SPACED = 60, 40


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """What of the names of one person helps to tell him from another, as skeleton() leaves it."""

    initials: frozenset[str]
    givens: frozenset[str]  # some of one letter
    patronymics: frozenset[str]

    def is_called(self, given: str) -> bool:
        """Tell whether the file knows the given name, or its first letter."""
        base = skeleton(given)
        return any(base.startswith(one) if len(one) == 1 else one == base for one in self.givens)

    def has_other_letters(self, letters: Sequence[str]) -> bool:
        """Tell whether initials are another's: the first is the given name's."""
        return bool(self.givens) and not (
            self.initials.issuperset(letters) or self.begins_with(letters[0])
        )

    def begins_with(self, letter: str) -> bool:
        """Tell whether a given name begins with the letter."""
        return any(one.startswith(letter) for one in self.givens)

    def may_be_called(self, given: str) -> bool:
        """Tell whether the given name may be his: known, with a slip of the pen, or not on file."""
        return (
            not self.givens
            or self.is_called(given)
            or any(within_one_slip(skeleton(given), one) for one in self.givens)
        )


@dataclass(slots=True)
class Mention:
    """Words that stand together and speak of one person."""

    units: list[Unit] = field(default_factory=list)
    leading: bool = False  # the initials stand before the surname
    strange: bool = False  # with a given name that the file does not have
    another: bool = False  # with a given name that nobody of the surname has
    bearers: set[str] = field(default_factory=set)  # those whom the given name leaves

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
        if self.bearers:
            return self.bearers
        return set.intersection(
            *({match.part.owner for match in unit.matches} for unit in self.names)
        )

    def is_of_another(self, bearers: Mapping[str, Bearer]) -> bool:
        """Tell whether another given name, or its letter, says that only the surname is shared."""
        if self.another or not self.initials:
            return self.another
        return all(_has_role(unit, "surname") for unit in self.names) and all(
            bearers[owner].has_other_letters(self.initials) for owner in self.owners()
        )


class Gatherer:
    """Gathers the mentions of the people of one case, and of those who only share a name."""

    def __init__(self, parts: Parts, bearers: Mapping[str, Bearer], *, language: str) -> None:
        """Remember whom to look for, in texts of which language."""
        self._language = language
        self._parts = parts
        self._bearers = bearers
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
            if self._is_father_of(text, units[free:at], units[at : at + 3]):
                mention.units[:0] = [units[at - 1]]
                mention.another = True
            else:
                self._begin(text, mention, units[free:at])
            at += 1
            while at < len(units) and self._continues(text, mention, units, at):
                mention.units.append(units[at])
                at += 1
            at = self._end(text, mention, units, at)
            free = at
            yield mention

    def _begin(self, text: str, mention: Mention, before: list[Unit]) -> None:
        """Put before a name what belongs to it: initials, a given name, whose son somebody is."""
        if self._lead(text, mention, before):
            return
        father = before[-2:]
        if [unit.sort for unit in father] == [Sort.CAPITAL, Sort.PARTICLE] and self._is_child(
            text, mention, father
        ):
            mention.units[:0] = father
            return
        row = before[-2:] if before and before[-1].sort is Sort.PATRONYMIC else before[-1:]
        if row and all(
            text[one.end : two.start] in _SPACES for one, two in pairwise((*row, mention.units[0]))
        ):
            given = row[0]
            opens = SENTENCE_END.search(text, *_before(given)) is not None
            if self._names_another(text, mention, given, opens=opens, fathered=len(row) > 1):
                mention.units[:0] = row

    def _lead(self, text: str, mention: Mention, before: list[Unit]) -> bool:
        """Put initials before a name, unless they are of another name before them."""
        row = [*before, mention.units[0]]
        first = len(before)
        while (
            first
            and len(before) - first < _MAX_INITIALS
            and row[first - 1].sort is Sort.INITIAL
            and _adjoin(text, row[first - 1], row[first])
        ):
            first -= 1
        initials = row[first:-1]
        if initials and not (
            first
            and row[first - 1].sort is Sort.CAPITAL
            and _adjoin(text, row[first - 1], row[first])
            and not self._fits({skeleton(one.text)[:1] for one in initials}, mention.owners())
        ):
            mention.units[:0] = initials
            mention.leading = True
        return mention.leading

    def _end(self, text: str, mention: Mention, units: list[Unit], at: int) -> int:
        """Put behind a surname a given name that is not its bearer's; return where that ends."""
        if at == len(units) or text[mention.units[-1].end : units[at].start] not in _SPACES:
            return at
        if _is_given_of_another(mention, units[at]):
            mention.another = True
            mention.bearers = {match.part.owner for match in units[at].matches}
        else:
            fathered = at + 1 < len(units) and (
                units[at + 1].sort is Sort.PATRONYMIC or _is_father(units[at + 1])
            )
            if not self._names_another(text, mention, units[at], fathered=fathered):
                return at
        mention.units.append(units[at])
        at += 1
        while (
            at < len(units)
            and (units[at].sort in {Sort.PATRONYMIC, Sort.PARTICLE} or _is_father(units[at]))
            and _adjoin(text, mention.units[-1], units[at])
        ):
            mention.units.append(units[at])
            at += 1
        return at

    # -- seeing ------------------------------------------------------------------------------

    def _units(self, text: str) -> list[Unit]:
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
        return units

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
            known = any(len(piece) > _INITIAL_LETTERS and self._parts.matches(piece)
                        for piece in pieces)  # fmt: skip
            for piece in pieces if known else [word]:
                yield at, piece
                at += len(piece)

    def _end_of_name(self, text: str, end: int, word: str, matches: tuple[Match, ...]) -> int:
        """Return where a name ends with the mark of a footnote or with its small initials."""
        if note := _FOOTNOTE.match(text, end):
            return note.end()
        small = _SMALL_INITIALS.match(text, end) if word.islower() else None
        if small and self._fits(
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

    # -- joining -----------------------------------------------------------------------------

    def _continues(self, text: str, mention: Mention, units: list[Unit], at: int) -> bool:
        unit, last = units[at], mention.units[-1]
        if _GAP.fullmatch(text, last.end, unit.start) is None:
            return False
        if unit.sort is Sort.NAME:
            if last.sort is Sort.INITIAL and not _is_father(unit):
                return False  # «Асанов А. Бакыт …» is two people and a full stop
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
            return last.sort in {Sort.NAME, Sort.PATRONYMIC, Sort.CAPITAL}
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
        return any(letters <= self._bearers[owner].initials for owner in owners)

    def _is_father_of(self, text: str, before: list[Unit], row: list[Unit]) -> bool:
        """Tell whether a given name of the file is a father's here: «Эмир Бакыт уулу»."""
        return (
            bool(before)
            and len(row) > 1
            and row[1].sort is Sort.PARTICLE
            and _has_role(row[0], "given")
            and _adjoin(text, row[0], row[1])
            and text[before[-1].end : row[0].start] in _SPACES
            and _is_listed(before[-1].text)
            and _may_be_given(text, before[-1], row[0], sure=True, opens=False)
            and not (len(row) > 2 and row[2].text[:1].isupper() and _adjoin(text, *row[1:]))  # noqa: PLR2004
        )

    def _is_child(self, text: str, mention: Mention, father: list[Unit]) -> bool:
        """Tell whether «Руслан уулу» before Тимур says who Тимур Русланович is."""
        return (
            all(_adjoin(text, one, two) for one, two in pairwise((*father, mention.units[0])))
            and _has_role(mention.units[0], "given")
            and any(
                is_patronymic_of(patronymic, father[0].text)
                for owner in mention.owners()
                for patronymic in self._bearers[owner].patronymics
            )
        )

    def _names_another(
        self, text: str, mention: Mention, unit: Unit, *, fathered: bool, opens: bool = False
    ) -> bool:
        """Tell whether a word beside a lone surname is a given name; mark whose it is then.

        Whoever has another given name than all bearers of the surname is another person.
        ``fathered`` says that a father's name follows, ``opens`` that a sentence begins here,
        where any word has a capital letter.
        """
        known = mention.units[-1] if unit.start > mention.units[-1].start else mention.units[0]
        if not (_is_family(mention) and _stands_alone(known)):
            return False
        if unit.sort is Sort.NAME:
            if not (_has_role(unit, "given") and _same_case(known, unit)):
                return False
        elif not _may_be_given(text, unit, known, sure=fathered, opens=opens):
            return False
        owners = mention.owners()
        own = {owner for owner in owners if self._bearers[owner].may_be_called(unit.text)}
        # A Kyrgyz word with a capital letter that no list has may be any word behind a surname.
        sure = (
            fathered
            or unit.sort is Sort.NAME
            or self._language == "ru"
            or _is_listed(unit.text)
            or all(_is_of_other_sex(known, match) for match in known.matches)
        )
        mention.strange = not any(self._bearers[owner].is_called(unit.text) for owner in own)
        mention.another = sure and not own
        mention.bearers = own or owners
        return True


def _tail(text: str, end: int, sort: Sort) -> str:
    """Return the Kyrgyz suffix that is written apart behind initials or a name, with its hyphen."""
    found = _TAIL.match(text, end) if sort in {Sort.INITIAL, Sort.NAME} else None
    if found is None or kyrgyz_case(skeleton(found[1])) is None:
        return ""
    return "" if sort is Sort.NAME and found[0] == found[1] else found[0]


def _before(unit: Unit) -> tuple[int, int]:
    return max(0, unit.start - _BEFORE), unit.start


def _adjoin(text: str, one: Unit, two: Unit) -> bool:
    return _GAP.fullmatch(text, one.end, two.start) is not None


def _has_role(unit: Unit, *roles: str) -> bool:
    return bool(unit.matches) and all(match.part.role in roles for match in unit.matches)


def _is_father(unit: Unit) -> bool:
    return unit.sort is Sort.NAME and _has_role(unit, "patronymic")


def _is_family(mention: Mention) -> bool:
    """Tell whether a mention says only of which family somebody is: Асанов, Асан уулу."""
    first, more = mention.units[0], [unit.sort for unit in mention.units[1:]]
    if _has_role(first, "surname"):
        return more in ([], [Sort.CAPITAL, Sort.PARTICLE])
    return more == [Sort.PARTICLE] and _has_role(first, "given", "patronymic")


def _is_given_of_another(mention: Mention, surname: Unit) -> bool:
    """Tell whether the given name of one person stands before the surname of other people."""
    given = mention.units[0]
    return (
        len(mention.units) == 1
        and mention.owners().isdisjoint(match.part.owner for match in surname.matches)
        and _has_role(given, "given")
        and _has_role(surname, "surname")
        and _stands_alone(given)
        and _same_case(given, surname)
    )


def _stands_alone(unit: Unit) -> bool:
    """Tell whether a given name may follow: Kyrgyz bends only the last word of a name."""
    return all(match.kyrgyz in {None, Case.NOMINATIVE} for match in unit.matches)


def _is_of_other_sex(unit: Unit, match: Match) -> bool:
    return match.doubt is Doubt.RELATIVE or skeleton(unit.text) == match.part.relative


def _same_case(one: Unit, two: Unit) -> bool:
    """Tell whether two words may be of one name: «истец Асанов Алине передал» names two people."""
    cases = [frozenset().union(*(match.russian for match in unit.matches)) for unit in (one, two)]
    return not all(cases) or bool(cases[0] & cases[1])


def _is_listed(word: str) -> bool:
    """Tell whether a word is a name by the Russian dictionary or by the Kyrgyz list."""
    return (
        "person" in senses(orthographic(word))
        or given_name(word) is not None
        or skeleton(word) in KYRGYZ_WORDS
    )


def _is_surname(word: str) -> bool:
    """Tell whether a word is somebody's surname and nobody's given name."""
    base = orthographic(word)
    known = bool(senses(base)) and is_surname(base)
    return (known or surname(word) is not None) and given_name(word) is None


def _may_be_given(text: str, unit: Unit, beside: Unit, *, sure: bool, opens: bool) -> bool:
    """Tell whether a word with a capital letter may be a given name, or is one if it is a word."""
    listed = sure or _is_listed(unit.text)
    return (
        unit.sort is Sort.CAPITAL
        and (unit.text[1:].islower() or (listed and unit.text.isupper()))
        and len(unit.text) > _INITIAL_LETTERS
        and (listed or not (opens or is_word(orthographic(unit.text))))
        and not (opens and skeleton(unit.text) in KYRGYZ_WORDS)
        and not (_is_surname(unit.text) and _is_surname(beside.text))
        and skeleton(unit.text) not in INSTITUTIONS
        and not is_toponym(unit.text)
        and not ROLE_WORD.fullmatch(unit.text)
        and (listed or PLACE_AFTER.match(text, unit.end) is None)  # «Салтанат суду показала»
    )


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
