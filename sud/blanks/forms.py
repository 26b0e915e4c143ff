"""A step of a form as boxes to fill in: built from its questions, read back into answers.

What a box cannot read (a date, a sum) it says itself; whether an answer will do is said by
`documents.questions`, and its words are put at the box.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from documents.questions import Fault, Form, Kind, Question, Step, Words
from sud import forms
from sud.models import Court, FormGround
from sud.words import LANGUAGES, language

Courts = Mapping[str, Sequence[Court]]
"""The courts of each region, under its name."""

_ADD, _REMOVE = "add:", "remove:"
_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Boxes that are shown together under one heading; an item of a list can be taken out."""

    fields: Sequence[wtforms.Field]
    legend: str = ""
    hint: str = ""
    remove: str = ""
    parts: Sequence["Block"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """The button below a list that adds one more."""

    words: str
    press: str


class StepForm(forms.Form):
    """The questions of one step, `asked`; `blocks` is how they are shown."""

    asked: Sequence[Question] = ()
    blocks: Sequence[Block | More] = ()

    def answers(self) -> dict[str, Any]:
        """Return what was filled in, as the form's schema wants it; what is empty is left out."""
        return {one.name: _answer(self, one, one.name) for one in self.asked}

    def tell(self, faults: Sequence[Fault]) -> None:
        """Say at each box what is wrong with its answer, unless it has said so itself."""
        for fault in faults:
            words = fault.words[language()]
            field = self._box(fault)
            if field is None:
                self.form_errors = [*self.form_errors, words]
            elif not field.errors:
                field.errors = [words]

    def _box(self, fault: Fault) -> wtforms.Field | None:
        name = "-".join(map(str, fault.path))
        return next((field for field in self if field.name == name), None) or next(
            (field for field in self if field.name.startswith(f"{name}-")), None
        )


class StatelessForm(StepForm):
    """A step of somebody who has not signed in: what he answered before travels along."""

    once = None  # type: ignore[assignment] # a second press does no harm: nothing is kept
    seen = None  # type: ignore[assignment]
    before = forms.HiddenField()
    step = forms.HiddenField()


class Press(forms.Form):
    """A button."""


class CarryForm(forms.Form):
    """A button that carries all answers along."""

    once = None  # type: ignore[assignment]
    seen = None  # type: ignore[assignment]
    before = forms.HiddenField()
    paper_language = forms.HiddenField()


class CaseForm(forms.Form):
    """Into which of one's own cases a paper goes."""

    case = forms.RadioField(_("Into which case?"), required=_("Choose the case."))


class GroundForm(forms.Form):
    """What the law says of a form, from when to when, and where it stands."""

    name_ky = forms.TextAreaField(_("What the law says, in Kyrgyz"), required=True, rows=3)
    name_ru = forms.TextAreaField(_("What the law says, in Russian"), required=True, rows=3)
    name_en = forms.TextAreaField(_("What the law says, in English"), required=True, rows=3)
    source_ky = forms.TextField(_("Source in Kyrgyz"), required=_("Enter where it is written."))
    source_ru = forms.TextField(_("Source in Russian"), required=_("Enter where it is written."))
    source_en = forms.TextField(_("Source in English"), required=_("Enter where it is written."))
    valid_from = forms.DateField(_("Valid from"), required=_("Enter from when it is valid."))

    def show(self, row: FormGround) -> None:
        """Fill in what is said now."""
        for lang in LANGUAGES:
            self[f"name_{lang}"].data = row.name(lang)
            self[f"source_{lang}"].data = row.source_in(lang)
        self.valid_from.process_data(row.valid_from)

    @property
    def names(self) -> dict[str, str]:
        return {lang: self[f"name_{lang}"].data or "" for lang in LANGUAGES}

    @property
    def sources(self) -> dict[str, str]:
        return {lang: self[f"source_{lang}"].data or "" for lang in LANGUAGES}


# ------------------------------------------------------------------ building


def step_form(
    step: Step,
    form: Form,
    asked: Sequence[Question],
    answers: Mapping[str, Any],
    *,
    courts: Courts,
    posted: MultiDict[str, str] | None = None,
    stateless: bool = False,
) -> StepForm:
    """Build the form of a step, filled with what was posted or else with earlier answers."""
    here = [one for one in asked if one.name in step.asks]
    base = StatelessForm if stateless else StepForm
    counts = {one.name: _items_of(one, answers, posted) for one in here if one.kind is Kind.LIST}
    boxes: dict[str, Any] = {}
    for question in here:
        needed = question.name in form.required or any(
            question.name in rule.required for rule in form.rules
        )
        boxes |= _boxes(question, question.name, counts, courts, needed=needed)
    made: StepForm = type("QuestionsForm", (base,), boxes)(
        formdata=posted, data=_spread(here, answers)
    )
    made.asked = here
    made.blocks = list(_blocks(made, here, counts))
    return made


def pressed(posted: MultiDict[str, str]) -> tuple[str, MultiDict[str, str]]:
    """Return which button was pressed ("add", "remove" or "") and the boxes after it."""
    said = posted.get("do", "")
    if said.startswith(_ADD):
        return "add", posted
    if said.startswith(_REMOVE):
        name, _dash, place = said.removeprefix(_REMOVE).rpartition("-")
        return "remove", _without(posted, name, int(place) if place.isdecimal() else 0)
    return "", posted


def _without(posted: MultiDict[str, str], name: str, place: int) -> MultiDict[str, str]:
    """Return what was posted without one item of a list; those after it move up."""
    kept: MultiDict[str, str] = MultiDict()
    for box, value in posted.items(multi=True):
        number, dash, rest = box.removeprefix(f"{name}-").partition("-")
        if not box.startswith(f"{name}-") or not number.isdecimal() or int(number) < place:
            kept.add(box, value)
        elif int(number) > place:
            kept.add(f"{name}-{int(number) - 1}{dash}{rest}", value)
    return kept


def _items_of(
    question: Question, answers: Mapping[str, Any], posted: MultiDict[str, str] | None
) -> int:
    """Return how many items of a list are shown: those there are, and at least one."""
    if posted is None:
        return max(1, len(answers.get(question.name) or ()))
    numbers = [
        int(number)
        for box in posted
        if box.startswith(f"{question.name}-")
        and (number := box.removeprefix(f"{question.name}-").partition("-")[0]).isdecimal()
    ]
    wanted = max(numbers, default=0) + 1 + (posted.get("do") == f"{_ADD}{question.name}")
    return min(wanted, question.most or wanted)


def _boxes(
    question: Question, name: str, counts: Mapping[str, int], courts: Courts, *, needed: bool
) -> dict[str, Any]:
    if question.kind is Kind.GROUP:
        found: dict[str, Any] = {}
        for inner in question.questions:
            must = inner.name in question.required or any(
                inner.name in rule.required for rule in question.rules
            )
            found |= _boxes(inner, f"{name}-{inner.name}", counts, courts, needed=must)
        return found
    if question.kind is Kind.LIST:
        found = {}
        for place in range(counts[question.name]):
            found |= _boxes(
                question.item, f"{name}-{place}", counts, courts, needed=bool(question.least)
            )
        return found
    return {name: _box(question, courts, needed=needed)}


_FIELDS: Final[Mapping[Kind, Any]] = {
    Kind.LONG_TEXT: forms.TextAreaField,
    Kind.DAY: forms.DateField,
    Kind.MONEY: forms.MoneyField,
    Kind.NUMBER: forms.NumberField,
    Kind.PHONE: forms.PhoneField,
    Kind.EMAIL: forms.EmailField,
}
_WIDTHS: Final = {Kind.CASE_NUMBER: 20, Kind.NUMBER: 5}
_AUTOCOMPLETE: Final = {"address": "street-address"}


def _box(question: Question, courts: Courts, *, needed: bool) -> Any:
    said: dict[str, Any] = {"hint": _hint(question), "quiet": needed}
    label = question.ask[language()]
    if question.kind in (Kind.CHOICE, Kind.YES_NO):
        return forms.RadioField(label, choices=_choices(question), **said)
    if question.kind is Kind.COURT:
        offered = {
            region: [
                (one.code, one.name(language()))
                for one in some
                if not question.courts or one.kind.value in question.courts
            ]
            for region, some in courts.items()
        }
        chosen = {region: some for region, some in offered.items() if some}
        return forms.SelectField(label, blank=_("Choose"), choices=chosen, **said)
    if question.kind is Kind.PIN:
        return forms.PinField(label, organisations=True, **said)
    if question.kind in (Kind.MONEY, Kind.NUMBER):
        return _FIELDS[question.kind](label, **said)
    said["width"] = _WIDTHS.get(question.kind, 0)
    if question.kind is Kind.DAY:
        return forms.DateField(label, **said)
    said["autocomplete"] = _AUTOCOMPLETE.get(question.name, "")
    return _FIELDS.get(question.kind, forms.TextField)(label, longest=question.longest, **said)


def _hint(question: Question) -> str:
    help_text, term = question.help.get(language(), ""), question.term.get(language(), "")
    in_law = gettext("In law: %(term)s", term=term) if term else ""
    return ". ".join(part.rstrip(".") for part in (help_text, in_law) if part)


def _choices(question: Question) -> list[tuple[str, str]]:
    if question.kind is Kind.YES_NO:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    return [(one.code, one.words[language()]) for one in question.options]


# ------------------------------------------------------------------ showing


def _blocks(
    form: StepForm, asked: Sequence[Question], counts: Mapping[str, int]
) -> Iterator[Block | More]:
    for question in asked:
        if question.kind is Kind.GROUP:
            yield _group_block(form, question, question.name, legend=_said(question.ask))
        elif question.kind is Kind.LIST:
            yield from _list_blocks(form, question, counts[question.name])
        else:
            yield Block(fields=[form[question.name]])


def _list_blocks(form: StepForm, question: Question, count: int) -> Iterator[Block | More]:
    for place in range(count):
        name = f"{question.name}-{place}"
        taken_out = f"{_REMOVE}{name}" if count > 1 else ""
        if question.item.kind is Kind.GROUP:
            legend = f"{_said(question.item.ask)} {place + 1}" if count > 1 else ""
            yield _group_block(form, question.item, name, legend=legend, remove=taken_out)
        else:
            yield Block(
                fields=[form[name]],
                legend="" if place else _said(question.ask),
                hint="" if place else _hint(question),
                remove=taken_out,
            )
    if count < (question.most or count + 1):
        yield More(words=_said(question.add), press=f"{_ADD}{question.name}")


def _group_block(
    form: StepForm, group: Question, name: str, *, legend: str, remove: str = ""
) -> Block:
    """Show first what everybody is asked, under its condition what only some are."""
    conditional = {inner for rule in group.rules for inner in rule.asked}
    plain = [one for one in group.questions if one.name not in conditional]
    deciding = {decided for rule in group.rules for decided in rule.condition.get("properties", ())}
    first = [form[f"{name}-{one.name}"] for one in plain if one.name in deciding]
    rest = [form[f"{name}-{one.name}"] for one in plain if one.name not in deciding]
    parts = [
        Block(
            legend=_when(group, rule.condition),
            fields=[
                form[f"{name}-{one.name}"] for one in group.questions if one.name in rule.asked
            ],
        )
        for rule in group.rules
    ]
    return Block(fields=first, legend=legend, parts=[*parts, Block(fields=rest)], remove=remove)


def _when(group: Question, condition: Mapping[str, Any]) -> str:
    """Return the words of the answer under which a part of a group is filled in."""
    for name, wanted in condition.get("properties", {}).items():
        for question in group.questions:
            for option in question.options:
                if question.name == name and option.code == wanted.get("const"):
                    return _said(option.words)
    return ""


def _said(words: Words) -> str:
    return words.get(language(), "")


# ------------------------------------------------------------------ answers and boxes


def _spread(asked: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return earlier answers box by box."""
    spread: dict[str, Any] = {}
    for question in asked:
        if question.name in answers:
            spread |= _of_boxes(question, question.name, answers[question.name])
    return spread


def _of_boxes(question: Question, name: str, answer: Any) -> dict[str, Any]:
    match question.kind, answer:
        case Kind.GROUP, dict():
            return {
                box: value
                for inner in question.questions
                if inner.name in answer
                for box, value in _of_boxes(
                    inner, f"{name}-{inner.name}", answer[inner.name]
                ).items()
            }
        case Kind.LIST, list():
            return {
                box: value
                for place, one in enumerate(answer)
                for box, value in _of_boxes(question.item, f"{name}-{place}", one).items()
            }
        case Kind.YES_NO, bool():
            return {name: "yes" if answer else "no"}
        case Kind.DAY, str():
            return {name: _day(answer)}
        case ((Kind.GROUP | Kind.LIST | Kind.YES_NO), _):
            return {}
    return {name: answer}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _answer(form: StepForm, question: Question, name: str) -> Any:
    match question.kind:
        case Kind.GROUP:
            return _filled(
                {one.name: _answer(form, one, f"{name}-{one.name}") for one in question.questions}
            )
        case Kind.LIST:
            items: list[Any] = []
            while _has(form, f"{name}-{len(items)}"):
                items.append(_answer(form, question.item, f"{name}-{len(items)}"))
            while items and not items[-1]:
                items.pop()
            return items or ([{}] if question.least and question.item.questions else [])
    said = form[name].data
    if question.kind is Kind.YES_NO:
        return _YES_NO.get(said or "")
    return said.isoformat() if isinstance(said, date) else said


def _has(form: StepForm, name: str) -> bool:
    return any(field.name == name or field.name.startswith(f"{name}-") for field in form)


def _filled(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if answer not in (None, "", [], {})}
