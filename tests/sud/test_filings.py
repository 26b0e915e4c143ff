"""A claim from its first step to its number: drafts, uploads, returns, races and crashes."""

import io
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time as clock
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select, text

from sud.access import Actor
from sud.cases.service import next_number
from sud.db import unit
from sud.errors import CourtError, Refusal
from sud.filings import service
from sud.filings.jobs import discard_object
from sud.filings.service import PersonFacts, Where
from sud.models import (
    Case,
    CaseState,
    Confidence,
    Court,
    Document,
    DrawRequest,
    DutyRate,
    Filing,
    FilingParty,
    FilingState,
    JournalLine,
    Notice,
    NoticeKind,
    Participant,
    PersonKind,
    ReturnReason,
    RoleCode,
)
from sud.outside import defer_job
from sud.uploads.service import Sent
from tests.builders import Make
from tests.contributors import Contributors

ME = PersonFacts(
    kind=PersonKind.NATURAL,
    surname="Токтогулова",
    given_name="Жаңыл",
    patronymic="Өмүрбек кызы",
    pin="10303189900001",
    address="Талас ш., Бердике баатыр көч., 3",
    email="janyl@example.test",
)
BANK = PersonFacts(
    kind=PersonKind.LEGAL,
    organisation="ЖЧК «Ала-Тоо Финанс»",
    pin="00710201999990",
    address="Бишкек ш., Чүй пр., 1",
)


def pdf(pages: int = 1) -> bytes:
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "gray").save(out, "JPEG")
    return out.getvalue()


LAW = {"ky": "№ 159 токтом", "ru": "Постановление № 159", "en": "Resolution No. 159"}


def law(make: Make) -> Where:
    """A court, a category and the two lowest brackets of the duty (handbook, 4.2)."""
    for code in ("plaintiff", "respondent"):
        make.participant_role(code)
    facts = {
        "claim_kind": "property",
        "minimum": 100_00,
        "valid_from": date(2020, 1, 1),
        "confidence": Confidence.HIGH,
        **{f"source_{lang}": law for lang, law in LAW.items()},
    }
    low = DutyRate(price_from=0, price_to=50_000_00, fixed=0, basis_points=500, **facts)
    high = DutyRate(price_from=50_000_00, fixed=2_500_00, basis_points=400, **facts)
    make.session.add_all([low, high])
    return Where(court=make.court(), category=make.category(), language="ky")


@pytest.fixture
def where(make) -> Where:
    return law(make)


@pytest.fixture
def court(where) -> Court:
    return where.court


@pytest.fixture
def user(make, court):
    return make.user()


@pytest.fixture
def party(user) -> Actor:
    return Actor(user_id=user.id, language="ky")


@pytest.fixture
def clerk(make, court):
    return make.staff(RoleCode.CLERK, court)


@pytest.fixture
def clerk_actor(clerk) -> Actor:
    return Actor(user_id=clerk.id)


@pytest.fixture
def ready(session, party, where, outside, time) -> Filing:
    """A draft with everything in it."""
    filing = service.start(session, party, where, now=time())
    service.name_me(session, party, filing, ME, now=time())
    service.name_respondent(session, party, filing, BANK, now=time())
    service.write_claim(
        session, party, filing, price=60_000_00, text="Карызды өндүрүүнү суранам.", now=time()
    )
    attach(session, party, filing, outside, time, ("доо.pdf", pdf(2)), ("тилкат.jpg", photo()))
    session.commit()
    return filing


def attach(session, actor, filing, outside, time, *files):
    return service.attach(
        session,
        actor,
        filing,
        [Sent(stream=io.BytesIO(data), name=name) for name, data in files],
        outside=outside,
        limit=1 << 20,
        now=time(),
    )


@pytest.fixture
def submitted(session, party, ready, time) -> Filing:
    service.submit(session, party, ready, defer=defer_job, now=time())
    session.commit()
    return ready


@pytest.fixture
def drawing(contributors, make, court):
    """A court whose judges can be drawn."""
    judges = [make.judge(court) for _ in range(2)]
    contributors.roster(*judges)
    return contributors


