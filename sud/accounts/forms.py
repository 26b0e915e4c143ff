"""What an account's owner fills in."""

from flask_babel import lazy_gettext as _

from sud import forms


class SignInForm(forms.Form):
    """A name and a password; what is wrong with them is never said field by field."""

    login = forms.TextField(
        _("User name"), required=_("Enter your user name."), autocomplete="username"
    )
    password = forms.PasswordField(_("Password"), required=_("Enter your password."))


class SignOutForm(forms.Form):
    """A button."""


class PressForm(forms.Form):
    """A button."""
