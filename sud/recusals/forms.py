"""What is filled in about recusals: requests, rulings, earlier cases, ties, absences."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _

from sud import forms
from sud.labels import label
from sud.models import (
    Judge,
    Recusal,
    RecusalGround,
    RelationKind,
    TieAnswer,
    TieKind,
    TieQuestion,
)
from sud.recusals.reading import Sits
from sud.uploads.handing import beside
from sud.uploads.service import Sent
from sud.words import language

PAPERS = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.docx"


class RequestForm(forms.Form):
    """Which judge, on which ground, for which reasons, with which paper."""

    judge = forms.RadioField(_("Which judge"), coerce=UUID, required=_("Choose the judge."))
    ground = forms.RadioField(_("Ground"), required=_("Choose the ground."))
    reasons = forms.TextAreaField(
        _("Reasons"),
        required=_("Write what happened and how you know of it."),
        hint=_("Only those who may read the case read this. It never becomes public."),
        rows=8,
        longest=5000,
    )
    paper = forms.FileField(_("A paper that shows it"), accept=PAPERS)

    def offer(self, seats: Sequence[Sits], grounds: Iterable[RecusalGround]) -> None:
        """Offer the judges who sit, and the grounds with the law they rest on."""
        lang = language()
        self.judge.choices = [(one.judge.key, one.judge.full_name) for one in seats]
        if len(seats) == 1 and not self.is_submitted():
            self.judge.data = seats[0].judge.key
        self.ground.choices = [
            (one.code, _capital(one.name(lang)), {"hint": one.source_in(lang)}) for one in grounds
        ]

    def upload(self) -> Sent | None:
        """Return the paper, if one was chosen."""
        return _upload(self.paper)


class RulingForm(forms.Form):
    """Granted or refused, why, and the signed order."""

    outcome = forms.RadioField(_("Ruling"), required=_("Choose the ruling."))
    reasons = forms.TextAreaField(
        _("Reasons of the ruling"), required=_("Write the reasons."), rows=8, longest=5000
    )
    order = forms.FileField(
        _("The signed order"),
        accept=".pdf",
        hint=_("A PDF. Its salted hash goes into the public log, never the order itself."),
        quiet=True,
    )

    def offer(self, recusal: Recusal) -> None:
        """Offer both ways, and say what each brings about."""
        found = recusal.evidence is not None
        if found:
            self.order.description = _("A PDF, if there is one: the facts above are a document.")
        self.outcome.choices = [
            (
                "granted",
                str(_("The law does bar him: he leaves") if found else _("Grant: he leaves")),
                {"hint": str(_("His hearings are cancelled, and another judge is drawn by lot."))},
            ),
            (
                "refused",
                str(_("The finding is wrong: he stays") if found else _("Refuse: he stays")),
                {"hint": str(_("The case goes on before him."))},
            ),
        ]

    def upload(self) -> Sent | None:
        """Return the order, if one was chosen."""
        return _upload(self.order)


class EarlierForm(forms.Form):
    """The number of an earlier case and what this one is to it."""

    kind = forms.RadioField(
        _("This case is"), coerce=RelationKind, required=_("Choose what this case is to it.")
    )
    number = forms.TextField(
        _("Number of the earlier case"),
        required=_("Enter the number of the earlier case."),
        hint=_("In full, as in ГД-319/26-Т5. It may be a case of another court."),
        width=20,
        longest=40,
    )

    def offer(self) -> None:
        """Offer the relations."""
        self.kind.choices = [(kind, _capital(str(label(kind)))) for kind in RelationKind]


class TieForm(forms.Form):
    """A person to whom the judge is tied."""

    name = forms.TextField(
        _("Name of the person or organisation"),
        required=_("Enter the name."),
        hint=_("Surname, given name, patronymic. Any alphabet will do."),
        longest=200,
    )
    pin = forms.PinField(
        _("Personal or tax number"),
        organisations=True,
        hint=_("With it you are excluded from such cases by yourself. Only a keyed hash is kept."),
    )
    kind = forms.SelectField(
        _("What ties you"), coerce=TieKind, required=_("Choose the tie."), blank=_("Choose")
    )
    colleague = forms.SelectField(
        _("If the person is a judge"),
        coerce=UUID,
        blank=_("The person is no judge"),
        hint=_("You will never sit with this judge in one panel."),
    )

    def offer(self, judges: Iterable[Judge]) -> None:
        """Offer the kinds of tie and the other judges."""
        self.kind.choices = [(kind, str(label(kind))) for kind in TieKind]
        self.colleague.choices = [
            (one.key, f"{one.full_name} – {one.court.name(language())}") for one in judges
        ]


class AnswerForm(forms.Form):
    """Whether it is the person declared."""

    said = forms.RadioField(
        _("Who is it?"), coerce=TieAnswer, required=_("Say whether it is the same person.")
    )

    def offer(self, question: TieQuestion) -> None:
        """Offer both answers; who has the same number is no other person."""
        answers = [TieAnswer.SAME_PERSON] if question.certain else list(TieAnswer)
        self.said.choices = [(one, str(label(one))) for one in answers]


class RedistributionForm(forms.Form):
    """The order on which all cases of a judge are drawn anew."""

    order_number = forms.TextField(
        _("Number of the order"), required=_("Enter the number of the order."), width=20, longest=60
    )
    order = forms.FileField(
        _("The signed order"), accept=".pdf", required=_("Choose the order, a PDF file.")
    )

    def upload(self) -> Sent:
        """Return the order."""
        return beside(self.order.data)


class EndForm(forms.Form):
    """A button."""


def _upload(field: forms.FileField) -> Sent | None:
    sent = field.data
    return beside(sent) if sent else None


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
