"""Tells what a media file (AVI, WMV, MP4, MKV, WAV, MP3 …) plays, by reading all of its packets.

ffmpeg opens it in a child on a leash: a file that makes it crash or hang is no more than a file
that cannot be played. What the container's head promises is compared with what is there.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from recordings.chart import SECTOR, Chart, State, tolerant
from recordings.files import File
from recordings.process import ChildError, Limits, Outlet, run
from recordings.streams import RATES
from recordings.titles import Chapter, Form, Kind, Loss, Origin, Run, Stream, Title, Why
from recordings.volume import has_magic

KNOWN = (
    *(
        "avi",
        "asf",
        "mov,mp4,m4a,3gp,3g2,mj2",
        "mpeg",
        "mpegts",
        "mpegvideo",
        "matroska,webm",
        "wav",
    ),
    *("w64", "mp3", "flac", "ogg", "aac", "ac3", "eac3", "dts", "amr", "aiff", "caf", "au", "flv"),
    *("dv", "rm", "m4v", "h264", "hevc", "mxf", "nsv", "dhav", "ivf", "live_flv", "xwma"),
)
# A playlist that calls itself a film would make ffmpeg open other files.
OPTIONS = ("-protocol_whitelist", "file,subfile", "-format_whitelist", ",".join(KNOWN))
FORMATS = {".mpg": "mpeg", ".mpeg": "mpeg", ".vob": "mpeg", ".dat": "mpeg", ".avi": "avi"}
FORMATS |= {".ts": "mpegts", ".mts": "mpegts", ".m2ts": "mpegts", ".mp3": "mp3", ".wmv": "asf"}
LIMITS = Limits(memory=1 << 30, cpu_s=900, standstill_s=60.0)
SAMPLE_S = 0.5  # by which streams may begin and end apart and still be one
GAP_S, DOUBTED_GAP_S = 3.0, 0.5  # without packets; the second where sectors are known to be bad
SILENT = {"pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_s16be", "pcm_f32le"}  # zeros are their silence
ORDERS = (("top first", "tff"), ("bottom first", "bff"), ("top coded first", "tff"))
NO_TIME = 1 << 62  # a packet that does not tell its time has one beyond
LEAST_ZEROS = 2  # sectors
NEAR_S = 2.0  # a hole in the bytes so near to a gap in the packets is that gap
LONGEST_S, LEFT_OPEN = 48 * 3600.0, 0xFFFFFF00  # a head that was never completed says anything
NEARLY = 0.01
STEADY = 0.6  # of the packets that come at the usual distance
MOST_FRAMES = 240.0  # a second
EXACT = {23.98: 24000 / 1001, 29.97: 30000 / 1001, 59.94: 60000 / 1001}
CHANNELS = {"mono": 1, "stereo": 2, "2.1": 3, "quad": 4, "4.0": 4, "5.0": 5, "5.1": 6, "7.1": 8}


@dataclass(slots=True)
class _Packets:
    """The packets of one stream: seconds and bytes."""

    kind: str = ""
    codec: str = ""
    base: float = 1.0
    begins: list[float] = field(default_factory=list)
    lasts: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @property
    def start(self) -> float:
        return min(self.begins)

    @property
    def end(self) -> float:
        return max(begin + last for begin, last in zip(self.begins, self.lasts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A media file as a title, and what its own head says of its date and its name (`told`)."""

    title: Title
    told: tuple[str, ...]


def film_of(file: File, url: str, chart: Chart, *, program: str, disc: int = 0) -> Film | None:
    """Look at a media file at `url`; None where nothing of it can be played."""
    for options in dict.fromkeys((options_for(file), OPTIONS)):
        head = _head(url, options, program)
        streams = _streams(head)
        read = _packets(url, options, program) if streams else {}
        # The copy numbers its streams anew, pictures first, as they are here.
        packets = {one.id: read[place] for place, one in enumerate(streams) if place in read}
        streams = tuple(_timed(one, packets[one.id]) for one in streams if one.id in packets)
        if streams:
            break
    else:
        return None
    picture = next((one for one in streams if one.form is Form.PICTURE), None)
    start, end = _bounds(streams, packets)
    grid = 1 / picture.frame_rate if picture and picture.frame_rate else 1 / 1000
    there = max(1, round((end - start) / grid)) * grid
    promised = max(there, _promised(file, head) or 0.0)
    missing = promised - there
    read_from = [packets[one.id] for one in streams]
    holes = _holes(chart, read_from)
    whole = Run(start_s=0.0, seconds=there, clock_s=start, file=file.name)
    runs: tuple[Run, ...] = (whole,)
    if holes and missing > grid and _counts_its_frames(file):
        missing = round(missing / grid) * grid
        losses, runs = _spread(whole, holes, missing, _read_at(read_from, file.size, holes), grid)
    else:
        losses = _losses(holes, read_from, file.size, start, there)
        missing = missing if missing > SAMPLE_S else 0.0
        if missing:
            losses.append(Loss(start_s=there, seconds=missing, why=Why.TRUNCATED))
    name = PurePosixPath(file.name).name
    title = Title(
        number=0,
        kind=Kind.HEARING,
        origin=Origin.FILE,
        seconds=there + missing,
        streams=streams,
        runs=runs,
        chapters=_chapters(head) or (Chapter(start_s=0.0),),
        losses=tuple(losses),
        disc=disc,
        name=name,
    )
    return Film(title=title, told=_told(head))


