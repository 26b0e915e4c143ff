"""The demonstration's stand-in for the state's identity provider: OpenID Connect on a real socket.

It knows only people who do not exist, says TEST wherever anybody looks, and is no part of a court.
Whoever knows a fictional person's number is that person here; the one-time code, which the real
provider would send to a telephone, is shown on the page.
"""

import argparse
import base64
import hashlib
import json
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from sud.identity.provider import CONFIRMATION
from sud.identity.tokens import ALGORITHM, STATEMENT_TYPE
from sud.local import esi_pages as pages
from sud.local.processes import write_privately

COOKIE: Final = "test_esi"
LASTS: Final = timedelta(minutes=5)
"""How long a request, a code, a token may wait."""
SESSION: Final = timedelta(minutes=30)
TRIES: Final = 3
LARGEST: Final = 64 * 1024


def _utc_now() -> datetime:
    """The time, without the whole house around it: this is a small process of its own."""
    return datetime.now(UTC)  # noqa: TID251 - see above


class RefusedError(Exception):
    """A request that the protocol does not allow: its error code, and the status."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """Somebody who does not exist."""

    pin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The house, as the provider knows it."""

    name: str
    secret: str
    back: str


@dataclass(slots=True, kw_only=True)
class Request:
    """What the house asked of one person, until he has answered."""

    asked: Mapping[str, str]
    until: datetime
    document: Mapping[str, Any] | None = None
    one_time_code: str = ""
    tries: int = 0

    @property
    def language(self) -> str:
        return pages.language_of(self.asked.get("ui_locales", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who signed in at the provider."""

    name: str
    citizen: Citizen
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code is exchanged for, once."""

    request: Request
    session: Session
    until: datetime
    confirmed_at: datetime | None = None
    receipt: str = ""


@dataclass(slots=True)
class Provider:
    """The protocol without the socket; whatever it hands out is kept in memory and used once."""

    issuer: str
    client: Client
    people: Sequence[Citizen]
    now: Callable[[], datetime] = _utc_now
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "test-esi-1", "use": "sig"})
    )
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    requests: dict[str, Request] = field(default_factory=dict)
    pushed: dict[str, Request] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Session] = field(default_factory=dict)

    # ---------------------------------------------------------------- for the house

    def metadata(self) -> dict[str, Any]:
        """What OpenID Connect Discovery asks for, in the places where ESI has it."""
        at = f"{self.issuer}/connect"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "pushed_authorization_request_endpoint": f"{at}/par",
            "jwks_uri": f"{self.issuer}/.well-known/openid-configuration/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_details_types_supported": [CONFIRMATION],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False) | {"alg": ALGORITHM}]}

    def push(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Take a request before the person comes (RFC 9126)."""
        name = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(24)}"
        self.pushed[name] = self._request(asked)
        return {"request_uri": name, "expires_in": int(LASTS.total_seconds())}

    def token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Exchange a code, once, for whoever holds the verifier."""
        grant = self.grants.pop(asked.get("code", ""), None)
        if asked.get("grant_type") != "authorization_code":
            raise RefusedError("unsupported_grant_type")
        if grant is None or grant.until <= self.now():
            raise RefusedError("invalid_grant")
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        proved = secrets.compare_digest(challenge, grant.request.asked["code_challenge"])
        if not proved or asked.get("redirect_uri") != self.client.back:
            raise RefusedError("invalid_grant")
        access = secrets.token_urlsafe(32)
        self.tokens[access] = grant.session
        answer = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(LASTS.total_seconds()),
            "id_token": self.signed(self.identity(grant), "JWT"),
        }
        if grant.request.document is not None:
            answer["confirmation"] = self.signed(self.statement(grant), STATEMENT_TYPE)
        return answer

    def userinfo(self, access: str) -> dict[str, Any]:
        """Who holds an access token."""
        session = self.tokens.get(access)
        if session is None or session.until <= self.now():
            raise RefusedError("invalid_token", 401)
        person = session.citizen
        return {"sub": self.subject(person), "pin": person.pin, "name": person.name}

    # ---------------------------------------------------------------- what it signs

    def identity(self, grant: Grant) -> dict[str, Any]:
        """The claims of an ID token."""
        return self._common(grant) | {"auth_time": int(grant.session.since.timestamp())}

    def statement(self, grant: Grant) -> dict[str, Any]:
        """The claims that say who confirmed which document when."""
        document, moment = grant.request.document, grant.confirmed_at
        assert document is not None  # noqa: S101 - asked for
        assert moment is not None  # noqa: S101 - and given
        return self._common(grant) | {
            "confirmed_at": moment.timestamp(),
            "sha256": document["digest"]["sha256"],
            "code": grant.receipt,
        }

    def signed(self, claims: dict[str, Any], kind: str) -> str:
        header = {"alg": ALGORITHM, "kid": self.key.kid, "typ": kind}
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])

    def subject(self, person: Citizen) -> str:
        """The name of a person for this client alone; it tells nothing of him."""
        return hashlib.sha256(
            self.salt + self.client.name.encode() + person.pin.encode()
        ).hexdigest()

    def _common(self, grant: Grant) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "aud": self.client.name,
            "sub": self.subject(grant.session.citizen),
            "sid": grant.session.name,
            "nonce": grant.request.asked["nonce"],
            "iat": int(self.now().timestamp()),
            "exp": int(min(grant.session.until, self.now() + LASTS).timestamp()),
        }

    # ---------------------------------------------------------------- for the person

    def arrive(self, asked: Mapping[str, str]) -> str:
        """Take in somebody whom the house sent; return the name of his request."""
        if reference := asked.get("request_uri"):
            request = self.pushed.pop(reference, None)
            if request is None or asked.get("client_id") != self.client.name:
                raise RefusedError("invalid_request_uri")
        else:
            request = self._request(asked)
        if request.until <= self.now():
            raise RefusedError("invalid_request_uri")
        name = secrets.token_urlsafe(24)
        self.requests[name] = request
        return name

    def request(self, name: str) -> Request:
        request = self.requests.get(name)
        if request is None or request.until <= self.now():
            raise RefusedError("invalid_request")
        return request

    def session(self, name: str) -> Session | None:
        session = self.sessions.get(name)
        return session if session and session.until > self.now() else None

    def enter(self, pin: str) -> Session | None:
        """Sign a fictional person in by his number; None for one whom nobody knows."""
        person = next((one for one in self.people if one.pin == pin.strip()), None)
        if person is None:
            return None
        now = self.now()
        session = Session(
            name=secrets.token_urlsafe(24), citizen=person, since=now, until=now + SESSION
        )
        self.sessions[session.name] = session
        return session

    def ask_code(self, request: Request) -> None:
        """Make the one-time code with which a document is confirmed."""
        request.one_time_code = request.one_time_code or f"{secrets.randbelow(10**6):06d}"

    def grant(self, name: str, session: Session) -> str:
        """Let the person go back with a code; his request is done."""
        request = self.requests.pop(name)
        code, now = secrets.token_urlsafe(32), self.now()
        confirmed = request.document is not None
        self.grants[code] = Grant(
            request=request,
            session=session,
            until=now + LASTS,
            confirmed_at=now if confirmed else None,
            receipt=f"TEST-{secrets.token_hex(8).upper()}" if confirmed else "",
        )
        return self._back(request, code=code)

    def cancel(self, name: str) -> str:
        """Send the person back with nothing."""
        return self._back(self.requests.pop(name), error="access_denied")

    def _back(self, request: Request, **told: str) -> str:
        told |= {"state": request.asked["state"], "iss": self.issuer}
        return f"{self.client.back}?{urlencode(told)}"

    def _request(self, asked: Mapping[str, str]) -> Request:
        needed = {
            "response_type": "code",
            "client_id": self.client.name,
            "redirect_uri": self.client.back,
            "code_challenge_method": "S256",
        }
        if any(asked.get(name) != value for name, value in needed.items()):
            raise RefusedError("invalid_request")
        if not all(asked.get(name) for name in ("state", "nonce", "code_challenge")):
            raise RefusedError("invalid_request")
        if "openid" not in asked.get("scope", "").split():
            raise RefusedError("invalid_scope")
        return Request(asked=dict(asked), until=self.now() + LASTS, document=_document(asked))


