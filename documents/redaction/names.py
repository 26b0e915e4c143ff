"""Names: finds where a text speaks of people whom the case file knows, in whatever form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.redaction.aliases import agrees, asked, follows
from documents.redaction.bearers import bearers_of
from documents.redaction.declension import Case, decline, kyrgyz_case
from documents.redaction.findings import Doubt, Kind, Layer, Span
from documents.redaction.known import Known
from documents.redaction.mentions import Gatherer, Mention
from documents.redaction.parts import Match, Parts, parts_of
from documents.redaction.roles import ends_in_role
from documents.redaction.torn import torn
from documents.redaction.units import Sort, Unit
from documents.redaction.vocabulary import (
    LEGAL_FORM,
    OFFICE_WORD,
    PLACE_AFTER,
    PLACE_BEFORE,
    SENTENCE_END,
    STREET_AFTER,
    STREET_BEFORE,
    is_toponym,
)
from documents.spelling import WORD, fold, fold_letters, skeleton

_WEIGHT = {"surname": 3.0, "given": 2.0, "patronymic": 2.0}
_WEIGHT_OF_RELATIVE, _WHOLE = 0.5, 0.05
_OF_FAMILY = re.compile(r"(?:и|их|ими)$|[лдт][аео]р")
_BEFORE = 30
_ROLE_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Named:
    """Where a text names the people of a case.

    ``kin`` are people with a surname of the case and a given name of their own: each is another
    person, and what stands of the surname is still the case's. Officials stay.
    """

    persons: tuple[Span, ...] = ()
    kin: tuple[Span, ...] = ()
    officials: tuple[tuple[int, int], ...] = ()


class People:
    """The people of a case, able to recognise themselves in a text."""

    def __init__(self, known: Known) -> None:
        """Prepare each word of each spelling once."""
        self._known = known
        self._parts = Parts(
            part
            for owner, official, names in (
                *((person.key, False, person.names) for person in known.persons),
                *((official.key, True, official.names) for official in known.officials),
            )
            for name in names
            for part in parts_of(owner, name, official=official)
        )
        self._bearers = bearers_of(known)
        self._order = {key: at for at, key in enumerate(self._bearers)}
        self._officials = frozenset(official.key for official in known.officials)
        self._gatherer = Gatherer(self._parts, self._bearers, language=known.language)
        self._organisations = [
            re.compile(r"\W+".join(map(re.escape, WORD.findall(fold(name)))))
            for name in known.organisations
            if WORD.search(name)
        ]

    def named(self, text: str) -> Named:
        """Return the places that name somebody of the case or of a family of the case."""
        if not self._parts.every:
            return Named()
        protected = tuple(self._organisations_in(text))
        persons: list[Span] = []
        kin: list[Span] = []
        officials: list[tuple[int, int]] = []
        for mention in self._gatherer.mentions(text):
            if self._only_a_namesake(text, mention):
                continue
            start, end = place = mention.units[0].start, mention.units[-1].end
            inside = any(low <= start and end <= high for low, high in protected)
            if mention.is_of_another(self._bearers) and not inside:
                kin.append(self._of_kin(text, mention, place))
            elif (span := self._judged(text, mention, place, inside=inside)) is not None:
                persons.append(span)
            else:
                officials.append(place)
        return Named((*persons, *self._torn(text)), tuple(kin), tuple(officials))

    def _torn(self, text: str) -> Iterator[Span]:
        for start, end, owner in torn(text, self._parts.every):
            yield Span(
                start=start,
                end=end,
                original=text[start:end],
                replacement=self._known.people[owner].label,
                kind=Kind.PERSON,
                layer=Layer.CASE,
                confidence=0.6,
                person=owner,
                doubt=Doubt.BROKEN,
            )

    def _organisations_in(self, text: str) -> Iterator[tuple[int, int]]:
        folded = fold_letters(text) if self._organisations else ""
        for pattern in self._organisations:
            yield from (found.span() for found in pattern.finditer(folded))
        yield from (found.span() for found in LEGAL_FORM.finditer(text))

    def _only_a_namesake(self, text: str, mention: Mention) -> bool:
        """Tell whether a given name alone is shared with an official: nobody names a judge so."""
        return (
            len(mention.units) == 1
            and mention.owners() <= self._officials
            and all(match.part.role == "given" for match in mention.units[0].matches)
            and _office_before(text, mention.units[0].start) is None
        )

    # -- judging -----------------------------------------------------------------------------

    def _judged(
        self,
        text: str,
        mention: Mention,
        place: tuple[int, int],
        *,
        inside: bool,
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
        if inside:
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

    def _of_kin(self, text: str, mention: Mention, place: tuple[int, int]) -> Span:
        owners = sorted(mention.owners() - self._officials, key=self._order.__getitem__)
        return Span(
            start=place[0],
            end=place[1],
            original=text[place[0] : place[1]],
            replacement=self._known.people[owners[0]].label if owners else "",
            kind=Kind.PERSON,
            layer=Layer.CASE,
            confidence=0.6,
            person=owners[0] if owners else None,
            doubt=Doubt.RELATIVE,
        )

    def _scores(self, text: str, mention: Mention, place: tuple[int, int]) -> dict[str, float]:
        in_office = _office_before(text, place[0]) is not None
        scores: dict[str, float] = {}
        for owner in sorted(mention.owners(), key=self._order.__getitem__):
            score = sum(
                max(
                    (
                        self._weight(unit, match) * _WEIGHT[match.part.role]
                        for match in unit.matches
                        if match.part.owner == owner
                    ),
                    default=0.0,
                )
                for unit in mention.names
            )
            own = self._bearers[owner].initials
            used = mention.initials
            if used and own:
                score += 1.5 * len(used) if set(used) <= own else -2.0
                score += 0.5 * self._bearers[owner].begins_with(used[0])
            if in_office and owner in self._officials:
                score += 2.5
            before = text[max(0, place[0] - _BEFORE) : place[0]]
            cases = _cases(mention, owner, self._known.language)
            if self._stands_by_role(text, place[0], owner):
                score += 0.5 if agrees(cases, before) else 0.25
            if self._known.language == "ru" and not follows(cases, before):
                score -= 0.25
            scores[owner] = score
        return scores

    def _weight(self, unit: Unit, match: Match) -> float:
        """Return how surely a word is of a name; in Kyrgyz «Асанова» is no form of Асанов."""
        if self._is_of_other_sex(unit, match):
            return _WEIGHT_OF_RELATIVE
        whole = match.part.role == "given" and skeleton(unit.text) == match.part.bases[0]
        return match.weight + _WHOLE * whole  # «Кубатбүбү» is rather her than Кубат

    def _is_of_other_sex(self, unit: Unit, match: Match) -> bool:
        return self._known.language == "ky" and skeleton(unit.text) == match.part.relative

    def _stands_by_role(self, text: str, start: int, person: str) -> bool:
        """Tell whether the word before is the person's own procedural name: доогер Асанов."""
        told = self._known.people.get(person)
        line = text[max(text.rfind("\n", 0, start) + 1, start - _ROLE_BEFORE) : start]
        return told is not None and ends_in_role(line, told.label)

    def _doubted(
        self, text: str, mention: Mention, person: str, scores: dict[str, float]
    ) -> Doubt | None:
        """Return why it is doubtful that the mention means the person."""
        rivals = sum(score == scores[person] for score in scores.values())
        told = [
            max(borne, key=lambda match: match.weight)
            for unit in mention.names
            if (borne := [match for match in unit.matches if match.part.owner == person])
        ]
        own, used = self._bearers[person].initials, set(mention.initials)
        alone = len(mention.units) == 1
        in_role = self._stands_by_role(text, mention.units[0].start, person)
        if scores.keys() & self._officials and (rivals > 1 or alone) and not in_role:
            return Doubt.NAMESAKE
        if rivals > 1 or (alone and _is_of_family(mention.units[0], told[0])):
            return Doubt.TWO_PEOPLE
        of_other_sex = alone and self._is_of_other_sex(mention.units[0], told[0])
        doubled = any(unit.sort is Sort.HALF for unit in mention.units)
        if mention.strange or doubled or of_other_sex or (used and own and not used <= own):
            return Doubt.RELATIVE
        if all(match.doubt for match in told):
            return told[0].doubt
        if alone and told[0].part.common and not in_role:
            unit = mention.units[0]
            line = text[text.rfind("\n", 0, unit.start) + 1 : unit.start]
            if SENTENCE_END.search(line) or unit.text.isupper():
                return Doubt.COMMON_WORD
        return None


