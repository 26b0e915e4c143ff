"""Names, days and sums of a person's answers as a sentence of the paper needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from documents.morphology import inflected
from documents.wording import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a person or an organisation is called; of a person's parts some may be empty."""

    surname: str = ""
    given_name: str = ""
    patronymic: str = ""
    organisation: str = ""

    @classmethod
    def of(cls, person: Mapping[str, Any]) -> Self:
        """Read the name out of a group of answers."""
        if person.get("organisation"):
            return cls(organisation=person["organisation"])
        return cls(
            surname=person.get("surname", ""),
            given_name=person.get("given_name", ""),
            patronymic=person.get("patronymic", ""),
        )

    @property
    def full(self) -> str:
        """The name in the official order: surname, given name, patronymic; or the organisation."""
        parts = (self.surname, self.given_name, self.patronymic)
        return self.organisation or " ".join(part for part in parts if part)

    @property
    def short(self) -> str:
        """Surname and initials; names in уулу and кызы and organisations are never cut."""
        if self.organisation or not self.given_name or " " in self.surname:
            return self.full
        initials = [f"{part[0]}." for part in (self.given_name, self.patronymic) if part]
        return f"{self.surname} {' '.join(initials)}"


def declined_name(name: Name, language: str, case: str) -> str:
    """Return the full name in a case form of the paper's language."""
    return name.full


_RUSSIAN_CASES = {"gen": "gent", "dat": "datv", "acc": "accs", "ins": "ablt", "loc": "loct"}


def declined_words(words: str, language: str, case: str) -> str:
    """Return a few Russian words in a case form; Kyrgyz sentences need none of them."""
    if language != "ru" or not case:
        return words
    return " ".join(inflected(word, _RUSSIAN_CASES[case]) for word in words.split(" "))


# Of a noun in the third person's possession: 10-марты, 10-мартында, 10-мартынан.
_ENDINGS = {
    "gen": "н{ы}н",
    "dat": "н{а}",
    "acc": "н",
    "loc": "нд{а}",
    "abl": "н{а}н",
}
_HARMONY = {
    "а": ("ы", "а"), "ы": ("ы", "а"), "о": ("у", "о"), "у": ("у", "а"),
    "е": ("и", "е"), "и": ("и", "е"), "э": ("и", "е"), "ө": ("ү", "ө"), "ү": ("ү", "ө"),
}  # fmt: skip


def day_written(day: date, language: str, case: str = "") -> str:
    """Return a date as a paper writes it; in Kyrgyz with the ending that the sentence needs."""
    plain = wording(language).day(day)
    if language != "ky" or not case:
        return plain
    close, wide = _HARMONY[plain[-1]]
    return plain + _ENDINGS[case].format(ы=close, а=wide)


def money_written(tyiyn: int, language: str) -> str:
    """Return an amount as a paper writes it: whole som without ",00"."""
    text = wording(language).money(tyiyn)
    return text.replace(",00", "", 1)
