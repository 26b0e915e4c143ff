"""Discs whose sectors are lost: zeroed, torn, cut off, scrambled, refused, or whole files gone."""

import random
from dataclasses import replace
from pathlib import Path

from recordings.titles import Why
from tests.recordings.discs import (
    SECTOR,
    encrypt,
    overwrite,
    scramble,
    split,
    truncate,
    zero,
)
from tests.recordings.matrix.truth import Case, Lab, whole, without

ZEROED, CUT, ABSENT = {Why.ZEROED}, {Why.TRUNCATED}, {Why.MISSING, Why.TRUNCATED}
TORN = {Why.TORN}
CUTS = 300, 560  # where a titleset is cut into three files


def _vob(lab: Lab, titleset: int = 1) -> Path:
    return lab.session / f"VTS_{titleset:02}_1.VOB"


def _case(lab: Lab, *lost: tuple[int, range, set[Why]], grouped: bool = True) -> Case:
    session = lab.session
    return Case(path=session.folder, titles=without(session, lost), grouped=grouped)


def _zeroed(lab: Lab, *stretches: tuple[int, int], grouped: bool = True) -> Case:
    for first, count in stretches:
        zero(_vob(lab), first, count)
    return _case(
        lab,
        *((1, range(first, first + count), ZEROED) for first, count in stretches),
        grouped=grouped,
    )


def _without_tables(lab: Lab, pattern: str = "VTS_01_0.*") -> None:
    for path in lab.session.video_ts.glob(pattern):
        path.unlink()


def few_zeroed(lab: Lab) -> Case:
    """16 sectors in the middle are zeros"""
    return _zeroed(lab, (200, 16))


def many_zeroed(lab: Lab) -> Case:
    """200 sectors in a row are zeros"""
    return _zeroed(lab, (150, 200))


def zeroed_here_and_there(lab: Lab) -> Case:
    """eight places of 8 zeroed sectors"""
    return _zeroed(lab, *((place, 8) for place in range(90, 1300, 160)))


def zeroed_at_the_beginning(lab: Lab) -> Case:
    """the first 100 sectors are zeros"""
    return _zeroed(lab, (0, 100))


def zeroed_at_the_end(lab: Lab) -> Case:
    """the last 60 sectors of a titleset are zeros"""
    end = lab.session.titles[1].sectors
    return _zeroed(lab, (end - 60, 60))


def zeroed_across_a_joint(lab: Lab) -> Case:
    """zeros from the end of one take into the next"""
    joint = lab.session.titles[0].sector_at(8.1)
    return _zeroed(lab, (joint - 30, 90))


def a_whole_take_zeroed(lab: Lab) -> Case:
    """every sector of the second take is zeros"""
    first = lab.session.titles[0]
    begin, end = first.sector_at(8.05), first.sector_at(14.1)
    return _zeroed(lab, (begin, end - begin))


def zeroed_and_no_tables(lab: Lab) -> Case:
    """200 zeroed sectors, and neither IFO nor BUP"""
    _without_tables(lab)
    return _zeroed(lab, (150, 200), grouped=False)


def navigation_zeroed(lab: Lab) -> Case:
    """every navigation pack is zeros, all else good"""
    for title in lab.session.titles[:2]:
        for _, sector in title.units:
            zero(_vob(lab), sector, 1)
    return _case(lab)


def navigation_zeroed_and_no_tables(lab: Lab) -> Case:
    """every navigation pack is zeros, and neither IFO nor BUP"""
    _without_tables(lab)
    return replace(navigation_zeroed(lab), grouped=False)


def noise_instead_of_packs(lab: Lab) -> Case:
    """80 sectors are noise, as a drive gives for what it could not correct"""
    overwrite(_vob(lab), 300 * SECTOR, random.Random(1).randbytes(80 * SECTOR))  # noqa: S311
    return _case(lab, (1, range(300, 380), TORN))


def repeated_sector(lab: Lab) -> Case:
    """80 sectors repeat one before, as a drive with a stuck cache gives"""
    vob = _vob(lab)
    data = vob.read_bytes()
    overwrite(vob, 300 * SECTOR, data[299 * SECTOR : 300 * SECTOR] * 80)
    return _case(lab, (1, range(300, 380), {*TORN, *ZEROED, *ABSENT}))


