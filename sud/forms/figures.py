"""Fields of figures: numbers, days, times, money, personal numbers, telephones."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

import wtforms
from flask_babel import gettext

from sud.forms.fields import Asked, TextField, clean
from sud.words import Words, month_of

MOST_TYIYN = 10**17
"""Less than a bigint holds, more than the country has."""


class NumberField(Asked, wtforms.Field):
    """A whole number, grouped in any way."""

    inputmode_by_default = "numeric"

    def __init__(
        self,
        label: Words = "",
        *args: Any,
        least: int | None = None,
        most: int | None = 1_000_000_000,
        **rest: Any,
    ) -> None:
        self.least, self.most = least, most
        super().__init__(label, *args, **rest)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = "".join(valuelist[0].split()) if valuelist else ""
        if not text:
            return
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ValueError(gettext("Enter a whole number in figures."))
        value = int(text)
        if self.least is not None and value < self.least:
            raise ValueError(gettext("Enter a number not below %(least)s.", least=self.least))
        if self.most is not None and value > self.most:
            raise ValueError(gettext("Enter a number not above %(most)s.", most=self.most))
        self.data = value


class DateField(Asked, wtforms.Field):
    """A date in three boxes; a whole date pasted into the first one is understood too."""

    PARTS = ("day", "month", "year")

    def __init__(self, label: Words = "", *args: Any, **rest: Any) -> None:
        self.parts = dict.fromkeys(self.PARTS, "")
        self.wrong: frozenset[str] = frozenset()
        super().__init__(label, *args, **rest)

    def process(
        self, formdata: Any, data: Any = wtforms.utils.unset_value, extra_filters: Any = None
    ) -> None:
        if formdata is not None:
            said = [clean(formdata.get(f"{self.name}-{part}", "")) for part in self.PARTS]
            whole = clean(formdata.get(self.name, "")) or (said[0] if not any(said[1:]) else "")
            formdata = _OneField(self.name, _split_date(whole) or said)
        super().process(formdata, data, extra_filters)

    def process_data(self, value: date | None) -> None:
        self.data = value
        if value is not None:
            self.parts = {"day": str(value.day), "month": str(value.month), "year": str(value.year)}

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        self.parts = dict(zip(self.PARTS, valuelist, strict=True))
        missing = [part for part in self.PARTS if not self.parts[part]]
        if len(missing) == len(self.PARTS):
            self.wrong = frozenset(missing)
            return
        if missing:
            self.wrong = frozenset(missing)
            raise ValueError(
                {
                    "day": gettext("Add the day to the date."),
                    "month": gettext("Add the month to the date."),
                    "year": gettext("Add the year to the date."),
                }[missing[0]]
            )
        month = month_of(self.parts["month"])
        if not re.fullmatch(r"[0-9]{4}", self.parts["year"]):
            self.wrong = frozenset({"year"})
            raise ValueError(gettext("Write the year with four figures, like 2026."))
        if not re.fullmatch(r"[0-9]{1,2}", self.parts["day"]) or month is None:
            self.wrong = frozenset({"day"} if month else {"month"})
            raise ValueError(gettext("Enter a real date, for example 27 3 2026."))
        try:
            self.data = date(int(self.parts["year"]), month, int(self.parts["day"]))
        except ValueError:
            self.wrong = frozenset({"day", "month"})
            raise ValueError(gettext("Enter a real date, for example 27 3 2026.")) from None


class _OneField(dict[str, list[str]]):
    """What a form sent for one field, in the shape WTForms reads."""

    def __init__(self, name: str, values: list[str]) -> None:
        super().__init__({name: values})

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _split_date(text: str) -> list[str] | None:
    """Return day, month and year of a date written in one piece, or None."""
    if iso := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return [iso[3], iso[2], iso[1]]
    if whole := re.fullmatch(r"(\d{1,2})[\s./,-]+(\w+)[\s./,-]+(\d{4})\D*", text):
        return [whole[1], whole[2], whole[3]]
    return None


class TimeField(Asked, wtforms.Field):
    """A time of day, typed as 9:30, 09.30, 930 or 9."""

    inputmode_by_default = "numeric"

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = clean(valuelist[0]) if valuelist else ""
        if not text:
            return
        found = re.fullmatch(r"([0-9]{1,2})(?:[\s:.,-]*([0-9]{2}))?", text)
        try:
            self.data = time(int(found[1]), int(found[2] or 0)) if found else None
        except ValueError:
            self.data = None
        if self.data is None:
            raise ValueError(gettext("Enter a time of day, for example 9:30 or 14:00."))


class MoneyField(Asked, wtforms.Field):
    """An amount in som, in any usual spelling; its data are whole tyiyn."""

    inputmode_by_default = "decimal"

    def __init__(self, label: Words = "", *args: Any, least: int = 0, **rest: Any) -> None:
        self.least = least
        rest.setdefault("width", 10)
        super().__init__(label, *args, **rest)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        whole, tyiyn = divmod(self.data, 100)
        return f"{whole},{tyiyn:02d}" if tyiyn else str(whole)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = clean(valuelist[0]) if valuelist else ""
        if not text:
            return
        amount = tyiyn_of(text)
        if amount is None or amount > MOST_TYIYN:
            raise ValueError(gettext("Enter an amount in som, for example 1500 or 1500,50."))
        if amount < self.least:
            raise ValueError(gettext("Enter an amount above zero."))
        self.data = amount


_SOM = re.compile(
    r"(?P<som>[0-9][0-9\s.,'’]*?)\s*(?:сом[а-я]*|som|kgs|с\.?|⃀)?"
    r"(?:\s+(?P<tyiyn>[0-9]{1,2})\s*(?:тый[а-яң]*|тый\.?|т\.?|tyiyn))?",
    re.IGNORECASE,
)


def tyiyn_of(text: str) -> int | None:
    """Return an amount of som in tyiyn; None when it is not one.

    The last comma or point with one or two figures after it parts som from tyiyn; any other
    groups thousands.
    """
    found = _SOM.fullmatch(text.strip())
    if not found:
        return None
    figures = re.sub(r"[\s'’]", "", found["som"])
    whole, rest = figures, ""
    if parted := re.fullmatch(r"(.*?)[.,]([0-9]{1,2})", figures):
        whole, rest = parted[1], parted[2]
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(?:[.,][0-9]{3})+", whole) or (rest and found["tyiyn"]):
        return None
    som = Decimal(re.sub(r"[.,]", "", whole))
    return int(som) * 100 + int((rest or "0").ljust(2, "0") if rest else found["tyiyn"] or 0)


class PinField(TextField):
    """A personal number: sex, date of birth, serial; with `organisations` their tax number too."""

    inputmode_by_default = "numeric"
    longest_by_default = 40

    def __init__(
        self, label: Words = "", *args: Any, organisations: bool = False, **rest: Any
    ) -> None:
        self.organisations = organisations
        rest.setdefault("width", 20)
        super().__init__(label, *args, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if not self.data:
            return
        digits = re.sub(r"[\s.-]", "", self.data)
        if not re.fullmatch(r"[0-9]{14}", digits):
            raise ValueError(gettext("Enter all 14 figures of the personal number (PIN)."))
        if digits[0] not in ("012" if self.organisations else "12") or not _is_date(digits[1:9]):
            raise ValueError(
                gettext("This personal number (PIN) cannot exist. Check it against the passport.")
            )
        self.data = digits


def _is_date(ddmmyyyy: str) -> bool:
    try:
        date(int(ddmmyyyy[4:]), int(ddmmyyyy[2:4]), int(ddmmyyyy[:2]))
    except ValueError:
        return False
    return ddmmyyyy[4:6] in {"18", "19", "20"}


class PhoneField(TextField):
    """A telephone number; its data are written internationally, as +996700123456."""

    autocomplete_by_default = "tel"
    inputmode_by_default = "tel"
    longest_by_default = 40

    def __init__(self, label: Words = "", *args: Any, **rest: Any) -> None:
        rest.setdefault("width", 20)
        super().__init__(label, *args, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if not self.data:
            return
        typed = re.sub(r"[\s().-]", "", self.data)
        for shape, country in (
            (r"\+([1-9][0-9]{7,14})", ""),
            (r"(996[0-9]{9})", ""),
            (r"0([1-9][0-9]{8})", "996"),
            (r"([1-9][0-9]{8})", "996"),
        ):
            if found := re.fullmatch(shape, typed):
                self.data = f"+{country}{found[1]}"
                return
        raise ValueError(gettext("Enter a telephone number, for example 0700 123 456."))
