"""Earlier cases: which case continues which, and whom that bars from trying the later one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.cases import service as cases
from sud.cases.numbers import readings
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActState,
    Case,
    CaseKind,
    CaseRelation,
    Court,
    DrawRequest,
    DrawSeat,
    Judge,
    RelationKind,
)

_ELSEWHERE: Final = "other_instance"
_GROUNDS: Final = {
    RelationKind.APPEAL_OF: _ELSEWHERE,
    RelationKind.CASSATION_OF: _ELSEWHERE,
    RelationKind.REMANDED_FROM: "remand",
    RelationKind.CONTROL_OF: "pretrial",
}
"""Under which ground of the law the judges of an earlier case are barred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A judge whom the law itself keeps out of a case, and the earlier case that says so."""

    judge: Judge
    ground: str
    earlier: Case

    def evidence(self, case: Case) -> dict[str, Any]:
        """Return the facts of the document that the machine writes about it: codes alone."""
        return {
            "case": case.number,
            "earlier": self.earlier.number,
            "ground": self.ground,
            "judge": self.judge.code,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """What a case is to an earlier one, before it has a number itself."""

    kind: RelationKind
    case: Case


def state(
    session: Session,
    actor: Actor,
    case: Case,
    earlier: Case,
    kind: RelationKind,
    *,
    now: datetime,
) -> CaseRelation:
    """State that a case continues an earlier one."""
    if (earlier.registered_at, earlier.id) >= (case.registered_at, case.id):
        raise CourtError(Refusal.RELATION_BACKWARDS)
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    if any(one.earlier_id == earlier.id for one in relations_of(session, case)):
        raise CourtError(Refusal.RELATION_STATED)
    relation = CaseRelation(
        case_id=case.id,
        earlier=earlier,
        kind=kind,
        stated_by_id=actor.user_id,
        stated_at=now,
    )
    session.add(relation)
    journal.record(
        session, actor, Action.RELATION_STATE, case, now=now, kind=kind.value, earlier=earlier.id
    )
    return relation


def case_numbered(session: Session, text: str) -> Case:
    """Find any court's case by its full number: it names the case, and tells nothing else of it."""
    found: set[Case] = set()
    for part in readings(text):
        if part.kind is not None and part.year is not None and part.court is not None:
            query = (
                select(Case)
                .join(Court, Court.id == Case.court_id)
                .join(CaseKind, CaseKind.code == Case.kind_code)
                .where(cases.is_numbered(part))
            )
            found.update(session.scalars(query))
    if len(found) != 1:
        raise CourtError(Refusal.CASE_UNKNOWN, number=re.sub(r"\s+", " ", text).strip())
    return found.pop()


def continued(session: Session, kind: RelationKind | None, number: str) -> Continued | None:
    """Return what a clerk said of an earlier case; None if he said nothing."""
    if kind is None:
        return None
    return Continued(kind=kind, case=case_numbered(session, number))


def relations_of(session: Session, case: Case) -> Sequence[CaseRelation]:
    """Return which earlier cases a case continues."""
    return session.scalars(
        select(CaseRelation).where(CaseRelation.case_id == case.id).order_by(CaseRelation.id)
    ).all()


def barred_from(session: Session, case: Case) -> list[Barred]:
    """Find everybody who sat at another instance, before a remand, or in the control before trial.

    The walk follows what a case continues, and what continues the same: who heard the appeal is
    barred from the new trial too.
    """
    before, around = _around(session, case)
    found: dict[int, Barred] = {}
    for number in [*before, *sorted(around - set(before) - {case.id})]:
        other = session.get_one(Case, number)
        elsewhere = other.court.level is not case.court.level
        if elsewhere or number in before:
            ground = _ELSEWHERE if elsewhere else before[number]
            for judge in judges_who_sat(session, other):
                found.setdefault(judge.id, Barred(judge=judge, ground=ground, earlier=other))
    return [found[number] for number in sorted(found)]


def judges_who_sat(session: Session, case: Case) -> Sequence[Judge]:
    """Return everybody who ever held a seat of a case, or issued an act in it."""
    seats = (
        select(DrawSeat.judge_id)
        .join(DrawRequest, DrawRequest.id == DrawSeat.draw_id)
        .where(DrawRequest.case_id == case.id)
    )
    acts = select(Act.judge_id).where(Act.case_id == case.id, Act.state == ActState.ISSUED)
    return session.scalars(
        select(Judge)
        .where(or_(Judge.id == case.judge_id, Judge.id.in_(seats), Judge.id.in_(acts)))
        .order_by(Judge.id)
    ).all()


def _around(session: Session, case: Case) -> tuple[dict[int, str], set[int]]:
    """Return what came before a case, each with its ground, and every case of the same matter."""
    links: dict[tuple[int, int], RelationKind] = {}
    known, edge = {case.id}, {case.id}
    while edge:
        rows = session.scalars(
            select(CaseRelation).where(
                or_(CaseRelation.case_id.in_(edge), CaseRelation.earlier_id.in_(edge)),
                CaseRelation.kind != RelationKind.RELATED,
            )
        ).all()
        links |= {(row.case_id, row.earlier_id): row.kind for row in rows}
        reached = {number for row in rows for number in (row.case_id, row.earlier_id)}
        edge = reached - known
        known |= reached
    before: dict[int, str] = {}
    heads = [case.id]
    while heads:
        later = heads.pop()
        for (one, earlier), kind in sorted(links.items()):
            if one == later and earlier not in before:
                before[earlier] = _GROUNDS[kind]
                heads.append(earlier)
    return before, known
