"""Judgement: weighs what the network, the dictionary and its place say of a possible name.

One logistic sum over a few facts; the weights are data (weights.toml), learned from other people's
annotated texts by `python -m tests.bench.weighing`.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from heapq import nlargest
from importlib.resources import files
from math import exp, log

from documents.morphology import is_surname, senses
from documents.redaction.declension import stem_of
from documents.redaction.gazetteer import given_name, surname
from documents.redaction.reader import Reading
from documents.redaction.vocabulary import PLACE_AFTER, PLACE_BEFORE, SENTENCE_END
from documents.spelling import is_latin, orthographic

LEAST_READ = 0.0001
"""What the network believes less than this of is no name, whatever else speaks for it."""
_GAPS = frozenset({" ", "\u00a0", ".", ". ", ".\u00a0"})
_AROUND = 30
_FARTHEST = 12.0
_QUOTES = {"«": "»", '"': '"', "“": "”", "„": "“"}


def judged(text: str, read: Sequence[Reading]) -> Iterator[tuple[Reading, float]]:
    """Give how likely each word is a part of a person's name, for those that may be."""
    weights = _weights()
    for one, facts in weighed(text, read):
        told = sum(weights[name] * fact for name, fact in facts.items())
        yield one, 1 / (1 + exp(-max(-_FARTHEST, min(_FARTHEST, told))))


def weighed(text: str, read: Sequence[Reading]) -> Iterator[tuple[Reading, Mapping[str, float]]]:
    """Give the facts that speak for and against each word that may be a name, by their names."""
    elsewhere = _best_two(text, read)
    for at, one in enumerate(read):
        if one.person < LEAST_READ:
            continue
        before = read[at - 1] if at else None
        behind = read[at + 1] if at + 1 < len(read) else None
        if before and text[before.end : one.start] not in _GAPS:
            before = None
        if behind and text[one.end : behind.start] not in _GAPS:
            behind = None
        yield (
            one,
            {
                **_of_word(text[one.start : one.end]),
                **_of_place(text, one),
                **_of_readings(one, before, behind),
                "elsewhere": _odds(_best_but(one, *elsewhere[stem_of(text[one.start : one.end])])),
            },
        )


def _of_readings(one: Reading, before: Reading | None, behind: Reading | None) -> dict[str, float]:
    """Return what the network thinks of the word and of the capitalised ones beside it."""
    return {
        "person": _odds(one.person),
        "place": _odds(one.place),
        "organisation": _odds(one.organisation),
        "nothing before": float(before is None),
        "nothing behind": float(behind is None),
        "person before": _odds(before.person) if before else 0.0,
        "person behind": _odds(behind.person) if behind else 0.0,
        "organisation before": _odds(before.organisation) if before else 0.0,
        "organisation behind": _odds(behind.organisation) if behind else 0.0,
    }


def _best_two(text: str, read: Sequence[Reading]) -> dict[str, tuple[float, float]]:
    """Return what the network believes of the two likeliest places of each word, by its stem."""
    every: dict[str, list[float]] = defaultdict(list)
    for one in read:
        if one.person >= LEAST_READ:
            every[stem_of(text[one.start : one.end])].append(one.person)
    return {stem: (max(told), nlargest(2, (*told, LEAST_READ))[1]) for stem, told in every.items()}


def _best_but(one: Reading, best: float, second: float) -> float:
    """Return the better of the two that is not this one."""
    return second if one.person == best else best


@lru_cache(maxsize=65_536)
def _of_word(word: str) -> dict[str, float]:
    """Return what the dictionary, the lists of names and the letters say of a word."""
    base = orthographic(word)
    pieces = re.split("[-\u2010\u2011]", word)
    known = senses(base) or frozenset().union(*map(senses, map(orthographic, pieces)))
    latin = is_latin(word)
    shouted = word.isupper() and len(word) > 2  # noqa: PLR2004
    return {
        "always": 1.0,
        "unknown word": float(not known and not latin),
        "latin": float(latin),
        "only a name": float(known == {"person"}),
        "a name too": float("person" in known and len(known) > 1),
        "only a word": float(bool(known) and known <= {"common", "mark"}),
        "on a map": float("place" in known),
        "listed given name": float(any(map(given_name, pieces))),
        "shape of a surname": float(any(map(surname, pieces))),
        "dictionary's surname": float(any(map(is_surname, map(orthographic, pieces)))),
        "capitals": float(shouted and not latin),
        "Latin capitals": float(shouted and latin),
        "initial": float(len(word) == 1),
        "length": min(len(word), 12) / 10,
        "hyphen": float(len(pieces) > 1),
    }


def _of_place(text: str, one: Reading) -> dict[str, float]:
    """Return what stands around a word says of it."""
    opens = SENTENCE_END.search(text, max(0, one.start - 4), one.start) is not None
    only = _of_word(text[one.start : one.end])["only a word"]
    closing = _QUOTES.get(text[one.start - 1 : one.start]) if one.start else None
    around = max(0, one.start - _AROUND)
    return {
        "word that opens": float(opens) * only,
        "alone in quotes": float(closing is not None and text.startswith(closing, one.end)),
        "before brackets": float(text.startswith((" (", "("), one.end)),
        "behind the word for a place": float(
            PLACE_BEFORE.search(text, around, one.start) is not None
        ),
        "before the word for a place": float(PLACE_AFTER.match(text, one.end) is not None),
    }


def _odds(likely: float) -> float:
    return max(-_FARTHEST, min(_FARTHEST, log((likely + 1e-6) / (1 - likely + 1e-6))))


@cache
def _weights() -> dict[str, float]:
    text = files("documents.redaction").joinpath("weights.toml").read_text("utf-8")
    return {str(name): float(weight) for name, weight in tomllib.loads(text).items()}
