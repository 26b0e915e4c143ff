"""Words of publication: how the page calls what the redaction found and why it doubts."""

from flask_babel import lazy_gettext as _

from documents.redaction import Doubt, Kind, Layer
from sud.publication.gate import Channel

KINDS = {
    Kind.PERSON: _("name of a person"),
    Kind.PIN: _("personal number"),
    Kind.ADDRESS: _("address"),
    Kind.PHONE: _("phone number"),
    Kind.EMAIL: _("e-mail address"),
    Kind.BIRTH: _("date of birth"),
    Kind.DOCUMENT: _("number of a document"),
    Kind.ACCOUNT: _("bank account"),
    Kind.PLATE: _("number plate"),
    Kind.CADASTRE: _("cadastral code"),
    Kind.OTHER: _("personal data"),
}
LAYERS = {
    Layer.CASE: _("known from the case file"),
    Layer.IDENTIFIER: _("recognised by its shape"),
    Layer.PATTERN: _("looks like a name"),
    Layer.MODEL: _("read as a name by the model"),
    Layer.GAZETTEER: _("a Kyrgyz given name by the list"),
    Layer.ECHO: _("named elsewhere in the act"),
    Layer.CLERK: _("added by hand"),
}
DOUBTS = {
    Doubt.NAMESAKE: _("Someone of the court bears this name too. Who is meant?"),
    Doubt.RELATIVE: _("The surname of a party, but perhaps a relative."),
    Doubt.TWO_PEOPLE: _("Two people of the case bear this name. Who is meant?"),
    Doubt.COMMON_WORD: _("The name is also an ordinary word."),
    Doubt.MISSPELT: _("One letter away from a party's name."),
    Doubt.BROKEN: _("Perhaps a name torn by spaces."),
    Doubt.ORGANISATION: _("Part of the name of an organisation."),
    Doubt.PLACE: _("Part of the name of a place, a street or a court."),
    Doubt.PROFESSIONAL: _("Someone in office, it seems: such a name may stay."),
    Doubt.STRANGER: _("A person whom the case file does not know."),
    Doubt.INITIALS: _("Initials alone: is it a person of the case?"),
    Doubt.UNSURE: _("May be a person's name or number, or may be harmless."),
}
CHANNELS = {
    Channel.TEXT: _("in the text"),
    Channel.HEADING: _("in the heading"),
    Channel.PDF: _("in the PDF"),
    Channel.ATTACHMENT: _("in a file or note inside the PDF"),
    Channel.FILE_NAME: _("in the name of the file"),
    Channel.ADDRESS: _("in the address of the page"),
    Channel.INDEX: _("in the index of the search"),
    Channel.SUGGESTION: _("in the words that the search offers"),
    Channel.FEED: _("in the feed"),
}
COUNTS = {
    "hits": _("found for certain"),
    "doubts": _("doubts"),
    "over_masked": _("hidden needlessly"),
    "missed_sensitive": _("missed: a person or a number"),
    "missed_other": _("missed: something else"),
}
OFFICES = {
    "judge": _("judge"),
    "presiding_judge": _("presiding judge"),
    "secretary": _("secretary of the hearing"),
    "clerk": _("clerk of the court"),
    "notary": _("notary"),
    "mediator": _("mediator"),
    "relative": _("relative of a party"),
}
"""Roles that a policy names although nobody has them in the list of a case's people."""
CATEGORIES = {
    "*": _("everything else"),
    **{kind.value: words for kind, words in KINDS.items()},
    "organisation": _("name or number of an organisation"),
}
"""Sorts of data that a rule of the policy names."""
