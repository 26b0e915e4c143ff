"""The words of court papers: reads one language's catalogue and writes dates, terms, amounts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

LANGUAGES = ("ky", "ru")
"""The languages of proceedings, in which every paper is written."""
READING_LANGUAGES = (*LANGUAGES, "en")
"""Those in which a notice, a summons or a receipt can be written too, for who reads neither."""
COURT_TIME = ZoneInfo("Asia/Bishkek")
_BYTES_IN_STEP = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ActWords:
    """What one kind of act is called and the formulas that open its parts."""

    heading: str
    in_the_name: bool
    established: str
    resolved: str
    appeal: str
    final: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language's catalogue; `sections` holds the plain words, the methods the written forms."""

    republic: str
    in_the_name: str
    language_tag: str
    acts: Mapping[str, ActWords]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    """Monday first."""
    units: tuple[str, ...]
    sections: Mapping[str, Mapping[str, str]]

    def word(self, section: str, key: str, **facts: object) -> str:
        """The phrase `key` of `section`, its places filled with `facts`."""
        return self.sections[section][key].format(**facts)

    def day(self, day: date) -> str:
        """The written-out date: 2026-жылдын 10-марты, 10 марта 2026 года."""
        month = self.months[day.month - 1]
        return self.word("dates", "day", day=day.day, month=month, year=day.year)

    def weekday(self, day: date) -> str:
        """The name of the day of the week."""
        return self.weekdays[day.weekday()]

    def date_and_place(self, day: date, place: str) -> str:
        """The official opening of an act: 2026-жылдын 10-марты Бишкек шаары."""
        return self.word("dates", "day_and_place", date=self.day(day), place=place)

    def moment(self, instant: datetime) -> str:
        """Date and time of day as a clock in Bishkek shows it."""
        local = instant.astimezone(COURT_TIME)
        return self.word("dates", "moment", date=self.day(local.date()), time=f"{local:%H:%M:%S}")

    def term(self, days: int) -> str:
        """A number of days as law writes it, in figures and words."""
        terms = self.sections["terms"]
        return terms.get(str(days), terms["other"]).format(days=days)

    def money(self, tyiyn: int) -> str:
        """An amount held in tyiyn, written in som: 1 234,50 сом."""
        som, rest = divmod(tyiyn, 100)
        amount = f"{som:,}".replace(",", "\N{NO-BREAK SPACE}") + f",{rest:02d}"
        return self.word("receipt", "money", amount=amount)

    def size(self, count: int) -> str:
        """A number of bytes, rounded to the unit that a reader expects."""
        amount, unit = float(count), 0
        while amount >= _BYTES_IN_STEP and unit < len(self.units) - 1:
            amount, unit = amount / _BYTES_IN_STEP, unit + 1
        figure = f"{amount:.0f}" if unit == 0 else f"{amount:.1f}".replace(".", ",")
        return f"{figure}\N{NO-BREAK SPACE}{self.units[unit]}"


@cache
def wording(language: str) -> Wording:
    """The catalogue of a case's language."""
    if language not in READING_LANGUAGES:
        message = f"no court writes papers in {language!r}"
        raise LookupError(message)
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    catalogue = tomllib.loads(text)
    return Wording(
        republic=catalogue["republic"],
        in_the_name=catalogue["in_the_name"],
        language_tag=catalogue["language_tag"],
        acts={kind: ActWords(**words) for kind, words in catalogue.get("acts", {}).items()},
        months=tuple(catalogue["dates"]["months"]),
        weekdays=tuple(catalogue["dates"]["weekdays"]),
        units=tuple(catalogue["receipt"]["bytes"]),
        sections={
            name: {key: phrase for key, phrase in section.items() if isinstance(phrase, str)}
            for name, section in catalogue.items()
            if isinstance(section, dict) and name != "acts"
        },
    )
