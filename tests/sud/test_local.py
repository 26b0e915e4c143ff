"""`make run` as a person meets it: start, health, a second start, kills, stops."""

import http.client
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sud.config import environment
from sud.local import house
from sud.local.house import Process
from sud.local.mail import Catcher, letter_page, list_page
from sud.local.processes import free_port
from tests.sud.processes import processes_of, until

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start houses in this test's own directory; none of them outlives it."""
    with ExitStack() as stack:

        def started(*, port: int | None = None) -> "subprocess.Popen[str]":
            child = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "sud.local",
                    f"--var={tmp_path / 'var'}",
                    f"--port={port or free_port()}",
                ],
                env=environment({"SUD_DEMONSTRATION": "false"}),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert child.stdout is not None
            stack.callback(child.stdout.close)
            stack.callback(child.wait)
            stack.callback(child.kill)
            return child

        yield started


def read_until(child: "subprocess.Popen[str]", words: str) -> str:
    """Return what the house has said up to the line with these words."""
    said = []
    assert child.stdout is not None
    for line in child.stdout:
        said.append(line)
        if words in line:
            return "".join(said)
    raise AssertionError("".join(said))


def rest(child: "subprocess.Popen[str]") -> str:
    assert child.stdout is not None
    with child.stdout:
        return child.stdout.read()


def asked(said: str, path: str) -> tuple[int, bytes]:
    address = next(line.split()[1] for line in said.splitlines() if line.startswith("  Open"))
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.timeout(900)
def test_a_house_from_its_first_start_to_its_last_stop(start: Start, tmp_path: Path) -> None:
    """Told in one piece, because a start takes half a minute of a processor."""
    var = tmp_path / "var"

    # Its port is taken: that is told, and the next one used.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        first = start(port=port)
        said = read_until(first, "Ctrl-C")
    assert f"Port {port} is taken" in said
    status, words = asked(said, "/healthz")
    assert status == 200
    assert json.loads(words)["status"] == "ok"
    assert asked(said, "/")[0] == 200
    kept = {name: (var / name).read_text() for name in ("secret.key", "postgres/passwords.json")}

    # A second one would tear its data apart.
    second = start()
    assert "already runs" in rest(second)
    assert second.wait(60) == 1

    # A process that is killed is started again, aloud.
    for pid in processes_of(str(var)):
        if b"\0worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    assert "worker died (signal 9) and is started again" in read_until(first, "worker died")
    until(lambda: asked(said, "/healthz")[0] == 200, "the new worker")

    # `kill -9` leaves nothing running and nothing broken.
    first.kill()
    first.wait()
    until(lambda: processes_of(str(var)) == [], "every process to end")
    again = start()
    assert asked(read_until(again, "Ctrl-C"), "/healthz")[0] == 200
    assert {name: (var / name).read_text() for name in kept} == kept

    # It is stopped once, however often and however it is asked.
    again.send_signal(signal.SIGTERM)
    again.send_signal(signal.SIGINT)
    assert "Stopped." in rest(again)
    assert again.wait(60) == 0
    assert processes_of(str(var)) == []
    for secret in (*kept, "store/keys.json", "log/web.log"):
        assert (var / secret).stat().st_mode & 0o077 == 0


def test_a_process_that_keeps_dying_is_not_started_for_ever(tmp_path: Path) -> None:
    process = Process(name="x", argv=["/bin/false"], environment={}, log=tmp_path / "log")
    for _ in range(house.MOST_RESTARTS):
        process.start()
        until(lambda: process.ended is not None, "its end")
    assert not process.restless
    process.start()
    assert process.restless
    process.end()


def test_the_mail_catcher_keeps_and_shows_letters(tmp_path: Path) -> None:
    near = ("127.0.0.1", 0)
    with socket.create_server(near) as smtp, socket.create_server(near) as page:
        doors = smtp.fileno(), page.fileno()
        argv = [str(tmp_path / "mail"), f"--smtp={doors[0]}", f"--page={doors[1]}"]
        child = subprocess.Popen([sys.executable, "-m", "sud.local.mail", *argv], pass_fds=doors)
        ports = smtp.getsockname()[1], page.getsockname()[1]
    try:
        letter = EmailMessage()
        letter["From"], letter["To"] = "court@example.kg", "party@example.kg"
        letter["Subject"], letter["Date"] = "Отурум <b>", "Mon, 23 Nov 2026 10:00:00 +0600"
        letter.set_content("Угуу 25-ноябрда.")
        # Nobody waits for the catcher to be ready: its ports are open from the first moment.
        with smtplib.SMTP("127.0.0.1", ports[0], timeout=60) as server:
            server.send_message(letter)
        connection = http.client.HTTPConnection("127.0.0.1", ports[1], timeout=60)
        connection.request("GET", "/")
        answer = connection.getresponse()
        shown = answer.read().decode()
        connection.close()
        assert "Отурум &lt;b&gt;" in shown
        assert "23.11.2026 04:00" in shown
    finally:
        child.terminate()
        assert child.wait(30) == 0
    catcher = Catcher(tmp_path / "mail")
    ((name, kept),) = catcher.letters()
    assert name.startswith("000001-")
    assert "25-ноябрда" in letter_page(kept)
    assert "party@example.kg" in list_page(catcher)
    assert (tmp_path / "mail" / f"{name}.eml").stat().st_mode & 0o077 == 0
