"""GET /healthz: every part named, 503 when one is down, an answer in any case."""

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from recordings.bucket import BucketStore
from sud.config import Config
from sud.local import store
from sud.models import Heartbeat
from sud.outside import Outside
from sud.web import make_app
from tests.conftest import Time

WELL = {
    "status": "ok",
    "database": "ok",
    "object_store": "ok",
    "worker": "ok",
    "clock": "ok",
}


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
    assert set(answer.json.values()) <= {"ok", "down", "unknown"}