def options_for(file: File) -> tuple[str, ...]:
    """What stands before `-i`: a file whose head is lost is taken for what it is called."""
    with file.open() as stream:
        head = tolerant(stream, 0, SECTOR)[0]
    forced = FORMATS.get(PurePosixPath(file.name).suffix.lower())
    if forced is None or has_magic(head):
        return OPTIONS
    return (*OPTIONS, "-f", forced)


# --- what ffmpeg says ---


def _head(url: str, options: Sequence[str], program: str) -> str:
    """What `ffmpeg -i` prints."""
    try:
        line = ["-loglevel", "info", *options, "-i", url]
        return run(program, line, limits=LIMITS, check=False).said
    except ChildError:
        return ""


def _packets(url: str, options: Sequence[str], program: str) -> dict[int, _Packets]:
    """Every packet of every stream, by the number of its stream."""
    found: dict[int, _Packets] = {}
    rest = b""

    def take(block: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            _note(found, line)

    # If it fails, what was read until then counts.
    with suppress(ChildError):
        run(
            program,
            [
                *(*options, "-copyts", "-i", url, "-map", "0:V?", "-map", "0:a?"),
                *("-c", "copy", "-f", "framecrc", Outlet(take)),
            ],
            limits=LIMITS,
            check=False,
        )
    return {number: one for number, one in found.items() if one.begins}


def _note(found: dict[int, _Packets], line: bytes) -> None:
    """Take one line of `-f framecrc`: a head, or stream, dts, pts, duration, size."""
    try:
        if line.startswith(b"#"):
            name, _, rest = line[1:].partition(b" ")
            number, _, value = rest.partition(b": ")
            if name in {b"tb", b"media_type", b"codec_id"}:
                one = found.setdefault(int(number), _Packets())
                text = value.decode("ascii", "replace").strip()
                if name == b"tb":
                    above, _, below = text.partition("/")
                    one.base = int(above) / int(below)
                elif name == b"media_type":
                    one.kind = text
                else:
                    one.codec = text
            return
        stream, decoded, shown, lasts, size = line.split(b",", 5)[:5]
        one = found[int(stream)]
        told = [int(time) for time in (shown, decoded) if abs(int(time)) < NO_TIME]
        if not told:
            return
        one.begins.append(told[0] * one.base)
        one.lasts.append(int(lasts) * one.base)
        one.sizes.append(int(size))
    except (ValueError, KeyError, ZeroDivisionError):
        return


STREAM = re.compile(
    r"^\s+Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(?:\(([a-z]{2,3})\))?: (Video|Audio): (\w+)(.*)$",
    re.MULTILINE,
)


def _streams(head: str) -> tuple[Stream, ...]:
    """The pictures, then the sounds; `id` is the number that ffmpeg gave the stream."""
    found: dict[Form, list[Stream]] = {Form.PICTURE: [], Form.SOUND: []}
    for match in STREAM.finditer(head):
        number, language, kind, codec, rest = match.groups()
        if "(attached pic)" in rest or "(timed thumbnails)" in rest:
            continue
        form = Form.PICTURE if kind == "Video" else Form.SOUND
        facts = _picture(rest) if form is Form.PICTURE else _sound(rest)
        found[form].append(
            Stream(
                form=form,
                id=int(number),
                index=len(found[form]),
                codec=codec,
                language=None if language == "und" else language,
                **facts,
            )
        )
    return (*found[Form.PICTURE], *found[Form.SOUND])


def _picture(rest: str) -> dict[str, Any]:
    size = re.search(r"\b(\d{2,5})x(\d{2,5})\b", rest)
    rate = re.search(r"([\d.]+)(k?) fps", rest) or re.search(r"([\d.]+)(k?) tbr", rest)
    aspect = re.search(r"DAR (\d+):(\d+)", rest)
    order = next((code for words, code in ORDERS if words in rest), None)
    told = float(rate[1]) * (1000 if rate[2] else 1) if rate else 0.0
    return {
        "width": int(size[1]) if size else None,
        "height": int(size[2]) if size else None,
        # What is printed is rounded: 29.97 is 30000/1001.
        "frame_rate": EXACT.get(told, told) if 0 < told <= MOST_FRAMES else None,
        "field_order": order or ("progressive" if "progressive" in rest else None),
        "aspect": f"{aspect[1]}:{aspect[2]}" if aspect else None,
    }


def _sound(rest: str) -> dict[str, Any]:
    rate = re.search(r"(\d+) Hz, ([^,]+)", rest)
    channels = None
    if rate:
        count = re.match(r"(\d+) channels", rate[2])
        channels = int(count[1]) if count else CHANNELS.get(rate[2].split("(")[0].strip(), 2)
    return {"sample_rate": int(rate[1]) if rate else None, "channels": channels}


def _timed(stream: Stream, packets: _Packets) -> Stream:
    """The stream with the frame rate that its packets have: what is printed may be a mean."""
    steps = np.diff(np.sort(np.array(packets.begins)))
    if stream.form is not Form.PICTURE or not len(steps):
        return stream
    usual = float(np.median(steps))
    steady = np.mean(np.abs(steps - usual) < usual / 5) > STEADY
    if not steady or not usual:
        return stream
    rate = min(RATES.values(), key=lambda known: abs(known * usual - 1))
    return replace(stream, frame_rate=rate if abs(rate * usual - 1) < NEARLY else 1 / usual)


def _chapters(head: str) -> tuple[Chapter, ...]:
    found = re.findall(
        r"Chapter #0:\d+: start (-?[\d.]+), end [\d.]+\n(?:\s+Metadata:\n\s+title\s*: (.*))?", head
    )
    return tuple(Chapter(start_s=max(0.0, float(at)), name=name.strip()) for at, name in found)


def _told(head: str) -> tuple[str, ...]:
    """The words that the file's own head has for its date and its title."""
    before = head.partition("Stream #0")[0]
    found = re.findall(r"^    (?:title|date|creation_time|comment)\s*: (.+)$", before, re.MULTILINE)
    return tuple(value.strip()[:200] for value in found)


# --- time ---


def _bounds(streams: Sequence[Stream], packets: Mapping[int, _Packets]) -> tuple[float, float]:
    """From when to when the file plays: as its picture does, unless sound alone goes on."""
    there = [packets[one.id] for one in streams]
    start, end = there[0].start, there[0].end
    for one in there[1:]:
        if one.start < start - SAMPLE_S:
            start = one.start
        if one.end > end + SAMPLE_S:
            end = one.end
    return start, end


Hole = tuple[int, int, Why]  # the first sector without bytes, the one behind the last
Course = tuple[npt.NDArray[Any], npt.NDArray[Any]]  # bytes of a file, and the seconds there


def _holes(chart: Chart, packets: Sequence[_Packets]) -> list[Hole]:
    """Stretches whose bytes are known to be gone."""
    state = chart.state
    gone = state == State.UNREADABLE
    if not all(one.codec in SILENT for one in packets):
        gone |= state == State.ZEROED
    edges = np.flatnonzero(np.diff(np.concatenate([[False], gone, [False]]).astype(np.int8)))
    return [
        (first, end, Why.UNREADABLE if state[first] == State.UNREADABLE else Why.ZEROED)
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if end - first >= LEAST_ZEROS or state[first] == State.UNREADABLE
    ]


def _losses(
    holes: Sequence[Hole], packets: Sequence[_Packets], size: int, start: float, seconds: float
) -> list[Loss]:
    """Stretches without any packet, and packets whose bytes are gone."""
    gaps = _gaps(packets, start, seconds, DOUBTED_GAP_S if holes else GAP_S)
    why = holes[0][2] if holes else Why.TORN
    losses = [Loss(start_s=low, seconds=high - low, why=why) for low, high in gaps]
    course = _read_at(packets, size, ())
    for first, end, kind in holes:
        low, high = (float(np.interp(at * SECTOR, *course)) - start for at in (first, end))
        low, high = max(0.0, low), min(seconds, high)
        if high > low and not any(a - NEAR_S < high and low < b + NEAR_S for a, b in gaps):
            losses.append(Loss(start_s=low, seconds=high - low, why=kind, sectors=end - first))
    return sorted(losses, key=lambda loss: loss.start_s)


def _counts_its_frames(file: File) -> bool:
    """Tell an AVI: its packets tell no time, what is lost makes all that follows earlier."""
    with file.open() as stream:
        return tolerant(stream, 0, SECTOR)[0][8:12] == b"AVI "


def _spread(
    whole: Run, holes: Sequence[Hole], missing: float, course: Course, grid: float
) -> tuple[list[Loss], tuple[Run, ...]]:
    """Give the missing seconds to the holes in the file, and what follows its place again."""
    total = sum(end - first for first, end, _ in holes)
    losses: list[Loss] = []
    runs: list[Run] = []
    begin, lost, before = 0.0, 0.0, 0
    for first, end, why in holes:
        at = float(np.interp((first - before) * SECTOR, *course)) - whole.clock_s
        at = min(whole.seconds, max(begin, round(at / grid) * grid))
        if at > begin:
            clock_s = whole.clock_s + begin
            runs.append(replace(whole, start_s=begin + lost, seconds=at - begin, clock_s=clock_s))
        before += end - first
        until = round(missing * before / total / grid) * grid
        losses.append(Loss(start_s=at + lost, seconds=until - lost, why=why, sectors=end - first))
        begin, lost = at, until
    if whole.seconds > begin:
        rest = whole.seconds - begin
        runs.append(
            replace(whole, start_s=begin + lost, seconds=rest, clock_s=whole.clock_s + begin)
        )
    return losses, tuple(runs)


def _gaps(
    packets: Sequence[_Packets], start: float, seconds: float, least: float
) -> list[tuple[float, float]]:
    """Stretches in which no stream has a packet."""
    begins = np.concatenate([np.array(one.begins) for one in packets])
    ends = begins + np.concatenate([np.array(one.lasts) for one in packets])
    order = np.argsort(begins)
    begins, reached = begins[order], np.maximum.accumulate(ends[order])
    open_at = np.flatnonzero(begins[1:] - reached[:-1] > least)
    return [
        (max(0.0, float(reached[at]) - start), min(seconds, float(begins[at + 1]) - start))
        for at in open_at.tolist()
    ]


def _read_at(packets: Sequence[_Packets], size: int, holes: Sequence[Hole]) -> Course:
    """About where in the file what time stands: packets lie in it in the order of their time."""
    begins = np.concatenate([np.array(one.begins) for one in packets])
    sizes = np.concatenate([np.array(one.sizes) for one in packets])
    order = np.argsort(begins, kind="stable")
    carried = np.cumsum(sizes[order])
    size -= sum(end - first for first, end, _ in holes) * SECTOR
    return carried * (size / max(1, int(carried[-1]))), begins[order]


# --- what the container's head promises ---


def _promised(file: File, head: str) -> float | None:
    """The seconds that the file should have, by its own head."""
    with file.open() as stream:
        data = tolerant(stream, 0, min(file.size, 1 << 16))[0]
    try:
        if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
            return _avi(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
            return _wav(data)
        if data[:4] == b"\x30\x26\xb2\x75":
            return _asf(data)
    except (struct.error, IndexError, ZeroDivisionError):
        return None
    told = re.search(r"Duration: (\d+):(\d\d):(\d\d\.\d+)", head)
    known = data[4:8] == b"ftyp" or data[:4] == b"\x1aE\xdf\xa3"
    if told is None or not known:
        return None
    return int(told[1]) * 3600 + int(told[2]) * 60 + float(told[3])


def _avi(data: bytes) -> float | None:
    """By the first picture's stream header: scale, rate and length."""
    at = data.find(b"strh")
    if at < 0 or data[at + 8 : at + 12] != b"vids":
        return None
    scale, rate, _, length = struct.unpack_from("<4I", data, at + 28)
    seconds = float(length * scale / rate)
    return seconds if seconds < LONGEST_S else None


def _wav(data: bytes) -> float | None:
    rate, at = struct.unpack_from("<I", data, 28)[0], data.find(b"data")
    size = struct.unpack_from("<I", data, at + 4)[0] if at > 0 else 0
    seconds = float(size / rate)
    return seconds if size < LEFT_OPEN and seconds < LONGEST_S else None


def _asf(data: bytes) -> float | None:
    """By the file properties: the play duration in 100 ns, less the preroll in ms."""
    at = data.find(b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11")
    if at < 0:
        return None
    played, _, preroll = struct.unpack_from("<3Q", data, at + 64)
    seconds = float(played / 1e7 - preroll / 1000)
    return seconds if 0 < seconds < LONGEST_S else None
