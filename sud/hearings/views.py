"""The pages of hearings: those of a case, the forms that set and move them, the calendar."""

from datetime import date, timedelta
from typing import Final

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from sud.access import Action
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.hearings import service
from sud.hearings.forms import CancelForm, HearingForm, HoldForm, MoveForm
from sud.models import Case, Hearing
from sud.outside import local_day
from sud.registry import service as registry
from sud.request import actor, allow, db, outside, render

views = Blueprint("hearings", __name__, template_folder="templates")

_WEEK: Final = 7
# Refusals that are about the time of day rather than the day.
_ABOUT_TIME: Final = (Refusal.HEARING_OUT_OF_HOURS, Refusal.JUDGE_BUSY)
_ABOUT_DAY: Final = (
    Refusal.HEARING_ON_DAY_OFF,
    Refusal.HEARING_ON_WEEKEND,
    Refusal.HEARING_IN_PAST,
    Refusal.JUDGE_ABSENT,
    Refusal.JUDGE_ABSENT_WITHOUT_END,
)


@views.get("/cases/<uuid:key>/hearings")
@allow(Action.CASE_READ, on=cases.case_of_url)
def of_case(case: Case) -> ResponseReturnValue:
    """Show the hearings of a case with their recordings, the latest first."""
    now = outside().now()
    cases.look(db(), actor(), case, now=now)
    recordings = {one.hearing_id: one for one in reversed(cases.recordings_of(db(), case))}
    return render(
        "hearings/of_case.html",
        case=case,
        hearings=cases.hearings_of(db(), case),
        recordings=recordings,
        hold=HoldForm(),
        now=now,
    )


@views.get("/cases/<uuid:key>/hearings/new", endpoint="set")
@allow(Action.HEARING_SET, on=cases.case_of_url)
def set_hearing(case: Case) -> ResponseReturnValue:
    """Ask for the time and place of a hearing."""
    form = HearingForm()
    form.offer(registry.courtrooms_of(db(), case.court))
    form.check_seen(case)
    return render("hearings/set.html", case=case, form=form)


@views.post("/cases/<uuid:key>/hearings/new")
@allow(Action.HEARING_SET, on=cases.case_of_url)
def set_hearing_post(case: Case) -> ResponseReturnValue:
    """Set the hearing and tell the participants."""
    form = HearingForm()
    rooms = registry.courtrooms_of(db(), case.court)
    form.offer(rooms)
    if form.validate_on_submit():
        try:
            form.check_seen(case)
            service.set_hearing(
                db(),
                actor(),
                case,
                form.sitting(rooms),
                defer=outside().defer,
                now=outside().now(),
            )
        except CourtError as error:
            _refuse(form, error)
        else:
            flash(_("The hearing is set. The participants are told by e-mail."))
            return redirect(url_for("hearings.of_case", key=case.key), 303)
    return render("hearings/set.html", case=case, form=form), 422


@views.get("/hearings/<uuid:key>/move")
@allow(Action.HEARING_SET, on=service.hearing_of_url)
def move(hearing: Hearing) -> ResponseReturnValue:
    """Ask for another time of a hearing; everything else stays as it was."""
    minutes = int((hearing.ends_at - hearing.starts_at).total_seconds() // 60)
    form = MoveForm(
        data={
            "courtroom": hearing.courtroom.key,
            "purpose": hearing.purpose,
            "openness": "open" if hearing.open else "closed",
            "minutes": minutes,
        }
    )
    form.offer(registry.courtrooms_of(db(), hearing.case.court))
    form.check_seen(hearing)
    return render("hearings/move.html", case=hearing.case, hearing=hearing, form=form)


@views.post("/hearings/<uuid:key>/move")
@allow(Action.HEARING_SET, on=service.hearing_of_url)
def move_post(hearing: Hearing) -> ResponseReturnValue:
    """Put the hearing off to another time."""
    form = MoveForm()
    case = hearing.case
    rooms = registry.courtrooms_of(db(), case.court)
    form.offer(rooms)
    if form.validate_on_submit():
        try:
            form.check_seen(hearing)
            service.move(
                db(),
                actor(),
                hearing,
                form.sitting(rooms),
                reason=form.reason.data or "",
                defer=outside().defer,
                now=outside().now(),
            )
        except CourtError as error:
            _refuse(form, error)
        else:
            flash(_("The hearing is moved. The participants are told by e-mail."))
            return redirect(url_for("hearings.of_case", key=case.key), 303)
    return render("hearings/move.html", case=case, hearing=hearing, form=form), 422


@views.get("/hearings/<uuid:key>/cancel")
@allow(Action.HEARING_SET, on=service.hearing_of_url)
def cancel(hearing: Hearing) -> ResponseReturnValue:
    """Ask why a hearing is cancelled."""
    form = CancelForm()
    form.check_seen(hearing)
    return render("hearings/cancel.html", case=hearing.case, hearing=hearing, form=form)


@views.post("/hearings/<uuid:key>/cancel")
@allow(Action.HEARING_SET, on=service.hearing_of_url)
def cancel_post(hearing: Hearing) -> ResponseReturnValue:
    """Cancel the hearing and tell the participants."""
    form = CancelForm()
    if form.does(
        lambda: service.cancel(
            db(),
            actor(),
            hearing,
            reason=form.reason.data or "",
            defer=outside().defer,
            now=outside().now(),
        ),
        to=hearing,
    ):
        flash(_("The hearing is cancelled. The participants are told by e-mail."))
        return redirect(url_for("hearings.of_case", key=hearing.case.key), 303)
    return render("hearings/cancel.html", case=hearing.case, hearing=hearing, form=form), 422


@views.post("/hearings/<uuid:key>/held")
@allow(Action.HEARING_SET, on=service.hearing_of_url)
def held(hearing: Hearing) -> ResponseReturnValue:
    """Note that the hearing took place."""
    if HoldForm().validate_on_submit():
        service.hold(db(), actor(), hearing, now=outside().now())
    return redirect(url_for("hearings.of_case", key=hearing.case.key), 303)


@views.get("/calendar")
@allow(Action.CALENDAR_READ)
def calendar() -> ResponseReturnValue:
    """Show a week: a judge's own, or by courtroom for the court's staff."""
    today = local_day(outside().now())
    monday = _monday(request.args.get("week", ""), today)
    hearings = service.calendar_of(db(), actor(), monday, _WEEK)
    days = [monday + timedelta(days=place) for place in range(_WEEK)]
    work = registry.calendar_between(db(), monday, days[-1])
    by_day = {
        day: [one for one in hearings if local_day(one.starts_at) == day]
        for day in days
        if work.is_working(day) or any(local_day(one.starts_at) == day for one in hearings)
    }
    return render(
        "hearings/calendar.html",
        by_day=by_day,
        monday=monday,
        last=days[-1],
        before=monday - timedelta(days=_WEEK),
        after=monday + timedelta(days=_WEEK),
        parties=cases.parties_in_short(db(), [one.case for one in hearings]),
        by_room=not actor().judge_ids,
    )


def _monday(said: str, today: date) -> date:
    """Return the Monday of the week asked for, or of this week."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = today
    if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
        day = today
    return day - timedelta(days=day.weekday())


def _refuse(form: HearingForm, error: CourtError) -> None:
    """Show a refusal at the box it is about."""
    field: Field | None = None
    if error.code in _ABOUT_DAY:
        field = form.day
    elif error.code in _ABOUT_TIME:
        field = form.begins
    elif error.code is Refusal.ROOM_BUSY:
        field = form.courtroom
    form.refuse(error, field)
