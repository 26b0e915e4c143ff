"""What the watch reads: published draws from the log, and, inside the house, what cases have."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from assignment import fairness
from sud.access import Action
from sud.models import (
    Case,
    DrawKind,
    DrawRequest,
    Filing,
    JournalLine,
    LogEntry,
    Participant,
    Person,
    WatchAttribute,
    WatchMeasure,
)
from sud.outside import BISHKEK
from sud.statistics.monitors import Draw, Groups, Matter

SOM: Final = 100
PRICE_BANDS: Final = (100_000, 1_000_000, 10_000_000)
"""Where one band of prices ends and the next begins, in som: only for the watch."""
REPRESENTING: Final = ("representative", "legal_representative", "lawyer", "defender")
_AT_ONCE: Final = 1000

Span = tuple[int, int]
"""Entries of the log: the first, and the one after the last."""


def span_of(session: Session, year: int) -> Span:
    """Return which entries of the log were written in a year of Bishkek's calendar."""
    first, after = (
        session.scalar(
            select(func.min(LogEntry.index)).where(
                LogEntry.logged_at >= datetime(turn, 1, 1, tzinfo=BISHKEK)
            )
        )
        for turn in (year, year + 1)
    )
    size = (session.scalar(select(func.max(LogEntry.index))) or 0) + 1
    return (size if first is None else first, size if after is None else after)


def courts_in(session: Session, span: Span) -> Sequence[int]:
    """Return the courts to whose cases something happened in the log."""
    inside = DrawRequest.case_index.between(span[0], span[1] - 1)
    drawn = DrawRequest.result_index.between(span[0], span[1] - 1)
    query = select(DrawRequest.court_id).where(inside | drawn).distinct()
    return session.scalars(query.order_by(DrawRequest.court_id)).all()


def draws_of(session: Session, court_id: int, span: Span) -> list[Draw]:
    """Return the draws of a court, in the order of the log, with the groups of their cases."""
    entry, result = aliased(LogEntry), aliased(LogEntry)
    drawn = and_(
        DrawRequest.court_id == court_id,
        DrawRequest.case_id.is_not(None),
        DrawRequest.kind == DrawKind.DRAWN,
        DrawRequest.result_index.between(span[0], span[1] - 1),
    )
    speaking = _speaking_in(session, select(DrawRequest.case_id).where(drawn))
    rows = session.execute(
        _with_groups(
            select(
                DrawRequest.request_id,
                DrawRequest.result_index,
                result.logged_at,
                entry.body.label("entered"),
                result.body.label("resulted"),
            )
            .join(entry, entry.index == DrawRequest.case_index)
            .join(result, result.index == DrawRequest.result_index)
            .where(drawn)
        )
        .order_by(DrawRequest.result_index)
        .execution_options(yield_per=_AT_ONCE)
    )
    return [_draw(row, speaking) for row in rows]


def matters_of(session: Session, court_id: int, span: Span, excluded: set[str]) -> list[Matter]:
    """Return the cases that came in at a court, and what happened to each until now."""
    rows = session.execute(
        _with_groups(
            select(
                DrawRequest.request_id,
                DrawRequest.attempt,
                DrawRequest.kind,
                DrawRequest.case_index,
                LogEntry.logged_at,
                LogEntry.body,
            )
            .join(LogEntry, LogEntry.index == DrawRequest.case_index)
            .where(
                DrawRequest.court_id == court_id,
                DrawRequest.case_id.is_not(None),
                DrawRequest.case_index.between(span[0], span[1] - 1),
            )
        )
        .order_by(DrawRequest.case_index)
        .execution_options(yield_per=_AT_ONCE)
    )
    cases: dict[int, Matter] = {}
    for row in rows:
        before = cases.get(row.case_id)
        if before is None:
            again, earlier = row.attempt > 0, frozenset[WatchMeasure]()
        else:
            # Under another name: the link was undone, and the case entered as one of its own.
            again = before.request == row.request_id
            earlier = before.events if again else before.events - {WatchMeasure.LINK}
        cases[row.case_id] = Matter(
            index=row.case_index if before is None else before.index,
            at=row.logged_at if before is None else before.at,
            request=row.request_id,
            events=earlier | _events(row, again=again, excluded=row.request_id in excluded),
            groups=_groups(row, {}),
        )
    return list(cases.values())


