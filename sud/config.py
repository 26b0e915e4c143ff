"""The configuration, read once at the door: the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

PREFIX = "SUD_"
MEBIBYTE = 1024 * 1024


class ConfigError(ValueError):
    """A setting is missing, unknown or not of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting of the house; each is described in deploy/settings.md."""

    database_url: str = field(repr=False)
    owner_database_url: str = field(repr=False)
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    s3_secure: bool = False
    s3_bucket: str = "sud"
    s3_public_endpoint: str = ""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    mail_sender: str = "noreply@sud.example"
    base_url: str = "http://127.0.0.1:8000"
    ffmpeg: str = ""
    tesseract: str = ""
    tesseract_languages: str = "kir+rus"
    drop_folder: Path = Path("var/drop")
    scratch_folder: Path = Path("var/scratch")
    original_lock_days: int = 30
    clamd: str = ""
    authority_dir: Path = Path("var/authority")
    signer: str = "test"
    signer_folder: str = ""
    signer_module: str = ""
    signer_token: str = ""
    signer_url: str = ""
    signer_pin_file: str = ""
    signer_access_file: str = ""
    signer_register: str = ""
    esi_issuer: str = ""
    esi_client: str = ""
    esi_secret: str = field(default="", repr=False)
    timestamp_url: str = ""
    trust_folder: str = ""
    revocation_fetch: bool = True
    log_key_file: Path = Path("var/log.key")
    log_origin: str = "sud.example/draws"
    epoch_timetable: str = ""
    upload_limit_bytes: int = 50 * MEBIBYTE
    recording_limit_bytes: int = 9 * 1024 * MEBIBYTE
    session_minutes: int = 30
    playing_minutes: int = 15
    demonstration: bool = False
    demonstration_cases: int = 300

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read SUD_* variables; raise ConfigError for an unknown, missing or malformed one."""
        known = {PREFIX + field.name.upper(): field for field in fields(cls)}
        unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise ConfigError(f"unknown settings: {', '.join(unknown)}")
        given = {
            field.name: _parsed(name, environ[name], field.type)
            for name, field in known.items()
            if name in environ
        }
        try:
            return cls(**given)
        except TypeError as error:
            missing = [name for name, f in known.items() if f.name not in given and _required(f)]
            raise ConfigError(f"missing settings: {', '.join(missing)}") from error

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


def given(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the settings that the environment names, as they stand there."""
    return {name: text for name, text in environ.items() if name.startswith(PREFIX)}


def environment(
    settings: Mapping[str, str], environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment in which a process of the house starts with these settings."""
    return {**environ, **settings}


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING


def _parsed(name: str, text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() not in {"0", "1", "false", "true", "no", "yes"}:
            raise ConfigError(f"{name} must be true or false, not {text!r}")
        return text.lower() in {"1", "true", "yes"}
    try:
        return kind(text)
    except ValueError as error:
        raise ConfigError(f"{name} must be a {kind.__name__}, not {text!r}") from error
