"""Drafting: a version is changed while it is a draft, and the journal says by whom."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import PolicyState, PublicationPolicy


def hold_draft(session: Session, policy: PublicationPolicy) -> None:
    """Lock a version that is about to be changed; refused when it is a draft no longer."""
    session.refresh(policy, with_for_update={"of": PublicationPolicy})
    if policy.state is not PolicyState.DRAFT:
        raise CourtError(Refusal.NOT_NOW)


def record_change(
    session: Session,
    actor: Actor,
    policy: PublicationPolicy,
    change: str,
    *,
    now: datetime,
    **facts: object,
) -> None:
    """Note who changed a draft last: he is not the one who adopts it.

    Each change counts as one, whoever made the last: nobody adopts what his page did not show.
    """
    policy.drafted_by_id = actor.user_id
    flag_modified(policy, "drafted_by_id")
    session.flush()
    record(session, actor, policy, change, now=now, **facts)


def record(
    session: Session,
    actor: Actor,
    policy: PublicationPolicy,
    change: str,
    *,
    now: datetime,
    **facts: object,
) -> None:
    """Write a line about a version."""
    journal.record(session, actor, Action.POLICY_EDIT, policy, now=now, change=change, **facts)
