"""The pages of recordings: handing in, progress, the player, and the discs that wait."""

import uuid
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from recordings.transcode import MASTER, MEDIA_TYPES
from sud.access import Action, Actor
from sud.errors import CourtError
from sud.labels import label
from sud.media import rights, service
from sud.media.forms import FindHearingForm, HandInForm, LinkForm, RetryForm
from sud.models import DropItem, DropState, Hearing, Recording, RecordingState
from sud.request import actor, allow, can, db, house, outside, render
from sud.words import moment, size

views = Blueprint("media", __name__, template_folder="templates")

HLS_SCRIPT = "vendor/hls.light.min.js"
PIECE: Final = 2 * 1024 * 1024
"""The most that a range without an end is given: players ask on, and slow lines hold no thread."""


# ------------------------------------------------------------------ handing in


@views.get("/hearings/<uuid:key>/recording")
@allow(Action.RECORDING_PLAY, on=service.hearing_of_url)
def of_hearing(hearing: Hearing) -> ResponseReturnValue:
    """Show what was recorded of a hearing, and take more."""
    return _of_hearing(hearing, HandInForm())


@views.post("/hearings/<uuid:key>/recording")
@allow(Action.RECORDING_ADD, on=service.hearing_of_url)
def hand_in(hearing: Hearing) -> ResponseReturnValue:
    """Take a disc for a hearing."""
    form = HandInForm()
    limit = house().config.recording_limit_bytes
    if form.validate_on_submit():
        sent = [
            service.Sent(name=one.filename or "", stream=cast(BinaryIO, one.stream))
            for one in form.disc.data
        ]
        try:
            recording = service.hand_in(
                db(), actor(), hearing, sent, outside=outside(), limit=limit
            )
        except CourtError as error:
            if "limit" in error.facts:
                error.facts["limit"] = size(limit)
            form.refuse(error, form.disc)
        else:
            return redirect(url_for("media.recording", key=recording.key), 303)
    return _of_hearing(hearing, form), 422


def _of_hearing(hearing: Hearing, form: HandInForm) -> str:
    return render(
        "media/of_hearing.html",
        case=hearing.case,
        hearing=hearing,
        recordings=service.recordings_of_hearing(db(), hearing),
        form=form,
        limit=size(house().config.recording_limit_bytes),
    )


# ------------------------------------------------------------------ one recording


@views.get("/recordings/<uuid:key>")
@allow(Action.RECORDING_PLAY, on=service.recording_of_url)
def recording(recording: Recording) -> ResponseReturnValue:
    """Show the player, or how far the conversion is, or why it failed."""
    return _recording(recording, RetryForm())


@views.post("/recordings/<uuid:key>/retry")
@allow(Action.RECORDING_ADD, on=service.recording_of_url)
def retry(recording: Recording) -> ResponseReturnValue:
    """Convert a failed recording again."""
    form = RetryForm()
    if form.validate_on_submit():
        try:
            service.retry(db(), actor(), recording, outside=outside())
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("media.recording", key=recording.key), 303)
    return _recording(recording, form), 422


def _recording(recording: Recording, form: RetryForm) -> str:
    facts = {
        "case": recording.hearing.case,
        "hearing": recording.hearing,
        "recording": recording,
        "form": form,
    }
    if recording.state is not RecordingState.READY:
        return render("media/waiting.html", **facts)
    right = rights.grant(
        house().config.secret_key,
        recording=recording.key,
        user_id=actor().user_id or 0,
        lasts_ms=recording.duration_ms or 0,
        now=outside().now(),
    )

    def address(name: str) -> str:
        return url_for("media.file", key=recording.key, right=right, name=name)

    return render(
        "media/player.html",
        **facts,
        renditions=service.renditions_of(db(), recording),
        address=address,
        master=MASTER,
        hls_script=HLS_SCRIPT,
    )


# ------------------------------------------------------------------ playing


def piece_of_url(
    _session: object, who: Actor, key: uuid.UUID, right: str, name: str
) -> service.Piece | None:
    """Return a file of a recording, if the address is still good and this person's own."""
    secret = house().config.secret_key
    return service.piece_of(
        db(), who, key, right=right, name=name, secret=secret, now=outside().now()
    )


