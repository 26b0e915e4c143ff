"""Labels: tells the unknown people of one text apart and gives each of them one label."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from documents.redaction.declension import stem_of
from documents.redaction.known import STRANGER, Known, label_of
from documents.redaction.vocabulary import PATRONYMIC, is_particle
from documents.spelling import WORD, skeleton

_OF_FATHER = re.compile(r"(?<=..)(?:(?:[ое]в|ин)?ич|[ое]вн|иничн).*$")
_LEAST_ALIKE, _MOST_ENDING = 3, 2


@dataclass(slots=True)
class _Stranger:
    """What a text has told of one person: stems of names, what fathers are called, letters."""

    names: set[str]
    fathers: set[str]
    letters: tuple[str, ...]
    label: str = ""

    def may_be(self, other: _Stranger) -> bool:
        """Tell whether nothing sets two people apart who share a name.

        They are apart when each has a name, a father or a letter that the other cannot have.
        """
        own, others = self.names - other.names, other.names - self.names
        if others and not all(_any_alike({one}, others) for one in own):
            return False
        if self.fathers and other.fathers and not _any_alike(self.fathers, other.fathers):
            return False
        return self._fits(other, others) and other._fits(self, own)

    def _fits(self, other: _Stranger, others: set[str]) -> bool:
        """Tell whether the letters may stand for what the other has beside the shared name."""
        if not self.letters:
            return True
        given = {one[0] for one in others} or set(other.letters[:1])
        father = {one[0] for one in other.fathers} or set(other.letters[1:2])
        return (not given or self.letters[0] in given) and (
            not father or not self.letters[1:] or self.letters[1] in father
        )

    def learn(self, other: _Stranger) -> None:
        """Add what another place tells of the same person."""
        self.names |= other.names
        self.fathers |= other.fathers
        self.letters = self.letters or other.letters


class Labels:
    """Gives each unknown person of one text a label that nobody of the case bears."""

    def __init__(self, known: Known) -> None:
        """Begin with the labels of the case taken."""
        self._language = known.language
        self._taken = {person.label for person in known.persons}
        self._met: dict[str, list[_Stranger]] = defaultdict(list)
        self._number = 0

    def of_stranger(self, original: str) -> str:
        """Return the label of whoever the words name, told in the order of the text.

        Where they fit several, it is who was named last.
        """
        told = _told(original, self._language)
        keys = (told.names or told.fathers) or {original}
        met = [one for key in keys for one in self._met[key] if told.may_be(one)]
        shared = max((len(told.names & one.names) for one in met), default=0)
        likely = [one for one in met if len(told.names & one.names) == shared]
        stranger = likely[-1] if likely else told
        stranger.learn(told)
        stranger.label = stranger.label or self._next()
        for key in keys:  # the last named stands last
            self._met[key] = [one for one in self._met[key] if one is not stranger] + [stranger]
        return stranger.label

    def _next(self) -> str:
        while True:
            self._number += 1
            label = label_of("", self._number, self._language)
            if label not in self._taken:
                return label

    @staticmethod
    def nobody(language: str) -> str:
        """Return what would stand for a doubtful word."""
        return f"[{STRANGER['ky' if language == 'ky' else 'ru']}]"


def _told(original: str, language: str) -> _Stranger:
    """Return who is named: Сыдыкова А. Н., Сыдыкова Алина Нурбековна, Нурбек кызы Алина."""
    words = WORD.findall(original)
    sons = {one for one, two in pairwise(words) if is_particle(two)}
    full = [word for word in words if len(word) > 1 and not is_particle(word)]
    fathers = {word for word in full if word in sons or PATRONYMIC.fullmatch(skeleton(word))}
    return _Stranger(
        names={stem_of(word, language) for word in full if word not in fathers},
        fathers={_OF_FATHER.sub("", skeleton(word)) for word in fathers},
        letters=tuple(skeleton(word) for word in words if len(word) == 1),
    )


def _any_alike(some: set[str], others: set[str]) -> bool:
    return any(_alike(one, two) for one in some for two in others)


def _alike(one: str, two: str) -> bool:
    """Tell whether two stems may be of one name in two cases."""
    short, long = sorted((one, two), key=len)
    return (
        len(short) >= _LEAST_ALIKE
        and len(long) - len(short) <= _MOST_ENDING
        and long.startswith(short)
    )
