"""The rule book as a table, and the proof that list and page cannot disagree."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from sud.access import ANONYMOUS, OPEN, Action, Actor, permits, visible
from sud.accounts.service import actor_of
from sud.config import Config
from sud.models import (
    Act,
    Case,
    CertifiedCopy,
    Disc,
    Document,
    DrawRequest,
    Erasure,
    ExceptionProposal,
    Filing,
    Hearing,
    LogEntry,
    Masking,
    Notice,
    Publication,
    PublicationState,
    Recording,
    Remark,
    Role,
    RoleCode,
    Scan,
    ScanPart,
    SigningSheet,
    Writ,
)
from tests.builders import Make
from tests.conftest import MONDAY
from tests.sud.town import Town, build_town

READING = {
    Case: Action.CASE_READ,
    Filing: Action.FILING_READ,
    Hearing: Action.HEARING_READ,
    Recording: Action.RECORDING_PLAY,
    Disc: Action.DISC_READ,
    Remark: Action.REMARK_READ,
    Act: Action.ACT_READ,
    ExceptionProposal: Action.EXCEPTION_READ,
    Masking: Action.CUSTODY_READ,
    Erasure: Action.CUSTODY_READ,
    Scan: Action.SCAN_SETTLE,
    ScanPart: Action.SCAN_SETTLE,
    CertifiedCopy: Action.COPY_TAKE,
    Notice: Action.NOTICE_READ,
    Writ: Action.WRIT_READ,
    SigningSheet: Action.SIGNING_READ,
}


@pytest.fixture(scope="module")
def session(config: Config) -> Iterator[Session]:
    """One transaction for the whole page of the book: these tests only read."""
    engine = create_engine(config.database_url)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as opened:
            yield opened
        outer.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def make(session: Session) -> Make:
    return Make(session, lambda: MONDAY)


@pytest.fixture(scope="module")
def town(session: Session, make: Make) -> Town:
    return build_town(session, make)


def _seen(session: Session, actor: Actor, kind: type) -> set[int]:
    return {row.id for row in session.scalars(visible(select(kind), actor)).unique()}


def test_lists_and_pages_agree(session: Session, town: Town) -> None:
    """visible() keeps exactly what permits() allows, for every actor and every thing."""
    disagreements = [
        (name, kind.__name__, thing.id)
        for name, actor in town.actors.items()
        for kind, action in READING.items()
        for seen in [_seen(session, actor, kind)]
        for thing in town.things[kind]
        if permits(actor, action, thing) != (thing.id in seen)
    ]
    assert disagreements == []


CASE_READERS = {
    # who: (open case, sealed case, case of the other court)
    "anonymous": (False, False, False),
    "the machinery": (True, True, True),
    "plaintiff": (True, False, False),
    "respondent": (True, False, False),
    "plaintiff of the sealed case": (False, True, False),
    "plaintiff elsewhere": (False, False, True),
    "judge": (True, True, False),
    "judge elsewhere": (False, False, True),
    "clerk": (True, True, False),
    "clerk elsewhere": (False, False, True),
    "chair": (True, False, False),
    "archivist": (False, False, False),
    "auditor": (False, False, False),
    "administrator": (False, False, False),
}


@pytest.mark.parametrize("who", CASE_READERS)
def test_who_reads_which_case(session: Session, town: Town, who: str) -> None:
    seen = _seen(session, town.actors[who], Case)
    assert tuple(case.id in seen for case in town.things[Case]) == CASE_READERS[who]


@pytest.mark.parametrize("who", CASE_READERS)
def test_papers_follow_their_case_or_filing(session: Session, town: Town, who: str) -> None:
    actor = town.actors[who]
    expected = {
        paper.id
        for paper in town.things[Document]
        if permits(
            actor,
            Action.CASE_READ if paper.case else Action.FILING_READ,
            paper.case or paper.filing,
        )
    }
    assert _seen(session, actor, Document) == expected


def test_the_public_sees_published_texts_alone(session: Session, town: Town) -> None:
    seen = _seen(session, ANONYMOUS, Publication)
    assert seen == {
        text.id for text in town.things[Publication] if text.state is PublicationState.PUBLISHED
    }
    clerk = _seen(session, town.actors["clerk"], Publication)
    waiting = [t for t in town.things[Publication] if t.state is PublicationState.PREPARED]
    assert {text.id in clerk for text in waiting[:2]} == {True}
    assert waiting[2].id not in clerk


def test_draws_are_public(session: Session, town: Town, make: Make) -> None:
    session.add(LogEntry(index=0, body="{}", leaf=b"", logged_at=make.now()))
    session.flush()
    case = town.things[Case][0]
    request = DrawRequest(
        request_id="r", court_id=case.court_id, case=case, attempt=0, salt=b"", case_index=0
    )
    session.add(request)
    session.flush()
    assert _seen(session, ANONYMOUS, DrawRequest) == {request.id}


DOING = {
    Action.CASE_ACCEPT: {"judge"},
    Action.HEARING_SET: {"judge", "clerk"},
    Action.RECORDING_ADD: {"judge", "clerk", "archivist"},
    Action.RECORDING_PLAY: {"plaintiff", "respondent", "judge", "clerk", "chair", "archivist"},
    Action.ACT_DRAFT: {"judge"},
    Action.ACT_ISSUE: {"judge"},
    Action.PUBLICATION_REVIEW: {"clerk"},
    Action.CASE_REGISTER: set(),
    Action.CASE_DISTRIBUTE: set(),
    Action.CASE_LOOKED: {"plaintiff", "respondent", "judge", "clerk", "chair"},
}


@pytest.mark.parametrize("action", DOING)
def test_who_does_what_to_an_open_case(town: Town, action: Action) -> None:
    case = town.things[Case][0]
    subjects: dict[Action, object] = {
        Action.RECORDING_PLAY: town.things[Recording][0],
        Action.RECORDING_ADD: town.things[Hearing][0],
        Action.ACT_ISSUE: town.things[Act][0],
        Action.PUBLICATION_REVIEW: town.things[Publication][0],
    }
    doing = {
        name
        for name, actor in town.actors.items()
        if permits(actor, action, subjects.get(action, case))
    }
    assert doing == DOING[action] | {"the machinery"}


ANYWHERE = {
    Action.FILING_START: {
        "plaintiff",
        "respondent",
        "plaintiff of the sealed case",
        "plaintiff elsewhere",
    },
    Action.FILING_QUEUE: {"clerk", "clerk elsewhere"},
    Action.CALENDAR_READ: {"judge", "judge elsewhere", "clerk", "clerk elsewhere", "chair"},
    Action.RECORDING_QUEUE: {"clerk", "clerk elsewhere", "archivist"},
    Action.DISC_ADD: {"clerk", "clerk elsewhere", "archivist"},
    Action.SCAN_ADD: {"clerk", "clerk elsewhere"},
    Action.SCAN_RUN: set(),
    Action.PAPER_ISSUE: set(),
    Action.PAPER_CHECK: set(),
    Action.PAPER_FAULTS: {"chair", "auditor"},
    Action.DISC_REPORT: {"archivist", "chair", "administrator"},
    Action.DISC_RUN: set(),
    Action.REFERENCE_READ: {"administrator", "auditor"},
    Action.REFERENCE_EDIT: {"administrator"},
    Action.JOURNAL_READ: {"auditor"},
    Action.WATCH_READ: {"auditor"},
    Action.WATCH_SETTLE: {"auditor"},
    Action.WATCH_RUN: set(),
    Action.ACCESS_REFUSED: set(),
}


@pytest.mark.parametrize("action", ANYWHERE)
def test_who_does_what_anywhere(town: Town, action: Action) -> None:
    doing = {name for name, actor in town.actors.items() if permits(actor, action)}
    assert doing == ANYWHERE[action] | {"the machinery"}


def test_open_actions_need_no_sign_in() -> None:
    assert all(permits(ANONYMOUS, action) for action in OPEN)
    assert not any(permits(ANONYMOUS, Action(a)) for a in ("home:read", "filing:start"))


def test_drafts_of_filings_are_their_author_s(town: Town) -> None:
    draft = town.things[Filing][0]
    assert permits(town.actors["plaintiff"], Action.FILING_EDIT, draft)
    assert not permits(town.actors["clerk"], Action.FILING_READ, draft)
    assert not permits(town.actors["clerk"], Action.FILING_DECIDE, draft)


def test_roles_end_with_their_day(session: Session, make: Make) -> None:
    user = make.staff(RoleCode.CLERK)
    role = session.query(Role).filter_by(user_id=user.id).one()
    role.valid_to = make.now().date()
    session.flush()
    assert actor_of(session, user, make.now()).has(RoleCode.CLERK)
    assert not actor_of(session, user, make.now() + timedelta(days=1)).staff
    role.valid_from = date(2030, 1, 1)
    role.valid_to = None
    session.flush()
    assert not actor_of(session, user, make.now()).staff
