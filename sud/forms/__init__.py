"""What every form of the house shares: clean text, kept entries, and refusals in words."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import wtforms
from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from sud.errors import CourtError, Refusal
from sud.forms.fields import (
    CheckboxesField,
    CheckboxField,
    EmailField,
    FileField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    RadioField,
    Required,
    ResumableField,
    SelectField,
    TextAreaField,
    TextField,
    clean,
    clean_lines,
)
from sud.forms.figures import (
    DateField,
    MoneyField,
    NumberField,
    PhoneField,
    PinField,
    TimeField,
    tyiyn_of,
)
from sud.request import note
from sud.words import refusal_words


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
    refusal: Refusal | None = None
    """Why the verb behind the form refused, where it did."""

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

    def does(
        self,
        verb: Callable[[], object],
        *,
        to: Versioned | None = None,
        at: Mapping[Refusal, wtforms.Field] | None = None,
        otherwise: wtforms.Field | None = None,
    ) -> bool:
        """Carry a verb out if the form is right; False where it is not, or where the verb refuses.

        `to` is what the form was filled in about (see `check_seen`), `at` the fields at which some
        refusals are shown, `otherwise` the one of all others.
        """
        try:
            if to is not None:
                self.check_seen(to)
            if not self.validate_on_submit():
                return False
            verb()
        except CourtError as error:
            self.refuse(error, (at or {}).get(error.code, otherwise))
            return False
        return True

    def refuse(self, error: CourtError, field: wtforms.Field | None = None) -> None:
        """Show a verb's refusal in the summary, and at a field if it is about one."""
        note(error)
        self.refusal = error.code
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
    "ResumableField",
    "SelectField",
    "TextAreaField",
    "TextField",
    "TimeField",
    "clean",
    "clean_lines",
    "tyiyn_of",
]
