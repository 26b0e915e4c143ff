"""Pages of the policy: its versions for everybody; a draft and what is barred for its keepers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from http import HTTPStatus
from itertools import groupby
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.redaction.policy import ANY
from sud.access import Action
from sud.forms import Form
from sud.labels import label
from sud.models import Confidence, Ground, Handling, Publication, PublicationPolicy
from sud.publication import barred, bars, policies, service, showing
from sud.publication.forms import ActForm, FrameForm, RuleForm, SubjectForm, WithdrawForm
from sud.publication.public import views
from sud.publication.showing import Minors
from sud.publication.signs import Article
from sud.publication.words import CATEGORIES, OFFICES
from sud.request import actor, allow, can, db, outside, render
from sud.words import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """In what two versions differ, by what they speak of; pairs are the older and the newer."""

    rows: Sequence[policies.Difference]
    subjects: Sequence[tuple[str, Ground | None, Ground | None]]
    articles: Sequence[tuple[Article | None, Article | None]]
    words: Sequence[tuple[Ground, Sequence[str], Sequence[str]]]
    minors: tuple[Minors | None, Minors] | None
    second_share: tuple[int | None, int] | None

    def __len__(self) -> int:
        said = [getattr(self, field.name) for field in fields(self)]
        return sum(len(one) if isinstance(one, list) else one is not None for one in said)


@views.get("/policies")
@allow(Action.SITE_READ)
def policies_listed() -> ResponseReturnValue:
    """Every version that is or was in force; its keeper finds the draft here too."""
    keeper = can(Action.POLICY_EDIT)
    return render(
        "publication/policies.html",
        versions=policies.versions(db()),
        draft=policies.draft_of(db()) if keeper else None,
        barred=len(barred.held(db())) if keeper else 0,
        form=ActForm(formdata=None) if keeper else None,
    )


@views.get("/policies/<int:number>")
@allow(Action.SITE_READ, on=policies.policy_of_url)
def policy(version: PublicationPolicy) -> ResponseReturnValue:
    """One version as anybody may read it, and how it differs from the one before."""
    before = policies.before(db(), version)
    return render(
        "publication/policy.html",
        policy=version,
        before=before,
        difference=difference(before, version) if before else None,
        rows=policies.rows_of(db(), version),
        articles=showing.articles_of(db(), version),
        minors=showing.minors_of(version),
        names=names(),
    )


@views.get("/policy")
@allow(Action.POLICY_EDIT)
def policies_kept() -> ResponseReturnValue:
    """Where the keeper's work is: the draft, or the versions when there is none."""
    begun = policies.draft_of(db())
    if begun is None:
        return redirect(url_for("publication.policies_listed"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("publication.draft", key=begun.key), HTTPStatus.SEE_OTHER)


@views.post("/policy")
@allow(Action.POLICY_EDIT)
def draft_begun() -> ResponseReturnValue:
    """Begin the next version as a copy of the one in force."""
    form = ActForm()
    if not form.validate_on_submit():
        return redirect(url_for("publication.policies_listed"), HTTPStatus.SEE_OTHER)
    begun = policies.draft(db(), actor(), now=outside().now())
    return redirect(url_for("publication.draft", key=begun.key), HTTPStatus.SEE_OTHER)


@views.get("/policy/<uuid:key>")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def draft(version: PublicationPolicy) -> ResponseReturnValue:
    """The draft, and how it differs from what is in force."""
    return _draft_page(version)


@views.post("/policy/<uuid:key>/rules")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def rules(version: PublicationPolicy) -> ResponseReturnValue:
    """Write one rule, or take one out."""
    dropped = request.form.get("drop", "")
    if dropped:
        category, role, case_kind = (*dropped.split("/"), ANY, ANY)[:3]
        about = (category, role, case_kind)
        return _pressed(
            version,
            ActForm(),
            lambda: policies.drop_row(db(), actor(), version, about, now=outside().now()),
            anchor="rules",
        )
    form = _rule_form(RuleForm())

    def write() -> None:
        row = policies.Row(
            category=form.category.data,
            role=form.role.data or ANY,
            case_kind=form.case_kind.data or ANY,
            handling=form.handling.data,
            source_ky=form.source_ky.data or "",
            source_ru=form.source_ru.data or "",
            source_en=form.source_en.data or "",
            confidence=form.confidence.data or Confidence.MEDIUM,
        )
        policies.set_row(db(), actor(), version, row, now=outside().now())

    return _pressed(version, form, write, anchor="rules")


@views.post("/policy/<uuid:key>/subjects")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def subjects(version: PublicationPolicy) -> ResponseReturnValue:
    """Say which reason a subject brings with it, or that it brings none."""
    dropped = request.form.get("drop", "")
    form = ActForm() if dropped else _subject_form(SubjectForm())

    def write() -> None:
        category = dropped or form.subject.data
        ground = None if dropped else form.ground.data
        policies.set_subject(db(), actor(), version, category, ground, now=outside().now())

    return _pressed(version, form, write, anchor="subjects")


@views.post("/policy/<uuid:key>/frame")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def frame(version: PublicationPolicy) -> ResponseReturnValue:
    """Write the share of second readers and the legal reference."""
    form = FrameForm()

    def write() -> None:
        facts = policies.Frame(
            second_share=form.second_share.data or 0,
            source_ky=form.source_ky.data or "",
            source_ru=form.source_ru.data or "",
            source_en=form.source_en.data or "",
        )
        policies.frame(db(), actor(), version, facts, now=outside().now())

    return _pressed(version, form, write)


@views.post("/policy/<uuid:key>/adopt")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def adopt(version: PublicationPolicy) -> ResponseReturnValue:
    """Put the draft in force: another person than the one who changed it last."""
    form = ActForm()

    def put_in_force() -> None:
        here = outside()
        policies.adopt(db(), actor(), version, defer=here.defer, now=here.now())

    if form.does(put_in_force, to=version):
        flash(_("Version %(number)s is in force from today on.", number=version.number))
        address = url_for("publication.policy", number=version.number)
        return redirect(address, HTTPStatus.SEE_OTHER)
    return _draft_page(version, refused=form), HTTPStatus.UNPROCESSABLE_ENTITY


@views.get("/policy/<uuid:key>/barred")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def draft_bars(version: PublicationPolicy) -> ResponseReturnValue:
    """How many public texts of each court the draft would bar: known before it is adopted."""
    return render(
        "publication/draft_bars.html", policy=version, counts=barred.counted(db(), version)
    )


@views.get("/policy/barred")
@allow(Action.POLICY_EDIT)
def barred_listed() -> ResponseReturnValue:
    """Texts that were public and that the version in force bars: held, to be withdrawn."""
    return render(
        "publication/barred.html",
        rows=[(one, bars.bar_of(db(), one.act.case)) for one in barred.held(db())],
    )


@views.route("/policy/barred/<uuid:key>", methods=["GET", "POST"])
@allow(Action.POLICY_EDIT, on=barred.barred_of_url)
def barred_withdrawn(publication: Publication) -> ResponseReturnValue:
    """Take back a text of any court, because the version in force bars it."""
    form = WithdrawForm()

    def take_back() -> None:
        here, note = outside(), form.note.data or ""
        service.withdraw(db(), actor(), publication, note, outside=here, now=here.now())
        flash(_("The text is withdrawn. Its page says so, its file is gone."))

    if form.does(take_back, to=publication):
        return redirect(url_for("publication.barred_listed"), HTTPStatus.SEE_OTHER)
    page = render(
        "publication/withdraw.html",
        publication=publication,
        form=form,
        back=url_for("publication.barred_listed"),
    )
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    return page, wrong


def difference(before: PublicationPolicy | None, after: PublicationPolicy) -> Difference:
    """Return everything in which a version differs from another one."""
    rows = policies.rows_of(db(), before) if before else []
    articles = showing.articles_of(db(), before).values() if before else ()
    return Difference(
        rows=policies.compared(rows, policies.rows_of(db(), after)),
        subjects=policies.subjects_compared(before, after),
        articles=showing.articles_compared(articles, showing.articles_of(db(), after).values()),
        words=showing.words_compared(before.signs if before else {}, after.signs),
        minors=_unlike(before and showing.minors_of(before), showing.minors_of(after)),
        second_share=_unlike(before and before.second_share, after.second_share),
    )


def _unlike(before: Any, after: Any) -> tuple[Any, Any] | None:
    return None if before == after else (before, after)


def _pressed(
    version: PublicationPolicy, form: Form, verb: Callable[[], object], anchor: str | None = None
) -> ResponseReturnValue:
    """Carry out what a form of the draft asks, and go back to it; or say there why not."""
    if form.does(verb, to=version):
        address = url_for("publication.draft", key=version.key, _anchor=anchor)
        return redirect(address, HTTPStatus.SEE_OTHER)
    return _draft_page(version, refused=form), HTTPStatus.UNPROCESSABLE_ENTITY


def _draft_page(version: PublicationPolicy, *, refused: object = None) -> str:
    press, rule, subject, frames = (
        refused if isinstance(refused, kind) else kind(formdata=None)
        for kind in (ActForm, RuleForm, SubjectForm, FrameForm)
    )
    if refused is not frames:
        for name in ("second_share", "source_ky", "source_ru", "source_en"):
            frames[name].process_data(getattr(version, name))
    _rule_form(rule)
    _subject_form(subject)
    for form in (press, rule, subject, frames):
        form.seen.data = str(version.version)
    standing = policies.in_force(db())
    return render(
        "publication/draft.html",
        policy=version,
        rows=policies.rows_of(db(), version),
        standing=standing,
        difference=difference(standing, version),
        press=press,
        rule=rule,
        subject=subject,
        frame=frames,
        refused=refused or press,
        names=names(),
    )


def _rule_form(form: RuleForm) -> RuleForm:
    named = names()
    form.category.choices = {
        str(_("Reasons about the case")): [
            (ground.value, named["categories"][ground.value]) for ground in policies.GROUNDS
        ],
        str(_("Sorts of data")): [
            (category, named["categories"][category]) for category in policies.CATEGORIES
        ],
    }
    form.role.choices = list(named["roles"].items())
    form.case_kind.choices = list(named["kinds"].items())
    return form


def _subject_form(form: SubjectForm) -> SubjectForm:
    lang = language()
    kinds = {kind.code: kind.name(lang) for kind in policies.kinds_named(db())}
    form.subject.choices = {
        kinds[code]: [(one.code, one.name(lang)) for one in group]
        for code, group in groupby(policies.categories_named(db()), key=lambda one: one.kind_code)
    }
    return form


def names() -> dict[str, dict[str, str]]:
    """Return how sorts of data, roles and kinds of case are called in the reader's language."""
    lang = language()
    return {
        "categories": {
            **{code: str(words) for code, words in CATEGORIES.items()},
            **{ground.value: str(label(ground)) for ground in Ground},
        },
        "roles": {
            ANY: _("any role"),
            **{code: str(words) for code, words in OFFICES.items()},
            **{role.code: role.name(lang) for role in policies.roles_named(db())},
        },
        "kinds": {
            ANY: _("any kind of case"),
            **{kind.code: kind.name(lang) for kind in policies.kinds_named(db())},
        },
        "subjects": {one.code: one.name(lang) for one in policies.categories_named(db())},
        "grounds": {ground.value: ground.value for ground in policies.GROUNDS},
        "of_grounds": {
            Handling.NEVER.value: str(label(Handling.NEVER)),
            Handling.OPERATIVE.value: str(label(Handling.OPERATIVE)),
            Handling.SECOND.value: str(label(Handling.SECOND)),
            Handling.KEEP.value: _("no hindrance"),
        },
    }
