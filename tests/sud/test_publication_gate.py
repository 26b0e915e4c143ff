"""Nothing that the case file knows goes out, by whatever way it would have gone."""

import dataclasses
import io
from collections.abc import Callable

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from documents.papers import sheet, styles
from documents.redaction import Known, Name, Official, Person
from documents.search import keys
from recordings.bucket import BucketStore
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import FactKind, Publication, PublicationState, User
from sud.outside import Outside
from sud.publication import gate, places, service
from sud.publication.gate import Channel, Outgoing
from sud.publication.outgoing import outgoing, public_pdf
from tests.builders import Make
from tests.conftest import MONDAY, Time
from tests.sud.desk import DOUBTFUL, Desk, post, without_lot

SignIn = Callable[[User], FlaskClient]
OWN = "3f2c8a55-7d1e-4a5b-9c0d-996700123456"
KNOWN = Known(
    persons=(
        Person(
            key="1",
            label="Истец 1",
            names=(
                Name(surname="Жумабеков", given="Эркебулан", patronymic="Таштанович"),
                Name(surname="Токтогулов", given="Эркебулан"),
            ),
            role="plaintiff",
            pins=("21503189912345",),
            phones=("+996 700 123456",),
            addresses=("г. Талас, ул. Токтоналиева, д. 12",),
            plates=("01 KG 123 ABC",),
            property=("7-03-12-0045-0012",),
        ),
    ),
    officials=(Official(key="judge", names=(Name(surname="Асанова", given="Бегимай"),)),),
    language="ru",
    case_kind="civil",
)


def _pdf(text: str = "Иск удовлетворён.", **facts: str) -> bytes:
    """A one-page PDF; what else it tells is planted by name."""
    printed = sheet.print_paper(
        [sheet.line(text, styles.TEXT)],
        sheet.Sheet(
            title=facts.get("title", "Решение"),
            author=facts.get("author", "Суд"),
            subject="",
            language="ru",
            made=MONDAY,
            footer="",
            code="",
        ),
    )
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        if "bookmark" in facts:
            with pdf.open_outline() as outline:
                outline.root.append(pikepdf.OutlineItem(facts["bookmark"], 0))
        if "attachment" in facts:
            pdf.attachments["act.txt"] = pikepdf.AttachedFileSpec(
                pdf, facts["attachment"].encode(), filename="act.txt"
            )
        if "xmp" in facts:
            with pdf.open_metadata() as meta:
                meta["dc:description"] = facts["xmp"]
        pdf.save(target)
    return target.getvalue()


@pytest.fixture(scope="module")
def clean() -> Outgoing:
    text = {"operative": "Иск удовлетворить. Взыскать с Ответчика 1 в пользу Истца 1 долг."}
    heading = ("Таласский городской суд", "Асанова Бегимай", "истец: Истец 1", "ГД-7/26-Т5")
    return Outgoing(
        text=text,
        heading=heading,
        pdf=_pdf(),
        file_names=(f"decision-{OWN}.pdf",),
        addresses=(f"https://sot.example/decisions/{OWN}",),
        index=keys("\n".join((*text.values(), *heading))),
        suggestions=("взыскать", "удовлетворить"),
        feed="решение ГД-7/26-Т5\nТаласский городской суд",
        own=OWN,
    )


def test_what_is_clean_passes(clean: Outgoing) -> None:
    assert gate.leaks(clean, KNOWN) == ()


@pytest.mark.parametrize(
    "words",
    [
        "Жумабекова",
        "Жумабековго",
        "ЖУМАБЕКОВЫМ",
        "Жумабековтун Эркебуланга",
        "Э. Т. Жумабеков",
        "Jumabekov",
        "Djumabekov",
        "Zhumabekov Erkebulan",
        "Токтогулову",
        "21503189912345",
        "2 150 318 991 2345".replace(" ", ""),
        "0700 123 456",
        "ул. Токтоналиева, 12",
        "01KG123ABC",
        "7-03-12-0045-0012",
    ],
)
def test_every_form_of_everything_known_is_found_in_the_text(clean: Outgoing, words: str) -> None:
    told = dataclasses.replace(clean, text={"operative": f"Взыскать с {words} долг."})
    assert {leak.channel for leak in gate.leaks(told, KNOWN)} >= {Channel.TEXT}


PLANTED = {
    Channel.HEADING: lambda one: dataclasses.replace(
        one, heading=(*one.heading, "истец: Жумабеков Эркебулан")
    ),
    Channel.FILE_NAME: lambda one: dataclasses.replace(
        one, file_names=("reshenie-Jumabekov-Erkebulan.pdf",)
    ),
    Channel.ADDRESS: lambda one: dataclasses.replace(
        one, addresses=("https://sot.example/decisions/zhumabekov-erkebulan",)
    ),
    Channel.INDEX: lambda one: dataclasses.replace(one, index=[*one.index, *keys("Жумабековдун")]),
    Channel.SUGGESTION: lambda one: dataclasses.replace(one, suggestions=("взыскать", "жумабеков")),
    Channel.FEED: lambda one: dataclasses.replace(
        one, feed="решение ГД-7/26-Т5\nЖумабеков против Банка"
    ),
}


@pytest.mark.parametrize("channel", PLANTED)
def test_a_name_planted_in_a_channel_stops_it_there(clean: Outgoing, channel: Channel) -> None:
    found = gate.leaks(PLANTED[channel](clean), KNOWN)
    assert {leak.channel for leak in found} == {channel}


