"""Papers that several people sign: in their order, each in his way, all of it or nothing."""

import hashlib
import io
import pickle
import re
import signal
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from documents.authority import Signatory
from documents.signatures import CannotSignError, Confirmation, Finding, Reason
from recordings.bucket import BucketStore
from sud.access import Action, Actor, permits
from sud.accounts.service import actor_of
from sud.acts import service as acts
from sud.config import Config
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.minutes import service as minutes
from sud.minutes.signing import ENDING as MINUTES_ENDING
from sud.models import (
    Act,
    ActState,
    Case,
    Certification,
    Dissent,
    Document,
    EsiConfirmation,
    HearingState,
    IssuedPaper,
    JointKind,
    JournalLine,
    Notice,
    OriginalForm,
    PaperKind,
    RoleCode,
    SeatState,
    SheetState,
    SignatureWatch,
    SigningSheet,
    SigningWay,
    User,
)
from sud.outside import Outside, local_day
from sud.signing import joint, parties, service
from sud.uploads.service import Sent
from sud.verification import handed_in
from tests.builders import Make
from tests.structure.source import ROOT
from tests.sud.test_acts import TEXT
from tests.sud.test_filings import pdf

LIMIT = 10**7


def refusal(verb, *arguments, **facts) -> CourtError:
    with pytest.raises(CourtError) as refused:
        verb(*arguments, **facts)
    return refused.value


# ------------------------------------------------------------------ an act of a panel


@dataclass
class Bench:
    """Three judges and the act that they sign; the first one presides."""

    case: Case
    act: Act
    judges: list[Actor]
    users: list[User]
    outside: Outside
    session: Session

    def prepare(self) -> SigningSheet:
        return acts.prepare(self.session, self.judges[0], self.act, outside=self.outside)

    def sign(self, number: int, sheet: SigningSheet, **facts) -> None:
        service.sign(
            self.session,
            self.judges[number],
            sheet,
            ending=acts.ENDING,
            outside=self.outside,
            **facts,
        )


@pytest.fixture
def bench(session, make: Make, outside) -> Bench:
    return panel(session, make, outside)


def panel(session: Session, make: Make, outside: Outside) -> Bench:
    judges = [make.judge() for _ in range(3)]
    case = make.case(judge=judges[0])
    make.party(case)
    make.panel(case, *judges[1:])
    users = [make.judge_user(judge) for judge in judges]
    actors = [actor_of(session, user, make.now()) for user in users]
    act = acts.begin(session, actors[0], case, make.act_kind(), now=make.now())
    acts.save(session, actors[0], act, TEXT, now=make.now())
    return Bench(case, act, actors, users, outside, session)


def test_a_panel_signs_in_its_order_and_the_last_signature_issues(session, bench, make) -> None:
    sheet = bench.prepare()
    assert bench.prepare() is sheet
    assert [seat.judge_id for seat in sheet.seats][2] == bench.case.judge_id
    early = refusal(bench.sign, 0, sheet)
    assert early.code is Refusal.SIGNING_OUT_OF_TURN
    assert early.facts["name"] == sheet.seats[0].name
    stranger = actor_of(session, make.judge_user(make.judge()), make.now())
    assert not permits(stranger, Action.SIGNING_SIGN, sheet)
    prepared = sheet.sha256
    bench.sign(2, sheet, seen=prepared, dissent="Мен макул эмесмин.")
    assert refusal(bench.sign, 2, sheet).code is Refusal.SIGNED_ALREADY
    # Somebody signed in between: what he has before him is not what he would sign.
    assert refusal(bench.sign, 1, sheet, seen=prepared).code is Refusal.SIGNING_STALE
    assert bench.act.state is ActState.DRAFT
    saved = refusal(acts.save, session, bench.judges[0], bench.act, TEXT, now=make.now())
    assert saved.code is Refusal.SIGNING_WAITS
    bench.sign(1, sheet, seen=sheet.sha256)
    bench.sign(0, sheet, seen=sheet.sha256)
    assert sheet.state is SheetState.FINISHED
    assert bench.act.state is ActState.ISSUED
    assert refusal(bench.sign, 0, sheet).code is Refusal.SIGNING_CLOSED

    paper = bench.outside.store.get(bench.act.pdf_key)
    verdict = bench.outside.signer.validate(paper, now=make.now())
    assert verdict.good
    signed = {seat.judge_id: seat.name for seat in sheet.seats}
    order = [next(iter(bench.judges[number].judge_ids)) for number in (2, 1, 0)]
    assert [one.name for one in verdict.signatures] == [signed[judge] for judge in order]
    assert [one["certificate"] for one in sheet.issued.signers] == list(verdict.signers)
    # Nobody's bytes were written anew: what each saw is the beginning of what there is now.
    stored = {one.key for one in bench.outside.store.list(f"acts/{bench.act.key}/")}
    for digest in sheet.revisions:
        (key,) = (one for one in stored if one.endswith(f"{digest}.pdf"))
        assert paper.startswith(bench.outside.store.get(key))
    assert [seat.seen_sha256 for seat in (sheet.seats[1], sheet.seats[0], sheet.seats[2])] == (
        sheet.revisions[:3]
    )
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "макул эмесмин" not in words
    assert acts.panel_of(session, bench.act)[0] is bench.case.judge