@views.get("/recordings/<uuid:key>/<right>/<path:name>")
@allow(Action.RECORDING_PLAY, on=piece_of_url)
def file(piece: service.Piece) -> ResponseReturnValue:
    """Give a playlist or a range of a rendition; the first of each opening is journalled."""
    suffix = piece.name[piece.name.rindex(".") :]
    store = outside().store
    facts = store.stat(piece.key)
    wanted = request.range
    begins = wanted is None or not wanted.ranges or wanted.ranges[0][0] in {0, None}
    if piece.name == MASTER or (suffix in {".mp4", ".m4a"} and begins):
        service.play(
            db(),
            actor(),
            piece.recording,
            right=piece.right.name,
            form="stream" if piece.name == MASTER else piece.name.partition("/")[0],
            now=outside().now(),
        )
    if house().config.s3_public_endpoint and suffix != ".m3u8":
        # Browsers can reach the store: it serves the bytes, for ten minutes at a time.
        return redirect(store.presign_get(piece.key, rights.STORE_SECONDS), 302)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    start, stop, status = 0, facts.size, 200
    if wanted is not None and request.headers.get("If-Range") is None:
        span = wanted.range_for_length(facts.size)
        if span is None:
            answer = Response(status=416, headers={"Content-Range": f"bytes */{facts.size}"})
            abort(answer)
        start, stop, status = span[0], span[1], 206
        if wanted.ranges[0][1] is None:
            stop = min(stop, start + PIECE)
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{facts.size}"
    headers["Content-Length"] = str(stop - start)
    body: Iterator[bytes] = (
        iter(())
        if request.method == "HEAD"
        else store.stream(piece.key, start=start, length=stop - start)
    )
    return Response(body, status=status, headers=headers, mimetype=MEDIA_TYPES[suffix])


# ------------------------------------------------------------------ discs


@views.get("/discs")
@allow(Action.RECORDING_QUEUE)
def drop() -> ResponseReturnValue:
    """Show the discs that wait for their hearing, and the recordings that are not ready."""
    return render(
        "media/discs.html",
        discs=service.waiting_discs(db()),
        unfinished=service.unfinished_recordings(db(), actor()),
    )


@views.get("/discs/<uuid:key>")
@allow(Action.RECORDING_QUEUE, on=service.drop_item_of_url)
def disc(item: DropItem) -> ResponseReturnValue:
    """Ask which hearing is on a disc."""
    return _disc(item, LinkForm())


@views.post("/discs/<uuid:key>")
@allow(Action.RECORDING_QUEUE, on=service.drop_item_of_url)
def link(item: DropItem) -> ResponseReturnValue:
    """Link a disc with its hearing."""
    form = LinkForm()
    offered = _offered()
    form.hearing.choices = _choices(offered)
    if form.validate_on_submit():
        (hearing,) = [one for one in offered if one.key == form.hearing.data]
        try:
            made = service.link(db(), actor(), item, hearing, outside=outside())
        except CourtError as error:
            form.refuse(error)
        else:
            return redirect(url_for("media.recording", key=made.key), 303)
    return _disc(item, form), 422


def _offered() -> list[Hearing]:
    question = FindHearingForm().q.data or ""
    return list(service.hearings_for_disc(db(), actor(), question, now=outside().now()))


def _choices(hearings: list[Hearing]) -> list[tuple[str, str]]:
    return [
        (
            str(one.key),
            " · ".join(
                (
                    one.case.number,
                    moment(one.starts_at),
                    one.courtroom.name,
                    str(label(one.purpose)),
                )
            ),
        )
        for one in hearings
    ]


def _disc(item: DropItem, form: LinkForm) -> str:
    offered = _offered()
    form.hearing.choices = _choices(offered)
    return render(
        "media/disc.html",
        item=item,
        form=form,
        search=FindHearingForm(),
        offered=offered,
        waiting=item.state is DropState.WAITING and can(Action.RECORDING_QUEUE),
    )
