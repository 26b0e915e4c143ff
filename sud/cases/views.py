"""The pages of cases: the first page of whoever is signed in, the search, the case itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.cases import deadlines, home, notices, notified, service, showing, signatures
from sud.cases.forms import AcceptForm, SearchForm
from sud.errors import CourtError
from sud.labels import DEEDS, LOOKS
from sud.models import Case, CaseState, Document, Hearing, Notice, ViewState
from sud.outside import local_day
from sud.registry.service import LimitEnd
from sud.request import actor, allow, can, db, outside, render

views = Blueprint("cases", __name__, template_folder="templates")

_DRAWN: Final = "drawn"
_LOOK_AGAIN: Final = "3"
"""Seconds after which the browser asks whether the copy is drawn."""
_SUFFIXES: Final = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/plain": ".txt",
}
# A sandbox would also keep the browser's own reader of PDFs away.
_CLOSED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What the band of every page of a case says beyond the case itself."""

    parties: str
    deadline: LimitEnd | None


def install(app: Flask) -> None:
    """Add the views, and what the layout of a case's pages asks for in every room."""
    app.register_blueprint(views)
    app.context_processor(
        lambda: {
            "band_of": band_of,
            "case_page_url": case_page_url,
            "case_pages": case_pages,
            "deed": deed,
            "hearing_page_url": hearing_page_url,
            "page_url": page_url,
            "summons_for": lambda hearings: notified.summons_for(db(), actor(), hearings),
            "today": local_day(outside().now()),
        }
    )


def band_of(case: Case) -> Band:
    """Gather what the band shows; the layout asks once, whichever room's page it frames."""
    known: dict[int, Band] = g.setdefault("bands", {})
    if case.id not in known:
        sides = service.parties_in_short(db(), [case]).get(case.id, ("", ""))
        known[case.id] = Band(
            parties=" – ".join(side for side in sides if side),
            deadline=deadlines.deadline_of(case, deadlines.rules(db())),
        )
    return known[case.id]


def page_url(endpoint: str) -> str:
    """Give the address of another room's page; empty while that room has none."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def case_page_url(endpoint: str, case: Case) -> str:
    """Give the address of another room's page of a case; empty while that room has none."""
    return url_for(endpoint, key=case.key) if endpoint in current_app.view_functions else ""


def hearing_page_url(endpoint: str, hearing: Hearing) -> str:
    """Give the address of another room's page of a hearing; empty while that room has none."""
    return url_for(endpoint, key=hearing.key) if endpoint in current_app.view_functions else ""


def case_pages(case: Case) -> list[dict[str, str]]:
    """List the pages of a case, each of its own room, as tabs."""
    pages = (
        ("cases.overview", _("Overview")),
        ("cases.people", _("People")),
        ("cases.papers", _("Papers")),
        ("hearings.of_case", _("Hearings and recordings")),
        ("acts.of_case", _("Acts")),
        ("allocation.of_case", _("Draw of the judge")),
        ("cases.money", _("Money")),
        ("cases.looked", _("Who looked")),
    )
    return [
        {"key": endpoint, "text": text, "url": url}
        for endpoint, text in pages
        if (url := case_page_url(endpoint, case))
    ]


def deed(event: service.Event) -> str | None:
    """Say in words what happened; None for what is no event of the case's life."""
    change = str(event.facts.get("change", ""))
    if event.action is Action.CASE_DISTRIBUTE and not change:
        change = _way(event.facts)
    words = DEEDS.get((event.action, change))
    return None if words is None else str(words)


def _way(facts: Mapping[str, Any]) -> str:
    """Say how a judge came to a case, or left it; what concerns neither is told elsewhere."""
    if "left" in facts:
        return "left"
    if "judge" not in facts:
        return "corrected"
    return "" if facts.get("kind", _DRAWN) == _DRAWN else str(facts["kind"])


@views.get("/home", endpoint="home")
@allow(Action.HOME_READ)
def first_page() -> ResponseReturnValue:
    """Show what waits for whoever is signed in."""
    return _staff_home() if actor().staff else _party_home()


def _staff_home() -> str:
    now = outside().now()
    known = deadlines.rules(db())
    running = [
        (case, deadlines.deadline_of(case, known)) for case in home.open_cases(db(), actor())
    ]
    due = sorted(
        ((case, deadline) for case, deadline in running if deadline is not None),
        key=lambda pair: pair[1].due,
    )[: home.SHOWN]
    today = home.hearings_today(db(), actor(), now=now)
    to_accept = home.cases_to_accept(db(), actor())
    every = [*(hearing.case for hearing in today), *to_accept, *(case for case, _day in due)]
    return render(
        "cases/staff_home.html",
        queues=home.queues_of(db(), actor(), now=now),
        hearings=today,
        to_accept=to_accept,
        drafts=home.acts_to_issue(db(), actor()),
        due=due,
        parties=service.parties_in_short(db(), every),
        search=SearchForm(),
    )