@pytest.mark.parametrize(
    ("where", "channel"),
    [
        ("text", Channel.PDF),
        ("title", Channel.PDF),
        ("author", Channel.PDF),
        ("xmp", Channel.PDF),
        ("bookmark", Channel.PDF),
        ("attachment", Channel.ATTACHMENT),
    ],
)
def test_a_name_planted_in_the_pdf_stops_it(clean: Outgoing, where: str, channel: Channel) -> None:
    told = dataclasses.replace(clean, pdf=_pdf(**{where: "Ответчик Жумабеков Э.Т."}))
    found = gate.leaks(told, KNOWN)
    assert channel in {leak.channel for leak in found}
    assert all("умабеков" in leak.original for leak in found)


def test_its_own_random_key_is_no_telephone_number(clean: Outgoing) -> None:
    assert gate.leaks(clean, KNOWN) == ()
    stranger = dataclasses.replace(clean, own="0" * 36)
    assert gate.leaks(stranger, KNOWN) != ()


def test_a_word_that_is_a_name_elsewhere_does_not_stop_an_index(clean: Outgoing) -> None:
    text = {"operative": "Талант менен кабылданды, бакыт жана эркин."}
    told = dataclasses.replace(clean, text=text, index=keys(text["operative"]))
    person = Person(key="2", label="2-доогер", names=(Name(surname="Талантов", given="Бакыт"),))
    found = gate.leaks(told, dataclasses.replace(KNOWN, persons=(person,)))
    assert [leak for leak in found if leak.channel is Channel.INDEX] == []


# ------------------------------------------------------------------ through the verb


@pytest.fixture
def desk(session: Session, make: Make, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_lot(monkeypatch)
    return Desk(session, make, outside)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (FactKind.FORMER_NAME, "Мамытканова Чолпон", "Ал мурда Мамытканова болчу."),
        (FactKind.RELATIVE, "Мамытканов Руслан", "Иниси Мамытканов Руслан болгон."),
        (FactKind.PLATE, "01 KG 123 ABC", "Унаанын номери 01KG123ABC болгон."),
        (FactKind.PROPERTY, "7-03-12-0045-0012", "Жер тилкеси 7-03-12-0045-0012."),
    ],
)
def test_what_is_noted_of_a_person_stops_the_publication(
    desk: Desk, session: Session, kind: FactKind, value: str, words: str
) -> None:
    publication = desk.prepared(desk.act(desk.case(), reasoning=words))
    shown = frozenset(
        place.id for place in places.places_of(publication) if place.part == "reasoning"
    )
    if shown:
        desk.answer(publication, shown, places.Verb.SHOW)
    person = service.facts_told(session, publication)[0][0]
    service.note_fact(
        session,
        desk.clerk(),
        publication,
        person,
        service.Fact(kind=kind, value=value),
        now=desk.make.now(),
    )
    desk.accept(publication)
    with pytest.raises(CourtError) as refused:
        desk.finish(publication)
    assert refused.value.code is Refusal.NAMES_LEFT
    service.prepare_anew(session, desk.clerk(), publication, now=desk.make.now())


def test_the_page_says_where_the_name_is_left(
    desk: Desk, session: Session, sign_in: SignIn
) -> None:
    publication = desk.prepared()
    first = places.places_of(publication)[0]
    desk.answer(publication, frozenset({first.id}), places.Verb.SHOW)
    desk.accept(publication)
    refused = post(sign_in(desk.user()), publication, "/publish")
    assert refused.status_code == 422
    assert 'id="leaks"' in refused.text
    assert f"<mark>{first.original}</mark>" in refused.text
    session.refresh(publication)
    assert publication.state is PublicationState.PREPARED
    assert publication.pdf_key is None


def test_the_same_text_gives_the_same_bytes_and_everything_about_it_is_clean(
    desk: Desk, session: Session, outside: Outside
) -> None:
    publication = desk.published()
    now = desk.make.now()
    first = public_pdf(session, publication, base_url=outside.base_url, now=now)
    assert first == public_pdf(session, publication, base_url=outside.base_url, now=now)
    assert outside.store.get(publication.pdf_key or "") == first
    leaving = outgoing(session, publication, first, base_url=outside.base_url)
    assert leaving.suggestions
    assert set(leaving.index) <= set(keys("\n".join((*leaving.text.values(), *leaving.heading))))
    assert gate.leaks(leaving, service.known(session, publication)) == ()


def test_killed_between_store_and_row_it_is_published_by_the_next_press(
    own_sessions: Sessions,
    outside: Outside,
    time: Time,
    bucket: BucketStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_lot(monkeypatch)
    with unit(own_sessions) as session:
        desk = Desk(session, Make(session, time), outside)
        publication = desk.prepared(desk.act(desk.case(), reasoning=DOUBTFUL))
        desk.accept(publication)
        number, clerk, key = publication.id, desk.clerk(), publication.key

    class SwitchedOffError(Exception):
        pass

    def press(*, die: bool) -> str | None:
        with unit(own_sessions) as session:
            one = session.get_one(Publication, number)
            service.finish(session, clerk, one, outside=outside, now=time.now)
            if die:
                raise SwitchedOffError
            return one.pdf_key

    with pytest.raises(SwitchedOffError):
        press(die=True)
    [orphan] = [one.key for one in bucket.list(f"publications/{key}/")]
    with unit(own_sessions) as session:
        assert session.get_one(Publication, number).pdf_key is None
    assert press(die=False) == orphan
    assert [one.key for one in bucket.list(f"publications/{key}/")] == [orphan]
