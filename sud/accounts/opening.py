"""The cookie's side of signing in: a session is opened, led on, and proved once more."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import request, session, url_for
from flask_login import UserMixin, login_user

from sud.models import User
from sud.request import name_session

OPENED: Final = "opened"
_PROVED: Final = "proved"


class SignedIn(UserMixin):  # type: ignore[misc]
    """What the session cookie stands for: an account at one sign-in stamp, read once a request."""

    def __init__(self, session_id: str, account: User | None = None) -> None:
        self.id, self.account = session_id, account


def open_session(session_id: str, *, now: datetime) -> None:
    """Open a session: a new one, so that a planted cookie is worth nothing."""
    session.clear()
    session.permanent = True
    session[OPENED] = now.isoformat()
    name_session()
    login_user(SignedIn(session_id))


def note_proof(*, now: datetime) -> None:
    """Note that whoever is signed in was asked who he is once more, and has proved it."""
    session[_PROVED] = now.isoformat()


def proved_until(*, now: datetime, within: timedelta) -> datetime | None:
    """Return until when that proof counts; None where there is none, or it is too old."""
    at = session.get(_PROVED)
    if at is None:
        return None
    given = datetime.fromisoformat(at)
    return given + within if given <= now < given + within else None


def spend_proof() -> None:
    """Forget the proof: what it was given for is done."""
    session.pop(_PROVED, None)


def destination() -> str:
    """Return the page he came from if it is one of ours, else his first page."""
    wanted = request.args.get("to", "")
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    if ours and wanted.isprintable() and not parts.scheme and not parts.netloc:
        return wanted
    return url_for("cases.home")


def sign_in_address(to: str) -> str:
    """Return the sign-in page that leads on to one of our pages."""
    return url_for("accounts.sign_in", to=to)
