"""Any printed paper checked by anybody: by its code, by its bytes, and what he is told."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, make_transient

from documents import codes
from documents.papers.facts import Verification
from documents.papers.receipts import Receipt, receipt
from recordings.bucket import BucketStore
from sud.access import Action, Actor
from sud.accounts.service import actor_of
from sud.acts import service as acts
from sud.cases import issued
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActPart,
    Case,
    CodeMiss,
    IssuedPaper,
    PaperKind,
    RoleCode,
    User,
)
from sud.outside import Outside
from sud.verification import guessing, service
from tests.builders import Make
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]
PARTY = ("Жолдошбеков", "Нурлан")


@pytest.fixture
def case(make: Make) -> Case:
    found = make.case(judge=make.judge())
    make.party(found, surname=PARTY[0], given_name=PARTY[1], patronymic="Өмүрович")
    return found


@pytest.fixture
def act(session: Session, make: Make, case: Case, outside: Outside) -> Act:
    """An issued act of the case."""
    assert case.judge is not None
    judge = actor_of(session, make.judge_user(case.judge), outside.now())
    draft = acts.begin(session, judge, case, make.act_kind(), now=outside.now())
    words = dict.fromkeys(ActPart, "Доогер Жолдошбеков Нурлан 120 000 сом суранды.")
    acts.save(session, judge, draft, acts.Text(outcome=None, parts=words), now=outside.now())
    acts.issue(session, judge, draft, outside=outside, now=outside.now())
    return draft


@pytest.fixture
def clerk(session: Session, make: Make, case: Case, time: Callable[[], datetime]) -> Actor:
    return actor_of(session, make.staff(RoleCode.CLERK, case.court), time())


def printing(case: Case, amount: int = 1, subject: str = "receipts/1") -> issued.Print:
    """A receipt about one subject; its facts differ by the amount."""
    return issued.Print(
        kind=PaperKind.RECEIPT,
        subject=subject,
        language="ky",
        facts={"amount": amount, "case": case.number},
        case=case,
    )


def drawn(case: Case) -> issued.Draw:
    def draw(verification: Verification) -> bytes:
        return receipt(
            Receipt(
                language="ky",
                number=case.number,
                filed=case.filed_at,
                court="Талас шаардык соту",
                filer="Жолдошбеков Нурлан",
                files=(),
                verification=verification,
            )
        ).pdf

    return draw


@pytest.fixture
def paper(session: Session, clerk: Actor, case: Case, outside: Outside) -> issued.Handed:
    """A receipt that was printed."""
    return issued.hand_out(session, clerk, printing(case), drawn(case), outside=outside)


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


# ------------------------------------------------------------------ acts


def test_a_stranger_checks_an_act_and_learns_no_party(client: FlaskClient, act: Act) -> None:
    assert act.code is not None
    typed = codes.shown(act.code).lower().replace("-", " ")
    answer = client.get("/verify", query_string={"code": typed})
    assert answer.status_code == 303
    assert answer.location == f"/verify/{act.code}"
    page = body(client.get(answer.location))
    assert act.pdf_sha256 is not None
    for expected in (act.case.number, act.pdf_sha256, act.judge.full_name, "TEST"):
        assert expected in page
    assert "sud-notice--done" in page
    for secret in (*PARTY, "120 000", f"/cases/{act.case.key}"):
        assert secret not in page


def test_the_code_is_read_however_it_is_typed(client: FlaskClient, act: Act) -> None:
    assert act.code is not None
    cyrillic = act.code.translate(str.maketrans("ABCEHKMPTX0", "АВСЕНКМРТХО"))
    assert client.get(f"/verify/{cyrillic}").location == f"/verify/{act.code}"


def test_a_paper_swapped_in_the_store_is_noticed(
    client: FlaskClient, act: Act, bucket: BucketStore
) -> None:
    assert act.pdf_key is not None
    forged = bucket.get(act.pdf_key) + b"\n% one more line\n"
    bucket.put(act.pdf_key, io.BytesIO(forged), size=len(forged))
    assert "sud-notice--error" in body(client.get(f"/verify/{act.code}"))
    bucket.remove(act.pdf_key)
    page = client.get(f"/verify/{act.code}")
    assert page.status_code == 200
    assert "sud-notice--needs" in body(page)


def test_a_file_is_compared_byte_for_byte_and_its_signatures_tell_what_is_wrong(
    client: FlaskClient, act: Act, bucket: BucketStore
) -> None:
    assert act.pdf_key is not None
    genuine = bucket.get(act.pdf_key)
    address = f"/verify/{act.code}"

    def dropped(held: bytes, at: str = address) -> str:
        return body(client.post(at, data={"file": (io.BytesIO(held), "act.pdf")}))

    assert dropped(genuine).count("sud-notice--done") == 2
    assert dropped(genuine, "/verify").count("sud-notice--done") == 2
    spoiled = bytearray(genuine)
    spoiled[len(genuine) // 3] ^= 1
    told = dropped(bytes(spoiled))
    assert "sud-notice--error" in told
    assert "<li>" in told.partition("sud-notice--error")[2], "the findings are listed"
    assert "sud-notice--error" in dropped(genuine[:-1], "/verify"), "nobody issued that"
    assert client.post(address, data={}).status_code == 422
    assert client.post("/verify", data={}).status_code == 422
    blank = client.get("/verify?code=")
    assert blank.status_code == 422
    assert 'href="#code"' in blank.text


def test_an_act_can_be_checked_years_later(client: FlaskClient, act: Act, time: object) -> None:
    time.now += timedelta(days=3000)  # type: ignore[attr-defined]
    assert "sud-notice--done" in body(client.get(f"/verify/{act.code}"))


def test_whoever_may_read_the_case_is_led_to_it(
    sign_in: SignIn, make: Make, act: Act, case: Case
) -> None:
    page = body(sign_in(make.party(case, "respondent")).get(f"/verify/{act.code}"))
    assert f"/cases/{case.key}" in page
    stranger = make.party(make.case(judge=make.judge()))
    assert f"/cases/{case.key}" not in body(sign_in(stranger).get(f"/verify/{act.code}"))


def test_a_party_that_signed_is_named_only_inside_the_case(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    make: Make,
    act: Act,
    case: Case,
    bucket: BucketStore,
) -> None:
    row = issued.paper_by_code(session, act.code or "")
    assert row is not None
    # A paper from before there were sheets tells of its signers by itself.
    pdf = issued.bytes_of(row, store=bucket)
    make_transient(row)
    row.subject = "acts/0"
    row.id, row.code, row.object_key = None, codes.new_code(), f"acts/{uuid4()}.pdf"
    bucket.put(row.object_key, io.BytesIO(pdf))
    row.signers = [{**row.signers[0], "role": "party"}]
    session.add(row)
    session.flush()
    assert act.judge.full_name not in body(client.get(f"/verify/{row.code}"))
    inside = sign_in(make.party(case, "respondent")).get(f"/verify/{row.code}")
    assert act.judge.full_name in body(inside)


# ------------------------------------------------------------------ every other paper


def test_the_same_facts_are_the_same_paper(
    session: Session, clerk: Actor, case: Case, outside: Outside, paper: issued.Handed
) -> None:
    def never(_verification: Verification) -> bytes:
        raise AssertionError("printed anew")

    again = issued.hand_out(session, clerk, printing(case), never, outside=outside)
    assert again.paper is paper.paper
    assert again.pdf == paper.pdf
    assert hashlib.sha256(again.pdf).hexdigest() == again.paper.sha256
    assert (again.paper.size, again.paper.number) == (len(again.pdf), case.number)
    (line,) = journalled(session, Action.PAPER_ISSUE)
    assert line.facts["sha256"] == again.paper.sha256


def test_a_paper_without_signature_is_told_for_what_it_is(
    client: FlaskClient, paper: issued.Handed
) -> None:
    page = body(client.get(f"/verify/{paper.paper.code}"))
    assert "sud-notice--done" in page
    assert PARTY[0] not in page


def test_a_newer_paper_takes_the_place_of_the_older(
    session: Session,
    client: FlaskClient,
    clerk: Actor,
    case: Case,
    outside: Outside,
    paper: issued.Handed,
) -> None:
    newer = issued.hand_out(session, clerk, printing(case, 2), drawn(case), outside=outside)
    assert newer.paper.code != paper.paper.code
    assert newer.paper.replaces_id == paper.paper.id
    old, new = (client.get(f"/verify/{one.paper.code}") for one in (paper, newer))
    assert old.status_code == new.status_code == 200
    assert "sud-notice--needs" in body(old)
    assert newer.paper.code not in body(old), "only those inside are led on"
    assert "sud-notice--done" in body(new)


def test_a_withdrawn_paper_says_so_and_only_insiders_learn_why(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    make: Make,
    clerk: Actor,
    case: Case,
    outside: Outside,
    paper: issued.Handed,
) -> None:
    because = "Нурланга жаңылыш берилген"
    issued.withdraw(session, clerk, paper.paper, because=because, now=outside.now())
    page = body(client.get(f"/verify/{paper.paper.code}"))
    assert "sud-notice--error" in page
    assert because not in page
    assert because in body(sign_in(make.party(case)).get(f"/verify/{paper.paper.code}"))
    with pytest.raises(CourtError) as refused:
        issued.withdraw(session, clerk, paper.paper, because="…", now=outside.now())
    assert refused.value.code is Refusal.PAPER_WITHDRAWN
    anew = issued.hand_out(session, clerk, printing(case), drawn(case), outside=outside)
    assert anew.paper.id != paper.paper.id
    assert service.paper_with(session, paper.paper.sha256) is paper.paper


# ------------------------------------------------------------------ guessing


@pytest.mark.parametrize("typed", ["0000-0000-0000-0000", "abc", "<script>", "☃" * 16])
def test_a_code_that_does_not_exist_is_said_kindly(client: FlaskClient, typed: str) -> None:
    answer = client.get("/verify", query_string={"code": typed}, follow_redirects=True)
    assert answer.status_code in {404, 422}
    assert "sud-notice--needs" in body(answer)
    assert "<script>alert" not in body(answer)
    assert client.get(f"/verify/{typed}").status_code == 404


def test_guessing_is_slowed_down_and_then_tells_nothing(
    session: Session, client: FlaskClient, paper: issued.Handed, time: object
) -> None:
    for _ in range(guessing.MOST_MISSES):
        assert client.get(f"/verify/{codes.new_code()}").status_code == 404
    assert session.scalar(select(func.count()).select_from(CodeMiss)) == guessing.MOST_MISSES
    false = "0" * len(paper.paper.code)
    right, wrong = client.get(f"/verify/{paper.paper.code}"), client.get(f"/verify/{false}")
    assert right.status_code == wrong.status_code == 429
    told = [re.sub(r"value=\"[0-9a-f-]{36}\"", "", body(one)) for one in (right, wrong)]
    assert told[0].replace(paper.paper.code, false) == told[1]
    other = client.get(f"/verify/{paper.paper.code}", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert other.status_code == 200
    time.now += timedelta(minutes=16)  # type: ignore[attr-defined]
    assert client.get(f"/verify/{paper.paper.code}").status_code == 200


# ------------------------------------------------------------------ what was before the table


def test_acts_issued_before_the_table_move_into_it_with_their_codes(
    session: Session, client: FlaskClient, act: Act
) -> None:
    """The statement of migration 0024 makes of an issued act the row that issuing makes today."""
    import importlib

    moved = importlib.import_module("sud.migrations.versions.0024_papers_that_left_the_house").ACTS
    made = issued.paper_by_code(session, act.code or "")
    assert made is not None
    kept = {
        name: getattr(made, name)
        for name in (
            "code", "kind", "detail", "subject", "language", "court_id", "case_id", "number",
            "object_key", "sha256", "signers", "issued_at",
        )
    }  # fmt: skip
    # Its sheet of signatures keeps it for ever: it makes room under another name.
    made.code = made.object_key = made.subject = "elsewhere"
    session.flush()
    # Columns of later migrations that have no default.
    later = "earlier, findings"
    moved = moved.replace("issued_papers (code", f"issued_papers ({later}, code")
    session.execute(text(moved.replace("SELECT acts.code", "SELECT '[]', '[]', acts.code")))
    session.expire_all()
    again = session.scalars(select(IssuedPaper).where(IssuedPaper.code == kept["code"])).one()
    assert {name: getattr(again, name) for name in kept} == kept
    assert "sud-notice--done" in body(client.get(f"/verify/{act.code}"))
