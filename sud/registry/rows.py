"""The shape of a row in each of the reference data files: days included, names per language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

BEGINNING = date(2000, 1, 1)
"""The day from which a rule holds whose beginning nobody knows: before any case of the archive."""


class DataError(ValueError):
    """A data file cannot be read, or contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRow:
    """An act that other rows rest on, cited as a party reads it."""

    code: str
    ky: str
    ru: str
    en: str


UNCITED = LawRow(code="", ky="", ru="", en="")
"""What a row cites that rests on no act: its note says where it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    code: str
    letter: str
    soate: str
    ky: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtNameRow:
    """A court's names between two days, each with the forms that papers need."""

    ky: Mapping[str, str]
    ru: Mapping[str, str]
    en: str
    seat: Mapping[str, str]
    seat_confidence: str
    note: str
    confidence: str
    valid_from: date = BEGINNING
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtRow:
    code: str
    kind: str
    level: str
    region: str
    name: tuple[CourtNameRow, ...]
    suffix: str = ""
    suffix_confidence: str = ""
    appeal: str = ""
    portal_id: int | None = None
    note: str = ""

    def name_on(self, day: date) -> CourtNameRow:
        for name in self.name:
            if name.valid_from <= day and (name.valid_to is None or day <= name.valid_to):
                return name
        raise DataError(f"court {self.code} has no name on {day}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    code: str
    prefix: str
    other_prefixes: tuple[str, ...]
    chamber: str
    active: bool
    ky: str
    ru: str
    en: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawClassRow:
    """What a case weighs in the draw, in micro-points: 1 000 000 is one standard case."""

    code: str
    weight: int
    ky: str
    ru: str
    en: str
    valid_from: date
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    code: str
    number: str
    kind: str
    group: str
    draw_class: str
    duty: str
    exemption: str
    closed: bool
    ky: str
    ru: str
    en: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    code: str
    side: int
    kinds: tuple[str, ...]
    ky: str
    ru: str
    en: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActKindRow:
    code: str
    ky: str
    ru: str
    en: str
    heading_ky: str
    heading_ru: str
    established_ky: str
    established_ru: str
    resolved_ky: str
    resolved_ru: str
    kinds: tuple[str, ...]
    final: bool
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRow:
    """A day that is off, shortened, or worked although it falls on a weekend."""

    day: date
    kind: str
    ky: str
    ru: str
    en: str
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    code: str
    kinds: tuple[str, ...]
    amount: int
    unit: str
    valid_from: date
    start_ky: str
    start_ru: str
    start_en: str
    ky: str
    ru: str
    en: str
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalGroundRow:
    code: str
    drop: str
    by_party: bool
    by_judge: bool
    ky: str
    ru: str
    en: str
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalRuleRow:
    kind: str
    initiative: str
    panel: bool
    ruled_by: str
    valid_from: date
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRuleRow:
    kind: str
    role: str
    step: int
    ways: tuple[str, ...]
    valid_from: date
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingSignatureRow:
    kind: str
    need: str
    valid_from: date
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceGroundRow:
    """Why a hearing may have no recording."""

    code: str
    equipment: bool
    valid_from: date
    ky: str
    ru: str
    en: str
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroundRow:
    """What the law says of a paper that the public writes."""

    form: str
    valid_from: date
    ky: str
    ru: str
    en: str
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One bracket of the duty table, in tyiyn: for prices above price_from, up to price_to."""

    claim_kind: str
    price_from: int
    price_to: int | None
    fixed: int
    basis_points: int
    minimum: int
    maximum: int | None
    valid_from: date
    valid_to: date | None
    law: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionRow:
    code: str
    basis_points: int
    ky: str
    ru: str
    en: str
    valid_from: date
    law: str
    note: str
    confidence: str
