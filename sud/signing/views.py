"""The pages of signatures: what waits for mine, a paper and its signers, papers of both parties."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms import Field

from documents import codes
from documents.papers.blocks import grouped
from documents.signatures import Confirmation
from sud.access import Action
from sud.cases import service as cases
from sud.cases.signatures import BESIDE_TYPE, doubts_for
from sud.errors import CourtError, Refusal
from sud.esi import service as esi
from sud.forms import Form
from sud.models import Case, SheetKind, SheetState, SignerRole, SigningSheet, SigningWay
from sud.outside import local_day
from sud.request import actor, allow, can, db, house, outside, render
from sud.signing import joint, oneself, parties, service
from sud.signing.forms import ByHandForm, JointForm, RefuseForm, Seen, SignedFileForm, SignForm
from sud.uploads.handing import beside
from sud.words import language

views = Blueprint("signing", __name__, template_folder="templates")

_ENDINGS: Final = "signing.endings"
_CLOSED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
)


def end_with(app: Flask, endings: Mapping[SheetKind, service.Ending]) -> None:
    """Say what the last signature on each kind of paper does: its room stands above this one."""
    app.extensions[_ENDINGS] = {SheetKind.JOINT_PAPER: joint.ENDING, **endings}


def _ending(sheet: SigningSheet) -> service.Ending:
    ending: service.Ending = current_app.extensions[_ENDINGS][sheet.kind]
    return ending


# ------------------------------------------------------------------ what waits, and what there is


@views.get("/signing")
@allow(Action.SIGNING_LIST)
def waiting() -> ResponseReturnValue:
    """List the papers that wait for the reader's signature."""
    return render("signing/waiting.html", seats=service.awaited_by(db(), actor()))


@views.get("/signing/late")
@allow(Action.SIGNING_LIST)
def late() -> ResponseReturnValue:
    """List the papers that the reader prepared, or of his court, that nobody signs for long."""
    return render(
        "signing/late.html",
        papers=service.late_for(db(), actor(), now=outside().now()),
        today=local_day(outside().now()),
    )


@views.get("/signing/doubts")
@allow(Action.SIGNING_LIST)
def doubts() -> ResponseReturnValue:
    """List what parties signed and what does not hold any more, to clerks and chairs."""
    return render("signing/doubts.html", doubts=doubts_for(db(), actor()))


@views.get("/cases/<uuid:key>/signing")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """List the papers of a case that are or were signed by several people."""
    cases.look(db(), actor(), case, now=outside().now())
    return render("signing/of_case.html", case=case, sheets=service.sheets_of(db(), actor(), case))


@views.get("/signing/<uuid:key>")
@allow(Action.SIGNING_READ, on=service.sheet_of_url)
def sheet(sheet: SigningSheet) -> ResponseReturnValue:
    """Show a paper with its signers; whoever's turn it is can sign or refuse."""
    return _page(sheet)


@views.get("/signing/<uuid:key>.pdf")
@allow(Action.SIGNING_READ, on=service.sheet_of_url)
def paper(sheet: SigningSheet) -> ResponseReturnValue:
    """Hand out the very bytes that are signed next."""
    _look(sheet)
    name = sheet.title or sheet.code
    return Response(
        service.bytes_of(sheet, outside=outside()),
        mimetype=service.PDF,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf",
            # The browser's own reader puts its page into a frame with a style of its own.
            "Content-Security-Policy": _CLOSED,
        },
    )


@views.get("/signing/<uuid:key>/<int:number>.p7s")
@allow(Action.SIGNING_READ, on=service.sheet_of_url)
def signature(sheet: SigningSheet) -> ResponseReturnValue:
    """Hand out a signature that was handed in beside the paper."""
    number = (request.view_args or {}).get("number")
    seat = next((one for one in sheet.seats if one.number == number and one.beside_key), None)
    if seat is None:
        abort(404)
    _look(sheet)
    answer = Response(parties.beside_of(seat, outside=outside()), mimetype=BESIDE_TYPE)
    name = f"{sheet.code}-{seat.number}.p7s"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ------------------------------------------------------------------ signing


@views.post("/signing/<uuid:key>/sign")
@allow(Action.SIGNING_SIGN, on=service.sheet_of_url)
def sign(sheet: SigningSheet) -> ResponseReturnValue:
    """Sign with one's own key, which the court keeps, once it is sure that it is he."""
    form = SignForm()

    def signed() -> None:
        service.sign(
            db(),
            actor(),
            sheet,
            ending=_ending(sheet),
            outside=outside(),
            seen=form.paper.data,
            dissent=form.dissent.data or "",
        )

    return _done(
        sheet,
        form,
        lambda: oneself.as_oneself(form, signed),
        about={Refusal.NOT_YOURSELF: form.password},
    ) or (_page(sheet, sign=form), 422)


