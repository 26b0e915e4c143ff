"""The addresses at which a filer signs his filing: by ESI, with a key of his own, by hand."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from sud.access import Action
from sud.cases.signatures import BESIDE_TYPE
from sud.errors import CourtError
from sud.filings import service, signing
from sud.filings.forms import SubmitForm
from sud.filings.signing_forms import (
    DigitalForm,
    EsiForm,
    HandForm,
    SigningForms,
    offered,
    offered_scans,
)
from sud.filings.views import confirm_page
from sud.models import Document, Filing
from sud.request import actor, allow, db, house, outside
from sud.uploads.handing import beside
from sud.words import language

views = Blueprint("filing_signatures", __name__)


@views.post("/filings/<uuid:key>/sign/esi")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def esi(filing: Filing) -> ResponseReturnValue:
    """Send the filer to ESI with the digest of his filing."""
    form = EsiForm()
    if form.validate_on_submit():
        papers = len(service.papers_of(db(), filing))
        assert filing.court is not None  # noqa: S101 - the first step asks for it
        try:
            address = signing.ask_esi(
                db(),
                actor(),
                filing,
                title=ngettext(
                    "Claim to %(court)s, %(num)s paper",
                    "Claim to %(court)s, %(num)s papers",
                    papers,
                    court=filing.court.name(language()),
                ),
                back=url_for("filings.confirm", key=filing.key),
                outside=outside(),
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(address, 303)
    return _again(filing, esi=form)


@views.post("/filings/<uuid:key>/sign/digital")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def digital(filing: Filing) -> ResponseReturnValue:
    """Take a digital signature over a paper."""
    papers = service.papers_of(db(), filing)
    form = offered(DigitalForm(), papers)
    if form.validate_on_submit():
        file = form.signed_file.data
        try:
            signing.hand_in(
                db(),
                actor(),
                filing,
                _named(papers, form.signed_paper.data),
                beside(file) if file else None,
                outside=outside(),
                limit=house().config.upload_limit_bytes,
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error, form.signed_file)
            db().rollback()
        else:
            flash(_("Your signature was checked and holds."))
            return redirect(url_for("filings.confirm", key=filing.key), 303)
    return _again(filing, digital=form)


@views.post("/filings/<uuid:key>/sign/hand")
@allow(Action.FILING_EDIT, on=service.filing_of_url)
def by_hand(filing: Filing) -> ResponseReturnValue:
    """Note which paper is the scan of one that was signed by hand."""
    papers = service.papers_of(db(), filing)
    form = offered_scans(HandForm(), papers)
    if form.validate_on_submit():
        paper = _named(papers, form.scanned_paper.data)
        try:
            signing.note_handwriting(db(), actor(), filing, paper, now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("filings.confirm", key=filing.key), 303)
    return _again(filing, hand=form)


@views.get("/filings/<uuid:key>/signatures/<int:number>.p7s")
@allow(Action.FILING_READ, on=signing.filing_with_signature)
def detached(filing: Filing) -> ResponseReturnValue:
    """Hand out a signature that lies beside its paper."""
    number = (request.view_args or {})["number"]
    return Response(
        signing.beside_of(db(), filing, number, outside=outside()),
        mimetype=BESIDE_TYPE,
        headers={"Content-Disposition": "attachment; filename=signature.p7s"},
    )


def _named(papers: Sequence[Document], key: UUID) -> Document:
    return next(one for one in papers if one.key == key)


def _again(filing: Filing, **filled: EsiForm | DigitalForm | HandForm) -> tuple[str, int]:
    """Show the page once more, with what is wrong in one of its forms."""
    form = SubmitForm(formdata=None)
    form.seen.data = str(filing.version)
    papers = service.papers_of(db(), filing)
    ways = replace(SigningForms.blank(papers), **filled)
    return confirm_page(filing, form, ways), 422
