"""What the public reads names nobody, was checked by a clerk, and can be taken back."""

import dataclasses
import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from recordings.bucket import BucketStore
from recordings.store import StoreError
from sud.access import SYSTEM, Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActOutcome,
    ActState,
    Case,
    HearingState,
    JournalLine,
    PersonKind,
    Publication,
    PublicationState,
    RoleCode,
    User,
)
from sud.outside import Outside, defer_job
from sud.publication import places, service
from sud.publication.known import known_of
from tests.builders import Make
from tests.conftest import Time

SignIn = Callable[[User], FlaskClient]

PLAINTIFF = {
    "surname": "Жумабеков",
    "given_name": "Эркебулан",
    "patronymic": "Таштанович",
    "pin": "21503189912345",
    "phone": "+996 700 123456",
    "address": "Талас ш., Токтоналиев көч., 12-үй",
    "other_spellings": ["Jumabekov Erkebulan"],
}
RESPONDENT = {"surname": "Сыдык уулу", "given_name": "Нурбек", "patronymic": "", "pin": None}
PARTS = {
    "introductory": "Талас шаардык соту Жумабеков Эркебулан Таштановичтин Сыдык уулу Нурбекке"
    " койгон доосун карап,",
    "descriptive": "Доогер ЖУМАБЕКОВ Э.Т. (ПИН 21503189912345) Токтоналиев көчөсүнүн 12-үйүндө"
    " жашайт, тел. 0700 123456.\nНурбектин айтымында, алимент төлөнгөн эмес.",
    "reasoning": "Сот далилдерди баалап, доону негиздүү деп эсептейт. Нарын облусу.",
    "operative": "Сыдык уулу Нурбектен Э. Т. Жумабековго алимент өндүрүлсүн.",
}
NAMES = ("Жумабек", "ЖУМАБЕК", "Эркебулан", "Сыдык", "Нурбек", "21503189912345", "Токтоналиев")


@pytest.fixture
def case(make: Make) -> Case:
    case = make.case(judge=make.judge(full_name="Асанова Бегимай Эсеновна"))
    make.party(case, "plaintiff", **PLAINTIFF)
    make.party(case, "respondent", **RESPONDENT)
    return case


@pytest.fixture
def new_act(make: Make, session: Session, time: Time) -> Callable[..., Act]:
    def made(case: Case, **facts: object) -> Act:
        code = uuid.uuid4().hex[:12]
        act = Act(
            **{
                "case": case,
                "kind": make.act_kind(),
                "judge": case.judge,
                "language": "ky",
                "outcome": ActOutcome.SATISFIED,
                "state": ActState.ISSUED,
                "created_at": time.now,
                "issued_at": time.now,
                "code": code,
                "pdf_key": f"acts/{code}",
                "pdf_sha256": "0" * 64,
            }
            | PARTS
            | facts
        )
        session.add(act)
        session.flush()
        return act

    return made


@pytest.fixture
def act(case: Case, new_act: Callable[..., Act]) -> Act:
    return new_act(case)


@pytest.fixture
def publication(session: Session, act: Act, time: Time) -> Publication:
    return service.prepare(session, SYSTEM, act, now=time.now)


@pytest.fixture
def clerk(make: Make, case: Case, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.staff(RoleCode.CLERK, case.court))


def _hidden(page: TestResponse) -> dict[str, str]:
    seen = re.findall(r'name="seen" value="(\d+)"', page.text)
    return {"seen": seen[0] if seen else "", "once": str(uuid.uuid4())}


def _post(clerk: FlaskClient, publication: Publication, path: str = "", **said: str):
    address = f"/publications/{publication.key}"
    return clerk.post(address + path, data=_hidden(clerk.get(address)) | said)


def _publish(clerk: FlaskClient, publication: Publication, **said: str) -> TestResponse:
    return _post(clerk, publication, "/publish", **said)


def _published(session: Session, publication: Publication, outside: Outside) -> Publication:
    service.publish(session, SYSTEM, publication, looked=True, outside=outside, now=outside.now())
    return publication


