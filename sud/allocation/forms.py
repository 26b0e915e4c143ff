"""What is asked on the public pages of draws."""

from flask_babel import lazy_gettext as _

from sud import forms


class DrawsForm(forms.Filters):
    """Which draws to list."""

    court = forms.SelectField(_("Court"), choices=[])
    day = forms.DateField(_("Day of registration"), hint=_("For example, 27 3 2026"))
