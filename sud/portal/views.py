"""The portal: the first page, the choice of language, the ways to the rooms, and closed doors."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from sud import assets
from sud.access import Action
from sud.db import StaleDataError
from sud.errors import CourtError, Refusal
from sud.request import actor, allow, can, db, house, note, render
from sud.words import LANGUAGE_COOKIE, LANGUAGES, language, refusal_words

views = Blueprint("portal", __name__, template_folder="templates")

YEAR = 365 * 24 * 3600
IN_LINE = 4
"""Rooms that fit on the line of the navigation, between the first page and the way out."""


@views.get("/")
@allow(Action.SITE_READ)
def first() -> ResponseReturnValue:
    """The public's door."""
    return render("portal/first.html")


@views.get("/language/<code>")
@allow(Action.SITE_READ)
def choose(code: str) -> ResponseReturnValue:
    """Remember a language and go back to the page it was chosen on."""
    answer = redirect(ours(request.args.get("to", "")) or url_for("portal.first"), 303)
    if code in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            code,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=house().config.secure_cookies,
        )
    return answer


def ours(wanted: str) -> str | None:
    """Return an address if it is a path of this house, so that no link leads a visitor away."""
    plain = wanted.startswith("/") and wanted.isprintable() and "\\" not in wanted
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    if not plain or wanted.startswith("//") or parts.scheme or parts.netloc:
        return None
    return wanted


# ------------------------------------------------------------------ what every page shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An entry of the main navigation."""

    text: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The main navigation: what stands in the line, what behind "More", and the way in or out."""

    line: list[Way]
    more: list[Way]
    last: Way


def navigation() -> Ways:
    """Return the ways that are open to whoever looks."""
    who = actor()
    if not who.signed_in:
        return Ways(
            line=[
                _way("publication.decisions", _("Decisions")),
                _way("publication.cause_list", _("Hearings")),
                _way("allocation.draws", _("How judges are drawn")),
                _way("registry.courts", _("Courts")),
            ],
            more=[],
            last=_way("accounts.sign_in", _("Sign in")),
        )
    # In the order in which a day asks for them: the first stand in the line, the rest after it.
    rooms = (
        (Action.FILING_QUEUE, "filings.queue", _("New filings")),
        (Action.SCAN_ADD, "scans.queue", _("Paper into the files")),
        (Action.FILING_START, "filings.start", _("File a claim")),
        (Action.CALENDAR_READ, "hearings.calendar", _("Calendar")),
        (Action.PUBLICATION_QUEUE, "publication.queue", _("Publication")),
        (Action.POLICY_EDIT, "publication.policies_kept", _("Policy of publication")),
        (Action.CASE_SEARCH, "cases.search", _("Find a case")),
        (Action.RECORDING_QUEUE, "discs.queue", _("Discs")),
        (Action.WATCH_READ, "statistics.watch", _("Fairness watch")),
        (Action.RECUSAL_LIST, "recusals.listed", _("Recusals")),
        (Action.REFILING_LIST, "refiling.lately", _("Filed again")),
        (Action.EXCEPTION_LIST, "exceptions.register", _("Exceptions from the draw")),
        (Action.ROSTER_WAITING, "roster.index", _("Rosters")),
        (Action.PORTFOLIO_READ, "recusals.absences", _("Long absences")),
        (Action.EQUIPMENT_LIST, "courtrooms.index", _("Courtrooms")),
        (Action.CUSTODY_LIST, "custody.waiting", _("Custody of recordings")),
        (Action.TIE_DECLARE, "recusals.ties", _("My conflicts of interest")),
        (Action.REFERENCE_READ, "registry.reference", _("Reference data")),
    )
    opened = [_way(endpoint, text) for action, endpoint, text in rooms if can(action)]
    return Ways(
        line=[_way("cases.home", _("My work") if who.staff else _("My cases")), *opened[:IN_LINE]],
        more=opened[IN_LINE:],
        last=_way("accounts.sign_out", _("Sign out: %(name)s", name=who.name)),
    )


def footer_ways() -> list[Way]:
    """Return the public's ways, which are open from every page."""
    return [
        _way("publication.decisions", _("Decisions")),
        _way("publication.cause_list", _("Today's hearings")),
        _way("allocation.draws", _("How judges are drawn")),
        _way("exceptions.published", _("Past the draw")),
        _way("verification.ask", _("Is this paper genuine?")),
        _way("blanks.catalogue", _("Forms for the court")),
        _way("registry.courts", _("Courts")),
    ]


def _way(endpoint: str, text: str) -> Way:
    return Way(text=text, url=url_for(endpoint), current=request.endpoint == endpoint)


def language_url(code: str) -> str:
    """Return the address that says this page again in another language."""
    here = request.path
    if request.method == "GET":
        kept = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
        here += "?" + urlencode(kept) if kept else ""
    return url_for("portal.choose", code=code, to=here)


# ------------------------------------------------------------------ closed doors


def _refused(error: CourtError) -> ResponseReturnValue:
    """A verb refused and its view did not say so in its own form."""
    db().rollback()
    note(error)
    return render("refused.html", words=refusal_words(error), bare=True), HTTPStatus.CONFLICT


def _overtaken(_error: StaleDataError) -> ResponseReturnValue:
    """Two people saved the same thing at the same time: this one came second."""
    return _refused(CourtError(Refusal.STALE))


def _no_token(_error: CSRFError) -> ResponseReturnValue:
    return render("expired.html", bare=True), HTTPStatus.BAD_REQUEST


def _closed(error: HTTPException) -> ResponseReturnValue:
    """Show a refusal of the protocol in words; a redirect is no refusal."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _broken(error)
    known = {403, 404, 405, 413}
    page = render(f"{code if code in known else 400}.html", bare=True)
    kept = {"Allow": error.get_response().headers["Allow"]} if code == 405 else {}  # noqa: PLR2004
    return page, code, kept


def _broken(_error: Exception) -> ResponseReturnValue:
    """Something of ours failed: the page must not need the archive that may be what failed."""
    template = current_app.jinja_env.get_template("500.html")
    page = template.render(lang=language(), asset=assets.asset)
    return page, HTTPStatus.INTERNAL_SERVER_ERROR


def install(app: Flask) -> None:
    """Add the portal to the house: its views, what pages share, and the pages of refusal."""
    app.register_blueprint(views)
    app.jinja_env.globals.update(
        footer_ways=footer_ways, language_url=language_url, navigation=navigation
    )
    app.register_error_handler(CourtError, _refused)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(CSRFError, _no_token)
    app.register_error_handler(HTTPException, _closed)
    app.register_error_handler(HTTPStatus.INTERNAL_SERVER_ERROR, _broken)
