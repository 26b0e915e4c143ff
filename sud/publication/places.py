"""Places: what was found in an act and decided about it, as one row of the archive keeps it.

A place is kept by its numbers, never by its words: no name is written a second time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from documents.redaction import Doubt, Kind, Known, Layer, Span, fluent, redact, surface
from documents.redaction.identifiers import placeholder
from documents.redaction.policy import Policy, Treatment
from sud.models import Act, ActPart, Publication, PublicationForm

AROUND = 60
"""How many letters are shown on each side of a place."""
_BETWEEN = "\n\n¤\n\n"
"""Between two parts: nothing that a name could reach over."""
_UNSEEN = (
    r"[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
    r"(?:[-\u2010\u2011\u00ad][^\S\n]*\n\s*)?"
)
"""Between two letters of a word: marks that are not seen, and the end of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the act that was replaced or is doubtful, as the clerk sees it."""

    id: int
    part: ActPart
    start: int
    end: int
    original: str
    replacement: str
    kind: Kind
    layer: Layer
    doubt: Doubt | None
    applied: bool
    decided: bool
    confidence: float = 1.0
    """How sure the machine is, of 1; a reader's own word is sure."""
    person: str | None = None
    differs: bool = False
    """Whether the first reader decided it otherwise than the second."""
    before: str = ""
    after: str = ""

    @property
    def open(self) -> bool:
        """Whether a person still has to decide it: a doubt is never settled by itself."""
        return (self.doubt is not None or self.differs) and not self.decided

    @property
    def sure(self) -> int:
        """How sure the machine is, in whole percent."""
        return round(self.confidence * 100)


class Verb(StrEnum):
    """What a reader may say of a place."""

    ACCEPT = "accept"  # as the machine proposes it
    HIDE = "hide"
    SHOW = "show"
    ALIAS = "alias"  # hide it, under another label


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reader's answer about a place; `alias` is the label that he chose."""

    verb: Verb
    alias: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Places that say the same and are treated the same, decided together."""

    first: Place
    places: Sequence[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text, and what was found in it."""

    text: str
    place: Place | None = None


def parts_of(publication: Publication) -> tuple[ActPart, ...]:
    """Return the parts of the act that the public may read: a card has none."""
    match publication.form:
        case PublicationForm.CARD:
            return ()
        case PublicationForm.OPERATIVE:
            return (ActPart.OPERATIVE,)
        case PublicationForm.TEXT:
            return tuple(ActPart)


def places_of(publication: Publication) -> tuple[Place, ...]:
    """Return every place in the order of the text, with the words around it."""
    return placed(publication, publication.spans)


def placed(publication: Publication, spans: Sequence[Mapping[str, Any]]) -> tuple[Place, ...]:
    """Return the places of some reading of the text, as `places_of` does of the present one."""
    made = []
    for kept in spans:
        part = ActPart(kept["part"])
        text, start, end = getattr(publication.act, part), kept["start"], kept["end"]
        made.append(
            Place(
                id=kept["id"],
                part=part,
                start=start,
                end=end,
                original=text[start:end],
                replacement=kept["replacement"],
                kind=Kind(kept["kind"]),
                layer=Layer(kept["layer"]),
                doubt=Doubt(kept["doubt"]) if kept["doubt"] else None,
                applied=kept["applied"],
                decided=kept["decided"],
                confidence=kept.get("confidence", 1.0),
                person=kept["person"],
                differs=kept.get("differs", False),
                before=text[max(0, start - AROUND) : start],
                after=text[end : end + AROUND],
            )
        )
    order = list(ActPart)
    return tuple(sorted(made, key=lambda place: (order.index(place.part), place.start)))


def groups_of(publication: Publication) -> tuple[Group, ...]:
    """Return the places by what they say: doubts that wait, other doubts, the certain ones."""
    groups: dict[tuple[Any, ...], list[Place]] = {}
    for place in places_of(publication):
        same = (
            surface(place.original),
            place.replacement if place.applied else None,
            place.person,
            place.doubt,
            place.decided,
            place.differs,
        )
        groups.setdefault(same, []).append(place)
    made = [Group(first=places[0], places=places) for places in groups.values()]
    return tuple(sorted(made, key=lambda group: (not group.first.open, group.first.doubt is None)))


def paragraphs_of(publication: Publication, part: ActPart) -> list[list[Piece]]:
    """Return the act's own text by paragraphs, cut at every place that was found in it."""
    paragraphs: list[list[Piece]] = [[]]
    text: str = getattr(publication.act, part)
    at = 0
    for place in (*(one for one in places_of(publication) if one.part is part), None):
        first, *others = text[at : place.start if place else len(text)].split("\n")
        paragraphs[-1].append(Piece(text=first))
        paragraphs += [[Piece(text=line)] for line in others]
        if place:
            paragraphs[-1].append(Piece(text=place.original, place=place))
            at = place.end
    return [paragraph for paragraph in paragraphs if any(piece.text for piece in paragraph)]


def labels_of(publication: Publication, known: Known) -> tuple[tuple[str, str], ...]:
    """Return what may be put for words: the people's labels and the names of things."""
    language = publication.act.language
    people = [(person.label, f"{person.label} ({person.names[0]})") for person in known.persons]
    strangers = dict.fromkeys(
        place.replacement
        for place in places_of(publication)
        if place.layer is Layer.PATTERN and place.kind is Kind.PERSON
    )
    things = [placeholder(kind, language) for kind in Kind]
    return tuple(dict([*people, *((one, one) for one in (*strangers, *things))]).items())


def open_doubts(publication: Publication) -> tuple[Place, ...]:
    """Return the places that a person still has to decide."""
    return tuple(place for place in places_of(publication) if place.open)


