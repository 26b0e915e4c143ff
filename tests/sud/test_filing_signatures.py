"""A filing signed by its filer in each of the ways, and what is not taken for a signature."""

import base64
import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse as Response

from documents.authority import Signatory
from documents.signatures import Finding, TestAuthority
from sud.access import Actor
from sud.db import Sessions
from sud.errors import CourtError, Refusal
from sud.filings import service, signing
from sud.filings.service import Where
from sud.identity import IdentityProvider
from sud.local.esi import Citizen
from sud.models import (
    Document,
    Filing,
    FilingSignature,
    FilingSignatureRule,
    FilingState,
    RoleCode,
    SignatureNeed,
    SignatureWatch,
    User,
)
from sud.outside import Outside, defer_job, local_day
from sud.uploads.service import Sent
from sud.verification import handed_in
from tests.builders import Make
from tests.conftest import MONDAY, Time
from tests.sud.citizen import Visitor, esi
from tests.sud.journalled import journalled
from tests.sud.test_filings import BANK, ME, attach, law, pdf

SignIn = Callable[[User], FlaskClient]
SIGNER = Signatory(key="party-1", name="Жаңыл Токтогулова Өмүрбек кызы", office="")
LIMIT = 1 << 20


@pytest.fixture
def identity(time: Time) -> Iterator[IdentityProvider]:
    with esi(time, [Citizen(pin=str(ME.pin), name="Токтогулова Жаңыл")]) as running:
        yield running.identity


@pytest.fixture
def user(make: Make) -> User:
    person = make.person(pin=ME.pin, surname=ME.surname)
    return make.user(person_id=person.id, display_name="Токтогулова Жаңыл Өмүрбек кызы")


@pytest.fixture
def party(user: User) -> Actor:
    return Actor(user_id=user.id, language="ky")


@pytest.fixture
def where(make: Make) -> Where:
    return law(make)


@pytest.fixture
def filing(session: Session, party: Actor, where: Where, outside: Outside, time: Time) -> Filing:
    """A draft with everything in it and one paper."""
    made = service.start(session, party, where, now=time())
    service.name_me(session, party, made, ME, now=time())
    service.name_respondent(session, party, made, BANK, now=time())
    _write(session, party, made, "Карызды өндүрүүнү суранам.", time)
    attach(session, party, made, outside, time, ("доо.pdf", pdf(2)))
    session.commit()
    return made


def _write(session: Session, party: Actor, filing: Filing, text: str, time: Time) -> None:
    service.write_claim(session, party, filing, price=60_000_00, text=text, now=time())


@pytest.fixture
def paper(session: Session, filing: Filing) -> Document:
    (one,) = service.papers_of(session, filing)
    return one


@pytest.fixture
def hand_in(
    session: Session, party: Actor, filing: Filing, outside: Outside, time: Time
) -> Callable[[Document, bytes | None, str], None]:
    def taken(paper: Document, data: bytes | None, name: str = "signed.pdf") -> None:
        sent = None if data is None else Sent(stream=io.BytesIO(data), name=name)
        signing.hand_in(
            session, party, filing, paper, sent, outside=outside, limit=LIMIT, now=time()
        )

    return taken


@pytest.fixture
def signed(authority: TestAuthority, outside: Outside, paper: Document, time: Time) -> bytes:
    """The paper as the filer's program gave it back."""
    return authority.sign(outside.store.get(paper.object_key), SIGNER, now=time())


def test_a_signed_pdf_takes_the_place_of_its_paper(
    session: Session, party: Actor, filing: Filing, paper: Document, signed, hand_in, time: Time
) -> None:
    hand_in(paper, signed)
    (one,) = signing.signatures_of(session, filing)
    (now_there,) = service.papers_of(session, filing)
    assert (one.paper, one.changed, one.of_filer) == (now_there, False, True)
    assert (now_there.title, now_there.found) == (paper.title, ["signature"])
    assert (one.signature.signed_at, one.signature.stamped) == (time(), True)
    # What is filled in belongs to what was signed.
    _write(session, party, filing, "Дагы көбүрөөк суранам.", time)
    (one,) = signing.signatures_of(session, filing)
    assert one.changed
    # The paper bears its signature already: no file is needed to sign anew.
    hand_in(now_there, None)
    assert [one.changed for one in signing.signatures_of(session, filing)] == [False, True]


