"""Invents people and organisations that cannot exist, under names that break careless software.

Every number is impossible: a natural person was born in 1899 and has a serial 99990 to 99999, an
organisation was entered in the register in 1899. The same seed gives the same people.
"""

import random
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from documents.redaction.declension import Case, decline_kyrgyz

BORN_IN = 1899
SERIALS = range(99_990, 100_000)

_NAMES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "names.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """Somebody who does not exist: a natural person, or an organisation with `organisation`."""

    surname: str = ""
    given_name: str = ""
    patronymic: str = ""
    organisation: str = ""
    woman: bool = False
    pin: str = ""
    born: date | None = None
    address: str = ""
    phone: str = ""

    @property
    def full_name(self) -> str:
        """The name in the official order."""
        parts = (self.surname, self.given_name, self.patronymic)
        return self.organisation or " ".join(part for part in parts if part)

    def in_kyrgyz(self, case: Case) -> str:
        """The full name with a Kyrgyz case ending at its end."""
        if self.organisation:
            return self.organisation
        return decline_kyrgyz(self.full_name, case)

    def in_russian(self, case: Case) -> str:
        """The full name declined as a Russian text would; what Russian leaves alone is left."""
        if self.organisation or case is Case.NOMINATIVE or " " in self.surname:
            return self.full_name
        parts = (
            _surname(self.surname, case, woman=self.woman),
            _given(self.given_name, case, woman=self.woman),
            _patronymic(self.patronymic, case),
        )
        return " ".join(part for part in parts if part)


@dataclass(slots=True)
class Inventor:
    """Draws names by chance from a seed; no two of its people share a personal number."""

    seed: int
    _dice: random.Random = field(init=False)
    _pins: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        """Begin the sequence of this seed."""
        self._dice = random.Random(self.seed)  # noqa: S311 - invented people need no secrecy

    def person(self, *, language: str = "ky", woman: bool | None = None) -> Invented:
        """Invent a natural person."""
        dice = self._dice
        woman = dice.random() < 0.5 if woman is None else woman  # noqa: PLR2004 - a coin
        surname, given, patronymic = self._name(woman=woman)
        pin, born = self._pin(woman=woman)
        return Invented(
            surname=surname,
            given_name=given,
            patronymic=patronymic,
            woman=woman,
            pin=pin,
            born=born,
            address=self._address(language),
            phone=f"+99600000{dice.randrange(10_000):04d}",
        )

    def organisation(self, *, language: str = "ky") -> Invented:
        """Invent a legal entity, its name in quotes inside quotes."""
        form, name = self._dice.choice(_NAMES["organisations"]["names"])
        pin, _born = self._pin(woman=None)
        return Invented(
            organisation=f"{form} «{name}»",
            pin=pin,
            address=self._address(language),
            phone=f"+99600000{self._dice.randrange(10_000):04d}",
        )

    def _name(self, *, woman: bool) -> tuple[str, str, str]:
        kinds = (
            (self._kyrgyz, 9),
            (self._son_or_daughter, 4),
            (self._russian, 3),
            (self._uzbek, 2),
            (self._dungan, 1),
            (self._double, 1),
            (self._single, 1),
        )
        (made,) = self._dice.choices([kind for kind, _ in kinds], [often for _, often in kinds])
        return made(woman=woman)

    def _kyrgyz(self, *, woman: bool) -> tuple[str, str, str]:
        dice = self._dice
        stem, father = (
            dice.choice(_NAMES["kyrgyz"]["surnames"]),
            dice.choice(_NAMES["kyrgyz"]["fathers"]),
        )
        surname = stem.removesuffix("й") + ("ев" if stem[-1] in "йиыеэ" else "ов")
        if woman:
            return surname + "а", dice.choice(_NAMES["kyrgyz"]["women"]), father + "овна"
        return surname, dice.choice(_NAMES["kyrgyz"]["men"]), father + "ович"

    def _son_or_daughter(self, *, woman: bool) -> tuple[str, str, str]:
        dice = self._dice
        father = dice.choice(_NAMES["kyrgyz"]["fathers"])
        if woman:
            return f"{father} кызы", dice.choice(_NAMES["kyrgyz"]["women"]), ""
        return f"{father} уулу", dice.choice(_NAMES["kyrgyz"]["men"]), ""

    def _russian(self, *, woman: bool) -> tuple[str, str, str]:
        dice = self._dice
        surname, fathers = (
            dice.choice(_NAMES["russian"]["surnames"]),
            dice.choice(_NAMES["russian"]["patronymics"]),
        )
        if woman:
            return surname + "а", dice.choice(_NAMES["russian"]["women"]), fathers[1]
        return surname, dice.choice(_NAMES["russian"]["men"]), fathers[0]

    def _uzbek(self, *, woman: bool) -> tuple[str, str, str]:
        dice = self._dice
        surname, father = (
            dice.choice(_NAMES["uzbek"]["surnames"]),
            dice.choice(_NAMES["uzbek"]["fathers"]),
        )
        if woman:
            return surname + "а", dice.choice(_NAMES["uzbek"]["women"]), f"{father} кизи"
        return surname, dice.choice(_NAMES["uzbek"]["men"]), f"{father} угли"

    def _dungan(self, *, woman: bool) -> tuple[str, str, str]:
        dice = self._dice
        surname, fathers = (
            dice.choice(_NAMES["dungan"]["surnames"]),
            dice.choice(_NAMES["dungan"]["patronymics"]),
        )
        if woman and surname.endswith("в"):
            surname += "а"
        return (
            surname,
            dice.choice(_NAMES["dungan"]["women"] if woman else _NAMES["dungan"]["men"]),
            fathers[woman],
        )

    def _double(self, *, woman: bool) -> tuple[str, str, str]:
        first, given, patronymic = self._kyrgyz(woman=woman)
        second = self._dice.choice(_NAMES["russian"]["surnames"]) + ("а" if woman else "")
        return f"{first}-{second}", given, patronymic

    def _single(self, *, woman: bool) -> tuple[str, str, str]:
        """Some documents know a person by one name only."""
        return (
            self._dice.choice(_NAMES["kyrgyz"]["women"] if woman else _NAMES["kyrgyz"]["men"]),
            "",
            "",
        )

    def _pin(self, *, woman: bool | None) -> tuple[str, date]:
        """Sex (0 for an organisation), a day of 1899, a serial that is never given out."""
        while True:
            day = date(BORN_IN, 1, 1) + timedelta(days=self._dice.randrange(365))
            first = 0 if woman is None else 1 if woman else 2
            pin = f"{first}{day:%d%m%Y}{self._dice.choice(SERIALS)}"
            if pin not in self._pins:
                self._pins.add(pin)
                return pin, day

    def _address(self, language: str) -> str:
        dice = self._dice
        street, house = dice.choice(_NAMES["streets"][language]), dice.randrange(1, 200)
        flat = dice.randrange(0, 60)
        if language == "ky":
            return f"{street} көчөсү, {house}-үй" + (f", {flat}-батир" if flat else "")
        return f"ул. {street}, д. {house}" + (f", кв. {flat}" if flat else "")


_ELSE = Case.LOCATIVE
_MASCULINE = {
    Case.GENITIVE: "а",
    Case.DATIVE: "у",
    Case.ACCUSATIVE: "а",
    Case.INSTRUMENTAL: "ым",
    Case.LOCATIVE: "е",
}


def _surname(name: str, case: Case, *, woman: bool) -> str:
    return "-".join(_surname_part(part, case, woman=woman) for part in name.split("-"))


def _surname_part(part: str, case: Case, *, woman: bool) -> str:
    if woman and part.endswith(("ова", "ева", "ина")):
        return part[:-1] + ("у" if case is Case.ACCUSATIVE else "ой")
    if not woman and part.endswith(("ов", "ев", "ин")):
        return part + _MASCULINE[case]
    return part


_GIVEN: tuple[tuple[str, dict[Case, str]], ...] = (
    ("ия", {Case.GENITIVE: "ии", Case.ACCUSATIVE: "ию", Case.INSTRUMENTAL: "ией", _ELSE: "ии"}),
    ("я", {Case.GENITIVE: "и", Case.ACCUSATIVE: "ю", Case.INSTRUMENTAL: "ей", _ELSE: "е"}),
    ("ка", {Case.GENITIVE: "ки", Case.ACCUSATIVE: "ку", Case.INSTRUMENTAL: "кой", _ELSE: "ке"}),
    ("а", {Case.GENITIVE: "ы", Case.ACCUSATIVE: "у", Case.INSTRUMENTAL: "ой", _ELSE: "е"}),
)


def _given(name: str, case: Case, *, woman: bool) -> str:
    for end, endings in _GIVEN:
        if name.endswith(end):
            return name.removesuffix(end) + endings.get(case, endings[_ELSE])
    if woman or not name or name[-1] in "иуеоөүэ":
        return name
    if name.endswith(("й", "ь")):
        soft = {Case.INSTRUMENTAL: "ем", Case.DATIVE: "ю", Case.LOCATIVE: "е"}
        return name[:-1] + soft.get(case, "я")
    stem = {"Павел": "Павл", "Лев": "Льв"}.get(name, name)
    return stem + ("ом" if case is Case.INSTRUMENTAL else _MASCULINE[case])


def _patronymic(name: str, case: Case) -> str:
    if name.endswith("ич"):
        return name + ("ем" if case is Case.INSTRUMENTAL else _MASCULINE[case])
    if name.endswith("на"):
        endings = {Case.GENITIVE: "ы", Case.ACCUSATIVE: "у", Case.INSTRUMENTAL: "ой"}
        return name[:-1] + endings.get(case, "е")
    return name
