"""Courts and the law as data: loads the reference files, answers what held on which day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from sud import journal
from sud.access import Action, Actor
from sud.db import Base
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceGround,
    ActKind,
    Case,
    CaseKind,
    Category,
    Confidence,
    Court,
    CourtKind,
    CourtLevel,
    CourtName,
    Courtroom,
    DrawRequest,
    DutyExemption,
    DutyRate,
    FilingSignatureRule,
    FormGround,
    Holiday,
    Initiative,
    ParticipantRole,
    RecusalGround,
    RecusalRule,
    RuledBy,
    SeatRole,
    SheetKind,
    SignatureNeed,
    SigningRule,
    SigningWay,
    TimeLimit,
)
from sud.outside import local_day
from sud.registry.calendar import CourtCalendar, DayKind, Deadline, Unit
from sud.registry.reference import DATA, Reference, read_reference
from sud.registry.rows import BEGINNING, CourtRow, LawRow, Region

LANGUAGES: Final = ("ky", "ru", "en")
_LOOK_AHEAD: Final = timedelta(days=4 * 366)
"""Limits are at most years long; days off are read this far ahead."""

Thing = TypeVar("Thing")


# ------------------------------------------------------------------ loading


@dataclass(slots=True)
class Loaded:
    """What a loading did: rows added, rows changed, corrections by hand that were left alone."""

    added: int = 0
    changed: int = 0
    kept: list[str] = field(default_factory=list)


def load_reference(session: Session, actor: Actor, *, now: datetime, folder: Path = DATA) -> Loaded:
    """Put the data files into the archive; rows that somebody corrected by hand stay."""
    reference, loaded = read_reference(folder), Loaded()
    put = _Loader(session, loaded)
    _load_courts(put, reference, today=local_day(now))
    _load_kinds(put, reference)
    _load_law(put, reference)
    session.flush()
    if loaded.added or loaded.changed:
        journal.record(
            session,
            actor,
            Action.REFERENCE_EDIT,
            None,
            now=now,
            added=loaded.added,
            changed=loaded.changed,
            kept=len(loaded.kept),
        )
    return loaded


class _Loader:
    """Adds or changes one row at a time, found by what names it for good."""

    def __init__(self, session: Session, loaded: Loaded) -> None:
        self.session = session
        self.loaded = loaded
        self._known: dict[type[Base], dict[tuple[Any, ...], Any]] = {}

    def __call__(
        self, table: type[Thing], names: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> Thing:
        row = self._rows(table, tuple(names)).get(tuple(names.values()))
        if row is None:
            row = table(**names, **facts)
            self.session.add(row)
            self._rows(table, tuple(names))[tuple(names.values())] = row
            self.loaded.added += 1
        elif getattr(row, "edited_by_hand", False):
            self.loaded.kept.append("/".join(map(str, names.values())))
        elif any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            self.loaded.changed += 1
        return row

    def _rows(self, table: Any, names: tuple[str, ...]) -> dict[tuple[Any, ...], Any]:
        if table not in self._known:
            self._known[table] = {
                tuple(getattr(row, name) for name in names): row
                for row in self.session.scalars(select(table))
            }
        return self._known[table]


def _names(row: Any) -> dict[str, str]:
    return {"name_ky": row.ky, "name_ru": row.ru, "name_en": row.en}


def _sourced(row: Any, law: LawRow) -> dict[str, Any]:
    return {
        "valid_from": getattr(row, "valid_from", BEGINNING),
        "valid_to": getattr(row, "valid_to", None),
        "source_ky": law.ky,
        "source_ru": law.ru,
        "source_en": law.en,
        "note": row.note,
        "confidence": Confidence(row.confidence),
    }


def _load_courts(put: _Loader, reference: Reference, *, today: date) -> None:
    courts = {row.code: _load_court(put, row, today) for row in reference.courts}
    put.session.flush()
    for row in reference.courts:
        court = courts[row.code]
        if row.appeal and not court.edited_by_hand:
            court.appeal_court_id = courts[row.appeal].id
        if not court.edited_by_hand:
            _load_names(put, court, row)


def _load_court(put: _Loader, row: CourtRow, today: date) -> Court:
    name = row.name_on(today)
    facts = {
        "level": CourtLevel(row.level),
        "kind": CourtKind(row.kind),
        "region": row.region,
        "suffix": row.suffix or None,
        "name_ky": name.ky["nominative"],
        "name_ru": name.ru["nominative"],
        "name_en": name.en,
        "valid_from": BEGINNING,
        "valid_to": None,
        "note": name.note,
        "confidence": Confidence(row.suffix_confidence or name.confidence),
    }
    return put(Court, {"code": row.code}, facts)


def _load_names(put: _Loader, court: Court, row: CourtRow) -> None:
    for name in row.name:
        forms = {
            "ky": (name.ky["nominative"], name.ky["genitive"], name.ky["locative"]),
            "ru": (name.ru["nominative"], name.ru["genitive"], name.ru["prepositional"]),
            "en": (name.en, name.en, name.en),
        }
        for lang, (nominative, genitive, locative) in forms.items():
            put(
                CourtName,
                {"court_id": court.id, "lang": lang, "valid_from": name.valid_from},
                {
                    "name": nominative,
                    "genitive": genitive,
                    "locative": locative,
                    "city": name.seat[lang],
                    "valid_to": name.valid_to,
                },
            )


def _load_kinds(put: _Loader, reference: Reference) -> None:
    for kind in reference.kinds:
        facts = {"prefix": kind.prefix, **_names(kind), **_sourced(kind, reference.law_of(kind))}
        put(CaseKind, {"code": kind.code}, facts)
    weights = {row.code: row.weight for row in reference.draw_classes}
    for place, category in enumerate(reference.categories, 1):
        facts = {
            "kind_code": category.kind,
            "branch": category.group,
            "weight": weights[category.draw_class],
            "draw_class": category.draw_class,
            "claim_kind": category.duty,
            "exemption_code": category.exemption or None,
            "closed": category.closed,
            "ordinal": place,
        }
        facts |= _names(category) | _sourced(category, reference.law_of(category))
        put(Category, {"code": category.code}, facts)
    for place, role in enumerate(reference.roles, 1):
        facts = {"side": role.side, "ordinal": place}
        facts |= _names(role) | _sourced(role, reference.law_of(role))
        put(ParticipantRole, {"code": role.code}, facts)
    for act in reference.act_kinds:
        facts = {
            "heading_ky": act.heading_ky,
            "heading_ru": act.heading_ru,
            "final": act.final,
            "case_kinds": list(act.kinds),
        }
        facts |= _names(act) | _sourced(act, reference.law_of(act))
        put(ActKind, {"code": act.code}, facts)


def _load_law(put: _Loader, reference: Reference) -> None:
    for rate in reference.rates:
        facts = {
            "price_to": rate.price_to,
            "fixed": rate.fixed,
            "basis_points": rate.basis_points,
            "minimum": rate.minimum,
            "maximum": rate.maximum,
            **_sourced(rate, reference.law_of(rate)),
        }
        names = {name: getattr(rate, name) for name in ("claim_kind", "price_from", "valid_from")}
        del facts["valid_from"]
        put(DutyRate, names, facts)
    for exemption in reference.exemptions:
        facts = {
            "basis_points": exemption.basis_points,
            **_names(exemption),
            **_sourced(exemption, reference.law_of(exemption)),
        }
        put(DutyExemption, {"code": exemption.code}, facts)
    for day in reference.holidays:
        facts = {
            "working": day.kind != "off",
            "shortened": day.kind == "short",
            **_names(day),
            **_sourced(day, reference.law_of(day)),
            "valid_from": day.day,
            "valid_to": day.day,
        }
        put(Holiday, {"day": day.day}, facts)
    for limit in reference.limits:
        facts = {
            "kind_code": limit.kinds[0] if len(limit.kinds) == 1 else None,
            "amount": limit.amount,
            "unit": limit.unit,
            "start_ky": limit.start_ky,
            "start_ru": limit.start_ru,
            "start_en": limit.start_en,
            **_names(limit),
            **_sourced(limit, reference.law_of(limit)),
        }
        del facts["valid_from"]
        put(TimeLimit, {"code": limit.code, "valid_from": limit.valid_from}, facts)
    _load_recusals(put, reference)


def _load_recusals(put: _Loader, reference: Reference) -> None:
    for place, ground in enumerate(reference.recusal_grounds, 1):
        facts = {
            "drop": ground.drop,
            "by_party": ground.by_party,
            "by_judge": ground.by_judge,
            "ordinal": place,
            **_names(ground),
            **_sourced(ground, reference.law_of(ground)),
        }
        put(RecusalGround, {"code": ground.code}, facts)
    for rule in reference.recusal_rules:
        names = {
            "kind_code": rule.kind,
            "initiative": Initiative(rule.initiative),
            "panel": rule.panel,
            "valid_from": rule.valid_from,
        }
        facts = {
            "ruled_by": RuledBy(rule.ruled_by),
            **_sourced(rule, reference.law_of(rule)),
        }
        del facts["valid_from"]
        put(RecusalRule, names, facts)
    for signs in reference.signing_rules:
        names = {
            "kind": SheetKind(signs.kind),
            "role": SeatRole(signs.role),
            "valid_from": signs.valid_from,
        }
        facts = {
            "step": signs.step,
            "ways": [SigningWay(way).value for way in signs.ways],
            **_sourced(signs, reference.law_of(signs)),
        }
        del facts["valid_from"]
        put(SigningRule, names, facts)
    for wanted in reference.filing_signatures:
        facts = {"need": SignatureNeed(wanted.need), **_sourced(wanted, reference.law_of(wanted))}
        del facts["valid_from"]
        put(
            FilingSignatureRule,
            {"kind_code": wanted.kind, "valid_from": wanted.valid_from},
            facts,
        )
    for place, why in enumerate(reference.absence_grounds, 1):
        facts = {
            "equipment": why.equipment,
            "ordinal": place,
            **_names(why),
            **_sourced(why, reference.law_of(why)),
        }
        put(AbsenceGround, {"code": why.code}, facts)
    for said in reference.form_grounds:
        facts = {**_names(said), **_sourced(said, reference.law_of(said))}
        del facts["valid_from"]
        put(FormGround, {"form": said.form, "valid_from": said.valid_from}, facts)


# ------------------------------------------------------------------ courts


def regions() -> Sequence[Region]:
    """Return the parts of the country in the order in which lists show them."""
    return _REGIONS


def draw_class_names() -> Mapping[str, Mapping[str, str]]:
    """Return the names of the classes of cases that the draw knows, by code and language."""
    return _DRAW_CLASSES


_REFERENCE: Final = read_reference()
_REGIONS: Final = _REFERENCE.regions
_DRAW_CLASSES: Final = {
    row.code: {"ky": row.ky, "ru": row.ru, "en": row.en} for row in _REFERENCE.draw_classes
}


def court_by_code(session: Session, code: str) -> Court | None:
    return session.scalars(select(Court).where(Court.code == code)).one_or_none()


def courts_open_on(session: Session, day: date) -> Sequence[Court]:
    """Return the courts that exist on a day: by region, courts of appeal first."""
    courts = session.scalars(_holding(select(Court), Court, day)).all()
    place = {region.code: number for number, region in enumerate(_REGIONS)}
    levels = list(CourtLevel)
    return sorted(
        courts,
        key=lambda court: (
            place.get(court.region, len(place)),
            -levels.index(court.level),
            court.kind is CourtKind.ADMINISTRATIVE,
            _by_suffix(court.suffix),
            court.name_ru,
        ),
    )


def _by_suffix(suffix: str | None) -> tuple[bool, int]:
    """Т2 comes before Т10, and what has no suffix comes last."""
    return (suffix is None, int(suffix[1:]) if suffix else 0)


def courts_taking_claims(session: Session, day: date) -> Sequence[Court]:
    """Return the courts of the first instance that can number a civil case on a day."""
    return [
        court
        for court in courts_open_on(session, day)
        if court.level is CourtLevel.FIRST
        and court.kind is not CourtKind.ADMINISTRATIVE
        and court.suffix is not None
    ]


def courts_with_draws(session: Session) -> set[str]:
    """Return the codes of the courts for which a judge was ever drawn."""
    return set(
        session.scalars(
            select(Court.code)
            .join(Case, Case.court_id == Court.id)
            .join(DrawRequest, DrawRequest.case_id == Case.id)
            .distinct()
        )
    )


def court_name_on(session: Session, court: Court, lang: str, day: date) -> CourtName | None:
    """Return the court's name of a day, with the forms that papers need."""
    query = select(CourtName).where(CourtName.court_id == court.id, CourtName.lang == lang)
    return session.scalars(_holding(query, CourtName, day)).first()


