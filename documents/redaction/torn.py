"""Torn: finds long known names with stray signs or capitals in them: «Жума беков», «жУМАБЕКОВ»."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from documents.redaction.parts import Part
from documents.spelling import WORD, fold_letters, latin_key, one_sound

_SHORTEST = 6
_SIGN = re.compile(r"[\W_]")
_VOWELS = "аеиоуюя"
_IN_LATIN = re.compile(r"(?<![^\W\d_])[A-Za-z]+(?:[\W_][a-z]+){1,4}(?![^\W\d_])")
_MOST_PIECES = 3

Torn = tuple[int, int, str]


def torn(text: str, parts: Iterable[Part]) -> Iterator[Torn]:
    """Give where a name stands torn, with whatever ending follows, and whose it is."""
    long = [part for part in parts
            if not (part.official or part.common) and len(part.bases[0]) >= _SHORTEST]  # fmt: skip
    if long:
        yield from _in_cyrillic(text, long)
        yield from _in_latin(text, long)


def _in_cyrillic(text: str, parts: Iterable[Part]) -> Iterator[Torn]:
    owners: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        # Осоева is bent as «Осоевой»: what stays of it ends before its vowel.
        base = part.bases[0]
        owners[base[:-1] if base[-1] in _VOWELS else base].append(part.owner)
    loose = {base: re.compile(r"[\W_]?".join(base)) for base in owners}
    any_of_them = "|".join(pattern.pattern for pattern in loose.values())
    folded = one_sound(fold_letters(text))
    for place in re.finditer(rf"(?<!\w)(?={any_of_them})", folded):
        for base, pattern in loose.items():
            found = pattern.match(folded, place.start())
            if found and _is_odd(text[slice(*found.span())], len(base)):
                ending = WORD.match(text, found.end())
                for owner in owners[base]:
                    yield found.start(), ending.end() if ending else found.end(), owner


def _is_odd(written: str, length: int) -> bool:
    """Tell whether a name of so many letters has signs in it, or capitals where none should be."""
    if len(written) == length:
        return not written[1:].islower() and not written.isupper()
    return not _is_of_two(written)


def _in_latin(text: str, parts: Iterable[Part]) -> Iterator[Torn]:
    owners: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        owners[part.latin].add(part.owner)
    for found in _IN_LATIN.finditer(text):
        pieces = list(WORD.finditer(text, *found.span()))
        for at in range(len(pieces) - 1):
            for last in range(at + 2, min(at + _MOST_PIECES, len(pieces)) + 1):
                yield from _joined(pieces[at:last], owners)


def _joined(pieces: Sequence[re.Match[str]], owners: Mapping[str, set[str]]) -> Iterator[Torn]:
    whole = latin_key("".join(piece[0] for piece in pieces))
    for owner in sorted(owners.get(whole, ())):
        yield pieces[0].start(), pieces[-1].end(), owner


def _is_of_two(written: str) -> bool:
    """Tell whether capitals say that it is two words: «Асанов А. С.» is no torn Асанова."""
    return not written.isupper() and any(piece[:1].isupper() for piece in _SIGN.split(written)[1:])
