"""Every action has its rule, every code its words."""

import inspect
from enum import StrEnum

import sud.models
from sud import labels
from sud.access import RULES, Action
from sud.errors import Refusal


def test_every_action_has_a_rule() -> None:
    assert set(RULES) == set(Action)
    assert all(RULES.values())


def test_every_code_has_words() -> None:
    kinds = {Refusal} | {
        thing
        for thing in vars(sud.models).values()
        if inspect.isclass(thing) and issubclass(thing, StrEnum)
    }
    wordless = [
        f"{kind.__name__}.{code.name}"
        for kind in kinds
        for code in kind
        if (kind, code) not in labels.WORDS
    ]
    assert wordless == []


def test_every_table_and_code_is_in_the_archive_s_list() -> None:
    import importlib
    import pkgutil

    for module in pkgutil.iter_modules(sud.models.__path__):
        for name, thing in vars(importlib.import_module(f"sud.models.{module.name}")).items():
            own = inspect.isclass(thing) and thing.__module__ == f"sud.models.{module.name}"
            if own and (issubclass(thing, StrEnum) or hasattr(thing, "__tablename__")):
                assert name in sud.models.__all__
