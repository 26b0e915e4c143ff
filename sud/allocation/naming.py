"""How people call what the log of draws names with codes: contributors, classes, grounds."""

from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

CONTRIBUTORS: Final[dict[str, LazyString]] = {
    "court": _("Court Department"),
    "bar": _("Bar (Advokatura)"),
    "ombudsman": _("Ombudsman (Akyikatchy)"),
}
EXCLUDED: Final[dict[str, LazyString]] = {
    "absence": _("absent"),
    "not-in-pool": _("does not try cases of this kind"),
    "statutory": _("the law forbids it"),
    "panel": _("cannot sit with another judge of the panel"),
}


def contributor_name(code: str) -> LazyString | str:
    """Return how people call a contributor."""
    return CONTRIBUTORS.get(code, code)


def ground_words(code: str) -> LazyString | str:
    """Return a class of exclusion in words."""
    return EXCLUDED.get(code, code)


def words() -> dict[str, Any]:
    """Give the templates of this room their names for codes."""
    return {"contributor_name": contributor_name, "ground_words": ground_words}
