"""Pages of a draft's signs: articles, words and ages by which a file shows a reason by itself."""

from collections.abc import Callable
from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from sud.access import Action
from sud.forms import Form
from sud.models import Ground, PublicationPolicy
from sud.publication import policies, showing
from sud.publication.forms import ActForm, ArticleForm, MinorsForm, WordsForm
from sud.publication.keeping import names
from sud.publication.public import views
from sud.publication.showing import Minors
from sud.publication.signs import Article
from sud.request import actor, allow, db, outside, render
from sud.words import language


@views.get("/policy/<uuid:key>/signs")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def signs(version: PublicationPolicy) -> ResponseReturnValue:
    """What of a file shows a reason; a row that is to be changed stands in its form."""
    return _page(version)


@views.post("/policy/<uuid:key>/articles")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def articles(version: PublicationPolicy) -> ResponseReturnValue:
    """Add a row of articles, change the one named in the address, or take one out."""
    dropped = request.form.get("drop", "")
    if dropped:
        return _pressed(
            version,
            ActForm(),
            lambda: showing.drop_article(
                db(), actor(), version, _number(dropped) or 0, now=outside().now()
            ),
            anchor="articles",
        )
    form = ArticleForm()

    def write() -> None:
        article = Article(
            ground=form.ground.data,
            names=form.names_said,
            numbers=form.numbers_said,
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            source_ky=form.source_ky.data or "",
            source_ru=form.source_ru.data or "",
            source_en=form.source_en.data or "",
            confidence=form.confidence.data,
        )
        changed = _number(request.args.get("article", ""))
        showing.write_article(
            db(), actor(), version, article, instead_of=changed, now=outside().now()
        )

    return _pressed(version, form, write, anchor="articles")


@views.post("/policy/<uuid:key>/words")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def words(version: PublicationPolicy) -> ResponseReturnValue:
    """Say by which beginnings of words an act shows a reason."""
    form = WordsForm()
    return _pressed(
        version,
        form,
        lambda: showing.set_words(
            db(), actor(), version, form.ground.data, form.words_said, now=outside().now()
        ),
        anchor="words",
    )


@views.post("/policy/<uuid:key>/minors")
@allow(Action.POLICY_EDIT, on=policies.draft_of_url)
def minors(version: PublicationPolicy) -> ResponseReturnValue:
    """Say who is a minor, in which roles and kinds of case."""
    form = _offered(MinorsForm())

    def write() -> None:
        said = Minors(
            years=form.years.data or 0,
            roles=tuple(form.roles.data or ()),
            kinds=tuple(form.kinds.data or ()),
        )
        showing.set_minors(db(), actor(), version, said, now=outside().now())

    return _pressed(version, form, write, anchor="minors")


def _pressed(
    version: PublicationPolicy, form: Form, verb: Callable[[], object], *, anchor: str
) -> ResponseReturnValue:
    """Carry out what a form asks, and go back to the page; or say there why not."""
    if form.does(verb, to=version):
        address = url_for("publication.signs", key=version.key, _anchor=anchor)
        return redirect(address, HTTPStatus.SEE_OTHER)
    return _page(version, refused=form), HTTPStatus.UNPROCESSABLE_ENTITY


def _page(version: PublicationPolicy, *, refused: Form | None = None) -> str:
    kept = showing.articles_of(db(), version)
    changed = _number(request.args.get("article", ""))
    said = request.args.get("words", "")
    press, article, wording, ages = (
        refused if isinstance(refused, kind) else kind(formdata=None)
        for kind in (ActForm, ArticleForm, WordsForm, MinorsForm)
    )
    if refused is not article and changed in kept:
        _fill(article, kept[changed])
    if refused is not wording and said in version.signs:
        wording.ground.process_data(Ground(said))
        wording.words.process_data("\n".join(version.signs[said]))
    _offered(ages)
    if refused is not ages:
        told = showing.minors_of(version)
        ages.years.process_data(told.years)
        ages.roles.process_data(told.roles)
        ages.kinds.process_data(told.kinds)
    for form in (press, article, wording, ages):
        form.seen.data = str(version.version)
    return render(
        "publication/signs.html",
        policy=version,
        articles=kept,
        changed=changed if changed in kept else None,
        minors=showing.minors_of(version),
        press=press,
        article=article,
        wording=wording,
        ages=ages,
        refused=refused or press,
        names=names(),
    )


def _fill(form: ArticleForm, article: Article) -> None:
    form.names.process_data("\n".join(article.names))
    form.numbers.process_data(", ".join(article.numbers))
    for name in (
        "ground", "valid_from", "valid_to", "source_ky", "source_ru", "source_en", "confidence",
    ):  # fmt: skip
        form[name].process_data(getattr(article, name))


def _offered(form: MinorsForm) -> MinorsForm:
    lang = language()
    form.roles.choices = [(one.code, one.name(lang)) for one in policies.roles_named(db())]
    form.kinds.choices = [(one.code, one.name(lang)) for one in policies.kinds_named(db())]
    return form


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() and len(said) <= 18 else None  # noqa: PLR2004
