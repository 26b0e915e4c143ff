"""Strong mode: one round of a public drand beacon, fixed by rule before anybody can know it.

The round of an epoch is the first that its network makes a fixed time after the freeze. Its
signature can be checked for ever with the network's key alone, so the round may be carried in by
hand where there is no network; what it says is mixed into the seed like a contributor's value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assignment.canon import LARGEST, MalformedError, sha

NAME = "drand"  # the place of the beacon among the contributors, in the order of their ids

_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_CHAINED, _UNCHAINED = "pedersen-bls-chained", "bls-unchained-g1-rfc9380"
_HALF, _FULL = 48, 96  # bytes of a compressed point of the one group and of the other
_RANDOMNESS = 32


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How long keys and signatures of a network are, and whether each round names the last."""

    key: int
    signature: int
    chained: bool


_SCHEMES = {
    _CHAINED: _Scheme(key=_HALF, signature=_FULL, chained=True),
    _UNCHAINED: _Scheme(key=_FULL, signature=_HALF, chained=False),
}
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "quicknet": {
        "scheme": _UNCHAINED,
        "key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
        "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
        "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        "genesis": 1_692_803_367,
        "period": 3,
    },
    "mainnet": {
        "scheme": _CHAINED,
        "key": "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a5699"
        "37c529eeda66c7293784a9402801af31",
        "genesis": 1_595_431_050,
        "period": 30,
    },
}
_RULE = {"scheme", "key", "genesis", "period", "delay"}
_ENTRY = {"epoch", "round", "randomness", "signature"}


class UncheckableError(ImportError):
    """The library that checks beacons is not installed."""


def is_rule(value: object) -> bool:
    """Whether this names a network, and how long after a freeze its round is awaited."""
    if not isinstance(value, dict) or set(value) != _RULE:
        return False
    scheme = _SCHEMES.get(value["scheme"]) if isinstance(value["scheme"], str) else None
    return (
        scheme is not None
        and _is_hex(value["key"], scheme.key)
        and all(_is_positive(value[field]) for field in ("genesis", "period"))
        # A round that is made before the freeze may be known to whoever freezes.
        and _is_positive(value["delay"])
    )


def is_beacon_fields(value: object) -> bool:
    """Whether these are the fields of a ``beacon`` entry, beside its type and moment."""
    return (
        isinstance(value, dict)
        and set(value) - {"previous"} == _ENTRY
        and _is_positive(value["epoch"])
        and _is_positive(value["round"])
        and _is_hex(value["randomness"], _RANDOMNESS)
        and any(_is_hex(value["signature"], scheme.signature) for scheme in _SCHEMES.values())
        and ("previous" not in value or _is_previous(value["previous"]))
    )


def round_of(rule: Mapping[str, Any], stamp: str) -> int:
    """Return the round that serves an epoch frozen at this moment."""
    awaited = int(datetime.fromisoformat(stamp).timestamp()) + int(rule["delay"])
    # Round 1 is made at the genesis of its network.
    return max(1, 1 - (int(rule["genesis"]) - awaited) // int(rule["period"]))


def made_at(rule: Mapping[str, Any], number: int) -> int:
    """Return the second at which the network makes a round."""
    return int(rule["genesis"]) + (number - 1) * int(rule["period"])


def carried(text: str | bytes) -> dict[str, Any]:
    """Read a round from a file, as the servers of drand give it."""
    try:
        plain = json.loads(text)
        facts = {
            "round": plain["round"],
            "randomness": plain.get("randomness", ""),
            "signature": plain["signature"],
        }
        if plain.get("previous_signature"):
            facts["previous"] = plain["previous_signature"]
        # Newer servers leave it out, since it follows from the signature.
        facts["randomness"] = facts["randomness"] or sha(bytes.fromhex(facts["signature"])).hex()
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        message = "this is not a round of a drand beacon"
        raise MalformedError(message) from error
    if not is_beacon_fields({"epoch": 1, **facts}):
        message = "this is not a round of a drand beacon"
        raise MalformedError(message)
    return facts


def compose_beacon(at: str, epoch: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Compose the entry that carries a round into the log."""
    return {"type": "beacon", "at": at, "epoch": epoch, **facts}


def checked(
    rule: Mapping[str, Any], number: int, signature: str, previous: str | None = None
) -> bytes:
    """Return the randomness of a round that its network signed, or refuse it."""
    scheme = _SCHEMES[rule["scheme"]]
    if not _is_hex(signature, scheme.signature):
        message = "the signature of the round does not have the length of its network's"
        raise MalformedError(message)
    if scheme.chained != (previous is not None):
        message = "a round names the one before it in a chained network, and only there"
        raise MalformedError(message)
    verify = _library(rule["scheme"])
    arguments = (previous, signature) if scheme.chained else (signature,)
    try:
        return bytes.fromhex(verify(number, *arguments, rule["key"]))
    except (ValueError, OverflowError) as error:
        message = "the network did not sign this round"
        raise MalformedError(message) from error
    except BaseException as error:
        # The library dies in its own language when the key is not a point of its curve.
        if type(error).__name__ != "PanicException":
            raise
        message = "the rule names a key that no network can have"
        raise MalformedError(message) from error


def faults(rule: Mapping[str, Any] | None, epoch_stamp: str, entry: Mapping[str, Any]) -> list[str]:
    """Tell what speaks against the round of an epoch; nothing, when it is good."""
    if rule is None:
        return ["the rules ask for no beacon"]
    wanted = round_of(rule, epoch_stamp)
    if entry["round"] != wanted:
        return [f"the round that the rule fixes for this epoch is {wanted}"]
    try:
        randomness = checked(rule, entry["round"], entry["signature"], entry.get("previous"))
    except MalformedError as error:
        return [str(error)]
    if entry["randomness"] != randomness.hex():
        return ["the randomness is not the one that follows from the signature"]
    return []


def _library(scheme: str) -> Callable[..., str]:
    try:
        import drand_verify
    except ImportError as error:
        message = (
            "a round of the beacon is checked with the package drand-verify, "
            "which is not installed: `pip install drand-verify`"
        )
        raise UncheckableError(message, name="drand-verify") from error
    found: dict[str, Callable[..., str]] = {
        _CHAINED: drand_verify.verify_pedersen_bls_chained,
        _UNCHAINED: drand_verify.verify_bls_unchained_g1_rfc9380,
    }
    return found[scheme]


def _is_hex(value: object, length: int) -> bool:
    return isinstance(value, str) and len(value) == 2 * length and _HEX.fullmatch(value) is not None


def _is_previous(value: object) -> bool:
    # The first round of a chained network names its 32-byte seed.
    return _is_hex(value, _FULL) or _is_hex(value, _RANDOMNESS)


def _is_positive(value: object) -> bool:
    return type(value) is int and 0 < value <= LARGEST
