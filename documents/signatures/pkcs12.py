"""The driver for keys in PKCS#12 files: one file for each signatory, in one folder."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign import signers

from documents.authority import PrivateKey, Signatory
from documents.signatures.keys import (
    CannotSignError,
    MemorySigner,
    Reason,
    SettingsError,
    asn1,
    secret_in,
)

_KEPT_LOADED = 64


class FileKeys:
    """Keys of a folder: `<name>.p12` for the signatory whom `register` gives that name.

    Without an entry the signatory's own key is the name. All files have one password; it is read
    at the start, as is every file that the register names: a court learns then what is missing.

    Raises:
        SettingsError: the folder, the password or a file that the register names is not there or
            cannot be read.

    """

    def __init__(self, folder: Path, *, password_file: Path, register: Mapping[str, str]) -> None:
        self._folder = folder
        self._register = register
        self._password = secret_in(password_file, "the password of the PKCS#12 files").encode()
        if not folder.is_dir():
            raise SettingsError(f"{folder}: no folder of PKCS#12 files")
        for name in sorted(set(register.values())):
            try:
                self._loaded(name)
            except CannotSignError as error:
                raise SettingsError(str(error)) from error

    @asynccontextmanager
    async def of(self, signatory: Signatory, *, now: datetime) -> AsyncIterator[signers.Signer]:
        """The signatory's key, as it lies in its file now."""
        del now
        certificate, key, chain = self._loaded(self._register.get(signatory.key, signatory.key))
        yield MemorySigner(certificate, key, chain)

    def _loaded(self, name: str) -> "_Bundle":
        file = self._folder / f"{name}.p12"
        if Path(name).name != name or not file.is_file():
            raise CannotSignError(Reason.NO_KEY, f"{file} is not there")
        return _read(file, file.stat().st_mtime_ns, self._password)


_Bundle = tuple[asn1_x509.Certificate, PrivateKey, tuple[asn1_x509.Certificate, ...]]


@lru_cache(maxsize=_KEPT_LOADED)
def _read(file: Path, changed: int, password: bytes) -> _Bundle:
    """Open a file once for each state of it: the password is made slow to try on purpose."""
    del changed
    try:
        bundle = pkcs12.load_pkcs12(file.read_bytes(), password)
    except (OSError, ValueError) as error:
        raise CannotSignError(Reason.KEY_REFUSED, f"{file}: {error}") from error
    if bundle.cert is None or not isinstance(bundle.key, PrivateKey):
        raise CannotSignError(
            Reason.KEY_REFUSED, f"{file} holds no RSA or elliptic key with its certificate"
        )
    chain = tuple(asn1(one.certificate) for one in bundle.additional_certs)
    return asn1(bundle.cert.certificate), bundle.key, chain
