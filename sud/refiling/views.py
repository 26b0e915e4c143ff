"""The pages of refiling: what follows what at a court, and a clerk's way to undo a link."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import Case
from sud.refiling import service
from sud.refiling.forms import UndoForm
from sud.request import actor, allow, can, db, outside, render

views = Blueprint("refiling", __name__, template_folder="templates")

COUNTED: Final = timedelta(days=365)


@views.get("/refilings")
@allow(Action.REFILING_LIST)
def lately() -> ResponseReturnValue:
    """Show the alarms, what waits for an earlier case, and what was decided lately."""
    return render(
        "refiling/lately.html",
        alarms=service.alarms(db(), actor()),
        decided=service.lately(db(), actor()),
        counts=service.counts_by_clerk(db(), actor(), outside().now() - COUNTED)
        if can(Action.JOURNAL_READ)
        else (),
    )


@views.get("/cases/<uuid:key>/refiling")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """Show which case this one follows, and which follow it."""
    cases.look(db(), actor(), case, now=outside().now())
    return render(
        "refiling/of_case.html",
        case=case,
        row=service.refiling_of(db(), case),
        copies=service.copies_of(db(), actor(), case),
    )


@views.get("/cases/<uuid:key>/unlink")
@allow(Action.REFILING_UNDO, on=cases.case_of_url)
def undo(case: Case) -> ResponseReturnValue:
    """Ask why the case is another matter."""
    row = service.bound_of(db(), case)
    if row is None:
        raise CourtError(Refusal.LINK_SETTLED)
    form = UndoForm()
    form.offer()
    form.check_seen(row)
    return render("refiling/undo.html", case=case, row=row, form=form)


@views.post("/cases/<uuid:key>/unlink")
@allow(Action.REFILING_UNDO, on=cases.case_of_url)
def undo_post(case: Case) -> ResponseReturnValue:
    """Undo the link: the judge is drawn."""
    row = service.bound_of(db(), case)
    if row is None:
        raise CourtError(Refusal.LINK_SETTLED)
    form = UndoForm()
    form.offer()
    if form.does(
        lambda: service.undo(
            db(),
            actor(),
            case,
            reason=form.reason.data,
            secret=outside().secret,
            now=outside().now(),
        ),
        to=row,
    ):
        flash(_("The link is undone. The judge is drawn with the next draw."))
        return redirect(url_for("cases.overview", key=case.key), 303)
    return render("refiling/undo.html", case=case, row=row, form=form), 422
