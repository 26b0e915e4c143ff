"""The pages of exceptions: proposing, deciding, the register, and the counts for everybody."""

from typing import Final

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError
from sud.exceptions import counting, service
from sud.exceptions.forms import ApproveForm, ByHandForm, CategoryForm, RefuseForm
from sud.exceptions.rules import grounds_on, quota_on
from sud.models import Case, ExceptionProposal
from sud.outside import BISHKEK, local_day
from sud.registry import service as registry
from sud.request import actor, allow, can, db, house, outside, render
from sud.uploads.handing import beside

views = Blueprint("exceptions", __name__, template_folder="templates")

FIRST_YEAR: Final = 2026


@views.get("/exceptions")
@allow(Action.LOG_READ)
def published() -> ResponseReturnValue:
    """Tell everybody how many cases of each court bypassed the draw, counted as they stand."""
    today = local_day(outside().now())
    year = min(max(request.args.get("year", today.year, type=int), FIRST_YEAR), today.year)
    return render(
        "exceptions/published.html",
        counts=counting.of_courts(db(), year),
        year=year,
        years=range(today.year, FIRST_YEAR - 1, -1),
        allowed=service.may_be_named(db()),
        quota=quota_on(today),
        grounds=grounds_on(today),
    )


@views.get("/exceptions/all")
@allow(Action.EXCEPTION_LIST)
def register() -> ResponseReturnValue:
    """Show every proposal with who made and who decided it; what waits for a decision first."""
    now = outside().now()
    since = now.astimezone(BISHKEK).replace(month=1, day=1, hour=0, minute=0, second=0)
    return render(
        "exceptions/register.html",
        proposals=service.proposals_of(db(), actor()),
        waiting=service.cases_waiting(db()) if can(Action.MANUAL_PROPOSE) else (),
        allowed=service.may_be_named(db()),
        alarms=service.alarms(db()),
        officials=counting.of_officials(db(), since) if can(Action.JOURNAL_READ) else (),
    )


# ------------------------------------------------------------------ proposing


@views.get("/exceptions/cases/<uuid:key>")
@allow(Action.MANUAL_PROPOSE, on=service.waiting_case_of_url)
def propose(case: Case) -> ResponseReturnValue:
    """Ask which judge is to try a case that cannot be drawn, and on which order."""
    form = _by_hand_form(case)
    form.check_seen(case)
    return _by_hand_page(case, form)


@views.post("/exceptions/cases/<uuid:key>")
@allow(Action.MANUAL_PROPOSE, on=service.waiting_case_of_url)
def propose_post(case: Case) -> ResponseReturnValue:
    """Propose the judge."""
    form = _by_hand_form(case)
    if form.validate_on_submit():
        now = outside().now()
        judges = {
            judge.code: judge for judge in service.judges_on_roster(db(), case.court, now=now)
        }
        try:
            form.check_seen(case)
            proposal = service.propose_by_hand(
                db(),
                actor(),
                case,
                service.ByHand(
                    ground=form.ground.data,
                    judges=[judges[code] for code in form.codes],
                    because=form.because.data or "",
                    order_number=form.order_number.data or "",
                ),
                beside(form.order.data),
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=now,
            )
        except CourtError as error:
            form.refuse(error)
        else:
            return _proposed(proposal)
    return _by_hand_page(case, form), 422


@views.get("/cases/<uuid:key>/category")
@allow(Action.CORRECTION_PROPOSE, on=cases.case_of_url)
def correct(case: Case) -> ResponseReturnValue:
    """Ask for the right category of a case."""
    form = _category_form(case)
    form.check_seen(case)
    return render("exceptions/category.html", case=case, form=form)


