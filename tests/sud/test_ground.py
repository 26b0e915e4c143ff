"""The archive's guards, the journal's chain and the gate's manners, on a real database."""

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from sud import journal
from sud.access import SYSTEM, Action
from sud.accounts.jobs import forget
from sud.clock import timetable
from sud.config import Config
from sud.db import Sessions
from sud.models import OnceAnswer
from sud.outside import Outside, defer_job
from sud.worker import all_jobs
from tests.builders import Make
from tests.conftest import Time


def test_journal_lines_are_chained(session: Session, make: Make, time) -> None:
    case = make.case()
    first = journal.record(session, SYSTEM, Action.CASE_REGISTER, case, now=time(), seq=case.seq)
    second = journal.record(session, SYSTEM, Action.CASE_READ, case, now=time())
    assert second.previous == first.digest
    assert second.case_id == case.id
    assert list(journal.broken_lines(session)) == []


@pytest.mark.parametrize("statement", ["UPDATE journal SET action = ''", "DELETE FROM journal"])
def test_journal_refuses_change(session: Session, make: Make, time, statement: str) -> None:
    journal.record(session, SYSTEM, Action.CASE_REGISTER, make.case(), now=time())
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(statement))


def test_deferring_is_part_of_the_transaction(session: Session) -> None:
    defer_job(session, "media.judge", recording_id=7)
    queued = session.execute(text("SELECT queue_name, task_name, args FROM procrastinate_jobs"))
    assert queued.all() == [("long", "media.judge", {"recording_id": 7})]


def test_missing_page_is_404(client: FlaskClient) -> None:
    assert client.get("/no-such-page").status_code == 404


def test_application_has_strict_headers(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_night_forgets_what_only_mattered_for_a_moment(
    session: Session, sessions: Sessions, outside: Outside, make: Make, time: Time
) -> None:
    old, young = uuid.uuid4(), uuid.uuid4()
    for token, days in ((old, 8), (young, 6)):
        session.add(OnceAnswer(token=token, location="/", at=time() - timedelta(days=days)))
    defer_job(session, "media.judge", recording_id=1)
    session.commit()
    forget(sessions, outside)
    assert session.scalars(select(OnceAnswer.token)).all() == [young]
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1


def test_every_tick_of_the_clock_has_its_job(config: Config) -> None:
    assert {tick.job for tick in timetable(config)} <= set(all_jobs())