@views.post("/signing/<uuid:key>/refuse")
@allow(Action.SIGNING_SIGN, on=service.sheet_of_url)
def refuse(sheet: SigningSheet) -> ResponseReturnValue:
    """Refuse to sign, with the reason."""
    form = RefuseForm()
    return _done(
        sheet,
        form,
        lambda: service.refuse(
            db(),
            actor(),
            sheet,
            because=form.because.data or "",
            now=outside().now(),
            seen=form.paper.data,
        ),
        words=_("You have not signed. Whoever prepared the paper sees why."),
    ) or (_page(sheet, refuse=form), 422)


@views.post("/signing/<uuid:key>/back")
@allow(Action.SIGNING_TAKE_BACK, on=service.sheet_of_url)
def take_back(sheet: SigningSheet) -> ResponseReturnValue:
    """Take a paper back that one has prepared."""
    form = Seen()
    return _done(
        sheet,
        form,
        lambda: service.take_back(db(), actor(), sheet, now=outside().now()),
        words=_("The paper is taken back: nobody signs it any more."),
    ) or (_page(sheet, press=form), 422)


@views.post("/signing/<uuid:key>/signed")
@allow(Action.SIGNING_SIGN, on=service.sheet_of_url)
def hand_in(sheet: SigningSheet) -> ResponseReturnValue:
    """Take in what a party signed with a program of his own."""
    form = SignedFileForm()
    return _done(
        sheet,
        form,
        lambda: parties.take_signed(
            db(),
            actor(),
            sheet,
            beside(form.file.data),
            ending=_ending(sheet),
            outside=outside(),
            limit=house().config.upload_limit_bytes,
            seen=form.paper.data,
        ),
        otherwise=form.file,
    ) or (_page(sheet, file=form), 422)


@views.post("/signing/<uuid:key>/esi")
@allow(Action.SIGNING_SIGN, on=service.sheet_of_url)
def ask_esi(sheet: SigningSheet) -> ResponseReturnValue:
    """Send the party to the identity provider, to confirm the paper there."""
    form = Seen()
    if form.validate_on_submit():
        try:
            address = parties.ask_esi(
                db(),
                actor(),
                sheet,
                back=url_for("signing.sheet", key=sheet.key),
                ending=_ending(sheet),
                outside=outside(),
                seen=form.paper.data,
            )
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(address, 303)
    return _page(sheet, press=form), 422


@views.post("/signing/<uuid:key>/confirmed")
@allow(Action.SIGNING_SIGN, on=service.sheet_of_url)
def confirmed(sheet: SigningSheet) -> ResponseReturnValue:
    """Put on the paper what the party confirmed at the identity provider."""
    form = Seen()
    return _done(
        sheet,
        form,
        lambda: parties.take_confirmation(
            db(), actor(), sheet, ending=_ending(sheet), outside=outside()
        ),
    ) or (_page(sheet, press=form), 422)


@views.post("/signing/<uuid:key>/by-hand")
@allow(Action.SIGNING_NOTE, on=service.sheet_of_url)
def by_hand(sheet: SigningSheet) -> ResponseReturnValue:
    """Note that a party signed a print by hand."""
    form = _by_hand(sheet)
    if form is None or sheet.case is None:
        abort(404)
    seats = {one.key: one for one in sheet.seats}
    scans = {one.key: one for one in parties.certified_scans(db(), sheet.case)}
    return _done(
        sheet,
        form,
        lambda: parties.note_handwriting(
            db(),
            actor(),
            seats[form.seat.data],
            scans[form.scan.data],
            ending=_ending(sheet),
            outside=outside(),
        ),
        words=_("It is noted that the paper was signed by hand."),
    ) or (_page(sheet, hand=form), 422)


def _done(
    sheet: SigningSheet,
    form: Form,
    verb: Callable[[], None],
    *,
    words: str = "",
    about: Mapping[Refusal, Field] | None = None,
    otherwise: Field | None = None,
) -> Answer | None:
    """Do what a form asks for and lead back to the paper; None where it was refused."""
    if not form.does(verb, at=about, otherwise=otherwise):
        return None
    finished = sheet.state is SheetState.FINISHED
    flash(words or (_("All have signed.") if finished else _("Your signature is on the paper.")))
    return redirect(url_for("signing.sheet", key=sheet.key), 303)


