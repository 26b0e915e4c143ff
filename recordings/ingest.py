"""Takes a source through every step at once, and says what a person has to look at.

What the command line does, and what any program may do that has one machine and one source. Several
may do it with the same source at the same time: they make different pieces first, and find what the
others have made.
"""

import hashlib
import os
import socket
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from recordings import keys
from recordings.errors import EncryptedError, PiecesMissingError
from recordings.files import File
from recordings.judgement import Verdict
from recordings.losses import seconds
from recordings.manifest import Entry, Manifest, manifest
from recordings.pipeline import (
    Bench,
    finish,
    finished,
    judge,
    keep_look,
    look,
    look_into,
    make_piece,
    plan,
    take_in,
    title_of,
)
from recordings.plan import Plan
from recordings.progress import Pace, Step
from recordings.shelf import Master
from recordings.source import Source
from recordings.titles import Kind, Origin, Report, Title, Why
from recordings.volume import Kind as VolumeKind

ATTEMPTS = 3  # at a title whose pieces somebody removes meanwhile


class Need(StrEnum):
    """What a person has to look at, though everything was done that can be."""

    ENCRYPTED = "encrypted"
    NOTHING_RECORDED = "nothing_recorded"  # menus and tests, no hearing
    WHOLE_LOST = "whole_lost"  # a hearing that the disc names, and of which nothing is left
    SECONDS_LOST = "seconds_lost"
    POOR = "poor"
    UNUSABLE = "unusable"
    CONTENTS_LOST = "contents_lost"  # where a title begins and ends is a guess
    UNREADABLE = "unreadable"  # the medium refused parts: the master has zeros there
    NOT_RETAINED = "not_retained"  # asked for, and not enforced by the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One thing that a person has to look at."""

    need: Need
    title: int | None = None
    seconds: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A title that plays."""

    title: Title
    manifest: Manifest
    itself: Entry  # the manifest, as an object


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of a source."""

    master: Master
    report: Report | None  # None: nothing of it may be looked at
    titles: tuple[Done, ...]
    skipped: tuple[Title, ...]
    wanted: tuple[Wanted, ...]


def ingest(
    bench: Bench,
    files: Sequence[File],
    *,
    titles: Sequence[int] = (),
    retain_until: datetime | None = None,
) -> Ingested:
    """Keep a source and make its hearings play; `titles` are made whatever they seem to be.

    NotADiscError: nothing was kept. A source that is encrypted is kept all the same: it may be the
    only copy, and whoever has the key can make it readable.
    """
    try:
        source = look_into(bench, files)
    except EncryptedError:
        kept = take_in(bench, files, retain_until=retain_until)
        wanted = (Wanted(need=Need.ENCRYPTED), *_of_master(kept, None, retain_until))
        return Ingested(master=kept, report=None, titles=(), skipped=(), wanted=wanted)
    chosen = _chosen(source.report, titles)
    kept = take_in(bench, files, source.report.files, retain_until=retain_until)
    keep_look(bench, kept.sha256, source)
    done = tuple(make(bench, kept.sha256, title.number) for title in chosen)
    return Ingested(
        master=kept,
        report=source.report,
        titles=done,
        skipped=tuple(title for title in source.report.titles if title not in chosen),
        wanted=(
            *_of_master(kept, source, retain_until),
            *(one for title in done for one in _of_title(title, source.report)),
        ),
    )


def _chosen(report: Report, numbers: Sequence[int]) -> tuple[Title, ...]:
    if numbers:
        return tuple(one for one in map(partial(title_of, report), numbers) if not _absent(one))
    return tuple(
        title
        for title in report.titles
        if title.kind is Kind.HEARING and not _encrypted(title) and not _absent(title)
    )


def make(bench: Bench, sha256: str, number: int) -> Done:
    """Make one title of a source that was taken in, or find it made."""
    there = manifest(bench.store, sha256, number, bench.version)
    attempts = 0
    while there is None:
        judge(bench, sha256, number)
        _make_pieces(bench, sha256, plan(bench, sha256, number))
        try:
            there = finish(bench, sha256, number)
        except PiecesMissingError:
            attempts += 1  # what was put is not there any more: it is made again
            if attempts == ATTEMPTS:
                raise
    key = there.prefix + keys.MANIFEST
    data = bench.store.get(key)
    return Done(
        title=title_of(look(bench, sha256), number),
        manifest=there,
        itself=Entry(key=key, bytes=len(data), sha256=hashlib.sha256(data).hexdigest()),
    )


def _make_pieces(bench: Bench, sha256: str, whole: Plan) -> None:
    """Make what is not made, looking before each piece at what others did meanwhile."""
    pace = Pace(bench.watch, Step.MAKE, title=whole.title)
    frames = {piece.number: piece.frames for piece in whole.pieces}
    done = finished(bench, sha256, whole.title)
    for number in _turn(list(frames)):
        before = sum(frames[one] for one in done if one in frames)

        def told(share: float, number: int = number, before: int = before) -> None:
            made = (before + share * frames[number]) / whole.frames
            pace(made, piece=number, pieces=len(frames))

        told(0.0)
        make_piece(bench, sha256, whole.title, number, watch=told)
        done = {number} | finished(bench, sha256, whole.title)
    pace(1.0, pieces=len(frames))


def _turn(numbers: list[int]) -> list[int]:
    """Begin where no other process is likely to: two that come together meet in the middle."""
    first = zlib.crc32(f"{socket.gethostname()}:{os.getpid()}".encode()) % len(numbers)
    return numbers[first:] + numbers[:first]


# --- what a person has to look at ---


def _of_master(
    kept: Master, source: Source | None, retain_until: datetime | None
) -> Iterator[Wanted]:
    if retain_until is not None and not kept.retained:
        yield Wanted(need=Need.NOT_RETAINED)
    if source is None:
        return
    if any(file.unreadable for file in source.report.files):
        yield Wanted(need=Need.UNREADABLE)
    if not any(title.kind is Kind.HEARING for title in source.report.titles):
        yield Wanted(need=Need.NOTHING_RECORDED)
    for title in source.report.titles:
        if _absent(title):
            yield Wanted(need=Need.WHOLE_LOST, title=title.number)
        elif _encrypted(title):
            yield Wanted(need=Need.ENCRYPTED, title=title.number)


def _of_title(done: Done, report: Report) -> Iterator[Wanted]:
    number, told = done.title.number, done.manifest
    gone = seconds(told.lost)
    if told.lost:
        yield Wanted(need=Need.SECONDS_LOST, title=number, seconds=round(gone, 3))
    # A VOB file alone never had a table of contents: nothing is lost with it.
    if done.title.origin is Origin.SCAN and report.volume != VolumeKind.VOB:
        yield Wanted(need=Need.CONTENTS_LOST, title=number)
    if told.verdict in {Verdict.POOR, Verdict.UNUSABLE}:
        yield Wanted(need=Need(told.verdict), title=number, reasons=told.reasons)


def _absent(title: Title) -> bool:
    """Whether nothing is left to be seen or heard of what was a hearing."""
    return title.kind is Kind.HEARING and not title.streams


def _encrypted(title: Title) -> bool:
    """Whether so much of a title is scrambled that the rest is of no use."""
    scrambled = [one for one in title.losses if one.why is Why.SCRAMBLED]
    return title.kind is Kind.HEARING and seconds(scrambled) > title.seconds / 2
