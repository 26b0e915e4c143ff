"""The bytes that are hashed and signed: canonical JSON, SHA-256 and the keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

LARGEST = 2**53 - 1


class MalformedError(ValueError):
    """Data that has no canonical form, or is not in it."""


def sha(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, tag: str, *parts: bytes) -> bytes:
    """HMAC-SHA-256 over a tag and length-prefixed parts, so that no two inputs collide."""
    pieces = [tag.encode("ascii"), b"\0"]
    for part in parts:
        pieces += (len(part).to_bytes(4, "big"), part)
    return hmac.digest(key, b"".join(pieces), "sha256")


def canon(value: object) -> bytes:
    """RFC 8785 JSON of what this protocol allows: no floats, small integers, ASCII keys."""
    _check(value)
    try:
        return _WRITER.encode(value).encode()
    except UnicodeEncodeError as error:
        message = "a text holds half of a surrogate pair"
        raise MalformedError(message) from error


def encoded(value: object) -> bytes:
    """Write what is known to have a canonical form, because every part of it was checked."""
    return _WRITER.encode(value).encode()


def parse(data: bytes) -> Any:
    """Read canonical JSON, and refuse whatever would be written differently."""
    # Canonical JSON has no blanks: a number that is too large shows in the bytes.
    reader = _CAREFUL if _LONG.search(data) else _QUICK
    try:
        value = reader.decode(data.decode())
        # ASCII throughout means ASCII keys; all else that canon() checks was refused in reading,
        # save half of a surrogate pair, which has no bytes.
        written = encoded(value) if data.isascii() else canon(value)
    except MalformedError:
        raise
    except (ValueError, RecursionError) as error:
        message = "this is not JSON"
        raise MalformedError(message) from error
    if written != data:
        message = "this JSON is not in its canonical form"
        raise MalformedError(message)
    return value


def _small(digits: str) -> int:
    number = int(digits) if len(digits) <= len(str(-LARGEST)) else LARGEST + 1
    if abs(number) > LARGEST:
        message = f"the number {digits[:20]} is too large: write it as a text"
        raise MalformedError(message)
    return number


def _no_float(digits: str) -> Any:
    message = f"the number {digits[:20]} is not a whole one"
    raise MalformedError(message)


_LONG = re.compile(rb"[:,\[]-?[0-9]{16}|\A-?[0-9]{16}")
_QUICK = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
_CAREFUL = json.JSONDecoder(parse_int=_small, parse_float=_no_float, parse_constant=_no_float)
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _check(value: object) -> None:
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            message = f"the number {value} is too large: write it as a text"
            raise MalformedError(message)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                message = f"the key {key!r} is not an ASCII text"
                raise MalformedError(message)
            _check(item)
    else:
        message = f"a {type(value).__name__} has no place in canonical JSON"
        raise MalformedError(message)
