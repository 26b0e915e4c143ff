"""The cookie's side of signing in: a session is opened, and led on."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from flask import request, session, url_for
from flask_login import UserMixin, login_user

from sud.models import User
from sud.request import name_session

OPENED: Final = "opened"


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
