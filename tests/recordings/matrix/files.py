"""Data discs and single files: what cameras, sound recorders and other programs leave behind."""

import random
import shutil
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

from udfkit import bluray

from recordings.titles import Why
from tests.recordings.discs import (
    SECTOR,
    Take,
    data_image,
    truncate,
    zero,
)
from tests.recordings.matrix.truth import Case, Expected, Gone, Lab

AVI = ("-c:v", "mpeg4", "-b:v", "400k", "-g", "12", "-c:a", "libmp3lame")
WMV = ("-c:v", "wmv2", "-b:v", "400k", "-g", "12", "-c:a", "wmav2")
MP4 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "24", "-g", "12", "-c:a", "aac")
MPG = ("-c:v", "mpeg1video", "-b:v", "600k", "-g", "12", "-c:a", "mp2", "-f", "mpeg")
MPEG2 = ("-c:v", "mpeg2video", "-b:v", "600k", "-g", "12", "-c:a", "mp2")
VCD = 2352, 24, 2324  # a sector of a video CD: all of it, its head, what of it is the stream


def _take(number: int) -> Take:
    return Take(number=number, seconds=11)


def _alone(path: Path, take: Take, *, seen: bool = True, heard: bool = True) -> Case:
    title = Expected(seconds=take.seconds, starts=((take, 0.0),), seen=seen, heard=heard)
    return Case(path=path, titles=(title,))


def _kept(lab: Lab, name: str, take: Take, *options: str) -> Path:
    """A copy of the take in a container, under its own name."""
    path = lab.place / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lab.studio.media(take, f"x{path.suffix}", *options).read_bytes())
    return path


def _camera_files(lab: Lab) -> dict[str, Path]:
    return {
        "Заседание 12.03.2024 зал 2.avi": _kept(lab, "a.avi", _take(1), *AVI),
        "Сот отуруму 2.wmv": _kept(lab, "b.wmv", _take(2), *WMV),
        "VID_20240312_101500.mp4": _kept(lab, "c.mp4", _take(3), *MP4),
    }


def _told(path: Path) -> Case:
    takes = (_take(3), _take(1), _take(2))  # in the order of their names
    return Case(
        path=path,
        titles=tuple(Expected(seconds=take.seconds, starts=((take, 0.0),)) for take in takes),
    )


