"""What every form of the house shares: clean text, kept entries, and refusals in words."""

import functools
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol

import wtforms
from flask import request
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField as SentFile
from flask_wtf.file import MultipleFileField as SentFiles
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, StopValidation, ValidationError

from sud.errors import CourtError, Refusal
from sud.words import Words, month_of, refusal_words

MOST_TYIYN = 10**17
"""Less than a bigint holds, more than the country has."""


# ------------------------------------------------------------------ text as it comes in

_SPACES = re.compile(r"[^\S\n]+")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str) -> str:
    """Return one line of text composed, without invisible characters, its spaces made plain."""
    return " ".join(clean_lines(text).split())


def clean_lines(text: str) -> str:
    """Return several lines of text cleaned, each without spaces at its end."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    visible = "".join(
        "\n" if letter in "\n\v\f\u2028\u2029" else " " if letter == "\t" else letter
        for letter in composed
        if letter in "\n\t\v\f" or unicodedata.category(letter) not in _INVISIBLE
    )
    return "\n".join(_SPACES.sub(" ", line).rstrip() for line in visible.split("\n")).strip()


# ------------------------------------------------------------------ the two rules of presence


def _is_blank(field: wtforms.Field) -> bool:
    if field.raw_data:
        return all(not (clean(one) if isinstance(one, str) else one) for one in field.raw_data)
    return field.data is None or field.data is False or field.data in ("", [], ())


class Required:
    """An answer must be given; an answer that was not understood keeps its own words."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it from the instance

    def __init__(self, message: Words | None = None) -> None:
        self.message = message or _("Fill in this field.")

    def __call__(self, _form: wtforms.Form, field: wtforms.Field) -> None:
        if _is_blank(field):
            field.errors = []
            raise StopValidation(str(self.message))
        if field.errors:
            raise StopValidation


class _MayBeBlank:
    """Without an answer there is nothing to check."""

    def __call__(self, _form: wtforms.Form, field: wtforms.Field) -> None:
        if _is_blank(field):
            field.errors = []
            raise StopValidation
        if field.errors:
            raise StopValidation


class _Longest:
    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, _form: wtforms.Form, field: wtforms.Field) -> None:
        if len(field.data or "") > self.most:
            raise ValidationError(
                ngettext(
                    "Shorten this to %(num)s character.",
                    "Shorten this to %(num)s characters.",
                    self.most,
                )
            )


def _checks(
    validators: Iterable[Any] | None, required: Words | bool | None, longest: int | None
) -> list[Any]:
    """Return the chain of a field; WTForms' own presence checks become ours."""
    chain = list(validators or ())
    for one in chain:
        if isinstance(one, DataRequired | InputRequired | Required):
            required = required or one.message or True
    chain = [one for one in chain if not isinstance(one, DataRequired | InputRequired | Required)]
    presence = Required(None if required is True else required) if required else _MayBeBlank()
    return [presence, *([_Longest(longest)] if longest else []), *chain]


class _Asked(wtforms.Field):
    """What every field of ours can be told.

    `required` is the message for a missing answer (without it the answer may be left out),
    `hint` stands under the label, `longest` bounds the text, `width` the box (in characters),
    `quiet` keeps "(optional)" from the label.
    """

    longest_by_default: int | None = None
    autocomplete_by_default = ""
    inputmode_by_default = ""

    def __init__(
        self,
        label: Words = "",
        validators: Iterable[Any] | None = None,
        *,
        required: Words | bool | None = None,
        hint: Words = "",
        longest: int | None = None,
        width: int = 0,
        autocomplete: str = "",
        inputmode: str = "",
        quiet: bool = False,
        **rest: Any,
    ) -> None:
        self.longest = longest or self.longest_by_default
        self.width = width
        self.autocomplete = autocomplete or self.autocomplete_by_default
        self.inputmode = inputmode or self.inputmode_by_default
        self.quiet = quiet
        rest.setdefault("description", hint)
        super().__init__(label, _checks(validators, required, self.longest), **rest)


# ------------------------------------------------------------------ kinds of fields


