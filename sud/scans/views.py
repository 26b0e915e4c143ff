"""The pages of paper: sheets, scans, certification, search, the form of a case."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from documents.papers.blocks import grouped
from sud.access import Action
from sud.cases import issued
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Document,
    Filing,
    Scan,
    ScanPart,
    UploadPurpose,
)
from sud.request import actor, allow, can, db, house, outside, render
from sud.scans import arriving, certifying, copying, covering, forms, proceedings, service, text
from sud.signing import oneself
from sud.uploads import service as uploads
from sud.uploads.handing import handed_over
from sud.words import language

views = Blueprint("scans", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Add the views, and what every list of papers asks about its scans."""
    app.register_blueprint(views)
    app.context_processor(lambda: {"scan_marks": _marks})


def _marks(papers: Any) -> dict[int, service.Mark]:
    """Return the marks of scans among papers; a page that lists them twice asks once."""
    key = tuple(sorted(paper.id for paper in papers))
    known: dict[tuple[int, ...], dict[int, service.Mark]] = g.setdefault("scan_marks", {})
    if key not in known:
        known[key] = service.marks_of(db(), papers)
    return known[key]


# ------------------------------------------------------------------ cover sheets


@views.get("/cases/<uuid:key>/sheets", endpoint="sheets")
@allow(Action.SHEET_PRINT, on=cases.case_of_url)
def sheets_of_case(case: Case) -> ResponseReturnValue:
    """Ask for which papers of a case cover sheets are wanted."""
    cases.look(db(), actor(), case, now=outside().now())
    return _sheets_page(case, forms.SheetsForm())


@views.post("/cases/<uuid:key>/sheets")
@allow(Action.SHEET_PRINT, on=cases.case_of_url)
def sheets_of_case_post(case: Case) -> ResponseReturnValue:
    """Make the sheets."""
    return _print_sheets(case)


@views.get("/filings/<uuid:key>/sheets")
@allow(Action.SHEET_PRINT, on=service.filing_of_url)
def sheets_of_filing(filing: Filing) -> ResponseReturnValue:
    """Ask for which papers of a filing cover sheets are wanted."""
    return _sheets_page(filing, forms.SheetsForm())


@views.post("/filings/<uuid:key>/sheets")
@allow(Action.SHEET_PRINT, on=service.filing_of_url)
def sheets_of_filing_post(filing: Filing) -> ResponseReturnValue:
    """Make the sheets."""
    return _print_sheets(filing)


@views.get("/cases/<uuid:key>/sheets.pdf")
@allow(Action.SHEET_PRINT, on=cases.case_of_url)
def sheets_of_case_pdf(case: Case) -> ResponseReturnValue:
    """Hand out the sheets of a case that were not used yet, or one of them."""
    return _sheets_pdf(case)


@views.get("/filings/<uuid:key>/sheets.pdf")
@allow(Action.SHEET_PRINT, on=service.filing_of_url)
def sheets_of_filing_pdf(filing: Filing) -> ResponseReturnValue:
    """Hand out the sheets of a filing that were not used yet, or one of them."""
    return _sheets_pdf(filing)


def _print_sheets(subject: Case | Filing) -> ResponseReturnValue:
    form = forms.SheetsForm()
    if form.validate_on_submit():
        try:
            made = covering.print_sheets(db(), actor(), subject, form.wanted, now=outside().now())
        except CourtError as error:
            form.refuse(error, form.papers)
        else:
            flash(
                ngettext(
                    "%(num)s cover sheet is ready to be printed.",
                    "%(num)s cover sheets are ready to be printed.",
                    len(made),
                )
            )
            return redirect(_sheets_url(subject), 303)
    return _sheets_page(subject, form), 422


def _sheets_page(subject: Case | Filing, form: forms.SheetsForm) -> str:
    return render(
        "scans/sheets.html",
        case=subject if isinstance(subject, Case) else None,
        filing=subject if isinstance(subject, Filing) else None,
        form=form,
        unused=service.unused_sheets(db(), subject),
        pdf_url=_sheets_url(subject, pdf=True),
    )


