"""What the public reads names nobody, was checked by a clerk, and can be taken back."""

import dataclasses
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from documents.redaction.policy import default_policy
from recordings.bucket import BucketStore
from recordings.store import StoreError
from sud.access import Action
from sud.models import (
    Act,
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
from tests.sud.desk import DOUBTFUL, NAMES, PARTS, PLAINTIFF, Desk, hidden, post, without_lot

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def desk(session: Session, make: Make, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_lot(monkeypatch)
    return Desk(session, make, outside)


@pytest.fixture
def case(desk: Desk) -> Case:
    return desk.case()


@pytest.fixture
def act(desk: Desk, case: Case) -> Act:
    return desk.act(case)


@pytest.fixture
def publication(desk: Desk, act: Act) -> Publication:
    return desk.prepared(act)


@pytest.fixture
def clerk(desk: Desk, sign_in: SignIn) -> FlaskClient:
    return sign_in(desk.user())


def _publish(clerk: FlaskClient, publication: Publication, **said: str) -> TestResponse:
    return post(clerk, publication, "/publish", **said)


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


def test_the_clerk_makes_the_text_when_no_job_did(clerk: FlaskClient, act: Act) -> None:
    queue = clerk.get("/publications")
    assert f"/acts/{act.key}/publication" in queue.text
    answer = clerk.post(f"/acts/{act.key}/publication", data=hidden(queue))
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
    assert post(clerk, publication, choice=f"show:{first.id}").status_code == 303
    session.refresh(publication)
    assert first.original in publication.parts[first.part]
    assert post(clerk, publication, choice=f"hide-one:{first.id}").status_code == 303
    session.refresh(publication)
    assert first.original not in publication.parts[first.part]


def test_an_undone_name_stops_the_publication(
    session: Session, clerk: FlaskClient, publication: Publication
) -> None:
    first = places.places_of(publication)[0]
    post(clerk, publication, choice=f"show:{first.id}")
    refused = _publish(clerk, publication)
    assert refused.status_code == 422
    assert f"<mark>{first.original}</mark>" in refused.text
    session.refresh(publication)
    assert publication.state is PublicationState.PREPARED
    assert publication.pdf_key is None


def test_words_nobody_found_are_replaced_by_hand(
    session: Session, clerk: FlaskClient, publication: Publication
) -> None:
    answer = post(clerk, publication, "/replace", words="негиздүү деп", label="1-доогер")
    assert answer.status_code == 303
    session.refresh(publication)
    assert "1-доогер эсептейт" in publication.parts["reasoning"]
    missing = post(clerk, publication, "/replace", words="жок сөздөр", label="1-доогер")
    assert missing.status_code == 422
    unknown = post(clerk, publication, "/replace", words="доону", label="Азиз")
    assert unknown.status_code == 422


def test_words_are_replaced_by_hand_however_they_are_broken(
    desk: Desk, clerk: FlaskClient, session: Session
) -> None:
    broken = "Айыл\u00adдын башчысы, айыл-\nдын кеңеши, АЙЫ\u0301ЛДЫН чеги."
    publication = desk.prepared(reasoning=broken)
    said = {"words": "Айылдын", "label": "1-доогер"}
    assert post(clerk, publication, "/replace", **said).status_code == 303
    session.refresh(publication)
    assert publication.parts["reasoning"].count("1-доогер") == 3


def test_a_name_learnt_after_the_preparation_stops_it_too(
    desk: Desk, case: Case, clerk: FlaskClient, make: Make
) -> None:
    prepared = desk.prepared(desk.act(case, reasoning="Мамытканова суракка жооп берген."))
    make.party(case, "respondent", surname="Мамытканова", given_name="Чолпон", patronymic="")
    ids = frozenset(place.id for place in places.open_doubts(prepared))
    desk.answer(prepared, ids, places.Verb.SHOW)
    refused = _publish(clerk, prepared)
    assert refused.status_code == 422
    assert "Мамытканова" in refused.text
    assert post(clerk, prepared, "/again").status_code == 303
    desk.accept(prepared)
    assert _publish(clerk, prepared).status_code == 303


def test_doubts_are_decided_one_by_one(
    desk: Desk, case: Case, clerk: FlaskClient, session: Session
) -> None:
    prepared = desk.prepared(desk.act(case, reasoning=DOUBTFUL))
    assert _publish(clerk, prepared).status_code == 422
    for place in places.open_doubts(prepared):
        assert post(clerk, prepared, choice=f"show:{place.id}").status_code == 303
    session.refresh(prepared)
    assert not places.open_doubts(prepared)
    assert _publish(clerk, prepared).status_code == 303
    session.refresh(prepared)
    assert prepared.state is PublicationState.PUBLISHED
    assert "Жусупов" in prepared.parts["reasoning"]


def test_the_database_publishes_nothing_with_an_open_doubt(
    desk: Desk, case: Case, session: Session, time: Time
) -> None:
    prepared = desk.prepared(desk.act(case, reasoning=DOUBTFUL))
    prepared.state, prepared.published_at = PublicationState.PUBLISHED, time.now
    with pytest.raises(IntegrityError, match="no_open_doubt"):
        session.flush()


def test_the_judge_who_shares_a_surname_is_a_doubt_that_can_be_settled(
    make: Make, desk: Desk
) -> None:
    case = make.case(judge=make.judge(full_name="Осмонов Талант Акынович"))
    make.party(case, surname="Осмонов", given_name="Бакыт", pin=None)
    prepared = desk.prepared(desk.act(case, **dict.fromkeys(PARTS, "Осмонов кол койду.")))
    assert "1-доогер кол койду." in prepared.parts["operative"]
    ids = frozenset(place.id for place in places.places_of(prepared))
    desk.answer(prepared, ids, places.Verb.SHOW)
    desk.finish(prepared)
    assert prepared.parts["operative"] == "Осмонов кол койду."


def test_another_label_is_chosen_for_a_place(
    desk: Desk, clerk: FlaskClient, publication: Publication, session: Session
) -> None:
    first = places.places_of(publication)[0]
    chosen = {"choice": f"alias:{first.id}", f"alias-{first.id}": "1-жоопкер"}
    assert post(clerk, publication, **chosen).status_code == 303
    session.refresh(publication)
    assert "Талас шаардык соту 1-жоопкер" in publication.parts["introductory"]
    unknown = {"choice": f"alias:{first.id}", f"alias-{first.id}": "Азиз"}
    assert post(clerk, publication, **unknown).status_code == 422


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
    assert publication.state is PublicationState.PUBLISHED
    first = (publication.published_at, publication.pdf_key, publication.version)
    deeds = session.query(JournalLine).filter(JournalLine.action != Action.CASE_READ.value)
    lines = deeds.count()
    time.now += timedelta(hours=1)
    assert _publish(clerk, publication).status_code == 303
    session.refresh(publication)
    assert (publication.published_at, publication.pdf_key, publication.version) == first
    assert deeds.count() == lines


def test_a_published_text_is_not_edited(
    clerk: FlaskClient, publication: Publication, desk: Desk
) -> None:
    first = places.places_of(desk.published(publication))[0]
    assert post(clerk, publication, choice=f"show:{first.id}").status_code == 422
    assert (
        post(clerk, publication, "/replace", words="алимент", label="1-доогер").status_code == 422
    )


def test_a_stale_page_is_told(clerk: FlaskClient, publication: Publication) -> None:
    page = clerk.get(f"/publications/{publication.key}")
    first = places.places_of(publication)[0]
    post(clerk, publication, choice=f"show:{first.id}")
    answer = clerk.post(
        f"/publications/{publication.key}", data=hidden(page) | {"choice": f"show:{first.id}"}
    )
    assert answer.status_code == 422
    assert post(clerk, publication, choice="nonsense").status_code == 422


def test_what_is_published_is_found_and_read(
    client: FlaskClient, session: Session, publication: Publication, desk: Desk
) -> None:
    desk.published(publication)
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
    client: FlaskClient, session: Session, publication: Publication, desk: Desk, asked: str
) -> None:
    desk.published(publication)
    for page in (f"/decisions?q={asked}", f"/search?q={asked}"):
        assert str(publication.key) not in client.get(page).text


def test_other_filters_leave_it_out(
    client: FlaskClient, session: Session, publication: Publication, desk: Desk
) -> None:
    desk.published(publication)
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
    desk: Desk,
    run_jobs: Callable[[], list[str]],
) -> None:
    desk.published(publication)
    stored = publication.pdf_key
    assert stored is not None
    session.commit()
    assert post(clerk, publication, "/withdraw", note="").status_code == 422
    assert post(clerk, publication, "/withdraw", note="Көчө аты калган.").status_code == 303
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
    assert post(clerk, publication, "/again").status_code == 303
    assert client.get(f"/decisions/{publication.key}").status_code == 410
    assert _publish(clerk, publication).status_code == 303
    assert client.get(f"/decisions/{publication.key}").status_code == 200


