"""Marks every filing that is handed in, and finds those that it resembles.

Marks are made once a submission and never changed: what a filing said when it was first handed in
counts as much as what it says now, so that who is returned for correction stays who he was.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from sqlalchemy import and_, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.cases import notices
from sud.models import (
    Act,
    ActKind,
    ActOutcome,
    ActState,
    Case,
    CaseState,
    Filing,
    FilingMark,
    FilingParty,
    FilingState,
    NoticeKind,
    PersonKind,
    Refiling,
    RefilingAlarm,
    RefilingSign,
    RefilingState,
)
from sud.outside import BISHKEK, Defer, local_day
from sud.refiling.fingerprint import (
    Agreement,
    Described,
    Fingerprint,
    Likeness,
    Party,
    compare,
    fingerprint,
)
from sud.refiling.rules import Rule, rule_on
from sud.registry.calendar import months_after

NOTE: Final = "refiling.note"
BOUND: Final = (RefilingState.LINKED, RefilingState.WAITING)
"""A case in these states follows an earlier one."""

_LOCK: Final = 0x5245464C
"""Advisory lock: filings are marked one after another, so that two copies see each other."""
_LABEL: Final = b"refiling/1"
_CLAIMANT: Final = 1
_RESPONDENT: Final = 2
_ENDED: Final = (CaseState.DECIDED, CaseState.IN_FORCE, CaseState.ARCHIVED)
_SIGNS: Final = {
    (True, Agreement.SAME): RefilingSign.SAME_CLAIMANT,
    (True, Agreement.LIKELY): RefilingSign.LIKE_CLAIMANT,
    (True, Agreement.NAMESAKE): RefilingSign.NAMESAKE_CLAIMANT,
    (False, Agreement.SAME): RefilingSign.SAME_RESPONDENT,
    (False, Agreement.LIKELY): RefilingSign.LIKE_RESPONDENT,
    (False, Agreement.NAMESAKE): RefilingSign.NAMESAKE_RESPONDENT,
}


class Fate(StrEnum):
    """What became of an earlier filing; the words are in the template that shows it."""

    QUEUED = "queued"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"
    ENDED = "ended"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An earlier filing that resembles one, and why.

    One that `binds` gives its judge without a choice; one that `follows` has its own from a third.
    """

    filing: Filing
    case: Case | None
    signs: tuple[RefilingSign, ...]
    fate: Fate
    since: datetime
    repeats: bool
    binds: bool
    follows: bool

    @property
    def filed_at(self) -> datetime:
        return self.filing.first_filed_at or self.filing.created_at


# ------------------------------------------------------------------ marking what is handed in


def note(
    session: Session,
    actor: Actor,
    filing: Filing,
    *,
    secret: bytes,
    defer: Defer,
    now: datetime,
) -> FilingMark:
    """Keep the marks of what was handed in; one copy of many raises the alarm of its day."""
    session.flush()
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    known = _mark_of(session, filing)
    if known is not None:
        return known
    mine = _fingerprint_of(session, filing, secret)
    rule = rule_on(local_day(now))
    first = next(
        (
            mark.first_id
            for mark in _marks_like(session, filing, mine)
            if compare(mine, _as_fingerprint(mark), rule.thresholds).repeats(rule.thresholds)
        ),
        filing.id,
    )
    mark = FilingMark(
        filing_id=filing.id,
        submission=filing.submissions,
        court_id=filing.court_id,
        category_code=mine.category,
        price=mine.price,
        parties=[party.plain() for party in mine.parties],
        marks=sorted(mine.marks),
        words=sorted(mine.words),
        first_id=first,
        at=now,
    )
    session.add(mark)
    journal.record(
        session,
        actor,
        Action.REFILING_DECIDE,
        filing,
        now=now,
        change="marked",
        copy=first != filing.id,
    )
    _count_copies(session, actor, mark, rule, defer=defer, now=now)
    return mark


