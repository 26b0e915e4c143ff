"""The driver for keys kept by a signing service, reached through the CSC API (version 1)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import aiohttp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign import signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCCredentialInfo,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)

from documents.authority import Signatory
from documents.signatures.keys import CannotSignError, Reason, SettingsError, secret_in

_PATIENCE_SECONDS = 30


class ServiceKeys:
    """Keys of a signing service: the credential that `register` names for a signatory.

    A service gives out credentials under its own names, so only who is in the register can sign.
    Each signature is authorised for the one digest that is signed (SCAL 2). What the service asks
    besides is read from files: the access token of the court, and a PIN where it wants one.

    Raises:
        SettingsError: the address is none, the register is empty, or a file cannot be read.

    """

    def __init__(
        self,
        address: str,
        *,
        access_file: Path | None,
        pin_file: Path | None,
        register: Mapping[str, str],
        chain: tuple[asn1_x509.Certificate, ...] = (),
    ) -> None:
        if not address.startswith(("https://", "http://")):
            raise SettingsError(f"{address!r}: no address of a signing service")
        if not register:
            raise SettingsError("no register says which credential belongs to whom")
        self._address = address.rstrip("/")
        self._access = secret_in(access_file, "the access token") if access_file else None
        self._pin = secret_in(pin_file, "the PIN of the signing service") if pin_file else None
        self._register = register
        self._chain = chain

    @asynccontextmanager
    async def of(self, signatory: Signatory, *, now: datetime) -> AsyncIterator[signers.Signer]:
        """The signatory's credential; its certificate is asked of the service."""
        del now
        credential = self._register.get(signatory.key)
        if credential is None:
            raise CannotSignError(Reason.NO_KEY, f"the register does not name {signatory.key}")
        service = CSCServiceSessionInfo(self._address, credential, oauth_token=self._access)
        async with aiohttp.ClientSession() as session:
            try:
                told = await fetch_certs_in_csc_credential(session, service, _PATIENCE_SECONDS)
            except (SigningError, TimeoutError, OSError) as error:
                raise CannotSignError(Reason.AWAY, f"{self._address}: {error}") from error
            signer = CSCSigner(
                session,
                _ForOneDigest(session, service, told, self._pin),
                sign_timeout=_PATIENCE_SECONDS,
            )
            signer.cert_registry.register_multiple(list(self._chain))
            yield signer


class _ForOneDigest(CSCAuthorizationManager):
    """Asks the service to let exactly these digests be signed."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        service: CSCServiceSessionInfo,
        credential: CSCCredentialInfo,
        pin: str | None,
    ) -> None:
        super().__init__(service, credential)
        self._session = session
        self._pin = pin

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        """The leave to sign; refused, the service or the signatory did not agree."""
        try:
            async with self._session.post(
                self.csc_session_info.endpoint_url(  # type: ignore[no-untyped-call]
                    "credentials/authorize"
                ),
                headers=self.auth_headers,
                json=self.format_csc_auth_request(pin=self._pin, hash_b64s=hash_b64s),
                raise_for_status=True,
                timeout=aiohttp.ClientTimeout(total=_PATIENCE_SECONDS),
            ) as response:
                return self.parse_csc_auth_response(await response.json())
        except aiohttp.ClientResponseError as error:
            raise CannotSignError(
                Reason.KEY_REFUSED, f"the service answered {error.status}"
            ) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CannotSignError(Reason.AWAY, str(error)) from error
