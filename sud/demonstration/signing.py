"""Leaves the minutes of a hearing half signed: they wait for the judge, whoever that is."""

import io
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.papers import minutes as papers
from sud.access import Actor
from sud.minutes import blank, signing
from sud.models import Case, Court, Hearing, HearingState, Minutes
from sud.outside import Outside
from sud.signing import service
from sud.uploads.service import Sent

_LARGEST = 10_000_000


def show_waiting(session: Session, clerk_of: Callable[[Court], Actor], *, outside: Outside) -> None:
    """Have the secretary sign the minutes of the hearing that was held last."""
    hearing = session.scalars(
        select(Hearing)
        .join(Case, Case.id == Hearing.case_id)
        .where(
            Hearing.state == HearingState.HELD,
            Hearing.judge_id == Case.judge_id,
            Hearing.id.not_in(select(Minutes.hearing_id)),
        )
        .order_by(Hearing.during.desc(), Hearing.id)
        .limit(1)
    ).first()
    if hearing is None:
        return
    clerk = clerk_of(hearing.case.court)
    printed = papers.minutes(blank.paper_of(session, clerk, hearing)).pdf
    sheet = signing.lay_out(
        session,
        clerk,
        hearing,
        Sent(name="minutes.pdf", stream=io.BytesIO(printed)),
        outside=outside,
        limit=_LARGEST,
    )
    service.sign(session, clerk, sheet, ending=signing.ENDING, outside=outside)
