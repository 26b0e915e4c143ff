"""How files and pages travel: files named by their content and kept for ever, all compressed."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TOKEN = b'name="csrf_token"'
_SMALL = 1024
_WORTH_PACKING = {".css", ".js", ".mjs", ".svg", ".json", ".txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent."""

    fingerprint: str
    packed: bytes | None


@cache
def asset_of(name: str) -> Asset:
    """Return the fingerprint and the compressed form of a file under static/."""
    content = (STATIC / name).read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if Path(name).suffix in _WORTH_PACKING else None
    return Asset(fingerprint=hashlib.sha256(content).hexdigest()[:12], packed=packed)


def asset(name: str) -> str:
    """Return the address of a file under static/; it changes whenever the file does."""
    return url_for("static", filename=name, v=asset_of(name).fingerprint)


def _travel(response: Response) -> Response:
    """Let a file asked for by its right fingerprint be kept for ever, and pack what is text."""
    if request.endpoint != "static" or response.status_code != 200:  # noqa: PLR2004 - HTTP's OK
        return response
    file = asset_of((request.view_args or {})["filename"])
    if request.args.get("v") == file.fingerprint:
        response.headers["Cache-Control"] = FOR_EVER
    if file.packed is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] and "Range" not in request.headers:
            response.close()  # the file that the packed bytes stand for
            response.set_data(file.packed)
            response.headers["Content-Encoding"] = "gzip"
    return response


def _pack_page(response: Response) -> Response:
    """Compress a page, unless it carries a token that its compressed length could betray."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    page = response.get_data()
    if request.accept_encodings["gzip"] and len(page) > _SMALL and TOKEN not in page:
        response.set_data(gzip.compress(page, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def install(app: Flask) -> None:
    """Give templates `asset()` and static files their headers."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_travel)
    app.after_request(_pack_page)
