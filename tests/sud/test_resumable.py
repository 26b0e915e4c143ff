"""Resumable uploads: the protocol word by word, what a drop leaves, and what becomes of a file."""

import hashlib
import io
import re
import threading
import uuid
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from recordings.bucket import BucketStore
from recordings.shelf import verify
from sud.access import Actor
from sud.accounts.service import actor_of
from sud.db import Sessions, unit
from sud.discs import jobs as disc_jobs
from sud.errors import CourtError, Refusal
from sud.filings import service as filings
from sud.filings.service import Where
from sud.models import (
    Disc,
    DiscState,
    Document,
    RoleCode,
    Scan,
    Upload,
    UploadPart,
    UploadPurpose,
    User,
)
from sud.outside import Outside
from sud.uploads import parts, service, views
from sud.uploads.protocol import Checksum, ProtocolError, Slice
from tests.builders import Make
from tests.conftest import MONDAY, Time
from tests.recordings.discs import GOOD
from tests.sud.journalled import journalled

VERSION = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"
ROOMY = service.Limits(each=2**30, together=2**30)


@pytest.fixture
def user(make: Make) -> User:
    return make.user()


@pytest.fixture
def sender(user: User, sign_in: Callable[[User], FlaskClient]) -> FlaskClient:
    return sign_in(user)


@pytest.fixture
def actor(session: Session, user: User, time: Time) -> Actor:
    return actor_of(session, user, time.now)


def _metadata(**said: str) -> str:
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in said.items())


def _begin(sender: FlaskClient, size: int, **said: str):
    return sender.post(
        "/uploads",
        headers={**VERSION, "Upload-Length": str(size), "Upload-Metadata": _metadata(**said)},
    )


def _patch(sender: FlaskClient, place: str, offset: int, data: bytes, **more: str):
    return sender.patch(
        place,
        data=data,
        content_type=BYTES,
        headers={**VERSION, "Upload-Offset": str(offset), **more},
    )


def _offset(sender: FlaskClient, place: str) -> int:
    answer = sender.head(place, headers=VERSION)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def _promise(algorithm: str, data: bytes) -> dict[str, str]:
    digest = hashlib.new(algorithm, data).digest()
    return {"Upload-Checksum": f"{algorithm} {b64encode(digest).decode()}"}


# ------------------------------------------------------------------ the protocol


def test_what_the_server_understands_is_told_to_anybody(client: FlaskClient, config) -> None:
    answer = client.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"].split(",") == [
        "creation",
        "creation-with-upload",
        "expiration",
        "checksum",
        "termination",
    ]
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert answer.headers["Tus-Max-Size"] == str(config.recording_limit_bytes)


def test_a_file_in_three_pieces_is_whole(
    sender: FlaskClient, session: Session, actor: Actor, bucket: BucketStore
) -> None:
    data = bytes(range(256)) * 20
    said = _metadata(filename="Келишим.pdf", purpose="paper")
    begun = _begin(sender, len(data), filename="Келишим.pdf", purpose="paper")
    assert begun.status_code == 201
    assert begun.headers["Tus-Resumable"] == "1.0.0"
    place = begun.location
    assert re.fullmatch(r"/uploads/[0-9a-f-]{36}", place)
    for start, end in ((0, 1), (1, 4000), (4000, len(data))):
        answer = _patch(sender, place, start, data[start:end])
        assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(end)
        assert parsedate_to_datetime(answer.headers["Upload-Expires"]).tzinfo is not None
        assert answer.data == b""
    stands = sender.head(place, headers=VERSION)
    assert stands.headers["Upload-Length"] == str(len(data))
    assert stands.headers["Upload-Metadata"] == said
    assert stands.headers["Cache-Control"] == "no-store"
    key = uuid.UUID(place.removeprefix("/uploads/"))
    whole = service.finished(session, actor, key, UploadPurpose.PAPER, store=bucket)
    assert (whole.name, whole.size) == ("Келишим.pdf", len(data))
    assert whole.stream.read() == data
    assert whole.sha256() == hashlib.sha256(data).hexdigest()
    # Crumbs were put together: one object, not three.
    assert len(list(bucket.list(parts.prefix_of(key)))) == 1


