"""A form of the public from the catalogue to the paper: with scripts, and without on a telephone.

The pages come from the application itself and not from a whole house: nothing else is needed.
"""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from sud.access import SYSTEM
from sud.models import User
from sud.registry.service import load_reference
from tests.builders import Make
from tests.conftest import MONDAY
from tests.e2e.conftest import Running, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PHONE = 360
ON = "main form button.govuk-button" + "".join(
    f":not(.{kind})"
    for kind in ("govuk-button--secondary", "sud-button--small", "sud-button--link")
)
ME = {
    "me__surname": "Асанов",
    "me__given_name": "Бакыт",
    "me__patronymic": "Маратович",
    "me__pin": "21503198501234",
    "me__address": "Талас шаары, Сарыгулов көчөсү, 5",
    "me__phone": "0700 123 456",
}


Visit = Callable[..., Visitor]


@pytest.fixture
def pages(app: Flask, session: Session) -> Iterator[str]:
    """The application behind a port, with the law of the land and with its tokens."""
    load_reference(session, SYSTEM, now=MONDAY)
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@pytest.fixture
def visit(pages: str, browser: Browser, tmp_path) -> Iterator[Visit]:
    """Visitors of these pages, each with a browser of his own."""
    contexts = []
    running = Running(url=pages, var=tmp_path, password="", process=None)

    def made(*, scripts: bool, width: int, cookie: str = "") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, locale="ky-KG", java_script_enabled=scripts
        )
        contexts.append(context)
        if cookie:
            context.add_cookies([{"name": "sud", "value": cookie, "url": pages}])
        page = context.new_page()
        return Visitor(house=running, page=page, scripts=scripts, seen=set(), shots=None)

    yield made
    for context in contexts:
        context.close()


def fits(visitor: Visitor) -> None:
    box, wide = visitor.page.locator("html").bounding_box(), visitor.page.viewport_size
    assert box is not None
    assert wide is not None
    assert box["width"] <= wide["width"], f"{visitor.page.url} is wider than the screen"
    assert visitor.page.locator("h1").count() == 1


def go_on(visitor: Visitor) -> None:
    """Press the visible button that goes on, and look at the page behind it."""
    with visitor.page.expect_navigation():
        visitor.page.locator(ON).last.click()
    visitor.look()
    fits(visitor)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_petition_by_somebody_who_has_no_account(visit: Visit, scripts: bool) -> None:
    anybody = visit(scripts=scripts, width=1100 if scripts else PHONE)
    anybody.open("/forms")
    anybody.fill(q="көчүрмө")
    anybody.press("main form[role=search] button")
    fits(anybody)
    anybody.press("main a[href='/forms/copies']")
    fits(anybody)
    anybody.press("main a.govuk-button")
    anybody.fill(court="talas-city", case_number="ГД-319/26-Т5")
    anybody.choose("my_role", "plaintiff")
    go_on(anybody)
    anybody.choose("me-kind", "natural")
    anybody.fill(**ME, me__email="бакыт")
    go_on(anybody)
    assert anybody.page.locator(".govuk-error-summary a").count() == 1
    assert anybody.page.locator("#me-email-error").count() == 1
    assert anybody.page.locator("#me-surname").input_value() == "Асанов"
    anybody.fill(me__email="bakyt@example.kg")
    go_on(anybody)
    anybody.choose("act", "decision")
    anybody.choose("certified", "yes")
    anybody.fill(act_on__day="10", act_on__month="3", act_on__year="2026", count="2")
    go_on(anybody)
    go_on(anybody)
    anybody.fill(enclosures__0="Паспорттун көчүрмөсү, 1 барак")
    anybody.page.locator("button[value='add:enclosures']").click()
    anybody.page.locator("#enclosures-1").wait_for()
    assert anybody.page.locator("#enclosures-0").input_value().startswith("Паспорт")
    go_on(anybody)
    paper = anybody.page.locator("article.sud-act").inner_text()
    assert "Талас шаардык сотуна" in paper
    assert "Асанов Бакыт Маратович" in paper
    assert "2026-жылдын 10-мартында чыккан" in paper
    anybody.press("button[name=paper_language][value=ru]")
    assert "В Таласский городской суд" in anybody.page.locator("article.sud-act").inner_text()


def test_a_party_s_paper_waits_and_goes_on(
    visit: Visit, make: Make, session: Session, sign_in: Callable[[User], FlaskClient]
) -> None:
    user = make.user(person_id=make.person().id)
    session.commit()
    cookie = sign_in(user).get_cookie("sud")
    assert cookie is not None
    party = visit(scripts=True, width=PHONE, cookie=cookie.value)
    party.open("/forms/divorce")
    party.press("main form button.govuk-button")
    fits(party)
    party.fill(court="talas-city")
    go_on(party)
    assert party.page.locator("#me-surname").input_value() == "Осмонов"
    party.open("/my-papers")
    fits(party)
    party.press("main li a[href^='/my-papers/']")
    assert "/steps/" in party.page.url
    fits(party)
