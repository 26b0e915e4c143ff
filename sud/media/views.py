"""The pages of recordings: handing in, progress, the player, marks, copies, and waiting discs."""

import gzip
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Final, cast
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import user_logged_out
from werkzeug.datastructures import Headers

from recordings.store import NoSuchObjectError
from recordings.waveform import Words, waveform
from sud.access import Action, Actor
from sud.assets import asset_of
from sud.errors import CourtError
from sud.labels import label
from sud.media import package, rights, service
from sud.media.forms import (
    CopyForm,
    MarkForm,
    PressForm,
    milliseconds_of,
    place_of,
)
from sud.models import CopyForm as Copied
from sud.models import (
    Hearing,
    Mark,
    Participant,
    Recording,
    RecordingCopy,
)
from sud.outside import local_day
from sud.request import actor, allow, can, db, house, outside, render, session_name
from sud.words import duration, moment

views = Blueprint("media", __name__, template_folder="templates")

HLS_SCRIPT: Final = "vendor/hls.min.js"
SLOW_LINE: Final = 256_000
"""Bits a second: what a page calls a slow line when it says how long something loads."""
FROM_STORE: Final = frozenset({".m4s", ".jpg"})
PACKED: Final = frozenset({".m3u8", ".vtt", ".svg"})
PIECE: Final = 2 * 1024 * 1024
"""The most that a range without an end is given: players ask on, and slow lines hold no thread."""


# ------------------------------------------------------------------ a hearing


@views.get("/hearings/<uuid:key>/recording")
@allow(Action.RECORDING_PLAY, on=service.hearing_of_url)
def of_hearing(hearing: Hearing) -> ResponseReturnValue:
    """Show what was recorded of a hearing."""
    return render(
        "media/of_hearing.html",
        case=hearing.case,
        hearing=hearing,
        recordings=service.recordings_of_hearing(db(), hearing),
        discs=service.discs_of_hearing(db(), actor(), hearing),
    )


# ------------------------------------------------------------------ one recording


@views.get("/recordings/<uuid:key>")
@allow(Action.RECORDING_PLAY, on=service.recording_of_url)
def recording(recording: Recording) -> ResponseReturnValue:
    """Show the player, or how far the conversion is, or why it failed."""
    return _recording(recording)


@views.post("/recordings/<uuid:key>/retry")
@allow(Action.RECORDING_ADD, on=service.recording_of_url)
def retry(recording: Recording) -> ResponseReturnValue:
    """Convert a recording again that failed or was called off."""
    return _pressed(recording, service.retry)


@views.post("/recordings/<uuid:key>/cancel")
@allow(Action.RECORDING_ADD, on=service.recording_of_url)
def cancel(recording: Recording) -> ResponseReturnValue:
    """Call a conversion off."""
    return _pressed(recording, service.cancel)


@views.post("/recordings/<uuid:key>/hurry")
@allow(Action.RECORDING_ADD, on=service.recording_of_url)
def hurry(recording: Recording) -> ResponseReturnValue:
    """Put a recording before the others."""
    return _pressed(recording, service.hurry)


def _pressed(recording: Recording, verb: Callable[..., None]) -> ResponseReturnValue:
    form = PressForm()
    if form.does(lambda: verb(db(), actor(), recording, outside=outside())):
        return redirect(url_for("media.recording", key=recording.key), 303)
    return _recording(recording, press=form), 422


