"""Lays a form out to be filled in by hand: its steps become sections, its questions lines."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from documents.papers.application import Blank, EmptyForm, Section
from documents.questions.schema import Form, Kind, Question, Sentence, Step, Words
from documents.questions.writing import replaced

_LINES: Final = {Kind.LONG_TEXT: 7, Kind.LIST: 4}
_PIN_FIGURES: Final = 14
_ROWS: Final = 4
_MOST_BESIDE_A_NAME: Final = 2
"""So many answers beside the name fit into a row of a table."""
_NAMES: Final = ("surname", "given_name", "patronymic", "organisation")
_YES_NO: Final[dict[str, tuple[str, str]]] = {"ky": ("ооба", "жок"), "ru": ("да", "нет")}
_DAY: Final[Words] = {"ky": "күнү, айы, жылы", "ru": "день, месяц, год"}
_REQUESTS: Final[Words] = {
    "ky": "Соттон сурайм (керектүүсүн белгилеңиз)",
    "ru": "Прошу суд (отметьте нужное)",
}
_IF_IT_APPLIES: Final[Words] = {
    "ky": "Сизге тиешелүү болсо толтуруңуз.",
    "ru": "Заполните, если это относится к вам.",
}
_SHORT, _LONG = "_" * 14, "_" * 30
_SPACES: Final = {Kind.DAY: "____.____.______", Kind.NUMBER: "______"}


def empty(form: Form, *, language: str, made: datetime) -> EmptyForm:
    """Return the empty form in Kyrgyz or Russian, ready to be printed."""
    requests = tuple(
        sentence.words[language] if not sentence.each else _LONG for sentence in form.paper.asks
    )
    sections = [
        Section(title=step.title[language], blanks=blanks, note=_note(form, step, language))
        for step in form.steps
        if (blanks := tuple(_blanks_of(form, step.asks, language)))
    ]
    enclosed = _listed_enclosures(form)
    asked = Blank(
        label=_REQUESTS[language],
        choices=tuple(_spaced(form, request, language) for request in requests),
    )
    return EmptyForm(
        language=language,
        title=form.paper.title[language],
        about=_spaced(form, form.paper.subtitle.get(language, ""), language),
        sections=(*sections, Section(title="", blanks=(asked,))),
        attachments=tuple(
            _spaced(form, text, language) for text in _texts(form.paper.enclosures, language)
        ),
        more_attachments=enclosed.ask[language] if enclosed else "",
        made=made,
        version=f"{form.name} {form.version}",
    )


def _texts(sentences: tuple[Sentence, ...], language: str) -> Iterator[str]:
    yield from (one.words[language] for one in sentences if not one.each)


def _listed_enclosures(form: Form) -> Question | None:
    """Return the question whose answers the paper names as enclosures."""
    names = [one.each for one in form.paper.enclosures if one.each]
    return form.question(names[0]) if names else None


def _note(form: Form, step: Step, language: str) -> str:
    """Return what stands under a section's title, and that not everybody fills it in."""
    called_for = {name for rule in form.rules for name in rule.required}
    intro = step.intro.get(language, "")
    if not called_for.issuperset(step.asks):
        return intro
    return f"{intro} {_IF_IT_APPLIES[language]}".strip()


def _blanks_of(form: Form, names: tuple[str, ...], language: str) -> Iterator[Blank]:
    """Yield what is to be filled in; court and sender have their places in the head already."""
    for name in names:
        question = form.question(name)
        if question.kind is Kind.COURT and name == form.paper.court:
            continue
        if question == _listed_enclosures(form):
            continue
        if name == form.paper.signer:
            yield from (_blank(one, language) for one in question.questions if one.kind is Kind.PIN)
        elif question.person:
            yield from _person(question, language)
        elif question.kind is Kind.LIST and question.item.person:
            yield from _person(question.item, language, several=question)
        else:
            yield _blank(question, language)


def _person(person: Question, language: str, several: Question | None = None) -> Iterator[Blank]:
    """Yield a person's blanks: the parts of a name share a line, for people know their order."""
    parts = {one.name: one for one in person.questions}
    names = [parts[name].ask[language] for name in _NAMES if name in parts]
    name = ", ".join([names[0], *map(_lowered, names[1:])])
    others = [one for one in person.questions if one.name not in {"kind", *_NAMES}]
    if several and len(others) <= _MOST_BESIDE_A_NAME:
        heads = (name, *(one.ask[language] for one in others))
        yield Blank(label=several.ask[language], columns=heads, lines=_ROWS)
        return
    yield Blank(label=name, hint=several.ask[language] if several else "", lines=2)
    yield from (_blank(one, language) for one in others)


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def _blank(question: Question, language: str) -> Blank:
    choices: tuple[str, ...] = ()
    if question.kind is Kind.CHOICE:
        choices = tuple(one.words[language] for one in question.options)
    elif question.kind is Kind.YES_NO:
        choices = _YES_NO[language]
    hint = _DAY[language] if question.kind is Kind.DAY else question.help.get(language, "")
    return Blank(
        label=question.ask[language],
        hint=hint,
        lines=_LINES.get(question.kind, 1),
        boxes=_PIN_FIGURES if question.kind is Kind.PIN else 0,
        choices=choices,
    )


def _spaced(form: Form, sentence: str, language: str) -> str:
    """Return a sentence with a space to write in for each of its answers."""

    def fill(path: tuple[str, ...], _case: str) -> str:
        kind = Kind.TEXT if path[0] == "item" else form.question(path[0]).kind
        if kind is Kind.MONEY:
            return f"{_SHORT} сом"
        if kind is Kind.CHOICE:
            options = form.question(path[0]).options
            return " / ".join(one.on_paper[language] for one in options)
        return _SPACES.get(kind, _LONG)

    return replaced(sentence, fill)