# ------------------------------------------------------------------ verbs


def test_submitting_gives_number_time_and_duty(session, submitted, time, court) -> None:
    assert submitted.state is FilingState.SUBMITTED
    assert submitted.receipt_number == "2026-000001"
    assert submitted.first_filed_at == submitted.submitted_at == time()
    # Handbook 4.2: 2 500 + 4 % of the part over 50 000.
    assert submitted.duty == 2_900_00
    assert submitted.duty_sheet is not None
    assert submitted.duty_sheet["amount"] == 2_900_00
    line = session.scalars(select(JournalLine).order_by(JournalLine.seq.desc()).limit(2)).all()[1]
    assert line.facts["change"] == "submitted"
    assert len(line.facts["files"]) == 2
    assert "Токтогулова" not in str(line.facts)


def test_files_lie_in_the_store_under_their_hash(session, ready, outside) -> None:
    for paper in service.papers_of(session, ready):
        assert outside.store.stat(paper.object_key).size == paper.size
        assert paper.object_key.startswith(f"filings/{ready.key}/")
    assert [paper.pages for paper in service.papers_of(session, ready)] == [2, 1]


def test_what_is_missing_is_named(session, party, where, time) -> None:
    filing = service.start(session, party, where, now=time())
    with pytest.raises(CourtError) as refused:
        service.submit(session, party, filing, defer=defer_job, now=time())
    assert refused.value.code is Refusal.FILING_INCOMPLETE
    assert refused.value.facts["what"] == ["me", "respondent", "price", "text", "papers"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", Refusal.FILE_EMPTY),
        ("a.pdf", b"%PDF-1.7" + bytes(2 << 20), Refusal.FILE_TOO_LARGE),
        ("a.pdf", b"<!doctype html><script>alert(1)</script>", Refusal.FILE_NOT_WHAT_IT_SAYS),
        ("a.pdf", b"%PDF-1.7 <html></html>", Refusal.FILE_DAMAGED),
        ("a.html", b"<html></html>", Refusal.FILE_NOT_ALLOWED),
        ("a.jpg", photo() + b"PK\x05\x06" + bytes(18), Refusal.FILE_DANGEROUS),
    ],
)
def test_bad_files(session, party, ready, outside, time, name, data, code) -> None:
    before = [one.key for one in outside.store.list(f"filings/{ready.key}/")]
    with pytest.raises(CourtError) as refused:
        attach(session, party, ready, outside, time, ("ok.pdf", pdf(5)), (name, data))
    assert refused.value.code is code
    assert refused.value.facts["name"] == name
    # All or none: the good one beside it was not kept either.
    assert [one.key for one in outside.store.list(f"filings/{ready.key}/")] == before
    assert len(service.papers_of(session, ready)) == 2


def test_filed_from_another_window_while_a_file_is_on_its_way(
    session, sessions, party, ready, outside, time
) -> None:
    class Meanwhile(io.BytesIO):
        """Its last byte arrives after the claim was filed elsewhere."""

        filed = False

        def read(self, size=-1):
            if not self.filed:
                self.filed = True
                with unit(sessions) as other:
                    filing = other.get_one(Filing, ready.id)
                    service.submit(other, party, filing, defer=defer_job, now=time())
            return super().read(size)

    uploads = [Sent(stream=Meanwhile(pdf(8)), name="late.pdf")]
    with pytest.raises(CourtError) as refused:
        service.attach(session, party, ready, uploads, outside=outside, limit=1 << 20, now=time())
    assert refused.value.code is Refusal.NOT_NOW
    assert len(service.papers_of(session, ready)) == 2


def test_the_same_file_twice_is_taken_once(session, party, ready, outside, time) -> None:
    again = pdf(7)
    attach(session, party, ready, outside, time, ("x.pdf", again), ("y.pdf", again))
    attach(session, party, ready, outside, time, ("z.pdf", again))
    assert len(service.papers_of(session, ready)) == 3


