"""Checks answers against a form: what is right comes back as values, what is not as messages.

Any JSON may be handed in. An answer to a question that the other answers do not call for is left
out; nothing here raises because of an answer.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from documents.papers.letters import unprintable
from documents.questions import conditions
from documents.questions.schema import LANGUAGES, Form, Kind, Question, Words

PIN: Final = r"[012][0-9]{13}"
PHONE: Final = r"\+[1-9][0-9]{7,14}"
EMAIL: Final = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"
# Only the look of a number: whose court spells it how is the house's to know.
CASE_NUMBER: Final = r"(?=.*[0-9]).{3,40}"
_SHAPES: Final = {
    Kind.PIN: (PIN, "pin"),
    Kind.PHONE: (PHONE, "phone"),
    Kind.EMAIL: (EMAIL, "email"),
    Kind.CASE_NUMBER: (CASE_NUMBER, "case_number"),
}
_EARLIEST: Final = date(1900, 1, 1)
_FARTHEST: Final = 30
"""How many years ahead a day of a case may lie."""
MOST_TYIYN: Final = 10**17

Path = tuple[str | int, ...]
"""Where a question stands: names of questions, and numbers of a list's items from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a check must know besides the answers: the day, and the courts with their kinds."""

    today: date
    courts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one answer, said in each language."""

    path: Path
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answers that are right, and what is wrong with the others; no faults: all is well."""

    values: dict[str, Any]
    faults: tuple[Fault, ...]


def checked(
    form: Form,
    answers: Mapping[str, Any],
    circumstances: Circumstances,
    *,
    only: Collection[str] | None = None,
) -> Checked:
    """Check the answers to the questions that are called for, or to `only` some of them."""
    faults: list[Fault] = []
    values = _group(form, answers, (), _Check(circumstances, faults), only=only)
    return Checked(values=values, faults=tuple(faults))


def asked(form: Form, answers: Mapping[str, Any]) -> list[Question]:
    """Return the questions called for; an answer that is not asked for any more calls for none."""
    called: list[Question] = []
    known: dict[str, Any] = {}
    for question in form.questions:
        if conditions.asked([question.name], form.rules, known):
            called.append(question)
            if question.name in answers:
                known[question.name] = answers[question.name]
    return called


@dataclass(frozen=True, slots=True)
class _Check:
    circumstances: Circumstances
    faults: list[Fault]

    def tell(self, question: Question, path: Path, message: str, **facts: object) -> None:
        """Note a fault: in the form's own words where it has some."""
        own = question.missing if message.startswith("missing") else question.wrong
        words = own if own and message != "unprintable" else _messages()[message]
        self.faults.append(
            Fault(
                path=path,
                words={
                    one: words[one].format(ask=question.ask.get(one, "").rstrip("?:. "), **facts)
                    for one in LANGUAGES
                },
            )
        )


