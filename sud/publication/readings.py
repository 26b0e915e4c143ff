"""Readings: who reads a text, alone and then another, what each changed and how long it took."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.redaction import Kind, Layer
from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import Publication, PublicationReading, PublicationState
from sud.publication.places import Place, changed, keep, placed, places_of

_IDLE_SECONDS: Final = 300
"""A longer pause between two deeds counts as this much: nobody reads while he is away."""


def at_work(
    session: Session, actor: Actor, publication: Publication, *, now: datetime
) -> PublicationReading:
    """Return the actor's own reading, begun by his first deed; the time since his last counts.

    Refused while another person reads, and to whoever was the first reader of this round when the
    second is wanted.
    """
    reading = going(session, publication)
    if reading is None:
        return _begin(session, actor, publication, now=now)
    if reading.reader_id != actor.user_id:
        raise CourtError(Refusal.READ_BY_ANOTHER, name=reading.reader.display_name)
    reading.seconds += min(int((now - reading.last_at).total_seconds()), _IDLE_SECONDS)
    reading.last_at = now
    return reading


def take_over(session: Session, actor: Actor, publication: Publication, *, now: datetime) -> None:
    """Go on in the place of whoever began; a second reader begins from the machine's proposal."""
    reading = going(session, publication)
    if reading is None or reading.reader_id == actor.user_id:
        at_work(session, actor, publication, now=now)
        return
    reading.left_at = now
    session.flush()
    _begin(session, actor, publication, now=now)
    if publication.state is PublicationState.CONFIRMING:
        keep(publication, placed(publication, publication.proposed))
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        publication,
        now=now,
        change="taken_over",
        reading=reading.number,
    )


def finish(publication: Publication, reading: PublicationReading, *, now: datetime) -> None:
    """Keep what the reader left behind: his places, his changes of the proposal, the counts."""
    proposed = placed(publication, publication.proposed)
    final = places_of(publication)
    reading.spans, reading.finished_at = publication.spans, now
    reading.changes = changes_between(proposed, final)
    reading.counts = counts_of(proposed, final)


def confront(
    session: Session, publication: Publication, reading: PublicationReading
) -> Sequence[Place]:
    """Open every place that the second reader left otherwise than the first; once is enough.

    Returns these places: each is decided anew by the second reader, who now sees both.
    """
    if reading.differences is not None:
        return ()
    first = finished(session, publication, 1)
    mine = places_of(publication)
    theirs = placed(publication, first.spans) if first else ()
    by_place = {_where(place): place for place in theirs}
    unlike = {place.id for place in mine if _shown(place) != _shown(by_place.get(_where(place)))}
    seen = {_where(place) for place in mine}
    missed = [
        place
        for place in theirs
        if place.applied
        and _where(place) not in seen
        and not any(_meet(place, other) for other in mine)
    ]
    number = max((place.id for place in mine), default=-1) + 1
    opened = [
        *(changed(place, differs=True, decided=False) for place in mine if place.id in unlike),
        *(
            changed(place, id=number + at, differs=True, decided=False)
            for at, place in enumerate(missed)
        ),
    ]
    reading.differences = len(opened)
    if opened:
        rest = [place for place in mine if place.id not in unlike]
        keep(publication, sorted([*rest, *opened], key=lambda one: (one.part, one.start)))
    return opened


def may_read(session: Session, actor: Actor, publication: Publication) -> bool:
    """Say whether the actor may be the reader that is wanted now: never both of one round."""
    own = _own(session, actor, publication)
    return own is None or own.number == _wanted(publication)


def first_answers(session: Session, publication: Publication) -> dict[tuple[str, int], str | None]:
    """Return what stands instead of the words at each place of the first reader, by part and start.

    Told only of a place at which the second reader has decided: he reads alone until then.
    """
    first = finished(session, publication, 1)
    return {
        (place.part.value, place.start): _shown(place)
        for place in (placed(publication, first.spans) if first else ())
    }


