"""The table of attacks is the one that the tests tell."""

import ast

from tests.structure.source import ROOT


def test_every_attack_stands_in_the_table() -> None:
    table = (ROOT / "docs/attacks.md").read_text(encoding="utf-8")
    told = {
        (ast.get_docstring(node) or "").splitlines()[0]
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "attack"
    }
    rows = [line.split(" | ")[2] for line in table.splitlines() if line.startswith("| ")]
    assert set(rows[1:]) == told