def test_removing_a_paper_forgets_its_object_later(
    session, party, ready, outside, time, run_jobs
) -> None:
    paper = service.papers_of(session, ready)[0]
    service.detach(session, party, ready, paper.key, defer=defer_job, now=time())
    assert outside.store.stat(paper.object_key)
    session.commit()
    assert run_jobs()[-1] == service.DISCARD
    kept = [one.key for one in outside.store.list(f"filings/{ready.key}/")]
    assert paper.object_key not in kept
    assert len(kept) == 1


def test_a_wanted_object_is_not_forgotten(session, sessions, ready, outside) -> None:
    paper = service.papers_of(session, ready)[0]
    discard_object(sessions, outside, object_key=paper.object_key)
    assert outside.store.stat(paper.object_key)


def test_accepting_registers_the_case(
    session, submitted, clerk_actor, drawing, outside, time, run_jobs, mailbox
) -> None:
    case = service.accept(session, clerk_actor, submitted, outside=outside, now=time())
    session.commit()
    assert case.number == "ГД-1/26-Т5"
    assert case.state is CaseState.REGISTERED
    assert case.filed_at == submitted.first_filed_at
    people = session.scalars(
        select(Participant).where(Participant.case_id == case.id).order_by(Participant.id)
    ).all()
    assert [(one.role_code, one.person.full_name) for one in people] == [
        ("plaintiff", "Токтогулова Жаңыл Өмүрбек кызы"),
        ("respondent", "ЖЧК «Ала-Тоо Финанс»"),
    ]
    assert people[0].user_id == submitted.user_id
    assert {paper.case_id for paper in service.papers_of(session, submitted)} == {case.id}
    assert session.scalars(select(DrawRequest)).one().case_id == case.id
    run_jobs()
    kinds = session.scalars(select(Notice.kind).order_by(Notice.id)).all()
    assert kinds == [
        NoticeKind.FILING_RECEIVED,
        NoticeKind.CASE_REGISTERED,
        NoticeKind.CASE_REGISTERED,
    ]
    for letter in mailbox.letters:
        assert "Токтогулова" not in letter["text"] + letter["subject"]


@pytest.mark.parametrize(("surname", "sees"), [("осмонов", True), ("Токтогулов", False)])
def test_a_respondent_with_an_account_sees_the_case(
    session, party, ready, clerk_actor, make, drawing, outside, time, surname, sees
) -> None:
    """A slip in the number opens nothing to a stranger: the surname must agree."""
    person = make.person(pin="20101199000077")
    account = make.user(person_id=person.id)
    facts = PersonFacts(
        kind=PersonKind.NATURAL,
        surname=surname,
        given_name="Бакыт",
        pin="20101199000077",
        address="Талас",
    )
    service.name_respondent(session, party, ready, facts, now=time())
    service.submit(session, party, ready, defer=defer_job, now=time())
    case = service.accept(session, clerk_actor, ready, outside=outside, now=time())
    people = session.scalars(select(Participant.user_id).where(Participant.case_id == case.id))
    assert (account.id in people.all()) is sees


def test_return_correct_and_file_again(
    session, party, submitted, clerk_actor, time, run_jobs, mailbox
) -> None:
    first = submitted.first_filed_at
    service.send_back(
        session,
        clerk_actor,
        submitted,
        reason=ReturnReason.PAPER_MISSING,
        note="Карыз келишими жок.",
        defer=defer_job,
        now=time(),
    )
    assert submitted.state is FilingState.RETURNED
    time.now += timedelta(days=2)
    service.write_claim(session, party, submitted, price=70_000_00, text="Оңдолду.", now=time())
    service.submit(session, party, submitted, defer=defer_job, now=time())
    assert submitted.first_filed_at == first
    assert submitted.submitted_at == time()
    assert submitted.submissions == 2
    assert submitted.receipt_number == "2026-000001"
    assert submitted.duty == 3_300_00
    session.commit()
    run_jobs()
    assert [letter["subject"] for letter in mailbox.letters][1].endswith("2026-000001")


