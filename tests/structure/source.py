"""The project's own source, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("sud", "assignment", "recordings", "documents")
ROOMS = (
    "accounts",
    "uploads",
    "registry",
    "cases",
    "allocation",
    "hearings",
    "courtrooms",
    "minutes",
    "recusals",
    "acts",
    "verification",
    "scans",
    "treasury",
    "filings",
    "exceptions",
    "refiling",
    "media",
    "discs",
    "publication",
    "statistics",
    "portal",
)


def paths() -> list[str]:
    """Where every module of the product is, from the root; migrations are history."""
    found = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    names = (path.relative_to(ROOT).as_posix() for path in found)
    return [name for name in names if "migrations/versions" not in name]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path from the root."""
    return {path: ast.parse((ROOT / path).read_text()) for path in paths()}


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def importers(*names: str) -> set[str]:
    """The modules that import one of these, or something inside."""
    return {
        path
        for path, tree in modules().items()
        for module in imports(tree)
        if any(module == name or module.startswith(f"{name}.") for name in names)
    }


def calls(tree: ast.AST, *methods: str) -> list[ast.Call]:
    """Calls of anything.method() or method()."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in methods)
            or (isinstance(node.func, ast.Name) and node.func.id in methods)
        )
    ]
