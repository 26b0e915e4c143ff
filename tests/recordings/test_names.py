"""Names propose dates, cases, rooms and parts; nothing else."""

import pytest

from recordings.names import grammar, is_test, proposals_of, read_text


def said(text: str) -> set[tuple[str, str]]:
    return {(one.what, one.value) for one in proposals_of(text, "file")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Заседание 12.03.2024 зал 2.avi", {("date", "2024-03-12"), ("courtroom", "2")}),
        ("VID_20240312_101500.mp4", {("date", "2024-03-12"), ("time", "10:15:00")}),
        ("2024-03-12 10-15.vob", {("date", "2024-03-12"), ("time", "10:15")}),
        ("12 марта 2024 часть 2", {("date", "2024-03-12"), ("part", "2")}),
        ("2024-жылдын 12-марты 2-бөлүк", {("date", "2024-03-12"), ("part", "2")}),
        ("12 marta 2024 g. zal_3", {("date", "2024-03-12"), ("courtroom", "3")}),
        ("SUD_ZAL2_DISC1", {("courtroom", "2"), ("part", "1")}),
        ("2024-03-12 зал 2", {("date", "2024-03-12"), ("courtroom", "2")}),
        ("ГД-319_26-Т5", {("case", "ГД-319_26-Т5")}),
        ("УД-12/24-Ч4", {("case", "УД-12/24-Ч4")}),
        ("GD-319_26-T5", {("case", "GD-319_26-T5")}),
        ("ВСБ204-0291/26-УД", {("case", "ВСБ204-0291/26-УД")}),
        ("Талас шаардык соту", {("court", "Талас шаардык соту")}),
        ("Leninskiy sud", {("court", "Ленинский районный суд г. Бишкек")}),
        ("протест 31.02.2024", set()),
        ("VTS_01_1", set()),
    ],
)
def test_what_names_say(text: str, expected: set[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_contradictions_stay() -> None:
    """Whether the day or the month comes first only a person can tell."""
    assert {("date", "2024-03-12"), ("date", "2024-12-03")} <= said("REC 03/12/24")


def test_a_recorder_is_believed_less_than_a_name() -> None:
    [named] = proposals_of("12.03.2024", "file")
    [clock] = proposals_of("12.03.2024", "recorder")
    assert clock.confidence < named.confidence < 1


@pytest.mark.parametrize("name", ["Проверка камеры", "test2.avi", "сыноо", "ТЕСТ"])
def test_tests_are_called_so(name: str) -> None:
    assert is_test(name)
    assert not is_test("протест")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_subtitles(encoding: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:05,000\nЗаседание 12.03.2024, ГД-319/26-Т5\n"
    found = {(one.what, one.value) for one in read_text(text.encode(encoding), "a.srt")}
    assert found == {("date", "2024-03-12"), ("case", "ГД-319/26-Т5")}


def test_every_rule_can_be_believed() -> None:
    assert all(0 < rule.confidence < 1 for rule in grammar().rules)
    assert all(0 < sure <= 1 for sure in grammar().sources.values())
