"""Mentions: gathers the words of a text that stand together and may name one person of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from documents.morphology import is_surname, senses
from documents.redaction.bearers import Bearer, fit
from documents.redaction.declension import Case
from documents.redaction.findings import Doubt
from documents.redaction.gazetteer import given_name, surname
from documents.redaction.parts import Match, Parts, is_word
from documents.redaction.units import HYPHENS, INITIAL_LETTERS, Sort, Unit, Units
from documents.redaction.vocabulary import (
    INSTITUTIONS,
    KYRGYZ_WORDS,
    PLACE_AFTER,
    ROLE_WORD,
    SENTENCE_END,
    is_patronymic_of,
    is_toponym,
)
from documents.spelling import orthographic, skeleton

_GAP = re.compile(r"[^\S\n]*\n?[^\S\n]*|[-\u2010-\u2013]")
_MAX_INITIALS = 3
_BEFORE = 30
_SPACES = frozenset({" ", "\u00a0"})


@dataclass(slots=True)
class Mention:
    """Words that stand together and speak of one person."""

    units: list[Unit] = field(default_factory=list)
    leading: bool = False  # the initials stand before the surname
    strange: bool = False  # with a name that the file does not have
    another: bool = False  # with a given name that nobody of the surname has
    bearers: set[str] = field(default_factory=set)  # those whom the given name leaves

    @property
    def names(self) -> list[Unit]:
        """Return the words that are of known names."""
        return [unit for unit in self.units if unit.sort is Sort.NAME]

    @property
    def initials(self) -> list[str]:
        """Return the letters that stand for names."""
        return [_letter(unit) for unit in self.units if unit.sort is Sort.INITIAL]

    def owners(self) -> set[str]:
        """Return whoever every name of the mention may belong to."""
        shared = set.intersection(
            *({match.part.owner for match in unit.matches} for unit in self.names)
        )
        return self.bearers & shared or self.bearers or shared

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
        self._bearers = bearers
        self._units = Units(parts, bearers)

    def mentions(self, text: str) -> Iterator[Mention]:
        """Give the mentions of a text, none over another."""
        units = self._units.of(text)
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
        if before and before[-1].sort is Sort.HALF and _adjoin(text, before[-1], mention.units[0]):
            mention.units[:0] = [before[-1]]
            before = before[:-1]
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
            and not fit(self._bearers, set(map(_letter, initials)), mention.owners())
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

    def _continues(self, text: str, mention: Mention, units: list[Unit], at: int) -> bool:
        unit, last = units[at], mention.units[-1]
        if _GAP.fullmatch(text, last.end, unit.start) is None:
            return False
        if unit.sort is Sort.NAME:
            return _takes_name(mention, unit)
        if unit.sort is Sort.INITIAL:
            return self._takes_initial(text, mention, units, at)
        if unit.sort is Sort.HALF:
            return text[last.end : unit.start] in HYPHENS
        if unit.sort in {Sort.PARTICLE, Sort.PATRONYMIC}:
            return last.sort in {Sort.NAME, Sort.PATRONYMIC, Sort.CAPITAL}
        # «Асанов Бакыт уулу»: a father's name that the file does not know
        return (
            last.sort is Sort.NAME
            and at + 1 < len(units)
            and units[at + 1].sort is Sort.PARTICLE
            and _GAP.fullmatch(text, unit.end, units[at + 1].start) is not None
        )

    def _takes_initial(self, text: str, mention: Mention, units: list[Unit], at: int) -> bool:
        trailing = len(mention.initials)
        if mention.leading or trailing == _MAX_INITIALS:
            return False
        own = trailing and fit(self._bearers, {_letter(units[at])}, mention.owners())
        return bool(own) or not self._opens_next_name(text, mention, units, at)

    def _opens_next_name(self, text: str, mention: Mention, units: list[Unit], at: int) -> bool:
        """Tell whether initials behind a name begin the next one: «Нурбектен А. Б. Асановго»."""
        letters = set()
        while at < len(units) and units[at].sort is Sort.INITIAL:
            letters.add(_letter(units[at]))
            at += 1
            if at < len(units) and not _GAP.fullmatch(text, units[at - 1].end, units[at].start):
                return False
        if at == len(units) or units[at].sort is not Sort.NAME:
            return False
        if _is_surname_behind(mention, units[at]):
            return False
        here = fit(self._bearers, letters, mention.owners())
        there = fit(self._bearers, letters, {match.part.owner for match in units[at].matches})
        if here != there:
            return there
        return any(match.part.role != "surname" for match in mention.units[-1].matches)

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


def _letter(initial: Unit) -> str:
    return skeleton(initial.text)[:1]


def _before(unit: Unit) -> tuple[int, int]:
    return max(0, unit.start - _BEFORE), unit.start


def _adjoin(text: str, one: Unit, two: Unit) -> bool:
    return _GAP.fullmatch(text, one.end, two.start) is not None


def _has_role(unit: Unit, *roles: str) -> bool:
    return bool(unit.matches) and all(match.part.role in roles for match in unit.matches)


def _is_father(unit: Unit) -> bool:
    return unit.sort is Sort.NAME and _has_role(unit, "patronymic")


def _takes_name(mention: Mention, unit: Unit) -> bool:
    """Tell whether a name right behind a mention is of the same person, and says more of him."""
    if mention.units[-1].sort is Sort.INITIAL and not (
        _is_father(unit) or _is_surname_behind(mention, unit)
    ):
        return False  # «Асанов А. Бакыт …» is two people and a full stop
    owners = mention.owners() & {match.part.owner for match in unit.matches}
    return bool(owners) and not _same_role_again(mention, unit, owners)


def _is_surname_behind(mention: Mention, surname: Unit) -> bool:
    """Tell whether a word ends what its bearer's given name began: «Бакыт М. Асанов»."""
    given = mention.names[-1]
    return (
        len(mention.names) == 1
        and _has_role(given, "given")
        and _has_role(surname, "surname")
        and not mention.owners().isdisjoint(match.part.owner for match in surname.matches)
        and _stands_alone(given)
        and _same_case(given, surname)
    )


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
        and len(unit.text) > INITIAL_LETTERS
        and (listed or not (opens or is_word(orthographic(unit.text))))
        and not (opens and skeleton(unit.text) in KYRGYZ_WORDS)
        and not (_is_surname(unit.text) and _is_surname(beside.text))
        and skeleton(unit.text) not in INSTITUTIONS
        and not is_toponym(unit.text)
        and not ROLE_WORD.fullmatch(unit.text)
        and (listed or PLACE_AFTER.match(text, unit.end) is None)  # «Салтанат суду показала»
    )


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