def test_a_dissenting_opinion_stays_in_the_file(session, bench, make, sign_in) -> None:
    sheet = bench.prepare()
    bench.sign(1, sheet, dissent="Далилдер жетишсиз.")
    clerk, party = make.staff(RoleCode.CLERK), make.party(bench.case, "respondent")
    address = f"/signing/{sheet.key}"
    assert "Далилдер жетишсиз." in sign_in(bench.users[0]).get(address).text
    assert sign_in(clerk).get(address).status_code == 404
    assert sign_in(party).get(address).status_code == 404
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE dissents SET text = 'x'"))
    lines = session.scalars(
        select(JournalLine).order_by(JournalLine.seq).where(JournalLine.case_id == bench.case.id)
    ).all()
    assert not any("Далилдер" in str(line.facts) for line in lines)
    (dissent,) = session.scalars(select(Dissent)).all()
    assert dissent.seat.judge_id in bench.judges[1].judge_ids


def test_whose_turn_it_is_gets_one_letter_and_slow_signers_are_told_of(
    session, bench, make, sign_in, run_jobs, mailbox, time
) -> None:
    chair = make.staff(RoleCode.CHAIR)
    for user in bench.users:
        user.email, user.language = f"{user.key}@example.kg", "ru"
    sheet = bench.prepare()
    bench.sign(1, sheet)
    session.commit()
    run_jobs()
    first, second = mailbox.letters
    assert {first["to"], second["to"]} == {bench.users[1].email, bench.users[2].email}
    assert all(f"/signing/{sheet.key}" in one["text"] for one in mailbox.letters)
    assert not any(seat.name in one["text"] for one in mailbox.letters for seat in sheet.seats)
    bench.sign(2, sheet)
    session.commit()
    run_jobs()
    assert [one["to"] for one in mailbox.letters[2:]] == [bench.users[0].email], "each once"
    make.limit("signature_wait", 5, "calendar_days")
    time.now += timedelta(days=5)
    late = {who: sign_in(user) for who, user in (("opener", bench.users[0]), ("chair", chair))}
    assert not any("/signing/late" in one.get("/home").text for one in late.values())
    time.now += timedelta(minutes=1)
    for client in late.values():
        assert "/signing/late" in client.get("/home").text
        assert bench.case.number in client.get("/signing/late").text
    assert f"/signing/{sheet.key}" not in late["chair"].get("/signing/late").text
    assert f'href="/cases/{bench.case.key}' in late["chair"].get("/signing/late").text
    elsewhere = make.staff(RoleCode.CHAIR, make.court("Ч2", "CHU-CHU"))
    assert bench.case.number not in sign_in(elsewhere).get("/signing/late").text
    assert bench.case.number not in sign_in(bench.users[2]).get("/signing/late").text


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.AWAY, Refusal.SIGNING_AWAY),
        (Reason.REVOKED, Refusal.SIGNING_REVOKED),
        (Reason.NOT_KNOWN, Refusal.SIGNING_NOT_KNOWN),
        (Reason.UNPROVED, Refusal.SIGNING_UNPROVED),
        (Reason.NO_KEY, Refusal.SIGNING_NO_KEY),
    ],
)
def test_why_a_key_does_not_sign_is_told(reason: Reason, code: Refusal) -> None:
    with pytest.raises(CourtError) as refused, service.reaching_the_keys():
        raise CannotSignError(reason, "what an administrator reads")
    assert refused.value.code is code


