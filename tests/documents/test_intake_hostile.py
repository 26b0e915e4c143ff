"""Every hostile file that we know meets the intake; `tests/bench/hostile.py` prints the table."""

import io
from dataclasses import asdict
from pathlib import Path

import pytest

from documents.intake import SUFFIXES, Limits, Objection, Refused, examine
from documents.intake.inspection import within
from tests.documents.hostile import FILES, Hostile

HEAVY = [file for file in FILES if file.outcome is Objection.BOMB]


@pytest.mark.parametrize("file", HEAVY, ids=lambda file: file.what)
def test_bombs_end_in_their_bounds(file: Hostile) -> None:
    assert became(file) is Objection.BOMB


@pytest.mark.parametrize(
    "file", [file for file in FILES if file not in HEAVY], ids=lambda file: file.what
)
def test_what_becomes_of_it(file: Hostile, tmp_path: Path) -> None:
    """Those that take little are parsed here, as the closed process would: a start costs more."""
    if _turned_away_unparsed(file):
        assert became(file) is file.outcome
        return
    path = tmp_path / "file"
    path.write_bytes(file.make())
    kind = SUFFIXES[Path(file.name).suffix]
    told = within({"kind": kind.value, "path": str(path), "limits": asdict(Limits())})
    if isinstance(file.outcome, Objection):
        assert told.get("objection") is file.outcome
    else:
        assert set(told["found"]) == file.outcome


def _turned_away_unparsed(file: Hostile) -> bool:
    unread = {Objection.EMPTY, Objection.UNSUPPORTED, Objection.MISMATCH}
    return file.outcome in unread or file.make().startswith(b"\xd0\xcf\x11\xe0")


def became(file: Hostile) -> Objection | frozenset[str]:
    try:
        return frozenset(examine(io.BytesIO(file.make()), name=file.name).found)
    except Refused as refused:
        return refused.code
