"""The published log over HTTP, as the house serves it: for programs that ask an address."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from assignment.canon import parse
from tests.assignment.court import PublishedLog, trust_text


class Handler(BaseHTTPRequestHandler):
    """``broken`` answers take precedence; ``posted`` holds what was handed in."""

    log: PublishedLog
    broken: dict
    posted: list

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: int(value) for name, (value,) in parse_qs(url.query).items()}
        match url.path:
            case path if path in self.broken:
                body = self.broken[path]
            case "/log/checkpoint":
                body = self.log.checkpoint().encode()
            case "/log/entries":
                body = b"".join(
                    line + b"\n" for line in self.log.entries(query["start"], query["end"])
                )
            case "/log/proof":
                steps = self.log.proof(query["from"], query["to"])
                body = json.dumps({"proof": [step.hex() for step in steps]}).encode()
            case "/log/trust.json":
                body = trust_text(self.log).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/log/reveals"
        self.posted.append(body)
        status = self.broken.get(self.path, 201)
        if status == 201:
            self.log.answer(parse(body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def served(log, broken=None):
    """Serve a log at an address of its own."""
    handler = type("Serving", (Handler,), {"log": log, "broken": broken or {}, "posted": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
