"""`python -m tests.bench.uploads`: a disc over a line that drops, beside an ordinary upload.

The house's own web process, PostgreSQL and the object store run here; between the sender and the
house is a relay of ours (tests/dropping_line.py) that cuts every connection after so many bytes.
Each way has a web process of its own, so that its memory is its own.
"""

import argparse
import hashlib
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from sud import migrations
from sud.config import Config
from sud.db import Sessions, make_sessions, unit
from sud.local.database import postgres
from sud.local.objects import store
from sud.models import Disc, RoleCode
from sud.outside import Outside, real_outside
from sud.uploads import service
from sud.web import make_app
from tests.builders import Make
from tests.dropping_line import Line, line
from tests.recordings.conftest import free_port
from tests.sud.processes import environment_of, until

MIB = 1 << 20
SLICE = 8 * MIB
BLOCK = 1 * MIB
BOUNDARY = b"a-line-that-is-in-no-disc"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A house without people but one clerk, who has the discs of one hearing."""

    config: Config
    sessions: Sessions
    outside: Outside
    cookie: str
    page: str


@dataclass(slots=True, kw_only=True)
class Sender:
    """A browser, as far as sending goes."""

    house: House
    port: int
    token: str = ""
    once: str = ""

    def __post_init__(self) -> None:
        status, headers, body = self.ask("GET", self.house.page)
        assert status == 200, status
        self.house = replace(self.house, cookie=headers.get("Set-Cookie", "").split(";")[0])
        found = dict(re.findall(r'name="(csrf_token|once)" value="([^"]+)"', body.decode()))
        self.token, self.once = found["csrf_token"], found["once"]

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: object = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask on a connection of its own; OSError where the line drops."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request(
                method,
                path,
                body=body,  # type: ignore[arg-type]
                headers={
                    "Cookie": self.house.cookie,
                    "X-CSRFToken": self.token,
                    "Tus-Resumable": "1.0.0",
                    **(headers or {}),
                },
            )
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError from error
        finally:
            connection.close()

    def send_plainly(self, disc: Path) -> int:
        """Post the form with the file in it; return the status."""
        head = b"".join(
            b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (BOUNDARY, name.encode(), value.encode())
            for name, value in (("csrf_token", self.token), ("once", self.once))
        )
        head += b'--%s\r\nContent-Disposition: form-data; name="disc"; filename="a.iso"' % BOUNDARY
        head += b"\r\n\r\n"
        tail = b"\r\n--%s--\r\n" % BOUNDARY

        def body() -> Iterator[bytes]:
            yield head
            with disc.open("rb") as file:
                while block := file.read(BLOCK):
                    yield block
            yield tail

        length = len(head) + disc.stat().st_size + len(tail)
        status, _headers, _body = self.ask(
            "POST",
            self.house.page,
            {
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}",
                "Content-Length": str(length),
            },
            body(),
        )
        return status

    def send_in_pieces(self, disc: Path) -> str:
        """Send the file as the page's script does; return the key of the upload."""
        size = disc.stat().st_size
        said = {"filename": "a.iso", "purpose": "disc", "page": self.house.page}
        line_of = ",".join(
            f"{name} {b64encode(one.encode()).decode()}" for name, one in said.items()
        )
        status, headers, _body = self.ask(
            "POST", "/uploads", {"Upload-Length": str(size), "Upload-Metadata": line_of}
        )
        assert status == 201, status
        place, at = headers["Location"], 0
        with disc.open("rb") as file:
            while at < size:
                file.seek(at)
                piece = file.read(SLICE)
                digest = b64encode(hashlib.sha256(piece).digest()).decode()
                told = {
                    "Content-Type": "application/offset+octet-stream",
                    "Upload-Offset": str(at),
                    "Upload-Checksum": f"sha256 {digest}",
                }
                try:
                    status, headers, _body = self.ask("PATCH", place, told, piece)
                except OSError:
                    status = 0
                if status != 204:
                    _status, headers, _body = self.ask("HEAD", place)
                at = int(headers["Upload-Offset"])
        return place.rpartition("/")[2]

    def hand_in(self, key: str) -> int:
        """Press the button under the file that has arrived; return the status."""
        status, _headers, _body = self.ask(
            "POST",
            self.house.page,
            {"Content-Type": "application/x-www-form-urlencoded"},
            f"csrf_token={self.token}&once={self.once}&disc={key}",
        )
        return status


