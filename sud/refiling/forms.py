"""What a clerk says when a link with an earlier case is undone."""

from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from sud import forms
from sud.labels import label
from sud.models import SeparateReason


class UndoForm(forms.Form):
    """Why it is another matter."""

    reason = forms.RadioField(
        _("Why it is another matter"),
        coerce=SeparateReason,
        required=_("Say why it is another matter."),
    )

    def offer(self) -> None:
        """Offer the reasons in the reader's language."""
        self.reason.choices = [
            SelectChoice.from_input((one.value, str(label(one)))) for one in SeparateReason
        ]