def _document(asked: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The one document that is to be confirmed."""
    if "authorization_details" not in asked:
        return None
    try:
        (document,) = json.loads(asked["authorization_details"])
        digest, title = document["digest"]["sha256"], document["title"]
        right = document["type"] == CONFIRMATION and len(bytes.fromhex(digest)) == 32  # noqa: PLR2004
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError("invalid_authorization_details") from error
    if not right or not isinstance(title, str):
        raise RefusedError("invalid_authorization_details")
    return dict(document)


# ------------------------------------------------------------------ the socket


class Pages(BaseHTTPRequestHandler):
    """The provider's addresses, each where ESI has it."""

    timeout = 10
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        match parts.path:
            case "/":
                self._page(pages.plain("begin", self._language()))
            case "/.well-known/openid-configuration":
                self._json(self.provider.metadata())
            case "/.well-known/openid-configuration/jwks":
                self._json(self.provider.keys())
            case "/connect/userinfo":
                self._answer(lambda: self.provider.userinfo(self._bearer()))
            case "/connect/authorize":
                self._authorize(asked)
            case _:
                self._page(pages.plain("missing", self._language()), HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST)
        asked = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        match urlsplit(self.path).path:
            case "/connect/par":
                self._answer(lambda: self._from_client(self.provider.push, asked), 201)
            case "/connect/token":
                self._answer(lambda: self._from_client(self.provider.token, asked))
            case "/connect/sign-in":
                self._walk(lambda: self._signed_in(asked))
            case "/connect/confirm":
                self._walk(lambda: self._confirmed(asked))
            case _:
                self._page(pages.plain("missing", self._language()), HTTPStatus.NOT_FOUND)

    # ------------------------------------------------------------ the person's steps

    def _authorize(self, asked: Mapping[str, str]) -> None:
        def step() -> None:
            name = self.provider.arrive(asked)
            session = self.provider.session(self._cookie())
            if session is None or asked.get("prompt") == "login":
                self._ask_who(name)
            else:
                self._next(name, session)

        self._walk(step)

    def _signed_in(self, asked: Mapping[str, str]) -> None:
        name = asked.get("request", "")
        self.provider.request(name)
        session = self.provider.enter(asked.get("pin", ""))
        if session is None:
            self._ask_who(name, wrong=True)
        else:
            self._next(name, session)

    def _next(self, name: str, session: Session) -> None:
        request = self.provider.request(name)
        if request.document is None:
            self._go(self.provider.grant(name, session), session)
        else:
            self.provider.ask_code(request)
            self._ask_code(request, name, session)

    def _confirmed(self, asked: Mapping[str, str]) -> None:
        name = asked.get("request", "")
        request, session = self.provider.request(name), self.provider.session(self._cookie())
        if asked.get("other"):
            self._ask_who(name)
            return
        if asked.get("cancel") or session is None:
            self._go(self.provider.cancel(name))
            return
        said = asked.get("code", "").strip()
        if request.one_time_code and secrets.compare_digest(
            said.encode(), request.one_time_code.encode()
        ):
            self._go(self.provider.grant(name, session))
            return
        request.tries += 1
        if request.tries >= TRIES:
            self._go(self.provider.cancel(name))
        else:
            self._ask_code(request, name, session)

    def _ask_who(self, name: str, *, wrong: bool = False) -> None:
        people = [(one.name, one.pin) for one in self.provider.people]
        language = self.provider.request(name).language
        self._page(pages.sign_in(people, name, language, wrong=wrong))

    def _ask_code(self, request: Request, name: str, session: Session) -> None:
        shown = pages.confirm(
            request.document or {},
            session.citizen.name,
            request.one_time_code,
            name,
            request.language,
            wrong=request.tries > 0,
        )
        self._page(shown, session=session)

    def _language(self) -> str:
        """Where no request says it, the browser does."""
        wish = self.headers.get("Accept-Language", "").replace(",", " ").replace(";", " ")
        return pages.language_of(wish)

    # ------------------------------------------------------------ in and out

    def _walk(self, step: Callable[[], None]) -> None:
        try:
            step()
        except RefusedError as refused:
            told = pages.plain("stopped", self._language(), refused.error)
            self._page(told, HTTPStatus.BAD_REQUEST)

    def _answer(self, verb: Callable[[], dict[str, Any]], status: int = 200) -> None:
        try:
            self._json(verb(), status)
        except RefusedError as refused:
            self._json({"error": refused.error}, refused.status)

    def _from_client(
        self, verb: Callable[[Mapping[str, str]], dict[str, Any]], asked: Mapping[str, str]
    ) -> dict[str, Any]:
        """Only the house that knows its secret is answered (client_secret_basic)."""
        kind, _, both = self.headers.get("Authorization", "").partition(" ")
        try:
            said = base64.b64decode(both, validate=True).decode() if kind == "Basic" else ""
        except ValueError:
            said = ""
        known, secret = (unquote(half) for half in said.partition(":")[::2])
        right = secrets.compare_digest(secret.encode(), self.provider.client.secret.encode())
        if known != self.provider.client.name or not right:
            raise RefusedError("invalid_client", 401)
        return verb(asked)

    def _bearer(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _cookie(self) -> str:
        cookie = SimpleCookie(self.headers.get("Cookie", ""))
        return cookie[COOKIE].value if COOKIE in cookie else ""

    def _go(self, address: str, session: Session | None = None) -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", address)
        self._remember(session)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(
        self, text: str, status: int = HTTPStatus.OK, *, session: Session | None = None
    ) -> None:
        self._send(text.encode(), "text/html; charset=utf-8", status, session)

    def _json(self, told: dict[str, Any], status: int = HTTPStatus.OK) -> None:
        self._send(json.dumps(told).encode(), "application/json", status, None)

    def _send(self, content: bytes, kind: str, status: int, session: Session | None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self._remember(session)
        self.end_headers()
        self.wfile.write(content)

    def _remember(self, session: Session | None) -> None:
        if session is not None:
            cookie = f"{COOKIE}={session.name}; HttpOnly; SameSite=Lax; Path=/"
            self.send_header("Set-Cookie", cookie)

    def log_message(self, *_: Any) -> None:
        """Write no log: nobody reads it."""


def server(provider: Provider, door: socket.socket) -> ThreadingHTTPServer:
    """Return the provider's server behind an open port."""
    handler = type("_", (Pages,), {"provider": provider})
    made = ThreadingHTTPServer(door.getsockname(), handler, bind_and_activate=False)
    made.socket.close()
    made.socket = door
    return made


def kept_key(path: Path) -> RSAKey:
    """The key of an earlier start, so that what was signed then can still be checked."""
    if not path.exists():
        key = RSAKey.generate_key(2048, {"kid": f"test-esi-{secrets.token_hex(4)}", "use": "sig"})
        write_privately(path, json.dumps(key.as_dict(private=True)))
    return RSAKey.import_key(json.loads(path.read_text(encoding="ascii")))


def main() -> None:
    """Be the provider until SIGTERM; the folder keeps its key and the secret of the house."""
    parser = argparse.ArgumentParser(description=f"{pages.TITLE}: {pages.words('en')['note']}")
    parser.add_argument("directory", type=Path)
    parser.add_argument("people", type=Path, help="who does not exist: JSON with pin and name")
    parser.add_argument("--door", type=int, required=True, help="descriptor of the open port")
    parser.add_argument("--client", required=True, help="the name of the house")
    parser.add_argument("--back", required=True, help="its return address")
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    place = arguments.directory
    people = json.loads(arguments.people.read_text(encoding="utf-8"))
    door = socket.socket(fileno=arguments.door)
    provider = Provider(
        issuer=f"http://127.0.0.1:{door.getsockname()[1]}",
        client=Client(
            name=arguments.client,
            secret=(place / "client.secret").read_text(encoding="ascii"),
            back=arguments.back,
        ),
        people=[Citizen(**one) for one in people],
        key=kept_key(place / "key.json"),
        salt=(place / "client.secret").read_bytes(),
    )
    served = server(provider, door)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    stop.wait()
    served.shutdown()


if __name__ == "__main__":
    main()
