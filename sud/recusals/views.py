"""The pages of recusals: of a case, of those who rule, of a judge's ties, of long absences."""

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action, permits
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    DeclaredTie,
    Judge,
    Recusal,
    RecusalGround,
    Redistribution,
    RoleCode,
    TieAnswer,
)
from sud.outside import local_day
from sud.recusals import earlier, portfolio, reading, service, ties
from sud.recusals.excluding import PANEL
from sud.recusals.forms import (
    AnswerForm,
    EarlierForm,
    EndForm,
    RedistributionForm,
    RequestForm,
    RulingForm,
    TieForm,
)
from sud.request import actor, allow, can, db, house, outside, render

views = Blueprint("recusals", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Add the views, and what pages of other rooms ask about a case's judges."""
    app.register_blueprint(views)
    app.context_processor(
        lambda: {
            "judges_served": lambda case: reading.served(db(), case),
            "recusals_in": lambda case: reading.recusals_of(db(), case),
            "tie_questions": lambda case: ties.questions_to(db(), actor(), case),
        }
    )


# ------------------------------------------------------------------ a case


@views.get("/cases/<uuid:key>/recusals")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """Show who sits and sat, every request with its ruling, and the earlier cases."""
    cases.look(db(), actor(), case, now=outside().now())
    return render(
        "recusals/of_case.html",
        case=case,
        sitting=reading.sitting(db(), case),
        recusals=reading.recusals_of(db(), case),
        relations=earlier.relations_of(db(), case),
        may_ask=can(Action.RECUSAL_REQUEST, case) and case.state in reading.OPEN,
    )


@views.get("/cases/<uuid:key>/recusals/new", endpoint="ask")
@allow(Action.RECUSAL_REQUEST, on=cases.case_of_url)
def ask(case: Case) -> ResponseReturnValue:
    """Ask for judge, ground and reasons."""
    form = _request_form(case)
    form.check_seen(case)
    return _request_page(case, form)


@views.post("/cases/<uuid:key>/recusals/new")
@allow(Action.RECUSAL_REQUEST, on=cases.case_of_url)
def ask_post(case: Case) -> ResponseReturnValue:
    """Take the request; a judge who recuses himself goes on to his ruling."""
    form = _request_form(case)
    if form.validate_on_submit():
        try:
            form.check_seen(case)
            recusal = service.request(
                db(),
                actor(),
                case,
                judge=_chosen_judge(case, form),
                ground=next(one for one in _grounds(case) if one.code == form.ground.data),
                reasons=form.reasons.data or "",
                paper=form.upload(),
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            if permits(actor(), Action.RECUSAL_RULE, recusal):
                flash(_("Your request is in the case. Now rule on it."))
                return redirect(url_for("recusals.rule", key=recusal.key), 303)
            flash(_("Your request is in the case. The ruling will stand beside it."))
            return redirect(url_for("recusals.of_case", key=case.key), 303)
    return _request_page(case, form), 422


def _grounds(case: Case) -> list[RecusalGround]:
    """The grounds of the law; a relative in the panel needs a panel."""
    day = local_day(outside().now())
    found = reading.grounds_for(db(), by_judge=bool(actor().judge_ids), on=day)
    in_panel = len(reading.sitting(db(), case)) > 1
    return [one for one in found if in_panel or one.drop != PANEL]


def _request_form(case: Case) -> RequestForm:
    form = RequestForm()
    form.offer(_challengeable(case), _grounds(case))
    return form


def _challengeable(case: Case) -> list[reading.Sits]:
    """A judge leaves himself; a party may challenge each."""
    seats = reading.sitting(db(), case)
    if not actor().judge_ids:
        return seats
    return [one for one in seats if one.judge.id in actor().judge_ids]


def _chosen_judge(case: Case, form: RequestForm) -> Judge:
    found = [one.judge for one in _challengeable(case) if one.judge.key == form.judge.data]
    if not found:
        raise CourtError(Refusal.JUDGE_HAS_LEFT)
    return found[0]


def _request_page(case: Case, form: RequestForm) -> str:
    seats = _challengeable(case)
    return render(
        "recusals/ask.html",
        case=case,
        form=form,
        seats=seats,
        own=bool(actor().judge_ids),
        limit=house().config.upload_limit_bytes,
        open=case.state in reading.OPEN,
    )


@views.get("/cases/<uuid:key>/earlier")
@allow(Action.RELATION_STATE, on=cases.case_of_url)
def relate(case: Case) -> ResponseReturnValue:
    """Ask which earlier case this one continues."""
    form = EarlierForm()
    form.offer()
    return _earlier_page(case, form)


@views.post("/cases/<uuid:key>/earlier")
@allow(Action.RELATION_STATE, on=cases.case_of_url)
def relate_post(case: Case) -> ResponseReturnValue:
    """State it; whom it bars is found at once."""
    form = EarlierForm()
    form.offer()
    if form.validate_on_submit():
        try:
            service.relate(
                db(),
                actor(),
                case,
                earlier.case_numbered(db(), form.number.data or ""),
                form.kind.data,
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error, form.number)
        else:
            flash(_("The earlier case is stated."))
            return redirect(url_for("recusals.of_case", key=case.key), 303)
    return _earlier_page(case, form), 422


def _earlier_page(case: Case, form: EarlierForm) -> str:
    relations = earlier.relations_of(db(), case)
    return render("recusals/earlier.html", case=case, form=form, relations=relations)


@views.get("/cases/<uuid:key>/ties")
@allow(Action.TIE_ANSWER, on=cases.case_of_url)
def answer(case: Case) -> ResponseReturnValue:
    """Ask the judge, one by one, about people who bear a declared name."""
    cases.look(db(), actor(), case, now=outside().now())
    return _answer_page(case, AnswerForm())


@views.post("/cases/<uuid:key>/ties")
@allow(Action.TIE_ANSWER, on=cases.case_of_url)
def answer_post(case: Case) -> ResponseReturnValue:
    """Keep the answer; who is tied goes on to recuse himself."""
    form = AnswerForm()
    question = next(iter(ties.questions_to(db(), actor(), case)), None)
    if question is None:
        return redirect(url_for("cases.overview", key=case.key), 303)
    form.offer(question)
    if not form.validate_on_submit():
        return _answer_page(case, form), 422
    said = form.said.data
    ties.answer(db(), actor(), case, {question.id: said}, now=outside().now())
    if said == TieAnswer.SAME_PERSON:
        flash(_("Then you cannot try this case: recuse yourself."))
        return redirect(url_for("recusals.ask", key=case.key), 303)
    return redirect(url_for("recusals.answer", key=case.key), 303)


def _answer_page(case: Case, form: AnswerForm) -> str:
    questions = ties.questions_to(db(), actor(), case)
    if questions:
        form.offer(questions[0])
    return render("recusals/answer.html", case=case, form=form, questions=questions)


# ------------------------------------------------------------------ a request


@views.get("/recusals/<uuid:key>")
@allow(Action.RECUSAL_READ, on=reading.recusal_of_url)
def one(recusal: Recusal) -> ResponseReturnValue:
    """Show a request and its ruling."""
    cases.look(db(), actor(), recusal.case, now=outside().now())
    return render("recusals/one.html", case=recusal.case, recusal=recusal)


@views.get("/recusals/<uuid:key>/ruling")
@allow(Action.RECUSAL_RULE, on=reading.recusal_of_url)
def rule(recusal: Recusal) -> ResponseReturnValue:
    """Show the request beside the form of the ruling."""
    form = RulingForm()
    form.offer(recusal)
    form.check_seen(recusal)
    return _ruling_page(recusal, form)


@views.post("/recusals/<uuid:key>/ruling")
@allow(Action.RECUSAL_RULE, on=reading.recusal_of_url)
def rule_post(recusal: Recusal) -> ResponseReturnValue:
    """Take the ruling; granted, the judge leaves and another is drawn."""
    form = RulingForm()
    form.offer(recusal)
    granted = form.outcome.data == "granted"
    if form.validate_on_submit():
        try:
            form.check_seen(recusal)
            service.rule(
                db(),
                actor(),
                recusal,
                granted=granted,
                reasons=form.reasons.data or "",
                order=form.upload(),
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=outside().now(),
            )
        except CourtError as error:
            about_file = error.code.value.startswith(("file_", "order_"))
            form.refuse(error, form.order if about_file else None)
        else:
            if granted:
                flash(_("The judge has left the case. Another one is drawn in the next epoch."))
            else:
                flash(_("The request is refused, and the case goes on."))
            if permits(actor(), Action.CASE_READ, recusal.case):
                return redirect(url_for("recusals.of_case", key=recusal.case.key), 303)
            return redirect(url_for("cases.home"), 303)
    return _ruling_page(recusal, form), 422


def _ruling_page(recusal: Recusal, form: RulingForm) -> str:
    return render(
        "recusals/ruling.html",
        case=recusal.case,
        recusal=recusal,
        form=form,
        limit=house().config.upload_limit_bytes,
    )


@views.get("/recusals")
@allow(Action.RECUSAL_LIST)
def listed() -> ResponseReturnValue:
    """Show what waits for the reader's ruling, and to whoever oversees them how often they are."""
    page = max(1, request.args.get("page", 1, type=int))
    oversees = actor().has(RoleCode.CHAIR, RoleCode.AUDITOR)
    found, count = reading.listed(db(), actor(), page=page) if oversees else ([], 0)
    courts = None if actor().has(RoleCode.AUDITOR) else sorted(actor().courts_as(RoleCode.CHAIR))
    return render(
        "recusals/listed.html",
        waiting=reading.waiting_for(db(), actor()),
        oversees=oversees,
        recusals=found,
        by_judge=reading.by_judge(db(), actor()) if oversees else [],
        by_initiative=reading.by_initiative(db(), actor()) if oversees else [],
        declared=ties.how_many(db(), courts) if oversees else (0, 0),
        page=page,
        pages=-(-count // reading.PAGE),
        recusals_page=lambda number: url_for("recusals.listed", page=number),
    )


# ------------------------------------------------------------------ a judge's own ties


@views.get("/conflicts", endpoint="ties")
@allow(Action.TIE_DECLARE)
def own_ties() -> ResponseReturnValue:
    """Show a judge what he declared, and ask for more."""
    return _ties_page(TieForm())


@views.post("/conflicts")
@allow(Action.TIE_DECLARE)
def declare() -> ResponseReturnValue:
    """Keep a tie."""
    form = TieForm()
    judges = _other_judges()
    form.offer(judges)
    if not form.validate_on_submit():
        return _ties_page(form), 422
    ties.declare(
        db(),
        actor(),
        ties.judge_of_actor(db(), actor()),
        name=form.name.data or "",
        pin=form.pin.data or None,
        kind=form.kind.data,
        colleague=next((one for one in judges if one.key == form.colleague.data), None),
        secret=outside().secret,
        now=outside().now(),
    )
    flash(_("The tie is kept. Only you can read it."))
    return redirect(url_for("recusals.ties"), 303)


@views.post("/conflicts/<uuid:key>/end")
@allow(Action.TIE_DECLARE, on=ties.tie_of_url)
def end_tie(tie: DeclaredTie) -> ResponseReturnValue:
    """Take a tie back."""
    form = EndForm()
    if form.validate_on_submit():
        ties.end(db(), actor(), tie, now=outside().now())
        flash(_("The tie is taken back."))
    return redirect(url_for("recusals.ties"), 303)


def _other_judges() -> list[Judge]:
    return [one for one in ties.judges_in_office(db()) if one.id not in actor().judge_ids]


def _ties_page(form: TieForm) -> str:
    form.offer(_other_judges())
    return render(
        "recusals/ties.html", form=form, ties=ties.ties_of(db(), actor()), end_form=EndForm()
    )


# ------------------------------------------------------------------ long absences


@views.get("/absences")
@allow(Action.PORTFOLIO_READ)
def absences() -> ResponseReturnValue:
    """Show whose open cases wait for a judge who is not there."""
    return render(
        "recusals/absences.html",
        portfolios=portfolio.waiting_portfolios(db(), actor(), now=outside().now()),
        done=portfolio.redistributions(db(), actor()),
        days=portfolio.absence_days(db()),
    )


@views.get("/absences/<uuid:key>")
@allow(Action.PORTFOLIO_REDRAW, on=portfolio.judge_of_url)
def redistribute(judge: Judge) -> ResponseReturnValue:
    """Show the cases and ask for the order."""
    return _portfolio_page(judge, RedistributionForm())


@views.post("/absences/<uuid:key>")
@allow(Action.PORTFOLIO_REDRAW, on=portfolio.judge_of_url)
def redistribute_post(judge: Judge) -> ResponseReturnValue:
    """Let the judge leave all his cases at once."""
    form = RedistributionForm()
    if form.validate_on_submit():
        try:
            done = portfolio.redistribute(
                db(),
                actor(),
                judge,
                order_number=form.order_number.data or "",
                order=form.upload(),
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("Cases that will be drawn anew: %(count)s.", count=done.cases))
            return redirect(url_for("recusals.absences"), 303)
    return _portfolio_page(judge, form), 422


@views.get("/absences/orders/<uuid:key>")
@allow(Action.PORTFOLIO_READ, on=portfolio.redistribution_of_url)
def order(done: Redistribution) -> ResponseReturnValue:
    """Hand out the order of a redistribution."""
    return Response(
        outside().store.stream(done.order_key),
        mimetype="application/pdf",
        headers={
            "Content-Disposition": "inline",
            "Content-Length": str(done.order_size),
            "Content-Security-Policy": "default-src 'none'; object-src 'self'",
        },
    )


def _portfolio_page(judge: Judge, form: RedistributionForm) -> str:
    found = portfolio.open_cases_of(db(), judge)
    return render(
        "recusals/redistribute.html",
        judge=judge,
        form=form,
        cases=found,
        ground=portfolio.ground_now(db(), judge, now=outside().now()),
        limit=house().config.upload_limit_bytes,
        days=portfolio.absence_days(db()),
    )
