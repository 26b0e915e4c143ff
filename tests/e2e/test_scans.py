"""Paper into the file in a browser: a cover sheet, the scan behind it, and who vouches for it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.documents import scanned
from tests.e2e.conftest import Visitor, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

TITLE = "Тил кат"
WORDS = f"{TITLE}\n\nМен Үсөнов Кубат 120 000 сом карызга алдым,\nкүзүндө кайтарам."
ORDER = "main form[enctype] button[type=submit]"
PHONE = 360


def test_a_scan_finds_its_case_and_is_certified(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    clerk, anybody = visitor(), visitor(scripts=False, width=PHONE)
    clerk.sign_in("clerk1.talas")
    clerk.open("/cases")
    clerk.press("main table tbody a[href*='/cases/']")
    case = clerk.page.url
    found = re.search(r"\w+-\d+/\d\d-Т5", clerk.page.inner_text("body"))
    assert found is not None
    number = found[0]

    # A sheet is printed, laid before the paper, and both are scanned, not quite straight.
    clerk.open(f"{case}/sheets")
    clerk.fill(papers=f"{TITLE}; 1")
    clerk.press("main form:has([name=papers]) button[type=submit]")
    assert TITLE in clerk.page.inner_text("main table")
    clerk.picture("sheets")
    printed = clerk.page.request.get(f"{case}/sheets.pdf").body()
    (sheet,) = scanned.pages_of(printed, dpi=100)
    scan = tmp_path / "скан.pdf"
    pages = [scanned.skewed(sheet, 3), scanned.letter(WORDS, dpi=100)]
    scan.write_bytes(scanned.as_pdf(pages, dpi=100))

    # It is handed in without a word about what it is, and finds the file by itself.
    clerk.open("/scans")
    clerk.page.set_input_files("input[type=file]", scan)
    clerk.page.locator(ORDER).click()
    clerk.page.wait_for_url(re.compile(r"/scans/[0-9a-f-]{36}$"))
    clerk.look()
    scan_url = clerk.page.url

    def matched() -> bool:
        clerk.page.goto(scan_url)
        return clerk.page.locator("main a[href$='/certification']").count() > 0

    wait_for(matched, 120, "the pages to be put into the file")
    assert number in clerk.page.inner_text("main")
    clerk.picture("scan-matched")

    # Who certifies it counts the paper himself: what does not agree is not signed.
    clerk.press("main a[href$='/certification']")
    certification = clerk.page.url
    _certify(clerk, pages=2)
    assert clerk.page.locator("#pages-error").is_visible()
    clerk.picture("certification-refused")
    _certify(clerk, pages=1)
    assert clerk.page.url == certification
    clerk.picture("certified")
    code = clerk.page.locator("main a[href*='/verify/']").first.get_attribute("href")
    assert code is not None
    signed = clerk.page.locator("main a[href$='.pdf']").first.get_attribute("href")
    assert signed is not None
    assert clerk.page.request.get(clerk.house.url + signed).body().startswith(b"%PDF")

    # Anybody who holds the paper can ask whether it is genuine.
    anybody.open(code)
    anybody.picture("scan-verified")
    assert number in anybody.page.inner_text("main")
    wide = anybody.page.locator("html").bounding_box()
    assert wide is not None
    assert wide["width"] <= PHONE

    # It lies among the papers of its case.
    clerk.open(f"{case}/papers")
    expect(clerk.page.locator("main")).to_contain_text(TITLE)


def _certify(clerk: Visitor, *, pages: int) -> None:
    clerk.choose("original", "original")
    clerk.fill(pages=str(pages), kept_at="кагаз иш, 4-барак", password=clerk.house.password)
    clerk.page.locator("input[name=sure]").check(force=True)
    clerk.press("main form:has([name=sure]) button[type=submit]")
