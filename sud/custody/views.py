"""The pages of custody: how long a recording is kept, what is masked in it, and its end."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sud.access import Action
from sud.cases import service as cases
from sud.custody import erasing, masking, service
from sud.custody.forms import (
    ApproveForm,
    EraseForm,
    ForceForm,
    MaskForm,
    PressForm,
    RefuseForm,
    written,
)
from sud.errors import CourtError
from sud.media import service as media
from sud.models import Case, Erasure, Masking, Recording
from sud.outside import local_day
from sud.request import actor, allow, db, outside, render

views = Blueprint("custody", __name__, template_folder="templates")


@views.get("/custody")
@allow(Action.CUSTODY_LIST)
def waiting() -> ResponseReturnValue:
    """Show what waits for a second person, and the recordings whose time is over."""
    return render(
        "custody/waiting.html",
        maskings=service.waiting_maskings(db(), actor()),
        erasures=service.waiting_erasures(db(), actor()),
        over=service.recordings_over(db(), actor(), today=local_day(outside().now())),
    )


@views.get("/recordings/<uuid:key>/custody")
@allow(Action.CUSTODY_READ, on=media.recording_of_url)
def of_recording(recording: Recording) -> ResponseReturnValue:
    """Show how long a recording is kept, what is masked, and who decided what."""
    return _page(recording)


def _page(
    recording: Recording,
    *,
    mask: MaskForm | None = None,
    erase: EraseForm | None = None,
    retry: PressForm | None = None,
) -> str:
    maskings = service.maskings_of(db(), recording)
    mask = mask or MaskForm()
    mask.offer(next((one.stretches for one in maskings if one.ready_at), []))
    return render(
        "custody/of_recording.html",
        recording=recording,
        case=recording.hearing.case,
        keeping=service.keeping_of(db(), recording.hearing.case, today=local_day(outside().now())),
        maskings=maskings,
        erasures=service.erasures_of(db(), recording),
        mask_form=mask,
        erase_form=erase or EraseForm(),
        retry_form=retry or PressForm(),
        written=written,
    )


@views.get("/custody/store")
@allow(Action.STORE_READ)
def store() -> ResponseReturnValue:
    """Show whether the store still holds what it should."""
    return render("custody/store.html", checks=service.checks(db()))


# ------------------------------------------------------------------ masking


@views.post("/recordings/<uuid:key>/mask")
@allow(Action.MASKING_PROPOSE, on=media.recording_of_url)
def mask(recording: Recording) -> ResponseReturnValue:
    """Propose what outsiders may neither hear nor see."""
    form = MaskForm()
    if form.validate_on_submit():
        try:
            made = masking.propose(
                db(),
                actor(),
                recording,
                stretches=form.given(),
                because=form.because.data or "",
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error, form.stretches)
        else:
            flash(_("Proposed. Another person decides; until then outsiders are played nothing."))
            return redirect(url_for("custody.of_masking", key=made.key), 303)
    return _page(recording, mask=form), 422


@views.get("/maskings/<uuid:key>")
@allow(Action.CUSTODY_READ, on=service.masking_of_url)
def of_masking(found: Masking) -> ResponseReturnValue:
    """Show a masking, and to whom may decide, the two answers."""
    return _masking(found, ApproveForm(), RefuseForm())


def _masking(found: Masking, approving: ApproveForm, refusing: RefuseForm) -> str:
    return render(
        "custody/masking.html",
        masking=found,
        case=found.case,
        approving=approving,
        refusing=refusing,
        written=written,
    )


@views.post("/maskings/<uuid:key>/approve")
@allow(Action.MASKING_DECIDE, on=service.masking_of_url)
def approve_masking(found: Masking) -> ResponseReturnValue:
    """Have the copy made."""
    form = ApproveForm()
    if form.does(lambda: masking.approve(db(), actor(), found, outside=outside())):
        flash(_("Approved. The copy is being made."))
        return redirect(url_for("custody.of_recording", key=found.recording.key), 303)
    return _masking(found, form, RefuseForm()), 422


@views.post("/maskings/<uuid:key>/refuse")
@allow(Action.MASKING_DECIDE, on=service.masking_of_url)
def refuse_masking(found: Masking) -> ResponseReturnValue:
    """Leave the recording as it is."""
    form = RefuseForm()
    if form.does(
        lambda: masking.refuse(
            db(), actor(), found, answer=form.answer.data or "", now=outside().now()
        )
    ):
        flash(_("Refused. The recording is played as it was."))
        return redirect(url_for("custody.of_recording", key=found.recording.key), 303)
    return _masking(found, ApproveForm(), form), 422


@views.post("/maskings/<uuid:key>/retry")
@allow(Action.MASKING_PROPOSE, on=service.masking_of_url)
def retry_masking(found: Masking) -> ResponseReturnValue:
    """Make a copy again whose making failed."""
    form = PressForm()
    if form.does(lambda: masking.retry(db(), actor(), found, outside=outside())):
        return redirect(url_for("custody.of_recording", key=found.recording.key), 303)
    return _page(found.recording, retry=form), 422


# ------------------------------------------------------------------ erasing


@views.post("/recordings/<uuid:key>/erase")
@allow(Action.ERASURE_PROPOSE, on=media.recording_of_url)
def erase(recording: Recording) -> ResponseReturnValue:
    """Propose that a recording be erased."""
    form = EraseForm()
    if form.validate_on_submit():
        try:
            made = erasing.propose(
                db(),
                actor(),
                recording,
                ground=form.ground.data,
                because=form.because.data or "",
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error, form.ground)
        else:
            flash(_("Proposed. Nothing is erased before another person agrees."))
            return redirect(url_for("custody.of_erasure", key=made.key), 303)
    return _page(recording, erase=form), 422


@views.get("/erasures/<uuid:key>")
@allow(Action.CUSTODY_READ, on=service.erasure_of_url)
def of_erasure(found: Erasure) -> ResponseReturnValue:
    """Show a proposal to erase, and to whom may decide, the two answers."""
    return _erasure(found, ApproveForm(), RefuseForm())


def _erasure(found: Erasure, approving: ApproveForm, refusing: RefuseForm) -> str:
    return render(
        "custody/erasure.html",
        erasure=found,
        case=found.case,
        keeping=service.keeping_of(db(), found.case, today=local_day(outside().now())),
        approving=approving,
        refusing=refusing,
    )


@views.post("/erasures/<uuid:key>/approve")
@allow(Action.ERASURE_DECIDE, on=service.erasure_of_url)
def approve_erasure(found: Erasure) -> ResponseReturnValue:
    """Erase the recording."""
    form = ApproveForm()
    if form.does(lambda: erasing.approve(db(), actor(), found, outside=outside())):
        flash(_("The recording is erased. That it was, and who decided it, stays on record."))
        return redirect(url_for("custody.of_erasure", key=found.key), 303)
    return _erasure(found, form, RefuseForm()), 422


@views.post("/erasures/<uuid:key>/refuse")
@allow(Action.ERASURE_DECIDE, on=service.erasure_of_url)
def refuse_erasure(found: Erasure) -> ResponseReturnValue:
    """Keep the recording."""
    form = RefuseForm()
    if form.does(
        lambda: erasing.refuse(
            db(), actor(), found, answer=form.answer.data or "", now=outside().now()
        )
    ):
        flash(_("Refused. The recording is kept."))
        return redirect(url_for("custody.of_erasure", key=found.key), 303)
    return _erasure(found, ApproveForm(), form), 422


# ------------------------------------------------------------------ the time of keeping


@views.get("/cases/<uuid:key>/force")
@allow(Action.FORCE_READ, on=cases.case_of_url)
def force(case: Case) -> ResponseReturnValue:
    """Show how the act that ended the case entered into force."""
    return _force(case, ForceForm())


@views.post("/cases/<uuid:key>/force")
@allow(Action.FORCE_NOTE, on=cases.case_of_url)
def force_post(case: Case) -> ResponseReturnValue:
    """Note that it entered into force, was appealed, or was upheld."""
    form = ForceForm()
    form.offer(service.steps_possible(db(), case))
    if form.validate_on_submit():
        try:
            service.note_step(
                db(),
                actor(),
                case,
                step=form.step.data,
                on=form.day,
                now=outside().now(),
                defer=outside().defer,
            )
        except CourtError as error:
            form.refuse(error, form.on)
        else:
            flash(_("Noted."))
            return redirect(url_for("custody.force", key=case.key), 303)
    return _force(case, form), 422


def _force(case: Case, form: ForceForm) -> str:
    form.offer(service.steps_possible(db(), case))
    return render(
        "custody/force.html",
        case=case,
        steps=service.steps_of(db(), case),
        keeping=service.keeping_of(db(), case, today=local_day(outside().now())),
        form=form,
    )
