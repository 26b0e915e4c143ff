"""What is filled in on the pages of publication, by clerks, keepers and the public."""

import re
from typing import Final

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from sud import forms
from sud.labels import label
from sud.models import Confidence, FactKind, Ground, Handling, ProblemKind
from sud.publication.policies import NOTED

_ARTICLE: Final = re.compile(r"[1-9][0-9]{0,3}(-[1-9][0-9]?)?")
_SHORTEST_BEGINNING: Final = 4
"""A shorter beginning of a word would be found in every act."""


class ActForm(forms.Form):
    """A button."""


class ReplaceForm(forms.Form):
    """Words that the machine did not find, and what stands for them."""

    words = forms.TextField(
        _("Words of the act"),
        required=_("Copy the words from the act."),
        hint=_("Exactly as they stand there; every place where they stand is replaced."),
        longest=200,
    )
    label = forms.SelectField(
        _("What the public reads instead"), required=_("Choose what stands for the words.")
    )

    def validate_words(self, field: forms.TextField) -> None:
        """Refuse what would be found in half of the text."""
        if len(field.data or "") < 2:  # noqa: PLR2004
            raise ValidationError(str(_("Copy at least two letters.")))


class WithdrawForm(forms.Form):
    """Why a published text is taken back."""

    note = forms.TextAreaField(
        _("Why is the text taken back?"),
        required=_("Write why the text is taken back."),
        hint=_("The public sees only that the text was withdrawn, and when."),
        longest=2_000,
        rows=3,
    )


class GroundForm(forms.Form):
    """Why a case is never published, or only after a second reader."""

    ground = forms.SelectField(
        _("Reason"),
        required=_("Choose the reason against publication."),
        hint=_("If the policy says “never”, a public text is held in the same moment."),
        blank=_("Choose a reason"),
        coerce=Ground,
        choices=[(ground, label(ground)) for ground in NOTED],
    )


class FactForm(forms.Form):
    """What the file knows of a person beside his card."""

    person = forms.SelectField(_("Who"), required=_("Choose the person."), blank=_("Choose"))
    kind = forms.SelectField(
        _("What is known"),
        required=_("Choose what it is."),
        blank=_("Choose"),
        coerce=FactKind,
        choices=[(kind, label(kind)) for kind in FactKind],
    )
    value = forms.TextField(
        _("As it is written"),
        required=_("Write it as it stands in the file."),
        hint=_("It is looked for in every spelling and form, in this text and in later ones."),
        longest=300,
    )


class ReportForm(forms.Form):
    """What somebody finds wrong with a published decision; he need not say who he is."""

    kind = forms.RadioField(
        _("What is wrong?"),
        required=_("Choose what is wrong."),
        coerce=ProblemKind,
        choices=[(kind, label(kind)) for kind in ProblemKind],
    )
    words = forms.TextAreaField(
        _("Where is it?"),
        required=_("Write which words are meant."),
        hint=_(
            "Copy a few words that stand beside the place. Do not repeat a person's name, and write"
            " nothing about yourself."
        ),
        longest=1_000,
        rows=4,
    )


class RuleForm(forms.Form):
    """One rule of a draft of the policy."""

    category = forms.SelectField(
        _("Sort of data, or reason"),
        required=_("Choose what the rule is about."),
        blank=_("Choose"),
    )
    role = forms.SelectField(_("Role in the case"), quiet=True)
    case_kind = forms.SelectField(_("Kind of case"), quiet=True)
    handling = forms.SelectField(
        _("What becomes of it"),
        required=_("Choose what becomes of it."),
        blank=_("Choose"),
        coerce=Handling,
        choices=[(handling, label(handling)) for handling in Handling],
    )
    source_ky = forms.TextField(
        _("Legal reference in Kyrgyz"),
        hint=_("Leave it empty where the rule rests on what the whole version rests on."),
        longest=300,
    )
    source_ru = forms.TextField(_("Legal reference in Russian"), longest=300)
    source_en = forms.TextField(_("Legal reference in English"), longest=300)
    confidence = forms.SelectField(
        _("How sure this is"),
        quiet=True,
        coerce=Confidence,
        default=Confidence.MEDIUM,
        choices=[(confidence, label(confidence)) for confidence in Confidence],
    )


class SubjectForm(forms.Form):
    """Which reason about a case its subject brings with it."""

    subject = forms.SelectField(
        _("Subject of the case"), required=_("Choose the subject."), blank=_("Choose")
    )
    ground = forms.SelectField(
        _("Reason that it brings"),
        required=_("Choose what it brings."),
        blank=_("Choose"),
        coerce=Ground,
        choices=[(ground, label(ground)) for ground in NOTED],
    )


class FrameForm(forms.Form):
    """What a draft of the policy rests on, and how many texts a second person reads by lot."""

    second_share = forms.NumberField(
        _("Texts that a second person reads by lot, of every 10 000"),
        required=_("Write a number from 0 to 10 000."),
        least=0,
        most=10_000,
    )
    source_ky = forms.TextAreaField(
        _("Legal reference in Kyrgyz"), required=_("Write the reference."), longest=600, rows=2
    )
    source_ru = forms.TextAreaField(
        _("Legal reference in Russian"), required=_("Write the reference."), longest=600, rows=2
    )
    source_en = forms.TextAreaField(_("Legal reference in English"), longest=600, rows=2)


