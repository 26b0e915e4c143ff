"""Pages of draws, for those who see the case and for everybody, and the published log itself."""

import json
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.access import Action
from sud.allocation import log, service, story
from sud.allocation.forms import DrawsForm
from sud.cases import service as cases
from sud.db import unit
from sud.errors import CourtError
from sud.models import Case, DrawRequest
from sud.request import actor, allow, db, house, outside, render
from sud.words import language

views = Blueprint("allocation", __name__, template_folder="templates")

ENTRIES_AT_ONCE: Final = 1000
LONGEST_ANSWER: Final = 10_000
JSONL: Final = "application/jsonl"

CONTRIBUTORS: Final[dict[str, LazyString]] = {
    "court": _("Court Department"),
    "bar": _("Bar (Advokatura)"),
    "ombudsman": _("Ombudsman (Akyikatchy)"),
}
GROUNDS: Final[dict[str, LazyString]] = {
    "absence": _("absent"),
    "not-in-pool": _("does not try cases of this kind"),
    "statutory": _("the law forbids it"),
    "panel": _("cannot sit with another judge of the panel"),
}

# The picture of the odds: one row a judge, in units of the drawing.
WIDTH, ROW, BAR, LABEL = 640, 46, 16, 70


def install(app: Flask) -> None:
    """Add the pages; contributors' answers are signed, so they carry no form token."""
    app.register_blueprint(views)
    app.extensions["csrf"].exempt(take_reveal)


def contributor_name(code: str) -> LazyString | str:
    """Return how people call a contributor."""
    return CONTRIBUTORS.get(code, code)


def ground_words(code: str) -> LazyString | str:
    """Return a class of exclusion in words."""
    return GROUNDS.get(code, code)


@views.context_processor
def _words() -> dict[str, Any]:
    return {"contributor_name": contributor_name, "ground_words": ground_words}


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


@views.get("/log/checkpoint")
@allow(Action.LOG_READ)
def checkpoint() -> ResponseReturnValue:
    """Give the size and the root of the log, signed."""
    note = service.signed_checkpoint(db(), log.log_seed(house().config.log_key_file))
    if note is None:
        abort(404)
    return _published(note, "text/plain")


@views.get("/log/entries")
@allow(Action.LOG_READ)
def entries() -> ResponseReturnValue:
    """Give some entries, one a line."""
    start, end = request.args.get("start", type=int), request.args.get("end", type=int)
    if start is None or end is None or not 0 <= start <= end:
        abort(400)
    found = log.lines(db(), start, min(end, start + ENTRIES_AT_ONCE))
    return _published(b"".join(line + b"\n" for line in found), JSONL)


@views.get("/log/proof")
@allow(Action.LOG_READ)
def proof() -> ResponseReturnValue:
    """Prove that the log only grew between two sizes (RFC 9162)."""
    first, second = request.args.get("from", type=int), request.args.get("to", type=int)
    if first is None or second is None:
        abort(400)
    steps = service.growth_proof(db(), first, second)
    if steps is None:
        abort(404)
    facts = {"from": first, "to": second, "proof": [step.hex() for step in steps]}
    return _published(json.dumps(facts), "application/json")


@views.get("/log.jsonl")
@allow(Action.LOG_READ)
def log_file() -> ResponseReturnValue:
    """Give the whole log, as it stands now, for `python -m assignment verify`."""
    sessions, size = house().sessions, log.size_of(db())

    def every_line() -> Iterator[bytes]:
        # The request's own session is closed by the time that the last line leaves.
        for start in range(0, size, ENTRIES_AT_ONCE):
            with unit(sessions) as session:
                end = min(size, start + ENTRIES_AT_ONCE)
                chunk = b"".join(line + b"\n" for line in log.lines(session, start, end))
            yield chunk

    answer = Response(every_line(), mimetype=JSONL)
    answer.headers["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return answer


@views.get("/log/trust.json")
@allow(Action.LOG_READ)
def trust_file() -> ResponseReturnValue:
    """Give keys, anchors and the latest checkpoint; compare the first two with the gazette."""
    if not log.size_of(db()):
        abort(404)
    trust = service.trust(db(), log.log_seed(house().config.log_key_file))
    return _published(json.dumps(trust.plain(), indent=1), "application/json")


@views.post("/log/reveals")
@allow(Action.LOG_REVEAL)
def take_reveal() -> ResponseReturnValue:
    """Take a contributor's cosignature and value; the signatures in it say whose they are."""
    if (request.content_length or 0) > LONGEST_ANSWER:
        abort(413)
    try:
        news = service.take_reveal(
            db(),
            actor(),
            request.get_json(force=True, silent=True),
            now=outside().now(),
            defer=outside().defer,
        )
    except CourtError as error:
        return {"refused": error.code.value}, 409
    return {"taken": True}, 201 if news else 200


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


def _published(body: str | bytes, mimetype: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