def courtrooms_of(session: Session, court: Court) -> Sequence[Courtroom]:
    return session.scalars(
        select(Courtroom)
        .where(Courtroom.court_id == court.id, Courtroom.closed_at.is_(None))
        .order_by(Courtroom.name)
    ).all()


# ------------------------------------------------------------------ kinds


def kinds_on(session: Session, day: date) -> Sequence[CaseKind]:
    """Return the kinds of case that are numbered on a day."""
    query = select(CaseKind).where(CaseKind.prefix != "").order_by(CaseKind.code)
    return session.scalars(_holding(query, CaseKind, day)).all()


def categories_on(session: Session, kind_code: str, day: date) -> Sequence[Category]:
    """Return the subject categories of a kind in the order in which they are offered."""
    query = select(Category).where(Category.kind_code == kind_code).order_by(Category.ordinal)
    return session.scalars(_holding(query, Category, day)).all()


def category_by_code(session: Session, code: str) -> Category | None:
    return session.get(Category, code)


def act_kinds_on(session: Session, day: date) -> Sequence[ActKind]:
    return session.scalars(_holding(select(ActKind), ActKind, day).order_by(ActKind.code)).all()


def absence_grounds_on(session: Session, day: date) -> Sequence[AbsenceGround]:
    """Return why a hearing of a day may have no recording, in the order of the list."""
    query = select(AbsenceGround).order_by(AbsenceGround.ordinal)
    return session.scalars(_holding(query, AbsenceGround, day)).all()


