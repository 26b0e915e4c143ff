"""Templates parse, escape, carry no script or style of their own, and every form its token."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.structure.source import ROOT

TEMPLATES = sorted(
    path for path in (ROOT / "sud").rglob("*.html") if "/templates/" in path.as_posix()
)


@pytest.fixture(params=TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def template(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_all_parse(app: Flask) -> None:
    for path in TEMPLATES:
        app.jinja_env.parse(path.read_text(), name=path.name)


def test_never_switches_escaping_off(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", text)


def test_has_no_inline_script_or_style(template: Path) -> None:
    markup = re.sub(r"\{[{%#].*?[}%#]\}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=", markup)


def test_has_nothing_from_elsewhere(template: Path) -> None:
    assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", template.read_text())


def test_every_posting_form_carries_the_token(template: Path) -> None:
    text = template.read_text()
    for opened in re.finditer(r"<form\b[^>]*method=\"post\"", text, re.IGNORECASE):
        body = text[opened.end() : text.index("</form>", opened.end())]
        assert re.search(r"csrf_token|hidden_tag|hidden_fields|tokens\(", body), opened.group()
