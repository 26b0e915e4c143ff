"""The pages of minutes: of a hearing, entering them, remarks by the parties, the judge's answer."""

from typing import cast

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from documents.papers import minutes as papers
from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.hearings.service import hearing_of_url
from sud.minutes import blank, service, signing
from sud.minutes.forms import MinutesForm, RemarkForm, RulingForm, UnsignedForm
from sud.models import Hearing, HearingState, Remark
from sud.outside import local_day
from sud.request import actor, allow, can, db, house, outside, render
from sud.uploads.handing import beside

views = Blueprint("minutes", __name__, template_folder="templates")

_ABOUT_DAY = (Refusal.MINUTES_SIGNED_BEFORE, Refusal.MINUTES_SIGNED_AFTER)
_LONGEST = 24 * 3600


def install(app: Flask) -> None:
    """Add the views, and what the list of hearings asks about their minutes."""
    app.register_blueprint(views)
    app.context_processor(
        lambda: {"minutes_among": lambda hearings: service.minutes_among(db(), hearings)}
    )


@views.get("/hearings/<uuid:key>/minutes")
@allow(Action.REMARK_READ, on=hearing_of_url)
def of_hearing(hearing: Hearing) -> ResponseReturnValue:
    """Show the minutes of a hearing, until when remarks can be filed, and those filed."""
    cases.look(db(), actor(), hearing.case, now=outside().now())
    return _of_hearing(hearing, MinutesForm())


@views.get("/hearings/<uuid:key>/minutes.pdf")
@allow(Action.MINUTES_ADD, on=hearing_of_url)
def on_paper(hearing: Hearing) -> ResponseReturnValue:
    """Print what the minutes begin with, to be completed by hand and signed."""
    cases.look(db(), actor(), hearing.case, now=outside().now())
    facts = blank.paper_of(db(), actor(), hearing)
    return Response(
        papers.minutes(facts).pdf,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{hearing.key}.pdf"',
            # The browser's own reader puts its page into a frame with a style of its own.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "object-src 'self'; frame-ancestors 'none'",
        },
    )


@views.post("/hearings/<uuid:key>/minutes")
@allow(Action.MINUTES_ADD, on=hearing_of_url)
def enter(hearing: Hearing) -> ResponseReturnValue:
    """Enter the signed minutes."""
    form = MinutesForm()
    if form.validate_on_submit():
        paper = beside(form.paper.data)
        try:
            service.enter_minutes(
                db(),
                actor(),
                hearing,
                paper,
                signed_on=form.signed_on.data,
                outside=outside(),
                limit=house().config.upload_limit_bytes,
            )
        except CourtError as error:
            form.refuse(error, form.signed_on if error.code in _ABOUT_DAY else form.paper)
        else:
            flash(_("The minutes are entered. The parties see them among the papers."))
            return redirect(url_for("minutes.of_hearing", key=hearing.key), 303)
    return _of_hearing(hearing, form), 422


@views.post("/hearings/<uuid:key>/minutes/signing")
@allow(Action.MINUTES_SIGN, on=hearing_of_url)
def sign(hearing: Hearing) -> ResponseReturnValue:
    """Lay finished minutes before the secretary and the presiding judge."""
    form = UnsignedForm()
    if form.validate_on_submit():
        try:
            sheet = signing.lay_out(
                db(),
                actor(),
                hearing,
                beside(form.unsigned.data),
                outside=outside(),
                limit=house().config.upload_limit_bytes,
            )
        except CourtError as error:
            form.refuse(error, form.unsigned)
        else:
            return redirect(url_for("signing.sheet", key=sheet.key), 303)
    return _of_hearing(hearing, MinutesForm(formdata=None), form), 422


def _of_hearing(hearing: Hearing, form: MinutesForm, unsigned: UnsignedForm | None = None) -> str:
    minutes = service.minutes_of(db(), hearing)
    held = hearing.state is HearingState.HELD
    until = service.remarks_until(db(), minutes) if minutes else None
    today = local_day(outside().now())
    return render(
        "minutes/of_hearing.html",
        case=hearing.case,
        hearing=hearing,
        minutes=minutes,
        until=until,
        remarks=service.remarks_on(db(), hearing),
        may_enter=held and minutes is None and can(Action.MINUTES_ADD, hearing),
        may_remark=held
        and can(Action.REMARK_MAKE, hearing)
        and (until is None or today <= until.due),
        form=form,
        unsigned=unsigned or UnsignedForm(formdata=None),
        sheet=None if minutes else signing.sheet_of(db(), actor(), hearing),
        limit=house().config.upload_limit_bytes,
    )


# ------------------------------------------------------------------ remarks


@views.get("/hearings/<uuid:key>/remarks/new")
@allow(Action.REMARK_MAKE, on=hearing_of_url)
def remark(hearing: Hearing) -> ResponseReturnValue:
    """Ask what is wrong; the player may have named the place."""
    form = RemarkForm()
    form.offer()
    second = request.args.get("at", -1, type=int)
    if 0 <= second < _LONGEST:
        form.show_mark(second)
    return _remarking(hearing, form)


@views.post("/hearings/<uuid:key>/remarks/new")
@allow(Action.REMARK_MAKE, on=hearing_of_url)
def remark_post(hearing: Hearing) -> ResponseReturnValue:
    """File the remark."""
    form = RemarkForm()
    form.offer()
    if form.validate_on_submit():
        try:
            service.remark(db(), actor(), hearing, form.said, now=outside().now())
        except CourtError as error:
            about: Field | None = form.about if error.code is Refusal.MINUTES_NOT_READY else None
            form.refuse(error, about)
        else:
            flash(_("Your remarks are filed. The judge's answer will stand beside them."))
            return redirect(url_for("minutes.of_hearing", key=hearing.key), 303)
    return _remarking(hearing, form), 422


def _remarking(hearing: Hearing, form: RemarkForm) -> str:
    minutes = service.minutes_of(db(), hearing)
    return render(
        "minutes/remark.html",
        case=hearing.case,
        hearing=hearing,
        until=service.remarks_until(db(), minutes) if minutes else None,
        form=form,
    )


@views.get("/remarks")
@allow(Action.REMARK_LIST)
def waiting() -> ResponseReturnValue:
    """List the remarks that wait for this judge."""
    return render("minutes/waiting.html", remarks=service.remarks_to_rule(db(), actor()))


@views.get("/remarks/<uuid:key>")
@allow(Action.REMARK_READ, on=service.remark_of_url)
def one(remark: Remark) -> ResponseReturnValue:
    """Show a remark with its answer, or ask the judge for one."""
    cases.look(db(), actor(), remark.hearing.case, now=outside().now())
    form = RulingForm()
    form.offer()
    form.check_seen(remark)
    return _one(remark, form)


@views.post("/remarks/<uuid:key>")
@allow(Action.REMARK_RULE, on=service.remark_of_url)
def rule(remark: Remark) -> ResponseReturnValue:
    """Accept or reject the remark."""
    form = RulingForm()
    form.offer()
    if form.validate_on_submit():
        try:
            form.check_seen(remark)
            service.rule(
                db(),
                actor(),
                remark,
                accepted=form.verdict.data == "accept",
                answer=cast("str", form.answer.data),
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("Your decision on the remarks is written down."))
            return redirect(url_for("minutes.of_hearing", key=remark.hearing.key), 303)
    return _one(remark, form), 422


def _one(remark: Remark, form: RulingForm) -> str:
    return render(
        "minutes/one.html",
        case=remark.case,
        hearing=remark.hearing,
        remark=remark,
        form=form,
    )
