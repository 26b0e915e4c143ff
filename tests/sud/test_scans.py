"""Paper into the file and out of it: from the cover sheet to the copy in a party's hand."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import codes
from documents.signatures import Expected
from sud.access import Action, Actor
from sud.accounts.service import actor_of
from sud.db import Sessions
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActState,
    Case,
    CaseForm,
    CertifiedCopy,
    CopyState,
    CoverSheet,
    Document,
    OriginalForm,
    PartReason,
    PartState,
    RecognisedPage,
    RecognitionState,
    RoleCode,
    Scan,
    ScanPart,
    ScanState,
    User,
)
from sud.outside import Outside
from sud.scans import arriving, certifying, copying, covering, proceedings, service, text
from sud.uploads.service import Sent
from tests import needs
from tests.builders import Make
from tests.documents import scanned
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]
RunJobs = Callable[[], list[str]]
LIMIT = 50 * 1024 * 1024
WORDS = "Тил кат\n\nМен Үсөнов Кубат 120 000 сом карызга алдым,\nкүзүндө кайтарам деп убада кылам."
SEEN = certifying.Seen(original=OriginalForm.ORIGINAL, pages=1, kept_at="кагаз иш, 4-барак")


@pytest.fixture
def case(make: Make) -> Case:
    return make.case(judge=make.judge())


@pytest.fixture
def clerk_user(make: Make, case: Case) -> User:
    return make.staff(RoleCode.CLERK, case.court)


@pytest.fixture
def clerk(session: Session, clerk_user: User, outside: Outside) -> Actor:
    return actor_of(session, clerk_user, outside.now())


@pytest.fixture
def outside(outside: Outside) -> Outside:
    """Recognising text takes seconds: only the test that is about it has the program."""
    return replace(outside, tesseract="/nowhere/tesseract")


@pytest.fixture
def app(app, outside):
    from sud.request import House

    house = app.extensions["sud"]
    app.extensions["sud"] = House(
        config=house.config, sessions=house.sessions, outside=outside, actor_of=house.actor_of
    )
    return app


def sheets(
    session: Session, clerk: Actor, subject: object, outside: Outside, *wanted: tuple[str, int]
) -> tuple[list[CoverSheet], list[Image.Image]]:
    """Cover sheets of a case, and how the scanner sees them."""
    made = covering.print_sheets(
        session,
        clerk,
        subject,
        [covering.Wanted(title=title, pages=pages or None) for title, pages in wanted],
        now=outside.now(),
    )
    pdf = covering.sheets_pdf(session, subject, made, now=outside.now())
    return made, scanned.pages_of(pdf, dpi=100)


def hand_in(
    session: Session, clerk: Actor, case: Case, outside: Outside, *files: tuple[str, bytes]
) -> Scan:
    sent = [Sent(stream=io.BytesIO(content), name=name) for name, content in files]
    return arriving.take_in(session, clerk, case.court, sent, outside=outside, limit=LIMIT)


def page(words: str = WORDS) -> Image.Image:
    return scanned.letter(words, dpi=100)


@pytest.fixture
def paper(session: Session, clerk: Actor, case: Case, outside: Outside) -> Document:
    """A scan of one page in the file of the case, as splitting leaves it."""
    pdf = scanned.as_pdf([scanned.letter(WORDS, dpi=200)], dpi=200)
    made, _pictures = sheets(session, clerk, case, outside, ("Тил кат", 1))
    scan = Scan(
        court=case.court,
        state=ScanState.READ,
        uploaded_by_id=clerk.user_id,
        uploaded_at=outside.now(),
    )
    key = f"scans/tests/{codes.new_code()}.pdf"
    outside.store.put(key, io.BytesIO(pdf), size=len(pdf))
    digest = hashlib.sha256(pdf).hexdigest()
    part = ScanPart(
        scan=scan, ordinal=0, sheet=made[0], first_page=1, pages=1, object_key=key,
        size=len(pdf), sha256=digest,
    )  # fmt: skip
    session.add_all([scan, part])
    session.flush()
    return arriving.place(session, clerk, part, case, title="Тил кат", outside=outside)


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


# ------------------------------------------------------------------ into the file


def test_one_scan_becomes_the_papers_of_several_files(
    session: Session,
    make: Make,
    clerk: Actor,
    case: Case,
    outside: Outside,
    run_jobs: RunJobs,
) -> None:
    other = make.case(case.court, case.judge)
    first, (one, two) = sheets(session, clerk, case, outside, ("Тил кат", 2), ("Келишим", 0))
    second, (three,) = sheets(session, clerk, other, outside, ("Арыз", 2))
    pages = [
        one, page(), scanned.blank(dpi=100), page("Экинчи бет\n\nмөөнөтү бар"),
        scanned.turned(scanned.skewed(two, 5), 180), scanned.turned(page("Келишим"), 180),
        scanned.crumpled(three), page("Жалгыз бет"),
    ]  # fmt: skip
    content = scanned.as_pdf(pages, dpi=100)
    scan = hand_in(session, clerk, case, outside, ("scan.pdf", content))
    assert scan.state is ScanState.WAITING
    ran = run_jobs()
    assert ran.count("scans.recognise") == 2
    session.expire_all()
    parts = service.parts_of(session, scan)
    assert [part.sheet_id for part in parts] == [first[0].id, first[1].id, second[0].id]
    assert [part.state for part in parts] == [
        PartState.PLACED, PartState.PLACED, PartState.WAITING,
    ]  # fmt: skip
    receipt, contract, short = parts
    assert receipt.document is not None
    assert contract.document is not None
    assert (receipt.document.case_id, receipt.document.title) == (case.id, "Тил кат")
    assert (receipt.pages, receipt.blanks) == (2, [3])
    assert contract.turned == [6], "upside down like its cover sheet, turned upright"
    stored = outside.store.get(contract.document.object_key)
    assert PdfReader(io.BytesIO(stored)).pages[0].rotation == 180
    assert hashlib.sha256(stored).hexdigest() == contract.document.sha256
    assert short.reason is PartReason.COUNT_DIFFERS, "two pages were said, one came"
    assert all(sheet.used_at for sheet in (*first, *second))
    # The original scan is kept as it came.
    (file,) = arriving.files_of(session, scan)
    assert outside.store.get(file.object_key) == content

    with pytest.raises(CourtError) as again:
        hand_in(session, clerk, case, outside, ("again.pdf", content))
    assert again.value.code is Refusal.SCAN_KNOWN


def test_pictures_are_one_scan_in_their_order(
    session: Session, clerk: Actor, case: Case, outside: Outside, run_jobs: RunJobs
) -> None:
    _made, (cover,) = sheets(session, clerk, case, outside, ("Тил кат", 2))
    files = [
        (f"{number}.jpg", scanned.as_jpeg(one, dpi=100))
        for number, one in enumerate([cover, page(), page("Экинчи")])
    ]
    scan = hand_in(session, clerk, case, outside, *files)
    run_jobs()
    session.expire_all()
    (part,) = service.parts_of(session, scan)
    assert (part.state, part.pages) == (PartState.PLACED, 2)
    assert part.document is not None
    assert part.document.media_type == "application/pdf"


def test_what_has_no_sheet_of_ours_waits_for_a_person(
    session: Session, make: Make, clerk: Actor, case: Case, outside: Outside, run_jobs: RunJobs
) -> None:
    court = make.court("Б1", "BSK-LEN")
    there = actor_of(session, make.staff(RoleCode.CLERK, court), outside.now())
    foreign = make.case(court, make.judge(court))
    _made, (elsewhere,) = sheets(session, there, foreign, outside, ("Башка сот", 0))
    _ours, (ours,) = sheets(session, clerk, case, outside, ("Тил кат", 0))
    pages = [page(), elsewhere, page("Экинчи"), ours, page("Үчүнчү"), elsewhere, ours]
    scan = hand_in(session, clerk, case, outside, ("scan.pdf", scanned.as_pdf(pages, dpi=100)))
    run_jobs()
    session.expire_all()
    parts = service.parts_of(session, scan)
    assert [part.reason for part in parts] == [
        PartReason.NO_SHEET,
        PartReason.SHEET_ELSEWHERE,
        None,
        PartReason.SHEET_ELSEWHERE,
        PartReason.SHEET_USED,
    ]
    assert not session.scalars(select(Document).where(Document.case_id == foreign.id)).all()
    session.refresh(_made[0])
    assert _made[0].used_at is None, "another court's scan does not use it up"
    assert [part.id for part in service.waiting_parts(session, clerk)] == [
        part.id for part in parts if part.reason
    ]
    assert service.waiting_parts(session, there) == []
    placed = arriving.settle(session, clerk, parts[0], case, title="Кат", outside=outside)
    assert placed.case_id == case.id
    with pytest.raises(CourtError):
        arriving.set_aside(session, clerk, parts[0], because="…", now=outside.now())
    arriving.set_aside(session, clerk, parts[1], because="башка соттуку", now=outside.now())
    assert parts[1].state is PartState.SET_ASIDE


def test_a_sheet_s_mark_says_nothing_of_the_case(
    session: Session, clerk: Actor, case: Case, outside: Outside
) -> None:
    import zxingcpp

    (sheet,), (picture,) = sheets(session, clerk, case, outside, ("Тил кат: Үсөнов Кубат", 0))
    said = {mark.text for mark in zxingcpp.read_barcodes(picture)}
    assert said == {f"SUD/SHEET/{sheet.code}"}
    (line,) = journalled(session, Action.SHEET_PRINT)
    assert line.facts == {"sheets": 1}


def test_a_file_that_the_reader_breaks_on_fails_the_scan_and_loses_nothing(
    session: Session, sessions: Sessions, clerk: Actor, case: Case, outside: Outside
) -> None:
    scan = hand_in(session, clerk, case, outside, ("scan.pdf", scanned.as_pdf([page()])))
    (file,) = arriving.files_of(session, scan)
    outside.store.put(file.object_key, io.BytesIO(b"%PDF-1.4 nothing"), size=16)
    session.commit()
    arriving.read_scan(sessions, outside, scan=scan.id)
    session.expire_all()
    assert scan.state is ScanState.FAILED
    assert service.parts_of(session, scan) == []


# ------------------------------------------------------------------ certification


def test_a_clerk_certifies_a_scan_and_takes_it_back(
    session: Session,
    client: FlaskClient,
    clerk: Actor,
    clerk_user: User,
    paper: Document,
    outside: Outside,
) -> None:
    before = outside.store.get(paper.object_key)
    with pytest.raises(CourtError) as differs:
        certifying.certify(session, clerk, paper, replace(SEEN, pages=2), outside=outside)
    assert differs.value.code is Refusal.PAGES_DIFFER
    made = certifying.certify(session, clerk, paper, SEEN, outside=outside)
    pdf = outside.store.get(made.issued.object_key)
    verdict = outside.signer.validate(
        pdf,
        now=outside.now(),
        expected=Expected(
            sha256=made.issued.sha256,
            length=made.issued.size,
            signers=tuple(one["certificate"] for one in made.issued.signers),
        ),
    )
    assert verdict.good
    assert [one.name for one in verdict.signatures] == [clerk_user.display_name]
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)
    for expected in (codes.shown(made.issued.code), "4-барак", "түп нуска"):
        assert expected in words
    assert outside.store.get(paper.object_key) == before, "the scan stays as it was"
    with pytest.raises(CourtError) as twice:
        certifying.certify(session, clerk, paper, SEEN, outside=outside)
    assert twice.value.code is Refusal.CERTIFIED_ALREADY
    assert "sud-notice--done" in body(client.get(f"/verify/{made.issued.code}"))
    certifying.take_back(session, clerk, made, because="бет жетпейт", outside=outside)
    assert service.certification_of(session, paper) is None
    assert "sud-notice--error" in body(client.get(f"/verify/{made.issued.code}"))
    again = certifying.certify(session, clerk, paper, SEEN, outside=outside)
    assert again.issued.code != made.issued.code


def test_only_scans_of_the_court_are_certified(
    session: Session, clerk: Actor, paper: Document, outside: Outside
) -> None:
    handed_in = Document(
        case=paper.case, title="Файл", file_name="f.pdf", media_type="application/pdf", size=1,
        sha256="0" * 64, pages=1, object_key="x", uploaded_by_id=clerk.user_id,
        uploaded_at=outside.now(),
    )  # fmt: skip
    session.add(handed_in)
    session.flush()
    with pytest.raises(CourtError) as refused:
        certifying.certify(session, clerk, handed_in, SEEN, outside=outside)
    assert refused.value.code is Refusal.NOT_A_SCAN


def test_every_list_of_papers_marks_a_scan_that_nobody_vouches_for(
    session: Session,
    sign_in: SignIn,
    make: Make,
    clerk: Actor,
    case: Case,
    paper: Document,
    outside: Outside,
) -> None:
    party, judge = sign_in(make.party(case)), sign_in(make.judge_user(case.judge))
    pages = (f"/cases/{case.key}/papers",)
    for visitor in (party, judge):
        for address in pages:
            assert "күбөлөндүрүлгөн эмес" in body(visitor.get(address))
    certifying.certify(session, clerk, paper, SEEN, outside=outside)
    listed = body(party.get(pages[0]))
    assert "күбөлөндүрүлгөн эмес" not in listed
    assert f"/papers/{paper.key}/certified.pdf" in listed
    assert party.get(f"/papers/{paper.key}/certified.pdf").data[:5] == b"%PDF-"
    assert f"/papers/{paper.key}/certification" not in listed, "a party certifies nothing"


# ------------------------------------------------------------------ text


def test_without_the_program_the_page_says_that_scans_cannot_be_searched(
    session: Session,
    sign_in: SignIn,
    clerk_user: User,
    case: Case,
    paper: Document,
    run_jobs: RunJobs,
) -> None:
    assert service.marks_of(session, [paper])[paper.id].recognised is RecognitionState.WAITING
    run_jobs()
    session.expire_all()
    assert service.marks_of(session, [paper])[paper.id].recognised is RecognitionState.NO_PROGRAM
    visitor = sign_in(clerk_user)
    assert "таанычу программа" in body(visitor.get("/scans"))
    assert visitor.get(f"/cases/{case.key}/text?q=карыз").status_code == 200


def test_recognised_words_are_found_by_those_who_may_read_them(
    session: Session,
    sessions: Sessions,
    make: Make,
    clerk: Actor,
    case: Case,
    paper: Document,
    outside: Outside,
    caplog: pytest.LogCaptureFixture,
) -> None:
    here = replace(outside, tesseract=str(needs.program("tesseract")))
    session.commit()
    text.recognise(sessions, here, paper=paper.id)
    text.recognise(sessions, here, paper=paper.id)
    session.expire_all()
    assert service.marks_of(session, [paper])[paper.id].recognised is RecognitionState.DONE
    (read,) = session.scalars(
        select(RecognisedPage).where(RecognisedPage.document_id == paper.id)
    ).all()
    assert "убада кылам" in read.text
    stranger = make.party(make.case(judge=make.judge()))
    insider = make.party(case)
    for words, who, hits in (
        ("карыз", clerk, 1),
        ("карыздын", clerk, 1),
        ("сүткор", clerk, 0),
        ("карыз", actor_of(session, insider, outside.now()), 1),
        ("карыз", actor_of(session, stranger, outside.now()), 0),
    ):
        assert len(text.found(session, who, words)) == hits, (words, who)
        assert len(text.found(session, who, words, case=case)) == hits
    ((hit,),) = [text.found(session, clerk, "карыз")]
    assert (hit.page, hit.paper.id) == (1, paper.id)
    assert any(answer for _words, answer in hit.excerpt)
    assert "Үсөнов" not in caplog.text
    lines = journalled(session, Action.SCAN_RUN)
    assert all("карыз" not in str(line.facts) for line in lines)


# ------------------------------------------------------------------ certified copies


def _certifies(desk: FlaskClient, address: str, password: str, scan: Document, **said) -> None:
    """The clerk signs on a page: refused without the password, or with other bytes before him."""
    shown = {"paper": scan.sha256, **said}
    assert scan.sha256[:8] in body(desk.get(address)).replace(" ", "")
    for wrong in (
        shown,
        shown | {"password": "guessed"},
        shown | {"password": password, "paper": "0" * 64},
    ):
        assert desk.post(address, data=wrong).status_code == 422
    assert desk.post(address, data=shown | {"password": password}).status_code == 303


def test_a_party_asks_for_a_copy_and_gets_it_signed(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    make: Make,
    clerk_user: User,
    case: Case,
    paper: Document,
) -> None:
    plaintiff, other = make.party(case), make.party(case, "respondent")
    party, desk = sign_in(plaintiff), sign_in(clerk_user)
    address = f"/cases/{case.key}/copies"
    asked = {"original": str(paper.key)}
    assert party.post(f"{address}/ask", data={"original": ""}).status_code == 422
    assert party.post(f"{address}/ask", data=asked).status_code == 303
    assert party.post(f"{address}/ask", data=asked).status_code == 422, "one is being made"
    assert party.post(f"{address}/give", data=asked).status_code == 403
    copy = session.scalars(select(CertifiedCopy)).one()
    assert copy.state is CopyState.ASKED
    assert case.number in body(desk.get("/scans"))
    assert party.get(f"/certified/{copy.key}.pdf").status_code == 404
    _certifies(desk, f"/certified/{copy.key}/issue", make.password(clerk_user), paper)
    session.expire_all()
    assert (copy.state, copy.number, copy.pages, copy.taken) == (CopyState.ISSUED, 1, 1, 0)
    pdf = party.get(f"/certified/{copy.key}.pdf").data
    read = PdfReader(io.BytesIO(pdf))
    assert len(read.pages) == 2, "the paper and the sheet on which the clerk vouches"
    assert copy.issued is not None
    shown = codes.shown(copy.issued.code)
    assert all("КӨЧҮРМӨСҮ ТУУРА" in one.extract_text().upper() for one in read.pages)
    assert all(shown in one.extract_text() for one in read.pages)
    session.expire_all()
    assert copy.taken == 1
    checked = body(client.get(f"/verify/{copy.issued.code}"))
    assert clerk_user.display_name in checked
    assert "sud-notice--done" in checked
    assert paper.title not in checked
    assert sign_in(other).get(f"/certified/{copy.key}.pdf").status_code == 404
    because = {"because": "ката берилген"}
    assert desk.post(f"/certified/{copy.key}/withdraw", data=because).status_code == 303
    session.expire_all()
    assert "sud-notice--error" in body(client.get(f"/verify/{copy.issued.code}"))
    assert party.get(f"/certified/{copy.key}.pdf").status_code == 404


def test_a_copy_asked_for_at_the_desk_is_counted_on(
    session: Session, make: Make, clerk: Actor, case: Case, paper: Document, outside: Outside
) -> None:
    make.party(case)
    (receiver,) = copying.receivers_of(session, case, now=outside.now())
    made = []
    for _ in range(2):
        made.append(copying.ask_for(session, clerk, case, paper, receiver, now=outside.now()))
        copying.issue(session, clerk, made[-1], outside=outside)
    assert [one.number for one in made] == [1, 2]
    asked = copying._ask(session, clerk, case, paper, receiver, now=outside.now())
    copying.refuse(session, clerk, asked, because="алым төлөнгөн эмес", now=outside.now())
    assert asked.state is CopyState.REFUSED
    with pytest.raises(CourtError) as settled:
        copying.issue(session, clerk, asked, outside=outside)
    assert settled.value.code is Refusal.COPY_SETTLED


# ------------------------------------------------------------------ form of proceedings


def ruling(session: Session, make: Make, case: Case, **facts: object) -> Act:
    """An issued act of the case, a ruling unless said otherwise."""
    given = {
        "case": case, "kind": make.act_kind("ruling"), "judge": case.judge, "language": "ky",
        "state": ActState.ISSUED, "created_at": make.now(), "issued_at": make.now(),
        "code": codes.new_code(), "pdf_key": codes.new_code(), "pdf_sha256": "0" * 64,
    }  # fmt: skip
    act = Act(**(given | facts))
    session.add(act)
    session.flush()
    return act


def test_only_a_ruling_of_this_case_changes_its_form(
    session: Session, make: Make, clerk: Actor, case: Case, outside: Outside, time: object
) -> None:
    now = outside.now()
    other = make.case(case.court, case.judge)
    for wrong in (
        ruling(session, make, other),
        ruling(session, make, case, kind=make.act_kind("decision")),
        ruling(session, make, case, state=ActState.DRAFT, code=None, pdf_key=None, issued_at=None),
    ):
        with pytest.raises(CourtError) as refused:
            proceedings.change_form(session, clerk, case, CaseForm.PAPER, wrong, now=now)
        assert refused.value.code is Refusal.FORM_NOT_BY_RULING
    assert [stage.form for stage in proceedings.stages_of(session, case)] == [CaseForm.DIGITAL]
    ground = ruling(session, make, case, issued_at=now - timedelta(days=2))
    with pytest.raises(CourtError) as same:
        proceedings.change_form(session, clerk, case, CaseForm.DIGITAL, ground, now=now)
    assert same.value.code is Refusal.FORM_SAME
    proceedings.change_form(session, clerk, case, CaseForm.PAPER, ground, now=now)
    assert case.form is CaseForm.PAPER
    with pytest.raises(CourtError):
        proceedings.change_form(session, clerk, case, CaseForm.MIXED, ground, now=now)
    older = ruling(session, make, case, issued_at=now - timedelta(days=9))
    assert older not in proceedings.rulings_for(session, case)
    later = ruling(session, make, case)
    proceedings.change_form(session, clerk, case, CaseForm.MIXED, later, now=now)
    stages = proceedings.stages_of(session, case)
    assert [(one.form, one.since, one.ruling and one.ruling.id) for one in stages] == [
        (CaseForm.MIXED, date(2026, 11, 23), later.id),
        (CaseForm.PAPER, date(2026, 11, 21), ground.id),
        (CaseForm.DIGITAL, date(2026, 11, 23), None),
    ]


def test_the_form_and_the_inventory_on_their_pages(
    session: Session,
    sign_in: SignIn,
    client: FlaskClient,
    make: Make,
    clerk_user: User,
    case: Case,
    paper: Document,
) -> None:
    ground = ruling(session, make, case)
    desk, party = sign_in(clerk_user), sign_in(make.party(case))
    address = f"/cases/{case.key}/form"
    assert paper.title in body(party.get(address))
    page = body(desk.get(address))
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    change = {"ruling": str(ground.key), "form": "mixed", "seen": seen}
    assert party.post(address, data=change).status_code == 403
    assert desk.post(address, data=change | {"ruling": ""}).status_code == 422
    assert desk.post(address, data=change).status_code == 303
    session.expire_all()
    assert case.form is CaseForm.MIXED
    printed = desk.get(f"/cases/{case.key}/inventory.pdf")
    words = PdfReader(io.BytesIO(printed.data)).pages[0].extract_text()
    assert paper.title in words
    assert "аралаш" in words
    again = desk.get(f"/cases/{case.key}/inventory.pdf")
    assert again.data == printed.data, "nothing changed: the same paper"
    digest = hashlib.sha256(printed.data).hexdigest()
    held = client.post("/verify", data={"file": (io.BytesIO(printed.data), "i.pdf")})
    assert digest in body(held)
    assert paper.title not in body(held)


# ------------------------------------------------------------------ pages of the clerk


def test_a_clerk_walks_from_sheets_to_the_paper_in_the_file(
    session: Session,
    sign_in: SignIn,
    make: Make,
    clerk_user: User,
    case: Case,
    run_jobs: RunJobs,
) -> None:
    desk = sign_in(clerk_user)
    address = f"/cases/{case.key}/sheets"
    assert desk.post(address, data={"papers": " \n ; 3"}).status_code == 422
    assert desk.post(address, data={"papers": "Тил кат; 0"}).status_code == 422
    assert desk.post(address, data={"papers": "Тил кат; 1\nКелишим"}).status_code == 303
    assert "Келишим" in body(desk.get(address))
    pdf = desk.get(f"{address}.pdf").data
    cover, *_other = scanned.pages_of(pdf, dpi=100)
    scan = scanned.as_pdf([cover, page(), page("ашыкча")], dpi=100)
    assert desk.post("/scans", data={}).status_code == 422
    sent = {"court": str(case.court_id), "files": (io.BytesIO(scan), "scan.pdf")}
    answer = desk.post("/scans", data=sent)
    assert answer.status_code == 303
    assert desk.get(answer.location).status_code == 200
    run_jobs()
    session.expire_all()
    part = session.scalars(select(ScanPart)).one()
    assert part.reason is PartReason.COUNT_DIFFERS
    assert f"/scan-parts/{part.key}" in body(desk.get("/scans"))
    shown = body(desk.get(f"/scan-parts/{part.key}"))
    assert case.number in shown
    assert desk.get(f"/scan-parts/{part.key}.pdf").data[:5] == b"%PDF-"
    settle = f"/scan-parts/{part.key}/settle"
    assert desk.post(settle, data={"number": "ГД-99999/20", "title": "Кат"}).status_code == 422
    answer = desk.post(settle, data={"number": case.number, "title": "Тил кат"})
    assert answer.status_code == 303
    session.expire_all()
    assert part.state is PartState.PLACED
    certify = {"original": "original", "pages": "2", "kept_at": "иш", "sure": "y"}
    assert desk.post(answer.location, data=certify | {"pages": "1"}).status_code == 422
    assert desk.post(answer.location, data=certify | {"sure": ""}).status_code == 422
    placed = session.get_one(Document, part.document_id)
    _certifies(desk, answer.location, make.password(clerk_user), placed, **certify)
    assert "sud-notice--done" in body(desk.get(answer.location))
    assert desk.get("/home").status_code == 200
