"""Names: finds where a text speaks of people whom the case file knows, in whatever form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.redaction.aliases import asked
from documents.redaction.declension import Case, decline, kyrgyz_case
from documents.redaction.findings import Doubt, Kind, Layer, Span
from documents.redaction.known import Known, Official, Person
from documents.redaction.parts import MIN_LOWER, Match, is_word, matched, parts_of
from documents.redaction.vocabulary import (
    LEGAL_FORM,
    OFFICE_WORD,
    PATRONYMIC,
    PLACE_AFTER,
    PLACE_BEFORE,
    ROLE_WORD,
    SENTENCE_END,
    STREET_AFTER,
    STREET_BEFORE,
    is_particle,
    is_toponym,
)
from documents.spelling import (
    WORD,
    fold,
    orthographic,
    skeleton,
)

_GAP = re.compile(r"[^\S\n]*\n?[^\S\n]*|[-\u2010\u2011]")
_TORN = re.compile(rf"({WORD.pattern})[-\u2010\u2011\u00ad][^\S\n]*\n\s*({WORD.pattern})")
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:[ \u00a0][^\W\d_]){3,}(?!\w)")
_TAIL = re.compile(r"[-\u2010\u2011'’]?([а-яёңөү]{1,14})(?!\w)")
_WEIGHT = {"surname": 3.0, "given": 2.0, "patronymic": 2.0}
_MAX_INITIALS = 3
_BEFORE = 30
_MIN_TORN = 6
_INITIAL_LETTERS = 2


@dataclass(slots=True, kw_only=True)
class _Unit:
    """A word, an initial or a particle at its place in the text."""

    start: int
    end: int
    text: str
    sort: str  # name, initial, particle, patronymic, word
    matches: tuple[Match, ...] = ()
    tail: str = ""  # a suffix that stands apart: А.Б.нын, Асанова-нын


@dataclass(slots=True)
class _Mention:
    """Words that stand together and speak of one person."""

    units: list[_Unit] = field(default_factory=list)
    leading: bool = False
    strange: bool = False

    @property
    def names(self) -> list[_Unit]:
        return [unit for unit in self.units if unit.sort == "name"]

    @property
    def initials(self) -> list[str]:
        return [skeleton(unit.text)[:1] for unit in self.units if unit.sort == "initial"]

    def owners(self) -> set[str]:
        """Return whoever every name of the mention may belong to."""
        return set.intersection(
            *({match.part.owner for match in unit.matches} for unit in self.names)
        )


class People:
    """The people of a case, able to recognise themselves in a text."""

    def __init__(self, known: Known) -> None:
        """Prepare each word of each spelling once."""
        self._known = known
        self._parts = [
            part
            for owner, official, names in (
                *((person.key, False, person.names) for person in known.persons),
                *((official.key, True, official.names) for official in known.officials),
            )
            for name in names
            for part in parts_of(owner, name, official=official)
        ]
        self._officials = frozenset(official.key for official in known.officials)
        self._initials = _initials(known)
        self._seen: dict[str, tuple[Match, ...]] = {}
        self._organisations = [
            re.compile(r"\W+".join(map(re.escape, WORD.findall(fold(name)))))
            for name in known.organisations
            if WORD.search(name)
        ]

    def mentions(self, text: str) -> tuple[tuple[Span, ...], tuple[tuple[int, int], ...]]:
        """Return the places that name a person of the case, and those that name an official.

        Other layers leave the officials alone.
        """
        if not self._parts:
            return (), ()
        found = tuple(self._found(text))
        return (
            (*(span for span, _ in found if span is not None), *self._torn(text)),
            tuple(place for span, place in found if span is None),
        )

    def _torn(self, text: str) -> Iterator[Span]:
        """Give long names with stray spaces inside: «Жума беков», as bad scans have them."""
        folded = _same_length_fold(text).translate(str.maketrans("эйы", "еии"))
        for part in self._parts:
            if part.official or part.common or len(part.bases[0]) < _MIN_TORN:
                continue
            for found in re.finditer(r"(?<!\w)" + r"\s?".join(part.bases[0]), folded):
                if re.search(r"\s", found[0]):
                    end = WORD.match(text, found.end())
                    yield Span(
                        start=found.start(),
                        end=end.end() if end else found.end(),
                        original=text[found.start() : end.end() if end else found.end()],
                        replacement=self._known.people[part.owner].label,
                        kind=Kind.PERSON,
                        layer=Layer.CASE,
                        confidence=0.6,
                        person=part.owner,
                        doubt=Doubt.BROKEN,
                    )

    def _found(self, text: str) -> Iterator[tuple[Span | None, tuple[int, int]]]:
        protected = tuple(self._organisations_in(text))
        for mention in self._gathered(text):
            place = mention.units[0].start, mention.units[-1].end
            if not self._only_a_namesake(text, mention):
                yield self._judged(text, mention, place, protected), place

    def _organisations_in(self, text: str) -> Iterator[tuple[int, int]]:
        folded = _same_length_fold(text) if self._organisations else ""
        for pattern in self._organisations:
            yield from (found.span() for found in pattern.finditer(folded))
        yield from (found.span() for found in LEGAL_FORM.finditer(text))

    def _only_a_namesake(self, text: str, mention: _Mention) -> bool:
        """Tell whether a given name alone is shared with an official: nobody names a judge so."""
        return (
            len(mention.units) == 1
            and mention.owners() <= self._officials
            and all(match.part.role == "given" for match in mention.units[0].matches)
            and _office_before(text, mention.units[0].start) is None
        )

    # -- seeing ------------------------------------------------------------------------------

    def matches(self, word: str) -> tuple[Match, ...]:
        """Return every part of every name that the word may be a form of."""
        if word not in self._seen:
            self._seen[word] = tuple(
                match for part in self._parts if (match := matched(part, word)) is not None
            )
        return self._seen[word]

    def _joined(self, text: str) -> Iterator[tuple[int, tuple[int, str]]]:
        """Give the names that a line's end or letter-spacing has torn, by where they start."""
        for found in _TORN.finditer(text):
            whole = found[1] + found[2]
            if self.matches(whole) and not self.matches(found[1]):
                yield found.start(), (found.end(), whole)
        for found in _SPACED.finditer(text):
            letters = [(one.start(), one.group()) for one in WORD.finditer(*_within(text, found))]
            first = 0
            while first < len(letters):
                for last in range(len(letters), first + 2, -1):
                    whole = "".join(letter for _, letter in letters[first:last])
                    if self.matches(whole):
                        yield letters[first][0], (letters[last - 1][0] + 1, whole)
                        first = last - 1
                        break
                first += 1

    def _units(self, text: str) -> list[_Unit]:
        joined = dict(self._joined(text))
        units: list[_Unit] = []
        for found in WORD.finditer(text):
            if units and found.start() < units[-1].end:
                continue
            start, end, word = found.start(), found.end(), found.group()
            if start in joined:
                far, whole = joined[start]
                units.append(_unit(start, far, whole, "name", self.matches(whole)))
                continue
            if text[end : end + 1] == "." and _is_initial(word):
                tail = _TAIL.match(text, end + 1)
                if tail and kyrgyz_case(skeleton(tail[1])):
                    units.append(_unit(start, tail.end(), word, "initial", tail=tail[1]))
                else:
                    units.append(_unit(start, end + 1, word, "initial"))
            elif is_particle(word):
                units.append(_unit(start, end, word, "particle"))
            elif found_matches := self.matches(word):
                tail = _TAIL.match(text, end)
                if tail and tail[0][0] not in tail[1] and kyrgyz_case(skeleton(tail[1])):
                    units.append(
                        _unit(start, tail.end(), word, "name", found_matches, tail=tail[1])
                    )
                else:
                    units.append(_unit(start, end, word, "name", found_matches))
            elif word[:1].isupper() and PATRONYMIC.fullmatch(skeleton(word)):
                units.append(_unit(start, end, word, "patronymic"))
            else:
                units.append(_unit(start, end, word, "word"))
        return units

    def _gathered(self, text: str) -> Iterator[_Mention]:
        units = self._units(text)
        at = free = 0
        while at < len(units):
            if units[at].sort != "name":
                at += 1
                continue
            mention = _Mention([units[at]])
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
                and units[first - 1].sort == "initial"
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

    def _continues(self, text: str, mention: _Mention, units: list[_Unit], at: int) -> bool:
        unit, last = units[at], mention.units[-1]
        if _GAP.fullmatch(text, last.end, unit.start) is None:
            return False
        if unit.sort == "name":
            owners = mention.owners() & {match.part.owner for match in unit.matches}
            return bool(owners) and not _same_role_again(mention, unit, owners)
        if unit.sort == "initial":
            trailing = sum(one.sort == "initial" for one in mention.units)
            own = trailing and self._fits({skeleton(unit.text)[:1]}, mention.owners())
            return (
                not mention.leading
                and trailing < _MAX_INITIALS
                and bool(own or not self._opens_next_name(text, mention, units, at))
            )
        if unit.sort in {"particle", "patronymic"}:
            return last.sort in {"name", "patronymic"}
        # «Асанов Бакыт уулу»: a father's name that the file does not know
        return (
            unit.text[:1].isupper()
            and last.sort == "name"
            and at + 1 < len(units)
            and units[at + 1].sort == "particle"
            and _GAP.fullmatch(text, unit.end, units[at + 1].start) is not None
        )

    def _opens_next_name(self, text: str, mention: _Mention, units: list[_Unit], at: int) -> bool:
        """Tell whether initials behind a name begin the next one: «Нурбектен А. Б. Асановго»."""
        letters = set()
        while at < len(units) and units[at].sort == "initial":
            letters.add(skeleton(units[at].text)[:1])
            at += 1
            if at < len(units) and not _GAP.fullmatch(text, units[at - 1].end, units[at].start):
                return False
        if at == len(units) or units[at].sort != "name":
            return False
        here = self._fits(letters, mention.owners())
        there = self._fits(letters, {match.part.owner for match in units[at].matches})
        if here != there:
            return there
        return any(match.part.role != "surname" for match in mention.units[-1].matches)

    def _fits(self, letters: set[str], owners: set[str]) -> bool:
        return any(letters <= self._initials[owner] for owner in owners)

    @staticmethod
    def _is_strange_name(text: str, units: list[_Unit], at: int, beside: int) -> bool:
        """Tell whether a word beside a lone surname is a first name that the file does not know."""
        unit, known = units[at], units[beside]
        low, high = min(unit.end, known.end), max(unit.start, known.start)
        surname = known.sort == "name" and all(
            match.part.role == "surname" and match.kyrgyz in {None, Case.NOMINATIVE}
            for match in known.matches
        )
        return (
            surname
            and unit.sort == "word"
            and unit.text[:1].isupper()
            and unit.text[1:].islower()
            and len(unit.text) > _INITIAL_LETTERS
            and text[low:high] in {" ", "\u00a0"}
            and not is_word(orthographic(unit.text))
            and not is_toponym(unit.text)
            and not ROLE_WORD.fullmatch(unit.text)
            and PLACE_AFTER.match(text, unit.end) is None
        )

    # -- judging -----------------------------------------------------------------------------

    def _judged(
        self,
        text: str,
        mention: _Mention,
        place: tuple[int, int],
        protected: tuple[tuple[int, int], ...],
    ) -> Span | None:
        scores = self._scores(text, mention, place)
        person = max(
            (owner for owner in scores if owner not in self._officials),
            key=lambda owner: scores[owner],
            default=None,
        )
        official = max(
            (scores[owner] for owner in scores if owner in self._officials), default=-9.0
        )
        if person is None or official > scores[person]:
            return None
        start, end = place
        in_place = _in_place_name(text, mention.units[0]) if len(mention.units) == 1 else None
        if any(low <= start and end <= high for low, high in protected):
            doubt: Doubt | None = Doubt.ORGANISATION
            stays = True
        elif in_place is not None:
            doubt, stays = Doubt.PLACE, in_place
        else:
            doubt, stays = self._doubted(text, mention, person, scores), False
        label = self._known.people[person].label
        cases = asked(
            _cases(mention, person, self._known.language), text[max(0, start - _BEFORE) : start]
        )
        return Span(
            start=start,
            end=end,
            original=text[start:end],
            replacement=decline(label, cases, self._known.language),
            kind=Kind.PERSON,
            layer=Layer.CASE,
            confidence=0.6 if doubt else 0.99 if len(mention.units) > 1 else 0.95,
            person=person,
            doubt=doubt,
            applied=not stays,
        )

    def _scores(self, text: str, mention: _Mention, place: tuple[int, int]) -> dict[str, float]:
        in_office = _office_before(text, place[0]) is not None
        scores: dict[str, float] = {}
        for owner in mention.owners():
            score = sum(
                max(
                    match.weight * _WEIGHT[match.part.role]
                    for match in unit.matches
                    if match.part.owner == owner
                )
                for unit in mention.names
            )
            own = self._initials[owner]
            used = mention.initials
            if used and own:
                score += 1.5 * len(used) if set(used) <= own else -2.0
            if in_office and owner in self._officials:
                score += 2.5
            scores[owner] = score
        return scores

    def _stands_by_role(self, text: str, start: int, person: str) -> bool:
        """Tell whether the word before is the person's own procedural name: доогер Асанов."""
        line = text[max(text.rfind("\n", 0, start) + 1, start - 30) : start]
        before = WORD.findall(line)
        words = WORD.findall(self._known.people[person].label)
        roots = [skeleton(word)[:5] for word in words if len(word) >= MIN_LOWER]
        return bool(before and roots) and skeleton(before[-1]).startswith(tuple(roots))

    def _doubted(
        self, text: str, mention: _Mention, person: str, scores: dict[str, float]
    ) -> Doubt | None:
        """Return why it is doubtful that the mention means the person."""
        rivals = sum(score == scores[person] for score in scores.values())
        told = [
            max(
                (match for match in unit.matches if match.part.owner == person),
                key=lambda match: match.weight,
            )
            for unit in mention.names
        ]
        own, used = self._initials[person], set(mention.initials)
        alone = len(mention.units) == 1
        in_role = self._stands_by_role(text, mention.units[0].start, person)
        if scores.keys() & self._officials and (rivals > 1 or alone) and not in_role:
            return Doubt.NAMESAKE
        if rivals > 1 and not in_role:
            return Doubt.TWO_PEOPLE
        if mention.strange or (used and own and not used <= own):
            return Doubt.RELATIVE
        if all(match.doubt for match in told):
            return told[0].doubt
        if alone and told[0].part.common and not in_role:
            unit = mention.units[0]
            line = text[text.rfind("\n", 0, unit.start) + 1 : unit.start]
            if SENTENCE_END.search(line) or unit.text.isupper():
                return Doubt.COMMON_WORD
        return None


