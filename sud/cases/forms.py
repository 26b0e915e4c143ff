"""What is filled in on the pages of cases."""

from flask_babel import lazy_gettext as _

from sud import forms


class SearchForm(forms.Filters):
    """A case by its number or by a name."""

    q = forms.TextField(
        _("Case number or name"),
        hint=_("In any spelling: ГД-319/26-Т5, гд 319/26, 319"),
        longest=100,
    )


class AcceptForm(forms.Form):
    """A button."""
