"""Jobs of publication: prepare an act's text, hold what is barred, forget a withdrawn file."""

from collections.abc import Callable
from typing import Any

from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.models import Act, ActState, Publication
from sud.outside import Outside
from sud.publication import barred, service


def prepare(sessions: Sessions, outside: Outside, *, act_id: int) -> None:
    """Make the public text of an act, or the card of what is never published."""
    with unit(sessions) as session:
        act = session.get(Act, act_id)
        if act is not None and act.state is ActState.ISSUED:
            service.prepare(session, SYSTEM, act, now=outside.now())


def hold_barred(sessions: Sessions, outside: Outside, *, case_id: int | None = None) -> None:
    """Hold what is public against the policy in force: after it changed, or what a case shows."""
    with unit(sessions) as session:
        found = barred.public_ids(session, case_id=case_id)
    for number in found:
        with unit(sessions) as session:
            publication = session.get_one(Publication, number)
            service.hold_barred(session, SYSTEM, publication, now=outside.now())


def forget(_sessions: Sessions, outside: Outside, *, pdf_key: str) -> None:
    """Delete the file of a text that was withdrawn."""
    outside.store.remove(pdf_key)


JOBS: dict[str, Callable[..., Any]] = {
    "publication.prepare": prepare,
    "publication.hold_barred": hold_barred,
    "publication.forget": forget,
}
