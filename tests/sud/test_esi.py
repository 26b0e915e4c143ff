"""ESI over a real socket: signing in, confirming a document, and every answer that is not taken."""

import dataclasses
import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from documents.signatures import Confirmation
from sud import esi as room
from sud.access import Actor
from sud.accounts.service import actor_of
from sud.acts import service as acts
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.esi import service
from sud.esi.jobs import forget
from sud.identity import EsiProvider, Fault, IdentityError, IdentityProvider, Journey
from sud.local.esi import Citizen, Grant, Provider
from sud.models import EsiConfirmation, EsiPurpose, EsiVisit, SigningSheet, User
from sud.outside import Outside
from tests.builders import Make
from tests.conftest import Time
from tests.sud.citizen import Esi, Visitor, esi
from tests.sud.journalled import journalled
from tests.sud.test_acts import TEXT

SignIn = Callable[[User], FlaskClient]
PIN, OTHERS = "20101189999990", "10202189999991"
PEOPLE = [Citizen(pin=PIN, name="Асанов Үсөн"), Citizen(pin=OTHERS, name="Үсөнова Асел")]
SHA256 = hashlib.sha256(b"a paper").hexdigest()
BACK = "/filings"


class Lying(Provider):
    """A provider whose answers are bent before they are signed, or after."""

    bend_identity: Callable[[dict[str, Any]], Any] = staticmethod(lambda _claims: None)
    bend_statement: Callable[[dict[str, Any]], Any] = staticmethod(lambda _claims: None)
    bend_metadata: Callable[[dict[str, Any]], Any] = staticmethod(lambda _told: None)
    bend_answer: Callable[[dict[str, Any]], Any] = staticmethod(lambda _told: None)

    def identity(self, grant: Grant) -> dict[str, Any]:
        return _bent(super().identity(grant), self.bend_identity)

    def statement(self, grant: Grant) -> dict[str, Any]:
        return _bent(super().statement(grant), self.bend_statement)

    def metadata(self) -> dict[str, Any]:
        return _bent(super().metadata(), self.bend_metadata)

    def token(self, asked: Any) -> dict[str, Any]:
        return _bent(super().token(asked), self.bend_answer)


