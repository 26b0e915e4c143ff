"""The draws as those see them who are drawn, or preside: load, odds, ledger; reasons, no lever."""

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from sud.access import Action
from sud.allocation import figures, listing, log, naming, standings
from sud.models import Court, Judge
from sud.request import actor, allow, db, outside, render

views = Blueprint("own_draws", __name__)
views.context_processor(naming.words)

BAND: Final = 8.0
"""Standard cases, on either side of the fair share, up to which the rule leans in proportion."""


@views.get("/my-draws")
@allow(Action.DRAWS_OWN, on=standings.judge_of_actor)
def of_judge(judge: Judge) -> ResponseReturnValue:
    """Show a judge his share, his load, every credit and charge, and his chance in each draw."""
    now = outside().now()
    page = max(1, request.args.get("page", 1, type=int))
    state = log.read(db())
    ledger = judge.court.code
    rows = standings.standings(db(), state, ledger, now=now)
    found, more = standings.moves_of_judge(db(), judge, page=page)
    return render(
        "allocation/of_judge.html",
        judge=judge,
        mine=next((row for row in rows if row.code == judge.code), None),
        picture=picture(ledger, rows, marked=judge.code),
        expectation=standings.expectation(db(), judge, since=now - standings.YEAR),
        moves=found,
        page=page,
        more=more,
    )


@views.get("/court-draws")
@allow(Action.DRAWS_COURT, on=standings.court_of_chair)
def of_chair(court: Court) -> ResponseReturnValue:
    """Show a chair how the load of the court stands, who is absent, and what waits and why."""
    now = outside().now()
    state = log.read(db())
    rows = standings.standings(db(), state, court.code, now=now)
    return render(
        "allocation/of_chair.html",
        court=court,
        rows=rows,
        picture=picture(court.code, rows),
        rates=standings.rates(db(), court, since=now - standings.YEAR),
        waiting=listing.epochs_waiting(db()),
        shortages=[one for one in listing.shortages(db()) if one.court.id == court.id],
        late=listing.cases_waiting(db(), actor(), court),
    )


@views.get("/court-draws/load.svg")
@allow(Action.DRAWS_COURT, on=standings.court_of_chair)
def load(court: Court) -> ResponseReturnValue:
    """Give the picture of the court's load alone, for the chair's first page."""
    now = outside().now()
    rows = standings.standings(db(), log.read(db()), court.code, now=now)
    drawn = picture(court.code, rows)
    empty = figures.lines({}, band=BAND, since=now - standings.YEAR, until=now)
    svg = render("allocation/load.svg", court=court, picture=drawn or empty)
    return Response(svg, mimetype="image/svg+xml")


def picture(ledger: str, rows: list[standings.Standing], marked: str = "") -> figures.Lines | None:
    """Draw the load of each judge of a ledger over the last year; nothing while nothing moved."""
    now = outside().now()
    names = {row.code: figures.short_name(row.name) for row in rows}
    history = standings.history(db(), log.read(db()), ledger, since=now - standings.YEAR, now=now)
    series = {
        names[code]: history[code]
        for code in sorted(history, key=lambda one: names.get(one, ""))
        if code in names
    }
    moments = [moment for points in series.values() for moment, _ in points]
    if len(set(moments)) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    return figures.lines(
        series, band=BAND, since=min(moments), until=now, marked=names.get(marked, "")
    )
