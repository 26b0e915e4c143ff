"""The policy has versions: one keeper drafts, another adopts, what was in force never changes."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from documents.redaction import Kind
from sud.access import SYSTEM, Actor
from sud.accounts import service as accounts
from sud.accounts.service import actor_of
from sud.errors import CourtError, Refusal
from sud.models import (
    Ground,
    Handling,
    ParticipantRole,
    PolicyRule,
    PolicyState,
    PublicationPolicy,
    Role,
    RoleCode,
    User,
)
from sud.outside import Outside
from sud.publication import policies, service
from sud.publication.policies import Row
from tests.builders import START, Make
from tests.sud.desk import NAMES, Desk, hidden, without_lot

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def desk(session: Session, make: Make, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_lot(monkeypatch)
    return Desk(session, make, outside)


@pytest.fixture
def keepers(session: Session, make: Make) -> list[User]:
    users = [make.user(), make.user()]
    for user in users:
        session.add(Role(user_id=user.id, code=RoleCode.POLICY_KEEPER, valid_from=START))
    session.flush()
    return users


@pytest.fixture
def actors(session: Session, make: Make, keepers: list[User]) -> list[Actor]:
    return [actor_of(session, user, make.now()) for user in keepers]


def _code(work: Callable[[], object]) -> Refusal:
    with pytest.raises(CourtError) as refused:
        work()
    return refused.value.code


def no_job(*_args: object, **_facts: object) -> None:
    """Leave what follows an adoption to the test."""


def _drafted(session: Session, make: Make, actor: Actor, *rows: Row) -> PublicationPolicy:
    draft = policies.draft(session, actor, now=make.now())
    for row in rows:
        policies.set_row(session, actor, draft, row, now=make.now())
    return draft


INITIALS = Row(category=Kind.PERSON.value, handling=Handling.INITIALS)
WITNESS = Row(category=Kind.PERSON.value, role="witness", handling=Handling.KEEP)


def test_the_first_version_is_the_handbooks(session: Session, make: Make) -> None:
    first = policies.found(session, SYSTEM, now=make.now())
    assert policies.found(session, SYSTEM, now=make.now()) is first
    assert (first.number, first.state) == (1, PolicyState.IN_FORCE)
    said = {row.about: row.handling for row in policies.rows_of(session, first)}
    for ground in policies.GROUNDS:
        expected = Handling.SECOND if ground is Ground.CHILD else Handling.NEVER
        assert said[ground.value, "*", "*"] is expected
    read = policies.redaction_policy(session, first)
    assert read.treatment(Kind.PERSON, "plaintiff", "civil") == "hide"
    assert read.treatment(Kind.PERSON, "lawyer", "civil") == "keep"
    assert read.treatment(Kind.PIN, "plaintiff", "civil") == "hide"
    assert first.source_ky
    assert first.source_ru


def test_another_person_puts_a_draft_in_force(
    session: Session, make: Make, actors: list[Actor]
) -> None:
    one, other = actors
    draft = _drafted(session, make, one, WITNESS)
    assert policies.draft(session, other, now=make.now()) is draft
    before = policies.in_force(session)
    assert before is not None
    [difference] = policies.compared(
        policies.rows_of(session, before), policies.rows_of(session, draft)
    )
    assert (difference.role, difference.before, difference.after) == ("witness", None, WITNESS)
    assert _code(lambda: policies.adopt(session, one, draft, defer=no_job, now=make.now())) is (
        Refusal.PROPOSAL_OWN
    )
    policies.adopt(session, other, draft, defer=no_job, now=make.now())
    assert policies.in_force(session) is draft
    assert before.state is PolicyState.PAST
    assert policies.versions(session) == [draft, before]


def test_whoever_changed_it_last_does_not_adopt_it(
    session: Session, make: Make, actors: list[Actor]
) -> None:
    one, other = actors
    draft = _drafted(session, make, one)
    policies.set_row(session, other, draft, INITIALS, now=make.now())
    assert _code(lambda: policies.adopt(session, other, draft, defer=no_job, now=make.now())) is (
        Refusal.PROPOSAL_OWN
    )


def test_what_was_in_force_is_never_changed(
    session: Session, make: Make, actors: list[Actor]
) -> None:
    first = policies.found(session, SYSTEM, now=make.now())
    assert (
        _code(lambda: policies.set_row(session, actors[0], first, INITIALS, now=make.now()))
        is Refusal.NOT_NOW
    )
    with pytest.raises(DatabaseError, match="never changed"), session.begin_nested():
        session.execute(update(PolicyRule).values(handling=Handling.KEEP))
    with pytest.raises(DatabaseError, match="never changed"), session.begin_nested():
        session.execute(update(PublicationPolicy).values(second_share=0))


@pytest.mark.parametrize(
    "row",
    [
        Row(category="minor", handling=Handling.HIDE),
        Row(category="minor", role="victim", handling=Handling.NEVER),
        Row(category="person", handling=Handling.SECOND),
    ],
)
def test_senseless_rows_are_refused(
    session: Session, make: Make, actors: list[Actor], row: Row
) -> None:
    draft = _drafted(session, make, actors[0])
    assert (
        _code(lambda: policies.set_row(session, actors[0], draft, row, now=make.now()))
        is Refusal.POLICY_ROW_SENSELESS
    )


def test_a_sealed_case_is_no_row_of_any_policy(
    session: Session, make: Make, actors: list[Actor]
) -> None:
    draft = _drafted(session, make, actors[0])
    row = Row(category=Ground.SEALED.value, handling=Handling.KEEP)
    assert (
        _code(lambda: policies.set_row(session, actors[0], draft, row, now=make.now()))
        is Refusal.STALE
    )


def test_a_new_version_holds_for_texts_that_are_not_out_yet(
    desk: Desk, session: Session, make: Make, actors: list[Actor]
) -> None:
    public = desk.published()
    waiting = desk.prepared(desk.act(public.act.case))
    names = {"name_ky": "күбө", "name_ru": "свидетель", "name_en": "witness"}
    session.add(ParticipantRole(code="witness", side=0, **names, **make._sourced()))
    draft = _drafted(session, make, actors[0], WITNESS)
    policies.adopt(session, actors[1], draft, defer=no_job, now=make.now())
    desk.accept(waiting)
    assert _code(lambda: desk.finish(waiting)) is Refusal.POLICY_CHANGED
    service.prepare_anew(session, desk.clerk(), waiting, now=make.now())
    desk.accept(waiting)
    desk.finish(waiting)
    assert waiting.policy is draft
    assert public.policy is not None
    assert public.policy.number == 1


def test_only_the_supreme_court_has_keepers(session: Session, make: Make) -> None:
    give = lambda court: accounts.give_role(  # noqa: E731
        session,
        SYSTEM,
        make.user(),
        code=RoleCode.POLICY_KEEPER,
        court_id=court,
        since=START,
        now=make.now(),
    )
    for court in (None, make.court().id):
        assert _code(lambda: give(court)) is Refusal.ROLE_OF_SUPREME_COURT  # noqa: B023


def test_keepers_work_on_the_draft_and_everybody_reads_the_versions(
    desk: Desk, session: Session, keepers: list[User], sign_in: SignIn, client: FlaskClient
) -> None:
    publication = desk.published()
    one, other = (sign_in(user) for user in keepers)
    clerk = sign_in(desk.user())
    assert client.get("/policies/1").status_code == 200
    assert client.get("/policies/2").status_code == 404
    assert "/policies/1" in client.get(f"/decisions/{publication.key}").text
    assert clerk.get("/policy").status_code == 403
    begun = one.post("/policy", data=hidden(one.get("/policies")))
    assert begun.status_code == 303
    draft = begun.location
    assert clerk.get(draft).status_code == 403
    assert client.get("/policies/2").status_code == 404
    page = one.get(draft)
    rule = {"category": "person", "role": "*", "case_kind": "*", "handling": "initials"}
    rule |= {"source_ru": "Постановление Пленума", "confidence": "H"}
    assert one.post(f"{draft}/rules", data=hidden(page) | rule).status_code == 303
    wrong = hidden(one.get(draft)) | rule | {"handling": "second"}
    assert one.post(f"{draft}/rules", data=wrong).status_code == 422
    frame = {"second_share": "250", "source_ky": "Токтом", "source_ru": "Постановление"}
    assert one.post(f"{draft}/frame", data=hidden(one.get(draft)) | frame).status_code == 303
    drop = {"drop": "organisation/*/*"}
    assert one.post(f"{draft}/rules", data=hidden(one.get(draft)) | drop).status_code == 303
    brings = {"subject": publication.act.case.category_code, "ground": "child"}
    assert one.post(f"{draft}/subjects", data=hidden(one.get(draft)) | brings).status_code == 303
    drop = {"drop": "paternity"}
    assert one.post(f"{draft}/subjects", data=hidden(one.get(draft)) | drop).status_code == 303
    unknown = hidden(one.get(draft)) | brings | {"subject": "weather"}
    assert one.post(f"{draft}/subjects", data=unknown).status_code == 422
    assert clerk.post(f"{draft}/subjects", data=brings).status_code == 403
    assert one.post(f"{draft}/adopt", data=hidden(one.get(draft))).status_code == 422
    assert other.post(f"{draft}/adopt", data=hidden(other.get(draft))).status_code == 303
    assert other.get(draft).status_code == 404
    text = client.get("/policies/2?lang=ru").text
    assert "Постановление Пленума" in text
    assert "250" in text
    assert publication.act.case.category.name("ru") in text
    assert client.get("/policies/1").status_code == 200


def test_page_pdf_and_feeds_name_the_version(
    desk: Desk, client: FlaskClient, outside: Outside
) -> None:
    publication = desk.published()
    assert "/policies/1" in client.get(f"/decisions/{publication.key}").text
    assert "1" in client.get("/decisions.atom").text
    [line] = client.get("/decisions/changes.json").get_json()["changes"]
    assert (line["decision"], line["change"], line["policy"]) == (
        str(publication.key),
        "published",
        1,
    )
    feed = client.get("/decisions/changes.atom").text
    assert str(publication.key) in feed
    assert not any(name in feed for name in NAMES)