def test_a_signature_beside_is_kept_with_its_paper(
    session: Session,
    filing: Filing,
    paper: Document,
    hand_in,
    authority: TestAuthority,
    outside: Outside,
    time: Time,
    party: Actor,
) -> None:
    data = outside.store.get(paper.object_key)
    signature = authority.sign_beside(data, SIGNER, now=time())
    letters = base64.encodebytes(signature).decode()
    armoured = f"-----BEGIN PKCS7-----\n{letters}-----END PKCS7-----\n".encode()
    hand_in(paper, armoured, "доо.pdf.p7s")
    (one,) = signing.signatures_of(session, filing)
    assert signing.beside_of(session, filing, one.number, outside=outside) == armoured
    assert (one.changed, one.paper) == (False, paper)
    stored = {one.key for one in outside.store.list(f"filings/{filing.key}/")}
    hand_in(paper, armoured, "дагы бир жолу.p7s")
    assert {one.key for one in outside.store.list(f"filings/{filing.key}/")} == stored
    assert len(signing.signatures_of(session, filing)) == 1
    _write(session, party, filing, "Карызды жана пайызын өндүрүүнү суранам.", time)
    hand_in(paper, armoured, "доо.pdf.p7s")
    assert [one.changed for one in signing.signatures_of(session, filing)] == [False, True]
    service.detach(session, party, filing, paper.key, defer=defer_job, now=time())
    one, _before = signing.signatures_of(session, filing)
    assert (one.changed, one.paper) == (True, None)


def test_every_night_a_signature_is_looked_at_and_its_evidence_lasts(
    session: Session,
    sessions: Sessions,
    filing: Filing,
    paper: Document,
    hand_in,
    authority: TestAuthority,
    outside: Outside,
    signed: bytes,
    sign_in: SignIn,
    make: Make,
    run_jobs,
    time: Time,
) -> None:
    data = outside.store.get(paper.object_key)
    hand_in(paper, authority.sign_beside(data, SIGNER, now=time()), "доо.pdf.p7s")
    attach(session, Actor(user_id=filing.user_id), filing, outside, time, ("кат.pdf", signed))
    letter = session.scalars(select(Document).where(Document.file_name == "кат.pdf")).one()
    hand_in(letter, None)
    session.commit()

    def watched() -> list[SignatureWatch]:
        session.expire_all()
        return list(session.scalars(select(SignatureWatch).order_by(SignatureWatch.id)))

    handed_in.check(sessions, outside)
    first = watched()
    assert [one.findings for one in first] == [[], []]
    records = {one.evidence_key for one in first}
    assert all(outside.store.get(key) for key in records)
    time.now += timedelta(days=1)
    handed_in.check(sessions, outside)
    assert {one.evidence_key for one in watched()} == records, "renewed in a year, not before"
    assert {one.checked_at for one in watched()} == {time()}
    time.now += timedelta(days=365)
    handed_in.check(sessions, outside)
    assert not records & {one.evidence_key for one in watched()}
    run_jobs()
    stored = {one.key for one in outside.store.list(f"filings/{filing.key}/")}
    assert not records & stored
    assert {one.evidence_key for one in watched()} <= stored

    keys = {one.signature.beside_key for one in signing.signatures_of(session, filing)}
    (beside,) = keys - {None}
    outside.store.put(beside, io.BytesIO(b"other bytes"), size=11)
    time.now += timedelta(days=1)
    handed_in.check(sessions, outside)
    session.expire_all()
    (doubt,) = [one.doubt for one in signing.signatures_of(session, filing) if one.doubt]
    assert doubt.since == time()
    assert Finding.MALFORMED in doubt.findings
    case = make.case(judge=make.judge())
    filing.case_id, filing.state, filing.first_filed_at = case.id, FilingState.ACCEPTED, time()
    session.commit()
    page = f"/cases/{case.key}/papers?lang=en"
    clerk = sign_in(make.staff(RoleCode.CLERK, case.court))
    assert "/signing/doubts" in clerk.get("/home").text
    assert SIGNER.name in clerk.get("/signing/doubts").text
    chair = sign_in(make.staff(RoleCode.CHAIR, case.court))
    assert case.number in chair.get("/signing/doubts").text
    elsewhere = sign_in(make.staff(RoleCode.CLERK, make.court("Ч2", "CHU-CHU")))
    assert case.number not in elsewhere.get("/signing/doubts").text
    seen = clerk.get(page).text
    assert "does not hold any more" in seen
    assert SIGNER.name in seen
    assert "does not hold any more" not in sign_in(make.party(case)).get(page).text
    lines = journalled(session, "paper:check")
    assert [line.facts["change"] for line in lines] == ["signature_found"]