def _party_home() -> str:
    now = outside().now()
    mine, _count = service.cases_of(db(), actor())
    return render(
        "cases/party_home.html",
        cases=mine,
        parties=service.parties_in_short(db(), mine),
        next_hearings=service.next_hearings(db(), mine, now=now),
        last_events=service.last_events(db(), mine, {action for action, _change in DEEDS}),
        filings=home.filings_of(db(), actor()),
        awaited=home.signatures_awaited(db(), actor()),
        late=home.slow_signatures(db(), actor(), now=now),
    )


@views.get("/cases")
@allow(Action.CASE_SEARCH)
def search() -> ResponseReturnValue:
    """Find a case by any spelling of its number; without a question, list one's cases."""
    form = SearchForm()
    question = form.q.data or ""
    page = max(1, request.args.get("page", 1, type=int))
    if question:
        found = service.cases_found(db(), actor(), question, now=outside().now())
        count = len(found)
    else:
        found, count = service.cases_of(db(), actor(), page=page)
    if question and count == 1:
        return redirect(url_for("cases.overview", key=found[0].key), 303)
    return render(
        "cases/search.html",
        form=form,
        question=question,
        cases=found,
        parties=service.parties_in_short(db(), found),
        count=count,
        page=page,
        pages=-(-count // service.PAGE),
        search_page=lambda number: url_for("cases.search", q=question or None, page=number),
    )


@views.get("/cases/<uuid:key>")
@allow(Action.CASE_READ, on=service.case_of_url)
def overview(case: Case) -> ResponseReturnValue:
    """Show where the case stands, what can be done now and what happened."""
    now = outside().now()
    service.look(db(), actor(), case, now=now)
    return render(
        "cases/overview.html",
        case=case,
        steps=_steps(case),
        actions=_actions(case),
        hearing=service.next_hearings(db(), [case], now=now).get(case.id),
        events=[event for event in service.timeline_of(db(), case) if deed(event)],
    )


@views.get("/cases/<uuid:key>/people")
@allow(Action.CASE_READ, on=service.case_of_url)
def people(case: Case) -> ResponseReturnValue:
    """Show who takes part, and who was told what."""
    service.look(db(), actor(), case, now=outside().now())
    return render(
        "cases/people.html",
        case=case,
        people=service.people_of(db(), case),
        notices=notices.notices_of(db(), case) if actor().staff else (),
        told=() if actor().staff else notified.notices_to(db(), actor(), case),
    )


@views.get("/notices/<uuid:key>.pdf")
@allow(Action.NOTICE_READ, on=notified.notice_of_url)
def notice(told: Notice) -> ResponseReturnValue:
    """Print the summons or the notice that was written to a participant."""
    handed = notified.on_paper(db(), actor(), told, outside=outside())
    return Response(
        handed.pdf,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{handed.paper.code}.pdf"',
            "Content-Security-Policy": _CLOSED,
        },
    )


@views.get("/cases/<uuid:key>/papers")
@allow(Action.CASE_READ, on=service.case_of_url)
def papers(case: Case) -> ResponseReturnValue:
    """Show the papers of the case."""
    service.look(db(), actor(), case, now=outside().now())
    return render(
        "cases/papers.html",
        case=case,
        papers=service.papers_of(db(), case),
        doubts=signatures.doubts_of(db(), case) if can(Action.INVENTORY_PRINT, case) else (),
    )


@views.get("/papers/<uuid:key>")
@allow(Action.PAPER_READ, on=service.paper_of_url)
def paper(document: Document) -> ResponseReturnValue:
    """Show the copy of a paper that is made for looking at; the original is for who asks for it."""
    if document.case is not None:
        service.look(db(), actor(), document.case, now=outside().now())
    if document.view_key is None or document.view_media_type is None:
        answer = current_app.make_response(_about(document))
        if document.view_state is ViewState.WAITING:
            answer.headers["Refresh"] = _LOOK_AGAIN
        return answer
    name = PurePath(document.file_name).stem + _SUFFIXES[document.view_media_type]
    return _sent(
        document.view_key,
        f"{document.view_media_type}; charset=utf-8",
        document.view_size,
        f"inline; filename*=UTF-8''{quote(name)}",
    )


@views.get("/papers/<uuid:key>/original")
@allow(Action.PAPER_READ, on=service.paper_of_url)
def original(document: Document) -> ResponseReturnValue:
    """Hand out a paper as it was handed in; who asks is first told what it does beside showing."""
    if document.case is not None:
        service.look(db(), actor(), document.case, now=outside().now())
    if showing.warnings_of(document) and "warned" not in request.args:
        return _about(document)
    return _sent(
        document.object_key,
        document.media_type,
        document.size,
        f"attachment; filename*=UTF-8''{quote(document.file_name)}",
    )


def _about(document: Document) -> str:
    return render(
        "cases/original.html",
        paper=document,
        warnings=showing.warnings_of(document),
        signed=showing.is_signed(document),
    )


