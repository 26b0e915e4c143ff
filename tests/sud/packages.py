"""A recording that is ready to play, put into store and archive without a conversion."""

import io
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from recordings.judgement import Channel, Judgement, Track
from recordings.judgement import Verdict as Heard
from recordings.store import ObjectStore
from sud.models import Hearing, Recording, RecordingState, Verdict
from tests.builders import Make

PREFIX = "renditions/ab/test/01/hls-2/"
MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Тазаланган",DEFAULT=YES,AUTOSELECT=YES,URI="restored.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Баштапкы",DEFAULT=NO,AUTOSELECT=NO,URI="original.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=768x576,AUDIO="sound"
top.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=60000,CODECS="mp4a.40.2",AUDIO="sound"
restored.m3u8
"""
CHAPTERS = """WEBVTT

00:00:00.000 --> 00:01:00.000
1

00:01:00.000 --> 00:02:00.000
Опрос &amp; показания
"""
FILES: Mapping[str, bytes] = {
    "master.m3u8": MASTER.encode(),
    "top.m3u8": b"#EXTM3U\n#EXT-X-ENDLIST\n" + b"# long\n" * 200,
    "restored.m3u8": b"#EXTM3U\n#EXT-X-ENDLIST\n",
    "original.m3u8": b"#EXTM3U\n#EXT-X-ENDLIST\n",
    "top/0001-ab.m4s": bytes(range(256)) * 20,
    "whole.mp4": bytes(range(250)) * 20,
    "sound.m4a": b"m4a" * 1000,
    "chapters.vtt": CHAPTERS.encode(),
    "thumbnails.vtt": b"WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nsheets/0001.jpg#xywh=0,0,120,90\n",
    "sheets/0001.jpg": b"\xff\xd8\xff",
    "waveform.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "plan.json": b"{}",
}


def put(store: ObjectStore, prefix: str = PREFIX, files: Mapping[str, bytes] = FILES) -> None:
    for name, body in files.items():
        store.put(prefix + name, io.BytesIO(body))


def recording(session: Session, make: Make, hearing: Hearing, **facts: Any) -> Recording:
    """A row as the worker leaves it."""
    defaults = {
        "hearing": hearing,
        "hearing_id": hearing.id,
        "state": RecordingState.READY,
        "disc": make.disc(name="disc.iso", size=4_000_000_000),
        "duration_ms": 120_000,
        "lost_ms": 10_000,
        "losses": [{"start_s": 30.0, "seconds": 10.0, "why": "zeroed"}],
        "verdict": Verdict.USABLE,
        "reasons": ["hum", "seconds_lost"],
        "prefix": PREFIX,
        "handed_in_at": make.now() - timedelta(days=1),
        "ready_at": make.now(),
    }
    row = Recording(**defaults | facts)
    session.add(row)
    session.flush()
    return row


def judgement(spoken: list[tuple[float, float]]) -> bytes:
    """As the workshop writes it beside the streams."""
    plain = {one.name: () if "tuple" in str(one.type) else 0.0 for one in fields(Track)}
    said = {"index": 0, "verdict": Heard.USABLE, "channel": Channel.BOTH, "spoken": tuple(spoken)}
    track = Track(**plain | said)
    whole = Judgement(
        title=1,
        seconds=120.0,
        lost=(),
        verdict=Heard.USABLE,
        reasons=(),
        best=0,
        tracks=(track,),
        picture=None,
        apart_s=None,
        longer_s=None,
    )
    return whole.as_json().encode()
