"""A text is found by any form of its words in both languages, and by nothing it does not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.search import exact_tsquery, excerpt, keys, question, tsquery

TEXT = (
    "Доогер жоопкерден алиментти өндүрүү жөнүндө доо арыз менен сотко кайрылган. "
    "Суд рассмотрел дело о взыскании задолженности по кредитному договору."
)


def _answers(asked: str, text: str = TEXT) -> bool:
    stored = set(keys(text))
    return all(stored & set(word.keys) for word in question(asked))


@pytest.mark.parametrize(
    "asked",
    [
        "алимент",
        "алименттин",
        "ондуруу",
        "өндүрүүнү",
        "сот",
        "соттун арызы",
        "доогерге",
        "взыскание",
        "задолженность",
        "кредитный договор",
        "ДОГОВОРА",
        "судом",
    ],
)
def test_another_form_of_the_word_answers(asked: str):
    assert _answers(asked)


@pytest.mark.parametrize("asked", ["мурас", "развод", "сот мурас", "12"])
def test_what_is_not_said_does_not_answer(asked: str):
    assert not _answers(asked)


def test_the_query_holds_nothing_to_escape():
    assert tsquery("сот's & (доо) | !:* \\ 12/26") == tsquery("сот s доо 12 26")
    assert tsquery("   ") == "" == exact_tsquery("…")


def test_an_excerpt_marks_the_answer():
    pieces = excerpt(TEXT, "алимент")
    assert ("алиментти", True) in pieces
    assert "".join(piece for piece, _ in pieces) in TEXT
    assert excerpt(TEXT, "мурас") == ()


@given(st.text(max_size=60))
def test_a_text_always_answers_itself(text: str):
    assert _answers(text, text)


@given(st.text(max_size=60))
def test_keys_are_letters_and_digits(text: str):
    assert all(key.isalnum() for key in keys(text))
