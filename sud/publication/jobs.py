"""Jobs of publication: prepare the text of an issued act, forget the file of a withdrawn one."""

from collections.abc import Callable
from typing import Any

from sud.access import SYSTEM
from sud.db import Sessions, unit
from sud.models import Act, ActState
from sud.outside import Outside
from sud.publication import service


def prepare(sessions: Sessions, outside: Outside, *, act_id: int) -> None:
    """Make the public text of an act, or the card of what is never published."""
    with unit(sessions) as session:
        act = session.get(Act, act_id)
        if act is not None and act.state is ActState.ISSUED:
            service.prepare(session, SYSTEM, act, now=outside.now())


def forget(_sessions: Sessions, outside: Outside, *, pdf_key: str) -> None:
    """Delete the file of a text that was withdrawn."""
    outside.store.remove(pdf_key)


JOBS: dict[str, Callable[..., Any]] = {
    "publication.prepare": prepare,
    "publication.forget": forget,
}
