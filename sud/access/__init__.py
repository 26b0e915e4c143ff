"""The rule book: who may do what; nothing else in the house answers that.

`permits()` answers for one subject, `visible()` is the reading rule as a WHERE clause; a test
compares both. What an actor may not see does not exist for him.
"""

from sud.access.actions import Action
from sud.access.actors import ANONYMOUS, SYSTEM, Actor, HeldRole
from sud.access.reading import visible
from sud.access.rules import OPEN, RULES, permits

__all__ = [
    "ANONYMOUS",
    "OPEN",
    "RULES",
    "SYSTEM",
    "Action",
    "Actor",
    "HeldRole",
    "permits",
    "visible",
]
