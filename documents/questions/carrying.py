"""Carries answers from one version of a form to another: what still fits stays, the rest is told.

Nothing is guessed: an answer is kept only where the new form asks the same thing in the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from documents.questions.schema import Form, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The answers under the new version, and the questions that must be answered again."""

    answers: dict[str, Any]
    again: tuple[Question, ...]


def carried(answers: Mapping[str, Any], old: Form, new: Form) -> Carried:
    """Carry answers over; a question is answered again when its answer could not be kept."""
    before = {one.name: one for one in old.questions}
    now = {one.name: one for one in new.questions}
    kept = {
        name: answer
        for name, answer in answers.items()
        if name in now and name in before and _same_question(before[name], now[name])
    }
    again = tuple(now[name] for name in answers if name in now and name not in kept)
    return Carried(answers=kept, again=again)


def _same_question(one: Question, other: Question) -> bool:
    """Compare what may be answered, not the words: a better help text loses no answer."""
    return (
        one.kind is other.kind
        and {option.code for option in one.options} <= {option.code for option in other.options}
        and (one.kind.value, one.time) == (other.kind.value, other.time)
        and [inner.name for inner in one.questions] == [inner.name for inner in other.questions]
        and all(map(_same_question, one.questions, other.questions))
        and one.courts <= other.courts
    )