@views.post("/cases/<uuid:key>/category")
@allow(Action.CORRECTION_PROPOSE, on=cases.case_of_url)
def correct_post(case: Case) -> ResponseReturnValue:
    """Propose the right category."""
    form = _category_form(case)
    if form.validate_on_submit():
        category = registry.category_by_code(db(), form.category.data or "")
        try:
            form.check_seen(case)
            proposal = service.propose_correction(
                db(),
                actor(),
                case,
                category=category or case.category,
                because=form.because.data or "",
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            return _proposed(proposal)
    return render("exceptions/category.html", case=case, form=form), 422


# ------------------------------------------------------------------ deciding


@views.get("/exceptions/<uuid:key>")
@allow(Action.EXCEPTION_READ, on=service.proposal_of_url)
def proposal(found: ExceptionProposal) -> ResponseReturnValue:
    """Show a proposal, and to whom may decide, the two answers."""
    approving, refusing = ApproveForm(), RefuseForm()
    approving.check_seen(found)
    refusing.check_seen(found)
    return _proposal_page(found, approving, refusing)


@views.post("/exceptions/<uuid:key>/approve")
@allow(Action.EXCEPTION_DECIDE, on=service.proposal_of_url)
def approve(found: ExceptionProposal) -> ResponseReturnValue:
    """Approve what another person proposed."""
    approving, refusing = ApproveForm(), RefuseForm(formdata=None)
    refusing.seen.data = str(found.version)
    if approving.validate_on_submit():
        try:
            approving.check_seen(found)
            service.approve(db(), actor(), found, defer=outside().defer, now=outside().now())
        except CourtError as error:
            approving.refuse(error)
        else:
            flash(_("Approved, done, and written into the public log of draws."))
            return redirect(url_for("exceptions.proposal", key=found.key), 303)
    return _proposal_page(found, approving, refusing), 422


@views.post("/exceptions/<uuid:key>/refuse")
@allow(Action.EXCEPTION_DECIDE, on=service.proposal_of_url)
def refuse(found: ExceptionProposal) -> ResponseReturnValue:
    """Refuse what another person proposed."""
    approving, refusing = ApproveForm(formdata=None), RefuseForm()
    approving.seen.data = str(found.version)
    if refusing.validate_on_submit():
        try:
            refusing.check_seen(found)
            service.refuse(
                db(), actor(), found, answer=refusing.answer.data or "", now=outside().now()
            )
        except CourtError as error:
            refusing.refuse(error)
        else:
            flash(_("The proposal is refused."))
            return redirect(url_for("exceptions.proposal", key=found.key), 303)
    return _proposal_page(found, approving, refusing), 422


@views.get("/exceptions/<uuid:key>/order.pdf")
@allow(Action.EXCEPTION_READ, on=service.proposal_of_url)
def order(found: ExceptionProposal) -> ResponseReturnValue:
    """Hand out the order."""
    if found.order_key is None:
        return redirect(url_for("exceptions.proposal", key=found.key), 303)
    return Response(
        service.order_of(found, outside().store),
        mimetype="application/pdf",
        headers={
            # An original, whoever made it: readers save it, the browser does not open it here.
            "Content-Disposition": f'attachment; filename="{found.key}.pdf"',
            "Content-Length": str(found.order_size),
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "object-src 'self'; frame-ancestors 'none'",
        },
    )


# ------------------------------------------------------------------ inside


def _by_hand_form(case: Case) -> ByHandForm:
    form, now = ByHandForm(), outside().now()
    form.offer(grounds_on(local_day(now)), service.judges_on_roster(db(), case.court, now=now))
    return form


def _by_hand_page(case: Case, form: ByHandForm) -> str:
    return render(
        "exceptions/propose.html",
        case=case,
        form=form,
        allowed=service.may_be_named(db()),
        used=service.used_by(db(), case.court, now=outside().now()),
    )


def _category_form(case: Case) -> CategoryForm:
    form = CategoryForm()
    today = local_day(outside().now())
    form.offer(
        one
        for one in registry.categories_on(db(), case.kind_code, today)
        if one.code != case.category_code and one.seats == case.category.seats
    )
    return form


def _proposed(made: ExceptionProposal) -> ResponseReturnValue:
    flash(_("The proposal waits for a second person."))
    return redirect(url_for("exceptions.proposal", key=made.key), 303)


def _proposal_page(found: ExceptionProposal, approving: ApproveForm, refusing: RefuseForm) -> str:
    grounds = {one.code: one for one in grounds_on(local_day(found.proposed_at))}
    return render(
        "exceptions/proposal.html",
        proposal=found,
        ground=grounds.get(found.ground) if found.ground else None,
        judges=service.judges_named(db(), found),
        approving=approving,
        refusing=refusing,
        now=outside().now(),
    )
