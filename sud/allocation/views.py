"""Pages of draws for everybody, and of the draw of a case for those who see the case."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from documents.papers import protocol as paper
from sud.access import Action
from sud.allocation import (
    explaining,
    figures,
    listing,
    log,
    naming,
    own,
    printing,
    publishing,
    service,
    standings,
    story,
)
from sud.allocation.forms import DrawsForm
from sud.allocation.listing import Asked
from sud.cases import issued
from sud.cases import service as cases
from sud.db import unit
from sud.models import Case, Court, DrawRequest, PaperKind
from sud.registry import epochs
from sud.request import actor, allow, db, house, outside, render
from sud.words import language

views = Blueprint("allocation", __name__, template_folder="templates")
views.context_processor(naming.words)

PROOF: Final = "application/octet-stream"


def install(app: Flask) -> None:
    """Add the pages; contributors' answers are signed, so they carry no form token."""
    app.register_blueprint(views)
    app.register_blueprint(own.views)
    app.register_blueprint(explaining.views)
    app.register_blueprint(publishing.views)
    app.extensions["csrf"].exempt(publishing.take_reveal)


# ------------------------------------------------------------------ of a case


@views.get("/cases/<uuid:key>/draw")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """Tell those who see the case who was drawn for it and why, or what it waits for."""
    cases.look(db(), actor(), case, now=outside().now())
    stories = story.stories_of(db(), story.draws_of(db(), case))
    return render(
        "allocation/of_case.html",
        case=case,
        stories=stories,
        pictures=_pictures(stories),
        wait=service.waiting(db(), case),
    )


