"""What bars a text is a version's own rows, and the database asks the version in force."""

import threading
from collections.abc import Callable
from datetime import date
from time import sleep

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from sud.access import SYSTEM, Actor
from sud.accounts.service import actor_of
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    CaseKind,
    Ground,
    Handling,
    JournalLine,
    Publication,
    PublicationForm,
    PublicationState,
    Role,
    RoleCode,
    User,
)
from sud.outside import Outside
from sud.publication import barred, bars, jobs, policies, service, showing
from sud.publication.policies import Row
from sud.publication.showing import Minors
from sud.publication.signs import Article
from tests.builders import START, Make
from tests.conftest import Time
from tests.sud.desk import Desk, hidden, without_lot

SignIn = Callable[[User], FlaskClient]
SECRET = Row(category=Ground.CLOSED_HEARING.value, handling=Handling.OPERATIVE)


@pytest.fixture
def desk(session: Session, make: Make, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_lot(monkeypatch)
    return Desk(session, make, outside)


def keepers_of(make: Make) -> list[User]:
    users = [make.user(), make.user()]
    for user in users:
        make.session.add(Role(user_id=user.id, code=RoleCode.POLICY_KEEPER, valid_from=START))
    make.session.flush()
    return users


@pytest.fixture
def keepers(make: Make) -> list[User]:
    return keepers_of(make)


@pytest.fixture
def actors(session: Session, make: Make, keepers: list[User]) -> list[Actor]:
    return [actor_of(session, user, make.now()) for user in keepers]


def adopt(
    session: Session, make: Make, actors: list[Actor], *rows: Row
) -> list[tuple[object, ...]]:
    """Put a version with these rows in force; return what was deferred."""
    deferred: list[tuple[object, ...]] = []
    draft = policies.draft(session, actors[0], now=make.now())
    for row in rows:
        policies.set_row(session, actors[0], draft, row, now=make.now())
    defer = lambda _session, *told: deferred.append(told)  # noqa: E731
    policies.adopt(session, actors[1], draft, defer=defer, now=make.now())
    return deferred


def refused(work: Callable[[], object]) -> Refusal:
    with pytest.raises(CourtError) as error:
        work()
    return error.value.code


def closed(desk: Desk) -> Case:
    case = desk.case()
    desk.make.hearing(case, open=False)
    return case


def forced(desk: Desk, publication: Publication) -> None:
    """Publish past the room, as a hand in the database would."""
    with desk.session.begin_nested():
        publication.state, publication.published_at = PublicationState.PUBLISHED, desk.make.now()
        publication.spans = [span | {"decided": True} for span in publication.spans]
        desk.session.flush()


def test_a_closed_hearing_lets_the_operative_part_out_where_the_policy_says_so(
    desk: Desk, session: Session, make: Make, actors: list[Actor], client: FlaskClient,
    sign_in: SignIn,
) -> None:  # fmt: skip
    policies.found(session, SYSTEM, now=make.now())
    assert desk.prepared(desk.act(closed(desk))).form is PublicationForm.CARD
    adopt(session, make, actors, SECRET)
    case = closed(desk)
    whole = desk.prepared(desk.act(desk.case()))
    publication = desk.prepared(desk.act(case))
    assert publication.form is PublicationForm.OPERATIVE
    assert {part for part, words in publication.parts.items() if words} == {"operative"}
    review = sign_in(desk.user()).get(f"/publications/{publication.key}?lang=ru").text
    assert "Заседание было закрытым: только резолютивная часть, со вторым читающим" in review
    assert "алимент төлөнгөн" not in review
    desk.accept(publication)
    desk.finish(publication)
    assert publication.second_because is Ground.CLOSED_HEARING
    with pytest.raises(DatabaseError, match="nobody read it a second time"):
        forced(desk, publication)
    session.refresh(publication)
    desk.accept(publication, "second")
    desk.finish(publication, "second")
    assert publication.state is PublicationState.PUBLISHED
    page = client.get(f"/decisions/{publication.key}?lang=ru").text
    assert "Только резолютивная часть" in page
    assert "алимент өндүрүлсүн" in page
    assert "алимент төлөнгөн" not in page
    # The whole text of a case whose hearing is closed later goes no way any more.
    make.hearing(whole.act.case, open=False)
    desk.accept(whole)
    assert refused(lambda: desk.finish(whole)) is Refusal.POLICY_STRICTER
    with pytest.raises(DatabaseError, match="more than the operative part"):
        forced(desk, whole)


@pytest.mark.parametrize("handling", [Handling.SECOND, Handling.KEEP])
def test_a_closed_category_is_published_where_the_policy_lets_it(
    desk: Desk, session: Session, make: Make, actors: list[Actor], client: FlaskClient,
    handling: Handling,
) -> None:  # fmt: skip
    adopt(session, make, actors, Row(category="closed_category", handling=handling))
    case = desk.case()
    case.category.closed = True
    publication = desk.published(desk.prepared(desk.act(case)))
    assert (publication.second_because is not None) is (handling is Handling.SECOND)
    assert str(publication.key) in client.get("/decisions").text
    assert client.get(f"/decisions/{publication.key}").status_code == 200
    case.sealed = True
    session.flush()
    assert client.get(f"/decisions/{publication.key}").status_code == 404
    assert bars.bar_of(session, case) is Ground.SEALED


def test_people_and_data_that_let_no_text_out_are_asked_for_by_the_database_too(
    desk: Desk, session: Session, make: Make, actors: list[Actor]
) -> None:
    early, other = desk.prepared(), desk.prepared(desk.act(desk.case()))
    rows = [Row(category="person", role="plaintiff", handling=Handling.NEVER)]
    adopt(session, make, actors, *rows)
    assert bars.bar_of(session, early.act.case) is Ground.PROTECTED_DATA
    with pytest.raises(DatabaseError, match="never published: protected_data"):
        forced(desk, early)
    session.refresh(early)
    adopt(
        session, make, actors,
        Row(category="person", role="plaintiff", handling=Handling.HIDE),
        Row(category="pin", handling=Handling.NEVER),
    )  # fmt: skip
    assert bars.bar_of(session, other.act.case) is None
    with pytest.raises(DatabaseError, match="never published: protected_data"):
        forced(desk, other)
    service.prepare_anew(session, desk.clerk(), other, now=make.now())
    assert other.form is PublicationForm.CARD


def test_what_a_newer_version_bars_is_held_and_its_keeper_withdraws_it(
    desk: Desk, session: Session, make: Make, keepers: list[User], actors: list[Actor],
    sign_in: SignIn, client: FlaskClient,
) -> None:  # fmt: skip
    case, free = desk.case(), desk.published()
    bars.note(session, desk.clerk(), case, Ground.CHILD, now=make.now())
    publication = desk.published(desk.prepared(desk.act(case)))
    draft = policies.draft(session, actors[0], now=make.now())
    row = Row(category="child", handling=Handling.NEVER)
    policies.set_row(session, actors[0], draft, row, now=make.now())
    [keeper, other] = [sign_in(user) for user in keepers]
    assert case.court.name_ky in keeper.get(f"/policy/{draft.key}/barred").text
    pressed = other.post(
        f"/policy/{draft.key}/adopt", data=hidden(other.get(f"/policy/{draft.key}"))
    )
    assert pressed.status_code == 303
    session.expire_all()
    assert barred.public_ids(session) == [publication.id]
    for number in barred.public_ids(session):
        service.hold_barred(session, SYSTEM, session.get_one(Publication, number), now=make.now())
    service.hold_barred(session, SYSTEM, free, now=make.now())
    assert (publication.state, free.state) == (PublicationState.HELD, PublicationState.PUBLISHED)
    assert client.get(f"/decisions/{publication.key}").status_code == 410
    clerk = desk.clerk()
    release = lambda: service.release(  # noqa: E731
        session, clerk, publication, outside=desk.outside, now=make.now()
    )
    assert refused(release) is Refusal.NOT_PUBLIC
    listed = keeper.get("/policy/barred").text
    assert case.number in listed
    assert free.act.case.number not in listed
    assert sign_in(desk.user()).get("/policy/barred").status_code == 403
    address = f"/policy/barred/{publication.key}"
    assert keeper.get(f"/policy/barred/{free.key}").status_code == 404
    assert keeper.post(address, data=hidden(keeper.get(address))).status_code == 422
    said = hidden(keeper.get(address)) | {"note": "3-редакция тыюу салат."}
    assert keeper.post(address, data=said).status_code == 303
    session.refresh(publication)
    assert publication.state is PublicationState.WITHDRAWN
    assert case.number not in keeper.get("/policy/barred").text


def test_one_reader_is_not_enough_where_a_newer_version_wants_two(
    desk: Desk, session: Session, make: Make, actors: list[Actor]
) -> None:
    publication, clerk = desk.published(), desk.clerk()
    case = publication.act.case
    adopt(session, make, actors, Row(category="child", handling=Handling.SECOND))
    bars.note(session, clerk, case, Ground.CHILD, now=make.now())
    service.hold(session, clerk, publication, now=make.now())
    release = lambda: service.release(  # noqa: E731
        session, clerk, publication, outside=desk.outside, now=make.now()
    )
    assert refused(release) is Refusal.POLICY_STRICTER


def test_what_one_person_lifted_another_reads_too(desk: Desk, session: Session, make: Make) -> None:
    publication, clerk = desk.prepared(), desk.clerk()
    case = publication.act.case
    bars.note(session, SYSTEM, case, Ground.MINOR, now=make.now())
    bars.lift(session, clerk, case, Ground.MINOR, now=make.now())
    desk.accept(publication)
    with pytest.raises(DatabaseError, match="nobody read it a second time"):
        forced(desk, publication)
    session.refresh(publication)
    desk.finish(publication)
    assert publication.state is PublicationState.CONFIRMING
    assert publication.second_because is Ground.MINOR


def test_a_hearing_that_is_closed_later_holds_what_is_public(
    desk: Desk, session: Session, make: Make, outside: Outside, run_jobs: Callable[[], list[str]]
) -> None:
    publication, free = desk.published(), desk.published()
    make.hearing(free.act.case, open=False)
    make.hearing(publication.act.case, open=False)
    outside.defer(session, "publication.hold_barred", case_id=publication.act.case_id)
    assert run_jobs() == ["publication.hold_barred"]
    session.refresh(publication)
    session.refresh(free)
    assert (publication.state, free.state) == (PublicationState.HELD, PublicationState.PUBLISHED)


# ------------------------------------------------------------------ two at once


@pytest.fixture
def race(
    own_sessions: Sessions, time: Time, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> dict[str, object]:
    """A text that is read, a case with a ground, and a draft that bars it."""
    without_lot(monkeypatch)
    with unit(own_sessions) as session:
        desk = Desk(session, make := Make(session, time), outside)
        one, other = [actor_of(session, user, time.now) for user in keepers_of(make)]
        policies.found(session, SYSTEM, now=time.now)
        case = desk.case()
        keep = Row(category="child", handling=Handling.KEEP)
        adopt(session, make, [one, other], keep)
        bars.note(session, desk.clerk(), case, Ground.CHILD, now=time.now)
        publication = desk.prepared(desk.act(case))
        desk.accept(publication)
        draft = policies.draft(session, one, now=time.now)
        never = Row(category="child", handling=Handling.NEVER)
        policies.set_row(session, one, draft, never, now=time.now)
        return {"text": publication.id, "draft": draft.id, "clerk": desk.clerk(), "keeper": other}


def test_a_version_waits_for_a_text_on_its_way_and_then_holds_it(
    own_sessions: Sessions, race: dict[str, object], outside: Outside, time: Time
) -> None:
    adopted = threading.Thread(target=_adopt, args=(own_sessions, race, time))
    with unit(own_sessions) as session:
        _finish(session, race, outside, time)
        adopted.start()
        assert _somebody_waits(own_sessions), "it waits for the text"
    adopted.join()
    assert _state(own_sessions, race) is PublicationState.PUBLISHED
    jobs.hold_barred(own_sessions, outside)
    assert _state(own_sessions, race) is PublicationState.HELD


def test_a_text_waits_for_a_version_and_is_refused_by_it(
    own_sessions: Sessions, race: dict[str, object], outside: Outside, time: Time
) -> None:
    said: list[str] = []

    def publish() -> None:
        try:
            with unit(own_sessions) as session:
                _finish(session, race, outside, time)
        except DatabaseError as error:
            said.append(str(error))

    published = threading.Thread(target=publish)
    with unit(own_sessions) as session:
        _adopted(session, race, time)
        published.start()
        assert _somebody_waits(own_sessions), "it waits for the version"
    published.join()
    assert "never published: child" in said[0]
    assert _state(own_sessions, race) is PublicationState.PREPARED


def test_a_killed_publication_leaves_nothing_and_keeps_no_version_waiting(
    own_sessions: Sessions, race: dict[str, object], outside: Outside, time: Time
) -> None:
    session = own_sessions()
    _finish(session, race, outside, time)
    process = session.scalar(select(func.pg_backend_pid()))
    with unit(own_sessions) as killer:
        killer.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    _adopt(own_sessions, race, time)
    with pytest.raises(OperationalError):
        session.commit()
    session.close()
    assert _state(own_sessions, race) is PublicationState.PREPARED


def _somebody_waits(sessions: Sessions) -> bool:
    """Look for half a minute at most until a transaction waits for another one's lock."""
    waiting = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database())"
    )
    for _ in range(300):
        with unit(sessions) as session:
            if session.scalar(waiting):
                return True
        sleep(0.1)
    return False


