"""How a court is reached: its address and telephone, as an administrator writes them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.models import Court
from sud.registry.service import LANGUAGES


def set_contact(
    session: Session,
    actor: Actor,
    court: Court,
    *,
    addresses: Mapping[str, str],
    telephone: str,
    now: datetime,
) -> None:
    """Write how a court is reached; papers print it from now on, and nothing where it is empty."""
    court.address_ky, court.address_ru, court.address_en = (addresses[lang] for lang in LANGUAGES)
    court.telephone = telephone
    journal.record(session, actor, Action.REFERENCE_EDIT, court, now=now, contact=court.code)


def court_of_url(session: Session, _actor: Actor, code: str) -> Court | None:
    """Return the court of an address: courts are known to everybody."""
    return session.scalars(select(Court).where(Court.code == code)).one_or_none()
