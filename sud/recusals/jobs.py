"""The watch over drawn cases: whom the law bars although he was drawn; twice does no harm."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.models import Case, CaseRelation, CaseState, DrawRequest, DrawSeat
from sud.outside import Outside
from sud.recusals import service, ties

WATCH: Final = "recusals.watch"
LATELY: Final = timedelta(days=2)


def watch(sessions: Sessions, outside: Outside) -> None:
    """Look at every case that was drawn and not yet taken into proceedings, each by itself."""
    for number in _fresh(sessions, outside.now() - LATELY):
        with unit(sessions) as session:
            case = session.get_one(Case, number)
            now = outside.now()
            ties.ask(session, case, secret=outside.secret, now=now)
            service.find_barred(session, SYSTEM, case, now=now)
        with unit(sessions) as session:
            case = session.get_one(Case, number)
            service.part_kin(session, SYSTEM, case, outside=outside, now=outside.now())


def _fresh(sessions: Sessions, since: datetime) -> Sequence[int]:
    """Return the cases not yet begun that were drawn lately, that continue others, or of panels."""
    with unit(sessions) as session:
        panels = (
            select(DrawRequest.case_id)
            .join(DrawSeat, DrawSeat.draw_id == DrawRequest.id)
            .where(DrawSeat.seat > 0, DrawSeat.dropped_at.is_(None))
        )
        related = select(CaseRelation.case_id)
        return session.scalars(
            select(Case.id)
            .where(
                Case.state.in_([CaseState.DISTRIBUTED, CaseState.REGISTERED]),
                (Case.distributed_at > since) | Case.id.in_(panels) | Case.id.in_(related),
            )
            .order_by(Case.id)
        ).all()


JOBS: dict[str, Callable[..., None]] = {WATCH: watch}