def _office_before(text: str, start: int) -> re.Match[str] | None:
    return OFFICE_WORD.search(text, max(0, start - 60), start)


def _before(unit: _Unit) -> tuple[int, int]:
    return max(0, unit.start - _BEFORE), unit.start


def _within(text: str, found: re.Match[str]) -> tuple[str, int, int]:
    return text, found.start(), found.end()


def _unit(
    start: int,
    end: int,
    text: str,
    sort: str,
    matches: tuple[Match, ...] = (),
    *,
    tail: str = "",
) -> _Unit:
    return _Unit(start=start, end=end, text=text, sort=sort, matches=matches, tail=tail)


def _initials(known: Known) -> dict[str, set[str]]:
    """Return the first letters that may stand for each person's own and father's names."""
    everybody: tuple[Person | Official, ...] = (*known.persons, *known.officials)
    return {
        one.key: {
            skeleton(word)[:1]
            for name in one.names
            for word in WORD.findall(f"{name.given} {name.patronymic} {name.surname}")
            if not is_particle(word)
        }
        for one in everybody
    }


def _is_initial(word: str) -> bool:
    return word[:1].isupper() and (len(word) == 1 or word in {"Дж", "Ю", "Я", "Ж"})


def _same_role_again(mention: _Mention, unit: _Unit, owners: set[str]) -> bool:
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


