"""The review page and the gate in a real browser: by keyboard alone, and without any script.

The house here is the application alone, on a database of its own: what the demonstration's house
would add is walked elsewhere.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from sud.access import SYSTEM
from sud.accounts import service as accounts
from sud.config import Config
from sud.db import Sessions, unit
from sud.models import Ground, Publication, PublicationState, RoleCode
from sud.outside import Outside
from sud.publication import bars
from sud.web import make_app
from tests.builders import START, Make
from tests.conftest import Time
from tests.e2e.conftest import Running, Visitor, holds
from tests.sud.desk import DOUBTFUL, Desk, without_lot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WITNESS = "Күбө Сатыбалдиев Нурдин суралды."
PASSWORD = "a long enough password"


@pytest.fixture
def waiting(
    own_sessions: Sessions, time: Time, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> int:
    """One text with doubts, and two clerks who may read it."""
    without_lot(monkeypatch)
    with unit(own_sessions) as session:
        desk = Desk(session, Make(session, time), outside)
        text = desk.prepared(desk.act(desk.case(), reasoning=f"{DOUBTFUL}\n{WITNESS}"))
        for login in ("bermet", "aida"):
            user = accounts.create_user(
                session,
                SYSTEM,
                login=login,
                password=PASSWORD,
                display_name=login.capitalize(),
                now=time.now,
            )
            accounts.give_role(
                session,
                SYSTEM,
                user,
                code=RoleCode.CLERK,
                court_id=text.act.case.court_id,
                since=START,
                now=time.now,
            )
        return text.id


@pytest.fixture
def served(
    config: Config, own_sessions: Sessions, outside: Outside, waiting: int
) -> Iterator[Running]:
    app = make_app(config, outside=outside, sessions=own_sessions)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with subprocess.Popen([sys.executable, "-c", ""], text=True) as nothing:
        yield Running(
            url=f"http://127.0.0.1:{server.port}",
            var=Path(),
            password=PASSWORD,
            process=nothing,
        )
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(served: Running, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    contexts = []

    def made(*, scripts: bool = True, width: int = 1280) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, locale="ky-KG", java_script_enabled=scripts
        )
        contexts.append(context)
        return Visitor(
            house=served, page=context.new_page(), scripts=scripts, seen=set(), shots=None
        )

    yield made
    for context in contexts:
        context.close()


@pytest.fixture
def text_of(own_sessions: Sessions, waiting: int) -> Callable[[], Publication]:
    def found() -> Publication:
        with unit(own_sessions) as session:
            return session.get_one(Publication, waiting)

    return found


def _open_doubts(who: Visitor) -> int:
    return who.page.locator("[data-doubt]").count()


def _press(who: Visitor, key: str) -> None:
    """Press a key that decides a doubt, and wait until the page has taken it."""
    before = _open_doubts(who)
    who.page.keyboard.press(key)
    holds(who.page, "before => document.querySelectorAll('[data-doubt]').length < before", before)


def _enter(who: Visitor, login: str) -> None:
    """Sign in and go to the text with the keyboard alone."""
    page = who.open("/sign-in")
    page.focus("[name=login]")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    who.open("/publications")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    who.look()


def test_two_clerks_read_a_text_with_the_keyboard_alone(
    visit: Callable[..., Visitor],
    text_of: Callable[[], Publication],
    own_sessions: Sessions,
    time: Time,
) -> None:
    with unit(own_sessions) as session:
        text = session.get_one(Publication, text_of().id)
        bars.note(session, SYSTEM, text.act.case, Ground.CHILD, now=time.now)
    first, second = visit(), visit()
    _enter(first, "bermet")
    page = first.page
    assert _open_doubts(first) >= 2
    assert page.locator("#publish form[action$='/publish']").count() == 0
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 1
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.hasAttribute('data-doubt')")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement === document.querySelector('[data-doubt]')")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.keyboard.press("Escape")
    while _open_doubts(first):
        _press(first, "h")
    assert page.evaluate("!!document.activeElement.closest('#publish')")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    first.look()
    assert text_of().state is PublicationState.CONFIRMING

    _enter(second, "aida")
    page = second.page
    assert _open_doubts(second) >= 2, "what the first reader decided is not seen"
    page.keyboard.press("j")
    _press(second, "s")
    while _open_doubts(second):
        _press(second, "h")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert _open_doubts(second) == 1, "where they differ it is decided once more"
    second.look()
    page.keyboard.press("j")
    _press(second, "h")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    second.look()
    text = text_of()
    assert text.state is PublicationState.PUBLISHED
    assert "Сатыбалдиев" not in text.parts["reasoning"]
    public = visit()
    public.open(f"/decisions/{text.key}")
    assert "Сатыбалдиев" not in public.page.content()


def test_the_gate_and_a_report_on_a_telephone_without_scripts(
    visit: Callable[..., Visitor], text_of: Callable[[], Publication]
) -> None:
    clerk, public = visit(scripts=False, width=360), visit(scripts=False, width=360)
    clerk.sign_in("bermet")
    clerk.open("/publications")
    clerk.press("main table a")
    while _open_doubts(clerk):
        clerk.press("[data-doubt] button[value^='accept']")
    name = "th:has-text('Сыдык уулу Нурбек')"
    clerk.press(f"tr:has({name}) button[value^='show']")
    clerk.press("#publish form[action$='/publish'] button")
    assert clerk.page.locator("#leaks mark").first.inner_text().startswith("Сыдык уулу")
    assert text_of().state is PublicationState.PREPARED
    clerk.press(f"tr:has({name}) button[value^='hide']")
    clerk.press("#publish form[action$='/publish'] button")
    text = text_of()
    assert text.state is PublicationState.PUBLISHED, clerk.page.inner_text("main")
    wide = clerk.page.locator("html").bounding_box()
    assert wide is not None
    assert wide["width"] <= 360

    public.open(f"/decisions/{text.key}")
    public.press("main a[href$='/report']")
    public.press("main form button[type=submit]")
    assert public.page.locator(".govuk-error-summary").is_visible()
    public.choose("kind", "name")
    public.fill(words="Экинчи абзацта бир адамды таанып алса болот.")
    public.press("main form button[type=submit]")
    clerk.open("/publications")
    assert "Экинчи абзацта" in clerk.page.inner_text("main")
    clerk.press("main button[name=outcome][value=held]")
    assert text_of().state is PublicationState.HELD
    assert public.page.request.get(public.house.url + f"/decisions/{text.key}").status == 410
