"""Findings: the vocabulary in which the redaction says what it saw and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing must not be read by the public."""

    PERSON = "person"
    PIN = "pin"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH = "birth"
    DOCUMENT = "document"
    ACCOUNT = "account"
    PLATE = "plate"
    CADASTRE = "cadastre"
    OTHER = "other"


class Layer(StrEnum):
    """Who found it: the case file, a shape, a model or list of names, an echo, the clerk."""

    CASE = "case"
    IDENTIFIER = "identifier"
    PATTERN = "pattern"
    MODEL = "model"  # the neural reader of Russian names
    GAZETTEER = "gazetteer"  # the list of Kyrgyz given names
    ECHO = "echo"
    CLERK = "clerk"


class Doubt(StrEnum):
    """Why a person has to look at a finding."""

    NAMESAKE = "namesake"  # an official of the case bears the same surname
    RELATIVE = "relative"  # the surname of a known person, with another sex or other initials
    TWO_PEOPLE = "two_people"  # fits two persons of the case
    COMMON_WORD = "common_word"  # the name is also a word
    MISSPELT = "misspelt"  # one letter away from a known name
    BROKEN = "broken"  # known letters, torn by spaces
    ORGANISATION = "organisation"  # inside the name of a legal entity
    PLACE = "place"  # inside the name of a place, a street, a court
    PROFESSIONAL = "professional"  # stands by a word of office
    STRANGER = "stranger"  # looks like a person that the case file does not know
    INITIALS = "initials"  # initials alone
    UNSURE = "unsure"  # looks like an address or a number that may be harmless


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One place in the text: what stands there, what would stand instead, and why."""

    start: int
    end: int
    original: str
    replacement: str
    kind: Kind
    layer: Layer
    confidence: float
    person: str | None = None
    doubt: Doubt | None = None
    applied: bool = True

    @property
    def place(self) -> tuple[int, int]:
        """Return the first character and the one behind the last."""
        return self.start, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A text, the places found in it, and the text with the applied ones replaced."""

    text: str
    spans: tuple[Span, ...]

    @property
    def result(self) -> str:
        """Return the text as the public would read it."""
        return replaced(self.text, self.spans)

    @property
    def doubts(self) -> tuple[Span, ...]:
        """Return the places that a person has to decide."""
        return tuple(span for span in self.spans if span.doubt is not None)


def replaced(text: str, spans: tuple[Span, ...]) -> str:
    """Return the text with every applied span replaced; overlapping spans yield to the first."""
    return "".join(before + after for before, after in pieces(text, spans))


def pieces(text: str, spans: tuple[Span, ...]) -> Iterator[tuple[str, str]]:
    """Give what stays before each applied span and what replaces it; the last stays before none."""
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not span.applied or span.start < at:
            continue
        yield text[at : span.start], span.replacement
        at = span.end
    yield text[at:], ""
