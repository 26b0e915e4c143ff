"""The disc matrix: what discs there are, and what of each can still be played.

A case is a function that makes one disc in an empty folder and says, as a `Case`, what plays on it
and what is lost; its name is the disc's, its docstring says what is wrong with it. `ALL` lists
them; tests/recordings/test_matrix.py and tests/bench/discs.py go through them.
"""

from types import ModuleType

from tests.recordings.matrix import files, forms, images, sectors, tables
from tests.recordings.matrix.truth import Case, Maker


def _makers(module: ModuleType) -> dict[str, Maker]:
    """Every public function of the module that makes a case, in the order it was written."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__annotations__", {}).get("return") is Case
    }


ALL: dict[str, Maker] = {
    name: maker
    for module in (tables, sectors, images, files, forms)
    for name, maker in _makers(module).items()
}

HEAVY = {"stretched_over_two_gigabytes"}  # for the bench alone
