"""Writes the paper: sentences of a form with the answers in their places, each in its case form.

A place in a sentence is `{answer}`, `{answer|case}` or `{group.answer}`; `{item…}` is the item of
the list for which the sentence is repeated.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from documents.names import to_court
from documents.papers.application import Application, Side
from documents.questions import conditions
from documents.questions.naming import Name, day_written, in_case, money_written
from documents.questions.schema import NO_WORDS, Form, Kind, PaperPlan, Question, Sentence, Words

_PLACE: Final = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)(?:\|([a-z]+))?\}")
_DOUBLED: Final = re.compile(r"(?<=[.!?…])\.(?!\.)")
_CONTACTS: Final = ("pin", "address", "phone", "email")
_PRICE: Final[Words] = {"ky": "Доонун баасы", "ru": "Цена иска"}


def written(
    form: Form,
    values: Mapping[str, Any],
    *,
    language: str,
    courts: Mapping[str, Words],
    made: datetime,
    day: date,
) -> Application:
    """Write the paper of checked answers in Kyrgyz or Russian, dated on a day."""
    pen = _Pen(form, values, language, courts)
    plan = form.paper
    signer = values.get(plan.signer)
    price = pen.place(plan.price)
    return Application(
        language=language,
        recipient=pen.recipient(plan.court),
        sides=tuple(_sides(plan, values, pen)),
        title=plan.title[language],
        about=pen.filled(plan.subtitle.get(language, "")),
        number=pen.place(plan.case_number),
        facts=((_PRICE[language], price),) if price else (),
        paragraphs=tuple(pen.sentences(plan.text)),
        requests=tuple(pen.sentences(plan.asks)),
        attachments=tuple(pen.sentences(plan.enclosures)),
        made=made,
        day=day,
        signatory=Name.of(signer).short if signer else "",
    )


def places(sentence: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the places of a sentence: the path of the answer and the case form."""
    return [(tuple(found[1].split(".")), found[2] or "") for found in _PLACE.finditer(sentence)]


def replaced(sentence: str, fill: Callable[[tuple[str, ...], str], str]) -> str:
    """Return a sentence with every place filled by what `fill` gives for its path and case."""
    filled = _PLACE.sub(lambda found: fill(tuple(found[1].split(".")), found[2] or ""), sentence)
    return _DOUBLED.sub("", filled)


def _sides(plan: PaperPlan, values: Mapping[str, Any], pen: "_Pen") -> Iterator[Side]:
    for side in plan.sides:
        if not conditions.holds(side.condition, values) or side.of not in values:
            continue
        found = values[side.of]
        for one in found if isinstance(found, list) else [found]:
            yield Side(
                role=pen.filled(side.role[pen.language]),
                name=Name.of(one).full,
                details=tuple(
                    _contact(pen.language, one, name) for name in _CONTACTS if name in one
                ),
            )


def _begun(sentence: str) -> str:
    """Return a sentence that begins as sentences do, whatever answer stands first."""
    return sentence[:1].upper() + sentence[1:]


def _contact(language: str, person: Mapping[str, Any], name: str) -> str:
    if name == "phone":
        return _phone_written(person[name])
    label = _label_of_number(language, person) if name == "pin" else ""
    return f"{label}{person[name]}"


def _label_of_number(language: str, person: Mapping[str, Any]) -> str:
    organisation = {"ky": "ИСН: ", "ru": "ИНН: "}
    return organisation[language] if person.get("kind") == "legal" else "ПИН: "


def _phone_written(number: str) -> str:
    ours = re.fullmatch(r"\+996([0-9]{3})([0-9]{3})([0-9]{3})", number)
    return f"+996 {ours[1]} {ours[2]} {ours[3]}" if ours else number


@dataclass(frozen=True, slots=True)
class _Pen:
    form: Form
    values: Mapping[str, Any]
    language: str
    courts: Mapping[str, Words]

    def sentences(self, plan: Sequence[Sentence]) -> Iterator[str]:
        """Yield what is written, paragraph by paragraph."""
        for sentence in plan:
            for values, item in self._occasions(sentence):
                text = self.filled(sentence.words[self.language], values, item)
                yield from (_begun(line) for line in text.split("\n") if line.strip())

    def _occasions(self, sentence: Sentence) -> Iterator[tuple[Mapping[str, Any], Question | None]]:
        """Yield the answers, once or for each item of the list, where the condition holds."""
        if not sentence.each:
            if conditions.holds(sentence.condition, self.values):
                yield self.values, None
            return
        listed = self.form.question(sentence.each)
        for one in self.values.get(sentence.each, ()):
            values = {**self.values, "item": one}
            if conditions.holds(sentence.condition, values):
                yield values, listed.item

    def filled(
        self, sentence: str, values: Mapping[str, Any] | None = None, item: Question | None = None
    ) -> str:
        """Return a sentence with its places filled."""
        known = self.values if values is None else values

        def fill(path: tuple[str, ...], case: str) -> str:
            question = item if path[0] == "item" and item else self.form.question(path[0])
            return self._written(question, known.get(path[0]), path[1:], case)

        return replaced(sentence, fill)

    def place(self, path: str) -> str:
        """Return one answer as the head of the paper shows it; "" for none."""
        return self.filled(f"{{{path}}}") if path else ""

    def recipient(self, name: str) -> str:
        """Return to which court the paper goes, as its head says it."""
        court = self.courts.get(self.values.get(name, ""))
        return to_court(court[self.language], self.language) if court else ""

    def _written(self, question: Question, value: Any, path: Sequence[str], case: str) -> str:
        if value is None:
            return ""
        if path:
            inner = next(one for one in question.questions if one.name == path[0])
            return self._written(inner, value.get(path[0]), path[1:], case)
        writers: Mapping[Kind, Callable[[Any], str]] = {
            Kind.DAY: lambda day: day_written(date.fromisoformat(day), self.language, case),
            Kind.MONEY: lambda tyiyn: money_written(tyiyn, self.language),
            Kind.NUMBER: str,
            Kind.PHONE: _phone_written,
            Kind.COURT: lambda code: in_case(self.courts[code][self.language], self.language, case),
            Kind.CHOICE: lambda code: _option(question, code, self.language, case),
            Kind.YES_NO: lambda yes: _YES_NO[self.language][bool(yes)],
            Kind.GROUP: lambda person: Name.of(person).in_case(self.language, case),
            Kind.LIST: lambda items: "; ".join(
                self._written(question.item, one, (), case) for one in items
            ),
        }
        return writers.get(question.kind, str)(value)


_YES_NO: Final[Mapping[str, Mapping[bool, str]]] = {
    "ky": {True: "ооба", False: "жок"},
    "ru": {True: "да", False: "нет"},
}


def _option(question: Question, code: str, language: str, case: str) -> str:
    words = next((one.on_paper for one in question.options if one.code == code), NO_WORDS)
    return in_case(words.get(language, ""), language, case)
