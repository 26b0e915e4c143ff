"""Two persons read what one should not decide alone; the lot falls as nobody can foresee."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import (
    CaseKind,
    Ground,
    JournalLine,
    Publication,
    PublicationReading,
    PublicationState,
    User,
)
from sud.outside import Outside
from sud.publication import bars, places, policies, readings, service, showing, signs
from tests.builders import Make
from tests.conftest import Time
from tests.sud.desk import DOUBTFUL, NAMES, Desk, post, without_lot

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def desk(session: Session, make: Make, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_lot(monkeypatch)
    return Desk(session, make, outside)


@pytest.fixture
def childs(desk: Desk) -> Publication:
    """A text that two persons read: of a family case about a child, with one doubt."""
    publication = desk.prepared(desk.act(desk.case(), reasoning=DOUBTFUL))
    clerk = desk.clerk()
    service.note_ground(desk.session, clerk, publication, Ground.CHILD, now=desk.make.now())
    return publication


def _refused(work: Callable[[], object]) -> Refusal:
    with pytest.raises(CourtError) as refused:
        work()
    return refused.value.code


def test_the_second_reader_is_another_person_and_begins_anew(
    desk: Desk, childs: Publication, session: Session
) -> None:
    desk.accept(childs)
    desk.finish(childs)
    assert childs.state is PublicationState.CONFIRMING
    assert childs.second_because is Ground.CHILD
    assert places.open_doubts(childs), "nothing of the first reader is seen"
    assert _refused(lambda: desk.accept(childs)) is Refusal.READ_BEFORE
    assert _refused(lambda: desk.finish(childs)) is Refusal.READ_BEFORE
    assert _refused(lambda: desk.finish(childs, "second")) is Refusal.DOUBTS_OPEN
    desk.accept(childs, "second")
    desk.finish(childs, "second")
    assert childs.state is PublicationState.PUBLISHED
    read = session.scalars(select(PublicationReading).order_by(PublicationReading.number)).all()
    assert [one.number for one in read] == [1, 2]
    assert read[1].differences == 0


def test_where_they_differ_the_second_decides_knowing_both(
    desk: Desk, childs: Publication, sign_in: SignIn
) -> None:
    doubt = places.open_doubts(childs)[0]
    desk.accept(childs)
    desk.finish(childs)
    other = places.Verb.SHOW if doubt.applied else places.Verb.HIDE
    desk.answer(childs, frozenset({doubt.id}), other, "second")
    desk.accept(childs, "second")
    desk.finish(childs, "second")
    assert childs.state is PublicationState.CONFIRMING
    [open_again] = places.open_doubts(childs)
    assert open_again.differs
    page = sign_in(desk.user("second")).get(f"/publications/{childs.key}").text
    assert "data-doubt" in page
    assert _refused(lambda: desk.finish(childs, "second")) is Refusal.DOUBTS_OPEN
    desk.accept(childs, "second")
    desk.finish(childs, "second")
    assert childs.state is PublicationState.PUBLISHED
    assert ("Жусупов" in childs.parts["reasoning"]) is doubt.applied


def test_what_only_the_first_reader_hid_is_a_difference_too(
    desk: Desk, childs: Publication, session: Session
) -> None:
    service.replace(
        session, desk.clerk(), childs, "алимент төлөнгөн", "[маалымат]", now=desk.make.now()
    )
    desk.accept(childs)
    desk.finish(childs)
    assert "алимент төлөнгөн" in childs.parts["descriptive"]
    desk.accept(childs, "second")
    desk.finish(childs, "second")
    [place] = places.open_doubts(childs)
    assert (place.original, place.replacement) == ("алимент төлөнгөн", "[маалымат]")
    first, second = sorted(readings.readings_of(session, childs), key=lambda one: one.number)
    assert first.counts["missed_other"] == 1
    assert second.differences == 1


def test_the_database_wants_the_second_reading(
    desk: Desk, childs: Publication, session: Session, time: Time
) -> None:
    desk.accept(childs)
    desk.finish(childs)
    desk.accept(childs, "second")
    childs.state, childs.published_at = PublicationState.PUBLISHED, time.now
    with pytest.raises(DatabaseError, match="nobody read it a second time"):
        session.flush()


def test_one_reads_at_a_time_and_another_may_take_over(
    desk: Desk, session: Session, sign_in: SignIn, time: Time
) -> None:
    publication = desk.prepared(desk.act(desk.case(), reasoning=DOUBTFUL))
    [doubt, *_rest] = places.open_doubts(publication)
    desk.answer(publication, frozenset({doubt.id}), places.Verb.SHOW)
    both = frozenset({doubt.id})
    meddling = lambda: desk.answer(publication, both, places.Verb.HIDE, "second")  # noqa: E731
    assert _refused(meddling) is Refusal.READ_BY_ANOTHER
    other = sign_in(desk.user("second"))
    assert desk.user().display_name in other.get(f"/publications/{publication.key}").text
    assert post(other, publication, choice=f"hide:{doubt.id}").status_code == 422
    assert post(other, publication, "/take-over").status_code == 303
    assert post(other, publication, choice=f"hide:{doubt.id}").status_code == 303
    session.refresh(publication)
    desk.accept(publication, "second")
    desk.finish(publication, "second")
    assert publication.state is PublicationState.PUBLISHED


def test_the_lot_falls_by_a_secret_that_no_clerk_knows(desk: Desk, session: Session) -> None:
    text = desk.prepared()
    lots = {bars.second_reader(session, text, secret=bytes([key]))[1] for key in range(20)}
    assert len(lots) > 10, "another secret is another lot"
    assert all(0 <= lot < 10_000 for lot in lots)
    before = bars.second_reader(session, text, secret=b"one")
    assert bars.second_reader(session, text, secret=b"one") == before, "it can be repeated"
    text.round = 2
    assert bars.second_reader(session, text, secret=b"one")[1] != before[1]


def test_whom_the_lot_falls_on_is_read_twice(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policies.initial_facts(), "second_share", 10_000)
    publication = desk.prepared()
    desk.accept(publication)
    desk.finish(publication)
    assert publication.second_because is Ground.DRAWN
    lines = session.scalars(
        select(JournalLine)
        .order_by(JournalLine.seq)
        .where(JournalLine.subject_kind == "publications")
    )
    [line] = [line for line in lines if line.facts["change"] == "confirming"]
    assert line.facts["because"] == "drawn"
    assert 0 <= line.facts["lot"] < 10_000


def test_the_time_and_the_changes_of_a_reading_are_kept(
    desk: Desk, session: Session, time: Time
) -> None:
    publication = desk.prepared(desk.act(desk.case(), reasoning=DOUBTFUL))
    hits = len([place for place in places.places_of(publication) if place.doubt is None])
    first = next(place for place in places.places_of(publication) if place.kind == "pin")
    desk.answer(publication, frozenset({first.id}), places.Verb.SHOW)
    time.now += timedelta(seconds=40)
    desk.answer(publication, frozenset({first.id}), places.Verb.HIDE)
    time.now += timedelta(hours=3)
    desk.accept(publication)
    service.replace(
        session, desk.clerk(), publication, "алимент төлөнгөн", "1-доогер", now=time.now
    )
    desk.finish(publication)
    [reading] = readings.readings_of(session, publication)
    assert reading.seconds == 40 + 300
    assert reading.counts["hits"] == hits
    assert reading.counts["missed_sensitive"] == 1
    assert [change["before"] for change in reading.changes] == [None]
    assert not any(name in str((reading.spans, reading.changes)) for name in NAMES)


def test_two_clerks_press_at_once_and_one_reads(
    own_sessions: Sessions, time: Time, outside: Outside
) -> None:
    with unit(own_sessions) as session:
        desk = Desk(session, Make(session, time), outside)
        publication = desk.prepared(desk.act(desk.case(), reasoning=DOUBTFUL))
        key = publication.id
        actors = [desk.clerk(name) for name in ("first", "second")]
    gate, answers = threading.Barrier(2), []

    def press(actor: object) -> None:
        gate.wait()
        try:
            with unit(own_sessions) as session:
                one = session.get_one(Publication, key)
                ids = frozenset(place.id for place in places.open_doubts(one))
                answer = places.Answer(verb=places.Verb.ACCEPT)
                service.decide(session, actor, one, ids, answer, now=time.now)
            answers.append("read")
        except CourtError as error:
            answers.append(error.code.value)

    threads = [threading.Thread(target=press, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["read", "read_by_another"]


@pytest.mark.parametrize("ground", ["sealed", "closed_category", "closed_hearing", "noted"])
def test_barred_cases_have_a_card_and_never_a_text(
    desk: Desk, session: Session, client: FlaskClient, time: Time, ground: str
) -> None:
    case = desk.case()
    act = desk.act(case)
    early = desk.prepared(desk.act(case))
    match ground:
        case "sealed":
            case.sealed = True
        case "closed_category":
            case.category.closed = True
        case "closed_hearing":
            desk.make.hearing(case, open=False)
        case _:
            bars.note(session, desk.clerk(), case, Ground.PROTECTED_PERSON, now=time.now)
    session.flush()
    assert _refused(lambda: desk.finish(early)) is Refusal.NOT_PUBLIC
    card = desk.prepared(act)
    assert (card.form, card.parts, card.spans) == ("card", {}, [])
    desk.finish(card)
    assert card.second_because is Ground.CARD
    desk.finish(card, "second")
    assert card.state is PublicationState.PUBLISHED
    page = client.get(f"/decisions/{card.key}").text
    assert case.number in page
    assert case.court.name_ky in page
    assert f"/decisions/{card.key}/report" in page
    for hidden in (*NAMES, "алимент", "Асанова", case.category.name_ky):
        assert hidden not in page, hidden
    assert client.get(f"/decisions/{card.key}.pdf").status_code == 404
    assert str(card.key) not in client.get(f"/decisions?q={case.category.name_ky}").text
    assert str(card.key) not in client.get(f"/decisions?category={case.category.code}").text
    assert case.category.name_ky not in client.get("/decisions").text
    early.state, early.published_at = PublicationState.PUBLISHED, time.now
    early.spans = [span | {"decided": True} for span in early.spans]
    with pytest.raises(DatabaseError, match="never published"):
        session.flush()


def test_a_reason_noted_later_holds_what_is_public(
    desk: Desk, session: Session, client: FlaskClient, time: Time
) -> None:
    publication = desk.published()
    clerk = desk.clerk()
    service.note_ground(session, clerk, publication, Ground.STATE_SECRET, now=time.now)
    assert publication.state is PublicationState.HELD
    assert client.get(f"/decisions/{publication.key}").status_code == 410
    assert (
        _refused(
            lambda: service.release(session, clerk, publication, outside=desk.outside, now=time.now)
        )
        is Refusal.NOT_PUBLIC
    )


@pytest.mark.parametrize(
    ("text", "registered", "told"),
    [
        ("осужден по п. 3 ч. 2 ст. 154 УК КР", date(2026, 3, 2), True),
        ("по статьям 200 и 155 Уголовного кодекса", date(2026, 3, 2), True),
        ("Кылмыш-жаза кодексинин 156-беренеси менен", date(2026, 3, 2), True),
        ("по статье 154 Уголовно-процессуального кодекса", date(2026, 3, 2), False),
        ("в силу ст. 154 ГПК и ст. 200 УК", date(2026, 3, 2), False),
        ("по ст. 205 УК КР", date(2026, 3, 2), False),
        ("по ст. 154-1 УК КР", date(2026, 3, 2), True),
        ("по ст. 1-154 УК КР", date(2026, 3, 2), False),
        ("по ст. 129 УК КР", date(2026, 3, 2), False),  # an article of the code of 1997
        ("по ст. 129 УК КР", date(2018, 3, 2), True),
        ("иск о 154 сомах", date(2026, 3, 2), False),
    ],
)
def test_an_offence_is_told_by_the_article_of_the_code_then_in_force(
    text: str, registered: date, told: bool
) -> None:
    articles = map(showing.article_of_facts, policies.initial_facts()["articles"])
    held = [one for one in articles if one.held_between(registered, date(2026, 11, 22))]
    assert (Ground.SEXUAL_OFFENCE in signs.shown(text, {}, held)) is told


def test_a_minor_and_the_words_of_an_offence_are_noted_by_themselves(
    desk: Desk, session: Session, make: Make
) -> None:
    kind = CaseKind(
        code="criminal", prefix="УД", name_ky="кылмыш иши", name_ru="уголовное дело",
        name_en="criminal case", **make._sourced(),
    )  # fmt: skip
    session.add(kind)
    case = desk.case(kind=kind)
    act = desk.act(case, descriptive="Айыпталуучу жыныстык зордук көрсөткөн.")
    desk.prepared(act)
    assert [one.ground for one in bars.noted(session, case)] == [Ground.SEXUAL_OFFENCE]
    assert bars.bar_of(session, case) is Ground.SEXUAL_OFFENCE
    quiet = desk.prepared(desk.act(desk.case(), descriptive="Жыныстык белги."))
    assert bars.noted(session, quiet.act.case) == []
