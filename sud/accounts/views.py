"""Signing in and out."""

from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from sud.access import Action
from sud.accounts import guessing, opening, service
from sud.accounts.forms import PressForm, SignInForm, SignOutForm
from sud.errors import CourtError
from sud.request import actor, allow, db, house, network, outside, render

views = Blueprint("accounts", __name__, template_folder="templates")

_LONGEST_SESSION: Final = timedelta(hours=12)
"""However busy: a session idle for `session_minutes` ends earlier."""


@views.get("/sign-in")
@allow(Action.SESSION_OPEN)
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if actor().signed_in:
        return redirect(opening.destination(), 303)
    return _sign_in_page(SignInForm())


@views.post("/sign-in")
@allow(Action.SESSION_OPEN)
def sign_in_post() -> ResponseReturnValue:
    """Open a session for a right guess."""
    form = SignInForm()
    if form.validate_on_submit():
        guess = guessing.Guess(
            login=form.login.data or "",
            password=form.password.data or "",
            place=network(),
        )
        now = outside().now()
        secret = house().config.secret_key
        # Nothing is held in the database while a password is being hashed.
        db().rollback()
        try:
            session_id = service.sign_in(house().sessions, guess, secret=secret, now=now)
        except CourtError as error:
            form.refuse(error)
        else:
            opening.open_session(session_id, now=now)
            return redirect(opening.destination(), 303)
    return _sign_in_page(form), 422


@views.get("/sign-out")
@allow(Action.SESSION_CLOSE)
def sign_out() -> ResponseReturnValue:
    """Offer to end this session or all of them."""
    return render("accounts/sign_out.html", form=SignOutForm())


@views.post("/sign-out")
@allow(Action.SESSION_CLOSE)
def sign_out_post() -> ResponseReturnValue:
    """End the session; with `everywhere`, every session of the account."""
    form = SignOutForm()
    if not form.validate_on_submit():
        return render("accounts/sign_out.html", form=form), 422
    if "everywhere" in request.form:
        service.sign_out_everywhere(db(), actor(), now=outside().now())
    else:
        service.sign_out(db(), actor(), now=outside().now())
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


def install(app: Flask) -> None:
    """Add the views, and end sessions that are open for too long however busy they are."""
    app.register_blueprint(views)
    app.before_request(_end_long_session)


def _end_long_session() -> None:
    opened = session.get(opening.OPENED)
    if opened and outside().now() - datetime.fromisoformat(opened) > _LONGEST_SESSION:
        logout_user()
        session.clear()


def _sign_in_page(form: SignInForm) -> str:
    return render(
        "accounts/sign_in.html",
        form=form,
        press=PressForm(formdata=None),
        esi=outside().identity is not None,
        to=request.args.get("to"),
    )