def test_the_job_makes_the_text_and_twice_makes_it_once(
    session: Session, act: Act, run_jobs: Callable[[], list[str]]
) -> None:
    for _turn in range(2):
        defer_job(session, "publication.prepare", act_id=act.id)
    session.commit()
    assert run_jobs() == ["publication.prepare"] * 2
    made = session.scalars(select(Publication).where(Publication.act_id == act.id)).one()
    assert made.state is PublicationState.PREPARED
    assert not any(name in text for text in made.parts.values() for name in NAMES)
    assert made.parts["operative"] == "1-жоопкерден 1-доогерге алимент өндүрүлсүн."


def test_no_name_is_written_a_second_time(publication: Publication) -> None:
    assert not any(name in str(publication.spans) for name in NAMES)


@pytest.mark.parametrize("reason", ["sealed", "closed"])
def test_closed_cases_are_never_prepared(
    session: Session, act: Act, time: Time, reason: str, run_jobs: Callable[[], list[str]]
) -> None:
    if reason == "sealed":
        act.case.sealed = True
    else:
        act.case.category.closed = True
    session.flush()
    with pytest.raises(CourtError) as refused:
        service.prepare(session, SYSTEM, act, now=time.now)
    assert refused.value.code is Refusal.NOT_PUBLIC
    defer_job(session, "publication.prepare", act_id=act.id)
    session.commit()
    run_jobs()
    assert session.scalars(select(Publication)).all() == []


def test_the_clerk_makes_the_text_when_no_job_did(clerk: FlaskClient, act: Act) -> None:
    queue = clerk.get("/publications")
    assert f"/acts/{act.key}/publication" in queue.text
    answer = clerk.post(f"/acts/{act.key}/publication", data=_hidden(queue))
    assert answer.status_code == 303
    assert answer.location.startswith("/publications/")
    assert act.case.number in clerk.get("/publications").text


def test_the_review_shows_before_and_after(clerk: FlaskClient, publication: Publication) -> None:
    page = clerk.get(f"/publications/{publication.key}")
    assert page.status_code == 200
    assert "<mark>Жумабеков Эркебулан Таштановичтин</mark>" in page.text
    assert 'title="Жумабеков Эркебулан Таштановичтин">1-доогердин<' in page.text


def test_a_replacement_is_undone_and_done_again(
    session: Session, clerk: FlaskClient, publication: Publication
) -> None:
    first = places.places_of(publication)[0]
    assert _post(clerk, publication, choice=f"keep:{first.id}").status_code == 303
    session.refresh(publication)
    assert first.original in publication.parts[first.part]
    assert _post(clerk, publication, choice=f"replace-one:{first.id}").status_code == 303
    session.refresh(publication)
    assert first.original not in publication.parts[first.part]


def test_an_undone_name_stops_the_publication(
    session: Session, clerk: FlaskClient, publication: Publication
) -> None:
    first = places.places_of(publication)[0]
    _post(clerk, publication, choice=f"keep:{first.id}")
    refused = _publish(clerk, publication)
    assert refused.status_code == 422
    assert f"<mark>{first.original}</mark>" in refused.text
    session.refresh(publication)
    assert publication.state is PublicationState.PREPARED
    assert publication.pdf_key is None


def test_words_nobody_found_are_replaced_by_hand(
    session: Session, clerk: FlaskClient, publication: Publication
) -> None:
    answer = _post(clerk, publication, "/replace", words="негиздүү деп", label="1-доогер")
    assert answer.status_code == 303
    session.refresh(publication)
    assert "1-доогер эсептейт" in publication.parts["reasoning"]
    missing = _post(clerk, publication, "/replace", words="жок сөздөр", label="1-доогер")
    assert missing.status_code == 422
    unknown = _post(clerk, publication, "/replace", words="доону", label="Азиз")
    assert unknown.status_code == 422


def test_a_name_learnt_after_the_preparation_stops_it_too(
    make: Make, case: Case, clerk: FlaskClient, new_act: Callable[..., Act], session: Session
) -> None:
    act = new_act(case, reasoning="Мамытканова суракка жооп берген.")
    prepared = service.prepare(session, SYSTEM, act, now=make.now())
    make.party(case, "respondent", surname="Мамытканова", given_name="Чолпон", patronymic="")
    assert _publish(clerk, prepared, looked="y").status_code == 422
    assert "Мамытканова" in _publish(clerk, prepared, looked="y").text


