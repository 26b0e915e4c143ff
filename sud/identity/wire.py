"""The line to the identity provider: bounded in time and size, never redirected, only JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import urllib3

from sud.identity.tokens import Fault, IdentityError

_TIMEOUT: Final = urllib3.Timeout(connect=3, read=6)
_LARGEST: Final = 256 * 1024
"""Bytes of an answer that are read at all."""
_BAD_REQUEST: Final = 400
_UNAUTHORISED: Final = 401
_SERVER_ERRORS: Final = 500


class Line:
    """Asks one provider; every answer is a JSON object, everything else is a fault."""

    def __init__(self, client: str, secret: str) -> None:
        # RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
        both = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        self._basic = urllib3.make_headers(basic_auth=both)
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=4)

    def get(self, address: str, *, bearer: str = "") -> dict[str, Any]:
        """Read an address, with an access token where one is given."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._asked("GET", address, headers=headers)

    def post(self, address: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Send a form as the client that we are."""
        return self._asked(
            "POST", address, headers=self._basic, fields=dict(fields), encode_multipart=False
        )

    def _asked(
        self, method: str, address: str, *, headers: Mapping[str, str], **rest: Any
    ) -> dict[str, Any]:
        try:
            answer = self._pool.request(
                method,
                address,
                headers={"Accept": "application/json", **headers},
                redirect=False,
                preload_content=False,
                **rest,
            )
            body = answer.read(_LARGEST + 1, decode_content=True)
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise IdentityError(Fault.AWAY, type(error).__name__) from error
        if answer.status >= _SERVER_ERRORS:
            raise IdentityError(Fault.AWAY, f"status {answer.status}")
        told = _object(body)
        if answer.status in {_BAD_REQUEST, _UNAUTHORISED}:
            # What was sent is spent, late or not ours: RFC 6749, 5.2.
            spent = told.get("error") == "invalid_grant"
            raise IdentityError(Fault.SPENT if spent else Fault.UNBELIEVED, f"{answer.status}")
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - success, and nothing beside it
            raise IdentityError(Fault.UNBELIEVED, f"status {answer.status}")
        return told


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body) if len(body) <= _LARGEST else None
    except (ValueError, RecursionError) as error:
        raise IdentityError(Fault.UNBELIEVED, "not JSON") from error
    if not isinstance(told, dict):
        raise IdentityError(Fault.UNBELIEVED, "not a JSON object")
    return told


def safe(address: object) -> bool:
    """Whether secrets may go there: TLS, or this very machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    if parts.scheme == "http":
        return parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return parts.scheme == "https" and bool(parts.hostname)
