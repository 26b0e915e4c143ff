"""Recordings: handed in, converted by a worker that may die, played by those who may."""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse

from recordings.bucket import BucketStore
from recordings.shelf import verify_master
from recordings.store import NoSuchObjectError
from sud.access import Actor
from sud.config import Config
from sud.db import Sessions, unit
from sud.media import jobs, service
from sud.media.jobs import HeldElsewhereError, scan_drop, transcode
from sud.models import (
    DropItem,
    DropState,
    Hearing,
    HearingState,
    JournalLine,
    Recording,
    RecordingProblem,
    RecordingState,
    Rendition,
    RoleCode,
    User,
)
from sud.outside import Outside
from tests.builders import Make
from tests.conftest import Time
from tests.recordings.conftest import free_port
from tests.recordings.discs import GOOD, copy_of, image_of, scramble, zero
from tests.sud.processes import environment_of, until

SignIn = Callable[[User], FlaskClient]
FILES = sorted((GOOD / "VIDEO_TS").iterdir())


def upload(client: FlaskClient, hearing: Hearing, *files: tuple[str, bytes]) -> TestResponse:
    builder = EnvironBuilder(
        path=f"/hearings/{hearing.key}/recording",
        method="POST",
        data={
            "once": str(uuid.uuid4()),
            "disc": [(io.BytesIO(data), name) for name, data in files],
        },
        content_type="multipart/form-data",
    )
    environ = builder.get_environ()
    try:
        return client.open(environ)
    finally:
        environ["wsgi.input"].close()  # a file, where much is sent


def the_folder() -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in FILES]


def the_vob() -> tuple[str, bytes]:
    return "VTS_02_1.VOB", (GOOD / "VIDEO_TS" / "VTS_02_1.VOB").read_bytes()


@pytest.fixture
def hearing(make: Make) -> Hearing:
    return make.hearing(make.case(judge=make.judge()))


@pytest.fixture
def clerk(make: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.staff(RoleCode.CLERK))


def only(session: Session) -> Recording:
    session.expire_all()
    return session.scalars(select(Recording)).one()


def lines(session: Session, action: str) -> list[JournalLine]:
    return list(session.scalars(select(JournalLine).where(JournalLine.action == action)))


@pytest.fixture
def ready(
    clerk: FlaskClient, hearing: Hearing, session: Session, run_jobs: Callable[[], list[str]]
) -> Recording:
    assert upload(clerk, hearing, the_vob()).status_code == 303
    run_jobs()
    recording = only(session)
    assert recording.state is RecordingState.READY
    return recording


# ------------------------------------------------------------------ handing in


def test_a_folder_is_kept_and_converted(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    bucket: BucketStore,
    run_jobs: Callable[[], list[str]],
) -> None:
    page = clerk.get(f"/hearings/{hearing.key}/recording")
    assert page.status_code == 200
    assert 'name="disc"' in page.text
    answer = upload(clerk, hearing, *the_folder())
    recording = only(session)
    assert answer.status_code == 303
    assert answer.location == f"/recordings/{recording.key}"
    assert recording.state is RecordingState.RECEIVED
    assert recording.source_name == "VIDEO_TS"
    assert recording.source_bytes == sum(path.stat().st_size for path in FILES)
    assert verify_master(bucket, recording.source_prefix) == []
    for path in FILES:
        assert bucket.get(f"{recording.source_prefix}data/{path.name}") == path.read_bytes()
    waiting = clerk.get(answer.location)
    assert 'http-equiv="refresh"' in waiting.text

    assert run_jobs() == ["media.transcode"]
    recording = only(session)
    assert recording.state is RecordingState.READY
    assert (recording.title, recording.expected_ms) == (1, 10_000)
    assert abs((recording.duration_ms or 0) - 10_000) < 100
    assert recording.lost_sectors == 0
    assert not recording.contents_lost
    renditions = service.renditions_of(session, recording)
    assert [one.name for one in renditions] == ["high", "low", "audio"]
    assert {one.prefix for one in renditions} == {renditions[0].prefix}
    assert bucket.stat(renditions[0].prefix + "master.m3u8").size
    assert [line.facts["files"] for line in lines(session, "recording:add")] == [8]
    assert lines(session, "recording:add")[0].case_id == hearing.case_id
    assert len(lines(session, "recording:run")) == 1