def test_doubts_that_stay_are_looked_at_first(
    case: Case, clerk: FlaskClient, new_act: Callable[..., Act], session: Session, time: Time
) -> None:
    act = new_act(case, reasoning="Прокурор К. Жусупов катышты.")
    prepared = service.prepare(session, SYSTEM, act, now=time.now)
    assert _publish(clerk, prepared).status_code == 422
    assert _publish(clerk, prepared, looked="y").status_code == 303
    session.refresh(prepared)
    assert "Жусупов" in prepared.parts["reasoning"]


def test_the_judge_who_shares_a_surname_is_a_doubt_that_can_be_settled(
    make: Make, new_act: Callable[..., Act], session: Session, time: Time, outside: Outside
) -> None:
    case = make.case(judge=make.judge(full_name="Осмонов Талант Акынович"))
    make.party(case, surname="Осмонов", given_name="Бакыт", pin=None)
    act = new_act(case, **dict.fromkeys(PARTS, "Осмонов кол койду."))
    prepared = service.prepare(session, SYSTEM, act, now=time.now)
    assert "1-доогер кол койду." in prepared.parts["operative"]
    ids = frozenset(place.id for place in places.places_of(prepared))
    service.decide(session, SYSTEM, prepared, ids, applied=False, now=time.now)
    _published(session, prepared, outside)
    assert prepared.parts["operative"] == "Осмонов кол койду."


def test_publishing_makes_a_clean_paper(
    session: Session,
    clerk: FlaskClient,
    client: FlaskClient,
    publication: Publication,
    bucket: BucketStore,
) -> None:
    assert _publish(clerk, publication).status_code == 303
    session.refresh(publication)
    assert publication.pdf_key is not None
    content = bucket.get(publication.pdf_key)
    reader = PdfReader(io.BytesIO(content))
    told = "\n".join(
        [*(page.extract_text() for page in reader.pages), str(reader.metadata)]
    ) + content.decode("latin-1")
    assert "1-жоопкерден" in told
    assert not any(name in told for name in NAMES)
    assert "/verify/" not in told
    answer = client.get(f"/decisions/{publication.key}.pdf")
    assert answer.data == content
    assert answer.mimetype == "application/pdf"


def test_a_second_press_changes_nothing(
    session: Session, clerk: FlaskClient, publication: Publication, time: Time
) -> None:
    _publish(clerk, publication)
    session.refresh(publication)
    first = (publication.published_at, publication.pdf_key, publication.version)
    deeds = session.query(JournalLine).filter(JournalLine.action != Action.CASE_READ.value)
    lines = deeds.count()
    time.now += timedelta(hours=1)
    assert _publish(clerk, publication).status_code == 303
    session.refresh(publication)
    assert (publication.published_at, publication.pdf_key, publication.version) == first
    assert deeds.count() == lines


def test_a_published_text_is_not_edited(
    clerk: FlaskClient, publication: Publication, session: Session, outside: Outside
) -> None:
    first = places.places_of(_published(session, publication, outside))[0]
    assert _post(clerk, publication, choice=f"keep:{first.id}").status_code == 422
    assert (
        _post(clerk, publication, "/replace", words="алимент", label="1-доогер").status_code == 422
    )


def test_a_stale_page_is_told(clerk: FlaskClient, publication: Publication) -> None:
    page = clerk.get(f"/publications/{publication.key}")
    first = places.places_of(publication)[0]
    _post(clerk, publication, choice=f"keep:{first.id}")
    answer = clerk.post(
        f"/publications/{publication.key}", data=_hidden(page) | {"choice": f"keep:{first.id}"}
    )
    assert answer.status_code == 422
    assert _post(clerk, publication, choice="nonsense").status_code == 422