class ShowingForm(forms.Form):
    """What shows a reason against publication, whatever it is."""

    ground = forms.SelectField(
        _("Reason that they show"),
        required=_("Choose the reason against publication."),
        blank=_("Choose a reason"),
        coerce=Ground,
        choices=[(ground, label(ground)) for ground in NOTED],
    )


class ArticleForm(ShowingForm):
    """Articles of a code that show a reason when an act cites them."""

    numbers = forms.TextField(
        _("Articles"),
        required=_("Write the numbers of the articles."),
        hint=_("Numbers with commas between them, for example 154, 155, 155-1."),
        longest=300,
    )
    names = forms.TextAreaField(
        _("What acts call the code"),
        required=_("Write what acts call the code."),
        hint=_("Beginnings of its names in both languages, one on each line."),
        longest=1_000,
        rows=5,
    )
    valid_from = forms.DateField(_("In force from"), required=_("Write from which day they hold."))
    valid_to = forms.DateField(_("Until"))
    source_ky = forms.TextField(
        _("Legal reference in Kyrgyz"), required=_("Write the reference."), longest=300
    )
    source_ru = forms.TextField(
        _("Legal reference in Russian"), required=_("Write the reference."), longest=300
    )
    source_en = forms.TextField(_("Legal reference in English"), longest=300)
    confidence = forms.SelectField(
        _("How sure this is"),
        required=_("Choose how sure this is."),
        coerce=Confidence,
        default=Confidence.MEDIUM,
        choices=[(confidence, label(confidence)) for confidence in Confidence],
    )

    def validate_numbers(self, field: forms.TextField) -> None:
        """Refuse what no article is numbered by."""
        wrong = [one for one in _listed(field.data, ",") if not _ARTICLE.fullmatch(one)]
        if wrong or not _listed(field.data, ","):
            words = _(
                "“%(words)s” is no number of an article. Write numbers such as 154 or 155-1, with"
                " commas between them.",
                words=wrong[0] if wrong else field.data,
            )
            raise ValidationError(str(words))

    def validate_names(self, field: forms.TextAreaField) -> None:
        """Refuse a name that would be found in every act."""
        for one in _listed(field.data, "\n"):
            if sum(letter.isalpha() for letter in one) < 2:  # noqa: PLR2004
                raise ValidationError(str(_("Write at least two letters on each line.")))

    def validate_valid_to(self, field: forms.DateField) -> None:
        """Refuse an end before the beginning."""
        if self.valid_from.data and field.data and field.data < self.valid_from.data:
            raise ValidationError(str(_("The last day is before the first one.")))

    @property
    def numbers_said(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_listed(self.numbers.data, ",")))

    @property
    def names_said(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_listed(self.names.data, "\n")))


class WordsForm(ShowingForm):
    """Beginnings of words by which an act shows a reason."""

    words = forms.TextAreaField(
        _("Beginnings of words"),
        hint=_("In both languages, one on each line. Leave it empty: no words show this reason."),
        longest=5_000,
        rows=6,
    )

    def validate_words(self, field: forms.TextAreaField) -> None:
        """Refuse a beginning that would be found in every act."""
        for one in _listed(field.data, "\n"):
            if len(one) < _SHORTEST_BEGINNING:
                words = _("“%(words)s” is too short: write at least four letters.", words=one)
                raise ValidationError(str(words))

    @property
    def words_said(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_listed(self.words.data, "\n")))


class MinorsForm(forms.Form):
    """Who is a minor: how old, in which roles, in which kinds of case."""

    years = forms.NumberField(
        _("Younger than, in years"),
        required=_("Write a number of years from 1 to 30."),
        least=1,
        most=30,
    )
    roles = forms.CheckboxesField(_("In these roles"), required=_("Choose at least one role."))
    kinds = forms.CheckboxesField(
        _("In these kinds of case"),
        required=_("Choose at least one kind of case."),
        hint=_("In these kinds acts are searched for words and articles, too."),
    )


class DecisionFilters(forms.Filters):
    """What decisions somebody looks for."""

    q = forms.TextField(_("Words of the decision"), longest=200, quiet=True)
    court = forms.SelectField(_("Court"), blank=_("All courts"), quiet=True)
    kind = forms.SelectField(_("Kind of case"), blank=_("All kinds"), quiet=True)
    category = forms.SelectField(_("Subject"), blank=_("All subjects"), quiet=True)
    since = forms.DateField(_("Decided from"), quiet=True)
    until = forms.DateField(_("Decided until"), quiet=True)


class CauseFilters(forms.Filters):
    """Whose hearings of which day somebody looks for."""

    court = forms.SelectField(_("Court"), blank=_("All courts"), quiet=True)
    day = forms.DateField(_("Day"), quiet=True)


class SearchFilters(forms.Filters):
    """The one search box."""

    q = forms.TextField(_("Case number, court or a word of a decision"), longest=200, quiet=True)


def _listed(text: str | None, mark: str) -> list[str]:
    return [one.strip() for one in (text or "").split(mark) if one.strip()]
