"""What was handed in: discs, hours, verdicts and lost seconds, court by court, month by month."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from recordings.titles import Kind
from sud.access import Actor
from sud.cases.discs import waits
from sud.models import (
    Court,
    Disc,
    DiscState,
    DiscTitle,
    Recording,
    RecordingState,
    RoleCode,
    TitleUse,
    Verdict,
)
from sud.outside import BISHKEK

NOT_COUNTED: Final = (DiscState.GONE, DiscState.CANCELLED)
HOUR: Final = 3600


@dataclass(slots=True, kw_only=True)
class Line:
    """A court in a month; `court` is None while nobody knows whose the discs are."""

    court: Court | None
    month: date
    """Its first day."""
    discs: int = 0
    seconds: float = 0.0
    lost_s: float = 0.0
    waiting: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=dict)
    unjudged: int = 0

    @property
    def hours(self) -> float:
        return self.seconds / HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A line of the picture; lengths are shares of the longest bar."""

    line: Line
    heard: float
    """What can be played."""
    lost: float


def courts_of(session: Session, actor: Actor) -> Sequence[Court]:
    """Return the courts whose figures the actor sees."""
    query = select(Court).order_by(Court.code)
    if not _everywhere(actor):
        query = query.where(
            Court.id.in_(actor.courts_as(RoleCode.ARCHIVIST, RoleCode.CHAIR)),
        )
    return session.scalars(query).all()


def report(session: Session, actor: Actor, *, court: str = "", since: date) -> list[Line]:
    """Return the figures from a month on, newest first; only of the courts that he sees."""
    seen = _seen(actor)
    month = func.date_trunc("month", func.timezone(BISHKEK.key, Disc.handed_in_at))
    base = [seen, Disc.state.not_in(NOT_COUNTED), month >= since]
    if court:
        base.append(Disc.court.has(Court.code == court))
    lines: dict[tuple[int | None, date], Line] = {}
    courts = {one.id: one for one in session.scalars(select(Court))}

    def line(court_id: int | None, of_month: Any) -> Line:
        first = of_month.date()
        return lines.setdefault(
            (court_id, first), Line(court=courts.get(court_id or 0), month=first)
        )

    groups = (Disc.court_id, month)
    waiting = func.count().filter(waits())
    for court_id, of_month, discs, waits_for_person in session.execute(
        select(*groups, func.count(), waiting).where(*base).group_by(*groups)
    ):
        line(court_id, of_month).discs = discs
        line(court_id, of_month).waiting = waits_for_person
    hearing = or_(
        DiscTitle.use == TitleUse.LINKED,
        (DiscTitle.use == TitleUse.OPEN) & (DiscTitle.kind == Kind.HEARING.value),
    )
    for court_id, of_month, seconds, lost_s in session.execute(
        select(*groups, func.sum(DiscTitle.seconds), func.sum(DiscTitle.lost_s))
        .join(DiscTitle, DiscTitle.disc_id == Disc.id)
        .where(*base, hearing)
        .group_by(*groups)
    ):
        line(court_id, of_month).seconds = seconds
        line(court_id, of_month).lost_s = lost_s
    for court_id, of_month, verdict, count in session.execute(
        select(*groups, Recording.verdict, func.count())
        .join(Recording, Recording.disc_id == Disc.id)
        .where(*base, Recording.state.not_in([RecordingState.UNLINKED, RecordingState.CANCELLED]))
        .group_by(*groups, Recording.verdict)
    ):
        if verdict is None:
            line(court_id, of_month).unjudged = count
        else:
            line(court_id, of_month).verdicts[verdict] = count
    return sorted(lines.values(), key=_turn)


def bars(lines: Sequence[Line], most: int = 24) -> list[Bar]:
    """Return the lines as bars, drawn to one scale."""
    longest = max((line.seconds for line in lines), default=0.0) or 1.0
    return [
        Bar(
            line=line,
            heard=max(0.0, line.seconds - line.lost_s) / longest,
            lost=min(line.seconds, line.lost_s) / longest,
        )
        for line in lines[:most]
    ]


def total(lines: Iterable[Line]) -> Line:
    """Return all lines together."""
    whole = Line(court=None, month=date.min)
    for one in lines:
        whole.discs += one.discs
        whole.seconds += one.seconds
        whole.lost_s += one.lost_s
        whole.waiting += one.waiting
        whole.unjudged += one.unjudged
        for verdict, count in one.verdicts.items():
            whole.verdicts[verdict] = whole.verdicts.get(verdict, 0) + count
    return whole


def as_csv(lines: Iterable[Line], heads: Mapping[str, str]) -> bytes:
    """Return the figures for a spreadsheet; `heads` gives the words for the columns."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(heads))
    writer.writerow(dict(heads))
    for one in lines:
        writer.writerow(
            {
                "court": one.court.code if one.court else "",
                "month": f"{one.month:%Y-%m}",
                "discs": one.discs,
                "hours": f"{one.hours:.2f}",
                "lost": round(one.lost_s),
                **{verdict.value: one.verdicts.get(verdict, 0) for verdict in Verdict},
                "unjudged": one.unjudged,
                "waiting": one.waiting,
            }
        )
    return text.getvalue().encode("utf-8-sig")


def _everywhere(actor: Actor) -> bool:
    return any(role.code is RoleCode.ADMINISTRATOR and not role.court_id for role in actor.roles)


def _seen(actor: Actor) -> ColumnElement[bool]:
    if _everywhere(actor):
        return Disc.id.is_not(None)
    mine = Disc.court_id.in_(actor.courts_as(RoleCode.ARCHIVIST, RoleCode.CHAIR))
    return or_(mine, Disc.court_id.is_(None)) if actor.has(RoleCode.ARCHIVIST) else mine


def _turn(line: Line) -> tuple[int, str]:
    return -line.month.toordinal(), line.court.code if line.court else ""
