"""Bearers: what of the names of one person tells him from others who share a part of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from documents.redaction.known import Known, Official, Person
from documents.redaction.vocabulary import is_particle
from documents.spelling import WORD, skeleton, within_one_slip


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


def fit(bearers: Mapping[str, Bearer], letters: set[str], owners: Iterable[str]) -> bool:
    """Tell whether the letters are initials of one of the owners."""
    return any(letters <= bearers[owner].initials for owner in owners)


def bearers_of(known: Known) -> dict[str, Bearer]:
    """Return what tells each person of the case from others of his name, in the case's order."""
    everybody: tuple[Person | Official, ...] = (*known.persons, *known.officials)
    return {
        one.key: Bearer(
            initials=frozenset(
                skeleton(word)[:1]
                for name in one.names
                for word in _words(f"{name.given} {name.patronymic} {name.surname}")
            ),
            givens=frozenset(skeleton(word) for name in one.names for word in _words(name.given)),
            patronymics=frozenset(
                skeleton(word) for name in one.names for word in _words(name.patronymic)
            ),
        )
        for one in everybody
    }


def _words(name: str) -> list[str]:
    return [word for word in WORD.findall(name) if not is_particle(word)]
