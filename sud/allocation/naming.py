"""How people call what the log of draws names with codes: contributors, classes, grounds, seats."""

from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from assignment.roster import is_rota

CONTRIBUTORS: Final[dict[str, LazyString]] = {
    "court": _("Court Department"),
    "bar": _("Bar (Advokatura)"),
    "ombudsman": _("Ombudsman (Akyikatchy)"),
    "drand": _("Public beacon (drand)"),
}
EXCLUDED: Final[dict[str, LazyString]] = {
    "absence": _("absent"),
    "not-in-pool": _("does not try cases of this kind"),
    "statutory": _("the law forbids it"),
    "panel": _("cannot sit with another judge of the panel"),
    "left": _("left this case before"),
    "sits": _("sits in this case already"),
}
LINKED: Final[dict[str, LazyString]] = {
    "refiled": _("withdrawn and filed again"),
    "related": _("related to a case that this judge has"),
    "joined": _("joined to a case that this judge has"),
    "duty": _("belongs to the duty of this judge"),
}
MANUAL: Final[dict[str, LazyString]] = {
    "statute": _("the law names the judge"),
    "no-judge": _("the court has no judge who could be drawn"),
    "outage": _("the system was down"),
}
LEFT: Final[dict[str, LazyString]] = {
    "recusal": _("recused"),
    "absence": _("absent for long"),
    "left": _("no longer a judge of this court"),
    "statutory": _("the law forbids it"),
    "panel": _("cannot sit with another judge of the panel"),
    "category": _("does not try cases of the corrected category"),
    "unlinked": _("the link to the earlier case was taken back"),
}
ROLES: Final[dict[str, LazyString]] = {
    "judge": _("Judge"),
    "rapporteur": _("Reporting judge"),
    "member": _("Member of the panel"),
}


def ledger_words(name: str) -> LazyString:
    """Return how people call a ledger beside the court's own."""
    return (
        _("The ledger of the duty rota") if is_rota(name) else _("The ledger of the pool of courts")
    )


def words() -> dict[str, Any]:
    """Give the templates of this room their names for codes; an unknown code names itself."""
    return {
        "contributor_name": lambda code: CONTRIBUTORS.get(code, code),
        "ground_words": lambda code: EXCLUDED.get(code, code),
        "ledger_words": ledger_words,
        "left_words": lambda code: LEFT.get(code, code),
        "link_words": lambda code: LINKED.get(code, code),
        "manual_words": lambda code: MANUAL.get(code, code),
        "role_words": lambda code: ROLES.get(code, code),
    }
