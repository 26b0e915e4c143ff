"""Verification codes survive the way people type."""

import pytest

from documents.codes import new_code, read_code, shown


def test_a_shown_code_reads_back() -> None:
    for code in (new_code() for _ in range(200)):
        assert len(code) == 16
        assert read_code(shown(code)) == code
        assert read_code(shown(code).lower().replace("-", " ")) == code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("7K3M-Q9TX-2HDV-W4EA", "7K3MQ9TX2HDVW4EA"),
        (" 7k3m q9tx 2hdv w4ea ", "7K3MQ9TX2HDVW4EA"),
        ("7К3М–Q9ТХ–2НDV–W4ЕА", "7K3MQ9TX2HDVW4EA"),  # Cyrillic К М Т Х Н Е А and en dashes
        ("OIL0-0000-0000-0000", "0110000000000000"),
        ("ОООО-ӨӨӨӨ-0000-0000", "0000000000000000"),
        ("7K3M-Q9TX-2HDV-W4E", None),
        ("7K3M-Q9TX-2HDV-W4EAA", None),
        ("7K3M-Q9TX-2HDV-W4EЖ", None),
        ("", None),
    ],
)
def test_reads_what_people_type(typed: str, stored: str | None) -> None:
    assert read_code(typed) == stored


def test_codes_do_not_repeat() -> None:
    assert len({new_code() for _ in range(2000)}) == 2000
