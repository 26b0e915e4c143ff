"""What a page weighs on a slow line, and that nothing comes from elsewhere."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from sud import assets

FIRST_PAGE = 20 * 1024
LATER_PAGE = 5 * 1024
STYLES = 14 * 1024
REQUESTS = 2
FETCHED = re.compile(
    r"""<(?:link[^>]+rel="(?:stylesheet|preload|modulepreload)"[^>]*href|"""
    r"""(?:script|img|iframe|source|video|audio)\b[^>]*\ssrc)="([^"]+)\""""
)
PUBLIC_PAGES = [
    "/",
    "/sign-in",
    "/nothing",
    "/decisions",
    "/hearings",
    "/draws",
    "/search?q=Бишкек",
]


def _packed(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def _fetched(page: str) -> list[str]:
    return FETCHED.findall(page)


def test_first_page_fits_a_slow_line(client: FlaskClient) -> None:
    page = client.get("/")
    parts = [client.get(address, buffered=True) for address in _fetched(page.text)]
    assert all(part.status_code == 200 for part in parts)
    assert 1 + len(parts) <= REQUESTS
    assert _packed(page.data) + sum(_packed(part.data) for part in parts) <= FIRST_PAGE


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_pages_are_light_and_self_contained(client: FlaskClient, address: str) -> None:
    page = client.get(address)
    assert page.status_code == (404 if address == "/nothing" else 200)
    assert _packed(page.data) <= LATER_PAGE
    assert 1 + len(_fetched(page.text)) <= REQUESTS
    assert all(fetched.startswith("/") for fetched in _fetched(page.text))
    assert not re.search(r'(?:href|src|action)="(?:https?:)?//', page.text)


def test_styles_are_light_and_fetch_nothing() -> None:
    styles = (assets.STATIC / "sud.css").read_bytes()
    assert _packed(styles) <= STYLES
    assert b"url(" not in styles
    assert b"@import" not in styles
    for not_ours in (b"GDS Transport", b"crest", b"crown", b"@font-face"):
        assert not_ours not in styles


def test_nothing_heavy_lies_among_the_files_of_the_house() -> None:
    for path in Path(assets.STATIC).rglob("*"):
        assert path.suffix not in {".woff", ".woff2", ".ttf", ".otf", ".png", ".jpg", ".gif"}


def test_files_are_named_by_content_and_kept_for_ever(client: FlaskClient) -> None:
    (address,) = _fetched(client.get("/").text)
    answer = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert answer.headers["Cache-Control"] == assets.FOR_EVER
    assert answer.headers["Content-Encoding"] == "gzip"
    plain = client.get(address, headers={"Accept-Encoding": "identity"}, buffered=True)
    assert gzip.decompress(answer.data) == plain.data
    other = client.get(address.replace("?v=", "?v=0"), buffered=True)
    assert other.headers.get("Cache-Control") != assets.FOR_EVER


def test_pages_are_packed_unless_they_carry_a_token(client: FlaskClient) -> None:
    accepts = {"Accept-Encoding": "gzip"}
    page = client.get("/", headers=accepts)
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"<h1>" in gzip.decompress(page.data)
    client.application.config["WTF_CSRF_ENABLED"] = True
    assert "Content-Encoding" not in client.get("/sign-in", headers=accepts).headers
    assert "Accept-Encoding" in page.headers["Vary"]
