"""Pages of publication for everybody: decisions, cause lists, the one search box, their feeds."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.wording import wording
from sud.access import Action
from sud.labels import label
from sud.models import Court, Hearing, HearingState, Publication, PublicationState
from sud.outside import local_day
from sud.publication import feeds, reading, service
from sud.publication.forms import CauseFilters, DecisionFilters, SearchFilters
from sud.registry import service as registry
from sud.request import allow, db, outside, render
from sud.words import clock, day, language, listing

views = Blueprint("publication", __name__, template_folder="templates")


# ------------------------------------------------------------------ decisions


@views.get("/decisions")
@allow(Action.SITE_READ)
def decisions() -> ResponseReturnValue:
    """The list, with filters that say how many decisions each leaves."""
    form = DecisionFilters()
    found = reading.decisions(db(), _wanted(form))
    for field, choices in (
        (form.court, found.courts),
        (form.kind, found.kinds),
        (form.category, found.categories),
    ):
        field.choices = [
            (one.code, f"{one.thing.name(language())} ({one.count})") for one in choices
        ]
    return render(
        "publication/decisions.html",
        form=form,
        found=found,
        items=[(one, reading.excerpt_of(one, form.q.data or "")) for one in found.items],
        filtered=any(_asked().values()),
        narrowed=any(value for name, value in _asked().items() if name != "q"),
        page_url=_page_url("publication.decisions"),
        feed_url=url_for("publication.decisions_feed", **_asked()),
    )


@views.get("/decisions.atom")
@allow(Action.SITE_READ)
def decisions_feed() -> ResponseReturnValue:
    """The same list as a feed, the newest decisions first."""
    found = reading.decisions(db(), _wanted(DecisionFilters()))
    entries = [
        feeds.Entry(
            key=str(one.key),
            title=f"{one.act.kind.name(language())} {one.act.case.number}",
            summary=listing(
                (one.act.case.court.name(language()), one.act.case.category.name(language()))
            ),
            url=url_for("publication.decision", key=one.key, _external=True),
            published=one.published_at,
            updated=one.published_at,
        )
        for one in found.items
        if one.published_at is not None
    ]
    feed = feeds.atom(
        _("Published decisions"),
        url_for("publication.decisions_feed", _external=True, **_asked()),
        language(),
        entries,
        now=outside().now(),
    )
    return Response(feed, mimetype="application/atom+xml")


@views.get("/decisions/<uuid:key>")
@allow(Action.DECISION_READ, on=reading.decision_of_url)
def decision(publication: Publication) -> ResponseReturnValue:
    """One decision, to be read like a page; a withdrawn one says only that it was withdrawn."""
    if publication.state is PublicationState.WITHDRAWN:
        return render("publication/withdrawn.html", publication=publication), HTTPStatus.GONE
    act = publication.act
    words = wording(act.language)
    facts = service.public_act(
        db(),
        publication,
        base_url=outside().base_url,
        now=publication.published_at or outside().now(),
    )
    return render(
        "publication/decision.html",
        publication=publication,
        act=act,
        case=act.case,
        facts=facts,
        formulas=words.acts[act.kind_code],
        opening=words.date_and_place(facts.day, facts.place),
    )


@views.get("/decisions/<uuid:key>.pdf")
@allow(Action.DECISION_READ, on=reading.decision_of_url)
def decision_pdf(publication: Publication) -> ResponseReturnValue:
    """The public paper."""
    paper = service.stored_pdf(publication, outside())
    if paper is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(
        paper,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="decision-{publication.key}.pdf"',
            "Cache-Control": "no-cache",  # it may be withdrawn
        },
    )


def _wanted(form: DecisionFilters) -> reading.Wanted:
    """Read the filters; a date that is none is told by its field and leaves the list whole."""
    page = request.args.get("page", "1")
    return reading.Wanted(
        words=form.q.data or "",
        court=form.court.data or "",
        kind=form.kind.data or "",
        category=form.category.data or "",
        since=form.since.data,
        until=form.until.data,
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,  # noqa: PLR2004
    )


def _asked() -> dict[str, Any]:
    """Return what the address asks, without the page and the language."""
    return {name: value for name, value in request.args.items() if name not in {"page", "lang"}}


def _page_url(endpoint: str) -> Callable[[int], str]:
    return lambda page: url_for(endpoint, **_asked(), page=page)


# ------------------------------------------------------------------ hearings of a day


@views.get("/hearings")
@allow(Action.SITE_READ)
def cause_list() -> ResponseReturnValue:
    """The hearings of a court on a day; without a court, how many each has."""
    form, court, chosen = _cause()
    courts = reading.courts_on(db(), chosen)
    form.court.choices = [
        (one.court.code, f"{one.court.name(language())} ({one.count})") for one in courts
    ]
    return render(
        "publication/hearings.html",
        form=form,
        court=court,
        unknown=bool(form.court.data) and court is None,
        chosen=chosen,
        today=local_day(outside().now()),
        courts=[one for one in courts if one.count],
        hearings=reading.hearings_on(db(), court, chosen) if court else (),
        is_closed=reading.is_closed,
        day_url=lambda days: url_for(
            "publication.cause_list",
            court=form.court.data or None,
            day=(chosen + timedelta(days=days)).isoformat(),
        ),
    )


@views.get("/hearings.csv")
@allow(Action.SITE_READ)
def cause_list_csv() -> ResponseReturnValue:
    """The cause list for a spreadsheet."""
    court, chosen, events = _events()
    heads = (
        _("Date"),
        _("Time"),
        _("Courtroom"),
        _("Judge"),
        _("Kind of case"),
        _("Case"),
        _("Subject"),
        _("Purpose"),
        _("State"),
    )
    return _download(feeds.table(heads, events), "text/csv", court, chosen, "csv")


@views.get("/hearings.ics")
@allow(Action.SITE_READ)
def cause_list_calendar() -> ResponseReturnValue:
    """The cause list for a calendar."""
    court, chosen, events = _events()
    name = f"{court.name(language())}, {day(chosen)}"
    return _download(feeds.calendar(name, events), "text/calendar", court, chosen, "ics")


def _cause() -> tuple[CauseFilters, Court | None, date]:
    form = CauseFilters()
    chosen = form.day.data or local_day(outside().now())
    if form.day.data is None:
        form.day.process_data(chosen)
    court = registry.court_by_code(db(), form.court.data) if form.court.data else None
    return form, court, chosen


def _events() -> tuple[Court, date, list[feeds.Event]]:
    _form, court, chosen = _cause()
    if court is None:
        abort(HTTPStatus.NOT_FOUND)
    return court, chosen, [_event(one) for one in reading.hearings_on(db(), court, chosen)]


def _event(hearing: Hearing) -> feeds.Event:
    case, lang = hearing.case, language()
    closed = reading.is_closed(hearing)
    subject = _("closed hearing") if closed else case.category.name(lang)
    return feeds.Event(
        key=str(hearing.key),
        starts=hearing.starts_at,
        ends=hearing.ends_at,
        stamped=hearing.set_at,
        summary=f"{case.number}: {label(hearing.purpose)}",
        place=f"{case.court.name(lang)}, {hearing.courtroom.name}",
        note=listing((case.kind.name(lang), subject, hearing.judge.full_name)),
        cancelled=hearing.state is HearingState.CANCELLED,
        row=(
            local_day(hearing.starts_at).isoformat(),
            clock(hearing.starts_at),
            hearing.courtroom.name,
            hearing.judge.full_name,
            case.kind.name(lang),
            case.number,
            subject,
            str(label(hearing.purpose)),
            str(label(hearing.state)),
        ),
    )


def _download(
    content: bytes, mimetype: str, court: Court, chosen: date, ending: str
) -> ResponseReturnValue:
    name = f"hearings-{court.code}-{chosen.isoformat()}.{ending}"
    return Response(
        content,
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# ------------------------------------------------------------------ the one search box


@views.get("/search")
@allow(Action.SITE_READ)
def search() -> ResponseReturnValue:
    """Cases by their number in any spelling, courts by name, decisions by their words."""
    form = SearchFilters()
    asked = form.q.data or ""
    found = reading.found(db(), asked, now=outside().now())
    return render(
        "publication/search.html",
        form=form,
        asked=asked,
        found=found,
        today=local_day(outside().now()),
        items=[(one, reading.excerpt_of(one, asked)) for one in found.decisions.items[:5]],
    )
