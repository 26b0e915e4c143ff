"""Words for the codes of publication: states, policies, grounds, readings, reports."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.models.people import FactKind
from sud.models.policies import Ground, Handling, PolicyState
from sud.models.publication import (
    ProblemKind,
    ProblemOutcome,
    PublicationChange,
    PublicationForm,
    PublicationState,
)

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (PublicationState.PREPARED, _("Waiting for review")),
    (PublicationState.CONFIRMING, _("Waiting for the second reader")),
    (PublicationState.PUBLISHED, _("Published")),
    (PublicationState.HELD, _("Held back")),
    (PublicationState.WITHDRAWN, _("Withdrawn")),
    (PublicationForm.TEXT, _("Text")),
    (PublicationForm.OPERATIVE, _("Operative part only")),
    (PublicationForm.CARD, _("Card only")),
    (PublicationChange.PUBLISHED, _("Published")),
    (PublicationChange.REPUBLISHED, _("Published again")),
    (PublicationChange.HELD, _("Held while it is looked at")),
    (PublicationChange.RELEASED, _("Shown again")),
    (PublicationChange.WITHDRAWN, _("Withdrawn")),
    (Ground.SEALED, _("The case is sealed")),
    (Ground.CLOSED_HEARING, _("A hearing was closed")),
    (Ground.CLOSED_CATEGORY, _("The category of cases is closed to the public")),
    (Ground.MINOR, _("A minor is victim or accused")),
    (Ground.CHILD, _("A family case about a child")),
    (Ground.SEXUAL_OFFENCE, _("A sexual offence")),
    (Ground.STATE_SECRET, _("A state secret")),
    (Ground.SECRET_ON_REQUEST, _("A bank or commercial secret, on request")),
    (Ground.MEDICAL_MEASURES, _("Compulsory medical measures or legal incapacity")),
    (Ground.PRETRIAL, _("Pre-trial control that is not completed")),
    (Ground.FAMILY_ON_REQUEST, _("Details of divorce or paternity, on request")),
    (Ground.PROTECTED_PERSON, _("A protected person")),
    (Ground.PROTECTED_DATA, _("Data or people with which no text goes out")),
    (Ground.CARD, _("The card of a case that is never published")),
    (Ground.DRAWN, _("Chosen by lot")),
    (Handling.HIDE, _("hide")),
    (Handling.INITIALS, _("initials")),
    (Handling.KEEP, _("keep")),
    (Handling.SECOND, _("second reader")),
    (Handling.OPERATIVE, _("operative part only, second reader")),
    (Handling.NEVER, _("never published")),
    (PolicyState.DRAFT, _("Draft")),
    (PolicyState.IN_FORCE, _("In force now")),
    (PolicyState.PAST, _("No longer in force")),
    (ProblemKind.NAME, _("Somebody can be recognised")),
    (ProblemKind.TEXT, _("The text is wrong or unreadable")),
    (ProblemKind.OTHER, _("Something else")),
    (ProblemOutcome.HELD, _("The decision is held")),
    (ProblemOutcome.NOTHING, _("Nothing is wrong")),
    (FactKind.FORMER_NAME, _("Former or other name")),
    (FactKind.RELATIVE, _("Name of a relative")),
    (FactKind.ADDRESS, _("Another address")),
    (FactKind.PHONE, _("Another telephone")),
    (FactKind.DOCUMENT, _("Number of a document")),
    (FactKind.ACCOUNT, _("Bank account")),
    (FactKind.PLATE, _("Number plate")),
    (FactKind.PROPERTY, _("Property: cadastral code or the like")),
    (FactKind.OTHER, _("Anything else that must not be read")),
)
