"""What is asked on the public pages of draws."""

from flask_babel import lazy_gettext as _

from sud import forms


class DrawsForm(forms.Filters):
    """Which draws to list."""

    court = forms.SelectField(_("Court"), choices=[])
    judge = forms.TextField(_("Judge"), longest=100)
    name = forms.TextField(_("Number of the draw"), longest=80)
    day = forms.DateField(_("Registered from"), hint=_("For example, 27 3 2026"))
    until = forms.DateField(_("Registered until"))
