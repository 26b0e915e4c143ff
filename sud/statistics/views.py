"""Pages of the watch: the auditor's alarms, rates and years, and the one line that is public."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from assignment.fairness import ALPHA
from sud.access import Action
from sud.models import FairnessAlarm
from sud.request import actor, allow, db, outside, render
from sud.statistics import material, service, words
from sud.statistics.forms import SettleForm
from sud.statistics.monitors import RATES
from sud.statistics.pictures import picture_of
from sud.words import language

views = Blueprint("statistics", __name__, template_folder="templates")

RARE: Final = 0.0001
"""Below this a p-value is only said to be smaller."""


@views.context_processor
def _words() -> dict[str, Any]:
    return {
        "group_words": words.group,
        "rarity": words.rarity,
        "sentence": words.sentence,
        "short": words.short,
        # Written in a template they would be put into words once, in the first reader's language.
        "rare": RARE,
        "surely": words.SURELY,
    }


@views.get("/watch")
@allow(Action.WATCH_READ)
def watch() -> ResponseReturnValue:
    """What was unusual: alarms that nobody has settled, and what was done by hand."""
    alarms = service.open_alarms(db(), actor())
    settled = service.settled_alarms(db(), actor())
    year = service.year_of(outside().now())
    return render(
        "statistics/watch.html",
        last=service.last_watch(db()),
        alarms=alarms,
        settled=settled,
        names=service.named(db(), [*alarms, *settled], language()),
        years=service.years(db()),
        by_hand=service.by_hand(db(), material.span_of(db(), year)),
        year=year,
    )


@views.route("/watch/<uuid:key>", methods=["GET", "POST"])
@allow(Action.WATCH_SETTLE, on=service.alarm_of_url)
def alarm(found: FairnessAlarm) -> ResponseReturnValue:
    """One alarm: what it saw, how the evidence grew, what to do, and what became of it."""
    form = SettleForm()
    if form.does(
        lambda: service.settle(db(), actor(), found, note=form.note.data, now=outside().now())
    ):
        flash(_("Written down. The watch of these cases begins anew."))
        return redirect(url_for("statistics.watch"), HTTPStatus.SEE_OTHER)
    judges = [tuple(row) for row in found.picture["judges"]]
    page = render(
        "statistics/alarm.html",
        alarm=found,
        form=form,
        names=service.named(db(), [found], language()),
        picture=picture_of([(draws, level) for draws, level in found.picture["path"]]),
        judges=judges,
        judge_names=service.judges_by_code(db(), [code for code, _, _ in judges]),
        last=service.last_watch(db()),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK


@views.get("/watch/rates")
@allow(Action.WATCH_READ)
def rates() -> ResponseReturnValue:
    """How often cases were drawn again, linked, left to one judge..., by court and initiator."""
    year = service.year_of(outside().now())
    initiators = service.initiator_rates(db(), year)
    return render(
        "statistics/rates.html",
        year=year,
        measures=RATES,
        courts=service.court_rates(db(), year),
        initiators=initiators,
        names=service.named(db(), initiators, language()),
    )


@views.get("/watch/years/<int:year>")
@allow(Action.WATCH_READ)
def report(year: int) -> ResponseReturnValue:
    """The yearly report: the residuals of each court tested, by every attribute."""
    lines = service.year_report(db(), year)
    if not lines:
        abort(HTTPStatus.NOT_FOUND)
    return render("statistics/year.html", year=year, lines=lines, alpha=ALPHA)


@views.get("/draws-watch")
@allow(Action.LOG_READ)
def public() -> ResponseReturnValue:
    """Tell everybody that the draws are watched, over how many, and where alarms are open."""
    return render("statistics/public.html", last=service.last_watch(db()))