def test_a_refusal_stops_the_sheet_and_the_act_is_prepared_anew(session, bench, make) -> None:
    sheet = bench.prepare()
    bench.sign(2, sheet)
    service.refuse(session, bench.judges[1], sheet, because="Эсеп туура эмес.", now=make.now())
    assert sheet.state is SheetState.STOPPED
    assert refusal(bench.sign, 0, sheet).code is Refusal.SIGNING_CLOSED
    assert bench.act.state is ActState.DRAFT
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE signing_seats SET state = 'waits' WHERE state = 'signed'"))
    acts.save(session, bench.judges[0], bench.act, TEXT, now=make.now())
    again = bench.prepare()
    assert again is not sheet
    assert {seat.state for seat in again.seats} == {SeatState.WAITS}
    assert again.code != sheet.code


def test_who_left_the_case_signs_no_more(session, bench, make) -> None:
    sheet = bench.prepare()
    session.execute(text("UPDATE draw_seats SET dropped_at = now() WHERE seat = 2"))
    assert refusal(bench.sign, 1, sheet).code is Refusal.SIGNING_MOVED_ON
    again = bench.prepare()
    assert sheet.state is SheetState.STOPPED
    assert len(again.seats) == 2


def test_signing_asks_for_the_password_and_the_bytes_that_were_shown(bench, make, sign_in) -> None:
    sheet = bench.prepare()
    password = make.password(bench.users[1])
    client = sign_in(bench.users[1])
    home = client.get("/home").text
    assert "/signing" in home
    assert f"/signing/{sheet.key}" in client.get("/signing").text
    assert f"/signing/{sheet.key}" not in sign_in(bench.users[0]).get("/signing").text
    for seat in sheet.seats:
        seat.step += 1
    page = client.get(f"/signing/{sheet.key}").text
    assert f"1. {sheet.seats[0].name}" in page, "whoever has nobody before him is the first"
    shown = re.search(r'name="paper" value="(\w+)"', page)[1]
    paper = client.get(f"/signing/{sheet.key}.pdf").data
    assert hashlib.sha256(paper).hexdigest() == shown

    def press(verb: str, **said: str):
        facts = {"paper": shown, "once": str(uuid.uuid4())} | said
        return client.post(f"/signing/{sheet.key}/{verb}", data=facts)

    assert press("sign", password="guessed").status_code == 422
    assert press("refuse", because="").status_code == 422
    assert sheet.seats[0].state is SeatState.WAITS
    assert press("sign", password=password, paper="0" * 64).status_code == 422
    assert press("sign", password=password).status_code == 303
    assert press("sign", password=password).status_code == 422
    bench.session.expire_all()
    assert [seat.state for seat in sheet.seats].count(SeatState.SIGNED) == 1


