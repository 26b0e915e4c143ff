"""Names, days and sums of a person's answers as a sentence of the paper needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from documents.names import person_in, phrase_in
from documents.redaction.declension import Case
from documents.wording import wording

CASES: Final[Mapping[str, Case]] = {
    "": Case.NOMINATIVE,
    "gen": Case.GENITIVE,
    "dat": Case.DATIVE,
    "acc": Case.ACCUSATIVE,
    "loc": Case.LOCATIVE,
    "abl": Case.FROM,
    "ins": Case.INSTRUMENTAL,
}
"""How a sentence of a form names the case that it needs; Kyrgyz alone has the ablative."""


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

    def in_case(self, language: str, case: str) -> str:
        """Return the full name in a case of `CASES`."""
        if self.organisation:
            return in_case(self.organisation, language, case)
        return person_in(self.full, CASES[case], language)


def in_case(words: str, language: str, case: str) -> str:
    """Return what is no person's name (a court, a role, a date) in a case of `CASES`."""
    return phrase_in(words, CASES[case], language)


def day_written(day: date, language: str, case: str = "") -> str:
    """Return a date as a paper writes it; in Kyrgyz with the ending that the sentence needs."""
    written = wording(language).day(day)
    return in_case(written, language, case) if language == "ky" else written


def money_written(tyiyn: int, language: str) -> str:
    """Return an amount as a paper writes it: whole som without ",00"."""
    return wording(language).money(tyiyn).replace(",00", "", 1)
