"""The pages of ESI: off to the provider, and the address to which it sends people back."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from sud.access import Action
from sud.accounts import opening
from sud.errors import CourtError, Refusal
from sud.esi import service
from sud.esi.forms import GoForm
from sud.identity import Identified
from sud.models import EsiPurpose
from sud.request import actor, allow, db, house, network, outside, render, session_name
from sud.words import refusal_words

views = Blueprint("esi", __name__, template_folder="templates")


@views.post("/esi/sign-in")
@allow(Action.ESI_SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Send somebody to the provider to prove who he is."""
    back = opening.destination()
    if not GoForm().validate_on_submit():
        return redirect(opening.sign_in_address(back), 303)
    try:
        address = service.begin_sign_in(
            db(),
            actor(),
            sent=service.Sent(
                browser=session_name(), place=network(), secret=house().config.secret_key
            ),
            back=back,
            outside=outside(),
            now=outside().now(),
        )
    except CourtError as error:
        return _refused(error, back)
    return redirect(address, 303)


@views.get("/esi/return")
@allow(Action.ESI_RETURN)
def come_back() -> ResponseReturnValue:
    """Take what the provider says of somebody who was sent to it."""
    answer = service.Answer(
        state=request.args.get("state", ""),
        code=request.args.get("code", ""),
        error=request.args.get("error", ""),
        issuer=request.args.get("iss", ""),
    )
    now, back = outside().now(), ""
    who_asks = actor()
    # Nothing is held in the database while the provider is asked.
    db().rollback()
    try:
        came = service.returned(
            house().sessions, who_asks, answer.state, browser=session_name(), now=now
        )
        back = came.visit.back
        _keep(came, service.identified(came, answer, outside=outside(), now=now))
    except CourtError as error:
        db().rollback()
        if who_asks.signed_in or error.code is not Refusal.ESI_UNKNOWN:
            # A stranger with an answer to nothing is not worth a line: he could write a million.
            service.note_refusal(house().sessions, who_asks, error.code, now=now)
        return _refused(error, back)
    return redirect(back, 303)


def _keep(came: service.Returned, who: Identified) -> None:
    now = outside().now()
    if came.visit.purpose is EsiPurpose.CONFIRM:
        service.confirm(db(), actor(), came.visit, who, outside=outside(), now=now)
        return
    session_id = service.sign_in(db(), actor(), came.visit, who, now=now)
    if not actor().signed_in:
        opening.open_session(session_id, now=now)


def _refused(error: CourtError, back: str) -> tuple[str, int]:
    words = refusal_words(error)
    return render("esi/refused.html", words=words, back=back), 422
