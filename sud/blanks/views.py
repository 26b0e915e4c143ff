"""The pages of blanks: the catalogue, a form's guide, its questions, the paper, where it goes."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents import questions
from documents.papers.application import Application
from documents.questions import Checked, Form, Step
from documents.questions.schema import PAPER_LANGUAGES
from sud.access import Action
from sud.blanks import service
from sud.blanks.forms import (
    CarryForm,
    CaseForm,
    Courts,
    GroundForm,
    Press,
    StatelessForm,
    StepForm,
    pressed,
    step_form,
)
from sud.cases.handing import unread_of
from sud.errors import CourtError
from sud.models import BlankDraft, Court
from sud.outside import BISHKEK, local_day
from sud.registry import service as registry
from sud.request import actor, allow, db, house, outside, render
from sud.words import LANGUAGES, language

views = Blueprint("blanks", __name__, template_folder="templates")

PDF: Final = "application/pdf"


@views.after_request
def _not_kept(answer: Response) -> Response:
    """What a visitor typed is not kept by his browser either."""
    if request.method == "POST":
        answer.headers["Cache-Control"] = "no-store"
    return answer


# ------------------------------------------------------------------ the catalogue


@views.get("/forms")
@allow(Action.SITE_READ)
def catalogue() -> ResponseReturnValue:
    """List what can be written, grouped by what people want; or what a search finds."""
    every = service.catalogue()
    asked = request.args.get("q", "").strip()[:200]
    found = every.found(asked) if asked else every.forms
    return render(
        "blanks/catalogue.html",
        asked=asked,
        found=found,
        groups=[(every.groups[code], some) for code, some in every.grouped(found)],
    )


@views.get("/forms/<name>")
@allow(Action.SITE_READ)
def guide(name: str) -> ResponseReturnValue:
    """Say what a paper is for, what it costs, what belongs to it, how long it takes."""
    form = _form(name)
    return render(
        "blanks/guide.html",
        form=form,
        guide=service.guide(db(), form, on=local_day(outside().now())),
        press=Press(formdata=None),
        paper_languages=_paper_languages(),
    )


@views.get("/forms/<name>/empty-<paper_language>.pdf")
@allow(Action.SITE_READ)
def empty(name: str, paper_language: str) -> ResponseReturnValue:
    """Print the form with lines to be filled in by hand."""
    form = _form(name)
    if paper_language not in PAPER_LANGUAGES:
        abort(404)
    today = datetime.combine(local_day(outside().now()), time(), BISHKEK)
    return _pdf(service.empty_paper(form.name, paper_language, today), form.name)


# ------------------------------------------------------------------ in one visit, nothing kept


@views.get("/forms/<name>/fill")
@allow(Action.BLANK_FILL)
def fill(name: str) -> ResponseReturnValue:
    """Ask the first questions; the answers stay in the visitor's browser."""
    form = _form(name)
    answers = service.known_of(db(), actor(), form)
    return _stateless_step(form, form.steps[0], answers)


@views.post("/forms/<name>/fill")
@allow(Action.BLANK_FILL)
def fill_post(name: str) -> ResponseReturnValue:
    """Check a step and ask the next one; after the last, show the paper."""
    form = _form(name)
    answers = _carried(request.form.get("before", ""))
    wanted = form.step(request.form.get("go", ""))
    if wanted is not None:
        return _stateless_step(form, wanted, answers)
    step = form.step(request.form.get("step", ""))
    if step is None:
        return _stateless_check(form, answers)
    what, posted = pressed(request.form)
    page = step_form(
        step,
        form,
        questions.asked(form, answers),
        answers,
        courts=_courts(),
        posted=posted,
        stateless=True,
    )
    if what:
        return _step_page(form, step, page, answers)
    if not _fine(form, step, page, answers):
        return _step_page(form, step, page, answers), 422
    answers = service.merged(answers, page.answers())
    following = _after(form, step, answers)
    if following is None:
        return _stateless_check(form, answers)
    return _stateless_step(form, following, answers)


@views.post("/forms/<name>/paper.pdf")
@allow(Action.BLANK_FILL)
def paper_at_once(name: str) -> ResponseReturnValue:
    """Print the paper of answers that nobody keeps."""
    form = _form(name)
    answers = _carried(request.form.get("before", ""))
    found = service.checked(db(), form, answers, now=outside().now())
    if found.faults:
        return _stateless_check(form, answers), 422
    return _paper_pdf(form, found, _paper_language(request.form.get("paper_language")))