class TextField(_Asked, wtforms.StringField):
    """One line of text."""

    longest_by_default = 300

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else self.data


class TextAreaField(_Asked, wtforms.StringField):
    """Several lines of text."""

    longest_by_default = 20_000

    def __init__(self, label: Words = "", *args: Any, rows: int = 6, **rest: Any) -> None:
        self.rows = rows
        super().__init__(label, *args, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_lines(valuelist[0]) if valuelist else self.data


class PasswordField(_Asked, wtforms.PasswordField):
    """A secret: never changed, never shown again."""

    longest_by_default = 1_000
    autocomplete_by_default = "current-password"


class EmailField(TextField):
    """An e-mail address."""

    autocomplete_by_default = "email"
    inputmode_by_default = "email"

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", self.data):
            raise ValueError(gettext("Enter an e-mail address in full, like name@example.kg."))


def _coerced(coerce: Callable[[Any], Any], said: Any) -> Any:
    """Return what an answer stands for; an empty one is no answer and reaches no coercion."""
    if said is None or said == "":
        return None
    return said if isinstance(coerce, type) and isinstance(said, coerce) else coerce(said)


class _Choosing(_Asked):
    """A field whose answers are given; `blank` names the empty first line of a list."""

    def __init__(
        self,
        label: Words = "",
        *args: Any,
        coerce: Callable[[Any], Any] = str,
        blank: Words = "",
        choices: Any = None,
        **rest: Any,
    ) -> None:
        self.blank = blank
        super().__init__(
            label,
            *args,
            coerce=functools.partial(_coerced, coerce),
            choices=_choices(choices),
            **rest,
        )


def _choices(given: Any) -> Any:
    """Return (value, words) pairs, or {group: pairs}, as WTForms wants them."""
    match given:
        case dict():
            return [
                SelectChoice.from_input(pair, group)
                for group, pairs in given.items()
                for pair in pairs
            ]
        case list() | tuple():
            return [SelectChoice.from_input(pair) for pair in given]
    return given


class SelectField(_Choosing, wtforms.SelectField):
    """One answer out of many, in a drop-down list."""


class RadioField(_Choosing, wtforms.RadioField):
    """One answer out of few, all of them seen; a choice may carry {"hint": ...}."""


class CheckboxesField(_Choosing, wtforms.SelectMultipleField):
    """Any number of answers out of few; none is an empty list."""


class CheckboxField(_Asked, wtforms.BooleanField):
    """One statement to be ticked."""

    def __init__(self, label: Words = "", *args: Any, **rest: Any) -> None:
        rest.setdefault("quiet", True)
        super().__init__(label, *args, **rest)


class NumberField(_Asked, wtforms.Field):
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


class DateField(_Asked, wtforms.Field):
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


class TimeField(_Asked, wtforms.Field):
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


class MoneyField(_Asked, wtforms.Field):
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


class FileField(_Asked, SentFile):  # type: ignore[misc]
    """One file."""

    def __init__(self, label: Words = "", *args: Any, accept: str = "", **rest: Any) -> None:
        self.accept = accept
        super().__init__(label, *args, **rest)


class MultipleFileField(_Asked, SentFiles):  # type: ignore[misc]
    """Any number of files; its data are a list, empty when none was chosen."""

    def __init__(
        self, label: Words = "", *args: Any, accept: str = "", most: int = 20, **rest: Any
    ) -> None:
        self.accept, self.most = accept, most
        super().__init__(label, *args, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = [one for one in self.data or [] if one]
        if len(self.data) > self.most:
            raise ValueError(
                ngettext("Choose at most %(num)s file.", "Choose at most %(num)s files.", self.most)
            )


class HiddenField(wtforms.HiddenField):
    """What the page remembers for the form."""


class _Once(wtforms.HiddenField):
    """A new name for every rendering, by which a second press of the button is known."""

    def _value(self) -> str:
        return str(uuid.uuid4())


# ------------------------------------------------------------------ forms


class _OurWords:
    """WTForms' own messages in the words of the house."""

    said = {  # noqa: RUF012
        "Not a valid choice.": _("Choose one of the answers offered."),
        "Invalid Choice: could not coerce.": _("Choose one of the answers offered."),
        "Invalid choice(s): one or more data inputs could not be coerced.": _(
            "Choose one of the answers offered."
        ),
        "This field is required.": _("Fill in this field."),
        "Not a valid integer value.": _("Enter a whole number in figures."),
        "Invalid email address.": _("Enter an e-mail address in full, like name@example.kg."),
    }

    def gettext(self, text: str) -> str:
        return str(self.said.get(text, _("Check what is written here.")))

    def ngettext(self, one: str, _many: str, _count: int) -> str:
        return str(self.said.get(one, _("Check what is written here.")))


class Versioned(Protocol):
    """A thing that several people may change."""

    @property
    def version(self) -> Any: ...


class Form(FlaskForm):  # type: ignore[misc]
    """A form that is posted: it carries a token, knows a second press and a stale page."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' settings."""

        def get_translations(self, _form: wtforms.Form) -> _OurWords:
            return _OurWords()

    once = _Once()
    seen = HiddenField()

    def check_seen(self, subject: Versioned) -> None:
        """Refuse a form that was filled in before someone else changed its subject.

        Call it on GET too: it notes the version. The next press, on the page that says so,
        is taken.
        """
        current = str(subject.version)
        given = self.seen.data
        self.seen.data = current
        if self.is_submitted() and given != current:
            raise CourtError(Refusal.STALE)

    def refuse(self, error: CourtError, field: wtforms.Field | None = None) -> None:
        """Show a verb's refusal in the summary, and at a field if it is about one."""
        words = refusal_words(error)
        if field is None:
            self.form_errors = [*self.form_errors, words]  # type: ignore[has-type]
        else:
            field.errors = [*field.errors, words]

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """What is wrong, each with the id of the box to go to."""
        found: list[tuple[str | None, str]] = [(None, str(words)) for words in self.form_errors]
        for field in self:
            found.extend(_problems_of(field))
        return found


def _problems_of(field: wtforms.Field) -> list[tuple[str | None, str]]:
    if isinstance(field, wtforms.FormField):
        return [found for inner in field.form for found in _problems_of(inner)]
    if isinstance(field, wtforms.FieldList):
        own: list[tuple[str | None, str]] = [
            (field.id, words) for words in field.errors if isinstance(words, str)
        ]
        return own + [found for inner in field.entries for found in _problems_of(inner)]
    if not field.errors:
        return []
    if field.name == "csrf_token":
        words = gettext(
            "The page was open for too long. Your entry is kept: press the button again."
        )
        return [(None, words)]
    return [(anchor_of(field), str(words)) for words in field.errors]


def anchor_of(field: wtforms.Field) -> str:
    """Return the id of the first box of a field that is wrong."""
    if isinstance(field, DateField):
        wrong = [part for part in field.PARTS if part in field.wrong] or ["day"]
        return f"{field.id}-{wrong[0]}"
    if isinstance(field, wtforms.RadioField | wtforms.SelectMultipleField):
        return f"{field.id}-0"
    return field.id


class Filters(Form):
    """A form that asks for a page (GET): no token, no second press; its answers are the address."""

    once = None  # type: ignore[assignment]
    seen = None  # type: ignore[assignment]

    class Meta(Form.Meta):
        """WTForms' settings."""

        csrf = False

    def __init__(self, **rest: Any) -> None:
        super().__init__(formdata=request.args, **rest)
        for field in self:
            field.quiet = True  # nothing in a search must be filled in


__all__: Sequence[str] = [
    "CheckboxField",
    "CheckboxesField",
    "DateField",
    "EmailField",
    "FileField",
    "Filters",
    "Form",
    "HiddenField",
    "MoneyField",
    "MultipleFileField",
    "NumberField",
    "PasswordField",
    "PhoneField",
    "PinField",
    "RadioField",
    "Required",
    "SelectField",
    "TextAreaField",
    "TextField",
    "TimeField",
    "clean",
    "clean_lines",
    "tyiyn_of",
]
