"""Chooses how a court signs, once, at the start: what is missing is said then, and not in court."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from documents.signatures.cloud import ServiceKeys
from documents.signatures.desk import CourtSigner
from documents.signatures.keys import Keys, SettingsError
from documents.signatures.local_authority import TestAuthority
from documents.signatures.pkcs12 import FileKeys
from documents.signatures.stamping import Stamps
from documents.signatures.trust import Trust, TrustError


class Driver(StrEnum):
    """Where the keys are."""

    TEST = "test"
    PKCS12 = "pkcs12"
    PKCS11 = "pkcs11"
    CSC = "csc"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningSettings:
    """How a court signs; which of these are needed depends on the driver, an empty one is None.

    `register` is a JSON file: the key of a signatory -> the name of his file (pkcs12), the label of
    his objects in the token (pkcs11), his credential at the service (csc). Secrets are only ever
    named as files.
    """

    driver: str
    authority: Path
    folder: Path | None = None
    module: Path | None = None
    token: str = ""
    service: str = ""
    pin_file: Path | None = None
    access_file: Path | None = None
    register: Path | None = None
    stamps: str = ""
    trust: Path | None = None
    fetching: bool = True


def opened(settings: SigningSettings, *, now: datetime) -> CourtSigner:
    """The court's signer, with everything that it needs in its place.

    Raises:
        SettingsError: a setting, a file or a key is missing or cannot be used.

    """
    try:
        driver = Driver(settings.driver)
    except ValueError as error:
        known = ", ".join(Driver)
        raise SettingsError(f"no driver {settings.driver!r}: there are {known}") from error
    if driver is Driver.TEST:
        besides = _trust(settings.trust) if settings.trust else None
        return TestAuthority(settings.authority, now=now, besides=besides)
    folder = _given(settings.trust, "the folder of whom we trust")
    if not settings.stamps:
        raise SettingsError("a real key needs the address of a time stamp authority")
    keys = _keys(driver, settings, chain=_trust(folder))
    return CourtSigner(
        keys=keys,
        stamps=Stamps(settings.stamps),
        # Read anew for each paper: fresh revocation lists are laid into the folder at any time.
        trust=lambda _: replace(_trust(folder), fetching=settings.fetching),
    )


def _keys(driver: Driver, settings: SigningSettings, *, chain: Trust) -> Keys:
    register = _register(settings.register)
    if driver is Driver.PKCS12:
        return FileKeys(
            _given(settings.folder, "the folder of PKCS#12 files"),
            password_file=_given(settings.pin_file, "the file of their password"),
            register=register,
        )
    if driver is Driver.CSC:
        return ServiceKeys(
            settings.service,
            access_file=settings.access_file,
            pin_file=settings.pin_file,
            register=register,
            chain=chain.chain,
        )
    # Only a court with a token has the package for it.
    from documents.signatures.hsm import TokenKeys

    return TokenKeys(
        _given(settings.module, "the PKCS#11 module"),
        token=settings.token,
        pin_file=_given(settings.pin_file, "the file of the token's PIN"),
        register=register,
        chain=chain.chain,
    )


def _given(path: Path | None, what: str) -> Path:
    if path is None:
        raise SettingsError(f"not set: {what}")
    return path


def _trust(folder: Path) -> Trust:
    try:
        return Trust.in_folder(folder)
    except TrustError as error:
        raise SettingsError(str(error)) from error


def _register(file: Path | None) -> Mapping[str, str]:
    if file is None:
        return {}
    try:
        register = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"the register of keys: {error}") from error
    if not isinstance(register, dict) or not all(isinstance(one, str) for one in register.values()):
        raise SettingsError(f"{file}: not a JSON object of strings")
    return register
