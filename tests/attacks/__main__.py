"""Runs every attack and prints a table: who tries what, how it ends, and whether it did.

`--table` prints the table without running anything: docs/attacks.md is made so.
"""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MARKED = [str(TESTS), "-m", "attack", "-q"]
HEAD = (
    "| # | who | tries | how it ends | how it is met |",
    "|---|---|---|---|---|",
)


class Table:
    """Collects each attack and its outcome."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, ...]] = {}
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        for item in items:
            marker = item.get_closest_marker("attack")
            if marker is not None:
                what = (item.function.__doc__ or "").strip().splitlines()[0]
                self.rows[item.nodeid] = (marker.args[0], what, marker.args[1], marker.args[2])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)

    def lines(self) -> list[str]:
        found: list[str] = []
        rows = dict.fromkeys(self.rows.values())
        for number, row in enumerate(rows, 1):
            broken = any(self.rows[name] == row for name in self.failed & set(self.rows))
            who, what, ends, how = row
            found.append(f"| {number} | {who} | {what} | {'BROKEN' if broken else ends} | {how} |")
        return [*HEAD, *found]


def table() -> list[str]:
    """The table, without running anything."""
    rows = Table()
    pytest.main([*MARKED, "--collect-only", "--no-summary"], [rows])
    return rows.lines()


if __name__ == "__main__":
    rows = Table()
    options = ["--collect-only"] if "--table" in sys.argv else []
    status = pytest.main([*MARKED, *options], [rows])
    sys.stdout.write("\n".join(["", *rows.lines(), ""]))
    sys.exit(status)