def data_folder(lab: Lab) -> Case:
    """a folder with AVI, WMV and MP4, names in Cyrillic"""
    folder = lab.place / "Диск"
    folder.mkdir()
    for name, path in _camera_files(lab).items():
        path.rename(folder / name)
    (folder / "Обложка.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(5000))
    (folder / "autorun.inf").write_text("[autorun]")
    return _told(folder)


def data_image_joliet(lab: Lab) -> Case:
    """the same as an image, ISO 9660 and Joliet"""
    return _told(data_image(_camera_files(lab), lab.place / "data.iso"))


def data_image_udf(lab: Lab) -> Case:
    """the same as an image, ISO 9660, Joliet and UDF 2.60"""
    return _told(data_image(_camera_files(lab), lab.place / "data.iso", udf=True))


def data_image_cp866(lab: Lab) -> Case:
    """ISO 9660 alone, names in a code page of DOS"""
    image = data_image(_camera_files(lab), lab.place / "data.iso", joliet=False)
    data = image.read_bytes()
    image.write_bytes(data.replace(b"FILE000", "СУД-000".encode("cp866")))
    return _told(image)


def data_image_hostile_path(lab: Lab) -> Case:
    """the same, and the image's own name is full of commas, colons, quotes and a newline"""
    folder = lab.place / "a,,start,5,:\n'd'"
    folder.mkdir()
    return _told(data_image(_camera_files(lab), folder / "50%, :x.iso"))


def data_image_headless(lab: Lab) -> Case:
    """a data disc whose file system is zeroed: two MPG lie somewhere inside"""
    files = {
        "a.mpg": lab.studio.program(lab.e),
        "b.mpg": lab.studio.program(lab.d),
    }
    image = data_image(files, lab.place / "data.iso")
    zero(image, 0, 25)
    case = _alone(image, lab.e)
    return replace(case, grouped=False, titles=(*case.titles, *_alone(image, lab.d).titles))


def films_headless(lab: Lab) -> Case:
    """a data disc with AVI, WMV and MP4 whose file system is zeroed"""
    image = data_image(_camera_files(lab), lab.place / "data.iso")
    zero(image, 0, 30)
    return _told(image)


def mixed_disc(lab: Lab) -> Case:
    """VIDEO_TS and beside it an AVI"""
    disc = lab.studio.press(lab.place / "disc", [[lab.e]])
    _kept(lab, "disc/Копия/запись.avi", _take(1), *AVI)
    film = _alone(disc.folder, _take(1))
    return Case(path=disc.folder, titles=(*_alone(disc.folder, lab.e).titles, *film.titles))


def single_vob(lab: Lab) -> Case:
    """one VOB, called by its date"""
    path = lab.place / "2024-03-12 10-15.vob"
    disc = lab.session
    (disc / "VTS_02_1.VOB").rename(path)
    return _alone(path, lab.e)


def single_mpg(lab: Lab) -> Case:
    """one MPEG-1 file"""
    return _alone(_kept(lab, "hearing.mpg", _take(6), *MPG), _take(6))


def single_mpeg2(lab: Lab) -> Case:
    """one MPEG-2 program stream without navigation packs"""
    return _alone(_kept(lab, "hearing.mpeg", _take(6), *MPEG2, "-f", "vob"), _take(6))


def clock_wraps(lab: Lab) -> Case:
    """an MPEG-2 program stream whose clock of 33 bits begins anew in the middle"""
    options = (*MPEG2, "-output_ts_offset", "95440", "-f", "vob")
    return _alone(_kept(lab, "hearing.mpg", _take(6), *options), _take(6))


def clock_jumps(lab: Lab) -> Case:
    """two program streams in one file; the second's clock begins ten minutes later"""
    path = _kept(lab, "hearing.mpg", _take(6), *MPEG2, "-f", "vob")
    later = lab.studio.media(_take(2), "x.mpg", *MPEG2, "-output_ts_offset", "600", "-f", "vob")
    with path.open("ab") as file:
        file.write(later.read_bytes())
    case = _alone(path, _take(6))
    return replace(case, grouped=False, titles=(*case.titles, *_alone(path, _take(2)).titles))


def single_mp4(lab: Lab) -> Case:
    """one MP4"""
    return _alone(_kept(lab, "hearing.mp4", _take(3), *MP4), _take(3))


def single_mkv(lab: Lab) -> Case:
    """one MKV"""
    return _alone(_kept(lab, "hearing.mkv", _take(3), *MP4), _take(3))


def single_wav(lab: Lab) -> Case:
    """one WAV: only sound"""
    return _alone(_kept(lab, "hearing.wav", _take(7), "-vn"), _take(7), seen=False)


def single_mp3(lab: Lab) -> Case:
    """one MP3: only sound"""
    options = ("-vn", "-c:a", "libmp3lame")
    return _alone(_kept(lab, "hearing.mp3", _take(7), *options), _take(7), seen=False)


def single_ts(lab: Lab) -> Case:
    """one MPEG transport stream"""
    options = ("-c:v", "mpeg2video", "-g", "12", "-c:a", "mp2", "-f", "mpegts")
    return _alone(_kept(lab, "hearing.ts", _take(6), *options), _take(6))


def camcorder_folder(lab: Lab) -> Case:
    """AVCHD: two .MTS in PRIVATE/AVCHD/BDMV/STREAM"""
    options = (*MP4[:-2], "-c:a", "ac3", "-f", "mpegts", "-mpegts_m2ts_mode", "1")
    folder = lab.place / "camera"
    stream = "camera/PRIVATE/AVCHD/BDMV/STREAM"
    takes = (_take(3), _take(6))
    for index, take in enumerate(takes):
        _kept(lab, f"{stream}/{index:05}.MTS", take, *options)
    (folder / "PRIVATE/AVCHD/BDMV/INDEX.BDM").write_bytes(b"INDX0200" + bytes(200))
    titles = tuple(title for take in takes for title in _alone(folder, take).titles)
    return Case(path=folder, titles=titles)


def high_definition_image(lab: Lab) -> Case:
    """AVCHD burned to a disc: UDF 2.50 with a metadata partition, no ISO 9660"""
    case = camcorder_folder(lab)
    shutil.move(lab.place / "camera/PRIVATE/AVCHD/BDMV", lab.place / "camera/BDMV")
    bluray.write_image(str(lab.place / "camera"), str(lab.place / "camera.iso"), "CAMERA")
    shutil.rmtree(lab.place / "camera")
    return replace(case, path=lab.place / "camera.iso")


def video_cd(lab: Lab) -> Case:
    """a video CD's AVSEQ01.DAT: MPEG-1 in sectors of 2352 bytes behind a RIFF head"""
    take = _take(6)
    options = ("-target", "pal-vcd")
    stream = lab.studio.media(take, "x.vcd", *options).read_bytes()
    whole, head, payload = VCD
    sync = b"\x00" + b"\xff" * 10 + b"\x00"
    sectors = b"".join(
        (sync + bytes(head - len(sync)) + stream[at : at + payload].ljust(payload, b"\x00")).ljust(
            whole, b"\x00"
        )
        for at in range(0, len(stream), payload)
    )
    path = lab.place / "MPEGAV" / "AVSEQ01.DAT"
    path.parent.mkdir()
    size = struct.pack("<I", len(sectors) + 36)
    riff = b"RIFF" + size + b"CDXAfmt \x10\x00\x00\x00" + bytes(16) + b"data" + size
    path.write_bytes(riff + sectors)
    return _alone(path.parent, take)


def dvd_video_recording(lab: Lab) -> Case:
    """DVD-VR: two takes in one VR_MOVIE.VRO"""
    options = ("-c:v", "mpeg2video", "-b:v", "600k", "-g", "12", "-c:a", "ac3", "-f", "vob")
    folder = lab.place / "disc" / "DVD_RTAV"
    folder.mkdir(parents=True)
    takes = (_take(6), _take(2))
    (folder / "VR_MOVIE.VRO").write_bytes(
        b"".join(lab.studio.media(take, "x.vro", *options).read_bytes() for take in takes)
    )
    (folder / "VR_MANGR.IFO").write_bytes(b"DVD_RTR_VMG0".ljust(4 * SECTOR, b"\x00"))
    case = _alone(folder.parent, takes[0])
    second = Expected(seconds=11, starts=((takes[1], 0.0),))
    return replace(case, grouped=False, titles=(*case.titles, second))


def truncated_avi(lab: Lab) -> Case:
    """an AVI cut off: its index is gone"""
    path = _kept(lab, "hearing.avi", _take(1), *AVI)
    truncate(path, path.stat().st_size // 2)
    gone = Gone(start_s=4.9, seconds=6.1, why=frozenset({Why.TRUNCATED}))
    title = Expected(seconds=11, starts=((_take(1), 0.0),), gone=(gone,))
    return Case(path=path, titles=(title,), tables=False)


def zeroed_avi(lab: Lab) -> Case:
    """an AVI with 20 KB of zeros inside: it has no clock, but its index knows what is gone"""
    path = _kept(lab, "hearing.avi", _take(1), *AVI)
    size = path.stat().st_size
    zero(path, size // 2 // SECTOR, 10)
    gone = Gone(start_s=5.15, seconds=0.3, why=frozenset({Why.ZEROED, Why.TORN}))
    title = Expected(seconds=11, starts=((_take(1), 0.0),), gone=(gone,))
    return Case(path=path, titles=(title,))


def truncated_mp4(lab: Lab) -> Case:
    """an MP4 cut off before its table, beside a good one"""
    folder = lab.place / "disc"
    bad = _kept(lab, "disc/1.mp4", _take(6), *MP4)
    truncate(bad, bad.stat().st_size // 2)
    _kept(lab, "disc/2.mp4", _take(3), *MP4)
    return _alone(folder, _take(3))


def truncated_fragmented_mp4(lab: Lab) -> Case:
    """a fragmented MP4 (of a telephone) cut off"""
    options = (*MP4, "-movflags", "+frag_keyframe+empty_moov")
    path = _kept(lab, "hearing.mp4", _take(6), *options)
    truncate(path, path.stat().st_size // 2)
    gone = Gone(start_s=5.6, seconds=5.4, why=frozenset({Why.TRUNCATED}))
    title = Expected(seconds=11, starts=((_take(6), 0.0),), gone=(gone,))
    return Case(path=path, titles=(title,), tables=False)


def zeroed_mpg(lab: Lab) -> Case:
    """an MPEG-1 file with 100 KB of zeros inside"""
    path = _kept(lab, "hearing.mpg", _take(6), *MPG)
    size = path.stat().st_size
    zero(path, size // 3 // SECTOR, 50)
    begin = 11 * (size // 3) / size
    gone = Gone(
        start_s=begin, seconds=11 * 50 * SECTOR / size, why=frozenset({Why.ZEROED, Why.TORN})
    )
    return Case(path=path, titles=(Expected(seconds=11, starts=((_take(6), 0.0),), gone=(gone,)),))


def wrong_extension(lab: Lab) -> Case:
    """an MP4 called .vob and an MPG called .avi: content decides"""
    folder = lab.place / "disc"
    _kept(lab, "disc/1.mp4", _take(3), *MP4).rename(folder / "1.vob")
    _kept(lab, "disc/2.mpg", _take(6), *MPG).rename(folder / "2.avi")
    titles = tuple(t for take in (_take(3), _take(6)) for t in _alone(folder, take).titles)
    return Case(path=folder, titles=titles)


def silent_film(lab: Lab) -> Case:
    """an AVI without sound"""
    take = replace(_take(1), sounds=())
    return _alone(_kept(lab, "hearing.avi", take, *AVI[:-2]), take, heard=False)


def only_sound_of_a_disc(lab: Lab) -> Case:
    """a program stream with MP2 sound and no picture"""
    options = ("-vn", "-c:a", "mp2", "-f", "vob")
    return _alone(_kept(lab, "VTS_01_1.VOB", _take(7), *options), _take(7), seen=False)


def text_called_iso(lab: Lab) -> Case:
    """a text called .ISO"""
    path = lab.place / "ZAL2.ISO"
    path.write_text("Акт о том, что диск не читается.\n" * 5000)
    return Case(path=path, titles=(), nothing=True)


def zip_called_iso(lab: Lab) -> Case:
    """a ZIP archive called .iso"""
    path = lab.place / "disc.iso"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", random.Random(3).randbytes(400_000))  # noqa: S311
    return Case(path=path, titles=(), nothing=True)


def zero_length(lab: Lab) -> Case:
    """an image of 0 bytes"""
    path = lab.place / "disc.iso"
    path.touch()
    return Case(path=path, titles=(), nothing=True)


def all_zeros(lab: Lab) -> Case:
    """an image of nothing but zeros"""
    path = lab.place / "disc.iso"
    path.write_bytes(bytes(3_000_000))
    return Case(path=path, titles=(), nothing=True)


def noise(lab: Lab) -> Case:
    """an image of nothing but noise"""
    path = lab.place / "disc.iso"
    path.write_bytes(random.Random(5).randbytes(3_000_000))  # noqa: S311
    return Case(path=path, titles=(), nothing=True)


def empty_folder(lab: Lab) -> Case:
    """a folder with an empty VIDEO_TS"""
    path = lab.place / "disc"
    (path / "VIDEO_TS").mkdir(parents=True)
    return Case(path=path, titles=(), nothing=True)


def blank_disc(lab: Lab) -> Case:
    """an image of a data disc with only a text on it"""
    text = lab.place / "readme.txt"
    text.write_text("Пустой диск")
    return Case(
        path=data_image({"readme.txt": text}, lab.place / "disc.iso"), titles=(), nothing=True
    )