def set_absence_ground(
    session: Session,
    actor: Actor,
    code: str,
    *,
    equipment: bool,
    names: Mapping[str, str],
    sources: Mapping[str, str],
    valid_from: date,
    valid_to: date | None,
    now: datetime,
) -> AbsenceGround:
    """Enter a ground on which a hearing may have no recording, correct one, or let it end."""
    row = session.get(AbsenceGround, code)
    if row is None:
        last = session.scalar(select(func.max(AbsenceGround.ordinal))) or 0
        row = AbsenceGround(code=code, ordinal=last + 1)
    row.equipment, row.valid_from, row.valid_to = equipment, valid_from, valid_to
    row.name_ky, row.name_ru, row.name_en = (names[lang] for lang in LANGUAGES)
    row.say_by_hand(sources)
    session.add(row)
    journal.record(session, actor, Action.REFERENCE_EDIT, None, now=now, absence_ground=code)
    return row


def absence_ground_of_code(session: Session, code: str) -> AbsenceGround | None:
    return session.get(AbsenceGround, code)


# ------------------------------------------------------------------ days and limits


def calendar_between(session: Session, first: date, last: date) -> CourtCalendar:
    """Return the courts' calendar with the days off of a stretch of time."""
    days = session.scalars(select(Holiday).where(Holiday.day.between(first, last)))
    return CourtCalendar({day.day: _kind_of(day) for day in days})


