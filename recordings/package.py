"""Puts the pieces of a title together as what players and people take, and checks the whole.

Nothing is copied: playlists name byte ranges in the pieces' own files. Only the files for
download are made anew, without encoding, from the pieces of one small rung and one sound.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from recordings import marks
from recordings.command import thumbnail_size
from recordings.encode import File, Made, Strand
from recordings.errors import TranscoderError
from recordings.fragments import seconds_of
from recordings.plan import Plan
from recordings.playlists import (
    Rate,
    Stretch,
    View,
    Voice,
    master_playlist,
    media_playlist,
    rate_of,
)
from recordings.process import Limits, Progress, run
from recordings.recipe import names, recipe
from recordings.titles import Title

MASTER = "master.m3u8"
WHOLE, WHOLE_SOUND = "whole.mp4", "sound.m4a"
THUMBNAILS, CHAPTERS, MARKS = "thumbnails.vtt", "chapters.vtt", "marks.vtt"
APART_S = 0.2  # between the ends of picture and sound, at most
SHORT_S = 0.5  # between what was promised and what plays, at most
DIFFERENT_BEGINNINGS = "different_beginnings"


class PackageError(TranscoderError):
    """The pieces are not what was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """One rung or one sound of the whole title."""

    name: str
    playlist: str
    codec: str
    seconds: float
    rate: Rate
    size: int  # bytes
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What was put beside the pieces, and what plays."""

    recipe: str
    title: int
    seconds: float
    frames: int
    strands: tuple[Playable, ...]
    files: tuple[File, ...]  # that were written now: a store is to put them after the pieces
    remarks: tuple[str, ...]


def finish(
    plan: Plan,
    title: Title,
    made: Sequence[Made],
    folder: Path,
    *,
    program: str,
    language: str = "ky",
    watch: Callable[[float], None] = lambda _: None,
) -> Package:
    """Write everything that belongs to the whole title into its folder.

    The files of `plan.whole_strands()` must lie there, of the other pieces only what `made` tells
    is needed. `language` is that of the names that a player shows. PackageError where something
    is missing or not as long as promised.
    """
    _complete(plan, made)
    strands = {
        name: list(_stretches(made, name))
        for name in (*(one.name for one in plan.rungs), *(one.name for one in plan.sounds))
    }
    playable = tuple(_playable(made, name, strands[name]) for name in strands)
    _agreed(plan, playable)
    texts = {f"{name}.m3u8": media_playlist(strands[name]) for name in strands}
    texts[MASTER] = master_playlist(
        list(_views(plan, playable)), list(_voices(plan, playable, language))
    )
    texts |= _marks(plan, title, made)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    remarks = tuple(f"{DIFFERENT_BEGINNINGS}:{name}" for name in strands if _differ(made, name))
    whole = [] if remarks else list(_whole(plan, made, folder, program=program, watch=watch))
    return Package(
        recipe=plan.recipe,
        title=plan.title,
        seconds=max(one.seconds for one in playable),
        frames=plan.frames,
        strands=playable,
        files=tuple(_file(folder, name) for name in (*texts, *whole)),
        remarks=remarks,
    )


# --- checking ---


def _complete(plan: Plan, made: Sequence[Made]) -> None:
    """Compare the pieces with the plan, one by one."""
    if len(made) != len(plan.pieces):
        raise PackageError(f"{len(made)} of {len(plan.pieces)} pieces")
    wanted = [*(one.name for one in plan.rungs), *(one.name for one in plan.sounds)]
    if not wanted:
        raise PackageError("neither picture nor sound is planned")
    for piece, one in zip(plan.pieces, made, strict=True):
        told = (one.recipe, one.title, one.number, one.first, one.frames)
        if told != (plan.recipe, plan.title, piece.number, piece.first, piece.frames):
            raise PackageError(f"piece {piece.number} was made by another plan")
        if [strand.name for strand in one.strands] != wanted:
            raise PackageError(f"piece {piece.number} has other streams than planned")


def _agreed(plan: Plan, playable: Sequence[Playable]) -> None:
    """Compare with what the title promised: all play to its end, and to the same end."""
    lengths = {one.name: one.seconds for one in playable}
    for name, seconds in lengths.items():
        if abs(seconds - plan.seconds) > SHORT_S:
            raise PackageError(f"{name}: {seconds:.3f} s of {plan.seconds:.3f} s")
    if max(lengths.values()) - min(lengths.values()) > APART_S:
        raise PackageError(f"streams end apart: {lengths}")


def _differ(made: Sequence[Made], name: str) -> bool:
    """Say whether some pieces of a stream begin differently (another ffmpeg made them)."""
    return len({_strand(one, name).init.sha256 for one in made}) > 1


def _strand(made: Made, name: str) -> Strand:
    return next(one for one in made.strands if one.name == name)


# --- playlists ---


def _stretches(made: Sequence[Made], name: str) -> Iterator[Stretch]:
    for one in made:
        strand = _strand(one, name)
        for part in strand.segments:
            yield Stretch(
                strand.init.name,
                strand.file.name,
                part.offset,
                part.size,
                part.duration / strand.timescale,
            )


def _playable(made: Sequence[Made], name: str, stretches: Sequence[Stretch]) -> Playable:
    first = _strand(made[0], name)
    return Playable(
        name=name,
        playlist=f"{name}.m3u8",
        codec=first.codec,
        seconds=sum(one.seconds for one in stretches),
        rate=rate_of(stretches),
        size=first.init.size + sum(_strand(one, name).file.size for one in made),
        width=first.width,
        height=first.height,
    )


def _views(plan: Plan, playable: Sequence[Playable]) -> Iterator[View]:
    known = {one.name: one for one in playable}
    for rung in plan.rungs:
        one = known[rung.name]
        yield View(
            playlist=one.playlist,
            codec=one.codec,
            width=rung.width,
            height=rung.height,
            fps=float(plan.fps / rung.step),
            rate=one.rate,
        )


def _voices(plan: Plan, playable: Sequence[Playable], language: str) -> Iterator[Voice]:
    known = {one.name: one for one in playable}
    for sound in plan.sounds:
        one = known[sound.name]
        form, _, number = sound.name.partition("-")
        yield Voice(
            playlist=one.playlist,
            name=f"{names(form)[language]} {number}".strip(),
            codec=one.codec,
            channels=sound.channels,
            rate=one.rate,
            language=sound.language,
        )


# --- along the line of time ---


def _marks(plan: Plan, title: Title, made: Sequence[Made]) -> dict[str, str]:
    how = recipe(plan.recipe)
    cues = [*marks.losses(title.losses)]
    for piece in plan.pieces:
        if piece.run is None:
            start, end = plan.second(piece.first), plan.second(piece.first + piece.frames)
            cues.append(marks.Cue(float(start), float(end), json.dumps({"what": "pause"})))
    for number, run_ in enumerate(title.runs, 1):
        facts = {"what": "run", "number": number}
        cues.append(marks.Cue(run_.start_s, run_.end_s, json.dumps(facts)))
    for one in made:
        for start_s, seconds in one.still:
            facts = {"what": "still", "seconds": round(seconds, 3)}
            cues.append(marks.Cue(start_s, start_s + seconds, json.dumps(facts)))
    texts = {
        CHAPTERS: marks.webvtt(marks.chapters(title.chapters, plan.seconds)),
        MARKS: marks.webvtt(cues),
    }
    sheets = [
        marks.Sheet(
            file=one.sheet.name,
            start_s=float(plan.second(one.first)),
            end_s=float(plan.second(one.first + one.frames)),
            count=one.thumbnails,
        )
        for one in made
        if one.sheet
    ]
    if sheets:
        small = marks.thumbnails(
            sheets,
            every_s=how.thumbnail_s,
            size=thumbnail_size(plan),
            columns=how.sheet_columns,
        )
        texts[THUMBNAILS] = marks.webvtt(small)
    return texts


# --- files for download ---


def _whole(
    plan: Plan,
    made: Sequence[Made],
    folder: Path,
    *,
    program: str,
    watch: Callable[[float], None],
) -> Iterator[str]:
    """Copy one rung and one sound into ordinary files whose index stands in front."""
    strands = plan.whole_strands()
    sound = plan.sounds[0].name if plan.sounds else None
    wanted = [(WHOLE, strands)] if plan.rungs else []
    if sound:
        wanted.append((WHOLE_SOUND, (sound,)))
    for index, (target, parts) in enumerate(wanted):

        def told(progress: Progress, done: int = index) -> None:
            watch(min(1.0, (done + progress.out_s / plan.seconds) / len(wanted)))

        making = f"{target}.making"
        options = ffmpeg.output(
            *(ffmpeg.input(_end_to_end(made, name), format="mp4")["0"] for name in parts),
            making,
            format="mp4",
            c="copy",
            map_metadata=-1,
            fflags="+bitexact",
            movflags="+faststart",
        ).get_args()
        run(program, options, folder=folder, limits=Limits(), watch=told)
        lasts = seconds_of(folder / making)
        if abs(lasts - plan.seconds) > SHORT_S:
            raise PackageError(f"{target}: {lasts:.3f} s of {plan.seconds:.3f} s")
        (folder / making).replace(folder / target)
        yield target


def _end_to_end(made: Sequence[Made], strand: str) -> str:
    """Name all pieces of a strand as one file, behind their common beginning."""
    pieces = [_strand(one, strand) for one in made]
    return f"concat:{'|'.join((pieces[0].init.name, *(one.file.name for one in pieces)))}"


def _file(folder: Path, name: str) -> File:
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return File(name=name, size=file.seek(0, 2), sha256=digest)
