"""The words for what intake finds in a paper beside what it shows."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from documents.intake import Finding

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (Finding.SCRIPT, _("a program that runs when the file is opened")),
    (Finding.LAUNCH, _("an order to start another program")),
    (Finding.IMPORT, _("an order to read data from this computer")),
    (Finding.SUBMIT, _("an order to send data to another computer")),
    (Finding.ATTACHMENT, _("other files inside it")),
    (Finding.FORM, _("a form that can change what the pages show")),
    (Finding.MEDIA, _("sound, film or a moving picture")),
    (Finding.EXTERNAL, _("parts that are fetched from another computer")),
    (Finding.TAIL, _("data behind the end of the document")),
    (Finding.SIGNATURE, _("a digital signature")),
)
