"""Pages of the registry: the public list of courts, and the reference tables for administrators."""

from itertools import groupby

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from sud.access import Action
from sud.errors import Refusal
from sud.labels import label
from sud.models import Court, SigningWay
from sud.outside import local_day
from sud.registry import contacts, service, signatures
from sud.registry.forms import ContactForm, DayForm, GroundForm, NeedForm
from sud.registry.rows import Region
from sud.request import actor, allow, db, outside, render
from sud.words import language

views = Blueprint("registry", __name__, template_folder="templates")

TABLE_WORDS = {
    "categories": _("Categories and weights"),
    "rates": _("Duty rates"),
    "exemptions": _("Exemptions from duty"),
    "limits": _("Time limits"),
    "days": _("Days off"),
    "absences": _("Why a hearing has no recording"),
    "signatures": _("Who signs which paper"),
    "signed-claims": _("Which claims must be signed"),
}


@views.get("/courts")
@allow(Action.SITE_READ)
def courts() -> ResponseReturnValue:
    found = service.courts_open_on(db(), local_day(outside().now()))
    regions = {region.code: region for region in service.regions()}
    of_region: list[tuple[Region, list[Court]]] = [
        (regions[code], list(group))
        for code, group in groupby(found, key=lambda court: court.region)
    ]
    return render(
        "registry/courts.html",
        regions=of_region,
        count=len(found),
        drawing=service.courts_with_draws(db()),
    )


@views.get("/reference/courts/<code>")
@allow(Action.REFERENCE_EDIT, on=contacts.court_of_url)
def contact(court: Court) -> ResponseReturnValue:
    """Ask how a court is reached."""
    form = ContactForm()
    form.show(court)
    return render("registry/contact.html", form=form, court=court)


@views.post("/reference/courts/<code>")
@allow(Action.REFERENCE_EDIT, on=contacts.court_of_url)
def contact_post(court: Court) -> ResponseReturnValue:
    """Write it down."""
    form = ContactForm()
    if not form.validate_on_submit():
        return render("registry/contact.html", form=form, court=court), 422
    contacts.set_contact(
        db(),
        actor(),
        court,
        addresses=form.addresses,
        telephone=form.telephone.data or "",
        now=outside().now(),
    )
    flash(_("The address and telephone of the court are saved."))
    return redirect(url_for("registry.courts", _anchor=court.region), 303)


@views.get("/reference")
@allow(Action.REFERENCE_READ)
def reference() -> ResponseReturnValue:
    return render("registry/reference.html", tables=TABLE_WORDS)


@views.get("/reference/days/set")
@allow(Action.REFERENCE_EDIT)
def set_day() -> ResponseReturnValue:
    form = DayForm()
    form.offer()
    return render("registry/day.html", form=form)


@views.post("/reference/days/set")
@allow(Action.REFERENCE_EDIT)
def set_day_post() -> ResponseReturnValue:
    form = DayForm()
    form.offer()
    if not form.validate_on_submit():
        return render("registry/day.html", form=form), 422
    service.set_day(
        db(),
        actor(),
        form.day.data,
        kind=form.kind.data,
        names=form.names,
        sources=form.sources,
        now=outside().now(),
    )
    flash(_("The day is saved."))
    return redirect(url_for("registry.table", name="days"), 303)


@views.get("/reference/absences/set")
@allow(Action.REFERENCE_EDIT)
def set_ground() -> ResponseReturnValue:
    """Ask for a reason why a hearing may have no recording."""
    form = GroundForm()
    row = service.absence_ground_of_code(db(), request.args.get("code", ""))
    if row is not None:
        form.show(row)
    return render("registry/ground.html", form=form)


@views.post("/reference/absences/set")
@allow(Action.REFERENCE_EDIT)
def set_ground_post() -> ResponseReturnValue:
    """Enter or correct it."""
    form = GroundForm()
    if not form.validate_on_submit():
        return render("registry/ground.html", form=form), 422
    service.set_absence_ground(
        db(),
        actor(),
        form.code.data or "",
        equipment=form.equipment.data,
        names=form.names,
        sources=form.sources,
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
        now=outside().now(),
    )
    flash(_("The reason is saved."))
    return redirect(url_for("registry.table", name="absences"), 303)


@views.route("/reference/signed-claims/set", methods=["GET", "POST"])
@allow(Action.REFERENCE_EDIT)
def set_need() -> ResponseReturnValue:
    """Say from which day on claims of a kind must be signed."""
    form = NeedForm()
    kinds = {one.code: one for one in service.kinds_on(db(), local_day(outside().now()))}
    form.offer(list(kinds.values()), language())

    def said() -> None:
        signatures.set_need(
            db(),
            actor(),
            kinds[form.kind.data],
            form.need.data,
            since=form.since.data,
            sources=form.sources,
            now=outside().now(),
        )
        flash(_("The rule is saved."))

    if form.does(said, at={Refusal.RULE_NOT_AHEAD: form.since}):
        return redirect(url_for("registry.table", name="signed-claims"), 303)
    return render("registry/need.html", form=form), 422 if form.is_submitted() else 200


@views.get("/reference/<name>")
@allow(Action.REFERENCE_READ)
def table(name: str) -> ResponseReturnValue:
    if name not in TABLE_WORDS:
        abort(404)
    return render(
        "registry/table.html",
        name=name,
        rows=service.table(db(), name),
        title=TABLE_WORDS[name],
        way_words={way.value: label(way) for way in SigningWay},
    )
