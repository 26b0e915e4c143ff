"""Plays a title as our own reader feeds it, and tells when each mark was shown and heard."""

import errno
import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from recordings.feed import Feed, feed, specifier
from recordings.source import Source
from recordings.titles import Title
from recordings.volume import File, files_at
from tests.recordings.discs import SECTOR
from tests.recordings.marks import HEARD_RATE, TRACK, WINDOW, Mark
from tests.recordings.matrix.truth import Case
from tests.recordings.watching import Watched, watched

HALF = 5  # tenths of a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a title shows and lets hear, and when on its line of time, in seconds."""

    seen: dict[Mark, float]  # each frame when it is first shown
    heard: dict[Mark, list[float]]  # each second: its tenths that are heard

    @property
    def audible(self) -> dict[Mark, float]:
        """The seconds of which at least the half is heard, and when they begin."""
        return {mark: tenths[0] for mark, tenths in self.heard.items() if len(tenths) >= HALF}


class Refusing(io.RawIOBase):
    """A file on a medium that refuses some sectors: what comes before them can be read."""

    def __init__(self, path: Path, sectors: Collection[int]) -> None:
        self.file = path.open("rb", buffering=0)
        self.sectors = sectors

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.file.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        sector, within = divmod(self.file.tell(), SECTOR)
        if sector in self.sectors:
            raise OSError(errno.EIO, "Input/output error")
        last = sector + (within + len(buffer)) // SECTOR
        bad = next((one for one in range(sector, last + 1) if one in self.sectors), None)
        most = len(buffer) if bad is None else (bad - sector) * SECTOR - within
        return self.file.readinto(memoryview(buffer)[:most]) or 0

    def close(self) -> None:
        self.file.close()
        super().close()


def files_of(case: Case) -> list[File]:
    """What is handed in, with the sectors refused that the case says are."""
    found = files_at(case.path)
    if case.refused is None:
        return found
    name, sectors = case.refused
    return [
        replace(
            file, path=None, open=lambda path=file.path: io.BufferedReader(Refusing(path, sectors))
        )
        if Path(file.name).name == name
        else file
        for file in found
    ]


class Player:
    """Plays titles; what was decoded once is not decoded again.

    Many a broken disc gives the decoder the very bytes of the whole one, and they need not be
    looked at twice.
    """

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._watched: dict[object, Watched] = {}

    def play(self, source: Source, title: Title) -> Played:
        """Play every run of a title, picture and first sound, on the title's line of time."""
        seen: dict[Mark, float] = {}
        heard: dict[Mark, list[float]] = {}
        for run in title.runs:
            one = self.watch(source, title, run.start_s, run.seconds)
            for index, mark in enumerate(one.frames):
                if mark:
                    seen.setdefault(mark, run.start_s + index / frame_rate(title))
            for index, sound in enumerate(one.sounds):
                if sound:  # whichever track the reader takes for the first
                    second = Mark(sound.take % TRACK, sound.number)
                    heard.setdefault(second, []).append(run.start_s + index * WINDOW / HEARD_RATE)
        return Played(seen=seen, heard=heard)

    def watch(self, source: Source, title: Title, start_s: float, seconds: float) -> Watched:
        """Each frame and each tenth of a second of a stretch of one run."""
        one = feed(source, title, start_s, seconds, scratch=self.scratch)
        packs = b"".join(one.packs)
        fed = packs if one.url == "pipe:0" else repr(source.report.files).encode()
        # Where the first sound is silent the next one speaks: the recorder was set otherwise.
        sound = next((sound for sound in title.sounds if sound.id in one.streams), None)
        picture = title.picture if title.picture and title.picture.id in one.streams else None
        streams = tuple(specifier(stream) if stream else None for stream in (picture, sound))
        key = (sha256(fed).digest(), one.url, one.options, one.clock_s, one.seconds, streams)
        if key not in self._watched:
            self._watched[key] = _decoded(one, packs, frame_rate(title), *streams)
        return self._watched[key]


def frame_rate(title: Title) -> float:
    return (title.picture.frame_rate if title.picture else None) or 25.0


def _decoded(
    one: Feed, packs: bytes, rate: float, picture: str | None, sound: str | None
) -> Watched:
    if not picture and not sound:
        return Watched(frames=[], sounds=[])
    begin, end = one.clock_s, one.clock_s + one.seconds
    return watched(
        one.url,
        before=("-threads", "1", "-copyts", *one.options),
        packs=[packs],
        picture=picture,
        picture_filter=f"trim={begin}:{end},setpts=PTS-({begin})/TB,fps={rate}:start_time=0",
        sound=sound,
        sound_filter=(
            f"atrim={begin}:{end},asetpts=PTS-({begin})/TB,aresample=async=1:first_pts=0"
        ),
    )
