"""Reads and writes the headers of tus 1.0 (https://tus.io/protocols/resumable-upload): pure."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final, Protocol

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS: Final = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
"""Checksums that a sender may promise; SHA-1 because the protocol asks every server for it."""
BYTES: Final = "application/offset+octet-stream"
METHODS: Final = frozenset({"POST", "HEAD", "PATCH", "DELETE", "OPTIONS"})
LONGEST: Final = 4_000
"""So many characters of metadata are kept: a name and a few words."""

MALFORMED, CONFLICT, GONE, WRONG_VERSION, TOO_LARGE = 400, 409, 410, 412, 413
WRONG_TYPE, BUSY, ALTERED, LATER = 415, 423, 460, 503

_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)


class Headers(Protocol):
    """All that is asked of the headers of a request."""

    def get(self, key: str, /) -> str | None: ...


class ProtocolError(Exception):
    """The sender did not keep to the protocol; `status` is the answer that it prescribes."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What a sender promises of the bytes of one request."""

    algorithm: str
    digest: bytes

    def state(self) -> Any:
        """Begin to compute it."""
        return ALGORITHMS[self.algorithm]()

    def agrees(self, state: Any) -> bool:
        return hmac.compare_digest(state.digest(), self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Where the bytes of one request belong, and what they should be."""

    offset: int
    length: int | None
    """How many bytes are announced; None where the sender does not say."""
    checksum: Checksum | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """What a sender says of a file before its first byte."""

    size: int
    said: str
    """The line of metadata as it came."""
    metadata: Mapping[str, str]
    first: Slice | None = None
    """The bytes that came along, if any did."""


def creation(headers: Headers) -> Creation:
    """Read what begins an upload; raise ProtocolError."""
    said = (headers.get("Upload-Metadata") or "").strip()
    return Creation(
        size=_number(headers, "Upload-Length"),
        said=said,
        metadata=_metadata(said),
        first=_slice(headers, 0) if headers.get("Content-Type") == BYTES else None,
    )


def continuation(headers: Headers) -> Slice:
    """Read what goes on with an upload; raise ProtocolError."""
    if headers.get("Content-Type") != BYTES:
        raise ProtocolError(WRONG_TYPE, f"the Content-Type must be {BYTES}")
    return _slice(headers, _number(headers, "Upload-Offset"))


def checked_version(headers: Headers) -> None:
    """Refuse a sender who speaks another version than we do."""
    if headers.get("Tus-Resumable") != VERSION:
        raise ProtocolError(WRONG_VERSION, f"we speak tus {VERSION}")


def capabilities(most: int) -> dict[str, str]:
    """Return what OPTIONS tells; `most` is the largest file in bytes."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(most),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def standing(
    *, received: int, size: int | None = None, until: datetime | None, said: str = ""
) -> dict[str, str]:
    """Return how an upload stands; `until` is when a half one is forgotten."""
    headers = {"Upload-Offset": str(received), "Cache-Control": "no-store"}
    if size is not None:
        headers["Upload-Length"] = str(size)
    if said:
        headers["Upload-Metadata"] = said
    if until is not None:
        headers["Upload-Expires"] = format_datetime(until.astimezone(UTC), usegmt=True)
    return headers


def _slice(headers: Headers, offset: int) -> Slice:
    announced = headers.get("Content-Length")
    return Slice(
        offset=offset,
        length=_number(headers, "Content-Length") if announced else None,
        checksum=_checksum(headers.get("Upload-Checksum")),
    )


def _checksum(said: str | None) -> Checksum | None:
    if said is None:
        return None
    algorithm, _space, encoded = said.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise ProtocolError(MALFORMED, f"the checksum must be one of {', '.join(ALGORITHMS)}")
    return Checksum(algorithm=algorithm, digest=_decoded(encoded))


def _metadata(said: str) -> dict[str, str]:
    """Read `name d29ybGQ=,other`; every name once, each value in base64 or missing."""
    if len(said) > LONGEST:
        raise ProtocolError(MALFORMED, "the metadata are too long")
    found: dict[str, str] = {}
    for pair in said.split(",") if said else ():
        name, _space, encoded = pair.strip().partition(" ")
        if not name or not name.isascii() or name in found:
            raise ProtocolError(MALFORMED, "the names of the metadata must be ASCII and unlike")
        try:
            found[name] = _decoded(encoded).decode()
        except UnicodeDecodeError:
            raise ProtocolError(MALFORMED, "the metadata must be UTF-8") from None
    return found


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError(MALFORMED, "this is not base64") from None


def _number(headers: Headers, name: str) -> int:
    said = headers.get(name) or ""
    if not _NUMBER.fullmatch(said):
        raise ProtocolError(MALFORMED, f"{name} must be a whole number")
    return int(said)
