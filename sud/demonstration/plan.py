"""Plans the demonstration by chance from a seed: who sues whom, and on which day what happens.

A plan is plain data: the same seed and the same day give the same plan, so that a loading that was
killed goes on where it stopped.
"""

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from documents.redaction.declension import Case as Grammar
from sud.demonstration.people import Invented, Inventor

SEED: Final = 20_260_101
STORIES: Final = 300
PERSONS: Final = 90
ORGANISATIONS: Final = 10
DAYS: Final = 126
"""Working days that the demonstration looks back."""

COURTS: Final = {"bishkek-lenin": 5, "osh-city": 3, "talas-city": 3}
"""The three courts, and how often one of them is chosen."""
SMALL_COURT: Final = "talas-city"
RECUSED_OF, CHALLENGED_OF = 19, 28
"""In one story of so many a judge leaves, or is asked to."""

TEXTS: Final[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "texts.toml").read_text(encoding="utf-8")
)
_MONTHS: Final = TEXTS.pop("months")


class Fate(StrEnum):
    """How far a story has come."""

    DRAFT = "draft"
    WAITING = "waiting"
    RETURNED = "returned"
    REGISTERED = "registered"
    DISTRIBUTED = "distributed"
    PREPARATION = "preparation"
    SCHEDULED = "scheduled"
    ADJOURNED = "adjourned"
    DECIDED = "decided"
    PREPARED = "prepared"
    PUBLISHED = "published"


FATES: Final = {
    Fate.DRAFT: 4,
    Fate.WAITING: 15,
    Fate.RETURNED: 10,
    Fate.REGISTERED: 8,
    Fate.DISTRIBUTED: 20,
    Fate.PREPARATION: 34,
    Fate.SCHEDULED: 110,
    Fate.ADJOURNED: 10,
    Fate.DECIDED: 12,
    Fate.PREPARED: 12,
    Fate.PUBLISHED: 65,
}
"""How many of the stories end where."""


_HEARD: Final = frozenset({Fate.DECIDED, Fate.PREPARED, Fate.PUBLISHED})


class Does(StrEnum):
    """A step of a story; each is one verb of a room."""

    FILE = "file"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    SUBMIT_AGAIN = "submit_again"
    ACCEPT_FILING = "accept_filing"
    RECUSE = "recuse"
    ACCEPT_CASE = "accept_case"
    CHALLENGE = "challenge"
    SET_HEARING = "set_hearing"
    MOVE_HEARING = "move_hearing"
    CANCEL_HEARING = "cancel_hearing"
    HOLD_HEARING = "hold_hearing"
    ISSUE = "issue"
    PREPARE = "prepare"
    PUBLISH = "publish"


DRAW_AT: Final = time(13, 0)
_AT: Final = {
    Does.FILE: time(9, 5),
    Does.SUBMIT: time(9, 40),
    Does.SUBMIT_AGAIN: time(10, 20),
    Does.SEND_BACK: time(11, 10),
    Does.ACCEPT_FILING: time(11, 30),
    Does.PREPARE: time(14, 5),
    Does.RECUSE: time(14, 10),
    Does.ACCEPT_CASE: time(14, 20),
    Does.CHALLENGE: time(14, 30),
    Does.SET_HEARING: time(14, 40),
    Does.MOVE_HEARING: time(15, 0),
    Does.CANCEL_HEARING: time(15, 10),
    Does.PUBLISH: time(15, 30),
    Does.HOLD_HEARING: time(16, 50),
    Does.ISSUE: time(17, 10),
}
_LATE: Final = {Does.SUBMIT: time(16, 10), Does.ACCEPT_FILING: time(16, 40)}
"""After the draw of the day: what then waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens in one story at one moment."""

    day: int
    at: time
    story: int
    does: Does
    hearing_day: int = 0


