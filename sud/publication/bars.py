"""Bars: why a case is never published, or only when two persons have read the text."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.redaction import born_of
from sud import journal
from sud.access import Action, Actor
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActPart,
    Case,
    CaseGround,
    Ground,
    Handling,
    PolicyState,
    Publication,
    PublicationForm,
    PublicationPolicy,
)
from sud.outside import local_day
from sud.publication import policies, showing, signs

_BY_TWO: Final = frozenset({Handling.SECOND, Handling.OPERATIVE})
_WHOLE: Final = 10_000
"""A share is counted in hundredths of a percent."""


def bar_of(session: Session, case: Case) -> Ground | None:
    """Return why no text of the case is ever published; the database's own guard asks the same."""
    session.flush()
    found = session.scalar(select(func.publication_bar(case.id)))
    return Ground(found) if found else None


def said_of(session: Session, case: Case) -> dict[Ground, Handling]:
    """Return the grounds that speak in a case, and what the version in force says of each."""
    session.flush()
    standing = select(PublicationPolicy.id).where(PublicationPolicy.state == PolicyState.IN_FORCE)
    said = func.publication_said(case.id, standing.scalar_subquery()).table_valued(
        "ground", "handling"
    )
    rows = {
        Ground(ground): Handling(handling) for ground, handling in session.execute(select(said))
    }
    return {ground: rows[ground] for ground in Ground if ground in rows}


def form_of(session: Session, case: Case) -> PublicationForm:
    """Return the most that may be public of a case: its texts, their operative parts, cards."""
    said = set(said_of(session, case).values())
    if Handling.NEVER in said:
        return PublicationForm.CARD
    return PublicationForm.OPERATIVE if Handling.OPERATIVE in said else PublicationForm.TEXT


def read_twice(session: Session, case: Case) -> Ground | None:
    """Return the ground for which another person must read the texts of the case too."""
    said = said_of(session, case)
    return next((ground for ground, handling in said.items() if handling in _BY_TWO), None)


def note(session: Session, actor: Actor, case: Case, ground: Ground, *, now: datetime) -> None:
    """Note that a ground speaks for the case; noted already, it stays as it is."""
    if ground not in policies.NOTED:
        raise CourtError(Refusal.STALE)
    # A text on its way out holds the case until it is public: then it is seen, and held.
    session.refresh(case, with_for_update={"of": Case})
    if any(one.ground is ground for one in noted(session, case)):
        return
    session.add(CaseGround(case_id=case.id, ground=ground, noted_at=now, noted_by_id=actor.user_id))
    session.flush()
    _record(session, actor, case, "ground_noted", ground, now=now)


def lift(session: Session, actor: Actor, case: Case, ground: Ground, *, now: datetime) -> None:
    """Say that a ground does not, or no longer, speak for the case."""
    for standing in noted(session, case):
        if standing.ground is ground:
            standing.lifted_at, standing.lifted_by_id = now, actor.user_id
            session.flush()
            _record(session, actor, case, "ground_lifted", ground, now=now)


def _record(
    session: Session, actor: Actor, case: Case, change: str, ground: Ground, *, now: datetime
) -> None:
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        case,
        now=now,
        change=change,
        ground=ground.value,
    )


def noted(session: Session, case: Case) -> Sequence[CaseGround]:
    """Return the grounds that stand for a case, as they were noted."""
    return session.scalars(
        select(CaseGround)
        .where(CaseGround.case_id == case.id, CaseGround.lifted_at.is_(None))
        .order_by(CaseGround.noted_at, CaseGround.id)
    ).all()


def note_what_shows(session: Session, actor: Actor, act: Act, *, now: datetime) -> None:
    """Note what the file shows by itself: a party's age, words and articles of a criminal act.

    What a person has lifted once is not noted again.
    """
    lifted = set(
        session.scalars(
            select(CaseGround.ground).where(
                CaseGround.case_id == act.case_id, CaseGround.lifted_at.is_not(None)
            )
        )
    )
    for ground in _shown(session, act, local_day(now)):
        if ground not in lifted:
            note(session, actor, act.case, ground, now=now)


def second_reader(
    session: Session, publication: Publication, *, secret: bytes
) -> tuple[Ground | None, int]:
    """Say why another person must read the text too, if so, and what the lot showed.

    The lot is a keyed hash of the text's random key: the court can repeat it, no clerk can foresee
    or choose it. It is smaller than the policy's share, out of 10 000, for those it falls on.
    """
    policy, case = publication.policy, publication.act.case
    lot = _lot(publication, secret)
    if policy is None:
        return None, lot
    if publication.form is PublicationForm.CARD:
        return Ground.CARD, lot
    ground = read_twice(session, case)
    if ground is not None:
        return ground, lot
    return (Ground.DRAWN if lot < policy.second_share else None), lot


def _lot(publication: Publication, secret: bytes) -> int:
    asked = b"second reader|%s|%d" % (publication.key.bytes, publication.round)
    return int.from_bytes(hmac.digest(secret, asked, hashlib.sha256)[:8]) * _WHOLE >> 64


def _shown(session: Session, act: Act, today: date) -> list[Ground]:
    policy = policies.in_force(session)
    minors = showing.minors_of(policy) if policy is not None else None
    if policy is None or minors is None or act.case.kind_code not in minors.kinds:
        return []
    young = any(
        one.role_code in minors.roles and _younger(one.person.pin, today, minors.years)
        for one in cases.people_of(session, act.case)
    )
    text = "\n".join(getattr(act, part) for part in ActPart)
    registered = local_day(act.case.registered_at)
    articles = showing.articles_held(session, policy, registered, today)
    return [*([Ground.MINOR] if young else []), *signs.shown(text, policy.signs, articles)]


def _younger(pin: str | None, today: date, years: int) -> bool:
    born = born_of(pin or "")
    if born is None:
        return False
    birthday = (born.month, born.day) <= (today.month, today.day)
    return today.year - born.year - (not birthday) < years
