"""The case number: its parts, its official spelling, and every spelling people use for it.

`ГД-319/26-Т5` is stored as parts and rendered here; what people type (`гд 319/26т5`,
`№ ГД-319/2026-T5` on a Latin keyboard, `ПН-110/26-И.7`) is read back into the same parts.
Nothing else in the house takes a case number apart.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# Letters that look alike on both keyboards; the reader cannot tell them apart, so neither do we.
_LOOKALIKE: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
# Letters that people without a Cyrillic keyboard put for the sound.
_BY_SOUND: Final = str.maketrans("GDUILNFZ", "ГДУИЛНФЗ")
# One case is called ПН in its act and КоП on its card (handbook, 2.2): the same kind.
# КОР is КОП typed on a Latin keyboard.
_SAME_KIND: Final = {"ПН": "КОП", "КОР": "КОП"}
_OFFICIAL_KIND: Final = {"КОП": "КоП"}

_DASHES: Final = re.compile(r"[\u00ad\u2010-\u2015\u2212_]")
_NUMBER_SIGN: Final = re.compile(r"^(?:№|#|N[oо]\b\.?|N(?=[\s.]))\s*", re.IGNORECASE)
_SPELLING: Final = re.compile(
    r"""
    (?: (?P<kind> [А-ЯЁ]{1,4} ) [\s.\-]* )?
    (?P<seq> \d{1,6} )
    (?:
        \s* [/\\.\-\s] \s*
        (?P<year> \d{4} | \d{2} )
        (?: [\s.\-/\\]* (?P<letter> [А-ЯЁ] ) [\s.\-]* (?P<digits> \d{1,2} ) )?
    )?
    """,
    re.VERBOSE,
)
_CENTURY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CaseNumber:
    """A first-instance number: sequence per court, kind and year."""

    kind: str
    seq: int
    year: int
    court: str

    def __str__(self) -> str:
        """Give the official spelling."""
        return f"{self.kind}-{self.seq}/{self.year % _CENTURY:02d}-{self.court}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfNumber:
    """What somebody typed of a case number; None is what he left out."""

    kind: str | None
    seq: int
    year: int | None
    court: str | None


def parse(text: str) -> CaseNumber | None:
    """Read a complete number in any of its spellings; None when it is not one."""
    for part in readings(text):
        if part.kind and part.year and part.court:
            return CaseNumber(kind=part.kind, seq=part.seq, year=part.year, court=part.court)
    return None


def readings(text: str) -> tuple[PartOfNumber, ...]:
    """Read a number or a part of it ("319/26"); likeliest first, empty when there is none.

    A Latin B may be meant as the look-alike В or as the sound Б: then there are two readings.
    """
    plain = _NUMBER_SIGN.sub("", unicodedata.normalize("NFC", text).strip())
    plain = _DASHES.sub("-", plain).upper()
    spellings = dict.fromkeys((plain, plain.replace("B", "Б")))
    found = (_read(spelling.translate(_LOOKALIKE).translate(_BY_SOUND)) for spelling in spellings)
    return tuple(dict.fromkeys(part for part in found if part is not None))


def _read(spelling: str) -> PartOfNumber | None:
    match = _SPELLING.fullmatch(spelling)
    if match is None or int(match["seq"]) == 0:
        return None
    kind, year, letter = match["kind"], match["year"], match["letter"]
    if kind is not None:
        kind = _SAME_KIND.get(kind, kind)
        kind = _OFFICIAL_KIND.get(kind, kind)
    return PartOfNumber(
        kind=kind,
        seq=int(match["seq"]),
        year=None if year is None else int(year) % _CENTURY + 2000,
        court=None if letter is None else f"{letter}{int(match['digits'])}",
    )
