"""Discs that are whole but not plain: standards, sounds, angles, menus, tests and duplicates."""

import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from recordings.titles import Kind
from tests.recordings.discs import SECTOR, Angles, Pressed, Sound, Take, table_at
from tests.recordings.matrix.tables import CHAINS, LISTED, PARTS, chains
from tests.recordings.matrix.truth import Case, Lab, whole

Change = Callable[[bytearray], None]
Entry = Callable[[int, int], bytes]


def _disc(lab: Lab, **form: object) -> Case:
    take = replace(Take(number=9, seconds=11), **form)  # type: ignore[arg-type]
    disc = lab.studio.press(lab.place / "disc", [[take]])
    return Case(path=disc.folder, titles=whole(disc))


def pal_wide(lab: Lab) -> Case:
    """PAL 352x576, 16:9, bottom field first"""
    return _disc(lab, size=(352, 576), aspect="16:9", field_order="bff")


def pal_narrow(lab: Lab) -> Case:
    """PAL 720x576, 4:3, top field first"""
    return _disc(lab, size=(720, 576), kbits=900)


def ntsc(lab: Lab) -> Case:
    """NTSC 352x480, 29.97 frames in a second"""
    return _disc(lab, size=(352, 480), rate="30000/1001")


def progressive(lab: Lab) -> Case:
    """352x288, progressive"""
    return _disc(lab, field_order="progressive")


def mono(lab: Lab) -> Case:
    """AC-3 with one channel"""
    return _disc(lab, sounds=(Sound(channels=1),))


def lpcm(lab: Lab) -> Case:
    """LPCM sound"""
    return _disc(lab, sounds=(Sound(codec="pcm_dvd"),))


def mp2(lab: Lab) -> Case:
    """MPEG sound (MP2)"""
    return _disc(lab, sounds=(Sound(codec="mp2"),))


def several_sounds(lab: Lab) -> Case:
    """three sound tracks: AC-3 in Russian, MP2 in Kyrgyz, LPCM"""
    return _disc(
        lab,
        sounds=(
            Sound(language="ru"),
            Sound(codec="mp2", language="ky"),
            Sound(codec="pcm_dvd", channels=1),
        ),
    )


def no_sound(lab: Lab) -> Case:
    """no sound track"""
    case = _disc(lab, sounds=())
    return replace(case, titles=tuple(replace(title, heard=False) for title in case.titles))


def subtitles(lab: Lab) -> Case:
    """a line of subtitles in Russian"""
    return _disc(lab, subtitle="ru")


def sound_begins_later(lab: Lab) -> Case:
    """a title whose first take has no sound: somebody forgot the microphone"""
    silent = replace(lab.a, sounds=())
    disc = lab.studio.press(lab.place / "disc", [[silent, lab.b]])
    return Case(path=disc.folder, titles=whole(disc))


def other_sound_later(lab: Lab) -> Case:
    """a title of two takes, AC-3 in stereo and then MP2"""
    other = replace(lab.b, sounds=(Sound(codec="mp2", channels=1),))
    disc = lab.studio.press(lab.place / "disc", [[lab.a, other]])
    return Case(path=disc.folder, titles=whole(disc))


def other_size_later(lab: Lab) -> Case:
    """a title of two takes, 352x288 4:3 and then 352x576 16:9: the recorder's mode was changed"""
    other = replace(lab.b, size=(352, 576), aspect="16:9")
    disc = lab.studio.press(lab.place / "disc", [[lab.a, other]])
    return Case(path=disc.folder, titles=whole(disc))


def many_takes(lab: Lab) -> Case:
    """one title of six takes of two seconds: somebody kept pressing pause"""
    takes = [Take(number=number, seconds=2) for number in range(1, 7)]
    disc = lab.studio.press(lab.place / "disc", [takes])
    return Case(path=disc.folder, titles=whole(disc))


def _angles(lab: Lab) -> Case:
    takes = tuple(Take(number=number, seconds=6, closed=True) for number in (6, 7))
    disc = lab.studio.press(lab.place / "disc", [[lab.b, Angles(takes=takes), lab.c]])
    return Case(path=disc.folder, titles=whole(disc), angles=2)


