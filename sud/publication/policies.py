"""Policies: versions of what the public may read of whom, drafted by one and adopted by another."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents.redaction import Kind
from documents.redaction.policy import ANY, Policy, Rule, Treatment, default_policy
from sud.access import Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    CaseKind,
    Category,
    Ground,
    Handling,
    ParticipantRole,
    PolicyRule,
    PolicyState,
    PublicationPolicy,
)
from sud.outside import Defer, local_day
from sud.publication import showing
from sud.publication.cited import Cited
from sud.publication.drafting import hold_draft, record, record_change

_GROUNDS: Final = Path(__file__).parent / "data" / "grounds.toml"
GROUNDS: Final = tuple(
    ground
    for ground in Ground
    if ground not in {Ground.SEALED, Ground.PROTECTED_DATA, Ground.CARD, Ground.DRAWN}
)
"""Grounds that a version speaks of. A sealed case is none of them: there a court ruled on this
one file, and no rule for all cases undoes that; what is in `PROTECTED_DATA` its rows of data say.
"""
SHOWN: Final = frozenset({Ground.CLOSED_HEARING, Ground.CLOSED_CATEGORY})
"""Grounds that the file shows at any moment: nobody notes or lifts them."""
NOTED: Final = tuple(ground for ground in GROUNDS if ground not in SHOWN)
"""Grounds that somebody may note of a case."""
OF_GROUNDS: Final = (Handling.NEVER, Handling.OPERATIVE, Handling.SECOND, Handling.KEEP)
OF_DATA: Final = (Handling.HIDE, Handling.INITIALS, Handling.KEEP, Handling.NEVER)
ORGANISATION: Final = "organisation"
CATEGORIES: Final = (ANY, *(kind.value for kind in Kind), ORGANISATION)
"""Sorts of data that a rule may name; `*` is every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Cited):
    """One rule as plain data: `*` stands for any role or kind of case."""

    category: str
    role: str = ANY
    case_kind: str = ANY
    handling: Handling

    @property
    def about(self) -> tuple[str, str, str]:
        return self.category, self.role, self.case_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What two versions say of the same thing; None where one of them says nothing."""

    category: str
    role: str
    case_kind: str
    before: Row | None
    after: Row | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a version says beside its rows: the share of second readers, where it rests on."""

    second_share: int
    source_ky: str
    source_ru: str
    source_en: str


# ------------------------------------------------------------------ verbs


def found(session: Session, actor: Actor, *, now: datetime) -> PublicationPolicy:
    """Return the version in force; where there is none yet, put the initial one in force."""
    standing = in_force(session)
    if standing is not None:
        return standing
    initial = initial_facts()
    policy = PublicationPolicy(
        number=1,
        drafted_at=now,
        second_share=initial["second_share"],
        subjects=initial["subjects"],
        signs=initial["signs"],
        minors=initial["minors"],
        **{f"source_{lang}": words for lang, words in initial["source"].items()},
    )
    session.add(policy)
    session.flush()
    _write(session, policy, initial_rows())
    showing.write_articles(session, policy, map(showing.article_of_facts, initial["articles"]))
    policy.state, policy.adopted_at = PolicyState.IN_FORCE, now
    policy.valid_from = local_day(now)
    session.flush()
    record(session, actor, policy, "adopted", now=now, number=policy.number)
    return policy


def draft(session: Session, actor: Actor, *, now: datetime) -> PublicationPolicy:
    """Begin the next version as a copy of the one in force; a second press finds the same."""
    begun = draft_of(session)
    if begun is not None:
        return begun
    standing = found(session, actor, now=now)
    policy = PublicationPolicy(
        number=(session.scalar(select(func.max(PublicationPolicy.number))) or 0) + 1,
        drafted_at=now,
        drafted_by_id=actor.user_id,
        second_share=standing.second_share,
        subjects=standing.subjects,
        signs=standing.signs,
        minors=standing.minors,
        source_ky=standing.source_ky,
        source_ru=standing.source_ru,
        source_en=standing.source_en,
    )
    session.add(policy)
    session.flush()
    _write(session, policy, rows_of(session, standing))
    showing.write_articles(session, policy, showing.articles_of(session, standing).values())
    record(session, actor, policy, "drafted", now=now, number=policy.number)
    return policy


