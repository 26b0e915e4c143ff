"""What the identity provider signs, checked: who signed in, and that he confirmed this document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey
from joserfc.jws import extract_compact

ALGORITHM: Final = "RS256"
"""The one that ESI uses (handbook 5.4): what else stands in a header is refused."""
STATEMENT_TYPE: Final = "document-confirmation+jwt"
"""A signed statement says what it is (RFC 8725, 3.11): no other token passes for one."""
LEEWAY: Final = timedelta(minutes=2)
"""So far the two clocks may differ."""
_OLDEST: Final = timedelta(minutes=15)
_SHORTEST_KEY: Final = 2048
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 255


class Fault(StrEnum):
    """Why an answer of the provider is worth nothing to us."""

    AWAY = "away"
    """It cannot be reached, or is broken."""
    SPENT = "spent"
    """The code was used before, or came too late."""
    UNBELIEVED = "unbelieved"
    """Something in the answer is not what the provider had to say, or was not signed by it."""
    ENDED = "ended"
    """The session in which it was said has ended."""
    OTHER_DOCUMENT = "other_document"
    """It is about another document than the one we asked about."""


class IdentityError(Exception):
    """The provider did not say what we asked; `told` is for the log and names nobody."""

    def __init__(self, fault: Fault, told: str = "") -> None:
        super().__init__(f"{fault.value}: {told}" if told else fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """By whom a token has to be signed, for whom, and in answer to what."""

    issuer: str
    client: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The provider's signed word that somebody confirmed a document.

    `subject` is its own name for the person, `session` the session in which he confirmed, `sha256`
    the document's digest in hexadecimal, `code` the receipt by which the provider can be asked.
    """

    subject: str
    session: str
    moment: datetime
    sha256: str
    code: str
    signed: str
    """The statement as it was received (JWS, compact)."""
    key: dict[str, Any]
    """The public key (JWK) with which it was checked: the provider will have others one day."""


def id_claims(
    token: object, keys: KeySet, expected: Expectation, *, now: datetime
) -> Mapping[str, Any]:
    """The claims of an ID token (OpenID Connect Core 3.1.3.7).

    Raises:
        IdentityError: UNBELIEVED or ENDED.

    """
    header, claims = _opened(token, keys)
    if header.get("typ", "JWT") != "JWT":
        raise IdentityError(Fault.UNBELIEVED, "not an ID token")
    _require(claims, expected, now=now)
    return claims


def statement_of(
    token: object, keys: KeySet, expected: Expectation, *, sha256: str, now: datetime
) -> Statement:
    """The statement that a document was confirmed, if it is one and about this document.

    Raises:
        IdentityError: UNBELIEVED, ENDED or OTHER_DOCUMENT.

    """
    header, claims = _opened(token, keys)
    if header.get("typ") != STATEMENT_TYPE:
        raise IdentityError(Fault.UNBELIEVED, "not a statement")
    _require(claims, expected, now=now)
    told = _text(claims, "sha256")
    if not _SHA256.fullmatch(told):
        raise IdentityError(Fault.UNBELIEVED, "no digest")
    if told != sha256:
        raise IdentityError(Fault.OTHER_DOCUMENT)
    moment = _moment(claims, "confirmed_at")
    if not now - _OLDEST <= moment <= now + LEEWAY:
        raise IdentityError(Fault.ENDED, "confirmed at another time")
    return _statement(str(token), claims, _key_of(header, keys).as_dict(private=False))


def reread(signed: str, key: Mapping[str, Any]) -> Statement:
    """Return a statement that was kept, checked with the key that was kept with it (JWK).

    It is asked long after: nothing is compared with the present but what signed it.

    Raises:
        IdentityError: UNBELIEVED.

    """
    _header, claims = _opened(signed, read_keys({"keys": [dict(key)]}))
    return _statement(signed, claims, dict(key))


def _statement(signed: str, claims: Mapping[str, Any], key: dict[str, Any]) -> Statement:
    return Statement(
        subject=_text(claims, "sub"),
        session=_text(claims, "sid"),
        moment=_moment(claims, "confirmed_at"),
        sha256=_text(claims, "sha256"),
        code=_text(claims, "code"),
        signed=signed,
        key=key,
    )


def read_keys(told: Mapping[str, Any]) -> KeySet:
    """The provider's keys that may sign: RSA, long enough, each with its name."""
    keys: list[Key] = []
    for one in told.get("keys", []):
        if isinstance(one, dict) and one.get("kty") == "RSA" and one.get("use", "sig") == "sig":
            try:
                key = RSAKey.import_key(one)
            except (JoseError, ValueError, TypeError):
                continue
            if key.kid and key.raw_value.key_size >= _SHORTEST_KEY:
                keys.append(key)
    return KeySet(keys)


def knows(keys: KeySet, token: object) -> bool:
    """Whether the key that a token names is among these; it may have been made since."""
    name = _named_key(token)
    return any(key.kid == name for key in keys.keys)


def _named_key(token: object) -> str:
    try:
        return str(extract_compact(str(token).encode()).headers().get("kid", ""))
    except (JoseError, ValueError, TypeError):
        return ""


def _opened(token: object, keys: KeySet) -> tuple[Mapping[str, Any], dict[str, Any]]:
    if not isinstance(token, str) or not knows(keys, token):
        raise IdentityError(Fault.UNBELIEVED, "signed with no key of the provider")
    try:
        opened = jwt.decode(token, keys, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError) as error:
        raise IdentityError(Fault.UNBELIEVED, type(error).__name__) from error
    return opened.header, opened.claims


def _key_of(header: Mapping[str, Any], keys: KeySet) -> RSAKey:
    return next(key for key in keys.keys if isinstance(key, RSAKey) and key.kid == header["kid"])


def _require(claims: Mapping[str, Any], expected: Expectation, *, now: datetime) -> None:
    audience = claims.get("aud")
    rightly = {
        "issuer": claims.get("iss") == expected.issuer,
        "audience": audience in (expected.client, [expected.client]),
        "party": claims.get("azp") in {None, expected.client},
        "nonce": claims.get("nonce") == expected.nonce,
    }
    if wrong := [name for name, right in rightly.items() if not right]:
        raise IdentityError(Fault.UNBELIEVED, ", ".join(wrong))
    _text(claims, "sub")
    if abs(now - _moment(claims, "iat")) > _OLDEST:
        raise IdentityError(Fault.ENDED, "issued at another time")
    if _moment(claims, "exp") <= now - LEEWAY:
        raise IdentityError(Fault.ENDED, "expired")


def _text(claims: Mapping[str, Any], name: str) -> str:
    said = claims.get(name)
    if not isinstance(said, str) or not said or len(said) > _LONGEST or not said.isprintable():
        raise IdentityError(Fault.UNBELIEVED, f"no {name}")
    return said


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    said = claims.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise IdentityError(Fault.UNBELIEVED, f"no {name}")
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise IdentityError(Fault.UNBELIEVED, f"no {name}") from error
