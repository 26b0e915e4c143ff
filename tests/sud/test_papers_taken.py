"""Papers as they are taken in: looked at by a scanner, kept as they came, shown as a copy."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO

import pytest
from flask import Flask
from sqlalchemy import select

from documents.intake import ScannerState, UnclearError
from recordings.store import digest
from sud.access import Action, Actor
from sud.cases import showing
from sud.cases.taking import examined, kept, paper_of
from sud.errors import CourtError, Refusal
from sud.models import Document, HearingState, RoleCode, ViewState
from sud.uploads.service import Sent
from sud.web import make_app
from tests.documents import hostile
from tests.sud.journalled import journalled

LIMIT = 5 << 20
Take = Callable[[bytes, str], Document]


@dataclass(frozen=True, slots=True)
class Watch:
    """What a scanner may say; the real one is met in `tests/documents/test_malware.py`."""

    finds: str | None = None
    clear: bool = True

    def scan(self, stream: BinaryIO) -> str | None:
        if not self.clear:
            raise UnclearError
        return self.finds if b"%PDF" in stream.read() else None

    def state(self) -> ScannerState:
        return ScannerState(version="1", database=None, dated=None)


@pytest.fixture
def case(make):
    return make.case()


@pytest.fixture
def party(make, case):
    return make.party(case)


@pytest.fixture
def take(session, case, party, outside, time) -> Take:
    def taken(data: bytes, name: str) -> Document:
        upload = Sent(stream=io.BytesIO(data), name=name)
        verdict = examined(upload, LIMIT, scanner=None)
        key = kept(upload, verdict, store=outside.store, folder=f"cases/{case.key}", limit=LIMIT)
        actor = Actor(user_id=party.id)
        return paper_of(session, actor, verdict, key, of=case, defer=outside.defer, now=time.now)

    return taken


def scripted() -> bytes:
    return hostile.pdf(change=hostile.script_on_opening)


def test_readers_get_the_copy_and_the_original_stays(
    take, run_jobs, session, party, sign_in, outside
) -> None:
    paper, reader = take(scripted(), "доо.pdf"), sign_in(party)
    before = outside.store.get(paper.object_key)
    waiting = reader.get(f"/papers/{paper.key}")
    assert waiting.mimetype == "text/html"
    assert waiting.headers["Refresh"]
    assert "cases.draw_view" in run_jobs()
    session.refresh(paper)
    assert paper.view_state is ViewState.MADE
    shown = reader.get(f"/papers/{paper.key}")
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert b"JavaScript" not in shown.data
    assert digest(outside.store, paper.view_key) == paper.view_sha256
    assert b"JavaScript" in before
    assert outside.store.get(paper.object_key) == before
    assert digest(outside.store, paper.object_key) == paper.sha256


def test_who_asks_for_the_original_is_warned(take, run_jobs, party, sign_in) -> None:
    paper, reader = take(scripted(), "доо.pdf"), sign_in(party)
    run_jobs()
    assert f"/papers/{paper.key}/original" in reader.get(f"/cases/{paper.case.key}/papers").text
    warning = reader.get(f"/papers/{paper.key}/original?lang=en")
    assert "runs when the file is opened" in warning.text
    original = reader.get(f"/papers/{paper.key}/original?warned=1")
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert b"JavaScript" in original.data


def test_pictures_and_words_are_shown_in_a_sandbox(take, run_jobs, party, sign_in) -> None:
    papers = [take(hostile.docx(), "арыз.docx"), take(hostile.picture("JPEG"), "сүрөт.jpg")]
    run_jobs()
    for paper, kind in zip(papers, ("text/plain", "image/jpeg"), strict=True):
        shown = sign_in(party).get(f"/papers/{paper.key}")
        assert shown.mimetype == kind
        assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_strangers_get_neither(take, run_jobs, make, sign_in) -> None:
    paper, stranger = take(scripted(), "доо.pdf"), sign_in(make.party(make.case()))
    run_jobs()
    for address in (f"/papers/{paper.key}", f"/papers/{paper.key}/original?warned=1"):
        assert stranger.get(address).status_code == 404


def test_a_copy_that_cannot_be_drawn_says_so(
    take, run_jobs, session, party, sign_in, outside
) -> None:
    paper = take(hostile.pdf(), "доо.pdf")
    outside.store.put(paper.object_key, io.BytesIO(b"%PDF-1.7 rotten"))
    run_jobs()
    session.refresh(paper)
    assert paper.view_state is ViewState.IMPOSSIBLE
    page = sign_in(party).get(f"/papers/{paper.key}?lang=en")
    assert "can only be downloaded" in page.text


def test_papers_older_than_copies_are_made_up_for(
    take, session, sessions, run_jobs, outside, time
) -> None:
    paper = take(hostile.pdf(), "доо.pdf")
    session.commit()
    assert showing.overdue(session, now=time.now) == []
    time.now += timedelta(hours=1)
    assert showing.overdue(session, now=time.now) == [paper.id]
    showing.draw_overdue(sessions, outside)
    run_jobs()
    session.refresh(paper)
    assert paper.view_state is ViewState.MADE
    assert showing.overdue(session, now=time.now) == []


def test_a_paper_taken_out_meanwhile_leaves_no_copy(take, session, sessions, outside) -> None:
    paper = take(hostile.pdf(), "доо.pdf")
    session.commit()
    put: list[str] = []
    store = _Watching(
        outside.store, lambda key: (put.append(key), session.delete(paper), session.commit())
    )
    showing.draw_view(sessions, replace(outside, store=store), paper=paper.id)
    assert len(put) == 1
    assert list(outside.store.list(put[0])) == []


class _Watching:
    """The real store, and what happens right after something was put."""

    def __init__(self, store, after) -> None:
        self.store, self.after = store, after

    def __getattr__(self, name: str):
        return getattr(self.store, name)

    def put(self, key: str, *args, **settings):
        stored = self.store.put(key, *args, **settings)
        self.after(key)
        return stored


# ------------------------------------------------------------------ malware


@pytest.mark.parametrize(
    ("scanner", "code"),
    [
        (Watch(finds="Win.Test.EICAR_HDB-1"), Refusal.FILE_INFECTED),
        (Watch(clear=False), Refusal.FILE_NOT_SCANNED),
    ],
)
def test_nothing_infected_or_unclear_is_taken(scanner: Watch, code: Refusal) -> None:
    upload = Sent(stream=io.BytesIO(hostile.pdf()), name="доо.pdf")
    with pytest.raises(CourtError) as refused:
        examined(upload, LIMIT, scanner=scanner)
    assert refused.value.code is code
    assert set(refused.value.facts) == {"name"}


def test_malware_is_told_without_its_name_and_kept_in_the_journal(
    config, outside, sessions, session, compiled, make, sign_in
) -> None:
    watched = replace(outside, scanner=Watch(finds="Win.Test.EICAR_HDB-1"))
    app: Flask = make_app(config, outside=watched, sessions=sessions)
    app.jinja_env.bytecode_cache = compiled
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    hearing = make.hearing(
        make.case(judge=make.judge()),
        state=HearingState.HELD,
        starts=outside.now() - timedelta(days=4),
    )
    clerk = make.staff(RoleCode.CLERK, hearing.case.court)
    session.commit()
    visitor = app.test_client()
    with visitor.session_transaction() as cookie:
        cookie["_user_id"] = f"{clerk.id}.{clerk.session_stamp}"
        cookie["_fresh"] = True
    paper = {
        "signed_on-day": "20", "signed_on-month": "11", "signed_on-year": "2026",
        "paper": (io.BytesIO(hostile.pdf()), "протокол.pdf"),
    }  # fmt: skip
    answer = visitor.post(
        f"/hearings/{hearing.key}/minutes?lang=en", data=paper, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "A virus was found" in answer.text
    assert "EICAR" not in answer.text
    (line,) = journalled(session, Action.MALWARE_FOUND)
    assert line.user_id == clerk.id
    assert line.facts["malware"] == "Win.Test.EICAR_HDB-1"
    assert len(line.facts["sha256"]) == 64
    assert session.scalars(select(Document)).first() is None
