"""Makes a hearing that plays out of a source, in steps that any machine may take at any time.

The only state is in the store. Each step first looks for what it would make, and does nothing where
it is there; so a step may be repeated, resumed after a kill, or taken by two machines at once. What
a title is made of lies under one prefix, and is nothing to anybody until its manifest is written.

    take_in -> look -> judge -> plan -> make_piece (each, in any order) -> finish
"""

import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

from recordings import keys, scratch, shelf
from recordings.comparing import checked
from recordings.encode import Feeding, Made, encode_piece, made_from_json
from recordings.encode import File as MadeFile
from recordings.errors import NoTitleError, PiecesMissingError
from recordings.feed import feed
from recordings.files import File
from recordings.framing import frame_rate, picture, size
from recordings.judgement import Judgement
from recordings.judgement import from_json as judgement_from_json
from recordings.losses import lost, seconds
from recordings.manifest import Entry, Manifest, entry, manifest, write
from recordings.masks import Mask, hushed, mark_of
from recordings.package import finish as packaged
from recordings.plain import NotPlainError, as_plain, from_plain
from recordings.plan import Plan, plan_from_json
from recordings.plan import plan as planned
from recordings.probe import look as looked
from recordings.progress import Pace, Step, Watch, silent
from recordings.quality import judge as judged
from recordings.recipe import recipe as recipe_of
from recordings.restore import Treatment, restored, treatment
from recordings.shelf import Master, shelve
from recordings.source import VERSION as READER
from recordings.source import Source, reopened
from recordings.store import NoSuchObjectError, ObjectStore, Stored, digest, put_file
from recordings.titles import Hashed, Report, Title
from recordings.waveform import waveform