def set_row(
    session: Session, actor: Actor, policy: PublicationPolicy, row: Row, *, now: datetime
) -> None:
    """Write one rule of a draft, in the place of what it said of the same thing."""
    hold_draft(session, policy)
    grounds = {ground.value for ground in GROUNDS}
    if row.category not in grounds and row.category not in CATEGORIES:
        raise CourtError(Refusal.STALE)
    fitting = OF_GROUNDS if row.category in grounds else OF_DATA
    if row.handling not in fitting or (row.category in grounds and row.role != ANY):
        raise CourtError(Refusal.POLICY_ROW_SENSELESS)
    _forget_row(session, policy, row.about)
    _write(session, policy, [row])
    said = row.handling.value
    record_change(session, actor, policy, "row", now=now, about=list(row.about), handling=said)


def drop_row(
    session: Session,
    actor: Actor,
    policy: PublicationPolicy,
    about: tuple[str, str, str],
    *,
    now: datetime,
) -> None:
    """Take one rule out of a draft; what no rule speaks of is hidden, or barred."""
    hold_draft(session, policy)
    _forget_row(session, policy, about)
    record_change(session, actor, policy, "row", now=now, about=list(about), handling=None)


def set_subject(
    session: Session,
    actor: Actor,
    policy: PublicationPolicy,
    category: str,
    ground: Ground | None,
    *,
    now: datetime,
) -> None:
    """Say in a draft which ground a category of cases brings with it; None: it brings none."""
    hold_draft(session, policy)
    if ground is not None and (ground not in NOTED or session.get(Category, category) is None):
        raise CourtError(Refusal.STALE)
    others = {code: brought for code, brought in policy.subjects.items() if code != category}
    policy.subjects = others if ground is None else {**others, category: ground.value}
    said = ground.value if ground else None
    record_change(session, actor, policy, "subject", now=now, category=category, ground=said)


def frame(
    session: Session, actor: Actor, policy: PublicationPolicy, facts: Frame, *, now: datetime
) -> None:
    """Write the share of second readers and the legal reference of a draft."""
    hold_draft(session, policy)
    policy.second_share = facts.second_share
    policy.source_ky, policy.source_ru = facts.source_ky, facts.source_ru
    policy.source_en = facts.source_en
    record_change(session, actor, policy, "framed", now=now, second_share=facts.second_share)


def adopt(
    session: Session, actor: Actor, policy: PublicationPolicy, *, defer: Defer, now: datetime
) -> None:
    """Put a draft in force from today on: never by the person who drafted it.

    What is public against it is held by a job, for the court or the keeper to withdraw.
    """
    hold_draft(session, policy)
    if policy.drafted_by_id == actor.user_id:
        raise CourtError(Refusal.PROPOSAL_OWN)
    standing, today = in_force(session), local_day(now)
    if standing is not None:
        standing.state, standing.valid_to = PolicyState.PAST, today - timedelta(days=1)
        session.flush()
    policy.adopted_at, policy.adopted_by_id = now, actor.user_id
    policy.state, policy.valid_from = PolicyState.IN_FORCE, today
    session.flush()
    record(session, actor, policy, "adopted", now=now, number=policy.number)
    defer(session, "publication.hold_barred")


# ------------------------------------------------------------------ queries


def in_force(session: Session) -> PublicationPolicy | None:
    return session.scalars(
        select(PublicationPolicy).where(PublicationPolicy.state == PolicyState.IN_FORCE)
    ).one_or_none()


def draft_of(session: Session) -> PublicationPolicy | None:
    return session.scalars(
        select(PublicationPolicy).where(PublicationPolicy.state == PolicyState.DRAFT)
    ).one_or_none()


def draft_of_url(session: Session, _actor: Actor, key: UUID) -> PublicationPolicy | None:
    """Return the draft of a keeper's address: it is one no longer when it was adopted."""
    return session.scalars(
        select(PublicationPolicy).where(
            PublicationPolicy.key == key, PublicationPolicy.state == PolicyState.DRAFT
        )
    ).one_or_none()


def policy_of_url(session: Session, _actor: Actor, number: int) -> PublicationPolicy | None:
    """Return a version that is or was in force: anybody may read it."""
    return session.scalars(
        select(PublicationPolicy).where(
            PublicationPolicy.number == number, PublicationPolicy.state != PolicyState.DRAFT
        )
    ).one_or_none()


def versions(session: Session) -> Sequence[PublicationPolicy]:
    """Return every version that is or was in force, the newest first."""
    return session.scalars(
        select(PublicationPolicy)
        .where(PublicationPolicy.state != PolicyState.DRAFT)
        .order_by(PublicationPolicy.number.desc())
    ).all()


def before(session: Session, policy: PublicationPolicy) -> PublicationPolicy | None:
    """Return the version that was in force before a version."""
    return session.scalars(
        select(PublicationPolicy)
        .where(
            PublicationPolicy.number < policy.number, PublicationPolicy.state != PolicyState.DRAFT
        )
        .order_by(PublicationPolicy.number.desc())
        .limit(1)
    ).one_or_none()


