"""Torn: finds long known names with stray signs inside: «Жума беков», «Жума-беков»."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from documents.redaction.parts import Part
from documents.spelling import WORD, fold_letters, one_sound

_SHORTEST = 6
_SIGN = re.compile(r"[\W_]")
_VOWELS = "аеиоуюя"


def torn(text: str, parts: Iterable[Part]) -> Iterator[tuple[int, int, str]]:
    """Give where a name stands torn, with whatever ending follows, and whose it is."""
    owners: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        if not (part.official or part.common) and len(part.bases[0]) >= _SHORTEST:
            # Осоева is bent as «Осоевой»: what stays of it ends before its vowel.
            base = part.bases[0]
            owners[base[:-1] if base[-1] in _VOWELS else base].append(part.owner)
    if not owners:
        return
    loose = {base: re.compile(r"[\W_]?".join(base)) for base in owners}
    any_of_them = "|".join(pattern.pattern for pattern in loose.values())
    folded = one_sound(fold_letters(text))
    for place in re.finditer(rf"(?<!\w)(?={any_of_them})", folded):
        for base, pattern in loose.items():
            found = pattern.match(folded, place.start())
            if found and len(found[0]) > len(base) and not _is_of_two(text[slice(*found.span())]):
                ending = WORD.match(text, found.end())
                for owner in owners[base]:
                    yield found.start(), ending.end() if ending else found.end(), owner


def _is_of_two(written: str) -> bool:
    """Tell whether capitals say that it is two words: «Асанов А. С.» is no torn Асанова."""
    return not written.isupper() and any(piece[:1].isupper() for piece in _SIGN.split(written)[1:])