def _in_place_name(text: str, unit: _Unit) -> bool | None:
    """Return whether a lone name is surely a place (True), perhaps one (False) or none."""
    before, after = text[max(0, unit.start - 24) : unit.start], text[unit.end : unit.end + 24]
    if STREET_AFTER.match(after) or STREET_BEFORE.search(before):
        return True
    if PLACE_AFTER.match(after) or PLACE_BEFORE.search(before):
        return is_toponym(unit.text)
    return None


def _cases(mention: _Mention, person: str, language: str) -> frozenset[Case]:
    """Return the cases that the whole mention may stand in."""
    if language == "ky":
        last = mention.units[-1]
        if last.tail or last.sort == "initial":
            return frozenset({kyrgyz_case(skeleton(last.tail)) or Case.NOMINATIVE})
        if last.sort == "name":
            kyrgyz = next(
                (match.kyrgyz for match in last.matches if match.part.owner == person), None
            )
            return frozenset({kyrgyz}) if kyrgyz else frozenset()
        tail = re.sub(r"^(?:улу|кизи|ули)|.*(?:ович|евич|овна|евна)", "", skeleton(last.text))
        return frozenset({kyrgyz_case(tail) or Case.NOMINATIVE})
    told = [
        russian
        for unit in mention.names
        if (russian := next(
            (match.russian for match in unit.matches if match.part.owner == person), frozenset()
        ))
    ]  # fmt: skip
    if not told:
        return frozenset()
    common = frozenset.intersection(*told)
    bent = [cases for cases in told if Case.NOMINATIVE not in cases]
    return common or (frozenset.intersection(*bent) if bent else frozenset())


def _same_length_fold(text: str) -> str:
    """Return the text folded letter by letter, so that places in it are places in the text."""
    return text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What each letter is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = fold(letter)
        self[code] = folded if len(folded) == 1 else letter
        return self[code]


_FOLDED = _Folded()
