"""Has the demonstration's texts read: by one clerk or two; some go on waiting, held or reported."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import ANONYMOUS, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    Case,
    Ground,
    ProblemKind,
    Publication,
    PublicationState,
)
from sud.outside import Outside
from sud.publication import places, reports, service

_REPORT: Final = {
    "ky": "Экинчи абзацта бир адамдын жашаган айылы жана кызматы аталган, аны тааныса болот.",
    "ru": "Во втором абзаце названы село и должность человека, его можно узнать.",
}


def read(
    session: Session, readers: tuple[Actor, Actor], text: Publication, *, outside: Outside
) -> None:
    """Have a text read and published; what the gate refuses goes on waiting for a person."""
    try:
        with session.begin_nested():
            for reader in readers:
                if text.state is not PublicationState.PUBLISHED:
                    _read_once(session, reader, text, outside=outside)
    except CourtError as error:
        if error.code is not Refusal.NAMES_LEFT:
            raise


def show_every_state(
    session: Session, text_readers: dict[int, tuple[Actor, Actor]], *, outside: Outside
) -> None:
    """Leave something in every part of a clerk's queue, at each court that has texts enough."""
    now = outside.now()
    for court_id, readers in text_readers.items():
        public = _of_court(session, court_id, PublicationState.PUBLISHED)
        if len(public) > 2:  # noqa: PLR2004 - one of them stays as it is
            service.hold(session, readers[0], public[0], now=now)
            _report(session, public[1], outside=outside, now=now)
        waiting = _of_court(session, court_id, PublicationState.PREPARED)
        if waiting:
            text = waiting[0]
            service.note_ground(session, readers[0], text, Ground.CHILD, now=now)
            _read_once(session, readers[0], text, outside=outside)


def _read_once(session: Session, reader: Actor, text: Publication, *, outside: Outside) -> None:
    now = outside.now()
    doubts = frozenset(place.id for place in places.open_doubts(text))
    if doubts:
        answer = places.Answer(verb=places.Verb.ACCEPT)
        service.decide(session, reader, text, doubts, answer, now=now)
    service.finish(session, reader, text, outside=outside, now=now)


def _report(session: Session, text: Publication, *, outside: Outside, now: datetime) -> None:
    problem = reports.Problem(
        kind=ProblemKind.NAME, words=_REPORT[text.act.language], place="demonstration"
    )
    reports.report(session, ANONYMOUS, text, problem, secret=outside.secret, now=now)


def _of_court(session: Session, court_id: int, state: PublicationState) -> list[Publication]:
    query = (
        select(Publication)
        .join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(Case.court_id == court_id, Publication.state == state)
        .order_by(Publication.prepared_at.desc(), Publication.id.desc())
    )
    return list(session.scalars(query.limit(4)))
