"""Words of publication: how the page calls what the redaction found and why it doubts."""

from flask_babel import lazy_gettext as _

from documents.redaction import Doubt, Kind, Layer

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
    Doubt.PROFESSIONAL: _("Someone in office, it seems: such names stay."),
    Doubt.STRANGER: _("A person whom the case file does not know."),
    Doubt.INITIALS: _("Initials alone: is it a person of the case?"),
    Doubt.UNSURE: _("May be a person's name or number, or may be harmless."),
}
