"""Dates, money and sizes in three languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from flask_babel import lazy_gettext

from sud import words
from sud.errors import CourtError, Refusal


@pytest.fixture(params=["ky", "ru", "en"])
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask("sud")
    words.install(app)
    with app.test_request_context(f"/?lang={request.param}"):
        yield request.param


LATE = datetime(2026, 3, 4, 19, 30, tzinfo=UTC)
"""In Bishkek it is already the fifth."""


def test_dates_are_written_out(lang: str) -> None:
    assert (
        words.day(LATE)
        == {"ky": "5-март, 2026-ж.", "ru": "5 марта 2026 г.", "en": "5 March 2026"}[lang]
    )
    assert words.moment(LATE) == f"{words.day(LATE)}, 01:30"
    assert words.weekday(LATE) == {"ky": "бейшемби", "ru": "четверг", "en": "Thursday"}[lang]
    assert words.machine_time(LATE) == "2026-03-04T19:30:00Z"
    assert words.machine_time(date(2026, 3, 5)) == "2026-03-05"


def test_money_is_grouped(lang: str) -> None:
    assert (
        words.money(123_450).replace("\u00a0", " ")
        == {"ky": "1 234,50 сом", "ru": "1 234,50 сом", "en": "1,234.50 som"}[lang]
    )
    assert words.money(-5)[0] == "\N{MINUS SIGN}"


def test_sizes_are_short(lang: str) -> None:
    assert (
        words.size(5_123_456).replace("\u00a0", " ")
        == {"ky": "4,9 МБ", "ru": "4,9 МБ", "en": "4.9 MB"}[lang]
    )
    assert words.duration(3909) == "1:05:09"


def test_distance_counts_days_of_bishkek(lang: str) -> None:
    today = date(2026, 3, 5)
    near = {
        "ky": ("бүгүн", "эртең", "2 күндөн кийин", "5 күн мурун"),
        "ru": ("сегодня", "завтра", "через 2 дня", "5 дней назад"),
        "en": ("today", "tomorrow", "in 2 days", "5 days ago"),
    }[lang]
    days = (LATE, date(2026, 3, 6), date(2026, 3, 7), date(2026, 2, 28))
    assert tuple(words.distance(day, today) for day in days) == near


def test_refusals_are_said_with_their_facts(lang: str) -> None:
    error = CourtError(
        Refusal.HEARING_ON_DAY_OFF, day=date(2026, 3, 8), why="8-март", next=date(2026, 3, 9)
    )
    said = words.refusal_words(error)
    assert words.day(date(2026, 3, 8)) in said
    assert words.day(date(2026, 3, 9)) in said


def test_facts_in_lazy_words_are_escaped(lang: str) -> None:
    """A lazy string calls itself safe HTML; in our templates it is not taken at its word."""
    said = lazy_gettext("Sign out: %(name)s", name="<b>")
    assert "<b>" not in render_template_string("{{ said }}", said=said)


@pytest.mark.parametrize(
    ("address", "cookie", "chosen"),
    [
        ("/", None, "ky"),
        ("/", "ru", "ru"),
        ("/?lang=en", "ru", "en"),
        ("/?lang=xx", "yy", "ky"),
    ],
)
def test_language_is_chosen(address: str, cookie: str | None, chosen: str) -> None:
    app = Flask("sud")
    words.install(app)
    headers = {"Cookie": f"language={cookie}"} if cookie else {}
    with app.test_request_context(address, headers=headers):
        assert words.language() == chosen
