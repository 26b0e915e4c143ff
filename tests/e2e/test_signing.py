"""Two parties and a judge sign a settlement, a panel signs an act: in a browser, with no script."""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from documents.authority import Signatory
from documents.signatures import TestAuthority, Verdict
from recordings.bucket import BucketStore
from sud.accounts.service import actor_of
from sud.acts import service as acts
from sud.config import Config
from sud.db import Sessions, unit
from sud.local.esi import Citizen
from sud.models import Act, ActState, SigningSheet, User
from sud.outside import Outside
from tests.builders import PASSWORD, Make
from tests.conftest import Time
from tests.e2e.axe import findings
from tests.e2e.serving import knowing, serving
from tests.recordings.conftest import free_port
from tests.sud.citizen import Esi, esi
from tests.sud.test_acts import TEXT
from tests.sud.test_filings import pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PHONE = 360
PIN = "20703198912345"
SIGNED = "Баары кол койгон"
Opened = Callable[..., Page]
Made = TypeVar("Made")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(port: int) -> Iterator[Esi]:
    people = [Citizen(pin=PIN, name="Жээнбекова Чынара (ойдон чыгарылган)")]
    with esi(
        lambda: datetime.now(UTC), people, back=f"http://127.0.0.1:{port}/esi/return"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def house(config: Config, bucket: BucketStore, port: int, provider: Esi) -> Iterator[str]:
    """The house's web process, which knows a provider of identities."""
    with serving(knowing(config, port, provider), port) as address:
        yield address


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The cookies of those who sign, and their case."""

    plaintiff: str
    respondent: str
    judges: list[str]
    case: str
    act: str


@pytest.fixture
def people(app: Flask, own_sessions: Sessions, outside: Outside, time: Time) -> People:
    """A case of three judges with two parties, and an act that is written."""
    time.now = datetime.now(UTC)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None

    def cookie(user: User) -> str:
        return str(signer.dumps({"_user_id": f"{user.id}.{user.session_stamp}", "_fresh": True}))

    with unit(own_sessions) as session:
        make = Make(session, time)
        judges = [make.judge() for _ in range(3)]
        case = make.case(judge=judges[0])
        make.panel(case, *judges[1:])
        users = [make.judge_user(judge) for judge in judges]
        for user in users:
            make.password(user)
        reporting = actor_of(session, users[0], time())
        act = acts.begin(session, reporting, case, make.act_kind(), now=time())
        acts.save(session, reporting, act, TEXT, now=time())
        plaintiff = make.party(case, surname="Сыдыков", given_name="Нурлан", patronymic="")
        respondent = make.party(
            case, "respondent", surname="Жээнбекова", given_name="Чынара", patronymic="", pin=PIN
        )
        return People(
            plaintiff=cookie(plaintiff),
            respondent=cookie(respondent),
            judges=[cookie(user) for user in users],
            case=f"/cases/{case.key}",
            act=f"/acts/{act.key}",
        )


@pytest.fixture
def opened(browser: Browser, house: str) -> Iterator[Opened]:
    """Open a page as somebody who is signed in; without scripts unless asked for."""
    contexts = []

    def made(cookie: str, page: str, *, scripts: bool = False, width: int = 1100) -> Page:
        context = browser.new_context(
            locale="ky-KG", java_script_enabled=scripts, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        context.add_cookies([{"name": "sud", "value": cookie, "url": house}])
        shown = context.new_page()
        shown.goto(page if page.startswith("http") else house + page)
        return shown

    yield made
    for context in contexts:
        context.close()


def _picture(page: Page, name: str) -> None:
    """Keep a picture of the page where PICTURES says."""
    if where := os.environ.get("PICTURES"):
        Path(where).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(where) / f"{name}.png", full_page=True)


def _sound(opened: Opened, cookie: str, url: str, name: str) -> None:
    """Nobody is kept from the page, on a telephone either; only asking that needs a script."""
    page = opened(cookie, url, scripts=True, width=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert findings(page) == []
    _picture(page, name)


def _signed(authority: TestAuthority, paper: bytes) -> bytes:
    """What the plaintiff's own program makes of a paper."""
    own = Signatory(key="home", name="Сыдыков Нурлан", office="")
    return _apart(lambda: authority.sign(paper, own, now=datetime.now(UTC)))


def _verdict(authority: TestAuthority, paper: bytes) -> Verdict:
    return _apart(lambda: authority.validate(paper, now=datetime.now(UTC)))


def _apart(work: Callable[[], Made]) -> Made:
    """Do what has a loop of its own beside the browser's."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(work).result()


def _signs(page: Page, **answers: str) -> None:
    for name, answer in answers.items():
        page.fill(f"[name={name}]", answer)
    page.fill("[name=password]", PASSWORD)
    page.locator("form[action$='/sign'] button").click()


def test_two_parties_sign_a_settlement_and_the_judge_after_them(
    people: People,
    opened: Opened,
    own_sessions: Sessions,
    authority: TestAuthority,
    tmp_path: Path,
) -> None:
    text = tmp_path / "макулдашуу.pdf"
    text.write_bytes(pdf())
    page = opened(people.plaintiff, f"{people.case}/joint-papers/new", width=PHONE)
    page.check("input[value=settlement]", force=True)
    page.check("input[name=others]", force=True)
    page.set_input_files("input[type=file]", text)
    _sound(opened, people.plaintiff, page.url, "agreement-360")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/signing/*")
    sheet = page.url
    _sound(opened, people.plaintiff, sheet, "sheet-of-party-360")

    # The judge is not the first: he reads, and finds no place to sign.
    judge = opened(people.judges[0], sheet)
    expect(judge.locator("form[action$='/sign']")).to_have_count(0)
    expect(judge.locator("main")).to_contain_text("Жээнбекова Чынара")

    # One party signs at home the very bytes that the page gives him, and hands them in.
    paper = page.request.get(f"{sheet}.pdf").body()
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(_signed(authority, pdf(2)))
    page.set_input_files("form[action$='/signed'] input[type=file]", signed)
    page.locator("form[action$='/signed'] button").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text(
        "кол коюуга берилген документ эмес"
    )
    _picture(page, "another-paper")
    signed.write_bytes(_signed(authority, paper))
    page.set_input_files("form[action$='/signed'] input[type=file]", signed)
    page.locator("form[action$='/signed'] button").click()
    expect(page.locator("main")).to_contain_text("Санариптик кол тамга")

    # The other confirms them with ESI, whom her first page leads there.
    page = opened(people.respondent, "/home", width=PHONE)
    page.locator("main a[href*='/signing/']").click()
    page.locator("form[action$='/esi'] button").click()
    page.fill("#pin", PIN)
    page.locator("button").click()
    shown = re.search(r"SHA-256: (\w{64})", page.locator("main").inner_text())
    assert shown is not None
    page.fill("#code", page.locator("#sent").inner_text())
    page.locator("button").first.click()
    page.wait_for_url(sheet)
    expect(page.locator(".sud-hash").first).to_contain_text(shown[1][:8])
    page.locator("form[action$='/confirmed'] button").click()
    expect(page.locator("main")).to_contain_text("ESI идентификатору менен ырасталган")

    judge.goto(sheet)
    _signs(judge)
    expect(judge.locator("h2").first).to_contain_text(SIGNED)
    _picture(judge, "settlement-signed")
    finished = judge.request.get(f"{sheet}.pdf").body()
    assert finished.startswith(signed.read_bytes())
    assert _verdict(authority, finished).good
    if where := os.environ.get("PICTURES"):
        (Path(where) / "settlement.pdf").write_bytes(finished)


def test_a_panel_refuses_and_then_signs_an_act(
    people: People, opened: Opened, own_sessions: Sessions, authority: TestAuthority
) -> None:
    presiding = opened(people.judges[0], f"{people.act}/issue")
    _picture(presiding, "act-prepare")
    presiding.locator("main form button[type=submit]").click()
    presiding.wait_for_url("**/signing/*")
    first = presiding.url
    expect(presiding.locator("form[action$='/sign']")).to_have_count(0)
    member = opened(people.judges[1], first)
    member.locator("summary").last.click()
    member.fill("[name=because]", "Эсеп туура эмес: 100 000 сом.")
    member.locator("form[action$='/refuse'] button").click()
    presiding.reload()
    expect(presiding.locator("main")).to_contain_text("Эсеп туура эмес")
    _picture(presiding, "act-refused")

    presiding.goto(presiding.url.partition("/signing/")[0] + f"{people.act}/issue")
    presiding.locator("main form button[type=submit]").click()
    presiding.wait_for_url("**/signing/*")
    sheet = presiding.url
    assert sheet != first
    _sound(opened, people.judges[2], sheet, "sheet-of-member-360")
    stale = opened(people.judges[1], sheet)
    third = opened(people.judges[2], "/signing")
    third.locator("main a[href*='/signing/']").click()
    _signs(third, dissent="Доо негиздүү эмес.")
    expect(third.locator("main")).to_contain_text("Өзгөчө пикир")
    # What the second judge has before him is no longer what he would sign.
    _signs(stale)
    expect(stale.locator(".govuk-error-summary")).to_contain_text("кимдир бирөө кол койду")
    _picture(stale, "stale-sheet")
    _signs(stale)
    presiding.reload()
    _signs(presiding)
    expect(presiding.locator("h2").first).to_contain_text(SIGNED)
    _picture(presiding, "act-signed")
    paper = presiding.request.get(f"{sheet}.pdf").body()
    verdict = _verdict(authority, paper)
    assert verdict.good
    assert len(verdict.signatures) == 3
    if where := os.environ.get("PICTURES"):
        (Path(where) / "act.pdf").write_bytes(paper)
    with unit(own_sessions) as session:
        assert session.scalars(select(Act)).one().state is ActState.ISSUED
        assert len(session.scalars(select(SigningSheet)).all()) == 2
    public = opened("", presiding.locator("a[href*='/verify/']").first.get_attribute("href") or "")
    expect(public.locator("main")).to_contain_text("Сыдыкова Айгүл")
    expect(public.locator("main")).not_to_contain_text("Доо негиздүү эмес")
