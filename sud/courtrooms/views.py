"""The pages of courtrooms: equipment at a glance, checks, incidents, and missing recordings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.cases import service as cases
from sud.courtrooms import duty, service, steps
from sud.courtrooms.forms import (
    CheckForm,
    CloseForm,
    DeviceForm,
    ExplainForm,
    IncidentForm,
    Press,
    StateForm,
    StepForm,
)
from sud.errors import CourtError
from sud.hearings.service import hearing_of_url
from sud.models import (
    AbsenceGround,
    Act,
    Case,
    Court,
    Courtroom,
    Device,
    DeviceKind,
    Hearing,
    HearingState,
    Incident,
    RecordingAlert,
)
from sud.outside import local_day
from sud.registry import service as registry
from sud.request import actor, allow, can, db, outside, render

views = Blueprint("courtrooms", __name__, template_folder="templates")

BEFORE, AFTER = timedelta(days=7), timedelta(days=1)
"""How far from now the hearings lie that a check or an incident may be about."""
COLUMNS: Final = (*service.NEEDED, DeviceKind.BURNER, DeviceKind.NETWORK)


def install(app: Flask) -> None:
    """Add the views, and what pages of other rooms ask about recordings and courtrooms."""
    app.register_blueprint(views)
    app.context_processor(
        lambda: {
            "lacking_of_act": _lacking_of_act,
            "recordedness": lambda hearings: duty.recordedness_of(
                db(), hearings, now=outside().now()
            ),
            "recording_alerts": _alerts_in,
            "troubled_devices": lambda court: service.troubled(db(), court),
        }
    )


def _alerts_in(case: Case) -> Sequence[RecordingAlert]:
    """The alerts of a case, for those only who are to be told."""
    return duty.alerts_in(db(), case) if can(Action.RECORDING_ALERT, case) else ()


def _lacking_of_act(act: Act) -> Sequence[Hearing]:
    """The hearings on which an act rests without recording or reason, for who is to be told."""
    if not can(Action.RECORDING_ALERT, act):
        return ()
    return duty.lacking_for(db(), act, now=outside().now())


# ------------------------------------------------------------------ equipment


@views.get("/courtrooms")
@allow(Action.EQUIPMENT_LIST)
def index() -> ResponseReturnValue:
    """Show court by court how many courtrooms can record; one court alone is shown at once."""
    courts = service.courts_of(db(), actor())
    if len(courts) == 1:
        return redirect(url_for("courtrooms.court", code=courts[0].code), 303)
    glances = service.glances(db(), courts)
    return render(
        "courtrooms/index.html",
        courts=[
            (court, [one for one in glances if one.room.court_id == court.id]) for court in courts
        ],
    )


@views.get("/courtrooms/courts/<code>")
@allow(Action.EQUIPMENT_READ, on=service.court_of_code)
def court(court: Court) -> ResponseReturnValue:
    """Show the courtrooms of a court at a glance, and their incidents."""
    glances = service.glances(db(), [court])
    return render(
        "courtrooms/court.html",
        court=court,
        glances=glances,
        columns=COLUMNS,
        incidents=service.incidents_of(db(), [one.room for one in glances]),
    )


@views.get("/courtrooms/rooms/<uuid:key>")
@allow(Action.EQUIPMENT_READ, on=service.room_of_url)
def room(room: Courtroom) -> ResponseReturnValue:
    """Show a courtroom: its equipment with the past, checks and incidents."""
    (glance,) = service.glances_of_rooms(db(), [room])
    return render(
        "courtrooms/room.html",
        room=room,
        court=service.court_of(db(), room),
        glance=glance,
        changes=service.changes_of(db(), glance.devices),
        names={device.id: device.name for device in glance.devices},
        checks=service.checks_of(db(), room),
        incidents=service.incidents_of(db(), [room]),
    )


@views.get("/courtrooms/rooms/<uuid:key>/devices/new")
@allow(Action.EQUIPMENT_KEEP, on=service.room_of_url)
def new_device(room: Courtroom) -> ResponseReturnValue:
    """Ask for a device."""
    form = DeviceForm()
    form.offer()
    return render("courtrooms/device_new.html", room=room, form=form)


@views.post("/courtrooms/rooms/<uuid:key>/devices/new")
@allow(Action.EQUIPMENT_KEEP, on=service.room_of_url)
def new_device_post(room: Courtroom) -> ResponseReturnValue:
    """Enter a device."""
    form = DeviceForm()
    form.offer()
    if not form.validate_on_submit():
        return render("courtrooms/device_new.html", room=room, form=form), 422
    service.enter_device(
        db(),
        actor(),
        room,
        kind=form.kind.data,
        name=form.name.data or "",
        inventory_number=form.inventory_number.data or "",
        now=outside().now(),
    )
    flash(_("The device is entered."))
    return _to(room)


@views.get("/courtrooms/devices/<uuid:key>")
@allow(Action.EQUIPMENT_KEEP, on=service.device_of_url)
def device(device: Device) -> ResponseReturnValue:
    """Ask which state a device is in now."""
    form = StateForm()
    form.offer(device)
    form.check_seen(device)
    return _device(device, form)


@views.post("/courtrooms/devices/<uuid:key>")
@allow(Action.EQUIPMENT_KEEP, on=service.device_of_url)
def device_post(device: Device) -> ResponseReturnValue:
    """Note the state."""
    form = StateForm()
    form.offer(device)
    if form.does(
        lambda: service.set_state(
            db(),
            actor(),
            device,
            form.state.data,
            note=form.note.data or "",
            now=outside().now(),
        ),
        to=device,
    ):
        flash(_("The state is noted."))
        return _to(device.courtroom)
    return _device(device, form), 422


@views.post("/courtrooms/devices/<uuid:key>/remove")
@allow(Action.EQUIPMENT_KEEP, on=service.device_of_url)
def remove_device(device: Device) -> ResponseReturnValue:
    """Take a device out of the courtroom."""
    if Press().validate_on_submit():
        service.remove_device(db(), actor(), device, now=outside().now())
        flash(_("The device is no longer in this courtroom."))
    return _to(device.courtroom)


def _device(device: Device, form: StateForm) -> str:
    return render(
        "courtrooms/device.html",
        device=device,
        form=form,
        changes=service.changes_of(db(), [device]),
        press=Press(),
    )


@views.get("/courtrooms/rooms/<uuid:key>/key")
@allow(Action.STREAM_KEY, on=service.room_of_url)
def stream_key(room: Courtroom) -> ResponseReturnValue:
    """Tell since when the camera has its key; the key itself was shown once."""
    return _stream_key(room)


@views.post("/courtrooms/rooms/<uuid:key>/key")
@allow(Action.STREAM_KEY, on=service.room_of_url)
def stream_key_post(room: Courtroom) -> ResponseReturnValue:
    """Make a new key for the camera and show it, this once."""
    if not Press().validate_on_submit():
        return _stream_key(room), 422
    word = service.make_stream_key(db(), actor(), room, now=outside().now())
    return _stream_key(room, word=word)


def _stream_key(room: Courtroom, *, word: str = "") -> str:
    return render(
        "courtrooms/key.html",
        room=room,
        key=service.key_of_room(db(), room),
        word=word,
        press=Press(),
    )


def _to(room: Courtroom) -> ResponseReturnValue:
    return redirect(url_for("courtrooms.room", key=room.key), 303)


def _near(room: Courtroom) -> Sequence[Hearing]:
    now = outside().now()
    return service.hearings_for(db(), actor(), room, since=now - BEFORE, until=now + AFTER)


# ------------------------------------------------------------------ checks and incidents


@views.get("/courtrooms/rooms/<uuid:key>/check")
@allow(Action.EQUIPMENT_CHECK, on=service.room_of_url)
def check(room: Courtroom) -> ResponseReturnValue:
    """Ask what a check before a hearing found."""
    form = CheckForm()
    form.offer(_near(room))
    return render("courtrooms/check.html", room=room, form=form)


@views.post("/courtrooms/rooms/<uuid:key>/check")
@allow(Action.EQUIPMENT_CHECK, on=service.room_of_url)
def check_post(room: Courtroom) -> ResponseReturnValue:
    """Note what was found; what is wrong opens an incident."""
    form = CheckForm()
    hearings = _near(room)
    form.offer(hearings)
    if form.validate_on_submit():
        if form.found.good or form.what.data:
            made = service.check(
                db(),
                actor(),
                room,
                form.found,
                hearing=form.hearing_among(hearings),
                what=form.what.data or "",
                now=outside().now(),
            )
            flash(
                _("The check is noted: a hearing can be recorded here.")
                if made.good
                else _("The check is noted, and an incident is opened.")
            )
            return _to(room)
        form.what.errors = [*form.what.errors, _("Describe what is wrong.")]
    return render("courtrooms/check.html", room=room, form=form), 422


@views.get("/courtrooms/rooms/<uuid:key>/incidents/new")
@allow(Action.INCIDENT_OPEN, on=service.room_of_url)
def new_incident(room: Courtroom) -> ResponseReturnValue:
    """Ask what happened in a courtroom."""
    form = IncidentForm()
    (glance,) = service.glances_of_rooms(db(), [room])
    form.offer(glance.devices, _near(room))
    return render("courtrooms/incident_new.html", room=room, form=form)


@views.post("/courtrooms/rooms/<uuid:key>/incidents/new")
@allow(Action.INCIDENT_OPEN, on=service.room_of_url)
def new_incident_post(room: Courtroom) -> ResponseReturnValue:
    """Open an incident."""
    form = IncidentForm()
    (glance,), hearings = service.glances_of_rooms(db(), [room]), _near(room)
    form.offer(glance.devices, hearings)
    if not form.validate_on_submit():
        return render("courtrooms/incident_new.html", room=room, form=form), 422
    trouble = form.trouble(glance.devices, hearings)
    made = service.open_incident(db(), actor(), room, trouble, now=outside().now())
    flash(_("The incident is opened."))
    return redirect(url_for("courtrooms.incident", key=made.key), 303)


@views.get("/courtrooms/incidents/<uuid:key>")
@allow(Action.EQUIPMENT_READ, on=service.incident_of_url)
def incident(incident: Incident) -> ResponseReturnValue:
    """Show an incident, and ask what was done about it."""
    form = CloseForm()
    form.check_seen(incident)
    return render("courtrooms/incident.html", incident=incident, form=form)


@views.post("/courtrooms/incidents/<uuid:key>")
@allow(Action.INCIDENT_CLOSE, on=service.incident_of_url)
def incident_post(incident: Incident) -> ResponseReturnValue:
    """Close an incident."""
    form = CloseForm()
    if form.does(
        lambda: service.close_incident(
            db(),
            actor(),
            incident,
            done=form.done.data or "",
            works=form.works.data,
            now=outside().now(),
        ),
        to=incident,
    ):
        flash(_("The incident is closed."))
        return _to(incident.courtroom)
    return render("courtrooms/incident.html", incident=incident, form=form), 422


# ------------------------------------------------------------------ what the law wants


@views.get("/courtrooms/lacking")
@allow(Action.RECORDING_LACKING)
def lacking() -> ResponseReturnValue:
    """List the hearings without recording or reason, and the acts that rest on such."""
    return render(
        "courtrooms/lacking.html",
        alerts=duty.alerts_of(db(), actor()),
        lacking=duty.lacking_of(db(), actor(), now=outside().now()),
    )


@views.get("/hearings/<uuid:key>/no-recording")
@allow(Action.RECORDING_EXPLAIN, on=hearing_of_url)
def explain(hearing: Hearing) -> ResponseReturnValue:
    """Ask why a hearing has no recording."""
    cases.look(db(), actor(), hearing.case, now=outside().now())
    return _explaining(hearing, _explain_form(hearing))


@views.post("/hearings/<uuid:key>/no-recording")
@allow(Action.RECORDING_EXPLAIN, on=hearing_of_url)
def explain_post(hearing: Hearing) -> ResponseReturnValue:
    """Write the reason down."""
    form = _explain_form(hearing)
    if form.validate_on_submit():
        (ground,) = [one for one in _grounds(hearing) if one.code == form.ground.data]
        device = form.device_among(_devices(hearing))
        words = form.words.data or ""
        trouble = duty.trouble_of(words, hearing, device) if ground.equipment else None
        because = duty.Because(ground=ground, words=words, trouble=trouble)
        try:
            duty.explain(db(), actor(), hearing, because, now=outside().now())
        except CourtError as error:
            form.refuse(error)
        else:
            flash(_("The reason is written down. The parties see it beside the hearing."))
            return redirect(url_for("hearings.of_case", key=hearing.case.key), 303)
    return _explaining(hearing, form), 422


def _grounds(hearing: Hearing) -> Sequence[AbsenceGround]:
    return registry.absence_grounds_on(db(), local_day(hearing.starts_at))


def _devices(hearing: Hearing) -> Sequence[Device]:
    (glance,) = service.glances_of_rooms(db(), [hearing.courtroom])
    return glance.devices


def _explain_form(hearing: Hearing) -> ExplainForm:
    form = ExplainForm()
    form.offer(_grounds(hearing), _devices(hearing))
    return form


def _explaining(hearing: Hearing, form: ExplainForm) -> str:
    now = outside().now()
    return render(
        "courtrooms/explain.html",
        case=hearing.case,
        hearing=hearing,
        form=form,
        standing=duty.recordedness_of(db(), [hearing], now=now)[hearing.id],
        past=duty.statements_on(db(), hearing),
    )


# ------------------------------------------------------------------ the log of a recording


@views.get("/hearings/<uuid:key>/recording-log")
@allow(Action.RECORDING_PLAY, on=hearing_of_url)
def log(hearing: Hearing) -> ResponseReturnValue:
    """Show when the recording of a hearing was started, paused and stopped, and why."""
    cases.look(db(), actor(), hearing.case, now=outside().now())
    return _log(hearing, _step_form(hearing))


@views.post("/hearings/<uuid:key>/recording-log")
@allow(Action.RECORDING_STEP, on=hearing_of_url)
def log_post(hearing: Hearing) -> ResponseReturnValue:
    """Note the next step."""
    form, now = _step_form(hearing), outside().now()
    if form.validate_on_submit():
        kind, reason = form.kind.data, form.reason.data or ""
        if reason or not steps.needs_reason(hearing, kind, now=now):
            try:
                steps.note(db(), actor(), hearing, kind, reason=reason, now=now)
            except CourtError as error:
                form.refuse(error)
            else:
                flash(_("It is noted."))
                return redirect(url_for("courtrooms.log", key=hearing.key), 303)
        else:
            form.reason.errors = [*form.reason.errors, _("Write why.")]
    return _log(hearing, form), 422


def _step_form(hearing: Hearing) -> StepForm:
    form = StepForm()
    form.offer(steps.possible(db(), hearing))
    return form


def _log(hearing: Hearing, form: StepForm) -> str:
    return render(
        "courtrooms/log.html",
        case=hearing.case,
        hearing=hearing,
        form=form,
        steps=steps.steps_of(db(), hearing),
        may=can(Action.RECORDING_STEP, hearing)
        and hearing.state in (HearingState.SCHEDULED, HearingState.HELD),
        key=service.key_of_room(db(), hearing.courtroom),
    )
