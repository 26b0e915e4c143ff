"""Guarding: the task that only tells which guards hold around it."""

import sys
from typing import Any


def within(_: dict[str, Any]) -> dict[str, Any]:
    """Return `{"guards": [codes]}` as the cell found them when it closed itself."""
    return {"guards": list(vars(sys.modules["__main__"])["GUARDS_THAT_HOLD"])}