def holiday_on(session: Session, day: date) -> Holiday | None:
    """Return the row that makes a day an exception, with its name."""
    return session.scalars(select(Holiday).where(Holiday.day == day)).one_or_none()


def is_working_day(session: Session, day: date) -> bool:
    return calendar_between(session, day, day).is_working(day)


def next_working_day(session: Session, day: date) -> date:
    """Return the first working day after this one."""
    return calendar_between(session, day, day + timedelta(days=62)).next_working(day)


def limit_on(session: Session, code: str, day: date) -> TimeLimit:
    """Return a time limit as the law stood on the day of the event."""
    query = select(TimeLimit).where(TimeLimit.code == code).order_by(TimeLimit.valid_from.desc())
    limit = session.scalars(_holding(query, TimeLimit, day)).first()
    if limit is None:
        raise CourtError(Refusal.NO_TIME_LIMIT, limit_code=code)
    return limit


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitEnd:
    """Until when something must be done, under which limit, and how the days were counted."""

    limit: TimeLimit
    counted: Deadline

    @property
    def due(self) -> date:
        return self.counted.due


def deadline(session: Session, code: str, start: date) -> LimitEnd:
    """Return the end of a limit that an event set running; the event's own day is not counted."""
    limit = limit_on(session, code, start)
    days = calendar_between(session, start, start + _LOOK_AHEAD)
    return LimitEnd(limit=limit, counted=days.deadline(start, limit.amount, Unit(limit.unit)))


