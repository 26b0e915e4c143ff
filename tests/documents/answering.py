"""Invented answers to every form: one whole set a form, and any JSON at all."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from documents.questions import (
    Circumstances,
    Form,
    Kind,
    Question,
    conditions,
    read_catalogue,
)

FOLDER = Path(__file__).parents[2] / "schemas" / "forms"
CATALOGUE = read_catalogue(FOLDER)
TODAY = date(2026, 11, 23)
COURTS = {
    "talas-city": "city",
    "chui": "district",
    "bishkek-admin": "administrative",
    "talas": "oblast",
    "supreme": "supreme",
}
NAMED = {
    code: {"ky": "Талас шаардык соту", "ru": "Таласский городской суд", "en": "Talas City Court"}
    for code in COURTS
}
CIRCUMSTANCES = Circumstances(today=TODAY, courts=COURTS)

_PERSONS = {
    "surname": "Асанов",
    "given_name": "Бакыт",
    "patronymic": "Маратович",
    "organisation": "Ак-Суу айыл өкмөтү",
    "pin": "21503198501234",
    "address": "Талас шаары, Сарыгулов көчөсү, 5",
    "phone": "+996700123456",
    "email": "bakyt@example.kg",
}


def answers_to(form: Form | Question, *, yes: bool, option: int = 0) -> dict[str, Any]:
    """Answer everything that is asked, as the answers before call for it."""
    answers: dict[str, Any] = {}
    for question in form.questions:
        if conditions.asked([question.name], form.rules, answers):
            answers[question.name] = answer_to(question, yes=yes, option=option)
    return answers


def answer_to(question: Question, *, yes: bool, option: int = 0) -> Any:
    if question.name in _PERSONS:
        return _PERSONS[question.name]
    if question.kind is Kind.CHOICE:
        return question.options[min(option, len(question.options) - 1)].code
    if question.kind is Kind.GROUP:
        return answers_to(question, yes=yes, option=option)
    if question.kind is Kind.LIST:
        return [answer_to(question.item, yes=yes, option=option)]
    plain = {
        Kind.COURT: next((code for code, kind in COURTS.items() if kind in question.courts), ""),
        Kind.DAY: "2026-12-21" if question.time == "future" else "2026-03-10",
        Kind.YES_NO: yes,
        Kind.MONEY: 1_234_567_50,
        Kind.NUMBER: question.least or 1,
        Kind.CASE_NUMBER: "ГД-319/26-Т5",
    }
    return plain.get(question.kind, f"Жооп «{question.name}» үчүн")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def any_answers(form: Form) -> st.SearchStrategy[Mapping[str, Any]]:
    """Right answers with some of them replaced by anything."""
    return st.tuples(st.booleans(), st.integers(0, 4)).flatmap(
        lambda chosen: _spoilt(answers_to(form, yes=chosen[0], option=chosen[1]), form)
    )


def _spoilt(right: dict[str, Any], form: Form) -> st.SearchStrategy[Mapping[str, Any]]:
    names = [one.name for one in form.questions]
    spoils = st.dictionaries(st.sampled_from(names), JSON, max_size=3)
    return spoils.map(lambda spoil: {**right, **spoil})
