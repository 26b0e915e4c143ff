"""Says shares, classes of cases and hours of draws in the reader's words."""

from datetime import date
from typing import Final

from flask_babel import gettext as _

from sud import words
from sud.models import Judge
from sud.registry import epochs
from sud.registry import service as registry
from sud.roster.service import FULL_POST
from sud.words import language

CHAIR_SHARE: Final = 700


def share_words(judge: Judge, per_mille: int) -> str:
    """Return a share as one would say it."""
    if per_mille == 0:
        return str(_("absent"))
    if per_mille == FULL_POST:
        return str(_("full post"))
    share = words.percent(per_mille / FULL_POST, 0)
    if judge.chair and per_mille == CHAIR_SHARE:
        return str(_("chair, %(share)s of a full post", share=share))
    return str(_("%(share)s of a full post", share=share))


def class_words(classes: tuple[str, ...] | None) -> str:
    """Return what a judge tries in words."""
    if classes is None:
        return str(_("all cases"))
    names = registry.draw_class_names()
    return words.listing(names.get(code, {}).get(language(), code) for code in classes)


def hours_words(hours: epochs.Hours) -> str:
    """Return one line of a timetable: Monday to Friday at 09:30, 12:00."""
    days = [words.weekday(date(2026, 1, 5 + place)) for place in (hours.first, hours.last)]
    if hours.first == 0 and hours.last == len(epochs.WEEKDAYS) - 1:
        when = str(_("every day"))
    elif hours.first == hours.last:
        when = days[0]
    else:
        when = str(_("%(first)s to %(last)s", first=days[0], last=days[1]))
    if hours.every_minutes:
        return str(_("%(when)s, every %(minutes)s min", when=when, minutes=hours.every_minutes))
    return str(_("%(when)s at %(hours)s", when=when, hours=words.listing(hours.at)))