def test_an_image(
    clerk: FlaskClient, hearing: Hearing, session: Session, tmp_path: Path, run_jobs
) -> None:
    image = image_of(GOOD, tmp_path / "hearing.iso").read_bytes()
    assert upload(clerk, hearing, ("hearing.iso", image)).status_code == 303
    run_jobs()
    assert only(session).state is RecordingState.READY
    assert only(session).source_name == "hearing.iso"


def test_a_second_press_hands_in_once(
    clerk: FlaskClient, hearing: Hearing, session: Session
) -> None:
    once = str(uuid.uuid4())
    answers = [
        clerk.post(
            f"/hearings/{hearing.key}/recording",
            data={"once": once, "disc": (io.BytesIO(the_vob()[1]), "a.vob")},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert only(session)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.iso", b""),
        ("page.vob", b"<html>" * 999),
        ("letter.pdf", b"%PDF-1.7" * 999),
        ("VIDEO_TS.IFO", b"DVDVIDEO-VMG"),
    ],
)
def test_what_is_no_disc_is_refused_at_once(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    bucket: BucketStore,
    name: str,
    data: bytes,
) -> None:
    before = [facts.key for facts in bucket.list("masters/")]
    answer = upload(clerk, hearing, (name, data))
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.text
    assert 'href="#disc"' in answer.text
    assert session.scalars(select(Recording)).all() == []
    assert [facts.key for facts in bucket.list("masters/")] == before


def test_nothing_chosen(clerk: FlaskClient, hearing: Hearing) -> None:
    assert upload(clerk, hearing).status_code == 422


def test_an_encrypted_disc_is_refused_at_once(
    clerk: FlaskClient, hearing: Hearing, tmp_path: Path
) -> None:
    place = copy_of(tmp_path)
    scramble(place / "VIDEO_TS" / "VTS_01_1.VOB")
    files = [(path.name, path.read_bytes()) for path in (place / "VIDEO_TS").iterdir()]
    answer = upload(clerk, hearing, *files)
    assert answer.status_code == 422


def test_too_large_a_disc_is_refused_and_not_kept(
    app, config, hearing: Hearing, make: Make, sign_in: SignIn, session: Session
) -> None:
    house = app.extensions["sud"]
    app.extensions["sud"] = replace(house, config=replace(config, recording_limit_bytes=100_000))
    answer = upload(sign_in(make.staff(RoleCode.CLERK)), hearing, the_vob())
    assert answer.status_code == 422
    assert "VTS_02_1.VOB" in answer.text
    assert session.scalars(select(Recording)).all() == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_nobody_can_send_more_than_a_disc_and_a_stranger_not_even_that(
    app: Flask, hearing: Hearing, clerk: FlaskClient, config: Config, *, signed_in: bool
) -> None:
    """Told before the body is read: a stranger must not fill the disk."""
    app.config["WTF_CSRF_ENABLED"] = True
    length = (config.recording_limit_bytes if signed_in else config.upload_limit_bytes) + 2**21
    answer = (clerk if signed_in else app.test_client()).post(
        f"/hearings/{hearing.key}/recording",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )
    assert answer.status_code == 413
    assert "<h1" in answer.text


def test_no_recording_for_a_cancelled_hearing(
    clerk: FlaskClient, hearing: Hearing, session: Session
) -> None:
    hearing.state = HearingState.CANCELLED
    session.commit()
    assert upload(clerk, hearing, the_vob()).status_code == 422


# ------------------------------------------------------------------ who may