def set_day(
    session: Session,
    actor: Actor,
    day: date,
    *,
    kind: DayKind,
    names: Mapping[str, str],
    sources: Mapping[str, str],
    now: datetime,
) -> Holiday:
    """Make a day an exception or correct it: a lunar holiday announced, a day off declared."""
    row = holiday_on(session, day) or Holiday(day=day)
    row.working = kind is not DayKind.OFF
    row.shortened = kind is DayKind.SHORT
    row.name_ky, row.name_ru, row.name_en = (names[lang] for lang in LANGUAGES)
    row.valid_from = row.valid_to = day
    row.say_by_hand(sources)
    session.add(row)
    journal.record(
        session, actor, Action.REFERENCE_EDIT, row, now=now, day=day.isoformat(), kind=kind.value
    )
    return row


def _kind_of(day: Holiday) -> DayKind:
    if not day.working:
        return DayKind.OFF
    return DayKind.SHORT if day.shortened else DayKind.WORKING


# ------------------------------------------------------------------ the reference as a whole


TABLES: Final[dict[str, Callable[[Session], Iterable[Any]]]] = {
    "categories": lambda session: session.scalars(
        select(Category).order_by(Category.kind_code, Category.ordinal)
    ),
    "rates": lambda session: session.scalars(
        select(DutyRate).order_by(DutyRate.claim_kind, DutyRate.valid_from, DutyRate.price_from)
    ),
    "exemptions": lambda session: session.scalars(
        select(DutyExemption).order_by(DutyExemption.code)
    ),
    "limits": lambda session: session.scalars(select(TimeLimit).order_by(TimeLimit.code)),
    "days": lambda session: session.scalars(select(Holiday).order_by(Holiday.day)),
    "absences": lambda session: session.scalars(
        select(AbsenceGround).order_by(AbsenceGround.ordinal)
    ),
    "signatures": lambda session: session.scalars(
        select(SigningRule).order_by(SigningRule.kind, SigningRule.step, SigningRule.valid_from)
    ),
    "signed-claims": lambda session: session.scalars(
        select(FilingSignatureRule).order_by(
            FilingSignatureRule.kind_code, FilingSignatureRule.valid_from
        )
    ),
}
"""What an administrator reads, by the name in the address."""


def table(session: Session, name: str) -> Sequence[Any]:
    """Return the rows of one reference table."""
    return list(TABLES[name](session))


def _holding(query: Select[Thing], table: Any, day: date) -> Select[Thing]:
    begins: InstrumentedAttribute[date] = table.valid_from
    ends: InstrumentedAttribute[date | None] = table.valid_to
    return query.where(begins <= day, or_(ends.is_(None), ends >= day))
