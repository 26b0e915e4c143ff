"""Reads the reference data files into plain rows, and says what is wrong with them.

The files are only the start of the archive's tables: `service.load_reference` puts the rows in, and
an administrator corrects them there. Days named valid_from and valid_to are both included.
"""

import csv
import tomllib
import types
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from sud.registry.rows import (
    UNCITED,
    AbsenceGroundRow,
    ActKindRow,
    CategoryRow,
    CourtNameRow,
    CourtRow,
    DataError,
    DrawClassRow,
    ExemptionRow,
    FilingSignatureRow,
    FormGroundRow,
    HolidayRow,
    KindRow,
    LawRow,
    LimitRow,
    RateRow,
    RecusalGroundRow,
    RecusalRuleRow,
    Region,
    RoleRow,
    SigningRuleRow,
)

DATA = Path(__file__).parent / "data"

COURTS_OF = {"district": 44, "city": 13, "administrative": 8, "oblast": 7, "supreme": 1}
"""How many courts of each kind there are: 56 + 8 of the first instance, 8 of appeal, 1 above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Everything the data files say."""

    laws: tuple[LawRow, ...]
    regions: tuple[Region, ...]
    courts: tuple[CourtRow, ...]
    kinds: tuple[KindRow, ...]
    draw_classes: tuple[DrawClassRow, ...]
    categories: tuple[CategoryRow, ...]
    roles: tuple[RoleRow, ...]
    act_kinds: tuple[ActKindRow, ...]
    holidays: tuple[HolidayRow, ...]
    limits: tuple[LimitRow, ...]
    recusal_grounds: tuple[RecusalGroundRow, ...]
    recusal_rules: tuple[RecusalRuleRow, ...]
    signing_rules: tuple[SigningRuleRow, ...]
    filing_signatures: tuple[FilingSignatureRow, ...]
    absence_grounds: tuple[AbsenceGroundRow, ...]
    form_grounds: tuple[FormGroundRow, ...]
    rates: tuple[RateRow, ...]
    exemptions: tuple[ExemptionRow, ...]
    indicator: int
    payee: Mapping[str, str]

    def law_of(self, row: Any) -> LawRow:
        """Return the act on which a row rests."""
        code = getattr(row, "law", "")
        return next((law for law in self.laws if law.code == code), UNCITED)


Row = TypeVar("Row")


def read_reference(folder: Path = DATA) -> Reference:
    """Read and check every file; raise DataError with all that is wrong."""
    courts, duty, laws = (_toml(folder / f"{name}.toml") for name in ("courts", "duty", "laws"))
    reference = Reference(
        laws=tuple(_row(LawRow, law, "laws.toml") for law in laws["law"]),
        regions=tuple(_row(Region, region, "courts.toml") for region in courts["region"]),
        courts=tuple(_court(court) for court in courts["court"]),
        kinds=_table(folder / "kinds.csv", KindRow),
        draw_classes=_table(folder / "draw_classes.csv", DrawClassRow),
        categories=_table(folder / "categories.csv", CategoryRow),
        roles=_table(folder / "roles.csv", RoleRow),
        act_kinds=_table(folder / "act_kinds.csv", ActKindRow),
        holidays=_table(folder / "holidays.csv", HolidayRow),
        limits=_table(folder / "limits.csv", LimitRow),
        recusal_grounds=_table(folder / "recusal_grounds.csv", RecusalGroundRow),
        recusal_rules=_table(folder / "recusal_rules.csv", RecusalRuleRow),
        signing_rules=_table(folder / "signing_rules.csv", SigningRuleRow),
        filing_signatures=_table(folder / "filing_signatures.csv", FilingSignatureRow),
        absence_grounds=_table(folder / "absence_grounds.csv", AbsenceGroundRow),
        form_grounds=_table(folder / "form_grounds.csv", FormGroundRow),
        rates=tuple(_rates(duty)),
        exemptions=tuple(_row(ExemptionRow, row, "duty.toml") for row in duty["exemption"]),
        indicator=duty["indicator"][-1]["amount"],
        payee=duty["payee"],
    )
    wrong = list(problems(reference))
    if wrong:
        raise DataError("; ".join(wrong))
    return reference


def problems(reference: Reference) -> Iterator[str]:
    """Yield every contradiction in one sentence."""
    yield from _problems_of_codes(reference)
    yield from _problems_of_courts(reference)
    yield from _problems_of_links(reference)
    yield from _problems_of_brackets(reference)


