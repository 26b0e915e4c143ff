"""Acts from the first draft to the check by a stranger: verbs, pages, crashes and races."""

import hashlib
import io
import pickle
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from documents import codes
from documents.signatures import Expected
from documents.wording import LANGUAGES, wording
from recordings.bucket import BucketStore
from sud import journal
from sud.access import Action, Actor
from sud.accounts.service import actor_of
from sud.acts import service
from sud.config import Config
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActOutcome,
    ActPart,
    ActState,
    Case,
    CaseState,
    Confidence,
    Notice,
    NoticeKind,
    RoleCode,
    TimeLimit,
    User,
)
from sud.outside import Outside
from sud.registry.reference import read_reference
from tests.builders import START, Make
from tests.sud.journalled import journalled

ROOT = Path(__file__).parents[2]
PARTS = {
    ActPart.INTRODUCTORY: "Судья ишти карап чыгып,",
    ActPart.DESCRIPTIVE: "Доогер 120 000 сом өндүрүүнү суранган.\n\nЖоопкер каршы болгон.",
    ActPart.REASONING: "Сот далилдерди <изилдеп> & баалап, сот",
    ActPart.OPERATIVE: "1. Доо канааттандырылсын.\n2. 120 000 сом өндүрүлсүн.",
}
TEXT = service.Text(outcome=ActOutcome.SATISFIED, parts=PARTS)


@pytest.fixture
def case(make: Make) -> Case:
    """A case before its judge, with both sides and the law's time to appeal."""
    make.act_kind()
    make.session.add(
        TimeLimit(
            code="civil_appeal",
            kind_code="civil",
            amount=30,
            unit="calendar_days",
            name_ky="даттануу",
            name_ru="жалоба",
            name_en="appeal",
            valid_from=START,
            source_en="test",
            confidence=Confidence.HIGH,
        )
    )
    found = make.case(judge=make.judge())
    make.party(found, "plaintiff", surname="Сыдыков", given_name="Нурлан", patronymic="Өмүрович")
    make.party(found, "respondent", surname="Жээнбекова", given_name="Чынара", patronymic="")
    return found


@pytest.fixture
def judge_user(make: Make, case: Case) -> User:
    assert case.judge is not None
    return make.judge_user(case.judge)


@pytest.fixture
def judge(session: Session, judge_user: User, outside: Outside) -> Actor:
    return actor_of(session, judge_user, outside.now())


@pytest.fixture
def draft(session: Session, judge: Actor, case: Case, make: Make, outside: Outside) -> Act:
    """A draft whose four parts are written."""
    act = service.begin(session, judge, case, make.act_kind(), now=outside.now())
    service.save(session, judge, act, TEXT, now=outside.now())
    return act


@pytest.fixture
def issued(session: Session, judge: Actor, draft: Act, outside: Outside) -> Act:
    service.issue(session, judge, draft, outside=outside, now=outside.now())
    return draft


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def filled(page: str, **changed: str) -> dict[str, str]:
    """The editor's form as a browser sends it."""
    answers = {part.value: words for part, words in PARTS.items()} | {"outcome": "satisfied"}
    return answers | {name: hidden(page, name) for name in ("once", "seen")} | changed


# ------------------------------------------------------------------ verbs


def test_a_draft_begins_with_the_words_every_act_begins_with(
    session: Session, judge: Actor, case: Case, make: Make, outside: Outside
) -> None:
    act = service.begin(session, judge, case, make.act_kind(), now=outside.now())
    assert case.judge is not None
    assert act.introductory == (
        f"Талас шаардык сотунун судьясы {case.judge.full_name} сот отурумунда"
        f" № {case.number} ишти карап чыгып,"
    )
    again = service.begin(session, judge, case, make.act_kind(), now=outside.now())
    assert again is act


def test_an_act_is_offered_only_in_its_kinds_of_case(
    session: Session, case: Case, make: Make, outside: Outside
) -> None:
    make.act_kind("sentence").case_kinds = ["criminal"]
    make.act_kind("ruling").case_kinds = ["civil"]
    make.act_kind("minutes")  # no wording: not written in the editor
    session.flush()
    kinds = service.kinds_for(session, case, now=outside.now())
    assert {kind.code for kind in kinds} == {"decision", "ruling"}
    case.state = CaseState.DISTRIBUTED
    assert service.kinds_for(session, case, now=outside.now()) == ()