def rows_of(session: Session, policy: PublicationPolicy) -> list[Row]:
    """Return the rules of a version: grounds first, then data, the general before the narrow."""
    places = {name: place for place, name in enumerate((*GROUNDS, *CATEGORIES))}
    rows = [
        Row(
            category=rule.category,
            role=rule.role,
            case_kind=rule.case_kind,
            handling=rule.handling,
            source_ky=rule.source_ky,
            source_ru=rule.source_ru,
            source_en=rule.source_en,
            confidence=rule.confidence,
        )
        for rule in session.scalars(select(PolicyRule).where(PolicyRule.policy_id == policy.id))
    ]
    return sorted(
        rows,
        key=lambda row: (
            places.get(row.category, 0),
            row.case_kind != ANY,
            row.role != ANY,
            row.handling,
            row.about,
        ),
    )


def redaction_policy(session: Session, policy: PublicationPolicy) -> Policy:
    """Return a version as the redaction understands it; grounds are about cases and stay here."""
    grounds = {ground.value for ground in GROUNDS}
    return Policy(
        version=str(policy.number),
        source=policy.source_en,
        rules=tuple(
            Rule(
                category=row.category,
                role=row.role,
                case_kind=row.case_kind,
                treatment=Treatment(row.handling.value),
            )
            for row in rows_of(session, policy)
            if row.category not in grounds
        ),
    )


def bars_data(session: Session, policy: PublicationPolicy) -> bool:
    """Say whether a version lets no text out that holds some sort of data, or some people."""
    grounds = {ground.value for ground in GROUNDS}
    return any(
        row.handling is Handling.NEVER and row.category not in grounds
        for row in rows_of(session, policy)
    )


def compared(before: Sequence[Row], after: Sequence[Row]) -> list[Difference]:
    """Return where two versions differ, in the order of the newer one."""
    old = {row.about: row for row in before}
    new = {row.about: row for row in after}
    return [
        Difference(
            category=about[0],
            role=about[1],
            case_kind=about[2],
            before=old.get(about),
            after=new.get(about),
        )
        for about in dict.fromkeys((*new, *old))
        if old.get(about) != new.get(about)
    ]


def subjects_compared(
    before: PublicationPolicy | None, after: PublicationPolicy
) -> list[tuple[str, Ground | None, Ground | None]]:
    """Return the categories of cases of which two versions say another ground, old and new."""
    old, new = before.subjects if before else {}, after.subjects
    return [
        (
            code,
            Ground(old[code]) if code in old else None,
            Ground(new[code]) if code in new else None,
        )
        for code in dict.fromkeys((*new, *old))
        if old.get(code) != new.get(code)
    ]


def categories_named(session: Session) -> Sequence[Category]:
    return session.scalars(select(Category).order_by(Category.kind_code, Category.ordinal)).all()


def roles_named(session: Session) -> Sequence[ParticipantRole]:
    return session.scalars(select(ParticipantRole).order_by(ParticipantRole.ordinal)).all()


def kinds_named(session: Session) -> Sequence[CaseKind]:
    return session.scalars(select(CaseKind).order_by(CaseKind.code)).all()


@cache
def initial_facts() -> Mapping[str, Any]:
    """Return the file from which the first version is made."""
    return tomllib.loads(_GROUNDS.read_text("utf-8"))


def initial_rows() -> list[Row]:
    """Return the rules of the first version: handbook 8.2, as data."""
    grounds = [
        Row(category=Ground(ground).value, handling=Handling(handling))
        for ground, handling in initial_facts()["grounds"].items()
    ]
    data = {
        (rule.category, rule.role, rule.case_kind): Handling(rule.treatment.value)
        for rule in default_policy().rules
    }
    return grounds + [
        Row(category=category, role=role, case_kind=kind, handling=handling)
        for (category, role, kind), handling in data.items()
    ]


# ------------------------------------------------------------------ how it is kept


def _write(session: Session, policy: PublicationPolicy, rows: Sequence[Row]) -> None:
    session.add_all(PolicyRule(policy_id=policy.id, **asdict(row)) for row in rows)
    session.flush()


def _forget_row(session: Session, policy: PublicationPolicy, about: tuple[str, str, str]) -> None:
    category, role, kind = about
    session.execute(
        delete(PolicyRule).where(
            PolicyRule.policy_id == policy.id,
            PolicyRule.category == category,
            PolicyRule.role == role,
            PolicyRule.case_kind == kind,
        )
    )
