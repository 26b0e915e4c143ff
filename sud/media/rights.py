"""The right to play: an address that is good for one person, one recording and a short time.

It lives as long as playing once takes and ten minutes more. It is no key by itself: every request
with it goes through the gate like any other.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

SPARE: Final = timedelta(minutes=10)
STORE_SECONDS: Final = 600
"""How long a link into the store itself lives, where browsers can reach the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who may play what until when; `name` tells one opening of the player from the next."""

    recording: uuid.UUID
    user_id: int
    until: int
    name: str


def grant(secret: str, *, recording: uuid.UUID, user_id: int, lasts_ms: int, now: datetime) -> str:
    """Write a right down as a part of an address."""
    until = now + timedelta(milliseconds=lasts_ms) + SPARE
    told = [recording.hex, user_id, int(until.timestamp()), secrets.token_hex(6)]
    return _signer(secret).dumps(told)


def right_of(
    secret: str, written: str, *, recording: uuid.UUID, user_id: int | None, now: datetime
) -> Right | None:
    """Read a right; None where it is forged, over, or somebody else's."""
    try:
        key, holder, until, name = _signer(secret).loads(written)
    except (BadSignature, ValueError):
        return None
    right = Right(recording=uuid.UUID(key), user_id=holder, until=until, name=name)
    fits = right.recording == recording and right.user_id == user_id
    return right if fits and now.timestamp() < right.until else None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="play a recording")