def _bent(told: dict[str, Any], bend: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    bend(told)
    return told


@pytest.fixture
def running(time: Time) -> Iterator[Esi]:
    with esi(time, PEOPLE, kind=Lying) as made:
        yield made


@pytest.fixture
def identity(running: Esi) -> IdentityProvider:
    return running.identity


@pytest.fixture
def mine(make: Make, session: Session) -> User:
    user = make.user(person_id=make.person(pin=PIN).id)
    session.commit()
    return user


@pytest.fixture
def client_of_mine(sign_in: SignIn, mine: User) -> FlaskClient:
    return sign_in(mine)


@pytest.fixture
def begun(session: Session, mine: User, outside: Outside, time: Time) -> Callable[[], str]:
    """Begin to confirm the paper: return the address at which its owner does."""

    def begin() -> str:
        made = room.begin(
            session,
            Actor(user_id=mine.id),
            sha256=SHA256,
            title="Доо арыз",
            back=BACK,
            outside=outside,
            now=time(),
        )
        session.commit()
        return made

    return begin


@pytest.fixture
def address(begun: Callable[[], str]) -> str:
    return begun()


def _answer(client: FlaskClient, back: str) -> Any:
    return client.get(back.removeprefix("http://localhost"))


def _refused(session: Session) -> list[str]:
    lines = journalled(session, "esi:return")
    return [line.facts["refused"] for line in lines]


def test_a_document_is_confirmed_and_the_proof_is_kept(
    client_of_mine: FlaskClient,
    address: str,
    running: Esi,
    session: Session,
    mine: User,
    time: Time,
) -> None:
    with pytest.raises(CourtError, match="esi_not_confirmed"):
        room.taken(session, Actor(user_id=mine.id), sha256=SHA256)
    visitor = Visitor(PIN)
    back = visitor.confirm(address)
    assert "Доо арыз" not in address
    assert PIN not in back
    answer = _answer(client_of_mine, back)
    assert (answer.status_code, answer.location) == (303, BACK)
    kept = room.taken(session, Actor(user_id=mine.id), sha256=SHA256)
    record = room.record_of(kept)
    assert Confirmation.read(record.canonical) == record
    assert (record.sha256, record.moment) == (SHA256, time())
    # The proof stands by itself: the statement as it came, under the key of that day.
    key = KeySet.import_key_set({"keys": [kept.signing_key]})
    claims = jwt.decode(kept.statement, key, algorithms=["RS256"]).claims
    assert (claims["sha256"], claims["code"]) == (SHA256, kept.code)
    assert claims["iss"] == running.provider.issuer
    told = kept.statement + kept.session + kept.code + repr(claims)
    assert PIN not in told
    assert claims["sub"] not in record.subject
    with pytest.raises(DBAPIError, match="esi_confirmations"), session.begin_nested():
        session.execute(text("UPDATE esi_confirmations SET sha256 = ''"))
    with pytest.raises(CourtError, match="esi_not_confirmed"):
        room.taken(session, Actor(user_id=mine.id), sha256="0" * 64)


def test_an_answer_counts_once(client_of_mine: FlaskClient, address: str, session: Session) -> None:
    back = Visitor(PIN).confirm(address)
    assert _answer(client_of_mine, back).status_code == 303
    again = _answer(client_of_mine, back)
    assert again.status_code == 422
    assert BACK in again.text
    # Not with a state of one's own either: the provider gives the code away once.
    forged = back.replace("state=", "state=x")
    assert _answer(client_of_mine, forged).status_code == 422
    assert _refused(session) == ["esi_used", "esi_unknown"]
    assert len(session.scalars(select(EsiConfirmation)).all()) == 1


def test_only_who_was_sent_may_come_back(
    client: FlaskClient, sign_in: SignIn, make: Make, address: str, session: Session
) -> None:
    back = Visitor(PIN).confirm(address)
    stranger = make.user(person_id=make.person(pin=OTHERS).id)
    session.commit()
    assert _answer(sign_in(stranger), back).status_code == 422
    assert _answer(client, back).status_code == 422
    assert _refused(session) == ["esi_unknown"]
    assert session.scalars(select(EsiConfirmation)).all() == []


def test_another_person_confirms_nothing_for_me(
    client_of_mine: FlaskClient, address: str, session: Session
) -> None:
    answer = _answer(client_of_mine, Visitor(OTHERS).confirm(address))
    assert answer.status_code == 422
    assert _refused(session) == ["esi_other_person"]


BENT: list[tuple[dict[str, Any], str]] = [
    ({"bend_statement": lambda c: c.update(sha256="0" * 64)}, "esi_other_document"),
    ({"bend_statement": lambda c: c.update(sha256="?")}, "esi_unbelieved"),
    ({"bend_statement": lambda c: c.update(nonce="x")}, "esi_unbelieved"),
    ({"bend_statement": lambda c: c.update(sub="another")}, "esi_unbelieved"),
    ({"bend_statement": lambda c: c.pop("code")}, "esi_unbelieved"),
    ({"bend_statement": lambda c: c.update(exp=1)}, "esi_expired"),
    ({"bend_statement": lambda c: c.update(confirmed_at=1)}, "esi_expired"),
    ({"bend_identity": lambda c: c.update(aud="another")}, "esi_unbelieved"),
    ({"bend_identity": lambda c: c.update(aud=["sud-tests", "x"])}, "esi_unbelieved"),
    ({"bend_identity": lambda c: c.update(iss="http://127.0.0.1/")}, "esi_unbelieved"),
    ({"bend_identity": lambda c: c.update(nonce="x")}, "esi_unbelieved"),
    ({"bend_identity": lambda c: c.update(exp=1)}, "esi_expired"),
    ({"bend_identity": lambda c: c.update(sub="another")}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.pop("confirmation")}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.update(confirmation=a["id_token"])}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.update(id_token=a["confirmation"])}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.update(confirmation=_flipped(a))}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.update(confirmation=_by_another(a))}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.update(confirmation=_unsigned(a))}, "esi_unbelieved"),
    ({"bend_answer": lambda a: a.update(access_token="x")}, "esi_unbelieved"),
]


def test_what_the_provider_did_not_say_is_not_believed(
    client_of_mine: FlaskClient,
    begun: Callable[[], str],
    running: Esi,
    session: Session,
) -> None:
    honest = dict.fromkeys(("bend_identity", "bend_statement", "bend_answer"), lambda _told: None)
    for bend, _refusal in BENT:
        for name, how in (honest | bend).items():
            setattr(running.provider, name, how)
        answer = _answer(client_of_mine, Visitor(PIN).confirm(begun()))
        assert answer.status_code == 422
    assert _refused(session) == [refusal for _bend, refusal in BENT]
    assert session.scalars(select(EsiConfirmation)).all() == []


