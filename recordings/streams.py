"""Tells what streams some sectors carry, from the headers inside them: they know, tables only say.

Headers by ISO/IEC 13818-2 (pictures), ATSC A/52 (AC-3), ISO/IEC 11172-3 (MPEG sound), ETSI TS
102 114 (DTS) and the DVD specification (linear PCM).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

import numpy as np

from recordings.chart import PICTURE, READ, SECTOR, SOUND, Places, tolerant
from recordings.files import File
from recordings.ifo import Attributes
from recordings.tape import Tape, stretches
from recordings.titles import Extent, Form, Stream

LOOKS = 24  # sectors looked into, spread over each stream
SLIPS = 50  # sectors: so many are no slip of some bits
SUBTITLE, AC3, DTS, PCM = 0x20, 0x80, 0x88, 0xA0  # the first ids of private streams
EXTENSION = b"\x00\x00\x01\xb5"
RATES = {1: 24000 / 1001, 2: 24.0, 3: 25.0, 4: 30000 / 1001, 5: 30.0, 6: 50.0, 7: 60000 / 1001}
ASPECTS = {2: "4:3", 3: "16:9", 4: "2.21:1"}
AC3_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)
AC3_RATES = (48_000, 44_100, 32_000)
DTS_CHANNELS = (1, 2, 2, 2, 2, 3, 3, 4, 4, 5)
DTS_RATES = {3: 32_000, 8: 44_100, 13: 48_000, 14: 96_000}
MPEG_RATES = (44_100, 48_000, 32_000)
PCM_RATES = (48_000, 96_000, 44_100, 32_000)


def streams_of(
    tape: Tape,
    files: Mapping[str, File],
    extents: Sequence[Extent],
    attributes: Attributes | None = None,
    tracks: Sequence[int] = (),
) -> tuple[Stream, ...]:
    """The pictures, then the sounds (what carries most comes first), then the subtitles."""
    inside: Places = np.concatenate(
        [np.arange(one.first, min(one.last + 1, tape.sectors)) for one in extents]
        or [np.zeros(0, np.intp)]
    )
    inside = inside[np.isin(tape.chart.state[inside], READ)]
    heads = np.intersect1d(tape.chart.points["sector"], inside)
    carried = tape.chart.stream[inside]
    found: list[tuple[int, Stream]] = []
    with ExitStack() as opened:
        read = _reading(tape, files, opened)
        for number, amount in enumerate(np.bincount(carried, minlength=256).tolist()):
            look = _look_at(number)
            if not amount or look is None:
                continue
            places = heads if number >= PICTURE and len(heads) else inside[carried == number]
            chosen = places[np.linspace(0, len(places) - 1, min(len(places), LOOKS)).astype(int)]
            told = [look(number, read(place)) for place in chosen.tolist()]
            stream = _agreed(one for one in told if one is not None and one.id & 0xFF == number)
            if stream is None and number >= PICTURE and amount > SLIPS:
                stream = Stream(form=Form.PICTURE, id=0x100 | number, index=0, codec="mpeg2video")
            if stream is not None:
                found.append((amount, stream))
    found.sort(key=lambda one: (list(Form).index(one[1].form), -one[0], one[1].id))
    return _named([stream for _, stream in found], attributes, tracks)


Look = Callable[[int, bytes], Stream | None]


def _reading(tape: Tape, files: Mapping[str, File], opened: ExitStack) -> Callable[[int], bytes]:
    streams = {
        name: opened.enter_context(files[name].open())
        for name in {span.file for span in tape.spans}
    }

    def read(place: int) -> bytes:
        for span, first, _ in stretches(tape, [Extent(first=place, last=place)]):
            return tolerant(streams[span.file], first * SECTOR, SECTOR)[0]
        return b""

    return read


def _look_at(number: int) -> Look | None:
    if number >= PICTURE:
        return _picture if number < PICTURE + 16 else None
    if number >= SOUND:
        return _mpeg_sound
    for first, count, look in (
        (SUBTITLE, 32, _subtitle),
        (AC3, 8, _ac3),
        (DTS, 8, _dts),
        (PCM, 8, _pcm),
    ):
        if first <= number < first + count:
            return look
    return None


def _agreed(told: Iterable[Stream]) -> Stream | None:
    """What most of the headers say."""
    counted = Counter(told).most_common(1)
    return counted[0][0] if counted else None


def _named(
    streams: Sequence[Stream], attributes: Attributes | None, tracks: Sequence[int]
) -> tuple[Stream, ...]:
    """Number each form, and take from the table what no header tells: languages."""
    index: Counter[Form] = Counter()
    named = []
    for stream in streams:
        language = None
        if attributes is not None and stream.form is Form.SOUND:
            for place, sound in enumerate(attributes.sounds):
                track = tracks[place] if place < len(tracks) and tracks[place] >= 0 else place
                if track == stream.id & 7:
                    language = sound.language
        elif attributes is not None and stream.form is Form.SUBTITLE:
            place = stream.id - SUBTITLE
            known = attributes.subtitles
            language = known[place] if place < len(known) else None
        aspect = stream.aspect
        if attributes is not None and stream.form is Form.PICTURE:
            aspect = aspect or attributes.aspect
        named.append(replace(stream, index=index[stream.form], language=language, aspect=aspect))
        index[stream.form] += 1
    return tuple(named)


# --- the headers ---


def _payload(sector: bytes) -> bytes:
    """What is in the first packet of a sector behind its header."""
    if len(sector) < SECTOR:
        return b""
    start = 14 + (sector[13] & 7)
    if sector[start + 3] == 0xBB:  # noqa: PLR2004  # a system header stands before it
        start = min(SECTOR - 64, start + 6 + int.from_bytes(sector[start + 4 : start + 6], "big"))
    return sector[start + 9 + sector[start + 8] :]


def _picture(number: int, sector: bytes) -> Stream | None:
    data = _payload(sector)
    at = data.find(b"\x00\x00\x01\xb3")
    if not 0 <= at < len(data) - 12:
        return None
    width, height = data[at + 4] << 4 | data[at + 5] >> 4, (data[at + 5] & 15) << 8 | data[at + 6]
    aspect, rate = data[at + 7] >> 4, data[at + 7] & 15
    if not width or not height or rate not in RATES:
        return None
    extended = next((e for e in _places(data, EXTENSION, at) if data[e + 4 : e + 5] < b"\x20"), -1)
    is_second = extended >= 0
    order = _field_order(data, extended) if is_second else "progressive"
    return Stream(
        form=Form.PICTURE,
        id=0x100 | number,
        index=0,
        codec="mpeg2video" if is_second else "mpeg1video",
        width=width,
        height=height,
        frame_rate=RATES[rate],
        field_order=order,
        aspect=ASPECTS.get(aspect) if is_second else "4:3",
    )


def _field_order(data: bytes, sequence: int) -> str | None:
    """By the first picture's coding extension; a progressive sequence needs none."""
    if len(data) > sequence + 5 and data[sequence + 5] & 8:
        return "progressive"
    for at in _places(data, EXTENSION, sequence + 4):
        # The second byte's end and the third carry structure, top first; the fourth, progressive.
        if len(data) > at + 8 and data[at + 4] >> 4 == 8:  # noqa: PLR2004  # picture coding
            structure, top = data[at + 6] & 3, data[at + 7] >> 7
            if data[at + 8] & 0x80 and structure == 3:  # noqa: PLR2004  # a whole frame
                return "progressive"
            if structure != 3:  # noqa: PLR2004  # a single field: the first one tells
                return "tff" if structure == 1 else "bff"
            return "tff" if top else "bff"
    return None