def excluded_in(session: Session, span: Span) -> set[str]:
    """Return the requests from which a judge was excluded by law."""
    bodies = session.scalars(
        select(LogEntry.body).where(
            LogEntry.index.between(span[0], span[1] - 1),
            LogEntry.body.contains('"type":"exclusion"', autoescape=True),
        )
    )
    entries = map(json.loads, bodies)
    return {entry["request"] for entry in entries if entry["class"] == "statutory"}


def _with_groups(query: Any) -> Any:
    """Add what the case has that nobody outside may see."""
    registered = and_(
        JournalLine.case_id == Case.id, JournalLine.action == Action.CASE_REGISTER.value
    )
    return (
        query.join(Case, Case.id == DrawRequest.case_id)
        .outerjoin(Filing, Filing.case_id == Case.id)
        .outerjoin(JournalLine, registered)
        .add_columns(
            DrawRequest.case_id,
            Case.category_code,
            Case.price,
            Case.registered_at,
            JournalLine.user_id.label("clerk"),
            Filing.user_id.label("account"),
        )
    )


def _groups(row: Any, speaking: Mapping[int, tuple[str, ...]]) -> Groups:
    hour = row.registered_at.astimezone(BISHKEK).hour
    return {
        WatchAttribute.ALL: ("",),
        WatchAttribute.CATEGORY: (row.category_code,),
        WatchAttribute.PRICE: (price_band(row.price),),
        WatchAttribute.CLERK: () if row.clerk is None else (str(row.clerk),),
        WatchAttribute.REPRESENTATIVE: speaking.get(row.case_id, ()),
        WatchAttribute.ACCOUNT: () if row.account is None else (str(row.account),),
        WatchAttribute.HOUR: (f"{hour:02d}",),
    }


def price_band(price: int | None) -> str:
    """Return the band of a price: where it begins in som, or that there is no price."""
    if price is None:
        return "none"
    return str(max((edge for edge in PRICE_BANDS if price >= edge * SOM), default=0))


def _draw(row: Any, speaking: Mapping[int, tuple[str, ...]]) -> Draw:
    # The archive's own canonical JSON: no need to have it checked again on every night.
    request, seats = json.loads(row.entered)["request"], json.loads(row.resulted)["seats"]
    trials = fairness.trials_of(request, seats)
    return Draw(
        index=row.result_index,
        at=row.logged_at,
        request=row.request_id,
        trials=trials,
        falls=[
            fairness.transform([int(n) for n in seat["tickets"]], trial.drawn, int(seat["u"]))
            for seat, trial in zip(seats, trials, strict=True)
        ],
        groups=_groups(row, speaking),
    )


def _events(row: Any, *, again: bool, excluded: bool) -> frozenset[WatchMeasure]:
    found = set()
    match row.kind:
        case DrawKind.LINKED:
            found.add(WatchMeasure.LINK)
        case DrawKind.MANUAL:
            found.add(WatchMeasure.MANUAL)
        case _:
            request = json.loads(row.body)["request"]
            if len(request["candidates"]) == len(request["seats"]):
                found.add(WatchMeasure.NO_DRAW)
    if again:
        found.add(WatchMeasure.REDRAW)
    if excluded:
        found.add(WatchMeasure.EXCLUSION)
    return frozenset(found)


def _speaking_in(session: Session, cases: Any) -> dict[int, tuple[str, ...]]:
    """Return who speaks for the parties of each case, one and the same by his personal number.

    Each case file has its own copy of a person; the oldest copy stands for all of them.
    """
    rows = session.execute(
        select(Participant.case_id, Person.id, Person.pin)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.role_code.in_(REPRESENTING), Participant.case_id.in_(cases))
        .order_by(Person.id)
    ).all()
    oldest: dict[str, int] = {}
    speaking: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        number = row.id if row.pin is None else oldest.setdefault(row.pin, row.id)
        speaking[row.case_id].add(str(number))
    return {case: tuple(sorted(refs)) for case, refs in speaking.items()}
