"""Parts: tells of which words of the known names a written word is some form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from documents.morphology import is_common_word
from documents.redaction.declension import (
    Case,
    kyrgyz_bases,
    kyrgyz_case,
    other_gender,
    russian_forms,
)
from documents.redaction.findings import Doubt
from documents.redaction.known import Name
from documents.redaction.vocabulary import KYRGYZ_WORDS, PATRONYMIC, is_particle
from documents.spelling import (
    WORD,
    fold,
    is_latin,
    latin_key,
    looked_at,
    orthographic,
    skeleton,
    sounded,
    within_one_slip,
)

MIN_LOWER = 4
"""Shorter names in small letters are taken for other words."""
_MIN_FUZZY = 6
_BEGINNING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One word of one spelling of one person's name, ready to be compared."""

    owner: str
    official: bool
    role: str
    word: str
    bases: tuple[str, ...]
    forms: dict[str, frozenset[Case]]
    relative: str
    relatives: frozenset[str]
    latin: str
    common: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """That a word of the text is a form of a part, and how surely."""

    part: Part
    weight: float
    doubt: Doubt | None
    russian: frozenset[Case]
    kyrgyz: Case | None


def parts_of(owner: str, name: Name, *, official: bool) -> Iterator[Part]:
    for role in ("surname", "given", "patronymic"):
        for found in WORD.finditer(getattr(name, role)):
            shown = found.group()
            base = skeleton(shown)
            if is_particle(shown) or len(base) < 2:  # noqa: PLR2004
                continue
            other = None
            if is_latin(shown):
                forms = {base: frozenset({Case.NOMINATIVE})}
            else:
                forms = russian_forms(fold(shown))
                other = other_gender(fold(shown)) if role == "surname" else None
            yield Part(
                owner=owner,
                official=official,
                role=role,
                word=orthographic(shown),
                bases=kyrgyz_bases(fold(shown)),
                forms=forms,
                relative=skeleton(other or ""),
                relatives=frozenset(russian_forms(other) if other else ()) - forms.keys(),
                latin=latin_key(shown),
                common=is_word(orthographic(shown)),
            )


class Parts:
    """The parts of every known name, found by the letters that a form of them must have."""

    def __init__(self, every: Iterable[Part]) -> None:
        """File each part under how its forms begin, and under what a slip leaves of it."""
        self.every = tuple(every)
        self._seen: dict[str, tuple[Match, ...]] = {}
        self._latin = {at for at, part in enumerate(self.every) if is_latin(part.word)}
        self._beginnings: dict[str, set[int]] = defaultdict(set)
        self._slipped: dict[str, set[int]] = defaultdict(set)
        for at, part in enumerate(self.every):
            for form in (*part.bases, *part.forms, *part.relatives, part.relative):
                self._beginnings[form[:_BEGINNING]].add(at)
            for trace in _traces(part.bases[0]):
                self._slipped[trace].add(at)

    def matches(self, word: str) -> tuple[Match, ...]:
        """Return every part of every name that the word may be a form of."""
        found = self._seen.get(word)
        if found is None:
            found = self._seen[word] = tuple(
                match
                for at in self._like(word)
                if (match := matched(self.every[at], word)) is not None
            )
        return found

    def _like(self, word: str) -> Iterable[int]:
        if is_latin(word):
            return range(len(self.every))
        base = skeleton(word)
        like = self._latin | self._beginnings.get(base[:_BEGINNING], set())
        if word[:1].isupper():
            like = like.union(*(self._slipped.get(trace, ()) for trace in _traces(base)))
        return sorted(like)


def _traces(base: str) -> tuple[str, str, str]:
    """Return three traces of a name of which one slip of the pen leaves at least one."""
    return f"{base[:1]}..", f"..{base[-2:]}", f".{base[1:3]}."


def is_word(word: str) -> bool:
    return skeleton(word) in KYRGYZ_WORDS or is_common_word(word)


