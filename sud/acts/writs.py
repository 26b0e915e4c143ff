"""Writs of execution: the clerk issues one to each claimant of a decision that is in force."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.papers import writ as papers
from documents.wording import wording
from sud import journal
from sud.access import Action, Actor, visible
from sud.cases import issued
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActState,
    Case,
    CaseState,
    ForceNote,
    ForceStep,
    PaperKind,
    Participant,
    Writ,
)
from sud.outside import Outside, local_day
from sud.registry import service as registry

_CLAIMANTS: Final = 1
"""On which side of a case those stand who may ask for enforcement."""
_DEBTORS: Final = 2
_IN_FORCE: Final = (ForceStep.ENTERED, ForceStep.UPHELD)


# ------------------------------------------------------------------ verbs


def issue_writ(
    session: Session,
    actor: Actor,
    act: Act,
    claimant: Participant,
    *,
    outside: Outside,
    now: datetime,
) -> Writ:
    """Issue the writ of one claimant; it is issued once, pressed again it is the same."""
    session.refresh(act.case, with_for_update={"of": Case})
    begun = session.scalars(
        select(Writ).where(Writ.act_id == act.id, Writ.claimant_id == claimant.id)
    ).one_or_none()
    if begun is not None:
        return begun
    issued.sound_paper(session, f"acts/{act.id}", act.language)
    since = in_force_since(session, act)
    if since is None or claimant not in claimants_of(session, act):
        raise CourtError(Refusal.NOT_NOW)
    facts = _paper(session, act, claimant, since=since, day=local_day(now))
    handed = issued.print_facts(
        session,
        actor,
        facts,
        papers.writ,
        kind=PaperKind.WRIT,
        subject=f"acts/{act.id}/writs/{claimant.id}",
        case=act.case,
        outside=outside,
    )
    writ = Writ(
        act=act,
        claimant=claimant,
        number=facts.number,
        in_force=since,
        issued=handed.paper,
        issued_by_id=actor.user_id,
        issued_at=now,
    )
    session.add(writ)
    session.flush()
    journal.record(
        session,
        actor,
        Action.WRIT_ISSUE,
        act,
        now=now,
        writ=str(writ.key),
        sha256=writ.issued.sha256,
    )
    return writ


# ------------------------------------------------------------------ queries


def writ_of_url(session: Session, actor: Actor, key: UUID) -> Writ | None:
    """Return the writ of an address if the actor may read it."""
    return session.scalars(visible(select(Writ).where(Writ.key == key), actor)).one_or_none()


def writs_of(session: Session, actor: Actor, act: Act) -> Sequence[Writ]:
    """Return the writs of an act that the actor may read."""
    query = select(Writ).where(Writ.act_id == act.id).order_by(Writ.id)
    return session.scalars(visible(query, actor)).all()


def claimants_of(session: Session, act: Act) -> list[Participant]:
    """Return those to whom a writ can be issued."""
    return [one for one in cases.people_of(session, act.case) if one.role.side == _CLAIMANTS]


def in_force_since(session: Session, act: Act) -> date | None:
    """Return the day on which a final act entered into force; None while it has not."""
    if act.state is not ActState.ISSUED or not act.kind.final:
        return None
    if act.case.state is not CaseState.IN_FORCE:
        return None
    last = session.scalars(
        select(ForceNote)
        .where(ForceNote.case_id == act.case_id)
        .order_by(ForceNote.id.desc())
        .limit(1)
    ).one_or_none()
    return last.on if last is not None and last.step in _IN_FORCE else None


def _paper(
    session: Session, act: Act, claimant: Participant, *, since: date, day: date
) -> papers.Writ:
    case, language = act.case, act.language
    words = wording(language)
    people = cases.people_of(session, case)
    court = registry.court_name_on(session, case.court, language, day)
    ordinal = claimants_of(session, act).index(claimant) + 1
    return papers.Writ(
        language=language,
        court=court.name if court else case.court.name(language),
        place=court.city if court else "",
        number=words.word("writ", "number", case=case.number, ordinal=ordinal),
        case=case.number,
        issued=day,
        act=act.kind.name(language),
        act_day=local_day(act.issued_at) if act.issued_at else day,
        in_force=since,
        operative=act.operative,
        claimants=[_side(claimant)],
        debtors=[_side(one) for one in people if one.role.side == _DEBTORS],
        judge=act.judge.full_name,
        address=case.court.address(language),
    )


def _side(one: Participant) -> papers.Side:
    person = one.person
    return papers.Side(
        name=person.full_name,
        details=tuple(text for text in (person.pin or "", person.address) if text),
    )