READING = f"reading-{READER}"
T = TypeVar("T")
SOUND = "restored.wav"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a step works with. Keep one for several steps: it keeps the last source open."""

    store: ObjectStore
    ffmpeg: str  # the path of the program
    scratch: Path  # a folder for some hundred megabytes; what a kill left there is taken up again
    watch: Watch = silent
    recipe: str = ""  # its version; the latest, where none is named
    masks: tuple[Mask, ...] = ()  # what is black and silent: a copy in a place of its own
    at_hand: dict[str, Source] = field(default_factory=dict)  # by SHA-256, at most one

    @property
    def version(self) -> str:
        return recipe_of(self.recipe).version + mark_of(self.masks)


# --- the source ---


def take_in(
    bench: Bench,
    files: Sequence[File],
    hashes: Sequence[Hashed] = (),
    *,
    limit: int | None = None,
    retain_until: datetime | None = None,
) -> Master:
    """Keep a source exactly as it came; the same source again is seen, and not kept twice."""
    return shelve(
        bench.store,
        files,
        hashes,
        limit=limit,
        retain_until=retain_until,
        watch=Pace(bench.watch, Step.KEEP),
    )


def look(bench: Bench, sha256: str) -> Report:
    """Tell what a source that was taken in holds; NotADiscError, EncryptedError."""
    return _source(bench, sha256).report


def look_into(bench: Bench, files: Sequence[File]) -> Source:
    """Read files that lie at hand, all bytes once, before or without taking them in."""
    name = f"look-{os.getpid()}"
    try:
        with scratch.lent(bench.scratch, name) as folder:
            pace = Pace(bench.watch, Step.READ)
            return looked(files, program=bench.ffmpeg, scratch=folder, watch=pace)
    finally:
        scratch.discard(bench.scratch, name)


def keep_look(bench: Bench, sha256: str, source: Source) -> None:
    """Write down what a look told, so that no step has to read the source again."""
    prefix = keys.reading_prefix(sha256, READING)
    report = json.dumps(as_plain(source.report), ensure_ascii=False).encode()
    _settled(bench.store, prefix + keys.REPORT, lambda: report)
    # Last, because it is what the next step looks for.
    _settled(bench.store, prefix + keys.CHART, source.packed)


def _source(bench: Bench, sha256: str) -> Source:
    """Open a source that was looked into; look into it, where nobody has."""
    if sha256 not in bench.at_hand:
        kept = shelf.master(bench.store, sha256)
        prefix = keys.reading_prefix(sha256, READING)
        chart = _got(bench.store, prefix + keys.CHART)
        if chart is None:
            payload = keys.payload_prefix(sha256)
            names = {one.key.removeprefix(payload): one for one in kept.files}
            source = look_into(bench, _files(bench.store, names))
            keep_look(bench, sha256, source)
        else:
            report = from_plain(Report, json.loads(bench.store.get(prefix + keys.REPORT)))
            # They go by the names under which they were looked at, whatever those are now.
            stored = {one.sha256: one for one in kept.files}
            names = {file.name: stored[file.sha256] for file in report.files}
            source = reopened(_files(bench.store, names), chart)
        bench.at_hand.clear()
        bench.at_hand[sha256] = source
    return bench.at_hand[sha256]


def _files(store: ObjectStore, stored: Mapping[str, Stored]) -> list[File]:
    """Give objects as files that are read in place."""
    return [
        File(
            name=name,
            size=one.size,
            open=partial(store.open, one.key),
            path=store.path(one.key),
        )
        for name, one in stored.items()
    ]


def title_of(report: Report, number: int) -> Title:
    """Give the title of this number; NoTitleError."""
    for title in report.titles:
        if title.number == number:
            return title
    raise NoTitleError(f"there is no title {number}")


# --- a title ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One title of one source, by the recipe of a bench."""

    bench: Bench
    sha256: str
    number: int

    @property
    def prefix(self) -> str:
        return keys.rendition_prefix(self.sha256, self.number, self.bench.version)

    @property
    def unmasked(self) -> "_Work":
        """The same title as it was recorded: what is judged and treated is that."""
        return replace(self, bench=replace(self.bench, masks=()))

    @property
    def source(self) -> Source:
        return _source(self.bench, self.sha256)

    @property
    def title(self) -> Title:
        return title_of(self.source.report, self.number)

    def pace(self, step: Step) -> Pace:
        return Pace(self.bench.watch, step, title=self.number)

    def settled(self, name: str, make: Callable[[], str], read: Callable[[str], T]) -> T:
        """Give what is under a name, made first where nothing is that we can read.

        What an older version of us wrote and did not finish is of no use.
        """
        store, key = self.bench.store, self.prefix + name

        def first() -> bytes:
            return make().encode()

        try:
            return read(_settled(store, key, first).decode())
        except NotPlainError:
            store.remove(key)
        return read(_settled(store, key, lambda: make().encode()).decode())

    @property
    def name(self) -> str:
        """Name this title's folders on this machine."""
        return f"{self.sha256[:16]}-{self.number:02}-{self.bench.version}"

    def folder(self) -> AbstractContextManager[Path]:
        return scratch.lent(self.bench.scratch, self.name)

    def feeding(self, folder: Path) -> Feeding:
        return partial(feed, self.source, self.title, scratch=folder)


def judge(bench: Bench, sha256: str, number: int) -> Judgement:
    """Judge a title, and find a treatment of its sound that does no harm."""
    work = _Work(bench=bench, sha256=sha256, number=number)
    judgement = _judgement(work)
    work.settled(keys.WAVEFORM, lambda: waveform(judgement), str)
    _treatment(work)
    return judgement


def _judgement(work: _Work) -> Judgement:
    def heard() -> str:
        if work.bench.masks:
            return hushed(_judgement(work.unmasked), work.bench.masks).as_json()
        with work.folder() as folder:
            told = judged(
                work.feeding(folder),
                work.title,
                program=work.bench.ffmpeg,
                watch=work.pace(Step.JUDGE),
            )
        return told.as_json()

    return work.settled(keys.JUDGEMENT, heard, judgement_from_json)


def _treatment(work: _Work) -> Treatment | None:
    """Give the treatment of the best sound track; None where there is no sound."""

    def found() -> str:
        if work.bench.masks:
            return json.dumps(as_plain(_treatment(work.unmasked)))
        judgement = _judgement(work)
        wanted = treatment(judgement)
        if wanted is not None:
            with work.folder() as folder:
                wanted = checked(
                    work.feeding(folder),
                    work.title,
                    judgement,
                    wanted,
                    program=work.bench.ffmpeg,
                    watch=work.pace(Step.RESTORE),
                )
        return json.dumps(as_plain(wanted))

    def read(text: str) -> Treatment | None:
        plain = json.loads(text)
        return None if plain is None else from_plain(Treatment, plain)

    return work.settled(keys.TREATMENT, found, read)


