"""What a draw looked like, gathered for its readers: candidates, odds, values, result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from assignment.canon import parse
from assignment.draw import FULL, FULL_POST, Request
from sud.access import Actor, visible
from sud.allocation import log
from sud.models import (
    Assurance,
    Case,
    Court,
    DrawRequest,
    Epoch,
    EpochState,
    Judge,
    LogEntry,
    Reveal,
)
from sud.outside import BISHKEK

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judge who could be drawn; the figures of the draw are there once it was made."""

    code: str
    name: str
    share: float
    fair: float
    deviation: float | None = None
    chance: float | None = None
    first: int | None = None
    last: int | None = None
    drawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What one contributor gave: its value, when it was taken, and where it stands in the log."""

    contributor: str
    value: str
    at: datetime
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One draw, from the entry of the case to the judge."""

    row: DrawRequest
    logged_at: datetime
    leaf: str
    weight: float
    candidates: Sequence[Candidate]
    excluded: Sequence[tuple[str, str]]
    values: Sequence[Value]
    missing: Sequence[str]
    assurance: Assurance | None
    total: int = 0
    u: int = 0
    place: int = 0
    of: int = 0

    @property
    def judge(self) -> Candidate | None:
        """The one who was drawn."""
        return next((one for one in self.candidates if one.drawn), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An epoch that is frozen and not drawn yet."""

    epoch: Epoch
    requests: int
    missing: Sequence[str]


def draw_of_url(session: Session, actor: Actor, request_id: str) -> DrawRequest | None:
    """Return a draw by the name that it has in the log."""
    query = select(DrawRequest).where(DrawRequest.request_id == request_id)
    latest = query.order_by(DrawRequest.attempt.desc()).limit(1)
    found: DrawRequest | None = session.scalar(visible(latest, actor))
    return found


def draws_of(session: Session, case: Case) -> Sequence[DrawRequest]:
    """Return the draws of a case, the latest first."""
    query = select(DrawRequest).where(DrawRequest.case_id == case.id)
    return session.scalars(query.order_by(DrawRequest.attempt.desc())).all()


def draws_found(
    session: Session, *, court: str | None, day: date | None, page: int
) -> tuple[Sequence[DrawRequest], int]:
    """Return the draws of a court and of a day of registration, the newest first, and how many."""
    query = select(DrawRequest).join(DrawRequest.case)
    if court:
        query = query.join(Court, Court.id == Case.court_id).where(Court.code == court)
    if day:
        begins = datetime.combine(day, time(), BISHKEK)
        query = query.join(LogEntry, LogEntry.index == DrawRequest.case_index).where(
            LogEntry.logged_at >= begins, LogEntry.logged_at < begins + timedelta(days=1)
        )
    found = query.order_by(DrawRequest.case_index.desc()).offset((page - 1) * PAGE).limit(PAGE)
    return session.scalars(found).all(), _count(session, query)


def courts_with_draws(session: Session) -> Sequence[Court]:
    """Return the courts that ever logged a case."""
    ids = select(Case.court_id).join(DrawRequest, DrawRequest.case_id == Case.id)
    return session.scalars(select(Court).where(Court.id.in_(ids)).order_by(Court.code)).all()


def logged_at(session: Session, rows: Sequence[DrawRequest]) -> dict[int, datetime]:
    """Return when each draw's case was logged, by the number of its entry."""
    indexes = [row.case_index for row in rows]
    query = select(LogEntry.index, LogEntry.logged_at).where(LogEntry.index.in_(indexes))
    return {number: moment for number, moment in session.execute(query)}  # noqa: C416


def epochs_waiting(session: Session) -> list[Waiting]:
    """Return the frozen epochs that wait for contributors or for their turn."""
    frozen = select(Epoch).where(Epoch.state == EpochState.FROZEN).order_by(Epoch.number)
    return [
        Waiting(
            epoch=epoch,
            requests=_count(
                session, select(DrawRequest).where(DrawRequest.epoch_number == epoch.number)
            ),
            missing=_missing(session, epoch),
        )
        for epoch in session.scalars(frozen)
    ]


def assurance_of_log(session: Session) -> Assurance | None:
    """Return the assurance that the log declares for all its draws, if it is a demonstration."""
    genesis = log.genesis(session)
    return Assurance.DEMONSTRATION if genesis and genesis["demonstration"] else None


def story_of(session: Session, row: DrawRequest) -> Story:
    """Gather everything that is known of a draw."""
    entry = session.get_one(LogEntry, row.case_index)
    request = Request.of(parse(entry.body.encode())["request"])
    excluded = _exclusions(session, row)
    names = _names(session, [*(code for code, _ in request.candidates), *dict(excluded)])
    seat: dict[str, Any] | None = None
    if row.result_index is not None:
        result = session.get_one(LogEntry, row.result_index)
        seat = parse(result.body.encode())["seats"][0]
    place, of = _place(session, row)
    return Story(
        row=row,
        logged_at=entry.logged_at,
        leaf=entry.leaf.hex(),
        weight=request.seats[0] / FULL,
        candidates=_candidates(request, row.standing or {}, seat, names),
        excluded=[(names.get(code, code), ground) for code, ground in excluded],
        values=[] if row.epoch is None else _values(session, row.epoch),
        missing=[] if row.epoch is None else _missing(session, row.epoch),
        assurance=(row.epoch and row.epoch.assurance) or assurance_of_log(session),
        total=sum(map(int, seat["tickets"])) if seat else 0,
        u=int(seat["u"]) if seat else 0,
        place=place,
        of=of,
    )


def _candidates(
    request: Request, standing: dict[str, int], seat: dict[str, Any] | None, names: dict[str, str]
) -> list[Candidate]:
    whole = sum(share for _, share in request.candidates)
    tickets = [int(number) for number in seat["tickets"]] if seat else []
    total, start, found = sum(tickets), 0, []
    for place, (code, share) in enumerate(request.candidates):
        facts: dict[str, Any] = {}
        if seat:
            facts = {
                "deviation": standing[code] / FULL,
                "chance": tickets[place] / total,
                "first": start,
                "last": start + tickets[place] - 1,
                "drawn": code == seat["judge"],
            }
            start += tickets[place]
        found.append(
            Candidate(
                code=code,
                name=names.get(code, code),
                share=share / FULL_POST,
                fair=share / whole,
                **facts,
            )
        )
    return found


def _exclusions(session: Session, row: DrawRequest) -> list[tuple[str, str]]:
    """Read the exclusions of a request: they stand directly in front of its entry."""
    found: list[tuple[str, str]] = []
    for index in range(row.case_index - 1, 0, -1):
        entry = parse(session.get_one(LogEntry, index).body.encode())
        if entry["type"] != "exclusion" or entry["request"] != row.request_id:
            break
        found.append((entry["judge"], entry["class"]))
    return sorted(found)


def _names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Judge.code, Judge.full_name).where(Judge.code.in_(codes)))
    return {row.code: row.full_name for row in rows}


