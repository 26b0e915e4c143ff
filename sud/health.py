"""Tells whether each part of the house lives, in bounded time and without a word about anybody."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from documents.intake import Guard, Scanner, guards
from recordings.store import ObjectStore
from sud.access import Action
from sud.db import Sessions
from sud.identity import IdentityProvider
from sud.models import Heartbeat
from sud.request import allow, house

LIMIT_SECONDS = 3.0
OLD = timedelta(seconds=30)
BEATING = ("worker", "clock")
DATABASE_DAYS = 7
"""A database of malware that is older has not been renewed: freshclam renews it daily."""

views = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@views.get("/healthz")
@allow(Action.SITE_READ)
def healthz() -> ResponseReturnValue:
    """Answer 200 if everything works, else 503; either way each part is named."""
    here = house()
    looks: Looks = current_app.extensions["health"]
    answers = looks.ask(
        {
            "database": lambda: heartbeats(here.sessions),
            "object_store": lambda: reachable(here.outside.store),
            "malware_scanner": lambda: scanning(here.outside.scanner, here.outside.now()),
            "parsers": confinement,
            "identity_provider": lambda: identifying(here.outside.identity, here.outside.now()),
        },
        LIMIT_SECONDS,
    )
    # Copies: who asks at the same moment is given the same answers.
    scanner = dict(answers.pop("malware_scanner") or {"state": "down"})
    parsers = dict(answers.pop("parsers") or {"state": "unknown", "guards": []})
    provider = answers.pop("identity_provider") or "down"
    parts = {part: "down" if answer is None else "ok" for part, answer in answers.items()}
    parts |= beating(answers["database"], here.outside.now())
    well = set(parts.values()) == {"ok"} and scanner["state"] != "down"
    answer = jsonify(
        {
            "status": "ok" if well else "down",
            **parts,
            "malware_scanner": scanner.pop("state"),
            "parsers": parsers.pop("state"),
            "identity_provider": provider,
            "details": {"malware_scanner": scanner, "parsers": parsers},
        }
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if well else 503


def heartbeats(sessions: Sessions) -> dict[str, datetime]:
    """Return when each process last said that it lives."""
    with sessions() as session:
        return {beat.process: beat.at for beat in session.scalars(select(Heartbeat))}


def reachable(store: ObjectStore) -> bool:
    """Make one signed call that changes nothing."""
    next(iter(store.list("healthz/")), None)
    return True


def scanning(scanner: Scanner | None, now: datetime) -> dict[str, Any]:
    """Ask the malware scanner what it knows; without one nobody looks, and that is said."""
    if scanner is None:
        return {"state": "off"}
    told = scanner.state()
    age = (now - told.dated).days if told.dated else None
    return {
        "state": "ok" if age is None or age <= DATABASE_DAYS else "old",
        "version": told.version,
        "database": told.database,
        "database_days": age,
    }


def identifying(provider: IdentityProvider | None, now: datetime) -> str:
    """Ask the state's identity provider whether it is there: the house works on without it."""
    if provider is None:
        return "off"
    return "ok" if provider.answers(now=now) else "down"


def confinement() -> dict[str, Any]:
    """Tell what keeps in the processes that read what people hand in, as this kernel allows."""
    holding = guards()
    closed = {Guard.LIMITS, Guard.FILES} <= holding and holding & {Guard.CALLS, Guard.NETWORK}
    return {"state": "ok" if closed else "weak", "guards": sorted(holding)}


def beating(beats: Mapping[str, datetime] | None, now: datetime) -> dict[str, str]:
    """Judge the processes by their heartbeats; without a database nobody knows."""
    if beats is None:
        return dict.fromkeys(BEATING, "unknown")
    return {
        process: "ok" if process in beats and now - beats[process] < OLD else "down"
        for process in BEATING
    }


class _Look(threading.Thread):
    """One question to one part, in a thread that nobody has to wait for."""

    def __init__(self, part: str, question: Callable[[], Any]) -> None:
        super().__init__(name=f"look at {part}", daemon=True)
        self.part, self.question = part, question
        self.answer: Any | None = None

    def run(self) -> None:
        try:
            self.answer = self.question()
        except Exception as error:  # noqa: BLE001 - whatever it is, the part is down
            log.warning("%s is down: %s", self.part, type(error).__name__)


class Looks:
    """The questions of one application that are still unanswered."""

    def __init__(self) -> None:
        self._under_way: dict[str, _Look] = {}
        self._lock = threading.Lock()

    def ask(
        self, questions: Mapping[str, Callable[[], Any]], limit_seconds: float
    ) -> dict[str, Any | None]:
        """Put all questions at once; whoever fails or does not answer in time answers None.

        Who asks while the last question is still unanswered waits for the same answer: a part
        that hangs cannot fill this process with waiting threads.
        """
        deadline = time.monotonic() + limit_seconds
        looks = {part: self._look(part, question) for part, question in questions.items()}
        for look in looks.values():
            look.join(max(0.0, deadline - time.monotonic()))
        return {part: None if look.is_alive() else look.answer for part, look in looks.items()}

    def _look(self, part: str, question: Callable[[], Any]) -> _Look:
        with self._lock:
            look = self._under_way.get(part)
            if look is None or not look.is_alive():
                look = self._under_way[part] = _Look(part, question)
                look.start()
            return look


def install(app: Flask) -> None:
    """Add the one address of this module."""
    app.extensions["health"] = Looks()
    app.register_blueprint(views)