def test_who_may_see_hand_in_and_play(
    ready: Recording, hearing: Hearing, make: Make, sign_in: SignIn, client: FlaskClient
) -> None:
    other_court = make.court("Б9", "OTHER")
    pages = [f"/hearings/{hearing.key}/recording", f"/recordings/{ready.key}"]
    readers = [
        make.judge_user(hearing.judge),
        make.party(hearing.case),
        make.staff(RoleCode.CLERK),
        make.staff(RoleCode.ARCHIVIST),
    ]
    for user in readers:
        for page in pages:
            assert sign_in(user).get(page).status_code == 200
    strangers = [
        make.judge_user(make.judge()),
        make.judge_user(make.judge(other_court)),
        make.staff(RoleCode.CLERK, other_court),
        make.staff(RoleCode.ARCHIVIST, other_court),
        make.party(make.case()),
        make.user(),
    ]
    missing = sign_in(strangers[0]).get(f"/recordings/{uuid.uuid4()}")
    for user in strangers:
        for page in pages:
            answer = sign_in(user).get(page)
            assert answer.status_code == 404
            if user is strangers[0]:
                assert answer.data == missing.data
    for page in pages:
        assert client.get(page).status_code == 303
    party = sign_in(readers[1])
    assert upload(party, hearing, the_vob()).status_code == 403
    assert 'name="disc"' not in party.get(pages[0]).text


# ------------------------------------------------------------------ the worker


def test_a_second_worker_does_not_take_the_same(
    clerk: FlaskClient, hearing: Hearing, session: Session, sessions: Sessions, outside: Outside
) -> None:
    upload(clerk, hearing, the_vob())
    key = only(session).key
    lease = jobs._claim(sessions, outside, key)
    assert lease is not None
    with pytest.raises(HeldElsewhereError):
        transcode(sessions, outside, recording=str(key))
    assert only(session).attempts == 1


def test_a_worker_that_died_is_replaced_and_cannot_write_any_more(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    time: Time,
) -> None:
    upload(clerk, hearing, the_vob())
    key = only(session).key
    dead = jobs._claim(sessions, outside, key)
    assert dead is not None
    time.now += timedelta(seconds=26)
    transcode(sessions, outside, recording=str(key))
    assert only(session).state is RecordingState.READY
    assert only(session).attempts == 2
    with pytest.raises(jobs.LeaseLostError):
        dead.renew(0.5)
    with pytest.raises(jobs.LeaseLostError):
        jobs._fail(dead, RecordingProblem.STORE_FAILED)
    assert only(session).state is RecordingState.READY


def test_a_job_that_runs_again_changes_nothing(
    ready: Recording, session: Session, sessions: Sessions, outside: Outside, bucket: BucketStore
) -> None:
    before = [facts.key for facts in bucket.list(f"hls/{ready.key}/")]
    transcode(sessions, outside, recording=str(ready.key))
    transcode(sessions, outside, recording=str(uuid.uuid4()))
    assert [facts.key for facts in bucket.list(f"hls/{ready.key}/")] == before
    assert len(session.scalars(select(Rendition)).all()) == 3
    assert len(lines(session, "recording:run")) == 1


def test_leftovers_of_a_broken_try_are_removed(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    bucket: BucketStore,
) -> None:
    upload(clerk, hearing, the_vob())
    key = only(session).key
    leftover = f"hls/{key}/1-dead/high/stream.m4s"
    bucket.put(leftover, io.BytesIO(b"half"))
    transcode(sessions, outside, recording=str(key))
    with pytest.raises(NoSuchObjectError):
        bucket.stat(leftover)
    assert bucket.stat(service.renditions_of(session, only(session))[0].prefix + "master.m3u8")


def test_a_transcoder_that_fails_is_told_and_can_be_tried_again(
    clerk: FlaskClient, hearing: Hearing, session: Session, sessions: Sessions, outside: Outside
) -> None:
    upload(clerk, hearing, the_vob())
    key = only(session).key
    transcode(sessions, replace(outside, ffmpeg="/bin/false"), recording=str(key))
    assert only(session).state is RecordingState.FAILED
    assert only(session).problem is RecordingProblem.TRANSCODER_FAILED
    page = clerk.get(f"/recordings/{key}")
    assert f'action="/recordings/{key}/retry"' in page.text
    assert "refresh" not in page.text
    assert str(key) in clerk.get("/discs").text
    again = clerk.post(f"/recordings/{key}/retry", data={"once": str(uuid.uuid4())})
    assert again.status_code == 303
    assert clerk.post(f"/recordings/{key}/retry").status_code == 422  # it runs already
    transcode(sessions, outside, recording=str(key))
    assert only(session).state is RecordingState.READY