def test_what_is_published_is_found_and_read(
    client: FlaskClient, session: Session, publication: Publication, outside: Outside
) -> None:
    _published(session, publication, outside)
    for address in (
        "/decisions",
        "/decisions?q=алименттин",
        "/decisions?q=АЛИМЕНТ+өндүрүү",
        f"/decisions?court={publication.act.case.court.code}&kind=civil&category=loan",
        "/decisions?since=2026-11-23&until=2026-11-23",
        "/search?q=алимент",
        f"/search?q={publication.act.case.number}",
        f"/search?q={publication.act.case.number.replace('-', ' ').lower()}",
    ):
        assert str(publication.key) in client.get(address).text, address
    page = client.get(f"/decisions/{publication.key}")
    assert page.status_code == 200
    assert "1-жоопкерден 1-доогерге алимент өндүрүлсүн." in page.text
    assert "Асанова Бегимай Эсеновна" in page.text
    assert not any(name in page.text for name in NAMES)
    assert "/verify/" not in page.text


@pytest.mark.parametrize(
    "asked",
    ["Жумабеков", "Эркебулан", "Нурбек", "Сыдык", "21503189912345", "Токтоналиев", "Jumabekov"],
)
def test_a_search_for_a_name_finds_nothing(
    client: FlaskClient, session: Session, publication: Publication, outside: Outside, asked: str
) -> None:
    _published(session, publication, outside)
    for page in (f"/decisions?q={asked}", f"/search?q={asked}"):
        assert str(publication.key) not in client.get(page).text


def test_other_filters_leave_it_out(
    client: FlaskClient, session: Session, publication: Publication, outside: Outside
) -> None:
    _published(session, publication, outside)
    for asked in ("court=OTHER", "kind=criminal", "until=2026-11-22", "since=2026-11-24", "q=…"):
        page = client.get(f"/decisions?{asked}")
        assert page.status_code == 200
        assert str(publication.key) not in page.text, asked


def test_what_is_not_published_is_nowhere(
    client: FlaskClient, clerk: FlaskClient, publication: Publication
) -> None:
    for visitor in (client, clerk):
        assert visitor.get(f"/decisions/{publication.key}").status_code == 404
        assert visitor.get(f"/decisions/{publication.key}.pdf").status_code == 404
    for address in ("/decisions", "/decisions?q=алимент", "/decisions.atom", "/search?q=алимент"):
        assert str(publication.key) not in client.get(address).text


def test_drafts_of_others_do_not_exist(
    make: Make, sign_in: SignIn, client: FlaskClient, publication: Publication, case: Case
) -> None:
    address = f"/publications/{publication.key}"
    stranger = sign_in(make.staff(RoleCode.CLERK, make.court("Н1", "NRN-NRN")))
    party = sign_in(make.party(case, "respondent", **PLAINTIFF | {"surname": "Башкача"}))
    for path in ("", "/publish", "/withdraw", "/replace"):
        assert client.get(address + path).status_code == 303
        for visitor in (stranger, party):
            assert visitor.get(address + path).status_code == 404
            assert visitor.post(address + path, data={"once": str(uuid.uuid4())}).status_code == 404
    assert stranger.get("/publications").text.count(publication.act.case.number) == 0
    assert party.get("/publications").status_code == 403
    assert stranger.get(f"/acts/{publication.act.key}/publication").status_code == 404


