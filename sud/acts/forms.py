"""What a judge fills in to write an act."""

from collections.abc import Iterable
from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _

from sud.acts.service import Text
from sud.forms import (
    Form,
    RadioField,
    SelectField,
    TextAreaField,
)
from sud.labels import label
from sud.models import Act, ActKind, ActOutcome, ActPart

_MOST_SIGNS = 150_000  # of one part: some sixty printed pages


class BeginForm(Form):
    """Which kind of act to write."""

    kind = RadioField(_("What do you want to write?"), required=_("Choose the kind of act."))

    def offer(self, kinds: Iterable[ActKind], language: str) -> None:
        """Offer the kinds that the case allows; the first is the usual one."""
        usual_first = sorted(kinds, key=lambda kind: (not kind.final, kind.code))
        self.kind.choices = [(kind.code, _capital(kind.name(language))) for kind in usual_first]
        if usual_first and self.kind.data is None:
            self.kind.data = usual_first[0].code


def _part(hint: LazyString, rows: int) -> TextAreaField:
    return TextAreaField(hint=hint, rows=rows, longest=_MOST_SIGNS, quiet=True)


class TextForm(Form):
    """The act as it is being written: four parts, and how the claim ended."""

    introductory = _part(_("Who decides on what, and who took part."), 5)
    descriptive = _part(
        _("What the claimant asks, what the respondent says. Each line is a paragraph."), 12
    )
    reasoning = _part(
        _("What the court established, on which evidence, and the law it applies."),
        12,
    )
    operative = _part(_("What is decided, in numbered points. The time to appeal is added."), 8)
    outcome = SelectField(
        _("How the claim ended"),
        hint=_("For statistics; it is not printed."),
        blank=_("Not said yet"),
        choices=[(code.value, label(code)) for code in ActOutcome],
        quiet=True,
    )

    def speak(self, language: str) -> None:
        """Name the parts in the language in which the act is written."""
        with force_locale(language):
            for part in ActPart:
                self.box(part).label.text = str(label(part))

    def box(self, part: ActPart) -> Any:
        """The box of one part."""
        return self[part.value]

    def show(self, act: Act) -> None:
        """Fill the form with what was saved last."""
        for part in ActPart:
            self.box(part).data = getattr(act, part.value)
        self.outcome.data = act.outcome.value if act.outcome else None

    @property
    def text(self) -> Text:
        """What was written."""
        return Text(
            outcome=ActOutcome(self.outcome.data) if self.outcome.data else None,
            parts={part: self.box(part).data or "" for part in ActPart},
        )


class WritForm(Form):
    """Only the press of a button, which says for which claimant."""


class IssueForm(Form):
    """Only the press of the button."""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