def test_a_damaged_disc_plays_and_says_so(
    clerk: FlaskClient, hearing: Hearing, session: Session, tmp_path: Path, run_jobs
) -> None:
    place = copy_of(tmp_path)
    zero(place / "VIDEO_TS" / "VTS_01_1.VOB", 60, 50)
    for path in (place / "VIDEO_TS").glob("VTS_01_0.*"):
        path.unlink()
    files = [(path.name, path.read_bytes()) for path in (place / "VIDEO_TS").iterdir()]
    upload(clerk, hearing, *files)
    run_jobs()
    recording = only(session)
    assert recording.state is RecordingState.READY
    assert recording.lost_sectors == 50
    assert recording.contents_lost
    assert clerk.get(f"/recordings/{recording.key}").text.count("sud-notice--needs") == 2


def test_a_store_that_is_away_is_tried_again_and_then_told(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    config,
) -> None:
    upload(clerk, hearing, the_vob())
    key = only(session).key
    away = BucketStore(
        endpoint="127.0.0.1:9", access_key="a", secret_key="b", bucket=config.s3_bucket
    )
    away._client._http.connection_pool_kw["retries"] = 0
    broken = replace(outside, store=away)
    for attempt in range(1, jobs.ATTEMPTS):
        with pytest.raises(Exception, match="Error"):
            transcode(sessions, broken, recording=str(key))
        assert only(session).attempts == attempt
        assert only(session).state is RecordingState.RECEIVED
    transcode(sessions, broken, recording=str(key))
    assert only(session).problem is RecordingProblem.STORE_FAILED


def test_what_was_forgotten_is_taken_up(
    clerk: FlaskClient, hearing: Hearing, session: Session, sessions: Sessions, outside: Outside
) -> None:
    """A job that the queue has given up leaves no recording behind."""
    upload(clerk, hearing, the_vob())
    scan_drop(sessions, outside)
    queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'media.transcode'")
    assert session.scalar(queued) == 1
    session.execute(text("DELETE FROM procrastinate_jobs"))
    session.commit()
    scan_drop(sessions, outside)
    assert session.scalar(queued) == 1


# ------------------------------------------------------------------ the drop folder


@pytest.fixture
def drop(outside: Outside) -> Path:
    outside.drop_folder.mkdir()
    return outside.drop_folder


def test_a_disc_from_the_drop_folder(
    drop: Path,
    hearing: Hearing,
    make: Make,
    sign_in: SignIn,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    bucket: BucketStore,
    run_jobs,
) -> None:
    shutil.copytree(GOOD, drop / "Диск 14")
    (drop / "letter.pdf").write_bytes(b"%PDF-1.7" * 99)
    (drop / "half.iso.part").write_bytes(b"x")
    scan_drop(sessions, outside)
    scan_drop(sessions, outside)
    items = {item.name: item for item in session.scalars(select(DropItem))}
    assert {name: item.state for name, item in items.items()} == {
        "Диск 14": DropState.WAITING,
        "letter.pdf": DropState.REFUSED,
    }
    archivist = sign_in(make.staff(RoleCode.ARCHIVIST))
    page = archivist.get("/discs")
    address = f"/discs/{items['Диск 14'].key}"
    assert address in page.text
    assert f"/discs/{items['letter.pdf'].key}" not in page.text
    asked = archivist.get(address, query_string={"q": hearing.case.number})
    assert str(hearing.key) in asked.text
    assert str(hearing.key) not in archivist.get(address, query_string={"q": "999999"}).text
    done = archivist.post(address, data={"hearing": str(hearing.key), "once": str(uuid.uuid4())})
    assert done.status_code == 303
    scan_drop(sessions, outside)  # a linked disc that the worker has not taken is not a new one
    assert run_jobs() == ["media.transcode"]
    recording = only(session)
    assert recording.state is RecordingState.READY
    assert recording.source_sha256
    assert verify_master(bucket, recording.source_prefix) == []
    assert not (drop / "Диск 14").exists()
    assert list((drop / jobs.TAKEN).iterdir())
    again = archivist.post(address, data={"hearing": str(hearing.key), "once": str(uuid.uuid4())})
    assert again.status_code == 422


