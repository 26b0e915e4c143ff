"""Signing in: one answer for every wrong guess, few guesses, a new session each time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import SYSTEM
from sud.accounts import guessing, service
from sud.models import SignInAttempt, User
from tests.builders import Make
from tests.conftest import Time
from tests.sud.journalled import journalled

PASSWORD = "тоо суусу 1916"


@pytest.fixture
def user(session: Session, time: Time) -> User:
    made = service.create_user(
        session,
        SYSTEM,
        login="Aigul.S",
        password=PASSWORD,
        display_name="Айгүл Сыдыкова",
        now=time(),
        fictional=True,
    )
    session.commit()
    return made


def guess(client: FlaskClient, login: str, password: str, **rest):
    return client.post("/sign-in", data={"login": login, "password": password}, **rest)


def test_right_password_opens_a_session(client: FlaskClient, user: User, session: Session) -> None:
    answer = guess(client, "  AIGUL.s ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/home")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get("/sign-out").status_code == 200
    lines = journalled(session, "session:open")
    assert [line.facts["right"] for line in lines] == [True]
    assert lines[0].user_id == user.id


def test_password_is_kept_as_argon2(user: User) -> None:
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash


def test_unknown_name_and_wrong_password_answer_alike(client: FlaskClient, user: User) -> None:
    wrong = guess(client, user.login, "wrong")
    unknown = guess(client, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 422
    assert _strip(wrong.text).replace(user.login, "nobody") == _strip(unknown.text)


def _strip(page: str) -> str:
    """Without the tokens, which are new on every page."""
    return "\n".join(line for line in page.splitlines() if 'name="once"' not in line)


def test_closed_account_is_a_wrong_guess(client: FlaskClient, user: User, session: Session) -> None:
    user.active = False
    session.commit()
    assert guess(client, user.login, PASSWORD).status_code == 422


def test_guessing_is_slowed_down(client: FlaskClient, user: User, time: Time) -> None:
    for _ in range(5):
        assert guess(client, user.login, "wrong").status_code == 422
    # Now even the right one is not tried from here...
    assert guess(client, user.login, PASSWORD).status_code == 422
    # ... but from elsewhere: a stranger cannot lock the owner out.
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert guess(client, user.login, PASSWORD, environ_base=elsewhere).status_code == 303


def test_waiting_ends_the_slowing(client: FlaskClient, user: User, time: Time) -> None:
    for _ in range(6):
        guess(client, user.login, "wrong")
    time.now += timedelta(minutes=16)
    assert guess(client, user.login, PASSWORD).status_code == 303


def test_one_place_cannot_try_many_names(
    client: FlaskClient, user: User, session: Session, time: Time
) -> None:
    elsewhere = guessing.Guess(login="nobody", password="", place="198.51.100.9/32")
    for number in range(60):
        one = guessing.Guess(login=f"name{number}", password="123456", place=elsewhere.place)
        assert guessing.count(session, one, secret="only for tests", now=time()) == 0
    session.commit()
    from_there = {"REMOTE_ADDR": "198.51.100.9"}
    assert guess(client, user.login, PASSWORD, environ_base=from_there).status_code == 422
    assert guess(client, user.login, PASSWORD).status_code == 303


def test_guesses_are_not_a_list_of_names(client: FlaskClient, user: User, session: Session) -> None:
    guess(client, user.login, "wrong")
    rows = session.scalars(select(SignInAttempt)).all()
    assert len(rows) == 3
    assert all(len(row.who) == 32 for row in rows)


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("/cases?q=319", "/cases?q=319"),
        ("//evil.example/", "/home"),
        ("https://evil.example/", "/home"),
        ("/\\evil.example", "/home"),
        ("/\t/evil.example", "/home"),
        ("javascript:alert(1)", "/home"),
        ("", "/home"),
    ],
)
def test_back_only_to_our_own_pages(
    client: FlaskClient, user: User, to: str, location: str
) -> None:
    answer = client.post(
        "/sign-in", query_string={"to": to}, data={"login": user.login, "password": PASSWORD}
    )
    assert answer.location == location


def test_session_is_new_after_sign_in(client: FlaskClient, user: User) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by a stranger"
    guess(client, user.login, PASSWORD)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] == f"{user.id}.1"


def test_a_session_ends_however_busy(client: FlaskClient, user: User, time: Time) -> None:
    guess(client, user.login, PASSWORD)
    time.now += timedelta(hours=13)
    assert client.get("/sign-out").location.startswith("/sign-in")


def test_signing_out(client: FlaskClient, user: User) -> None:
    guess(client, user.login, PASSWORD)
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/sign-out").location.startswith("/sign-in")


def test_signing_out_everywhere(app, client: FlaskClient, user: User) -> None:
    other = app.test_client()
    guess(client, user.login, PASSWORD)
    guess(other, user.login, PASSWORD)
    client.post("/sign-out", data={"everywhere": "yes"})
    assert other.get("/sign-out").location.startswith("/sign-in")


def test_empty_form_says_what_is_missing(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={})
    assert answer.status_code == 422
    assert 'href="#login"' in answer.text
    assert 'href="#password"' in answer.text


def test_signed_in_goes_home(sign_in: Callable[[User], FlaskClient], make: Make) -> None:
    assert sign_in(make.user()).get("/sign-in").location == "/home"