def test_an_issued_act_is_signed_stored_journalled_and_told(
    session: Session, issued: Act, case: Case, outside: Outside, bucket: BucketStore
) -> None:
    assert issued.state is ActState.ISSUED
    assert issued.code is not None
    assert codes.read_code(codes.shown(issued.code)) == issued.code
    assert issued.pdf_key is not None
    stored = bucket.get(issued.pdf_key)
    assert hashlib.sha256(stored).hexdigest() == issued.pdf_sha256
    expected = Expected(sha256=issued.pdf_sha256)
    verdict = outside.signer.validate(stored, now=outside.now(), expected=expected)
    assert verdict.good
    assert case.judge is not None
    assert issued.signer_name == verdict.signatures[0].name == case.judge.full_name
    assert issued.certificate == verdict.signatures[0].certificate
    assert case.state is CaseState.DECIDED
    assert case.decided_at == outside.now()
    words = re.sub(r"\s+", " ", PdfReader(io.BytesIO(stored)).pages[0].extract_text())
    for expected in (
        "2026-жылдын 23-ноябры Талас шаары",
        "Сот далилдерди <изилдеп> & баалап",
        "30 (отуз) күндүн ичинде",
        codes.shown(issued.code),
        f"http://127.0.0.1:8000/verify/{issued.code}",
    ):
        assert expected in words
    (line,) = journalled(session, Action.ACT_ISSUE)
    assert line.facts["sha256"] == issued.pdf_sha256
    assert line.case_id == case.id
    assert list(journal.broken_lines(session)) == []
    told = session.scalars(select(Notice).where(Notice.kind == NoticeKind.ACT_ISSUED)).all()
    assert len(told) == 2


def test_the_letter_carries_no_names(
    issued: Act, run_jobs: Callable[[], list[str]], mailbox: object
) -> None:
    assert run_jobs().count("cases.send_notice") == 2
    letters = mailbox.letters  # type: ignore[attr-defined]
    assert len(letters) == 2
    for letter in letters:
        assert issued.case.number in letter["subject"]
        for secret in ("Сыдыков", "Жээнбекова", "Сыдыкова", issued.code):
            assert secret not in letter["subject"] + letter["text"]


def test_an_unfinished_act_is_not_issued(
    session: Session, judge: Actor, case: Case, make: Make, outside: Outside
) -> None:
    act = service.begin(session, judge, case, make.act_kind(), now=outside.now())
    with pytest.raises(CourtError) as refused:
        service.issue(session, judge, act, outside=outside, now=outside.now())
    assert refused.value.code is Refusal.ACT_INCOMPLETE
    assert refused.value.facts["what"] == [
        ActPart.DESCRIPTIVE,
        ActPart.REASONING,
        ActPart.OPERATIVE,
    ]
    assert case.state is CaseState.PREPARATION


def test_an_issued_act_never_changes(
    session: Session, judge: Actor, issued: Act, outside: Outside
) -> None:
    with pytest.raises(CourtError) as refused:
        service.save(session, judge, issued, TEXT, now=outside.now())
    assert refused.value.code is Refusal.ACT_ALREADY_ISSUED
    with pytest.raises(CourtError):
        service.issue(session, judge, issued, outside=outside, now=outside.now())
    for statement in ("UPDATE acts SET operative = 'x'", "DELETE FROM acts"):
        with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
            session.execute(text(statement))


def test_a_ruling_does_not_decide_the_case(
    session: Session, judge: Actor, case: Case, make: Make, outside: Outside
) -> None:
    ruling = make.act_kind("ruling")
    ruling.final = False
    act = service.begin(session, judge, case, ruling, now=outside.now())
    service.save(session, judge, act, TEXT, now=outside.now())
    service.issue(session, judge, act, outside=outside, now=outside.now())
    assert case.state is CaseState.PREPARATION
    assert case.decided_at is None


