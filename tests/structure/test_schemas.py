"""Agreements with the outside: real samples validate, and a broken one does not."""

import json
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from assignment.draw import drawn_from_file
from assignment.entries import ENTRIES
from tests.assignment.court import eventful_log
from tests.structure.source import ROOT

VECTORS = json.loads(next((ROOT / "tests/assignment/data").glob("draw-kat*.json")).read_text())


def _schema(name: str) -> dict[str, Any]:
    """The version in force: an older one is kept for those who hold to it."""
    newest = max((ROOT / "schemas").glob(f"{name}.v[0-9].json"))
    schema: dict[str, Any] = json.loads(newest.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def _check(sample: object, name: str) -> None:
    jsonschema.Draft202012Validator(_schema(name)).validate(sample)


@pytest.fixture
def drawing() -> dict[str, Any]:
    used = VECTORS["used"]
    return {
        "epoch": VECTORS["epoch"],
        "freeze_root": VECTORS["freeze_root"],
        "contributions": [[name, chain[used]] for name, chain in sorted(VECTORS["chains"].items())],
        "requests": VECTORS["requests"],
        "ledger": VECTORS["dev0"],
    }


def test_a_draw_in_and_out(drawing: dict[str, Any]) -> None:
    _check(drawing, "draw-input")
    _check(drawn_from_file(drawing), "draw-output")


def test_a_draw_without_candidates_is_not_one(drawing: dict[str, Any]) -> None:
    drawing["requests"][0]["candidates"] = []
    with pytest.raises(jsonschema.ValidationError):
        _check(drawing, "draw-input")


def test_entries_agree_with_the_engine_field_by_field() -> None:
    described = {
        kind["properties"]["type"]["const"]: set(kind["properties"]) - {"type", "at"}
        for kind in _schema("draw-log-entry")["oneOf"]
    }
    # The round of a chained beacon also names the one before it.
    described["beacon"].remove("previous")
    assert described == {name: set(fields) for name, fields in ENTRIES.items()}


def test_every_entry_of_an_eventful_log_is_as_agreed() -> None:
    entries = [json.loads(line) for line in eventful_log().lines]
    assert len({entry["type"] for entry in entries}) > 14
    for entry in entries:
        _check(entry, "draw-log-entry")


def test_an_entry_with_a_field_too_many_is_none() -> None:
    entry = json.loads(eventful_log().lines[-1])
    with pytest.raises(jsonschema.ValidationError):
        _check({**entry, "name": "free text"}, "draw-log-entry")


def test_health_answers_as_agreed(client: FlaskClient) -> None:
    _check(client.get("/healthz").get_json(), "health")
