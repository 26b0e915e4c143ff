"""The next deadline of a case: which limit of the law runs, and on which day it ends."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.models import Case, CaseState, TimeLimit
from sud.outside import local_day
from sud.registry.calendar import CourtCalendar, Unit
from sud.registry.service import LimitEnd, calendar_between

# Which limit runs in which state, from which moment; the kind of case chooses the code's beginning.
_RUNNING: Final = {
    CaseState.REGISTERED: ("accept", "filed_at"),
    CaseState.DISTRIBUTED: ("accept", "filed_at"),
    CaseState.PREPARATION: ("consider", "accepted_at"),
    CaseState.SCHEDULED: ("consider", "accepted_at"),
    CaseState.ADJOURNED: ("consider", "accepted_at"),
    CaseState.DECIDED: ("appeal", "decided_at"),
}
_CODES: Final = {"civil": "civil", "civil_material": "civil", "administrative": "admin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The limits and the calendar, read once for many cases."""

    limits: dict[str, list[TimeLimit]]
    calendar: CourtCalendar


def rules(session: Session) -> Rules:
    """Read what deadlines are counted by."""
    limits: dict[str, list[TimeLimit]] = {}
    for limit in session.scalars(select(TimeLimit).order_by(TimeLimit.valid_from)):
        limits.setdefault(limit.code, []).append(limit)
    return Rules(limits=limits, calendar=calendar_between(session, date.min, date.max))


def deadline_of(case: Case, known: Rules) -> LimitEnd | None:
    """Return the limit that runs in the case's state, by the law of the day it began."""
    name, moment = _RUNNING.get(case.state, (None, ""))
    beginning = _CODES.get(case.kind_code)
    if name is None or beginning is None:
        return None
    start: datetime | None = getattr(case, moment)
    if start is None:
        return None
    day = local_day(start)
    valid = [
        limit
        for limit in known.limits.get(f"{beginning}_{name}", ())
        if limit.valid_from <= day and (limit.valid_to is None or day <= limit.valid_to)
    ]
    if not valid:
        return None
    limit = valid[-1]
    counted = known.calendar.deadline(day, limit.amount, Unit(limit.unit))
    return LimitEnd(limit=limit, counted=counted)
