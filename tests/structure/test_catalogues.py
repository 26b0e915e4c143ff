"""The catalogues are fresh, complete, and keep every placeholder."""

import re

import pytest
from babel.messages import Catalog, Message

from sud import strings

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def said() -> Catalog:
    """Whatever the code and the templates say: reading all of them takes seconds."""
    return strings.gather()


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def _forms(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, list | tuple) else (str(words),)


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_catalogue_is_fresh_and_complete(language: str, said: Catalog) -> None:
    """Run `make strings` when this fails, then translate what is new."""
    assert strings.problems(language, said) == []


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_every_placeholder_is_kept(language: str) -> None:
    """A sentence with one more or one less breaks the page that says it."""
    wrong = []
    for message in strings.sentences(strings.catalogue(language)):
        wanted = set(PLACEHOLDER.findall(_forms(message.id)[-1]))
        needed = wanted.intersection(*map(PLACEHOLDER.findall, _forms(message.id)))
        for words in filter(None, _forms(message.string)):
            given = set(PLACEHOLDER.findall(words))
            if not needed - {"num"} <= given <= wanted:
                wrong.append((_key(message), words))
    assert wrong == []


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_a_lone_percent_sign_breaks_no_sentence(language: str) -> None:
    """Where facts are filled in, every other percent sign is doubled."""
    wrong = [
        words
        for message in strings.sentences(strings.catalogue(language))
        for words in _forms(message.string)
        if PLACEHOLDER.search(words) and "%" in PLACEHOLDER.sub("", words).replace("%%", "")
    ]
    assert wrong == []


def test_english_says_itself() -> None:
    for message in strings.sentences(strings.catalogue("en")):
        assert _forms(message.string) == _forms(message.id)


def test_plural_forms_are_those_of_the_language() -> None:
    counts = {"ky": 2, "ru": 3, "en": 2}
    for language, count in counts.items():
        for message in strings.sentences(strings.catalogue(language)):
            if isinstance(message.id, tuple):
                assert len(_forms(message.string)) == count, (language, message.id)


def test_a_stale_catalogue_is_noticed() -> None:
    said = strings.gather()
    said.add("A sentence that nobody has translated yet")
    assert strings.problems("ky", said)[0].startswith("lacks 'A sentence")
    less = strings.gather()
    less.delete("Sign in")
    assert any("nobody says" in problem for problem in strings.problems("ru", less))
