"""Known: what the case file tells the redaction about its people, as plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from documents.morphology import given_name, is_surname
from documents.redaction import gazetteer
from documents.redaction.vocabulary import PATRONYMIC, is_particle
from documents.spelling import orthographic, skeleton

_SURNAME = re.compile(r"(?:[оеё]в|[иы]н|[сц]к(?:ий|ой))а?$|[сц]кая$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One spelling of a person's name. A name in one field is fine: it is split by words."""

    surname: str = ""
    given: str = ""
    patronymic: str = ""

    def __str__(self) -> str:
        """Return the name in the official order."""
        return " ".join(part for part in (self.surname, self.given, self.patronymic) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person of the case: every spelling, every number, and the label to stand for him.

    ``key`` is the caller's and is never shown; ``role`` is the code by which the policy asks;
    ``born`` hides the date in any format; ``property`` are cadastral codes and the like, ``other``
    whatever else must not be read.
    """

    key: str
    label: str
    names: tuple[Name, ...]
    role: str = ""
    pins: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    property: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    born: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """Someone who acts in office in this case (judge, prosecutor, advocate): the name stays."""

    key: str
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that the case file knows.

    ``organisations`` stay whatever names they contain; ``case_kind`` is the code by which the
    policy asks.
    """

    persons: tuple[Person, ...] = ()
    officials: tuple[Official, ...] = ()
    organisations: tuple[str, ...] = ()
    language: str = "ky"
    case_kind: str = ""
    people: dict[str, Person] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the persons by key."""
        self.people.update({person.key: person for person in self.persons})


def name_of(full: str) -> Name:
    """Return a name written in one line by its parts, whichever order they stand in.

    >>> name_of("Асан уулу Бакыт")
    Name(surname='', given='Бакыт', patronymic='Асан уулу')
    >>> name_of("Бакыт Маратович Асанов") == name_of("Асанов Бакыт Маратович")
    True
    >>> name_of("Джордж Кинг") == name_of("Кинг Джордж")
    True
    """
    words = re.sub(r"\.(?=[^\s.])", ". ", full).split()
    for at, word in enumerate(words[1:], start=1):
        if is_particle(word):
            father = " ".join(words[at - 1 : at + 1])
            before, after = words[: at - 1], words[at + 1 :]
            if after:
                return Name(surname=" ".join(before), given=" ".join(after), patronymic=father)
            return Name(surname=" ".join(before[:1]), given=" ".join(before[1:]), patronymic=father)
    if len(words) == 2 and PATRONYMIC.fullmatch(skeleton(words[1])):  # noqa: PLR2004
        return Name(given=words[0], patronymic=words[1])
    if _ends_in_surname(words):
        words = [words[-1], *words[:-1]]
    return Name(
        surname=" ".join(words[:1]), given=" ".join(words[1:2]), patronymic=" ".join(words[2:])
    )


def names_of(full: str) -> tuple[Name, ...]:
    """Return every name that a line gives one person: a former surname stands in brackets.

    >>> [str(name) for name in names_of("Асанова (Токтогулова) Айгүл")]
    ['Асанова Айгүл', 'Токтогулова Айгүл']
    """
    bracket = re.search(r"\(([^()]*)\)", full)
    if bracket is None:
        return (name_of(full),) if full.strip() else ()
    own = full[: bracket.start()] + full[bracket.end() :]
    current = name_of(own)
    former = re.sub(r"^(?:до брака|ранее|бывш\w*|девичья фамилия|мурда|мурунку)\s+", "", bracket[1])
    other = name_of(former)
    if other.given or not current.given:
        return (current, other)
    return (current, replace(current, surname=other.surname))


def _ends_in_surname(words: list[str]) -> bool:
    """Tell whether the surname stands last: Бакыт Маратович Асанов, Б. М. Асанов, Джордж Кинг."""
    if len(words) < 2 or _is_initials(words[-1]):  # noqa: PLR2004
        return False
    if all(map(_is_initials, words[:-1])):
        return True
    if _is_only_given(words[0]) and _is_only_surname(words[-1]):
        return PATRONYMIC.fullmatch(skeleton(words[-1])) is None  # «Бек Бакыт Маратович»
    return (
        _SURNAME.search(words[-1].lower()) is not None
        and PATRONYMIC.fullmatch(skeleton(words[-1])) is None
        and _SURNAME.search(words[0].lower()) is None
    )


def _is_only_given(word: str) -> bool:
    """Tell whether the Russian dictionary has the word as a given name and as no surname."""
    return given_name(orthographic(word)) is not None and not is_surname(orthographic(word))


def _is_only_surname(word: str) -> bool:
    return is_surname(orthographic(word)) and gazetteer.given_name(word) is None


def _is_initials(word: str) -> bool:
    return word.endswith(".") or len(word) == 1


STRANGER = {"ky": "жаран", "ru": "гражданин"}


def label_of(role: str, number: int, language: str) -> str:
    """Return the words that stand for a person; without a role he is just somebody.

    >>> label_of("истец", 2, "ru"), label_of("доогер", 2, "ky"), label_of("", 1, "ky")
    ('Истец 2', '2-доогер', '1-жаран')
    """
    word = role or STRANGER["ky" if language == "ky" else "ru"]
    return f"{number}-{word}" if language == "ky" else f"{word[:1].upper()}{word[1:]} {number}"