# ------------------------------------------------------------------ kept with the account


@views.get("/my-papers")
@allow(Action.BLANK_KEEP)
def mine() -> ResponseReturnValue:
    """List the papers that one has begun."""
    drafts = [
        (draft, form, service.forgotten_on(db(), draft))
        for draft in service.drafts_of(db(), actor())
        if (form := service.catalogue().form(draft.form)) is not None
    ]
    return render("blanks/mine.html", drafts=drafts)


@views.post("/forms/<name>/start")
@allow(Action.BLANK_KEEP)
def start(name: str) -> ResponseReturnValue:
    """Begin a paper whose answers are kept."""
    form = _form(name)
    try:
        draft = service.start(
            db(), actor(), form, language=_paper_language(None), now=outside().now()
        )
    except CourtError as error:
        page = Press(formdata=None)
        page.refuse(error)
        on = local_day(outside().now())
        return render(
            "blanks/guide.html",
            form=form,
            guide=service.guide(db(), form, on=on),
            press=page,
            paper_languages=_paper_languages(),
        ), 422
    return redirect(url_for("blanks.step", key=draft.key, name=form.steps[0].name), 303)


@views.get("/my-papers/<uuid:key>")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def show(draft: BlankDraft) -> ResponseReturnValue:
    """Lead to the first step that still lacks something, or to the paper."""
    form = service.bring_up_to_date(db(), draft)
    lacking = _lacking(form, service.checked(db(), form, draft.answers, now=outside().now()))
    if lacking:
        return redirect(url_for("blanks.step", key=draft.key, name=lacking[0].name), 303)
    return redirect(url_for("blanks.check", key=draft.key), 303)


def _step_of_url(session: Any, who: Any, key: UUID, name: str) -> BlankDraft | None:
    """Return the draft of a step's address; the view reads the step's name from the address."""
    return service.draft_of_url(session, who, key) if name else None


@views.get("/my-papers/<uuid:key>/steps/<name>")
@allow(Action.BLANK_EDIT, on=_step_of_url)
def step(draft: BlankDraft) -> ResponseReturnValue:
    """Ask the questions of a step; earlier answers are there."""
    form = service.bring_up_to_date(db(), draft)
    here = _step(form)
    page = step_form(
        here, form, questions.asked(form, draft.answers), draft.answers, courts=_courts()
    )
    page.check_seen(draft)
    return _step_page(form, here, page, draft.answers, draft)


@views.post("/my-papers/<uuid:key>/steps/<name>")
@allow(Action.BLANK_EDIT, on=_step_of_url)
def step_post(draft: BlankDraft) -> ResponseReturnValue:
    """Keep the answers of a step, if they will do."""
    form = service.bring_up_to_date(db(), draft)
    here = _step(form)
    what, posted = pressed(request.form)
    page = step_form(
        here,
        form,
        questions.asked(form, draft.answers),
        draft.answers,
        courts=_courts(),
        posted=posted,
    )
    if what:
        return _step_page(form, here, page, draft.answers, draft)
    if not _fine(form, here, page, draft.answers):
        return _step_page(form, here, page, draft.answers, draft), 422
    try:
        page.check_seen(draft)
    except CourtError as error:
        page.refuse(error)
        return _step_page(form, here, page, draft.answers, draft), 422
    service.keep(db(), draft, page.answers(), now=outside().now())
    following = _after(form, here, draft.answers)
    if following is None:
        return redirect(url_for("blanks.check", key=draft.key), 303)
    return redirect(url_for("blanks.step", key=draft.key, name=following.name), 303)


@views.get("/my-papers/<uuid:key>/check")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def check(draft: BlankDraft) -> ResponseReturnValue:
    """Show the paper as it will be, and where it can go."""
    return _check_page(draft, CaseForm(formdata=None))


@views.post("/my-papers/<uuid:key>/language")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def write_in(draft: BlankDraft) -> ResponseReturnValue:
    """Write the paper in the other language."""
    wanted = _paper_language(request.form.get("paper_language"))
    service.write_in(db(), draft, wanted, now=outside().now())
    return redirect(url_for("blanks.check", key=draft.key), 303)


@views.get("/my-papers/<uuid:key>/paper.pdf")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def paper(draft: BlankDraft) -> ResponseReturnValue:
    """Print the paper."""
    form = service.bring_up_to_date(db(), draft)
    found = service.checked(db(), form, draft.answers, now=outside().now())
    if found.faults:
        return redirect(url_for("blanks.check", key=draft.key), 303)
    return _paper_pdf(form, found, draft.language)