def test_who_is_killed_or_presses_twice_leaves_nothing_half_signed(
    own_sessions: Sessions, outside: Outside, config: Config, bucket: BucketStore
) -> None:
    with unit(own_sessions) as session:
        bench = panel(session, Make(session, outside.now), outside)
        sheet = bench.prepare()
        key, judges, act, prepared = sheet.key, bench.judges, bench.act.key, sheet.sha256
    died = subprocess.run(
        [sys.executable, "-m", "tests.sud.dying_judge"],
        input=pickle.dumps({"config": config, "sheet": key, "judge": judges[1]}),
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert len(list(bucket.list(f"acts/{act}/"))) == 2, "the signed one lies there, named by nobody"
    results: list[str] = []
    barrier = threading.Barrier(3)

    def press(judge: Actor) -> None:
        barrier.wait()
        try:
            with unit(own_sessions) as session:
                sheet = service.sheet_of_url(session, judge, key)
                service.sign(session, judge, sheet, ending=acts.ENDING, outside=outside)
        except CourtError as error:
            results.append(error.code.value)
        else:
            results.append("signed")

    with unit(own_sessions) as session:
        sheet = service.sheet_of_url(session, judges[1], key)
        assert sheet.sha256 == prepared
        assert {seat.state for seat in sheet.seats} == {SeatState.WAITS}
    # One presses twice, and the other of his step at the same time.
    presses = [threading.Thread(target=press, args=(judges[n],)) for n in (1, 1, 2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(results) == ["signed", "signed", "signed_already"]
    with unit(own_sessions) as session:
        sheet = service.sheet_of_url(session, judges[0], key)
        assert len(sheet.revisions) == 3
        service.sign(session, judges[0], sheet, ending=acts.ENDING, outside=outside)
        paper = service.bytes_of(sheet, outside=outside)
        assert sheet.state is SheetState.FINISHED
        told = session.scalars(select(Notice.seat_id).where(Notice.seat_id.is_not(None))).all()
        assert len(told) == len(set(told)) == 3
    verdict = outside.signer.validate(paper, now=outside.now())
    assert verdict.good
    assert len(set(verdict.signers)) == 3


# ------------------------------------------------------------------ a paper of both parties


@dataclass
class Sides:
    """Two parties, their judge and their clerk, and the settlement that they sign."""

    case: Case
    users: dict[str, User]
    actors: dict[str, Actor]
    sheet: SigningSheet
    outside: Outside
    session: Session

    @property
    def paper(self) -> bytes:
        return service.bytes_of(self.sheet, outside=self.outside)

    def own(self, who: str) -> Signatory:
        """What a party signs with at home."""
        seat = next(one for one in self.sheet.seats if one.user_id == self.users[who].id)
        # Certificates write names in an order and in letters of their own.
        name = " ".join(reversed(seat.name.split())).upper()
        return Signatory(key=f"home {who}", name=name, office="")

    def hand_in(self, who: str, content: bytes, name: str = "signed.pdf") -> None:
        parties.take_signed(
            self.session,
            self.actors[who],
            self.sheet,
            Sent(name=name, stream=io.BytesIO(content)),
            ending=joint.ENDING,
            outside=self.outside,
            limit=LIMIT,
        )

    def judge_signs(self) -> None:
        service.sign(
            self.session,
            self.actors["judge"],
            self.sheet,
            ending=joint.ENDING,
            outside=self.outside,
        )


@pytest.fixture
def sides(session, make: Make, outside) -> Sides:
    case = make.case(judge=make.judge())
    users = {
        "plaintiff": make.party(case, surname="Сыдыков", given_name="Нурлан"),
        "respondent": make.party(case, "respondent", surname="Жээнбекова", patronymic=""),
        "judge": make.judge_user(case.judge),
        "clerk": make.staff(RoleCode.CLERK),
    }
    actors = {who: actor_of(session, user, make.now()) for who, user in users.items()}
    others = joint.others_of(session, actors["plaintiff"], case, now=make.now())
    sheet = joint.offer(
        session,
        actors["plaintiff"],
        case,
        joint.Agreement(kind=JointKind.SETTLEMENT, others=others),
        Sent(name="макулдашуу.pdf", stream=io.BytesIO(pdf())),
        outside=outside,
        limit=LIMIT,
    )
    return Sides(case, users, actors, sheet, outside, session)


def test_two_parties_and_the_judge_sign_a_settlement(
    session, sessions, sides, make, sign_in
) -> None:
    signer, now = sides.outside.signer, make.now()
    early = refusal(sides.judge_signs)
    assert early.code is Refusal.SIGNING_OUT_OF_TURN
    prepared = sides.paper
    signed = signer.sign(prepared, sides.own("respondent"), now=now)
    for content, code in (
        (signer.sign(pdf(), sides.own("respondent"), now=now), Refusal.SIGNATURE_OTHER_PAPER),
        (prepared, Refusal.SIGNATURE_FAULTY),
        (signer.sign(prepared, sides.own("plaintiff"), now=now), Refusal.SIGNATURE_OF_ANOTHER),
        (signer.sign(signed, sides.own("respondent"), now=now), Refusal.SIGNATURE_NOT_ONE),
    ):
        assert refusal(sides.hand_in, "respondent", content).code is code
    assert sides.sheet.sha256 == hashlib.sha256(prepared).hexdigest()
    sides.hand_in("respondent", signed)

    beside = signer.sign_beside(sides.paper, sides.own("plaintiff"), now=now)
    wrong = refusal(
        sides.hand_in,
        "plaintiff",
        signer.sign_beside(b"x", sides.own("plaintiff"), now=now),
        "a.p7s",
    )
    assert wrong.code is Refusal.SIGNATURE_FAULTY
    assert Finding.ALTERED in wrong.facts["what"] or wrong.facts["what"]
    sides.hand_in("plaintiff", beside, "signature.p7s")
    sides.judge_signs()

    sheet = sides.sheet
    assert sheet.state is SheetState.FINISHED
    assert sheet.issued.kind is PaperKind.JOINT_PAPER
    verdict = signer.validate(sides.paper, now=now)
    assert verdict.good
    assert len(verdict.signatures) == 2  # the plaintiff's lies beside it
    assert {seat.way for seat in sheet.seats} == {SigningWay.DIGITAL}
    client = sign_in(sides.users["plaintiff"])
    page = client.get(f"/signing/{sheet.key}").text
    number = next(seat.number for seat in sheet.seats if seat.beside_key)
    assert f"{number}.p7s" in page
    assert client.get(f"/signing/{sheet.key}/{number}.p7s").data == beside
    filed = session.scalars(
        select(Document).where(Document.case_id == sides.case.id, Document.id != sheet.source_id)
    ).one()
    assert filed.sha256 == sheet.issued.sha256
    assert filed.object_key != sheet.issued.object_key
    stranger = make.party(make.case(judge=make.judge()))
    assert sign_in(stranger).get(f"/signing/{sheet.key}").status_code == 404
    session.commit()
    handed_in.check(sessions, sides.outside)
    (watch,) = session.scalars(select(SignatureWatch)).all()
    assert watch.seat.beside_key
    assert (watch.findings, watch.evidence_key is None) == ([], False)
    sides.outside.store.remove(watch.seat.beside_key)
    handed_in.check(sessions, replace(sides.outside, now=lambda: now + timedelta(days=1)))
    session.expire_all()
    assert watch.findings == ["gone"]
    assert "больше не действительна" in (
        sign_in(sides.users["clerk"]).get(f"/cases/{sides.case.key}/papers?lang=ru").text
    )


def confirm(sides: Sides, who: str, sha256: str) -> None:
    """What the state's identity provider told of a party (test_esi.py asks a real one)."""
    now = sides.outside.now()
    sides.session.add(
        EsiConfirmation(
            user_id=sides.users[who].id,
            subject=b"subject",
            session="session-1",
            moment=now,
            sha256=sha256,
            code=f"code-{who}",
            statement="",
            signing_key={},
            received_at=now,
        )
    )
    sides.session.flush()


def test_esi_and_handwriting_are_shown_for_what_they_are(
    session, sides, make, sign_in, client
) -> None:
    seen = sides.sheet.sha256

    def take(who: str) -> None:
        parties.take_confirmation(
            session, sides.actors[who], sides.sheet, ending=joint.ENDING, outside=sides.outside
        )

    assert refusal(take, "respondent").code is Refusal.ESI_NOT_CONFIRMED
    confirm(sides, "respondent", seen)
    take("respondent")
    told = Confirmation.read(
        next(one for one in sides.sheet.seats if one.confirmation).confirmation.encode()
    )
    assert told.confirms(sides.paper)

    clerk, seat = sides.actors["clerk"], sides.sheet.seats[0]
    scan = sides.sheet.source

    def note() -> None:
        parties.note_handwriting(
            session, clerk, seat, scan, ending=joint.ENDING, outside=sides.outside
        )

    assert refusal(note).code is Refusal.SCAN_NOT_CERTIFIED
    issued = IssuedPaper(
        code="scan",
        kind=PaperKind.CERTIFIED_SCAN,
        subject="scan",
        language="ky",
        court=sides.case.court,
        case=sides.case,
        object_key="scan",
        sha256="0" * 64,
        issued_at=make.now(),
    )
    session.add(
        Certification(
            document=scan,
            issued=issued,
            original=OriginalForm.ORIGINAL,
            pages=1,
            kept_at="…",
            certified_by=sides.users["clerk"],
            certified_at=make.now(),
        )
    )
    session.flush()
    page = sign_in(sides.users["clerk"]).get(f"/signing/{sides.sheet.key}").text
    assert "by-hand" in page
    note()
    sides.judge_signs()
    assert [seat.way for seat in sides.sheet.seats] == [
        SigningWay.HANDWRITTEN,
        SigningWay.ESI,
        SigningWay.DIGITAL,
    ]
    page = sign_in(sides.users["judge"]).get(f"/signing/{sides.sheet.key}").text
    assert "code-respondent" in page
    assert sides.sheet.issued.signers[0]["role"] == "party"
    public = client.get(f"/verify/{sides.sheet.code}").text
    assert "ESI идентификатору менен ырасталган" in public
    assert "Кол менен кол коюлган, скан күбөлөндүрүлгөн" in public
    for one in (told.session, told.code, told.subject, told.sha256):
        assert one in public
    # The court's certificate only holds the confirmation there: it is not shown as her signature.
    assert public.count("TEST issuing authority") == 1, "the judge's alone"
    assert "Сыдыков Нурлан" not in public
    assert "Жээнбекова" not in public


def test_a_paper_that_waits_is_taken_back_by_whoever_handed_it_in(sides, sign_in) -> None:
    address = f"/signing/{sides.sheet.key}/back"
    facts = {"paper": sides.sheet.sha256, "once": str(uuid.uuid4())}
    assert sign_in(sides.users["respondent"]).post(address, data=facts).status_code == 403
    assert sign_in(sides.users["plaintiff"]).post(address, data=facts).status_code == 303
    sides.session.expire_all()
    assert sides.sheet.state is SheetState.STOPPED
    assert refusal(sides.judge_signs).code is Refusal.SIGNING_CLOSED


def test_the_page_of_an_agreement_names_the_other_side(session, sides, sign_in) -> None:
    address = f"/cases/{sides.case.key}/joint-papers/new"
    client = sign_in(sides.users["respondent"])
    page = client.get(address).text
    assert "Сыдыков" in page
    assert "Жээнбекова" not in page.partition("<form method")[2]
    (other,) = re.findall(r'name="others"[^>]*value="(\d+)"', page)
    facts = {"kind": "other", "others": other, "once": str(uuid.uuid4())}
    wrong = facts | {"file": (io.BytesIO(b"not a pdf"), "a.pdf")}
    assert client.post(address, data=wrong).status_code == 422
    answer = client.post(
        address, data=facts | {"once": str(uuid.uuid4()), "file": (io.BytesIO(pdf()), "a.pdf")}
    )
    assert answer.status_code == 303
    made = session.scalars(select(SigningSheet).order_by(SigningSheet.id.desc())).first()
    assert answer.location == f"/signing/{made.key}"
    assert sign_in(sides.users["judge"]).get(address).status_code == 403


# ------------------------------------------------------------------ minutes and certified copies


def test_minutes_are_signed_by_the_secretary_and_then_the_judge(
    session, make: Make, outside, sign_in
) -> None:
    make.limit("civil_minutes_remarks", amount=3, unit="calendar_days")
    case = make.case(judge=make.judge())
    starts = make.now() - timedelta(days=3)
    hearing = make.hearing(case, starts=starts, state=HearingState.HELD)
    clerk, judge = make.staff(RoleCode.CLERK), make.judge_user(case.judge)
    client = sign_in(clerk)
    page = client.get(f"/hearings/{hearing.key}/minutes").text
    assert "minutes/signing" in page
    answer = client.post(
        f"/hearings/{hearing.key}/minutes/signing",
        data={"once": str(uuid.uuid4()), "unsigned": (io.BytesIO(pdf()), "a.pdf")},
    )
    assert answer.status_code == 303
    sheet = session.scalars(select(SigningSheet)).one()
    for user in (clerk, judge):
        actor = actor_of(session, user, make.now())
        assert minutes.minutes_of(session, hearing) is None
        service.sign(session, actor, sheet, ending=MINUTES_ENDING, outside=outside)
    entered = minutes.minutes_of(session, hearing)
    assert entered.signed_on == local_day(make.now())
    assert entered.document.sha256 == sheet.issued.sha256
    assert [one["role"] for one in sheet.issued.signers] == ["clerk", "judge"]
    page = sign_in(judge).get(f"/hearings/{hearing.key}/minutes").text
    assert str(entered.document.key) in page