def _sheets_url(subject: Case | Filing, *, pdf: bool = False) -> str:
    if isinstance(subject, Case):
        endpoint = "scans.sheets_of_case_pdf" if pdf else "scans.sheets"
    else:
        endpoint = "scans.sheets_of_filing_pdf" if pdf else "scans.sheets_of_filing"
    return url_for(endpoint, key=subject.key)


def _sheets_pdf(subject: Case | Filing) -> ResponseReturnValue:
    wanted = set(request.args.getlist("sheet"))
    made = [
        sheet
        for sheet in service.unused_sheets(db(), subject)
        if not wanted or str(sheet.key) in wanted
    ]
    if not made:
        abort(404)
    return as_pdf(covering.sheets_pdf(db(), subject, made, now=outside().now()), "sheets.pdf")


# ------------------------------------------------------------------ scans


@views.get("/scans")
@allow(Action.SCAN_ADD)
def queue() -> ResponseReturnValue:
    """Take a scan in, and show what waits for a person."""
    return _queue(forms.ScanForm())


@views.post("/scans")
@allow(Action.SCAN_ADD)
def hand_in() -> ResponseReturnValue:
    """Keep what was scanned; it is split soon after."""
    form = forms.ScanForm()
    courts = {court.id: court for court in service.courts_of(db(), actor())}
    form.offer(courts.values(), language())
    if form.validate_on_submit():
        court = courts[form.court.data]
        scan = handed_over(
            form,
            form.files,
            UploadPurpose.SCAN,
            lambda sent: arriving.take_in(
                db(),
                actor(),
                court,
                sent,
                outside=outside(),
                limit=house().config.upload_limit_bytes,
            ),
        )
        if scan is not None:
            return redirect(url_for("scans.scan", key=scan.key), 303)
    return _queue(form), 422


def _queue(form: forms.ScanForm) -> str:
    form.offer(service.courts_of(db(), actor()), language())
    return render(
        "scans/queue.html",
        form=form,
        limit=house().config.upload_limit_bytes,
        waiting_uploads=uploads.waiting(
            db(), actor(), UploadPurpose.SCAN, request.path, now=outside().now()
        ),
        parts=service.waiting_parts(db(), actor()),
        scans=service.recent_scans(db(), actor()),
        copies=copying.asked_for(db(), actor()),
        reader=text.reader_of(outside()),
    )


@views.get("/scans/<uuid:key>")
@allow(Action.SCAN_SETTLE, on=service.scan_of_url)
def scan(scan: Scan) -> ResponseReturnValue:
    """Show what became of a scan."""
    return render(
        "scans/scan.html",
        scan=scan,
        files=arriving.files_of(db(), scan),
        parts=service.parts_of(db(), scan),
    )


@views.get("/scan-parts/<uuid:key>")
@allow(Action.SCAN_SETTLE, on=service.part_of_url)
def part(part: ScanPart) -> ResponseReturnValue:
    """Ask where the pages of a part belong."""
    form = forms.SettleForm()
    if part.sheet is not None:
        form.title.data = part.sheet.title
        form.number.data = part.sheet.case.number if part.sheet.case else ""
    return _part(part, form, forms.BecauseForm())


@views.get("/scan-parts/<uuid:key>.pdf")
@allow(Action.SCAN_SETTLE, on=service.part_of_url)
def part_pdf(part: ScanPart) -> ResponseReturnValue:
    """Show the pages of a part."""
    if part.object_key is None:
        abort(404)
    return as_pdf(outside().store.get(part.object_key), "pages.pdf")


