"""What the journal has noted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.models import JournalLine


def journalled(session: Session, *actions: str) -> list[JournalLine]:
    """The lines of the journal in their order; of these actions alone where some are named."""
    lines = select(JournalLine).order_by(JournalLine.seq)
    if actions:
        lines = lines.where(JournalLine.action.in_(actions))
    return list(session.scalars(lines))
