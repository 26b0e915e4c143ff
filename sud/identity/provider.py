"""The provider as the house asks it: where to send somebody, and what he has become on return.

Sign-in is the authorization code flow with PKCE (S256) and a nonce (OpenID Connect Core, RFC 7636).
A document is confirmed in the same flow: one digest and a title without names are pushed to the
provider beforehand (RFC 9126, RFC 9396), so that the browser carries nothing that could be changed,
and the answer brings a signed statement beside the ID token. How the state's own interface for
signatures names these parts is not public; they are written down in one place, here.
"""

import base64
import hashlib
import json
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, Protocol, Self, TypeVar
from urllib.parse import urlencode

from joserfc.jwk import KeySet

from sud.identity import tokens, wire
from sud.identity.tokens import Expectation, Fault, IdentityError, Statement

CONFIRMATION: Final = "document_confirmation"
"""The kind of authorisation that is asked for (RFC 9396, `authorization_details`)."""
_SCOPE: Final = "openid profile"
_KNOWN_FOR: Final = timedelta(hours=1)
_ASKED_AGAIN: Final = timedelta(seconds=30)
"""So long a key that nobody knows is not asked for again."""
_PIN: Final = re.compile(r"[0-9]{14}")
_T = TypeVar("_T")
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The secrets of one way to the provider and back, each used once, and who reads its pages."""

    state: str
    nonce: str
    verifier: str
    language: str = ""
    """In which language the provider should speak (`ui_locales`)."""

    @classmethod
    def new(cls, language: str = "") -> Self:
        """Make secrets that nobody guesses (256 bits each)."""
        return cls(
            language=language,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
        )

    @property
    def challenge(self) -> str:
        """What goes ahead of the verifier (RFC 7636, 4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Whom the provider knows: its own name for him, his personal number, and the session."""

    subject: str
    pin: str
    session: str
    statement: Statement | None = None
    """That he confirmed the document, if he was asked to."""


class IdentityProvider(Protocol):
    """What a room needs of the state's identity provider; all raise `IdentityError`."""

    @property
    def origin(self) -> str:
        """Its address, to which forms may lead."""
        ...

    def answers(self, *, now: datetime) -> bool:
        """Whether it can be reached and makes sense; it is asked seldom, whoever wants to know."""
        ...

    def sign_in(self, journey: Journey, *, now: datetime) -> str:
        """The address at which somebody proves who he is."""
        ...

    def confirm(self, journey: Journey, *, sha256: str, title: str, now: datetime) -> str:
        """The address at which somebody confirms a document; it is told to the provider first."""
        ...

    def identify(
        self, journey: Journey, code: str, *, issuer: str, sha256: str | None, now: datetime
    ) -> Identified:
        """Who came back with this code; with `sha256` also that he confirmed that document."""
        ...


class EsiProvider:
    """The provider behind one issuer address, discovered at the first need."""

    def __init__(self, *, issuer: str, client: str, secret: str, back: str) -> None:
        if not wire.safe(issuer):
            raise ValueError("the issuer needs https")
        self._issuer, self._client, self._back = issuer.rstrip("/"), client, back
        self._line = wire.Line(client, secret)
        self._lock = threading.Lock()
        self._known: _Kept[dict[str, Any]] | None = None
        self._keys: _Kept[KeySet] | None = None
        self._answered: _Kept[bool] | None = None

    @property
    def origin(self) -> str:
        """The issuer's address without its path."""
        return "/".join(self._issuer.split("/")[:3])

    def answers(self, *, now: datetime) -> bool:
        """Whether the provider tells who it is; asked twice a minute at most."""
        held = self._answered
        if held is None or not held.fresh(now, _ASKED_AGAIN):
            try:
                self._discover()
            except IdentityError:
                held = _Kept(False, now)
            else:
                held = _Kept(True, now)
            self._answered = held
        return held.what

    def sign_in(self, journey: Journey, *, now: datetime) -> str:
        """The address of the provider's sign-in page; it always asks, whoever sits there."""
        asked = self._asked(journey) | {"prompt": "login"}
        return f"{self._metadata(now)['authorization_endpoint']}?{urlencode(asked)}"

    def confirm(self, journey: Journey, *, sha256: str, title: str, now: datetime) -> str:
        """Push the request and return the address that stands for it."""
        known = self._metadata(now)
        pushed = known.get("pushed_authorization_request_endpoint")
        if not wire.safe(pushed):
            raise IdentityError(Fault.UNBELIEVED, "confirms no documents")
        details = [{"type": CONFIRMATION, "title": title, "digest": {"sha256": sha256}}]
        asked = self._asked(journey) | {"authorization_details": json.dumps(details)}
        reference = self._line.post(str(pushed), asked).get("request_uri")
        if not isinstance(reference, str) or not reference:
            raise IdentityError(Fault.UNBELIEVED, "no reference to the request")
        query = urlencode({"client_id": self._client, "request_uri": reference})
        return f"{known['authorization_endpoint']}?{query}"

    def identify(
        self, journey: Journey, code: str, *, issuer: str, sha256: str | None, now: datetime
    ) -> Identified:
        """Exchange the code, check everything that came, and ask who it is."""
        known = self._metadata(now)
        named = known.get("authorization_response_iss_parameter_supported") is True
        if (named or issuer) and issuer != self._issuer:
            raise IdentityError(Fault.UNBELIEVED, "another provider answered")  # RFC 9207
        got = self._line.post(
            known["token_endpoint"],
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._back,
                "code_verifier": journey.verifier,
            },
        )
        expected = Expectation(issuer=self._issuer, client=self._client, nonce=journey.nonce)
        keys = self._keys_for(got.get("id_token"), now)
        claims = tokens.id_claims(got.get("id_token"), keys, expected, now=now)
        statement = None
        if sha256 is not None:
            signed = got.get("confirmation")
            statement = tokens.statement_of(
                signed, self._keys_for(signed, now), expected, sha256=sha256, now=now
            )
            if statement.subject != claims["sub"]:
                raise IdentityError(Fault.UNBELIEVED, "two persons in one answer")
        person = self._line.get(known["userinfo_endpoint"], bearer=str(got.get("access_token")))
        if person.get("sub") != claims["sub"]:
            raise IdentityError(Fault.UNBELIEVED, "two persons in one answer")
        pin = person.get("pin")
        if not isinstance(pin, str) or not _PIN.fullmatch(pin):
            raise IdentityError(Fault.UNBELIEVED, "no personal number")
        return Identified(
            subject=claims["sub"],
            pin=pin,
            session=str(claims.get("sid", "")),
            statement=statement,
        )

    def _asked(self, journey: Journey) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._back,
            "scope": _SCOPE,
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": journey.challenge,
            "code_challenge_method": "S256",
            **({"ui_locales": journey.language} if journey.language else {}),
        }

    def _metadata(self, now: datetime) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery), asked once an hour."""
        with self._lock:
            if self._known is None or not self._known.fresh(now, _KNOWN_FOR):
                self._known = _Kept(self._discover(), now)
            return self._known.what

    def _discover(self) -> dict[str, Any]:
        told = self._line.get(f"{self._issuer}/.well-known/openid-configuration")
        if told.get("issuer") != self._issuer:
            raise IdentityError(Fault.UNBELIEVED, "another issuer")
        if unsafe := [name for name in _ENDPOINTS if not wire.safe(told.get(name))]:
            raise IdentityError(Fault.UNBELIEVED, ", ".join(unsafe))
        return told

    def _keys_for(self, token: object, now: datetime) -> KeySet:
        """The provider's keys; read again where a token names one that was made since."""
        address = self._metadata(now)["jwks_uri"]
        with self._lock:
            held = self._keys
            if (
                held is None
                or not held.fresh(now, _KNOWN_FOR)
                or not (tokens.knows(held.what, token) or held.fresh(now, _ASKED_AGAIN))
            ):
                self._keys = held = _Kept(tokens.read_keys(self._line.get(address)), now)
            return held.what


@dataclass(frozen=True, slots=True)
class _Kept(Generic[_T]):
    what: _T
    at: datetime

    def fresh(self, now: datetime, age: timedelta) -> bool:
        return self.at <= now < self.at + age