def _group(
    asking: Form | Question,
    answers: Mapping[str, Any],
    path: Path,
    check: _Check,
    *,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Check one after another, so that a condition sees only answers that were called for."""
    values: dict[str, Any] = {}
    for question in asking.questions:
        if not conditions.asked([question.name], asking.rules, values):
            continue
        needed = question.name in asking.required or any(
            question.name in rule.required and conditions.holds(rule.condition, values)
            for rule in asking.rules
        )
        silent = only is not None and question.name not in only
        quiet = _Check(check.circumstances, []) if silent else check
        here = (*path, question.name)
        value = _value(question, answers.get(question.name), here, quiet, needed=needed)
        if value is not None:
            values[question.name] = value
    return values


def _value(question: Question, said: Any, path: Path, check: _Check, *, needed: bool) -> Any:
    """Return the answer as it is kept; None for one that is missing or wrong."""
    given = said.strip() if isinstance(said, str) else said
    if given is None or given in ("", [], {}):
        if not needed:
            return None
        if question.kind is not Kind.GROUP:
            check.tell(question, path, _missing(question))
            return None
        given = {}  # each of its questions says for itself that it was not answered
    if not isinstance(given, _JSON.get(question.kind, str)):
        check.tell(question, path, _NOT_UNDERSTOOD.get(question.kind, "wrong"))
        return None
    return _CHECKS.get(question.kind, _of_text)(question, given, path, check)


def _of_group(
    question: Question, said: Mapping[str, Any], path: Path, check: _Check
) -> dict[str, Any] | None:
    before = len(check.faults)
    values = _group(question, said, path, check)
    return values if values and len(check.faults) == before else None


def _of_list(
    question: Question, said: Sequence[Any], path: Path, check: _Check
) -> list[Any] | None:
    if question.most is not None and len(said) > question.most:
        check.tell(question, path, "too_many", most=question.most)
        return None
    values = [
        _value(question.item, one, (*path, place), check, needed=True)
        for place, one in enumerate(said)
    ]
    if question.least is not None and len(said) < question.least:
        check.tell(question, path, "too_few", least=question.least)
        return None
    return values if all(one is not None for one in values) else None


def _of_yes_no(_question: Question, said: bool, _path: Path, _check: _Check) -> bool:
    return said


def _of_number(question: Question, said: int, path: Path, check: _Check) -> int | None:
    money = question.kind is Kind.MONEY
    if isinstance(said, bool) or abs(said) > MOST_TYIYN:
        check.tell(question, path, question.kind.value)
    elif question.least is not None and said < question.least:
        check.tell(question, path, "money_least" if money else "least", least=question.least)
    elif question.most is not None and said > question.most:
        check.tell(question, path, "most", most=question.most)
    else:
        return said
    return None


def _of_choice(question: Question, said: str, path: Path, check: _Check) -> str | None:
    if any(said == option.code for option in question.options):
        return said
    check.tell(question, path, "choice")
    return None


def _of_court(question: Question, said: str, path: Path, check: _Check) -> str | None:
    kind = check.circumstances.courts.get(said)
    if kind is not None and (not question.courts or kind in question.courts):
        return said
    check.tell(question, path, "court")
    return None


def _of_text(question: Question, said: str, path: Path, check: _Check) -> str | None:
    shape, message = _SHAPES.get(question.kind, ("", "wrong"))
    shape = question.pattern or shape
    if len(said) > question.longest:
        check.tell(question, path, "longest", longest=question.longest)
    elif signs := unprintable(said):
        check.tell(question, path, "unprintable", signs=" ".join(signs))
    elif (shape and not re.fullmatch(shape, said)) or (
        question.kind is Kind.PIN and not _is_pin(said)
    ):
        check.tell(question, path, message)
    else:
        return said
    return None


def _of_day(question: Question, said: str, path: Path, check: _Check) -> str | None:
    day = _day(said)
    today = check.circumstances.today
    if day is None:
        check.tell(question, path, "day")
    elif question.time in ("past", "minor") and day > today:
        check.tell(question, path, "past")
    elif question.time == "minor" and _of_age(day, today):
        check.tell(question, path, "minor")
    elif question.time == "future" and day <= today:
        check.tell(question, path, "future")
    elif not day >= _EARLIEST or day.year > today.year + _FARTHEST:
        check.tell(question, path, "ancient")
    else:
        return day.isoformat()
    return None


_JSON: Final[Mapping[Kind, type]] = {
    Kind.GROUP: Mapping,
    Kind.LIST: list,
    Kind.YES_NO: bool,
    Kind.NUMBER: int,
    Kind.MONEY: int,
}
"""In which shape an answer comes, where it is not text."""
_NOT_UNDERSTOOD: Final = {Kind.NUMBER: "number", Kind.MONEY: "money", Kind.DAY: "day"}
_CHECKS: Final[Mapping[Kind, Callable[[Question, Any, Path, _Check], Any]]] = {
    Kind.GROUP: _of_group,
    Kind.LIST: _of_list,
    Kind.YES_NO: _of_yes_no,
    Kind.NUMBER: _of_number,
    Kind.MONEY: _of_number,
    Kind.CHOICE: _of_choice,
    Kind.COURT: _of_court,
    Kind.DAY: _of_day,
}


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _of_age(born: date, today: date) -> bool:
    """Whether somebody has turned 18."""
    return (today.year - born.year, (today.month, today.day)) >= (18, (born.month, born.day))


def _is_pin(text: str) -> bool:
    """A person's number holds the date of birth, an organisation's that of its registration."""
    born = _day(f"{text[5:9]}-{text[3:5]}-{text[1:3]}")
    return born is not None and born >= date(1800, 1, 1)


def _missing(question: Question) -> str:
    match question.kind:
        case Kind.CHOICE | Kind.YES_NO:
            return "missing_choice"
        case Kind.COURT:
            return "missing_court"
        case Kind.LIST:
            return "missing_item"
        case _:
            return "missing"


@cache
def _messages() -> Mapping[str, Words]:
    file = resources.files(__package__).joinpath("messages.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
