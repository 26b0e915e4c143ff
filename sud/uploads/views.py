"""The addresses to which browsers send files piece by piece: a tus 1.0 server behind the gate."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from flask import Blueprint, Flask, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ClientDisconnected

from sud.access import Action, permits
from sud.errors import CourtError, Refusal
from sud.models import Upload, UploadPurpose
from sud.request import actor, allow, db, house, outside
from sud.uploads import protocol, service
from sud.uploads.protocol import Creation, ProtocolError
from sud.words import refusal_words

views = Blueprint("uploads", __name__)

PLACE: Final = "/uploads"
SILENCE_S: Final = 30.0
"""A line on which nothing comes for so long is taken for broken: its thread is needed."""
LONGEST_S: Final = 600.0
"""So long one request may take; what came until then is kept, and the sender goes on from there."""
SENDERS: Final = threading.BoundedSemaphore(4)
"""So many requests with bytes are taken at once by one process, half of its threads: where no proxy
gathers them, slow senders are sent away for a moment before they keep pages from others."""
PAPERS_AT_ONCE: Final = 20
DISCS_AT_ONCE: Final = 4
"""So many of the largest files may wait at once for one purpose of one person."""
STAFF_ONLY: Final = frozenset({UploadPurpose.SCAN, UploadPurpose.DISC})
_STATUS: Final = {
    Refusal.FILE_TOO_LARGE: 413,
    Refusal.UPLOADS_TOO_MANY: 429,
    Refusal.UPLOADS_TOO_LARGE: 429,
    Refusal.STORE_AWAY: 503,
}

Environ = dict[str, Any]


def limits_of(purpose: UploadPurpose) -> service.Limits:
    """Return how much a person may send for one purpose."""
    config = house().config
    if purpose is UploadPurpose.DISC:
        most = config.recording_limit_bytes
        return service.Limits(each=most, together=DISCS_AT_ONCE * most)
    most = config.upload_limit_bytes
    return service.Limits(each=most, together=PAPERS_AT_ONCE * most)


@views.before_request
def speak_our_version() -> Response | None:
    """Refuse other versions of the protocol before anything else is done."""
    if request.method == "OPTIONS":
        return None
    try:
        protocol.checked_version(request.headers)
    except ProtocolError as error:
        return _refusal(error.status, error.why, {"Tus-Version": protocol.VERSION})
    return None


@views.after_request
def say_our_version(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = protocol.VERSION
    answer.headers["Cache-Control"] = "no-store"
    return answer


@views.route(PLACE, methods=["OPTIONS"], provide_automatic_options=False)
@allow(Action.SITE_READ)
def can_do() -> ResponseReturnValue:
    """Tell what this server understands."""
    return Response(status=204, headers=protocol.capabilities(limits_of(UploadPurpose.DISC).each))


@views.route(PLACE, methods=["POST"], provide_automatic_options=False)
@allow(Action.UPLOAD_SEND)
def begin() -> ResponseReturnValue:
    """Begin an upload, or find the half one that an earlier try has left."""
    try:
        said = protocol.creation(request.headers)
        announced = _announced(said)
        if announced.purpose in STAFF_ONLY and not permits(actor(), Action.UPLOAD_SEND_LARGE):
            return _refusal(403, "")
        with _taking():
            upload = service.begin(
                db(),
                actor(),
                announced,
                first=said.first,
                line=_Line(SILENCE_S),
                limits=limits_of(announced.purpose),
                store=outside().store,
                now=outside().now(),
            )
    except ProtocolError as error:
        return _refusal(error.status, error.why)
    except CourtError as error:
        return _refused(error)
    headers = {**_standing(upload), "Location": url_for("uploads.stands", key=upload.key)}
    return Response(status=201, headers=headers)


@views.route(f"{PLACE}/<uuid:key>", methods=["HEAD"], provide_automatic_options=False)
@allow(Action.UPLOAD_SEND, on=service.upload_of_url)
def stands(upload: Upload) -> ResponseReturnValue:
    """Tell how much of a file is here."""
    if upload.until <= outside().now():
        return Response(status=protocol.GONE)
    headers = {**_standing(upload), "Upload-Length": str(upload.size)}
    if upload.said:
        headers["Upload-Metadata"] = upload.said
    return Response(status=200, headers=headers)


@views.route(f"{PLACE}/<uuid:key>", methods=["PATCH"], provide_automatic_options=False)
@allow(Action.UPLOAD_SEND, on=service.upload_of_url)
def go_on(upload: Upload) -> ResponseReturnValue:
    """Take more bytes of a file."""
    if upload.until <= outside().now():
        return _refusal(protocol.GONE, "")
    try:
        said = protocol.continuation(request.headers)
        held = service.held(db(), upload)
        if held is None:
            return _refusal(protocol.BUSY, "another request sends this file")
        line, store, now = _Line(SILENCE_S), outside().store, outside().now()
        with _taking():
            whole = service.take(db(), actor(), held, said, line, store=store, now=now)
    except ProtocolError as error:
        return _refusal(error.status, error.why)
    except CourtError as error:
        return _refused(error)
    answer = Response(status=204, headers=_standing(held))
    if not whole:
        answer.headers["Connection"] = "close"  # what is left on this line is no request
    return answer


@views.route(f"{PLACE}/<uuid:key>", methods=["DELETE"], provide_automatic_options=False)
@allow(Action.UPLOAD_SEND, on=service.upload_of_url)
def end(upload: Upload) -> ResponseReturnValue:
    """Forget a file, half or whole."""
    held = service.held(db(), upload)
    if held is None:
        return _refusal(protocol.BUSY, "another request sends this file")
    service.forget(db(), actor(), held, "ended", defer=outside().defer, now=outside().now())
    return Response(status=204)


def install(app: Flask) -> None:
    """Add the addresses, and the protocol's way around senders that know GET and POST alone."""
    app.register_blueprint(views)
    app.wsgi_app = _Overridden(app.wsgi_app)  # type: ignore[method-assign]