def plan(bench: Bench, sha256: str, number: int) -> Plan:
    """Cut a title into the pieces that are made one by one."""
    work = _Work(bench=bench, sha256=sha256, number=number)

    def cut() -> str:
        judgement = judge(bench, sha256, number)
        told = planned(
            work.title,
            how=recipe_of(bench.recipe),
            filters=picture(judgement) if judgement.picture else (),
            rate=frame_rate(judgement) if judgement.picture else None,
            size=size(judgement),
            best=judgement.best,
            treated=_treatment(work) is not None,
            masks=bench.masks,
        )
        return told.as_json()

    return work.settled(keys.PLAN, cut, plan_from_json)


def finished(bench: Bench, sha256: str, number: int) -> set[int]:
    """Tell which pieces of a title are made, by whomever."""
    prefix = keys.rendition_prefix(sha256, number, bench.version)
    return {keys.piece_of(one.key) for one in bench.store.list(prefix + keys.PIECES)}


def _noted(store: ObjectStore, key: str) -> Made | None:
    """Read the note of a finished piece; one that an older version of us wrote is none."""
    data = _got(store, key)
    try:
        return None if data is None else made_from_json(data.decode())
    except NotPlainError:
        store.remove(key)
        return None


def make_piece(
    bench: Bench,
    sha256: str,
    number: int,
    piece: int,
    *,
    watch: Callable[[float], None] | None = None,
) -> Made:
    """Make one piece of a title, unless somebody has; `watch` is told its own share."""
    work = _Work(bench=bench, sha256=sha256, number=number)
    there = _noted(bench.store, work.prefix + keys.piece_note(piece))
    if there is not None:
        return there
    with work.folder() as folder:
        fresh = _encoded(work, piece, folder, watch or work.pace(Step.MAKE))
        named = _by_content(fresh)
        for file, stored in zip(fresh.files, named.files, strict=True):
            _put(bench.store, work.prefix + stored.name, folder / file.name)
        settled = work.settled(keys.piece_note(piece), named.as_json, made_from_json)
        for name in (*(file.name for file in fresh.files), keys.piece_note(piece)):
            (folder / name).unlink(missing_ok=True)
    return settled


def _encoded(work: _Work, piece: int, folder: Path, watch: Callable[[float], None]) -> Made:
    whole = plan(work.bench, work.sha256, work.number)
    program = work.bench.ffmpeg
    sound: Path | None = None
    how = _treatment(work) if whole.needs_sound(piece) else None
    if how is not None:
        sound = folder / SOUND
        window = whole.sound_window(piece)
        restored(work.feeding(folder), work.title, *window, how, sound, program=program)
    fresh = encode_piece(
        work.feeding(folder),
        work.title,
        whole,
        piece,
        folder,
        program=program,
        restored=sound,
        watch=watch,
    )
    if sound is not None:
        sound.unlink()
    return fresh


def finish(bench: Bench, sha256: str, number: int) -> Manifest:
    """Join the pieces, and make the title visible; PiecesMissingError names what is not made."""
    work = _Work(bench=bench, sha256=sha256, number=number)
    there = manifest(bench.store, sha256, number, bench.version)
    if there is not None:
        return there
    whole = plan(bench, sha256, number)
    pieces = _all_pieces(work, whole)
    objects = _packaged(work, whole, pieces)
    judgement, how = _judgement(work), _treatment(work)
    gone = lost(work.title, whole, pieces)
    done = Manifest(
        source=sha256,
        title=number,
        recipe=bench.version,
        reading=READING,
        judging=str(judgement.version),
        treating=how.recipe if how is not None else "",
        seconds=work.title.seconds,
        recovered_s=round(max(0.0, work.title.seconds - seconds(gone)), 3),
        lost=gone,
        verdict=judgement.verdict,
        reasons=tuple(judgement.reasons),
        objects=tuple(sorted(objects, key=lambda one: one.key)),
    )
    write(bench.store, done)
    # What killed workers had put and nobody named.
    named = {one.key for one in done.objects} | {work.prefix + keys.MANIFEST}
    for facts in list(bench.store.list(work.prefix)):
        if facts.key not in named:
            bench.store.remove(facts.key)
    scratch.discard(bench.scratch, work.name)
    return done


