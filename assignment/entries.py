"""What may stand in the log: the entry types, field by field. There is no room for free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assignment import beacon
from assignment.canon import MalformedError, canon, parse
from assignment.draw import (
    FULL,
    FULL_POST,
    REACH,
    VERSION,
    ImpossibleError,
    Request,
    is_count,
    is_hash,
    is_ident,
)

Check = Callable[[object], bool]

EXCLUSION_CLASSES = frozenset({"absence", "not-in-pool", "statutory", "panel"})
POOLS = ("own", "inter", "small")
LINK_GROUNDS = frozenset({"refiled", "related", "joined", "duty"})
DROPOUT_GROUNDS = frozenset({"recusal", "absence", "left", "statutory", "panel", "category"})
MANUAL_GROUNDS = frozenset({"statute", "no-judge", "outage"})
ASSURANCES = ("full", "reduced", "demonstration")

HEAVIEST = 1000 * FULL  # so that no ledger ever passes what JSON can carry

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,99}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+06:00")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """A body that witnesses the log and gives values of its chain: as published beforehand."""

    id: str
    institution: str
    judiciary: bool
    anchor: bytes
    key: bytes
    epochs: int

    @classmethod
    def of(cls, plain: object) -> Contributor:
        """Read a contributor from JSON data."""
        facts = check_fields(plain, _CONTRIBUTOR, "contributor")
        return cls(
            id=facts["id"],
            institution=facts["institution"],
            judiciary=facts["judiciary"],
            anchor=bytes.fromhex(facts["anchor"]),
            key=bytes.fromhex(facts["key"]),
            epochs=facts["epochs"],
        )

    def plain(self) -> dict[str, Any]:
        """Return the contributor as JSON data."""
        return {
            "id": self.id,
            "institution": self.institution,
            "judiciary": self.judiciary,
            "anchor": self.anchor.hex(),
            "key": self.key.hex(),
            "epochs": self.epochs,
        }


def reveal_message(origin: str, epoch: int, size: int, root: bytes, value: bytes) -> bytes:
    """Return the bytes that a contributor signs: the value together with the frozen root."""
    return canon(
        {
            "what": f"{VERSION}/reveal",
            "origin": origin,
            "epoch": epoch,
            "size": size,
            "root": root.hex(),
            "value": value.hex(),
        }
    )


def epoch_id(number: int, stamp: str, group: str) -> str:
    """Name an epoch by its number, the minute of its freeze and the group of courts it serves."""
    return f"{number}/{stamp[:16]}+06/{group}"


def read(line: bytes) -> dict[str, Any]:
    """Read one entry of the log: canonical JSON of a known type, with just its own fields."""
    entry = parse(line)
    kind = entry.get("type") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in ENTRIES:
        message = f"this version does not know entries of the type {kind!r}"
        raise MalformedError(message)
    if kind == "beacon":
        return _beacon(entry)
    return check_fields(entry, _WHOLE[kind], kind)


def _beacon(entry: dict[str, Any]) -> dict[str, Any]:
    """A round of a chained network also names the one before it."""
    facts = {name: value for name, value in entry.items() if name not in {"type", "at"}}
    if not (is_stamp(entry.get("at")) and beacon.is_beacon_fields(facts)):
        message = "this is not a round of a beacon"
        raise MalformedError(message)
    return entry


def check_fields(plain: object, wanted: Mapping[str, Check], what: str) -> dict[str, Any]:
    """Demand just these fields, each of its own form."""
    if not isinstance(plain, dict):
        message = f"a {what} is an object with fields"
        raise MalformedError(message)
    if plain.keys() != wanted.keys():
        field = min(set(plain) ^ set(wanted))
        message = f"a {what} {'has no' if field in plain else 'needs a'} field {field}"
        raise MalformedError(message)
    for field, check in wanted.items():
        if not check(plain[field]):
            message = f"the field {field} of a {what} does not have its form"
            raise MalformedError(message)
    return plain


def is_stamp(value: object) -> bool:
    """Whether this is a moment in the time of Bishkek, to the second."""
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None and _dated(value)


def is_day(value: object) -> bool:
    """Whether this is a day of the calendar."""
    return isinstance(value, str) and _DAY.fullmatch(value) is not None and _dated(value)


def _dated(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _any(_value: object) -> bool:
    return True


def _is_request(value: object) -> bool:
    try:
        request = Request.of(value)
    except ImpossibleError as error:
        raise MalformedError(str(error)) from error
    return all(map(_is_weight, request.seats)) and request.plain() == value


def _is_contributors(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    names = [Contributor.of(plain).id for plain in value]
    return names == sorted(set(names))


def _is_seat(value: object) -> bool:
    check_fields(value, _SEAT, "drawn seat")
    return True


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(
        is_ident(category) and _is_weight(weight) for category, weight in value.items()
    )


def _is_weight(value: object) -> bool:
    return type(value) is int and 0 < value <= HEAVIEST


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_cats(value: object) -> bool:
    return value is None or _is_names(value)


def _is_names(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(is_ident(item) for item in value)
        and value == sorted(set(value))
    )


def _is_some_names(value: object) -> bool:
    return _is_names(value) and value != []


def _is_approvers(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and _is_names(value)  # noqa: PLR2004


def _is_judges(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(is_ident(item) for item in value)


def _is_start(value: object) -> bool:
    return type(value) is int and abs(value) <= REACH


def _is_beacon(value: object) -> bool:
    return value is None or beacon.is_rule(value)


def _is_order(value: object) -> bool:
    return value == "" or is_hash(value)


def _is_signatures(value: object) -> bool:
    return isinstance(value, dict) and all(
        is_ident(name) and _is_signature(signature) for name, signature in value.items()
    )


def _is_contributor(value: object) -> bool:
    Contributor.of(value)
    return True


def _one_of(values: frozenset[str] | tuple[str, ...]) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _is_signature(value: object) -> bool:
    return isinstance(value, str) and _SIGNATURE.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and all(_is_number(item) for item in value)


def _is_availability(value: object) -> bool:
    return type(value) is int and 0 <= value <= FULL_POST


def _is_positive(value: object) -> bool:
    return is_count(value) and value != 0


_CONTRIBUTOR: dict[str, Check] = {
    "id": is_ident,
    "institution": is_ident,
    "judiciary": _is_flag,
    "anchor": is_hash,
    "key": is_hash,
    "epochs": _is_positive,
}

_SEAT: dict[str, Check] = {
    "seat": is_count,
    "judge": is_ident,
    "tickets": _is_numbers,
    "u": _is_number,
    "rejected": is_count,
}

ENTRIES: dict[str, dict[str, Check]] = {
    "genesis": {
        "ver": lambda value: value == VERSION,
        "origin": is_ident,
        "key": is_hash,
        "demonstration": _is_flag,
        "contributors": _is_contributors,
    },
    "rules": {
        "version": is_ident,
        "minimum": _is_positive,
        "redraws": is_count,
        "absence": is_count,
        "manual": _is_flag,
        "beacon": _is_beacon,
        "epoch": _is_positive,
        "order": _is_order,
    },
    "pool": {"pool": is_ident, "courts": _is_some_names, "epoch": _is_positive, "order": is_hash},
    "roster": {
        "court": is_ident,
        "judge": is_ident,
        "availability": _is_availability,
        "cats": _is_cats,
        "from": is_day,
        "epoch": _is_positive,
        "order": is_hash,
        "start": _is_start,
    },
    "weights": {"version": is_ident, "table": _is_table},
    "exclusion": {
        "request": is_ident,
        "judge": is_ident,
        "class": _one_of(EXCLUSION_CLASSES),
        "document": is_hash,
    },
    "case": {
        "group": is_ident,
        "home": is_ident,
        "pool": _one_of(POOLS),
        "order": _is_order,
        "request": _is_request,
    },
    "linked": {
        "request": _is_request,
        "to": is_ident,
        "judges": _is_judges,
        "ground": _one_of(LINK_GROUNDS),
        "document": is_hash,
    },
    "unlinked": {"request": is_ident, "document": is_hash},
    "manual": {
        "request": _is_request,
        "judges": _is_judges,
        "ground": _one_of(MANUAL_GROUNDS),
        "document": is_hash,
        "approvers": _is_approvers,
    },
    "dropout": {
        "request": is_ident,
        "seat": is_count,
        "judge": is_ident,
        "ground": _one_of(DROPOUT_GROUNDS),
        "document": is_hash,
    },
    "correction": {
        "request": is_ident,
        "cat": is_ident,
        "document": is_hash,
        "approvers": _is_approvers,
    },
    "freeze": {
        "epoch": _is_positive,
        "id": is_ident,
        "group": is_ident,
        "requests": _is_positive,
        "ledger": is_hash,
    },
    "reveal": {
        "epoch": _is_positive,
        "contributor": is_ident,
        "value": is_hash,
        "size": _is_positive,
        "root": is_hash,
        "signature": _is_signature,
        "time": _is_positive,
        "cosignature": _is_signature,
    },
    "beacon": {"epoch": _any, "round": _any, "randomness": _any, "signature": _any},
    "result": {
        "epoch": _is_positive,
        "request": is_ident,
        "seats": lambda value: isinstance(value, list) and all(_is_seat(item) for item in value),
        "assurance": _one_of(ASSURANCES),
    },
    "close": {
        "epoch": _is_positive,
        "results": _is_positive,
        "ledger": is_hash,
        "assurance": _one_of(ASSURANCES),
    },
    "incident": {"epoch": is_count, "code": is_ident},
    "rotation": {
        "first": _is_positive,
        "contributor": _is_contributor,
        "signatures": _is_signatures,
    },
}

_WHOLE = {kind: {"type": _any, "at": is_stamp, **fields} for kind, fields in ENTRIES.items()}
