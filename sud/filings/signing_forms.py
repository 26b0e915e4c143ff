"""What a filer fills in to sign his filing, in each of the ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from flask_babel import lazy_gettext as _

from sud import forms
from sud.filings.signing import can_be_scan
from sud.models import Document


class EsiForm(forms.Form):
    """A button."""


class DigitalForm(forms.Form):
    """A paper that was signed with a program of one's own."""

    signed_paper = forms.RadioField(
        _("Which paper did you sign?"), required=_("Choose the paper that you signed."), coerce=UUID
    )
    signed_file = forms.FileField(
        _("The signed file"),
        hint=_(
            "The PDF with your signature on it, or the signature beside it (.p7s). Leave it empty"
            " if the paper was signed before you attached it."
        ),
        accept=".pdf,.p7s,.sig",
    )


class HandForm(forms.Form):
    """A scan of a paper that was signed by hand."""

    scanned_paper = forms.RadioField(
        _("Which paper is the scan of the one you signed?"),
        required=_("Choose the scan."),
        coerce=UUID,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningForms:
    """The three ways, as one page offers them."""

    esi: EsiForm
    digital: DigitalForm
    hand: HandForm

    @classmethod
    def blank(cls, papers: Sequence[Document]) -> Self:
        """Three forms that nobody has filled in yet."""
        return cls(
            esi=EsiForm(formdata=None),
            digital=offered(DigitalForm(formdata=None), papers),
            hand=offered_scans(HandForm(formdata=None), papers),
        )


def offered(form: DigitalForm, papers: Sequence[Document]) -> DigitalForm:
    """Offer the papers of the filing; the only one is chosen already."""
    form.signed_paper.choices = [(one.key, one.title) for one in papers]
    if len(papers) == 1 and form.signed_paper.data is None:
        form.signed_paper.data = papers[0].key
    return form


def offered_scans(form: HandForm, papers: Sequence[Document]) -> HandForm:
    """Offer those papers of the filing that may be scans; the only one is chosen already."""
    scans = [one for one in papers if can_be_scan(one)]
    form.scanned_paper.choices = [(one.key, one.title) for one in scans]
    if len(scans) == 1 and form.scanned_paper.data is None:
        form.scanned_paper.data = scans[0].key
    return form
