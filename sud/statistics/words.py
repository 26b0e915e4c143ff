"""The watch in words that need no statistics: an alarm as one sentence, a group as a phrase."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from sud.models import FairnessAlarm, WatchAttribute, WatchMeasure, WatchRate
from sud.statistics.material import PRICE_BANDS
from sud.words import language, number

Names = Mapping[tuple[WatchAttribute, str], str]

SURELY: Final = 1_000_000
"""Above this nobody needs to know how much more."""

_OFTEN: Final[dict[WatchMeasure, LazyString]] = {
    WatchMeasure.REDRAW: lazy_gettext(
        "%(court)s: %(group)s were drawn again unusually often: %(observed)s of %(draws)s,"
        " where %(expected)s were expected."
    ),
    WatchMeasure.LINK: lazy_gettext(
        "%(court)s: %(group)s were given without a draw to the judge of an earlier case unusually"
        " often: %(observed)s of %(draws)s, where %(expected)s were expected."
    ),
    WatchMeasure.EXCLUSION: lazy_gettext(
        "%(court)s: in %(group)s judges were excluded by law unusually often: %(observed)s of"
        " %(draws)s, where %(expected)s were expected."
    ),
    WatchMeasure.NO_DRAW: lazy_gettext(
        "%(court)s: for %(group)s only one judge was left unusually often: %(observed)s of"
        " %(draws)s, where %(expected)s were expected."
    ),
    WatchMeasure.MANUAL: lazy_gettext(
        "%(court)s: %(group)s were assigned by hand unusually often: %(observed)s of %(draws)s,"
        " where %(expected)s were expected."
    ),
}

_SHORT: Final[dict[WatchMeasure, LazyString]] = {
    WatchMeasure.REDRAW: lazy_gettext("drawn again"),
    WatchMeasure.LINK: lazy_gettext("linked"),
    WatchMeasure.EXCLUSION: lazy_gettext("judge excluded"),
    WatchMeasure.NO_DRAW: lazy_gettext("one judge left"),
    WatchMeasure.MANUAL: lazy_gettext("by hand"),
}


def short(measure: WatchMeasure) -> LazyString:
    """Say what is measured in the head of a column."""
    return _SHORT[measure]


def sentence(alarm: FairnessAlarm, names: Names) -> str:
    """Say in one sentence what an alarm saw."""
    facts = {
        "court": alarm.court.name(language()),
        "group": group(alarm, names),
        "observed": number(alarm.observed),
        "draws": number(alarm.draws),
        "expected": number(alarm.expected, 1),
    }
    if alarm.measure is not WatchMeasure.JUDGE:
        return str(_OFTEN[alarm.measure]) % facts
    facts["judge"] = alarm.judge.full_name if alarm.judge else ""
    if alarm.observed >= alarm.expected:
        return str(
            _(
                "%(court)s: %(group)s went to judge %(judge)s more often than their chances allow:"
                " %(observed)s of %(draws)s, where %(expected)s were expected.",
                **facts,
            )
        )
    return str(
        _(
            "%(court)s: %(group)s went to judge %(judge)s less often than their chances allow:"
            " %(observed)s of %(draws)s, where %(expected)s were expected.",
            **facts,
        )
    )


def rarity(evidence: float) -> str:
    """Say how seldom a fair draw looks like this, from the decimal logarithm of the evidence."""
    times = 10 ** min(evidence, 300.0)
    if times >= SURELY:
        return str(_("A fair draw shows this less than once in a million watches."))
    return str(
        _("A fair draw shows this less than once in %(times)s watches.", times=number(int(times)))
    )


def group(thing: FairnessAlarm | WatchRate, names: Names) -> str:
    """Say which cases a group is made of."""
    ref = thing.group_ref
    name = names.get((thing.attribute, ref), ref)
    match thing.attribute:
        case WatchAttribute.ALL:
            words = _("all cases")
        case WatchAttribute.CATEGORY:
            words = _("cases on the subject “%(name)s”", name=name)
        case WatchAttribute.PRICE:
            words = _price(ref)
        case WatchAttribute.CLERK:
            words = _("cases registered by %(name)s", name=name)
        case WatchAttribute.REPRESENTATIVE:
            words = _("cases in which %(name)s speaks for a party", name=name)
        case WatchAttribute.ACCOUNT:
            words = _("cases filed by %(name)s", name=name)
        case WatchAttribute.HOUR:
            words = _(
                "cases registered between %(begins)s and %(ends)s",
                begins=f"{ref}:00",
                ends=f"{int(ref) + 1:02d}:00",
            )
    return str(words)


def _price(ref: str) -> str:
    if ref == "none":
        return str(_("cases without a price"))
    least = int(ref)
    above = [edge for edge in PRICE_BANDS if edge > least]
    if not above:
        return str(_("claims of %(least)s som and more", least=number(least)))
    if not least:
        return str(_("claims below %(most)s som", most=number(above[0])))
    return str(
        _("claims from %(least)s to %(most)s som", least=number(least), most=number(above[0]))
    )
