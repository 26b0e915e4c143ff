"""What people type, and what the house makes of it."""

from datetime import date, time
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from sud import forms, words
from sud.errors import CourtError, Refusal


@pytest.fixture
def app() -> Flask:
    """The smallest house a form can stand in."""
    made = Flask("sud")
    made.config.update(SECRET_KEY="only for tests", WTF_CSRF_ENABLED=False)
    words.install(made)
    return made


class Questions(forms.Form):
    name = forms.TextField("Name", required="Enter the name.")
    about = forms.TextAreaField("About")
    born = forms.DateField("Born")
    at = forms.TimeField("At")
    price = forms.MoneyField("Price", least=1)
    pin = forms.PinField("PIN")
    tax = forms.PinField("Tax number", organisations=True)
    phone = forms.PhoneField("Phone")
    email = forms.EmailField("E-mail")
    count = forms.NumberField("Count", least=1, most=10)
    one = forms.RadioField("One", choices=[("a", "A"), ("b", "B")])
    some = forms.CheckboxesField("Some", choices=[("a", "A"), ("b", "B")])
    sure = forms.CheckboxField("Sure")


def answered(app: Flask, **said: Any) -> Questions:
    data = MultiDict({"name": "Асан", **said})
    with app.test_request_context("/?lang=en", method="POST", data=data):
        form = Questions()
        form.validate()
    return form


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Асанов   Бакыт ", "Асанов Бакыт"),
        ("Асанов\u00a0\u2009Бакыт\u200b\ufeff", "Асанов Бакыт"),
        ("Кыи\u0306", "Кый"),
        ("Аса\u00adнов\x00", "Асанов"),
        ("Асанов\r\nБакыт\t", "Асанов Бакыт"),
    ],
)
def test_text_is_cleaned(app: Flask, typed: str, kept: str) -> None:
    assert answered(app, name=typed).name.data == kept


def test_lines_are_kept(app: Flask) -> None:
    assert answered(app, about=" Биринчи  \r\n\r\nЭкинчи\u00a0сап ").about.data == (
        "Биринчи\n\nЭкинчи сап"
    )


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert forms.clean(forms.clean(text)) == forms.clean(text)
    assert forms.clean_lines(forms.clean_lines(text)) == forms.clean_lines(text)


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0", "\u200b"])
def test_a_blank_answer_is_none(app: Flask, blank: str) -> None:
    assert answered(app, name=blank).name.errors == ["Enter the name."]


def test_what_may_stay_blank_stays_silent(app: Flask) -> None:
    form = answered(app)
    assert form.errors == {}
    assert form.born.data is form.at.data is form.price.data is form.count.data is None
    assert form.some.data == []


def test_a_long_answer_is_refused(app: Flask) -> None:
    assert answered(app, name="а" * 301).name.errors == ["Shorten this to 300 characters."]


@pytest.mark.parametrize(
    "parts",
    [
        {"born-day": "5", "born-month": "3", "born-year": "1980"},
        {"born-day": "05", "born-month": "марта", "born-year": " 1980 "},
        {"born-day": "5", "born-month": "Март", "born-year": "1980"},
        {"born-day": "5", "born-month": "Mar", "born-year": "1980"},
        {"born-day": "05.03.1980"},
        {"born-day": "5/3/1980 г."},
        {"born": "1980-03-05"},
        {"born": "5 март 1980"},
    ],
)
def test_dates(app: Flask, parts: dict[str, str]) -> None:
    assert answered(app, **parts).born.data == date(1980, 3, 5)


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({"born-day": "5"}, {"month", "year"}),
        ({"born-day": "31", "born-month": "2", "born-year": "1980"}, {"day", "month"}),
        ({"born-day": "5", "born-month": "13", "born-year": "1980"}, {"day", "month"}),
        ({"born-day": "5", "born-month": "мурда", "born-year": "1980"}, {"month"}),
        ({"born-day": "5", "born-month": "3", "born-year": "80"}, {"year"}),
        ({"born-day": "эртең", "born-month": "3", "born-year": "1980"}, {"day"}),
        ({"born-day": "٥", "born-month": "3", "born-year": "1980"}, {"day"}),
        ({"born-day": "5", "born-month": "3", "born-year": "0000"}, {"day", "month"}),
    ],
)
def test_dates_that_are_none(app: Flask, parts: dict[str, str], wrong: set[str]) -> None:
    form = answered(app, **parts)
    assert form.born.data is None
    assert len(form.born.errors) == 1
    assert form.born.wrong == wrong
    assert form.born.parts["day"] == parts["born-day"]


def test_a_date_is_shown_in_its_boxes(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Questions(born=date(1980, 3, 5))
    assert form.born.parts == {"day": "5", "month": "3", "year": "1980"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9:30", time(9, 30)),
        ("09.30", time(9, 30)),
        ("930", time(9, 30)),
        ("1400", time(14)),
        ("9", time(9)),
        ("9-05", time(9, 5)),
    ],
)
def test_times(app: Flask, typed: str, meant: time) -> None:
    assert answered(app, at=typed).at.data == meant


@pytest.mark.parametrize("typed", ["25:00", "9:75", "таң", "9:3", "-1"])
def test_times_that_are_none(app: Flask, typed: str) -> None:
    form = answered(app, at=typed)
    assert form.at.data is None
    assert form.at.errors
    assert form.at._value() == typed


