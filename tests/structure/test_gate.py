"""No way past the gate: every address names the action that its rule decides."""

from pathlib import Path

from flask import Flask

from sud.access import Action

ADDRESSES = Path(__file__).parent / "addresses.txt"


def _addresses(app: Flask) -> list[str]:
    return sorted(
        f"{rule.rule} {','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))}"
        for rule in app.url_map.iter_rules()
    )


def test_every_address_goes_through_the_gate(app: Flask) -> None:
    unguarded = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and not isinstance(
            getattr(app.view_functions[rule.endpoint], "allowed_action", None), Action
        )
    ]
    assert unguarded == []


def test_addresses_are_the_committed_ones(app: Flask) -> None:
    """An address that goes away breaks someone's bookmark: write it down on purpose."""
    assert _addresses(app) == ADDRESSES.read_text().splitlines()