@views.get("/cases/<uuid:key>/draw.pdf")
@allow(Action.CASE_READ, on=cases.case_of_url)
def protocol(case: Case) -> ResponseReturnValue:
    """Print the protocol of the draw of a case, with every attempt."""
    rows = story.draws_of(db(), case)
    if not rows:
        abort(404)
    cases.look(db(), actor(), case, now=outside().now())
    facts = printing.facts_of(
        case,
        story.stories_of(db(), list(reversed(rows))),
        language=language(),
        origin=house().config.log_origin,
        program=explaining.digest(),
        url=_public_url(rows[0]),
    )
    handed = issued.print_facts(
        db(),
        actor(),
        facts,
        paper.protocol,
        kind=PaperKind.DRAW_PROTOCOL,
        subject=f"cases/{case.id}/draws",
        case=case,
        outside=outside(),
    )
    answer = Response(handed.pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{rows[0].request_id}.pdf"'
    return answer


@views.get("/cases/<uuid:key>/draw.tlog-proof")
@allow(Action.CASE_READ, on=cases.case_of_url)
def receipt(case: Case) -> ResponseReturnValue:
    """Give the proof, to be checked offline, that the log has an entry about this case."""
    rows = story.draws_of(db(), case)
    if not rows:
        abort(404)
    cases.look(db(), actor(), case, now=outside().now())
    seed = log.log_seed(house().config.log_key_file)
    proof = printing.receipt(db(), case, rows[0], seed=seed)
    answer = Response(proof.text(), mimetype=PROOF)
    name = f"{rows[0].request_id}.tlog-proof"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ------------------------------------------------------------------ for everybody


@views.get("/draws")
@allow(Action.LOG_READ)
def draws() -> ResponseReturnValue:
    """Find draws of the country by court, days, judge and number; say what waits."""
    now = outside().now()
    form, asked = _asked()
    page = max(1, request.args.get("page", 1, type=int))
    found, count = listing.draws_found(db(), asked, page=page)
    timetable = epochs.timetable().overridden(house().config.epoch_timetable)
    return render(
        "allocation/draws.html",
        form=form,
        asked=asked,
        draws=found,
        logged=listing.logged_at(db(), found),
        count=count,
        waiting=listing.epochs_waiting(db()),
        shortages=listing.shortages(db()),
        reduced=listing.reduced(db(), since=now - standings.YEAR),
        next_draws=[(group, group.next_draw(now)) for group in timetable.groups],
        assurance=story.assurance_of_log(db()),
        page=page,
        pages=-(-count // listing.PAGE),
        draws_page=lambda number: url_for("allocation.draws", page=number, **_address(asked)),
        address=_address(asked),
    )


@views.get("/draws.csv")
@allow(Action.LOG_READ)
def table() -> ResponseReturnValue:
    """Give the draws that are meant as a table for spreadsheets."""
    form, asked = _asked()
    if form.errors:
        abort(400)
    # The mark in front lets every spreadsheet read the letters right.
    head = "\N{ZERO WIDTH NO-BREAK SPACE}" + _csv(dict(zip(*[listing.COLUMNS] * 2, strict=True)))
    lines = chain([head], map(_csv, _every_row(asked)))
    return _download(lines, "text/csv", "draws.csv")


@views.get("/draws.jsonl")
@allow(Action.LOG_READ)
def objects() -> ResponseReturnValue:
    """Give the draws that are meant as JSON, one a line."""
    form, asked = _asked()
    if form.errors:
        abort(400)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in _every_row(asked))
    return _download(lines, publishing.JSONL, "draws.jsonl")


@views.get("/draws/courts/<code>")
@allow(Action.LOG_READ, on=standings.court_of_url)
def court(court: Court) -> ResponseReturnValue:
    """Show how the load of a court's judges stands against the fair share, and their odds."""
    now = outside().now()
    state = log.read(db())
    rows = standings.standings(db(), state, court.code, now=now)
    chances = [(row.name, row.chance, row.fair, False) for row in rows if row.share]
    return render(
        "allocation/court.html",
        court=court,
        rows=rows,
        picture=own.picture(court.code, rows),
        odds=figures.bars(chances),
        others=[
            (ledger, standings.standings(db(), state, ledger, now=now))
            for ledger in standings.ledgers_of(state, court)[1:]
        ],
        rates=standings.rates(db(), court, since=now - standings.YEAR),
        epochs=standings.epochs_of(db(), court),
        shortages=[one for one in listing.shortages(db()) if one.court.id == court.id],
    )


@views.get("/draws/courts/<code>/load.svg")
@allow(Action.LOG_READ, on=standings.court_of_url)
def load(court: Court) -> ResponseReturnValue:
    """Give the picture of a court's load alone."""
    rows = standings.standings(db(), log.read(db()), court.code, now=outside().now())
    picture = own.picture(court.code, rows)
    if picture is None:
        abort(404)
    drawn = render("allocation/load.svg", court=court, picture=picture)
    return Response(drawn, mimetype="image/svg+xml")


@views.get("/draws/<request_id>")
@allow(Action.LOG_READ, on=story.draw_of_url)
def draw(row: DrawRequest) -> ResponseReturnValue:
    """Show one draw to everybody: who could be drawn, with which odds, and how to check it."""
    stories = story.stories_of(db(), story.attempts_of(db(), row))
    return render(
        "allocation/draw.html",
        stories=stories,
        row=row,
        pictures=_pictures(stories),
        base_url=house().config.base_url.rstrip("/"),
    )


# ------------------------------------------------------------------ inside


def _asked() -> tuple[DrawsForm, Asked]:
    form = DrawsForm()
    form.court.choices = [
        ("", _("All courts")),
        *((one.code, one.name(language())) for one in listing.courts_with_draws(db())),
    ]
    if not form.validate():
        return form, Asked()
    return form, Asked(
        court=form.court.data or "",
        first=form.day.data,
        last=form.until.data,
        name=form.name.data or "",
        judge=form.judge.data or "",
    )


def _address(asked: Asked) -> dict[str, Any]:
    """Write what is asked as an address does."""
    return {
        "court": asked.court or None,
        "day": asked.first.isoformat() if asked.first else None,
        "until": asked.last.isoformat() if asked.last else None,
        "name": asked.name or None,
        "judge": asked.judge or None,
    }


def _every_row(asked: Asked) -> Iterator[dict[str, Any]]:
    """Return all draws that are meant, read piece by piece while they are sent."""
    sessions = house().sessions

    def rows() -> Iterator[dict[str, Any]]:
        # The request's own session is closed by the time that the last row leaves.
        before: int | None = None
        while True:
            with unit(sessions) as session:
                found = listing.spreadsheet(session, asked, before=before)
            yield from found
            if len(found) < listing.CHUNK:
                return
            before = found[-1]["entry"]

    return rows()


def _csv(row: Mapping[str, Any]) -> str:
    target = io.StringIO()
    csv.DictWriter(target, listing.COLUMNS, lineterminator="\r\n").writerow(row)
    return target.getvalue()


def _download(lines: Iterator[str], mimetype: str, name: str) -> Response:
    answer = Response(lines, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _public_url(row: DrawRequest) -> str:
    path = url_for("allocation.draw", request_id=row.request_id)
    return house().config.base_url.rstrip("/") + path


def _pictures(stories: list[story.Story]) -> dict[tuple[int, int], figures.Bars]:
    """Draw the odds of each seat, by draw and seat."""
    return {
        (one.row.id, seat.number): figures.bars(
            [
                (
                    each.name,
                    each.fair if each.chance is None else each.chance,
                    each.fair,
                    each.drawn,
                )
                for each in seat.candidates
            ]
        )
        for one in stories
        for seat in one.seats
    }
