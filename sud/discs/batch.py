"""Links at once every disc of which the list of its shelf names the hearing for certain."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import Actor, visible
from sud.discs.linking import link, only_hearing
from sud.discs.proposing import certain
from sud.models import Disc, DiscState, DiscTitle, Hearing, Recording, TitleUse
from sud.outside import Outside

MOST: Final = 200


def certain_discs(session: Session, actor: Actor) -> list[tuple[Disc, DiscTitle, Hearing]]:
    """Return the waiting discs with one hearing on them, and the one hearing it must be."""
    waiting = select(DiscTitle.disc_id).where(DiscTitle.use == TitleUse.OPEN)
    discs = session.scalars(
        visible(select(Disc), actor)
        .where(
            Disc.state == DiscState.READ,
            Disc.shelf_facts.is_not(None),
            Disc.id.in_(waiting),
        )
        .order_by(Disc.handed_in_at, Disc.id)
        .limit(MOST)
    ).unique()
    return [
        (disc, title, hearing)
        for disc in discs
        if (title := only_hearing(session, disc)) and (hearing := certain(session, actor, disc))
    ]


def link_certain(
    session: Session, actor: Actor, *, now: datetime, outside: Outside
) -> list[Recording]:
    """Link each of them."""
    return [
        link(session, actor, title, hearing, now=now, outside=outside)
        for _, title, hearing in certain_discs(session, actor)
    ]
