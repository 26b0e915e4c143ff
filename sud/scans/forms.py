"""What is filled in about scans, cover sheets, certification, copies and the form of a case."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from sud import forms
from sud.labels import label
from sud.models import Act, CaseForm, Court, Document, OriginalForm, Participant
from sud.scans.certifying import Seen
from sud.scans.covering import Wanted
from sud.signing.oneself import Oneself
from sud.words import day

MOST_SHEETS: Final = 40
_LONGEST_TITLE: Final = 150
_MOST_PAGES: Final = 5_000


class Press(forms.Form):
    """A button."""


class ScanForm(forms.Form):
    """What came from the scanner."""

    court = forms.SelectField(_("Court"), required=_("Choose the court."), coerce=int)
    files = forms.ResumableField(
        _("The scan"),
        hint=_("One PDF with all pages, or several pictures in the order in which they lay."),
        required=_("Choose the file of the scan."),
        accept=".pdf,.jpg,.jpeg,.png,.tif,.tiff",
        most=200,
    )

    def offer(self, courts: Iterable[Court], language: str) -> None:
        """Offer the clerk's courts; the only one is chosen."""
        self.court.choices = [(court.id, court.name(language)) for court in courts]
        if len(self.court.choices) == 1 and self.court.data is None:
            self.court.data = self.court.choices[0][0]


class SheetsForm(forms.Form):
    """For which papers cover sheets are printed."""

    papers = forms.TextAreaField(
        _("The papers, one on each line"),
        hint=_(
            "What each paper is and, if you counted them, its written pages after a semicolon:"
            " Receipt of 5 March 2025; 3"
        ),
        required=_("Write for at least one paper what it is."),
        longest=8_000,
        rows=6,
        printed=True,
    )

    def validate_papers(self, field: forms.TextAreaField) -> None:
        """Refuse what is no list of papers."""
        wanted = self.wanted
        if len(wanted) > MOST_SHEETS:
            raise ValidationError(gettext("At most %(most)s sheets at once.", most=MOST_SHEETS))
        for one in wanted:
            if len(one.title) > _LONGEST_TITLE:
                raise ValidationError(gettext("Name each paper in fewer words."))
        for line in (field.data or "").splitlines():
            said = line.rpartition(";")[2].strip() if ";" in line else ""
            if said.isdigit() and not 0 < int(said) <= _MOST_PAGES:
                raise ValidationError(gettext("A paper has at least one page."))

    @property
    def wanted(self) -> list[Wanted]:
        """What was asked for."""
        return [one for line in (self.papers.data or "").splitlines() if (one := _wanted(line))]


def _wanted(line: str) -> Wanted | None:
    title, semicolon, said = line.rpartition(";")
    if semicolon and said.strip().isdigit():
        return Wanted(title=title.strip(), pages=int(said)) if title.strip() else None
    return Wanted(title=line.strip()) if line.strip() else None


class SettleForm(forms.Form):
    """Where the pages of a scan belong."""

    number = forms.TextField(
        _("Number of the case"),
        required=_("Write the number of the case."),
        hint=_("In any spelling, with its year."),
        longest=60,
        width=20,
    )
    title = forms.TextField(
        _("What paper it is"),
        required=_("Write what paper it is."),
        longest=_LONGEST_TITLE,
        printed=True,
    )


class BecauseForm(forms.Form):
    """A reason in words."""

    because = forms.TextField(
        _("Why"), required=_("Write why."), longest=500, hint=_("Kept with the file.")
    )


class CertifyForm(Oneself):
    """What the clerk had before him when he compared the scan with the paper, and that it is he."""

    original = forms.RadioField(
        _("What lies before you?"), required=_("Choose what lies before you."), coerce=OriginalForm
    )
    pages = forms.NumberField(
        _("Written pages of the paper, as you count them"),
        required=_("Count the pages of the paper."),
        hint=_("Count the paper, not the scan: the two are compared."),
        least=1,
        most=_MOST_PAGES,
        width=5,
    )
    kept_at = forms.TextField(
        _("Where the paper lies now"),
        required=_("Write where the paper lies."),
        hint=_("For example: paper file, sheets 4 to 6; or: given back to the person."),
        longest=200,
        printed=True,
    )
    sure = forms.CheckboxField(
        _("I have compared every page: the scan corresponds to the paper"),
        required=_("Compare every page and say so here."),
    )

    def offer(self) -> None:
        """Offer the kinds of originals in the reader's words."""
        self.original.choices = [(one, str(label(one))) for one in OriginalForm]

    @property
    def facts(self) -> Seen:
        """What was said."""
        return Seen(
            original=self.original.data,
            pages=self.pages.data,
            kept_at=self.kept_at.data or "",
            scan=self.paper.data or "",
        )


class TextSearch(forms.Filters):
    """Words that are looked for in scans."""

    q = forms.TextField(_("Words in scanned papers"), longest=200, quiet=True)


class AskForm(forms.Form):
    """Of what a certified copy is wanted."""

    original = forms.SelectField(
        _("Of which paper?"),
        required=_("Choose the paper."),
        blank=_("Choose a paper"),
        coerce=uuid.UUID,
    )

    def offer(self, originals: Sequence[Act | Document], language: str) -> None:
        """Offer what can be copied."""
        self.original.choices = [(one.key, words_for(one, language)) for one in originals]


class IssueForm(Oneself):
    """A clerk's own signature on a certified copy."""


class GiveForm(AskForm):
    """A copy that was asked for at the desk."""

    receiver = forms.SelectField(
        _("For whom?"),
        required=_("Choose for whom the copy is."),
        blank=_("Choose a participant"),
        coerce=int,
    )

    def offer_receivers(self, people: Sequence[Participant], language: str) -> None:
        """Offer those who take part in the case."""
        self.receiver.choices = [
            (one.id, f"{one.person.full_name} ({one.role.name(language)})") for one in people
        ]


class ChangeForm(forms.Form):
    """By which ruling a case takes which form."""

    ruling = forms.SelectField(
        _("The ruling"),
        required=_("Choose the ruling."),
        blank=_("Choose a ruling"),
        coerce=uuid.UUID,
    )
    form = forms.RadioField(
        _("The form that it orders"), required=_("Choose the form."), coerce=CaseForm
    )

    def offer(self, rulings: Sequence[Act], present: CaseForm, language: str) -> None:
        """Offer the rulings, and the forms that are not the present one."""
        self.ruling.choices = [(one.key, words_for(one, language)) for one in rulings]
        self.form.choices = [(one, str(label(one))) for one in CaseForm if one is not present]


def words_for(original: Act | Document, language: str) -> str:
    """Name an act or a paper with its day."""
    if isinstance(original, Act):
        name = original.kind.name(language)
        name = name[:1].upper() + name[1:]
        return f"{name}, {day(original.issued_at)}" if original.issued_at else name
    return f"{original.title}, {day(original.uploaded_at)}"
