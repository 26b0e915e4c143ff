"""Accessibility as axe-core sees it: the serious and critical findings of a page."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
"""axe-core, MPL-2.0, unchanged; used by tests only (vendor/LICENSE-axe-core.txt)."""
GRAVE = {"serious", "critical"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that a page breaks, and where."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]


def findings(page: Page) -> list[Finding]:
    """Return what is seriously or critically wrong with the page that is open.

    axe is evaluated through the debugger and not as a script of the page, so that the strict
    content security policy stays as it is for visitors.
    """
    page.evaluate(AXE.read_text())
    result = page.evaluate(
        "async () => await axe.run(document, {resultTypes: ['violations'],"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        Finding(
            rule=found["id"],
            impact=found["impact"],
            help=found["help"],
            places=tuple(" ".join(map(str, node["target"])) for node in found["nodes"]),
        )
        for found in result["violations"]
        if found["impact"] in GRAVE
    ]