def _count_copies(
    session: Session, actor: Actor, mark: FilingMark, rule: Rule, *, defer: Defer, now: datetime
) -> None:
    day = local_day(now)
    copies = session.scalars(
        select(func.count(func.distinct(FilingMark.filing_id))).where(
            FilingMark.first_id == mark.first_id,
            FilingMark.at >= datetime.combine(day, time(), BISHKEK),
        )
    ).one()
    if copies < rule.copies:
        return
    facts = {"copies": copies, "last_at": now}
    new: bool = session.scalars(
        upsert(RefilingAlarm)
        .values(court_id=mark.court_id, first_id=mark.first_id, day=day, raised_at=now, **facts)
        .on_conflict_do_update(index_elements=["first_id", "day"], set_=facts)
        .returning(literal_column("xmax = 0"))  # whether the row is new
    ).one()
    first = session.get_one(Filing, mark.first_id)
    journal.record(
        session, actor, Action.REFILING_DECIDE, first, now=now, change="alarm", copies=copies
    )
    if new:
        notices.tell_officials(session, actor, first, NoticeKind.COPIES_FILED, defer=defer, now=now)


# ------------------------------------------------------------------ finding what came before


def candidates(
    session: Session, filing: Filing, *, secret: bytes, now: datetime
) -> list[Candidate]:
    """Return the other filings at the court that this one resembles, the first one first.

    What a filing said when it was first handed in counts as much as what it says now: who is
    returned for correction does not become somebody else.
    """
    rule = rule_on(local_day(now))
    own = [_as_fingerprint(mark) for mark in _own_marks(session, filing)]
    mine = own or [_fingerprint_of(session, filing, secret)]
    found: dict[int, tuple[Filing, Likeness]] = {}
    for one in mine:
        for mark in _marks_like(session, filing, one):
            likeness = compare(one, _as_fingerprint(mark), rule.thresholds)
            before = found.get(mark.filing_id)
            if likeness.resembles(rule.thresholds) and (
                before is None or _closer(likeness, before[1], rule)
            ):
                found[mark.filing_id] = mark.filing, likeness
    numbers = [one.case_id for one, _likeness in found.values()]
    outcomes, followers = _outcomes(session, numbers), _followers(session, numbers)
    told = [
        _candidate(one, likeness, outcomes, rule, now, follows=one.case_id in followers)
        for one, likeness in found.values()
    ]
    return sorted(told, key=lambda one: (one.filed_at, one.filing.id))


def binding(found: Sequence[Candidate]) -> Candidate | None:
    """Return the earlier case whose judge takes this one without a choice."""
    return next((one for one in found if one.binds), None)


def _closer(one: Likeness, other: Likeness, rule: Rule) -> bool:
    at = rule.thresholds
    return (one.repeats(at), one.words) > (other.repeats(at), other.words)


def _candidate(
    earlier: Filing,
    likeness: Likeness,
    outcomes: dict[int, ActOutcome | None],
    rule: Rule,
    now: datetime,
    *,
    follows: bool,
) -> Candidate:
    fate, since = _fate(earlier, outcomes)
    repeats = likeness.repeats(rule.thresholds)
    within = fate is Fate.PENDING or (
        fate is Fate.ENDED and local_day(now) <= months_after(local_day(since), rule.months)
    )
    return Candidate(
        filing=earlier,
        case=earlier.case,
        signs=_signs(likeness, rule),
        fate=fate,
        since=since,
        repeats=repeats,
        binds=repeats and within,
        follows=follows,
    )


def _fate(earlier: Filing, outcomes: dict[int, ActOutcome | None]) -> tuple[Fate, datetime]:
    filed = earlier.first_filed_at or earlier.created_at
    case = earlier.case
    if case is None:
        fate = {
            FilingState.RETURNED: Fate.RETURNED,
            FilingState.WITHDRAWN: Fate.WITHDRAWN,
        }.get(earlier.state, Fate.QUEUED)
        return fate, (earlier.decided_at if fate is Fate.RETURNED else None) or filed
    if case.state not in _ENDED:
        return Fate.PENDING, case.registered_at
    merits = outcomes.get(case.id) not in (None, ActOutcome.TERMINATED)
    return Fate.DECIDED if merits else Fate.ENDED, case.decided_at or case.registered_at


