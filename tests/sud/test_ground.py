"""The archive's guards, the journal's chain and the gate's manners, on a real database."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from sud import journal
from sud.access import SYSTEM, Action
from sud.outside import defer_job
from tests.builders import Make


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
    defer_job(session, "media.transcode", recording_id=7)
    queued = session.execute(text("SELECT queue_name, task_name, args FROM procrastinate_jobs"))
    assert queued.all() == [("media", "media.transcode", {"recording_id": 7})]


def test_missing_page_is_404(client: FlaskClient) -> None:
    assert client.get("/no-such-page").status_code == 404


def test_application_has_strict_headers(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