def test_what_does_not_hold_is_told_and_not_kept(
    session: Session,
    party: Actor,
    filing: Filing,
    paper: Document,
    hand_in,
    signed: bytes,
    authority: TestAuthority,
    outside: Outside,
    time: Time,
    tmp_path: Path,
) -> None:
    plain = outside.store.get(paper.object_key)
    stranger = TestAuthority(tmp_path / "elsewhere", now=MONDAY)
    beside = authority.sign_beside(b"another paper", SIGNER, now=time())
    tried: list[tuple[bytes, str, Refusal, Finding | None]] = [
        (plain, "a.pdf", Refusal.SIGNATURE_FAULTY, Finding.UNSIGNED),
        (pdf(3), "a.pdf", Refusal.SIGNATURE_OTHER_PAPER, None),
        (stranger.sign(plain, SIGNER, now=time()), "a.pdf", Refusal.SIGNATURE_FAULTY, None),
        (signed + b"\n%behind", "a.pdf", Refusal.SIGNATURE_FAULTY, Finding.TRAILING),
        (beside, "a.p7s", Refusal.SIGNATURE_FAULTY, Finding.ALTERED),
        (bytes(LIMIT + 2), "a.p7s", Refusal.SIGNATURE_FAULTY, Finding.TOO_LARGE),
    ]
    for data, name, code, found in tried:
        with pytest.raises(CourtError) as refused:
            hand_in(paper, data, name)
        assert refused.value.code is code
        assert found is None or found in refused.value.facts["what"], (name, refused.value.facts)
    assert signing.signatures_of(session, filing) == []
    assert service.papers_of(session, filing) == [paper]
    # A PDF is not what a signature makes of a Word file; nor is that a scan of anything.
    paper.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    with pytest.raises(CourtError, match="signature_other_paper"):
        hand_in(paper, signed, "a.pdf")
    with pytest.raises(CourtError, match="signing_way"):
        signing.note_handwriting(session, party, filing, paper, now=time())


def test_a_confirmation_covers_the_filing_as_a_whole(
    session: Session,
    filing: Filing,
    user: User,
    party: Actor,
    sign_in: SignIn,
    make: Make,
    outside: Outside,
    time: Time,
) -> None:
    filer = sign_in(user)
    page = f"/filings/{filing.key}/confirm"

    def confirmed() -> str:
        sent = filer.post(f"/filings/{filing.key}/sign/esi")
        back = Visitor(str(ME.pin)).confirm(sent.location)
        answer = filer.get(back.removeprefix("http://localhost"))
        assert (answer.status_code, answer.location) == (303, page)
        return str(filer.get(page + "?lang=en").text)

    before = signing.digest_of(session, filing)
    shown = confirmed()
    assert "Confirmed by ESI identifier: the filing as a whole" in shown
    assert before in shown
    assert filer.get(page).text.count(before) == 1
    (one,) = signing.signatures_of(session, filing)
    assert (one.changed, one.signature.confirmation is None) == (False, False)
    # One more paper is another filing: it says so, and is confirmed anew.
    attach(session, party, filing, outside, time, ("дагы.pdf", pdf(1)))
    assert signing.digest_of(session, filing) != before
    assert "You have changed the filing since you signed it." in filer.get(page + "?lang=en").text
    confirmed()
    assert [one.changed for one in signing.signatures_of(session, filing)] == [False, True]
    service.submit(session, party, filing, defer=defer_job, now=time())
    session.commit()
    assert filer.post(f"/filings/{filing.key}/sign/esi").status_code == 422
    clerk = sign_in(make.staff(RoleCode.CLERK, filing.court))
    check = clerk.get(f"/filings/{filing.key}/check?lang=en").text
    assert "TEST-" in check
    assert "changed since" in check
    facts = [line.facts for line in journalled(session) if line.facts.get("change") == "signed"]
    assert [one["way"] for one in facts] == ["esi", "esi"]
    assert str(ME.pin) not in str(facts)


def test_a_confirmation_is_proved_anew_with_the_key_of_its_day(
    session: Session,
    sessions: Sessions,
    filing: Filing,
    user: User,
    sign_in: SignIn,
    outside: Outside,
    time: Time,
) -> None:
    filer = sign_in(user)
    sent = filer.post(f"/filings/{filing.key}/sign/esi")
    filer.get(Visitor(str(ME.pin)).confirm(sent.location).removeprefix("http://localhost"))
    filer.get(f"/filings/{filing.key}/confirm")
    # The provider is gone, and its keys with it.
    time.now += timedelta(days=4000)
    handed_in.check(sessions, outside)
    (watch,) = session.scalars(select(SignatureWatch)).all()
    assert (watch.findings, watch.evidence_key) == ([], None)
    kept = watch.filing_signature.confirmation
    assert handed_in._of_confirmation(kept) == ()
    session.expunge(kept)
    for name, other, found in (
        ("sha256", "0" * 64, Finding.ALTERED),
        ("code", "TEST-0", Finding.ALTERED),
        ("statement", kept.statement[:-4] + "AAAA", Finding.FORGED),
        ("statement", "", Finding.FORGED),
    ):
        whole = getattr(kept, name)
        setattr(kept, name, other)
        assert handed_in._of_confirmation(kept) == (found,)
        setattr(kept, name, whole)


