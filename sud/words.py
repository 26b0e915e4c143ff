"""How the house speaks: the visitor's language, and dates, money and sizes written in it."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, has_request_context, request
from flask_babel import Babel, LazyString, get_locale, gettext, ngettext

from sud.errors import CourtError
from sud.labels import label
from sud.models.reference import Named

BISHKEK = ZoneInfo("Asia/Bishkek")
DEFAULT_LANGUAGE = "ky"
LANGUAGES = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
"""Every language of the house under its own name."""
LANGUAGE_COOKIE = "language"

Words = str | LazyString

NBSP = "\N{NO-BREAK SPACE}"
_DAY = {"ky": "d-MMMM, y-'ж.'", "ru": "d MMMM y 'г.'", "en": "d MMMM y"}
_MONTH = {"ky": "LLLL, y-'ж.'", "ru": "LLLL y 'г.'", "en": "LLLL y"}
_SHORT_DAY = {"ky": "d-MMMM", "ru": "d MMMM", "en": "d MMMM"}
_DECIMAL = {"ky": ",", "ru": ",", "en": "."}
_GROUP = {"ky": NBSP, "ru": NBSP, "en": ","}


def language() -> str:
    """Return the code of the language in which words are being written now."""
    locale = get_locale()
    code = locale.language if locale else DEFAULT_LANGUAGE
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


def choose_language() -> str:
    """Return the visitor's language: the address says it, else his cookie, else Kyrgyz."""
    if has_request_context():
        for said in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if said in LANGUAGES:
                return said
    return DEFAULT_LANGUAGE


def _local(value: date) -> date:
    """Return a moment as it is in Bishkek; a plain date as it is."""
    return value.astimezone(BISHKEK) if isinstance(value, datetime) else value


def day(value: date) -> str:
    """Return a date written out: 5-март, 2026-ж. / 5 марта 2026 г. / 5 March 2026."""
    return str(format_date(_local(value), _DAY[language()], locale=language()))


def short_day(value: date) -> str:
    """Return a date without its year."""
    return str(format_date(_local(value), _SHORT_DAY[language()], locale=language()))


def month(value: date) -> str:
    """Return a month with its year: март, 2026-ж. / март 2026 г. / March 2026."""
    return str(format_date(_local(value), _MONTH[language()], locale=language()))


def weekday(value: date) -> str:
    """Return the name of a date's day of the week."""
    return str(format_date(_local(value), "EEEE", locale=language()))


def clock(value: datetime | time) -> str:
    """Return the time of day as 09:05."""
    local = value.astimezone(BISHKEK) if isinstance(value, datetime) else value
    return f"{local:%H:%M}"


def moment(value: datetime) -> str:
    """Return a date and the time of day."""
    return f"{day(value)}, {clock(value)}"


def second(value: datetime) -> str:
    """Return a date and the time of day to the second, as a protocol has it."""
    return f"{day(value)}, {value.astimezone(BISHKEK):%H:%M:%S}"


def machine_time(value: date) -> str:
    """Return what belongs into the `datetime` attribute of a time element."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat()


def distance(value: date, today: date) -> str:
    """Return how far a date is from today, in words."""
    there, here = _local(value), _local(today)
    days = (_plain(there) - _plain(here)).days
    if days == 0:
        return str(gettext("today"))
    if days == 1:
        return str(gettext("tomorrow"))
    if days == -1:
        return str(gettext("yesterday"))
    if days > 0:
        return str(ngettext("in %(num)s day", "in %(num)s days", days))
    return str(ngettext("%(num)s day ago", "%(num)s days ago", -days))


def deadline(value: date, today: date) -> str:
    """Return a deadline in words: in 3 days, Friday, 6 March 2026."""
    return f"{distance(value, today)}, {weekday(value)}, {day(value)}"


def number(value: float, digits: int = 0) -> str:
    """Return a number grouped by thousands."""
    code = language()
    text = f"{abs(value):,.{digits}f}".translate({ord(","): "\0", ord("."): _DECIMAL[code]})
    return ("\N{MINUS SIGN}" if value < 0 else "") + text.replace("\0", _GROUP[code])


def percent(share: float, digits: int = 1) -> str:
    """Return a share of one as a percentage."""
    return f"{number(share * 100, digits)}{'' if language() == 'en' else NBSP}%"


def money(tyiyn: int) -> str:
    """Return an amount: 1 234,50 сом."""
    whole, rest = divmod(abs(tyiyn), 100)
    code = language()
    sign = "\N{MINUS SIGN}" if tyiyn < 0 else ""
    amount = f"{sign}{number(whole)}{_DECIMAL[code]}{rest:02d}"
    return str(gettext("%(amount)s som", amount=amount)).replace(" ", NBSP)


def size(count: int) -> str:
    """Return a number of bytes in the largest unit that leaves at least one."""
    kibi = 1024
    if count < kibi:
        return str(ngettext("%(num)s byte", "%(num)s bytes", count)).replace(" ", NBSP)
    mebi, gibi = kibi**2, kibi**3
    if count < mebi:
        words = gettext("%(amount)s KB", amount=number(count / kibi))
    elif count < gibi:
        words = gettext("%(amount)s MB", amount=number(count / mebi, 1))
    else:
        words = gettext("%(amount)s GB", amount=number(count / gibi, 1))
    return str(words).replace(" ", NBSP)


def duration(seconds: float) -> str:
    """Return a length of time as 1:05:09 or 5:09."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def listing(items: Iterable[object]) -> str:
    """Return several things as one enumeration."""
    return ", ".join(str(item) for item in items)


def refusal_words(error: CourtError) -> str:
    """Return what a refusal tells the visitor, its facts written in his language."""
    words = str(label(error.code))
    return words % {name: _fact(name, fact) for name, fact in error.facts.items()}


def _fact(name: str, fact: object) -> str:
    match fact:
        case int() if name == "limit":
            words = size(fact)
        case datetime():
            words = moment(fact)
        case date():
            words = day(fact)
        case time():
            words = clock(fact)
        case StrEnum():
            words = str(label(fact))
        case Named():
            words = fact.name(language())
        case list() | tuple() | set() | frozenset():
            words = listing(_fact(name, part) for part in fact)
        case _:
            words = str(fact)
    return words


def _plain(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


_MONTH_STEMS = {
    # Kyrgyz and Russian month names share their first letters; English ones are added.
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10, "ноя": 11, "дек": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip


def month_of(text: str) -> int | None:
    """Return the number of a month written in figures or as a word of any of our languages."""
    text = text.strip().casefold()
    if re.fullmatch(r"\d{1,2}", text):
        return int(text)
    return _MONTH_STEMS.get(text[:3])


def _spoken(value: Any) -> Any:
    """Return a lazy string as plain text.

    LazyString declares itself to be safe HTML, which would let a fact inside it past escaping.
    """
    return str(value) if isinstance(value, LazyString) else value


def install(app: Flask) -> None:
    """Give an application its languages and its templates their filters."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT_LANGUAGE)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", BISHKEK.key)
    Babel(app, locale_selector=choose_language)
    app.jinja_env.finalize = _spoken
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(
        bytes=size,
        clock=clock,
        day=day,
        deadline=deadline,
        distance=distance,
        duration=duration,
        label=label,
        listing=listing,
        machine_time=machine_time,
        moment=moment,
        money=money,
        month=month,
        number=number,
        percent=percent,
        refusal=refusal_words,
        second=second,
        short_day=short_day,
        weekday=weekday,
    )
    app.context_processor(lambda: {"lang": language(), "languages": LANGUAGES})
