"""What signers, parties and clerks fill in about signatures."""

import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from sud import forms
from sud.labels import label
from sud.models import Document, JointKind, Participant
from sud.signing.oneself import Oneself
from sud.words import day

_LONGEST_DISSENT = 100_000
_LONGEST_REASON = 2_000


class Seen(forms.Form):
    """A press of a button about the paper that was shown: its SHA-256 comes back with it."""

    paper = forms.HiddenField()


class SignForm(Oneself):
    """One's own signature, given once it is sure that it is he."""

    dissent = forms.TextAreaField(
        _("Dissenting opinion"),
        hint=_(
            "Only if you do not agree with the majority. It is kept with the file; it is neither"
            " printed in the act nor published."
        ),
        longest=_LONGEST_DISSENT,
        rows=6,
    )


class RefuseForm(Seen):
    """Why somebody does not sign."""

    because = forms.TextAreaField(
        _("Why do you not sign?"),
        hint=_("All who sign this paper see it."),
        required=_("Write why you do not sign."),
        longest=_LONGEST_REASON,
        rows=3,
    )


class SignedFileForm(Seen):
    """The paper with one's own signature, or the signature alone."""

    file = forms.FileField(
        _("The signed file"),
        hint=_("The PDF with your signature on it, or the signature beside it (.p7s)."),
        required=_("Choose the signed file."),
        accept=".pdf,.p7s,.sig",
    )


class ByHandForm(forms.Form):
    """That a party signed a print: the scan was certified before."""

    seat = forms.SelectField(_("Who signed by hand"), required=_("Choose who."), coerce=uuid.UUID)
    scan = forms.SelectField(
        _("The certified scan"), required=_("Choose the scan."), coerce=uuid.UUID
    )

    def offer(self, seats: Sequence[tuple[uuid.UUID, str]], scans: Sequence[Document]) -> None:
        """Offer those who have still to sign, and the scans that were certified."""
        self.seat.choices = list(seats)
        self.scan.choices = [(one.key, f"{one.title}, {day(one.uploaded_at)}") for one in scans]


class JointForm(forms.Form):
    """An agreement that is to be signed by both parties and the judge."""

    kind = forms.RadioField(
        _("What do you agree on?"), required=_("Say what you agree on."), coerce=JointKind
    )
    others = forms.CheckboxesField(
        _("Who signs beside you?"), required=_("Choose who signs."), coerce=int
    )
    file = forms.FileField(
        _("The text of the agreement (PDF)"),
        hint=_("Without signatures: everybody signs here. A sheet for the signatures is added."),
        required=_("Choose the file."),
        accept=".pdf",
    )

    def offer(self, others: Sequence[Participant], language: str) -> None:
        """Offer the kinds of agreement, and the other side."""
        self.kind.choices = [(one, str(label(one))) for one in JointKind]
        self.others.choices = [
            (one.id, f"{one.person.full_name} ({one.role.name(language)})") for one in others
        ]
