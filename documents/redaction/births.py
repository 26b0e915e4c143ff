"""Births: finds dates of birth, by the words around them and by the days that the file knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from documents.redaction.vocabulary import MONTHS
from documents.spelling import fold

_YEAR = r"(?:1[89]|20)\d{2}"
_MONTH = "|".join(MONTHS)
_DAY = r"[«\"“]?\d{1,2}[»\"”]?"
_DASH = r"[-\u2010-\u2013]"
_BETWEEN = rf"(?:\s?[./]\s?|\s?{_DASH}\s?|[ \u00a0])"
_OF_YEAR = rf"(?:\s*{_DASH}?\s*(?:года?\b|году|г\.(?!\s?р)|жыл\w*|ж\.(?!\s?т)))?"
_WHOLE_DATE = (
    rf"(?:\d{{1,2}}{_BETWEEN}\d{{1,2}}{_BETWEEN}{_YEAR}(?!\d){_OF_YEAR}"
    rf"|{_YEAR}{_BETWEEN}\d{{1,2}}{_BETWEEN}\d{{1,2}}(?!\d)"
    rf"|{_DAY}[-\s]+(?:{_MONTH})[а-яңөү]*,?\s+{_YEAR}(?!\d){_OF_YEAR}"
    rf"|{_YEAR}\s?{_DASH}?\s?(?:жыл\w*|ж\.)\s+\d{{1,2}}\s?{_DASH}?\s?(?:{_MONTH})[а-яңөү]*"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2}(?!\d))"
)
_DATE = rf"(?:{_WHOLE_DATE}|{_YEAR}(?!\d){_OF_YEAR})"
_BEGIN = r"(?<![\d.,/])"
#: What stands behind: a mark of birth goes with the date, the Kyrgyz verb stays.
_DATED = re.compile(
    rf"{_BEGIN}(?P<date>{_DATE})"
    rf"(?P<tail>\s*{_DASH}?\s*(?:г\.?\s?р\.?(?!\w)|г/р\b|(?:года?\s+)?рождения\b|т\.\s?ж\.|ж\.\s?т\.)"
    r"|(?=\s*туулган))?",
    re.IGNORECASE,
)
_BIRTH = (
    r"(?<!\w)(?:родил(?:ся|ась|ись|ось)|родивш\w+|рожд[её]н(?:а|н\w+)?|род\.|"
    r"д\.\s?р\.|г\.\s?р\.|т\.\s?ж\.|(?:дат[аыуе]|год\w?|день|дня)\s+рождения|"
    r"туулган(?:\s+(?:күн\w*|жыл\w*|дат\w*))?|born|date\s+of\s+birth)"
)
_PLACE = r"(?:(?:г|гор|с|пос|обл)\.|[^\d\n;,.])"
_BORN = re.compile(
    rf"{_BIRTH}(?:[\s:,.\u2013\u2014-]{{0,4}}(?:в[оа]?\s+|на\s+)?(?P<near>{_DATE})"
    rf"|{_PLACE}{{1,50}}?,?\s*{_BEGIN}(?P<far>{_WHOLE_DATE}))",
    re.IGNORECASE,
)
_CENTURY = 100


def dates_of_birth(text: str, known: Collection[date]) -> Iterator[tuple[int, int, date | None]]:
    """Give the places of dates of birth and the days they name, if they name one whole.

    ``known`` days are given wherever they stand, whatever their shape; others only beside the
    words for birth.
    """
    for found in _DATED.finditer(text):
        day = _reads_as(found["date"], known)
        if day in known or found["tail"] is not None:
            yield *found.span(), day
    for found in _BORN.finditer(text):
        part = "near" if found["near"] else "far"
        day = _reads_as(found[part], known)
        if day not in known:
            yield *found.span(part), day


def _reads_as(written: str, known: Collection[date]) -> date | None:
    """Return the day that a date means; a year of two digits is that of a known day."""
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    month = re.search(_MONTH, fold(written))
    if month:
        numbers.insert(2 if numbers[0] >= _CENTURY else 1, MONTHS.index(month[0]) + 1)
        if numbers[0] >= _CENTURY:  # «1989-жылдын 15-марты»
            numbers[1:] = numbers[2:0:-1]
    if len(numbers) != 3:  # noqa: PLR2004
        return None
    if numbers[0] >= _CENTURY:
        numbers.reverse()
    day, number, year = numbers
    if year < _CENTURY:
        return next(
            (one for one in known
             if (one.day, one.month, one.year % _CENTURY) == (day, number, year)), None
        )  # fmt: skip
    try:
        return date(year, number, day)
    except ValueError:
        return None
