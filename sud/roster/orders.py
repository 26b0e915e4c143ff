"""Orders: taken in with their files, told to the log as a salted hash, read by who may."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.intake import Kind
from sud import journal
from sud.access import Action, Actor, permits
from sud.allocation import log
from sud.cases.taking import examined, kept
from sud.errors import CourtError, Refusal
from sud.models import Court, RosterOrder
from sud.outside import Outside, local_day
from sud.uploads.service import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An order as it is handed in: what it is called, and its file on the way to the store."""

    number: str
    day: date
    upload: Sent
    outside: Outside
    limit: int


Ordered = Paper | RosterOrder
"""An order that is being handed in, or one that was taken before."""


def take_order(
    session: Session, actor: Actor, court: Court | None, paper: Paper, *, now: datetime
) -> RosterOrder:
    """Take in an order with its file; it must be a PDF, as every order that was signed is."""
    if paper.day > local_day(now):
        raise CourtError(Refusal.ORDER_OF_TOMORROW)
    outside, limit = paper.outside, paper.limit
    verdict = examined(paper.upload, limit, scanner=outside.scanner)
    if verdict.kind is not Kind.PDF:
        raise CourtError(Refusal.ORDER_NOT_PDF, name=verdict.name)
    key = kept(paper.upload, verdict, store=outside.store, folder="orders", limit=limit)
    order = RosterOrder(
        court_id=court.id if court else None,
        court=court,
        number=paper.number,
        day=paper.day,
        file_name=verdict.name,
        media_type=verdict.media_type,
        size=verdict.size,
        sha256=verdict.sha256,
        object_key=key,
        salt=secrets.token_bytes(32),
        by_id=actor.user_id,
        at=now,
    )
    # The log comes before the journal, or two who change the roster at once wait for each other.
    log.hold(session)
    session.add(order)
    journal.record(
        session, actor, Action.ROSTER_ORDER, order, now=now, sha256=verdict.sha256, size=order.size
    )
    return order


def hash_of(order: RosterOrder) -> bytes:
    """Return what the log shows of an order: SHA-256 of the salt and the file's own hash."""
    return hashlib.sha256(order.salt + bytes.fromhex(order.sha256)).digest()


def order_of_url(session: Session, actor: Actor, key: UUID) -> RosterOrder | None:
    """Return an order whose file the actor may read."""
    order = session.scalars(select(RosterOrder).where(RosterOrder.key == key)).one_or_none()
    readable = order is not None and permits(actor, Action.ROSTER_READ, order)
    return order if readable else None