@views.post("/scan-parts/<uuid:key>/settle")
@allow(Action.SCAN_SETTLE, on=service.part_of_url)
def settle(part: ScanPart) -> ResponseReturnValue:
    """Put the pages into the file of a case."""
    form = forms.SettleForm()
    if form.validate_on_submit():
        try:
            case = _case_numbered(form.number.data or "")
            paper = arriving.settle(
                db(), actor(), part, case, title=form.title.data or "", outside=outside()
            )
        except CourtError as error:
            form.refuse(error, form.number if error.code is Refusal.CASE_UNKNOWN else None)
        else:
            flash(_("The pages are in the file of case %(number)s.", number=case.number))
            return redirect(url_for("scans.certification", key=paper.key), 303)
    return _part(part, form, forms.BecauseForm(formdata=None)), 422


def _case_numbered(number: str) -> Case:
    """Return the one case with a number where the clerk may put papers."""
    found = cases.cases_found(db(), actor(), number, now=outside().now())
    if len(found) != 1 or not can(Action.SHEET_PRINT, found[0]):
        raise CourtError(Refusal.CASE_UNKNOWN, number=number)
    return found[0]


@views.post("/scan-parts/<uuid:key>/aside")
@allow(Action.SCAN_SETTLE, on=service.part_of_url)
def set_aside(part: ScanPart) -> ResponseReturnValue:
    """Set the pages aside: they are no paper of any case."""
    form = forms.BecauseForm()
    if form.does(
        lambda: arriving.set_aside(
            db(), actor(), part, because=form.because.data or "", now=outside().now()
        ),
    ):
        flash(_("The pages are set aside; the scan itself stays kept."))
        return redirect(url_for("scans.queue"), 303)
    return _part(part, forms.SettleForm(formdata=None), form), 422


def _part(part: ScanPart, form: forms.SettleForm, aside: forms.BecauseForm) -> str:
    return render("scans/part.html", part=part, form=form, aside=aside)


# ------------------------------------------------------------------ certification


@views.get("/papers/<uuid:key>/certification")
@allow(Action.SCAN_CERTIFY, on=cases.paper_of_url)
def certification(paper: Document) -> ResponseReturnValue:
    """Show the scan beside the questions that the clerk answers with the paper before him."""
    return _certification(paper, forms.CertifyForm(), forms.BecauseForm())


@views.post("/papers/<uuid:key>/certification")
@allow(Action.SCAN_CERTIFY, on=cases.paper_of_url)
def certify(paper: Document) -> ResponseReturnValue:
    """Sign that the scan corresponds to the paper."""
    form = forms.CertifyForm()
    form.offer()
    if form.does(
        lambda: oneself.as_oneself(
            form,
            lambda: certifying.certify(db(), actor(), paper, form.facts, outside=outside()),
        ),
        at={Refusal.PAGES_DIFFER: form.pages, Refusal.NOT_YOURSELF: form.password},
    ):
        flash(_("The scan is certified in your name."))
        return redirect(url_for("scans.certification", key=paper.key), 303)
    return _certification(paper, form, forms.BecauseForm(formdata=None)), 422


@views.post("/papers/<uuid:key>/certification/withdraw")
@allow(Action.SCAN_CERTIFY, on=cases.paper_of_url)
def withdraw_certification(paper: Document) -> ResponseReturnValue:
    """Take the certification back."""
    form = forms.BecauseForm()
    standing = service.certification_of(db(), paper)
    if standing is not None and form.validate_on_submit():
        try:
            certifying.take_back(
                db(), actor(), standing, because=form.because.data or "", outside=outside()
            )
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("The certification is withdrawn."))
            return redirect(url_for("scans.certification", key=paper.key), 303)
    return _certification(paper, forms.CertifyForm(formdata=None), form), 422


