"""Pages of draws, for those who see the case and for everybody."""

from typing import Any

from flask import Blueprint, Flask, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from sud.access import Action
from sud.allocation import explaining, naming, publishing, story
from sud.allocation.forms import DrawsForm
from sud.cases import service as cases
from sud.models import Case, DrawRequest
from sud.request import actor, allow, db, house, outside, render
from sud.words import language

views = Blueprint("allocation", __name__, template_folder="templates")
views.context_processor(naming.words)

# The picture of the odds: one row a judge, in units of the drawing.
WIDTH, ROW, BAR, LABEL = 640, 46, 16, 70


def install(app: Flask) -> None:
    """Add the pages; contributors' answers are signed, so they carry no form token."""
    app.register_blueprint(views)
    app.register_blueprint(explaining.views)
    app.register_blueprint(publishing.views)
    app.extensions["csrf"].exempt(publishing.take_reveal)


@views.get("/cases/<uuid:key>/draw")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """Tell those who see the case who was drawn for it and why, or what it waits for."""
    cases.look(db(), actor(), case, now=outside().now())
    stories = [story.story_of(db(), row) for row in story.draws_of(db(), case)]
    return render(
        "allocation/of_case.html", case=case, stories=[(one, _picture(one)) for one in stories]
    )


@views.get("/draws")
@allow(Action.LOG_READ)
def draws() -> ResponseReturnValue:
    """List all draws of the country, or of one court or day."""
    form = DrawsForm()
    known = story.courts_with_draws(db())
    form.court.choices = [
        ("", _("All courts")),
        *((court.code, court.name(language())) for court in known),
    ]
    page = max(1, request.args.get("page", 1, type=int))
    valid = form.validate()
    court = form.court.data if valid else None
    day = form.day.data if valid else None
    found, count = story.draws_found(db(), court=court or None, day=day, page=page)
    return render(
        "allocation/draws.html",
        form=form,
        asked=bool(court or day),
        draws=found,
        logged=story.logged_at(db(), found),
        count=count,
        waiting=story.epochs_waiting(db()),
        assurance=story.assurance_of_log(db()),
        page=page,
        pages=-(-count // story.PAGE),
        draws_page=lambda number: url_for(
            "allocation.draws",
            court=court or None,
            day=day.isoformat() if day else None,
            page=number,
        ),
    )


@views.get("/draws/<request_id>")
@allow(Action.LOG_READ, on=story.draw_of_url)
def draw(row: DrawRequest) -> ResponseReturnValue:
    """Show one draw to everybody: who could be drawn, with which odds, and how to check it."""
    told = story.story_of(db(), row)
    return render(
        "allocation/draw.html",
        story=told,
        picture=_picture(told),
        base_url=house().config.base_url.rstrip("/"),
    )


def _picture(told: story.Story) -> dict[str, Any]:
    """Work out the bars of the odds, so that the template only draws them."""
    most = max((max(one.chance or 0, one.fair) for one in told.candidates), default=1)
    unit_width = (WIDTH - LABEL) / most
    return {
        "width": WIDTH,
        "height": ROW * len(told.candidates),
        "bar": BAR,
        "rows": [
            {
                "candidate": one,
                "y": ROW * place,
                "length": round(unit_width * (one.fair if one.chance is None else one.chance), 1),
                "fair": round(unit_width * one.fair, 1),
            }
            for place, one in enumerate(told.candidates)
        ],
    }