def half_sectors(lab: Lab) -> Case:
    """twenty sectors lose their second half to zeros"""
    for sector in range(240, 260):
        overwrite(_vob(lab), sector * SECTOR + SECTOR // 2, bytes(SECTOR // 2))
    return _case(lab, (1, range(240, 260), {*TORN, *ZEROED}))


def one_bit_in_each_head(lab: Lab) -> Case:
    """a bit of the pack header is wrong in 16 sectors; the packets in them are whole"""
    data = bytearray(_vob(lab).read_bytes())
    for sector in range(200, 360, 10):
        data[sector * SECTOR + 3] ^= 0x10
    _vob(lab).write_bytes(data)
    return _case(lab)


def truncated(lab: Lab) -> Case:
    """the VOB ends in the middle of a sector, far too early"""
    truncate(_vob(lab), 700 * SECTOR + 777)
    return _case(lab, (1, range(700, 10_000), CUT))


def truncated_and_no_tables(lab: Lab) -> Case:
    """the same, and neither IFO nor BUP: what is gone was never known"""
    _without_tables(lab)
    case = truncated(lab)
    return replace(case, grouped=False, tables=False)


def two_files(lab: Lab) -> Case:
    """a titleset in three files cut in the middle of things"""
    split(_vob(lab), *CUTS)
    return _case(lab)


def empty_vob(lab: Lab) -> Case:
    """the second of three files has 0 bytes"""
    _, second, _ = split(_vob(lab), *CUTS)
    truncate(second, 0)
    return _case(lab, (1, range(*CUTS), ABSENT))


def first_vob_missing(lab: Lab) -> Case:
    """the first of three files is gone"""
    split(_vob(lab), *CUTS)[0].unlink()
    return _case(lab, (1, range(CUTS[0]), ABSENT))


def middle_vob_missing(lab: Lab) -> Case:
    """the second of three files is gone"""
    split(_vob(lab), *CUTS)[1].unlink()
    return _case(lab, (1, range(*CUTS), ABSENT))


def last_vob_missing(lab: Lab) -> Case:
    """the last of three files is gone"""
    split(_vob(lab), *CUTS)[2].unlink()
    return _case(lab, (1, range(CUTS[1], 10_000), ABSENT))


def middle_vob_missing_and_no_tables(lab: Lab) -> Case:
    """the second of three files is gone, and neither IFO nor BUP"""
    _without_tables(lab)
    return replace(middle_vob_missing(lab), grouped=False, tables=False)


def first_vob_truncated(lab: Lab) -> Case:
    """the first of three files is shorter than it was: the others must not move"""
    first, _, _ = split(_vob(lab), *CUTS)
    truncate(first, 200 * SECTOR + 5)
    return _case(lab, (1, range(200, CUTS[0]), ABSENT))


def wrong_numbers(lab: Lab) -> Case:
    """three files called _1, _3 and _7, none missing"""
    _, second, third = split(_vob(lab), *CUTS)
    third.rename(third.with_name("VTS_01_7.VOB"))
    second.rename(second.with_name("VTS_01_3.VOB"))
    return _case(lab)


def exchanged_vobs(lab: Lab) -> Case:
    """the second and third file have changed names"""
    _, second, third = split(_vob(lab), *CUTS)
    aside = second.rename(second.with_name("aside"))
    third.rename(second)
    aside.rename(third)
    return _case(lab)


def junk_before(lab: Lab) -> Case:
    """777 bytes stand before the first pack: no pack lies on a sector"""
    vob = _vob(lab)
    vob.write_bytes(b"\x5a" * 777 + vob.read_bytes())
    return _case(lab)


def bytes_missing_inside(lab: Lab) -> Case:
    """1000 bytes are missing inside: from there no pack lies on a sector"""
    vob = _vob(lab)
    data = vob.read_bytes()
    vob.write_bytes(data[: 400 * SECTOR + 500] + data[400 * SECTOR + 1500 :])
    return _case(lab, (1, range(400, 401), {*TORN, *ABSENT}))


def flagged_not_scrambled(lab: Lab) -> Case:
    """CSS bits are set in half of the packs, what they carry is clear: a ripper left them"""
    scramble(_vob(lab))
    return _case(lab)


def scrambled(lab: Lab) -> Case:
    """titleset 1 is scrambled as CSS does, titleset 2 is not"""
    encrypt(_vob(lab))
    return replace(_case(lab, (1, range(10_000), {Why.SCRAMBLED})), encrypted=True)


def scrambled_throughout(lab: Lab) -> Case:
    """every titleset is scrambled: nothing to be played, and it says why"""
    encrypt(_vob(lab))
    encrypt(_vob(lab, 2))
    lost = [(titleset, range(10_000), {Why.SCRAMBLED}) for titleset in (1, 2)]
    return replace(_case(lab, *lost), encrypted=True, nothing=True)


def drive_refuses(lab: Lab) -> Case:
    """the drive answers EIO for 60 sectors of the VOB"""
    case = _case(lab, (1, range(400, 460), {Why.UNREADABLE}))
    return replace(case, refused=("VTS_01_1.VOB", range(400, 460)))


def drive_refuses_a_file(lab: Lab) -> Case:
    """the drive answers EIO for every sector of titleset 1's VOB"""
    case = _case(lab, (1, range(10_000), {Why.UNREADABLE}))
    return replace(case, refused=("VTS_01_1.VOB", range(10_000)))


def drive_refuses_tables(lab: Lab) -> Case:
    """the drive answers EIO for every IFO; the BUPs can be read"""
    case = replace(_case(lab), refused=("VTS_01_0.IFO", range(100)))
    assert case.titles == whole(lab.session)
    return case


def stretched_over_two_gigabytes(lab: Lab) -> Case:
    """2.1 GB of zeros (sparse) between two halves of a titleset, as a bad rip leaves"""
    vob = _vob(lab, 2)
    data = vob.read_bytes()
    half = len(data) // 2 // SECTOR * SECTOR
    with vob.open("wb") as file:
        file.write(data[:half])
        file.seek(2_150_000_000 // SECTOR * SECTOR + half)
        file.write(data[half:])
    return _case(lab, (2, range(half // SECTOR, half // SECTOR + 1), ZEROED), grouped=False)
