"""The facts of a paper out of plain data (JSON), for whoever prints at a desk."""

import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from documents.papers import (
    acts,
    application,
    correspondence,
    minutes,
    protocol,
    receipts,
    summons,
    writ,
)
from documents.papers.facts import Printed


class UnreadableFactsError(ValueError):
    """The data are not those of the paper; the message says where."""


PAPERS: Final[dict[str, tuple[type, Callable[[Any], Printed]]]] = {
    "act": (acts.Act, acts.act),
    "public-act": (acts.PublicAct, acts.public_act),
    "summons": (summons.Summons, summons.summons),
    "notice": (correspondence.Notice, correspondence.notice),
    "letter": (correspondence.CoverLetter, correspondence.cover_letter),
    "minutes": (minutes.Minutes, minutes.minutes),
    "writ": (writ.Writ, writ.writ),
    "receipt": (receipts.Receipt, receipts.receipt),
    "payment": (receipts.Payment, receipts.payment),
    "protocol": (protocol.Protocol, protocol.protocol),
    "application": (application.Application, application.application),
    "form": (application.EmptyForm, application.empty_form),
}
"""Each kind of paper: the record that its data fill, and what prints it."""


def print_from(kind: str, data: object) -> Printed:
    """Print a paper from its data; the fields are those of its record, dates in ISO 8601.

    Raises UnreadableFactsError where the data do not fill the record.
    """
    record, draw = PAPERS[kind]
    try:
        return draw(_read(record, data, kind))
    except (LookupError, ValueError) as error:
        raise UnreadableFactsError(f"{kind}: {error}") from error


def _read(wanted: Any, value: object, place: str) -> Any:
    if get_origin(wanted) in {Union, types.UnionType}:
        (inner,) = [one for one in get_args(wanted) if one is not type(None)]
        return None if value is None else _read(inner, value, place)
    if is_dataclass(wanted) and isinstance(wanted, type):
        return _record(wanted, value, place)
    if get_origin(wanted) is tuple:
        kinds = get_args(wanted)
        if not isinstance(value, list) or len(value) != len(kinds):
            raise UnreadableFactsError(f"{place}: a list of {len(kinds)} is wanted")
        return tuple(_read(kind, one, place) for kind, one in zip(kinds, value, strict=True))
    if get_origin(wanted) is Sequence:
        if not isinstance(value, list):
            raise UnreadableFactsError(f"{place}: a list is wanted")
        (kind,) = get_args(wanted)
        return tuple(_read(kind, one, f"{place}[{at}]") for at, one in enumerate(value))
    return _scalar(wanted, value, place)


def _record(wanted: type, value: object, place: str) -> Any:
    if not isinstance(value, dict):
        raise UnreadableFactsError(f"{place}: an object is wanted")
    hints, known = get_type_hints(wanted), {one.name: one for one in fields(wanted)}
    for name in value.keys() - known.keys():
        raise UnreadableFactsError(f"{place}: nothing is called {name!r}")
    for name, one in known.items():
        if name not in value and one.default is MISSING and one.default_factory is MISSING:
            raise UnreadableFactsError(f"{place}: {name!r} is missing")
    return wanted(
        **{name: _read(hints[name], one, f"{place}.{name}") for name, one in value.items()}
    )


def _scalar(wanted: type, value: object, place: str) -> Any:
    if wanted in {date, datetime} and isinstance(value, str):
        try:
            moment = wanted.fromisoformat(value)
        except ValueError:
            raise UnreadableFactsError(f"{place}: {value!r} is no {wanted.__name__}") from None
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise UnreadableFactsError(f"{place}: the offset from UTC is missing")
        return moment
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise UnreadableFactsError(f"{place}: {wanted.__name__} is wanted")
    return value
