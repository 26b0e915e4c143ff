"""The pages of acts: writing, issuing and reading them."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents import codes
from documents.papers.acts import appeal_note
from documents.papers.letters import clean
from documents.wording import wording
from sud.access import Action
from sud.acts import service, writs
from sud.acts.forms import BeginForm, IssueForm, TextForm, WritForm
from sud.cases import issued
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import Act, ActPart, ActState, Case, Participant, Writ
from sud.outside import local_day
from sud.request import actor, allow, can, db, outside, render
from sud.words import language

views = Blueprint("acts", __name__, template_folder="templates")


@views.get("/cases/<uuid:key>/acts")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """List the acts of a case that the reader may see."""
    now = outside().now()
    cases.look(db(), actor(), case, now=now)
    return render(
        "acts/list.html",
        case=case,
        acts=cases.acts_of(db(), actor(), case),
        shown=codes.shown,
        can_begin=bool(service.kinds_for(db(), case, now=now)),
    )


# ------------------------------------------------------------------ writing


@views.get("/cases/<uuid:key>/acts/new")
@allow(Action.ACT_DRAFT, on=cases.case_of_url)
def new(case: Case) -> ResponseReturnValue:
    """Ask which kind of act to write."""
    form = BeginForm()
    form.offer(service.kinds_for(db(), case, now=outside().now()), language())
    return render("acts/new.html", case=case, form=form)


@views.post("/cases/<uuid:key>/acts/new")
@allow(Action.ACT_DRAFT, on=cases.case_of_url)
def new_post(case: Case) -> ResponseReturnValue:
    """Begin the draft."""
    now = outside().now()
    form = BeginForm()
    kinds = {kind.code: kind for kind in service.kinds_for(db(), case, now=now)}
    form.offer(kinds.values(), language())
    if form.validate_on_submit():
        try:
            act = service.begin(db(), actor(), case, kinds[form.kind.data], now=now)
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("acts.edit", key=act.key), 303)
    return render("acts/new.html", case=case, form=form), 422


@views.get("/acts/<uuid:key>/edit")
@allow(Action.ACT_DRAFT, on=service.act_of_url)
def edit(act: Act) -> ResponseReturnValue:
    """Open the draft beside the file of the case."""
    if act.state is ActState.ISSUED:
        return redirect(url_for("acts.act", key=act.key), 303)
    if (begun := service.sheet_of(db(), act)) is not None:
        return redirect(url_for("signing.sheet", key=begun.key), 303)
    cases.look(db(), actor(), act.case, now=outside().now())
    form = TextForm()
    form.show(act)
    form.check_seen(act)
    return _editor(act, form)


@views.post("/acts/<uuid:key>/edit")
@allow(Action.ACT_DRAFT, on=service.act_of_url)
def edit_post(act: Act) -> ResponseReturnValue:
    """Save the draft; the button pressed says where to go then."""
    form = TextForm()
    if form.validate_on_submit():
        service.hold(db(), act)
        try:
            form.check_seen(act)
            service.save(db(), actor(), act, form.text, now=outside().now())
        except CourtError as error:
            part = error.facts.get("part")
            form.refuse(error, form.box(part) if isinstance(part, ActPart) else None)
        else:
            flash(_("The draft is saved."))
            after = "acts.preview" if request.form.get("then") == "preview" else "acts.edit"
            return redirect(url_for(after, key=act.key), 303)
    return _editor(act, form), 422


def _editor(act: Act, form: TextForm) -> str:
    form.speak(act.language)
    return render(
        "acts/edit.html",
        act=act,
        case=act.case,
        form=form,
        people=cases.people_of(db(), act.case),
        papers=cases.papers_of(db(), act.case),
    )


# ------------------------------------------------------------------ reading


@views.get("/acts/<uuid:key>/preview")
@allow(Action.ACT_DRAFT, on=service.act_of_url)
def preview(act: Act) -> ResponseReturnValue:
    """Show the draft as a page."""
    if act.state is ActState.ISSUED:
        return redirect(url_for("acts.act", key=act.key), 303)
    return _page(act)


@views.get("/acts/<uuid:key>")
@allow(Action.ACT_READ, on=service.act_of_url)
def act(act: Act) -> ResponseReturnValue:
    """Show an act as a page."""
    return _page(act)


def _page(act: Act, form: WritForm | None = None) -> str:
    now = outside().now()
    cases.look(db(), actor(), act.case, now=now)
    day = service.day_of(db(), act, today=local_day(now))
    sheet = service.paper_of(db(), act, day=day)
    words = wording(act.language)
    issued_writs = writs.writs_of(db(), actor(), act)
    return render(
        "acts/act.html",
        act=act,
        case=act.case,
        sheet=sheet,
        words=words.acts[act.kind_code],
        in_the_name=words.in_the_name,
        appeal_note=appeal_note(sheet),
        day_and_place=words.date_and_place(day, sheet.place),
        paragraphs={part.value: clean(getattr(act, part.value)).split("\n") for part in ActPart},
        missing=service.missing_parts(act),
        signing=service.sheet_of(db(), act),
        shown=codes.shown,
        writs=issued_writs,
        without_writ=_without_writ(act, issued_writs),
        form=form or WritForm(),
    )


def _without_writ(act: Act, issued_writs: Sequence[Writ]) -> list[Participant]:
    """Return the claimants to whom the reader can issue a writ now."""
    if not can(Action.WRIT_ISSUE, act) or writs.in_force_since(db(), act) is None:
        return []
    have = {one.claimant_id for one in issued_writs}
    return [one for one in writs.claimants_of(db(), act) if one.id not in have]


@views.post("/acts/<uuid:key>/writs")
@allow(Action.WRIT_ISSUE, on=service.act_of_url)
def issue_writ(act: Act) -> ResponseReturnValue:
    """Issue the writ of execution for a claimant."""
    form = WritForm()
    claimants = {str(one.person.key): one for one in writs.claimants_of(db(), act)}
    claimant = claimants.get(request.form.get("claimant", ""))
    if not form.validate_on_submit() or claimant is None:
        return _page(act, form), 422
    writ = writs.issue_writ(db(), actor(), act, claimant, outside=outside(), now=outside().now())
    flash(_("The writ %(number)s is issued.", number=writ.number))
    return redirect(url_for("acts.act", key=act.key), 303)


@views.get("/writs/<uuid:key>.pdf")
@allow(Action.WRIT_READ, on=writs.writ_of_url)
def writ(writ: Writ) -> ResponseReturnValue:
    """Hand out a writ of execution as it was issued."""
    cases.look(db(), actor(), writ.case, now=outside().now())
    content = issued.bytes_of(writ.issued, store=outside().store)
    return _pdf(content, f"{writ.number.replace('/', '-')}.pdf")


@views.get("/acts/<uuid:key>.pdf")
@allow(Action.ACT_READ, on=service.act_of_url)
def pdf(act: Act) -> ResponseReturnValue:
    """Hand out the signed paper, or the draft as it would be printed."""
    now = outside().now()
    cases.look(db(), actor(), act.case, now=now)
    if act.state is ActState.ISSUED:
        content = service.issued_pdf(db(), act, store=outside().store)
    else:
        content = service.draft_pdf(db(), act, now=now)
    return _pdf(content, f"{act.case.number.replace('/', '-')} {act.kind.name(act.language)}.pdf")


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    # The browser's own reader puts its page into a frame with a style of its own.
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
    )
    return answer


# ------------------------------------------------------------------ issuing


@views.get("/acts/<uuid:key>/issue")
@allow(Action.ACT_ISSUE, on=service.act_of_url)
def issue(act: Act) -> ResponseReturnValue:
    """Ask once more: after this the text stands, and the judges sign it."""
    if act.state is ActState.ISSUED:
        return redirect(url_for("acts.act", key=act.key), 303)
    if (begun := service.sheet_of(db(), act)) is not None:
        return redirect(url_for("signing.sheet", key=begun.key), 303)
    cases.look(db(), actor(), act.case, now=outside().now())
    form = IssueForm()
    form.check_seen(act)
    return _confirmation(act, form)


@views.post("/acts/<uuid:key>/issue")
@allow(Action.ACT_ISSUE, on=service.act_of_url)
def issue_post(act: Act) -> ResponseReturnValue:
    """Lay the act before its judges: it is issued when the last of them has signed."""
    form = IssueForm()
    if form.validate_on_submit():
        service.hold(db(), act)
        try:
            if act.state is not ActState.ISSUED:
                form.check_seen(act)
            sheet = service.prepare(db(), actor(), act, outside=outside())
        except CourtError as error:
            if error.code is Refusal.ACT_ALREADY_ISSUED:
                return redirect(url_for("acts.act", key=act.key), 303)
            form.refuse(error)
        else:
            flash(_("The act is ready to be signed."))
            return redirect(url_for("signing.sheet", key=sheet.key), 303)
    return _confirmation(act, form), 422


def _confirmation(act: Act, form: IssueForm) -> str:
    return render(
        "acts/issue.html",
        act=act,
        case=act.case,
        form=form,
        missing=service.missing_parts(act),
        panel=service.panel_of(db(), act),
        people=cases.people_of(db(), act.case),
    )
