"""The public log as machines read it: checkpoint, entries, proofs, and contributors' answers."""

import json
from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from assignment.tiles import WIDTH, TileError, tile_of
from sud.access import Action
from sud.allocation import log, service, tiles
from sud.db import unit
from sud.errors import CourtError
from sud.request import actor, allow, db, house, outside

views = Blueprint("publishing", __name__)

ENTRIES_AT_ONCE: Final = 1000
LONGEST_ANSWER: Final = 10_000
JSONL: Final = "application/jsonl"


@views.get("/log/checkpoint")
@allow(Action.LOG_READ)
def checkpoint() -> ResponseReturnValue:
    """Give the size and the root of the log, signed."""
    note = service.signed_checkpoint(db(), log.log_seed(house().config.log_key_file))
    if note is None:
        abort(404)
    return _published(note, "text/plain")


@views.get("/log/checkpoint/<int:size>")
@allow(Action.LOG_READ)
def cosigned_checkpoint(size: int) -> ResponseReturnValue:
    """Give the checkpoint of a freeze, under the signatures of the contributors as well."""
    seed = log.log_seed(house().config.log_key_file)
    note = tiles.cosigned_checkpoint(db(), size, seed)
    if note is None:
        abort(404)
    return _published(note, "text/plain")


@views.get("/log/tile/<level>/<path:name>")
@allow(Action.LOG_READ)
def tile(level: str, name: str) -> ResponseReturnValue:
    """Give 256 hashes or entries of the log, as C2SP tlog-tiles has it."""
    try:
        wanted = tile_of(level, name)
    except TileError:
        abort(404)
    content = tiles.content(db(), wanted)
    if content is None:
        abort(404)
    answer = _published(content, "application/octet-stream")
    if wanted.width == WIDTH:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@views.get("/log/entries")
@allow(Action.LOG_READ)
def entries() -> ResponseReturnValue:
    """Give some entries, one a line."""
    start, end = request.args.get("start", type=int), request.args.get("end", type=int)
    if start is None or end is None or not 0 <= start <= end:
        abort(400)
    found = log.lines(db(), start, min(end, start + ENTRIES_AT_ONCE))
    return _published(b"".join(line + b"\n" for line in found), JSONL)


@views.get("/log/proof")
@allow(Action.LOG_READ)
def proof() -> ResponseReturnValue:
    """Prove that the log only grew between two sizes (RFC 9162)."""
    first, second = request.args.get("from", type=int), request.args.get("to", type=int)
    if first is None or second is None:
        abort(400)
    steps = service.growth_proof(db(), first, second)
    if steps is None:
        abort(404)
    facts = {"from": first, "to": second, "proof": [step.hex() for step in steps]}
    return _published(json.dumps(facts), "application/json")


@views.get("/log.jsonl")
@allow(Action.LOG_READ)
def log_file() -> ResponseReturnValue:
    """Give the whole log, as it stands now, for `python -m assignment verify`.

    With `since`, so many entries are left out: whoever has them adds the rest to his file.
    """
    sessions, size = house().sessions, log.size_of(db())
    since = max(0, request.args.get("since", 0, type=int))

    def every_line() -> Iterator[bytes]:
        # The request's own session is closed by the time that the last line leaves.
        for start in range(since, size, ENTRIES_AT_ONCE):
            with unit(sessions) as session:
                end = min(size, start + ENTRIES_AT_ONCE)
                chunk = b"".join(line + b"\n" for line in log.lines(session, start, end))
            yield chunk

    answer = Response(every_line(), mimetype=JSONL)
    answer.headers["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return answer


@views.get("/log/trust.json")
@allow(Action.LOG_READ)
def trust_file() -> ResponseReturnValue:
    """Give keys, anchors and the latest checkpoint; compare the first two with the gazette."""
    if not log.size_of(db()):
        abort(404)
    trust = service.trust(db(), log.log_seed(house().config.log_key_file))
    return _published(json.dumps(trust.plain(), indent=1), "application/json")


@views.post("/log/reveals")
@allow(Action.LOG_REVEAL)
def take_reveal() -> ResponseReturnValue:
    """Take a contributor's cosignature and value; the signatures in it say whose they are."""
    if (request.content_length or 0) > LONGEST_ANSWER:
        abort(413)
    try:
        news = service.take_reveal(
            db(),
            actor(),
            request.get_json(force=True, silent=True),
            now=outside().now(),
            defer=outside().defer,
        )
    except CourtError as error:
        return {"refused": error.code.value}, 409
    return {"taken": True}, 201 if news else 200


def _published(body: str | bytes, mimetype: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
