"""The pages of filings: a party's short steps, the receipt, the clerk's queue and check."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.errors import CourtError, Refusal
from sud.esi import service as esi
from sud.filings import printing, service, signing
from sud.filings.forms import (
    AcceptForm,
    ClaimForm,
    PapersForm,
    PersonForm,
    PlaintiffForm,
    PricedClaimForm,
    ReturnForm,
    SubmitForm,
    WhereForm,
    WhichForm,
    WithdrawForm,
)
from sud.filings.signing_forms import SigningForms
from sud.models import Court, Filing, FilingPart, FilingState, UploadPurpose
from sud.outside import local_day
from sud.recusals import earlier
from sud.refiling import marking
from sud.refiling.marking import Candidate
from sud.registry import service as registry
from sud.request import actor, allow, db, house, outside, render
from sud.treasury import service as treasury
from sud.uploads import service as uploads
from sud.uploads.handing import handed_over
from sud.words import language

views = Blueprint("filings", __name__, template_folder="templates")

KIND: Final = "civil"
STEPS: Final = ("court", "me", "respondents", "claim", "papers", "confirm")
# Where to go for what is missing.
_STEP_OF: Final = {
    FilingPart.ME: "me",
    FilingPart.RESPONDENT: "respondents",
    FilingPart.PRICE: "claim",
    FilingPart.TEXT: "claim",
    FilingPart.PAPERS: "papers",
}


# ------------------------------------------------------------------ the party: step by step


@views.get("/file")
@allow(Action.FILING_START)
def start() -> ResponseReturnValue:
    """Begin a claim with court, subject and language."""
    form = WhereForm(data={"case_language": "ru" if language() == "ru" else "ky"})
    _offer_courts(form)
    return render("filings/where.html", form=form, filing=None, steps=_steps("court"))


@views.post("/file")
@allow(Action.FILING_START)
def start_post() -> ResponseReturnValue:
    """Keep the first step: the draft exists from here on."""
    form = WhereForm()
    _offer_courts(form)
    where = _where(form) if form.validate_on_submit() else None
    if where is None:
        return render("filings/where.html", form=form, filing=None, steps=_steps("court")), 422
    filing = service.start(db(), actor(), where, now=outside().now())
    return redirect(url_for("filings.me", key=filing.key), 303)


@views.get("/filings/<uuid:key>/court")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def court(filing: Filing) -> ResponseReturnValue:
    """Show the first step again."""
    form = WhereForm(
        data={
            "court": filing.court.code if filing.court else None,
            "category": filing.category_code,
            "case_language": filing.language,
        }
    )
    _offer_courts(form)
    form.check_seen(filing)
    return render("filings/where.html", form=form, filing=filing, steps=_steps("court"))


@views.post("/filings/<uuid:key>/court")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def court_post(filing: Filing) -> ResponseReturnValue:
    """Keep the first step."""
    form = WhereForm()
    _offer_courts(form)
    if form.validate_on_submit():
        try:
            form.check_seen(filing)
            where = _where(form)
            if where is not None:
                service.choose(db(), actor(), filing, where, now=outside().now())
                return redirect(url_for("filings.me", key=filing.key), 303)
        except CourtError as error:
            form.refuse(error)
    return render("filings/where.html", form=form, filing=filing, steps=_steps("court")), 422


@views.get("/filings/<uuid:key>/me")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def me(filing: Filing) -> ResponseReturnValue:
    """Ask who files; what the account knows is filled in."""
    form = PlaintiffForm()
    form.offer()
    mine = service.plaintiff_of(db(), filing)
    person = mine.person if mine else service.person_of(db(), actor())
    if person is not None:
        form.describe(person)
    return render("filings/me.html", form=form, filing=filing, steps=_steps("me"))


@views.post("/filings/<uuid:key>/me")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def me_post(filing: Filing) -> ResponseReturnValue:
    """Keep who files."""
    form = PlaintiffForm()
    form.offer()
    if form.validate_on_submit():
        try:
            service.name_me(db(), actor(), filing, form.facts(), now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("filings.respondents", key=filing.key), 303)
    return render("filings/me.html", form=form, filing=filing, steps=_steps("me")), 422


@views.get("/filings/<uuid:key>/respondents")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def respondents(filing: Filing) -> ResponseReturnValue:
    """Show the respondents named so far and ask for one."""
    form = PersonForm()
    form.offer()
    return _respondents_page(filing, form)


@views.post("/filings/<uuid:key>/respondents")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def respondents_post(filing: Filing) -> ResponseReturnValue:
    """Add a respondent and show the list."""
    form = PersonForm()
    form.offer()
    if form.validate_on_submit():
        try:
            service.name_respondent(db(), actor(), filing, form.facts(), now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("filings.respondents", key=filing.key), 303)
    return _respondents_page(filing, form), 422


@views.post("/filings/<uuid:key>/respondents/remove")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def drop_respondent(filing: Filing) -> ResponseReturnValue:
    """Take a respondent out again."""
    _with_which(
        lambda key: service.drop_respondent(db(), actor(), filing, key, now=outside().now())
    )
    return redirect(url_for("filings.respondents", key=filing.key), 303)


@views.get("/filings/<uuid:key>/claim")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def claim(filing: Filing) -> ResponseReturnValue:
    """Ask for price and text."""
    form = _claim_form(filing)
    form.check_seen(filing)
    return render("filings/claim.html", form=form, filing=filing, steps=_steps("claim"))


@views.post("/filings/<uuid:key>/claim")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def claim_post(filing: Filing) -> ResponseReturnValue:
    """Keep price and text."""
    form = _claim_form(filing)
    if form.validate_on_submit():
        try:
            form.check_seen(filing)
            service.write_claim(
                db(),
                actor(),
                filing,
                price=form.price.data,
                text=form.text.data or "",
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("filings.papers", key=filing.key), 303)
    return render("filings/claim.html", form=form, filing=filing, steps=_steps("claim")), 422


@views.get("/filings/<uuid:key>/papers")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def papers(filing: Filing) -> ResponseReturnValue:
    """Show what is attached and ask for files."""
    return _papers_page(filing, PapersForm())


@views.post("/filings/<uuid:key>/papers")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def papers_post(filing: Filing) -> ResponseReturnValue:
    """Take the chosen files in, all or none."""
    form = PapersForm()
    if form.validate_on_submit():
        taken = handed_over(
            form,
            form.files,
            UploadPurpose.PAPER,
            lambda sent: service.attach(
                db(),
                actor(),
                filing,
                sent,
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=outside().now(),
            ),
        )
        if taken is not None:
            return redirect(url_for("filings.papers", key=filing.key), 303)
    return _papers_page(filing, form), 422


@views.post("/filings/<uuid:key>/papers/remove")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def drop_paper(filing: Filing) -> ResponseReturnValue:
    """Take a paper out of the draft."""
    _with_which(
        lambda key: service.detach(
            db(), actor(), filing, key, defer=outside().defer, now=outside().now()
        )
    )
    return redirect(url_for("filings.papers", key=filing.key), 303)


@views.get("/filings/<uuid:key>/confirm")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def confirm(filing: Filing) -> ResponseReturnValue:
    """Show everything once more, with the duty and how it was reckoned."""
    if filing.state not in (FilingState.DRAFT, FilingState.RETURNED):
        return redirect(url_for("filings.show", key=filing.key), 303)
    if signing.take_confirmation(db(), actor(), filing, now=outside().now()):
        flash(_("You have confirmed the filing with ESI."))
    form = SubmitForm()
    form.check_seen(filing)
    return confirm_page(filing, form)


@views.post("/filings/<uuid:key>/confirm")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def confirm_post(filing: Filing) -> ResponseReturnValue:
    """File the claim."""
    form = SubmitForm()
    if form.validate_on_submit():
        try:
            form.check_seen(filing)
            service.submit(
                db(),
                actor(),
                filing,
                defer=outside().defer,
                now=outside().now(),
                signed=signing.stands(db(), filing),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("filings.receipt", key=filing.key), 303)
    return confirm_page(filing, form), 422


# ------------------------------------------------------------------ the party: after filing


@views.get("/filings")
@allow(Action.FILING_START)
def mine() -> ResponseReturnValue:
    """List one's own claims."""
    return render("filings/mine.html", filings=service.filings_of(db(), actor()))


