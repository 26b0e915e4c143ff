"""Places: what was found in an act and decided about it, as one row of the archive keeps it.

A place is kept by its numbers, never by its words: no name is written a second time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from documents.redaction import Doubt, Kind, Known, Layer, Span, redact, replaced, surface
from sud.models import Act, ActPart, Publication

AROUND = 60
"""How many letters are shown on each side of a place."""
_BETWEEN = "\n\n¤\n\n"
"""Between two parts: nothing that a name could reach over."""


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
    person: str | None = None
    before: str = ""
    after: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody still has to say that this may stay."""
        return self.doubt is not None and not self.applied and not self.decided


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


def places_of(publication: Publication) -> tuple[Place, ...]:
    """Return every place in the order of the text, with the words around it."""
    made = []
    for kept in publication.spans:
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
                person=kept["person"],
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
        same = (surface(place.original), place.person, place.doubt, place.applied, place.decided)
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


def open_doubts(publication: Publication) -> tuple[Place, ...]:
    """Return the places that stay as they are although nobody has said that they may."""
    return tuple(place for place in places_of(publication) if place.open)


def settled_in(publication: Publication) -> frozenset[str]:
    """Return the spellings that a clerk has declared not to mean a person."""
    return frozenset(
        surface(place.original)
        for place in places_of(publication)
        if place.doubt is not None and place.decided and not place.applied
    )


def found_in(act: Act, known: Known) -> list[Place]:
    """Search the whole act at once, so that a stranger bears one label in every part."""
    starts: dict[ActPart, int] = {}
    whole = ""
    for part in ActPart:
        starts[part] = len(whole)
        whole += getattr(act, part) + _BETWEEN
    places: list[Place] = []
    for span in redact(whole, known).spans:
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
                person=span.person,
            )
        )
    return places


def changed(place: Place, **facts: bool) -> Place:
    return Place(**({name: getattr(place, name) for name in Place.__slots__} | facts))


def meets(place: Place, part: ActPart, found: re.Match[str]) -> bool:
    return place.part is part and place.start < found.end() and found.start() < place.end


def keep(publication: Publication, places: Sequence[Place]) -> None:
    """Write the places down, and the text that they make; no name is written a second time."""
    publication.spans = [
        {
            "id": place.id,
            "part": place.part.value,
            "start": place.start,
            "end": place.end,
            "replacement": place.replacement,
            "kind": place.kind.value,
            "layer": place.layer.value,
            "doubt": place.doubt.value if place.doubt else None,
            "person": place.person,
            "applied": place.applied,
            "decided": place.decided,
        }
        for place in places
    ]
    publication.parts = {part.value: _public(publication.act, part, places) for part in ActPart}


def _public(act: Act, part: ActPart, places: Sequence[Place]) -> str:
    return replaced(
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
            confidence=1.0,
            applied=place.applied,
        )
