"""Keeps what was learned of a source, so that any worker reads its titles without a new look."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recordings.chart import packed, unpacked
from recordings.files import File, Piece, assembled, told_apart
from recordings.plain import as_plain, from_plain
from recordings.tape import Span, Tape
from recordings.titles import Report, Title
from recordings.volume import Kind, Volume

VERSION = 1


class OtherSourceError(ValueError):
    """The files are not those that were looked at, or an older version wrote what was learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that was looked at: its report, its volumes, and the tapes of each volume."""

    report: Report
    volumes: tuple[Volume, ...]
    tapes: tuple[tuple[Tape, ...], ...]

    def tape(self, title: Title) -> Tape:
        """The tape that a title of a DVD is on; KeyError for a media file."""
        menu = title.kind == "menu"
        for tape in self.tapes[title.disc]:
            if (tape.titleset, tape.menu) == (title.titleset, menu):
                return tape
        raise KeyError(title.number)

    def packed(self) -> bytes:
        """Everything but the bytes of the source: about 1 MB for a full disc."""
        head = {
            "version": VERSION,
            "report": as_plain(self.report),
            "volumes": [_volume_plain(volume) for volume in self.volumes],
            "tapes": [[_tape_plain(tape) for tape in tapes] for tapes in self.tapes],
        }
        return zlib.compress(json.dumps(head, ensure_ascii=False).encode(), 1)


def reopened(files: Sequence[File], data: bytes) -> Source:
    """Take up what `packed` wrote; `files` are those that were looked at, wherever they lie now."""
    try:
        head = json.loads(zlib.decompress(data))
        if head["version"] != VERSION:
            raise OtherSourceError("another version")
        whole = {file.name: file for file in told_apart(files)}
        return Source(
            report=from_plain(Report, head["report"]),
            volumes=tuple(_volume(plain, whole) for plain in head["volumes"]),
            tapes=tuple(tuple(_tape(plain) for plain in tapes) for tapes in head["tapes"]),
        )
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise OtherSourceError(str(error)) from error


def _volume_plain(volume: Volume) -> dict[str, object]:
    return {
        "kind": volume.kind,
        "name": volume.name,
        "label": volume.label,
        "files": {
            name: [[piece.file, piece.start, piece.size] for piece in file.pieces]
            for name, file in volume.files.items()
        },
    }


def _volume(plain: dict[str, object], whole: Mapping[str, File]) -> Volume:
    files = plain["files"]
    if not isinstance(files, dict):
        raise OtherSourceError("no files")
    return Volume(
        kind=Kind(str(plain["kind"])),
        name=str(plain["name"]),
        label=str(plain["label"]),
        files={
            name: assembled(
                name, [Piece(file=one[0], start=one[1], size=one[2]) for one in pieces], whole
            )
            for name, pieces in files.items()
        },
    )


def _tape_plain(tape: Tape) -> dict[str, object]:
    return {
        "titleset": tape.titleset,
        "menu": tape.menu,
        "spans": [[span.file, span.first, span.count, span.base] for span in tape.spans],
        "chart": base64.b64encode(packed(tape.chart)).decode(),
    }


def _tape(plain: dict[str, object]) -> Tape:
    spans = plain["spans"]
    if not isinstance(spans, list):
        raise OtherSourceError("no spans")
    return Tape(
        titleset=int(str(plain["titleset"])),
        menu=bool(plain["menu"]),
        spans=tuple(Span(file=a, first=b, count=c, base=d) for a, b, c, d in spans),
        chart=unpacked(base64.b64decode(str(plain["chart"]))),
    )