@views.get("/filings/<uuid:key>")
@allow(Action.FILING_READ, on=service.filing_of_url)
def show(filing: Filing) -> ResponseReturnValue:
    """Lead to where the filing stands: its next step, its reason, its receipt or its case."""
    if actor().staff:
        return redirect(url_for("filings.check", key=filing.key), 303)
    if filing.state is FilingState.DRAFT:
        lacking = service.missing_in(db(), filing, on=local_day(outside().now()))
        step = _STEP_OF[lacking[0]] if lacking else "confirm"
        return redirect(url_for(f"filings.{step}", key=filing.key), 303)
    if filing.state is FilingState.RETURNED:
        return render("filings/returned.html", filing=filing)
    return redirect(url_for("filings.receipt", key=filing.key), 303)


@views.get("/filings/<uuid:key>/receipt")
@allow(Action.FILING_READ, on=service.filing_of_url)
def receipt(filing: Filing) -> ResponseReturnValue:
    """Show the receipt: number, exact time, checksums."""
    if filing.receipt_number is None:
        return redirect(url_for("filings.show", key=filing.key), 303)
    return render(
        "filings/receipt.html",
        filing=filing,
        signed=signing.signatures_of(db(), filing),
        papers=service.papers_of(db(), filing),
        parties=service.parties_of(db(), filing),
    )