def test_a_withdrawn_text_is_gone_and_its_page_says_so(
    session: Session,
    clerk: FlaskClient,
    client: FlaskClient,
    publication: Publication,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    _published(session, publication, outside)
    stored = publication.pdf_key
    assert stored is not None
    session.commit()
    assert _post(clerk, publication, "/withdraw", note="").status_code == 422
    assert _post(clerk, publication, "/withdraw", note="Көчө аты калган.").status_code == 303
    run_jobs()
    page = client.get(f"/decisions/{publication.key}")
    assert page.status_code == 410
    assert "1-доогер" not in page.text
    assert "Көчө аты калган." not in page.text
    assert client.get(f"/decisions/{publication.key}.pdf").status_code == 404
    assert str(publication.key) not in client.get("/decisions?q=алимент").text
    with pytest.raises(StoreError):
        outside.store.get(stored)
    session.refresh(publication)
    assert publication.withdrawal_note == "Көчө аты калган."
    assert _publish(clerk, publication).status_code == 303
    assert client.get(f"/decisions/{publication.key}").status_code == 200


def test_a_case_that_is_sealed_later_disappears(
    client: FlaskClient, session: Session, publication: Publication, outside: Outside
) -> None:
    _published(session, publication, outside)
    publication.act.case.sealed = True
    session.flush()
    assert client.get(f"/decisions/{publication.key}").status_code == 404
    assert str(publication.key) not in client.get("/decisions").text


def test_the_feed_is_well_formed(
    client: FlaskClient, session: Session, publication: Publication, outside: Outside
) -> None:
    _published(session, publication, outside)
    feed = ET.fromstring(client.get("/decisions.atom").data)  # noqa: S314 - our own
    assert f"urn:uuid:{publication.key}" in {node.text for node in feed.iter()}


def test_counts_stand_beside_the_filters(
    client: FlaskClient,
    session: Session,
    case: Case,
    new_act: Callable[..., Act],
    outside: Outside,
    time: Time,
) -> None:
    for _number in range(22):
        made = service.prepare(session, SYSTEM, new_act(case), now=time.now)
        _published(session, made, outside)
    page = client.get("/decisions")
    assert f"{case.court.name_ky} (22)" in page.text
    assert "page=2" in page.text
    assert client.get("/decisions?page=2").text.count("<article") == 2
    assert client.get("/decisions?page=999999999999").status_code == 200


def test_the_cause_list_names_no_party(make: Make, client: FlaskClient, case: Case) -> None:
    hearing = make.hearing(case)
    moved = make.hearing(case, state=HearingState.CANCELLED)
    closed = make.hearing(case, open=False, starts=make.now() + timedelta(days=1, hours=3))
    day = (make.now() + timedelta(days=1)).date().isoformat()
    address = f"court={case.court.code}&day={day}"
    for page in (f"/hearings?{address}", f"/hearings.csv?{address}", f"/hearings.ics?{address}"):
        text = client.get(page).text.replace("\r\n ", "")
        assert case.number in text, page
        assert hearing.courtroom.name in text
        assert "Асанова Бегимай" in text
        assert not any(name in text for name in NAMES)
    assert "CANCELLED" in client.get(f"/hearings.ics?{address}").text
    assert str(closed.key) in client.get(f"/hearings.ics?{address}").text
    assert str(moved.key) in client.get(f"/hearings.ics?{address}").text
    assert case.court.name_ky in client.get(f"/hearings?day={day}").text
    assert case.number not in client.get(f"/hearings?court={case.court.code}").text
    assert client.get("/hearings.csv").status_code == 404
    assert client.get("/hearings?court=NONE&day=31.02.2026").status_code == 200


def test_the_search_box_tells_courts_from_cases(
    make: Make, client: FlaskClient, case: Case
) -> None:
    court = client.get("/search?q=Таласский городской").text
    assert case.court.name_ky in court
    found = client.get(f"/search?q={case.seq}/26").text
    assert case.number in found
    assert not any(name in found for name in NAMES)
    case.sealed = True
    make.session.flush()
    assert f"<h3>{case.number}" not in client.get(f"/search?q={case.seq}/26").text
    assert client.get("/search").status_code == 200
    assert client.get("/search?q=%3Cscript%3E").status_code == 200


def test_professionals_keep_their_names_and_organisations_theirs(
    make: Make, session: Session, act: Act
) -> None:
    make.party(
        act.case, "respondent", kind=PersonKind.LEGAL, organisation="ОсОО «Ак Жол»", surname=""
    )
    make.party(
        act.case, "respondent", kind=PersonKind.LEGAL, organisation="ЖИ Токтосунов А.", surname=""
    )
    known = known_of(session, act)
    assert known.persons[-1].names[0].surname == "Токтосунов"
    known = dataclasses.replace(known, persons=known.persons[:-1])
    assert [person.label for person in known.persons] == ["1-доогер", "1-жоопкер"]
    assert known.organisations == ("ОсОО «Ак Жол»",)
    assert known.officials[0].names[0].surname == "Асанова"


def test_every_step_is_in_the_journal(
    session: Session, publication: Publication, outside: Outside
) -> None:
    _published(session, publication, outside)
    service.withdraw(
        session, Actor(system=True), publication, "себеп", outside=outside, now=outside.now()
    )
    lines = session.scalars(select(JournalLine).where(JournalLine.subject_kind == "publications"))
    facts = [line.facts for line in lines]
    assert [fact["change"] for fact in facts] == ["prepared", "published", "withdrawn"]
    assert not any(name in str(facts) for name in NAMES)
