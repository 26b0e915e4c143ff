"""Signed papers that last: looked at every night, stamped anew every year, faults told."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.signatures import Finding
from recordings.bucket import BucketStore
from recordings.store import NoSuchObjectError
from sud.access import Action
from sud.accounts.service import actor_of
from sud.acts import service as acts
from sud.cases import issued
from sud.db import Sessions
from sud.errors import CourtError, Refusal
from sud.models import Act, ActPart, IssuedPaper, JournalLine, PaperFault, RoleCode, User
from sud.outside import Outside
from sud.verification import lasting
from tests.builders import Make
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def act(session: Session, make: Make, outside: Outside) -> Act:
    case = make.case(judge=make.judge())
    assert case.judge is not None
    judge = actor_of(session, make.judge_user(case.judge), outside.now())
    draft = acts.begin(session, judge, case, make.act_kind(), now=outside.now())
    words = dict.fromkeys(ActPart, "Доо толугу менен канааттандырылсын.")
    acts.save(session, judge, draft, acts.Text(outcome=None, parts=words), now=outside.now())
    acts.issue(session, judge, draft, outside=outside, now=outside.now())
    return draft


@pytest.fixture
def paper(session: Session, act: Act) -> IssuedPaper:
    found = issued.standing_paper(session, f"acts/{act.id}", act.language)
    assert found is not None
    return found


def later(outside: Outside, after: timedelta) -> Outside:
    moment = outside.now() + after
    return replace(outside, now=lambda: moment)


def put(store: BucketStore, key: str, content: bytes) -> None:
    store.put(key, io.BytesIO(content), content_type="application/pdf", size=len(content))


def test_a_good_paper_is_looked_at_once_a_night(
    sessions: Sessions, outside: Outside, paper: IssuedPaper, session: Session
) -> None:
    lasting.check(sessions, outside)
    session.refresh(paper)
    assert (paper.checked_at, paper.findings) == (outside.now(), [])
    assert paper.lasts_until is not None
    assert paper.lasts_until > outside.now()
    same_night = later(outside, timedelta(hours=1))
    lasting.check(sessions, same_night, night=outside.now().isoformat())
    session.refresh(paper)
    assert paper.checked_at == outside.now()
    next_night = later(outside, timedelta(days=1))
    lasting.check(sessions, next_night)
    session.refresh(paper)
    assert paper.checked_at == next_night.now()
    lines = (
        select(JournalLine)
        .order_by(JournalLine.seq)
        .where(JournalLine.action == Action.PAPER_CHECK)
    )
    assert session.scalars(lines).all() == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda pdf: pdf[:900] + bytes([pdf[900] ^ 1]) + pdf[901:], Finding.DIFFERENT),
        (lambda pdf: pdf[: pdf.rindex(b"%%EOF", 0, -20) + 6], Finding.CUT_BACK),
        (lambda pdf: pdf + b"\n% more", Finding.ADDED_TO),
        (None, PaperFault.GONE),
    ],
)
def test_what_became_of_a_stored_paper_is_told_and_it_is_not_handed_out(
    spoil: Callable[[bytes], bytes] | None,
    fault: Finding | PaperFault,
    sessions: Sessions,
    outside: Outside,
    paper: IssuedPaper,
    act: Act,
    bucket: BucketStore,
    session: Session,
    make: Make,
    sign_in: SignIn,
) -> None:
    pdf = bucket.get(paper.object_key)
    if spoil is None:
        bucket.remove(paper.object_key)
    else:
        put(bucket, paper.object_key, spoil(pdf))
    lasting.check(sessions, outside)
    session.refresh(paper)
    assert fault in lasting.faults_of(paper)
    (line,) = journalled(session, Action.PAPER_CHECK)
    assert line.facts["findings"] == paper.findings
    with pytest.raises(CourtError) as refused:
        issued.sound_paper(session, f"acts/{act.id}", act.language)
    assert refused.value.code is Refusal.PAPER_FAULTY
    clerk = sign_in(make.staff(RoleCode.CLERK, act.case.court))
    assert clerk.get(f"/acts/{act.key}.pdf").status_code == 409
    chair = sign_in(make.staff(RoleCode.CHAIR, act.case.court))
    page = chair.get("/papers/faults").text
    assert paper.code in page
    assert act.case.number in page
    assert "/papers/faults" in chair.get("/home").text
    elsewhere = sign_in(make.staff(RoleCode.CHAIR, make.court("Н1", "NRN-AKT")))
    assert paper.code not in elsewhere.get("/papers/faults").text
    assert clerk.get("/papers/faults").status_code in {403, 404}
    # Put right, it is handed out again.
    put(bucket, paper.object_key, pdf)
    lasting.check(sessions, later(outside, timedelta(days=1)))
    session.refresh(paper)
    assert paper.findings == []
    assert clerk.get(f"/acts/{act.key}.pdf").status_code == 200


def test_a_store_that_is_away_is_no_fault_of_a_paper(
    sessions: Sessions, outside: Outside, paper: IssuedPaper, session: Session
) -> None:
    away = BucketStore(
        endpoint="127.0.0.1:9",
        access_key="a",
        secret_key="b",
        bucket="court",
        secure=False,
        retries=0,
    )
    with pytest.raises(CourtError) as refused:
        lasting.check(sessions, replace(outside, store=away))
    assert refused.value.code is Refusal.STORE_AWAY
    session.refresh(paper)
    assert (paper.checked_at, paper.findings) == (None, [])


def test_a_stamp_is_renewed_after_a_year_and_both_states_verify(
    sessions: Sessions,
    outside: Outside,
    paper: IssuedPaper,
    act: Act,
    bucket: BucketStore,
    session: Session,
) -> None:
    before, key = paper.sha256, paper.object_key
    lasting.renew(sessions, later(outside, timedelta(days=100)))
    session.refresh(paper)
    assert paper.sha256 == before
    year = later(outside, timedelta(days=366))
    lasting.renew(sessions, year)
    session.refresh(paper)
    assert acts.issued_pdf(session, act, store=bucket) == bucket.get(paper.object_key)
    assert paper.sha256 != before
    assert paper.earlier == [before]
    assert paper.stamped_at == year.now()
    pdf = bucket.get(paper.object_key)
    assert hashlib.sha256(pdf).hexdigest() == paper.sha256
    assert lasting.examined(paper, year).findings == ()
    verdict = year.signer.validate(
        bucket.get(key), now=year.now(), expected=lasting.expected_of(paper)
    )
    assert verdict.good
    assert Finding.EARLIER_COPY in verdict.findings
    # The bytes with which it was issued stay; later states go when they are replaced.
    assert act.pdf_key == key
    lasting.forget(sessions, year, object_key=key)
    lasting.forget(sessions, year, object_key=paper.object_key)
    assert {bucket.stat(key).size, bucket.stat(paper.object_key).size} >= {paper.size}
    put(bucket, "acts/left.pdf", b"%PDF")
    for _ in range(2):
        lasting.forget(sessions, year, object_key="acts/left.pdf")
    with pytest.raises(NoSuchObjectError):
        bucket.stat("acts/left.pdf")
    # Once a year is enough.
    stamped = paper.sha256
    lasting.renew(sessions, later(year, timedelta(days=1)))
    session.refresh(paper)
    assert paper.sha256 == stamped


def test_a_paper_that_is_not_good_gets_no_stamp(
    sessions: Sessions,
    outside: Outside,
    paper: IssuedPaper,
    bucket: BucketStore,
    session: Session,
) -> None:
    before = paper.sha256
    put(bucket, paper.object_key, bucket.get(paper.object_key) + b"\n% more")
    lasting.renew(sessions, later(outside, timedelta(days=366)))
    session.refresh(paper)
    assert paper.sha256 == before
