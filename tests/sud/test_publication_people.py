"""Everybody whom the demonstration invents is taken out of everything it writes about him.

The texts are inflected by the demonstration's own rules, which the redaction does not use.
"""

from datetime import date, timedelta

import pytest

from documents.redaction import Known, Name, Person, born_of, label_of, redact, residual
from sud.demonstration.people import Invented
from sud.demonstration.plan import Story, make_plan

FIRST_DAY = date(2026, 5, 1)
ROLES = {"ky": ("доогер", "жоопкер"), "ru": ("истец", "ответчик")}


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    days = [FIRST_DAY + timedelta(days=number) for number in range(126)]
    return list(make_plan(days).stories)[::3]


def _person(invented: Invented, role: str, language: str) -> Person:
    return Person(
        key=role,
        label=label_of(role, 1, language),
        names=(
            Name(
                surname=invented.surname,
                given=invented.given_name,
                patronymic=invented.patronymic,
            ),
        ),
        pins=(invented.pin,) if invented.pin else (),
        phones=(invented.phone,),
        addresses=(invented.address,),
        born=born_of(invented.pin or ""),
    )


def test_nobody_invented_stays_in_a_text(stories: list[Story]) -> None:
    for story in stories:
        sides = list(zip((story.plaintiff, story.respondent), ROLES[story.language], strict=True))
        known = Known(
            persons=tuple(
                _person(one, role, story.language) for one, role in sides if not one.organisation
            ),
            organisations=tuple(one.organisation for one, _ in sides if one.organisation),
            language=story.language,
        )
        heading = ", ".join(f"{role}: {one.full_name}" for one, role in sides)
        text = "\n".join(
            (heading, story.words("claim"), story.words("facts"), story.words("reasons"),
             story.words("satisfied"))
        )  # fmt: skip
        found = redact(text, known)
        assert residual(found.result, known) == (), story.number
        for one, _role in sides:
            for name in (one.surname, one.given_name) if not one.organisation else ():
                assert not name or name[: max(4, len(name) - 2)] not in found.result, story.number


def test_organisations_keep_their_names(stories: list[Story]) -> None:
    told = [
        (story, one.organisation)
        for story in stories
        for one in (story.plaintiff, story.respondent)
        if one.organisation
    ]
    assert told
    for story, name in told:
        known = Known(organisations=(name,), language=story.language)
        assert name in redact(f"Сот {name} жөнүндө", known).result
