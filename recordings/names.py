"""Reads what labels, names and recorders say of a hearing: proposals, for a person to decide.

The grammars are data (`names.toml`); several proposals may contradict each other, and no place is
ever wholly believed: the clocks of recorders are wrong, and names are typed in haste.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from recordings.titles import Proposal, Title
from recordings.volume import Volume

LONGEST = 4000  # characters of a text that are read
YEARS = range(1995, 2100)  # in which discs were recorded
LATIN = {
    **dict(zip("абвгдезийклмнопрстуфъыьэ", "abvgdeziyklmnoprstuf'y'e", strict=True)),
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
    "ө": "o",
    "ү": "u",
    "ң": "n",
    "'": "",
}
FOLD = str.maketrans({letter: latin.replace("'", "") for letter, latin in LATIN.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pattern of `names.toml`."""

    what: str
    pattern: re.Pattern[str]
    value: str
    confidence: float
    folded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    rules: tuple[Rule, ...]
    months: dict[str, int]  # beginnings of words, in Latin letters
    sources: dict[str, float]


@cache
def grammar() -> Grammar:
    """The rules, as they come with the workshop."""
    plain = tomllib.loads(files("recordings").joinpath("names.toml").read_text("utf-8"))
    return Grammar(
        rules=tuple(
            Rule(
                what=rule["what"],
                pattern=re.compile(rule["pattern"], re.IGNORECASE),
                value=rule.get("value", ""),
                confidence=rule["confidence"],
                folded=rule.get("folded", False),
            )
            for rule in plain["rule"]
        ),
        months=plain["months"],
        sources=plain["sources"],
    )


def folded(text: str) -> str:
    """Russian and Kyrgyz in small Latin letters."""
    return text.lower().translate(FOLD)


def proposals_of(text: str, source: str, title: int | None = None) -> list[Proposal]:
    """What a text says; of the same thing said twice, the surer. `source` is where it stood."""
    known = grammar()
    best: dict[tuple[str, str], Proposal] = {}
    for rule in known.rules:
        shown = text[:LONGEST]
        for match in rule.pattern.finditer(folded(shown) if rule.folded else shown):
            for what, value in _said(rule, match, known.months):
                sure = round(rule.confidence * known.sources[source], 2)
                found = Proposal(
                    what=what, value=value, source=source, confidence=sure, title=title
                )
                before = best.get((what, value))
                if before is None or before.confidence < sure:
                    best[what, value] = found
    return sorted(best.values(), key=lambda one: (one.what, -one.confidence, one.value))


def read_names(
    volumes: Sequence[Volume], titles: Sequence[Title], told: Mapping[int, Sequence[str]]
) -> tuple[Proposal, ...]:
    """What the labels, folders, files and their own heads say; `told`: by number of the title."""
    found: list[Proposal] = []
    for disc, volume in enumerate(volumes):
        here = [title for title in titles if title.disc == disc]
        only = here[0].number if len(here) == 1 else None
        found += proposals_of(volume.label, "label", only)
        if volume.is_dvd:
            found += _of_path(volume.name, only)
            continue
        for title in here:
            for name in dict.fromkeys(run.file for run in title.runs if run.file is not None):
                found += _of_path(name, title.number)
    for number, texts in told.items():
        for text in texts:
            found += proposals_of(text, "recorder", number)
    return tuple(dict.fromkeys(one for one in found if one.what != "test"))


def _of_path(name: str, title: int | None) -> Iterator[Proposal]:
    *folders, last = PurePosixPath(name).parts or ("",)
    for folder in folders:
        yield from proposals_of(folder, "folder", title)
    yield from proposals_of(last, "file", title)


def read_text(data: bytes, name: str) -> list[Proposal]:
    """What a text beside the recordings says, be it a subtitle or a note."""
    for encoding in ("utf-8-sig", "utf-16", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # The times of a subtitle are those of the film, not of the day.
        text = re.sub(r"\d\d:\d\d:\d\d[,.]\d{3}.*", " ", text)
        stem = PurePosixPath(name).stem
        return [*proposals_of(stem, "file"), *proposals_of(text, "subtitle")]
    return []


def is_test(text: str) -> bool:
    """Tell whether a name says that somebody only tried the camera."""
    return any(one.what == "test" for one in proposals_of(text[-200:], "file"))


def _said(rule: Rule, match: re.Match[str], months: dict[str, int]) -> Iterator[tuple[str, str]]:
    parts = match.groupdict()
    if rule.what in {"date", "moment"}:
        day = _day(parts, months)
        if day is None:
            return
        yield "date", day
    if rule.what in {"time", "moment"}:
        time = _time(parts)
        if time is not None:
            yield "time", time
    elif rule.what != "date":
        yield rule.what, rule.value.format(**parts) if rule.value else match[0].strip()


def _day(parts: dict[str, Any], months: dict[str, int]) -> str | None:
    word = parts.get("word")
    month = parts.get("m")
    if word is not None:
        month = next(
            (months[word[:n]] for n in range(len(word), 2, -1) if word[:n] in months), None
        )
    year = int(parts["y"])
    year += 2000 if year < 100 else 0  # noqa: PLR2004  # two digits
    try:
        day = date(year, int(month or 0), int(parts["d"]))
    except ValueError:
        return None
    return day.isoformat() if day.year in YEARS else None


def _time(parts: dict[str, Any]) -> str | None:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("h", "min", "s"))
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004
        return None
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if parts.get("s") else "")
