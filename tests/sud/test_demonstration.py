"""The demonstration: impossible people, a plan that a seed decides, a small one really loaded."""

import dataclasses
import json
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from assignment.verify import verify
from documents.redaction.declension import Case as Grammar
from sud import journal
from sud.access import SYSTEM
from sud.allocation import log
from sud.allocation import service as allocation
from sud.demonstration import accounts_file, load
from sud.demonstration.loading import people_file
from sud.demonstration.people import Inventor
from sud.demonstration.plan import COURTS, DAYS, FATES, STORIES, TEXTS, Does, Fate, make_plan
from sud.demonstration.staff import BENCHES, LEAVES
from sud.models import (
    Act,
    Case,
    CaseState,
    Device,
    Disc,
    DutyWeek,
    Filing,
    FilingState,
    Hearing,
    HearingState,
    Judge,
    Person,
    ProblemReport,
    Publication,
    PublicationState,
    RecordingAbsence,
    RosterOrder,
    SheetState,
    SigningSheet,
    User,
)
from sud.registry import service as registry

SCALE = 0.05


def working_days():
    day = date(2026, 5, 1)
    days = []
    while len(days) < DAYS + 45:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


@given(st.integers(0, 10_000))
def test_nobody_can_be_who_is_invented(seed):
    inventor = Inventor(seed)
    people = [inventor.person() for _ in range(20)] + [inventor.organisation() for _ in range(3)]
    assert len({one.pin for one in people}) == len(people)
    for one in people:
        assert one.pin[5:9] == "1899"
        assert 99_990 <= int(one.pin[9:]) <= 99_999
        assert one.pin[0] == ("0" if one.organisation else "1" if one.woman else "2")
        date(1899, int(one.pin[3:5]), int(one.pin[1:3]))
        assert one.surname or one.organisation


def test_the_same_seed_invents_the_same_people():
    assert [Inventor(5).person() for _ in range(3)] == [Inventor(5).person() for _ in range(3)]


def test_names_have_every_pattern_that_breaks_software():
    inventor = Inventor(1)
    people = [inventor.person() for _ in range(400)]
    surnames = {one.surname for one in people}
    assert any(surname.endswith(" уулу") for surname in surnames)
    assert any(surname.endswith(" кызы") for surname in surnames)
    assert any("-" in surname for surname in surnames)
    assert any(not one.given_name for one in people)
    assert any(one.patronymic.endswith("ович") for one in people)
    assert any(one.patronymic.endswith("овна") for one in people)
    assert any(one.patronymic.endswith(("угли", "кизи")) for one in people)
    assert all(letter in "".join(one.full_name for one in people) for letter in "ңөү")
    assert "«" in inventor.organisation().organisation.split("«", 1)[1]


def test_names_decline():
    inventor = Inventor(3)
    people = [inventor.person() for _ in range(300)]
    man = next(one for one in people if one.patronymic.endswith("ович") and not one.woman)
    woman = next(one for one in people if one.patronymic.endswith("овна"))
    daughter = next(one for one in people if one.surname.endswith(" кызы"))
    assert man.in_russian(Grammar.GENITIVE).split()[-1] == man.patronymic + "а"
    assert woman.in_russian(Grammar.DATIVE).split()[0] == woman.surname[:-1] + "ой"
    assert daughter.in_russian(Grammar.GENITIVE) == daughter.full_name
    assert daughter.in_kyrgyz(Grammar.GENITIVE).startswith(daughter.full_name)
    assert daughter.in_kyrgyz(Grammar.GENITIVE)[-1] == "н"


def test_the_plan_is_whole():
    plan = make_plan(working_days())
    assert len(plan.stories) == sum(FATES.values()) == STORIES
    assert {story.court for story in plan.stories} == set(COURTS) == set(BENCHES)
    assert sum(bench.judges for bench in BENCHES.values()) == 25
    assert Counter(story.fate for story in plan.stories) == FATES
    done = Counter(step.does for story in plan.stories for step in story.steps)
    assert min(done[Does.RECUSE], done[Does.CHALLENGE]) > 0
    for story in plan.stories:
        assert all(0 <= step.day < DAYS for step in story.steps), story
        moments = [(step.day, step.at) for step in story.steps]
        assert moments == sorted(moments), story
        for step in story.steps:
            assert not step.hearing_day or step.hearing_day > step.day
        for name in ("claim", "facts", "reasons", "satisfied", "partly", "refused"):
            assert "{" not in story.words(name)
    assert {text["weight"] > 0 for text in TEXTS.values()} == {True}


