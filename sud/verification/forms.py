"""What anybody fills in to check a paper: its code, or the file that he holds."""

from flask_babel import lazy_gettext as _

from sud.forms import FileField, Filters, Form, TextField


class CodeForm(Filters):
    """A verification code as people type it."""

    code = TextField(
        _("Verification code"),
        required=_("Enter the code from the paper."),
        hint=_("16 letters and figures from the paper, for example 7K3M-Q9TX-2HDV-W4EA."),
        longest=60,
        width=30,
        quiet=True,
    )


class FileForm(Form):
    """A file that somebody holds, to be compared with the papers that were issued."""

    file = FileField(
        _("The PDF file that you have"), required=_("Choose a file."), accept="application/pdf"
    )