def _all_pieces(work: _Work, whole: Plan) -> list[Made]:
    """Give all pieces in order, and see that what each is made of is there."""
    store = work.bench.store
    found: list[Made] = []
    missing: list[int] = []
    for piece in whole.pieces:
        note = work.prefix + keys.piece_note(piece.number)
        one = _noted(store, note)
        if one is None:
            missing.append(piece.number)
        elif _fits(whole, one) and all(_is(store, work.prefix, file) for file in one.files):
            found.append(one)
        else:
            store.remove(note)
            missing.append(piece.number)
    if missing:
        raise PiecesMissingError(tuple(missing))
    return found


def _fits(whole: Plan, one: Made) -> bool:
    """Whether a piece was made by this plan; one that is gone may have cut otherwise."""
    piece = whole.pieces[one.number]
    strands = [*(rung.name for rung in whole.rungs), *(sound.name for sound in whole.sounds)]
    return (one.first, one.frames) == (piece.first, piece.frames) and strands == [
        strand.name for strand in one.strands
    ]


def _is(store: ObjectStore, prefix: str, file: MadeFile) -> bool:
    try:
        return store.stat(prefix + file.name).size == file.size
    except NoSuchObjectError:
        return False


def _packaged(work: _Work, whole: Plan, pieces: Sequence[Made]) -> list[Entry]:
    """Put playlists and files for download beside the pieces; name everything that plays."""
    store, pace = work.bench.store, work.pace(Step.FINISH)
    parts = {file.name: file for one in pieces for file in one.files}
    objects = [
        Entry(key=work.prefix + file.name, bytes=file.size, sha256=file.sha256)
        for file in parts.values()
    ]
    with work.folder() as folder:
        _fetch(work, whole, pieces, folder)
        package = packaged(whole, work.title, pieces, folder, program=work.bench.ffmpeg, watch=pace)
        for file in package.files:
            objects += [_put(store, work.prefix + file.name, folder / file.name)]
    for name in (keys.JUDGEMENT, keys.TREATMENT, keys.WAVEFORM, keys.PLAN):
        key = work.prefix + name
        objects += [Entry(key=key, bytes=store.stat(key).size, sha256=digest(store, key))]
    return objects


def _fetch(work: _Work, whole: Plan, pieces: Sequence[Made], folder: Path) -> None:
    """Bring back what the files for download are joined from: one small picture, one sound."""
    wanted = set(whole.whole_strands())
    strands = [one for piece in pieces for one in piece.strands if one.name in wanted]
    for file in (file for strand in strands for file in (strand.init, strand.file)):
        path = folder / file.name
        if not path.exists() or path.stat().st_size != file.size:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                out.writelines(work.bench.store.stream(work.prefix + file.name))


def _by_content(one: Made) -> Made:
    """Name the files of a piece by what they hold.

    Two workers that make the same piece may make different bytes of it (their machines have
    different numbers of processors): so each note finds its own files.
    """

    def named(file: MadeFile) -> MadeFile:
        path, mark = PurePosixPath(file.name), file.sha256[:8]
        if mark in path.stem:
            return file
        return replace(file, name=str(path.with_stem(f"{path.stem}-{mark}")))

    return replace(
        one,
        strands=tuple(
            replace(strand, init=named(strand.init), file=named(strand.file))
            for strand in one.strands
        ),
        sheet=named(one.sheet) if one.sheet else None,
    )


# --- the store ---


def _got(store: ObjectStore, key: str) -> bytes | None:
    try:
        return store.get(key)
    except NoSuchObjectError:
        return None


def _settled(store: ObjectStore, key: str, make: Callable[[], bytes]) -> bytes:
    """Give what is under a key, made first where nothing is.

    Of several who make it at once the first one's counts, so that what they build on it fits.
    """
    there = _got(store, key)
    if there is not None:
        return there
    data = make()
    there = _got(store, key)
    if there is not None:
        return there
    store.put(
        key,
        io.BytesIO(data),
        content_type=keys.content_type(key),
        cache_control=keys.cache_control(key),
    )
    return data


def _put(store: ObjectStore, key: str, path: Path) -> Entry:
    return entry(
        put_file(
            store,
            key,
            path,
            content_type=keys.content_type(key),
            cache_control=keys.cache_control(key),
        )
    )
