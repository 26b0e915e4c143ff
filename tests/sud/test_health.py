"""GET /healthz: every part named, 503 when one is down, an answer in any case."""

import socket
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from documents.intake import ScannerState, UnclearError
from recordings.bucket import BucketStore
from sud.config import Config
from sud.health import DATABASE_DAYS, confinement
from sud.local import store
from sud.models import Heartbeat
from sud.outside import Outside
from sud.web import make_app
from tests.conftest import MONDAY, Time
from tests.sud.citizen import esi

WELL = {
    "status": "ok",
    "database": "ok",
    "object_store": "ok",
    "worker": "ok",
    "clock": "ok",
    "malware_scanner": "off",
    "parsers": confinement()["state"],
    "identity_provider": "off",
    "details": {"malware_scanner": {}, "parsers": {"guards": confinement()["guards"]}},
}
"""The guards are this kernel's: asked once a process, here before anybody has to wait for them."""


@pytest.fixture
def beating(session: Session, time: Time) -> None:
    session.add_all(Heartbeat(process=name, at=time.now) for name in ("worker", "clock"))
    session.commit()


def bucket(endpoint: str) -> BucketStore:
    return BucketStore(endpoint=endpoint, access_key="a", secret_key="b" * 20, bucket="tests")


@pytest.mark.usefixtures("beating")
def test_all_well(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, WELL)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("beating")
def test_an_old_heartbeat_is_none(client: FlaskClient, time: Time) -> None:
    time.now += timedelta(minutes=1)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json == WELL | {"status": "down", "worker": "down", "clock": "down"}


@pytest.mark.usefixtures("beating")
def test_a_store_that_has_stopped(
    config: Config, outside: Outside, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with store(tmp_path / "store") as address:
        kept = BucketStore(
            endpoint=address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key,
            bucket="tests",
        )
        kept.ensure_bucket()
        app = make_app(config, outside=replace(outside, store=kept), sessions=sessions)
        assert app.test_client().get("/healthz").json == WELL
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == WELL | {"status": "down", "object_store": "down"}


@pytest.mark.usefixtures("beating")
def test_a_store_that_hangs_hangs_nobody(
    config: Config, outside: Outside, sessions: sessionmaker[Session]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        silent = bucket(f"127.0.0.1:{deaf.getsockname()[1]}")
        app = make_app(config, outside=replace(outside, store=silent), sessions=sessions)
        for _ in range(2):
            answer = app.test_client().get("/healthz")
            assert answer.status_code == 503
            assert answer.json == WELL | {"status": "down", "object_store": "down"}


@pytest.mark.usefixtures("beating")
def test_an_identity_provider_that_is_away_stops_nothing(
    config: Config, outside: Outside, sessions: sessionmaker[Session], time: Time
) -> None:
    with esi(time) as running:
        app = make_app(
            config, outside=replace(outside, identity=running.identity), sessions=sessions
        )
        assert app.test_client().get("/healthz").json == WELL | {"identity_provider": "ok"}
    time.now += timedelta(seconds=29)
    answer = app.test_client().get("/healthz")
    assert answer.json["identity_provider"] == "ok", "it is not asked at every look"
    time.now += timedelta(seconds=1)
    answer = app.test_client().get("/healthz")
    assert answer.json["identity_provider"] == "down"
    assert answer.json["object_store"] == "ok"
    assert app.test_client().get("/sign-in").status_code == 200


def test_a_database_that_is_gone(config: Config, outside: Outside, tmp_path: Path) -> None:
    engine = create_engine(f"postgresql+psycopg://sud_web@/sud?host={tmp_path}")
    app = make_app(config, outside=outside, sessions=sessionmaker(engine))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == WELL | {
        "status": "down",
        "database": "down",
        "worker": "unknown",
        "clock": "unknown",
    }
    engine.dispose()


def test_needs_no_sign_in_and_names_nobody(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert set(answer.json) == set(WELL)
    parts = {part: told for part, told in answer.json.items() if part != "details"}
    assert set(parts.values()) <= {"ok", "down", "unknown", "off", "weak"}


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a scanner may say of itself; a real one stands in `tests/documents/test_malware.py`."""

    dated: datetime | None = None
    away: bool = False

    def scan(self, _stream: BinaryIO) -> str | None:
        raise AssertionError("health scans nothing")

    def state(self) -> ScannerState:
        if self.away:
            raise UnclearError
        return ScannerState(version="1.4.6", database=27_000, dated=self.dated)


@pytest.mark.usefixtures("beating")
@pytest.mark.parametrize(
    ("scanner", "state", "status"),
    [
        (Scanner(dated=MONDAY - timedelta(days=1)), "ok", 200),
        (Scanner(dated=MONDAY - timedelta(days=DATABASE_DAYS + 1)), "old", 200),
        (Scanner(), "ok", 200),
        (Scanner(away=True), "down", 503),
    ],
)
def test_the_scanner_and_the_age_of_what_it_knows(
    config: Config, outside: Outside, sessions: sessionmaker[Session], scanner, state, status
) -> None:
    app = make_app(config, outside=replace(outside, scanner=scanner), sessions=sessions)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json["malware_scanner"]) == (status, state)
    if scanner.dated:
        age = (MONDAY - scanner.dated).days
        assert answer.json["details"]["malware_scanner"]["database_days"] == age
