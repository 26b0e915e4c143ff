"""Turns frozen data into what JSON can hold, and back into the same data.

Only what the workshop's own data is made of: dataclasses, tuples, codes (StrEnum), numbers, text,
truth and None. Names that the data does not know are an error: a newer version wrote them.
"""

import types
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class NotPlainError(ValueError):
    """The JSON does not hold such data."""


def as_plain(value: Any) -> Any:
    """Give dictionaries, lists, text and numbers for `json.dumps`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple | list):
        return [as_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise NotPlainError(f"{type(value).__name__} is not plain data")


def from_plain(kind: type[T], plain: Any) -> T:
    """Make the data again; NotPlainError where the names or the types do not fit."""
    try:
        return cast("T", _made(kind, plain))
    except (KeyError, TypeError, ValueError) as error:
        raise NotPlainError(f"{kind.__name__}: {error}") from error


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _made(kind: Any, plain: Any) -> Any:  # noqa: PLR0911  # one return for each form
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _made(hints[name], value) for name, value in plain.items()})
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        if plain is None:
            return None
        return _made(next(one for one in get_args(kind) if one is not type(None)), plain)
    if origin is tuple:
        parts = get_args(kind)
        if parts[-1] is Ellipsis:
            return tuple(_made(parts[0], one) for one in plain)
        return tuple(_made(part, one) for part, one in zip(parts, plain, strict=True))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(plain)
    if kind is float:
        return float(plain)
    if not isinstance(plain, kind):
        raise TypeError(f"{plain!r} is no {kind.__name__}")
    return plain