def test_bytes_may_come_with_the_first_request(sender: FlaskClient) -> None:
    answer = sender.post(
        "/uploads",
        data=b"abc",
        content_type=BYTES,
        headers={**VERSION, "Upload-Length": "6", **_promise("sha256", b"abc")},
    )
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "3")
    assert _patch(sender, answer.location, 3, b"def").headers["Upload-Offset"] == "6"


def test_an_empty_file_is_whole_at_once(sender: FlaskClient) -> None:
    assert _offset(sender, _begin(sender, 0).location) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "10"}, 412),
        ({"Tus-Resumable": "0.2.2", "Upload-Length": "10"}, 412),
        ({**VERSION}, 400),
        ({**VERSION, "Upload-Length": "-1"}, 400),
        ({**VERSION, "Upload-Length": "1e3"}, 400),
        ({**VERSION, "Upload-Defer-Length": "1"}, 400),
        ({**VERSION, "Upload-Length": "10", "Upload-Metadata": "filename ???"}, 400),
        ({**VERSION, "Upload-Length": "10", "Upload-Metadata": "a YQ==,a YQ=="}, 400),
        ({**VERSION, "Upload-Length": "10", "Upload-Metadata": "purpose eA=="}, 400),
        ({**VERSION, "Upload-Length": "10", "Upload-Metadata": "filename //8="}, 400),
        ({**VERSION, "Upload-Length": "10", "Upload-Metadata": f"a {'YQ' * 3000}"}, 400),
    ],
)
def test_a_beginning_that_is_none(sender: FlaskClient, headers: dict, status: int) -> None:
    answer = sender.post("/uploads", headers=headers)
    assert answer.status_code == status
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"


def test_too_large_is_told_before_the_first_byte(sender: FlaskClient, config) -> None:
    answer = _begin(sender, config.upload_limit_bytes + 1, filename="чоң.pdf")
    assert answer.status_code == 413
    assert answer.mimetype == "text/plain"
    assert "чоң.pdf" in answer.text


def test_discs_and_scans_are_the_staff_s(
    sender: FlaskClient, make: Make, sign_in: Callable[[User], FlaskClient], config
) -> None:
    clerk = sign_in(make.staff(RoleCode.CLERK))
    for purpose in ("disc", "scan"):
        assert _begin(sender, 10, purpose=purpose).status_code == 403
        assert _begin(clerk, 10, purpose=purpose).status_code == 201
    assert _begin(clerk, config.upload_limit_bytes + 1, purpose="disc").status_code == 201


def test_a_body_that_does_not_fit_changes_nothing(sender: FlaskClient) -> None:
    place = _begin(sender, 6).location
    assert _patch(sender, place, 0, b"abc").status_code == 204
    for offset, data, more, status in (
        (0, b"abc", {}, 409),
        (4, b"d", {}, 409),
        (3, b"defg", {}, 413),
        (3, b"def", _promise("sha256", b"dex"), 460),
        (3, b"def", _promise("sha1", b"dex"), 460),
        (3, b"def", {"Upload-Checksum": "crc32 AAAA"}, 400),
        (3, b"def", {"Upload-Checksum": "sha1 ?"}, 400),
        (3, b"def", {"Upload-Offset": "x"}, 400),
        (3, b"def", {"Tus-Resumable": "2.0.0"}, 412),
    ):
        answer = _patch(sender, place, offset, data, **more)
        assert answer.status_code == status, (offset, data, more)
        assert _offset(sender, place) == 3
    wrong = sender.patch(
        place, data=b"def", content_type="text/plain", headers={**VERSION, "Upload-Offset": "3"}
    )
    assert wrong.status_code == 415
    assert _patch(sender, place, 3, b"def", **_promise("sha1", b"def")).status_code == 204


