"""Has the demonstration's texts read: by one clerk or two; some go on waiting, held or reported."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import ANONYMOUS, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    Ground,
    ProblemKind,
    Publication,
    PublicationForm,
    PublicationState,
)
from sud.outside import Outside
from sud.publication import places, reports, service

_LOOKED_AT: Final = 40
_AGAIN: Final = {
    "ky": "Бала жөнүндө сөз болгондуктан, текстти экинчи адам да окушу керек.",
    "ru": "Речь идёт о ребёнке: текст должен прочесть и второй человек.",
}
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
    session: Session, readers: dict[int, tuple[Actor, Actor]], *, outside: Outside
) -> None:
    """Leave one text held, one reported and one half read; one at least goes on waiting."""
    now = outside.now()
    public = _latest(session, PublicationState.PUBLISHED)
    if len(public) > 2:  # noqa: PLR2004 - the one that is reported stays public
        held, reported = public[:2]
        service.hold(session, _reader(readers, held), held, now=now)
        _report(session, reported, outside=outside, now=now)
    waiting = [
        text
        for text in _latest(session, PublicationState.PREPARED)
        if text.form is PublicationForm.TEXT
    ]
    # What has doubts stays for whoever wants to try the page.
    waiting.sort(key=lambda text: len(places.open_doubts(text)))
    if len(waiting) > 1:
        _half_read(session, _reader(readers, waiting[0]), waiting[0], outside=outside)
    elif len(public) > 2:  # noqa: PLR2004 - the only one that waits is left alone
        text, reader = public[2], _reader(readers, public[2])
        note = _AGAIN[text.act.language]
        service.withdraw(session, reader, text, note, outside=outside, now=now)
        service.reopen(session, reader, text, now=now)
        _half_read(session, reader, text, outside=outside)


def _half_read(session: Session, reader: Actor, text: Publication, *, outside: Outside) -> None:
    """Have one clerk read what two must."""
    service.note_ground(session, reader, text, Ground.CHILD, now=outside.now())
    _read_once(session, reader, text, outside=outside)


def _reader(readers: dict[int, tuple[Actor, Actor]], text: Publication) -> Actor:
    return readers[text.act.case.court_id][0]


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


def _latest(session: Session, state: PublicationState) -> list[Publication]:
    query = select(Publication).where(Publication.state == state)
    latest = query.order_by(Publication.prepared_at.desc(), Publication.id.desc())
    return list(session.scalars(latest.limit(_LOOKED_AT)))
