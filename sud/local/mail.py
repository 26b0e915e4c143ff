"""The demonstration's mail catcher: takes every letter, sends none, and shows them on a page.

Only for the fictional court of `make run`; a real house is given a real mail server.
"""

import argparse
import asyncio
import email
import html
import re
import secrets
import signal
import socket
import threading
from datetime import UTC
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from sud.local.processes import private, write_privately

TITLE = "Mail catcher of the demonstration"
NOTE = "Letters of the fictional court end here. Nothing is sent to anybody."
LARGEST = 10 * 1024 * 1024
SHOWN = 200
LETTER = re.compile(r"/([0-9]{6}-[0-9a-f]{8})")
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<h1>{title}</h1>
<p>{note}</p>
{body}
</html>
"""


class Catcher:
    """Keeps each letter as one numbered .eml file."""

    def __init__(self, directory: Path) -> None:
        self.directory = private(directory)
        self._lock = threading.Lock()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a letter: the name is aiosmtpd's."""
        self.keep(bytes(envelope.content))
        return "250 kept"

    def keep(self, letter: bytes) -> Path:
        with self._lock:
            last = max((int(path.name[:6]) for path in self.directory.glob("*.eml")), default=0)
            path = self.directory / f"{last + 1:06d}-{secrets.token_hex(4)}.eml"
            write_privately(path, letter)
        return path

    def letters(self) -> list[tuple[str, EmailMessage]]:
        """Return the newest letters first."""
        paths = sorted(self.directory.glob("*.eml"), reverse=True)[:SHOWN]
        return [(path.stem, self.letter(path.stem)) for path in paths]

    def letter(self, name: str) -> EmailMessage:
        content = (self.directory / f"{name}.eml").read_bytes()
        return email.message_from_bytes(content, policy=modern)


def list_page(catcher: Catcher) -> str:
    """Return the page that names every letter."""
    rows = [
        "<tr>"
        f"<td>{html.escape(_when(letter))}<td>{html.escape(str(letter['To']))}"
        f"<td><a href='/{name}'>{html.escape(str(letter['Subject'] or '-'))}</a></tr>"
        for name, letter in catcher.letters()
    ]
    body = (
        "<table><tr><th>When (UTC)<th>To<th>Subject</tr>" + "\n".join(rows) + "</table>"
        if rows
        else "<p>No letters yet.</p>"
    )
    return PAGE.format(title=TITLE, note=NOTE, body=body)


def letter_page(letter: EmailMessage) -> str:
    """Return one letter as text."""
    heads = "".join(
        f"<dt>{name}<dd>{html.escape(str(letter[name] or '-'))}" for name in ("From", "To", "Date")
    )
    part = letter.get_body(("plain", "html"))
    text = html.escape(str(part.get_content())) if part else ""
    subject = html.escape(str(letter["Subject"] or "-"))
    return PAGE.format(
        title=subject,
        note=NOTE,
        body=f"<dl>{heads}</dl><pre>{text}</pre><p><a href='/'>All letters</a></p>",
    )


def _when(letter: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(letter["Date"])).astimezone(UTC).strftime("%d.%m.%Y %H:%M")
    except ValueError:
        return "-"


def page_server(catcher: Catcher, door: socket.socket) -> ThreadingHTTPServer:
    """Return the server of the two pages, behind an open port."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = LETTER.fullmatch(self.path)
            if self.path == "/":
                self._send(HTTPStatus.OK, list_page(catcher))
            elif wanted and (catcher.directory / f"{wanted[1]}.eml").exists():
                self._send(HTTPStatus.OK, letter_page(catcher.letter(wanted[1])))
            else:
                self._send(HTTPStatus.NOT_FOUND, PAGE.format(title=TITLE, note="", body=""))

        def _send(self, status: HTTPStatus, page: str) -> None:
            content = page.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", "default-src 'none'; base-uri 'none'")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Write no log: nobody reads it."""

    server = ThreadingHTTPServer(door.getsockname(), Pages, bind_and_activate=False)
    server.socket.close()
    server.socket = door
    return server


async def catch(catcher: Catcher, smtp: socket.socket, page: socket.socket) -> None:
    """Take letters and show them, each behind its open port, until SIGTERM."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: SMTP(catcher, data_size_limit=LARGEST, enable_SMTPUTF8=True, loop=loop), sock=smtp
    )
    pages = page_server(catcher, page)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    await stop.wait()
    server.close()
    pages.shutdown()


def main() -> None:
    """Be the mail catcher behind two ports that whoever starts it has opened."""
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--smtp", type=int, required=True, help="descriptor of the open port")
    parser.add_argument("--page", type=int, required=True, help="descriptor of the open port")
    arguments = parser.parse_args()
    with (
        socket.socket(fileno=arguments.smtp) as smtp,
        socket.socket(fileno=arguments.page) as page,
    ):
        asyncio.run(catch(Catcher(arguments.directory), smtp, page))


if __name__ == "__main__":
    main()
