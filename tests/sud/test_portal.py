"""The first page, the choice of language, and closed doors."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm.exc import StaleDataError

from sud.access import Action
from sud.errors import CourtError, Refusal
from sud.models import User
from sud.portal.views import ours
from sud.request import allow
from tests.builders import Make

SignIn = Callable[[User], FlaskClient]


def test_first_page_answers_in_kyrgyz(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert '<html lang="ky"' in page.text
    assert 'action="/search"' in page.text


def test_a_language_is_remembered(client: FlaskClient) -> None:
    answer = client.get("/language/ru?to=/sign-in")
    assert answer.status_code == 303
    assert answer.location == "/sign-in"
    assert '<html lang="ru"' in client.get("/").text
    assert '<html lang="en"' in client.get("/?lang=en").text


def test_language_links_lead_back_to_the_page(client: FlaskClient) -> None:
    page = client.get("/sign-in?to=/home&lang=ru").text
    link = re.search(r'href="(/language/ky[^"]*)"', page)
    assert link is not None
    assert client.get(html.unescape(link[1])).location == "/sign-in?to=%2Fhome"


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/language/xx")
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil",
        "",
        "http://[",
    ],
)
def test_no_language_link_leads_away(client: FlaskClient, elsewhere: str) -> None:
    assert ours(elsewhere) is None
    answer = client.get("/language/ky", query_string={"to": elsewhere})
    assert answer.location == "/"


def test_what_is_missing_says_nothing_else(
    client: FlaskClient, make: Make, sign_in: SignIn
) -> None:
    """The page has no path and no token in it: the same bytes for every missing thing."""
    stranger = sign_in(make.user())
    case = make.case()
    make.session.commit()
    for visitor, addresses in (
        (client, ("/nothing", "/no/thing?a=b")),
        (stranger, ("/nothing", f"/cases/{case.key}", f"/cases/{case.key}/people")),
    ):
        answers = [visitor.get(address) for address in addresses]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.data for answer in answers}) == 1
        assert b"csrf" not in answers[0].data


def test_a_pending_message_waits_for_a_real_page(app: Flask) -> None:
    visitor = app.test_client()
    with visitor.session_transaction() as cookie:
        cookie["_flashes"] = [("message", "Сакталды")]
    assert "Сакталды" not in visitor.get("/nothing").text
    assert "Сакталды" in visitor.get("/").text


def test_a_wrong_way_of_asking_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "<h1>" in answer.text


def test_a_missing_token_is_explained(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/sign-in", data={"login": "a"})
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_refusals_are_said_in_words(own_app: Flask) -> None:
    @own_app.get("/refused")
    @allow(Action.SITE_READ)
    def refused() -> str:
        raise CourtError(Refusal.NO_JUDGE_YET)

    @own_app.get("/overtaken")
    @allow(Action.SITE_READ)
    def overtaken() -> str:
        raise StaleDataError

    client = own_app.test_client()
    answer = client.get("/refused?lang=en")
    assert answer.status_code == 409
    assert "The case has no judge yet." in answer.text
    answer = client.get("/overtaken?lang=en")
    assert answer.status_code == 409
    assert "Someone changed this in the meantime" in answer.text


def test_a_failure_of_ours_shows_nothing_of_it(own_app: Flask) -> None:
    @own_app.get("/broken")
    @allow(Action.SITE_READ)
    def broken() -> str:
        raise RuntimeError("secret")

    own_app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    answer = own_app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "<h1>" in answer.text
