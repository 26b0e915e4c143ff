"""What is pressed to go to the state's identity provider."""

from sud import forms


class GoForm(forms.Form):
    """A button."""
