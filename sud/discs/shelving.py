"""Takes lists of shelves in: what a line says of a disc becomes a proposal for whoever links it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, visible
from sud.cases.numbers import readings
from sud.discs import shelf_list
from sud.discs.courts import court_called
from sud.discs.shelf_list import Fault, Line, Wrong
from sud.models import Court, Disc, DiscState, DiscTitle, RoleCode, ShelfList, TitleUse


def take_list(
    session: Session,
    actor: Actor,
    name: str,
    content: bytes,
    *,
    court: Court | None = None,
    now: datetime,
) -> ShelfList:
    """Take in the list of a shelf; where one line is wrong, nothing of it counts.

    `court` is whose shelf it is, where the folder tells. A list that is known already is applied
    again to what has come in since.
    """
    told = shelf_list.read(content)
    faults = [*told.faults, *_faults(session, actor, told.lines, court)]
    faults.sort(key=lambda fault: fault.line)
    lines = [] if faults else [line.as_json() for line in told.lines]
    sha256 = hashlib.sha256(content).hexdigest()
    session.execute(
        upsert(ShelfList)
        .values(
            name=name,
            court_id=court.id if court else None,
            sha256=sha256,
            lines=lines,
            faults=[fault.as_json() for fault in faults],
            handed_in_by_id=actor.user_id,
            handed_in_at=now,
        )
        .on_conflict_do_nothing()
    )
    taken = session.scalars(
        select(ShelfList).where(
            ShelfList.sha256 == sha256,
            ShelfList.court_id.is_not_distinct_from(court.id if court else None),
        )
    ).one()
    named = _apply(session, actor, taken) if taken.lines else 0
    journal.record(
        session,
        actor,
        Action.DISC_ADD,
        taken,
        now=now,
        lines=len(taken.lines),
        faults=len(taken.faults),
        discs=named,
    )
    return taken


def is_known(session: Session, content: bytes, court: Court | None) -> bool:
    """Tell whether this very list was taken in, or refused, before."""
    query = select(ShelfList.id).where(
        ShelfList.sha256 == hashlib.sha256(content).hexdigest(),
        ShelfList.court_id.is_not_distinct_from(court.id if court else None),
    )
    return session.scalar(query) is not None


def said_of(session: Session, place: str, court: Court | None) -> dict[str, Any] | None:
    """Return what the newest list says of the disc at a place of the drop folder."""
    lists = session.scalars(
        select(ShelfList)
        .where(or_(ShelfList.court_id.is_(None), ShelfList.court_id == (court.id if court else 0)))
        .order_by(ShelfList.handed_in_at.desc(), ShelfList.id.desc())
    )
    return next((line for one in lists if (line := shelf_list.line_of(one.lines, place))), None)


def _faults(
    session: Session, actor: Actor, lines: Sequence[Line], court: Court | None
) -> list[Wrong]:
    """Return what only the archive knows to be wrong: courts and numbers of cases."""
    faults: list[Wrong] = []
    allowed = actor.courts_as(RoleCode.CLERK, RoleCode.ARCHIVIST)
    found: dict[str, Court | None] = {}
    for line in lines:
        if line.case and not readings(line.case):
            faults.append(Wrong(line=line.line, fault=Fault.CASE_UNREADABLE, said=line.case))
        if not line.court:
            continue
        if line.court not in found:
            found[line.court] = court_called(session, line.court)
        named = found[line.court]
        if named is None:
            faults.append(Wrong(line=line.line, fault=Fault.COURT_UNKNOWN, said=line.court))
        elif (court and named.id != court.id) or not (actor.system or named.id in allowed):
            faults.append(Wrong(line=line.line, fault=Fault.COURT_NOT_YOURS, said=line.court))
    return faults


def _apply(session: Session, actor: Actor, taken: ShelfList) -> int:
    """Note what the list says of the discs that wait; tell of how many it speaks."""
    waiting = select(DiscTitle.disc_id).where(DiscTitle.use == TitleUse.OPEN)
    query = visible(select(Disc), actor).where(
        or_(
            Disc.state.in_([DiscState.ARRIVED, DiscState.KEPT, DiscState.FAILED]),
            Disc.id.in_(waiting),
        )
    )
    if taken.court_id is not None:
        query = query.where(or_(Disc.court_id.is_(None), Disc.court_id == taken.court_id))
    named = 0
    for disc in session.scalars(query).unique():
        line = shelf_list.line_of(taken.lines, disc.place or disc.name)
        if line is None:
            continue
        named += 1
        disc.shelf_facts = line
        if disc.court_id is None:
            court = court_called(session, line.get("court", ""))
            disc.court_id = court.id if court else taken.court_id
    session.flush()
    return named