def settled_in(publication: Publication) -> frozenset[str]:
    """Return the spellings that a clerk has declared not to mean a person."""
    return frozenset(
        surface(place.original)
        for place in places_of(publication)
        if place.doubt is not None and place.decided and not place.applied
    )


def found_in(act: Act, known: Known, policy: Policy) -> list[Place]:
    """Search the whole act at once, so that a stranger bears one label in every part."""
    starts: dict[ActPart, int] = {}
    whole = ""
    for part in ActPart:
        starts[part] = len(whole)
        whole += getattr(act, part) + _BETWEEN
    places: list[Place] = []
    for span in redact(whole, known, policy=policy).spans:
        part = max(
            (part for part in ActPart if starts[part] <= span.start), key=lambda part: starts[part]
        )
        places.append(
            Place(
                id=len(places),
                part=part,
                start=span.start - starts[part],
                end=span.end - starts[part],
                original=span.original,
                replacement=span.replacement,
                kind=span.kind,
                layer=span.layer,
                doubt=span.doubt,
                applied=span.applied,
                decided=False,
                confidence=span.confidence,
                person=span.person,
            )
        )
    return places


def holds_what_bars(policy: Policy, known: Known, found: Sequence[Place]) -> bool:
    """Say whether the policy publishes no text that holds such data, or of such people."""
    never, kind = Treatment.NEVER, known.case_kind
    return any(
        policy.treatment(Kind.PERSON, person.role, kind) is never for person in known.persons
    ) or any(policy.treatment(sort, "", kind) is never for sort in {place.kind for place in found})


def answered(place: Place, answer: Answer) -> Place:
    """Return the place as a reader decided it."""
    match answer.verb:
        case Verb.ACCEPT:
            return changed(place, decided=True)
        case Verb.HIDE:
            return changed(place, applied=True, decided=True)
        case Verb.SHOW:
            return changed(place, applied=False, decided=True)
        case Verb.ALIAS:
            return changed(place, applied=True, decided=True, replacement=answer.alias)


def carried(before: Sequence[Place], found: Sequence[Place]) -> list[Place]:
    """Return what was found anew, with the decisions on the same words and what readers added."""
    decided = {(place.part, place.start, place.end): place for place in before if place.decided}
    kept: list[Place] = []
    for place in found:
        old = decided.pop((place.part, place.start, place.end), None)
        same = old is not None and old.doubt is place.doubt
        kept.append(
            changed(place, applied=old.applied, decided=True, replacement=old.replacement)
            if same and old is not None
            else place
        )
    number = max((place.id for place in kept), default=-1) + 1
    added = [
        place
        for place in decided.values()
        if place.layer is Layer.CLERK
        and not any(_overlap(place, other.part, other.start, other.end) for other in kept)
    ]
    return [*kept, *(changed(place, id=number + at) for at, place in enumerate(added))]


def with_words_replaced(
    publication: Publication, words: str, replacement: str, kind: Kind
) -> tuple[list[Place], int]:
    """Return the places with these words among them wherever they stand, and how often that is."""
    places = list(places_of(publication))
    wanted = r"\s+".join(map(_however_written, words.split()))
    pattern = re.compile(rf"(?<!\w){wanted}(?!\w)", re.IGNORECASE)
    number = max((place.id for place in places), default=-1) + 1
    added: list[Place] = []
    for part in parts_of(publication):
        for found in pattern.finditer(getattr(publication.act, part)):
            meeting = [
                place for place in places if _overlap(place, part, found.start(), found.end())
            ]
            if any(place.applied for place in meeting):
                continue
            places = [place for place in places if place not in meeting]
            added.append(
                Place(
                    id=number + len(added),
                    part=part,
                    start=found.start(),
                    end=found.end(),
                    original=found[0],
                    replacement=replacement,
                    kind=kind,
                    layer=Layer.CLERK,
                    doubt=None,
                    applied=True,
                    decided=True,
                )
            )
    return [*places, *added], len(added)


def _however_written(word: str) -> str:
    """Return a pattern of a word with what a reader does not see inside it, and across lines."""
    return _UNSEEN.join(map(re.escape, word))


def changed(place: Place, **facts: Any) -> Place:
    return Place(**({name: getattr(place, name) for name in Place.__slots__} | facts))


def _overlap(place: Place, part: ActPart, start: int, end: int) -> bool:
    return place.part is part and place.start < end and start < place.end


def keep(publication: Publication, places: Sequence[Place]) -> None:
    """Write the places down, and the text that they make; no name is written a second time.

    What the public does not read has no text and no places; a card has neither at all.
    """
    parts = parts_of(publication)
    places = [place for place in places if place.part in parts]
    publication.spans = written(places)
    publication.parts = {
        part.value: _public(publication.act, part, places) if part in parts else ""
        for part in (ActPart if parts else ())
    }


def written(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Return the places as the archive keeps them: numbers and codes, no words of the act."""
    return [
        {
            "id": place.id,
            "part": place.part.value,
            "start": place.start,
            "end": place.end,
            "replacement": place.replacement,
            "kind": place.kind.value,
            "layer": place.layer.value,
            "doubt": place.doubt.value if place.doubt else None,
            "confidence": place.confidence,
            "person": place.person,
            "applied": place.applied,
            "decided": place.decided,
            "differs": place.differs,
        }
        for place in places
    ]


def _public(act: Act, part: ActPart, places: Sequence[Place]) -> str:
    return fluent(
        getattr(act, part), tuple(_spans(place for place in places if place.part is part))
    )


def _spans(places: Iterator[Place]) -> Iterator[Span]:
    for place in places:
        yield Span(
            start=place.start,
            end=place.end,
            original=place.original,
            replacement=place.replacement,
            kind=place.kind,
            layer=place.layer,
            confidence=place.confidence,
            applied=place.applied,
        )