def _flipped(answer: dict[str, Any]) -> str:
    head, body, signature = answer["confirmation"].split(".")
    return f"{head}.{body}.{signature[:9]}{'A' if signature[9] != 'A' else 'B'}{signature[10:]}"


_OWN = RSAKey.generate_key(2048, {"kid": "test-esi-1"})


def _by_another(answer: dict[str, Any]) -> str:
    """The same claims under a key of the same name that is not the provider's."""
    import base64
    import json

    head, body, _signature = answer["confirmation"].split(".")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body))
    return jwt.encode(header, claims, _OWN, algorithms=["RS256"])


def _unsigned(answer: dict[str, Any]) -> str:
    import base64

    body = answer["confirmation"].split(".")[1]
    header = b'{"alg":"none","kid":"test-esi-1","typ":"document-confirmation+jwt"}'
    return f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{body}."


def test_who_takes_too_long_begins_again(
    client_of_mine: FlaskClient,
    address: str,
    session: Session,
    time: Time,
    sessions: Sessions,
    outside: Outside,
) -> None:
    back = Visitor(PIN).confirm(address)
    time.now += timedelta(minutes=16)
    assert _answer(client_of_mine, back).status_code == 422
    assert _refused(session) == ["esi_expired"]
    forget(sessions, outside)
    assert len(session.scalars(select(EsiVisit)).all()) == 1
    time.now += timedelta(days=2)
    forget(sessions, outside)
    assert session.scalars(select(EsiVisit)).all() == []


def test_who_does_not_confirm_is_led_back(
    client_of_mine: FlaskClient, address: str, session: Session
) -> None:
    visitor = Visitor(PIN)
    back = visitor.confirm(address, cancel="yes")
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    answer = _answer(client_of_mine, back)
    assert (answer.status_code, BACK in answer.text) == (422, True)
    assert _refused(session) == ["esi_cancelled"]


def test_a_wrong_code_is_asked_for_again_and_not_for_ever(address: str) -> None:
    visitor = Visitor(PIN)
    assert visitor.confirm(address, code="wrong") == ""
    assert visitor._post("/connect/confirm", code="wrong") == ""
    assert "access_denied" in visitor._post("/connect/confirm", code="wrong")


def test_a_provider_that_is_down_is_told_in_words(
    client_of_mine: FlaskClient,
    address: str,
    running: Esi,
    session: Session,
    mine: User,
    outside: Outside,
    time: Time,
) -> None:
    def down(_asked: object) -> dict[str, Any]:
        raise ConnectionError

    back = Visitor(PIN).confirm(address)
    running.provider.token = down  # type: ignore[method-assign]
    answer = _answer(client_of_mine, back)
    assert answer.status_code == 422
    assert _refused(session) == ["esi_away"]
    dead = EsiProvider(issuer="http://127.0.0.1:9", client="x", secret="x", back="x")
    gone = dataclasses.replace(outside, identity=dead)
    facts = {"sha256": SHA256, "title": "x", "back": BACK, "now": time()}
    with pytest.raises(CourtError, match="esi_away"):
        room.begin(session, Actor(user_id=mine.id), outside=gone, **facts)
    none = dataclasses.replace(outside, identity=None)
    with pytest.raises(CourtError, match="esi_off"):
        room.begin(session, Actor(user_id=mine.id), outside=none, **facts)


@pytest.mark.parametrize(
    "bend",
    [
        lambda told: told.update(issuer="http://127.0.0.1:1"),
        lambda told: told.update(token_endpoint="http://example.test/token"),
    ],
)
def test_a_provider_that_is_another_is_not_asked(
    running: Esi, time: Time, bend: Callable[[dict[str, Any]], Any]
) -> None:
    running.provider.bend_metadata = bend  # type: ignore[attr-defined]
    with pytest.raises(IdentityError) as refused:
        running.identity.sign_in(Journey.new(), now=time())
    assert refused.value.fault is Fault.UNBELIEVED


def test_secrets_go_over_tls_alone() -> None:
    with pytest.raises(ValueError, match="https"):
        EsiProvider(issuer="http://esia.example", client="x", secret="x", back="x")


