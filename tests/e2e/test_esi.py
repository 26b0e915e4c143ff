"""A filing confirmed with ESI in a real browser, without a script, on a telephone."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recordings.bucket import BucketStore
from sud.access import Actor
from sud.config import Config
from sud.db import Sessions, unit
from sud.filings import service
from sud.local.esi import Citizen
from sud.outside import Outside
from tests.builders import Make
from tests.conftest import Time
from tests.e2e.axe import findings
from tests.e2e.serving import knowing, serving
from tests.recordings.conftest import free_port
from tests.sud.citizen import Esi, esi
from tests.sud.test_filings import BANK, ME, attach, law, pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(port: int) -> Iterator[Esi]:
    people = [Citizen(pin=str(ME.pin), name="Токтогулова Жаңыл (ойдон чыгарылган)")]
    with esi(
        lambda: datetime.now(UTC), people, back=f"http://127.0.0.1:{port}/esi/return"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def house(config: Config, bucket: BucketStore, port: int, provider: Esi) -> Iterator[str]:
    """The house's web process, which knows a provider."""
    with serving(knowing(config, port, provider), port) as address:
        yield address


@pytest.fixture
def filing(own_sessions: Sessions, outside: Outside, time: Time) -> str:
    """A draft with everything in it, of somebody with an account."""
    time.now = datetime.now(UTC)
    with unit(own_sessions) as session:
        make = Make(session, time)
        person = make.person(pin=ME.pin)
        user = make.user(person_id=person.id, display_name="Токтогулова Жаңыл Өмүрбек кызы")
        party, where = Actor(user_id=user.id, language="ky"), law(make)
        made = service.start(session, party, where, now=time())
        service.name_me(session, party, made, ME, now=time())
        service.name_respondent(session, party, made, BANK, now=time())
        service.write_claim(
            session, party, made, price=60_000_00, text="Карызды өндүрүүнү суранам.", now=time()
        )
        attach(session, party, made, outside, time, ("доо.pdf", pdf(2)))
        return f"/filings/{made.key}/confirm"


def _picture(page: Page, name: str) -> None:
    if where := os.environ.get("PICTURES"):
        Path(where).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(where) / f"{name}.png", full_page=True)


def test_a_filing_is_confirmed_and_filed(house: str, filing: str, browser: Browser) -> None:
    """From the sign-in page on; nothing of it needs a script or the width of a desk."""
    context = browser.new_context(
        locale="ky-KG", java_script_enabled=False, viewport={"width": 360, "height": 780}
    )
    page = context.new_page()
    try:
        page.goto(f"{house}{filing}")
        _picture(page, "esi-sign-in")
        page.locator("form[action*='/esi/sign-in'] button").click()
        _picture(page, "esi-provider-sign-in")
        page.fill("#pin", str(ME.pin))
        page.locator("button").click()
        page.wait_for_url(f"**{filing}")
        _picture(page, "esi-confirm-page")
        page.locator("form[action$='/sign/esi'] button").click()
        shown = re.search(r"SHA-256: (\w{64})", page.locator("main").inner_text())
        assert shown is not None
        assert ME.surname not in page.url
        _picture(page, "esi-provider-confirm")
        page.fill("#code", page.locator("#sent").inner_text())
        page.locator("button").first.click()
        page.wait_for_url(f"**{filing}")
        expect(page.locator(".sud-hash").last).to_contain_text(shown[1])
        _picture(page, "esi-confirmed")
        assert _faults(browser, context.cookies(), page.url) == []
        page.check("input[name=truth]", force=True)
        page.locator("form:has(input[name=truth]) button").click()
        page.wait_for_url("**/receipt")
    finally:
        context.close()


def _faults(browser: Browser, cookies: Any, url: str) -> list[Any]:
    """What is wrong with a page for those who cannot see it; only asking that needs a script."""
    context = browser.new_context(locale="ky-KG", viewport={"width": 360, "height": 780})
    try:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(url)
        wide = page.evaluate("document.documentElement.scrollWidth")
        return [*findings(page), *(["wider than the screen"] if wide > 360 else [])]
    finally:
        context.close()