def test_a_case_is_decided_once(
    session: Session, judge: Actor, issued: Act, outside: Outside
) -> None:
    with pytest.raises(CourtError) as refused:
        service.begin(session, judge, issued.case, issued.kind, now=outside.now())
    assert refused.value.code is Refusal.NOT_NOW


def test_signs_that_cannot_be_printed_are_refused(
    session: Session, judge: Actor, draft: Act, outside: Outside
) -> None:
    odd = service.Text(outcome=None, parts=PARTS | {ActPart.REASONING: "Сот 😀"})
    with pytest.raises(CourtError) as refused:
        service.save(session, judge, draft, odd, now=outside.now())
    assert refused.value.code is Refusal.ACT_UNPRINTABLE
    assert refused.value.facts == {"part": ActPart.REASONING, "signs": "😀"}


def test_a_death_between_signing_and_commit_leaves_a_draft(
    session: Session, judge: Actor, draft: Act, outside: Outside, bucket: BucketStore
) -> None:
    """What kill -9 leaves behind: the paper in the store, the row as it was."""

    def issue_and_die() -> None:
        service.issue(session, judge, draft, outside=outside, now=outside.now())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), session.begin_nested():
        issue_and_die()
    case = draft.case
    session.refresh(draft)
    session.refresh(case)
    assert draft.state is ActState.DRAFT
    assert draft.code is None
    assert case.state is CaseState.PREPARATION
    # As it was laid before the judge, and as he signed it; nobody knows of either.
    assert len(list(bucket.list(f"acts/{draft.key}/"))) == 2
    service.issue(session, judge, draft, outside=outside, now=outside.now())
    assert session.scalar(select(func.count(Act.id)).where(Act.state == ActState.ISSUED)) == 1
    assert len(list(bucket.list(f"acts/{draft.key}/"))) == 4


