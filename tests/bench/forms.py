"""Inflected names of invented people, by engines that the redaction does not use.

petrovich declines the Russian ones, the package `kyrgyz` the Kyrgyz ones; both are dependencies of
development. Surnames, given and father's names are combined from lists; no such person is meant.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import kyrgyz
from kyrgyz.cases import ABLATIVE, ACCUSATIVE, DATIVE, GENITIVE, LOCATIVE, NOMINATIVE
from petrovich.enums import Case, Gender
from petrovich.main import Petrovich

from documents.redaction import Name

_KY_CASES = (NOMINATIVE, GENITIVE, DATIVE, ACCUSATIVE, LOCATIVE, ABLATIVE)
_RU_CASES = (None, Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE, Case.INSTRUMENTAL,
             Case.PREPOSITIONAL)  # fmt: skip
_ENDS_HARD = "бвгджзклмнпрстфх"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A written form of one word of a person's name."""

    written: str
    name: Name
    language: str


def people(number: int, seed: int) -> list[tuple[Name, bool]]:
    """Return so many invented people and whether each is a woman."""
    text = files("documents.redaction").joinpath("given_names.txt").read_text("utf-8")
    given = [line for line in text.splitlines() if line and not line.startswith("#")]
    stems = [name for name in given if name[-1] in _ENDS_HARD and len(name) > 4]
    luck = random.Random(seed)  # noqa: S311 - which samples, not secrets
    made = []
    for _ in range(number):
        woman = luck.random() < 0.5
        surname = luck.choice(stems) + ("ова" if woman else "ов")
        father = luck.choice(stems) + ("овна" if woman else "ович")
        made.append((Name(surname=surname, given=luck.choice(given), patronymic=father), woman))
    return made


def kyrgyz_forms(everybody: list[tuple[Name, bool]]) -> Iterator[Form]:
    """Give six cases of each of the three words of each name."""
    for name, _woman in everybody:
        for word in (name.surname, name.given, name.patronymic):
            for case in _KY_CASES:
                yield Form(written=kyrgyz.inflect(word, case=case), name=name, language="ky")


def russian_forms(everybody: list[tuple[Name, bool]]) -> Iterator[Form]:
    """Give six cases of each of the three words of each name."""
    engine = Petrovich()
    for name, woman in everybody:
        sex = Gender.FEMALE if woman else Gender.MALE
        for word, bend in (
            (name.surname, engine.lastname),
            (name.given, engine.firstname),
            (name.patronymic, engine.middlename),
        ):
            for case in _RU_CASES:
                written = word if case is None else bend(word, case, sex)
                yield Form(written=written, name=name, language="ru")


def misspelt(word: str, luck: random.Random) -> str:
    """Return a word with one slip of the pen: a letter lost, doubled, changed or swapped."""
    at = luck.randrange(1, len(word) - 1)
    return luck.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + luck.choice("аеиорнтлкс") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )
