"""Pages of publication for the court: the queue, the check of one text, publishing, withdrawing."""

from http import HTTPStatus

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import Act, ActPart, Publication, PublicationState
from sud.publication import places, service
from sud.publication.forms import ActForm, PublishForm, ReplaceForm, WithdrawForm
from sud.publication.known import known_of
from sud.publication.public import views
from sud.publication.words import DOUBTS, KINDS, LAYERS
from sud.request import actor, allow, db, outside, render

__all__ = ["views"]


@views.get("/publications")
@allow(Action.PUBLICATION_QUEUE)
def queue() -> ResponseReturnValue:
    """What waits for the clerk, and what was done lately."""
    waiting = service.waiting(db(), actor())
    return render(
        "publication/queue.html",
        waiting=[(one, len(places.open_doubts(one))) for one in waiting],
        unprepared=service.unprepared(db(), actor()),
        finished=service.finished(db(), actor()),
        form=ActForm(),
    )


@views.route("/acts/<uuid:key>/publication", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=service.act_of_url)
def prepare(act: Act) -> ResponseReturnValue:
    """Make the public text now, when the worker has not done it yet."""
    form = ActForm()
    if form.validate_on_submit():
        try:
            made = service.prepare(db(), actor(), act, now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("publication.review", key=made.key), HTTPStatus.SEE_OTHER)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    return render("publication/prepare.html", act=act, form=form), status


@views.route("/publications/<uuid:key>", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=service.publication_of_url)
def review(publication: Publication) -> ResponseReturnValue:
    """The text before and after, every replacement and doubt, each to be decided."""
    form = ActForm()
    try:
        form.check_seen(publication)
        if form.validate_on_submit():
            ids, applied = _choice(publication, request.form.get("choice", ""))
            service.decide(db(), actor(), publication, ids, applied, now=outside().now())
            return _back(publication, "places")
    except CourtError as error:
        form.refuse(error)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    if status is HTTPStatus.OK:
        cases.look(db(), actor(), publication.act.case, now=outside().now())
    return _review_page(publication, choices=form), status


@views.route("/publications/<uuid:key>/replace", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=service.publication_of_url)
def replace(publication: Publication) -> ResponseReturnValue:
    """Put a label for words that nobody found."""
    form = ReplaceForm()
    form.label.choices = service.labels_of(publication, known_of(db(), publication.act))
    try:
        form.check_seen(publication)
        if form.validate_on_submit():
            service.replace(
                db(),
                actor(),
                publication,
                form.words.data or "",
                form.label.data,
                now=outside().now(),
            )
            return _back(publication, "text")
    except CourtError as error:
        form.refuse(error, form.words if error.code is Refusal.TEXT_NOT_FOUND else None)
    if not form.is_submitted():
        return _review_page(publication)
    return _review_page(publication, addition=form), HTTPStatus.UNPROCESSABLE_ENTITY


@views.route("/publications/<uuid:key>/publish", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=service.publication_of_url)
def publish(publication: Publication) -> ResponseReturnValue:
    """Put the text before the public; a refusal lists what still tells of a person."""
    form = PublishForm()
    if publication.state is PublicationState.PUBLISHED:
        return _back(publication)
    try:
        form.check_seen(publication)
        if form.validate_on_submit():
            service.publish(
                db(),
                actor(),
                publication,
                looked=bool(form.looked.data),
                outside=outside(),
                now=outside().now(),
            )
            flash(_("The text is published. Anybody can read it now."))
            return _back(publication)
    except CourtError as error:
        form.refuse(error, form.looked if error.code is Refusal.DOUBTS_OPEN else None)
    if not form.is_submitted():
        return _review_page(publication)
    left = service.left_in(publication, known_of(db(), publication.act))
    return _review_page(publication, publishing=form, left=left), HTTPStatus.UNPROCESSABLE_ENTITY


@views.route("/publications/<uuid:key>/withdraw", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=service.publication_of_url)
def withdraw(publication: Publication) -> ResponseReturnValue:
    """Take a published text back."""
    form = WithdrawForm()
    if publication.state is PublicationState.PREPARED:
        abort(HTTPStatus.NOT_FOUND)
    if publication.state is PublicationState.WITHDRAWN:
        return _back(publication)
    try:
        form.check_seen(publication)
        if form.validate_on_submit():
            service.withdraw(
                db(),
                actor(),
                publication,
                form.note.data or "",
                outside=outside(),
                now=outside().now(),
            )
            flash(_("The text is withdrawn. Its page says so, its file is gone."))
            return _back(publication)
    except CourtError as error:
        form.refuse(error)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    return render("publication/withdraw.html", publication=publication, form=form), status


def _choice(publication: Publication, said: str) -> tuple[frozenset[int], bool]:
    """Read a button: what to do, with one place or with all that say the same."""
    verb, _colon, number = said.partition(":")
    if verb not in {"replace", "keep", "replace-one", "keep-one"} or not number.isdecimal():
        raise CourtError(Refusal.STALE)
    wanted = int(number)
    if verb.endswith("-one"):
        return frozenset({wanted}), verb.startswith("replace")
    for group in places.groups_of(publication):
        ids = frozenset(place.id for place in group.places)
        if wanted in ids:
            return ids, verb == "replace"
    raise CourtError(Refusal.STALE)


def _back(publication: Publication, anchor: str | None = None) -> ResponseReturnValue:
    address = url_for("publication.review", key=publication.key, _anchor=anchor)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _review_page(
    publication: Publication,
    *,
    choices: ActForm | None = None,
    addition: ReplaceForm | None = None,
    publishing: PublishForm | None = None,
    left: tuple[service.Left, ...] = (),
) -> str:
    """Draw the page with the form that was refused, and the others fresh."""
    known = known_of(db(), publication.act)
    shown = [choices or ActForm(formdata=None), publishing or PublishForm(formdata=None)]
    adding = addition or ReplaceForm(formdata=None)
    adding.label.choices = service.labels_of(publication, known)
    for form in (*shown, adding):
        form.seen.data = str(publication.version)
    groups = places.groups_of(publication)
    return render(
        "publication/review.html",
        publication=publication,
        case=publication.act.case,
        choices=shown[0],
        publishing=shown[1],
        addition=adding,
        refused=next((form for form in (choices, addition, publishing) if form), shown[0]),
        waiting=[group for group in groups if group.first.open],
        settled=[group for group in groups if not group.first.open],
        parts=[(part, places.paragraphs_of(publication, part)) for part in ActPart],
        left=left,
        doubts=DOUBTS,
        kinds=KINDS,
        layers=LAYERS,
        editable=publication.state is not PublicationState.PUBLISHED,
    )
