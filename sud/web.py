"""The web application put together: sessions of people, every room's views, the headers."""

from datetime import timedelta
from types import ModuleType

from flask import Flask, Response, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.orm import Session

from sud import assets, health, words
from sud.access import ANONYMOUS, Actor
from sud.accounts import views as accounts
from sud.accounts.opening import SignedIn
from sud.accounts.service import actor_of, user_by_session_id
from sud.acts import views as acts
from sud.acts.service import ENDING as ACT_ENDING
from sud.allocation import views as allocation
from sud.blanks import views as blanks
from sud.cases import views as cases
from sud.config import Config
from sud.courtrooms import views as courtrooms
from sud.custody import views as custody
from sud.db import Sessions, make_sessions
from sud.discs import views as discs
from sud.esi import views as esi
from sud.exceptions import views as exceptions
from sud.filings import signing_views as filing_signatures
from sud.filings import views as filings
from sud.hearings import views as hearings
from sud.media import views as media
from sud.minutes import views as minutes
from sud.minutes.signing import ENDING as MINUTES_ENDING
from sud.models import SheetKind
from sud.outside import Outside, real_outside
from sud.portal import views as portal
from sud.publication import views as publication
from sud.recusals import views as recusals
from sud.refiling import views as refiling
from sud.registry import views as registry
from sud.request import SAFE_METHODS, House, actor, can, close_session, db, house
from sud.roster import views as roster
from sud.scans import copy_views as copies
from sud.scans import views as scans
from sud.signing import views as signing
from sud.statistics import views as statistics
from sud.treasury import views as treasury
from sud.uploads import views as uploads
from sud.verification import views as verification

ROOMS: tuple[ModuleType, ...] = (
    health,
    accounts,
    esi,
    uploads,
    registry,
    cases,
    allocation,
    roster,
    hearings,
    courtrooms,
    signing,
    minutes,
    recusals,
    acts,
    verification,
    scans,
    copies,
    treasury,
    refiling,
    exceptions,
    filings,
    filing_signatures,
    blanks,
    media,
    discs,
    custody,
    publication,
    statistics,
    portal,
)

ENDINGS = {SheetKind.ACT: ACT_ENDING, SheetKind.MINUTES: MINUTES_ENDING}
"""What the last signature on a paper does, as the rooms above say of their papers."""

PAPERS_AT_ONCE = 20
TAKES_DISCS = frozenset({"discs.hand_in", "uploads.begin", "uploads.go_on"})
ENVELOPE = 1024 * 1024
"""What a form weighs beside its files; a disc a little too large is told in its form."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def make_app(
    config: Config, *, outside: Outside | None = None, sessions: Sessions | None = None
) -> Flask:
    """Build the application on a configuration; tests hand in their own ends."""
    app = Flask("sud", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.recording_limit_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=config.session_minutes),
        SESSION_COOKIE_NAME="sud",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["sud"] = House(
        config=config,
        sessions=sessions or make_sessions(config.database_url),
        outside=outside or real_outside(config),
        actor_of=_actor_of,
    )
    app.before_request(_limit_body)  # before anything reads the body
    CSRFProtect(app)
    words.install(app)
    assets.install(app)
    _install_sign_in(app)
    for room in ROOMS:
        _install(app, room)
    signing.end_with(app, ENDINGS)
    app.context_processor(_page_context)
    app.after_request(_harden)
    app.teardown_appcontext(close_session)
    return app


def _install_sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_signed_in)


def _signed_in(session_id: str) -> SignedIn | None:
    account = user_by_session_id(db(), session_id)
    return SignedIn(session_id, account) if account else None


def _actor_of(session: Session, user: SignedIn) -> Actor:
    account = user.account or user_by_session_id(session, user.id)
    return actor_of(session, account, house().outside.now()) if account else ANONYMOUS


def _install(app: Flask, room: ModuleType) -> None:
    """Add a room's views; a room that brings more than views installs itself."""
    if hasattr(room, "install"):
        room.install(app)
    else:
        app.register_blueprint(room.views)


def _limit_body() -> None:
    """Take a disc only where discs are handed in, papers only from who has signed in."""
    if request.method in SAFE_METHODS:
        return
    config = house().config
    most = config.upload_limit_bytes
    if actor().signed_in:
        most *= PAPERS_AT_ONCE
        if request.endpoint in TAKES_DISCS:
            most = config.recording_limit_bytes + ENVELOPE
    request.max_content_length = most


def _page_context() -> dict[str, object]:
    return {"actor": actor(), "can": can, "config": house().config}


def _harden(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if store := house().config.s3_public_endpoint:
        # Recordings are then played from the store's own address.
        for source in ("media-src 'self'", "connect-src 'self'"):
            policy = answer.headers["Content-Security-Policy"]
            answer.headers["Content-Security-Policy"] = policy.replace(source, f"{source} {store}")
    if identity := house().outside.identity:
        # A form's answer may lead on to the state's identity provider, and nowhere else outside.
        policy = answer.headers["Content-Security-Policy"]
        answer.headers["Content-Security-Policy"] = policy.replace(
            "form-action 'self'", f"form-action 'self' {identity.origin}"
        )
    if house().config.secure_cookies:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and actor().signed_in:
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