@views.post("/my-papers/<uuid:key>/filing")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def into_filing(draft: BlankDraft) -> ResponseReturnValue:
    """Begin a claim from the paper, or lead to the one that was begun."""
    if draft.filing is not None:
        return redirect(url_for("filings.show", key=draft.filing.key), 303)
    try:
        filing = service.begin_filing(
            db(),
            actor(),
            draft,
            outside=outside(),
            limit=house().config.upload_limit_bytes,
            now=outside().now(),
        )
    except CourtError as error:
        page = CaseForm(formdata=None)
        page.refuse(error)
        return _check_page(draft, page), 422
    flash(_("The claim is begun and your paper is attached. Attach the rest and file it."))
    return redirect(url_for("filings.papers", key=filing.key), 303)


@views.post("/my-papers/<uuid:key>/case")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def into_case(draft: BlankDraft) -> ResponseReturnValue:
    """Put the paper into one of one's own cases."""
    page = CaseForm()
    own = {str(case.key): case for case in service.own_cases(db(), actor())}
    page.case.choices = [(key, case.number) for key, case in own.items()]
    if page.validate_on_submit():
        try:
            case = own[page.case.data]
            service.hand_in(
                db(),
                actor(),
                draft,
                case,
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=outside().now(),
            )
        except CourtError as error:
            page.refuse(error)
        else:
            flash(_("Your paper is in case %(number)s.", number=case.number))
            return redirect(url_for("cases.overview", key=case.key), 303)
    return _check_page(draft, page), 422


@views.post("/my-papers/<uuid:key>/remove")
@allow(Action.BLANK_EDIT, on=service.draft_of_url)
def remove(draft: BlankDraft) -> ResponseReturnValue:
    """Forget the answers."""
    service.remove(db(), actor(), draft, now=outside().now())
    flash(_("The unfinished paper is deleted."))
    return redirect(url_for("blanks.mine"), 303)


# ------------------------------------------------------------------ the court


@views.get("/handed-in")
@allow(Action.PAPER_NEW)
def handed_in() -> ResponseReturnValue:
    """List what parties handed into one's cases and nobody of the court has seen yet."""
    return render("blanks/handed_in.html", papers=unread_of(db(), actor()))


# ------------------------------------------------------------------ the administrator


@views.get("/forms/<name>/ground")
@allow(Action.REFERENCE_EDIT)
def ground(name: str) -> ResponseReturnValue:
    """Show what the law is said to say of a form, to be corrected."""
    form = _form(name)
    page = GroundForm()
    now = service.ground_on(db(), form, local_day(outside().now()))
    if now is not None:
        page.show(now)
    return render("blanks/ground.html", form=form, page=page)


@views.post("/forms/<name>/ground")
@allow(Action.REFERENCE_EDIT)
def ground_post(name: str) -> ResponseReturnValue:
    """Enter what the law says from a day on."""
    form = _form(name)
    page = GroundForm()
    if not page.validate_on_submit():
        return render("blanks/ground.html", form=form, page=page), 422
    service.set_ground(
        db(),
        actor(),
        form,
        names=page.names,
        sources=page.sources,
        valid_from=page.valid_from.data,
        now=outside().now(),
    )
    flash(_("Saved."))
    return redirect(url_for("blanks.guide", name=form.name), 303)


# ------------------------------------------------------------------ pages with more than a form


def _step_page(
    form: Form,
    here: Step,
    page: StepForm,
    answers: Mapping[str, Any],
    draft: BlankDraft | None = None,
) -> str:
    every = _steps(form, answers)
    place = every.index(here) if here in every else 0
    return render(
        "blanks/step.html",
        form=form,
        step=here,
        page=page,
        draft=draft,
        number=place + 1,
        count=len(every),
        earlier=every[place - 1] if place else None,
        again=bool(draft and set(draft.again).intersection(here.asks)),
    )


def _stateless_step(form: Form, here: Step, answers: Mapping[str, Any]) -> str:
    page = step_form(
        here, form, questions.asked(form, answers), answers, courts=_courts(), stateless=True
    )
    assert isinstance(page, StatelessForm)  # noqa: S101 - step_form was told so
    page.before.data, page.step.data = _packed(answers), here.name
    return _step_page(form, here, page, answers)


