"""The driver for keys in a hardware token, reached through PKCS#11."""

import os
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from pyhanko.sign import signers

from documents.authority import Signatory
from documents.signatures.keys import CannotSignError, Reason, SettingsError, registered, secret_in

try:
    import pkcs11
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
except ImportError as error:
    raise SettingsError(
        "keys in a token need the package python-pkcs11: install ais-sud[hsm]"
    ) from error


class TokenKeys:
    """Keys of one token: objects labelled with the name that `register` gives a signatory.

    Certificate and private key carry the same label; without an entry the signatory's own key is
    the label. `chain` is what the token itself does not hold of the authorities above.

    Raises:
        SettingsError: the module, the token, its PIN or a key that the register names is not there.

    """

    def __init__(
        self,
        module: Path,
        *,
        token: str,
        pin_file: Path,
        register: Mapping[str, str],
        chain: tuple[asn1_x509.Certificate, ...] = (),
    ) -> None:
        self._module, self._token = module, token
        self._pin = secret_in(pin_file, "the PIN of the token")
        self._register = register
        self._chain = chain
        # A token knows one login for a whole process: two sessions would sign each other out.
        self._one_at_a_time = threading.Lock()
        self._process = os.getpid()
        if not module.is_file():
            raise SettingsError(f"{module}: no PKCS#11 module")
        try:
            with self._session() as session:
                for label in sorted(set(register.values())):
                    self._key(session, label)
        except (pkcs11.PKCS11Error, CannotSignError) as error:
            raise SettingsError(f"token {token!r}: {_told(error)}") from error

    @asynccontextmanager
    async def of(self, signatory: Signatory, *, now: datetime) -> AsyncIterator[signers.Signer]:
        """The signatory's key in the token, in a session that ends with its use."""
        del now
        label = self._register.get(signatory.key, signatory.key)
        with self._one_at_a_time:
            try:
                session = self._session()
            except pkcs11.PKCS11Error as error:
                raise CannotSignError(Reason.AWAY, _told(error)) from error
            with session:
                key = self._key(session, label)
                try:
                    yield key
                except pkcs11.PKCS11Error as error:
                    raise CannotSignError(Reason.AWAY, _told(error)) from error

    def _session(self) -> Any:
        if os.getpid() != self._process:
            # A server that forks its workers leaves them a module that was started elsewhere.
            pkcs11.lib(str(self._module)).reinitialize()
            self._process = os.getpid()
        return open_pkcs11_session(
            str(self._module), token_criteria=TokenCriteria(label=self._token), user_pin=self._pin
        )

    def _key(self, session: Any, label: str) -> signers.Signer:
        try:
            certificate = PKCS11Signer(session, cert_label=label, key_label=label).signing_cert
            elliptic = certificate.public_key.algorithm == "ec"
            # Many tokens sign a digest with an elliptic key, but do not make the digest.
            return PKCS11Signer(
                session,
                signing_cert=certificate,
                key_label=label,
                ca_chain=registered(*self._chain),
                use_raw_mechanism=elliptic,
            )
        except pkcs11.PKCS11Error as error:
            raise CannotSignError(Reason.NO_KEY, _told(error)) from error


def _told(error: Exception) -> str:
    """What went wrong: the library often gives the kind of error alone."""
    return f"{type(error).__name__} {error}".strip()
