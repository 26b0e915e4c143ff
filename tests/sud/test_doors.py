"""Every address tried by everyone: who may not gets 404 as for the missing, or 403."""

import uuid
from collections.abc import Callable
from functools import cache, partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from sud.access import ANONYMOUS, OPEN, Action, Actor, permits, visible
from sud.models import (
    Act,
    Case,
    CertifiedCopy,
    Disc,
    Document,
    Erasure,
    ExceptionProposal,
    Filing,
    FilingState,
    Hearing,
    Masking,
    Publication,
    Recording,
    Recusal,
    Remark,
    Scan,
    ScanPart,
    SigningSheet,
    User,
)
from tests.builders import Make
from tests.sud.journalled import journalled
from tests.sud.town import Town, build_town

SignIn = Callable[[User], FlaskClient]

SUBJECTS = {
    "/cases/": Case,
    "/filings/": Filing,
    "/papers/": Document,
    "/hearings/": Hearing,
    "/recordings/": Recording,
    "/discs/": Disc,
    "/acts/": Act,
    "/publications/": Publication,
    "/exceptions/": ExceptionProposal,
    "/recusals/": Recusal,
    "/remarks/": Remark,
    "/maskings/": Masking,
    "/erasures/": Erasure,
    "/scans/": Scan,
    "/scan-parts/": ScanPart,
    "/certified/": CertifiedCopy,
    "/signing/": SigningSheet,
}
ELSEWHERE = {
    "/copies/": "one participant's own, tested with the player",
    "/absences/": "of a judge, tested with recusals",
    "/courtrooms/": "of a court and not of a case, tested with courtrooms",
    "/my-papers/": "one account's own, tested with blanks",
    "/conflicts/": "a judge's own, tested with recusals",
    "/decisions/": "public, tested with publication",
    "/draws/": "public, tested with allocation",
    "/policy/": "the Supreme Court's, tested with publication",
    "/reports/": "of a court's queue, tested with publication",
    "/notices/": "one participant's own, tested with the papers of cases",
    "/roster/": "orders belong to a court and not to a case, tested with the roster",
    "/uploads/": "one person's own, tested with resumable uploads",
    "/writs/": "one claimant's own, tested with the papers of cases",
    "/watch/": "the auditor's, tested with statistics",
}
AFTER = {
    "right": "0",
    "name": "x",
    "mark": uuid.UUID(int=0),
    "issued": uuid.UUID(int=0),
    "number": 1,
}


@pytest.fixture
def town(session: Session, make: Make) -> Town:
    return build_town(session, make)


def _doors(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "key" in rule.arguments]


def _subject(rule: Rule, town: Town) -> object | None:
    """The thing of the open case that an address of this kind is about."""
    kind = next((kind for path, kind in SUBJECTS.items() if rule.rule.startswith(path)), None)
    if kind is None:
        return None
    things = town.things[kind]
    if kind is Filing:
        return next(one for one in things if one.state is not FilingState.DRAFT)
    if kind is Act:
        return next(one for one in things if one.code is None)
    return things[0]


def _sees(session: Session, actor: Actor, subject: object) -> bool:
    kind = type(subject)
    found = session.scalars(visible(select(kind).where(kind.id == subject.id), actor))
    return found.unique().first() is not None


def test_every_kind_of_address_is_tried(app: Flask, town: Town) -> None:
    untried = [
        rule.rule
        for rule in _doors(app)
        if _subject(rule, town) is None and not rule.rule.startswith(tuple(ELSEWHERE))
    ]
    assert untried == []


def test_every_door_to_everybody(
    session: Session, app: Flask, client: FlaskClient, town: Town, sign_in: SignIn
) -> None:
    visitors = {"anonymous": client, **{who: sign_in(user) for who, user in town.users.items()}}
    missing = {who: one.get("/no-such-page").data for who, one in visitors.items()}
    # Asked once: what is refused changes nothing of what anybody sees.
    sees = cache(partial(_sees, session))
    wrong: list[tuple[str, str, str, int]] = []
    tried = 0
    for rule in _doors(app):
        subject = _subject(rule, town)
        if subject is None:
            continue
        action: Action = app.view_functions[rule.endpoint].allowed_action  # type: ignore[attr-defined]
        facts = {name: AFTER[name] for name in rule.arguments if name in AFTER}
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(
                rule.endpoint, {"key": subject.key, **facts}, method=_method(rule)
            )
        for who, visitor in visitors.items():
            actor = town.actors.get(who, ANONYMOUS)
            seen = sees(actor, subject)
            if seen and permits(actor, action, subject):
                continue
            tried += 1
            answer = visitor.open(address, method=_method(rule))
            if who == "anonymous" and action not in OPEN:
                fine = answer.status_code == 303 and "/sign-in" in answer.location
            elif seen and answer.status_code == 403:
                fine = True
            else:
                fine = answer.status_code == 404 and answer.data == missing[who]
            if not fine:
                wrong.append((_method(rule), rule.rule, who, answer.status_code))
    assert wrong == []
    assert tried > 300


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or set()) else "POST"


def test_what_is_refused_is_written_down(session: Session, town: Town, sign_in: SignIn) -> None:
    case = town.things[Case][0]
    answer = sign_in(town.users["plaintiff"]).get(f"/cases/{case.key}/hearings/new")
    assert answer.status_code == 403
    (line,) = journalled(session, Action.ACCESS_REFUSED)
    assert (line.user_id, line.case_id) == (town.users["plaintiff"].id, case.id)


def test_a_key_that_never_was_answers_like_one_of_another_court(
    town: Town, sign_in: SignIn
) -> None:
    clerk = sign_in(town.users["clerk"])
    foreign = town.things[Case][2]
    one, other = clerk.get(f"/cases/{foreign.key}"), clerk.get(f"/cases/{uuid.uuid4()}")
    assert one.status_code == other.status_code == 404
    assert (one.data, one.headers.to_wsgi_list()) == (other.data, other.headers.to_wsgi_list())