def _values(session: Session, epoch: Epoch) -> list[Value]:
    rows = session.scalars(
        select(Reveal).where(Reveal.epoch_number == epoch.number).order_by(Reveal.contributor)
    )
    return [
        Value(
            contributor=row.contributor,
            value=row.value.hex(),
            at=row.received_at,
            index=row.log_index,
        )
        for row in rows
    ]


def _missing(session: Session, epoch: Epoch) -> list[str]:
    """Name the contributors whose value of this epoch, or of a later one, is not known."""
    known = session.scalars(
        select(Reveal.contributor).where(Reveal.epoch_number >= epoch.number)
    ).all()
    genesis = log.genesis(session) or {"contributors": []}
    return [body["id"] for body in genesis["contributors"] if body["id"] not in known]


def _place(session: Session, row: DrawRequest) -> tuple[int, int]:
    """Return which draw of its epoch this was, and of how many."""
    if row.epoch_number is None:
        return 0, 0
    same = select(DrawRequest).where(DrawRequest.epoch_number == row.epoch_number)
    if row.result_index is None:
        return 0, _count(session, same)
    earlier = _count(session, same.where(DrawRequest.result_index <= row.result_index))
    return earlier, _count(session, same)


def _count(session: Session, query: Select[Any]) -> int:
    numbers = query.with_only_columns(DrawRequest.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(numbers)) or 0