def test_the_same_days_give_the_same_plan():
    first, second = make_plan(working_days()), make_plan(working_days())
    assert [dataclasses.asdict(one) for one in first.stories] == [
        dataclasses.asdict(two) for two in second.stories
    ]


class FailingStore:
    """A store that breaks down in the middle, as a machine does."""

    def __init__(self, store, after):
        self.store, self.left = store, after

    def put(self, *args, **facts):
        self.left -= 1
        if self.left < 0:
            raise OSError("the machine was switched off")
        return self.store.put(*args, **facts)

    def __getattr__(self, name):
        return getattr(self.store, name)


def count(session, table, *where):
    return session.scalar(select(func.count()).select_from(table).where(*where))


@pytest.mark.timeout(900)
def test_a_small_demonstration_loads_survives_a_crash_and_verifies(
    session, sessions, outside, config, tmp_path, time
):
    config = dataclasses.replace(config, log_key_file=tmp_path / "log.key")
    registry.load_reference(session, SYSTEM, now=time())
    session.commit()
    failing = dataclasses.replace(outside, store=FailingStore(outside.store, after=9))
    said = []
    with pytest.raises(OSError, match="switched off"):
        load(sessions, failing, config, scale=SCALE, say=said.append)
    load(sessions, outside, config, scale=SCALE, say=said.append)

    plan = make_plan(working_days(), scale=SCALE)
    expected = Counter(story.fate for story in plan.stories)
    accepted = len(plan.stories) - sum(
        expected[fate] for fate in (Fate.DRAFT, Fate.WAITING, Fate.RETURNED)
    )
    assert count(session, Filing) == len(plan.stories)
    assert count(session, Filing, Filing.state == FilingState.DRAFT) == expected[Fate.DRAFT]
    assert count(session, Filing, Filing.state == FilingState.RETURNED) == expected[Fate.RETURNED]
    assert count(session, Case) == accepted
    assert count(session, Case, Case.judge_id.is_(None)) == expected[Fate.REGISTERED]
    assert count(session, Case, Case.state == CaseState.SCHEDULED) == expected[Fate.SCHEDULED]
    issued = sum(1 for story in plan.stories for s in story.steps if s.does is Does.ISSUE)
    assert count(session, Act, Act.code.is_not(None)) == issued
    published = count(session, Publication, Publication.published_at.is_not(None))
    assert count(session, Publication, Publication.state == PublicationState.HELD)
    assert count(session, Publication, Publication.state == PublicationState.CONFIRMING)
    assert count(session, ProblemReport)
    assert published == expected[Fate.PUBLISHED]
    assert count(session, Hearing, Hearing.state == HearingState.HELD)
    assert count(session, SigningSheet, SigningSheet.state == SheetState.OPEN) == 1
    assert count(session, Judge) == 25
    assert count(session, Disc) == 2  # the worker makes the recording of the one for a hearing
    assert count(session, Device) == 15
    assert count(session, RecordingAbsence) >= count(session, Hearing) // 8
    for table in (Case, Filing, Person, User, Judge):
        assert count(session, table, ~table.fictional) == 0, table

    key = log.log_seed(config.log_key_file)
    report = verify(log.lines(session, 0), allocation.trust(session, key))
    assert report.findings == []
    weeks = count(session, DutyWeek)
    assert weeks >= 3 * (DAYS // 5)
    assert report.state.counts["draws"] == accepted - expected[Fate.REGISTERED] + weeks
    assert count(session, RosterOrder) == len(LEAVES) + 1
    assert report.state.demonstration
    assert list(journal.broken_lines(session)) == []
    assert "demonstration" in accounts_file(config).read_text()
    known = {one["pin"]: one["name"] for one in json.loads(people_file(config).read_text())}
    party = session.scalars(select(User).where(User.login == "party1")).one()
    assert known[session.get_one(Person, party.person_id).pin] == party.display_name

    entries, told = log.size_of(session), len(said)
    load(sessions, outside, config, scale=SCALE, say=said.append)
    assert (log.size_of(session), len(said)) == (entries, told)
