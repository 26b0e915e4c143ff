"""Files over a line that drops, over a slow one, after a reload, and without a script at all."""

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from recordings.bucket import BucketStore
from sud.access import Actor
from sud.config import Config
from sud.db import Sessions, unit
from sud.filings import service as filings
from sud.filings.service import Where
from sud.models import Disc, Document, RoleCode, Upload, User
from sud.outside import Outside
from sud.uploads import service
from tests.builders import Make
from tests.dropping_line import Line, line
from tests.e2e.axe import findings
from tests.e2e.conftest import holds
from tests.e2e.serving import serving
from tests.recordings.conftest import free_port
from tests.sud.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MIB = 1 << 20
OPEN = {"01", "08"}  # a connection in /proc/net/tcp: established, or closed by the other side
WHOLE = "Толук келди"
LEFT = "калды"


@pytest.fixture(scope="module")
def port(config: Config, bucket: BucketStore) -> Iterator[int]:
    """The house's web process, as it runs in a court."""
    port = free_port()
    with serving(config, port):
        yield port


def _asked(port: int) -> bool:
    """Whether the web process has still somebody's request in hand."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    ends = (line.split()[1:4] for line in lines)
    return any(own.endswith(f":{port:04X}") and state in OPEN for own, _, state in ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who sends, and the pages from which."""

    clerk: str
    discs: str
    party: str
    papers: str


@pytest.fixture
def people(app: Flask, own_sessions: Sessions, outside: Outside) -> People:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None

    def cookie(user: User) -> str:
        return str(signer.dumps({"_user_id": f"{user.id}.{user.session_stamp}", "_fresh": True}))

    with unit(own_sessions) as session:
        make = Make(session, outside.now)
        hearing = make.hearing(make.case(judge=make.judge()))
        party = make.user()
        where = Where(court=make.court(), category=make.category(), language="ky")
        filing = filings.start(session, Actor(user_id=party.id), where, now=outside.now())
        return People(
            clerk=cookie(make.staff(RoleCode.CLERK)),
            discs=f"/hearings/{hearing.key}/discs",
            party=cookie(party),
            papers=f"/filings/{filing.key}/papers",
        )


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, port: int, own_sessions: Sessions) -> Iterator[Opened]:
    """Open a page as somebody who is signed in, over a line; at the end nobody asks any more."""
    contexts = []

    def made(
        over: Line | int, cookie: str, page: str, *, scripts: bool = True, width: int = 1100
    ) -> Page:
        url = f"http://127.0.0.1:{over if isinstance(over, int) else over.port}"
        context = browser.new_context(
            locale="ky-KG", java_script_enabled=scripts, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        context.add_cookies([{"name": "sud", "value": cookie, "url": url}])
        shown = context.new_page()
        shown.goto(url + page)
        return shown

    yield made
    for context in contexts:
        context.close()
    until(lambda: not _asked(port), "the last request to be answered")


def _file(folder: Path, name: str, size: int) -> Path:
    """A file that nothing makes smaller, and that is the same in each run."""
    path = folder / name
    path.write_bytes(random.Random(name).randbytes(size))  # noqa: S311 - no secret
    return path


def _picture(page: Page, name: str) -> None:
    """Keep a picture of the page where PICTURES says."""
    if where := os.environ.get("PICTURES"):
        Path(where).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(where) / f"{name}.png", full_page=True)


@contextmanager
def _held(sessions: Sessions, bucket: BucketStore) -> Iterator[service.Uploaded]:
    """What the house has of the one disc that was handed in."""
    with sessions() as session:
        disc = session.scalars(select(Disc)).unique().one()
        (one,) = service.held_for(session, disc.key, store=bucket)
        yield one


def test_a_line_that_drops_five_times(
    port: int,
    people: People,
    opened: Opened,
    own_sessions: Sessions,
    bucket: BucketStore,
    tmp_path: Path,
) -> None:
    disc = _file(tmp_path, "Диск 14.iso", 24 * MIB)
    with line(port, drops=[n * 4 * MIB for n in range(1, 6)], rate=12 * MIB) as shaky:
        page = opened(shaky, people.clerk, people.discs)
        page.set_input_files("input[type=file]", disc)
        # Pressed at once: the form waits for the file and then goes by itself.
        page.locator("main form[enctype] button[type=submit]").click()
        expect(page.locator("[data-then]")).not_to_be_empty()
        page.wait_for_url("**/discs/*", timeout=120_000)
        assert shaky.dropped == 5
        # A drop costs the request that was under way, not the file.
        assert shaky.sent < 1.9 * 24 * MIB
    with _held(own_sessions, bucket) as one:
        assert one.name == "Диск 14.iso"
        assert one.sha256() == hashlib.sha256(disc.read_bytes()).hexdigest()


