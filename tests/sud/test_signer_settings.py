"""A court whose signatures are not set up does not start, and says what is missing."""

from dataclasses import replace
from pathlib import Path

import pytest

from documents.signatures import TestAuthority
from sud.config import Config, ConfigError
from sud.outside import real_outside


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return Config(
        database_url="unused",
        owner_database_url="unused",
        s3_endpoint="127.0.0.1:9",
        s3_access_key="unused",
        s3_secret_key="unused",
        secret_key="unused",
        authority_dir=tmp_path / "authority",
    )


def test_the_default_signs_with_the_test_authority(settings: Config) -> None:
    assert isinstance(real_outside(settings).signer, TestAuthority)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signer": "fax"}, "fax"),
        ({"signer": "pkcs12"}, "whom we trust"),
        ({"signer": "pkcs12", "trust_folder": "missing"}, "time stamp"),
        ({"signer": "csc", "trust_folder": "missing", "timestamp_url": "http://t"}, "missing"),
        ({"trust_folder": "missing"}, "missing"),
    ],
)
def test_what_is_missing_is_named(settings: Config, changes: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        real_outside(replace(settings, **changes))