def _look(sheet: SigningSheet) -> None:
    if sheet.case is not None:
        cases.look(db(), actor(), sheet.case, now=outside().now())


def _page(sheet: SigningSheet, **forms: Form) -> str:
    _look(sheet)
    own = next((one for one in sheet.due if one.user_id == actor().user_id), None)
    return render(
        "signing/sheet.html",
        case=sheet.case,
        sheet=sheet,
        shown=codes.shown,
        digest=grouped(sheet.issued.sha256 if sheet.issued else sheet.sha256),
        own=own if own and can(Action.SIGNING_SIGN, sheet) else None,
        accepted=own.rule.ways if own else (),
        keeps_key=own is not None and service.SIGNS_AS[own.role] is not SignerRole.PARTY,
        may_dissent=own is not None
        and sheet.kind is SheetKind.ACT
        and sum(1 for one in sheet.seats if one.judge_id) > 1,
        oneself=oneself.shown(url_for("signing.sheet", key=sheet.key)),
        esi=own is not None and esi.offered(db(), actor(), outside()),
        confirmation=parties.confirmed(db(), actor(), sheet) if own else None,
        confirmations=_confirmations(sheet),
        dissents=service.dissents_of(db(), sheet) if can(Action.DISSENT_READ, sheet) else (),
        **_forms(sheet, forms),
    )


def _forms(sheet: SigningSheet, given: Mapping[str, Form]) -> dict[str, Form | None]:
    """The page's forms: the one that was refused as it came, the others fresh."""
    made: dict[str, Form | None] = {
        "sign": given.get("sign") or SignForm(formdata=None),
        "refuse": given.get("refuse") or RefuseForm(formdata=None),
        "file": given.get("file") or SignedFileForm(formdata=None),
        "press": given.get("press") or Seen(formdata=None),
        "hand": given.get("hand") or _by_hand(sheet, blank=True),
    }
    for form in made.values():
        if isinstance(form, Seen | oneself.Oneself):
            form.paper.data = sheet.sha256
    return made


def _by_hand(sheet: SigningSheet, *, blank: bool = False) -> ByHandForm | None:
    """What a clerk fills in; None where nobody can have signed by hand, or nothing is certified."""
    if sheet.case is None or not can(Action.SIGNING_NOTE, sheet):
        return None
    seats = [one for one in sheet.due if SigningWay.HANDWRITTEN.value in one.rule.ways]
    scans = parties.certified_scans(db(), sheet.case)
    if not seats or not scans:
        return None
    form = ByHandForm(formdata=None) if blank else ByHandForm()
    form.offer([(one.key, one.name) for one in seats], scans)
    return form


def _confirmations(sheet: SigningSheet) -> dict[int, Confirmation]:
    """What the identity provider told, by the number of the seat."""
    told = {one.number: service.confirmation_at(one) for one in sheet.seats}
    return {number: one for number, one in told.items() if one is not None}


# ------------------------------------------------------------------ papers of both parties


@views.get("/cases/<uuid:key>/joint-papers/new")
@allow(Action.JOINT_PAPER_OFFER, on=cases.case_of_url)
def offer(case: Case) -> ResponseReturnValue:
    """Ask for the text of an agreement, and who signs it."""
    return _offer(case, _joint_form(case))


@views.post("/cases/<uuid:key>/joint-papers/new")
@allow(Action.JOINT_PAPER_OFFER, on=cases.case_of_url)
def offer_post(case: Case) -> ResponseReturnValue:
    """Lay the agreement before both sides and the judge."""
    form = _joint_form(case)
    others = {one.id: one for one in joint.others_of(db(), actor(), case, now=outside().now())}
    if form.validate_on_submit():
        agreement = joint.Agreement(
            kind=form.kind.data, others=[others[number] for number in form.others.data or ()]
        )
        try:
            made = joint.offer(
                db(),
                actor(),
                case,
                agreement,
                beside(form.file.data),
                outside=outside(),
                limit=house().config.upload_limit_bytes,
            )
        except CourtError as error:
            form.refuse(error, form.file if error.code.value.startswith("file_") else None)
        else:
            flash(_("The agreement waits for its signatures. Sign it yourself first."))
            return redirect(url_for("signing.sheet", key=made.key), 303)
    return _offer(case, form), 422


def _joint_form(case: Case) -> JointForm:
    form = JointForm()
    form.offer(joint.others_of(db(), actor(), case, now=outside().now()), language())
    return form


def _offer(case: Case, form: JointForm) -> str:
    cases.look(db(), actor(), case, now=outside().now())
    return render(
        "signing/offer.html", case=case, form=form, limit=house().config.upload_limit_bytes
    )
