"""The gate's order, on a small room of its own: seen, allowed, answered once, committed."""

import uuid
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sud.access import Action, Actor, visible
from sud.errors import CourtError, Refusal
from sud.models import Case, Counter, JournalLine, RoleCode, User
from sud.request import allow, db
from tests.builders import Make
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]


def _case(session: Session, actor: Actor, key: uuid.UUID) -> Case | None:
    found = visible(select(Case).where(Case.key == key), actor)
    return session.scalar(found)  # type: ignore[no-any-return]


def _count() -> None:
    counter = db().get(Counter, "presses")
    if counter is None:
        db().add(Counter(series="presses", last=1))
    else:
        counter.last += 1


@pytest.fixture
def app(own_app: Flask) -> Flask:
    views = Blueprint("trial", __name__)

    @views.route("/trial/<uuid:key>", methods=["GET", "POST"])
    @allow(Action.CASE_ACCEPT, on=_case)
    def press(_case: Case) -> ResponseReturnValue:
        _count()
        return redirect("/trial/done", 303)

    @views.post("/trial/<uuid:key>/refused")
    @allow(Action.CASE_ACCEPT, on=_case)
    def refused(_case: Case) -> ResponseReturnValue:
        _count()
        return "no", 422

    @views.post("/trial/<uuid:key>/broken")
    @allow(Action.CASE_ACCEPT, on=_case)
    def broken(_case: Case) -> ResponseReturnValue:
        _count()
        raise CourtError(Refusal.NOT_NOW)

    own_app.register_blueprint(views)
    return own_app


@pytest.fixture
def case(make: Make) -> Case:
    return make.case(judge=make.judge())


@pytest.fixture
def judge(make: Make, case: Case, sign_in: SignIn) -> FlaskClient:
    assert case.judge is not None
    return sign_in(make.judge_user(case.judge))


def _presses(session: Session) -> int:
    return session.scalar(select(Counter.last).where(Counter.series == "presses")) or 0


def test_success_is_committed(session: Session, case: Case, judge: FlaskClient) -> None:
    assert judge.post(f"/trial/{case.key}").status_code == 303
    assert _presses(session) == 1


@pytest.mark.parametrize(("path", "status"), [("refused", 422), ("broken", 409)])
def test_anything_else_is_undone(
    session: Session, case: Case, judge: FlaskClient, path: str, status: int
) -> None:
    assert judge.post(f"/trial/{case.key}/{path}").status_code == status
    assert _presses(session) == 0


def test_a_second_click_gets_the_first_answer(
    session: Session, case: Case, judge: FlaskClient
) -> None:
    token = {"once": str(uuid.uuid4())}
    first = judge.post(f"/trial/{case.key}", data=token)
    second = judge.post(f"/trial/{case.key}", data=token)
    assert (second.status_code, second.location) == (303, first.location)
    assert _presses(session) == 1


def test_a_refused_form_may_be_sent_again(session: Session, case: Case, judge: FlaskClient) -> None:
    token = {"once": str(uuid.uuid4())}
    judge.post(f"/trial/{case.key}/refused", data=token)
    assert judge.post(f"/trial/{case.key}", data=token).location == "/trial/done"
    assert _presses(session) == 1


def test_somebody_else_s_token_answers_nothing(
    session: Session, make: Make, case: Case, judge: FlaskClient, sign_in: SignIn
) -> None:
    token = {"once": str(uuid.uuid4())}
    judge.post(f"/trial/{case.key}", data=token)
    own = make.case(judge=make.judge())
    assert own.judge is not None
    other = sign_in(make.judge_user(own.judge))
    other.post(f"/trial/{own.key}", data=token)
    assert _presses(session) == 2
    assert judge.post(f"/trial/{case.key}", data=token).location == "/trial/done"
    assert _presses(session) == 2


def test_the_unseen_is_byte_for_byte_the_missing(make: Make, case: Case, sign_in: SignIn) -> None:
    stranger = sign_in(make.party(make.case(judge=make.judge())))
    unseen = stranger.get(f"/trial/{case.key}")
    missing = stranger.get(f"/trial/{uuid.uuid4()}")
    nowhere = stranger.get("/no-such-page")
    assert unseen.status_code == missing.status_code == nowhere.status_code == 404
    assert unseen.data == missing.data == nowhere.data
    assert unseen.headers.to_wsgi_list() == missing.headers.to_wsgi_list()


def test_seen_but_not_allowed_is_403_and_journalled(
    session: Session, make: Make, case: Case, sign_in: SignIn
) -> None:
    clerk = make.staff(RoleCode.CLERK)
    assert sign_in(clerk).post(f"/trial/{case.key}").status_code == 403
    (line,) = journalled(session, Action.ACCESS_REFUSED)
    assert (line.user_id, line.case_id, line.facts) == (
        clerk.id,
        case.id,
        {"refused": "case:accept"},
    )


def test_the_unseen_is_not_journalled_as_a_refusal(
    session: Session, make: Make, case: Case, sign_in: SignIn
) -> None:
    sign_in(make.user()).get(f"/trial/{case.key}")
    assert session.scalar(select(func.count()).select_from(JournalLine)) == 0


@pytest.mark.parametrize("known", [True, False])
def test_visitors_are_sent_to_sign_in_whether_it_exists_or_not(
    client: FlaskClient, case: Case, known: bool
) -> None:
    key = case.key if known else uuid.uuid4()
    answer = client.get(f"/trial/{key}")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?to=")