def _sent(key: str, media_type: str, size: int | None, disposition: str) -> Response:
    answer = Response(
        outside().store.stream(key),
        content_type=media_type,
        headers={
            "Content-Disposition": disposition,
            "Content-Length": str(size),
            "X-Content-Type-Options": "nosniff",
            # A paper is a stranger's file: whatever it holds runs nowhere and fetches nothing.
            "Content-Security-Policy": _CLOSED if "pdf" in media_type else f"{_CLOSED}; sandbox",
        },
    )
    answer.cache_control.private = True
    return answer


@views.get("/cases/<uuid:key>/money")
@allow(Action.CASE_READ, on=service.case_of_url)
def money(case: Case) -> ResponseReturnValue:
    """Show the state duty and how it was reckoned."""
    service.look(db(), actor(), case, now=outside().now())
    return render("cases/money.html", case=case, filing=service.filing_of(db(), case))


@views.get("/cases/<uuid:key>/looked")
@allow(Action.CASE_LOOKED, on=service.case_of_url)
def looked(case: Case) -> ResponseReturnValue:
    """Show who of the court read the case."""
    service.look(db(), actor(), case, now=outside().now())
    return render("cases/looked.html", case=case, looks=service.looks_at(db(), case), words=LOOKS)


@views.get("/cases/<uuid:key>/accept")
@allow(Action.CASE_ACCEPT, on=service.case_of_url)
def accept(case: Case) -> ResponseReturnValue:
    """Ask the judge whether the case is taken into proceedings."""
    service.look(db(), actor(), case, now=outside().now())
    form = AcceptForm()
    form.check_seen(case)
    return render("cases/accept.html", case=case, form=form)


@views.post("/cases/<uuid:key>/accept")
@allow(Action.CASE_ACCEPT, on=service.case_of_url)
def accept_post(case: Case) -> ResponseReturnValue:
    """Take the case into proceedings."""
    form = AcceptForm()
    if form.validate_on_submit():
        try:
            form.check_seen(case)
            service.accept(db(), actor(), case, now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("The case is taken into proceedings."))
            return redirect(url_for("cases.overview", key=case.key), 303)
    return render("cases/accept.html", case=case, form=form), 422


def _steps(case: Case) -> list[dict[str, str]]:
    """The line of steps of a first-instance case with the present one marked."""
    words = [
        _("Filed"),
        _("Registered"),
        _("Judge drawn"),
        _("Taken into proceedings"),
        _("Hearing"),
        _("Decision"),
        _("In force"),
    ]
    reached = {
        CaseState.REGISTERED: 2,
        CaseState.DISTRIBUTED: 3,
        CaseState.PREPARATION: 4,
        CaseState.SCHEDULED: 4,
        CaseState.ADJOURNED: 4,
        CaseState.DECIDED: 6,
        CaseState.IN_FORCE: 7,
        CaseState.ARCHIVED: 7,
    }[case.state]
    return [
        {
            "text": text,
            "state": "done" if place < reached else "current" if place == reached else "todo",
        }
        for place, text in enumerate(words)
    ]


def _actions(case: Case) -> list[dict[str, str]]:
    """List what the reader may do: with an address if he can do it now, else with the reason."""
    found: list[dict[str, str]] = []
    running = (CaseState.PREPARATION, CaseState.SCHEDULED, CaseState.ADJOURNED)
    if can(Action.CASE_ACCEPT, case) and case.state is CaseState.DISTRIBUTED:
        found.append(
            {
                "text": _("Take the case into proceedings"),
                "url": url_for("cases.accept", key=case.key),
            }
        )
    if can(Action.HEARING_SET, case) and case.state not in (CaseState.DECIDED, CaseState.IN_FORCE):
        hearing = {"text": _("Set a hearing")}
        if case.state in running:
            hearing["url"] = url_for("hearings.set", key=case.key)
        elif case.judge_id is None:
            hearing["why"] = _("the judge has not been drawn yet")
        else:
            hearing["why"] = _("the judge has not taken the case into proceedings yet")
        found.append(hearing)
    if can(Action.ACT_DRAFT, case) and case.state in running:
        found.append({"text": _("Write an act"), "url": url_for("acts.new", key=case.key)})
    if can(Action.JOINT_PAPER_OFFER, case) and case.state in running:
        joint = url_for("signing.offer", key=case.key)
        found.append({"text": _("Hand in an agreement of both parties"), "url": joint})
    if can(Action.RECUSAL_REQUEST, case) and case.state in (CaseState.DISTRIBUTED, *running):
        own = can(Action.TIE_ANSWER, case)
        words = _("Recuse myself") if own else _("Ask for the recusal of the judge")
        found.append({"text": words, "url": url_for("recusals.ask", key=case.key)})
    if can(Action.RELATION_STATE, case) and case.state is not CaseState.IN_FORCE:
        earlier = url_for("recusals.relate", key=case.key)
        found.append({"text": _("State an earlier case"), "url": earlier})
    return found