def test_a_disc_that_still_grows_is_left_alone(
    drop: Path, session: Session, sessions: Sessions, outside: Outside, time: Time
) -> None:
    place = shutil.copytree(GOOD, drop / "disc")
    written = max(path.stat().st_ctime for path in place.rglob("*"))
    time.now = jobs.datetime.fromtimestamp(written + 10, jobs.UTC)
    scan_drop(sessions, outside)
    assert session.scalars(select(DropItem)).all() == []
    time.now += timedelta(seconds=15)
    scan_drop(sessions, outside)
    assert session.scalars(select(DropItem)).one().state is DropState.WAITING


def test_a_disc_that_is_taken_away_is_forgotten(
    drop: Path, session: Session, sessions: Sessions, outside: Outside
) -> None:
    (drop / "a.vob").write_bytes(the_vob()[1])
    scan_drop(sessions, outside)
    (drop / "a.vob").unlink()
    scan_drop(sessions, outside)
    assert session.scalars(select(DropItem)).all() == []


def test_a_disc_is_linked_only_with_a_hearing_of_ones_own_court(
    drop: Path,
    hearing: Hearing,
    make: Make,
    sign_in: SignIn,
    session: Session,
    sessions: Sessions,
    outside: Outside,
) -> None:
    (drop / "a.vob").write_bytes(the_vob()[1])
    scan_drop(sessions, outside)
    item = session.scalars(select(DropItem)).one()
    elsewhere = sign_in(make.staff(RoleCode.CLERK, make.court("Б9", "OTHER")))
    assert str(hearing.key) not in elsewhere.get(f"/discs/{item.key}").text
    answer = elsewhere.post(
        f"/discs/{item.key}", data={"hearing": str(hearing.key), "once": str(uuid.uuid4())}
    )
    assert answer.status_code == 422
    party = sign_in(make.party(hearing.case))
    assert party.get("/discs").status_code == 403
    assert party.get(f"/discs/{item.key}").status_code == 403


def test_without_a_drop_folder_nothing_happens(sessions: Sessions, outside: Outside) -> None:
    scan_drop(sessions, outside)
    with unit(sessions) as session:
        assert session.scalars(select(DropItem)).all() == []


# ------------------------------------------------------------------ kill -9


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    own_sessions: Sessions,
    outside: Outside,
    bucket: BucketStore,
    config: Config,
    tmp_path: Path,
) -> None:
    with unit(own_sessions) as session:
        make = Make(session, outside.now)
        hearing = make.hearing(make.case(judge=make.judge()))
        clerk = Actor(user_id=make.staff(RoleCode.CLERK).id)
        sent = [service.Sent(name=name, stream=io.BytesIO(data)) for name, data in the_folder()]
        key = service.hand_in(session, clerk, hearing, sent, outside=outside, limit=10_000_000).key

    def now() -> Recording:
        with own_sessions() as fresh:
            return fresh.scalars(select(Recording)).one()

    def worker() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sud.busy_worker", tmp_path], env=environment_of(config)
        )

    first = worker()
    try:
        until(lambda: transcoders_of(first.pid), "the conversion to be under way")
    finally:
        first.kill()
        first.wait()
    assert now().state is RecordingState.TRANSCODING
    until(lambda: not transcoders_of(first.pid), "ffmpeg to go with its worker")
    with unit(own_sessions) as session:  # the lease runs out; nobody wants to wait for it
        session.execute(update(Recording).values(lease_until=outside.now() - timedelta(days=9)))
    second = worker()
    try:
        until(lambda: now().state is RecordingState.READY, "the next worker to finish it")
    finally:
        second.kill()
        second.wait()
    assert now().attempts == 2
    with own_sessions() as session:
        renditions = session.scalars(select(Rendition)).all()
        assert len(renditions) == 3
        assert len(lines(session, "recording:run")) == 1
    stored = {facts.key for facts in bucket.list(f"hls/{key}/")}
    assert len(stored) == 9
    assert all(name.startswith(renditions[0].prefix) for name in stored)
    assert verify_master(bucket, service.master_prefix(key)) == []


