"""The gate: every request comes in here, is led to one view, and is committed or undone here.

The order is always the same: who is it, what is it about (unseen: 404), may he (no: sign-in page
or 403), was this very form answered before (then: the same answer), the view, commit.
"""

import functools
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import flask
from flask import abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sud import journal
from sud.access import ANONYMOUS, OPEN, Action, Actor, permits
from sud.config import Config
from sud.db import Sessions, unit
from sud.errors import CourtError
from sud.models import OnceAnswer
from sud.outside import Outside

Loader = Callable[..., object | None]
View = Callable[..., ResponseReturnValue]
ActorOf = Callable[[Session, Any], Actor]

_SESSION_NAME = "name"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the application carries: its settings, its archive and the world outside."""

    config: Config
    sessions: Sessions
    outside: Outside
    actor_of: ActorOf


def house() -> House:
    return current_app.extensions["sud"]  # type: ignore[no-any-return]


def db() -> Session:
    """The request's one session; only the gate commits it."""
    if "session" not in g:
        g.session = house().sessions()
    return g.session  # type: ignore[no-any-return]


def actor() -> Actor:
    """Whoever makes this request."""
    if "actor" not in g:
        user = current_user
        g.actor = house().actor_of(db(), user) if user.is_authenticated else ANONYMOUS
    return g.actor  # type: ignore[no-any-return]


def name_session() -> str:
    """Give this session a name that only its cookie holds, unlike any other's."""
    session[_SESSION_NAME] = name = secrets.token_urlsafe(16)
    return name


def session_name() -> str:
    """Return the name of this session; what is bound to it ends with it."""
    return session.get(_SESSION_NAME) or name_session()


def outside() -> Outside:
    return house().outside


def network() -> str:
    """Return the network this request came from: a /64 is one, not 2^64 of them."""
    try:
        ip = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network((ip, 32 if ip.version == 4 else 64), strict=False))  # noqa: PLR2004


def render(template: str, /, **context: Any) -> str:
    return flask.render_template(template, **context)


def can(action: str, subject: object = None) -> bool:
    """Tell a template whether the reader of this page may do that."""
    return permits(actor(), Action(action), subject)


def allow(action: Action, on: Loader | None = None) -> Callable[[View], View]:
    """Guard a view: `on` loads the subject from (session, actor, **url arguments)."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(**address: Any) -> ResponseReturnValue:
            if action not in OPEN and not actor().signed_in:
                return redirect(url_for("accounts.sign_in", to=_here()), 303)
            subject = on(db(), actor(), **address) if on else None
            if on and subject is None:
                abort(404)
            if not permits(actor(), action, subject):
                _journal_refusal(action, subject)
                abort(403)
            earlier = _answer_given_before()
            if earlier is not None:
                return redirect(earlier, 303)
            answer = current_app.make_response(view(subject) if on else view(**address))
            if answer.status_code < 400:  # noqa: PLR2004 - the first status that undoes
                _remember_answer(answer)
                db().commit()
            else:
                db().rollback()
            return answer

        guarded.allowed_action = action  # type: ignore[attr-defined]
        return guarded

    return guard


def close_session(_error: BaseException | None = None) -> None:
    """At the end of every request: whatever was not committed is undone."""
    session = g.pop("session", None)
    if session is not None:
        session.close()
    _journal_noted()


def note(error: CourtError) -> None:
    """See to it that the journal keeps a refusal that it must not forget, when all is undone."""
    if error.kept:
        g.setdefault("noted", []).append(error.kept)


def _journal_noted() -> None:
    if noted := g.pop("noted", []):
        with unit(house().sessions) as session:
            for facts in noted:
                now = outside().now()
                journal.record(session, actor(), Action.MALWARE_FOUND, None, now=now, **facts)


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method in SAFE_METHODS else None


def _journal_refusal(action: Action, subject: object) -> None:
    """Write down that someone tried what he may not; nothing else of the request is kept."""
    db().rollback()
    journal.record(
        db(), actor(), Action.ACCESS_REFUSED, subject, now=outside().now(), refused=action.value
    )
    db().commit()


def _once_token() -> uuid.UUID | None:
    if request.method in SAFE_METHODS or request.mimetype == "application/json":
        return None
    try:
        return uuid.UUID(request.form.get("once", ""))
    except ValueError:
        return None


def _answer_given_before() -> str | None:
    """Take the form's token; the second click waits for the first and gets its answer."""
    token = _once_token()
    if token is None:
        return None
    taken = db().execute(
        upsert(OnceAnswer)
        .values(token=token, user_id=actor().user_id, location="", at=outside().now())
        .on_conflict_do_nothing()
        .returning(OnceAnswer.token)
    )
    if taken.first() is not None:
        return None
    return db().scalar(select(OnceAnswer.location).where(_own(token)))


def _remember_answer(answer: Response) -> None:
    token = _once_token()
    if token is not None:
        location = answer.location or request.path
        db().execute(update(OnceAnswer).where(_own(token)).values(location=location))


def _own(token: uuid.UUID) -> ColumnElement[bool]:
    """A token counts for whoever pressed first, and for nobody else."""
    return and_(OnceAnswer.token == token, OnceAnswer.user_id.is_not_distinct_from(actor().user_id))
