"""The pages of certified copies: asked for, issued with the clerk's signature, handed out."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.papers.blocks import grouped
from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import Act, Case, CertifiedCopy, CopyState, Document
from sud.request import actor, allow, db, outside, render
from sud.scans import copying, forms, service
from sud.scans.views import as_pdf
from sud.signing import oneself
from sud.words import language

views = Blueprint("copies", __name__)


@views.get("/cases/<uuid:key>/copies")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """Show the certified copies of a case: a party's own, or all of them to a clerk."""
    cases.look(db(), actor(), case, now=outside().now())
    return _copies(case, _ask_form(case), _give_form(case))


@views.post("/cases/<uuid:key>/copies/ask")
@allow(Action.COPY_ASK, on=cases.case_of_url)
def ask(case: Case) -> ResponseReturnValue:
    """Ask for a certified copy."""
    form = _ask_form(case)
    if form.validate_on_submit() and (original := _original(case, form.original.data)):
        try:
            copying.ask(db(), actor(), case, original, now=outside().now())
        except CourtError as error:
            form.refuse(error, form.original)
        else:
            flash(_("The court has your request. The copy will stand here when it is issued."))
            return redirect(url_for("copies.of_case", key=case.key), 303)
    return _copies(case, form, _give_form(case, blank=True)), 422


@views.post("/cases/<uuid:key>/copies/give")
@allow(Action.COPY_ISSUE, on=cases.case_of_url)
def give(case: Case) -> ResponseReturnValue:
    """Note that a copy was asked for at the desk, and lead on to certify it."""
    form = _give_form(case)
    now = outside().now()
    people = {one.id: one for one in copying.receivers_of(db(), case, now=now)}
    if form.validate_on_submit() and (original := _original(case, form.original.data)):
        try:
            copy = copying.ask_for(
                db(), actor(), case, original, people[form.receiver.data], now=now
            )
        except CourtError as error:
            form.refuse(error, form.original)
        else:
            return redirect(url_for("copies.issue", key=copy.key), 303)
    return _copies(case, _ask_form(case, blank=True), form), 422


def _original(case: Case, key: UUID) -> Act | Document | None:
    return copying.original_of(db(), actor(), case, key)


def _ask_form(case: Case, *, blank: bool = False) -> forms.AskForm:
    form = forms.AskForm(formdata=None) if blank else forms.AskForm()
    form.offer(copying.originals_of(db(), actor(), case), language())
    return form


def _give_form(case: Case, *, blank: bool = False) -> forms.GiveForm:
    form = forms.GiveForm(formdata=None) if blank else forms.GiveForm()
    form.offer(copying.originals_of(db(), actor(), case), language())
    form.offer_receivers(copying.receivers_of(db(), case, now=outside().now()), language())
    return form


def _copies(case: Case, asking: forms.AskForm, giving: forms.GiveForm) -> str:
    return render(
        "scans/copies.html",
        case=case,
        copies=copying.copies_of(db(), actor(), case),
        asking=asking,
        giving=giving,
        because=forms.BecauseForm(formdata=None),
        words_for=forms.words_for,
    )


@views.get("/certified/<uuid:key>.pdf")
@allow(Action.COPY_TAKE, on=service.copy_of_url)
def pdf(copy: CertifiedCopy) -> ResponseReturnValue:
    """Hand out a certified copy; each time is counted."""
    try:
        content = copying.hand_over(db(), actor(), copy, outside=outside())
    except CourtError as error:
        if error.code is not Refusal.NOT_NOW:
            raise
        abort(404)
    return as_pdf(content, f"{copy.case.number.replace('/', '-')} ({copy.number}).pdf")


@views.get("/certified/<uuid:key>/issue")
@allow(Action.COPY_ISSUE, on=service.copy_of_url)
def issue(copy: CertifiedCopy) -> ResponseReturnValue:
    """Show what is to be copied, for whom, and what the clerk signs."""
    if copy.state is not CopyState.ASKED:
        return redirect(url_for("copies.of_case", key=copy.case.key), 303)
    return _issue(copy, forms.IssueForm())


@views.post("/certified/<uuid:key>/issue")
@allow(Action.COPY_ISSUE, on=service.copy_of_url)
def issue_post(copy: CertifiedCopy) -> ResponseReturnValue:
    """Make the copy and sign it."""
    form = forms.IssueForm()
    if form.does(
        lambda: oneself.as_oneself(
            form,
            lambda: copying.issue(
                db(), actor(), copy, outside=outside(), seen=form.paper.data or ""
            ),
        ),
        at={Refusal.NOT_YOURSELF: form.password},
    ):
        flash(_("The certified copy is issued."))
        return redirect(url_for("copies.of_case", key=copy.case.key), 303)
    return _issue(copy, form), 422


def _issue(copy: CertifiedCopy, form: forms.IssueForm) -> str:
    cases.look(db(), actor(), copy.case, now=outside().now())
    digest = copying.digest_of(db(), copy)
    form.paper.data = digest
    return render(
        "scans/issue.html",
        case=copy.case,
        copy=copy,
        form=form,
        press=forms.Press(formdata=None),
        oneself=oneself.shown(url_for("copies.issue", key=copy.key)),
        digest=grouped(digest),
        words_for=forms.words_for,
    )


@views.post("/certified/<uuid:key>/refuse")
@allow(Action.COPY_ISSUE, on=service.copy_of_url)
def refuse(copy: CertifiedCopy) -> ResponseReturnValue:
    """Refuse the copy that a party asked for."""
    form = forms.BecauseForm()
    if form.validate_on_submit():
        copying.refuse(db(), actor(), copy, because=form.because.data or "", now=outside().now())
        flash(_("The request is refused; the party sees why."))
    else:
        flash(_("Nothing was changed: write why."))
    return redirect(url_for("copies.of_case", key=copy.case.key), 303)


@views.post("/certified/<uuid:key>/withdraw")
@allow(Action.COPY_ISSUE, on=service.copy_of_url)
def withdraw(copy: CertifiedCopy) -> ResponseReturnValue:
    """Withdraw an issued copy."""
    form = forms.BecauseForm()
    if form.validate_on_submit():
        copying.take_back(db(), actor(), copy, because=form.because.data or "", now=outside().now())
        flash(_("The copy is withdrawn: whoever checks its code is told."))
    else:
        flash(_("Nothing was changed: write why."))
    return redirect(url_for("copies.of_case", key=copy.case.key), 303)
