"""What an auditor fills in: what became of an alarm."""

from flask_babel import lazy_gettext as _

from sud import forms
from sud.labels import label
from sud.models import AlarmNote


class SettleForm(forms.Form):
    """What was found when the alarm was looked into."""

    note = forms.RadioField(
        _("What did you find?"),
        required=_("Choose what you found."),
        coerce=AlarmNote,
        choices=[(note, label(note)) for note in AlarmNote],
    )