def _recording(
    recording: Recording,
    *,
    press: PressForm | None = None,
    mark: MarkForm | None = None,
    copy: CopyForm | None = None,
) -> str:
    prefix = service.prefix_for(db(), actor(), recording)
    facts = {
        "case": recording.hearing.case,
        "hearing": recording.hearing,
        "recording": recording,
        "press": press or PressForm(),
    }
    if prefix is None:
        return render("media/waiting.html", **facts)
    now = outside().now()
    right = service.open_player(db(), actor(), recording, door=_door(), lasts=_lasts(), now=now)

    def address(name: str, download: str | None = None) -> str:
        return url_for("media.file", key=recording.key, right=right, name=name, download=download)

    issues = can(Action.RECORDING_ISSUE, recording)
    return render(
        "media/player.html",
        **facts,
        package=package.read(outside().store, prefix),
        address=address,
        start=(milliseconds_of(request.args.get("at", "")) or 0) / 1000,
        losses=service.losses_of(recording),
        reasons=service.reasons_of(recording),
        parts=service.parts_of(db(), recording.hearing),
        marks=service.marks_of(db(), actor(), recording),
        mark_form=(mark or MarkForm()) if can(Action.RECORDING_MARK, recording) else None,
        copy_form=_offering(copy or CopyForm(), recording) if issues else None,
        copies=service.copies_of(db(), recording) if issues else (),
        own_copies=service.copies_for(db(), actor(), recording, now=now),
        now=now,
        hls_script=HLS_SCRIPT,
        hls_bytes=len(asset_of(HLS_SCRIPT).packed or b""),
        slow_bits=SLOW_LINE,
    )


def _door() -> service.Door:
    return service.Door(session=session_name(), secret=house().config.secret_key)


def _lasts() -> timedelta:
    return timedelta(minutes=house().config.playing_minutes)


@views.get("/recordings/<uuid:key>/speech")
@allow(Action.RECORDING_PLAY, on=service.recording_of_url)
def speech(recording: Recording) -> ResponseReturnValue:
    """Tell the player from when to when somebody speaks, in seconds."""
    prefix = service.prefix_for(db(), actor(), recording)
    if prefix is None:
        abort(404)
    return {"spoken": package.spoken(outside().store, prefix)}


@views.get("/recordings/<uuid:key>/sound.svg")
@allow(Action.RECORDING_PLAY, on=service.recording_of_url)
def sound_picture(recording: Recording) -> ResponseReturnValue:
    """Draw how the recording sounds, with words in the reader's language."""
    prefix = service.prefix_for(db(), actor(), recording)
    judgement = package.judgement_of(outside().store, prefix) if prefix else None
    if judgement is None:
        abort(404)
    drawn = waveform(judgement, words=_words_of_picture())
    headers = Headers({"Cache-Control": "private, no-store"})
    return _packed(drawn.encode(), headers, package.MEDIA_TYPES[".svg"])


def _words_of_picture() -> Words:
    return Words(
        title=gettext("How the recording sounds"),
        about=gettext("Minutes: {minutes}; of these with speech: {spoken}; seconds lost: {lost}."),
        speech=gettext("speech"),
        lost=gettext("lost"),
        clipped=gettext("overdriven"),
        silent=gettext("no sound"),
        verdicts=(gettext("Good"), gettext("Usable"), gettext("Poor"), gettext("Unusable")),
    )


# ------------------------------------------------------------------ marks for the minutes


@views.post("/recordings/<uuid:key>/marks")
@allow(Action.RECORDING_MARK, on=service.recording_of_url)
def mark(recording: Recording) -> ResponseReturnValue:
    """Mark a place in the recording."""
    form = MarkForm()
    if form.validate_on_submit():
        try:
            service.add_mark(
                db(),
                actor(),
                recording,
                at_ms=form.place.data,
                kind=form.kind.data,
                words=form.words.data or "",
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error, form.place)
        else:
            return redirect(url_for("media.recording", key=recording.key, _anchor="marks"), 303)
    return _recording(recording, mark=form), 422


@views.post("/recordings/<uuid:key>/marks/<uuid:mark>/remove")
@allow(Action.RECORDING_MARK, on=service.mark_of_url)
def unmark(mark: Mark) -> ResponseReturnValue:
    """Take one's own mark back."""
    if not PressForm().validate_on_submit():
        abort(400)
    service.remove_mark(db(), actor(), mark, now=outside().now())
    return redirect(url_for("media.recording", key=mark.recording.key, _anchor="marks"), 303)


