"""What may be touched in one place only, and what a room must not forget."""

import ast
import sys

import pytest

from tests.structure.source import ROOMS, ROOT, calls, importers, imports, modules, paths


def test_only_the_gate_and_unit_commit() -> None:
    committing = {path for path, tree in modules().items() if calls(tree, "commit")}
    assert committing <= {"sud/request.py", "sud/migrations/env.py"}


def test_only_the_store_knows_minio() -> None:
    assert importers("minio") == {"recordings/bucket.py"}


def test_processes_start_only_where_ffmpeg_or_a_server_does() -> None:
    allowed = ("recordings/", "sud/local/", "documents/intake/bounds.py", "documents/scanning/")
    assert all(path.startswith(allowed) for path in importers("subprocess"))


def test_only_the_configuration_reads_the_environment() -> None:
    reading = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"})
        or (isinstance(node, ast.ImportFrom) and node.module == "os")
    }
    # The workshop alone, at a desk, takes the store's keys as every S3 tool does.
    doors = {"sud/config.py", "recordings/__main__.py"}
    assert {path for path in reading if not path.startswith("sud/local/")} == doors


def test_only_outside_knows_the_time() -> None:
    asking = {
        path
        for path, tree in modules().items()
        for call in calls(tree, "now", "utcnow", "today")
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"datetime", "date"}
    }
    entrances = {"recordings/__main__.py", "assignment/contributor.py", "assignment/__main__.py"}
    local = {path for path in asking if path.startswith("sud/local/")}
    assert asking - entrances - local == {"sud/outside.py"}


def test_the_draw_needs_nothing_but_the_standard_library() -> None:
    known = {*sys.stdlib_module_names, "assignment"}
    strangers = {
        (path.removeprefix("assignment/"), module.partition(".")[0])
        for path, tree in modules().items()
        if path.startswith("assignment/")
        for module in imports(tree)
        if module.partition(".")[0] not in known
    }
    simulator = {(f"simulate/{name}.py", "numpy") for name in ("rules", "country", "experiments")}
    one_each = {("ed25519.py", "cryptography"), ("beacon.py", "drand_verify")}
    assert strangers == simulator | one_each


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_explain_themselves(room: str) -> None:
    for path, tree in modules().items():
        if path.startswith(f"sud/{room}/") and tree.body:
            assert ast.get_docstring(tree), f"{path} does not say what it is responsible for"


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _reaches(
    name: str, functions: dict[str, ast.FunctionDef], seen: set[str], *wanted: str
) -> bool:
    """Whether a function, or one of its module that it calls, calls what is wanted."""
    if name in seen or name not in functions:
        return False
    seen.add(name)
    body = functions[name]
    if calls(body, *wanted):
        return True
    called = {
        node.func.id
        for node in ast.walk(body)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return any(_reaches(other, functions, seen, *wanted) for other in called)


@pytest.mark.parametrize("path", sorted(p for p in paths() if p.endswith("/service.py")))
def test_verbs_that_add_or_delete_also_journal(path: str) -> None:
    functions = _functions(modules()[path])
    silent = [
        name
        for name in functions
        if not name.startswith("_")
        and _reaches(name, functions, set(), "add", "add_all", "delete")
        and not _reaches(name, functions, set(), "record")
    ]
    assert silent == []


def test_no_file_is_a_heap() -> None:
    long = {
        path: len((ROOT / path).read_text().splitlines())
        for path in modules()
        if len((ROOT / path).read_text().splitlines()) > 600
    }
    assert long == {}
