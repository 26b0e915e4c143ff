"""The protocol of a draw says everything it was given, in the words of its language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from assignment import entries
from documents.papers import protocol
from documents.papers.blocks import grouped
from documents.papers.facts import Verification
from documents.wording import LANGUAGES, wording
from tests.documents.test_papers import fonts, text

LOGGED = datetime(2026, 11, 23, 4, 0, 17, tzinfo=UTC)


def digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()


CANDIDATES = (
    protocol.Candidate(
        name="Сыдыкова Айгүл", share=1, fair=0.4, load=-2, chance=0.423125, first=0, last=84_624
    ),
    protocol.Candidate(
        name="Осмонов Үсөн",
        share=0.5,
        fair=0.2,
        load=0.5,
        chance=0.1959375,
        first=84_625,
        last=123_811,
        drawn=True,
    ),
)
DRAW = protocol.Draw(
    number="TLS-TLS-2026-000017",
    kind="drawn",
    logged=LOGGED,
    index=1234,
    leaf=digest("leaf"),
    salt=digest("salt"),
    judges=[("judge", "Осмонов Үсөн")],
    drawn=LOGGED + timedelta(minutes=4),
    result=1290,
    sealed=protocol.Sealed(
        name="5-2026-11-23T10:00-all",
        at=LOGGED + timedelta(minutes=3),
        root=digest("root"),
        seed=digest("seed"),
        values=[("bar", digest("bar")), ("university", digest("university"))],
        place=3,
        of=12,
    ),
    seats=[protocol.Seat(role="judge", weight=1, candidates=CANDIDATES, total=200_000, u=100_000)],
    excluded=[("Асанов Бакыт", "statutory")],
    left=[protocol.Left(name="Осмонов Үсөн", ground="recusal", index=1400)],
    remarks=["demonstration"],
)
PROTOCOL = protocol.Protocol(
    language="ru",
    court="Таласский городской суд",
    number="ГД-17/26.Т5",
    draws=[DRAW],
    made=LOGGED,
    version="kg-draw/1, 0.1.0",
    origin="draws.example",
    url="https://sud.example/draws/TLS",
    verification=Verification(code=DRAW.number, url="https://sud.example/draws/x"),
)


def test_a_protocol_says_everything_it_was_given() -> None:
    words = text(protocol.protocol(PROTOCOL).pdf)
    for expected in (
        "Протокол распределения дела",
        "Дело № ГД-17/26.Т5",
        "TLS-TLS-2026-000017",
        "23 ноября 2026 года, 10:00:17, запись 1234",
        "23 ноября 2026 года, 10:03:17",
        "23 ноября 2026 года, 10:04:17, запись 1290",
        "Осмонов Үсөн — выбран",
        "−2,000",
        "+0,500",
        "50,0 %",
        "42,31 %",
        "84 625 – 123 811",
        "100 000 из 200 000",
        "исключён по закону",
        "Асанов Бакыт",
        "отвод, запись 1400",
        "Демонстрационное распределение",
        "Адвокатура",
        "Значение: university",
        "3 из 12",
        "kg-draw/1, 0.1.0",
        "draws.example",
        "https://sud.example/draws/x",
        *(grouped(digest(name)) for name in ("leaf", "salt", "root", "seed", "bar")),
    ):
        assert expected in words, expected


def test_every_font_is_inside_and_equal_facts_give_equal_bytes() -> None:
    pdf = protocol.protocol(PROTOCOL).pdf
    assert all("+PT" in str(font["/BaseFont"]) for font in fonts(pdf))
    assert protocol.protocol(PROTOCOL).pdf == pdf


def test_every_attempt_and_every_seat() -> None:
    seats = [
        protocol.Seat(role="rapporteur", weight=1, candidates=CANDIDATES, total=9, u=8),
        protocol.Seat(role="member", weight=0.3, candidates=CANDIDATES, total=9, u=7),
    ]
    again = replace(DRAW, seats=seats, excluded=[], left=[], index=1401)
    words = text(protocol.protocol(replace(PROTOCOL, draws=[DRAW, again])).pdf)
    assert words.index("Распределение 1") < words.index("Распределение 2")
    assert "Судья-докладчик. Судьи, которые могли быть выбраны" in words
    assert "0,30 стандартного дела" in words
    assert "Никто не исключён." in words


def test_a_case_without_a_draw_and_one_that_waits() -> None:
    linked = replace(DRAW, kind="linked", ground="refiled", sealed=None, seats=[], drawn=None)
    words = text(protocol.protocol(replace(PROTOCOL, draws=[linked])).pdf)
    assert "судья связанного дела" in words
    assert "отозвано и подано снова" in words
    waits = replace(linked, kind="pending", ground="", judges=[])
    assert "Ожидает распределения" in text(protocol.protocol(replace(PROTOCOL, draws=[waits])).pdf)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_log_has_words(language: str) -> None:
    words = wording(language).sections["protocol"]
    codes = {f"excluded_{code}" for code in entries.EXCLUSION_CLASSES}
    codes |= {f"kind_{code}" for code in ("drawn", "linked", "manual", "pending")}
    codes |= {f"ground_{code}" for code in ("refiled", "related", "joined", "duty")}
    codes |= {f"ground_{code}" for code in ("statute", "no-judge", "outage")}
    codes |= {
        f"left_{code}" for code in ("recusal", "absence", "left", "statutory", "panel", "category")
    }
    codes |= {f"remark_{code}" for code in ("no_draw", "small", "pool", "reduced", "demonstration")}
    assert codes <= set(words)