@views.get("/hearings/<uuid:key>/marks.txt")
@allow(Action.RECORDING_PLAY, on=service.hearing_of_url)
def marks(hearing: Hearing) -> ResponseReturnValue:
    """Give the marks of all parts of a hearing as text, to write its minutes by."""
    parts = service.parts_of(db(), hearing)
    lines = [f"{hearing.case.number} · {moment(hearing.starts_at)}", ""]
    lines += [
        _marked(one, several=len(parts) > 1)
        for one in service.marks_of_hearing(db(), actor(), parts)
    ]
    # The mark in front tells editors on old machines that this is Unicode.
    body = "\N{ZERO WIDTH NO-BREAK SPACE}" + "\r\n".join(lines) + "\r\n"
    headers = {"Content-Disposition": 'attachment; filename="marks.txt"'}
    return Response(body, headers=headers, mimetype="text/plain")


def _marked(one: service.Marked, *, several: bool) -> str:
    place = duration(one.mark.at_ms / 1000)
    if several:
        place = gettext("Part %(number)s, %(place)s", number=one.part, place=place)
    return f"{place}\t{label(one.mark.kind)}\t{one.mark.words}"


# ------------------------------------------------------------------ copies for parties


@views.post("/recordings/<uuid:key>/copies")
@allow(Action.RECORDING_ISSUE, on=service.recording_of_url)
def issue(recording: Recording) -> ResponseReturnValue:
    """Issue a participant a copy for some days."""
    form = _offering(CopyForm(), recording)
    if form.validate_on_submit():
        receiver = next(one for one in _receivers(recording) if place_of(one) == form.to.data)
        try:
            service.issue_copy(
                db(),
                actor(),
                recording,
                receiver,
                form=form.what.data,
                days=form.days.data,
                now=outside().now(),
            )
        except CourtError as error:
            form.refuse(error, form.to)
        else:
            flash(gettext("The copy is issued. The participant finds it on this page."))
            return redirect(url_for("media.recording", key=recording.key, _anchor="copies"), 303)
    return _recording(recording, copy=form), 422


@views.post("/recordings/<uuid:key>/copies/<uuid:issued>/revoke")
@allow(Action.RECORDING_ISSUE, on=service.issued_copy_of_url)
def revoke(issued: RecordingCopy) -> ResponseReturnValue:
    """Take the right to download a copy back."""
    if not PressForm().validate_on_submit():
        abort(400)
    service.revoke_copy(db(), actor(), issued, now=outside().now())
    return redirect(url_for("media.recording", key=issued.recording.key, _anchor="copies"), 303)


def _copy_of_url(_session: object, who: Actor, key: uuid.UUID) -> RecordingCopy | None:
    return service.copy_of_url(db(), who, key, now=outside().now())


@views.get("/copies/<uuid:key>")
@allow(Action.RECORDING_TAKE, on=_copy_of_url)
def take(issued: RecordingCopy) -> ResponseReturnValue:
    """Give the copy that was issued to whoever asks."""
    prefix = service.prefix_for(db(), actor(), issued.recording)
    if prefix is None:
        abort(404)
    name = package.WHOLE if issued.form is Copied.PICTURE else package.SOUND
    answer = _sent(prefix + name, name, saved_as=_file_name(issued.recording, name))
    if _begins():
        service.take_copy(db(), actor(), issued, now=outside().now())
    return answer


def _offering(form: CopyForm, recording: Recording) -> CopyForm:
    form.offer(_receivers(recording))
    return form


def _receivers(recording: Recording) -> Sequence[Participant]:
    return service.receivers_of(db(), recording, today=local_day(outside().now()))


# ------------------------------------------------------------------ files


def piece_of_url(
    _session: object, who: Actor, key: uuid.UUID, right: str, name: str
) -> service.Piece | None:
    """Return a file of a recording, if the address is still good and this session's own."""
    return service.piece_of(
        db(), who, key, right=right, name=name, door=_door(), now=outside().now()
    )