def going(session: Session, publication: Publication) -> PublicationReading | None:
    """Return the reading that is going on in this round."""
    return _reading(session, publication, _wanted(publication))


def finished(session: Session, publication: Publication, number: int) -> PublicationReading | None:
    """Return a finished reading of this round: the first or the second."""
    reading = _reading(session, publication, number)
    return reading if reading is not None and reading.finished_at is not None else None


def readings_of(session: Session, publication: Publication) -> Sequence[PublicationReading]:
    """Return who read the text, in every round, the latest first."""
    return session.scalars(
        select(PublicationReading)
        .where(PublicationReading.publication_id == publication.id)
        .order_by(PublicationReading.begun_at.desc(), PublicationReading.id.desc())
    ).all()


def changes_between(before: Sequence[Place], after: Sequence[Place]) -> list[dict[str, Any]]:
    """Return the places at which two readings differ, by their numbers in the act."""
    old = {_where(place): place for place in before}
    new = {_where(place): place for place in after}
    return [
        {
            "part": part.value,
            "start": start,
            "end": end,
            "before": _shown(old.get((part, start, end))),
            "after": _shown(new.get((part, start, end))),
        }
        for part, start, end in sorted({*old, *new})
        if _shown(old.get((part, start, end))) != _shown(new.get((part, start, end)))
    ]


def counts_of(proposed: Sequence[Place], final: Sequence[Place]) -> dict[str, int]:
    """Count what was found, and where the machine hid needlessly or missed something."""
    kept = {_where(place): place for place in final}
    added = [place for place in final if place.layer is Layer.CLERK and place.applied]
    return {
        "hits": sum(place.doubt is None for place in proposed),
        "doubts": sum(place.doubt is not None for place in proposed),
        "over_masked": sum(
            place.applied and not kept.get(_where(place), place).applied for place in proposed
        ),
        "missed_sensitive": sum(place.kind is not Kind.OTHER for place in added),
        "missed_other": sum(place.kind is Kind.OTHER for place in added),
    }


def _begin(
    session: Session, actor: Actor, publication: Publication, *, now: datetime
) -> PublicationReading:
    number = _wanted(publication)
    if actor.user_id is None:
        raise CourtError(Refusal.READER_UNKNOWN)  # a machine settles no doubt
    own = _own(session, actor, publication)
    if own is not None and own.number != number:
        raise CourtError(Refusal.READ_BEFORE)
    if own is not None:
        own.left_at, own.last_at = None, now
        session.flush()
        return own
    reading = PublicationReading(
        publication_id=publication.id,
        round=publication.round,
        number=number,
        reader_id=actor.user_id,
        begun_at=now,
        last_at=now,
    )
    session.add(reading)
    session.flush()
    return reading


def _reading(session: Session, publication: Publication, number: int) -> PublicationReading | None:
    return session.scalars(
        select(PublicationReading).where(
            PublicationReading.publication_id == publication.id,
            PublicationReading.round == publication.round,
            PublicationReading.number == number,
            PublicationReading.left_at.is_(None),
        )
    ).one_or_none()


def _own(session: Session, actor: Actor, publication: Publication) -> PublicationReading | None:
    return session.scalars(
        select(PublicationReading).where(
            PublicationReading.publication_id == publication.id,
            PublicationReading.round == publication.round,
            PublicationReading.reader_id == actor.user_id,
        )
    ).one_or_none()


def _wanted(publication: Publication) -> int:
    return 2 if publication.state is PublicationState.CONFIRMING else 1


def _where(place: Place) -> tuple[Any, int, int]:
    return place.part, place.start, place.end


def _shown(place: Place | None) -> str | None:
    """Return what stands instead of the words, or nothing where they are read as they are."""
    return place.replacement if place is not None and place.applied else None


def _meet(one: Place, other: Place) -> bool:
    return one.part is other.part and one.start < other.end and other.start < one.end
