"""Uploads as they really happen: too much, twice, and cut off in the middle by a crash."""

import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from io import BytesIO

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import select

from recordings.bucket import BucketStore
from recordings.shelf import verify
from sud.access import Actor
from sud.config import Config
from sud.db import Sessions, unit
from sud.models import Disc, Hearing, RoleCode, UploadPurpose
from sud.outside import Outside
from sud.uploads import service as uploads
from tests.builders import Make
from tests.recordings.conftest import free_port
from tests.recordings.discs import GOOD
from tests.sud.processes import environment_of, until

DISC = (GOOD / "VIDEO_TS" / "VTS_02_1.VOB").read_bytes()


@pytest.fixture
def hearing(make: Make) -> Hearing:
    return make.hearing(make.case(judge=make.judge()))


@pytest.fixture
def clerk(make: Make, sign_in) -> FlaskClient:
    return sign_in(make.staff(RoleCode.CLERK))


def test_a_second_press_hands_in_once(clerk: FlaskClient, hearing: Hearing, session) -> None:
    once = str(uuid.uuid4())
    answers = [
        clerk.post(
            f"/hearings/{hearing.key}/discs",
            data={"once": once, "disc": (BytesIO(DISC), "a.vob")},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert session.scalars(select(Disc)).unique().one()


@pytest.mark.parametrize("signed_in", [True, False])
def test_nobody_can_send_more_than_a_disc_and_a_stranger_not_even_that(
    app: Flask, hearing: Hearing, clerk: FlaskClient, config: Config, *, signed_in: bool
) -> None:
    """Told before the body is read: a stranger must not fill the disk."""
    app.config["WTF_CSRF_ENABLED"] = True
    length = (config.recording_limit_bytes if signed_in else config.upload_limit_bytes) + 2**21
    answer = (clerk if signed_in else app.test_client()).post(
        f"/hearings/{hearing.key}/discs",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )
    assert answer.status_code == 413
    assert "<h1" in answer.text


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

    def piece(
        self, method: str, path: str, token: str, body: bytes = b"", *, cut: int = 0, **more: str
    ) -> str:
        """Ask as a sender of pieces does; with `cut` only so much of the body, and no answer."""
        told = {"Tus-Resumable": "1.0.0", "X-CSRFToken": token, "Content-Length": str(len(body))}
        told |= {name.replace("_", "-"): value for name, value in more.items()}
        head = self._head(method, path) + "".join(f"{one}: {told[one]}\r\n" for one in told)
        line = socket.create_connection(("127.0.0.1", self.port))
        line.sendall((head + "Referer: http://localhost/\r\n\r\n").encode() + body[: cut or None])
        if cut:
            self.hanging = line
            return ""
        with line:
            return self._answer(line)


PIECES = {"Content_Type": "application/offset+octet-stream"}


def _offset(answer: str) -> int:
    found = re.search(r"^Upload-Offset: (\d+)", answer, re.MULTILINE)
    assert found is not None, answer
    return int(found[1])


def test_a_web_process_killed_in_the_middle_of_an_upload_keeps_nothing_half(  # noqa: PLR0915 - one death
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
    path = f"/hearings/{hearing}/discs"
    before = {facts.key for facts in bucket.list("masters/")}

    def discs() -> list[Disc]:
        with own_sessions() as fresh:
            return list(fresh.scalars(select(Disc)).unique())

    def serving(port: int) -> "subprocess.Popen[bytes]":
        web = subprocess.Popen(
            [sys.executable, "-m", "sud.cli", "serve", f"--bind=127.0.0.1:{port}", "--workers=1"],
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
    token = form_of(browser)["csrf_token"]
    half = len(DISC) // 2
    try:
        begun = browser.piece("POST", "/uploads", token, Upload_Length=str(len(DISC)))
        place = re.findall(r"^Location: (\S+)", begun, re.MULTILINE)[0]
        told = browser.piece("PATCH", place, token, DISC[:half], **PIECES, Upload_Offset="0")
        assert _offset(told) == half
        rest = {**PIECES, "Upload_Offset": str(half)}
        browser.piece("PATCH", place, token, DISC[half:], cut=half // 2, **rest)
        browser.send(path, form_of(browser), DISC, share=0.6)
    finally:
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
    until(lambda: not _listens(port), "its worker to go with it")
    browser.line.close()
    browser.hanging.close()
    assert discs() == []
    assert {facts.key for facts in bucket.list("masters/")} == before
    web = serving(port)
    try:
        form = form_of(browser)
        # What was acknowledged is there, perhaps more, and it goes on from the byte that is told.
        at = _offset(browser.piece("HEAD", place, token))
        assert half <= at < len(DISC)
        rest = {**PIECES, "Upload_Offset": str(at)}
        assert _offset(browser.piece("PATCH", place, token, DISC[at:], **rest)) == len(DISC)
        first, second = (browser.send(path, form, DISC) or "" for _ in range(2))
    finally:
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
    (kept,) = discs()
    for answer in (first, second):
        assert " 303 " in answer.splitlines()[0]
        assert f"/discs/{kept.key}" in answer
    assert verify(bucket, kept.sha256 or "") == ()
    with own_sessions() as fresh:
        sender = Actor(user_id=int(who["_user_id"].split(".")[0]))
        key = uuid.UUID(place.rpartition("/")[2])
        whole = uploads.finished(fresh, sender, key, UploadPurpose.PAPER, store=bucket)
        assert whole.stream.read() == DISC


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
