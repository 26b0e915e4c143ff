"""A text is found by any form of its words in both languages, and by nothing it does not say."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.redaction.declension import Case, decline_kyrgyz
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


# ------------------------------------------------------------------ every form of a Kyrgyz noun

NOUNS = (  # noqa: SIM905 - read as a sentence
    "сот арыз доогер алимент мүлк китеп карыз келишим чечим токтом өкүм мыйзам берене укук"
    " милдет тарап күбө төлөм айып акча үй иш жер бала күйөө жумуш тергөө кызмат мөөнөт күн ай"
    " насыя банк сатуу зыян жактоочу катчы өкүл жаран дарек күч көчүрмө өтүнүч"
).split()
VOWELS = "аоуыэияеёюөү"
HIGH = {
    **dict.fromkeys("аыя", "ы"),
    **dict.fromkeys("оую", "у"),
    **dict.fromkeys("еэи", "и"),
    **dict.fromkeys("өү", "ү"),
}


def _high(word: str) -> str:
    return HIGH[next(letter for letter in reversed(word) if letter in VOWELS)]


def _low(word: str) -> str:
    return decline_kyrgyz(word, Case.LOCATIVE)[-1]


def _plural(word: str) -> str:
    sound = "л" if word[-1] in f"{VOWELS}йр" else "т" if word[-1] in "кптсшчхфц" else "д"
    return f"{word}{sound}{_low(word)}р"


def _owned(word: str, ending: str) -> str:
    """My, your, his word...: `ending` is what stands after a vowel; `с` is dropped elsewhere."""
    high = _high(word)
    ending = ending.replace("ы", high)
    if word[-1] in VOWELS:
        return word + ending
    long = sum(letter in VOWELS for letter in word) > 1
    soft = word[:-1] + {"к": "г", "п": "б"}.get(word[-1], word[-1]) if long else word
    return soft + (high if ending[0] == "с" else high + ending)


def _forms(noun: str) -> Iterator[str]:
    cases = (Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE, Case.LOCATIVE, Case.FROM)
    for word in (noun, _plural(noun)):
        yield word
        for owner, case in product(("", "м", "ң", "быз", "ңыз"), cases):
            owned = _owned(word, owner) if owner else word
            yield decline_kyrgyz(owned, case)
            yield decline_kyrgyz(owned, Case.LOCATIVE) + "г" + _high(_low(owned))
        his = _owned(word, "сы")
        low, high = _low(his), _high(his)
        yield _owned(word, "м") + _low(word)
        yield from (his + end for end in ("", f"н{high}н", f"н{low}", "н", f"нд{low}", f"н{low}н"))


def test_every_form_of_a_noun_answers_its_dictionary_form():
    asked = {noun: set(question(noun)[0].keys) for noun in NOUNS}
    forms = {noun: list(_forms(noun)) for noun in NOUNS}
    assert {"арызына", "арыздарына", "арызымда"} <= set(forms["арыз"])
    assert sum(map(len, forms.values())) > 4_000
    lost = [form for noun in NOUNS for form in forms[noun] if not asked[noun] & set(keys(form))]
    assert lost == []


def test_the_dictionary_form_answers_every_form_of_a_noun():
    stored = {noun: set(keys(noun)) for noun in NOUNS if len(noun) > 2}
    lost = [
        form
        for noun in stored
        for form in _forms(noun)
        if not stored[noun] & set(question(form)[0].keys)
    ]
    assert lost == []


def test_different_nouns_stay_apart():
    told = {noun: {key for key in question(noun)[0].keys if key[0] == "k"} for noun in NOUNS}
    assert not [
        (one, other) for one in NOUNS for other in NOUNS if one < other and told[one] & told[other]
    ]
    assert not _answers("алым", "Ал келди, ал кетти.")
