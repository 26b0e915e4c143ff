"""Looks at a whole source: finds its discs and files, reads every byte once, and reports.

    source = look(files_at(path), program=ffmpeg)
    json.dumps(as_json(source.report))

`source` can be stored (`source.packed()`) and taken up elsewhere (`recordings.source.reopened`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from recordings.captured import Captured, one_title
from recordings.carve import carved, carved_films, followed
from recordings.chart import (
    NAVIGATION,
    SECTOR,
    Chart,
    Flags,
    Reading,
    Watch,
    joined,
    read_through,
    tolerant,
)
from recordings.disc import SHORTEST_S, contents_of
from recordings.errors import EncryptedError, NotADiscError
from recordings.files import File, Piece, address, part_of, told_apart
from recordings.film import Film, film_of
from recordings.grid import regridded
from recordings.names import is_test, read_names, read_text
from recordings.source import Source
from recordings.tape import Tape
from recordings.titles import Hashed, Kind, Proposal, Report, Title, Why
from recordings.volume import Kind as Form
from recordings.volume import Volume, volumes_of

TEXTS, LARGEST_TEXT = {".srt", ".txt", ".sub", ".ssa", ".ass", ".vtt"}, 1 << 20
MOST_SHIFTS = 16  # of packs off the grid in one file


def look(
    files: Sequence[File],
    *,
    program: str,
    scratch: Path | None = None,
    watch: Watch = lambda _: None,
) -> Source:
    """Look at everything that was handed in.

    Raises NotADiscError where nothing of it can be played, EncryptedError where all is scrambled.

    `program` is ffmpeg; `scratch` a folder for what must be copied to be looked at.
    """
    files = told_apart(files)
    volumes = volumes_of(files)
    if not volumes:
        raise NotADiscError("no recording is among the files")
    charted = Charted(files, watch)
    volumes = _with_carved(volumes, charted)
    titles: list[Title] = []
    told: dict[tuple[int, int], tuple[str, ...]] = {}  # by disc and number: what a file says
    tapes: list[tuple[Tape, ...]] = []
    remarks: list[str] = []
    for disc, volume in enumerate(volumes):
        if volume.is_dvd:
            found = contents_of(volume, charted.of(volume), disc=disc)
            titles += found.titles
            tapes.append(found.tapes)
            remarks += [*found.remarks, *(["carved"] if volume.kind is Form.CARVED else [])]
        else:
            films, silent = _films(volume, charted, program, scratch, disc)
            titles += [film.title for film in films]
            told |= {(disc, one.title.number): one.told for one in films}
            tapes.append(())
            remarks += [f"unplayable:{name}" for name in silent]
    if not titles:
        raise NotADiscError("nothing of it can be played")
    if all(_is_scrambled(title) for title in titles):
        raise EncryptedError("every title is scrambled")
    if any(_is_scrambled(title) for title in titles):
        remarks.append("encrypted")
    numbers = _numbers(titles)
    titles = [_renumbered(title, numbers) for title in titles]
    titles.sort(key=lambda title: title.number)
    report = Report(
        volume=volumes[0].kind,
        label=next((volume.label for volume in volumes if volume.label), ""),
        files=charted.hashed,
        titles=tuple(_judged(_compared(titles, volumes, tapes, charted))),
        proposals=(
            *read_names(volumes, titles, {numbers[key]: said for key, said in told.items()}),
            *_texts(files),
        ),
        remarks=tuple(dict.fromkeys(remarks)),
    )
    return Source(report=report, volumes=tuple(volumes), tapes=tuple(tapes))


def _is_scrambled(title: Title) -> bool:
    return not title.runs and any(loss.why is Why.SCRAMBLED for loss in title.losses)


def _films(
    volume: Volume, charted: "Charted", program: str, scratch: Path | None, disc: int
) -> tuple[list[Film], list[str]]:
    """The media files as titles, and the names of those that nothing can play."""
    films: list[Film] = []
    silent: list[str] = []
    with ExitStack() as stack:
        if scratch is None:
            scratch = Path(stack.enter_context(TemporaryDirectory()))
        for name, file in volume.files.items():
            url = str(address(file, scratch))
            film = film_of(file, url, charted.chart(file), program=program, disc=disc)
            if film is None:
                silent.append(name)
            else:
                films.append(replace(film, title=replace(film.title, number=len(films) + 1)))
    if volume.capture is not None and films:
        films = [_film_of(volume.capture, films)]
    return films, silent


def _film_of(capture: Captured, films: Sequence[Film]) -> Film:
    """The runs of a capture as one title, by the wall clock."""
    titles = {PurePosixPath(film.title.runs[0].file or "").name: film.title for film in films}
    title = one_title(capture, titles)
    return replace(films[0], title=replace(title or films[0].title, number=1))


def _with_carved(volumes: Sequence[Volume], charted: "Charted") -> list[Volume]:
    """Find the parts of what has no file system, and what of an image no file system names."""
    found: list[Volume] = []
    for volume in volumes:
        if volume.kind in {Form.VOB, Form.CARVED}:
            file = charted.on_grid(next(iter(volume.files.values())))
            chart = charted.chart(file)
            parts = carved(file, chart, label=volume.label)
            films = carved_films(file, chart) if volume.kind is Form.CARVED else None
            found += [one for one in (parts, films) if one is not None]
        elif volume.is_dvd:
            found.append(charted.stretched(volume, volumes))
        else:
            found.append(volume)
    images = {
        piece.file: volume.label
        for volume in found
        for file in volume.files.values()
        for piece in file.pieces
        if volume.kind is Form.IMAGE and piece.file
    }
    for name, label in images.items():
        more = charted.forgotten(name, found, label)
        found += [more] if more is not None else []
    return found


class Charted:
    """The files that were handed in, read once each: their charts and their hashes."""

    def __init__(self, files: Sequence[File], watch: Watch) -> None:
        total = sum(file.size for file in files) or 1
        before = 0
        self._files = {
            file.name: replace(file, pieces=(Piece(file=file.name, start=0, size=file.size),))
            for file in files
        }
        self._readings: dict[str, Reading] = {}
        self._shifted: dict[tuple[Piece, ...], Chart] = {}
        for file in files:

            def share(done: float, size: int = file.size, before: int = before) -> None:
                watch((before + done * size) / total)

            with file.open() as stream:
                self._readings[file.name] = read_through(stream, file.size, share)
            before += file.size

    @property
    def hashed(self) -> tuple[Hashed, ...]:
        return tuple(
            Hashed(name=name, size=one.size, sha256=one.sha256, unreadable=one.unreadable)
            for name, one in sorted(self._readings.items())
        )

    def chart(self, file: File) -> Chart:
        """The chart of a file, be it a part of one that was handed in."""
        if any(piece.start % SECTOR or not piece.file for piece in file.pieces):
            known = self._shifted.get(file.pieces)
            if known is None:
                with file.open() as stream:
                    known = read_through(stream, file.size).chart
                self._shifted[file.pieces] = known
            return known
        return joined(
            [
                self._readings[piece.file].chart.part(
                    piece.start // SECTOR, -(-piece.size // SECTOR)
                )
                for piece in file.pieces
            ]
        )

    def on_grid(self, file: File) -> File:
        """The file without bytes that shift its packs from the grid of sectors."""
        for _ in range(MOST_SHIFTS):
            better = regridded(file, self.chart(file))
            if better is None:
                break
            file = better
        return file

    def stretched(self, volume: Volume, volumes: Sequence[Volume]) -> Volume:
        """The volume with its VOBs on the grid, and as long as their packs go on in the image."""
        return replace(
            volume,
            files={
                name: self.on_grid(self._followed(file, volume, volumes))
                if name.endswith(".VOB")
                else file
                for name, file in volume.files.items()
            },
        )

    def _followed(self, file: File, volume: Volume, volumes: Sequence[Volume]) -> File:
        if volume.kind is not Form.IMAGE or len(file.pieces) != 1:
            return file
        piece = file.pieces[0]
        end = -(-(piece.start + piece.size) // SECTOR)
        chart = self._readings[piece.file].chart
        after = followed(chart, self._taken(piece.file, volumes), end)
        if after == end:
            return file
        size = after * SECTOR - piece.start
        return part_of(self._files[piece.file], file.name, piece.start, size)

    def of(self, volume: Volume) -> dict[str, Chart]:
        """The charts of a volume's VOBs."""
        return {
            name: self.chart(file) for name, file in volume.files.items() if name.endswith(".VOB")
        }

    def forgotten(self, image: str, volumes: Sequence[Volume], label: str) -> Volume | None:
        """Packs of an image that are in no file of it."""
        chart = self._readings[image].chart
        return carved(self._files[image], chart, self._taken(image, volumes), label)

    def _taken(self, image: str, volumes: Sequence[Volume]) -> Flags:
        """The sectors of an image that a file of it has."""
        taken = np.zeros(self._readings[image].chart.sectors, np.bool_)
        for volume in volumes:
            for file in volume.files.values():
                for piece in file.pieces:
                    if piece.file == image:
                        end = -(-(piece.start + piece.size) // SECTOR)
                        taken[piece.start // SECTOR : end] = True
        return taken


def _numbers(titles: Sequence[Title]) -> dict[tuple[int, int], int]:
    """Number titles over all discs, menus last: by disc and number there."""
    ordered = sorted(titles, key=lambda title: title.kind is Kind.MENU)
    return {(one.disc, one.number): number for number, one in enumerate(ordered, 1)}


def _renumbered(title: Title, numbers: Mapping[tuple[int, int], int]) -> Title:
    twin = title.duplicate_of
    return replace(
        title,
        number=numbers[title.disc, title.number],
        duplicate_of=None if twin is None else numbers[title.disc, twin],
    )


def _judged(titles: Iterable[Title]) -> Iterator[Title]:
    """Tell the tests: what is too short for a hearing, and what is called one."""
    for title in titles:
        short = 0 < title.seconds < SHORTEST_S
        if title.kind is Kind.HEARING and (short or is_test(title.name)):
            yield replace(title, kind=Kind.TEST)
        else:
            yield title


def _compared(
    titles: Sequence[Title],
    volumes: Sequence[Volume],
    tapes: Sequence[Sequence[Tape]],
    charted: "Charted",
) -> Iterator[Title]:
    """Tell the titles that hold the same as one before them: a disc is often burned twice."""
    first: dict[bytes, int] = {}
    for title in titles:
        content = _content(title, volumes[title.disc], tapes[title.disc], charted)
        twin = first.setdefault(content, title.number) if content else title.number
        if twin != title.number and title.kind is Kind.HEARING:
            yield replace(title, kind=Kind.DUPLICATE, duplicate_of=twin)
        else:
            yield title


def _content(title: Title, volume: Volume, tapes: Sequence[Tape], charted: "Charted") -> bytes:
    """A digest of what a title plays, wherever its disc has it; nothing where some is lost."""
    if not title.runs or title.losses:
        return b""
    digest = sha256()
    for run in title.runs:
        if run.file is not None:
            file = volume.files[run.file]
            digest.update(charted.chart(file).sums.tobytes() + str(file.size).encode())
            continue
        tape = next(one for one in tapes if (one.titleset, one.menu) == _tape_of(title))
        for extent in run.extents:
            row = slice(extent.first, extent.last + 1)
            # Navigation packs tell their place, which differs.
            carried = tape.chart.stream[row] != NAVIGATION
            digest.update(tape.chart.sums[row][carried].tobytes())
    return digest.digest()


def _tape_of(title: Title) -> tuple[int, bool]:
    return title.titleset, title.kind is Kind.MENU


def _texts(files: Sequence[File]) -> list[Proposal]:
    """What texts that lie beside the recordings say."""
    found: list[Proposal] = []
    for file in files:
        if PurePosixPath(file.name).suffix.lower() in TEXTS and file.size <= LARGEST_TEXT:
            with file.open() as stream:
                found += read_text(tolerant(stream, 0, file.size)[0], file.name)
    return list(dict.fromkeys(one for one in found if one.what != "test"))


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
