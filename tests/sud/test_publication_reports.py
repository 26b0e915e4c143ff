"""Anybody says what is wrong with a decision; what is held or withdrawn vanishes everywhere."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.models import ProblemReport, Publication, PublicationState, RoleCode, User
from sud.outside import Outside
from sud.publication import service
from tests.builders import Make
from tests.sud.desk import NAMES, Desk, hidden, post, without_lot
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]
WORDS = {"kind": "name", "words": "Экинчи абзацта айылдын аты калган."}


@pytest.fixture
def desk(session: Session, make: Make, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_lot(monkeypatch)
    return Desk(session, make, outside)


@pytest.fixture
def public(desk: Desk) -> Publication:
    return desk.published()


def _report(client: FlaskClient, public: Publication, **said: str):
    address = f"/decisions/{public.key}/report"
    return client.post(address, data=hidden(client.get(address)) | WORDS | said)


def test_a_report_waits_in_the_courts_queue_and_a_clerk_holds_the_text(
    desk: Desk, public: Publication, session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    assert "/report" in client.get(f"/decisions/{public.key}").text
    assert _report(client, public, words="").status_code == 422
    assert _report(client, public).status_code == 303
    made = session.scalars(select(ProblemReport)).one()
    clerk = sign_in(desk.user())
    queue = clerk.get("/publications")
    assert WORDS["words"] in queue.text
    stranger = sign_in(desk.make.staff(RoleCode.CLERK, desk.make.court("Н1", "NRN-NRN")))
    assert WORDS["words"] not in stranger.get("/publications").text
    address = f"/reports/{made.key}"
    pressed = hidden(queue) | {"outcome": "held"}
    assert stranger.post(address, data=hidden(queue) | {"outcome": "held"}).status_code == 404
    assert clerk.post(address, data=pressed).status_code == 303
    session.refresh(public)
    assert public.state is PublicationState.HELD
    assert WORDS["words"] not in clerk.get("/publications").text
    lines = journalled(session)
    assert "айылдын" not in str([line.facts for line in lines])


def test_nothing_wrong_leaves_the_text_public(
    desk: Desk, public: Publication, session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    _report(client, public)
    made = session.scalars(select(ProblemReport)).one()
    clerk = sign_in(desk.user())
    pressed = hidden(clerk.get("/publications")) | {"outcome": "nothing"}
    assert clerk.post(f"/reports/{made.key}", data=pressed).status_code == 303
    assert public.state is PublicationState.PUBLISHED
    senseless = hidden(clerk.get("/publications")) | {"outcome": "burnt"}
    assert clerk.post(f"/reports/{made.key}", data=senseless).status_code == 400


def test_one_sender_is_slowed_down(public: Publication, client: FlaskClient) -> None:
    answers = [_report(client, public).status_code for _turn in range(6)]
    assert answers == [303] * 5 + [422]
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    address = f"/decisions/{public.key}/report"
    page = client.get(address)
    again = client.post(address, data=hidden(page) | WORDS, environ_overrides=elsewhere)
    assert again.status_code == 303


def test_only_what_is_public_is_reported(
    desk: Desk, public: Publication, client: FlaskClient
) -> None:
    draft = desk.prepared(desk.act(public.act.case))
    assert client.get(f"/decisions/{draft.key}/report").status_code == 404
    service.hold(desk.session, desk.clerk(), public, now=desk.make.now())
    assert client.get(f"/decisions/{public.key}/report").status_code == 404


@pytest.mark.parametrize("away", ["held", "withdrawn", "sealed"])
def test_what_is_taken_back_vanishes_everywhere(
    desk: Desk,
    public: Publication,
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    away: str,
) -> None:
    key, clerk = str(public.key), sign_in(desk.user())
    found = (
        "/decisions",
        "/decisions?q=алимент",
        "/decisions.atom",
        "/search?q=алимент",
        f"/search?q={public.act.case.number}",
    )
    assert all(key in client.get(address).text for address in found)
    offered = client.get("/search?q=алимпия+доог").text
    match away:
        case "held":
            assert post(clerk, public, "/hold").status_code == 303
        case "withdrawn":
            assert post(clerk, public, "/withdraw", note="Айыл аты.").status_code == 303
        case _:
            public.act.case.sealed = True
            session.flush()
    for address in found:
        assert key not in client.get(address).text, address
    page = client.get(f"/decisions/{key}")
    assert page.status_code == (404 if away == "sealed" else 410)
    assert "алимент" not in page.text
    assert client.get(f"/decisions/{key}.pdf").status_code == 404
    assert page.headers.get("Cache-Control", "no-cache") == "no-cache"
    changes = [line["change"] for line in client.get("/decisions/changes.json").json["changes"]]
    assert changes == ([] if away == "sealed" else [away, "published"])
    assert offered
    if away == "held":
        assert post(clerk, public, "/hold").status_code == 303
        assert client.get(f"/decisions/{key}").status_code == 200
        assert client.get(f"/decisions/{key}.pdf").status_code == 200


def test_nothing_public_may_be_kept_without_asking(
    public: Publication, client: FlaskClient
) -> None:
    for path in ("", ".pdf"):
        answer = client.get(f"/decisions/{public.key}{path}")
        assert answer.headers["Cache-Control"] == "no-cache"


def test_the_search_offers_words_of_public_texts_and_no_name(
    public: Publication, client: FlaskClient
) -> None:
    assert public.suggestions
    word = public.suggestions[0]
    assert f">{word}</a>" in client.get(f"/search?q={word[:4]}ъъъ").text
    for name in NAMES:
        assert name.lower() not in " ".join(public.suggestions)
