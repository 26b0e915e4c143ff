"""Fields of words and choices: clean text, answers offered, files; one rule of presence."""

import functools
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import wtforms
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField as SentFile
from flask_wtf.file import MultipleFileField as SentFiles
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, StopValidation, ValidationError

from documents.papers.letters import unprintable
from sud.words import Words

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


def _printable(_form: wtforms.Form, field: wtforms.Field) -> None:
    if signs := unprintable(field.data or ""):
        words = _("The court's paper cannot print these signs: %(signs)s. Replace them.")
        raise ValidationError(str(words) % {"signs": " ".join(signs)})


def _checks(
    validators: Iterable[Any] | None,
    required: Words | bool | None,
    longest: int | None,
    *,
    printed: bool,
) -> list[Any]:
    """Return the chain of a field; WTForms' own presence checks become ours."""
    chain = list(validators or ())
    for one in chain:
        if isinstance(one, DataRequired | InputRequired | Required):
            required = required or one.message or True
    chain = [one for one in chain if not isinstance(one, DataRequired | InputRequired | Required)]
    presence = Required(None if required is True else required) if required else _MayBeBlank()
    own = [*([_Longest(longest)] if longest else []), *([_printable] if printed else [])]
    return [presence, *own, *chain]


class Asked(wtforms.Field):
    """What every field of ours can be told.

    `required` is the message for a missing answer (without it the answer may be left out),
    `hint` stands under the label, `longest` bounds the text, `width` the box (in characters),
    `quiet` keeps "(optional)" from the label; what is `printed` stands on the court's papers, and
    may have only signs that their fonts have.
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
        printed: bool = False,
        **rest: Any,
    ) -> None:
        self.longest = longest or self.longest_by_default
        self.width = width
        self.autocomplete = autocomplete or self.autocomplete_by_default
        self.inputmode = inputmode or self.inputmode_by_default
        self.quiet = quiet
        rest.setdefault("description", hint)
        super().__init__(
            label, _checks(validators, required, self.longest, printed=printed), **rest
        )


# ------------------------------------------------------------------ kinds of fields


class TextField(Asked, wtforms.StringField):
    """One line of text."""

    longest_by_default = 300

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else self.data


class TextAreaField(Asked, wtforms.StringField):
    """Several lines of text."""

    longest_by_default = 20_000

    def __init__(self, label: Words = "", *args: Any, rows: int = 6, **rest: Any) -> None:
        self.rows = rows
        super().__init__(label, *args, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_lines(valuelist[0]) if valuelist else self.data


class PasswordField(Asked, wtforms.PasswordField):
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


class _Choosing(Asked):
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


class CheckboxField(Asked, wtforms.BooleanField):
    """One statement to be ticked."""

    def __init__(self, label: Words = "", *args: Any, **rest: Any) -> None:
        rest.setdefault("quiet", True)
        super().__init__(label, *args, **rest)


class FileField(Asked, SentFile):  # type: ignore[misc]
    """One file."""

    def __init__(self, label: Words = "", *args: Any, accept: str = "", **rest: Any) -> None:
        self.accept = accept
        super().__init__(label, *args, **rest)


class MultipleFileField(Asked, SentFiles):  # type: ignore[misc]
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
            raise ValueError(_choose_at_most(self.most))


class HiddenField(wtforms.HiddenField):
    """What the page remembers for the form."""


class ResumableField(MultipleFileField):
    """Files, and files that came piece by piece before the form (`sud.uploads`), by their keys.

    Both stand under one name: without a script the browser sends the files themselves.
    """

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.keys: list[uuid.UUID] = []
        super().__init__(*args, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        said = (_key_of(one) for one in valuelist if isinstance(one, str))
        self.keys = list(dict.fromkeys(key for key in said if key is not None))
        super().process_formdata(valuelist)
        if self.keys:
            self.raw_data = [*self.keys, *self.data]
        if len(self.keys) + len(self.data) > self.most:
            raise ValueError(_choose_at_most(self.most))


def _key_of(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said)
    except ValueError:
        return None


def _choose_at_most(most: int) -> str:
    return str(ngettext("Choose at most %(num)s file.", "Choose at most %(num)s files.", most))
