"""The pages on which anybody checks a paper: by its code, by the QR mark, or by the file itself."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents import codes
from sud.access import Action
from sud.cases import issued
from sud.models import IssuedPaper
from sud.request import actor, allow, db, house, outside, render
from sud.verification import guessing, lasting, service
from sud.verification.forms import CodeForm, FileForm

views = Blueprint("verification", __name__, template_folder="templates")

Answer = Callable[[IssuedPaper], ResponseReturnValue]


@views.get("/verify")
@allow(Action.ACT_VERIFY)
def ask() -> ResponseReturnValue:
    """Ask for a code or a file, or lead to the answer for the code that was typed."""
    form = CodeForm()
    if "code" not in request.args:
        return _question(form)
    if not form.validate():
        return _question(form), 422
    typed = form.code.data or ""
    code = codes.read_code(typed)
    if code is None:
        return _question(form, unknown=typed), 422
    return redirect(url_for("verification.paper", code=code), 303)


@views.post("/verify")
@allow(Action.ACT_VERIFY)
def find() -> ResponseReturnValue:
    """Say whether a file is, byte for byte, a paper that a court issued."""
    form = FileForm()
    if not form.validate_on_submit():
        return _question(CodeForm(), form), 422
    found = service.paper_with(db(), service.digest_of(form.file.data.stream))
    if found is None:
        return _question(CodeForm(), form, strange=True), 422
    return _page(found, FileForm(formdata=None), held=service.Compared(same=True))


@views.get("/verify/<code>")
@allow(Action.ACT_VERIFY)
def paper(code: str) -> ResponseReturnValue:
    """Say what the paper with this code is worth."""
    return _answer(code, lambda found: _page(found, FileForm()))


@views.post("/verify/<code>")
@allow(Action.ACT_VERIFY)
def compare(code: str) -> ResponseReturnValue:
    """Say whether a file is the paper with this code."""

    def answer(found: IssuedPaper) -> ResponseReturnValue:
        form = FileForm()
        if not form.validate_on_submit():
            return _page(found, form), 422
        held = service.compared(found, form.file.data.stream, outside=outside())
        return _page(found, form, held=held)

    return _answer(code, answer)


@views.get("/papers/faults")
@allow(Action.PAPER_FAULTS)
def faults() -> ResponseReturnValue:
    """Show which signed papers do not hold, and that all were looked at."""
    return render(
        "verification/faults.html",
        watch=lasting.watch_of(db(), actor(), now=outside().now()),
        papers=[
            (paper, codes.shown(paper.code), lasting.faults_of(paper))
            for paper in lasting.faulty_papers(db(), actor())
        ],
    )


def _answer(typed: str, answer: Answer) -> ResponseReturnValue:
    """Answer for a code that a paper has; all others are told apart by nothing."""
    now, secret, place = outside().now(), outside().secret, _place(request.remote_addr)
    waiting = guessing.minutes_to_wait(db(), place, secret=secret, now=now)
    if waiting:
        return _question(CodeForm(), waiting=waiting), 429
    code = codes.read_code(typed)
    found = issued.paper_by_code(db(), code) if code else None
    if found is None:
        if code is not None:
            db().rollback()  # the miss is counted in a transaction of its own
            guessing.count_miss(house().sessions, place, secret=secret, now=now)
        form = CodeForm()
        form.code.data = typed
        return _question(form, unknown=typed), 404
    if typed != found.code:
        return redirect(url_for("verification.paper", code=found.code), 303)
    return answer(found)


def _question(
    form: CodeForm,
    holding: FileForm | None = None,
    *,
    unknown: str = "",
    strange: bool = False,
    waiting: int = 0,
) -> str:
    return render(
        "verification/ask.html",
        form=form,
        holding=holding or FileForm(formdata=None),
        unknown=unknown,
        strange=strange,
        waiting=waiting,
    )


def _page(found: IssuedPaper, form: FileForm, *, held: service.Compared | None = None) -> str:
    return render(
        "verification/paper.html",
        checked=service.check(db(), actor(), found, outside=outside()),
        paper=found,
        form=form,
        held=held,
        code=codes.shown(found.code),
    )


def _place(address: str | None) -> str:
    """Return the network of an address: whoever has a /64 has not 2^64 rights to guess."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ip_network((ip, 32 if ip.version == 4 else 64), strict=False))  # noqa: PLR2004
