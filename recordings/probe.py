"""Looks at a whole source: finds its discs and files, reads every byte once, and reports.

    source = look(files_at(path), program=ffmpeg)
    json.dumps(as_json(source.report))

`source` can be stored (`source.packed()`) and taken up elsewhere (`recordings.source.reopened`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recordings.chart import Chart, Reading, Watch, joined, read_through
from recordings.disc import contents_of
from recordings.errors import NotADiscError
from recordings.source import Source
from recordings.tape import Tape
from recordings.titles import Hashed, Report, Title
from recordings.volume import File, Volume, volumes_of


def look(
    files: Sequence[File],
    *,
    program: str,
    scratch: Path | None = None,
    watch: Watch = lambda _: None,
) -> Source:
    """Look at everything that was handed in; NotADiscError where nothing of it can be played.

    `program` is ffmpeg; `scratch` a folder for what must be copied to be looked at.
    """
    volumes = volumes_of(files)
    if not volumes:
        raise NotADiscError("no recording is among the files")
    readings = _read(files, watch)
    titles: list[Title] = []
    tapes: list[tuple[Tape, ...]] = []
    remarks: list[str] = []
    for disc, volume in enumerate(volumes):
        if volume.is_dvd:
            found = contents_of(volume, _charts(volume, readings), disc=disc)
            titles += found.titles
            tapes.append(found.tapes)
            remarks += found.remarks
        else:
            tapes.append(())
    report = Report(
        volume=volumes[0].kind,
        label=volumes[0].label,
        files=tuple(
            Hashed(name=name, size=one.size, sha256=one.sha256, unreadable=one.unreadable)
            for name, one in sorted(readings.items())
        ),
        titles=tuple(titles),
        remarks=tuple(remarks),
    )
    return Source(report=report, volumes=tuple(volumes), tapes=tuple(tapes))


def _read(files: Sequence[File], watch: Watch) -> dict[str, Reading]:
    total = sum(file.size for file in files) or 1
    before = 0
    readings: dict[str, Reading] = {}
    for file in files:

        def share(done: float, size: int = file.size, before: int = before) -> None:
            watch((before + done * size) / total)

        with file.open() as stream:
            readings[file.name] = read_through(stream, file.size, share)
        before += file.size
    return readings


def _charts(volume: Volume, readings: Mapping[str, Reading]) -> dict[str, Chart]:
    return {
        name: joined(
            [
                readings[piece.file].chart.part(piece.start // 2048, -(-piece.size // 2048))
                for piece in file.pieces
            ]
        )
        for name, file in volume.files.items()
        if name.endswith(".VOB")
    }


def as_json(report: Report) -> dict[str, Any]:
    """What `probe --json` prints."""
    return {
        "volume": report.volume,
        "label": report.label,
        "files": [
            {
                "name": file.name,
                "bytes": file.size,
                "sha256": file.sha256,
                "unreadable_bytes": file.unreadable,
            }
            for file in report.files
        ],
        "titles": [_title(title) for title in report.titles],
        "proposals": [
            {
                "what": one.what,
                "value": one.value,
                "source": one.source,
                "confidence": one.confidence,
                "title": one.title,
            }
            for one in report.proposals
        ],
        "remarks": list(report.remarks),
    }


def _title(title: Title) -> dict[str, Any]:
    picture = title.picture
    return {
        "number": title.number,
        "kind": title.kind,
        "name": title.name,
        "disc": title.disc + 1,
        "titleset": title.titleset,
        "origin": title.origin,
        "duration_s": round(title.seconds, 3),
        "recovered_s": round(title.recovered_s, 3),
        "lost": [
            {
                "start_s": round(loss.start_s, 3),
                "seconds": round(loss.seconds, 3),
                "why": loss.why,
                "sectors": loss.sectors,
            }
            for loss in title.losses
        ],
        "chapters": [
            {"start_s": round(one.start_s, 3), "name": one.name} for one in title.chapters
        ],
        "pieces": [
            {"start_s": round(run.start_s, 3), "seconds": round(run.seconds, 3)}
            for run in title.runs
        ],
        "streams": [
            {
                "form": one.form,
                "id": one.id,
                "codec": one.codec,
                "language": one.language,
                "channels": one.channels,
                "sample_rate": one.sample_rate,
                "width": one.width,
                "height": one.height,
                "frame_rate": one.frame_rate and round(one.frame_rate, 3),
                "field_order": one.field_order,
                "aspect": one.aspect,
            }
            for one in title.streams
        ],
        "angles": title.angles,
        "field_order": picture.field_order if picture else None,
        "aspect": picture.aspect if picture else None,
        "duplicate_of": title.duplicate_of,
    }
