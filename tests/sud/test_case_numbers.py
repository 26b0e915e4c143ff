"""The case number survives everything that people do to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sud.cases.numbers import CaseNumber, PartOfNumber, parse, readings

TALAS = CaseNumber(kind="ГД", seq=319, year=2026, court="Т5")


def test_official_spelling() -> None:
    """Parts become the string that stands on the file."""
    assert str(TALAS) == "ГД-319/26-Т5"
    assert str(CaseNumber(kind="КоП", seq=7, year=2009, court="И7")) == "КоП-7/09-И7"


@pytest.mark.parametrize(
    "text",
    [
        "ГД-319/26-Т5",
        "ГД-319/26Т5",
        "гд 319/26 т5",
        "  №ГД-319/26-Т5 ",
        "№ ГД – 319/26 – Т5",
        "No. ГД-319/26-Т5",
        "ГД-319/26-T5",  # Latin T
        "ГД-319/2026-Т.5",
        "ГД-319-26-Т5",
        "ГД.319/26.Т05",
        "GD-319/26-T5",
        "ГД-319\\26-Т5",
    ],
)
def test_spellings_of_one_number(text: str) -> None:
    """Whatever the spelling, the case is the same."""
    assert parse(text) == TALAS


@pytest.mark.parametrize(
    ("text", "official"),
    [
        ("ГД 4405/24-Б2", "ГД-4405/24-Б2"),
        ("ГД-526/22 Б1", "ГД-526/22-Б1"),
        ("КоП-110/26-И7", "КоП-110/26-И7"),
        ("ПН-110/26-И.7", "КоП-110/26-И7"),
        ("KOP-110/26-И7", "КоП-110/26-И7"),
        ("CГ-117/26-H1", "СГ-117/26-Н1"),
        ("АД-103/12-Ч9", "АД-103/12-Ч9"),
    ],
)
def test_seen_spellings(text: str, official: str) -> None:
    """Spellings seen in published acts."""
    number = parse(text)
    assert number is not None
    assert str(number) == official


def test_latin_b_has_two_readings() -> None:
    """Whoever types B on a Latin keyboard may mean Б; both are tried."""
    assert [part.court for part in readings("ГД-1/26-B2")] == ["В2", "Б2"]
    assert [part.court for part in readings("ГД-1/26-Б2")] == ["Б2"]


def test_parts() -> None:
    """A part of a number is enough to look for it, but is not a number."""
    assert readings("319") == (PartOfNumber(kind=None, seq=319, year=None, court=None),)
    assert readings("319/26") == (PartOfNumber(kind=None, seq=319, year=2026, court=None),)
    assert readings("гд319") == (PartOfNumber(kind="ГД", seq=319, year=None, court=None),)
    assert parse("319/26") is None


@pytest.mark.parametrize(
    "text", ["", "ГД", "Асанова", "ГД-/26-Т5", "0", "ГД-0/26-Т5", "ГД-1/26-Т5'; --", "1" * 4000]
)
def test_not_a_number(text: str) -> None:
    """Names, scraps and attacks are not numbers."""
    assert readings(text) == ()
    assert parse(text) is None


@given(
    kind=st.sampled_from(["ГД", "СГ", "УД", "АД", "ЭД", "КоП"]),
    seq=st.integers(1, 999_999),
    year=st.integers(2000, 2099),
    court=st.builds("{}{}".format, st.sampled_from("БЧИНТДО"), st.integers(1, 99)),
    gaps=st.lists(st.sampled_from(["-", " ", " - ", ".", "–"]), min_size=2, max_size=2),
)
def test_round_trip(kind: str, seq: int, year: int, court: str, gaps: list[str]) -> None:
    """Every number is read back from its own spelling, however it is spaced."""
    number = CaseNumber(kind=kind, seq=seq, year=year, court=court)
    assert parse(str(number)) == number
    assert parse(f"{kind.lower()}{gaps[0]}{seq}/{year}{gaps[1]}{court.lower()}") == number


@given(st.text(max_size=60))
def test_never_fails(text: str) -> None:
    """No text makes the reader fail."""
    for part in readings(text):
        assert part.seq > 0