def transcoders_of(worker: int) -> list[str]:
    """ffmpeg processes that this worker started: their scratch folder bears its number."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if place.readlink().name.startswith(f"{jobs.SCRATCH}{worker}-"):
                found.append(place.parent.name)
        except OSError:
            continue
    return found


class Browser:
    """Just enough of a browser to be cut off in the middle of sending."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self.cookies = {"sud": cookie}

    def _head(self, method: str, path: str) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"{method} {path} HTTP/1.0\r\nHost: localhost\r\nCookie: {cookies}\r\n"

    def _answer(self, line: socket.socket) -> str:
        said = b"".join(iter(lambda: line.recv(65536), b"")).decode()
        for name, value in re.findall(r"^Set-Cookie: (\w+)=([^;]*)", said, re.MULTILINE):
            self.cookies[name] = value
        return said

    def get(self, path: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall((self._head("GET", path) + "\r\n").encode())
            return self._answer(line)

    def send(self, path: str, form: dict[str, str], disc: bytes, *, share: float = 1) -> str | None:
        """Post the disc, or only a share of it and then wait to see what becomes of us."""
        body = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in form.items()
        ).encode()
        body += b'--x\r\nContent-Disposition: form-data; name="disc"; filename="a.vob"\r\n\r\n'
        body += disc + b"\r\n--x--\r\n"
        head = self._head("POST", path) + (
            f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n"
            "Referer: http://localhost/\r\n\r\n"
        )
        self.line = socket.create_connection(("127.0.0.1", self.port))
        self.line.sendall(head.encode() + body[: int(len(body) * share)])
        if share < 1:
            return None
        with self.line:
            return self._answer(self.line)


def test_a_web_process_killed_in_the_middle_of_an_upload_keeps_nothing_half(
    app: Flask, own_sessions: Sessions, config: Config, bucket: BucketStore, outside: Outside
) -> None:
    with unit(own_sessions) as session:
        make = Make(session, outside.now)
        hearing = make.hearing(make.case(judge=make.judge())).key
        clerk = make.staff(RoleCode.CLERK)
        who = {"_user_id": f"{clerk.id}.{clerk.session_stamp}", "_fresh": True}
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    cookie = str(signer.dumps(who))
    path = f"/hearings/{hearing}/recording"
    before = {facts.key for facts in bucket.list("masters/")}

    def recordings() -> list[Recording]:
        with own_sessions() as fresh:
            return list(fresh.scalars(select(Recording)))

    def serving(port: int) -> "subprocess.Popen[bytes]":
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "app:app", "-b", f"127.0.0.1:{port}"],
            env=environment_of(config),
            process_group=0,
        )
        until(lambda: _listens(port), "the web process")
        return web

    def form_of(browser: Browser) -> dict[str, str]:
        found = re.findall(r'name="(csrf_token|once)" value="([^"]+)"', browser.get(path))
        assert len(found) == 2
        return dict(found)

    port = free_port()
    web = serving(port)
    browser = Browser(port, cookie)
    try:
        browser.send(path, form_of(browser), the_vob()[1], share=0.6)
    finally:
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
    browser.line.close()
    assert recordings() == []
    assert {facts.key for facts in bucket.list("masters/")} == before
    web = serving(port)
    try:
        form = form_of(browser)
        first, second = (browser.send(path, form, the_vob()[1]) or "" for _ in range(2))
    finally:
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
    (kept,) = recordings()
    for answer in (first, second):
        assert " 303 " in answer.splitlines()[0]
        assert f"/recordings/{kept.key}" in answer
    assert verify_master(bucket, kept.source_prefix) == []


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
