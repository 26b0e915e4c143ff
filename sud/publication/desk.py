"""The desk: which texts and acts a clerk finds by their address, and which wait for him."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from sud.access import Actor, visible
from sud.models import (
    Act,
    ActState,
    Case,
    Publication,
    PublicationState,
    PublicationStep,
    RoleCode,
)

_MOST_WAITING: Final = 100


def publication_of_url(session: Session, actor: Actor, key: UUID) -> Publication | None:
    """Return the publication of a clerk's address."""
    return session.scalars(
        visible(select(Publication).where(Publication.key == key), actor)
    ).one_or_none()


def act_of_url(session: Session, actor: Actor, key: UUID) -> Act | None:
    """Return the issued act of a clerk's address."""
    return session.scalars(
        visible(select(Act).where(Act.key == key, Act.state == ActState.ISSUED), actor)
    ).one_or_none()


def waiting(
    session: Session, actor: Actor, state: PublicationState = PublicationState.PREPARED
) -> Sequence[Publication]:
    """Return what the clerks of the actor's courts have before them in a state, oldest first."""
    query = _of_clerk(select(Publication), actor).where(Publication.state == state)
    return session.scalars(query.order_by(Publication.prepared_at).limit(_MOST_WAITING)).all()


def unprepared(session: Session, actor: Actor) -> Sequence[Act]:
    """Return issued acts of which nobody has made a public text or a card yet."""
    query = (
        select(Act)
        .join(Case, Case.id == Act.case_id)
        .outerjoin(Publication, Publication.act_id == Act.id)
        .where(
            Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
            Act.state == ActState.ISSUED,
            Publication.id.is_(None),
        )
    )
    return session.scalars(query.order_by(Act.issued_at).limit(_MOST_WAITING)).all()


def finished(session: Session, actor: Actor) -> Sequence[Publication]:
    """Return what the clerk's court published or withdrew lately."""
    query = _of_clerk(select(Publication), actor).where(
        Publication.state.in_([PublicationState.PUBLISHED, PublicationState.WITHDRAWN])
    )
    return session.scalars(query.order_by(Publication.published_at.desc()).limit(20)).all()


def steps_of(session: Session, publication: Publication) -> Sequence[PublicationStep]:
    """Return what became of a text since it was first public, the latest first."""
    return session.scalars(
        select(PublicationStep)
        .where(PublicationStep.publication_id == publication.id)
        .order_by(PublicationStep.at.desc(), PublicationStep.id.desc())
    ).all()


def _of_clerk(query: Select[Any], actor: Actor) -> Select[Any]:
    return (
        query.join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(Case.court_id.in_(actor.courts_as(RoleCode.CLERK)))
    )