@views.get("/recordings/<uuid:key>/<right>/<path:name>")
@allow(Action.RECORDING_PLAY, on=piece_of_url)
def file(piece: service.Piece) -> ResponseReturnValue:
    """Give a file of a recording; playing on keeps its address good."""
    now = outside().now()
    whole = piece.name in {package.WHOLE, package.SOUND}
    saved = whole and "download" in request.args
    recording = piece.recording
    answer = _sent(
        piece.key, piece.name, saved_as=_file_name(recording, piece.name) if saved else None
    )
    service.renew(piece, lasts=_lasts(), now=now)
    if _begins() and saved:
        service.note_download(db(), actor(), recording, form=_form(piece.name), now=now)
    elif _begins() and (whole or piece.name.endswith(".m3u8")):
        service.note_played(db(), actor(), piece, form=_form(piece.name), now=now)
    return answer


def _form(name: str) -> str:
    """Say what is played: a sound's own playlist comes first only where no picture is wanted."""
    return "picture" if name == package.MASTER or name.endswith(".mp4") else "sound"


def _begins() -> bool:
    """Tell whether this request is the first of a file, and not one for more of it."""
    wanted = request.range
    at_start = wanted is None or not wanted.ranges or wanted.ranges[0][0] in {0, None}
    return request.method == "GET" and at_start


def _file_name(recording: Recording, name: str) -> str:
    number = recording.hearing.case.number.replace("/", "-")
    day = local_day(recording.hearing.starts_at).isoformat()
    return f"{number} {day} {recording.part}{PurePosixPath(name).suffix}"


def _sent(key: str, name: str, *, saved_as: str | None = None) -> Response:
    """Answer with a file of the store, or with the range that is asked for."""
    store = outside().store
    try:
        length = store.stat(key).size
    except NoSuchObjectError:
        abort(404)
    kind = PurePosixPath(name).suffix
    if house().config.s3_public_endpoint and (saved_as or kind in FROM_STORE):
        # Browsers can reach the store: it serves what is asked for once and at once.
        link = store.presign_get(key, rights.STORE_SECONDS, filename=saved_as)
        return cast(Response, redirect(link, 302))
    headers = Headers({"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"})
    if saved_as:
        headers.set("Content-Disposition", "attachment", **_names(saved_as))
    if kind in PACKED and length < PIECE:
        return _packed(store.get(key), headers, package.MEDIA_TYPES[kind])
    start, stop, status = 0, length, 200
    wanted = request.range
    if wanted is not None and request.headers.get("If-Range") is None:
        span = wanted.range_for_length(length)
        if span is None:
            abort(Response(status=416, headers={"Content-Range": f"bytes */{length}"}))
        start, stop, status = span[0], span[1], 206
        if wanted.ranges[0][1] is None and not saved_as:
            stop = min(stop, start + PIECE)
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    headers["Content-Length"] = str(stop - start)
    body: Iterator[bytes] = (
        iter(())
        if request.method == "HEAD"
        else store.stream(key, start=start, length=stop - start)
    )
    return Response(body, status=status, headers=headers, mimetype=package.MEDIA_TYPES[kind])


def _names(name: str) -> dict[str, str]:
    """Name a file for every browser: headers are ASCII, case numbers are not (RFC 6266)."""
    plain = "".join(one if one.isascii() else "_" for one in name)
    return {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}


def _packed(text: bytes, headers: Headers, media_type: str) -> Response:
    """Send text compressed: the playlist of a long hearing is a tenth then."""
    answer = Response(text, headers=headers, mimetype=media_type)
    answer.headers["Accept-Ranges"] = "none"
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        answer.set_data(gzip.compress(text, 6, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def install(app: Flask) -> None:
    """Add the views, and end the rights of a session with it."""
    app.register_blueprint(views)
    user_logged_out.connect(_end_rights, app, weak=False)


def _end_rights(_app: Flask, **_told: object) -> None:
    service.end_session(db(), session_name(), now=outside().now())
