"""The published log at an address of the web, as a contributor asks it."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from assignment.canon import MalformedError, canon
from assignment.contributor import DeclinedError, UnreachableError
from assignment.verify import Trust

SECONDS = 30
LARGEST = 64 * 1024 * 1024  # bytes of one answer: a thousand entries are far fewer
_DECLINED = range(400, 500)


class OverHttp:
    """The published log at an address."""

    def __init__(self, address: str) -> None:
        """Name the address under which the house publishes, without ``/log``."""
        if urllib.parse.urlsplit(address).scheme not in {"http", "https"}:
            message = f"{address} is not an address of the web"
            raise UnreachableError(message)
        self.base = address.rstrip("/")
        # No proxy of the environment: a contributor should know whom it asks.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def checkpoint(self) -> str:
        """Return the latest signed checkpoint."""
        return self._text("/log/checkpoint")

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return some entries from start on."""
        return self._asked(f"/log/entries?start={start}&end={end}").splitlines()

    def proof(self, first: int, second: int) -> list[bytes]:
        """Return a consistency proof."""
        facts = self._json(f"/log/proof?from={first}&to={second}")
        try:
            return [bytes.fromhex(step) for step in facts["proof"]]
        except (KeyError, TypeError, ValueError) as error:
            raise UnreachableError("the log answers no proof") from error

    def trust(self) -> Trust:
        """Return the name and keys that the log claims for itself."""
        try:
            return Trust.of(self._json("/log/trust.json"))
        except MalformedError as error:
            raise UnreachableError(str(error)) from error

    def answer(self, facts: dict[str, Any]) -> None:
        """Hand in a cosignature and a value."""
        self._asked("/log/reveals", canon(facts))

    def _json(self, path: str) -> Any:
        try:
            return json.loads(self._text(path))
        except (json.JSONDecodeError, RecursionError) as error:
            message = f"{path} answers something that is not JSON"
            raise UnreachableError(message) from error

    def _text(self, path: str) -> str:
        try:
            return self._asked(path).decode()
        except UnicodeDecodeError as error:
            message = f"{path} answers something that is not text"
            raise UnreachableError(message) from error

    def _asked(self, path: str, data: bytes | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 -- the scheme is checked above
            self.base + path, data=data, headers={"Content-Type": "application/json"}
        )
        try:
            with self.opener.open(request, timeout=SECONDS) as response:
                answer: bytes = response.read(LARGEST + 1)
        except urllib.error.HTTPError as error:
            what = DeclinedError if error.code in _DECLINED else UnreachableError
            with error:
                message = f"{path}: {error}"
            raise what(message) from error
        except (OSError, http.client.HTTPException) as error:
            message = f"{path}: {error}"
            raise UnreachableError(message) from error
        if len(answer) > LARGEST:
            message = f"{path} answers without end"
            raise UnreachableError(message)
        return answer
