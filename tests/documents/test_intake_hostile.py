"""Every hostile file that we know meets the intake, and what it sends to readers meets us."""

import io

import pytest

from documents.intake import Objection, Refused, examine
from tests.documents.hostile import FILES, Hostile


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.what)
def test_what_becomes_of_it(file: Hostile) -> None:
    assert became(file) == file.outcome


def became(file: Hostile) -> Objection | frozenset[str]:
    try:
        return frozenset(examine(io.BytesIO(file.make()), name=file.name).found)
    except Refused as refused:
        return refused.code
