"""Writes and reads HLS playlists (RFC 8216): text and numbers only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SEAMLESS = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One segment: bytes of a file, and the beginning (`init`) that a player reads first."""

    init: str
    file: str
    offset: int
    size: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Bits a second: at most, as RFC 8216 4.3.4.2 measures it, and on average."""

    peak: int
    average: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One form of the sound, as the master playlist offers it; the first one is the default."""

    playlist: str
    name: str
    codec: str
    channels: int
    rate: Rate
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One size of the picture, as the master playlist offers it."""

    playlist: str
    codec: str
    width: int
    height: int
    fps: float
    rate: Rate


def media_playlist(stretches: Sequence[Stretch]) -> str:
    """Name every segment of one stream, byte ranges of as many files as there are pieces."""
    longest = max((round(one.seconds) for one in stretches), default=1)
    lines = [*SEAMLESS, f"#EXT-X-TARGETDURATION:{max(1, longest)}", "#EXT-X-PLAYLIST-TYPE:VOD"]
    init = ""
    for one in stretches:
        if one.init != init:
            init = one.init
            lines.append(f'#EXT-X-MAP:URI="{init}"')
        lines += [
            f"#EXTINF:{one.seconds:.6f},",
            f"#EXT-X-BYTERANGE:{one.size}@{one.offset}",
            one.file,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def rate_of(stretches: Sequence[Stretch]) -> Rate:
    """Measure: the peak is over any neighbours that last at least half a usual segment."""
    least = 0.5 * max((one.seconds for one in stretches), default=1.0)
    peak = 0.0
    for index in range(len(stretches)):
        size, seconds = 0, 0.0
        for one in stretches[index:]:
            size, seconds = size + one.size, seconds + one.seconds
            if seconds >= least:
                peak = max(peak, 8 * size / seconds)
                break
    total = sum(one.seconds for one in stretches)
    average = 8 * sum(one.size for one in stretches) / total if total else 0.0
    return Rate(peak=round(max(peak, average)), average=round(average))


def master_playlist(views: Sequence[View], voices: Sequence[Voice]) -> str:
    """Offer every view, the finest first, with any voice; and the first voice alone."""
    lines = list(SEAMLESS)
    for index, voice in enumerate(voices):
        first = "YES" if index == 0 else "NO"
        facts = [
            "TYPE=AUDIO",
            'GROUP-ID="sound"',
            f'NAME="{_quotable(voice.name)}"',
            *([f'LANGUAGE="{_quotable(voice.language)}"'] if voice.language else []),
            f"DEFAULT={first}",
            f"AUTOSELECT={first}",
            f'CHANNELS="{voice.channels}"',
            f'URI="{voice.playlist}"',
        ]
        lines.append(f"#EXT-X-MEDIA:{','.join(facts)}")
    most = max((voice.rate.peak for voice in voices), default=0)
    usual = max((voice.rate.average for voice in voices), default=0)
    group = ['AUDIO="sound"'] if voices else []
    for view in views:
        codecs = ",".join([view.codec, *sorted({voice.codec for voice in voices})])
        facts = [
            f"BANDWIDTH={view.rate.peak + most}",
            f"AVERAGE-BANDWIDTH={view.rate.average + usual}",
            f'CODECS="{codecs}"',
            f"RESOLUTION={view.width}x{view.height}",
            f"FRAME-RATE={view.fps:.3f}",
            *group,
        ]
        lines += [f"#EXT-X-STREAM-INF:{','.join(facts)}", view.playlist]
    for voice in voices[:1]:
        facts = [
            f"BANDWIDTH={most}",
            f"AVERAGE-BANDWIDTH={usual}",
            f'CODECS="{voice.codec}"',
            *group,
        ]
        lines += [f"#EXT-X-STREAM-INF:{','.join(facts)}", voice.playlist]
    return "\n".join([*lines, ""])


def _quotable(text: str) -> str:
    """A quoted string of a playlist holds neither quotes nor line breaks."""
    return re.sub(r'["\r\n]', " ", text)
