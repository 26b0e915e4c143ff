"""A fictional person's browser at the TEST provider, and that provider on a socket of its own."""

import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

import urllib3
from joserfc.jwk import RSAKey

from sud.identity import EsiProvider
from sud.local.esi import Citizen, Client, Provider, server

BACK = "http://localhost/esi/return"
KEY = RSAKey.generate_key(2048, {"kid": "test-esi-1", "use": "sig"})


@dataclass(frozen=True)
class Esi:
    """The provider that runs, and the house's way to it."""

    provider: Provider
    identity: EsiProvider


@contextmanager
def esi(
    now: Callable[[], datetime],
    people: Sequence[Citizen] = (),
    *,
    kind: type[Provider] = Provider,
    back: str = BACK,
) -> Iterator[Esi]:
    """Run a provider; `kind` may be one that lies."""
    client = Client(name="sud-tests", secret="a secret: 100 %", back=back)
    provider = kind(issuer="", client=client, people=list(people), now=now, key=KEY)
    door = socket.create_server(("127.0.0.1", 0))
    provider.issuer = f"http://127.0.0.1:{door.getsockname()[1]}"
    pages = server(provider, door)
    threading.Thread(target=pages.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield Esi(
            provider,
            EsiProvider(
                issuer=provider.issuer, client=client.name, secret=client.secret, back=back
            ),
        )
    finally:
        pages.shutdown()
        pages.server_close()


@dataclass
class Visitor:
    """Somebody who walks through the provider's pages, one form after another."""

    pin: str
    cookie: str = ""
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))
    seen: str = ""
    origin: str = ""

    def sign_in(self, address: str) -> str:
        """Go where the house sends him and prove who he is; return where he is sent back to."""
        self.origin = "/".join(address.split("/")[:3])
        self._step("GET", address)
        return self._post("/connect/sign-in", pin=self.pin)

    def confirm(self, address: str, code: str | None = None, **pressed: str) -> str:
        """Sign in, enter the one-time code (the right one unless said otherwise), and return."""
        back = self.sign_in(address)
        assert back == "", "the document was not shown"
        sent = re.search(r"<b id=sent>(\d{6})</b>", self.seen)
        assert sent is not None
        return self._post("/connect/confirm", code=code or sent[1], **pressed)

    def _post(self, path: str, **fields: str) -> str:
        name = re.search(r"name=request value='([^']+)'", self.seen)
        assert name is not None, self.seen
        return self._step("POST", self.origin + path, request=name[1], **fields)

    def _step(self, method: str, address: str, **fields: str) -> str:
        answer = self.pool.request(
            method,
            address,
            redirect=False,
            headers={
                "Cookie": self.cookie,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=urlencode(fields) if fields else None,
        )
        self.cookie = answer.headers.get("Set-Cookie", self.cookie).partition(";")[0]
        self.seen = answer.data.decode()
        return answer.headers.get("Location", "")
