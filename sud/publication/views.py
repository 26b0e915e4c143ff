"""Pages of publication for the court: the queue, one text read and decided, what becomes of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.forms import Form
from sud.labels import label
from sud.models import (
    UNREAD,
    Act,
    ActPart,
    Participant,
    ProblemOutcome,
    ProblemReport,
    Publication,
    PublicationForm,
    PublicationState,
)
from sud.publication import (
    bars,
    desk,
    keeping,
    keeping_signs,
    places,
    readings,
    reports,
    service,
)
from sud.publication.forms import ActForm, FactForm, GroundForm, ReplaceForm, WithdrawForm
from sud.publication.gate import Leak
from sud.publication.public import views
from sud.publication.words import CHANNELS, COUNTS, DOUBTS, KINDS, LAYERS
from sud.request import actor, allow, db, outside, render

__all__ = ["keeping", "keeping_signs", "views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """The forms of the review page; one that was refused keeps what it said."""

    press: ActForm
    addition: ReplaceForm
    ground: GroundForm
    fact: FactForm


@views.get("/publications")
@allow(Action.PUBLICATION_QUEUE)
def queue() -> ResponseReturnValue:
    """What waits for the clerk, for a second reader, for an answer, and what was done lately."""
    return render(
        "publication/queue.html",
        waiting=[(one, len(places.open_doubts(one))) for one in desk.waiting(db(), actor())],
        confirming=[
            (one, readings.may_read(db(), actor(), one))
            for one in desk.waiting(db(), actor(), PublicationState.CONFIRMING)
        ],
        held=desk.waiting(db(), actor(), PublicationState.HELD),
        reported=reports.waiting(db(), actor()),
        unprepared=desk.unprepared(db(), actor()),
        finished=desk.finished(db(), actor()),
        now=outside().now(),
        form=ActForm(),
    )


@views.route("/acts/<uuid:key>/publication", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=desk.act_of_url)
def prepare(act: Act) -> ResponseReturnValue:
    """Make the public text now, when the worker has not done it yet."""
    form = ActForm()
    if form.validate_on_submit():
        try:
            return _back(service.prepare(db(), actor(), act, now=outside().now()))
        except CourtError as error:
            form.refuse(error)
    return render("publication/prepare.html", act=act, form=form), _status(form)


@views.route("/publications/<uuid:key>", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def review(publication: Publication) -> ResponseReturnValue:
    """The text with every place that was found, each to be decided, and its original beside it."""
    form = ActForm()

    def decide() -> None:
        ids, answer = _choice(publication, request.form.get("choice", ""))
        service.decide(db(), actor(), publication, ids, answer, now=outside().now())

    if not form.is_submitted():
        cases.look(db(), actor(), publication.act.case, now=outside().now())
    return _pressed(publication, form, decide, anchor="places")


@views.route("/publications/<uuid:key>/replace", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def replace(publication: Publication) -> ResponseReturnValue:
    """Put a label for words that nobody found."""
    form = ReplaceForm()
    form.label.choices = places.labels_of(publication, service.known(db(), publication))
    return _pressed(
        publication,
        form,
        lambda: service.replace(
            db(),
            actor(),
            publication,
            form.words.data or "",
            form.label.data,
            now=outside().now(),
        ),
        at={Refusal.TEXT_NOT_FOUND: form.words},
        anchor="text",
    )


@views.route("/publications/<uuid:key>/publish", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def publish(publication: Publication) -> ResponseReturnValue:
    """End one's reading; a refusal lists what still tells of a person, and where."""
    if publication.state not in UNREAD:
        return _back(publication)

    def finish() -> None:
        first = publication.state is PublicationState.PREPARED
        state = service.finish(db(), actor(), publication, outside=outside(), now=outside().now())
        if state is PublicationState.PUBLISHED:
            flash(_("It is published. Anybody can read it now."))
        elif first:
            flash(_("Your reading is finished. Now another person reads the text."))

    return _pressed(publication, ActForm(), finish)


@views.post("/publications/<uuid:key>/take-over")
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def take_over(publication: Publication) -> ResponseReturnValue:
    """Read on in the place of another person."""
    return _pressed(
        publication,
        ActForm(),
        lambda: service.take_over(db(), actor(), publication, now=outside().now()),
    )