class _Overridden:
    """Lets `X-HTTP-Method-Override` name the method, which the protocol asks of every server.

    It stands before everything that looks at the method, so that the token is asked for by the
    method that is carried out.
    """

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self._inner = inner

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        said = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "")
        if said in protocol.METHODS and environ.get("PATH_INFO", "").startswith(PLACE):
            environ["REQUEST_METHOD"] = said
        return self._inner(environ, start_response)


class _Line:
    """The body of this request as it comes; raises OSError where the sender is cut off or silent.

    A thread that waits for a sender who is gone is missed by everybody else.
    """

    def __init__(self, silence_s: float) -> None:
        self._until = time.monotonic() + LONGEST_S
        line = request.environ.get("gunicorn.socket")
        if line is not None:
            with suppress(OSError):
                line.settimeout(silence_s)

    def read(self, size: int, /) -> bytes:
        if time.monotonic() > self._until:
            raise TimeoutError
        try:
            return request.stream.read(size)
        except ClientDisconnected as error:
            raise ConnectionError from error


@contextmanager
def _taking() -> Iterator[None]:
    """Take one of the places for senders; who finds none comes again."""
    if not SENDERS.acquire(blocking=False):
        raise ProtocolError(protocol.LATER, "too many are sending at this moment")
    try:
        yield
    finally:
        SENDERS.release()


def _announced(said: Creation) -> service.Announced:
    told: Mapping[str, str] = said.metadata
    try:
        purpose = UploadPurpose(told.get("purpose") or UploadPurpose.PAPER)
    except ValueError:
        raise ProtocolError(protocol.MALFORMED, "there is no such purpose") from None
    return service.Announced(
        purpose=purpose,
        name=told.get("filename") or told.get("name") or "file",
        size=said.size,
        page=told.get("page", ""),
        fingerprint=told.get("fingerprint", ""),
        said=said.said,
    )


def _standing(upload: Upload) -> dict[str, str]:
    return protocol.standing(received=upload.received, until=upload.until)


def _refused(error: CourtError) -> Response:
    return _refusal(_STATUS[error.code], refusal_words(error))


def _refusal(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    answer = Response(words, status=status, headers=dict(headers or {}), mimetype="text/plain")
    if status == protocol.LATER:
        answer.headers["Connection"] = "close"  # else the rest of a slow body would be waited for
    return answer