def two_angles(lab: Lab) -> Case:
    """the middle of a title was filmed from two places (interleaved units)"""
    return _angles(lab)


def two_angles_and_no_tables(lab: Lab) -> Case:
    """the same, and neither IFO nor BUP: interleaved units, and nothing says so but the packs"""
    case = _angles(lab)
    for path in (case.path / "VIDEO_TS").glob("VTS_01_0.*"):
        path.unlink()
    return replace(case, grouped=False)


def menu_test_and_duplicates(lab: Lab) -> Case:
    """a menu, two hearings, a title that plays both, a test of the camera, one listed twice"""
    test = Take(number=8, seconds=3)
    disc = lab.studio.press(
        lab.place / "disc", [[lab.d], [lab.e]], [[test]], menu_take=Take(number=10, seconds=2)
    )
    both = lab.studio.pressed(
        "both", lambda place: lab.studio.press(place, [[lab.d, lab.e]], chapters=(lab.d.seconds,))
    )
    _add_play_all(disc, both)
    first, second, third = whole(disc)
    return Case(
        path=disc.folder,
        titles=(first, second, replace(third, kind=Kind.TEST)),
        also=(Kind.DUPLICATE, Kind.MENU),
    )


def _add_play_all(disc: Pressed, both: Pressed) -> None:
    """List as titleset 1's third title what `both` plays: the same sectors, one after the other.

    In the disc's own list it stands third; and the first title is listed once more at the end.
    """
    donor = (both / "VTS_01_0.IFO").read_bytes()
    chain = donor[chains(donor)[0] : table_at(donor, CHAINS) + SECTOR]
    _change(disc, "VTS_01_0", lambda ifo: _add_chain(ifo, chain))
    _change(disc, "VIDEO_TS", _list_twice)


def _change(disc: Pressed, name: str, change: Change) -> None:
    for path in (disc / f"{name}.IFO", disc / f"{name}.BUP"):
        ifo = bytearray(path.read_bytes())
        change(ifo)
        path.write_bytes(ifo)


def _add_chain(ifo: bytearray, chain: bytes) -> None:
    """Add a program chain of two programs as the titleset's next title."""
    table = table_at(ifo, CHAINS)
    known = chains(ifo)
    (end,) = struct.unpack_from(">I", ifo, table + 4)
    bodies = [bytes(ifo[begin:stop]) for begin, stop in pairwise([*known, table + end + 1])]
    (positions,) = struct.unpack_from(">H", chain, 0xEA)
    bodies.append(chain[: positions + 4 * chain[3]])
    _write_table(
        ifo, CHAINS, bodies, lambda number, at: struct.pack(">II", 0x80000000 | number << 24, at)
    )
    parts = [struct.pack(">HH", number, 1) for number in range(1, len(known) + 1)]
    parts.append(struct.pack(">HHHH", len(bodies), 1, len(bodies), 2))
    _write_table(ifo, PARTS, parts, lambda _, at: struct.pack(">I", at))


def _write_table(ifo: bytearray, pointer: int, bodies: list[bytes], entry: Entry) -> None:
    """Write a table of one sector: how many, where each is, and then each."""
    at = 8 + len(entry(1, 0)) * len(bodies)
    entries = b""
    for number, body in enumerate(bodies, 1):
        entries += entry(number, at)
        at += len(body)
    table = struct.pack(">HHI", len(bodies), 0, at - 1) + entries + b"".join(bodies)
    begin = table_at(ifo, pointer)
    ifo[begin : begin + SECTOR] = table.ljust(SECTOR, b"\x00")


def _list_twice(manager: bytearray) -> None:
    table = table_at(manager, LISTED)
    count, _, end = struct.unpack_from(">HHI", manager, table)
    listed = [bytes(manager[at : at + 12]) for at in range(table + 8, table + 8 + 12 * count, 12)]
    both = bytearray(listed[0])
    struct.pack_into(">H", both, 2, 2)  # chapters
    both[7] = 3  # its number in the titleset
    listed[2:2] = [bytes(both)]
    listed.append(listed[0])
    struct.pack_into(">HHI", manager, table, len(listed), 0, end + 24)
    manager[table + 8 : table + 8 + 12 * len(listed)] = b"".join(listed)