def test_a_code_needs_its_verifier(running: Esi, time: Time) -> None:
    journey = Journey.new()
    back = Visitor(PIN).sign_in(running.identity.sign_in(journey, now=time()))
    code = parse_qs(urlsplit(back).query)["code"][0]
    thief = dataclasses.replace(journey, verifier=Journey.new().verifier)
    with pytest.raises(IdentityError) as refused:
        running.identity.identify(
            thief, code, issuer=running.provider.issuer, sha256=None, now=time()
        )
    assert refused.value.fault is Fault.SPENT


def test_an_account_without_a_number_cannot_confirm(
    session: Session, make: Make, outside: Outside, time: Time
) -> None:
    with pytest.raises(CourtError) as refused:
        room.begin(
            session,
            Actor(user_id=make.user().id),
            sha256=SHA256,
            title="x",
            back=BACK,
            outside=outside,
            now=time(),
        )
    assert refused.value.code is Refusal.ESI_NO_NUMBER


# ------------------------------------------------------------------ signing in


def _sign_in(client: FlaskClient, pin: str, to: str = "/filings") -> Any:
    sent = client.post(f"/esi/sign-in?to={to}")
    assert sent.status_code == 303
    return _answer(client, Visitor(pin).sign_in(sent.location))


def test_signing_in_opens_the_account_with_the_same_number(
    client: FlaskClient, mine: User, session: Session, running: Esi
) -> None:
    page = client.get("/sign-in")
    assert "/esi/sign-in" in page.text
    assert (
        f"form-action 'self' {running.provider.issuer}" in (page.headers["Content-Security-Policy"])
    )
    answer = _sign_in(client, PIN)
    assert (answer.status_code, answer.location) == (303, "/filings")
    assert client.get("/filings").status_code == 200
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] == f"{mine.id}.1"
    # Signing in is no step up: that is asked for where something is signed.
    assert _proofs(session) == []
    (line,) = journalled(session, "session:open")
    assert (line.user_id, line.facts["how"]) == (mine.id, "esi")


def test_the_provider_is_told_the_language_of_the_page(client: FlaskClient, running: Esi) -> None:
    for language, words in (("ky", "Кирүү"), ("ru", "Вход"), ("en", "Sign in")):
        sent = client.post(f"/esi/sign-in?to=/filings&lang={language}")
        visitor = Visitor(PIN)
        visitor._step("GET", sent.location)
        assert f'<html lang="{language}">' in visitor.seen
        assert f"<button>{words}</button>" in visitor.seen


@pytest.mark.parametrize("why", ["nobody", "two", "closed"])
def test_signing_in_makes_no_account(
    client: FlaskClient, mine: User, make: Make, session: Session, why: str
) -> None:
    if why == "two":
        make.user(person_id=make.person(pin=PIN).id)
    mine.active = why != "closed"
    session.commit()
    answer = _sign_in(client, OTHERS if why == "nobody" else PIN)
    assert answer.status_code == 422
    assert _refused(session) == ["esi_no_account"]
    assert client.get("/filings").status_code == 303


def test_a_network_that_asks_too_often_waits(client: FlaskClient) -> None:
    answers = [client.post("/esi/sign-in").status_code for _ in range(61)]
    assert answers == [303] * 60 + [422]
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.post("/esi/sign-in", environ_base=elsewhere).status_code == 303


def test_a_planted_answer_signs_nobody_in(
    app: Any, client: FlaskClient, mine: User, session: Session
) -> None:
    sent = client.post("/esi/sign-in")
    back = Visitor(PIN).sign_in(sent.location)
    victim = app.test_client()
    assert _answer(victim, back).status_code == 422
    with victim.session_transaction() as cookie:
        assert "_user_id" not in cookie


def _proofs(session: Session) -> list[bool]:
    """Whether each proof that was given is spent."""
    session.expire_all()
    given = select(EsiVisit).where(EsiVisit.proved_at.isnot(None)).order_by(EsiVisit.id)
    return [visit.spent_at is not None for visit in session.scalars(given)]


def test_who_is_signed_in_proves_that_he_is_the_same(
    client_of_mine: FlaskClient, session: Session
) -> None:
    assert _sign_in(client_of_mine, OTHERS).status_code == 422
    assert _refused(session) == ["esi_other_person"]
    assert _proofs(session) == []
    assert _sign_in(client_of_mine, PIN).status_code == 303
    assert _proofs(session) == [False]


