"""Known: what the case file tells the redaction about its people, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from documents.redaction.vocabulary import PARTICLE
from documents.spelling import skeleton


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

    ``organisations`` stay whatever names they contain, and so do ``words``; ``case_kind`` is the
    code by which the policy asks.
    """

    persons: tuple[Person, ...] = ()
    officials: tuple[Official, ...] = ()
    organisations: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    language: str = "ky"
    case_kind: str = ""
    people: dict[str, Person] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the persons by key."""
        self.people.update({person.key: person for person in self.persons})


def name_of(full: str) -> Name:
    """Return a name written in one line, in the official order, by its parts.

    >>> name_of("Асан уулу Бакыт")
    Name(surname='', given='Бакыт', patronymic='Асан уулу')
    """
    words = full.split()
    for at, word in enumerate(words[1:], start=1):
        if PARTICLE.fullmatch(skeleton(word)) or PARTICLE.fullmatch(word.lower()):
            father = " ".join(words[at - 1 : at + 1])
            before, after = words[: at - 1], words[at + 1 :]
            if after:
                return Name(surname=" ".join(before), given=" ".join(after), patronymic=father)
            return Name(surname=" ".join(before[:1]), given=" ".join(before[1:]), patronymic=father)
    return Name(
        surname=" ".join(words[:1]), given=" ".join(words[1:2]), patronymic=" ".join(words[2:])
    )


_STRANGER = {"ky": "жаран", "ru": "гражданин"}


def label_of(role: str, number: int, language: str) -> str:
    """Return the words that stand for a person; without a role he is just somebody.

    >>> label_of("истец", 2, "ru"), label_of("доогер", 2, "ky"), label_of("", 1, "ky")
    ('Истец 2', '2-доогер', '1-жаран')
    """
    word = role or _STRANGER["ky" if language == "ky" else "ru"]
    return f"{number}-{word}" if language == "ky" else f"{word[:1].upper()}{word[1:]} {number}"