def _outcomes(session: Session, cases: Sequence[int | None]) -> dict[int, ActOutcome | None]:
    """Return how each case ended, by its last final act."""
    rows = session.execute(
        select(Act.case_id, Act.outcome)
        .join(ActKind, ActKind.code == Act.kind_code)
        .where(Act.case_id.in_(cases), Act.state == ActState.ISSUED, ActKind.final)
        .order_by(Act.issued_at)
    )
    return {row.case_id: row.outcome for row in rows}


def _followers(session: Session, cases: Sequence[int | None]) -> set[int]:
    """Return which of these cases follow another one."""
    rows = select(Refiling.case_id).where(Refiling.case_id.in_(cases), Refiling.state.in_(BOUND))
    return set(session.scalars(rows))


def _signs(likeness: Likeness, rule: Rule) -> tuple[RefilingSign, ...]:
    sides = ((True, likeness.claimant), (False, likeness.respondent))
    at = rule.thresholds
    told = [_SIGNS[side] for side in sides if side in _SIGNS]
    if likeness.swapped:
        told = [RefilingSign.SIDES_SWAPPED]
    if likeness.category:
        told.append(RefilingSign.SAME_CATEGORY)
    if likeness.same_price:
        told.append(RefilingSign.SAME_PRICE)
    elif likeness.near_price and likeness.priced:
        told.append(RefilingSign.NEAR_PRICE)
    if likeness.words >= at.same_words:
        told.append(RefilingSign.SAME_TEXT)
    elif likeness.words >= at.near_words:
        told.append(RefilingSign.NEAR_TEXT)
    return tuple(told)


def _fingerprint_of(session: Session, filing: Filing, secret: bytes) -> Fingerprint:
    parties = session.scalars(
        select(FilingParty).where(FilingParty.filing_id == filing.id).order_by(FilingParty.id)
    )
    return fingerprint(
        [
            Described(
                claimant=party.role.side == _CLAIMANT,
                organisation=party.person.kind is PersonKind.LEGAL,
                name=party.person.full_name,
                pin=party.person.pin or None,
            )
            for party in parties
            if party.role.side in (_CLAIMANT, _RESPONDENT)
        ],
        category=filing.category_code or "",
        price=filing.price,
        text=filing.text,
        secret=hashlib.blake2b(_LABEL, key=secret[:64], digest_size=32).digest(),
    )


def _as_fingerprint(mark: FilingMark) -> Fingerprint:
    return Fingerprint(
        parties=tuple(Party.of(plain) for plain in mark.parties),
        category=mark.category_code,
        price=mark.price,
        words=frozenset(mark.words),
    )


def _mark_of(session: Session, filing: Filing) -> FilingMark | None:
    return session.scalars(
        select(FilingMark).where(
            FilingMark.filing_id == filing.id, FilingMark.submission == filing.submissions
        )
    ).one_or_none()


def _own_marks(session: Session, filing: Filing) -> Sequence[FilingMark]:
    return session.scalars(
        select(FilingMark)
        .where(FilingMark.filing_id == filing.id)
        .order_by(FilingMark.submission.desc())
    ).all()


def _marks_like(session: Session, filing: Filing, mine: Fingerprint) -> Sequence[FilingMark]:
    """Return marks that may be of the same claim: both sides meet, or all but the claimant does.

    One side alone is not enough: a bank files a thousand claims in the same words.
    """
    claimants, respondents = mine.marks_of(claimant=True), mine.marks_of(claimant=False)
    meets = FilingMark.marks.overlap
    return session.scalars(
        select(FilingMark)
        .join(Filing, Filing.id == FilingMark.filing_id)
        .where(
            FilingMark.court_id == filing.court_id,
            FilingMark.filing_id != filing.id,
            meets(sorted(respondents)),
            or_(
                meets(sorted(claimants)),
                and_(FilingMark.price == mine.price, FilingMark.category_code == mine.category),
            ),
        )
        .order_by(Filing.first_filed_at, Filing.id, FilingMark.submission)
    ).all()
