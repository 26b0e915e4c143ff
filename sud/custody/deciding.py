"""What one person proposes and another decides: taken up once, never by who proposed it."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from sud.access import Actor
from sud.errors import CourtError, Refusal
from sud.models import Erasure, Masking, ProposalState, Recording

Proposed = TypeVar("Proposed", Erasure, Masking)


def take_up(session: Session, actor: Actor, proposal: Proposed) -> None:
    """Hold the recording and the proposal: of two who decide at once, one finds it decided."""
    session.refresh(proposal.recording, with_for_update={"of": Recording})
    session.refresh(proposal, with_for_update={"of": type(proposal)})
    if proposal.state is not ProposalState.PROPOSED:
        raise CourtError(Refusal.PROPOSAL_SETTLED)
    if proposal.proposed_by_id == actor.user_id:
        raise CourtError(Refusal.PROPOSAL_OWN)


def settle(actor: Actor, proposal: Proposed, state: ProposalState, *, now: datetime) -> None:
    """Write down who decided what."""
    proposal.state = state
    proposal.decided_by_id = actor.user_id
    proposal.decided_at = now