def test_a_case_that_is_sealed_later_disappears(
    client: FlaskClient, session: Session, publication: Publication, desk: Desk
) -> None:
    desk.published(publication)
    publication.act.case.sealed = True
    session.flush()
    assert client.get(f"/decisions/{publication.key}").status_code == 404
    assert str(publication.key) not in client.get("/decisions").text


def test_the_feed_is_well_formed(
    client: FlaskClient, session: Session, publication: Publication, desk: Desk
) -> None:
    desk.published(publication)
    feed = ET.fromstring(client.get("/decisions.atom").data)  # noqa: S314 - our own
    assert f"urn:uuid:{publication.key}" in {node.text for node in feed.iter()}


def test_counts_stand_beside_the_filters(
    client: FlaskClient, session: Session, case: Case, desk: Desk, time: Time
) -> None:
    one = desk.published(desk.prepared(desk.act(case)))
    for _number in range(21):
        session.add(
            Publication(
                act=desk.act(case),
                state=PublicationState.PUBLISHED,
                parts=one.parts,
                spans=[],
                prepared_at=time.now,
                published_at=time.now,
            )
        )
    session.flush()
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
    known = known_of(session, act, default_policy())
    assert known.persons[-1].names[0].surname == "Токтосунов"
    known = dataclasses.replace(known, persons=known.persons[:-1])
    assert [person.label for person in known.persons] == ["1-доогер", "1-жоопкер"]
    assert known.organisations == ("ОсОО «Ак Жол»",)
    assert known.officials[0].names[0].surname == "Асанова"


def test_every_step_is_in_the_journal(
    session: Session, publication: Publication, desk: Desk, outside: Outside
) -> None:
    desk.published(publication)
    service.hold(session, desk.clerk(), publication, now=outside.now())
    service.release(session, desk.clerk(), publication, outside=outside, now=outside.now())
    service.withdraw(
        session, desk.clerk(), publication, "себеп", outside=outside, now=outside.now()
    )
    lines = session.scalars(
        select(JournalLine)
        .order_by(JournalLine.seq)
        .where(JournalLine.subject_kind == "publications")
    )
    facts = [line.facts for line in lines]
    assert [fact["change"] for fact in facts] == [
        "prepared",
        "published",
        "held",
        "released",
        "withdrawn",
    ]
    assert not any(name in str(facts) for name in NAMES)