def _places(data: bytes, code: bytes, at: int) -> Iterator[int]:
    while (at := data.find(code, at)) >= 0:
        yield at
        at += 1


def _ac3(number: int, sector: bytes) -> Stream | None:
    data = _payload(sector)
    for at in _places(data, b"\x0b\x77", 4):
        if len(data) < at + 8:
            break
        rate, size, version = data[at + 4] >> 6, data[at + 4] & 63, data[at + 5] >> 3
        if rate == 3 or size > 37 or version > 10:  # noqa: PLR2004  # the words are there by chance
            continue
        mode = data[at + 6] >> 5
        skipped = 3 + 2 * (bool(mode & 1 and mode != 1) + bool(mode & 4)) + 2 * (mode == 2)  # noqa: PLR2004
        low = int.from_bytes(data[at + 6 : at + 8], "big") >> 15 - skipped & 1
        return Stream(
            form=Form.SOUND,
            id=number,
            index=0,
            codec="ac3",
            channels=AC3_CHANNELS[mode] + low,
            sample_rate=AC3_RATES[rate],
        )
    return None


def _dts(number: int, sector: bytes) -> Stream | None:
    data = _payload(sector)
    for at in _places(data, b"\x7f\xfe\x80\x01", 4):
        head = int.from_bytes(data[at : at + 12], "big")
        mode, rate, low = head >> 96 - 66 & 63, head >> 96 - 70 & 15, head >> 96 - 87 & 3
        if rate in DTS_RATES:
            return Stream(
                form=Form.SOUND,
                id=number,
                index=0,
                codec="dts",
                channels=(DTS_CHANNELS[mode] if mode < len(DTS_CHANNELS) else 6)
                + bool(low & 3 in {1, 2}),
                sample_rate=DTS_RATES[rate],
            )
    return None


def _pcm(number: int, sector: bytes) -> Stream | None:
    data = _payload(sector)
    if len(data) < 7:  # noqa: PLR2004  # its header
        return None
    return Stream(
        form=Form.SOUND,
        id=number,
        index=0,
        codec="pcm_dvd",
        channels=(data[5] & 7) + 1,
        sample_rate=PCM_RATES[data[5] >> 4 & 3],
    )


def _mpeg_sound(number: int, sector: bytes) -> Stream | None:
    data = _payload(sector)
    for at in _places(data, b"\xff", 0):
        if len(data) < at + 4:
            break
        version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
        bitrate, rate = data[at + 2] >> 4, data[at + 2] >> 2 & 3
        if data[at + 1] < 0xE0 or 1 in {version, not layer} or bitrate in {0, 15} or rate == 3:  # noqa: PLR2004
            continue
        return Stream(
            form=Form.SOUND,
            id=0x100 | number,
            index=0,
            codec=f"mp{4 - layer}",
            channels=1 if data[at + 3] >> 6 == 3 else 2,  # noqa: PLR2004  # mono
            sample_rate=MPEG_RATES[rate] >> (0 if version == 3 else 1 if version == 2 else 2),  # noqa: PLR2004
        )
    return None


def _subtitle(number: int, sector: bytes) -> Stream | None:
    if not _payload(sector):
        return None
    return Stream(form=Form.SUBTITLE, id=number, index=0, codec="dvd_subtitle")
