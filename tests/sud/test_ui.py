"""The parts of pages: what is typed comes back escaped, and every box has its words."""

import re
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from jinja2 import StrictUndefined

from sud import forms, labels, words
from sud.models import CaseForm, CaseState

HOSTILE = "<script>alert('1')</script>\""
KINDS = {
    "text": forms.TextField,
    "area": forms.TextAreaField,
    "email": forms.EmailField,
    "count": forms.NumberField,
    "pin": forms.PinField,
    "phone": forms.PhoneField,
    "price": forms.MoneyField,
    "at": forms.TimeField,
    "born": forms.DateField,
    "one": forms.RadioField,
    "some": forms.CheckboxesField,
    "listed": forms.SelectField,
    "sure": forms.CheckboxField,
    "file": forms.FileField,
    "files": forms.MultipleFileField,
    "secret": forms.PasswordField,
}


class Everything(forms.Form):
    """One field of every kind."""


for name, kind in KINDS.items():
    given = {"choices": [("a", HOSTILE)]} if issubclass(kind, forms.fields._Choosing) else {}
    setattr(
        Everything,
        name,
        kind(HOSTILE, required=f"Missing {name}.", hint=HOSTILE, **given),
    )

PAGE = """
{% import "ui/forms.html" as f %}
{{ f.error_summary(form) }}{{ f.form_open(form, multipart=true) }}
{% for field in form %}{{ f.auto(field) }}{% endfor %}
{{ f.button("Go") }}{{ f.form_close() }}
"""


@pytest.fixture
def app() -> Flask:
    made = Flask("sud", template_folder="templates")
    made.config.update(SECRET_KEY="only for tests", WTF_CSRF_ENABLED=False)
    made.jinja_env.undefined = StrictUndefined
    made.jinja_env.trim_blocks = made.jinja_env.lstrip_blocks = True
    made.add_template_filter(labels.label, "label")
    words.install(made)
    return made


def _page(app: Flask, said: dict[str, str]) -> str:
    with app.test_request_context("/?lang=en", method="POST", data=said):
        form = Everything()
        form.validate()
        return render_template_string(PAGE, form=form)


def test_every_box_has_its_words_and_its_message(app: Flask) -> None:
    page = _page(app, {})
    boxes = re.findall(
        r'<(?:input|select|textarea)[^>]*?\sid="([^"]+)"[^>]*', page.replace("\n", " ")
    )
    assert len(boxes) == len(set(boxes)) >= len(KINDS)
    for box in boxes:
        assert f'for="{box}"' in page, box
    ids = set(re.findall(r'\sid="([^"]+)"', page))
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(described.split()) <= ids
    for name in KINDS:
        assert f"Missing {name}." in page
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert anchor in ids


def test_what_is_typed_comes_back_escaped(app: Flask) -> None:
    page = _page(app, dict.fromkeys(KINDS, HOSTILE) | {"born-day": HOSTILE})
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > len(KINDS)


def test_a_password_is_never_shown_again(app: Flask) -> None:
    assert "very secret" not in _page(app, {"secret": "very secret"})


def test_no_browser_checks_before_we_do(app: Flask) -> None:
    page = _page(app, {})
    assert "novalidate" in page
    assert " required" not in page


def test_parts_of_pages_escape(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        page = render_template_string(
            """
            {% import "ui/page.html" as ui %}
            {{ ui.summary_list([(bad, bad), ("None", none)]) }}
            {{ ui.table(bad, [bad, bad], [[bad, bad]], numbers=[1]) }}
            {{ ui.tabs([{"key": "a", "text": bad, "url": "/"}], "a", bad) }}
            {{ ui.steps([{"text": bad, "state": "done", "note": bad}]) }}
            {{ ui.notification(bad, title=bad) }}{{ ui.empty_state(bad, "/", bad) }}
            {{ ui.actions([{"text": bad, "url": "/"}, {"text": bad, "why": bad}]) }}
            {{ ui.progress(1, 2, bad) }}{{ ui.link_button("/", bad) }}{{ ui.back_link("/", bad) }}
            {{ ui.timeline([{"text": bad, "at": at, "by": bad}]) }}
            {% call ui.notice(title=bad) %}{{ bad }}{% endcall %}
            {% call ui.details(bad) %}{{ bad }}{% endcall %}
            {{ ui.pagination(2, 3, page_url) }}
            """,
            bad=HOSTILE,
            at=words.datetime(2026, 3, 4, tzinfo=words.UTC),
            page_url=lambda page: f"/?page={page}",
        )
    assert "<script" not in page
    assert 'href="/?page=1"' in page
    assert 'href="/?page=3"' in page
    assert "Page 2 of 3" in page
    assert "None" not in page


def test_the_band_says_what_the_case_is(app: Flask) -> None:
    case = SimpleNamespace(
        number="ГД-319/26-Т5",
        kind=SimpleNamespace(name=lambda lang: f"kind in {lang}"),
        state=CaseState.SCHEDULED,
        form=CaseForm.DIGITAL,
        sealed=True,
        fictional=False,
    )
    with app.test_request_context("/?lang=en"):
        page = render_template_string(
            """{% import "ui/page.html" as ui with context %}
            {{ ui.case_band(case, parties=bad, judge="Judge", why_url="/why",
               next_day=day, next_words="Answer due", today=day) }}""",
            case=case,
            bad=HOSTILE,
            day=words.date(2026, 3, 6),
            case_page_url=lambda *_: None,
        )
    for said in (
        "ГД-319/26-Т5",
        "kind in en",
        "sealed",
        "why this judge",
        "today, Friday, 6 March",
    ):
        assert said in page
    assert "<script" not in page