@views.get("/filings/<uuid:key>/receipt.pdf")
@allow(Action.FILING_READ, on=service.filing_of_url)
def receipt_pdf(filing: Filing) -> ResponseReturnValue:
    """Print the receipt."""
    handed = printing.receipt(db(), actor(), filing, outside=outside())
    if handed is None:
        return redirect(url_for("filings.show", key=filing.key), 303)
    return Response(
        handed.pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{handed.paper.number}.pdf"'},
    )


@views.get("/filings/<uuid:key>/withdraw")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def withdraw(filing: Filing) -> ResponseReturnValue:
    """Ask whether the claim is taken back."""
    form = WithdrawForm()
    form.check_seen(filing)
    return render("filings/withdraw.html", form=form, filing=filing)


@views.post("/filings/<uuid:key>/withdraw")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def withdraw_post(filing: Filing) -> ResponseReturnValue:
    """Take the claim back."""
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            form.check_seen(filing)
            service.withdraw(db(), actor(), filing, now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("The claim %(number)s is withdrawn.", number=filing.receipt_number))
            return redirect(url_for("cases.home"), 303)
    return render("filings/withdraw.html", form=form, filing=filing), 422


# ------------------------------------------------------------------ the clerk


@views.get("/queue")
@allow(Action.FILING_QUEUE)
def queue() -> ResponseReturnValue:
    """Show what waits at the clerk's court, the oldest first."""
    waiting = service.queue_of(db(), actor())
    return render(
        "filings/queue.html",
        new=[one for one in waiting if one.submissions == 1],
        again=[one for one in waiting if one.submissions > 1],
        names=service.names_in(db(), waiting),
    )


@views.get("/filings/<uuid:key>/check")
@allow(Action.FILING_DECIDE, on=service.filing_of_url)
def check(filing: Filing) -> ResponseReturnValue:
    """Show a filing on one screen: its papers beside what was filled in, and the two answers."""
    service.look(db(), actor(), filing, now=outside().now())
    accepting, returning = AcceptForm(), ReturnForm()
    returning.offer()
    accepting.check_seen(filing)
    returning.check_seen(filing)
    return _check_page(filing, accepting, returning, _offered(filing, accepting))


@views.post("/filings/<uuid:key>/accept")
@allow(Action.FILING_DECIDE, on=service.filing_of_url)
def accept(filing: Filing) -> ResponseReturnValue:
    """Register the case."""
    accepting, returning = AcceptForm(), ReturnForm(formdata=None)
    returning.offer()
    returning.seen.data = str(filing.version)
    alike = _offered(filing, accepting)
    if accepting.validate_on_submit():
        try:
            accepting.check_seen(filing)
            case = service.accept(
                db(),
                actor(),
                filing,
                outside=outside(),
                now=outside().now(),
                choice=accepting.choice(),
                continues=earlier.continued(
                    db(), accepting.relation.data, accepting.number.data or ""
                ),
            )
        except CourtError as error:
            accepting.refuse(error)
        else:
            flash(_("The case is registered: %(number)s.", number=case.number))
            return redirect(url_for("cases.overview", key=case.key), 303)
    return _check_page(filing, accepting, returning, alike), 422


@views.post("/filings/<uuid:key>/return")
@allow(Action.FILING_DECIDE, on=service.filing_of_url)
def send_back(filing: Filing) -> ResponseReturnValue:
    """Return the filing for correction."""
    accepting, returning = AcceptForm(formdata=None), ReturnForm()
    returning.offer()
    accepting.seen.data = str(filing.version)
    alike = _offered(filing, accepting)
    if returning.validate_on_submit():
        try:
            returning.check_seen(filing)
            service.send_back(
                db(),
                actor(),
                filing,
                reason=returning.reason.data,
                note=returning.note.data or "",
                defer=outside().defer,
                now=outside().now(),
            )
        except CourtError as error:
            returning.refuse(error)
        else:
            flash(_("The claim %(number)s is returned.", number=filing.receipt_number))
            return redirect(url_for("filings.queue"), 303)
    return _check_page(filing, accepting, returning, alike), 422


# ------------------------------------------------------------------ pages with more than a form


