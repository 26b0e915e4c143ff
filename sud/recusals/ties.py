"""Ties that judges declare: matched against everybody in a case, read by nobody but their judge."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from documents.spelling import WORD, latin_key, within_one_slip
from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    DeclaredTie,
    DrawRequest,
    DrawSeat,
    Judge,
    Participant,
    Person,
    TieAnswer,
    TieKind,
    TieQuestion,
)
from sud.recusals.reading import OPEN

_SON_OR_DAUGHTER: Final = frozenset({"ulu", "kizi"})
_TELLING: Final = 2
"""Surname and given name make the key: the patronymic is often left out."""


# ------------------------------------------------------------------ how two names are compared


def name_key(name: str) -> str:
    """Fold a name: alphabet, spelling and the order of its first two words do not matter."""
    return " ".join(sorted(_words(name)[:_TELLING]))


def could_be_one(first: str, second: str) -> bool:
    """Say whether names with one key may mean one person: their patronymics do not differ."""
    one, other = (_words(name)[_TELLING:] for name in (first, second))
    return not one or not other or within_one_slip("".join(one), "".join(other))


def pin_mac(secret: bytes, pin: str) -> bytes:
    """Return what is kept of a personal number: comparable, and unreadable without the secret."""
    return hmac.digest(secret, b"sud/declared-pin/" + pin.encode(), hashlib.sha256)


def _words(name: str) -> list[str]:
    keys = (latin_key(word) for word in WORD.findall(name))
    return [key for key in keys if key and key not in _SON_OR_DAUGHTER]


# ------------------------------------------------------------------ verbs of the judge


def declare(
    session: Session,
    actor: Actor,
    judge: Judge,
    *,
    name: str,
    pin: str | None,
    kind: TieKind,
    colleague: Judge | None = None,
    secret: bytes,
    now: datetime,
) -> DeclaredTie:
    """Keep a tie, and ask at once about the cases that the judge has already."""
    tie = DeclaredTie(
        judge_id=judge.id,
        name=name,
        name_key=name_key(name),
        pin_mac=pin_mac(secret, pin) if pin else None,
        kind=kind,
        colleague_id=colleague.id if colleague else None,
        declared_at=now,
    )
    session.add(tie)
    # Neither who it is nor which tie: the journal has other readers.
    journal.record(session, actor, Action.TIE_DECLARE, None, now=now, change="declared")
    for case in _open_cases_of(session, judge):
        ask(session, case, secret=secret, now=now)
    return tie


def end(session: Session, actor: Actor, tie: DeclaredTie, *, now: datetime) -> None:
    """Take a tie back; what was decided on it stays decided."""
    if tie.ended_at is None:
        tie.ended_at = now
        journal.record(session, actor, Action.TIE_DECLARE, None, now=now, change="ended")


def answer(
    session: Session,
    actor: Actor,
    case: Case,
    said: Mapping[int, TieAnswer],
    *,
    now: datetime,
) -> None:
    """Say of each question whether it is the person declared."""
    for question in questions_to(session, actor, case):
        if question.id in said:
            question.answer, question.answered_at = said[question.id], now
            journal.record(
                session, actor, Action.TIE_ANSWER, case, now=now, change=said[question.id].value
            )


# ------------------------------------------------------------------ the matching


def ask(session: Session, case: Case, *, secret: bytes, now: datetime) -> Sequence[TieQuestion]:
    """Put down whom of a case some judge may have declared; each pair is asked about once."""
    asked: list[TieQuestion] = []
    found = list(_matches(session, case, secret=secret))
    known = set(
        session.execute(
            select(TieQuestion.tie_id, TieQuestion.participant_id).where(
                TieQuestion.case_id == case.id
            )
        )
    )
    for tie, one, certain in found:
        if (tie.id, one.id) not in known:
            asked.append(
                TieQuestion(
                    case_id=case.id,
                    judge_id=tie.judge_id,
                    tie_id=tie.id,
                    participant_id=one.id,
                    certain=certain,
                    asked_at=now,
                )
            )
    session.add_all(asked)
    session.flush()
    return asked


def judges_tied(session: Session, case: Case, *, secret: bytes) -> dict[int, DeclaredTie]:
    """Return, by judge, a tie whose personal number is that of somebody in the case."""
    return {
        tie.judge_id: tie
        for tie, _one, certain in _matches(session, case, secret=secret)
        if certain
    }


def _matches(
    session: Session, case: Case, *, secret: bytes
) -> Iterable[tuple[DeclaredTie, Participant, bool]]:
    """Yield every standing tie to somebody of the case, and whether the number itself agrees."""
    people = session.scalars(select(Participant).where(Participant.case_id == case.id)).all()
    macs = {one.id: pin_mac(secret, one.person.pin) for one in people if one.person.pin}
    keys = {one.id: {name_key(name) for name in _names(one.person)} for one in people}
    every_key = {key for of_one in keys.values() for key in of_one if " " in key}
    ties = session.scalars(
        select(DeclaredTie)
        .where(
            DeclaredTie.ended_at.is_(None),
            DeclaredTie.pin_mac.in_(macs.values()) | DeclaredTie.name_key.in_(every_key),
        )
        .order_by(DeclaredTie.id)
    ).all()
    for tie in ties:
        for one in people:
            if tie.pin_mac is not None and one.id in macs:
                # Two numbers are known: the names may agree or not, they do not count.
                if hmac.compare_digest(tie.pin_mac, macs[one.id]):
                    yield tie, one, True
            elif tie.name_key in keys[one.id] and any(
                could_be_one(tie.name, name) for name in _names(one.person)
            ):
                yield tie, one, False


def _names(person: Person) -> list[str]:
    return [person.full_name, *person.other_spellings]


# ------------------------------------------------------------------ queries


def ties_of(session: Session, actor: Actor) -> Sequence[DeclaredTie]:
    """Return the standing ties that the judge himself declared."""
    return session.scalars(
        select(DeclaredTie)
        .where(DeclaredTie.judge_id.in_(actor.judge_ids), DeclaredTie.ended_at.is_(None))
        .order_by(DeclaredTie.name, DeclaredTie.id)
    ).all()


def tie_of_url(session: Session, actor: Actor, key: UUID) -> DeclaredTie | None:
    """Return a tie to the judge who declared it; for everybody else there is none."""
    return session.scalars(
        select(DeclaredTie).where(DeclaredTie.key == key, DeclaredTie.judge_id.in_(actor.judge_ids))
    ).one_or_none()


def questions_to(session: Session, actor: Actor, case: Case) -> Sequence[TieQuestion]:
    """Return what the judge has still to say about the people of a case."""
    return session.scalars(
        select(TieQuestion)
        .where(
            TieQuestion.case_id == case.id,
            TieQuestion.judge_id.in_(actor.judge_ids),
            TieQuestion.answer.is_(None),
        )
        .options(joinedload(TieQuestion.tie), joinedload(TieQuestion.participant))
        .order_by(TieQuestion.id)
    ).all()


def kin_pairs(session: Session, judge_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return which of some judges are tied to which other judge, both ways round."""
    wanted = list(judge_ids)
    rows = session.execute(
        select(DeclaredTie.judge_id, DeclaredTie.colleague_id).where(
            DeclaredTie.ended_at.is_(None),
            DeclaredTie.colleague_id.is_not(None),
            DeclaredTie.judge_id.in_(wanted) | DeclaredTie.colleague_id.in_(wanted),
        )
    )
    return {pair for one, other in rows if other for pair in ((one, other), (other, one))}