def test_what_was_decided_is_not_decided_again(
    session, party, submitted, clerk_actor, drawing, outside, time
) -> None:
    service.accept(session, clerk_actor, submitted, outside=outside, now=time())
    for do in (
        lambda: service.accept(session, clerk_actor, submitted, outside=outside, now=time()),
        lambda: service.submit(session, party, submitted, defer=defer_job, now=time()),
        lambda: service.write_claim(session, party, submitted, price=1, text="x", now=time()),
        lambda: attach(session, party, submitted, outside, time, ("a.pdf", pdf(9))),
    ):
        with pytest.raises(CourtError) as refused:
            do()
        assert refused.value.code is Refusal.NOT_NOW


# ------------------------------------------------------------------ races and crashes


def test_numbers_have_no_gaps_and_no_doubles(own_sessions) -> None:
    taken, barrier = [], threading.Barrier(6)

    def take(fails: bool) -> None:
        barrier.wait()
        with own_sessions() as session:
            number = next_number(session, "case/X/civil/2026")
            if fails:
                session.rollback()
                return
            session.commit()
        taken.append(number)

    threads = [threading.Thread(target=take, args=(place % 2 == 0,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [1, 2, 3]


def prepared(own_sessions, now) -> tuple[int, int]:
    """A submitted filing in the database that really commits; its id and the clerk's account."""
    with unit(own_sessions) as session:
        make = Make(session, lambda: now)
        where = law(make)
        user, clerk = make.user(), make.staff(RoleCode.CLERK)
        actor = Actor(user_id=user.id)
        filing = service.start(session, actor, where, now=now)
        service.name_me(session, actor, filing, ME, now=now)
        service.name_respondent(session, actor, filing, BANK, now=now)
        service.write_claim(session, actor, filing, price=100_00, text="…", now=now)
        return filing.id, clerk.id


def test_two_clerks_at_once_one_case(own_sessions, config, outside) -> None:
    now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    number, clerk_id = prepared(own_sessions, now)
    with unit(own_sessions) as session:
        filing = session.get_one(Filing, number)
        actor = Actor(user_id=filing.user_id)
        service.attach(
            session,
            actor,
            filing,
            [Sent(stream=io.BytesIO(pdf()), name="a.pdf")],
            outside=outside,
            limit=1 << 20,
            now=now,
        )
        service.submit(session, actor, filing, defer=defer_job, now=now)
        make = Make(session, lambda: now)
        Contributors(session, config, lambda: now).roster(
            make.judge(filing.court), make.judge(filing.court)
        )
    barrier, results = threading.Barrier(3), []

    def decide() -> None:
        barrier.wait()
        try:
            with unit(own_sessions) as session:
                filing = session.get_one(Filing, number)
                service.accept(session, Actor(user_id=clerk_id), filing, outside=outside, now=now)
        except CourtError as error:
            results.append(error.code)
        else:
            results.append("accepted")

    threads = [threading.Thread(target=decide) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["accepted", Refusal.NOT_NOW, Refusal.NOT_NOW]
    with unit(own_sessions) as session:
        assert session.scalars(select(Case.seq)).all() == [1]


UPLOADER = """
    import io, sys, time
    from datetime import UTC, datetime
    from types import SimpleNamespace
    from recordings.bucket import BucketStore
    from sud.access import Actor
    from sud.db import make_sessions, unit
    from sud.filings import service
    from sud.models import Filing
    from sud.outside import defer_job
    from sud.uploads.service import Sent

    url, endpoint, access, secret, bucket, number, path = sys.argv[1:]
    store = BucketStore(endpoint=endpoint, access_key=access, secret_key=secret, bucket=bucket)

    class Slow(io.BytesIO):
        passes = 0

        def read(self, size=-1):
            piece = super().read(1 << 16)
            if self.passes and piece:
                print("uploading", flush=True)
                time.sleep(0.05)
            return piece

        def seek(self, *where):
            self.passes += 1
            return super().seek(*where)

    stream = Slow(open(path, "rb").read())
    with unit(make_sessions(url)) as session:
        filing = session.get_one(Filing, int(number))
        service.attach(
            session, Actor(user_id=filing.user_id), filing,
            [Sent(stream=stream, name="big.pdf")],
            outside=SimpleNamespace(store=store, scanner=None, defer=defer_job), limit=50 << 20,
            now=datetime(2026, 11, 23, 5, tzinfo=UTC),
        )
    print("done", flush=True)
"""


def test_kill_in_the_middle_of_an_upload(own_sessions, config, outside, tmp_path) -> None:
    """Nothing saved is lost, no row is left without its file, and the next try works."""
    now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    number, _clerk = prepared(own_sessions, now)
    path = tmp_path / "big.pdf"
    with pikepdf.new() as made:
        made.add_blank_page()
        made.attachments["noise"] = os.urandom(4 << 20)
        made.save(path)
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(UPLOADER),
        config.database_url,
        config.s3_endpoint,
        config.s3_access_key,
        config.s3_secret_key,
        config.s3_bucket,
        str(number),
        str(path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as uploader:
        assert uploader.stdout is not None
        assert uploader.stdout.readline() == "uploading\n"
        uploader.send_signal(signal.SIGKILL)
    clock.sleep(0.2)
    with unit(own_sessions) as session:
        filing = session.get_one(Filing, number)
        assert session.scalar(select(func.count()).select_from(Document)) == 0
        assert len(service.parties_of(session, filing)) == 2
        added = service.attach(
            session,
            Actor(user_id=filing.user_id),
            filing,
            [Sent(stream=io.BytesIO(path.read_bytes()), name="big.pdf")],
            outside=outside,
            limit=50 << 20,
            now=now,
        )
    assert outside.store.stat(added[0].object_key).size == path.stat().st_size


# ------------------------------------------------------------------ pages


def step(client, address: str, data: dict, **rest):
    """Answer a form as a browser does: with what the page hid in it."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]*)"', page.text))
    return client.post(address, data={**hidden, **data}, **rest)


PERSON = {
    "kind": "natural",
    "surname": "Токтогулова",
    "given_name": "Жаңыл",
    "pin": "1 030 318 990 0001",
    "address": "Талас",
    "phone": "0700 123 456",
    "email": "j@example.test",
}


def test_the_whole_way_in_pages(
    session, user, clerk, sign_in, court, drawing, run_jobs, mailbox
) -> None:
    party, counter = sign_in(user), sign_in(clerk)
    first = step(party, "/file", {"court": court.code, "category": "loan", "case_language": "ky"})
    assert first.status_code == 303
    base = first.location.removesuffix("/me")
    assert step(party, f"{base}/me", PERSON).location == f"{base}/respondents"
    bank = {"kind": "legal", "organisation": "ЖЧК «Банк»", "address": "Бишкек"}
    assert step(party, f"{base}/respondents", bank).location == f"{base}/respondents"
    assert "ЖЧК «Банк»" in party.get(f"{base}/respondents").text
    claim = {"price": "60 000", "text": "Карызды өндүрүүнү суранам."}
    assert step(party, f"{base}/claim", claim).location == f"{base}/papers"
    mixed = {"files": [(io.BytesIO(photo()), "сүрөт.jpg"), (io.BytesIO(), "бош.pdf")]}
    refused = step(party, f"{base}/papers", mixed, content_type="multipart/form-data")
    assert "бири да кабыл алынган жок" in refused.text
    files = {"files": [(io.BytesIO(pdf(2)), "доо.pdf"), (io.BytesIO(photo()), "сүрөт.jpg")]}
    sent = step(party, f"{base}/papers", files, content_type="multipart/form-data")
    assert sent.location == f"{base}/papers", sent.text
    check = party.get(f"{base}/confirm").text
    assert "2\N{NO-BREAK SPACE}900,00" in check
    assert step(party, f"{base}/confirm", {}).status_code == 422
    done = step(party, f"{base}/confirm", {"truth": "y"})
    assert done.location == f"{base}/receipt"
    for lang, ground in LAW.items():
        assert ground in party.get(f"{done.location}?lang={lang}").text
    receipt = party.get(f"{done.location}?lang=ky")
    assert "2026-000001" in receipt.text
    for paper in session.scalars(select(Document)):
        assert paper.sha256 in receipt.text
        original = party.get(f"/papers/{paper.key}/original")
        assert original.headers["X-Content-Type-Options"] == "nosniff"
        assert original.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert len(original.data) == paper.size
    printed = party.get(f"{base}/receipt.pdf")
    assert printed.data.startswith(b"%PDF-")
    first = PdfReader(io.BytesIO(printed.data)).pages[0]
    assert LAW["ky"] in " ".join(first.extract_text().split())
    assert "2026-000001" in party.get("/home").text
    # The clerk.
    assert "2026-000001" in counter.get("/queue").text
    assert counter.get(f"{base}/check").status_code == 200
    accepted = counter.post(
        f"{base}/accept", data={"seen": _seen(counter.get(f"{base}/check").text)}
    )
    assert re.fullmatch(r"/cases/[0-9a-f-]{36}", accepted.location), accepted.text
    for page in ("", "/people", "/papers", "/money", "/looked", "/hearings"):
        for client in (party, counter):
            assert client.get(accepted.location + page).status_code == 200
    assert "ГД-1/26-Т5" in party.get("/home").text
    assert counter.get("/cases?q=гд 1/26т5").location == accepted.location
    run_jobs()
    assert {letter["to"] for letter in mailbox.letters} == {user.email}


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_returning_in_pages(session, submitted, user, clerk, sign_in) -> None:
    counter, party = sign_in(clerk), sign_in(user)
    base = f"/filings/{submitted.key}"
    seen = _seen(counter.get(f"{base}/check").text)
    assert counter.post(f"{base}/return", data={"seen": seen}).status_code == 422
    answer = counter.post(
        f"{base}/return",
        data={"seen": seen, "reason": "paper_missing", "note": "Келишимди тиркеңиз."},
    )
    assert answer.location == "/queue"
    assert "Келишимди тиркеңиз." in party.get(base).text
    assert submitted.receipt_number in party.get("/home").text
    assert step(party, f"{base}/confirm", {"truth": "y"}).location == f"{base}/receipt"
    page = counter.get("/queue").text
    assert submitted.receipt_number in page


def test_withdrawing_in_pages(session, submitted, user, clerk, sign_in) -> None:
    party, base = sign_in(user), f"/filings/{submitted.key}"
    assert f"{base}/withdraw" in party.get(f"{base}/receipt").text
    assert sign_in(clerk).post(f"{base}/withdraw").status_code == 403
    assert step(party, f"{base}/withdraw", {}).location == "/home"
    assert submitted.receipt_number not in sign_in(clerk).get("/queue").text
    session.refresh(submitted)
    assert submitted.state is FilingState.WITHDRAWN
    assert party.post(f"{base}/withdraw", data={"seen": "0"}).status_code == 422
    assert party.get(f"{base}/receipt").status_code == 200


def test_stale_decision(session, submitted, clerk, sign_in) -> None:
    counter = sign_in(clerk)
    answer = counter.post(f"/filings/{submitted.key}/accept", data={"seen": "0"})
    assert answer.status_code == 422
    assert session.scalars(select(Case)).all() == []


def test_double_click_makes_one_draft(session, user, sign_in, court) -> None:
    party = sign_in(user)
    data = {
        "court": court.code,
        "category": "loan",
        "case_language": "ru",
        "once": "6f0f3c2e-8a55-4f3c-9d50-6a2b7f0f7b01",
    }
    first, second = party.post("/file", data=data), party.post("/file", data=data)
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Filing)) == 1


@pytest.mark.parametrize(
    "pin", ["123", "9" * 14, "10303", "13202189900001", "abc", "00710201999990"]
)
def test_broken_pin(session, ready, user, sign_in, pin) -> None:
    party = sign_in(user)
    answer = party.post(f"/filings/{ready.key}/me", data={**PERSON, "pin": pin})
    assert answer.status_code == 422
    assert 'href="#pin"' in answer.text
    assert pin in answer.text
    session.expire_all()
    assert service.plaintiff_of(session, ready).person.pin == ME.pin


def test_a_person_needs_a_name_and_an_organisation_too(ready, user, sign_in) -> None:
    party = sign_in(user)
    base = f"/filings/{ready.key}/respondents"
    nameless = party.post(base, data={"kind": "natural", "address": "Талас"})
    assert 'href="#surname"' in nameless.text
    assert 'href="#given_name"' in nameless.text
    assert 'href="#organisation"' in party.post(base, data={"kind": "legal", "address": "x"}).text


def test_a_name_that_no_court_paper_can_print_is_refused(ready, user, sign_in) -> None:
    party = sign_in(user)
    told = party.post(f"/filings/{ready.key}/respondents", data={**PERSON, "surname": "张伟 Ли"})
    assert told.status_code == 422
    assert 'href="#surname"' in told.text
    assert "伟 张" in told.text


def test_bad_upload_in_the_page(session, ready, user, sign_in) -> None:
    party = sign_in(user)
    base = f"/filings/{ready.key}/papers"
    for name, data in (("a.pdf", b""), ("a.pdf", b"<html>"), ("a.exe", b"MZ")):
        answer = party.post(
            base, data={"files": (io.BytesIO(data), name)}, content_type="multipart/form-data"
        )
        assert answer.status_code == 422
        assert name in answer.text
    assert party.post(base, data={}).status_code == 422
    assert session.scalar(select(func.count()).select_from(Document)) == 2


def test_removing_in_pages(session, ready, user, sign_in) -> None:
    party = sign_in(user)
    base = f"/filings/{ready.key}"
    paper = service.papers_of(session, ready)[0]
    assert party.post(f"{base}/papers/remove", data={"which": str(paper.key)}).status_code == 303
    bank = service.respondents_of(session, ready)[0]
    party.post(f"{base}/respondents/remove", data={"which": str(bank.key)})
    party.post(f"{base}/respondents/remove", data={"which": "nonsense"})
    session.expire_all()
    assert len(service.papers_of(session, ready)) == 1
    assert service.respondents_of(session, ready) == []
    assert party.get(base).location == f"{base}/respondents"


def test_who_may_not(session, submitted, make, sign_in, client, clerk, user) -> None:
    other = make.court(suffix="Н9", code="NRN-XXX")
    strangers = [
        sign_in(make.user()),
        sign_in(make.staff(RoleCode.CLERK, other)),
        sign_in(make.judge_user(make.judge())),
    ]
    missing = "00000000-0000-4000-8000-000000000000"
    paper = service.papers_of(session, submitted)[0]
    pages = ["", "/court", "/me", "/claim", "/papers", "/confirm", "/receipt", "/receipt.pdf"]
    pages += ["/check", "/respondents"]
    for stranger in strangers:
        for page in pages:
            seen = stranger.get(f"/filings/{submitted.key}{page}")
            unseen = stranger.get(f"/filings/{missing}{page}")
            assert seen.status_code == unseen.status_code == 404, page
            assert seen.data == unseen.data
        for page in ("accept", "return", "confirm"):
            seen = stranger.post(f"/filings/{submitted.key}/{page}")
            assert (seen.status_code, seen.data) == (
                404,
                stranger.post(f"/filings/{missing}/{page}").data,
            )
        assert stranger.get(f"/papers/{paper.key}").status_code == 404
    # The filer sees it but may not decide; the clerk sees it but may not edit.
    assert sign_in(user).get(f"/filings/{submitted.key}/check").status_code == 403
    assert sign_in(user).post(f"/filings/{submitted.key}/accept").status_code == 403
    assert sign_in(clerk).get(f"/filings/{submitted.key}/claim").status_code == 403
    assert sign_in(clerk).get("/file").status_code == 403
    assert client.get(f"/filings/{submitted.key}").location.startswith("/sign-in")


def test_a_draft_is_nobody_elses_business(ready, clerk, sign_in) -> None:
    assert sign_in(clerk).get(f"/filings/{ready.key}/check").status_code == 404


def test_counters_are_rows_of_the_archive(session, submitted) -> None:
    assert session.execute(text("SELECT last FROM counters")).scalars().all() == [1]
    assert session.scalar(select(func.count()).select_from(FilingParty)) == 2