def matched(part: Part, word: str) -> Match | None:
    """Return how the word is a form of the part, or nothing."""
    lower = not word[:1].isupper()
    if len(word) == 1 or (lower and (len(part.bases[0]) < MIN_LOWER or part.common)):
        return None
    found = _compared(part, word, misspelt=not lower)
    if found is None and (seen := looked_at(word)):
        found = _compared(part, seen, misspelt=False)
    # Asked last: the dictionary is slow, and few words of a text are anybody's name.
    return None if found and lower and is_word(orthographic(word)) else found


def _compared(part: Part, word: str, *, misspelt: bool) -> Match | None:
    base = skeleton(word)
    russian = part.forms.get(base, frozenset())
    # Асанованын: the suffix belongs to Асанова, not to Асанов
    other = part.relative if part.relative.startswith(part.bases[0]) else ""
    of_other = base in part.relatives or (
        bool(other) and base != other and _joined((other,), base) is not None
    )
    kyrgyz = None if of_other else _joined(part.bases, base)
    if russian or kyrgyz:
        return Match(part=part, weight=1.0, doubt=None, russian=russian, kyrgyz=kyrgyz)
    if (is_latin(word) or is_latin(part.word)) and _latin(part.latin, latin_key(word)):
        return Match(part=part, weight=0.9, doubt=None, russian=frozenset(), kyrgyz=None)
    if base in part.relatives or (part.relative and _joined((part.relative,), base)):
        weight, doubt = 0.5, Doubt.RELATIVE
    elif misspelt and (cases := _slipped(part, word)) and not is_word(orthographic(word)):
        weight, doubt = 0.6, Doubt.MISSPELT
        russian, kyrgyz = cases
    else:
        return None
    if part.role != "patronymic" and PATRONYMIC.fullmatch(base):
        return None  # Асановна is somebody's patronymic, not a slip in Асанова
    return Match(part=part, weight=weight, doubt=doubt, russian=russian, kyrgyz=kyrgyz)


def _joined(bases: tuple[str, ...], word: str) -> Case | None:
    """Return the Kyrgyz case when the word is a base with a suffix chain."""
    for softened, base in enumerate(bases):
        if word.startswith(base):
            rest = word[len(base) :]
            if softened and rest[:1] not in {"и", "у"}:
                continue
            if (case := kyrgyz_case(rest)) is not None:
                return case
    return None


def _latin(name: str, word: str) -> bool:
    return word == name or (
        len(name) >= MIN_LOWER
        and word.startswith(name)
        and re.fullmatch(r"s|a|u|im|om|e|oi|n?[iu]n|d[iu]n?|t[iu]n?|g[aeo]|k[aeo]|[dtn][aeo]n?",
                         word[len(name) :]) is not None
    )  # fmt: skip


def _slipped(part: Part, word: str) -> tuple[frozenset[Case], Case | None] | None:
    """Return the Russian and Kyrgyz cases of the forms that one slip of the pen makes the word.

    Nothing where no form is that near.
    """
    base, letters = part.bases[0], skeleton(word)
    if len(base) < _MIN_FUZZY or is_latin(part.word) or abs(len(letters) - len(base)) > 8:  # noqa: PLR2004
        return None
    if set(_traces(letters)).isdisjoint(_traces(base)):
        return None
    # «Айзаазаров» has lost the letter between two that skeleton() makes one.
    spellings = {letters, sounded(word)}
    russian = [cases for form, cases in part.forms.items()
               if any(within_one_slip(one, form) for one in spellings)]  # fmt: skip
    if russian:
        return frozenset[Case]().union(*russian), None
    for cut in range(len(base) - 1, min(len(base) + 2, len(letters))):
        kyrgyz = kyrgyz_case(letters[cut:])
        if kyrgyz is not None and within_one_slip(letters[:cut], base):
            return frozenset(), kyrgyz
    return None
