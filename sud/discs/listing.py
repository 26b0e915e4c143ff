"""Which discs somebody sees, and what is next for each of them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload, undefer

from recordings.titles import Kind
from sud.access import Actor, visible
from sud.cases.discs import MAKING, in_work, waits
from sud.models import (
    Court,
    Disc,
    DiscProblem,
    DiscState,
    DiscTitle,
    Hearing,
    Recording,
    RecordingState,
    RoleCode,
    ShelfList,
    TitleUse,
    User,
)

PAGE: Final = 50
LISTS: Final = 5
WORTH_A_RETRY: Final = (DiscProblem.STORE_FAILED, DiscProblem.READER_FAILED)
"""What may be over by itself; anything else is in the disc."""


class Heap(StrEnum):
    """What of the discs is shown."""

    PERSON = "person"  # a person has to do something
    WORK = "work"  # the machine is at it
    DONE = "done"
    ALL = "all"


class Step(StrEnum):
    """The one thing that is next for a disc."""

    LINK = "link"
    RETRY = "retry"
    LOOK = "look"  # it failed in a way that trying again does not mend
    RECORDING = "recording"  # what is made of it failed
    WAIT = "wait"
    OPEN = "open"  # all is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks of the queue."""

    heap: Heap = Heap.PERSON
    court: str = ""
    words: str = ""
    hearing: uuid.UUID | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A disc in the queue."""

    disc: Disc
    step: Step
    hearings_s: float
    """Length of the hearings on it, lost seconds included."""
    lost_s: float
    waiting: int
    """Titles that wait for a person."""
    recordings: Sequence[Recording]
    progress: int | None
    seconds_left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One page of the queue, and how much is on each heap."""

    rows: Sequence[Row]
    counts: Mapping[Heap, int]
    pages: int
    courts: Sequence[Court]


def hearing_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Hearing | None:
    """Return the hearing of an address if the actor may know of it."""
    return session.scalars(visible(select(Hearing).where(Hearing.key == key), actor)).one_or_none()


def disc_of_url(session: Session, actor: Actor, key: uuid.UUID) -> Disc | None:
    """Return the disc of an address if the actor may know of it."""
    query = visible(select(Disc).where(Disc.key == key), actor)
    return session.scalars(query).unique().one_or_none()


def titles_of(session: Session, disc: Disc) -> Sequence[DiscTitle]:
    """Return what was found on a disc, in its order."""
    return session.scalars(
        select(DiscTitle)
        .where(DiscTitle.disc_id == disc.id)
        .order_by(DiscTitle.number)
        .execution_options(populate_existing=True)
    ).all()


def title_of(session: Session, disc: Disc, number: int) -> DiscTitle | None:
    """Return one title of a disc with its picture."""
    return session.scalars(
        select(DiscTitle)
        .where(DiscTitle.disc_id == disc.id, DiscTitle.number == number)
        .options(undefer(DiscTitle.preview))
    ).one_or_none()


def pictured(session: Session, disc: Disc) -> set[int]:
    """Return the numbers of the titles that have a small picture."""
    return set(
        session.scalars(
            select(DiscTitle.number).where(
                DiscTitle.disc_id == disc.id, DiscTitle.preview.is_not(None)
            )
        )
    )


def recordings_of(session: Session, disc: Disc) -> dict[int, Recording]:
    """Return the recordings made of a disc by the number of their title."""
    found = session.scalars(
        select(Recording)
        .where(Recording.disc_id == disc.id, Recording.state != RecordingState.UNLINKED)
        .order_by(Recording.id)
    ).unique()
    return {one.title: one for one in found if one.title is not None}


def first_of(session: Session, actor: Actor, disc: Disc) -> Disc | None:
    """Return the disc that this one is a copy of, if the actor may know of it."""
    if disc.copy_of_id is None:
        return None
    query = visible(select(Disc).where(Disc.id == disc.copy_of_id), actor)
    return session.scalars(query).unique().one_or_none()


def handed_in_by(session: Session, disc: Disc) -> str | None:
    """Return who handed a disc in; nobody did where it lay in the drop folder."""
    return session.scalar(select(User.display_name).where(User.id == disc.handed_in_by_id))


def lists_of(session: Session, actor: Actor) -> Sequence[ShelfList]:
    """Return the latest lists of shelves of the actor's courts."""
    courts = actor.courts_as(RoleCode.CLERK, RoleCode.ARCHIVIST)
    return session.scalars(
        select(ShelfList)
        .where(or_(ShelfList.court_id.is_(None), ShelfList.court_id.in_(courts)))
        .order_by(ShelfList.handed_in_at.desc(), ShelfList.id.desc())
        .limit(LISTS)
    ).all()


