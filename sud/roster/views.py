"""The pages of rosters: for everybody without reasons, for the court's heads with orders and all.

The chair reads here what the administrator enters; nobody finds a lever on a case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from sud import words
from sud.access import Action
from sud.errors import CourtError, Refusal
from sud.models import Court, Judge, RosterOrder
from sud.outside import local_day
from sud.registry import epochs
from sud.registry import service as registry
from sud.request import actor, allow, can, db, house, outside, render
from sud.roster import alarms, duty, orders, pictures, posts, report, rules, service
from sud.roster.forms import (
    SOME,
    AbsenceForm,
    FallingForm,
    OrderForm,
    PoolForm,
    ReturnForm,
    RulesForm,
    ShareForm,
    SpecialisationForm,
    TermForm,
)
from sud.roster.posts import Fall, Period, Post, Timeline
from sud.roster.wording import class_words, hours_words, share_words

views = Blueprint("roster", __name__, template_folder="templates")

ROTA_WEEKS: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A judge on a page of the roster."""

    judge: Judge
    line: Timeline
    post: Post | None
    absences: list[Period]
    periods: list[Period]
    strip: pictures.Strip


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a form about a judge was filled in on."""

    version: int


@views.context_processor
def _words() -> dict[str, Any]:
    return {"share_words": share_words, "class_words": class_words, "hours_words": hours_words}


# ------------------------------------------------------------------ for everybody


def _open_court(_session: object, _actor: object, code: str) -> Court | None:
    return registry.court_by_code(db(), code)


@views.get("/courts/<code>/judges")
@allow(Action.SITE_READ, on=_open_court)
def of_court(court: Court) -> ResponseReturnValue:
    """Show everybody who may be drawn at a court, and from when until when not."""
    return render("roster/of_court.html", **_court_page(court))


@views.get("/courts/<code>/judges/changes")
@allow(Action.SITE_READ, on=_open_court)
def changes_of_court(court: Court) -> ResponseReturnValue:
    """Show everybody what was changed around which draw: without reasons and names."""
    return _report_page(court, "roster.changes_of_court", open_to_all=True)


@views.get("/courts/<code>/duty", endpoint="duty")
@allow(Action.SITE_READ, on=_open_court)
def duty_rota(court: Court) -> ResponseReturnValue:
    """Show who was drawn for the duty of which week."""
    today = local_day(outside().now())
    return render(
        "roster/duty.html",
        court=court,
        weeks=duty.rota_of(db(), court, around=today, weeks=ROTA_WEEKS),
        this_week=duty.monday_of(today),
        weekday=words.weekday(date(2026, 1, 5 + epochs.timetable().duty_weekday)),
    )


@views.get("/timetable")
@allow(Action.SITE_READ)
def timetable() -> ResponseReturnValue:
    """Say when the next draws are, for one court or for all."""
    court = registry.court_by_code(db(), request.args.get("court", ""))
    now = outside().now()
    table = _timetable()
    groups = table.groups if court is None else table.groups_of(court)
    return render(
        "roster/timetable.html",
        court=court,
        groups=[(group, group.next_draw(now)) for group in groups],
        overdue=alarms.overdue(db()),
    )


# ------------------------------------------------------------------ for the heads of a court


@views.get("/roster")
@allow(Action.ROSTER_WAITING)
def index() -> ResponseReturnValue:
    """List the courts whose roster the actor may read, and what waits."""
    now = outside().now()
    courts = [
        court
        for court in registry.courts_open_on(db(), local_day(now))
        if can(Action.ROSTER_READ, court)
    ]
    return render(
        "roster/index.html",
        courts=_figures(courts),
        minimum=posts.minimum_pool(db()),
        standing=[one for one in alarms.alarms_of(db(), actor(), now=now) if not one.ended_at],
        waiting=alarms.waiting_of(db(), actor()),
    )


@views.get("/roster/waiting")
@allow(Action.ROSTER_WAITING)
def waiting() -> ResponseReturnValue:
    """List the cases that wait for a pool, and the alarms."""
    now = outside().now()
    return render(
        "roster/waiting.html",
        waiting=alarms.waiting_of(db(), actor()),
        alarms=alarms.alarms_of(db(), actor(), now=now),
        now=now,
    )


@views.get("/roster/courts/<code>", endpoint="court")
@allow(Action.ROSTER_READ, on=service.court_of_url)
def of_staff(court: Court) -> ResponseReturnValue:
    """Show a roster with the reasons of absences, and the ways to change it."""
    return render("roster/court.html", **_court_page(court))


@views.get("/roster/courts/<code>/changes")
@allow(Action.ROSTER_READ, on=service.court_of_url)
def changes(court: Court) -> ResponseReturnValue:
    """Show who changed what, on which order, around which draw."""
    return _report_page(court, "roster.changes", open_to_all=False)


@views.get("/roster/orders/<uuid:key>")
@allow(Action.ROSTER_READ, on=orders.order_of_url)
def order(paper: RosterOrder) -> ResponseReturnValue:
    """Hand out the file of an order."""
    return Response(
        outside().store.stream(paper.object_key),
        mimetype=paper.media_type,
        headers={
            # An original, whoever made it: readers save it, the browser does not open it here.
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(paper.file_name)}",
            "Content-Length": str(paper.size),
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "img-src 'self'; object-src 'self'; frame-ancestors 'none'",
        },
    )


# ------------------------------------------------------------------ changes of a post


@views.get("/roster/courts/<code>/judges/<judge>/share")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def share(judge: Judge) -> ResponseReturnValue:
    """Ask for a judge's new share."""
    return _ask(judge, ShareForm(), _("Change the share"))


