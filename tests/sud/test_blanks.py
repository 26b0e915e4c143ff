"""The forms of the public: found, answered with and without an account, printed, handed in."""

import json
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.blanks import service
from sud.models import (
    BlankDraft,
    Case,
    Document,
    Filing,
    FilingParty,
    FormGround,
    JournalLine,
    RoleCode,
    User,
)
from tests.builders import Make
from tests.conftest import Time

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def law(make: Make) -> None:
    make.court()
    make.limit("blank_draft", 90, "calendar_days")


@pytest.fixture
def user(make: Make, law: None) -> User:
    return make.user(person_id=make.person(phone="+996700123456").id)


def test_first_look(client: FlaskClient, law: None) -> None:
    assert client.get("/forms").status_code == 200
    for form in service.catalogue().forms:
        assert client.get(f"/forms/{form.name}").status_code == 200
        assert client.get(f"/forms/{form.name}/fill").status_code == 200