def _is_of_family(unit: Unit, match: Match) -> bool:
    """Tell whether a surname stands for several people: Асановы, Асановдор."""
    base, word = match.part.bases[0].removesuffix("а"), skeleton(unit.text)
    return (
        match.part.role == "surname"
        and word.startswith(base)
        and _OF_FAMILY.match(word, len(base)) is not None
    )


def _office_before(text: str, start: int) -> re.Match[str] | None:
    return OFFICE_WORD.search(text, max(0, start - 60), start)


def _in_place_name(text: str, unit: Unit) -> bool | None:
    """Return whether a lone name is surely a place (True), perhaps one (False) or none."""
    before, after = text[max(0, unit.start - 24) : unit.start], text[unit.end : unit.end + 24]
    if STREET_AFTER.match(after) or STREET_BEFORE.search(before):
        return True
    if PLACE_AFTER.match(after) or PLACE_BEFORE.search(before):
        return is_toponym(unit.text)
    return None


def _cases(mention: Mention, person: str, language: str) -> frozenset[Case]:
    """Return the cases that the whole mention may stand in."""
    if language == "ky":
        last = mention.units[-1]
        if last.tail or last.sort is Sort.INITIAL:
            return frozenset({kyrgyz_case(skeleton(last.tail)) or Case.NOMINATIVE})
        if last.sort is Sort.NAME:
            kyrgyz = next(
                (match.kyrgyz for match in last.matches if match.part.owner == person), None
            )
            return frozenset({kyrgyz}) if kyrgyz else frozenset()
        if last.sort is Sort.CAPITAL:
            return frozenset()
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
