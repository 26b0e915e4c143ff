"""Pages of publication for everybody: decisions, cause lists, the one search box, their feeds."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid5

from flask import Blueprint, Response, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.wording import wording
from sud.access import Action
from sud.labels import label
from sud.models import (
    Court,
    Hearing,
    HearingState,
    Publication,
    PublicationForm,
    PublicationPolicy,
    PublicationState,
)
from sud.outside import local_day
from sud.publication import feeds, outgoing, reading, reports, service
from sud.publication.forms import CauseFilters, DecisionFilters, ReportForm, SearchFilters
from sud.registry import service as registry
from sud.request import actor, allow, db, network, outside, render
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
            title=outgoing.feed_words(one, language()).title,
            summary=listing(
                (*outgoing.feed_words(one, language()).facts, _policy_words(one.policy))
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
    return _never_stale(Response(feed, mimetype="application/atom+xml"))


@views.get("/decisions/changes.atom")
@allow(Action.SITE_READ)
def changes_feed() -> ResponseReturnValue:
    """What became of public texts, line by line, as a feed: no names, no reasons."""
    entries = [
        feeds.Entry(
            key=str(uuid5(step.publication.key, str(step.id))),
            title=f"{label(step.change)}: {step.publication.act.case.number}",
            summary=_policy_words(step.policy),
            url=url_for("publication.decision", key=step.publication.key, _external=True),
            published=step.at,
            updated=step.at,
        )
        for step in reading.changes(db())
    ]
    feed = feeds.atom(
        _("Changes of published decisions"),
        url_for("publication.changes_feed", _external=True),
        language(),
        entries,
        now=outside().now(),
    )
    return _never_stale(Response(feed, mimetype="application/atom+xml"))


@views.get("/decisions/changes.json")
@allow(Action.SITE_READ)
def changes_json() -> ResponseReturnValue:
    """The same for machines that keep copies: which text, what became of it, when, by which policy.

    Whoever republishes decisions takes down what is held or withdrawn.
    """
    lines = [
        {
            "decision": str(step.publication.key),
            "url": url_for("publication.decision", key=step.publication.key, _external=True),
            "change": step.change.value,
            "at": step.at.astimezone(UTC).isoformat(timespec="seconds"),
            "policy": step.policy.number if step.policy else None,
        }
        for step in reading.changes(db())
    ]
    return _never_stale(jsonify({"changes": lines}))


@views.get("/decisions/<uuid:key>")
@allow(Action.DECISION_READ, on=reading.decision_of_url)
def decision(publication: Publication) -> ResponseReturnValue:
    """One decision, to be read like a page; one that is public no longer says only that."""
    if publication.state is not PublicationState.PUBLISHED:
        page = render("publication/withdrawn.html", publication=publication)
        return _never_stale(Response(page, HTTPStatus.GONE))
    act = publication.act
    if publication.form is PublicationForm.CARD:
        page = render("publication/card.html", publication=publication, act=act, case=act.case)
        return _never_stale(Response(page))
    words = wording(act.language)
    facts = outgoing.public_act(
        db(),
        publication,
        base_url=outside().base_url,
        now=publication.published_at or outside().now(),
    )
    page = render(
        "publication/decision.html",
        publication=publication,
        act=act,
        case=act.case,
        facts=facts,
        formulas=words.acts[act.kind_code],
        opening=words.date_and_place(facts.day, facts.place),
    )
    return _never_stale(Response(page))


@views.route("/decisions/<uuid:key>/report", methods=["GET", "POST"])
@allow(Action.PROBLEM_REPORT, on=reading.published_of_url)
def report(publication: Publication) -> ResponseReturnValue:
    """Say what is wrong with a decision; nobody is asked who he is."""
    form = ReportForm()

    def tell() -> None:
        problem = reports.Problem(kind=form.kind.data, words=form.words.data or "", place=network())
        reports.report(
            db(), actor(), publication, problem, secret=outside().secret, now=outside().now()
        )

    if form.does(tell):
        flash(_("Thank you. The court has your report and looks at the decision."))
        address = url_for("publication.decision", key=publication.key)
        return redirect(address, HTTPStatus.SEE_OTHER)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    return render("publication/report.html", publication=publication, form=form), status


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
            "Content-Disposition": f'inline; filename="{outgoing.file_name(publication)}"',
            "Cache-Control": "no-cache",  # it may be withdrawn
        },
    )


def _policy_words(policy: PublicationPolicy | None) -> str:
    return _("policy of publication, version %(number)s", number=policy.number) if policy else ""


def _never_stale(answer: Response) -> Response:
    """Let whoever keeps a copy ask each time whether it still holds: texts are taken back."""
    answer.headers["Cache-Control"] = "no-cache"
    return answer


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
    offered = () if found else reading.suggestions(db(), asked)
    return render(
        "publication/search.html",
        form=form,
        asked=asked,
        found=found,
        offered=offered,
        today=local_day(outside().now()),
        items=[(one, reading.excerpt_of(one, asked)) for one in found.decisions.items[:5]],
    )