@views.post("/roster/courts/<code>/judges/<judge>/share")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def share_post(judge: Judge) -> ResponseReturnValue:
    """Change a judge's share."""
    form = ShareForm()

    def change(paper: orders.Paper) -> None:
        service.change_share(
            db(),
            actor(),
            judge,
            per_mille=form.percent.data * 10,
            since=form.since.data,
            order=paper,
            now=outside().now(),
        )

    return _take(judge, form, _("Change the share"), change)


@views.get("/roster/courts/<code>/judges/<judge>/specialisation")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def specialisation(judge: Judge) -> ResponseReturnValue:
    """Ask which cases a judge tries."""
    post = posts.timeline_of(db(), judge).on(local_day(outside().now()))
    named = list(post.classes or []) if post else []
    form = SpecialisationForm(data={"which": SOME if named else "all", "classes": named})
    form.offer(service.draw_classes(db(), local_day(outside().now())))
    return _ask(judge, form, _("Change the specialisation"))


@views.post("/roster/courts/<code>/judges/<judge>/specialisation")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def specialisation_post(judge: Judge) -> ResponseReturnValue:
    """Change which cases a judge tries."""
    form = SpecialisationForm()
    form.offer(service.draw_classes(db(), local_day(outside().now())))

    def change(paper: orders.Paper) -> None:
        service.specialise(
            db(),
            actor(),
            judge,
            classes=form.chosen,
            since=form.since.data,
            order=paper,
            confirmed=bool(form.confirmed.data),
            now=outside().now(),
        )

    return _take(judge, form, _("Change the specialisation"), change)


@views.get("/roster/courts/<code>/judges/<judge>/absence")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def absence(judge: Judge) -> ResponseReturnValue:
    """Ask from when until when a judge is away."""
    form = AbsenceForm()
    form.offer()
    return _ask(judge, form, _("Enter an absence or a suspension"), _fall_without(judge))


@views.post("/roster/courts/<code>/judges/<judge>/absence")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def absence_post(judge: Judge) -> ResponseReturnValue:
    """Enter an absence."""
    form = AbsenceForm()
    form.offer()

    def change(paper: orders.Paper) -> None:
        service.enter_absence(
            db(),
            actor(),
            judge,
            reason=form.reason.data,
            first=form.first.data,
            last=form.last.data,
            order=paper,
            confirmed=bool(form.confirmed.data),
            now=outside().now(),
        )

    return _take(judge, form, _("Enter an absence or a suspension"), change, _fall_without(judge))


@views.get("/roster/courts/<code>/judges/<judge>/return", endpoint="back")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def back(judge: Judge) -> ResponseReturnValue:
    """Ask when a judge is back earlier than the roster says."""
    return _ask(judge, ReturnForm(), _("End an absence"))


@views.post("/roster/courts/<code>/judges/<judge>/return")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def back_post(judge: Judge) -> ResponseReturnValue:
    """Let a judge return."""
    form = ReturnForm()

    def change(paper: orders.Paper) -> None:
        service.end_absence(
            db(), actor(), judge, day=form.day.data, order=paper, now=outside().now()
        )

    return _take(judge, form, _("End an absence"), change)