def _problems_of_codes(reference: Reference) -> Iterator[str]:
    tables: dict[str, list[str]] = {
        "law": [row.code for row in reference.laws],
        "court": [row.code for row in reference.courts],
        "suffix": [row.suffix for row in reference.courts if row.suffix],
        "kind": [row.code for row in reference.kinds],
        "prefix": [row.prefix for row in reference.kinds if row.prefix],
        "draw class": [row.code for row in reference.draw_classes],
        "category": [row.code for row in reference.categories],
        "role": [row.code for row in reference.roles],
        "act kind": [row.code for row in reference.act_kinds],
        "holiday": [row.day.isoformat() for row in reference.holidays],
        "limit": [row.code for row in reference.limits],
        "recusal ground": [row.code for row in reference.recusal_grounds],
        "absence ground": [row.code for row in reference.absence_grounds],
        "form ground": [f"{row.form} {row.valid_from}" for row in reference.form_grounds],
        "exemption": [row.code for row in reference.exemptions],
    }
    for what, codes in tables.items():
        yield from (f"{what} {code} twice" for code, n in Counter(codes).items() if n > 1)
    unsourced = (*reference.laws, *reference.regions)
    named: tuple[Any, ...] = (
        *unsourced,
        *reference.kinds,
        *reference.draw_classes,
        *reference.categories,
        *reference.roles,
        *reference.act_kinds,
        *reference.holidays,
        *reference.limits,
        *reference.exemptions,
        *reference.recusal_grounds,
        *reference.absence_grounds,
        *reference.form_grounds,
    )
    for row in named:
        if not (row.ky and row.ru and row.en):
            yield f"a name is missing: {row}"
    for sourced in named[len(unsourced) :]:
        if getattr(sourced, "confidence", "") not in {"H", "M", "L"}:
            yield f"confidence is not H, M or L: {sourced}"


def _problems_of_courts(reference: Reference) -> Iterator[str]:
    kinds = Counter(court.kind for court in reference.courts)
    if dict(kinds) != COURTS_OF:
        yield f"courts by kind are {dict(kinds)}, not {COURTS_OF}"
    by_code = {court.code: court for court in reference.courts}
    regions = {region.code for region in reference.regions}
    above = {"first": "appeal", "appeal": "cassation"}
    for court in reference.courts:
        if court.region not in regions:
            yield f"court {court.code}: no region {court.region}"
        higher = by_code.get(court.appeal)
        if (higher.level if higher else None) != above.get(court.level):
            yield f"court {court.code}: its acts cannot be appealed to {court.appeal!r}"
        yield from _problems_of_names(court)


def _problems_of_names(court: CourtRow) -> Iterator[str]:
    for earlier, later in zip(court.name, court.name[1:], strict=False):
        if earlier.valid_to is None or (later.valid_from - earlier.valid_to).days != 1:
            yield f"court {court.code}: names do not follow one another"
    if not court.name or court.name[-1].valid_to is not None:
        yield f"court {court.code} has no name of today"
    for name in court.name:
        if not name.ky["genitive"].endswith("сотунун") or not name.ky["locative"].endswith("нда"):
            yield f"court {court.code}: Kyrgyz forms"
        if " суда" not in name.ru["genitive"] or " суде" not in name.ru["prepositional"]:
            yield f"court {court.code}: Russian forms"
        if not all(name.seat.get(lang) for lang in ("ky", "ru", "en")):
            yield f"court {court.code}: seat"


def _problems_of_links(reference: Reference) -> Iterator[str]:
    kinds = {row.code for row in reference.kinds}
    classes = {row.code for row in reference.draw_classes}
    claim_kinds = {row.claim_kind for row in reference.rates}
    exemptions = {row.code for row in reference.exemptions}
    for category in reference.categories:
        if category.kind not in kinds:
            yield f"category {category.code}: no kind {category.kind}"
        if category.draw_class not in classes:
            yield f"category {category.code}: no draw class {category.draw_class}"
        if category.duty not in claim_kinds:
            yield f"category {category.code}: no duty rate {category.duty}"
        if category.exemption and category.exemption not in exemptions:
            yield f"category {category.code}: no exemption {category.exemption}"
    laws = {row.code for row in reference.laws}
    with_laws: tuple[Any, ...] = (
        *reference.holidays,
        *reference.limits,
        *reference.rates,
        *reference.exemptions,
        *reference.recusal_grounds,
        *reference.recusal_rules,
        *reference.signing_rules,
        *reference.filing_signatures,
        *reference.absence_grounds,
        *reference.form_grounds,
    )
    yield from (f"no law {row.law}: {row}" for row in with_laws if row.law not in laws)
    with_kinds: tuple[Any, ...] = (*reference.roles, *reference.act_kinds, *reference.limits)
    for row in with_kinds:
        yield from (f"{row.code}: no kind {kind}" for kind in row.kinds if kind not in kinds)
    of_kinds: tuple[Any, ...] = (*reference.recusal_rules, *reference.filing_signatures)
    for rule in of_kinds:
        if rule.kind not in kinds:
            yield f"{rule}: no kind {rule.kind}"
    units = {"minutes", "hours", "calendar_days", "working_days", "months", "years"}
    yield from (
        f"limit {row.code}: {row.unit}" for row in reference.limits if row.unit not in units
    )
    yield from (
        f"holiday {row.day}: {row.kind}"
        for row in reference.holidays
        if row.kind not in {"off", "short", "working"}
    )