def _finish(session: Session, race: dict[str, object], outside: Outside, time: Time) -> None:
    publication = session.get_one(Publication, race["text"])
    service.finish(session, race["clerk"], publication, outside=outside, now=time.now)


def _adopt(sessions: Sessions, race: dict[str, object], time: Time) -> None:
    with unit(sessions) as session:
        _adopted(session, race, time)


def _adopted(session: Session, race: dict[str, object], time: Time) -> None:
    draft = policies.draft_of(session)
    assert draft is not None
    assert draft.id == race["draft"]
    policies.adopt(session, race["keeper"], draft, defer=lambda *_told: None, now=time.now)


def _state(sessions: Sessions, race: dict[str, object]) -> PublicationState:
    with unit(sessions) as session:
        return session.get_one(Publication, race["text"]).state


# ------------------------------------------------------------------ how a file shows a ground

STRANGE = Article(
    ground=Ground.STATE_SECRET,
    names=("УК",),
    numbers=("351", "352-1"),
    valid_from=date(2021, 12, 1),
    source_ky="КЖК",
    source_ru="УК",
)


def test_articles_words_and_ages_of_the_version_note_a_ground(
    desk: Desk, session: Session, make: Make, actors: list[Actor]
) -> None:
    names = {"name_ky": "кылмыш иши", "name_ru": "уголовное дело", "name_en": "criminal case"}
    kind = CaseKind(code="criminal", prefix="УД", **names, **make._sourced())
    session.add(kind)
    policies.found(session, SYSTEM, now=make.now())
    cited = {"descriptive": "Осужден по ст. 352-1 УК КР."}
    before = desk.prepared(desk.act(desk.case(kind=kind), **cited))
    assert bars.noted(session, before.act.case) == []
    draft = policies.draft(session, actors[0], now=make.now())
    showing.write_article(session, actors[0], draft, STRANGE, now=make.now())
    words = ("Купуя",)
    showing.set_words(session, actors[0], draft, Ground.SECRET_ON_REQUEST, words, now=make.now())
    ages = Minors(years=200, roles=("respondent", "plaintiff"), kinds=("criminal",))
    showing.set_minors(session, actors[0], draft, ages, now=make.now())
    policies.adopt(session, actors[1], draft, defer=lambda *_told: None, now=make.now())
    after = desk.prepared(desk.act(desk.case(kind=kind), **cited, reasoning="Бул купуялык."))
    assert {one.ground for one in bars.noted(session, after.act.case)} == {
        Ground.MINOR, Ground.STATE_SECRET, Ground.SECRET_ON_REQUEST,
    }  # fmt: skip
    old = policies.before(session, draft)
    assert old is not None
    pairs = showing.articles_compared(
        showing.articles_of(session, old).values(), showing.articles_of(session, draft).values()
    )
    assert pairs == [(None, STRANGE)]
    with pytest.raises(DatabaseError, match="never changed"), session.begin_nested():
        session.execute(text("DELETE FROM publication_articles"))


