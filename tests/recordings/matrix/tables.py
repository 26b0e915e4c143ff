"""Discs whose tables of contents (IFO, BUP, VMG) are bad, wrong or gone; every sector is good."""

import random
import struct
from dataclasses import replace
from pathlib import Path

from recordings.titles import Kind
from tests.recordings.discs import SECTOR, overwrite, table_at, truncate, zero
from tests.recordings.matrix.truth import Case, Lab, whole

# Pointers in the head of an IFO: a titleset's chapters and program chains, the disc's titles.
PARTS, CHAINS, LISTED = 0xC8, 0xCC, 0xC4
CELLS = 0xE8  # in a program chain: where its table of cells stands
CELL = 24  # bytes of each
SESSION_CELLS = 4  # two of the first take, one of each other


def _tables(lab: Lab, pattern: str) -> list[Path]:
    return sorted(lab.session.video_ts.glob(pattern))


def chains(ifo: bytes | bytearray) -> list[int]:
    """Where each program chain of a titleset's IFO begins."""
    table = table_at(ifo, CHAINS)
    (count,) = struct.unpack_from(">H", ifo, table)
    entries = range(table + 12, table + 12 + 8 * count, 8)
    return [table + int.from_bytes(ifo[at : at + 4], "big") for at in entries]


def _cells(ifo: bytes, chain: int) -> range:
    """Where each cell of a program chain is described."""
    (room,) = struct.unpack_from(">H", ifo, chain + CELLS)
    return range(chain + room, chain + room + CELL * ifo[chain + 3], CELL)


def _case(lab: Lab, *, grouped: bool = True) -> Case:
    session = lab.session
    return Case(path=session.folder, titles=whole(session), grouped=grouped)


def clean(lab: Lab) -> Case:
    """nothing: as it came from the recorder"""
    return _case(lab)


def bad_ifo_good_bup(lab: Lab) -> Case:
    """IFO of titleset 1 begins with rubbish; BUP good"""
    overwrite(lab.session / "VTS_01_0.IFO", 0, b"\xff" * 64)
    return _case(lab)


