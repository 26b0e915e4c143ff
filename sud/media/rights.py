"""The right to play: an address that is good for one person, in one session, for one recording.

It names an opening of the player and proves, by a keyed hash, for whom that was made; of these
facts nothing stands in the address. It is no key by itself: every request with it goes through
the gate like any other.
"""

import hashlib
import hmac
import secrets
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

STORE_SECONDS: Final = 60
"""How long a link into the store itself lives, where browsers can reach the store."""
_NAME_BYTES: Final = 12
_PROOF_BYTES: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who may play what; `session` is known to nobody but the cookie of that session."""

    recording: uuid.UUID
    user_id: int
    session: str


def new_name() -> str:
    """Name an opening of the player."""
    return secrets.token_urlsafe(_NAME_BYTES)


def write(secret: str, name: str, holder: Holder) -> str:
    """Write the right of an opening down as a part of an address."""
    return f"{name}.{_proof(secret, name, holder)}"


def name_of(secret: str, written: str, holder: Holder) -> str | None:
    """Read the name of an opening; None where the right is forged, or somebody else's."""
    name, _, proof = written.partition(".")
    good = hmac.compare_digest(proof.encode(), _proof(secret, name, holder).encode())
    return name if good else None


def digest_of(session: str) -> bytes:
    """What the archive keeps of a session: enough to know it again, not enough to be it."""
    return hashlib.sha256(f"plays recordings:{session}".encode()).digest()


def _proof(secret: str, name: str, holder: Holder) -> str:
    told = "\0".join(
        ("play a recording", name, holder.recording.hex, str(holder.user_id), holder.session)
    )
    return urlsafe_b64encode(
        hmac.digest(secret.encode(), told.encode(), hashlib.sha256)[:_PROOF_BYTES]
    ).decode()