@pytest.mark.parametrize(
    ("typed", "tyiyn"),
    [
        ("1500", 150_000),
        ("1 234,50", 123_450),
        ("1\u00a0234,5", 123_450),
        ("1234.50", 123_450),
        ("1,234.50", 123_450),
        ("1.234,50", 123_450),
        ("1.234.567,89", 123_456_789),
        ("1,234", 123_400),
        ("5'000", 500_000),
        ("1234 сом", 123_400),
        ("1234 сом 50 тыйын", 123_450),
        ("1234 сом 5 т.", 123_405),
        ("12 с.", 1_200),
        ("12 KGS", 1_200),
        ("0,01", 1),
    ],
)
def test_money(app: Flask, typed: str, tyiyn: int) -> None:
    form = answered(app, price=typed)
    assert form.price.errors == []
    assert form.price.data == tyiyn


@pytest.mark.parametrize(
    "typed", ["-5", "миң", "1,2,3", "1 234,567,8", "0", "1e9", "9" * 40, "1,50 сом 50 тыйын", "١"]
)
def test_money_that_is_none(app: Flask, typed: str) -> None:
    form = answered(app, price=typed)
    assert form.price.data is None
    assert len(form.price.errors) == 1


@given(st.integers(min_value=0, max_value=10**15))
def test_money_is_read_as_it_is_written(tyiyn: int) -> None:
    whole, rest = divmod(tyiyn, 100)
    assert forms.tyiyn_of(f"{whole:,}".replace(",", " ") + f",{rest:02d} сом") == tyiyn


@pytest.mark.parametrize("typed", ["20503198012345", "2 05031980 12345", "10101189999991"])
def test_pins(app: Flask, typed: str) -> None:
    form = answered(app, pin=typed)
    assert form.pin.errors == []
    assert len(form.pin.data) == 14


@pytest.mark.parametrize(
    "typed", ["2050319801234", "30503198012345", "23102198012345", "20503178012345", "х" * 14]
)
def test_pins_that_cannot_exist(app: Flask, typed: str) -> None:
    assert len(answered(app, pin=typed).pin.errors) == 1


def test_only_organisations_begin_with_zero(app: Flask) -> None:
    form = answered(app, pin="00710201910017", tax="00710201910017")
    assert form.pin.errors
    assert form.tax.data == "00710201910017"


@pytest.mark.parametrize(
    "typed", ["0700 123 456", "700123456", "996700123456", "+996 (700) 12-34-56"]
)
def test_telephones(app: Flask, typed: str) -> None:
    assert answered(app, phone=typed).phone.data == "+996700123456"


def test_telephones_from_elsewhere(app: Flask) -> None:
    assert answered(app, phone="+7 912 345 67 89").phone.data == "+79123456789"
    assert answered(app, phone="12").phone.errors


@pytest.mark.parametrize("typed", ["асан", "a@b", "a b@c.kg", "@c.kg", "a@@c.kg"])
def test_addresses_that_are_none(app: Flask, typed: str) -> None:
    assert answered(app, email=typed).email.errors


@pytest.mark.parametrize(("typed", "kept"), [("7", 7), (" 1 0 ", 10), ("0", None), ("11", None)])
def test_numbers(app: Flask, typed: str, kept: int | None) -> None:
    assert answered(app, count=typed).count.data == kept


def test_only_offered_answers_are_taken(app: Flask) -> None:
    form = answered(app, one="c", some="c")
    assert form.one.errors == ["Choose one of the answers offered."]
    assert form.some.errors


def test_every_rendering_has_its_own_name(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Questions()
        assert form.once._value() != form.once._value()


class Thing:
    version = 3


def test_a_stale_page_is_refused_once(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"seen": "2"}):
        form = Questions()
        with pytest.raises(CourtError) as refused:
            form.check_seen(Thing())
        assert refused.value.code is Refusal.STALE
        assert form.seen.data == "3"
    with app.test_request_context("/", method="POST", data={"seen": "3"}):
        Questions().check_seen(Thing())
    with app.test_request_context("/"):
        form = Questions()
        form.check_seen(Thing())
        assert form.seen.data == "3"


def test_a_page_that_does_not_say_what_it_saw_is_stale(app: Flask) -> None:
    with (
        app.test_request_context("/", method="POST", data={"name": "Асан"}),
        pytest.raises(CourtError),
    ):
        Questions().check_seen(Thing())


def test_refusals_stand_in_the_summary(app: Flask) -> None:
    with app.test_request_context("/?lang=en", method="POST", data={"born-day": "5"}):
        form = Questions()
        form.validate()
        form.refuse(CourtError(Refusal.NO_JUDGE_YET))
        form.refuse(CourtError(Refusal.FILE_TOO_LARGE, name="а.pdf", limit=50 * 1024**2), form.name)
        assert form.problems == [
            (None, "The case has no judge yet."),
            ("name", "Enter the name."),
            ("name", "The file а.pdf is larger than 50.0\u00a0MB. Make it smaller."),
            ("born-month", "Add the month to the date."),
        ]


def test_a_search_reads_the_address(app: Flask) -> None:
    class Search(forms.Filters):
        q = forms.TextField("Search")

    with app.test_request_context("/?q=%20Асан%20"):
        form = Search()
        assert form.validate()
        assert form.q.data == "Асан"
        assert "once" not in form


def test_choices_may_be_any_kind_of_value(app: Flask) -> None:
    class Kind(StrEnum):
        A = "a"

    key = uuid4()

    class Chosen(forms.Form):
        kind = forms.RadioField("Kind", coerce=Kind, choices=[(Kind.A, "A")])
        thing = forms.SelectField("Thing", coerce=UUID, blank="Choose", required="Choose one.")

    for said, kept in ((str(key), key), ("", None), ("nonsense", None), (str(uuid4()), None)):
        data = {"kind": "a", "thing": said}
        with app.test_request_context("/?lang=en", method="POST", data=data):
            form = Chosen()
            form.thing.choices = [(key, "Thing")]
            assert form.validate() is (kept is not None)
            assert form.kind.data is Kind.A
            assert [choice.selected for choice in form.thing.iter_choices()] == [kept is not None]
