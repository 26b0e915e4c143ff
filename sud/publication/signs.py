"""Signs: what an act shows by itself that speaks against publishing it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sud.models import Ground
from sud.publication.cited import Cited

_NUMBERS: Final = r"((?:\d+(?:-\d+)?(?:\s*(?:,|и|жана)\s*)?)+)"
_BEFORE: Final = re.compile(rf"(?<!\w)ст(?:ать\w*|\.)(?:\s*ст\.)?\s*{_NUMBERS}", re.IGNORECASE)
"""Russian acts name the article before its code: по ч. 2 ст. 154 УК."""
_BEHIND: Final = re.compile(rf"(?<![\w-]){_NUMBERS}\s*-\s*(?:берене|статья)", re.IGNORECASE)
"""Kyrgyz acts name it behind: Кылмыш-жаза кодексинин 154-беренеси."""
_CODE: Final = re.compile(r"кодекс\w*|(?<!\w)[А-Я]{1,3}К(?!\w)")
_AROUND: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Cited):
    """Articles of a code, as it stood on some days, that show a ground when an act cites them.

    `names` are beginnings of what acts call the code, `numbers` the articles ("154", "155-1").
    """

    ground: Ground
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None

    def held_between(self, since: date, until: date) -> bool:
        """Say whether the row held on any of these days."""
        return self.valid_from <= until and (self.valid_to is None or self.valid_to >= since)


def shown(
    text: str, words: Mapping[str, Sequence[str]], articles: Iterable[Article]
) -> Iterator[Ground]:
    """Give the grounds for which beginnings of words, or cited articles, speak in a text."""
    small = text.lower()
    for ground, beginnings in words.items():
        if any(beginning in small for beginning in beginnings):
            yield Ground(ground)
    for row in articles:
        if not set(row.numbers).isdisjoint(_cited(text, row.names)):
            yield row.ground


def _cited(text: str, names: Sequence[str]) -> Iterator[str]:
    """Give the numbers of the articles that a text cites of the code so called.

    An article numbered 154-1 is one of its own, and stands under 154 too.
    """
    called = "|".join(re.escape(name) + (r"(?!\w)" if name.isupper() else "") for name in names)
    for code in re.finditer(rf"(?<!\w)(?:{called})", text):
        before = _CODE.split(text[max(0, code.start() - _AROUND) : code.start()])[-1]
        behind = _CODE.split(text[code.end() : code.end() + _AROUND])[0]
        for found in (*_BEFORE.finditer(before), *_BEHIND.finditer(behind)):
            for number in re.findall(r"\d+(?:-\d+)?", found[1]):
                yield from {number, number.partition("-")[0]}