def _stateless_check(form: Form, answers: Mapping[str, Any]) -> str:
    now = outside().now()
    wanted = _paper_language(request.form.get("paper_language"))
    found = service.checked(db(), form, answers, now=now)
    carry = CarryForm(formdata=None, before=_packed(answers), paper_language=wanted)
    return render(
        "blanks/check.html",
        form=form,
        draft=None,
        carry=carry,
        page=carry,
        paper=_paper(form, found, wanted),
        paper_language=wanted,
        lacking=_lacking(form, found),
        steps=_steps(form, answers),
        sheet=_sheet(form, found),
        cases=[],
        press=Press(formdata=None),
        paper_languages=_paper_languages(),
    )


def _check_page(draft: BlankDraft, page: CaseForm) -> str:
    form = service.bring_up_to_date(db(), draft)
    found = service.checked(db(), form, draft.answers, now=outside().now())
    own = service.own_cases(db(), actor()) if form.goes == "case" else []
    page.case.choices = [(str(case.key), case.number) for case in own]
    return render(
        "blanks/check.html",
        form=form,
        draft=draft,
        carry=None,
        page=page,
        paper=_paper(form, found, draft.language),
        paper_language=draft.language,
        lacking=_lacking(form, found),
        steps=_steps(form, draft.answers),
        sheet=_sheet(form, found),
        cases=own,
        press=Press(formdata=None),
        paper_languages=_paper_languages(),
    )


# ------------------------------------------------------------------ inside


def _form(name: str) -> Form:
    return service.catalogue().form(name) or abort(404)


def _step(form: Form) -> Step:
    return form.step((request.view_args or {})["name"]) or abort(404)


def _steps(form: Form, answers: Mapping[str, Any]) -> list[Step]:
    """Return the steps that these answers call for."""
    names = {question.name for question in questions.asked(form, answers)}
    return [one for one in form.steps if names.intersection(one.asks)]


def _after(form: Form, here: Step, answers: Mapping[str, Any]) -> Step | None:
    every = _steps(form, answers)
    place = form.steps.index(here)
    return next((one for one in every if form.steps.index(one) > place), None)


def _lacking(form: Form, found: Checked) -> list[Step]:
    """Return the steps at which something is missing or wrong."""
    names = {fault.path[0] for fault in found.faults}
    return [one for one in form.steps if names.intersection(one.asks)]


def _fine(form: Form, here: Step, page: StepForm, answers: Mapping[str, Any]) -> bool:
    """Check a step: what its boxes cannot read and what will not do are told together."""
    page.validate_on_submit()
    known = service.circumstances(db(), on=local_day(outside().now()))
    every = {**answers, **page.answers()}
    page.tell(questions.checked(form, every, known, only=here.asks).faults)
    return not page.problems


def _paper(form: Form, found: Checked, paper_language: str) -> Application | None:
    """Return the paper as it stands; None while something is missing."""
    if found.faults:
        return None
    return service.paper_of(db(), form, found.values, language=paper_language, now=outside().now())


def _sheet(form: Form, found: Checked) -> dict[str, Any] | None:
    if found.faults:
        return None
    on = local_day(outside().now())
    sheet = service.duty_of(db(), form, found.values, on=on)
    return sheet.as_dict() if sheet else None


def _paper_pdf(form: Form, found: Checked, paper_language: str) -> ResponseReturnValue:
    paper = _paper(form, found, paper_language)
    assert paper is not None  # noqa: S101 - the callers looked for faults
    return _pdf(service.printed(paper), form.name)


def _pdf(body: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(body, mimetype=PDF, headers=headers)


def _courts() -> Courts:
    lang = language()
    names = {
        region.code: {"ky": region.ky, "ru": region.ru}.get(lang, region.en)
        for region in registry.regions()
    }
    found: dict[str, list[Court]] = {}
    for court in registry.courts_open_on(db(), local_day(outside().now())):
        found.setdefault(names.get(court.region, court.region), []).append(court)
    return found


def _paper_language(wanted: str | None) -> str:
    """Return the language of a paper: as asked, else the reader's, else Kyrgyz."""
    return next((one for one in (wanted, language()) if one in PAPER_LANGUAGES), "ky") or "ky"


def _paper_languages() -> Sequence[tuple[str, str]]:
    return [(code, LANGUAGES[code]) for code in PAPER_LANGUAGES]


def _packed(answers: Mapping[str, Any]) -> str:
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":"))


def _carried(text: str) -> dict[str, Any]:
    """Return answers that travelled through the visitor's browser; rubbish is no answer."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