@views.get("/roster/courts/<code>/judges/<judge>/term")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def term(judge: Judge) -> ResponseReturnValue:
    """Ask for a judge's last day in office."""
    return _ask(judge, TermForm(), _("End the term of office"), _fall_without(judge))


@views.post("/roster/courts/<code>/judges/<judge>/term")
@allow(Action.ROSTER_CHANGE, on=service.judge_of_url)
def term_post(judge: Judge) -> ResponseReturnValue:
    """End a judge's term."""
    form = TermForm()

    def change(paper: orders.Paper) -> None:
        service.end_term(
            db(),
            actor(),
            judge,
            last=form.last.data,
            order=paper,
            confirmed=bool(form.confirmed.data),
            now=outside().now(),
        )

    return _take(judge, form, _("End the term of office"), change, _fall_without(judge))


# ------------------------------------------------------------------ pools and rules


@views.get("/roster/rules", endpoint="rules")
@allow(Action.ROSTER_RULES)
def rules_page() -> ResponseReturnValue:
    """Show the rules and pools in force and ask for other rules."""
    now = rules.rules_to_come(db()) or rules.rules_now(db())
    form = RulesForm(
        data={
            "minimum": now.minimum,
            "redraws": now.redraws,
            "absence": now.absence,
            "manual": "yes" if now.manual else "no",
        }
    )
    form.offer()
    return _rules_page(form)


@views.post("/roster/rules")
@allow(Action.ROSTER_RULES)
def rules_post() -> ResponseReturnValue:
    """Change the rules of the draw."""
    form = RulesForm()
    form.offer()
    if form.validate_on_submit():
        try:
            rules.set_rules(
                db(),
                actor(),
                minimum=form.minimum.data,
                redraws=form.redraws.data,
                absence=form.absence.data,
                manual=form.manual.data == "yes",
                paper=_paper(form),
                now=outside().now(),
            )
        except CourtError as error:
            _refuse(form, error)
        else:
            flash(_("The rules are in the log. They hold from the next draw on."))
            return redirect(url_for("roster.rules"), 303)
    return _rules_page(form), 422


@views.get("/roster/pools")
@allow(Action.ROSTER_RULES)
def pools() -> ResponseReturnValue:
    """Ask which courts lend judges to one another."""
    known = {pool.code: pool for pool in rules.pools_in_force(db())}
    pool = known.get(request.args.get("pool", ""))
    form = PoolForm(
        data={"code": pool.code, "courts": [one.code for one in pool.courts]} if pool else None
    )
    form.offer(registry.courts_open_on(db(), local_day(outside().now())))
    return render("roster/pool.html", form=form)


@views.post("/roster/pools")
@allow(Action.ROSTER_RULES)
def pools_post() -> ResponseReturnValue:
    """Change a pool of courts."""
    form = PoolForm()
    form.offer(registry.courts_open_on(db(), local_day(outside().now())))
    if form.validate_on_submit():
        try:
            rules.set_pool(
                db(),
                actor(),
                code=form.code.data or "",
                courts=rules.courts_of_codes(db(), form.courts.data or []),
                paper=_paper(form),
                now=outside().now(),
            )
        except CourtError as error:
            _refuse(form, error)
        else:
            flash(_("The pool is in the log. It counts from the next draw on."))
            return redirect(url_for("roster.rules"), 303)
    return render("roster/pool.html", form=form), 422


# ------------------------------------------------------------------ inside


def _timetable() -> epochs.Timetable:
    return epochs.timetable().overridden(house().config.epoch_timetable)


def _figures(courts: Sequence[Court]) -> list[tuple[Court, int, int]]:
    """Count the judges of each court, and those who can be drawn today."""
    today = local_day(outside().now())
    judges = posts.judges_of(db(), courts, today)
    lines = posts.timelines(db(), judges)
    of_court = {
        court: {one.id: lines[one.id] for one in judges if one.court_id == court.id}
        for court in courts
    }
    return [(court, len(own), posts.pool_on(own, today)) for court, own in of_court.items()]


def _court_page(court: Court) -> dict[str, Any]:
    today = local_day(outside().now())
    judges = posts.judges_of(db(), [court], today)
    lines = posts.timelines(db(), judges)
    return {
        "court": court,
        "standings": [_standing(judge, lines[judge.id], today) for judge in judges],
        "eligible": posts.pool_on(lines, today),
        "minimum": posts.minimum_pool(db()),
        "next_draw": _timetable().groups_of(court)[-1].next_draw(outside().now()),
        "duty": duty.duty_judge(db(), court, today),
        "today": today,
    }


