"""The pages of discs: the queue of the archive, handing in, linking, the report per court."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from sud import forms as house_forms
from sud.access import Action
from sud.discs import forms, service, words
from sud.discs.service import Heap
from sud.errors import CourtError
from sud.labels import label
from sud.models import Disc, DiscTitle, Hearing, Recording, TitleUse, UploadPurpose, Verdict
from sud.outside import local_day
from sud.request import actor, allow, db, house, outside, render
from sud.uploads import service as uploads
from sud.uploads.handing import handed_over
from sud.words import day

views = Blueprint("discs", __name__, template_folder="templates")

LIST_LIMIT: Final = 2 * 1024 * 1024


# ------------------------------------------------------------------ the queue


@views.get("/discs")
@allow(Action.RECORDING_QUEUE)
def queue() -> ResponseReturnValue:
    """Show the discs that need a person, are in work, or are done."""
    return _queue(forms.ListForm())


@views.post("/discs/lists")
@allow(Action.DISC_ADD)
def take_list() -> ResponseReturnValue:
    """Take the list of a shelf in."""
    form = forms.ListForm()
    if form.validate_on_submit():
        sent = form.table.data
        content = sent.stream.read(LIST_LIMIT + 1)
        taken = service.take_list(db(), actor(), sent.filename or "", content, now=outside().now())
        if taken.faults:
            return redirect(url_for("discs.queue", _anchor="lists"), 303)
        flash(
            ngettext(
                "The list is taken in: %(num)s disc.",
                "The list is taken in: %(num)s discs.",
                len(taken.lines),
            )
        )
        return redirect(url_for("discs.queue"), 303)
    return _queue(form), 422


@views.post("/discs/certain")
@allow(Action.RECORDING_QUEUE)
def link_certain() -> ResponseReturnValue:
    """Link every disc of which the list of its shelf names the one hearing."""
    form = forms.Press()
    if not form.validate_on_submit():
        return _queue(forms.ListForm()), 422
    linked = service.link_certain(db(), actor(), now=outside().now(), outside=outside())
    flash(ngettext("%(num)s disc is linked.", "%(num)s discs are linked.", len(linked)))
    return redirect(url_for("discs.queue"), 303)


def _queue(list_form: forms.ListForm) -> str:
    search = forms.QueueFilters()
    wanted = _wanted(search)
    found = service.queue(db(), actor(), wanted)
    search.court.choices = [(one.code, one.code) for one in found.courts]
    return render(
        "discs/queue.html",
        found=found,
        wanted=wanted,
        search=search,
        list_form=list_form,
        press=forms.Press(),
        lists=service.lists_of(db(), actor()),
        certain=service.certain_discs(db(), actor()),
        heaps=list(Heap),
        words=words,
        heap_url=lambda heap: url_for("discs.queue", **_asked(without="heap"), heap=heap.value),
        page_url=lambda page: url_for("discs.queue", **_asked(), page=page),
        drop_folder=str(outside().drop_folder),
    )


def _wanted(search: forms.QueueFilters) -> service.Wanted:
    heap = request.args.get("heap", "")
    page = request.args.get("page", "1")
    return service.Wanted(
        heap=Heap(heap) if heap in set(Heap) else Heap.PERSON,
        court=search.court.data or "",
        words=search.q.data or "",
        hearing=_key(request.args.get("hearing", "")),
        page=int(page) if page.isdecimal() and 0 < len(page) < 5 and int(page) else 1,  # noqa: PLR2004
    )


def _key(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said)
    except ValueError:
        return None


def _asked(without: str = "") -> dict[str, Any]:
    """Return what the address asks, without the page and the language."""
    left_out = {"page", "lang", without}
    return {name: value for name, value in request.args.items() if value and name not in left_out}


# ------------------------------------------------------------------ handing in


@views.get("/hearings/<uuid:key>/discs")
@allow(Action.RECORDING_ADD, on=service.hearing_of_url)
def ask(hearing: Hearing) -> ResponseReturnValue:
    """Ask for the discs of a hearing."""
    return _ask(hearing, forms.HandInForm())


@views.post("/hearings/<uuid:key>/discs")
@allow(Action.RECORDING_ADD, on=service.hearing_of_url)
def hand_in(hearing: Hearing) -> ResponseReturnValue:
    """Take the discs of a hearing."""
    form = forms.HandInForm()
    if form.validate_on_submit():
        discs = handed_over(
            form,
            form.disc,
            UploadPurpose.DISC,
            lambda sent: service.hand_in(
                db(),
                actor(),
                hearing,
                sent,
                outside=outside(),
                limit=house().config.recording_limit_bytes,
            ),
        )
        if discs is not None:
            return redirect(_after(hearing, discs), 303)
    return _ask(hearing, form), 422


def _after(hearing: Hearing, discs: Sequence[Disc]) -> str:
    if len(discs) == 1:
        return url_for("discs.disc", key=discs[0].key)
    return url_for("discs.queue", heap=Heap.ALL.value, hearing=hearing.key)


def _ask(hearing: Hearing, form: forms.HandInForm) -> str:
    return render(
        "discs/ask.html",
        case=hearing.case,
        hearing=hearing,
        form=form,
        limit=house().config.recording_limit_bytes,
        waiting=uploads.waiting(db(), actor(), UploadPurpose.DISC, request.path, outside().now()),
    )


# ------------------------------------------------------------------ one disc


@views.get("/discs/<uuid:key>")
@allow(Action.DISC_READ, on=service.disc_of_url)
def disc(disc: Disc) -> ResponseReturnValue:
    """Show a disc: how far it is, what is on it, and of which hearings."""
    return _disc(disc)


@views.post("/discs/<uuid:key>")
@allow(Action.DISC_LINK, on=service.disc_of_url)
def link(disc: Disc) -> ResponseReturnValue:
    """Take what a person says of the titles."""
    waiting = _waiting(disc)
    offered = _offered(disc, waiting)
    form = forms.answers_form(waiting, offered)
    if waiting and form.validate_on_submit():
        try:
            made = [_say(one) for one in forms.answers(form, waiting, offered)]
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(_next(disc, [one for one in made if one]), 303)
    return _disc(disc, form), 422


def _say(answer: forms.Answer) -> Recording | None:
    now = outside().now()
    if answer.hearing is not None:
        return service.link(db(), actor(), answer.title, answer.hearing, now=now, outside=outside())
    if answer.reason is not None:
        service.set_aside(db(), actor(), answer.title, answer.reason, now=now)
    return None


def _next(disc: Disc, made: Sequence[Recording]) -> str:
    """Return where to go: to the recording where it is the only one, else back to the disc."""
    if len(made) == 1 and not _waiting(disc):
        return url_for("media.recording", key=made[0].key)
    return url_for("discs.disc", key=disc.key)


def _waiting(disc: Disc) -> list[DiscTitle]:
    return [one for one in service.titles_of(db(), disc) if one.use is TitleUse.OPEN]


def _offered(disc: Disc, titles: Sequence[DiscTitle]) -> dict[int, list[service.Candidate]]:
    question = forms.FindHearingForm().q.data or ""
    now = outside().now()
    return {
        one.number: service.candidates(db(), actor(), disc, one, question=question, now=now)
        for one in titles
    }


def _disc(
    disc: Disc, form: house_forms.Form | None = None, pressed: house_forms.Form | None = None
) -> str:
    titles = service.titles_of(db(), disc)
    waiting = _waiting(disc)
    recordings = service.recordings_of(db(), disc)
    offered = _offered(disc, waiting)
    return render(
        "discs/disc.html",
        disc=disc,
        titles=titles,
        waiting=waiting,
        recordings=recordings,
        form=form or forms.answers_form(waiting, offered),
        found=any(offered.values()),
        fields=[forms.name_of(one) for one in waiting],
        press=pressed or forms.Press(),
        search=forms.FindHearingForm(),
        step=service.step_of(disc, len(waiting), list(recordings.values())),
        facts=[(fact, _value(fact)) for fact in service.facts_of(disc)],
        shown=service.pictured(db(), disc),
        first=service.first_of(db(), actor(), disc),
        certain=service.certain(db(), actor(), disc) if waiting else None,
        by=service.handed_in_by(db(), disc),
        told={one["number"]: one for one in (disc.report or {}).get("titles", ())},
        remarks=_remarks(disc),
        hearing_words=forms.hearing_words,
        words=words,
    )


def _value(fact: service.Fact) -> str:
    """Return what is said, a date written out."""
    if fact.what != "date":
        return fact.value
    try:
        return day(date.fromisoformat(fact.value[:10]))
    except ValueError:
        return fact.value


def _remarks(disc: Disc) -> list[str]:
    said = (disc.report or {}).get("remarks", ())
    return [told for one in said if (told := words.remark_words(one))]


def _pressed(disc: Disc, verb: Callable[[], object]) -> ResponseReturnValue:
    form = forms.Press()
    if form.does(verb):
        return redirect(url_for("discs.disc", key=disc.key), 303)
    return _disc(disc, pressed=form), 422


@views.post("/discs/<uuid:key>/retry")
@allow(Action.DISC_LINK, on=service.disc_of_url)
def retry(disc: Disc) -> ResponseReturnValue:
    """Have a disc taken up again."""
    return _pressed(disc, lambda: service.retry(db(), actor(), disc, outside=outside()))


@views.post("/discs/<uuid:key>/cancel")
@allow(Action.DISC_LINK, on=service.disc_of_url)
def cancel(disc: Disc) -> ResponseReturnValue:
    """Call a disc off."""
    return _pressed(disc, lambda: service.cancel(db(), actor(), disc, now=outside().now()))


@views.post("/discs/<uuid:key>/hurry")
@allow(Action.DISC_LINK, on=service.disc_of_url)
def hurry(disc: Disc) -> ResponseReturnValue:
    """Say that somebody waits for a disc."""
    return _pressed(disc, lambda: service.hurry(db(), actor(), disc, outside=outside()))


# ------------------------------------------------------------------ one title


def title_of_url(session: Any, who: Any, key: uuid.UUID, number: int) -> Disc | None:
    """Return the disc of a title that is there."""
    disc = service.disc_of_url(session, who, key)
    return disc if disc is not None and service.title_of(session, disc, number) else None


def _title(disc: Disc) -> DiscTitle:
    title = service.title_of(db(), disc, int((request.view_args or {})["number"]))
    return title or abort(404)


@views.get("/discs/<uuid:key>/titles/<int:number>/picture")
@allow(Action.DISC_READ, on=title_of_url)
def picture(disc: Disc) -> ResponseReturnValue:
    """Give the small picture by which a person knows a title."""
    title = _title(disc)
    if not title.preview:
        abort(404)
    return Response(
        title.preview, mimetype="image/jpeg", headers={"Cache-Control": "private, max-age=600"}
    )


@views.post("/discs/<uuid:key>/titles/<int:number>/back")
@allow(Action.DISC_LINK, on=title_of_url)
def take_back(disc: Disc) -> ResponseReturnValue:
    """Have a title that was set aside wait again."""
    title = _title(disc)
    return _pressed(disc, lambda: service.take_back(db(), actor(), title, now=outside().now()))


@views.post("/discs/<uuid:key>/titles/<int:number>/undo")
@allow(Action.DISC_LINK, on=title_of_url)
def undo(disc: Disc) -> ResponseReturnValue:
    """Undo a wrong link that nobody has played."""
    title = _title(disc)
    return _pressed(disc, lambda: service.undo(db(), actor(), title, now=outside().now()))


# ------------------------------------------------------------------ the order of parts


@views.get("/hearings/<uuid:key>/parts")
@allow(Action.RECORDING_ADD, on=service.hearing_of_url)
def parts(hearing: Hearing) -> ResponseReturnValue:
    """Show in which order the parts of a hearing are played."""
    return _parts(hearing, forms.parts_form(service.parts_of(db(), hearing)))


@views.post("/hearings/<uuid:key>/parts")
@allow(Action.RECORDING_ADD, on=service.hearing_of_url)
def order(hearing: Hearing) -> ResponseReturnValue:
    """Put the parts of a hearing in order."""
    recordings = service.parts_of(db(), hearing)
    form = forms.parts_form(recordings)
    if form.validate_on_submit():
        ordered = forms.order_of(form, recordings)
        service.put_in_order(db(), actor(), hearing, ordered, now=outside().now())
        flash(_("The parts are in order."))
        return redirect(url_for("media.of_hearing", key=hearing.key), 303)
    return _parts(hearing, form), 422


def _parts(hearing: Hearing, form: house_forms.Form) -> str:
    recordings = service.parts_of(db(), hearing)
    return render(
        "discs/parts.html",
        case=hearing.case,
        hearing=hearing,
        parts=recordings,
        fields=[f"part_{one.id}" for one in recordings],
        form=form,
    )


# ------------------------------------------------------------------ the report


@views.get("/discs/report")
@allow(Action.DISC_REPORT)
def report() -> ResponseReturnValue:
    """Show what was handed in, court by court and month by month."""
    form = forms.ReportFilters()
    courts = service.courts_of(db(), actor())
    form.court.choices = [(one.code, one.code) for one in courts]
    lines = service.report(db(), actor(), court=form.court.data or "", since=_since(form))
    return render(
        "discs/report.html",
        form=form,
        lines=lines,
        total=service.total(lines),
        bars=service.bars(lines),
        verdicts=list(Verdict),
        choosing=len(courts) > 1,
        several=len({line.court for line in lines}) > 1,
        csv_url=url_for("discs.report_csv", **_asked()),
    )


@views.get("/discs/report.csv")
@allow(Action.DISC_REPORT)
def report_csv() -> ResponseReturnValue:
    """Give the report for a spreadsheet."""
    form = forms.ReportFilters()
    lines = service.report(db(), actor(), court=form.court.data or "", since=_since(form))
    heads = {
        "court": _("Court"),
        "month": _("Month"),
        "discs": _("Discs"),
        "hours": _("Hours"),
        "lost": _("Lost seconds"),
        **{verdict.value: str(label(verdict)) for verdict in Verdict},
        "unjudged": _("Not judged yet"),
        "waiting": _("Need a person"),
    }
    return Response(
        service.as_csv(lines, heads),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="discs.csv"'},
    )


def _since(form: forms.ReportFilters) -> date:
    """Return the first day of the first month that is shown."""
    today = local_day(outside().now())
    months = today.year * 12 + today.month - (form.months.data or forms.MONTHS)
    return date(months // 12, months % 12 + 1, 1)
