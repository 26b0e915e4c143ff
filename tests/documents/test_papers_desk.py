"""Papers printed at a desk: the same bytes from JSON as from the records, or a clear sentence."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from documents.__main__ import main
from documents.papers import protocol
from documents.papers.facts import Printed
from tests.documents import samples
from tests.documents.samples import printed
from tests.documents.test_papers_protocol import PROTOCOL


def write(path: Path, facts: object) -> str:
    path.write_text(json.dumps(facts, ensure_ascii=False, default=str), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        ("act", samples.act("ky"), lambda: printed()["act-ky"]),
        ("summons", samples.summons_of("en"), lambda: printed()["summons-en"]),
        ("minutes", samples.minutes_of("ru"), lambda: printed()["minutes-ru"]),
        ("writ", samples.writ_of("ky"), lambda: printed()["writ-ky"]),
        ("form", samples.empty_form_of("ru"), lambda: printed()["empty-ru"]),
        ("protocol", PROTOCOL, lambda: protocol.protocol(PROTOCOL)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_paper_from_json(
    tmp_path: Path, kind: str, facts: object, expected: Callable[[], Printed]
) -> None:
    data = write(tmp_path / "data.json", asdict(facts))  # type: ignore[call-overload]
    out = tmp_path / "out.pdf"
    assert main(["paper", kind, data, str(out)]) == 0
    assert out.read_bytes() == expected().pdf
    assert main(["pdfa", str(out)]) == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"judge": None}, "writ.judge: str is wanted"),
        ({"nonsense": 1}, "nothing is called 'nonsense'"),
        ({"issued": "yesterday"}, "'yesterday' is no date"),
        ({"claimants": "Асан"}, "writ.claimants: a list is wanted"),
        ({"claimants": [1]}, "writ.claimants[0]: an object is wanted"),
        ({"language": "de"}, "no court writes papers in 'de'"),
        ({"operative": "法"}, "no glyph for U+6CD5"),
    ],
)
def test_what_cannot_be_printed_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], told: str
) -> None:
    data = write(tmp_path / "data.json", asdict(samples.writ_of("ky")) | change)
    assert main(["paper", "writ", data, str(tmp_path / "out.pdf")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out.pdf").exists()


def test_a_file_that_is_not_archival_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = tmp_path / "spoiled.pdf"
    spoiled.write_bytes(printed()["act-ky"].pdf.replace(b"<pdfaid:part>3", b"<pdfaid:part>1"))
    assert main(["pdfa", str(spoiled)]) == 1
    assert "6.6.4" in capsys.readouterr().out