@dataclass(slots=True, kw_only=True)
class Story:
    """One dispute from its filing as far as it has come."""

    number: int
    court: str
    category: str
    language: str
    fate: Fate
    filer: int
    plaintiff: Invented
    respondent: Invented
    price: int | None
    contract: date
    outcome: str = ""
    steps: list[Step] = field(default_factory=list)

    def words(self, name: str) -> str:
        """A text of the story's category in the story's language, with its people in it."""
        text: str = TEXTS[self.category][self.language][name]
        return text.format(**self._facts())

    @property
    def subject(self) -> str:
        return str(TEXTS[self.category][self.language]["subject"])

    @property
    def recused(self) -> bool:
        """The judge who is drawn first leaves by himself; a small court keeps its few judges."""
        return self.number % RECUSED_OF == 0 and self.court != SMALL_COURT

    @property
    def challenged(self) -> bool:
        """The plaintiff asks for the judge's recusal, and the ruling is still to come."""
        return self.number % CHALLENGED_OF == 0

    def _facts(self) -> dict[str, str]:
        cases = {
            "": Grammar.NOMINATIVE,
            "_g": Grammar.GENITIVE,
            "_d": Grammar.DATIVE,
            "_a": Grammar.ACCUSATIVE,
            "_i": Grammar.INSTRUMENTAL,
            "_l": Grammar.LOCATIVE,
        }
        facts = {
            "day": written_day(self.contract, self.language),
            "since": written_day(self.contract, self.language, since=True),
        }
        for letter, person in (("p", self.plaintiff), ("r", self.respondent)):
            bend = person.in_kyrgyz if self.language == "ky" else person.in_russian
            facts |= {letter + end: bend(case) for end, case in cases.items()}
        price = self.price or 0
        return facts | {"sum": _som(price), "part": _som(price * 6 // 10 // 100 * 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that will have happened when the demonstration is loaded."""

    days: Sequence[date]
    persons: Sequence[Invented]
    organisations: Sequence[Invented]
    stories: Sequence[Story]

    def steps_of(self, day: int) -> list[Step]:
        """What happens on a day, in order."""
        steps = (step for story in self.stories for step in story.steps if step.day == day)
        return sorted(steps, key=lambda step: (step.at, step.story))


def make_plan(days: Sequence[date], *, scale: float = 1.0, seed: int = SEED) -> Plan:
    """Plan on these working days: DAYS that have passed, then enough that lie ahead."""
    return _Planner(days, scale, seed).plan()


def written_day(day: date, language: str, *, since: bool = False) -> str:
    """A day as a text says it: 2025-жылдын 10-мартында (-мартынан), 10 марта 2025 года."""
    month = _MONTHS[language][day.month - 1]
    if language == "ky":
        return f"{day.year}-жылдын {day.day}-{month}{'нан' if since else 'нда'}"
    return f"{day.day} {month} {day.year} года"


def moment(day: date, at: time, story: int, zone: Any) -> datetime:
    """When a step happens: no two stories in the same second."""
    seconds = story % 900
    hour, minute = divmod(at.hour * 60 + at.minute + seconds // 60, 60)
    return datetime.combine(day, time(hour, minute, seconds % 60), zone)


class _Planner:
    def __init__(self, days: Sequence[date], scale: float, seed: int) -> None:
        self.days = days
        self.scale = scale
        self.dice = random.Random(seed)  # noqa: S311 - invented stories need no secrecy
        self.inventor = Inventor(seed)
        self.persons = [self.inventor.person() for _ in range(self._count(PERSONS))]
        self.organisations = [
            self.inventor.organisation() for _ in range(self._count(ORGANISATIONS))
        ]

    def _count(self, whole: int) -> int:
        return max(2, round(whole * self.scale))

    def plan(self) -> Plan:
        fates = [
            fate for fate, count in FATES.items() for _ in range(max(1, round(count * self.scale)))
        ]
        self.dice.shuffle(fates)
        stories = [self._story(number, fate) for number, fate in enumerate(fates)]
        return Plan(
            days=self.days,
            persons=self.persons,
            organisations=self.organisations,
            stories=stories,
        )

    def _story(self, number: int, fate: Fate) -> Story:
        dice = self.dice
        (category,) = dice.choices(list(TEXTS), [text["weight"] for text in TEXTS.values()])
        text = TEXTS[category]
        (court,) = dice.choices(list(COURTS), list(COURTS.values()))
        by_organisation = text["plaintiff"] == "organisation"
        filer = self._one_of(self.organisations if by_organisation else self.persons)
        plaintiff = (self.organisations if by_organisation else self.persons)[filer]
        language = dice.choices(("ky", "ru"), (65, 35))[0]
        respondent = self._respondent(category, plaintiff, language)
        price = self._price(text["price"]) if "price" in text else None
        story = Story(
            number=number,
            court=court,
            category=category,
            language=language,
            fate=fate,
            filer=filer if by_organisation else filer + len(self.organisations),
            plaintiff=plaintiff,
            respondent=respondent,
            price=price,
            contract=date(dice.randrange(2023, 2026), dice.randrange(1, 13), dice.randrange(1, 28)),
            outcome=dice.choices(("satisfied", "partly", "refused"), (60, 25, 15))[0],
        )
        self._lay_out(story)
        return story

    def _one_of(self, known: Sequence[Invented]) -> int:
        """Choose by number; the first go to court often, so that there is somebody to look at."""
        often = [8, 4, 4] + [1] * len(known)
        return self.dice.choices(range(len(known)), often[: len(known)])[0]

    def _respondent(self, category: str, plaintiff: Invented, language: str) -> Invented:
        """Invent whoever is sued; now and then it is somebody who has an account too."""
        if TEXTS[category].get("respondent") == "organisation":
            return self.inventor.organisation(language=language)
        if category == "divorce":
            return self.inventor.person(language=language, woman=not plaintiff.woman)
        if self._chance(15):
            known = self.persons[self._one_of(self.persons)]
            if known != plaintiff:
                return known
        return self.inventor.person(language=language)

    def _price(self, limits: tuple[int, int]) -> int:
        """A price in tyiyn, as people write prices: mostly round, sometimes to the tyiyn."""
        low, high = limits
        som = int(low * (high / low) ** self.dice.random())
        if self._chance(30):
            return som * 100 + self.dice.randrange(100)
        return som // 500 * 500 * 100

    def _chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def _lay_out(self, story: Story) -> None:
        lay: Callable[[Story], None] = {
            Fate.DRAFT: self._draft,
            Fate.WAITING: self._waiting,
            Fate.RETURNED: self._returned,
            Fate.REGISTERED: self._registered,
        }.get(story.fate, self._registered_earlier)
        lay(story)

    def _step(
        self, story: Story, day: int, does: Does, *, late: bool = False, hearing_day: int = 0
    ) -> None:
        at = _LATE[does] if late else _AT[does]
        story.steps.append(
            Step(day=day, at=at, story=story.number, does=does, hearing_day=hearing_day)
        )

    def _draft(self, story: Story) -> None:
        self._step(story, DAYS - 1 - self.dice.randrange(4), Does.FILE)

    def _waiting(self, story: Story) -> None:
        day = DAYS - 1 - self.dice.randrange(2)
        self._step(story, day, Does.FILE)
        self._step(story, day, Does.SUBMIT, late=True)

    def _returned(self, story: Story) -> None:
        day = DAYS - 2 - self.dice.randrange(25)
        self._step(story, day, Does.FILE)
        self._step(story, day, Does.SUBMIT)
        self._step(story, day + 1, Does.SEND_BACK)

    def _registered(self, story: Story) -> None:
        self._step(story, DAYS - 1, Does.FILE)
        self._step(story, DAYS - 1, Does.SUBMIT)
        self._step(story, DAYS - 1, Does.ACCEPT_FILING, late=True)

    def _registered_earlier(self, story: Story) -> None:
        """Lay out a story that was drawn: what happened how many days after its filing."""
        dice, fate = self.dice, story.fate
        again = fate is Fate.PUBLISHED and self._chance(6)
        decided = dice.randrange(3) + (4 if again else 0)
        taken = decided + dice.randrange(1, 4)
        first = taken + dice.randrange(5, 12)
        second = first + dice.randrange(6, 12) if self._chance(40) else first
        issued = second + dice.randrange(3)
        prepared = issued + 1 + dice.randrange(2)
        published = prepared + dice.randrange(6)
        last, span = {
            Fate.DISTRIBUTED: (decided, 2),
            Fate.PREPARATION: (taken, 5),
            Fate.SCHEDULED: (taken, 14),
            Fate.ADJOURNED: (first, 8),
            Fate.DECIDED: (issued, 8),
            Fate.PREPARED: (prepared, 8),
            Fate.PUBLISHED: (published, 70),
        }[fate]
        start = max(0, DAYS - 1 - last - dice.randrange(span))
        self._opening(story, start, decided, again=again)
        if fate is not Fate.DISTRIBUTED:
            if story.recused:
                self._step(story, start + decided, Does.RECUSE)
            self._step(story, start + taken, Does.ACCEPT_CASE)
        if fate is Fate.SCHEDULED and story.challenged:
            self._step(story, start + taken, Does.CHALLENGE)
        if fate is Fate.SCHEDULED:
            sitting = max(start + taken + 4, DAYS + dice.randrange(25))
            self._step(story, start + taken, Does.SET_HEARING, hearing_day=sitting)
        if fate in {Fate.ADJOURNED, *_HEARD}:
            self._hearings(story, start, taken, first, second)
        for does, after, fates in (
            (Does.ISSUE, issued, _HEARD),
            (Does.PREPARE, prepared, _HEARD - {Fate.DECIDED}),
            (Does.PUBLISH, published, {Fate.PUBLISHED}),
        ):
            if fate in fates:
                self._step(story, start + after, does)

    def _opening(self, story: Story, start: int, decided: int, *, again: bool) -> None:
        self._step(story, start, Does.FILE)
        self._step(story, start, Does.SUBMIT)
        if again:
            self._step(story, start + 1, Does.SEND_BACK)
            self._step(story, start + 3, Does.SUBMIT_AGAIN)
        self._step(story, start + decided, Does.ACCEPT_FILING)

    def _hearings(self, story: Story, start: int, taken: int, first: int, second: int) -> None:
        self._step(story, start + taken, Does.SET_HEARING, hearing_day=start + first)
        if story.fate is Fate.ADJOURNED:
            self._step(story, start + first - 1, Does.CANCEL_HEARING)
            return
        moved = second > first and self._chance(40)
        if moved:
            self._step(story, start + first - 1, Does.MOVE_HEARING, hearing_day=start + second)
        else:
            self._step(story, start + first, Does.HOLD_HEARING)
            if second > first:
                self._step(story, start + first + 1, Does.SET_HEARING, hearing_day=start + second)
        if second > first:
            self._step(story, start + second, Does.HOLD_HEARING)


def _som(tyiyn: int) -> str:
    whole, rest = divmod(tyiyn, 100)
    grouped = f"{whole:,}".replace(",", " ")
    return f"{grouped},{rest:02d} сом" if rest else f"{grouped} сом"
