"""Writes and reads HLS playlists: text and numbers only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """What a media playlist says: how long, and how many bits a second at most and on average."""

    milliseconds: int
    peak: int
    average: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One line of the master playlist; a rung without a picture has no width."""

    playlist: str
    peak: int
    average: int
    codecs: str
    width: int | None = None
    height: int | None = None


def segments_of(playlist: str) -> Segments:
    """Add up a media playlist of byte ranges; ValueError where it is unfinished."""
    if not playlist.startswith("#EXTM3U") or "#EXT-X-ENDLIST" not in playlist:
        raise ValueError("the playlist is unfinished")
    seconds = [float(text) for text in re.findall(r"^#EXTINF:([\d.]+)", playlist, re.MULTILINE)]
    sizes = [int(text) for text in re.findall(r"^#EXT-X-BYTERANGE:(\d+)", playlist, re.MULTILINE)]
    total = sum(seconds)
    if not total or len(seconds) != len(sizes):
        raise ValueError("the playlist has no segments")
    rates = [8 * size / max(length, 0.5) for size, length in zip(sizes, seconds, strict=True)]
    return Segments(
        milliseconds=round(total * 1000),
        peak=round(max(rates)),
        average=round(8 * sum(sizes) / total),
    )


def master(rungs: Iterable[Rung]) -> str:
    """Name every rung, the best first; the audio-only one that ffmpeg would leave out, too."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rung in rungs:
        facts = [
            f"BANDWIDTH={rung.peak}",
            f"AVERAGE-BANDWIDTH={rung.average}",
            f'CODECS="{rung.codecs}"',
        ]
        if rung.width:
            facts.append(f"RESOLUTION={rung.width}x{rung.height}")
        lines += [f"#EXT-X-STREAM-INF:{','.join(facts)}", rung.playlist]
    return "\n".join(lines) + "\n"
