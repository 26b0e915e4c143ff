"""Where a signatory's key is: the socket of the drivers, and the signer for a key in memory."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.authority import PrivateKey, Signatory

DIGEST = "sha256"


class Reason(StrEnum):
    """Why a paper could not be signed."""

    NO_KEY = "no_key"
    """Nobody laid down a key for this signatory."""
    KEY_REFUSED = "key_refused"
    """The key is there and cannot be used: a wrong PIN, a broken file, a strange algorithm."""
    AWAY = "away"
    """The token, the signing service or the time stamp authority does not answer."""
    REVOKED = "revoked"
    """The certificate, or one above it, was revoked or suspended."""
    NOT_KNOWN = "not_known"
    """The authority was asked and says that it knows no such certificate."""
    UNPROVED = "unproved"
    """Nobody says that the certificate was not revoked: no list, no answer, or old ones."""
    CERTIFICATE_REFUSED = "certificate_refused"
    """The certificate has ended, is for something else, or leads to nobody whom we trust."""
    PAPER_REFUSED = "paper_refused"
    """The paper is no PDF that can be signed, or forbids what is asked."""
    NO_PLACE = "no_place"
    """There is no empty place of that name for a visible mark."""
    STAMP_LAPSED = "stamp_lapsed"
    """The last time stamp can no longer be proved: too late to renew it."""


class CannotSignError(Exception):
    """A paper could not be signed; `reason` says why, the text what helps an administrator."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason


class SettingsError(ValueError):
    """What signs papers is not set up: the text says which setting, file or key is at fault."""


class Keys(Protocol):
    """A driver: finds a signatory's key, wherever keys are, and gives it back after use.

    Entering raises `CannotSignError` when there is no key that can be used.
    """

    def of(
        self, signatory: Signatory, *, now: datetime
    ) -> AbstractAsyncContextManager[signers.Signer]:
        """The key of a signatory, ready to sign with."""
        ...


class MemorySigner(signers.Signer):
    """Signs with a key that is loaded once: to load it anew takes longer than to sign.

    The same bytes get the same signature (RFC 6979 where the algorithm would throw dice).
    """

    def __init__(
        self,
        certificate: asn1_x509.Certificate,
        key: PrivateKey,
        chain: tuple[asn1_x509.Certificate, ...] = (),
    ) -> None:
        super().__init__(signing_cert=certificate, cert_registry=registered(*chain))
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
    ) -> bytes:
        """The bare signature; `digest_algorithm` is always the one that we ask for."""
        del dry_run
        if digest_algorithm != DIGEST:
            raise CannotSignError(Reason.KEY_REFUSED, f"no digest but {DIGEST} is used")
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def registered(*certificates: asn1_x509.Certificate) -> SimpleCertificateStore:
    """Certificates in the form in which the library hands them about."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(list(certificates))
    return store


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as the signing library reads it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def secret_in(file: Path, what: str) -> str:
    """The PIN or password in a file of one line.

    Raises:
        SettingsError: the file cannot be read or is empty.

    """
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{what}: {error}") from error
    if not text:
        raise SettingsError(f"{what}: {file} is empty")
    return text