@contextmanager
def _house(folder: Path) -> Iterator[House]:
    with postgres(folder / "postgres") as running, store(folder / "store") as address:
        migrations.upgrade(running.owner_url)
        config = Config(
            database_url=running.web_url,
            owner_database_url=running.owner_url,
            s3_endpoint=address.endpoint,
            s3_access_key=address.access_key,
            s3_secret_key=address.secret_key,
            secret_key="only for the bench, and long enough",
            authority_dir=folder / "authority",
            log_key_file=folder / "log.key",
        )
        outside = real_outside(config)
        outside.store.ensure_bucket()
        sessions = make_sessions(config.database_url)
        signer = SecureCookieSessionInterface().get_signing_serializer(make_app(config))
        assert signer is not None
        with unit(sessions) as session:
            make = Make(session, outside.now)
            hearing = make.hearing(make.case(judge=make.judge())).key
            clerk = make.staff(RoleCode.CLERK)
            who = {"_user_id": f"{clerk.id}.{clerk.session_stamp}", "_fresh": True}
        yield House(
            config=config,
            sessions=sessions,
            outside=outside,
            cookie=f"sud={signer.dumps(who)!s}",
            page=f"/hearings/{hearing}/discs",
        )


@contextmanager
def _web(config: Config) -> Iterator[tuple[int, int]]:
    """Start the web process; give its port and the number of its one worker."""
    port = free_port()
    web = subprocess.Popen(
        [sys.executable, "-m", "sud.cli", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env=environment_of(config),
        process_group=0,
    )
    try:
        until(lambda: _answers(port), "the web process")
        children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()
        yield port, int(children[0])
    finally:
        os.killpg(web.pid, signal.SIGTERM)
        web.wait()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/sign-in"):
            return True
    except OSError:
        return False


def _memory(process: int) -> float:
    """The most memory a process ever had, in MB."""
    told = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", told)
    assert found is not None
    return int(found[1]) / 1024


def _tell(way: str, over: Line, size: int, seconds: float, grown: float) -> None:
    sys.stdout.write(
        f"{way:<46} {over.sent / size:.3f} x the file over the line, {over.dropped} drops,"
        f" {seconds:.1f} s, memory of the web process + {grown:.0f} MB\n"
    )
    sys.stdout.flush()


def _in_pieces(house: House, disc: Path, drops: list[int]) -> None:
    """Send the file as the page does, hand it in, and compare what is held with what was sent."""
    with _web(house.config) as (port, worker), line(port, drops=drops) as over:
        sender = Sender(house=house, port=over.port)
        before, begun = _memory(worker), time.monotonic()
        key = sender.send_in_pieces(disc)
        took, grown = time.monotonic() - begun, _memory(worker) - before
        begun = time.monotonic()
        status = sender.hand_in(key)
        pressed = time.monotonic() - begun
        _tell(f"pieces of {SLICE // MIB} MB", over, disc.stat().st_size, took, grown)
    with house.sessions() as session:
        newest = session.scalars(select(Disc).order_by(Disc.id.desc()).limit(1)).unique().one()
        (kept,) = service.held_for(session, newest.key, store=house.outside.store)
    with disc.open("rb") as file:
        same = kept.sha256() == hashlib.file_digest(file, "sha256").hexdigest()
    sys.stdout.write(f"  the button: {pressed:.2f} s, answer {status}; SHA-256 equal: {same}\n")
    assert same


def _plainly(house: House, disc: Path, drops: list[int]) -> None:
    """Post the form with the file in it, once."""
    with _web(house.config) as (port, worker), line(port, drops=drops) as over:
        sender = Sender(house=house, port=over.port)
        before, begun = _memory(worker), time.monotonic()
        try:
            answer = f"answer {sender.send_plainly(disc)}"
        except OSError:
            answer = "cut off, nothing kept"
        took, grown = time.monotonic() - begun, _memory(worker) - before
        _tell(f"ordinary form ({answer})", over, disc.stat().st_size, took, grown)


def main() -> None:
    """Measure each way with a file of the size that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=600, help="of the file, in MB")
    arguments = parser.parse_args()
    size = arguments.size * MIB
    sixths = [size * place // 6 for place in range(1, 6)]
    with tempfile.TemporaryDirectory(prefix="sud-uploads-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        disc = folder / "a.iso"
        with disc.open("wb") as file:
            for _ in range(arguments.size):
                file.write(os.urandom(MIB))
        with _house(folder) as house:
            _in_pieces(house, disc, [])
            _in_pieces(house, disc, sixths)
            _plainly(house, disc, sixths)
            _plainly(house, disc, [])


if __name__ == "__main__":
    main()
