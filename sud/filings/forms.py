"""What a party fills in to file a claim, and a clerk to decide on it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from sud import forms
from sud.filings.service import PersonFacts
from sud.labels import label
from sud.models import (
    Category,
    Court,
    LinkGround,
    Person,
    PersonKind,
    RelationKind,
    ReturnReason,
    SeparateReason,
)
from sud.refiling.service import Choice
from sud.words import LANGUAGES, language

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.docx"


class WhereForm(forms.Form):
    """Court, subject and language of the case."""

    court = forms.SelectField(
        _("Court"),
        required=_("Choose the court."),
        blank=_("Choose"),
        hint=_("Usually the court of the place where the respondent lives or is registered."),
    )
    category = forms.SelectField(
        _("What the dispute is about"), required=_("Choose the subject."), blank=_("Choose")
    )
    case_language = forms.RadioField(
        _("Language of the case"),
        required=_("Choose the language of the case."),
        hint=_("Hearings are held and acts are written in it. An interpreter is your right."),
    )

    def offer(self, courts: Mapping[str, Sequence[Court]], categories: Iterable[Category]) -> None:
        """Offer the courts by region and the categories, in the reader's language."""
        lang = language()
        self.court.choices = [
            SelectChoice.from_input((court.code, court.name(lang)), region)
            for region, some in courts.items()
            for court in some
        ]
        self.category.choices = [
            SelectChoice.from_input((one.code, _capital(one.name(lang)))) for one in categories
        ]
        self.case_language.choices = [
            SelectChoice.from_input((code, LANGUAGES[code])) for code in ("ky", "ru")
        ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class PersonForm(forms.Form):
    """A person or an organisation: which of the boxes are needed depends on which it is."""

    kind = forms.RadioField(
        _("Person or organisation"),
        coerce=PersonKind,
        default=PersonKind.NATURAL,
        required=_("Choose whether it is a person or an organisation."),
    )
    surname = forms.TextField(_("Surname"), longest=100, quiet=True, printed=True)
    given_name = forms.TextField(_("Given name"), longest=100, quiet=True, printed=True)
    patronymic = forms.TextField(
        _("Patronymic"),
        longest=100,
        hint=_("As in the passport; leave empty if there is none."),
        printed=True,
    )
    organisation = forms.TextField(
        _("Name of the organisation"),
        longest=300,
        quiet=True,
        printed=True,
        hint=_("With its legal form, for example ОсОО «Ак-Суу»."),
    )
    pin = forms.PinField(
        _("Personal number (PIN) or tax number (INN)"),
        organisations=True,
        hint=_("14 figures. A person's begins with 1 or 2, an organisation's with 0."),
    )
    address = forms.TextField(
        _("Address"),
        required=_("Enter the address."),
        longest=500,
        autocomplete="street-address",
        printed=True,
    )
    phone = forms.PhoneField(_("Telephone"))
    email = forms.EmailField(_("E-mail"), longest=200)

    def offer(self) -> None:
        """Offer both kinds in the reader's language."""
        self.kind.choices = [
            SelectChoice.from_input((kind.value, str(label(kind)))) for kind in PersonKind
        ]

    def describe(self, person: Person) -> None:
        """Fill the boxes with what is known already."""
        for name in (
            "kind",
            "surname",
            "given_name",
            "patronymic",
            "organisation",
            "pin",
            "address",
            "phone",
            "email",
        ):
            self[name].process_data(getattr(person, name))

    def validate(self, extra_validators: Any = None) -> bool:
        """A person needs a surname and a given name, an organisation its name."""
        fine = bool(super().validate(extra_validators))
        if self.kind.data is PersonKind.LEGAL:
            fine &= self._need(self.organisation, _("Enter the name of the organisation."))
            first_figures = "012"
        else:
            fine &= self._need(self.surname, _("Enter the surname."))
            fine &= self._need(self.given_name, _("Enter the given name."))
            first_figures = "12"
        if self.pin.data and not self.pin.errors and self.pin.data[0] not in first_figures:
            self.pin.errors = [str(_("A person's number begins with 1 or 2."))]
            fine = False
        return fine

    def facts(self) -> PersonFacts:
        """Return what was filled in."""
        return PersonFacts(
            kind=self.kind.data,
            surname=self.surname.data or "",
            given_name=self.given_name.data or "",
            patronymic=self.patronymic.data or "",
            organisation=self.organisation.data or "",
            pin=self.pin.data or None,
            address=self.address.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
        )

    @staticmethod
    def _need(field: wtforms.Field, words: Any) -> bool:
        if field.data or field.errors:
            return not field.errors
        field.errors = [str(words)]
        return False


class PlaintiffForm(PersonForm):
    """Whoever files is known by his number."""

    pin = forms.PinField(
        _("Personal number (PIN) or tax number (INN)"),
        organisations=True,
        required=_("Enter your number."),
        hint=_("14 figures. A person's begins with 1 or 2, an organisation's with 0."),
    )


class ClaimForm(forms.Form):
    """The price of the claim and what is claimed."""

    price = forms.MoneyField(
        _("Price of the claim"),
        least=1,
        hint=_("The sum you claim, in som. Leave it empty if the claim has no price."),
    )
    text = forms.TextAreaField(
        _("What you claim and why"),
        required=_("Write what you claim and why."),
        hint=_("What happened, what you ask the court for, and which papers prove it."),
        longest=20_000,
        rows=14,
    )


class PricedClaimForm(ClaimForm):
    """For subjects whose duty depends on the price."""

    price = forms.MoneyField(
        _("Price of the claim"),
        least=1,
        required=_("Enter the price of the claim: the duty depends on it."),
        hint=_("The sum you claim, in som."),
    )


class PapersForm(forms.Form):
    """Files to attach."""

    files = forms.ResumableField(
        _("Choose files"),
        accept=ACCEPTED,
        required=_("Choose at least one file."),
    )


class WhichForm(forms.Form):
    """A button beside one row."""

    which = forms.HiddenField()


class SubmitForm(forms.Form):
    """The filer's word."""

    truth = forms.CheckboxField(
        _("What I have written is true, and the copies are the same as the originals"),
        required=_("Confirm that what you have written is true."),
    )


class AcceptForm(forms.Form):
    """A button; where the claim resembles an earlier case, what the clerk says of that."""

    matter = forms.RadioField(_("Is this the same matter?"), quiet=True)
    why = forms.RadioField(_("Why it is another matter"), coerce=SeparateReason, quiet=True)
    relation = forms.SelectField(
        _("This case is"), coerce=RelationKind, blank=_("It continues no earlier case"), quiet=True
    )
    number = forms.TextField(
        _("Number of the earlier case"),
        hint=_("In full, as in ГД-319/26-Т5. It may be a case of another court."),
        width=20,
        longest=40,
        quiet=True,
    )

    def offer(self, cases: Sequence[tuple[UUID, str]]) -> None:
        """Offer to follow one of the earlier cases, each by its key and number, or none."""
        follow = {
            LinkGround.REFILED: _("The same claim as in case %(number)s"),
            LinkGround.RELATED: _("A matter related to case %(number)s"),
        }
        self.matter.choices = [
            SelectChoice.from_input((f"{ground.value}:{key}", str(words) % {"number": number}))
            for key, number in cases
            for ground, words in follow.items()
        ] + [
            SelectChoice.from_input((f"other:{key}", str(_("Another matter than all of these"))))
            for key, _number in cases[:1]
        ]
        self.why.choices = [
            SelectChoice.from_input((one.value, str(label(one)))) for one in SeparateReason
        ]
        self.relation.choices = [
            SelectChoice.from_input((one.value, _capital(str(label(one))))) for one in RelationKind
        ]

    def choice(self) -> Choice | None:
        """Return what was said; None if nothing was."""
        said, _colon, key = (self.matter.data or "").partition(":")
        if not key:
            return None
        if said == "other":
            return Choice(earlier=UUID(key), reason=self.why.data or None)
        return Choice(earlier=UUID(key), ground=LinkGround(said))

    def validate(self, extra_validators: Any = None) -> bool:
        """What resembles an earlier case needs an answer, and a difference its reason."""
        fine = bool(super().validate(extra_validators))
        if not self.matter.choices or not fine:
            return fine
        said = self.choice()
        if said is None:
            self.matter.errors = [str(_("Say whether this is the same matter."))]
        elif said.ground is None and said.reason is None:
            self.why.errors = [str(_("Say why it is another matter."))]
        return not (self.matter.errors or self.why.errors)


class WithdrawForm(forms.Form):
    """A button."""


class ReturnForm(forms.Form):
    """Why a filing is returned and what is to be corrected."""

    reason = forms.RadioField(
        _("Reason"), coerce=ReturnReason, required=_("Choose why the claim is returned.")
    )
    note = forms.TextAreaField(
        _("What is to be corrected"),
        required=_("Write what is to be corrected."),
        hint=_("The party reads exactly this."),
        longest=2_000,
        rows=4,
    )

    def offer(self) -> None:
        """Offer the reasons in the reader's language."""
        self.reason.choices = [
            SelectChoice.from_input((one.value, str(label(one)))) for one in ReturnReason
        ]
