"""Reads what lies beside the streams of a recording: its files, sounds, chapters and speech."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import PurePosixPath
from typing import Final

from recordings import keys
from recordings import package as workshop
from recordings.judgement import Judgement, from_json
from recordings.plain import NotPlainError
from recordings.store import NoSuchObjectError, ObjectStore

MASTER, WHOLE, SOUND = workshop.MASTER, workshop.WHOLE, workshop.WHOLE_SOUND
THUMBNAILS, CHAPTERS = workshop.THUMBNAILS, workshop.CHAPTERS
WAVEFORM, JUDGEMENT = keys.WAVEFORM, keys.JUDGEMENT
MEDIA_TYPES: Final = {
    suffix: keys.TYPES[suffix]
    for suffix in (".m3u8", ".m4s", ".mp4", ".m4a", ".vtt", ".jpg", ".svg")
}
"""What is handed out; a file of any other kind is the workshop's own business."""

_SOUND: Final = re.compile(r"^#EXT-X-MEDIA:(?=.*TYPE=AUDIO)(.*)$", re.MULTILINE)
_FACT: Final = re.compile(r'([A-Z-]+)=("[^"]*"|[^,]*)')
_CUE: Final = re.compile(r"^((?:\d+:)?\d\d:\d\d\.\d{3}) --> .*\n(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A sound that can be chosen: what the workshop calls it, and its own playlist."""

    name: str
    playlist: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    start_s: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What a recording offers to play; `files` are the bytes of each by its name."""

    prefix: str
    files: Mapping[str, int]
    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    picture: bool = True
    height: int = 576
    width: int = 768

    def holds(self, name: str) -> bool:
        return name in self.files


def read(store: ObjectStore, prefix: str) -> Package:
    """Look into the store for what lies under a prefix."""
    files = {facts.key.removeprefix(prefix): facts.size for facts in store.list(prefix)}
    master = _text(store, prefix, MASTER, files)
    sizes = [
        (int(width), int(height)) for width, height in re.findall(r"RESOLUTION=(\d+)x(\d+)", master)
    ]
    width, height = max(sizes, default=(0, 0))
    return Package(
        prefix=prefix,
        files=files,
        sounds=tuple(_sounds(master)),
        chapters=tuple(_chapters(_text(store, prefix, CHAPTERS, files))),
        picture=bool(sizes),
        width=width,
        height=height,
    )


def judgement_of(store: ObjectStore, prefix: str) -> Judgement | None:
    """Return what was heard and seen; None where that was not judged, or in another version."""
    try:
        return from_json(store.get(f"{prefix}{JUDGEMENT}").decode())
    except (NoSuchObjectError, NotPlainError, UnicodeDecodeError):
        return None


def spoken(store: ObjectStore, prefix: str) -> list[tuple[float, float]]:
    """Return from when to when somebody speaks, in seconds; nothing where that is not known."""
    judgement = judgement_of(store, prefix)
    track = judgement.track() if judgement else None
    return list(track.spoken) if track else []


def media_type_of(name: str) -> str | None:
    """Tell how a file is handed out; None for what is no file to play."""
    parts = name.split("/")
    if not all(parts) or {".", ".."} & set(parts) or not name.isascii() or not name.isprintable():
        return None
    return MEDIA_TYPES.get(PurePosixPath(name).suffix)


def _text(store: ObjectStore, prefix: str, name: str, files: Mapping[str, int]) -> str:
    return store.get(prefix + name).decode() if name in files else ""


def _sounds(master: str) -> list[Sound]:
    sounds = []
    for line in _SOUND.findall(master):
        facts = {name: value.strip('"') for name, value in _FACT.findall(line)}
        if "URI" in facts:
            sounds.append(
                Sound(
                    name=PurePosixPath(facts["URI"]).stem,
                    playlist=facts["URI"],
                    chosen=facts.get("DEFAULT") == "YES",
                )
            )
    return sounds


def _chapters(vtt: str) -> list[Chapter]:
    return [
        Chapter(start_s=_seconds(start), name=unescape(name.strip()))
        for start, name in _CUE.findall(vtt)
    ]


def _seconds(stamp: str) -> float:
    seconds = 0.0
    for part in stamp.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