@views.post("/publications/<uuid:key>/again")
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def again(publication: Publication) -> ResponseReturnValue:
    """Search the act anew: by another policy, by a fuller file, or after it was withdrawn."""
    withdrawn = publication.state is PublicationState.WITHDRAWN
    verb = service.reopen if withdrawn else service.prepare_anew

    def anew() -> None:
        verb(db(), actor(), publication, now=outside().now())
        flash(_("The text was made anew."))

    return _pressed(publication, ActForm(), anew)


@views.post("/publications/<uuid:key>/hold")
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def hold(publication: Publication) -> ResponseReturnValue:
    """Take the text from the public's eyes at once, or show it again."""

    def change() -> None:
        if publication.state is PublicationState.HELD:
            service.release(db(), actor(), publication, outside=outside(), now=outside().now())
            flash(_("The text is public again."))
        else:
            service.hold(db(), actor(), publication, now=outside().now())
            flash(_("The text is held: nobody outside reads it now."))

    return _pressed(publication, ActForm(), change)


@views.route("/publications/<uuid:key>/withdraw", methods=["GET", "POST"])
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def withdraw(publication: Publication) -> ResponseReturnValue:
    """Take a published text back."""
    form = WithdrawForm()
    if publication.state in UNREAD:
        abort(HTTPStatus.NOT_FOUND)
    if publication.state is PublicationState.WITHDRAWN:
        return _back(publication)

    def take_back() -> None:
        service.withdraw(
            db(),
            actor(),
            publication,
            form.note.data or "",
            outside=outside(),
            now=outside().now(),
        )
        flash(_("The text is withdrawn. Its page says so, its file is gone."))

    if form.does(take_back, to=publication):
        return _back(publication)
    page = render(
        "publication/withdraw.html",
        publication=publication,
        form=form,
        back=url_for("publication.review", key=publication.key),
    )
    return page, _status(form)


@views.post("/publications/<uuid:key>/grounds")
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def grounds(publication: Publication) -> ResponseReturnValue:
    """Note why the case is never published, or that a noted reason does not hold."""
    form = GroundForm()
    lifted = request.form.get("lift", "")
    if lifted:
        form.ground.process_formdata([lifted])
    change = service.lift_ground if lifted else service.note_ground
    return _pressed(
        publication,
        form,
        lambda: change(db(), actor(), publication, form.ground.data, now=outside().now()),
        anchor="case",
    )


@views.post("/publications/<uuid:key>/facts")
@allow(Action.PUBLICATION_REVIEW, on=desk.publication_of_url)
def facts(publication: Publication) -> ResponseReturnValue:
    """Note a former name, a relative, a plate...: what else must not be read."""
    form = FactForm()
    people = {str(one.person.key): one.person for one in _people(publication)}
    form.person.choices = [(key, person.full_name) for key, person in people.items()]

    def note() -> None:
        person = people[form.person.data]
        fact = service.Fact(kind=form.kind.data, value=form.value.data or "")
        service.note_fact(db(), actor(), publication, person, fact, now=outside().now())
        flash(_("Noted. Make the text anew, so that it is looked for."))

    return _pressed(publication, form, note, anchor="case")


@views.post("/reports/<uuid:key>")
@allow(Action.PUBLICATION_REVIEW, on=reports.report_of_url)
def settle(made: ProblemReport) -> ResponseReturnValue:
    """Answer a report: hold the decision at once, or say that nothing is wrong."""
    form = ActForm()
    said = request.form.get("outcome", "")
    if said not in {*ProblemOutcome} or not form.validate_on_submit():
        abort(HTTPStatus.BAD_REQUEST)
    reports.settle(db(), actor(), made, ProblemOutcome(said), now=outside().now())
    if made.outcome is ProblemOutcome.HELD:
        flash(_("The text is held: nobody outside reads it now."))
        return _back(made.publication)
    return redirect(url_for("publication.queue"), HTTPStatus.SEE_OTHER)