def test_keepers_edit_articles_words_and_ages_in_the_browser(
    desk: Desk, session: Session, make: Make, keepers: list[User], sign_in: SignIn,
    client: FlaskClient,
) -> None:  # fmt: skip
    desk.case()
    policies.found(session, SYSTEM, now=make.now())
    one, other = [sign_in(user) for user in keepers]
    draft = one.post("/policy", data=hidden(one.get("/policies"))).location
    signs = f"{draft}/signs"
    row = {
        "ground": "state_secret",
        "numbers": "351, 352-1",
        "names": "УК\nУголовного кодекс",
        "valid_from": "1.12.2021",
        "valid_to": "",
        "source_ky": "КЖК, 2021",
        "source_ru": "УК, 2021",
        "confidence": "L",
    }
    for wrong, words in (
        ({"numbers": "351, x"}, "«x»"),
        ({"numbers": "0"}, "«0»"),
        ({"valid_to": "1.12.2020"}, "Последний день стоит раньше первого."),
        ({"names": "У"}, "не менее двух букв"),
    ):
        said = hidden(one.get(signs)) | row | wrong
        answer = one.post(f"{draft}/articles?lang=ru", data=said)
        assert answer.status_code == 422
        assert words in answer.text
    assert one.post(f"{draft}/articles", data=hidden(one.get(signs)) | row).status_code == 303
    policy = policies.draft_of(session)
    assert policy is not None
    kept = showing.articles_of(session, policy)
    [added] = [number for number, article in kept.items() if article.numbers[0] == "351"]
    [oldest] = [number for number, article in kept.items() if article.numbers[0] == "129"]
    form = one.get(f"{signs}?article={added}").text
    assert 'value="351, 352-1"' in form
    changed = row | {"numbers": "353", "confidence": "M"}
    address = f"{draft}/articles?article={added}"
    assert one.post(address, data=hidden(one.get(signs)) | changed).status_code == 303
    drop = {"drop": str(oldest)}
    assert one.post(f"{draft}/articles", data=hidden(one.get(signs)) | drop).status_code == 303
    again = one.post(f"{draft}/articles", data=hidden(one.get(signs)) | drop)
    assert again.status_code == 422, "it is gone already"
    said = {"ground": "medical_measures", "words": "принудительн\nмедициналык\nпси"}
    assert one.post(f"{draft}/words", data=hidden(one.get(signs)) | said).status_code == 422
    said["words"] = "принудительн\nмедициналык"
    assert one.post(f"{draft}/words", data=hidden(one.get(signs)) | said).status_code == 303
    assert "принудительн" in one.get(f"{signs}?words=medical_measures").text
    ages = {"years": "16", "roles": "plaintiff", "kinds": "civil"}
    assert one.post(f"{draft}/minors", data=hidden(one.get(signs)) | ages).status_code == 303
    assert one.post(f"{draft}/minors", data=hidden(one.get(signs))).status_code == 422
    compared = one.get(f"{draft}?lang=ru").text
    assert "<b>добавлено</b> ст. 353, УК, 2021" in compared
    assert "<b>изъято</b> ст. 129, 130, 131, 132, 133" in compared
    # Whoever adopts has seen the last change, whoever made it.
    stale = hidden(other.get(draft))
    again = {"drop": str(added)}
    assert one.post(f"{draft}/articles", data=hidden(one.get(signs)) | again).status_code == 303
    assert other.post(f"{draft}/adopt", data=stale).status_code == 422
    assert other.post(f"{draft}/adopt", data=hidden(other.get(draft))).status_code == 303
    public = client.get("/policies/2?lang=ru").text
    assert "ст. 129" in public, "what differs from the version before"
    assert [
        line.facts["change"]
        for line in session.scalars(
            select(JournalLine)
            .order_by(JournalLine.seq)
            .where(JournalLine.subject_kind == "publication_policies")
        )
        if line.facts["change"].startswith("article")
    ] == ["article", "article", "article_dropped", "article_dropped"]