def test_a_process_killed_between_signing_and_commit_leaves_a_draft(
    own_sessions: Sessions, outside: Outside, config: Config, bucket: BucketStore
) -> None:
    key, judge = written_act(own_sessions, outside)
    facts = {"config": config, "key": key, "judge": judge}
    died = subprocess.run(
        [sys.executable, "-m", "tests.sud.dying_judge"],
        input=pickle.dumps(facts),
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert len(list(bucket.list(f"acts/{key}/"))) == 2  # the signed one too, known to nobody
    with unit(own_sessions) as session:
        act = service.act_of_url(session, judge, key)
        assert act is not None
        assert act.state is ActState.DRAFT
        assert act.case.state is CaseState.PREPARATION
        assert session.scalar(select(func.count(Notice.id))) == 0
        service.issue(session, judge, act, outside=outside, now=outside.now())
    with unit(own_sessions) as session:
        issued = session.scalars(select(Act).where(Act.state == ActState.ISSUED)).one()
        assert issued.key == key


def written_act(own_sessions: Sessions, outside: Outside) -> tuple[UUID, Actor]:
    """An act that can be issued, committed; and its judge."""
    with unit(own_sessions) as session:
        make = Make(session, outside.now)
        case = make.case(judge=make.judge())
        make.party(case)
        assert case.judge is not None
        judge = actor_of(session, make.judge_user(case.judge), outside.now())
        act = service.begin(session, judge, case, make.act_kind(), now=outside.now())
        service.save(session, judge, act, TEXT, now=outside.now())
        return act.key, judge


def test_two_who_issue_at_once_issue_one_act(own_sessions: Sessions, outside: Outside) -> None:
    key, judge = written_act(own_sessions, outside)
    barrier = threading.Barrier(3)
    results: list[str] = []

    def press() -> None:
        barrier.wait()
        try:
            with unit(own_sessions) as session:
                act = service.act_of_url(session, judge, key)
                assert act is not None
                service.issue(session, judge, act, outside=outside, now=outside.now())
        except CourtError as error:
            results.append(error.code.value)
        else:
            results.append("issued")

    presses = [threading.Thread(target=press) for _ in range(3)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(results) == ["act_already_issued", "act_already_issued", "issued"]
    with unit(own_sessions) as session:
        told = select(func.count(Notice.id)).where(Notice.kind == NoticeKind.ACT_ISSUED)
        assert session.scalar(told) == 1


def test_a_store_that_is_away_issues_nothing(
    session: Session, judge: Actor, draft: Act, outside: Outside
) -> None:
    away = BucketStore(
        endpoint="127.0.0.1:1", access_key="a", secret_key="b", bucket="tests", retries=0
    )
    with pytest.raises(CourtError) as refused, session.begin_nested():
        service.issue(
            session, judge, draft, outside=replace(outside, store=away), now=outside.now()
        )
    assert refused.value.code is Refusal.STORE_AWAY
    session.refresh(draft)
    assert draft.state is ActState.DRAFT


def test_every_kind_of_act_that_can_be_written_has_its_words() -> None:
    reference = read_reference()
    known = {kind.code for kind in reference.act_kinds}
    for language in LANGUAGES:
        assert wording(language).acts.keys() <= known
        for kind in reference.act_kinds:
            if kind.code in wording(language).acts:
                heading = {"ky": kind.heading_ky, "ru": kind.heading_ru}[language]
                assert wording(language).acts[kind.code].heading.upper() == heading


# ------------------------------------------------------------------ pages


def test_a_judge_writes_previews_and_issues(
    sign_in: Callable[[User], FlaskClient],
    judge_user: User,
    case: Case,
    session: Session,
    make: Make,
) -> None:
    password = make.password(judge_user)
    client = sign_in(judge_user)
    page = body(client.get(f"/cases/{case.key}/acts/new"))
    answer = client.post(
        f"/cases/{case.key}/acts/new", data={"kind": "decision", "once": hidden(page, "once")}
    )
    assert answer.status_code == 303
    edit = answer.location
    page = page_of_edit = body(client.get(edit))
    assert "Сыдыков Нурлан Өмүрович" in page
    answer = client.post(edit, data=filled(page, then="preview"))
    assert answer.status_code == 303
    assert answer.location.endswith("/preview")
    page = body(client.get(answer.location))
    assert "Сот далилдерди &lt;изилдеп&gt; &amp; баалап, сот" in page
    assert "ТАПТЫ:" in page
    assert "ЧЕЧТИ:" in page
    act = session.scalars(select(Act)).one()
    pdf = client.get(f"/acts/{act.key}.pdf")
    assert pdf.mimetype == "application/pdf"
    assert "ДОЛБООР" in PdfReader(io.BytesIO(pdf.data)).pages[0].extract_text()
    page = body(client.get(f"/acts/{act.key}/issue"))
    press = {name: hidden(page, name) for name in ("once", "seen")}
    first = client.post(f"/acts/{act.key}/issue", data=press)
    second = client.post(f"/acts/{act.key}/issue", data=press)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert act.state is ActState.DRAFT
    # The text stands from here on, and the judge signs the bytes that he can read.
    assert client.get(f"/acts/{act.key}/issue").location == first.location
    assert client.get(edit).location == first.location
    again = filled(page_of_edit, once=str(uuid4()), seen=str(act.version))
    assert client.post(edit, data=again).status_code == 422
    page = body(client.get(first.location))
    sign = {"paper": hidden(page, "paper"), "once": hidden(page, "once")}
    prepared = client.get(f"{first.location}.pdf").data
    assert hashlib.sha256(prepared).hexdigest() == sign["paper"]
    wrong = client.post(f"{first.location}/sign", data=sign | {"password": "guessed"})
    assert wrong.status_code == 422
    session.refresh(act)
    assert act.state is ActState.DRAFT
    signed = client.post(f"{first.location}/sign", data=sign | {"password": password})
    assert signed.status_code == 303
    session.refresh(act)
    assert act.state is ActState.ISSUED
    told = select(func.count(Notice.id)).where(Notice.kind == NoticeKind.ACT_ISSUED)
    assert session.scalar(told) == 2
    page = body(client.get(f"/acts/{act.key}"))
    assert act.code is not None
    assert codes.shown(act.code) in page
    for address in ("edit", "preview", "issue"):
        assert client.get(f"/acts/{act.key}/{address}").status_code == 303
    assert codes.shown(act.code) in body(client.get(f"/cases/{case.key}/acts"))


def test_a_stale_editor_is_refused_and_keeps_what_was_written(
    sign_in: Callable[[User], FlaskClient], judge_user: User, draft: Act, session: Session
) -> None:
    client = sign_in(judge_user)
    address = f"/acts/{draft.key}/edit"
    one, other = body(client.get(address)), body(client.get(address))
    assert client.post(address, data=filled(one, operative="1. Биринчи.")).status_code == 303
    answer = client.post(address, data=filled(other, operative="1. Экинчи."))
    assert answer.status_code == 422
    assert "1. Экинчи." in body(answer)
    session.refresh(draft)
    assert draft.operative == "1. Биринчи."
    again = filled(body(answer), operative="1. Экинчи.")
    assert client.post(address, data=again).status_code == 303
    session.refresh(draft)
    assert draft.operative == "1. Экинчи."


def test_a_text_that_changed_after_the_question_is_not_issued(
    sign_in: Callable[[User], FlaskClient], judge_user: User, draft: Act, session: Session
) -> None:
    client = sign_in(judge_user)
    page = body(client.get(f"/acts/{draft.key}/issue"))
    editor = body(client.get(f"/acts/{draft.key}/edit"))
    changed = filled(editor, operative="Башка.")
    assert client.post(f"/acts/{draft.key}/edit", data=changed).status_code == 303
    press = {name: hidden(page, name) for name in ("once", "seen")}
    assert client.post(f"/acts/{draft.key}/issue", data=press).status_code == 422
    session.refresh(draft)
    assert draft.state is ActState.DRAFT


def test_unprintable_signs_are_shown_at_their_box(
    sign_in: Callable[[User], FlaskClient], judge_user: User, draft: Act
) -> None:
    client = sign_in(judge_user)
    page = body(client.get(f"/acts/{draft.key}/edit"))
    answer = client.post(f"/acts/{draft.key}/edit", data=filled(page, reasoning="Сот 😀"))
    assert answer.status_code == 422
    assert 'href="#reasoning"' in body(answer)
    assert "😀" in body(answer)


def test_the_editor_names_the_parts_in_the_language_of_the_case(
    sign_in: Callable[[User], FlaskClient], make: Make
) -> None:
    make.act_kind()
    case = make.case(judge=make.judge(), language="ru")
    assert case.judge is not None
    client = sign_in(make.judge_user(case.judge))
    page = body(client.get(f"/cases/{case.key}/acts/new"))
    answer = client.post(
        f"/cases/{case.key}/acts/new", data={"kind": "decision", "once": hidden(page, "once")}
    )
    page = body(client.get(answer.location))
    assert "Судья Таласского городского суда" in page


@pytest.mark.parametrize("address", ["", "/edit", "/preview", "/issue", ".pdf"])
def test_a_draft_does_not_exist_for_anybody_but_its_judge(
    sign_in: Callable[[User], FlaskClient], make: Make, draft: Act, case: Case, address: str
) -> None:
    missing = "/acts/3d0c3c2e-0000-4000-8000-000000000000"
    others = [
        make.party(case, "plaintiff"),
        make.staff(RoleCode.CLERK),
        make.judge_user(make.judge()),
    ]
    for user in others:
        client = sign_in(user)
        answer = client.get(f"/acts/{draft.key}{address}")
        assert answer.status_code == 404
        assert answer.data == client.get(missing + address).data


def test_a_party_reads_the_issued_act_but_does_nothing_to_it(
    sign_in: Callable[[User], FlaskClient], make: Make, issued: Act, case: Case
) -> None:
    client = sign_in(make.party(case, "respondent"))
    assert "ЧЕЧТИ:" in body(client.get(f"/acts/{issued.key}"))
    pdf = client.get(f"/acts/{issued.key}.pdf")
    assert hashlib.sha256(pdf.data).hexdigest() == issued.pdf_sha256
    for address in ("edit", "issue", "preview"):
        assert client.get(f"/acts/{issued.key}/{address}").status_code == 403
    stranger = make.case(judge=make.judge())
    assert sign_in(make.party(stranger)).get(f"/acts/{issued.key}").status_code == 404
