"""The words for every code of the archive and every refusal."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.access import Action
from sud.labels import (
    archive,
    esi,
    intake,
    publication,
    recordings,
    refusals,
    scans,
    signatures,
    signing,
)

WORDS: dict[tuple[type[StrEnum], StrEnum], LazyString] = {
    (type(code), code): words
    for code, words in (
        *archive.PAIRS,
        *esi.PAIRS,
        *intake.PAIRS,
        *publication.PAIRS,
        *recordings.PAIRS,
        *refusals.PAIRS,
        *scans.PAIRS,
        *signatures.PAIRS,
        *signing.PAIRS,
    )
}
"""By kind and code: two kinds may share a code ("draft") and mean different things."""


def label(code: StrEnum) -> LazyString:
    """Return the words for a code, in the language of whoever reads them."""
    return WORDS[type(code), code]


LOOKS: dict[tuple[Action, str], LazyString] = {
    (Action.CASE_READ, ""): _("Read the case"),
    (Action.RECORDING_PLAY, "opened"): _("Opened a recording"),
    (Action.RECORDING_PLAY, ""): _("Played a recording"),
    (Action.RECORDING_PLAY, "played"): _("Played a recording"),
    (Action.RECORDING_PLAY, "downloaded"): _("Downloaded a recording"),
    (Action.RECORDING_ISSUE, ""): _("Issued a copy of a recording"),
    (Action.RECORDING_ISSUE, "revoked"): _("Took back a copy of a recording"),
    (Action.RECORDING_TAKE, ""): _("Downloaded the issued copy of a recording"),
}
"""Who looked at what of a case, by action and by the fact `how` or `change` of its line."""

DEEDS: dict[tuple[Action, str], LazyString] = {
    (Action.FILING_EDIT, "signed"): _("Claim signed"),
    (Action.FILING_EDIT, "submitted"): _("Claim filed"),
    (Action.FILING_EDIT, "resubmitted"): _("Claim corrected and filed again"),
    (Action.FILING_EDIT, "withdrawn"): _("Claim withdrawn"),
    (Action.FILING_DECIDE, "returned"): _("Claim returned for correction"),
    (Action.CASE_REGISTER, ""): _("Case registered"),
    (Action.CASE_DISTRIBUTE, ""): _("Judge drawn"),
    (Action.CASE_DISTRIBUTE, "linked"): _("The judge of the earlier case takes it"),
    (Action.CASE_DISTRIBUTE, "manual"): _("The judge named by hand takes it"),
    (Action.RECUSAL_REQUEST, "party"): _("Recusal of the judge requested"),
    (Action.RECUSAL_REQUEST, "judge"): _("The judge recused himself"),
    (Action.RECUSAL_FIND, "statutory"): _("The law bars the judge from this case"),
    (Action.RECUSAL_RULE, "granted"): _("Recusal granted"),
    (Action.RECUSAL_RULE, "refused"): _("Recusal refused"),
    (Action.RELATION_STATE, ""): _("Earlier case stated"),
    (Action.CASE_DISTRIBUTE, "left"): _("The judge left the case"),
    (Action.REFILING_DECIDE, "linked"): _("Linked with an earlier case, whose judge takes it"),
    (Action.REFILING_DECIDE, "waiting"): _("Found to repeat an earlier case: waits for its judge"),
    (Action.REFILING_DECIDE, "separate"): _("Found to be another matter than an earlier case"),
    (Action.REFILING_DECIDE, "judge_gone"): _(
        "Repeats an earlier case whose judge is no longer there: drawn"
    ),
    (Action.REFILING_UNDO, ""): _("Link with an earlier case undone"),
    (Action.EXCEPTION_DECIDE, "manual"): _("Judge named by hand, by two officials"),
    (Action.EXCEPTION_DECIDE, "correction"): _("Category corrected, by two officials"),
    (Action.PAPER_HAND, ""): _("A party handed in a paper"),
    (Action.CASE_ACCEPT, ""): _("Case taken into proceedings"),
    (Action.WRIT_ISSUE, ""): _("Writ of execution issued"),
    (Action.HEARING_SET, "set"): _("Hearing set"),
    (Action.HEARING_SET, "moved"): _("Hearing moved"),
    (Action.HEARING_SET, "cancelled"): _("Hearing cancelled"),
    (Action.HEARING_SET, "held"): _("Hearing held"),
    (Action.RECORDING_ADD, ""): _("Recording of the hearing handed in"),
    (Action.RECORDING_EXPLAIN, ""): _("Stated why the hearing has no recording"),
    (Action.MINUTES_ADD, ""): _("Minutes of the hearing signed"),
    (Action.REMARK_MAKE, ""): _("Remarks filed on the minutes or the recording"),
    (Action.REMARK_RULE, "accepted"): _("Remarks accepted"),
    (Action.REMARK_RULE, "rejected"): _("Remarks rejected"),
    (Action.SCAN_SETTLE, "placed"): _("A paper was scanned into the file"),
    (Action.SCAN_CERTIFY, "certified"): _("A scan was certified"),
    (Action.SCAN_CERTIFY, "withdrawn"): _("The certification of a scan was withdrawn"),
    (Action.COPY_ISSUE, "issued"): _("A certified copy was issued"),
    (Action.FORM_CHANGE, "digital"): _("The case is tried in digital form from now on"),
    (Action.FORM_CHANGE, "paper"): _("The case is tried on paper from now on"),
    (Action.FORM_CHANGE, "mixed"): _("The case is tried in mixed form from now on"),
    (Action.JOINT_PAPER_OFFER, "offered"): _("A paper to be signed by both parties was handed in"),
    (Action.JOINT_PAPER_OFFER, "signed"): _("A paper was signed by both parties and the judge"),
    (Action.ACT_ISSUE, ""): _("Act issued"),
    (Action.PUBLICATION_REVIEW, "published"): _("Act published without names"),
    (Action.PUBLICATION_REVIEW, "republished"): _("Act published again"),
    (Action.PUBLICATION_REVIEW, "held"): _("Published text held while it is looked at"),
    (Action.PUBLICATION_REVIEW, "released"): _("Published text shown again"),
    (Action.PUBLICATION_REVIEW, "withdrawn"): _("Publication of the act withdrawn"),
}
"""What happened, by action and by the fact `change` of its journal line."""
