"""Reports: what anybody finds wrong with a published decision, and what the court did about it."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    Case,
    ProblemKind,
    ProblemOutcome,
    ProblemReport,
    Publication,
    PublicationState,
    RoleCode,
)
from sud.publication import service

_WINDOW: Final = timedelta(hours=1)
_MOST_OF_ONE: Final = 5
_MOST_OPEN: Final = 30
"""Of one sender within the window; open ones of one decision: more would only bury the court."""
_MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What somebody reports, and the network it came from."""

    kind: ProblemKind
    words: str
    place: str


def report(
    session: Session,
    actor: Actor,
    publication: Publication,
    problem: Problem,
    *,
    secret: bytes,
    now: datetime,
) -> ProblemReport:
    """Take a report in; of the sender only a keyed hash of his network is kept.

    Refused for what is not public, and to whoever sends too many.
    """
    if publication.state is not PublicationState.PUBLISHED:
        raise CourtError(Refusal.NOT_NOW)
    who = hmac.digest(secret, b"problem|" + problem.place.encode(), hashlib.sha256)
    sent = session.scalar(
        select(func.count(ProblemReport.id)).where(
            ProblemReport.who == who, ProblemReport.at > now - _WINDOW
        )
    )
    standing = session.scalar(
        select(func.count(ProblemReport.id)).where(
            ProblemReport.publication_id == publication.id, ProblemReport.outcome.is_(None)
        )
    )
    if (sent or 0) >= _MOST_OF_ONE or (standing or 0) >= _MOST_OPEN:
        raise CourtError(Refusal.TOO_MANY_REPORTS)
    made = ProblemReport(
        publication=publication, kind=problem.kind, words=problem.words, who=who, at=now
    )
    session.add(made)
    session.flush()
    journal.record(session, actor, Action.PROBLEM_REPORT, made, now=now, kind=problem.kind.value)
    return made


def settle(
    session: Session,
    actor: Actor,
    made: ProblemReport,
    outcome: ProblemOutcome,
    *,
    now: datetime,
) -> None:
    """Answer a report: the decision is held in the same moment, or nothing is wrong with it."""
    session.refresh(made, with_for_update={"of": ProblemReport})
    if made.outcome is not None:
        return
    if outcome is ProblemOutcome.HELD and made.publication.state is PublicationState.PUBLISHED:
        service.hold(session, actor, made.publication, now=now)
    made.outcome, made.settled_at, made.settled_by_id = outcome, now, actor.user_id
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        made,
        now=now,
        change="settled",
        outcome=outcome.value,
    )


def report_of_url(session: Session, actor: Actor, key: UUID) -> ProblemReport | None:
    """Return a report of a clerk's address, of his own court only."""
    return session.scalars(
        select(ProblemReport)
        .join(Publication, Publication.id == ProblemReport.publication_id)
        .join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(ProblemReport.key == key, Case.court_id.in_(actor.courts_as(RoleCode.CLERK)))
    ).one_or_none()


def waiting(session: Session, actor: Actor) -> Sequence[ProblemReport]:
    """Return the reports that nobody has answered, names first, the oldest first."""
    return session.scalars(
        select(ProblemReport)
        .join(Publication, Publication.id == ProblemReport.publication_id)
        .join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(
            ProblemReport.outcome.is_(None),
            Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
        )
        .order_by(ProblemReport.kind != ProblemKind.NAME, ProblemReport.at)
        .limit(_MOST_SHOWN)
    ).all()