def how_many(session: Session, court_ids: Sequence[int] | None) -> tuple[int, int]:
    """Return how many judges declared how many ties: all that an auditor learns of them."""
    query = (
        select(func.count(DeclaredTie.judge_id.distinct()), func.count())
        .join(Judge, Judge.id == DeclaredTie.judge_id)
        .where(DeclaredTie.ended_at.is_(None))
    )
    if court_ids is not None:
        query = query.where(Judge.court_id.in_(court_ids))
    judges, ties = session.execute(query).one()
    return judges, ties


def judges_in_office(session: Session) -> Sequence[Judge]:
    """Return every judge whom a judge may be related to."""
    return session.scalars(
        select(Judge).where(Judge.until.is_(None)).order_by(Judge.full_name)
    ).all()


def judge_of_actor(session: Session, actor: Actor) -> Judge:
    """Return the judge who acts; who is none has nothing to declare."""
    judge = session.scalars(select(Judge).where(Judge.id.in_(actor.judge_ids))).first()
    if judge is None:
        raise CourtError(Refusal.NOT_NOW)
    return judge


def _open_cases_of(session: Session, judge: Judge) -> Sequence[Case]:
    sits = (
        select(DrawRequest.case_id)
        .join(DrawSeat, DrawSeat.draw_id == DrawRequest.id)
        .where(DrawSeat.judge_id == judge.id, DrawSeat.dropped_at.is_(None))
    )
    return session.scalars(
        select(Case)
        .where((Case.judge_id == judge.id) | Case.id.in_(sits), Case.state.in_(OPEN))
        .order_by(Case.id)
    ).all()