def zeroed_tables_good_bup(lab: Lab) -> Case:
    """IFO head good, its tables zeroed; BUP good"""
    ifo = lab.session / "VTS_01_0.IFO"
    zero(ifo, 1, ifo.stat().st_size // SECTOR - 1)
    return _case(lab)


def truncated_ifo_good_bup(lab: Lab) -> Case:
    """IFO ends in the middle of a table; BUP good"""
    truncate(lab.session / "VTS_01_0.IFO", 2 * SECTOR + 300)
    return _case(lab)


def empty_ifo_good_bup(lab: Lab) -> Case:
    """IFO has 0 bytes; BUP good"""
    truncate(lab.session / "VTS_01_0.IFO", 0)
    return _case(lab)


def no_ifo_good_bup(lab: Lab) -> Case:
    """IFO files are gone; BUPs good"""
    for path in _tables(lab, "*.IFO"):
        path.unlink()
    return _case(lab)


def no_ifo_no_bup(lab: Lab) -> Case:
    """IFO and BUP of titleset 1 are gone"""
    for path in _tables(lab, "VTS_01_0.*"):
        path.unlink()
    return _case(lab, grouped=False)


def bad_ifo_truncated_bup(lab: Lab) -> Case:
    """IFO zeroed, BUP cut in its first sector"""
    zero(lab.session / "VTS_01_0.IFO", 0, 6)
    truncate(lab.session / "VTS_01_0.BUP", 900)
    return _case(lab, grouped=False)


def no_tables_at_all(lab: Lab) -> Case:
    """no IFO and no BUP: only VOBs"""
    for path in _tables(lab, "*.[IB][FU][OP]"):
        path.unlink()
    return _case(lab, grouped=False)


def bad_manager(lab: Lab) -> Case:
    """VIDEO_TS.IFO and .BUP are rubbish"""
    for path in _tables(lab, "VIDEO_TS.*"):
        path.write_bytes(random.Random(4).randbytes(path.stat().st_size))  # noqa: S311
    return _case(lab)


def no_manager(lab: Lab) -> Case:
    """VIDEO_TS.IFO and .BUP are gone"""
    for path in _tables(lab, "VIDEO_TS.*"):
        path.unlink()
    return _case(lab)


def manager_forgets_a_titleset(lab: Lab) -> Case:
    """VIDEO_TS.IFO lists only the first title"""
    for path in _tables(lab, "VIDEO_TS.*"):
        overwrite(path, table_at(path.read_bytes(), LISTED), struct.pack(">H", 1))
    return _case(lab)


def subtle_damage(lab: Lab) -> Case:
    """one address in the IFO points outside it (lsdvd crashes); BUP good"""
    ifo = lab.session / "VTS_01_0.IFO"
    data = ifo.read_bytes()
    overwrite(ifo, chains(data)[0] + CELLS, b"\xff\xfe")
    return _case(lab)


def subtle_damage_in_both(lab: Lab) -> Case:
    """the same address is wrong in IFO and BUP"""
    for path in _tables(lab, "VTS_01_0.*"):
        overwrite(path, chains(path.read_bytes())[0] + CELLS, b"\xff\xfe")
    return _case(lab, grouped=False)


def times_of_zero(lab: Lab) -> Case:
    """IFO and BUP: every playback time is 0"""
    for path in _tables(lab, "VTS_0?_0.*"):
        data = path.read_bytes()
        for chain in chains(data):
            overwrite(path, chain + 4, bytes(4))
            for cell in _cells(data, chain):
                overwrite(path, cell + 4, bytes(4))
    return _case(lab)


def cells_beyond_the_end(lab: Lab) -> Case:
    """IFO and BUP: the last cell ends a million sectors behind the end"""
    for path in _tables(lab, "VTS_02_0.*"):
        data = path.read_bytes()
        last = _cells(data, chains(data)[0])[-1]
        overwrite(path, last + 20, struct.pack(">I", 1_000_000))
    return _case(lab)


def forgotten_cells(lab: Lab) -> Case:
    """IFO and BUP know only the first cell of a title: the recorder was switched off too early"""
    for path in _tables(lab, "VTS_01_0.*"):
        chain = chains(path.read_bytes())[0]
        overwrite(path, chain + 2, b"\x01\x01")
    return _case(lab, grouped=False)


def forgotten_title(lab: Lab) -> Case:
    """IFO and BUP list one title of two: somebody "deleted" the other on the recorder"""
    for path in _tables(lab, "VTS_01_0.*"):
        data = path.read_bytes()
        for pointer in (PARTS, CHAINS):
            overwrite(path, table_at(data, pointer), struct.pack(">H", 1))
    return _case(lab, grouped=False)


def cells_in_another_order(lab: Lab) -> Case:
    """IFO and BUP: the first title plays its last take first, as somebody arranged it"""
    for path in _tables(lab, "VTS_01_0.*"):
        data = path.read_bytes()
        chain = chains(data)[0]
        cells = [data[at : at + CELL] for at in _cells(data, chain)]
        overwrite(path, _cells(data, chain)[0], b"".join([cells[-1], *cells[:-1]]))
        (room,) = struct.unpack_from(">H", data, chain + CELLS + 2)
        positions = data[chain + room : chain + room + 4 * len(cells)]
        overwrite(path, chain + room, positions[-4:] + positions[:-4])
    first, *others = whole(lab.session)
    (a, _), (b, _), (c, _) = first.starts
    starts = ((c, 0.0), (a, c.seconds), (b, c.seconds + a.seconds))
    return Case(
        path=lab.session.folder, titles=(replace(first, starts=starts, chapters=None), *others)
    )


def forgotten_middle(lab: Lab) -> Case:
    """IFO and BUP leave out the second take: somebody "cut" it on the recorder"""
    for path in _tables(lab, "VTS_01_0.*"):
        data = path.read_bytes()
        chain = chains(data)[0]
        cells = _cells(data, chain)
        assert len(cells) == SESSION_CELLS
        overwrite(path, cells[2], data[cells[3] : cells[3] + CELL])
        overwrite(path, chain + 2, b"\x03\x03")
    return _case(lab, grouped=False)


def orphan_titleset(lab: Lab) -> Case:
    """a VTS_07_1.VOB that no table knows, while the manager misses titleset 2"""
    (lab.session / "VTS_02_1.VOB").rename(lab.session / "VTS_07_1.VOB")
    for path in _tables(lab, "VTS_02_0.*"):
        path.unlink()
    return replace(_case(lab), also=(Kind.HEARING,))


def tables_of_another_disc(lab: Lab) -> Case:
    """IFO and BUP of titleset 1 come from another disc"""
    other = lab.studio.pressed(
        "other", lambda place: lab.studio.press(place, [[lab.e], [lab.c]], chapters=(3,))
    )
    for path in _tables(lab, "VTS_01_0.*"):
        path.write_bytes((other / path.name).read_bytes())
    return _case(lab, grouped=False)


def tables_exchanged(lab: Lab) -> Case:
    """the IFOs of the two titlesets have changed places, the BUPs not"""
    first, second = lab.session / "VTS_01_0.IFO", lab.session / "VTS_02_0.IFO"
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)
    return _case(lab, grouped=False)