def _problems_of_brackets(reference: Reference) -> Iterator[str]:
    """Brackets of one claim kind begin at nothing, touch, and never end."""
    for claim_kind, since in sorted({(row.claim_kind, row.valid_from) for row in reference.rates}):
        brackets = sorted(
            (r for r in reference.rates if (r.claim_kind, r.valid_from) == (claim_kind, since)),
            key=lambda row: row.price_from,
        )
        edges: list[int | None] = [0, *(row.price_to for row in brackets)]
        if [row.price_from for row in brackets] != edges[:-1] or edges[-1] is not None:
            yield f"rates for {claim_kind} from {since}: a gap or an overlap"


def _court(fields_of: dict[str, Any]) -> CourtRow:
    names = tuple(_row(CourtNameRow, name, "courts.toml") for name in fields_of["name"])
    return _row(CourtRow, {**fields_of, "name": names}, "courts.toml")


def _rates(duty: dict[str, Any]) -> Iterator[RateRow]:
    """Turn indicators into tyiyn, and a share of other rates into rates of its own."""
    indicator = duty["indicator"][-1]["amount"]
    plain = [_rate(row, indicator) for row in duty["rate"] if "share_of" not in row]
    yield from plain
    for row in duty["rate"]:
        if "share_of" in row:
            for rate in plain:
                if rate.claim_kind == row["share_of"]:
                    yield _share(rate, row)


def _rate(row: dict[str, Any], indicator: int) -> RateRow:
    ceiling = row.get("ceiling_indicators")
    return RateRow(
        claim_kind=row["claim_kind"],
        price_from=row.get("price_from", 0),
        price_to=row.get("price_to"),
        fixed=row.get("fixed", 0) + row.get("indicators", 0) * indicator,
        basis_points=row.get("basis_points", 0),
        minimum=row.get("minimum_indicators", 0) * indicator,
        maximum=ceiling * indicator if ceiling is not None else None,
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
        law=row["law"],
        note=row["note"],
        confidence=row["confidence"],
    )


def _share(rate: RateRow, row: dict[str, Any]) -> RateRow:
    def part(amount: int) -> int:
        share, rest = divmod(amount * int(row["basis_points"]), 10_000)
        if rest:
            raise DataError(f"{row['code']}: {amount} cannot be shared without a rest")
        return share

    return RateRow(
        claim_kind=row["claim_kind"],
        price_from=rate.price_from,
        price_to=rate.price_to,
        fixed=part(rate.fixed),
        basis_points=part(rate.basis_points),
        minimum=part(rate.minimum),
        maximum=part(rate.maximum) if rate.maximum is not None else None,
        valid_from=max(rate.valid_from, row["valid_from"]),
        valid_to=rate.valid_to,
        law=row["law"],
        note=row["note"],
        confidence=row["confidence"],
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path.name}: {error}") from error


def _table(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    """Read a table with `;` between columns; lines that begin with # are remarks."""
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return tuple(
        _row(kind, row, path.name) for row in csv.DictReader(lines, delimiter=";", strict=True)
    )


def _row(kind: type[Row], values: Mapping[str, Any], where: str) -> Row:
    types_of = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    missing = {
        name
        for name, field in known.items()
        if name not in values and field.default is MISSING and field.default_factory is MISSING
    }
    if missing or set(values) - set(known):
        raise DataError(f"{where}: columns {sorted(missing | (set(values) - set(known)))}")
    return kind(**{name: _value(types_of[name], value, where) for name, value in values.items()})


def _value(kind: Any, value: Any, where: str) -> Any:
    """Convert the text of a table's cell; what TOML has already typed is left alone."""
    if not isinstance(value, str) or kind is str:
        return value
    try:
        if kind is date:
            return date.fromisoformat(value)
        if kind is int:
            return int(value)
        if kind is bool:
            return {"yes": True, "no": False}[value]
    except (ValueError, KeyError) as error:
        raise DataError(f"{where}: {value!r}") from error
    if get_args(kind) == (str, types.EllipsisType) or get_args(kind) == (str, ...):
        return tuple(value.split())
    raise DataError(f"{where}: {value!r}")