def test_a_slow_line_shows_how_far_it_is_and_a_reload_loses_nothing(
    port: int,
    people: People,
    opened: Opened,
    own_sessions: Sessions,
    bucket: BucketStore,
    tmp_path: Path,
) -> None:
    size = 3 * MIB
    disc = _file(tmp_path, "соттук отурум.iso", size)
    with line(port, rate=600 << 10) as slow:
        page = opened(slow, people.clerk, people.discs, width=360)
        page.set_input_files("input[type=file]", disc)
        state = page.locator("[data-state]")
        expect(state).to_contain_text(LEFT, timeout=20_000)
        assert findings(page) == []
        _picture(page, "slow-line-360")
        page.locator("[data-do=pause]").click()
        expect(state).to_contain_text("Токтотулду")
        page.locator("[data-do=pause]").click()
        holds(page, "document.querySelector('main progress').value > 0.4")
        # What the browser has given away may still be on the way.
        until(lambda: slow.sent > 0.4 * size, "the line to carry it")
        before = slow.sent
        page.reload()
        half = page.locator("[data-half]")
        expect(half).to_contain_text("соттук отурум.iso")
        _picture(page, "after-reload-360")
        slow.rate = None
        page.set_input_files("input[type=file]", disc)
        expect(state).to_contain_text(WHOLE, timeout=30_000)
        expect(half).to_have_count(0)
        assert slow.sent - before < 0.8 * size
        page.locator("main form[enctype] button[type=submit]").click()
        page.wait_for_url("**/discs/*")
    with _held(own_sessions, bucket) as one:
        assert one.sha256() == hashlib.sha256(disc.read_bytes()).hexdigest()


def test_what_is_not_taken_is_told_and_can_be_replaced(
    port: int, people: People, opened: Opened, own_sessions: Sessions, tmp_path: Path
) -> None:
    names = ("a.pdf", "b.pdf", "c.pdf", "empty.pdf")
    paper, wrong, spare, empty = (tmp_path / name for name in names)
    made = pikepdf.new()
    made.add_blank_page()
    made.save(paper)
    made.save(spare)
    wrong.write_bytes(b"<!doctype html>")
    empty.write_bytes(b"")
    page = opened(port, people.party, people.papers)
    box = page.locator("[data-uploads]")
    most = int(box.get_attribute("data-limit") or 0)
    large = _file(tmp_path, "large.pdf", 0)
    os.truncate(large, most + 1)
    film = _file(tmp_path, "film.avi", 10)
    page.set_input_files("input[type=file]", [empty, large, film, paper, wrong, spare])
    rows = page.locator("[data-list] > li")
    for place, words in enumerate(("бош", "чоң", "түрдөгү", WHOLE, WHOLE, WHOLE)):
        expect(rows.nth(place)).to_contain_text(words)
    assert findings(page) == []
    _picture(page, "not-taken")
    submit = page.locator("main form[enctype] button[type=submit]")
    submit.click()
    expect(page.locator("[data-then]")).not_to_be_empty()
    for _ in range(3):
        rows.nth(0).locator("[data-do=cancel]").click()
    # The form was waiting for that; what the court refuses is named and gone, the rest is kept.
    expect(page.locator(".govuk-error-summary")).to_contain_text("b.pdf")
    _picture(page, "refused")
    expect(page.get_by_label("b.pdf")).to_have_count(0)
    expect(page.get_by_label("a.pdf", exact=False).first).to_be_checked()
    page.get_by_role("button", name="c.pdf").click()
    expect(page.get_by_label("c.pdf")).to_have_count(0)
    submit.click()
    page.wait_for_url(f"**{people.papers}")
    expect(page.locator(".sud-papers")).to_contain_text("a.pdf")
    with own_sessions() as session:
        (kept,) = session.scalars(select(Document)).unique()
        assert kept.sha256 == hashlib.sha256(paper.read_bytes()).hexdigest()


def test_without_a_script_the_page_is_an_ordinary_form(
    port: int, people: People, opened: Opened, own_sessions: Sessions, tmp_path: Path
) -> None:
    paper = tmp_path / "a.pdf"
    made = pikepdf.new()
    made.add_blank_page()
    made.save(paper)
    page = opened(port, people.party, people.papers, scripts=False)
    _picture(page, "without-script")
    page.set_input_files("input[type=file]", paper)
    page.locator("main form[enctype] button[type=submit]").click()
    expect(page.locator(".sud-papers")).to_contain_text("a.pdf")
    with own_sessions() as session:
        assert session.scalars(select(Upload)).all() == []
        assert session.scalars(select(Document)).unique().one().file_name == "a.pdf"