def wrong_streams_in_the_table(lab: Lab) -> Case:
    """IFO and BUP: NTSC, 16:9, eight LPCM tracks; the sectors say otherwise"""
    for path in _tables(lab, "VTS_01_0.*"):
        overwrite(path, 0x200, b"\x4f\x00" + struct.pack(">H", 8) + b"\x80\x05" * 32)
    return _case(lab)


def sixty_five_thousand_cells(lab: Lab) -> Case:
    """IFO and BUP claim 65535 titles of 255 cells with sectors up to 2^32"""
    for path in _tables(lab, "VTS_01_0.*"):
        data = bytearray(path.read_bytes())
        at = table_at(bytes(data), CHAINS)
        data[at + 8 :] = b"\xff" * (len(data) - at - 8)
        data[at : at + 8] = struct.pack(">HHI", 65535, 0, 0xFFFFFFFF)
        path.write_bytes(data)
    return _case(lab, grouped=False)


def chains_in_a_circle(lab: Lab) -> Case:
    """IFO and BUP: every chain is followed by itself, every cell by the first"""
    for path in _tables(lab, "VTS_01_0.*"):
        for chain in chains(path.read_bytes()):
            overwrite(path, chain + 0x9C, struct.pack(">HHH", 1, 1, 1))
    return _case(lab)


def lower_case(lab: Lab) -> Case:
    """every name is in lower case"""
    folder = lab.session.folder
    for path in _tables(lab, "*"):
        path.rename(path.with_name(path.name.lower()))
    (folder / "VIDEO_TS").rename(folder / "video_ts")
    return Case(path=folder, titles=whole(lab.session))


def mixed_case(lab: Lab) -> Case:
    """Vts_01_1.vob beside VTS_01_0.IFO, in Video_ts"""
    folder = lab.session.folder
    for path in _tables(lab, "*.VOB"):
        path.rename(path.with_name(path.name.capitalize()))
    (folder / "VIDEO_TS").rename(folder / "Video_ts")
    return Case(path=folder, titles=whole(lab.session))


def only_the_inner_folder(lab: Lab) -> Case:
    """the VIDEO_TS folder itself is handed in"""
    return replace(_case(lab), path=lab.session.video_ts)


def flat_folder(lab: Lab) -> Case:
    """the files lie in a folder called "зал 2", with a player's droppings"""
    flat = lab.session.video_ts.rename(lab.session.folder / "зал 2")
    (flat / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(2000))
    (flat / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1" + bytes(2000))
    (flat / "readme.txt").write_text("Протокол судебного заседания")
    return Case(path=flat, titles=whole(lab.session))


def hostile_path(lab: Lab) -> Case:
    """a folder name with quotes, a newline, a pipe and a per cent sign"""
    folder = lab.session.folder.rename(lab.place / "d'i\"s\nk | %d $(x) -i")
    return Case(path=folder, titles=whole(lab.session))


def links_in_a_circle(lab: Lab) -> Case:
    """symbolic links that lead back to the folder, and one that leads nowhere"""
    folder = lab.session.folder
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "VIDEO_TS" / "again").symlink_to(folder.parent, target_is_directory=True)
    (folder / "VIDEO_TS" / "VTS_09_1.VOB").symlink_to(folder / "nowhere.vob")
    return _case(lab)