def _certification(paper: Document, form: forms.CertifyForm, back: forms.BecauseForm) -> str:
    form.offer()
    form.paper.data = paper.sha256
    if paper.case is not None:
        cases.look(db(), actor(), paper.case, now=outside().now())
    return render(
        "scans/certification.html",
        paper=paper,
        case=paper.case,
        part=service.part_of_paper(db(), paper),
        standing=service.certification_of(db(), paper),
        withdrawn=service.withdrawn_of(db(), paper),
        form=form,
        back=back,
        press=forms.Press(formdata=None),
        oneself=oneself.shown(url_for("scans.certification", key=paper.key)),
        digest=grouped(paper.sha256),
    )


@views.get("/papers/<uuid:key>/certified.pdf")
@allow(Action.PAPER_READ, on=cases.paper_of_url)
def certified_pdf(paper: Document) -> ResponseReturnValue:
    """Hand out the certified scan."""
    standing = service.certification_of(db(), paper)
    if standing is None:
        abort(404)
    if paper.case is not None:
        cases.look(db(), actor(), paper.case, now=outside().now())
    return as_pdf(issued.bytes_of(standing.issued, store=outside().store), f"{paper.title}.pdf")


# ------------------------------------------------------------------ search


@views.get("/cases/<uuid:key>/text")
@allow(Action.CASE_READ, on=cases.case_of_url)
def text_of_case(case: Case) -> ResponseReturnValue:
    """Search the scans of a case."""
    cases.look(db(), actor(), case, now=outside().now())
    form = forms.TextSearch()
    return render(
        "scans/text_of_case.html",
        case=case,
        form=form,
        hits=text.found(db(), actor(), form.q.data or "", case=case),
        reader=text.reader_of(outside()),
    )


@views.get("/text")
@allow(Action.CASE_SEARCH)
def text_of_cases() -> ResponseReturnValue:
    """Search the scans of every case that the reader may read."""
    form = forms.TextSearch()
    return render(
        "scans/text.html",
        form=form,
        hits=text.found(db(), actor(), form.q.data or ""),
        reader=text.reader_of(outside()),
    )


# ------------------------------------------------------------------ form of proceedings


@views.get("/cases/<uuid:key>/form", endpoint="form")
@allow(Action.CASE_READ, on=cases.case_of_url)
def form_of_case(case: Case) -> ResponseReturnValue:
    """Show in which form the case is tried, since when, and what lies in its file."""
    cases.look(db(), actor(), case, now=outside().now())
    form = forms.ChangeForm()
    form.check_seen(case)
    return _form_page(case, form)


@views.post("/cases/<uuid:key>/form")
@allow(Action.FORM_CHANGE, on=cases.case_of_url)
def change_form(case: Case) -> ResponseReturnValue:
    """Note the ruling that changed the form."""
    form = forms.ChangeForm()
    form.offer(proceedings.rulings_for(db(), case), case.form, language())
    if form.validate_on_submit():
        try:
            form.check_seen(case)
            ruling = proceedings.ruling_of(db(), case, form.ruling.data)
            proceedings.change_form(
                db(), actor(), case, form.form.data, ruling, now=outside().now()
            )
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("The form of the case is changed."))
            return redirect(url_for("scans.form", key=case.key), 303)
    return _form_page(case, form), 422


def _form_page(case: Case, form: forms.ChangeForm) -> str:
    rulings = proceedings.rulings_for(db(), case)
    form.offer(rulings, case.form, language())
    return render(
        "scans/form.html",
        case=case,
        stages=proceedings.stages_of(db(), case),
        lines=proceedings.file_of(db(), case),
        rulings=rulings,
        form=form,
    )


@views.get("/cases/<uuid:key>/inventory.pdf")
@allow(Action.INVENTORY_PRINT, on=cases.case_of_url)
def inventory_pdf(case: Case) -> ResponseReturnValue:
    """Print the inventory of the file."""
    cases.look(db(), actor(), case, now=outside().now())
    printed = proceedings.inventory(db(), actor(), case, outside=outside())
    return as_pdf(printed.pdf, "inventory.pdf")


def as_pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    # The browser's own reader puts its page into a frame with a style of its own.
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
    )
    answer.cache_control.private = True
    return answer
