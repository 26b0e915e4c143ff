"""The bytes that are hashed and signed: canonical JSON, SHA-256 and the keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

LARGEST = 2**53 - 1


class MalformedError(ValueError):
    """Data that has no canonical form, or is not in it."""


def sha(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, tag: str, *parts: bytes) -> bytes:
    """HMAC-SHA-256 over a tag and length-prefixed parts, so that no two inputs collide."""
    message = bytearray(tag.encode("ascii"))
    message.append(0)
    for part in parts:
        message += len(part).to_bytes(4, "big")
        message += part
    return hmac.digest(key, message, "sha256")


def canon(value: object) -> bytes:
    """RFC 8785 JSON of what this protocol allows: no floats, small integers, ASCII keys."""
    _check(value)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        message = "a text holds half of a surrogate pair"
        raise MalformedError(message) from error


def parse(data: bytes) -> Any:
    """Read canonical JSON, and refuse whatever would be written differently."""
    try:
        value = json.loads(data.decode())
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        message = "this is not JSON"
        raise MalformedError(message) from error
    if canon(value) != data:
        message = "this JSON is not in its canonical form"
        raise MalformedError(message)
    return value


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