# ------------------------------------------------------------------ the queue


def _heap(heap: Heap) -> ColumnElement[bool] | None:
    match heap:
        case Heap.PERSON:
            return waits()
        case Heap.WORK:
            return in_work()
        case Heap.DONE:
            return and_(Disc.state == DiscState.READ, ~waits(), ~in_work())
        case Heap.ALL:
            return None


def queue(session: Session, actor: Actor, wanted: Wanted) -> Queue:
    """Return a page of the discs that the actor sees, what waits longest first."""
    query = _asked(visible(select(Disc), actor), wanted)
    counts = {heap: _count(session, _on(query, heap)) for heap in Heap}
    shown = _on(query, wanted.heap)
    pages = max(1, -(-counts[wanted.heap] // PAGE))
    newest = wanted.heap in {Heap.DONE, Heap.ALL}
    order = [Disc.handed_in_at.desc(), Disc.id.desc()] if newest else [Disc.handed_in_at, Disc.id]
    discs = session.scalars(
        shown.order_by(Disc.urgent.desc(), *order)
        .options(selectinload(Disc.titles), selectinload(Disc.recordings))
        .limit(PAGE)
        .offset((min(wanted.page, pages) - 1) * PAGE)
        .execution_options(populate_existing=True)
    ).unique()
    return Queue(
        rows=[_row(disc) for disc in discs],
        counts=counts,
        pages=pages,
        courts=_courts(session, actor),
    )


def _asked(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.court:
        query = query.where(Disc.court.has(Court.code == wanted.court))
    if wanted.words:
        query = query.where(Disc.name.icontains(wanted.words, autoescape=True))
    if wanted.hearing:
        query = query.where(Disc.hearing.has(Hearing.key == wanted.hearing))
    return query


def _on(query: Select[Any], heap: Heap) -> Select[Any]:
    condition = _heap(heap)
    return query if condition is None else query.where(condition)


def _count(session: Session, query: Select[Any]) -> int:
    counted = query.with_only_columns(func.count(Disc.id), maintain_column_froms=True)
    return session.scalar(counted.order_by(None)) or 0


def _courts(session: Session, actor: Actor) -> Sequence[Court]:
    """Return the courts between which the actor can choose."""
    mine = actor.courts_as(RoleCode.CLERK, RoleCode.ARCHIVIST)
    return session.scalars(select(Court).where(Court.id.in_(mine)).order_by(Court.code)).all()


def _row(disc: Disc) -> Row:
    hearings = [one for one in disc.titles if _counts(one)]
    recordings = [one for one in disc.recordings if one.state is not RecordingState.UNLINKED]
    making = [one for one in recordings if one.state in MAKING]
    waiting = sum(one.use is TitleUse.OPEN for one in disc.titles)
    under_way = disc if disc.state in {DiscState.ARRIVED, DiscState.KEPT} else None
    return Row(
        disc=disc,
        step=step_of(disc, waiting, recordings),
        hearings_s=sum(one.seconds for one in hearings),
        lost_s=sum(one.lost_s for one in hearings),
        waiting=waiting,
        recordings=recordings,
        progress=under_way.progress
        if under_way
        else min((one.progress for one in making), default=None),
        seconds_left=under_way.seconds_left
        if under_way
        else max((one.seconds_left for one in making if one.seconds_left), default=None),
    )


def _counts(title: DiscTitle) -> bool:
    """Whether a title is a hearing, as far as is known."""
    return title.use is TitleUse.LINKED or (
        title.use is TitleUse.OPEN and title.kind == Kind.HEARING.value
    )


def step_of(disc: Disc, waiting: int, recordings: Sequence[Recording]) -> Step:
    """Say what is next for a disc."""
    match disc.state:
        case DiscState.ARRIVED | DiscState.KEPT:
            step = Step.WAIT
        case DiscState.FAILED if disc.problem not in WORTH_A_RETRY:
            step = Step.LOOK
        case DiscState.FAILED | DiscState.CANCELLED:
            step = Step.RETRY
        case _ if waiting:
            step = Step.LINK
        case _ if any(one.state is RecordingState.FAILED for one in recordings):
            step = Step.RECORDING
        case _ if any(one.state in MAKING for one in recordings):
            step = Step.WAIT
        case _:
            step = Step.OPEN
    return step