def _respondents_page(filing: Filing, form: PersonForm) -> str:
    named = service.respondents_of(db(), filing)
    return render(
        "filings/respondents.html",
        form=form,
        filing=filing,
        named=[(one, WhichForm(formdata=None, which=str(one.key))) for one in named],
        steps=_steps("respondents"),
    )


def _papers_page(filing: Filing, form: PapersForm) -> str:
    attached = service.papers_of(db(), filing)
    return render(
        "filings/papers.html",
        form=form,
        filing=filing,
        attached=[(one, WhichForm(formdata=None, which=str(one.key))) for one in attached],
        limit=house().config.upload_limit_bytes,
        waiting=uploads.waiting(db(), actor(), UploadPurpose.PAPER, request.path, outside().now()),
        steps=_steps("papers"),
    )


def confirm_page(filing: Filing, form: SubmitForm, ways: SigningForms | None = None) -> str:
    """Show the last step: what is filed, what it costs, who signed it, and the ways to sign."""
    on = local_day(outside().now())
    lacking = service.missing_in(db(), filing, on=on)
    papers = service.papers_of(db(), filing)
    try:
        sheet = service.duty_of(db(), filing, on=on).as_dict()
    except CourtError as error:
        if error.code is not Refusal.NO_DUTY_RATE:
            raise
        sheet = None
    return render(
        "filings/confirm.html",
        form=form,
        filing=filing,
        parties=service.parties_of(db(), filing),
        papers=papers,
        signed=signing.signatures_of(db(), filing),
        signing_forms=ways or SigningForms.blank(papers),
        esi_offered=esi.offered(db(), actor(), outside()),
        lacking=[(part, url_for(f"filings.{_STEP_OF[part]}", key=filing.key)) for part in lacking],
        sheet=sheet,
        needed=service.signature_rule_on(db(), filing, on),
        steps=_steps("confirm"),
    )


def _offered(filing: Filing, form: AcceptForm) -> list[Candidate]:
    """Offer the clerk the earlier cases that the claim resembles, unless one decides already."""
    found = marking.candidates(db(), filing, secret=outside().secret, now=outside().now())
    bound = marking.binding(found)
    logged = [] if bound else [one for one in found if one.case]
    first = [one for one in logged if not one.follows] or logged
    form.offer([(one.case.key, one.case.number) for one in first if one.case])
    return found


def _check_page(
    filing: Filing, accepting: AcceptForm, returning: ReturnForm, alike: Sequence[Candidate]
) -> str:
    return render(
        "filings/check.html",
        earlier=alike,
        bound=marking.binding(alike),
        filing=filing,
        parties=service.parties_of(db(), filing),
        papers=service.papers_of(db(), filing),
        signed=signing.signatures_of(db(), filing),
        accepting=accepting,
        returning=returning,
    )


# ------------------------------------------------------------------ inside


def _steps(current: str) -> list[dict[str, str]]:
    words = {
        "court": _("Court"),
        "me": _("You"),
        "respondents": _("Respondent"),
        "claim": _("Claim"),
        "papers": _("Papers"),
        "confirm": _("Check and file"),
    }
    place = STEPS.index(current)
    return [
        {
            "text": words[step],
            "state": "done" if number < place else "current" if number == place else "todo",
        }
        for number, step in enumerate(STEPS)
    ]


def _offer_courts(form: WhereForm) -> None:
    today = local_day(outside().now())
    names = {
        region.code: {"ky": region.ky, "ru": region.ru}.get(language(), region.en)
        for region in registry.regions()
    }
    courts: dict[str, list[Court]] = {}
    for one in registry.courts_taking_claims(db(), today):
        courts.setdefault(names.get(one.region, one.region), []).append(one)
    form.offer(courts, registry.categories_on(db(), KIND, today))


def _where(form: WhereForm) -> service.Where | None:
    chosen = registry.court_by_code(db(), form.court.data or "")
    category = registry.category_by_code(db(), form.category.data or "")
    if chosen is None or category is None:
        return None
    return service.Where(court=chosen, category=category, language=form.case_language.data or "ky")


def _claim_form(filing: Filing) -> ClaimForm:
    on = local_day(outside().now())
    priced = filing.category is not None and treasury.needs_price(db(), filing.category, on)
    kind = PricedClaimForm if priced else ClaimForm
    return kind(data={"price": filing.price, "text": filing.text})


def _with_which(do: Callable[[UUID], None]) -> None:
    """Do something to the row that the pressed button stands beside."""
    form = WhichForm()
    if form.validate_on_submit():
        try:
            key = UUID(form.which.data or "")
        except ValueError:
            return
        do(key)