def test_senders_that_know_post_alone(sender: FlaskClient, app: Flask) -> None:
    place = _begin(sender, 3).location
    answer = sender.post(
        place,
        data=b"abc",
        content_type=BYTES,
        headers={**VERSION, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "3")
    assert sender.post(place, headers=VERSION).status_code == 405
    app.config["WTF_CSRF_ENABLED"] = True
    forged = sender.get(place, headers={**VERSION, "X-HTTP-Method-Override": "DELETE"})
    assert forged.status_code == 400  # without the token
    assert _offset(sender, place) == 3


def test_the_token_is_asked_for(app: Flask, sender: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert _begin(sender, 3).status_code == 400
    page = sender.get("/file").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    headers = {**VERSION, "Upload-Length": "3", "X-CSRFToken": token[1]}
    assert sender.post("/uploads", headers=headers).status_code == 201


def test_slow_senders_do_not_take_every_thread(
    sender: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _begin(sender, 3).location
    monkeypatch.setattr(views, "SENDERS", threading.BoundedSemaphore(1))
    with views.SENDERS:
        later = _patch(sender, place, 0, b"abc")
        assert (later.status_code, later.headers["Connection"]) == (503, "close")
        assert _offset(sender, place) == 0
    assert _patch(sender, place, 0, b"abc").status_code == 204
    assert views.SENDERS.acquire(blocking=False)


def test_an_upload_is_its_sender_s_alone(
    client: FlaskClient, sender: FlaskClient, make: Make, sign_in: Callable[[User], FlaskClient]
) -> None:
    place = _begin(sender, 3).location
    other = sign_in(make.user())
    missing = f"/uploads/{uuid.uuid4()}"
    for visitor, address in ((other, place), (sender, missing)):
        assert visitor.head(address, headers=VERSION).status_code == 404
        assert _patch(visitor, address, 0, b"abc").status_code == 404
        assert visitor.delete(address, headers=VERSION).status_code == 404
    assert _patch(client, place, 0, b"abc").status_code == 303
    assert "Upload-Offset" not in other.head(place, headers=VERSION).headers
    assert _offset(sender, place) == 0


def test_two_at_once_are_told_apart(own_sessions: Sessions, outside: Outside) -> None:
    """A row that one request holds is no other's: it is told to come again (423)."""
    with unit(own_sessions) as session:
        user = Make(session, outside.now).user()
        actor = actor_of(session, user, outside.now())
        announced = service.Announced(purpose=UploadPurpose.PAPER, name="a.pdf", size=6)
        upload = service.begin(
            session, actor, announced, limits=ROOMY, store=outside.store, now=outside.now()
        )
    with own_sessions() as one, own_sessions() as two:
        assert service.held(one, upload) is not None
        assert service.held(two, upload) is None
        one.rollback()
        assert service.held(two, upload) is not None


# ------------------------------------------------------------------ a line that breaks


class Breaking(io.BytesIO):
    """A line that gives its bytes and then is cut, as gunicorn tells it."""

    def read(self, size: int = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise ConnectionResetError
        return data


@pytest.fixture
def begun(session: Session, actor: Actor, bucket: BucketStore, time: Time) -> Upload:
    announced = service.Announced(purpose=UploadPurpose.PAPER, name="a.pdf", size=1000)
    return service.begin(session, actor, announced, limits=ROOMY, store=bucket, now=time.now)


def test_what_came_before_a_break_is_kept(
    session: Session, actor: Actor, bucket: BucketStore, begun: Upload, time: Time
) -> None:
    at = Slice(offset=0, length=1000)
    line = Breaking(b"x" * 300)
    assert not service.take(session, actor, begun, at, line, store=bucket, now=time.now)
    assert begun.received == 300
    rest = Slice(offset=300, length=700)
    assert service.take(
        session, actor, begun, rest, io.BytesIO(b"y" * 700), store=bucket, now=time.now
    )
    whole = service.finished(session, actor, begun.key, UploadPurpose.PAPER, store=bucket)
    assert whole.stream.read() == b"x" * 300 + b"y" * 700


def test_a_break_under_a_promise_keeps_nothing(
    session: Session, actor: Actor, bucket: BucketStore, begun: Upload, time: Time
) -> None:
    promised = Checksum(algorithm="sha256", digest=hashlib.sha256(b"x" * 300).digest())
    with pytest.raises(ProtocolError) as refused:
        service.take(
            session,
            actor,
            begun,
            Slice(offset=0, length=1000, checksum=promised),
            Breaking(b"x" * 200),
            store=bucket,
            now=time.now,
        )
    assert refused.value.status == 460
    assert begun.received == 0


def test_an_object_of_a_server_that_died_is_written_over(
    session: Session, actor: Actor, bucket: BucketStore, begun: Upload, time: Time
) -> None:
    """It stored the bytes and died before it said so: the next try may bring others, and fewer."""
    parts.keep(bucket, begun.key, 0, b"lost" * 100)
    for offset, data in ((0, b"a" * 10), (10, b"b" * 990)):
        line, at = io.BytesIO(data), Slice(offset=offset, length=len(data))
        assert service.take(session, actor, begun, at, line, store=bucket, now=time.now)
    whole = service.finished(session, actor, begun.key, UploadPurpose.PAPER, store=bucket)
    assert whole.stream.read() == b"a" * 10 + b"b" * 990


def test_large_requests_become_bounded_objects(
    session: Session, actor: Actor, bucket: BucketStore, time: Time
) -> None:
    data = bytes(range(251)) * 80_000
    announced = service.Announced(purpose=UploadPurpose.DISC, name="a.iso", size=len(data))
    upload = service.begin(session, actor, announced, limits=ROOMY, store=bucket, now=time.now)
    first = Slice(offset=0, length=100)
    service.take(session, actor, upload, first, io.BytesIO(data[:100]), store=bucket, now=time.now)
    rest = Slice(offset=100, length=None)
    service.take(session, actor, upload, rest, io.BytesIO(data[100:]), store=bucket, now=time.now)
    sizes = [one.size for one in session.scalars(select(UploadPart).order_by(UploadPart.start))]
    assert sum(sizes) == len(data)
    assert max(sizes) <= parts.PIECE
    whole = service.finished(session, actor, upload.key, UploadPurpose.DISC, store=bucket)
    with whole.open() as stream:
        stream.seek(-7, io.SEEK_END)
        assert stream.read() == data[-7:]
        stream.seek(95)
        assert stream.read(10) == data[95:105]
    assert whole.sha256() == hashlib.sha256(data).hexdigest()


# ------------------------------------------------------------------ what becomes of a file


def test_the_same_file_chosen_again_goes_on(sender: FlaskClient) -> None:
    said = {"filename": "a.pdf", "fingerprint": "f" * 64, "page": "/filings/x/papers"}
    place = _begin(sender, 6, **said).location
    _patch(sender, place, 0, b"abc")
    again = _begin(sender, 6, **said)
    assert (again.status_code, again.location) == (201, place)
    assert again.headers["Upload-Offset"] == "3"
    for other in ({"fingerprint": "e" * 64}, {"page": "/elsewhere"}, {"fingerprint": ""}):
        assert _begin(sender, 6, **{**said, **other}).location != place
    assert _begin(sender, 7, **said).location != place


def test_a_file_is_used_once_and_its_objects_go(
    session: Session,
    actor: Actor,
    bucket: BucketStore,
    begun: Upload,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
    time: Time,
) -> None:
    with pytest.raises(CourtError) as early:
        service.finished(session, actor, begun.key, UploadPurpose.PAPER, store=bucket)
    assert early.value.code is Refusal.UPLOAD_NOT_WHOLE
    at = Slice(offset=0, length=1000)
    service.take(session, actor, begun, at, io.BytesIO(b"x" * 1000), store=bucket, now=time.now)
    with pytest.raises(CourtError) as other_purpose:
        service.finished(session, actor, begun.key, UploadPurpose.SCAN, store=bucket)
    assert other_purpose.value.code is Refusal.UPLOAD_GONE
    whole = service.finished(session, actor, begun.key, UploadPurpose.PAPER, store=bucket)
    service.used(session, actor, [whole], defer=outside.defer, now=time.now)
    session.commit()
    assert run_jobs() == [service.DISCARD]
    assert list(bucket.list(parts.prefix_of(whole.key))) == []
    assert session.scalars(select(UploadPart)).all() == []
    with pytest.raises(CourtError) as late:
        service.finished(session, actor, whole.key, UploadPurpose.PAPER, store=bucket)
    assert late.value.code is Refusal.UPLOAD_GONE
    lines = journalled(session, "upload:send")
    facts = [line.facts for line in lines]
    assert [fact["change"] for fact in facts] == ["begun", "finished", "used"]
    assert "a.pdf" not in str(facts)


def test_a_sender_takes_his_file_back(
    sender: FlaskClient, bucket: BucketStore, run_jobs: Callable[[], list[str]]
) -> None:
    place = _begin(sender, 6).location
    _patch(sender, place, 0, b"abc")
    assert sender.delete(place, headers=VERSION).status_code == 204
    assert sender.head(place, headers=VERSION).status_code == 404
    assert run_jobs() == [service.DISCARD]
    assert list(bucket.list(f"{place.removeprefix('/')}/")) == []


def test_what_nobody_comes_back_for_is_forgotten(
    sender: FlaskClient,
    session: Session,
    sessions: Sessions,
    bucket: BucketStore,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
    time: Time,
) -> None:
    from sud.uploads import jobs

    old, newer, held = (_begin(sender, 3).location for _ in range(3))
    for place in (old, newer, held):
        _patch(sender, place, 0, b"abc" if place == held else b"ab")
    kept = session.scalars(select(Upload).where(Upload.finished_at.is_not(None))).one()
    kept.held_for = uuid.uuid4()
    session.commit()
    time.now += service.WAITS - timedelta(minutes=1)
    assert _patch(sender, newer, 2, b"c").status_code == 204  # more of it came: it waits longer
    time.now += timedelta(minutes=1)
    assert sender.head(old, headers=VERSION).status_code == 410
    assert _patch(sender, old, 2, b"c").status_code == 410
    jobs.expire(sessions, outside)
    assert run_jobs() == [service.DISCARD]
    assert sender.head(old, headers=VERSION).status_code == 404
    assert _offset(sender, newer) == 3
    assert list(bucket.list(f"{old.removeprefix('/')}/")) == []
    assert len(list(bucket.list(f"{held.removeprefix('/')}/"))) == 1


def test_nobody_piles_up_bytes(sender: FlaskClient, config) -> None:
    """What is announced counts as sent: whoever begins twenty-one of the largest sends twenty."""
    answers = [_begin(sender, config.upload_limit_bytes).status_code for _ in range(21)]
    assert answers == [201] * 20 + [429]


def test_nobody_piles_up_files(sender: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    assert [_begin(sender, 1).status_code for _ in range(3)] == [201, 201, 429]


# ------------------------------------------------------------------ handed over to the rooms


def _sent(sender: FlaskClient, purpose: str, page: str, *files: tuple[str, bytes]) -> list[str]:
    """Send files piece by piece, as the script of a page does; return their keys."""
    keys = []
    for name, data in files:
        place = _begin(sender, len(data), filename=name, purpose=purpose, page=page).location
        assert _patch(sender, place, 0, data).status_code == 204
        keys.append(place.removeprefix("/uploads/"))
    return keys


def test_papers_that_came_before_the_form_are_attached(
    make: Make,
    sign_in: Callable[[User], FlaskClient],
    session: Session,
    bucket: BucketStore,
    run_jobs: Callable[[], list[str]],
) -> None:
    user = make.user()
    where = Where(court=make.court(), category=make.category(), language="ky")
    filing = filings.start(session, Actor(user_id=user.id), where, now=MONDAY)
    party = sign_in(user)
    page = f"/filings/{filing.key}/papers"
    good, other = BytesOfPaper.good(), b"<!doctype html>"
    keys = _sent(party, "paper", page, ("a.pdf", good), ("b.pdf", other))
    asked = party.get(page)
    assert "a.pdf" in asked.text
    assert asked.text.count(" checked>") == 2
    refused = party.post(page, data={"files": keys})
    assert refused.status_code == 422
    assert "b.pdf" in refused.text
    # What was refused does not wait any longer, to be refused again; the rest does.
    asked = party.get(page).text
    assert "b.pdf" not in asked
    assert "a.pdf" in asked
    # Only what is wrong has to be chosen again: beside it an ordinary file goes, as without script.
    taken = party.post(page, data={"files": [keys[0], (io.BytesIO(BytesOfPaper.good(2)), "c.pdf")]})
    assert taken.status_code == 303
    papers = session.scalars(select(Document).where(Document.filing_id == filing.id)).all()
    assert sorted(paper.file_name for paper in papers) == ["a.pdf", "c.pdf"]
    (kept,) = (paper for paper in papers if paper.file_name == "a.pdf")
    assert bucket.get(kept.object_key) == good
    assert service.DISCARD in run_jobs()
    assert list(bucket.list(f"uploads/{keys[0]}/")) == []
    again = party.post(page, data={"files": [keys[0]]})
    assert again.status_code == 422
    half = _begin(party, 9, filename="d.pdf", page=page).location
    assert "d.pdf" in party.get(page).text
    early = party.post(page, data={"files": [half.removeprefix("/uploads/")]})
    assert early.status_code == 422


@pytest.mark.parametrize("purpose", ["scan", "disc"])
def test_of_a_press_that_is_refused_nothing_is_kept_but_what_may_be_sent_again(
    purpose: str,
    make: Make,
    sign_in: Callable[[User], FlaskClient],
    session: Session,
) -> None:
    hearing = make.hearing(make.case(judge=make.judge()))
    clerk = sign_in(make.staff(RoleCode.CLERK))
    page, field, good, bad = {
        "scan": ("/scans", "files", ("a.pdf", BytesOfPaper.good()), ("b\u202e.pdf", b"<html>")),
        "disc": (f"/hearings/{hearing.key}/discs", "disc", ("a.iso", b"DVD"), ("b.iso", b"<html>")),
    }[purpose]
    keys = _sent(clerk, purpose, page, good, bad)
    court = str(hearing.case.court_id)
    refused = clerk.post(page, data={field: keys, "court": court})
    assert refused.status_code == 422
    assert [one.name for one in session.scalars(select(Upload))] == [good[0]]
    assert keys[0] in refused.text
    assert keys[1] not in refused.text
    for table in (Scan, Disc):
        assert session.scalars(select(table)).unique().all() == []
    assert "/scans/" not in refused.text


class BytesOfPaper:
    """A PDF that the court takes."""

    @staticmethod
    def good(pages: int = 1) -> bytes:
        made = pikepdf.new()
        for _ in range(pages):
            made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()


def test_a_disc_that_came_piece_by_piece_is_kept_by_the_worker(
    make: Make,
    sign_in: Callable[[User], FlaskClient],
    session: Session,
    sessions: Sessions,
    bucket: BucketStore,
    outside: Outside,
) -> None:
    hearing = make.hearing(make.case(judge=make.judge()))
    clerk = sign_in(make.staff(RoleCode.CLERK))
    page = f"/hearings/{hearing.key}/discs"
    folder = sorted((GOOD / "VIDEO_TS").iterdir())
    files = [(f"Диск 14/VIDEO_TS/{path.name}", path.read_bytes()) for path in folder]
    keys = _sent(clerk, "disc", page, *files)
    answer = clerk.post(page, data={"disc": keys})
    assert answer.status_code == 303
    disc = session.scalars(select(Disc)).unique().one()
    assert answer.location.endswith(f"/discs/{disc.key}")
    assert (disc.state, disc.name) == (DiscState.ARRIVED, "Диск 14")
    assert disc.size == sum(len(data) for _name, data in files)
    # It is the disc's now: its sender can neither use it twice nor take it back.
    assert clerk.post(page, data={"disc": keys}).status_code == 422
    assert clerk.delete(f"/uploads/{keys[0]}", headers=VERSION).status_code == 404
    disc_jobs.take_in(sessions, outside, disc=str(disc.key))
    session.expire_all()
    assert disc.state is DiscState.KEPT
    assert disc.place is None
    assert verify(bucket, disc.sha256 or "") == ()
    assert session.scalars(select(Upload)).all() == []
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :job")
    assert session.scalar(waiting, {"job": service.DISCARD}) == len(keys)
