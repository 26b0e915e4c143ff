"""The whole house as `make run` starts it, a real browser, and the people who walk in it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from sud.local.processes import free_port
from tests.e2e import browser as chromium
from tests.e2e.axe import findings

ROOT = Path(__file__).parents[2]
START_SECONDS = 480
CASES = 12
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A house that runs: where it answers, where its data lie, how to sign in."""

    url: str
    var: Path
    password: str
    process: subprocess.Popen[str]


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`make run` on a directory of its own, stopped as by Ctrl-C; `ONE_HOUSE` names its guests."""
    var = tmp_path_factory.mktemp("house") / "var"
    for parent in (var.parent, *var.parent.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o011)
    port = free_port(0)
    with subprocess.Popen(
        [sys.executable, "-m", "sud.local", "--var", str(var), "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"SUD_DEMONSTRATION_CASES": str(CASES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            text = "\n".join(_listen(process))
            yield Running(
                url=_after("Open", text).rstrip("/"),
                var=var,
                password=_after("Accounts     password of every account:", text),
                process=process,
            )
        finally:
            process.send_signal(signal.SIGINT)
            assert process.stdout is not None
            process.stdout.read()
    assert process.returncode == 0


def _listen(process: subprocess.Popen[str]) -> list[str]:
    """Read what the house says until it has started; its end is an error with its last words."""
    said: list[str] = []
    deadline = time.monotonic() + START_SECONDS
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if "Ctrl-C stops" in line:
            return said
        if time.monotonic() > deadline:
            break
    pytest.fail("the house did not start:\n" + "\n".join(said))


def _after(word: str, text: str) -> str:
    found = re.search(rf"^\s*{word}\s+(\S+)", text, re.MULTILINE)
    assert found is not None, f"{word} is not told:\n{text}"
    return found[1]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole run: Playwright's event loop is in the way of whoever wants his own."""
    program = chromium.found()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no browser: run `python -m tests.e2e.browser`")
        pytest.skip("NO BROWSER COULD BE HAD: the pages were not walked")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser of his own."""

    house: Running
    page: Page
    scripts: bool
    seen: set[str]
    shots: Path | None

    def open(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.house.url + path)
        self.look()
        return self.page

    def press(self, selector: str) -> Page:
        """Press a button or follow a link, wait for the page behind it, and look at that."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.look()
        return self.page

    def fill(self, **answers: str) -> None:
        """Fill in boxes by the names of their fields."""
        for name, answer in answers.items():
            field = f"[name='{name.replace('__', '-')}']"
            if self.page.locator(f"select{field}").count():
                self.page.locator(f"select{field}").select_option(answer)
            else:
                self.page.locator(field).first.fill(answer)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"input[name='{name}'][value='{value}']").check(force=True)

    def look(self) -> None:
        """Every page is checked for accessibility the first time it is seen (axe is a script)."""
        if not self.scripts:
            return
        page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", self.page.url.removeprefix(self.house.url))
        if page not in self.seen and "text/html" in str(self.page.evaluate("document.contentType")):
            self.seen.add(page)
            assert findings(self.page) == [], page

    def sign_in(self, login: str) -> Page:
        self.open("/sign-in")
        self.fill(login=login, password=self.house.password)
        return self.press("main button[type=submit]")

    def picture(self, name: str) -> None:
        """Keep a picture of the page where SUD_PICTURES says."""
        if self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def visitor(
    house: Running, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """Make visitors; each has cookies of his own, none has been here before."""
    contexts: list[BrowserContext] = []
    seen: set[str] = set()
    where = os.environ.get("PICTURES")
    shots = Path(where) if where else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)

    def made(*, scripts: bool = True, width: int = 1100) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, locale="ky-KG", java_script_enabled=scripts
        )
        contexts.append(context)
        return Visitor(
            house=house, page=context.new_page(), scripts=scripts, seen=seen, shots=shots
        )

    yield made
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def letters(house: Running) -> Callable[[], list[str]]:
    """The text of every letter that the demonstration's mail catcher holds."""

    def caught() -> list[str]:
        return [path.read_text() for path in sorted((house.var / "mail").glob("*.eml"))]

    return caught


def wait_for(
    condition: Callable[[], object], seconds: float, what: str, *, pause: float = 0.5
) -> None:
    """Ask again until it is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(pause)


def holds(page: Page, expression: str, arg: object = None) -> None:
    """Wait until this holds in a page; asked from outside, since our pages evaluate no words."""
    wait_for(lambda: page.evaluate(expression, arg), 30, expression, pause=0.1)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own house
        body: bytes = answer.read()
    return body