def _choice(publication: Publication, said: str) -> tuple[frozenset[int], places.Answer]:
    """Read a button: what to do, with one place or with all that say the same."""
    verb, _colon, number = said.partition(":")
    name, _dash, one = verb.partition("-")
    if name not in {*places.Verb} or one not in {"", "one"} or not number.isdecimal():
        raise CourtError(Refusal.STALE)
    wanted, alias = int(number), ""
    if name == places.Verb.ALIAS:
        alias = request.form.get(f"alias-{wanted}", "")
        known = dict(places.labels_of(publication, service.known(db(), publication)))
        if alias not in known:
            raise CourtError(Refusal.STALE)
    answer = places.Answer(verb=places.Verb(name), alias=alias)
    for group in places.groups_of(publication):
        ids = frozenset(place.id for place in group.places)
        if wanted in ids:
            return frozenset({wanted}) if one else ids, answer
    raise CourtError(Refusal.STALE)


def _people(publication: Publication) -> Sequence[Participant]:
    return cases.people_of(db(), publication.act.case)


def _pressed(
    publication: Publication,
    form: Form,
    verb: Callable[[], object],
    *,
    at: Mapping[Refusal, Field] | None = None,
    anchor: str | None = None,
) -> ResponseReturnValue:
    """Carry out what a form of the review page asks, and go back to it; or say there why not."""
    if form.does(verb, to=publication, at=at):
        return _back(publication, anchor)
    return _review_page(publication, form), _status(form)


def _status(form: Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK


def _back(publication: Publication, anchor: str | None = None) -> ResponseReturnValue:
    address = url_for("publication.review", key=publication.key, _anchor=anchor)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _forms_of(publication: Publication, pressed: Form, labels: list[tuple[str, str]]) -> _Forms:
    """Return the form that was pressed, and the others fresh; nothing is pressed by looking."""
    fresh = (ActForm, ReplaceForm, GroundForm, FactForm)
    press, addition, ground, fact = (
        pressed if pressed.is_submitted() and isinstance(pressed, kind) else kind(formdata=None)
        for kind in fresh
    )
    addition.label.choices = labels
    fact.person.choices = [
        (str(one.person.key), f"{one.person.full_name}") for one in _people(publication)
    ]
    for form in (press, addition, ground, fact):
        form.seen.data = str(publication.version)
    return _Forms(press=press, addition=addition, ground=ground, fact=fact)


def _review_page(publication: Publication, pressed: Form) -> str:
    """Draw the page; whoever is not its reader sees the same, and who reads it."""
    known = service.known(db(), publication)
    labels = list(places.labels_of(publication, known))
    forms = _forms_of(publication, pressed, labels)
    text = publication.form is not PublicationForm.CARD
    groups = places.groups_of(publication) if text else ()
    reading = readings.going(db(), publication)
    case = publication.act.case
    unread = publication.state in UNREAD
    return render(
        "publication/review.html",
        publication=publication,
        case=case,
        form=forms,
        refused=pressed,
        waiting=[group for group in groups if group.first.open],
        settled=[group for group in groups if not group.first.open],
        open_places=len(places.open_doubts(publication)),
        labels=labels,
        parts=[
            (part, places.paragraphs_of(publication, part)) for part in places.parts_of(publication)
        ],
        leaks=_leaks(publication) if pressed.refusal is Refusal.NAMES_LEFT else (),
        reading=reading,
        mine=reading is None or reading.reader_id == actor().user_id,
        may_read=readings.may_read(db(), actor(), publication),
        first=readings.finished(db(), publication, 1),
        first_said=readings.first_answers(db(), publication),
        past=readings.readings_of(db(), publication),
        steps=desk.steps_of(db(), publication),
        bar=bars.bar_of(db(), case),
        noted=bars.noted(db(), case),
        said=bars.said_of(db(), case),
        outdated=unread and service.outdated(publication),
        facts=service.facts_told(db(), publication),
        doubts=DOUBTS,
        kinds=KINDS,
        layers=LAYERS,
        channels=CHANNELS,
        part_names={part.value: label(part) for part in ActPart},
        counts=COUNTS,
        editable=unread and text,
        unread=unread,
    )


def _leaks(publication: Publication) -> tuple[Leak, ...]:
    base_url, now = outside().base_url, outside().now()
    return service.leaks_now(db(), publication, base_url=base_url, now=now)