def test_a_proof_is_taken_for_the_password_once_and_not_for_long(
    client_of_mine: FlaskClient,
    mine: User,
    make: Make,
    session: Session,
    outside: Outside,
    time: Time,
) -> None:
    seat = make.judge(user_id=mine.id)
    judge = actor_of(session, mine, time.now)
    sheets = []
    for case in (make.case(judge=seat), make.case(judge=seat)):
        make.party(case)
        act = acts.begin(session, judge, case, make.act_kind(), now=time.now)
        acts.save(session, judge, act, TEXT, now=time.now)
        sheets.append(acts.prepare(session, judge, act, outside=outside))
    session.commit()

    def sign(sheet: SigningSheet) -> int:
        shown = {"paper": sheet.sha256}
        return client_of_mine.post(f"/signing/{sheet.key}/sign", data=shown).status_code

    page = f"/signing/{sheets[0].key}"
    make.limit("esi_step_up", 10, "minutes")
    assert "/esi/sign-in?to=" in client_of_mine.get(page).text
    assert sign(sheets[0]) == 422
    assert _sign_in(client_of_mine, PIN, page).location == page
    time.now += timedelta(minutes=10)
    assert sign(sheets[0]) == 422
    assert _sign_in(client_of_mine, PIN, page).status_code == 303
    time.now += timedelta(minutes=9)
    assert 'name="password"' not in client_of_mine.get(page).text
    with client_of_mine.session_transaction() as cookie:
        earlier = dict(cookie)
    assert sign(sheets[0]) == 303
    assert sign(sheets[1]) == 422, "one proof, one signature"
    with client_of_mine.session_transaction() as cookie:
        cookie.update(earlier)
    assert sign(sheets[1]) == 422, "an earlier cookie brings no proof back"
    assert _proofs(session) == [False, True]
    assert 'name="password"' in client_of_mine.get(f"/signing/{sheets[1].key}").text


def test_two_presses_at_once_spend_one_proof(own_sessions: Sessions, time: Time) -> None:
    with unit(own_sessions) as session:
        person = Make(session, time).user()
        visit = EsiVisit(
            purpose=EsiPurpose.SIGN_IN,
            state=b"state",
            nonce="nonce",
            verifier="verifier",
            browser=hashlib.sha256(b"browser").digest(),
            user_id=person.id,
            back="/",
            begun_at=time.now,
            returned_at=time.now,
            proved_at=time.now,
        )
        session.add(visit)
        session.flush()
        signer = Actor(user_id=person.id)
    gate, spent = threading.Barrier(2), []

    def press() -> None:
        gate.wait()
        with unit(own_sessions) as session:
            proof = service.proof(
                session,
                signer,
                browser="browser",
                within=timedelta(minutes=10),
                now=time.now,
                to_spend=True,
            )
            spent.append(proof is not None)
            if proof is not None:
                session.execute(text("select pg_sleep(0.3)"))  # as long as signing takes
                proof.spent_at = time.now

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(spent) == [False, True]


def test_where_no_provider_is_known_nothing_is_offered(
    config: Any, outside: Outside, sessions: Sessions
) -> None:
    from sud.web import make_app

    app = make_app(config, outside=dataclasses.replace(outside, identity=None), sessions=sessions)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    page = app.test_client().get("/sign-in")
    assert "esi" not in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]


def test_the_stand_in_is_a_process_that_keeps_its_key(tmp_path: Path) -> None:
    (tmp_path / "client.secret").write_text("secret")
    (tmp_path / "people.json").write_text('[{"pin": "20101189999990", "name": "Асанов Үсөн"}]')
    told: list[dict[str, Any]] = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as door:
            child = subprocess.Popen(
                [
                    *(sys.executable, "-m", "sud.local.esi", str(tmp_path)),
                    *(str(tmp_path / "people.json"), f"--door={door.fileno()}"),
                    *("--client=sud", "--back=http://localhost/esi/return"),
                ],
                pass_fds=(door.fileno(),),
            )
            try:
                # Nobody waits for it to be ready: its port is open from the first moment.
                at = f"http://127.0.0.1:{door.getsockname()[1]}/.well-known/openid-configuration"
                pool = urllib3.PoolManager(retries=False)
                assert pool.request("GET", at).json()["issuer"] == at.partition("/.well")[0]
                told.append(pool.request("GET", f"{at}/jwks").json())
                pool.clear()
            finally:
                child.terminate()
                assert child.wait(20) == 0
    assert told[0] == told[1]
    assert "d" not in told[0]["keys"][0]
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
