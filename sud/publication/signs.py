"""Signs: what an act of a criminal case shows by itself that speaks against publishing it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sud.models import Ground

_NUMBERS: Final = r"((?:\d+(?:-\d+)?(?:\s*(?:,|и|жана)\s*)?)+)"
_BEFORE: Final = re.compile(rf"(?<!\w)ст(?:ать\w*|\.)(?:\s*ст\.)?\s*{_NUMBERS}", re.IGNORECASE)
"""Russian acts name the article before its code: по ч. 2 ст. 154 УК."""
_BEHIND: Final = re.compile(rf"(?<![\w-]){_NUMBERS}\s*-\s*(?:берене|статья)", re.IGNORECASE)
"""Kyrgyz acts name it behind: Кылмыш-жаза кодексинин 154-беренеси."""
_CODE: Final = re.compile(r"кодекс\w*|(?<!\w)[А-Я]{1,3}К(?!\w)")
_AROUND: Final = 90


def shown(
    text: str, words: Mapping[str, Sequence[str]], articles: Iterable[Mapping[str, Any]]
) -> Iterator[Ground]:
    """Give the grounds for which beginnings of words, or cited articles, speak in a text."""
    small = text.lower()
    for ground, beginnings in words.items():
        if any(beginning in small for beginning in beginnings):
            yield Ground(ground)
    for row in articles:
        if not set(row["numbers"]).isdisjoint(_cited(text, row["names"])):
            yield Ground(row["ground"])


def in_force(
    articles: Iterable[Mapping[str, Any]], since: date, until: date
) -> Iterator[Mapping[str, Any]]:
    """Give the rows that held on any of these days."""
    for row in articles:
        if row["valid_from"] <= until and row.get("valid_to", until) >= since:
            yield row


def _cited(text: str, names: Sequence[str]) -> Iterator[str]:
    """Give the numbers of the articles that a text cites of the code so called."""
    called = "|".join(re.escape(name) + (r"(?!\w)" if name.isupper() else "") for name in names)
    for code in re.finditer(rf"(?<!\w)(?:{called})", text):
        before = _CODE.split(text[max(0, code.start() - _AROUND) : code.start()])[-1]
        behind = _CODE.split(text[code.end() : code.end() + _AROUND])[0]
        for found in (*_BEFORE.finditer(before), *_BEHIND.finditer(behind)):
            yield from re.findall(r"\d+", found[1])
