"""Barred: public texts of which by a version less may be public than they hold; queries alone."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from sud.access import Actor
from sud.models import (
    Act,
    Case,
    Court,
    Handling,
    Publication,
    PublicationForm,
    PublicationPolicy,
    PublicationState,
)
from sud.publication import policies

_MOST_SHOWN: Final = 100
OUT: Final = (PublicationState.PUBLISHED, PublicationState.HELD)
"""States of what was put before the public and was not withdrawn."""


def public_ids(session: Session, *, case_id: int | None = None) -> Sequence[int]:
    """Return the texts, of one case or of all, that are public although the policy bars them."""
    standing = policies.in_force(session)
    if standing is None:
        return ()
    query = _exceeding(select(Publication.id), session, standing)
    if case_id is not None:
        query = query.where(Case.id == case_id)
    return session.scalars(query.where(Publication.state == PublicationState.PUBLISHED)).all()


def held(session: Session) -> Sequence[Publication]:
    """Return the held texts of every court that the version in force bars, the oldest first."""
    standing = policies.in_force(session)
    if standing is None:
        return ()
    query = _exceeding(select(Publication), session, standing)
    return session.scalars(
        query.where(Publication.state == PublicationState.HELD)
        .order_by(Publication.held_at, Publication.id)
        .limit(_MOST_SHOWN)
    ).all()


def barred_of_url(session: Session, _actor: Actor, key: UUID) -> Publication | None:
    """Return a text of any court, while the version in force bars it; the keeper withdraws it."""
    standing = policies.in_force(session)
    if standing is None:
        return None
    query = _exceeding(select(Publication), session, standing)
    return session.scalars(
        query.where(Publication.key == key, Publication.state.in_(OUT))
    ).one_or_none()


def counted(session: Session, policy: PublicationPolicy) -> Sequence[tuple[Court, int]]:
    """Return how many public texts of each court a version would bar if it were in force."""
    query = _exceeding(select(Case.court_id, func.count(Publication.id)), session, policy)
    counts: dict[int, int] = dict(
        session.execute(
            query.where(Publication.state == PublicationState.PUBLISHED).group_by(Case.court_id)
        ).all()
    )
    courts = session.scalars(select(Court).where(Court.id.in_(counts)).order_by(Court.name_ky))
    return [(court, counts[court.id]) for court in courts]


def _exceeding(query: Any, session: Session, policy: PublicationPolicy) -> Any:
    """Keep the texts of which a version lets less out; the database's own guard asks the same."""
    allowed = func.publication_form(Act.case_id, policy.id)
    less: ColumnElement[bool] = and_(
        allowed != PublicationForm.TEXT.value, allowed != Publication.form
    )
    if policies.bars_data(session, policy):
        place = func.jsonb_array_elements(Publication.spans).table_valued("value")
        said = func.publication_treatment(
            policy.id, place.c.value.op("->>")("kind"), "", Case.kind_code
        )
        less = or_(less, select(1).select_from(place).where(said == Handling.NEVER.value).exists())
    return (
        query.join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(Publication.form != PublicationForm.CARD, less)
    )