def test_where_the_law_wants_a_signature_nothing_is_filed_without(
    session: Session,
    make: Make,
    party: Actor,
    filing: Filing,
    paper: Document,
    time: Time,
) -> None:
    rule = FilingSignatureRule(
        kind_code=filing.kind_code, need=SignatureNeed.REQUIRED, **make._sourced()
    )
    session.add(rule)
    session.flush()

    def submit() -> None:
        signed = signing.stands(session, filing)
        service.submit(session, party, filing, defer=defer_job, now=time(), signed=signed)

    with pytest.raises(CourtError) as refused:
        submit()
    assert refused.value.code is Refusal.FILING_UNSIGNED
    signing.note_handwriting(session, party, filing, paper, now=time())
    submit()
    assert filing.state is FilingState.SUBMITTED


def test_an_administrator_says_from_when_claims_must_be_signed(
    session: Session,
    make: Make,
    party: Actor,
    filing: Filing,
    sign_in: SignIn,
    time: Time,
) -> None:
    make.kind(filing.kind_code)
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    page = "/reference/signed-claims/set"
    said = {"kind": filing.kind_code, "need": "required"}
    said |= {f"source_{language}": "Жарлык №" + " 7" for language in ("ky", "ru", "en")}

    def press(day: date) -> Response:
        since = {"since-day": day.day, "since-month": day.month, "since-year": day.year}
        return administrator.post(page, data=said | since)

    today = local_day(time.now)
    assert administrator.get(page).status_code == 200
    assert press(today).status_code == 422
    assert administrator.post(page, data=said).status_code == 422
    for need in ("told", "required"):
        said["need"] = need
        assert press(today + timedelta(days=1)).status_code == 303
    (rule,) = session.scalars(select(FilingSignatureRule)).all()
    assert (rule.need, rule.edited_by_hand) == (SignatureNeed.REQUIRED, True)
    assert "Жарлык № 7" in administrator.get("/reference/signed-claims").text
    assert len(journalled(session, "reference:edit")) == 2

    def needed() -> SignatureNeed | None:
        found = service.signature_rule_on(session, filing, local_day(time.now))
        return found and found.need

    assert needed() is None
    time.now += timedelta(days=1)
    assert needed() is SignatureNeed.REQUIRED
    assert sign_in(make.staff(RoleCode.AUDITOR)).get(page).status_code == 403


def test_the_page_of_the_last_step_takes_each_way(
    session: Session,
    filing: Filing,
    paper: Document,
    user: User,
    sign_in: SignIn,
    make: Make,
    authority: TestAuthority,
    outside: Outside,
    time: Time,
) -> None:
    filer, page = sign_in(user), f"/filings/{filing.key}"
    which = {"signed_paper": str(paper.key)}
    wrong = filer.post(
        f"{page}/sign/digital?lang=en",
        data=which | {"signed_file": (io.BytesIO(pdf(4)), "a.pdf")},
    )
    assert wrong.status_code == 422
    assert "not the paper that you were given to sign" in wrong.text
    assert "<details" in wrong.text
    beside = authority.sign_beside(outside.store.get(paper.object_key), SIGNER, now=time())
    for _ in range(2):  # the same signature again is the same
        answer = filer.post(
            f"{page}/sign/digital", data=which | {"signed_file": (io.BytesIO(beside), "доо.p7s")}
        )
        assert answer.status_code == 303
    answer = filer.post(f"{page}/sign/hand", data={"scanned_paper": str(paper.key)})
    assert answer.status_code == 303
    ways = [row.way.value for row in session.scalars(select(FilingSignature))]
    assert ways == ["digital", "handwritten"]
    assert [one.changed for one in signing.signatures_of(session, filing)] == [False, False]
    assert filer.get(f"{page}/signatures/1.p7s").data == beside
    assert filer.get(f"{page}/signatures/2.p7s").status_code == 404
    stranger = sign_in(make.user())
    assert stranger.get(f"{page}/signatures/1.p7s").status_code == 404
    assert stranger.post(f"{page}/sign/esi").status_code == 404