def _standing(judge: Judge, line: Timeline, today: date) -> Standing:
    ahead = today + posts.AHEAD
    return Standing(
        judge=judge,
        line=line,
        post=line.on(today),
        absences=line.absences(today, ahead),
        periods=line.periods(today, ahead),
        strip=pictures.strip_of(line, duty.monday_of(today), today),
    )


def _report_page(court: Court, endpoint: str, *, open_to_all: bool) -> str:
    page = max(1, request.args.get("page", 1, type=int))
    told, count = report.changes_of(db(), court, page=page)
    return render(
        "roster/changes.html",
        court=court,
        told=told,
        count=count,
        page=page,
        pages=-(-count // report.PAGE),
        page_of=lambda number: url_for(endpoint, code=court.code, page=number),
        open_to_all=open_to_all,
    )


def _fall_without(judge: Judge) -> Fall | None:
    return service.fall_without(db(), judge, now=outside().now())


def _ask(judge: Judge, form: OrderForm, title: str, fall: Fall | None = None) -> str:
    form.check_seen(_Seen(service.last_change(db(), judge)))
    return _form_page(judge, form, title, fall)


def _take(
    judge: Judge,
    form: OrderForm,
    title: str,
    change: Callable[[orders.Paper], None],
    fall: Fall | None = None,
) -> ResponseReturnValue:
    """Make a change that was filled in, or show the form again with what is wrong."""
    if form.validate_on_submit():
        try:
            form.check_seen(_Seen(service.last_change(db(), judge)))
            change(_paper(form))
        except CourtError as error:
            _refuse(form, error)
        else:
            flash(_("The change stands in the public log."))
            _tell_of_hearings(judge)
            return redirect(url_for("roster.court", code=judge.court.code), 303)
    return _form_page(judge, form, title, fall), 422


def _tell_of_hearings(judge: Judge) -> None:
    """Say how many hearings are set on days on which the judge will be away."""
    count = service.hearings_while_away(db(), judge, now=outside().now())
    if count:
        flash(
            ngettext(
                "%(num)s hearing is set on a day on which this judge is away. The clerk moves it.",
                "%(num)s hearings are set on days on which this judge is away."
                " The clerk moves them.",
                count,
            )
        )


def _form_page(judge: Judge, form: OrderForm, title: str, fall: Fall | None) -> str:
    if isinstance(form, FallingForm) and fall is not None:
        form.ask = True
    now = outside().now()
    line = posts.timeline_of(db(), judge)
    return render(
        "roster/change.html",
        judge=judge,
        form=form,
        title=title,
        fall=fall,
        standing=_standing(judge, line, local_day(now)),
        at_once=not service.has_drawn(db(), judge.court),
        next_draw=_timetable().groups_of(judge.court)[-1].next_draw(now),
    )


def _rules_page(form: RulesForm) -> str:
    return render(
        "roster/rules.html",
        form=form,
        now=rules.rules_now(db()),
        coming=rules.rules_to_come(db()),
        entered=rules.rules_entry(db()),
        pools=rules.pools_in_force(db()),
    )


def _paper(form: OrderForm) -> orders.Paper:
    return form.paper(outside(), house().config.upload_limit_bytes)


_FIELDS: Final = {
    Refusal.SHARE_OF_NOTHING: "percent",
    Refusal.UNKNOWN_CLASS: "classes",
    Refusal.DATES_REVERSED: "last",
    Refusal.ABSENCE_NEEDS_END: "last",
    Refusal.NOT_ABSENT: "day",
    Refusal.ORDER_NOT_PDF: "order_file",
    Refusal.ORDER_OF_TOMORROW: "order_day",
    Refusal.POOL_WOULD_FALL: "confirmed",
    Refusal.POOL_OF_ONE: "courts",
}
"""At which box a refusal is shown; one about the file's content stands at the file."""


def _refuse(form: OrderForm, error: CourtError) -> None:
    name = "order_file" if error.code.value.startswith("file_") else _FIELDS.get(error.code)
    if error.code is Refusal.POOL_WOULD_FALL and isinstance(form, FallingForm):
        form.ask = True
    form.refuse(error, form[name] if name and name in form else None)
